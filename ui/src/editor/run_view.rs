//! A run as the canvas and the panels show it.

use std::collections::{BTreeMap, BTreeSet};

use reporunner_model::{NodeId, NodeRun, NodeRunState, RunId, RunStatus, Timestamp};
use reporunner_protocol::{RunDetail, RunSummary};

/// Node runs by node and index.
type Nodes = BTreeMap<(NodeId, usize), NodeRun>;

/// A run, as far as it is shown on the canvas and in the panels.
#[derive(Debug, Clone, PartialEq)]
pub struct RunView {
    /// How it stands.
    pub summary: RunSummary,
    /// Its node runs by node and index.
    pub nodes: Nodes,
    /// Nodes that were edited since it ran.
    pub stale: BTreeSet<NodeId>,
}

impl RunView {
    /// The run as it was fetched.
    pub fn new(detail: RunDetail) -> Self {
        let mut nodes = Nodes::new();
        take(&mut nodes, detail.nodes);
        Self { summary: detail.summary, nodes, stale: BTreeSet::new() }
    }

    /// Takes in how nodes stand now.
    pub fn take(&mut self, nodes: &[NodeRun]) {
        take(&mut self.nodes, nodes.iter().cloned());
    }

    /// Adds what was heard while this was fetched. What is stored as over is the newest there is.
    pub(super) fn fill(&mut self, mut heard: Nodes) {
        heard.retain(|at, _| self.nodes.get(at).is_none_or(|stored| !is_over(stored.state)));
        self.nodes.extend(heard);
    }

    /// The newest run of `node`.
    pub fn latest(&self, node: &NodeId) -> Option<&NodeRun> {
        let all = (node.clone(), 0)..=(node.clone(), usize::MAX);
        self.nodes.range(all).next_back().map(|(_, run)| run)
    }

    /// Nodes that ran, and those of them that are done.
    pub fn progress(&self) -> (usize, usize) {
        let nodes: BTreeSet<&NodeId> = self.nodes.keys().map(|(node, _)| node).collect();
        let done =
            nodes.iter().filter(|node| self.latest(node).is_some_and(|run| is_over(run.state)));
        (nodes.len(), done.count())
    }
}

/// What was heard of the nodes of runs that are not shown yet: a run is told of as soon as it begins,
/// and fetched only then.
#[derive(Debug, Default)]
pub(super) struct Heard(Vec<(RunId, Nodes)>);

impl Heard {
    /// Runs remembered; of more that go on at once the oldest are forgotten.
    const RUNS: usize = 8;

    /// Keeps how nodes of `run` stand.
    pub(super) fn add(&mut self, run: &RunId, nodes: &[NodeRun]) {
        let at = self.0.iter().position(|(known, _)| known == run).unwrap_or_else(|| {
            if self.0.len() == Self::RUNS {
                self.0.remove(0);
            }
            self.0.push((run.clone(), Nodes::new()));
            self.0.len() - 1
        });
        take(&mut self.0[at].1, nodes.iter().cloned());
    }

    /// Adds to a run that was fetched what was heard of it meanwhile, and forgets that.
    pub(super) fn take_into(&mut self, view: &mut RunView) {
        let Some(at) = self.0.iter().position(|(run, _)| *run == view.summary.id) else { return };
        view.fill(self.0.remove(at).1);
    }
}

fn take(known: &mut Nodes, news: impl IntoIterator<Item = NodeRun>) {
    known.extend(news.into_iter().map(|node| ((node.node.clone(), node.run_index), node)));
}

fn is_over(state: NodeRunState) -> bool {
    use NodeRunState::{Queued, Retrying, Running, Waiting};
    !matches!(state, Queued | Running | Retrying | Waiting)
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
