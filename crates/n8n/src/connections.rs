//! Wires: by the names of nodes in n8n, by their ids here.

use std::collections::BTreeMap;

use reporunner_model::{Edge, EdgeKey, NodeId, PortKind, Workflow, limits};
use serde_json::{Map, Value, json};

/// What the file's connections say.
#[derive(Default)]
pub(crate) struct Wires {
    pub(crate) edges: BTreeMap<EdgeKey, Edge>,
    /// Wires that start or end nowhere, as (from, to).
    pub(crate) dangling: Vec<(String, String)>,
}

/// Reads connections; `nodes` finds a node by the name that the file has for it.
pub(crate) fn read(file: &Map<String, Value>, nodes: &BTreeMap<String, NodeId>) -> Wires {
    let mut wires = Wires::default();
    for (source, kinds) in file {
        let Some(kinds) = kinds.as_object() else { continue };
        for (kind, outputs) in kinds {
            for (port, targets) in outputs.as_array().into_iter().flatten().enumerate() {
                let targets = targets.as_array().map_or(&[][..], Vec::as_slice);
                for (place, target) in targets.iter().enumerate() {
                    wires.add((source, kind, port), target, (place, targets.len()), nodes);
                }
            }
        }
    }
    wires
}

impl Wires {
    fn add(
        &mut self,
        (source, kind, from_port): (&str, &str, usize),
        target: &Value,
        (place, count): (usize, usize),
        nodes: &BTreeMap<String, NodeId>,
    ) {
        let name = target.get("node").and_then(Value::as_str).unwrap_or_default();
        let index = target.get("index").and_then(Value::as_u64).unwrap_or_default();
        let to_port = usize::try_from(index).unwrap_or(usize::MAX);
        let (Some(from), Some(to)) = (nodes.get(source), nodes.get(name)) else {
            self.dangling.push((source.to_owned(), name.to_owned()));
            return;
        };
        if from_port >= limits::PORTS || to_port >= limits::PORTS || kind.is_empty() {
            self.dangling.push((source.to_owned(), name.to_owned()));
            return;
        }
        let kind = PortKind::new(kind);
        let key = EdgeKey { from: from.clone(), kind, from_port, to: to.clone(), to_port };
        // One wire alone has no order among others.
        let order = if count > 1 { order(place) } else { String::new() };
        self.edges.entry(key).or_insert(Edge { order });
    }
}

/// A place as text that sorts, with room before and after it.
fn order(place: usize) -> String {
    let letter = |digit: usize| char::from(b'A' + u8::try_from(digit % 26).unwrap_or_default());
    [place / 676, place / 26, place].into_iter().map(letter).chain(['V']).collect()
}

/// Writes the wires of `workflow`; `names` gives the name that each node has in the file.
pub(crate) fn write(workflow: &Workflow, names: &BTreeMap<NodeId, String>) -> Map<String, Value> {
    let mut file = Map::new();
    for (id, name) in names {
        let mut kinds: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
        for key in workflow.edges_from(id) {
            let Some(to) = names.get(&key.to) else { continue };
            if key.from_port >= limits::PORTS {
                continue;
            }
            let outputs = kinds.entry(key.kind.as_str()).or_default();
            if outputs.len() <= key.from_port {
                outputs.resize(key.from_port + 1, json!([]));
            }
            if let Some(targets) = outputs[key.from_port].as_array_mut() {
                targets.push(json!({ "node": to, "type": key.kind, "index": key.to_port }));
            }
        }
        if !kinds.is_empty() {
            let kinds: Map<String, Value> =
                kinds.into_iter().map(|(kind, list)| (kind.to_owned(), list.into())).collect();
            file.insert(name.clone(), Value::Object(kinds));
        }
    }
    file
}
