//! Pins as an engine finds them in a file that no editor has put in order.
//!
//! What was pinned in old editors often lacks the `json` around its fields. An editor adds it, and
//! so does our import; the engine that cases were recorded with takes items as they stand, and one
//! without `json` has no data.

use serde_json::{Map, Value, json};

/// Takes the fields out of pinned items that have no `json`. Gives the pins of the nodes that this
/// concerns as they stood.
pub(crate) fn as_they_stand(workflow: &mut Value) -> Map<String, Value> {
    let mut stood = Map::new();
    let pins = workflow.get_mut("pinData").and_then(Value::as_object_mut);
    for (node, items) in pins.into_iter().flatten() {
        let before = items.clone();
        for item in items.as_array_mut().into_iter().flatten() {
            if item.is_object() && item.get("json").is_none() {
                let binary = item.get("binary").filter(|binary| binary.is_object()).cloned();
                *item = json!({ "json": {} });
                if let Some(binary) = binary {
                    item["binary"] = binary;
                }
            }
        }
        if *items != before {
            stood.insert(node.clone(), before);
        }
    }
    stood
}

/// Shows pinned items as they stood in the file.
pub(crate) fn show(stood: &Map<String, Value>, run_data: &mut Map<String, Value>) {
    for (node, items) in stood {
        let runs = run_data.get_mut(node).and_then(Value::as_array_mut);
        for run in runs.into_iter().flatten() {
            if let Some(first) = run.pointer_mut("/outputs/main/0") {
                first.clone_from(items);
            }
        }
    }
}
