//! `cargo xtask ui`: builds the interface into `ui/dist`, which the window embeds and `web` serves.
//!
//! Four parts: what npm gives (`npm`), the wasm and its glue (`bindgen`), style, icons and page
//! (`page`), and the folder itself (`dist_folder`). A part whose inputs did not change is not made
//! again, and a file that did not change is not written again.

mod bindgen;
mod dist_folder;
mod npm;
mod page;

use std::fs::{self, File};
use std::time::Instant;

use anyhow::{Context, Result};

use crate::{sh, wasm};
use dist_folder::DistFolder;

/// How the wasm is compiled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Quick to build, for the everyday loop.
    Dev,
    /// Small and fast, for everything that is shipped or measured.
    Release,
}

/// Reads the arguments of `cargo xtask ui`.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let profile = match args {
        [] => Profile::Release,
        [flag] if flag == "--dev" => Profile::Dev,
        _ => return Err(sh::Usage("usage: cargo xtask ui [--dev]".to_owned()).into()),
    };
    build(profile)
}

/// Builds the interface.
pub(crate) fn build(profile: Profile) -> Result<()> {
    let start = Instant::now();
    let work = wasm::target_dir()?;
    fs::create_dir_all(&work).with_context(|| format!("no folder {}", work.display()))?;
    let _turn = take_turn(&work.join("ui.lock"))?;

    let web = sh::root().join("ui/web");
    npm::install(&web)?;
    let editor = npm::bundle_editor(&web, &work)?;
    let glue = bindgen::build(profile, &work)?;

    let mut dist = DistFolder::open(sh::root().join("ui/dist"));
    dist.put("editor.js", &editor)?;
    dist.put_all(&glue)?;
    page::write(&web, &mut dist)?;
    let changed = dist.finish()?;
    let seconds = start.elapsed().as_secs_f32();
    sh::say(format!("ui/dist is ready: {changed} of its files changed ({seconds:.1} s)"));
    Ok(())
}

/// Two builds at once would write the same files; the second waits.
fn take_turn(path: &std::path::Path) -> Result<File> {
    let name = || format!("{} could not be locked", path.display());
    let file = File::create(path).with_context(name)?;
    if file.try_lock().is_err() {
        sh::say("waiting for another build of the interface");
        file.lock().with_context(name)?;
    }
    Ok(file)
}
