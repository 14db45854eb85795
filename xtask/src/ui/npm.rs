//! What comes from npm: the packages named by the lockfile, and the editor bundled from them.
//!
//! Packages' own install scripts are not run: nothing here needs them.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use anyhow::{Context, Result};

use crate::sh;

/// Puts `node_modules` in the lockfile's state, if it is not.
pub(crate) fn install(web: &Path) -> Result<()> {
    let wanted = hash([sh::read(&web.join("package-lock.json"))?.as_bytes()]);
    let stamp = web.join("node_modules/.reporunner-lock");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    sh::say("npm ci (editor, fonts, icons, colours)");
    let mut npm = sh::command("npm");
    npm.current_dir(web).args([
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
    ]);
    sh::run(&mut npm)
        .context("npm packages could not be installed (it takes a network the first time)")?;
    sh::write_if_changed(&stamp, wanted.as_bytes())?;
    Ok(())
}

/// The editor as one module.
pub(crate) fn bundle_editor(web: &Path, work: &Path) -> Result<Vec<u8>> {
    let bundle = work.join("editor.js");
    let stamp = work.join("editor.stamp");
    let wanted = editor_inputs(web)?;
    if !fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) || !bundle.is_file() {
        sh::say("bundling the editor");
        let mut esbuild = sh::command("node");
        esbuild
            .current_dir(web)
            .args(["node_modules/esbuild/bin/esbuild", "editor.js", "--bundle", "--format=esm"])
            .args(["--minify", "--target=es2022", "--legal-comments=none", "--log-level=warning"])
            .arg(format!("--outfile={}", bundle.display()));
        sh::run(&mut esbuild)?;
        sh::write_if_changed(&stamp, wanted.as_bytes())?;
    }
    fs::read(&bundle).with_context(|| format!("{} could not be read", bundle.display()))
}

/// Everything the bundle is made from, as one hash.
fn editor_inputs(web: &Path) -> Result<String> {
    let mut names = vec!["package-lock.json".to_owned()];
    for entry in fs::read_dir(web).context("ui/web could not be listed")? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".js") && !name.ends_with(".test.js") {
            names.push(name);
        }
    }
    names.sort();
    let texts = names.iter().map(|name| sh::read(&web.join(name))).collect::<Result<Vec<_>>>()?;
    Ok(hash(texts.iter().map(String::as_bytes)))
}

/// A short name for some contents. Only ever compared with one made by the same build of this
/// program; a different one means no more than making the thing again.
pub(crate) fn hash<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hasher = DefaultHasher::new();
    parts.into_iter().for_each(|part| part.hash(&mut hasher));
    format!("{:016x}", hasher.finish())
}
