//! Sends what a person did, one thing after the other, and keeps what could not be saved.
//!
//! What the disk or the connection refuses stays and is tried again, also while another page is
//! shown; what the backend says cannot be done goes out of sight with a message.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use leptos::prelude::*;
use reporunner_model::{EditBatch, EditId, NodeId, VersionId, WorkflowId};
use reporunner_protocol::{
    Code, EditOutcome, EditWorkflow, Failure, RedoEdit, RenameNode, RestoreVersion, RevertDraft,
    UndoEdit, WorkflowChange,
};

use super::context::{EditorContext, SaveState};
use crate::backend::Backend;
use crate::document::Arrival;
use crate::state::AppState;
use crate::time;

/// First pause before something is tried again, milliseconds.
const PAUSE_FIRST_MS: i32 = 500;
/// Longest pause before something is tried again, milliseconds.
const PAUSE_LAST_MS: i32 = 10_000;

/// Something to be done in the backend, under an id by which it is known if it is sent again.
#[derive(Debug, Clone)]
pub(super) enum Wish {
    Edit(EditBatch),
    Undo(EditId),
    Redo(EditId),
    Rename { node: NodeId, name: String, edit: EditId },
    Revert(EditId),
    Restore(VersionId, EditId),
}

thread_local! {
    /// The outbox of every workflow that was opened: what waits outlives the page it was done on,
    /// and who comes back must see it.
    static ALL: RefCell<HashMap<WorkflowId, Outbox>> = RefCell::default();
}

/// What waits to be sent. Lives on until it is empty, even when the page has been left.
#[derive(Clone)]
pub(super) struct Outbox {
    inner: Rc<Inner>,
}

struct Inner {
    /// The workflow that it is for.
    id: WorkflowId,
    waiting: RefCell<VecDeque<Wish>>,
    sending: Cell<bool>,
    /// Whether the workflow is being opened again.
    reopening: Cell<bool>,
    /// The page that shows the workflow, or did last.
    editor: Cell<Option<EditorContext>>,
    /// The newest change that an answer told of.
    revision: Cell<u64>,
    /// How it stands, for a page that comes later.
    state: RefCell<SaveState>,
}

impl Outbox {
    /// The outbox of a workflow: the one that still waits, or an empty one.
    pub(super) fn of(id: &WorkflowId) -> Self {
        ALL.with_borrow_mut(|all| all.entry(id.clone()).or_insert_with(|| Self::new(id)).clone())
    }

    fn new(id: &WorkflowId) -> Self {
        let inner = Inner {
            id: id.clone(),
            waiting: RefCell::default(),
            sending: Cell::new(false),
            reopening: Cell::new(false),
            editor: Cell::new(None),
            revision: Cell::new(0),
            state: RefCell::new(SaveState::Saved),
        };
        Self { inner: Rc::new(inner) }
    }

    /// What waits here is shown by `editor` from now on, whose document was just opened: on it go
    /// the edits that are not saved yet.
    pub(super) fn attach(&self, editor: EditorContext) {
        self.inner.editor.set(Some(editor));
        // It was about the page before this one.
        self.inner.reopening.set(false);
        let batches: Vec<EditBatch> =
            self.inner.waiting.borrow().iter().filter_map(batch).collect();
        let behind = editor.document.try_update(|document| {
            for batch in batches {
                document.apply_own(batch);
            }
            document.revision() < self.inner.revision.get()
        });
        editor.saved.set(self.inner.state.borrow().clone());
        // The last edit was answered after the workflow was read and before it was shown.
        if behind == Some(true) {
            reopen(editor);
        }
    }

    /// The page that shows the workflow, while there is one.
    fn editor(&self) -> Option<EditorContext> {
        self.inner.editor.get().filter(|editor| editor.id.try_get_value().is_some())
    }

    fn show(&self, app: AppState, state: SaveState) {
        let id = &self.inner.id;
        let why = match &state {
            SaveState::NotSaved(failure) if failure.code == Code::NotSaved => Some(failure.clone()),
            _ => None,
        };
        if app.unsaved.with_untracked(|all| all.get(id) != why.as_ref()) {
            app.unsaved.update(|all| match why {
                Some(why) => drop(all.insert(id.clone(), why)),
                None => drop(all.remove(id)),
            });
        }
        if let Some(editor) = self.editor()
            && editor.saved.try_with_untracked(|saved| *saved != state) == Some(true)
        {
            editor.saved.set(state.clone());
        }
        self.inner.state.replace(state);
    }

    fn is_empty(&self) -> bool {
        self.inner.waiting.borrow().is_empty() && !self.inner.sending.get()
    }
}

/// Sends a wish after those that wait.
pub(super) fn send(editor: EditorContext, wish: Wish) {
    let Some(outbox) = editor.outbox.try_get_value() else { return };
    outbox.inner.waiting.borrow_mut().push_back(wish);
    // While something cannot be saved, one more edit changes nothing about that.
    if *outbox.inner.state.borrow() == SaveState::Saved {
        outbox.show(editor.app, SaveState::Saving);
    }
    if !outbox.inner.sending.replace(true) {
        leptos::task::spawn_local(pump(editor.app, outbox));
    }
}

