//! The folder that a build fills: remembers what it was given, and removes the rest at the end.
//!
//! Knows nothing of what the files are.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::sh;

/// A folder being filled.
pub(crate) struct DistFolder {
    root: PathBuf,
    kept: BTreeSet<PathBuf>,
    changed: usize,
}

impl DistFolder {
    /// Starts filling `root`; what is there stays until [`DistFolder::finish`].
    pub(crate) fn open(root: PathBuf) -> Self {
        Self { root, kept: BTreeSet::new(), changed: 0 }
    }

    /// Puts one file at `path`, a path below the folder.
    pub(crate) fn put(&mut self, path: impl AsRef<Path>, bytes: &[u8]) -> Result<()> {
        let path = path.as_ref();
        self.changed += usize::from(sh::write_if_changed(&self.root.join(path), bytes)?);
        self.kept.insert(path.to_owned());
        Ok(())
    }

    /// Puts every file of `folder`, under the same names.
    pub(crate) fn put_all(&mut self, folder: &Path) -> Result<()> {
        for path in files_below(folder)? {
            let bytes = fs::read(folder.join(&path))
                .with_context(|| format!("{} could not be read", path.display()))?;
            self.put(&path, &bytes)?;
        }
        Ok(())
    }

    /// Removes what was not put, and says how many files were written or removed.
    pub(crate) fn finish(mut self) -> Result<usize> {
        for path in files_below(&self.root)? {
            if !self.kept.contains(&path) {
                fs::remove_file(self.root.join(&path))
                    .with_context(|| format!("{} could not be removed", path.display()))?;
                self.changed += 1;
            }
        }
        Ok(self.changed)
    }
}

/// The files below `folder` at any depth, as paths relative to it, sorted.
pub(crate) fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![PathBuf::new()];
    while let Some(below) = open.pop() {
        let full = folder.join(&below);
        let entries = fs::read_dir(&full)
            .with_context(|| format!("{} could not be listed", full.display()))?;
        for entry in entries {
            let entry = entry?;
            let path = below.join(entry.file_name());
            if entry.file_type()?.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_put_again_is_removed() {
        let folder = std::env::temp_dir().join(format!("rr-dist-{}", std::process::id()));
        let mut first = DistFolder::open(folder.clone());
        first.put("a.js", b"1").unwrap();
        first.put("fonts/old.woff2", b"2").unwrap();
        assert_eq!(first.finish().unwrap(), 2, "both are new");
        let mut second = DistFolder::open(folder.clone());
        second.put("a.js", b"1").unwrap();
        assert_eq!(second.finish().unwrap(), 1, "only the removal counts, a.js is the same");
        assert_eq!(files_below(&folder).unwrap(), [PathBuf::from("a.js")]);
        fs::remove_dir_all(&folder).unwrap();
    }
}
