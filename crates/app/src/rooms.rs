//! The open documents: one room for each workflow that somebody edits.
//!
//! A room answers an edit once its change is on disk. What lists show of the workflow, the step of
//! undo and the batch's id go into the same commit.

mod places;

use std::collections::HashMap;
use std::sync::Arc;

use reporunner_collab::{Heads, JournalEntry, Library, LibraryError, OpenDocument, SnapshotJob};
use reporunner_model::{
    AuthorId, Catalog, Edit, EditBatch, EditId, NodeId, Timestamp, Workflow, WorkflowId, limits,
    pin_file,
};
use reporunner_protocol::{
    Code, EditOutcome, Event, Failure, UndoState, WorkflowChange, WorkflowState,
};
use reporunner_store::{Published, Store, WorkflowRow};

use crate::edits;
use crate::failure::{no_workflow, of_document, of_store};
use crate::house::foreign_id;
use crate::listing::listing;
use crate::pins::{self, PinFiles};
use crate::problems::problems;
use crate::{App, Caller};

pub(crate) use places::Places;

/// Before the number of a step in the names of a document's blobs.
const STEP: &str = "undo/";
/// Before the place of a batch in the names of a document's blobs.
const BATCH: &str = "batch/";
/// Steps whose blobs are kept: those that can be undone, and as many undos and redos of them.
const STEPS: u64 = 2 * limits::UNDO_STEPS as u64;
/// Batches that are remembered, so that one which is sent again changes nothing.
const BATCHES: u64 = 256;

/// One open document.
pub(crate) struct Room {
    pub(crate) id: WorkflowId,
    store: Store,
    open: OpenDocument,
    steps: u64,
    /// The batches taken in last. A client that lost its connection sends again what was not
    /// answered.
    batches: HashMap<EditId, u64>,
    pub(crate) revision: u64,
    pub(crate) live: bool,
    pub(crate) published: Option<Published>,
    /// The workflow at the published heads, once it was asked for.
    published_content: Option<(Vec<String>, Workflow)>,
    /// Nobody may use it any more: the workflow went to the trash, or what is here may differ
    /// from what is on disk.
    closed: bool,
}

impl Room {
    /// Reads a document with its history.
    fn load(store: &Store, row: WorkflowRow) -> Result<Self, Failure> {
        let blobs = store.read(|db| db.blobs(&row.document)).map_err(of_store)?;
        let steps: Vec<_> = blobs.iter().filter(|(name, _)| name.starts_with(STEP)).collect();
        let batches = blobs.iter().filter_map(|(name, bytes)| {
            let place = name.strip_prefix(BATCH)?.parse().ok()?;
            Some((EditId::new(std::str::from_utf8(bytes).ok()?), place))
        });
        let batches = batches.collect();
        let entries = steps.iter().filter_map(|(_, bytes)| serde_json::from_slice(bytes).ok());
        let last = steps.iter().filter_map(|(name, _)| name.strip_prefix(STEP)?.parse().ok()).max();
        let open = Library::new(store.clone()).open(&row.document, entries).map_err(of_library)?;
        let open = open.ok_or_else(no_workflow)?;
        if open.unreadable() > 0 {
            tracing::warn!(rows = open.unreadable(), workflow = %row.id, "rows were set aside");
        }
        Ok(Self {
            id: row.id,
            store: store.clone(),
            open,
            steps: last.unwrap_or(0),
            batches,
            revision: row.listing.revision,
            live: row.live,
            published: row.published,
            published_content: None,
            closed: false,
        })
    }

    pub(crate) fn workflow(&self) -> &Workflow {
        self.open.document().workflow()
    }

    pub(crate) fn heads(&self) -> Vec<String> {
        self.open.document().heads().ids().map(|id| id.to_string()).collect()
    }

    pub(crate) fn workflow_at(&self, heads: &[String]) -> Result<Workflow, Failure> {
        self.open.document().workflow_at(&parse_heads(heads)?).map_err(of_document)
    }

