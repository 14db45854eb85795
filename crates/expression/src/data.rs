//! What expressions may ask for: the node that runs, its input, what other nodes gave.
//!
//! Plain data, shared by whoever runs a workflow and whoever shows a recorded run. Cloning a
//! [`RunData`] copies references, not items. Nothing here evaluates anything.

mod frame;
mod lineage;

pub use frame::{Ambient, ExecutionInfo, ExecutionMode, Frame, WorkflowInfo};
pub use lineage::Paired;

use std::sync::Arc;

use indexmap::IndexMap;
use reporunner_model::{Item, Items};
use serde_json::Value;

/// The nodes of a workflow and what each has given so far.
#[derive(Debug, Clone, Default)]
pub struct RunData {
    nodes: IndexMap<Arc<str>, Arc<NodeRecord>>,
}

/// One node as expressions see it.
#[derive(Debug, Clone, Default)]
pub struct NodeRecord {
    /// Its parameters as written, expressions unresolved.
    pub parameters: Arc<Value>,
    /// What it keeps between its runs and shows to expressions, such as a loop's `noItemsLeft`.
    pub context: Arc<Value>,
    /// The item wires that end at it.
    pub parents: Vec<Parent>,
    /// Its runs so far, in order.
    pub runs: Vec<RunRecord>,
}

/// One wire that ends at a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parent {
    /// Name of the node before.
    pub node: Arc<str>,
    /// Which of its outputs the wire leaves.
    pub output: usize,
    /// Which input the wire ends at.
    pub input: usize,
}

/// One run of one node.
#[derive(Debug, Clone, Default)]
pub struct RunRecord {
    /// Where each input came from; none for an input that nothing reached.
    pub sources: Vec<Option<Source>>,
    /// What each output holds.
    pub outputs: Vec<Items>,
}

/// Where one input of a node run came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Name of the node before.
    pub node: Arc<str>,
    /// Which of its outputs.
    pub output: usize,
    /// Which of its runs.
    pub run_index: usize,
}

impl RunData {
    /// No nodes yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a node, or replaces it with all its runs.
    pub fn insert(&mut self, name: impl Into<Arc<str>>, node: NodeRecord) {
        self.nodes.insert(name.into(), Arc::new(node));
    }

    /// Adds a run to a node. A node that is not there yet is added without wires.
    pub fn push_run(&mut self, name: &str, run: RunRecord) {
        if !self.nodes.contains_key(name) {
            self.insert(name, NodeRecord::default());
        }
        let node = self.nodes.get_mut(name).expect("it was added when it was missing");
        Arc::make_mut(node).runs.push(run);
    }

    /// Sets what a node shows of what it keeps between its runs.
    pub fn set_context(&mut self, name: &str, context: Value) {
        if let Some(node) = self.nodes.get_mut(name) {
            Arc::make_mut(node).context = Arc::new(context);
        }
    }

    /// The node with this name.
    pub fn node(&self, name: &str) -> Option<&NodeRecord> {
        self.nodes.get(name).map(AsRef::as_ref)
    }

    /// Every node, in the order they were added.
    pub fn nodes(&self) -> impl Iterator<Item = (&Arc<str>, &NodeRecord)> {
        self.nodes.iter().map(|(name, node)| (name, node.as_ref()))
    }

    /// The items of one output of one run.
    pub fn items(&self, node: &str, run_index: usize, output: usize) -> Option<&[Item]> {
        Some(self.node(node)?.runs.get(run_index)?.outputs.get(output)?.as_slice())
    }

    /// The output of `ancestor` that `node` hangs from, nearest first.
    pub fn output_towards(&self, ancestor: &str, node: &str) -> Option<usize> {
        let mut queue = std::collections::VecDeque::from([node]);
        let mut seen = std::collections::HashSet::from([node]);
        while let Some(name) = queue.pop_front() {
            for parent in &self.node(name)?.parents {
                if &*parent.node == ancestor {
                    return Some(parent.output);
                }
                if self.nodes.contains_key(&parent.node) && seen.insert(&parent.node) {
                    queue.push_back(&parent.node);
                }
            }
        }
        None
    }
}
