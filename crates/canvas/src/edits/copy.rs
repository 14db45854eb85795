//! Copies: a part of a workflow as a workflow of its own, and putting one in.

use std::collections::{BTreeMap, BTreeSet};

use reporunner_model::{EdgeKey, Edit, NodeId, NoteId, Point, Workflow};

use super::Graph;
use crate::Rect;

/// What putting a fragment in takes, and what is new then.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pasted {
    /// The edits.
    pub edits: Vec<Edit>,
    /// The new nodes.
    pub nodes: Vec<NodeId>,
    /// The new notes.
    pub notes: Vec<NoteId>,
}

/// A part of the workflow as one of its own: nodes and notes with the wires between them, their
/// pins, and the wires that lead in (for a paste that keeps inputs).
pub fn fragment(graph: Graph<'_>, nodes: &[u32], notes: &[u32]) -> Workflow {
    let whole = graph.workflow;
    let ids: BTreeSet<NodeId> = graph.ids(nodes).into_iter().collect();
    let mut part = Workflow { name: whole.name.clone(), ..Workflow::default() };
    for id in &ids {
        if let Some(node) = whole.nodes.get(id) {
            part.nodes.insert(id.clone(), node.clone());
        }
        if let Some(pin) = whole.pins.get(id) {
            part.pins.insert(id.clone(), pin.clone());
        }
    }
    let into = whole.edges.iter().filter(|(key, _)| ids.contains(&key.to));
    part.edges = into.map(|(key, edge)| (key.clone(), edge.clone())).collect();
    for id in graph.note_ids(notes) {
        if let Some(note) = whole.notes.get(&id) {
            part.notes.insert(id, note.clone());
        }
    }
    part
}

/// Puts a fragment in with new ids and free names, its top left corner at `corner`. Where
/// `keep_inputs` is set, wires that led into it from nodes that are here are drawn too.
pub fn paste(
    workflow: &Workflow,
    part: &Workflow,
    corner: Point,
    keep_inputs: bool,
    fresh: &mut dyn FnMut() -> String,
) -> Pasted {
    let mut pasted = Pasted::default();
    let Some(bounds) = bounds(part) else { return pasted };
    let moved = |at: Point| Point::new(at.x - bounds.x0 + corner.x, at.y - bounds.y0 + corner.y);
    let new: BTreeMap<&NodeId, NodeId> =
        part.nodes.keys().map(|id| (id, NodeId::new(fresh()))).collect();
    let mut names = Workflow { nodes: workflow.nodes.clone(), ..Workflow::default() };
    for (id, node) in &part.nodes {
        let mut copy = node.clone();
        copy.id = new[id].clone();
        copy.name = names.free_name(&node.name);
        copy.position = moved(node.position);
        // A copy of a container's content stays in the container, a copied one in its copy.
        copy.parent = node.parent.as_ref().and_then(|parent| {
            let here = workflow.nodes.contains_key(parent).then_some(parent);
            new.get(parent).or(here).cloned()
        });
        names.nodes.insert(copy.id.clone(), copy.clone());
        pasted.nodes.push(copy.id.clone());
        pasted.edits.push(Edit::AddNode { node: Box::new(copy) });
    }
    for (key, edge) in &part.edges {
        let Some(to) = new.get(&key.to) else { continue };
        let outside =
            || (keep_inputs && workflow.nodes.contains_key(&key.from)).then(|| key.from.clone());
        let Some(from) = new.get(&key.from).cloned().or_else(outside) else { continue };
        let key = EdgeKey { from, to: to.clone(), ..key.clone() };
        pasted.edits.push(Edit::Connect { key, edge: edge.clone() });
    }
    for (id, items) in &part.pins {
        if let Some(id) = new.get(id) {
            pasted.edits.push(Edit::SetPin { id: id.clone(), items: Some(items.clone()) });
        }
    }
    for (id, note) in &part.notes {
        let id = id.renewed(&fresh());
        let note = reporunner_model::Note { position: moved(note.position), ..note.clone() };
        pasted.notes.push(id.clone());
        pasted.edits.push(Edit::AddNote { id, note });
    }
    pasted
}

/// A rectangle around everything in a fragment.
pub(super) fn bounds(part: &Workflow) -> Option<Rect> {
    use reporunner_model::limits::{NODE_HEIGHT, NODE_WIDTH};
    let nodes = part
        .nodes
        .values()
        .map(|node| Rect::new(node.position.x, node.position.y, NODE_WIDTH, NODE_HEIGHT));
    let notes = part
        .notes
        .values()
        .map(|note| Rect::new(note.position.x, note.position.y, note.size.w, note.size.h));
    Rect::around_all(nodes.chain(notes))
}
