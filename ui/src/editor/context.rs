//! What the panels of an open workflow share: the document, the selection, the run shown, and the
//! ways to change them.
//!
//! Every change goes through [`EditorContext::send_edit`] and its siblings; `outbox` sends them in
//! order. Panels read with `document.with(…)` or a memo of their part.

use leptos::prelude::*;
use reporunner_model::{
    Edit, EditBatch, Item, Node, NodeId, NodeRun, RunId, RunMode, RunStatus, StartFrom, Workflow,
    WorkflowId,
};
use reporunner_protocol::{
    Event, Failure, GetRun, GetRunWorkflow, OpenWorkflow, OpenedWorkflow, RunOptions, RunSummary,
    StartRun, StartedRun, StopListening, StopRun,
};

use super::outbox::{Outbox, Wish};
use super::run_view::{Heard, Listening, RunView, word};
use super::selection::Selection;
use crate::browser;
use crate::document::Document;
use crate::state::AppState;

/// Whether what the person did is on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SaveState {
    /// All of it.
    Saved,
    /// Some of it is on its way.
    Saving,
    /// Some of it could not be saved, and why; it is tried again.
    NotSaved(Failure),
}

/// What the panels share. Copies are the same.
#[derive(Clone, Copy)]
pub struct EditorContext {
    /// The state of the whole interface.
    pub app: AppState,
    /// The open workflow.
    pub document: RwSignal<Document>,
    /// What is selected.
    pub selection: RwSignal<Selection>,
    /// The run shown.
    pub run: RwSignal<Option<RunView>>,
    /// The test call waited for.
    pub listening: RwSignal<Option<Listening>>,
    /// Index of the input item that previews are made with and data panes highlight.
    pub item: RwSignal<usize>,
    /// Whether everything is on disk.
    pub saved: RwSignal<SaveState>,
    /// Whether it shows a past run and takes no edits.
    pub read_only: bool,
    pub(super) id: StoredValue<WorkflowId>,
    pub(super) outbox: StoredValue<Outbox, LocalStorage>,
    /// What was heard of nodes in runs that are not shown, or not yet.
    heard_nodes: StoredValue<Heard>,
    /// The run by hand that is at work, which no live run displaces.
    by_hand: StoredValue<Option<RunId>>,
    listeners: StoredValue<Vec<Callback<Vec<Edit>>>>,
    reversed: StoredValue<Vec<Callback<Vec<Edit>>>>,
}

/// The open workflow's context, from anywhere below its page.
pub fn use_editor() -> EditorContext {
    expect_context::<EditorContext>()
}

impl EditorContext {
    /// The context of a workflow that was opened.
    pub fn new(app: AppState, opened: OpenedWorkflow, read_only: bool) -> Self {
        let id = opened.workflow.id.clone();
        let context = Self {
            app,
            document: RwSignal::new(Document::new(opened)),
            selection: RwSignal::new(Selection::default()),
            run: RwSignal::new(None),
            listening: RwSignal::new(None),
            item: RwSignal::new(0),
            saved: RwSignal::new(SaveState::Saved),
            read_only,
            outbox: StoredValue::new_local(Outbox::of(&id)),
            id: StoredValue::new(id),
            heard_nodes: StoredValue::new(Heard::default()),
            by_hand: StoredValue::new(None),
            listeners: StoredValue::new(Vec::new()),
            reversed: StoredValue::new(Vec::new()),
        };
        app.on_event(move |event| context.heard(event));
        if !read_only {
            context.outbox.with_value(|outbox| outbox.attach(context));
        }
        context
    }

    /// Which workflow it is.
    pub fn workflow_id(self) -> WorkflowId {
        self.id.get_value()
    }

    /// The node with this id, followed as it changes.
    pub fn node(
        self,
        id: impl Fn() -> Option<NodeId> + Send + Sync + 'static,
    ) -> Memo<Option<Node>> {
        Memo::new(move |_| {
            let id = id()?;
            self.document.with(|document| document.workflow().nodes.get(&id).cloned())
        })
    }

    /// The one node that is selected, where it is one.
    pub fn selected_node(self) -> Memo<Option<NodeId>> {
        Memo::new(move |_| self.selection.with(Selection::single_node))
    }

    /// Calls `listener` with the edits that lead from what was shown to what is shown, each time
    /// the document changes. For views that keep their own picture of it, as the canvas does.
    pub fn on_change(self, listener: impl Fn(Vec<Edit>) + Send + Sync + 'static) {
        self.listeners.update_value(|all| all.push(Callback::new(listener)));
    }

    /// Calls `listener` with the edits of each undo and redo of this person, once they are shown.
    pub(super) fn on_reversed(self, listener: impl Fn(Vec<Edit>) + Send + Sync + 'static) {
        self.reversed.update_value(|all| all.push(Callback::new(listener)));
    }

    /// Tells of an undo or redo, and says it.
    pub(super) fn tell_reversed(self, verb: &str, label: Option<&String>, edits: &[Edit]) {
        if edits.is_empty() {
            return;
        }
        for listener in self.reversed.try_get_value().unwrap_or_default() {
            listener.run(edits.to_vec());
        }
        match label.filter(|label| !label.is_empty()) {
            Some(label) => self.announce(format!("{verb}: {label}")),
            None => self.announce(verb),
        }
    }