    /// How the workflow stands on this machine.
    pub(crate) fn state(&self, trouble: Option<String>) -> WorkflowState {
        let since = |published: &Published| {
            let heads = parse_heads(&published.heads).ok()?;
            self.open.document().count_since(&heads).ok()
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

    /// What was published, with its place moved here where the draft is the same again: nothing is
    /// unpublished then, however many changes led there.
    fn published_again(&mut self) -> Option<Published> {
        self.load_published()?;
        let published = self.published.as_ref()?;
        let (heads, content) = self.published_content.as_mut()?;
        if *content != *self.open.document().workflow() {
            return None;
        }
        let now: Vec<_> = self.open.document().heads().ids().map(|id| id.to_string()).collect();
        if now == published.heads {
            return None;
        }
        heads.clone_from(&now);
        Some(Published { heads: heads.clone(), revision: self.revision, ..published.clone() })
    }

    /// Makes ready what is published, where anything is.
    fn load_published(&mut self) -> Option<()> {
        let published = self.published.as_ref()?;
        if !matches!(&self.published_content, Some((heads, _)) if *heads == published.heads) {
            let content = self.workflow_at(&published.heads).ok()?;
            self.published_content = Some((published.heads.clone(), content));
        }
        Some(())
    }

    /// The draft, and what is published where anything is.
    pub(crate) fn both(&mut self) -> (&Workflow, Option<&Workflow>) {
        let published = self.load_published();
        let content = self.published_content.as_ref().filter(|_| published.is_some());
        (self.open.document().workflow(), content.map(|(_, workflow)| workflow))
    }

    pub(crate) fn undo_state(&self, author: &AuthorId) -> UndoState {
        UndoState {
            undo: self.open.history().undo_label(author).map(str::to_owned),
            redo: self.open.history().redo_label(author).map(str::to_owned),
        }
    }

    /// Changes the document and commits what belongs to the change. Gives the edits as they are
    /// to be reported.
    fn take(
        &mut self,
        mut turn: Turn,
        batch: &EditId,
        author: &AuthorId,
        catalog: &Arc<Catalog>,
        now: Timestamp,
    ) -> Result<Vec<Edit>, Failure> {
        let mut pins = PinFiles::new(&self.store);
        if let Turn::Edit { edits, .. } = &mut turn {
            pins.of_edits(edits)?;
        }
        let revision = self.revision + 1;
        let step = step_name(self.steps + 1);
        let outdated = (self.steps + 1).checked_sub(STEPS).map(step_name);
        let place = revision % BATCHES;
        let remembered = (format!("{BATCH}{place}"), batch.clone());
        let (id, document, shown) = (self.id.clone(), self.open.id().to_owned(), catalog.clone());
        let also = |now_is: &reporunner_collab::Document, entry: Option<&JournalEntry>| {
            let listing = listing(now_is.workflow(), &shown, revision);
            let entry = entry.map(serde_json::to_vec);
            let need_files = pins.note();
            move |tx: &reporunner_store::Tx<'_>| {
                need_files(tx, &id)?;
                tx.set_listing(&id, &listing, now)?;
                let (name, batch) = &remembered;
                tx.set_blob(&document, name, batch.as_str().as_bytes())?;
                if let Some(entry) = entry {
                    tx.set_blob(&document, &step, &entry?)?;
                    if let Some(outdated) = &outdated {
                        tx.remove_blob(&document, outdated)?;
                    }
                }
                Ok(())
            }
        };
        let nothing = |message: &str| Failure::new(Code::Invalid, message);
        let before = self.open.document().heads();
        let edits = match turn {
            Turn::Edit { label, edits } => {
                let batch = EditBatch { id: EditId::default(), label, edits, author: None };
                let done = self.open.apply(&batch, catalog, author, now, also);
                done.map_err(of_library)?.applied.edits
            }
            Turn::Rename { node, name } => {
                let (label, edits) = edits::rename(self.workflow(), &node, &name)?;
                let batch = EditBatch { id: EditId::default(), label, edits, author: None };
                let done = self.open.apply(&batch, catalog, author, now, also);
                done.map_err(of_library)?.applied.edits
            }
            Turn::Become { label, content } => {
                let done = self.open.restore(&content, &label, catalog, author, now, also);
                done.map_err(of_library)?.applied.edits
            }
            Turn::Undo => {
                let done = self.open.undo(catalog, author, now, also).map_err(of_library)?;
                done.ok_or_else(|| nothing("there is nothing to undo"))?.applied.edits
            }
            Turn::Redo => {
                let done = self.open.redo(catalog, author, now, also).map_err(of_library)?;
                done.ok_or_else(|| nothing("there is nothing to redo"))?.applied.edits
            }
        };
        if self.open.document().heads() != before {
            self.revision = revision;
            self.steps += 1;
            self.batches.retain(|_, taken| *taken != place);
            self.batches.insert(batch.clone(), place);
        }
        Ok(edits)
    }
}

fn step_name(number: u64) -> String {
    format!("{STEP}{number:012}")
}

fn parse_heads(heads: &[String]) -> Result<Heads, Failure> {
    heads.join(",").parse().map_err(of_document)
}

fn of_library(error: LibraryError) -> Failure {
    match error {
        LibraryError::Document(error) => of_document(error),
        LibraryError::Store(error) => of_store(error),
        LibraryError::Unreadable(_) => Failure::new(Code::Internal, error.to_string())
            .hint("Restore a backup of the data folder; the log says what is wrong."),
    }
}

/// What shall happen to a document.
pub(crate) enum Turn {
    /// These edits.
    Edit { label: String, edits: Vec<Edit> },
    /// Call a node by another name, wherever it is mentioned.
    Rename { node: NodeId, name: String },
    /// Make it what this workflow says.
    Become { label: String, content: Box<Workflow> },
    /// Take back the person's last step.
    Undo,
    /// Make it again.
    Redo,
}

impl App {
    /// The workflow as its people see it now.
    pub(crate) async fn draft(&self, id: &WorkflowId) -> Result<Workflow, Failure> {
        Ok(self.room(id).await?.workflow().clone())
    }

