//! Records in lists carry an id here, and mostly not in n8n: ids are added on the way in and taken
//! away on the way out.

use reporunner_model::{NodeDescription, Property, PropertyKind};
use serde_json::{Map, Value};

type Object = Map<String, Value>;

/// Gives an id of its own to each record in `params`; tells which were added, with what stood
/// there before (null where nothing did).
pub(crate) fn add_ids(
    params: &mut Object,
    description: &NodeDescription,
    ids: &mut dyn FnMut() -> String,
) -> Object {
    let mut added = Object::new();
    in_properties(params, &description.properties, ids, &mut added);
    added
}

fn in_properties(
    values: &mut Object,
    properties: &[Property],
    ids: &mut dyn FnMut() -> String,
    added: &mut Object,
) {
    for property in properties {
        let Some(Value::Object(value)) = values.get_mut(&property.name) else { continue };
        match &property.kind {
            PropertyKind::Collection { fields, .. } | PropertyKind::Group { fields } => {
                in_properties(value, fields, ids, added);
            }
            PropertyKind::Records { key, fields, .. } => {
                in_list(value.get_mut(key), fields, ids, added);
            }
            PropertyKind::Conditions => in_list(value.get_mut("conditions"), &[], ids, added),
            PropertyKind::Assignments => in_list(value.get_mut("assignments"), &[], ids, added),
            _ => {}
        }
    }
}

fn in_list(
    list: Option<&mut Value>,
    fields: &[Property],
    ids: &mut dyn FnMut() -> String,
    added: &mut Object,
) {
    let Some(Value::Array(list)) = list else { return };
    // One entry that is no record makes the whole list opaque to the document.
    if !list.iter().all(Value::is_object) {
        return;
    }
    let mut seen = std::collections::BTreeSet::new();
    for record in list.iter_mut().filter_map(Value::as_object_mut) {
        let known = record.get("id").and_then(Value::as_str).unwrap_or_default();
        if known.is_empty() || !seen.insert(known.to_owned()) {
            let id = ids();
            let before = record.insert("id".to_owned(), Value::from(id.as_str()));
            added.insert(id.clone(), before.unwrap_or_default());
            seen.insert(id);
        }
        in_properties(record, fields, ids, added);
    }
}

/// Takes away again what [`add_ids`] added.
pub(crate) fn drop_ids(value: &mut Value, added: &Object) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|value| drop_ids(value, added)),
        Value::Object(map) => {
            let before = map.get("id").and_then(Value::as_str).and_then(|id| added.get(id));
            match before {
                Some(Value::Null) => drop(map.shift_remove("id")),
                Some(before) => drop(map.insert("id".to_owned(), before.clone())),
                None => {}
            }
            map.values_mut().for_each(|value| drop_ids(value, added));
        }
        _ => {}
    }
}
