//! What a node holds that its type does not ask for: from another program, or a later version.
//!
//! It is kept and does nothing. Values that mean nothing are left out: they only say that somebody
//! looked, and so are the marks that n8n puts beside a value that was chosen from a list.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{Node, NodeDescription, Property, PropertyKind};

/// What n8n writes beside the value of a choice that may be made from a list: what shape it is, and
/// how the chosen thing was called.
const OF_A_CHOICE: [&str; 3] = ["__rl", "cachedResultName", "cachedResultUrl"];

/// Paths of the parameters of `node` that its type, `description`, does not know.
pub fn unknown_parameters(description: &NodeDescription, node: &Node) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let all: Vec<&Property> = description.properties.iter().collect();
    look(&all, &node.params, &mut Vec::new(), &mut found);
    found
}

fn look(
    known: &[&Property],
    values: &Map<String, Value>,
    path: &mut Vec<String>,
    found: &mut Vec<Vec<String>>,
) {
    for (key, value) in values.iter().filter(|(_, value)| says_something(value)) {
        // One parameter may have several shapes, by version or by another's value.
        let shapes: Vec<&Property> =
            known.iter().copied().filter(|property| property.name == *key).collect();
        path.push(key.clone());
        if shapes.is_empty() {
            found.push(path.clone());
        } else if let Value::Object(inner) = value {
            within(&shapes, inner, path, found);
        }
        path.pop();
    }
}

/// Looks into a value whose parameter is one of `shapes`.
fn within(
    shapes: &[&Property],
    value: &Map<String, Value>,
    path: &mut Vec<String>,
    found: &mut Vec<Vec<String>>,
) {
    let mut fields: Vec<&Property> = Vec::new();
    let mut lists: BTreeMap<&str, Vec<&Property>> = BTreeMap::new();
    for shape in shapes {
        match &shape.kind {
            PropertyKind::Collection { fields: inner, .. }
            | PropertyKind::Group { fields: inner } => fields.extend(inner),
            PropertyKind::Records { key, fields, .. } => {
                lists.entry(key).or_default().extend(fields)
            }
            // Its value is its own business.
            _ => return,
        }
    }
    let chosen = value.contains_key("__rl");
    let plain: Map<String, Value> = value
        .iter()
        .filter(|(key, _)| !lists.contains_key(key.as_str()))
        .filter(|(key, _)| !(chosen && OF_A_CHOICE.contains(&key.as_str())))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    look(&fields, &plain, path, found);
    for (list, inner) in lists {
        let Some(Value::Array(records)) = value.get(list) else { continue };
        path.push(list.to_owned());
        for (index, record) in records.iter().enumerate() {
            let Value::Object(record) = record else { continue };
            let mut record = record.clone();
            record.shift_remove("id");
            path.push(index.to_string());
            look(&inner, &record, path, found);
            path.pop();
        }
        path.pop();
    }
}

fn says_something(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(map) => !map.is_empty(),
        Value::Bool(true) | Value::Number(_) => true,
    }
}
