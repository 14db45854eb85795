//! Whether there is a display to open a window on. Without one GTK panics; a person is to read
//! what is missing instead.

use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::Context;

/// What is said where there is none, with what to do.
const NONE: &str = "there is no display to open a window on\n  Start it in a desktop session, or \
                    use `reporunner serve` and a browser.";

/// Fails where the environment names no display.
pub(crate) fn require() -> anyhow::Result<()> {
    let is_named = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    anyhow::ensure!(is_named("DISPLAY") || is_named("WAYLAND_DISPLAY"), NONE);
    Ok(())
}

/// Builds the window's program. Fails where the display that is named does not answer.
pub(crate) fn build(
    builder: tauri::Builder<tauri::Wry>,
    context: tauri::Context,
) -> anyhow::Result<tauri::App> {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|panic| tracing::debug!("{panic}")));
    let built = catch_unwind(AssertUnwindSafe(|| builder.build(context)));
    std::panic::set_hook(hook);
    match built {
        Ok(built) => built.context("the window could not be opened"),
        Err(panic) => {
            let said = panic.downcast_ref::<&str>().copied().map(str::to_owned);
            let said = said.or_else(|| panic.downcast_ref::<String>().cloned());
            let said = said.unwrap_or_default();
            // The words of the window library (tao, event loop of Linux).
            anyhow::ensure!(!said.contains("gtk"), NONE);
            anyhow::bail!("the window could not be opened: {said}")
        }
    }
}
