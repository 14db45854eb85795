//! Where a parameter stands, whether it is shown, and which edits set it.
//!
//! Pure. A path has object keys, and `#id` for a record of a list.

use reporunner_model::{Edit, Node, NodeId, Property, PropertyKind, Show, record_id, value_at};
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

/// What holds at `path` where nothing is set, by the descriptions.
pub(crate) fn default_in(properties: &[Property], path: &[String]) -> Option<Value> {
    let (first, rest) = path.split_first()?;
    let named = properties.iter().filter(|property| property.name == *first);
    named
        .filter_map(|property| {
            value_at(&property.default, rest).cloned().or_else(|| match &property.kind {
                PropertyKind::Collection { fields, .. } | PropertyKind::Group { fields } => {
                    default_in(fields, rest)
                }
                _ => None,
            })
        })
        .next()
}

/// Whether a property is shown. `scope` is the path of the object that it is a field of, `siblings`
/// the fields of that object; conditions ask a sibling first, then the node's parameters.
pub(crate) fn is_shown(
    property: &Property,
    node: &Node,
    all: &[Property],
    siblings: &[Property],
    scope: &[String],
) -> bool {
    if scope.is_empty() && property.show.iter().all(|show| show.path.len() == 1) {
        return property.is_shown(node, all);
    }
    property.show.iter().all(|show| {
        let value = asked(show, node, all, siblings, scope);
        let found = show.values.iter().any(|wanted| same(wanted, &value));
        found != show.not
    })
}

fn asked(
    show: &Show,
    node: &Node,
    all: &[Property],
    siblings: &[Property],
    scope: &[String],
) -> Value {
    let Some(first) = show.path.first() else { return Value::Null };
    if first == "@version" {
        return Value::from(node.type_version());
    }
    if !scope.is_empty() && siblings.iter().any(|sibling| sibling.name == *first) {
        let path = [scope, &show.path].concat();
        let found = value_in(&node.params, &path).cloned();
        return found.or_else(|| default_in(siblings, &show.path)).unwrap_or(Value::Null);
    }
    let found = value_in(&node.params, &show.path).cloned();
    found.or_else(|| default_in(all, &show.path)).unwrap_or(Value::Null)
}

fn same(a: &Value, b: &Value) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
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
    let default = default_in(all, std::slice::from_ref(first))?;
    let holds_something = match &default {
        Value::Object(map) => !map.is_empty(),
        Value::Array(list) => !list.is_empty(),
        _ => false,
    };
    holds_something.then(|| set(&node.id, std::slice::from_ref(first), Some(default)))
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

    fn pager() -> Vec<Property> {
        let fields = vec![
            Property::choice("mode", "Mode", &[("next", "Next"), ("off", "Off")]),
            Property::text("url", "URL").show_when("options.page.mode", &["next"]),
        ];
        let page = Property::new("page", "Page", PropertyKind::Group { fields });
        vec![Property::collection("options", "Options", "Add", vec![page])]
    }

    #[test]
    fn a_default_is_found_inside_groups() {
        assert_eq!(default_in(&pager(), &path("options.page.mode")), Some(json!("next")));
        assert_eq!(default_in(&pager(), &path("options.page.nothing")), None);
    }

    #[test]
    fn a_field_in_a_group_follows_the_groups_default() {
        let all = pager();
        let fields = vec![Property::text("url", "URL").show_when("options.page.mode", &["next"])];
        let shown =
            |params| is_shown(&fields[0], &node(params), &all, &fields, &path("options.page"));
        assert!(shown(json!({})), "the mode is `next` where nothing is set");
        assert!(!shown(json!({ "options": { "page": { "mode": "off" } } })));
    }

    #[test]
    fn a_field_of_a_record_asks_its_own_record() {
        let fields = vec![
            Property::choice("type", "Type", &[("text", "Text"), ("number", "Number")]),
            Property::text("text", "Text").show_when("type", &["text"]),
        ];
        let node = node(json!({ "rows": { "all": [
            { "id": "a", "type": "number" }, { "id": "b" }
        ] } }));
        let shown = |record: &str| {
            is_shown(&fields[1], &node, &[], &fields, &path(&format!("rows.all.#{record}")))
        };
        assert!(!shown("a"));
        assert!(shown("b"), "the first choice holds where none is made");
    }

    #[test]
    fn the_version_decides() {
        let property = Property::text("a", "A").versions(&[2.0]).show_if("x.y", false);
        let all =
            vec![Property::collection("x", "X", "Add", vec![Property::toggle("y", "Y", false)])];
        assert!(is_shown(&property, &node(json!({})), &all, &[], &[]));
        let older = Node { v: "1".to_owned(), ..node(json!({})) };
        assert!(!is_shown(&property, &older, &all, &[], &[]));
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
