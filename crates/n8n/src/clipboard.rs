//! Part of a workflow as n8n's JSON: copying and pasting, here and between the two programs.

use std::collections::{BTreeMap, BTreeSet};

use reporunner_model::{Catalog, EdgeKey, NodeId, NoteId, Point, Workflow, WorkflowId};
use serde_json::{Map, Value, json};

use crate::export::FileBeside;
use crate::import::{self, Extent};
use crate::{ImportError, Report, export};

/// What a paste brings: nodes and notes with fresh ids and free names, and the wires among them.
#[derive(Debug, Clone, PartialEq)]
pub struct Pasted {
    /// The part; its own name and settings mean nothing.
    pub part: Workflow,
    /// Names that were taken, and the new ones. References among the pasted nodes follow already.
    pub renames: BTreeMap<String, String>,
    /// What came over how.
    pub report: Report,
}

/// The nodes and notes with these ids, and the wires among them, as n8n's JSON.
pub fn export_nodes(workflow: &Workflow, nodes: &[NodeId], notes: &[NoteId]) -> Value {
    let chosen: BTreeSet<&NodeId> = nodes.iter().collect();
    let mut part = Workflow::default();
    for id in nodes {
        part.nodes.extend(workflow.nodes.get(id).map(|node| (id.clone(), node.clone())));
        part.pins.extend(workflow.pins.get(id).map(|items| (id.clone(), items.clone())));
    }
    for id in notes {
        part.notes.extend(workflow.notes.get(id).map(|note| (id.clone(), note.clone())));
    }
    let among = |key: &&EdgeKey| chosen.contains(&key.from) && chosen.contains(&key.to);
    let edges = workflow.edges.keys().filter(among);
    part.edges = edges.map(|key| (key.clone(), workflow.edges[key].clone())).collect();
    let scale = FileBeside::of(workflow).scale();
    let objects = export::nodes(&part, scale);
    let mut file = Map::new();
    let whole = export::write(&part, &objects);
    file.insert("nodes".to_owned(), objects.into_values().map(Value::Object).collect());
    for key in ["connections", "pinData"] {
        file.extend(whole.get(key).map(|value| (key.to_owned(), value.clone())));
    }
    // So that a paste here stands as it stood, whatever else n8n's places would be taken for.
    file.insert("meta".to_owned(), json!({ "reporunner": { "scale": scale } }));
    Value::Object(file)
}

/// Reads nodes to paste into `target`, the middle of them at `middle` where that is given.
///
/// `ids` and `reads` are as for [`import`]; `rename` rewrites an expression for the names that
/// changed (old to new).
pub fn import_nodes(
    text: &str,
    catalog: &Catalog,
    target: &Workflow,
    middle: Option<Point>,
    mut ids: impl FnMut() -> String,
    mut reads: impl FnMut(&str) -> bool,
    mut rename: impl FnMut(&str, &BTreeMap<String, String>) -> String,
) -> Result<Pasted, ImportError> {
    let imported = import::read(text, catalog, &mut ids, &mut reads, Extent::Nodes)?;
    let mut fresh = |taken: &dyn Fn(&str) -> bool| loop {
        let id = ids();
        if !taken(&id) {
            break id;
        }
    };
    let taken = |id: &str| target.nodes.contains_key(id) || target.notes.contains_key(id);
    let from = imported.workflow;
    let new_ids: BTreeMap<NodeId, NodeId> =
        from.nodes.keys().map(|id| (id.clone(), NodeId::new(fresh(&taken)))).collect();
    let mut part = Workflow { id: WorkflowId::default(), ..Workflow::default() };
    let mut names = Workflow { nodes: target.nodes.clone(), ..Workflow::default() };
    let mut renames = BTreeMap::new();
    for (old, mut node) in from.nodes {
        node.id = new_ids[&old].clone();
        node.parent = node.parent.as_ref().and_then(|parent| new_ids.get(parent).cloned());
        let free = names.free_name(&node.name);
        if free != node.name {
            renames.insert(std::mem::replace(&mut node.name, free.clone()), free);
        }
        names.nodes.insert(node.id.clone(), node.clone());
        part.nodes.insert(node.id.clone(), node);
    }
    for node in part.nodes.values_mut().filter(|_| !renames.is_empty()) {
        node.params.values_mut().for_each(|value| rewrite(value, &renames, &mut rename));
    }
    for (key, edge) in from.edges {
        let (from, to) = (new_ids[&key.from].clone(), new_ids[&key.to].clone());
        part.edges.insert(EdgeKey { from, to, ..key }, edge);
    }
    let pins = from.pins.into_iter();
    part.pins = pins.filter_map(|(id, items)| Some((new_ids.get(&id)?.clone(), items))).collect();
    for (id, note) in from.notes {
        part.notes.insert(id.renewed(&fresh(&taken)), note);
    }
    let mut report = imported.report;
    for node in &mut report.nodes {
        if let Some(id) = new_ids.get(&node.id) {
            node.id = id.clone();
            node.name.clone_from(&part.nodes[id].name);
        }
    }
    if let Some(middle) = middle {
        shift(&mut part, middle);
    }
    Ok(Pasted { part, renames, report })
}

fn rewrite(
    value: &mut Value,
    renames: &BTreeMap<String, String>,
    rename: &mut dyn FnMut(&str, &BTreeMap<String, String>) -> String,
) {
    match value {
        Value::String(text) if text.starts_with('=') => *text = rename(text, renames),
        Value::Array(list) => list.iter_mut().for_each(|value| rewrite(value, renames, rename)),
        Value::Object(map) => map.values_mut().for_each(|value| rewrite(value, renames, rename)),
        _ => {}
    }
}

/// Moves the part so that its middle is at `middle`.
fn shift(part: &mut Workflow, middle: Point) {
    use reporunner_model::limits::{GRID, NODE_HEIGHT, NODE_WIDTH};
    let (mut low, mut high) = (Point::new(f64::MAX, f64::MAX), Point::new(f64::MIN, f64::MIN));
    let mut hold = |at: Point, w: f64, h: f64| {
        low = Point::new(low.x.min(at.x), low.y.min(at.y));
        high = Point::new(high.x.max(at.x + w), high.y.max(at.y + h));
    };
    part.nodes.values().for_each(|node| hold(node.position, NODE_WIDTH, NODE_HEIGHT));
    part.notes.values().for_each(|note| hold(note.position, note.size.w, note.size.h));
    let step =
        |to: f64, low: f64, high: f64| (((to - f64::midpoint(low, high)) / GRID).round()) * GRID;
    let by = Point::new(step(middle.x, low.x, high.x), step(middle.y, low.y, high.y));
    let places = part.nodes.values_mut().map(|node| &mut node.position);
    for place in places.chain(part.notes.values_mut().map(|note| &mut note.position)) {
        *place = Point::new(place.x + by.x, place.y + by.y);
    }
}
