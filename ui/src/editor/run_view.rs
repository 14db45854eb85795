//! A run as the canvas and the panels show it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use reporunner_model::{
    Edit, Node, NodeId, NodeRun, NodeRunState, RunId, RunStatus, TextPath, Timestamp, Workflow,
};
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
    /// Nodes that are not as they were when it ran.
    pub stale: BTreeSet<NodeId>,
    /// The workflow as it was when the run was first shown; none where it is not followed.
    ran: Option<Arc<Workflow>>,
}

impl RunView {
    /// The run as it was fetched.
    pub fn new(detail: RunDetail) -> Self {
        let mut nodes = Nodes::new();
        take(&mut nodes, detail.nodes);
        Self { summary: detail.summary, nodes, stale: BTreeSet::new(), ran: None }
    }

    /// The same, followed from here on: what ran is `ran`, or `now` where that is not known, unless
    /// `before` shows the run already.
    #[must_use]
    pub(super) fn following(
        mut self,
        before: Option<Self>,
        ran: Option<Workflow>,
        now: &Workflow,
    ) -> Self {
        match before.filter(|before| before.summary.id == self.summary.id) {
            Some(before) => {
                self.fill(before.nodes);
                (self.stale, self.ran) = (before.stale, before.ran);
            }
            None => {
                // Only a change of a pin counts: a live run uses none.
                let ran = ran.map(|ran| Workflow { pins: now.pins.clone(), ..ran });
                let ran = ran.unwrap_or_else(|| now.clone());
                let here = self.nodes.keys().map(|(id, _)| id);
                let here = here.filter(|id| now.nodes.contains_key(*id));
                let changed = here.filter(|id| !works_alike(&ran, now, id));
                self.stale = changed.cloned().collect();
                self.ran = Some(Arc::new(ran));
            }
        }
        self
    }

    /// Which nodes are stale once `edits` led to `now`: one that is again as it ran is not.
    pub(super) fn stale_after(&self, edits: &[Edit], now: &Workflow) -> BTreeSet<NodeId> {
        let mut stale = self.stale.clone();
        for id in edits.iter().filter_map(edited) {
            let same = self.ran.as_ref().is_some_and(|ran| works_alike(ran, now, id));
            if same {
                stale.remove(id);
            } else if self.latest(id).is_some() {
                stale.insert(id.clone());
            }
        }
        stale
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

/// The node whose work an edit changes.
fn edited(edit: &Edit) -> Option<&NodeId> {
    match edit {
        Edit::SetParam { id, .. }
        | Edit::MoveRecord { id, .. }
        | Edit::SetOn { id, .. }
        | Edit::SetVersion { id, .. }
        | Edit::SetCredential { id, .. }
        | Edit::SetPin { id, .. }
        | Edit::SpliceText { text: TextPath::Param { id, .. }, .. } => Some(id),
        _ => None,
    }
}

/// Whether a node does the same in both workflows, wherever it stands and whatever its name.
fn works_alike(one: &Workflow, other: &Workflow, id: &NodeId) -> bool {
    let (Some(a), Some(b)) = (one.nodes.get(id), other.nodes.get(id)) else { return false };
    let work = |node: &Node| {
        (node.node_type.clone(), node.v.clone(), node.on, node.params.clone(), node.creds.clone())
    };
    work(a) == work(b) && one.pins.get(id) == other.pins.get(id)
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

#[cfg(test)]
mod tests {
    use reporunner_model::{RunMode, WorkflowId};
    use serde_json::json;

    use super::*;

    fn workflow(value: i64) -> Workflow {
        let mut node = Node::new("a".into(), "set".into(), "1", "A");
        node.params.insert("n".to_owned(), json!(value));
        let mut workflow = Workflow::new("w".into(), "W", "UTC");
        workflow.nodes.insert(node.id.clone(), node);
        workflow
    }

    fn ran() -> RunView {
        let summary = json!({ "id": "r", "workflow": WorkflowId::from("w"), "workflowName": "W",
            "mode": RunMode::Manual, "status": RunStatus::Succeeded, "trigger": "", "started": 0,
            "ms": 1 });
        let node = json!({ "node": "a", "runIndex": 0, "state": NodeRunState::Succeeded,
            "started": 0, "micros": 1, "outputCounts": [1], "inputCounts": [1], "sequence": 0,
            "attempt": 1, "sources": [] });
        let detail = RunDetail {
            summary: serde_json::from_value(summary).expect("a run"),
            nodes: vec![serde_json::from_value(node).expect("a node's run")],
        };
        RunView::new(detail).following(None, None, &workflow(1))
    }

    #[test]
    fn a_node_that_is_again_as_it_ran_is_not_stale() {
        let set = |value: i64| {
            vec![Edit::SetParam {
                id: "a".into(),
                path: vec!["n".to_owned()],
                value: Some(json!(value)),
            }]
        };
        let mut view = ran();
        view.stale = view.stale_after(&set(2), &workflow(2));
        assert_eq!(view.stale, BTreeSet::from(["a".into()]));
        // Fetched anew when it ends, the run is still known by what ran.
        let mut view = ran().following(Some(view), None, &workflow(2));
        assert_eq!(view.stale, BTreeSet::from(["a".into()]));
        view.stale = view.stale_after(&set(1), &workflow(1));
        assert!(view.stale.is_empty());
    }

    #[test]
    fn a_live_run_is_compared_with_what_it_ran_and_not_with_the_draft() {
        let mut view = ran().following(None, Some(workflow(1)), &workflow(2));
        assert_eq!(view.stale, BTreeSet::from(["a".into()]), "the draft differs");
        let back =
            Edit::SetParam { id: "a".into(), path: vec!["n".to_owned()], value: Some(json!(1)) };
        view.stale = view.stale_after(&[back], &workflow(1));
        assert!(view.stale.is_empty(), "reverted, it is what ran");
    }
}
