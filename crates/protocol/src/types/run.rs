//! Runs: how they start, what lists and pages show of them.

use indexmap::IndexMap;
use reporunner_model::{
    Items, NodeId, NodeRun, RunId, RunMode, RunStatus, Timestamp, VersionId, WorkflowId,
};
use serde::{Deserialize, Serialize};

/// What differs from a run by the Run button.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RunOptions {
    /// Whether pinned data stands in for its nodes.
    pub use_pins: bool,
    /// Ends the run after this long, milliseconds; none means the workflow's own limit.
    pub timeout_ms: Option<u64>,
    /// Whether nothing is journalled, whatever the workflow says.
    pub memory: bool,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self { use_pins: true, timeout_ms: None, memory: false }
    }
}

/// All that the nodes of a run gave: what `reporunner run --json` prints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunResult {
    /// How it ended.
    pub status: RunStatus,
    /// Why it failed.
    pub error: Option<RunError>,
    /// Each node's runs, by the node's name, in the order in which the nodes began first.
    pub nodes: IndexMap<String, Vec<NodeResult>>,
}

/// What one run of a node gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NodeResult {
    /// The items of each output.
    pub outputs: Vec<Items>,
    /// Why it failed.
    pub error: Option<String>,
    /// How long it took, milliseconds.
    pub ms: f64,
}

/// What became of a request to run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum StartedRun {
    /// It runs.
    Running {
        /// Which run it is.
        run: RunId,
    },
    /// It waits for a call of its webhook's test address.
    Listening {
        /// The trigger.
        node: NodeId,
        /// The address to call.
        address: String,
        /// When it stops waiting.
        until: Timestamp,
    },
}

/// Which runs to list.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RunFilter {
    /// Of this workflow.
    pub workflow: Option<WorkflowId>,
    /// With one of these states; empty means any.
    pub statuses: Vec<RunStatus>,
    /// Started by this.
    pub mode: Option<RunMode>,
    /// Begun at or after.
    pub from: Option<Timestamp>,
    /// Begun before.
    pub until: Option<Timestamp>,
    /// With this text in the workflow's name, the error or the data.
    pub search: String,
    /// The page after the one that gave this.
    pub after: Option<String>,
    /// Most rows; 0 means 50.
    pub limit: usize,
}

/// A page of runs.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunPage {
    /// The runs, newest first.
    pub runs: Vec<RunSummary>,
    /// Pass it as `after` for the next page; none at the end.
    pub next: Option<String>,
}

/// A line of the list of runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunSummary {
    /// Which.
    pub id: RunId,
    /// Of which workflow.
    pub workflow: WorkflowId,
    /// Its name when it ran.
    pub workflow_name: String,
    /// How it stands.
    pub status: RunStatus,
    /// What started it.
    pub mode: RunMode,
    /// Name of the node it started at.
    pub trigger: String,
    /// When it began.
    pub started: Timestamp,
    /// How long it took so far, milliseconds.
    pub ms: u64,
    /// Name of the node that failed and its message.
    pub error: Option<RunError>,
    /// Version it ran, where it was a published one.
    pub version: Option<VersionId>,
    /// The run that it was started for: the one that called it, or whose failure it attends to.
    #[serde(default)]
    pub parent: Option<RunId>,
}

/// Why a run failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunError {
    /// The node.
    pub node: Option<NodeId>,
    /// Its name.
    pub node_name: String,
    /// What failed.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// A run with its nodes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunDetail {
    /// The run.
    pub summary: RunSummary,
    /// Its node runs in the order in which they began.
    pub nodes: Vec<NodeRun>,
}
