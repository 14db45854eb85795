//! The repository as the rules see it: paths with their text, and packages with what they depend on.
//!
//! Built from the disk and `cargo metadata`, or by hand in a test.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::sh;

/// Folders that hold what is made or fetched, not what we write.
const SKIPPED: [&str; 6] = [".git", "target", "node_modules", "dist", "gen", ".idea"];

/// What the rules look at.
#[derive(Default)]
pub(crate) struct Tree {
    /// The text of every file of ours that is text, by its path from the root with `/` between.
    pub(crate) files: BTreeMap<String, String>,
    /// The packages of the workspace.
    pub(crate) packages: Vec<Package>,
}

/// One package of the workspace.
pub(crate) struct Package {
    /// Its room: the name without `reporunner-`.
    pub(crate) room: String,
    /// What it depends on, development apart, by package name.
    pub(crate) dependencies: Vec<String>,
}

impl Tree {
    /// Reads the repository at `root`.
    pub(crate) fn load(root: &Path) -> Result<Self> {
        let mut files = BTreeMap::new();
        read_below(root, "", &mut files)?;
        let mut cargo = sh::cargo();
        cargo.current_dir(root).args(["metadata", "--no-deps", "--offline", "--format-version=1"]);
        let metadata = serde_json::from_str(&sh::output(&mut cargo)?)?;
        Ok(Self { files, packages: packages(&metadata)? })
    }

    /// The Rust files that match one of `folders`, with their text.
    pub(crate) fn rust<'a>(
        &'a self,
        folders: &'a [&str],
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        let wanted = |path: &str| folders.iter().any(|folder| path.starts_with(folder));
        let files = self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()));
        files.filter(move |(path, _)| path.ends_with(".rs") && wanted(path))
    }

    /// The names of the folders right under `crates/` that hold a `Cargo.toml`.
    pub(crate) fn crates(&self) -> Vec<&str> {
        let manifests = self.files.keys().filter_map(|path| {
            let name = path.strip_prefix("crates/")?.strip_suffix("/Cargo.toml")?;
            (!name.contains('/')).then_some(name)
        });
        manifests.collect()
    }

    /// A tree of a test.
    #[cfg(test)]
    pub(crate) fn of_files(files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        Self { files: files.collect(), packages: Vec::new() }
    }

    /// A tree of a test, written `"store: rusqlite serde"` for each package.
    #[cfg(test)]
    pub(crate) fn of_packages(lines: &[&str]) -> Self {
        let package = |line: &&str| {
            let (room, dependencies) = line.split_once(':').expect("room: dependencies");
            let dependencies = dependencies.split_whitespace().map(str::to_owned).collect();
            Package { room: room.to_owned(), dependencies }
        };
        Self { files: BTreeMap::new(), packages: lines.iter().map(package).collect() }
    }
}

fn read_below(root: &Path, below: &str, files: &mut BTreeMap<String, String>) -> Result<()> {
    let folder = root.join(below);
    let entries = fs::read_dir(&folder);
    for entry in entries.with_context(|| format!("{} could not be listed", folder.display()))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
        if entry.file_type()?.is_dir() {
            if !SKIPPED.contains(&name.as_str()) {
                read_below(root, &path, files)?;
            }
        } else if let Ok(text) = fs::read_to_string(entry.path()) {
            files.insert(path, text);
        }
    }
    Ok(())
}

fn packages(metadata: &serde_json::Value) -> Result<Vec<Package>> {
    let list = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    let package = |value: &serde_json::Value| {
        let name = value["name"].as_str().context("a package has a name")?;
        let dependencies = value["dependencies"].as_array().context("a package has a list")?;
        let dependencies = dependencies
            .iter()
            .filter(|dependency| dependency["kind"].as_str() != Some("dev"))
            .filter_map(|dependency| dependency["name"].as_str().map(str::to_owned));
        let room = name.strip_prefix("reporunner-").unwrap_or(name).to_owned();
        Ok(Package { room, dependencies: dependencies.collect() })
    };
    list.iter().map(package).collect()
}

/// The lines of `text` with their numbers, comments taken off: what follows `//` on a line, unless
/// it is in a string or an address.
pub(crate) fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(at, line)| {
        let comment = line.match_indices("//").find(|(from, _)| {
            let before = &line[..*from];
            !before.ends_with(':') && before.matches('"').count() % 2 == 0
        });
        (at + 1, comment.map_or(line, |(from, _)| &line[..from]))
    })
}

/// The part of a source file before its unit tests.
pub(crate) fn before_tests(text: &str) -> &str {
    match text.find("#[cfg(test)]\nmod ") {
        Some(at) => &text[..at],
        None => text,
    }
}