    pub(super) fn tell(self, edits: Vec<Edit>) {
        if edits.is_empty() {
            return;
        }
        self.mark_stale(&edits);
        for listener in self.listeners.try_get_value().unwrap_or_default() {
            listener.run(edits.clone());
        }
    }

    /// Changes the workflow: at once here, then in the backend. `label` is what undo calls it.
    pub fn send_edit(self, label: impl Into<String>, edits: Vec<Edit>) {
        if self.read_only || edits.is_empty() {
            return;
        }
        let batch = EditBatch { id: browser::edit_id(), label: label.into(), edits, author: None };
        let applied = self.document.try_update(|document| document.apply_own(batch.clone()));
        self.tell(applied.unwrap_or_default());
        self.prune_selection();
        self.send(Wish::Edit(batch));
    }

    /// Takes back the person's newest edit.
    pub fn undo(self) {
        self.send(Wish::Undo(browser::edit_id()));
    }

    /// Makes the newest undone edit again.
    pub fn redo(self) {
        self.send(Wish::Redo(browser::edit_id()));
    }

    /// Renames a node and every reference to it.
    pub fn rename_node(self, node: NodeId, name: String) {
        let before = self.document.with_untracked(|document| {
            document.workflow().nodes.get(&node).map(|node| node.name.clone())
        });
        let name = name.trim().to_owned();
        if !name.is_empty() && before.is_some_and(|before| before != name) {
            let taken = self.document.with_untracked(|document| {
                let others = document.workflow().nodes.values().filter(|other| other.id != node);
                others.map(|other| &other.name).any(|other| *other == name)
            });
            if taken {
                self.app.toast(format!("Another node is called {name}: this one gets a number"));
            }
            self.send(Wish::Rename { node, name, edit: browser::edit_id() });
        }
    }

    /// Takes the draft back to what is published.
    pub fn revert(self) {
        self.send(Wish::Revert(browser::edit_id()));
    }

    /// Makes the workflow what it was in a version.
    pub fn restore(self, version: reporunner_model::VersionId) {
        self.send(Wish::Restore(version, browser::edit_id()));
    }

    fn send(self, wish: Wish) {
        if !self.read_only {
            super::outbox::send(self, wish);
        }
    }

    /// Says something to a screen reader.
    pub fn announce(self, text: impl Into<String>) {
        self.app.announce(text);
    }

    /// Selects one node and nothing else.
    pub fn select(self, node: NodeId) {
        self.selection.set(Selection::node(node));
    }

    /// Runs the draft, or part of it.
    pub fn start_run(self, start: StartFrom, input: Option<Vec<Item>>) {
        let workflow = self.workflow_id();
        leptos::task::spawn_local(async move {
            // The run must see what the person sees.
            super::outbox::settled(self).await;
            let command = StartRun { workflow, start, input, options: RunOptions::default() };
            let started = self.app.ask(command).await;
            match started {
                Some(StartedRun::Running { run }) => self.show_run(run),
                Some(StartedRun::Listening { node, address, until }) => {
                    self.announce(format!("Waiting for a call to {address}"));
                    self.listening.try_set(Some(Listening { node, address, until }));
                }
                None => {}
            }
        });
    }

    /// Ends the run that is under way, or the waiting for a test call.
    pub fn stop(self) {
        let run = self.run.with_untracked(|run| {
            run.as_ref()
                .filter(|run| !run.summary.status.is_final())
                .map(|run| run.summary.id.clone())
        });
        let waits = self.listening.with_untracked(Option::is_some);
        let workflow = self.workflow_id();
        leptos::task::spawn_local(async move {
            if let Some(run) = run {
                self.app.ask(StopRun { run }).await;
            } else if waits {
                self.app.ask(StopListening { workflow }).await;
                self.listening.try_set(None);
            }
        });
    }

    /// Whether a run of this workflow that is shown is under way.
    pub fn is_running(self) -> bool {
        self.run.with(|run| run.as_ref().is_some_and(|run| !run.summary.status.is_final()))
    }

    /// Fetches a run and shows it.
    pub fn show_run(self, run: RunId) {
        leptos::task::spawn_local(async move {
            match self.app.backend.call(GetRun { run }).await {
                Ok(detail) => {
                    let ran = self.what_ran(&detail.summary).await;
                    let mut view = RunView::new(detail);
                    self.heard_nodes.try_update_value(|heard| heard.take_into(&mut view));
                    let before = self.run.try_get_untracked().flatten();
                    let followed = self
                        .document
                        .try_with_untracked(|now| view.following(before, ran, now.workflow()));
                    self.run.try_set(followed);
                }
                // A run that is gone by now is nothing to bother anybody with.
                Err(failure) if failure.code == reporunner_protocol::Code::NotFound => {}
                Err(failure) => self.app.fail(&failure),
            }
        });
    }

