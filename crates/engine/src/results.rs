//! What a run remembers of each node run.

use reporunner_model::{Items, Monotonic, NodeError, NodeRun, NodeRunState, SourceRef, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{NodeIndex, Plan};

/// Where one input of a node run came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Source {
    /// The node before.
    pub node: NodeIndex,
    /// Which of its outputs.
    pub output: usize,
    /// Which of its runs.
    pub run_index: usize,
}

impl Source {
    /// The same in the words of the model.
    pub fn to_ref(self, plan: &Plan) -> SourceRef {
        let node = plan.node(self.node).node.id.clone();
        SourceRef { node, output: self.output, run_index: self.run_index }
    }
}

/// One run of one node.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeResult {
    /// Number of node runs that began before it.
    pub sequence: usize,
    /// How it stands.
    pub state: NodeRunState,
    /// Which try this is, from 1.
    pub attempt: u32,
    /// When it began.
    pub started: Timestamp,
    /// How long it took, microseconds; 0 until it is over.
    pub micros: u64,
    /// Where each input came from.
    pub sources: Vec<Option<Source>>,
    /// Items that each input held.
    pub input_counts: Vec<usize>,
    /// Items by output, lineage filled in.
    pub outputs: Vec<Items>,
    /// Why it failed.
    pub error: Option<Box<NodeError>>,
    /// What a person should know.
    pub hints: Vec<String>,
    pub(crate) began: Monotonic,
}

impl NodeResult {
    /// The record of it in the words of the model.
    pub fn to_run(&self, plan: &Plan, node: NodeIndex, run_index: usize) -> NodeRun {
        NodeRun {
            node: plan.node(node).node.id.clone(),
            run_index,
            sequence: self.sequence,
            state: self.state,
            attempt: self.attempt,
            started: self.started,
            micros: self.micros,
            sources: self.sources.iter().map(|s| s.map(|source| source.to_ref(plan))).collect(),
            input_counts: self.input_counts.clone(),
            output_counts: self.outputs.iter().map(|items| items.len()).collect(),
            error: self.error.as_deref().cloned(),
            hints: self.hints.clone(),
        }
    }
}
