//! What is downloaded: the interface's wasm, compressed, and the package where `dist` made one.

use anyhow::{Context, Result};

use super::{Goal, Report};
use crate::sh;

const MIB: f64 = 1024.0 * 1024.0;

/// Sizes of what was built.
pub(crate) fn size(report: &mut Report) -> Result<()> {
    let dist = sh::root().join("ui/dist");
    let wasm = files(&dist, "wasm")?.pop().context("ui/dist holds no wasm")?;
    let mut gzip = sh::command("gzip");
    gzip.args(["-9", "-c"]).arg(&wasm);
    let packed = gzip.output().context("gzip does not start")?.stdout.len();
    report.add("the interface's wasm, gzipped", packed as f64 / MIB, "MiB", Goal::AtMost(1.5));
    for deb in files(&sh::root().join("dist"), "deb").unwrap_or_default() {
        let bytes = std::fs::metadata(&deb)?.len();
        report.add("the .deb", bytes as f64 / MIB, "MiB", Goal::AtMost(30.0));
    }
    Ok(())
}

fn files(folder: &std::path::Path, extension: &str) -> Result<Vec<std::path::PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let paths = entries.flatten().map(|entry| entry.path());
    Ok(paths.filter(|path| path.extension().is_some_and(|e| e == extension)).collect())
}
