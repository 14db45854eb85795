//! A workflow as n8n's JSON. What an import kept goes out again where it still holds.

use std::collections::BTreeMap;

use reporunner_model::{NodeId, Workflow};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::kept::Kept;
use crate::node::{self, Beside};
use crate::{connections, note, settings};

type Object = Map<String, Value>;

/// What is kept beside a workflow, as JSON text in its `orig`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct FileBeside {
    /// By how much x grew on the way in; 0 means not at all.
    #[serde(default)]
    pub(crate) scale: f64,
    /// The file's list of nodes: ids, and as `{ raw }` what is no node.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) order: Vec<Value>,
    #[serde(default, skip_serializing_if = "Kept::is_empty")]
    pub(crate) file: Kept,
    #[serde(default, skip_serializing_if = "Kept::is_empty")]
    pub(crate) connections: Kept,
    #[serde(default, skip_serializing_if = "Kept::is_empty")]
    pub(crate) settings: Kept,
    #[serde(default, skip_serializing_if = "Kept::is_empty")]
    pub(crate) pins: Kept,
}

/// Keys of the file whose own keys are kept one by one.
pub(crate) const NESTED: [&str; 3] = ["connections", "settings", "pinData"];

impl FileBeside {
    pub(crate) fn of(workflow: &Workflow) -> Self {
        let orig = workflow.orig.as_ref();
        orig.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    pub(crate) fn scale(&self) -> f64 {
        if self.scale > 0.0 { self.scale } else { 1.0 }
    }

    pub(crate) fn nested(&mut self) -> [(&'static str, &mut Kept); 3] {
        let [connections, settings, pins] = NESTED;
        [
            (connections, &mut self.connections),
            (settings, &mut self.settings),
            (pins, &mut self.pins),
        ]
    }
}

/// The workflow as n8n's JSON. A workflow that was imported and not changed since gives the file
/// it came from.
pub fn export(workflow: &Workflow) -> Value {
    let mut beside = FileBeside::of(workflow);
    let scale = beside.scale();
    let mut nodes = nodes(workflow, scale);
    let mut file = write(workflow, &nodes);
    for (key, kept) in beside.nested() {
        if let Some(Value::Object(own)) = file.get_mut(key) {
            kept.restore(own);
        }
    }
    let mut list = Vec::new();
    for entry in &beside.order {
        match entry {
            Value::String(id) => list.extend(nodes.remove(id).map(Value::Object)),
            other => list.extend(other.get("raw").cloned()),
        }
    }
    list.extend(nodes.into_values().map(Value::Object));
    file.insert("nodes".to_owned(), Value::Array(list));
    beside.file.restore(&mut file);
    Value::Object(file)
}

/// The objects of all nodes and notes, by id.
pub(crate) fn nodes(workflow: &Workflow, scale: f64) -> BTreeMap<String, Object> {
    let mut nodes: BTreeMap<String, Object> = BTreeMap::new();
    for (id, node) in &workflow.nodes {
        nodes.insert(id.to_string(), node::write_kept(node, scale));
    }
    for (id, own) in &workflow.notes {
        let place = node::file_place(own.position, scale);
        let mut file = note::write(id.as_str(), own, place, scale);
        let beside = Beside::of(own.orig.as_ref());
        if let Some(Value::Object(params)) = file.get_mut("parameters") {
            beside.params.restore(params);
        }
        beside.node.restore(&mut file);
        nodes.insert(id.to_string(), file);
    }
    nodes
}

/// The names that nodes have in the file.
pub(crate) fn names(
    workflow: &Workflow,
    nodes: &BTreeMap<String, Object>,
) -> BTreeMap<NodeId, String> {
    let name = |id: &NodeId| nodes.get(id.as_str())?.get("name")?.as_str().map(str::to_owned);
    let named = workflow.nodes.values();
    named
        .map(|node| (node.id.clone(), name(&node.id).unwrap_or_else(|| node.name.clone())))
        .collect()
}

/// Writes the workflow our way, without its list of nodes.
pub(crate) fn write(workflow: &Workflow, nodes: &BTreeMap<String, Object>) -> Object {
    let names = names(workflow, nodes);
    let mut file = Object::new();
    file.insert("name".to_owned(), Value::from(workflow.name.as_str()));
    if !workflow.description.is_empty() {
        file.insert("description".to_owned(), Value::from(workflow.description.as_str()));
    }
    let wires = connections::write(workflow, &names);
    file.insert("connections".to_owned(), Value::Object(wires));
    let own = settings::write(&workflow.settings);
    file.insert("settings".to_owned(), Value::Object(own));
    let pins: Object = workflow
        .pins
        .iter()
        .filter_map(|(id, items)| Some((names.get(id)?.clone(), serde_json::to_value(items).ok()?)))
        .collect();
    if !pins.is_empty() {
        file.insert("pinData".to_owned(), Value::Object(pins));
    }
    if !workflow.tags.is_empty() {
        let tags: Vec<&str> = workflow.tags.iter().map(String::as_str).collect();
        file.insert("tags".to_owned(), Value::from(tags));
    }
    file
}
