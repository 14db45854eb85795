//! A folder as it was when it was looked through, and what differs between two looks.

use std::collections::{BTreeMap, BTreeSet};
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) event: &'static str,
    pub(super) path: PathBuf,
}

/// Looks through the folder.
pub(super) fn look(rule: &Rule) -> Tree {
    let mut tree = Tree::new();
    // Folders that were looked into, by where they really are.
    let mut seen = BTreeSet::new();
    let mut folders = vec![(rule.root.clone(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let real = folder.canonicalize().unwrap_or_else(|_| folder.clone());
        if depth > DEEPEST || !seen.insert(real) {
            continue;
        }
        // One that is gone, or may not be read, holds nothing.
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let path = entry.path();
            let Some(found) = found(rule, &path) else { continue };
            if found == Found::Folder && rule.depth.is_none_or(|most| depth < most) {
                folders.push((path.clone(), depth + 1));
            }
            tree.insert(path, found);
        }
    }
    tree
}

fn found(rule: &Rule, path: &Path) -> Option<Found> {
    if !rule.looks_at(path) {
        return None;
    }
    let mut about = path.symlink_metadata().ok()?;
    if about.is_symlink() && rule.may_follow(path) {
        about = path.metadata().ok()?;
    }
    Some(match about.is_dir() {
        true => Found::Folder,
        false => Found::File { size: about.len(), changed: about.modified().ok() },
    })
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
