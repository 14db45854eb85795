//! How rooms below the event bus report what happened, without knowing who listens.

use crate::{NodeRun, RunId, RunStatus, Timestamp, WorkflowId};

/// What a run reports while it happens. Implementations must return quickly.
pub trait EventSink: Send + Sync {
    /// A run began.
    fn run_started(&self, workflow: &WorkflowId, run: &RunId, at: Timestamp);

    /// A node of a run changed its state. The record carries counts, not data.
    fn node_changed(&self, workflow: &WorkflowId, run: &RunId, node: &NodeRun);

    /// A run that has begun or not stands otherwise now: it queues, runs or waits.
    fn run_changed(&self, _workflow: &WorkflowId, _run: &RunId) {}

    /// A run ended.
    fn run_finished(&self, workflow: &WorkflowId, run: &RunId, status: RunStatus, at: Timestamp);

    /// Something went wrong that a person should know now: what, and what to do.
    fn trouble(&self, _message: &str, _hint: Option<&str>) {}
}

impl EventSink for () {
    fn run_started(&self, _: &WorkflowId, _: &RunId, _: Timestamp) {}
    fn node_changed(&self, _: &WorkflowId, _: &RunId, _: &NodeRun) {}
    fn run_finished(&self, _: &WorkflowId, _: &RunId, _: RunStatus, _: Timestamp) {}
}
