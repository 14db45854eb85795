//! The interface's wasm: compiled by cargo, given its JavaScript glue by wasm-bindgen.
//!
//! No `wasm-opt`: it saves little once the file is compressed, and its older versions make modules
//! that load to a blank page.

use std::fs;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use super::Profile;
use super::npm::hash;
use crate::sh;
use crate::wasm::{self, Toolchain};

/// What [`generate`] asks for; a change here makes the glue again.
const SETTINGS: &str = "web, path given, no names";

/// Compiles the interface and returns the folder that holds `ui.js` and `ui_bg.wasm`.
pub(crate) fn build(profile: Profile, work: &Path) -> Result<PathBuf> {
    let toolchain = Toolchain::find()?;
    let (flag, folder) = match profile {
        Profile::Dev => ("dev", "debug"),
        Profile::Release => ("wasm-release", "wasm-release"),
    };
    sh::say(format!("compiling the interface ({flag}, {})", toolchain.name()));
    let mut cargo = toolchain.cargo("build")?;
    cargo.args(["--package", "reporunner-ui", "--profile", flag]);
    // Somebody who waits wants to see it move; a log wants the errors only.
    if std::env::var_os("CI").is_none() && !std::io::stderr().is_terminal() {
        cargo.arg("--quiet");
    }
    sh::run(&mut cargo)?;

    let built = work.join(wasm::TARGET).join(folder).join("reporunner-ui.wasm");
    let bytes =
        fs::read(&built).with_context(|| format!("{} could not be read", built.display()))?;
    let glue = work.join(format!("glue-{flag}"));
    let stamp = work.join(format!("glue-{flag}.stamp"));
    let wanted = hash([bytes.as_slice(), SETTINGS.as_bytes()]);
    if !fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) || !glue.is_dir() {
        sh::say("generating the glue of the wasm");
        generate(&built, &glue)?;
        sh::write_if_changed(&stamp, wanted.as_bytes())?;
    }
    Ok(glue)
}

fn generate(wasm: &Path, glue: &Path) -> Result<()> {
    if glue.exists() {
        fs::remove_dir_all(glue).with_context(|| format!("{} stays", glue.display()))?;
    }
    // The path of the wasm goes into the glue: as a library wasm-bindgen leaves it out, and a page
    // that starts `init()` without one stays white.
    // The names of functions are seven eighths of an unoptimised module. A panic says its place in the
    // source without them.
    Bindgen::new()
        .input_path(wasm)
        .out_name("ui")
        .web(true)?
        .typescript(false)
        .omit_default_module_path(false)
        .remove_name_section(true)
        .generate(glue)
        .context("wasm-bindgen refused the interface's wasm")
}
