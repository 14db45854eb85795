//! Undo and redo, each person their own.
//!
//! A step is two states of the document; taking it back is a new change, never a rewind. The
//! journal of steps is a list of small rows that somebody else keeps, so undo survives a restart.

use std::collections::BTreeMap;

use reporunner_model::{AuthorId, Catalog, Timestamp, limits};
use serde::{Deserialize, Serialize};

use crate::{Applied, Document, Error, Heads};

/// One row of the journal, in the order in which things happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JournalEntry {
    /// Who did it.
    pub author: AuthorId,
    /// Whether it was an edit, its undoing or its redoing.
    pub kind: JournalKind,
    /// What the step did, in a few words.
    pub label: String,
    /// The state before.
    pub before: Heads,
    /// The state after; the same where nothing was left to take back.
    pub after: Heads,
}

/// What a row of the journal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum JournalKind {
    /// An edit.
    Edit,
    /// The last step was taken back.
    Undo,
    /// The step last taken back was made again.
    Redo,
}

/// What an undo or a redo did.
#[derive(Debug, Clone, PartialEq)]
pub struct Undone {
    /// What the step did, in a few words.
    pub label: String,
    /// What changed.
    pub applied: Applied,
    /// The row to keep.
    pub entry: JournalEntry,
}

#[derive(Debug, Clone)]
struct Step {
    label: String,
    before: Heads,
    after: Heads,
}

#[derive(Debug, Clone, Default)]
struct Stacks {
    undo: Vec<Step>,
    redo: Vec<Step>,
}

/// The steps of everybody who edits one document here.
#[derive(Debug, Clone, Default)]
pub struct History {
    stacks: BTreeMap<AuthorId, Stacks>,
}

impl History {
    /// The history that these rows, oldest first, tell.
    pub fn new(journal: impl IntoIterator<Item = JournalEntry>) -> Self {
        let mut history = Self::default();
        for entry in journal {
            history.follow(&entry);
        }
        history
    }

    /// Takes note of an edit; gives the row to keep, none where nothing changed.
    pub fn record(
        &mut self,
        author: &AuthorId,
        label: &str,
        applied: &Applied,
    ) -> Option<JournalEntry> {
        if applied.before == applied.after {
            return None;
        }
        let entry = JournalEntry {
            author: author.clone(),
            kind: JournalKind::Edit,
            label: label.to_owned(),
            before: applied.before.clone(),
            after: applied.after.clone(),
        };
        self.follow(&entry);
        Some(entry)
    }

    /// What the next undo of this person would take back.
    pub fn undo_label(&self, author: &AuthorId) -> Option<&str> {
        Some(&self.stacks.get(author)?.undo.last()?.label)
    }

    /// What the next redo of this person would make again.
    pub fn redo_label(&self, author: &AuthorId) -> Option<&str> {
        Some(&self.stacks.get(author)?.redo.last()?.label)
    }

    /// Takes this person's last step back, as far as nobody else changed the same since. None
    /// where there is no step.
    pub fn undo(
        &mut self,
        document: &mut Document,
        catalog: &Catalog,
        author: &AuthorId,
        time: Timestamp,
    ) -> Result<Option<Undone>, Error> {
        self.turn(JournalKind::Undo, document, catalog, author, time)
    }

    /// Makes the step again that this person took back last.
    pub fn redo(
        &mut self,
        document: &mut Document,
        catalog: &Catalog,
        author: &AuthorId,
        time: Timestamp,
    ) -> Result<Option<Undone>, Error> {
        self.turn(JournalKind::Redo, document, catalog, author, time)
    }

    fn turn(
        &mut self,
        kind: JournalKind,
        document: &mut Document,
        catalog: &Catalog,
        author: &AuthorId,
        time: Timestamp,
    ) -> Result<Option<Undone>, Error> {
        let stacks = self.stacks.get(author);
        let step = stacks.and_then(|stacks| match kind {
            JournalKind::Redo => stacks.redo.last(),
            JournalKind::Undo | JournalKind::Edit => stacks.undo.last(),
        });
        let Some(Step { label, before, after }) = step.cloned() else { return Ok(None) };
        let verb = if kind == JournalKind::Redo { "Redo" } else { "Undo" };
        let message = format!("{verb}: {label}");
        let applied = document.reverse((&before, &after), &message, catalog, author, time)?;
        let entry = JournalEntry {
            author: author.clone(),
            kind,
            label: label.clone(),
            before: applied.before.clone(),
            after: applied.after.clone(),
        };
        self.follow(&entry);
        Ok(Some(Undone { label, applied, entry }))
    }

    fn follow(&mut self, entry: &JournalEntry) {
        let stacks = self.stacks.entry(entry.author.clone()).or_default();
        let step = Step {
            label: entry.label.clone(),
            before: entry.before.clone(),
            after: entry.after.clone(),
        };
        let did_something = entry.before != entry.after;
        match entry.kind {
            JournalKind::Edit => {
                stacks.redo.clear();
                stacks.undo.push(step);
            }
            JournalKind::Undo => {
                stacks.undo.pop();
                stacks.redo.extend(did_something.then_some(step));
            }
            JournalKind::Redo => {
                stacks.redo.pop();
                stacks.undo.extend(did_something.then_some(step));
            }
        }
        let over = stacks.undo.len().saturating_sub(limits::UNDO_STEPS);
        stacks.undo.drain(..over);
    }
}