/// Whether anything waits to be saved, of whatever workflow.
pub(crate) fn any_waits() -> bool {
    ALL.with_borrow(|all| all.values().any(|outbox| !outbox.is_empty()))
}

fn batch(wish: &Wish) -> Option<EditBatch> {
    match wish {
        Wish::Edit(batch) => Some(batch.clone()),
        _ => None,
    }
}

/// Waits until everything the person did is in the backend, or cannot be put there now.
pub(super) async fn settled(editor: EditorContext) {
    while let Some(outbox) = editor.outbox.try_get_value() {
        let stuck =
            editor.saved.try_with_untracked(|saved| matches!(saved, SaveState::NotSaved(_)));
        if outbox.is_empty() || stuck != Some(false) {
            return;
        }
        time::pause(8).await;
    }
}

async fn pump(app: AppState, outbox: Outbox) {
    let mut pause = PAUSE_FIRST_MS;
    loop {
        // Taken out only once it is answered: it is not saved before.
        let Some(wish) = outbox.inner.waiting.borrow().front().cloned() else { break };
        let id = outbox.inner.id.clone();
        match ask(app.backend, id, wish.clone()).await {
            // Its edits went with the answer that was lost; one asks again until they are here.
            Ok(outcome) if outcome.repeated && !opened_again(&outbox).await => {
                time::pause(pause).await;
                pause = (pause * 2).min(PAUSE_LAST_MS);
            }
            Ok(outcome) => {
                outbox.inner.waiting.borrow_mut().pop_front();
                pause = PAUSE_FIRST_MS;
                outbox.show(app, SaveState::Saving);
                answered(&outbox, &wish, &outcome.change);
            }
            Err(failure) if matches!(failure.code, Code::NotSaved | Code::Disconnected) => {
                outbox.show(app, SaveState::NotSaved(failure));
                time::pause(pause).await;
                pause = (pause * 2).min(PAUSE_LAST_MS);
            }
            Err(failure) => {
                outbox.inner.waiting.borrow_mut().pop_front();
                refused(app, &outbox, &wish, &failure);
            }
        }
    }
    outbox.inner.sending.set(false);
    outbox.show(app, SaveState::Saved);
}

/// Opens the workflow again where a page shows it; false where that failed.
async fn opened_again(outbox: &Outbox) -> bool {
    match outbox.editor() {
        Some(editor) => editor.reopen().await,
        None => true,
    }
}

fn answered(outbox: &Outbox, wish: &Wish, change: &WorkflowChange) {
    outbox.inner.revision.set(change.revision.max(outbox.inner.revision.get()));
    let Some(editor) = outbox.editor() else { return };
    arrived(editor, change);
    let WorkflowChange { edits, undo, .. } = change;
    match wish {
        Wish::Undo(_) => editor.tell_reversed("Undone", undo.redo.as_ref(), edits),
        Wish::Redo(_) => editor.tell_reversed("Done again", undo.undo.as_ref(), edits),
        _ => {}
    }
}

async fn ask(backend: Backend, id: WorkflowId, wish: Wish) -> Result<EditOutcome, Failure> {
    match wish {
        Wish::Edit(batch) => backend.call(EditWorkflow { id, batch }).await,
        Wish::Undo(edit) => backend.call(UndoEdit { id, edit }).await,
        Wish::Redo(edit) => backend.call(RedoEdit { id, edit }).await,
        Wish::Rename { node, name, edit } => {
            backend.call(RenameNode { id, node, name, edit }).await
        }
        Wish::Revert(edit) => backend.call(RevertDraft { id, edit }).await,
        Wish::Restore(version, edit) => backend.call(RestoreVersion { id, version, edit }).await,
    }
}

/// Takes in a confirmed change.
pub(super) fn arrived(editor: EditorContext, change: &WorkflowChange) {
    match editor.document.try_update(|document| document.arrive(change)) {
        Some(Arrival::Applied(edits)) => {
            editor.tell(edits);
            editor.prune_selection();
        }
        Some(Arrival::Gap) => reopen(editor),
        Some(Arrival::Known) | None => {}
    }
}

fn refused(app: AppState, outbox: &Outbox, wish: &Wish, failure: &Failure) {
    match (wish, failure.code) {
        // That all is taken back already is no failure.
        (Wish::Undo(_), Code::Invalid) => app.toast("There is nothing left to undo"),
        (Wish::Redo(_), Code::Invalid) => app.toast("There is nothing to do again"),
        _ => app.fail(failure),
    }
    let Some(editor) = outbox.editor() else { return };
    if let Wish::Edit(batch) = wish {
        let edits = editor.document.try_update(|document| document.refuse(&batch.id));
        editor.tell(edits.unwrap_or_default());
    }
    if failure.code == Code::Stale {
        reopen(editor);
    }
}

/// Opens the workflow again, once at a time.
pub(super) fn reopen(editor: EditorContext) {
    let Some(outbox) = editor.outbox.try_get_value() else { return };
    if outbox.inner.reopening.replace(true) {
        return;
    }
    leptos::task::spawn_local(async move {
        editor.reopen().await;
        outbox.inner.reopening.set(false);
    });
}
