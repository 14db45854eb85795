//! Running programs, finding folders, writing files: what every command here needs.
//!
//! Deliberately no shell: each program is started with its arguments as they are.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use anyhow::{Context, Result, bail};

/// A command line that cannot be meant; the process leaves with 2.
#[derive(Debug)]
pub(crate) struct Usage(pub(crate) String);

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// The packages that are built, linted and tested together. One selection everywhere: a different one
/// unifies features differently and compiles every dependency again.
pub(crate) const SELECTION: [&str; 5] =
    ["--workspace", "--exclude", "reporunner-ui", "--exclude", "xtask"];

/// The repository's root, as cargo names it when it starts us: two checkouts that share a target
/// folder share this program too, so the path it was compiled at may be the other's.
pub(crate) fn root() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR");
    let package = package.map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    package.parent().expect("xtask/ lies in the root").to_owned()
}

/// Cargo's target folder: `CARGO_TARGET_DIR`, else what cargo itself would choose.
pub(crate) fn target_dir() -> Result<PathBuf> {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    if let Some(found) = FOUND.get() {
        return Ok(found.clone());
    }
    let found = match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root().join(dir),
        None => {
            let json = output(cargo().args(["metadata", "--no-deps", "--format-version=1"]))?;
            let metadata: serde_json::Value = serde_json::from_str(&json)?;
            let dir = metadata["target_directory"].as_str();
            PathBuf::from(dir.context("cargo metadata names no target folder")?)
        }
    };
    Ok(FOUND.get_or_init(|| found).clone())
}

/// A program to run in the root, without what `cargo run` put into our own environment.
///
/// Cargo's variables about *this* package would make build scripts of others run again, and its
/// library path would be searched by a toolchain that is not rustup's.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root()).env_remove("LD_LIBRARY_PATH").env_remove("CARGO");
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

/// The cargo that runs us.
pub(crate) fn cargo() -> Command {
    command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs `command` with our own output; not leaving with 0 is an error that shows the whole line.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = shown(command);
    let status = command.status().with_context(|| format!("`{line}` could not be started"))?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

/// Runs `command` and returns what it wrote; its errors go to our own.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let line = shown(command);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("`{line}` could not be started"))?;
    if !output.status.success() {
        bail!("`{line}` failed ({})", output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{line}` wrote something not UTF-8"))
}

/// What `command` says on its first line, or `None` when it cannot be run or fails.
pub(crate) fn probe(program: &str, args: &[&str]) -> Option<String> {
    let output = command(program).args(args).stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    output.status.success().then(|| text.lines().next().unwrap_or_default().trim().to_owned())
}

/// Where `program` is found on the search path.
pub(crate) fn which(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(program)).find(|file| file.is_file())
}

/// The command as one would type it, for messages.
pub(crate) fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<String> = words.map(|word| word.to_string_lossy().into_owned()).collect();
    words.join(" ")
}

/// One line of progress.
pub(crate) fn say(text: impl std::fmt::Display) {
    eprintln!("  {text}");
}

/// Reads a text file, naming it when that fails.
pub(crate) fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("{} could not be read", path.display()))
}

/// Writes `bytes` unless they are there already, so that what watches the file sees real changes
/// only. The file appears whole or not at all.
pub(crate) fn write_if_changed(path: &Path, bytes: &[u8]) -> Result<bool> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(false);
    }
    let name = |what| format!("{} could not be {what}", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| name("given a folder"))?;
    }
    let part = path.with_extension(format!("part{}", std::process::id()));
    fs::write(&part, bytes).with_context(|| name("written"))?;
    fs::rename(&part, path).with_context(|| name("put in place"))?;
    Ok(true)
}