    /// The workflow that a run ran, where that may be another one than the draft.
    async fn what_ran(self, run: &RunSummary) -> Option<Workflow> {
        let shown = self.run.try_with_untracked(|shown| {
            shown.as_ref().is_some_and(|shown| shown.summary.id == run.id)
        });
        if run.mode == RunMode::Manual || shown != Some(false) {
            return None;
        }
        self.app.backend.call(GetRunWorkflow { run: run.id.clone() }).await.ok()
    }

    fn heard(self, event: &Event) {
        // Never true once the page was left, in the midst of telling.
        let here =
            |workflow: &WorkflowId| self.id.try_with_value(|id| id == workflow).unwrap_or(false);
        match event {
            Event::WorkflowChanged { change } if here(&change.id) && !self.read_only => {
                super::outbox::arrived(self, change);
            }
            Event::RunChanged { run } if here(&run.workflow) => self.run_changed(run),
            Event::NodesChanged { run, workflow, nodes } if here(workflow) => {
                self.nodes_changed(run, nodes);
            }
            Event::Listening { workflow, trigger: None } if here(workflow) => {
                self.listening.try_set(None);
            }
            Event::Listening { workflow, trigger: Some((node, until)) } if here(workflow) => {
                let address = self.document.with_untracked(|document| {
                    document.webhooks.get(node).map(|webhook| webhook.test.clone())
                });
                if let Some(address) = address {
                    let (node, until) = (node.clone(), *until);
                    self.listening.set(Some(Listening { node, address, until }));
                }
            }
            _ => {}
        }
    }

    fn run_changed(self, summary: &RunSummary) {
        let shown = self.run.with_untracked(|run| {
            run.as_ref().map(|run| (run.summary.id.clone(), run.summary.started))
        });
        let by_hand = summary.mode == RunMode::Manual;
        // A short run, such as one that a test call started, may be over when it is first heard of.
        let is_news = if by_hand {
            !summary.status.is_final()
                || shown.as_ref().is_none_or(|(_, started)| *started < summary.started)
        } else {
            // A live run that begins meanwhile is not what the person waits for: it may even be
            // one that the run by hand asked for.
            !summary.status.is_final() && self.by_hand.try_get_value().flatten().is_none()
        };
        if by_hand {
            let is_at_work = matches!(summary.status, RunStatus::Queued | RunStatus::Running);
            self.by_hand.try_update_value(|at_work| {
                if is_at_work {
                    *at_work = Some(summary.id.clone());
                } else if at_work.as_ref() == Some(&summary.id) {
                    *at_work = None;
                }
            });
        }
        if shown.as_ref().is_some_and(|(id, _)| *id == summary.id) {
            self.run.update(|run| {
                if let Some(run) = run {
                    run.summary = summary.clone();
                }
            });
            if summary.status.is_final() {
                self.announce(format!("Run {}", word(summary.status)));
                // Events are thinned out while it runs; the end is read in full.
                self.show_run(summary.id.clone());
            }
        } else if is_news && !self.read_only {
            self.listening.try_set(None);
            self.show_run(summary.id.clone());
        }
    }

    fn nodes_changed(self, id: &RunId, nodes: &[NodeRun]) {
        let shown =
            self.run.with_untracked(|run| run.as_ref().is_some_and(|run| run.summary.id == *id));
        if shown {
            self.run.update(|run| {
                let Some(run) = run else { return };
                run.take(nodes);
            });
        } else {
            self.heard_nodes.try_update_value(|heard| heard.add(id, nodes));
        }
    }

    fn mark_stale(self, edits: &[Edit]) {
        let stale = self.document.try_with_untracked(|now| {
            self.run.try_with_untracked(|run| {
                let run = run.as_ref()?;
                Some(run.stale_after(edits, now.workflow())).filter(|stale| *stale != run.stale)
            })
        });
        if let Some(stale) = stale.flatten().flatten() {
            self.run.update(|run| {
                if let Some(run) = run {
                    run.stale = stale;
                }
            });
        }
    }

    /// Takes out of the selection what is no longer there.
    pub(super) fn prune_selection(self) {
        let pruned = self.document.try_with_untracked(|document| {
            self.selection.with_untracked(|selection| selection.within(document.workflow()))
        });
        if let Some(pruned) = pruned
            && self.selection.with_untracked(|selection| *selection != pruned)
        {
            self.selection.set(pruned);
        }
    }

    /// Opens the workflow anew and keeps what is not confirmed. False where that failed; a page
    /// that was left needs nothing.
    pub(super) async fn reopen(self) -> bool {
        let Some(id) = self.id.try_get_value() else { return true };
        let opened = self.app.backend.call(OpenWorkflow { id }).await;
        let Ok(opened) = opened else { return false };
        let edits = self.document.try_update(|document| document.reopen(opened));
        self.tell(edits.unwrap_or_default());
        self.prune_selection();
        self.read_run_again();
        true
    }

    /// The end of a run may have been told while nobody listened.
    fn read_run_again(self) {
        self.by_hand.try_set_value(None);
        let open = self.run.try_with_untracked(|run| {
            let summary = &run.as_ref()?.summary;
            (!summary.status.is_final()).then(|| summary.id.clone())
        });
        if let Some(run) = open.flatten() {
            self.show_run(run);
        }
    }
}
