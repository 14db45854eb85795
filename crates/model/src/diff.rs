//! The edits that lead from one workflow to another: how a merge, an undo or a restore is
//! reported to whoever holds the old one.

use serde_json::{Map, Value};

use crate::{Edit, Node, NodeId, ParamPath, Workflow, record_id};

/// Edits that turn `old` into `new`. Applying them to `old` gives `new` (`orig` and ids aside).
pub fn diff(old: &Workflow, new: &Workflow) -> Vec<Edit> {
    let mut edits = Vec::new();
    if old.name != new.name {
        edits.push(Edit::SetName { name: new.name.clone() });
    }
    if old.description != new.description {
        edits.push(Edit::SetDescription { text: new.description.clone() });
    }
    settings(old, new, &mut edits);
    for tag in old.tags.symmetric_difference(&new.tags) {
        edits.push(Edit::SetTag { tag: tag.clone(), on: new.tags.contains(tag) });
    }
    for id in old.nodes.keys().filter(|id| !new.nodes.contains_key(*id)) {
        edits.push(Edit::RemoveNode { id: id.clone() });
    }
    for (id, node) in &new.nodes {
        match old.nodes.get(id) {
            None => edits.push(Edit::AddNode { node: Box::new(node.clone()) }),
            Some(before) if before != node => nodes(before, node, &mut edits),
            Some(_) => {}
        }
    }
    edges(old, new, &mut edits);
    notes(old, new, &mut edits);
    for (id, items) in &new.pins {
        if old.pins.get(id) != Some(items) {
            edits.push(Edit::SetPin { id: id.clone(), items: Some(items.clone()) });
        }
    }
    for id in old.pins.keys() {
        if !new.pins.contains_key(id) && new.nodes.contains_key(id) {
            edits.push(Edit::SetPin { id: id.clone(), items: None });
        }
    }
    edits
}

fn settings(old: &Workflow, new: &Workflow, edits: &mut Vec<Edit>) {
    let as_map = |workflow: &Workflow| match serde_json::to_value(&workflow.settings) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    };
    let (before, after) = (as_map(old), as_map(new));
    for (key, value) in &after {
        if before.get(key) != Some(value) {
            edits.push(Edit::SetSetting { key: key.clone(), value: Some(value.clone()) });
        }
    }
    for key in before.keys().filter(|key| !after.contains_key(*key)) {
        edits.push(Edit::SetSetting { key: key.clone(), value: None });
    }
}

fn nodes(old: &Node, new: &Node, edits: &mut Vec<Edit>) {
    let id = || new.id.clone();
    if old.node_type != new.node_type || old.orig != new.orig {
        // No edit changes these: the node is another one under the same id.
        edits.push(Edit::AddNode { node: Box::new(new.clone()) });
        return;
    }
    if old.name != new.name {
        edits.push(Edit::RenameNode { id: id(), name: new.name.clone() });
    }
    if old.position != new.position {
        edits.push(Edit::MoveNode { id: id(), to: new.position });
    }
    if old.on != new.on {
        edits.push(Edit::SetOn { id: id(), on: new.on });
    }
    if old.note != new.note {
        edits.push(Edit::SetNodeNote { id: id(), note: new.note.clone() });
    }
    if old.flags != new.flags {
        edits.push(Edit::SetFlags { id: id(), flags: new.flags.clone() });
    }
    if old.v != new.v {
        edits.push(Edit::SetVersion { id: id(), v: new.v.clone() });
    }
    if old.parent != new.parent {
        edits.push(Edit::SetParent { id: id(), parent: new.parent.clone() });
    }
    for (kind, name) in &new.creds {
        if old.creds.get(kind) != Some(name) {
            edits.push(Edit::SetCredential {
                id: id(),
                kind: kind.clone(),
                name: Some(name.clone()),
            });
        }
    }
    for kind in old.creds.keys().filter(|kind| !new.creds.contains_key(*kind)) {
        edits.push(Edit::SetCredential { id: id(), kind: kind.clone(), name: None });
    }
    params(&new.id, &mut Vec::new(), &old.params, &new.params, edits);
}

