//! `cargo xtask app`: from a fresh checkout to the open window.
//!
//! Builds without optimisation unless asked: the first build is then minutes shorter, and the parts
//! that decide how the window feels (the interface's wasm, WebKit) are optimised either way. Which of
//! WebKit's renderers suits the machine is the app's own decision, not ours.

use std::time::Instant;

use anyhow::Result;

use crate::setup::{self, NotPossible, needs};
use crate::sh;
use crate::ui::{self, Profile};

/// Reads the arguments of `cargo xtask app`.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let (own, passed) = match args.iter().position(|arg| arg == "--") {
        Some(at) => (&args[..at], &args[at + 1..]),
        None => (args, &args[args.len()..]),
    };
    let release = match own {
        [] => false,
        [flag] if flag == "--release" => true,
        _ => {
            let usage = "usage: cargo xtask app [--release] [-- ARGUMENTS OF THE APP]";
            return Err(sh::Usage(usage.to_owned()).into());
        }
    };
    let screen = ["WAYLAND_DISPLAY", "DISPLAY"].iter().any(|name| std::env::var_os(name).is_some());
    if !screen {
        let text = "there is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set), so no \
                    window can open. `cargo run -p reporunner-cli -- serve` gives the same \
                    interface to a browser";
        return Err(NotPossible(text.to_owned()).into());
    }
    setup::ensure(needs::build())?;
    ui::build(Profile::Release)?;

    let start = Instant::now();
    sh::say("compiling the window and the command line (the first time takes some minutes)");
    let mut cargo = sh::cargo();
    // The same packages as everywhere, so that dependencies are compiled once. The command line is
    // needed too: it is the worker and the gate that the window starts.
    cargo.arg("build").args(sh::SELECTION).arg("--bins");
    if release {
        cargo.arg("--release");
    }
    sh::run(&mut cargo)?;
    sh::say(format!("compiled in {:.0} s; opening the window", start.elapsed().as_secs_f32()));

    let folder = sh::target_dir()?.join(if release { "release" } else { "debug" });
    let mut app = sh::command(folder.join("reporunner-desktop"));
    app.args(passed);
    sh::run(&mut app)
}
