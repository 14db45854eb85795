//! The open workflow: what the backend has, and on top of it what the person did and the backend
//! has not confirmed yet.
//!
//! Pure: nothing here sends, waits or draws. Own edits show at once; a change that arrives is
//! applied below them, and they are applied again on top.

use std::collections::BTreeMap;

use reporunner_model::{Edit, EditBatch, EditId, NodeId, Problem, RunId, Workflow, diff};
use reporunner_protocol::{
    CanvasView, OpenedWorkflow, UndoState, WebhookAddress, WorkflowChange, WorkflowState,
};

/// The open workflow.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// As confirmed, at `revision`.
    base: Workflow,
    /// `base` with `pending` on top.
    shown: Workflow,
    revision: u64,
    pending: Vec<EditBatch>,
    /// What is wrong with it, as of the newest confirmed change.
    pub problems: Vec<Problem>,
    /// How it stands on this machine.
    pub state: WorkflowState,
    /// What the person could undo and redo.
    pub undo: UndoState,
    /// Addresses of its webhooks.
    pub webhooks: BTreeMap<NodeId, WebhookAddress>,
    /// What the person looked at the last time.
    pub view: Option<CanvasView>,
    /// Its newest run when it was opened.
    pub last_run: Option<RunId>,
}

/// What a change that arrived did.
#[derive(Debug, Clone, PartialEq)]
pub enum Arrival {
    /// It was known already.
    Known,
    /// It is in; these edits lead from what was shown to what is shown now.
    Applied(Vec<Edit>),
    /// Changes before it are missing, or it does not fit: open the workflow again.
    Gap,
}

impl Document {
    /// The document as it was opened.
    pub fn new(opened: OpenedWorkflow) -> Self {
        let OpenedWorkflow { workflow, revision, problems, state, undo, view, last_run, webhooks } =
            opened;
        Self {
            shown: workflow.clone(),
            base: workflow,
            revision,
            pending: Vec::new(),
            problems,
            state,
            undo,
            webhooks,
            view,
            last_run,
        }
    }

    /// The workflow as the person sees it.
    pub fn workflow(&self) -> &Workflow {
        &self.shown
    }

    /// Number of confirmed changes.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Batches that are not confirmed, oldest first.
    pub fn pending(&self) -> &[EditBatch] {
        &self.pending
    }

    /// Shows a batch at once. Edits that do not fit are left out, as the backend will do; the
    /// ones that did are the answer.
    pub fn apply_own(&mut self, batch: EditBatch) -> Vec<Edit> {
        let fits = |edit: &&Edit| edit.apply(&mut self.shown).is_ok();
        let applied = batch.edits.iter().filter(fits).cloned().collect();
        self.pending.push(batch);
        applied
    }

    /// Takes in a confirmed change, the person's own or somebody else's.
    pub fn arrive(&mut self, change: &WorkflowChange) -> Arrival {
        let own = change.batch.as_ref();
        let own = own.and_then(|id| self.pending.iter().position(|batch| batch.id == *id));
        if change.revision <= self.revision {
            // It was in the workflow when that was opened again, before its reply was heard.
            let Some(at) = own else { return Arrival::Known };
            self.pending.remove(at);
            return Arrival::Applied(self.show_again());
        }
        if change.revision != self.revision + 1 {
            return Arrival::Gap;
        }
        if change.edits.iter().any(|edit| edit.apply(&mut self.base).is_err()) {
            return Arrival::Gap;
        }
        self.revision = change.revision;
        self.problems.clone_from(&change.problems);
        self.state.clone_from(&change.state);
        self.undo.clone_from(&change.undo);
        self.webhooks.clone_from(&change.webhooks);
        let as_asked = own == Some(0) && self.pending[0].edits == change.edits;
        if let Some(at) = own {
            self.pending.remove(at);
        }
        if as_asked {
            return Arrival::Applied(Vec::new());
        }
        if self.pending.is_empty() && own.is_none() {
            change.edits.iter().for_each(|edit| drop(edit.apply(&mut self.shown)));
            return Arrival::Applied(change.edits.clone());
        }
        Arrival::Applied(self.show_again())
    }

    /// Forgets a batch that the backend refused; gives the edits that take it out of sight.
    pub fn refuse(&mut self, batch: &EditId) -> Vec<Edit> {
        self.pending.retain(|pending| pending.id != *batch);
        self.show_again()
    }

    /// Takes in the workflow opened anew, keeping what is not confirmed. A batch that is in it
    /// already is shown once more until its reply arrives, which takes it out.
    pub fn reopen(&mut self, opened: OpenedWorkflow) -> Vec<Edit> {
        let pending = std::mem::take(&mut self.pending);
        let before = std::mem::take(&mut self.shown);
        *self = Self::new(opened);
        self.pending = pending;
        self.shown = before;
        self.show_again()
    }

    fn show_again(&mut self) -> Vec<Edit> {
        let mut shown = self.base.clone();
        for edit in self.pending.iter().flat_map(|batch| &batch.edits) {
            // What no longer fits is refused by the backend soon.
            let _ = edit.apply(&mut shown);
        }
        let edits = diff(&self.shown, &shown);
        self.shown = shown;
        edits
    }
}
