//! What is selected on the canvas, in the outline and in the inspector alike.

use std::collections::BTreeSet;

use reporunner_model::{EdgeKey, NodeId, NoteId, Workflow};

/// What is selected.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    /// Nodes.
    pub nodes: BTreeSet<NodeId>,
    /// Wires.
    pub edges: BTreeSet<EdgeKey>,
    /// Notes.
    pub notes: BTreeSet<NoteId>,
}

impl Selection {
    /// One node.
    pub fn node(id: NodeId) -> Self {
        Self { nodes: BTreeSet::from([id]), ..Self::default() }
    }

    /// The one node that is selected, where nothing else is.
    pub fn single_node(&self) -> Option<NodeId> {
        let alone = self.nodes.len() == 1 && self.notes.is_empty();
        if alone { self.nodes.first().cloned() } else { None }
    }

    /// What of it is in `workflow`.
    #[must_use]
    pub fn within(&self, workflow: &Workflow) -> Self {
        let mut kept = self.clone();
        kept.nodes.retain(|id| workflow.nodes.contains_key(id));
        kept.edges.retain(|key| workflow.edges.contains_key(key));
        kept.notes.retain(|id| workflow.notes.contains_key(id));
        kept
    }
}
