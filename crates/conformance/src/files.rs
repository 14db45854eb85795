//! The files of a folder of cases, and the results beside their relative paths.

use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::Value;

/// All files with this extension below `folder`, sorted; none where it is not there.
pub(crate) fn below(folder: &Path, extension: &str) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop().filter(|folder| folder.is_dir()) {
        let entries = std::fs::read_dir(&folder)
            .with_context(|| format!("{} cannot be listed", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The bytes of a file.
pub(crate) fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))
}

/// Writes a result, where results are wanted.
pub(crate) fn write(results: Option<&Path>, relative: &Path, value: &Value) -> anyhow::Result<()> {
    write_text(results, relative, &value.to_string())
}

/// The same for a result that is text.
pub(crate) fn write_text(
    results: Option<&Path>,
    relative: &Path,
    text: &str,
) -> anyhow::Result<()> {
    let Some(results) = results else { return Ok(()) };
    let path = results.join(relative);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    std::fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))
}

/// `path` as it is called below `folder`.
pub(crate) fn relative<'p>(path: &'p Path, folder: &Path) -> &'p Path {
    path.strip_prefix(folder).unwrap_or(path)
}

/// Copies a folder with all below it. Nothing where it is not there.
pub(crate) fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    if !from.is_dir() {
        return Ok(());
    }
    std::fs::create_dir_all(to).with_context(|| format!("{} cannot be made", to.display()))?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target)?;
        } else {
            std::fs::copy(&path, &target)
                .with_context(|| format!("{} cannot be copied", path.display()))?;
        }
    }
    Ok(())
}
