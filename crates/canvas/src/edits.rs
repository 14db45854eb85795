//! What people do to a graph, as edits: each function looks at the workflow and its scene and says
//! which edits it takes. Nothing here changes either.

mod arrange;
mod copy;
mod group;
mod insert;
mod join;
mod layout;
mod remove;
mod tidy;

use reporunner_model::{Catalog, Edit, NodeId, NoteId, Workflow};

pub use arrange::{Alignment, align, nudge};
pub use copy::{Pasted, fragment, paste};
pub use group::{group, ungroup};
pub use insert::{NewNode, add_node, add_note, free_place, insert_on_wire, replace};
pub(crate) use insert::{free_corner, free_note_place};
pub use join::{connect, is_legal, legal_targets, move_wires, takes};
pub(crate) use join::{is_joined, wires_at};
pub use remove::{delete, detach, disconnect};
pub use tidy::tidy;

use crate::Scene;

/// A workflow, how it lies on the canvas, and the types there are.
#[derive(Clone, Copy)]
pub struct Graph<'g> {
    /// The workflow.
    pub workflow: &'g Workflow,
    /// The same as arrays.
    pub scene: &'g Scene,
    /// The node types.
    pub catalog: &'g Catalog,
}

impl Graph<'_> {
    /// The ids of these nodes.
    pub fn ids(&self, nodes: &[u32]) -> Vec<NodeId> {
        nodes.iter().map(|node| self.scene.nodes.id[*node as usize].clone()).collect()
    }

    /// The ids of these notes.
    pub fn note_ids(&self, notes: &[u32]) -> Vec<NoteId> {
        notes.iter().map(|note| self.scene.notes.id[*note as usize].clone()).collect()
    }
}

/// Switches nodes off, or all on where all are off.
pub fn toggle_on(graph: Graph<'_>, nodes: &[u32]) -> Vec<Edit> {
    let ids = graph.ids(nodes);
    let is_on = |id: &NodeId| graph.workflow.nodes.get(id).is_some_and(|node| node.on);
    let on = !ids.iter().any(is_on);
    ids.into_iter().filter(|id| is_on(id) != on).map(|id| Edit::SetOn { id, on }).collect()
}

/// Takes the pins of nodes away. Setting one needs data and so happens elsewhere.
pub fn unpin(graph: Graph<'_>, nodes: &[u32]) -> Vec<Edit> {
    let pinned = |id: &NodeId| graph.workflow.pins.contains_key(id);
    let ids = graph.ids(nodes).into_iter().filter(pinned);
    ids.map(|id| Edit::SetPin { id, items: None }).collect()
}

/// `1 node`, `3 nodes`: a count with its word.
pub(crate) fn counted(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}
