//! `cargo xtask bench canvas`: serves the page `/bench?n=N` of the released interface.
//!
//! The page holds the app's own canvas and offers `window.__bench`; real mouse and wheel input from
//! a browser's driver measures it. The files are served as they are: nothing of the product runs.

use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result};

use super::http;
use crate::setup::{self, needs};
use crate::sh;
use crate::ui::{self, Profile};

/// Builds, serves, and stays until it is interrupted.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let port = match args {
        [] => Some(0),
        [flag, port] if flag == "--serve" => port.parse().ok(),
        _ => None,
    };
    let port = port.ok_or_else(|| sh::Usage(super::USAGE.to_owned()))?;
    setup::ensure(needs::build())?;
    ui::build(Profile::Release)?;
    let dist = sh::root().join("ui/dist");
    let base = http::serve(port, move |path| file(&dist, path).unwrap_or_default())
        .with_context(|| format!("port {port} cannot be listened at"))?;
    sh::say(format!("{base}/bench?n=1000 (Ctrl+C ends it)"));
    loop {
        std::thread::park();
    }
}

/// The file that an address names; every address without one is the interface's own.
fn file(dist: &Path, address: &str) -> Option<(&'static str, Vec<u8>)> {
    let path = Path::new(address.split('?').next()?.trim_start_matches('/'));
    let inside = path.components().all(|part| matches!(part, Component::Normal(_)));
    let asked = dist.join(path);
    let found: PathBuf = if inside && asked.is_file() { asked } else { dist.join("index.html") };
    let kind = match found.extension()?.to_str()? {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    };
    Some((kind, std::fs::read(found).ok()?))
}