    /// The same with the items of pins that are not in the document, to be run or taken elsewhere.
    pub(crate) async fn whole_draft(&self, id: &WorkflowId) -> Result<Workflow, Failure> {
        let draft = self.draft(id).await?;
        if draft.pins.values().all(|pin| pin_file(pin).is_none()) {
            return Ok(draft);
        }
        self.read(move |app| pins::with_items(&app.store, draft)).await
    }

    /// Stores a new workflow. It arrives off.
    pub(crate) async fn add_workflow(
        &self,
        caller: &Caller,
        mut workflow: Workflow,
        imported: bool,
    ) -> Result<WorkflowId, Failure> {
        let now = self.now();
        let id = workflow.id.clone();
        let row = WorkflowRow {
            id: id.clone(),
            document: id.to_string(),
            listing: listing(&workflow, self.catalog(), 1),
            created: now,
            edited: now,
            deleted: None,
            live: false,
            imported,
            foreign_id: imported.then(|| foreign_id(&workflow)),
            published: None,
            view: None,
        };
        let (store, catalog) = (self.store.clone(), Arc::clone(self.catalog()));
        let author = caller.author.clone();
        let made = tokio::task::spawn_blocking(move || {
            let mut pins = PinFiles::new(&store);
            pins.of_workflow(&mut workflow)?;
            let (document, need_files) = (row.document.clone(), pins.note());
            let also = move |tx: &reporunner_store::Tx<'_>| {
                need_files(tx, &row.id)?;
                tx.insert_workflow(&row)
            };
            let made =
                Library::new(store).create(&document, &workflow, &catalog, &author, now, also);
            made.map(drop).map_err(of_library)
        });
        made.await.unwrap_or_else(|_| Err(abandoned()))?;
        Ok(id)
    }

    /// Changes a document, stores the change, tells everybody. An edit whose id was taken in
    /// already changes nothing.
    pub(crate) async fn turn(
        &self,
        caller: &Caller,
        id: &WorkflowId,
        batch: EditId,
        turn: Turn,
    ) -> Result<EditOutcome, Failure> {
        let mut room = self.room(id).await?;
        if room.batches.contains_key(&batch) {
            let change = self.change_of(&mut room, caller, batch, Vec::new());
            return Ok(EditOutcome { change, repeated: true });
        }
        let now = self.now();
        let (author, catalog) = (caller.author.clone(), Arc::clone(self.catalog()));
        let asked = batch.clone();
        let (mut room, taken) = self
            .change_room(room, move |room| {
                let edits = room.take(turn, &asked, &author, &catalog, now)?;
                Ok::<_, Failure>((edits, room.published_again()))
            })
            .await?;
        if room.open.is_astray() {
            self.close_room(&mut room);
        }
        let (edits, published) = taken?;
        if let Some(published) = published {
            let (id, moved) = (room.id.clone(), published.clone());
            // Without this the count is too high, which is no reason to refuse the change.
            match self.store.write(move |tx| tx.set_published(&id, Some(&moved))).await {
                Ok(()) => room.published = Some(published),
                Err(error) => tracing::warn!(%error, "what is published could not be noted"),
            }
        }
        let change = self.change_of(&mut room, caller, batch, edits);
        if let Ok(Some(job)) = room.open.due_snapshot() {
            self.snapshot(id, job);
        }
        // Sent while the room is held, so that changes are heard in their order.
        self.bus.send(Event::WorkflowChanged { change: Box::new(change.clone()) });
        Ok(EditOutcome { change, repeated: false })
    }

    fn change_of(
        &self,
        room: &mut Room,
        caller: &Caller,
        batch: EditId,
        edits: Vec<Edit>,
    ) -> WorkflowChange {
        WorkflowChange {
            id: room.id.clone(),
            revision: room.revision,
            batch: Some(batch),
            author: caller.author.clone(),
            problems: problems(room.workflow(), self.catalog()),
            state: room.state(self.trouble_of(&room.id)),
            undo: room.undo_state(&caller.author),
            webhooks: self.webhook_addresses(room),
            edits,
        }
    }

    /// Makes a snapshot where nobody waits, and proves it before it replaces changes.
    fn snapshot(&self, id: &WorkflowId, job: SnapshotJob) {
        let (app, id, now) = (self.this.clone(), id.clone(), self.now());
        tokio::spawn(async move {
            let made = tokio::task::spawn_blocking(move || job.run(now).map_err(of_library));
            let made = match made.await.unwrap_or_else(|_| Err(abandoned())) {
                Ok(made) => made,
                Err(failure) => {
                    tracing::warn!(%failure, "a snapshot was not stored; the changes stay");
                    return;
                }
            };
            if let (Some(app), Some(heads)) = (app.upgrade(), made)
                && let Ok(mut room) = app.room(&id).await
            {
                room.open.snapshot_made(&heads);
            }
        });
    }
}

fn abandoned() -> Failure {
    Failure::new(Code::Internal, "the change was abandoned")
}
