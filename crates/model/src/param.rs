//! Where a value stands within a node's parameters.

use serde_json::Value;

/// Steps from a node's parameters to one value: object keys, and `#id` for the record with that
/// id in a list of records. An empty path means all parameters.
pub type ParamPath = Vec<String>;

/// The id of a record in a list of records.
pub fn record_id(record: &Value) -> Option<&str> {
    record.get("id").and_then(Value::as_str)
}

/// The value at `path` below `root`.
pub fn value_at<'v>(root: &'v Value, path: &[String]) -> Option<&'v Value> {
    path.iter().try_fold(root, |value, step| match (value, step.strip_prefix('#')) {
        (Value::Array(records), Some(id)) => {
            records.iter().find(|record| record_id(record) == Some(id))
        }
        (Value::Array(list), None) => list.get(step.parse::<usize>().ok()?),
        (Value::Object(map), _) => map.get(step),
        _ => None,
    })
}

/// The value at `path` below `root`, to be changed.
pub fn value_at_mut<'v>(root: &'v mut Value, path: &[String]) -> Option<&'v mut Value> {
    let mut value = root;
    for step in path {
        value = match (value, step.strip_prefix('#')) {
            (Value::Array(records), Some(id)) => {
                records.iter_mut().find(|record| record_id(record) == Some(id))?
            }
            (Value::Array(list), None) => list.get_mut(step.parse::<usize>().ok()?)?,
            (Value::Object(map), _) => map.get_mut(step)?,
            _ => return None,
        };
    }
    Some(value)
}
