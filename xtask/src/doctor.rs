//! `cargo xtask doctor`: says what is on this machine, what is not, and what each is for.
//!
//! It changes nothing; `cargo xtask setup` does.

use anyhow::Result;

use crate::setup::{NotPossible, needs};
use crate::{sh, wasm};

/// Reads the arguments of `cargo xtask doctor`.
pub(crate) fn run(args: &[String]) -> Result<()> {
    if !args.is_empty() {
        return Err(sh::Usage("usage: cargo xtask doctor".to_owned()).into());
    }
    let mut missing = 0;
    for need in needs::all() {
        if need.is_met() {
            sh::say(format!("ok       {}", need.what));
            continue;
        }
        missing += 1;
        let from = match (need.packages, need.rustup) {
            ([], Some(component)) => format!("rustup component add {component}"),
            (packages, _) => format!("apt: {}", packages.join(" ")),
        };
        sh::say(format!("MISSING  {}, for {} ({from})", need.what, need.why));
    }
    facts();
    if missing > 0 {
        let text = format!("{missing} things are missing; `cargo xtask setup` installs them");
        return Err(NotPossible(text).into());
    }
    Ok(())
}

/// What is good to know and not a fault.
fn facts() {
    let wasm = wasm::Toolchain::find().map_or("none", |toolchain| toolchain.name());
    sh::say(format!("wasm is compiled by: {wasm}"));
    let nextest = sh::probe("cargo", &["nextest", "--version"]);
    sh::say(match nextest {
        Some(version) => format!("tests are run by: {version}"),
        None => "tests are run by: cargo test (cargo-nextest is quicker: \
                 `cargo install --locked cargo-nextest`)"
            .to_owned(),
    });
    let screen = ["WAYLAND_DISPLAY", "DISPLAY"].iter().find_map(|name| std::env::var(name).ok());
    sh::say(match screen {
        Some(screen) => format!("display: {screen}"),
        None => "display: none, so `cargo xtask app` cannot open a window here".to_owned(),
    });
    match sh::target_dir() {
        Ok(dir) => sh::say(format!("builds go to: {}", dir.display())),
        Err(error) => sh::say(format!("builds go to: unknown ({error:#})")),
    }
}
