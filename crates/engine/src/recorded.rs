//! What a former run gave, for runs of a part of a workflow.

use std::collections::{BTreeMap, BTreeSet};

use reporunner_model::{EdgeKey, Items, NodeId, NodeRun, NodeRunState, Workflow};
use serde::{Deserialize, Serialize};

/// The node runs of a former run that may be used again.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Recorded {
    /// The runs of each node, in order.
    pub nodes: BTreeMap<NodeId, Vec<RecordedRun>>,
    /// Nodes that were changed since; see [`changed_nodes`]. What follows them is not used either.
    pub dirty: BTreeSet<NodeId>,
}

/// One node run of a former run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordedRun {
    /// The record.
    pub run: NodeRun,
    /// Items by output.
    pub outputs: Vec<Items>,
}

impl Recorded {
    /// The runs of a node, where they can stand in for running it.
    pub(crate) fn usable(&self, node: &NodeId) -> Option<&[RecordedRun]> {
        if self.dirty.contains(node) {
            return None;
        }
        let runs = self.nodes.get(node)?;
        let last = runs.last()?;
        let usable = match last.run.state {
            NodeRunState::Succeeded | NodeRunState::Skipped | NodeRunState::Pinned => true,
            NodeRunState::Failed => last.outputs.iter().any(|items| !items.is_empty()),
            _ => false,
        };
        usable.then_some(runs)
    }
}

/// The nodes of `now` that would not do what they did in `before`: their own settings, their pin
/// or a wire to them is another one. Names, notes and positions do not count.
pub fn changed_nodes(before: &Workflow, now: &Workflow) -> BTreeSet<NodeId> {
    let wires = |workflow: &Workflow| {
        let mut wires: BTreeMap<NodeId, BTreeSet<EdgeKey>> = BTreeMap::new();
        for key in workflow.edges.keys() {
            wires.entry(key.to.clone()).or_default().insert(key.clone());
        }
        wires
    };
    let (wires_before, wires_now) = (wires(before), wires(now));
    let changed = |id: &NodeId| {
        let (Some(old), Some(new)) = (before.nodes.get(id), now.nodes.get(id)) else { return true };
        old.node_type != new.node_type
            || old.v != new.v
            || old.on != new.on
            || old.flags != new.flags
            || old.creds != new.creds
            || old.params != new.params
            || before.pins.get(id) != now.pins.get(id)
            || wires_before.get(id) != wires_now.get(id)
    };
    now.nodes.keys().filter(|id| changed(id)).cloned().collect()
}
