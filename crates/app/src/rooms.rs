//! The open documents: one room for each workflow that somebody edits, with its undo history.
//!
//! A room answers an edit once its change is on disk. Every so many changes it makes a snapshot,
//! proves that it loads, and only then lets the store drop the changes that it covers.

use std::sync::{Arc, PoisonError};

use reporunner_collab::{Applied, Document, Heads, History, JournalEntry};
use reporunner_model::{
    AuthorId, Catalog, Edit, EditId, Timestamp, Workflow, WorkflowId, limits, validate,
};
use reporunner_protocol::{Failure, UndoState, WorkflowChange, WorkflowState};
use reporunner_store::{Change, Published, Store, WorkflowRow};
use tokio::sync::OwnedMutexGuard;

use crate::failure::{no_workflow, of_document, of_store};
use crate::listing::listing;
use crate::{App, Caller, ids};

/// Blob scope of the undo history of a document's people.
fn history_scope(document: &str) -> String {
    format!("undo/{document}")
}

/// One open document.
pub(crate) struct Room {
    pub(crate) id: WorkflowId,
    document_id: String,
    document: Document,
    history: History,
    journal_length: u64,
    pub(crate) revision: u64,
    pub(crate) live: bool,
    pub(crate) published: Option<Published>,
    since_snapshot: usize,
    /// Holds what could not be stored: whoever waited for it reads the room again.
    stale: bool,
}

impl Room {
    /// Reads a document with its history.
    pub(crate) fn load(store: &Store, row: WorkflowRow) -> Result<Self, Failure> {
        let loaded = store
            .read(|db| db.load_document(&row.document))
            .map_err(of_store)?
            .ok_or_else(no_workflow)?;
        let changes: Vec<&[u8]> =
            loaded.changes.iter().map(|row| row.change.bytes.as_slice()).collect();
        // The newest snapshot that loads will do: the changes since are rows.
        let snapshots = loaded.snapshots.iter().map(|snapshot| Some(snapshot.bytes.as_slice()));
        let mut opened = None;
        for snapshot in snapshots.chain([None]) {
            match Document::load(snapshot, changes.iter().copied()) {
                Ok(loaded) => {
                    opened = Some(loaded);
                    break;
                }
                Err(error) => tracing::warn!(%error, workflow = %row.id, "a snapshot is unusable"),
            }
        }
        let opened = opened.ok_or_else(|| {
            Failure::new(
                reporunner_protocol::Code::Internal,
                "the workflow's document cannot be read",
            )
            .hint("Restore a version of it, or the backup in the data folder.")
        })?;
        for aside in &opened.set_aside {
            tracing::warn!(reason = aside.reason, workflow = %row.id, "a change was set aside");
        }
        let scope = history_scope(&row.document);
        let rows = store.read(|db| db.blobs(&scope)).map_err(of_store)?;
        let journal_length = rows.len() as u64;
        let entries = rows.iter().filter_map(|(_, bytes)| serde_json::from_slice(bytes).ok());
        Ok(Self {
            id: row.id,
            document_id: row.document,
            document: opened.document,
            history: History::new(entries),
            journal_length,
            revision: row.listing.revision,
            live: row.live,
            published: row.published,
            since_snapshot: loaded.changes.len(),
            stale: false,
        })
    }

    pub(crate) fn workflow(&self) -> &Workflow {
        self.document.workflow()
    }

    pub(crate) fn heads(&self) -> Vec<String> {
        self.document.heads().ids().map(|id| id.to_string()).collect()
    }

    pub(crate) fn workflow_at(&self, heads: &[String]) -> Result<Workflow, Failure> {
        let heads = parse_heads(heads)?;
        self.document.workflow_at(&heads).map_err(of_document)
    }

    /// How the workflow stands on this machine.
    pub(crate) fn state(&self, trouble: Option<String>) -> WorkflowState {
        let since = |published: &Published| {
            let heads = parse_heads(&published.heads).ok()?;
            self.document.count_since(&heads).ok()
        };
        WorkflowState {
            live: self.live,
            published: self.published.is_some(),
            unpublished: match &self.published {
                Some(published) => since(published).unwrap_or(0),
                None => usize::try_from(self.revision).unwrap_or(usize::MAX),
            },
            trouble,
        }
    }

