//! `cargo xtask dist`: the release build and its `.deb`, put into `dist/`.
//!
//! The package holds the window and, beside it, `reporunner`: the command line, which the window
//! starts as its worker and gate. Only Debian packages; an AppImage's tools come from the network.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::setup::{self, needs};
use crate::sh;
use crate::ui::{self, Profile};

/// The bundler, from npm, where it is one prebuilt program.
const BUNDLER: &str = "@tauri-apps/cli@2.12.5";

/// Reads the arguments of `cargo xtask dist`.
pub(crate) fn run(args: &[String]) -> Result<()> {
    if !args.is_empty() {
        return Err(sh::Usage("usage: cargo xtask dist".to_owned()).into());
    }
    setup::ensure(needs::build())?;
    ui::build(Profile::Release)?;
    sh::say("compiling the release (some tens of minutes the first time)");
    let mut cargo = sh::cargo();
    // What the bundler's own build would add: without it the window looks for a development server
    // when one is configured.
    let feature = ["--features", "tauri/custom-protocol"];
    cargo.args(["build", "--release", "--bins"]).args(sh::SELECTION).args(feature);
    sh::run(&mut cargo)?;
    bundle()
}

/// Packs the built programs and puts the results into `dist/`.
fn bundle() -> Result<()> {
    let release = sh::target_dir()?.join("release");
    let reporunner = release.join("reporunner");
    let mut files = manual_pages(&reporunner, &release.join("man"))?;
    files.insert("/usr/bin/reporunner".to_owned(), serde_json::json!(reporunner));
    // The tray's library is opened at run time, so the bundler cannot see that it is needed.
    let config = serde_json::json!({
        "bundle": { "linux": { "deb": {
            "files": files,
            "depends": ["libayatana-appindicator3-1"],
        } } }
    });
    let mut bundler = sh::command("npx");
    bundler
        .args(["--yes", BUNDLER, "bundle", "--bundles", "deb", "--ci", "--config"])
        .arg(config.to_string());
    sh::run(&mut bundler)?;

    let dist = sh::root().join("dist");
    fs::create_dir_all(&dist).context("dist/ could not be made")?;
    let debs = release.join("bundle/deb");
    let mut found = 0;
    for entry in fs::read_dir(&debs).with_context(|| format!("no folder {}", debs.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "deb") {
            repack(&path, &release.join("package"))?;
            put(&path, &dist)?;
            found += 1;
        }
    }
    if found == 0 {
        bail!("the bundler left no package in {}", debs.display());
    }
    put(&reporunner, &dist)
}

/// Compresses a package by xz in place of the bundler's gzip: a third smaller. `folder` is for what
/// is in it meanwhile.
fn repack(package: &Path, folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).context("what a former package held cannot be removed")?;
    }
    sh::run(sh::command("dpkg-deb").arg("--raw-extract").args([package, folder]))?;
    let mut build = sh::command("dpkg-deb");
    build.args(["--root-owner-group", "-Zxz", "--build"]).args([folder, package]);
    sh::run(&mut build)
}

/// Has `reporunner` write its manual pages into `folder`; where each goes, and where it is.
fn manual_pages(
    reporunner: &Path,
    folder: &Path,
) -> Result<serde_json::Map<String, serde_json::Value>> {
    let mut write = sh::command(reporunner);
    write.args(["man", "--into"]).arg(folder);
    sh::run(&mut write)?;
    let mut pages = serde_json::Map::new();
    for entry in fs::read_dir(folder).with_context(|| format!("no folder {}", folder.display()))? {
        let page = entry?.path();
        let name = page.file_name().context("a file has a name")?.to_string_lossy().into_owned();
        pages.insert(format!("/usr/share/man/man1/{name}"), serde_json::json!(page));
    }
    Ok(pages)
}

fn put(file: &Path, folder: &Path) -> Result<()> {
    let name = file.file_name().context("a file has a name")?;
    let to = folder.join(name);
    fs::copy(file, &to).with_context(|| format!("{} could not be copied", file.display()))?;
    sh::say(format!("dist/{}", name.to_string_lossy()));
    Ok(())
}
