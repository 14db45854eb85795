//! Where a parameter stands, and which edits set it.
//!
//! Pure. A path has object keys, and `#id` for a record of a list. Whether a parameter is shown is
//! `reporunner_model::FormValues`' business.

use reporunner_model::{Edit, FormValues, Node, NodeId, Property, record_id, value_at};
use serde_json::{Map, Value};

/// `path` with one more step.
pub(crate) fn join(path: &[String], step: &str) -> Vec<String> {
    let mut joined = path.to_vec();
    joined.push(step.to_owned());
    joined
}

/// The step to record `index` of a list: by its id, or by its place where it has none.
pub(crate) fn record_step(record: &Value, index: usize) -> String {
    record_id(record).map_or_else(|| index.to_string(), |id| format!("#{id}"))
}

/// The value at `path` among these parameters.
pub(crate) fn value_in<'v>(params: &'v Map<String, Value>, path: &[String]) -> Option<&'v Value> {
    let (first, rest) = path.split_first()?;
    value_at(params.get(first)?, rest)
}

/// The edits that set `path`. What is shown because it is the default of a larger parameter is
/// written first, so that it does not vanish with the first change.
pub(crate) fn edits_for(
    node: &Node,
    all: &[Property],
    path: &[String],
    value: Option<Value>,
) -> Vec<Edit> {
    let mut edits: Vec<Edit> = settle_default(node, all, path).into_iter().collect();
    edits.push(set(&node.id, path, value));
    edits
}

/// The edit that writes the default which `path` lies in, where it is not written yet.
pub(crate) fn settle_default(node: &Node, all: &[Property], path: &[String]) -> Option<Edit> {
    let (first, rest) = path.split_first()?;
    if rest.is_empty() || node.params.contains_key(first) {
        return None;
    }
    let default = FormValues::of(node, all).default_at(std::slice::from_ref(first))?;
    let holds_something = match default {
        Value::Object(map) => !map.is_empty(),
        Value::Array(list) => !list.is_empty(),
        _ => false,
    };
    holds_something.then(|| set(&node.id, std::slice::from_ref(first), Some(default.clone())))
}

fn set(id: &NodeId, path: &[String], value: Option<Value>) -> Edit {
    Edit::SetParam { id: id.clone(), path: path.to_vec(), value }
}

/// A path as an attribute of the page.
pub(crate) fn as_attribute(path: &[String]) -> String {
    path.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn node(params: Value) -> Node {
        let mut node = Node::new("n".into(), "t".into(), "2", "N");
        node.params = params.as_object().cloned().unwrap_or_default();
        node
    }

    fn path(dotted: &str) -> Vec<String> {
        dotted.split('.').map(str::to_owned).collect()
    }

    #[test]
    fn a_shown_default_is_written_before_a_change_in_it() {
        let rules = Property::records("rules", "Rules", "values", "Add", Vec::new())
            .default_value(json!({ "values": [{ "id": "first" }] }));
        let edits =
            edits_for(&node(json!({})), &[rules], &path("rules.values.#new"), Some(json!({})));
        let mut workflow = reporunner_model::Workflow::new("w".into(), "W", "UTC");
        workflow.nodes.insert("n".into(), node(json!({})));
        edits.iter().for_each(|edit| edit.apply(&mut workflow).unwrap());
        let ids: Vec<_> = workflow.nodes[&NodeId::from("n")].params["rules"]["values"]
            .as_array()
            .unwrap()
            .iter()
            .map(|record| record["id"].clone())
            .collect();
        assert_eq!(ids, [json!("first"), json!("new")]);
    }

    #[test]
    fn records_are_named_by_id() {
        assert_eq!(record_step(&json!({ "id": "x" }), 3), "#x");
        assert_eq!(record_step(&json!({}), 3), "3");
    }
}