    pub(crate) fn undo_state(&self, author: &AuthorId) -> UndoState {
        UndoState {
            undo: self.history.undo_label(author).map(str::to_owned),
            redo: self.history.redo_label(author).map(str::to_owned),
        }
    }
}

fn parse_heads(heads: &[String]) -> Result<Heads, Failure> {
    heads.join(",").parse().map_err(of_document)
}

/// What shall happen to a document.
pub(crate) enum Turn<'a> {
    /// These edits.
    Edit { label: &'a str, edits: Vec<Edit> },
    /// Make it what this workflow says.
    Become { label: &'a str, content: Box<Workflow> },
    /// Take back the person's last step.
    Undo,
    /// Make it again.
    Redo,
}

impl App {
    /// The room of a workflow, opened where it was not, for one at a time.
    pub(crate) async fn room(&self, id: &WorkflowId) -> Result<OwnedMutexGuard<Room>, Failure> {
        loop {
            let room = self.shared_room(id)?.lock_owned().await;
            if !room.stale {
                return Ok(room);
            }
        }
    }

    fn shared_room(&self, id: &WorkflowId) -> Result<Arc<tokio::sync::Mutex<Room>>, Failure> {
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(room) = rooms.get(id) {
            return Ok(Arc::clone(room));
        }
        let row = self.store.read(|db| db.workflow(id)).map_err(of_store)?;
        let row = row.filter(|row| row.deleted.is_none()).ok_or_else(no_workflow)?;
        let room = Arc::new(tokio::sync::Mutex::new(Room::load(&self.store, row)?));
        rooms.insert(id.clone(), Arc::clone(&room));
        Ok(room)
    }

    /// Forgets a room; the next use reads it again.
    pub(crate) fn close_room(&self, id: &WorkflowId) {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    /// The workflow as its people see it now.
    pub(crate) async fn draft(&self, id: &WorkflowId) -> Result<Workflow, Failure> {
        Ok(self.room(id).await?.workflow().clone())
    }

    /// Stores a new workflow. It arrives off.
    pub(crate) async fn add_workflow(
        &self,
        caller: &Caller,
        workflow: Workflow,
        imported: bool,
    ) -> Result<WorkflowId, Failure> {
        let now = self.now();
        let (document, change) = Document::create(&workflow, self.catalog(), &caller.author, now)
            .map_err(of_document)?;
        let id = workflow.id.clone();
        let row = WorkflowRow {
            id: id.clone(),
            document: id.to_string(),
            listing: listing(document.workflow(), self.catalog(), 1),
            created: now,
            edited: now,
            deleted: None,
            live: false,
            imported,
            published: None,
            view: None,
        };
        let change = stored(&change, &caller.author, 1, now);
        self.store
            .write(move |tx| {
                tx.insert_workflow(&row)?;
                tx.add_changes(&row.document, &[change])?;
                Ok(())
            })
            .await
            .map_err(of_store)?;
        Ok(id)
    }

    /// Changes a document, stores the change, tells everybody.
    pub(crate) async fn turn(
        &self,
        caller: &Caller,
        id: &WorkflowId,
        batch: Option<EditId>,
        turn: Turn<'_>,
    ) -> Result<WorkflowChange, Failure> {
        let mut room = self.room(id).await?;
        let room = &mut *room;
        let now = self.now();
        let catalog = Arc::clone(self.catalog());
        let (applied, entry) = apply(room, caller, &catalog, now, turn)?;
        if !applied.changes.is_empty() {
            let stored = self.keep(room, caller, &applied, entry, now).await;
            if let Err(failure) = stored {
                // What is not on disk must not be on the screen either, nor may what others do next
                // build on it: read it again.
                room.stale = true;
                self.close_room(id);
                return Err(failure);
            }
        }
        let change = WorkflowChange {
            id: id.clone(),
            revision: room.revision,
            batch,
            author: caller.author.clone(),
            problems: validate(room.workflow(), &catalog),
            state: room.state(self.trouble_of(id)),
            undo: room.undo_state(&caller.author),
            edits: applied.edits,
        };
        if room.since_snapshot >= limits::SNAPSHOT_EVERY_CHANGES {
            room.since_snapshot = 0;
            self.snapshot(room, now);
        }
        let event =
            reporunner_protocol::Event::WorkflowChanged { change: Box::new(change.clone()) };
        self.bus.send(event);
        Ok(change)
    }

    /// Stores a change with what lists show of the workflow and the step of undo.
    async fn keep(
        &self,
        room: &mut Room,
        caller: &Caller,
        applied: &Applied,
        entry: Option<JournalEntry>,
        now: Timestamp,
    ) -> Result<(), Failure> {
        room.revision += 1;
        room.since_snapshot += 1;
        let listing = listing(room.workflow(), self.catalog(), room.revision);
        let rows: Vec<_> = applied
            .changes
            .iter()
            .map(|change| stored(change, &caller.author, room.revision, now))
            .collect();
        let entry = entry.map(|entry| {
            room.journal_length += 1;
            // Names sort as the steps came.
            (format!("{:012}", room.journal_length), entry)
        });
        let (id, document) = (room.id.clone(), room.document_id.clone());
        let written = self.store.write(move |tx| {
            tx.add_changes(&document, &rows)?;
            tx.set_listing(&id, &listing, now)?;
            if let Some((name, entry)) = &entry {
                tx.set_blob(&history_scope(&document), name, &serde_json::to_vec(entry)?)?;
            }
            Ok(())
        });
        written.await.map_err(of_store)
    }

    /// Makes a snapshot where nobody waits, and proves it before it replaces changes.
    fn snapshot(&self, room: &Room, now: Timestamp) {
        let bytes = room.document.save();
        let heads = room.document.heads();
        let names = room.heads();
        let content = room.workflow().clone();
        let (store, document) = (self.store.clone(), room.document_id.clone());
        // Read while the room is held: what is added from now on is not in the snapshot.
        let covers = match store.read(|db| db.last_change(&document)) {
            Ok(covers) => covers,
            Err(error) => {
                tracing::warn!(%error, "no snapshot was made; the changes stay");
                return;
            }
        };
        tokio::task::spawn_blocking(move || {
            if !Document::verify(&bytes, &heads, &content) {
                tracing::error!(document, "a snapshot does not load; the changes stay");
                return Ok(());
            }
            let written = store.write(move |tx| {
                let num = tx.add_snapshot(&document, &names, covers, &bytes, now)?;
                tx.verify_snapshot(&document, num)?;
                Ok(())
            });
            let result = written.wait();
            if let Err(error) = &result {
                tracing::warn!(%error, "a snapshot was not stored; the changes stay");
            }
            result
        });
    }
}

fn apply(
    room: &mut Room,
    caller: &Caller,
    catalog: &Catalog,
    now: Timestamp,
    turn: Turn<'_>,
) -> Result<(Applied, Option<JournalEntry>), Failure> {
    let author = &caller.author;
    let nothing = |message: &str| Failure::new(reporunner_protocol::Code::Invalid, message);
    match turn {
        Turn::Edit { label, edits } => {
            let batch = reporunner_model::EditBatch {
                id: ids::edit(),
                label: label.to_owned(),
                edits,
                author: Some(author.clone()),
            };
            let applied = room.document.apply(&batch, catalog, author, now).map_err(of_document)?;
            let entry = room.history.record(author, label, &applied);
            Ok((applied, entry))
        }
        Turn::Become { label, content } => {
            let applied = room
                .document
                .restore(&content, label, catalog, author, now)
                .map_err(of_document)?;
            let entry = room.history.record(author, label, &applied);
            Ok((applied, entry))
        }
        Turn::Undo => {
            let undone = room.history.undo(&mut room.document, catalog, author, now);
            let undone = undone.map_err(of_document)?;
            let undone = undone.ok_or_else(|| nothing("there is nothing to undo"))?;
            Ok((undone.applied, Some(undone.entry)))
        }
        Turn::Redo => {
            let redone = room.history.redo(&mut room.document, catalog, author, now);
            let redone = redone.map_err(of_document)?;
            let redone = redone.ok_or_else(|| nothing("there is nothing to redo"))?;
            Ok((redone.applied, Some(redone.entry)))
        }
    }
}

fn stored(
    change: &reporunner_collab::Change,
    author: &AuthorId,
    seq: u64,
    at: Timestamp,
) -> Change {
    Change {
        hash: change.id.as_bytes().to_vec(),
        author: author.clone(),
        seq,
        at,
        bytes: change.bytes.clone(),
    }
}
