//! Sends what a person did, one thing after the other, and keeps what could not be saved.
//!
//! What the disk or the connection refuses stays and is tried again; what the backend says cannot
//! be done goes out of sight with a message.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
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
use crate::time;

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
}

impl Outbox {
    /// An empty one.
    pub(super) fn new(id: WorkflowId) -> Self {
        let inner = Inner {
            id,
            waiting: RefCell::default(),
            sending: Cell::new(false),
            reopening: Cell::new(false),
        };
        Self { inner: Rc::new(inner) }
    }

    fn is_empty(&self) -> bool {
        self.inner.waiting.borrow().is_empty() && !self.inner.sending.get()
    }
}

/// Sends a wish after those that wait.
pub(super) fn send(editor: EditorContext, wish: Wish) {
    let Some(outbox) = editor.outbox.try_get_value() else { return };
    outbox.inner.waiting.borrow_mut().push_back(wish);
    show(editor, SaveState::Saving);
    if !outbox.inner.sending.replace(true) {
        leptos::task::spawn_local(pump(editor, outbox));
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

async fn pump(editor: EditorContext, outbox: Outbox) {
    let mut pause = 500;
    loop {
        // Taken out only once it is answered: it is not saved before.
        let Some(wish) = outbox.inner.waiting.borrow().front().cloned() else { break };
        let id = outbox.inner.id.clone();
        match ask(editor.app.backend, id, wish.clone()).await {
            // Its edits went with the answer that was lost; one asks again until they are here.
            Ok(outcome) if outcome.repeated && !editor.reopen().await => {
                time::pause(pause).await;
                pause = (pause * 2).min(PAUSE_LAST_MS);
            }
            Ok(outcome) => {
                outbox.inner.waiting.borrow_mut().pop_front();
                pause = 500;
                arrived(editor, &outcome.change);
                let WorkflowChange { edits, undo, .. } = &outcome.change;
                match wish {
                    Wish::Undo(_) => editor.tell_reversed("Undone", undo.redo.as_ref(), edits),
                    Wish::Redo(_) => editor.tell_reversed("Done again", undo.undo.as_ref(), edits),
                    _ => {}
                }
            }
            Err(failure) if matches!(failure.code, Code::NotSaved | Code::Disconnected) => {
                show(editor, SaveState::NotSaved(failure.message));
                time::pause(pause).await;
                pause = (pause * 2).min(PAUSE_LAST_MS);
            }
            Err(failure) => {
                outbox.inner.waiting.borrow_mut().pop_front();
                refused(editor, &wish, &failure);
            }
        }
    }
    outbox.inner.sending.set(false);
    show(editor, SaveState::Saved);
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

fn show(editor: EditorContext, state: SaveState) {
    if editor.saved.try_with_untracked(|saved| *saved != state) == Some(true) {
        editor.saved.set(state);
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

fn refused(editor: EditorContext, wish: &Wish, failure: &Failure) {
    match (wish, failure.code) {
        // That all is taken back already is no failure.
        (Wish::Undo(_), Code::Invalid) => editor.app.toast("There is nothing left to undo"),
        (Wish::Redo(_), Code::Invalid) => editor.app.toast("There is nothing to do again"),
        _ => editor.app.fail(failure),
    }
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
