//! Finds the workflow in a file: alone, wrapped, or as a bare list of nodes.

use reporunner_model::limits;
use serde_json::{Map, Value};

use crate::ImportError;

/// The object of the workflow in `value`.
pub(super) fn workflow(value: Value) -> Result<Map<String, Value>, ImportError> {
    let file = unwrap(value, 0)?;
    let count = file.get("nodes").and_then(Value::as_array).map_or(0, Vec::len);
    if count > limits::NODES {
        return Err(ImportError::TooManyNodes { count });
    }
    let found = match file.get("connections") {
        // An empty list says as well as an empty object that there are none.
        None | Some(Value::Null | Value::Object(_)) => return Ok(file),
        Some(Value::Array(list)) if list.is_empty() => return Ok(file),
        Some(Value::Array(_)) => "a list",
        Some(Value::String(_)) => "a text",
        Some(Value::Number(_)) => "a number",
        Some(Value::Bool(_)) => "true or false",
    };
    let wanted = "an object with the names of nodes";
    Err(ImportError::WrongPart { place: "\"connections\"", found, wanted })
}

fn unwrap(value: Value, depth: usize) -> Result<Map<String, Value>, ImportError> {
    match value {
        Value::Object(map) if map.get("nodes").is_some_and(Value::is_array) => Ok(map),
        Value::Object(mut map) if depth < 3 => {
            let inner = ["workflow", "data", "workflowData"].into_iter().find_map(|key| {
                map.get(key).is_some_and(|value| !value.is_null()).then(|| map.shift_remove(key))?
            });
            inner.map_or(Err(ImportError::NoWorkflow), |inner| unwrap(inner, depth + 1))
        }
        Value::Array(mut list) => {
            let is_workflow = |value: &Value| value.get("nodes").is_some_and(Value::is_array);
            let is_node = |value: &Value| {
                value.get("type").is_some_and(Value::is_string)
                    && ["parameters", "position"].iter().any(|key| value.get(key).is_some())
            };
            let is_credential =
                |value: &Value| value.get("type").is_some() && value.get("data").is_some();
            if !list.is_empty() && list.iter().all(is_workflow) {
                return match list.len() {
                    1 => unwrap(list.remove(0), depth + 1),
                    count => Err(ImportError::Several(count)),
                };
            }
            if !list.is_empty() && list.iter().all(is_credential) {
                return Err(ImportError::Credentials);
            }
            if !list.is_empty() && list.iter().all(is_node) {
                return Ok(Map::from_iter([("nodes".to_owned(), Value::Array(list))]));
            }
            Err(ImportError::NoWorkflow)
        }
        _ => Err(ImportError::NoWorkflow),
    }
}
