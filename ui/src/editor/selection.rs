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

/// A node or a note: what one can be on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thing {
    /// A node.
    Node(NodeId),
    /// A note.
    Note(NoteId),
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

    /// The one node or note that is selected, where nothing else is.
    pub fn single_thing(&self) -> Option<Thing> {
        let note = || (self.nodes.is_empty() && self.notes.len() == 1).then(|| self.notes.first());
        let note = || note().flatten().cloned().map(Thing::Note);
        self.single_node().map(Thing::Node).or_else(note)
    }

    /// Whether a node or note is selected.
    pub fn holds(&self, thing: &Thing) -> bool {
        match thing {
            Thing::Node(node) => self.nodes.contains(node),
            Thing::Note(note) => self.notes.contains(note),
        }
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
