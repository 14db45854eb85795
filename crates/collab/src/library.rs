//! Documents on disk: what keeps a document in memory and its rows in the store in step.
//!
//! An edit is answered once its change is committed. Where a commit fails, the document goes back
//! to what is on disk. Everything here blocks; a caller with other things to do runs it on a
//! thread of its own. The journal of undo steps is the caller's to store, in the same commit.

use reporunner_model::{AuthorId, Catalog, EditBatch, Timestamp, Workflow, limits};
use reporunner_store::{self as store, Store, Tx};

use crate::{
    Applied, Change, Document, Error, Heads, History, JournalEntry, Loaded, Merged, Undone,
};

/// Why a document on disk did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// The document refused.
    #[error(transparent)]
    Document(#[from] Error),
    /// The store failed. The document is as it was before.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// Nothing that is stored of the document can be read.
    #[error("nothing that is stored of document {0} can be read")]
    Unreadable(String),
}

/// The documents in a store.
#[derive(Clone)]
pub struct Library {
    store: Store,
}

/// A document that is open here. One process at a time writes it.
pub struct OpenDocument {
    store: Store,
    id: String,
    document: Document,
    history: History,
    /// Place of the first stored change that could not be taken; no snapshot may cover it.
    set_aside: Option<u64>,
    /// What was stored and could not be read: rows and snapshots.
    unreadable: usize,
    /// Changes that the newest proven snapshot does not cover.
    since_snapshot: usize,
    /// Whether what is here may differ from what is on disk.
    astray: bool,
}

/// What a committed edit, undo or redo did.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// What changed.
    pub applied: Applied,
    /// The row of the undo journal; none where nothing changed.
    pub entry: Option<JournalEntry>,
}

/// A snapshot to be made and proved where nobody waits for it.
pub struct SnapshotJob {
    store: Store,
    id: String,
    document: Document,
    covers: u64,
}

type Done<T> = Result<T, LibraryError>;

