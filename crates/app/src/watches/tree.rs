//! A folder as it was when it was looked through, and what differs between two looks.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::rule::Rule;

/// Deepest folder that is looked into, whatever the rule says: links may go in circles.
const DEEPEST: usize = 64;

/// What a look found at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    Folder,
    File { size: u64, changed: Option<SystemTime> },
}

/// What a look found.
pub(super) type Tree = BTreeMap<PathBuf, Found>;

/// What happened to a path, in n8n's words.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Change {
    pub(super) event: &'static str,
    pub(super) path: PathBuf,
}

/// What came of looking through a folder.
#[derive(Default)]
pub(super) struct Look {
    /// What is there; where it could not be read, what was there before.
    pub(super) tree: Tree,
    /// What could not be read, and why.
    pub(super) unread: BTreeMap<PathBuf, String>,
}

/// Looks through the folder. `before` is what the last look found.
pub(super) fn look(rule: &Rule, before: &Tree) -> Look {
    let mut look = Look::default();
    // Folders that were looked into, by where they really are.
    let mut seen = BTreeSet::new();
    let mut folders = vec![(rule.root.clone(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let real = folder.canonicalize().unwrap_or_else(|_| folder.clone());
        if depth > DEEPEST || !seen.insert(real) {
            continue;
        }
        let paths = match paths_in(&folder) {
            Ok(paths) => paths,
            // It went while it was looked at. The one that all is about is away, not empty.
            Err(error) if is_gone(&error) && folder != rule.root => continue,
            Err(error) => {
                look.keep(before, folder, &error);
                continue;
            }
        };
        for path in paths {
            match found(rule, &path) {
                Ok(None) => {}
                Ok(Some(found)) => {
                    if found == Found::Folder && rule.depth.is_none_or(|most| depth < most) {
                        folders.push((path.clone(), depth + 1));
                    }
                    look.tree.insert(path, found);
                }
                Err(error) => look.keep(before, path, &error),
            }
        }
    }
    look
}

impl Look {
    /// Takes what is at a path and below it as it was.
    fn keep(&mut self, before: &Tree, path: PathBuf, error: &Error) {
        let kept = before.iter().filter(|(at, _)| at.starts_with(&path));
        self.tree.extend(kept.map(|(at, found)| (at.clone(), *found)));
        self.unread.insert(path, error.to_string());
    }
}

fn is_gone(error: &Error) -> bool {
    error.kind() == ErrorKind::NotFound
}

/// All of it or nothing: half a folder would look as if the rest had gone.
fn paths_in(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect()
}

/// What is at a path; none where that does not count or has gone.
fn found(rule: &Rule, path: &Path) -> Result<Option<Found>, Error> {
    if !rule.looks_at(path) {
        return Ok(None);
    }
    let about = path.symlink_metadata().and_then(|about| {
        let follows = about.is_symlink() && rule.may_follow(path);
        if follows { path.metadata() } else { Ok(about) }
    });
    match about {
        Ok(about) if about.is_dir() => Ok(Some(Found::Folder)),
        Ok(about) => Ok(Some(Found::File { size: about.len(), changed: about.modified().ok() })),
        Err(error) if is_gone(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What happened between two looks: what is gone first, from the deepest on.
pub(super) fn changes(before: &Tree, now: &Tree) -> Vec<Change> {
    let is_folder = |found: &Found| *found == Found::Folder;
    let same_kind = |a: &Found, b: &Found| is_folder(a) == is_folder(b);
    let mut changes = Vec::new();
    for (path, was) in before.iter().rev() {
        if now.get(path).is_none_or(|is| !same_kind(was, is)) {
            let event = if is_folder(was) { "unlinkDir" } else { "unlink" };
            changes.push(Change { event, path: path.clone() });
        }
    }
    for (path, is) in now {
        let event = match before.get(path).filter(|was| same_kind(was, is)) {
            None if is_folder(is) => "addDir",
            None => "add",
            Some(was) if was != is => "change",
            Some(_) => continue,
        };
        changes.push(Change { event, path: path.clone() });
    }
    changes
}
