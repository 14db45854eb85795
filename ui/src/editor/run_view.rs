//! A run as the canvas and the panels show it.

use std::collections::{BTreeMap, BTreeSet};

use reporunner_model::{NodeId, NodeRun, RunStatus, Timestamp};
use reporunner_protocol::{RunDetail, RunSummary};

/// A run, as far as it is shown on the canvas and in the panels.
#[derive(Debug, Clone, PartialEq)]
pub struct RunView {
    /// How it stands.
    pub summary: RunSummary,
    /// Its node runs by node and index.
    pub nodes: BTreeMap<(NodeId, usize), NodeRun>,
    /// Nodes that were edited since it ran.
    pub stale: BTreeSet<NodeId>,
}

impl RunView {
    /// The run as it was fetched.
    pub fn new(detail: RunDetail) -> Self {
        let key = |node: NodeRun| ((node.node.clone(), node.run_index), node);
        let nodes = detail.nodes.into_iter().map(key).collect();
        Self { summary: detail.summary, nodes, stale: BTreeSet::new() }
    }

    /// The newest run of `node`.
    pub fn latest(&self, node: &NodeId) -> Option<&NodeRun> {
        let all = (node.clone(), 0)..=(node.clone(), usize::MAX);
        self.nodes.range(all).next_back().map(|(_, run)| run)
    }

    /// Nodes that ran, and those of them that are done.
    pub fn progress(&self) -> (usize, usize) {
        let nodes: BTreeSet<&NodeId> = self.nodes.keys().map(|(node, _)| node).collect();
        let done = nodes.iter().filter(|node| {
            self.latest(node).is_some_and(|run| {
                use reporunner_model::NodeRunState::{Queued, Retrying, Running, Waiting};
                !matches!(run.state, Queued | Running | Retrying | Waiting)
            })
        });
        (nodes.len(), done.count())
    }
}

/// A workflow that waits for a test call.
#[derive(Debug, Clone, PartialEq)]
pub struct Listening {
    /// The trigger.
    pub node: NodeId,
    /// The address to call.
    pub address: String,
    /// When it stops waiting.
    pub until: Timestamp,
}

/// How a run stands, in a word.
pub(crate) fn word(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Queued => "queued",
        RunStatus::Running => "running",
        RunStatus::Waiting => "waiting",
        RunStatus::Succeeded => "done",
        RunStatus::Failed => "failed",
        RunStatus::Cancelled => "stopped",
        RunStatus::Unknown => "cut off",
    }
}