/// What is written in the same commit as a change.
pub trait Also: FnOnce(&Tx<'_>) -> store::Result<()> + Send + 'static {}

impl<F: FnOnce(&Tx<'_>) -> store::Result<()> + Send + 'static> Also for F {}

impl Library {
    /// The documents in `store`.
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    /// Makes a document. `also` writes what belongs to it in the same commit.
    pub fn create(
        &self,
        id: &str,
        workflow: &Workflow,
        catalog: &Catalog,
        author: &AuthorId,
        time: Timestamp,
        also: impl Also,
    ) -> Done<OpenDocument> {
        let (document, change) = Document::create(workflow, catalog, author, time)?;
        let open = OpenDocument {
            store: self.store.clone(),
            id: id.to_owned(),
            document,
            history: History::default(),
            set_aside: None,
            unreadable: 0,
            since_snapshot: 1,
            astray: false,
        };
        open.commit(&[change], author, time, also)?;
        Ok(open)
    }

    /// Opens a document with the journal of its undo steps; none where there is no such document.
    pub fn open(
        &self,
        id: &str,
        journal: impl IntoIterator<Item = JournalEntry>,
    ) -> Done<Option<OpenDocument>> {
        let Some(found) = read(&self.store, id)? else { return Ok(None) };
        let open = OpenDocument {
            store: self.store.clone(),
            id: id.to_owned(),
            document: found.document,
            history: History::new(journal),
            set_aside: found.set_aside,
            unreadable: found.unreadable,
            since_snapshot: found.since_snapshot,
            astray: false,
        };
        Ok(Some(open))
    }
}

struct Found {
    document: Document,
    set_aside: Option<u64>,
    unreadable: usize,
    since_snapshot: usize,
}

/// Reads a document from the newest snapshot that loads, or from its changes alone.
fn read(store: &Store, id: &str) -> Done<Option<Found>> {
    let Some(stored) = store.read(|db| db.load_document(id))? else { return Ok(None) };
    let rows = || stored.changes.iter().map(|row| row.change.bytes.as_slice());
    let mut unreadable = stored.damaged;
    let mut loaded: Option<(Loaded, u64)> = None;
    for snapshot in &stored.snapshots {
        match Document::load(Some(&snapshot.bytes), rows()) {
            Ok(found) => {
                loaded = Some((found, snapshot.covers));
                break;
            }
            Err(error) => {
                tracing::warn!(%error, document = id, "a snapshot cannot be read");
                unreadable += 1;
            }
        }
    }
    let (loaded, covers) = match loaded {
        Some(found) => found,
        None => match Document::load(None, rows()) {
            Ok(found) => (found, 0),
            Err(_) => return Err(LibraryError::Unreadable(id.to_owned())),
        },
    };
    let aside = loaded.set_aside.iter().filter_map(|aside| stored.changes.get(aside.index));
    let since = stored.changes.iter().filter(|row| row.num > covers).count();
    Ok(Some(Found {
        document: loaded.document,
        set_aside: aside.map(|row| row.num).min(),
        unreadable: unreadable + loaded.set_aside.len(),
        since_snapshot: since,
    }))
}

impl OpenDocument {
    /// Its name in the store.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The document.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The undo steps.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// How many rows and snapshots could not be read when it was opened.
    pub fn unreadable(&self) -> usize {
        self.unreadable
    }

    /// Whether what is here may differ from what is on disk: a commit failed, and the disk could not
    /// be read again either. Nobody may go on with it; it is to be opened anew.
    pub fn is_astray(&self) -> bool {
        self.astray
    }

    /// Applies edits as one change and commits it. `also` sees the document as it is then and the
    /// row of the undo journal, and gives what belongs into the same commit; it is not called
    /// where the edits change nothing.
    pub fn apply<W: Also>(
        &mut self,
        batch: &EditBatch,
        catalog: &Catalog,
        author: &AuthorId,
        time: Timestamp,
        also: impl FnOnce(&Document, Option<&JournalEntry>) -> W,
    ) -> Done<Outcome> {
        let applied = self.document.apply(batch, catalog, author, time)?;
        self.keep(applied, &batch.label, author, time, also)
    }

    /// Makes the workflow say what `content` says, as one step that can be undone.
    pub fn restore<W: Also>(
        &mut self,
        content: &Workflow,
        label: &str,
        catalog: &Catalog,
        author: &AuthorId,
        time: Timestamp,
        also: impl FnOnce(&Document, Option<&JournalEntry>) -> W,
    ) -> Done<Outcome> {
        let applied = self.document.restore(content, label, catalog, author, time)?;
        self.keep(applied, label, author, time, also)
    }

    fn keep<W: Also>(
        &mut self,
        applied: Applied,
        label: &str,
        author: &AuthorId,
        time: Timestamp,
        also: impl FnOnce(&Document, Option<&JournalEntry>) -> W,
    ) -> Done<Outcome> {
        let before = self.history.clone();
        let entry = self.history.record(author, label, &applied);
        self.settle(&applied.changes, author, time, before, entry.clone(), also)?;
        Ok(Outcome { applied, entry })
    }

    /// Takes this person's last step back; none where there is none.
    pub fn undo<W: Also>(
        &mut self,
        catalog: &Catalog,
        author: &AuthorId,
        time: Timestamp,
        also: impl FnOnce(&Document, Option<&JournalEntry>) -> W,
    ) -> Done<Option<Undone>> {
        let before = self.history.clone();
        let undone = self.history.undo(&mut self.document, catalog, author, time)?;
        self.turned(undone, before, author, time, also)
    }

    /// Makes the step again that this person took back last; none where there is none.
    pub fn redo<W: Also>(
        &mut self,
        catalog: &Catalog,
        author: &AuthorId,
        time: Timestamp,
        also: impl FnOnce(&Document, Option<&JournalEntry>) -> W,
    ) -> Done<Option<Undone>> {
        let before = self.history.clone();
        let redone = self.history.redo(&mut self.document, catalog, author, time)?;
        self.turned(redone, before, author, time, also)
    }

    fn turned<W: Also>(
        &mut self,
        undone: Option<Undone>,
        before: History,
        author: &AuthorId,
        time: Timestamp,
        also: impl FnOnce(&Document, Option<&JournalEntry>) -> W,
    ) -> Done<Option<Undone>> {
        if let Some(undone) = &undone {
            let entry = Some(undone.entry.clone());
            self.settle(&undone.applied.changes, author, time, before, entry, also)?;
        }
        Ok(undone)
    }

    /// Takes changes that others made and commits those that could be taken.
    pub fn merge(
        &mut self,
        changes: &[Change],
        author: &AuthorId,
        time: Timestamp,
    ) -> Done<Merged> {
        let rows: Vec<&[u8]> = changes.iter().map(|change| change.bytes.as_slice()).collect();
        let merged = self.document.merge_changes(&rows)?;
        let bad = |index: usize| merged.set_aside.iter().any(|aside| aside.index == index);
        let good = changes.iter().enumerate().filter(|(index, _)| !bad(*index));
        let good: Vec<Change> = good.map(|(_, change)| change.clone()).collect();
        let before = self.history.clone();
        let nothing = |_: &Document, _: Option<&JournalEntry>| |_: &Tx<'_>| Ok(());
        self.settle(&good, author, time, before, None, nothing)?;
        Ok(merged)
    }

    /// Commits; where that fails, memory goes back to what is on disk, or counts as astray.
    fn settle<W: Also>(
        &mut self,
        changes: &[Change],
        author: &AuthorId,
        time: Timestamp,
        before: History,
        entry: Option<JournalEntry>,
        also: impl FnOnce(&Document, Option<&JournalEntry>) -> W,
    ) -> Done<()> {
        if changes.is_empty() && entry.is_none() {
            return Ok(());
        }
        let write = also(&self.document, entry.as_ref());
        let done = self.commit(changes, author, time, write);
        if let Err(error) = done {
            self.history = before;
            match read(&self.store, &self.id) {
                Ok(Some(found)) => self.document = found.document,
                Ok(None) | Err(_) => self.astray = true,
            }
            return Err(error);
        }
        self.since_snapshot += changes.len();
        Ok(())
    }

    fn commit(
        &self,
        changes: &[Change],
        author: &AuthorId,
        time: Timestamp,
        also: impl Also,
    ) -> Done<()> {
        let id = self.id.clone();
        let row = |change: &Change| store::Change {
            hash: change.id.as_bytes().to_vec(),
            author: author.clone(),
            seq: change.seq,
            at: time,
            bytes: change.bytes.clone(),
        };
        let rows: Vec<store::Change> = changes.iter().map(row).collect();
        let written = self.store.write(move |tx| {
            tx.add_changes(&id, &rows)?;
            also(tx)
        });
        Ok(written.wait()?)
    }

    /// The snapshot that is due, or none while there is none. Run it where nobody waits, and tell
    /// [`OpenDocument::snapshot_made`]. It is due once: one that fails is tried again when as many
    /// changes have come as it takes for the next.
    pub fn due_snapshot(&mut self) -> Done<Option<SnapshotJob>> {
        if self.since_snapshot < limits::SNAPSHOT_EVERY_CHANGES {
            return Ok(None);
        }
        let last = self.store.read(|db| db.last_change(&self.id))?;
        // What could not be taken stays a row: a later version may be able to read it.
        let covers = self.set_aside.map_or(last, |first| last.min(first.saturating_sub(1)));
        let (store, id) = (self.store.clone(), self.id.clone());
        self.since_snapshot = 0;
        Ok(Some(SnapshotJob { store, id, document: self.document.clone(), covers }))
    }

    /// A snapshot of the state `heads` is on disk.
    pub fn snapshot_made(&mut self, heads: &Heads) {
        self.since_snapshot = self.document.count_since(heads).unwrap_or_default();
    }
}

impl SnapshotJob {
    /// Saves the document, proves that what was saved loads and says the same, and only then
    /// counts it. Gives the state that it holds; none where the proof failed, and then every
    /// change stays a row.
    pub fn run(self, now: Timestamp) -> Done<Option<Heads>> {
        let (bytes, heads) = (self.document.save(), self.document.heads());
        if !Document::verify(&bytes, &heads, self.document.workflow()) {
            tracing::error!(document = self.id, "a snapshot does not load; changes are kept");
            return Ok(None);
        }
        let names: Vec<String> = heads.ids().map(|id| id.to_string()).collect();
        let written = self.store.write(move |tx| {
            let num = tx.add_snapshot(&self.id, &names, self.covers, &bytes, now)?;
            tx.verify_snapshot(&self.id, num)
        });
        written.wait()?;
        Ok(Some(heads))
    }
}