fn params(
    id: &NodeId,
    path: &mut ParamPath,
    old: &Map<String, Value>,
    new: &Map<String, Value>,
    edits: &mut Vec<Edit>,
) {
    for key in old.keys().filter(|key| !new.contains_key(*key)) {
        set(id, path, key, None, edits);
    }
    for (key, value) in new {
        match (old.get(key), value) {
            (Some(before), value) if before == value => {}
            (Some(Value::Object(before)), Value::Object(after)) => {
                path.push(key.clone());
                params(id, path, before, after, edits);
                path.pop();
            }
            (Some(Value::Array(before)), Value::Array(after))
                if is_records(before) && is_records(after) && same_order(before, after) =>
            {
                path.push(key.clone());
                records(id, path, before, after, edits);
                path.pop();
            }
            _ => set(id, path, key, Some(value.clone()), edits),
        }
    }
}

fn records(id: &NodeId, path: &mut ParamPath, old: &[Value], new: &[Value], edits: &mut Vec<Edit>) {
    let find = |list: &[Value], record: &Value| {
        list.iter().position(|other| record_id(other) == record_id(record))
    };
    for record in old.iter().filter(|record| find(new, record).is_none()) {
        set(id, path, &step(record), None, edits);
    }
    for record in new {
        match find(old, record).map(|at| &old[at]) {
            Some(Value::Object(before)) if Value::Object(before.clone()) != *record => {
                if let Value::Object(after) = record {
                    path.push(step(record));
                    params(id, path, before, after, edits);
                    path.pop();
                }
            }
            Some(_) => {}
            None => set(id, path, &step(record), Some(record.clone()), edits),
        }
    }
}

fn step(record: &Value) -> String {
    format!("#{}", record_id(record).unwrap_or_default())
}

fn is_records(list: &[Value]) -> bool {
    list.iter().all(|record| record_id(record).is_some())
}

/// Whether the records that stay keep their order and the new ones come after them.
fn same_order(old: &[Value], new: &[Value]) -> bool {
    let ids = |list: &[Value]| -> Vec<String> { list.iter().map(step).collect() };
    let (old, new) = (ids(old), ids(new));
    let kept: Vec<_> = old.iter().filter(|id| new.contains(id)).collect();
    new.iter().take(kept.len()).eq(kept.iter().copied())
}

fn set(id: &NodeId, path: &[String], key: &str, value: Option<Value>, edits: &mut Vec<Edit>) {
    let mut path = path.to_vec();
    path.push(key.to_owned());
    edits.push(Edit::SetParam { id: id.clone(), path, value });
}

fn edges(old: &Workflow, new: &Workflow, edits: &mut Vec<Edit>) {
    for key in old.edges.keys().filter(|key| !new.edges.contains_key(*key)) {
        if new.nodes.contains_key(&key.from) && new.nodes.contains_key(&key.to) {
            edits.push(Edit::Disconnect { key: key.clone() });
        }
    }
    for (key, edge) in &new.edges {
        if old.edges.get(key) != Some(edge) {
            edits.push(Edit::Connect { key: key.clone(), edge: edge.clone() });
        }
    }
}

fn notes(old: &Workflow, new: &Workflow, edits: &mut Vec<Edit>) {
    for id in old.notes.keys().filter(|id| !new.notes.contains_key(*id)) {
        edits.push(Edit::RemoveNote { id: id.clone() });
    }
    for (id, note) in &new.notes {
        match old.notes.get(id) {
            Some(before) if before == note => {}
            Some(before) if before.orig == note.orig => edits.push(Edit::SetNote {
                id: id.clone(),
                text: (before.text != note.text).then(|| note.text.clone()),
                color: (before.color != note.color).then_some(note.color),
                position: (before.position != note.position).then_some(note.position),
                size: (before.size != note.size).then_some(note.size),
            }),
            _ => edits.push(Edit::AddNote { id: id.clone(), note: note.clone() }),
        }
    }
}
