//! Which properties a form shows, by what is set, by defaults, and while an expression decides.

use reporunner_model::{
    Catalog, FormValues, Node, NodeDescription, Property, PropertyKind, RequiredInputs, Show,
    Shown, Workflow, validate,
};
use serde_json::{Value, json};

fn node(version: &str, params: Value) -> Node {
    let mut node = Node::new("n".into(), "t".into(), version, "N");
    node.params = params.as_object().cloned().unwrap_or_default();
    node
}

fn path(dotted: &str) -> Vec<String> {
    dotted.split('.').map(str::to_owned).collect()
}

/// A form as many services have it: what it is about decides what can be done with it.
fn service() -> Vec<Property> {
    vec![
        Property::choice("resource", "About", &[("mail", "Mail"), ("file", "File")]),
        Property::choice("operation", "Do", &[("send", "Send")]).show_when("resource", &["mail"]),
        Property::choice("operation", "Do", &[("read", "Read"), ("write", "Write")])
            .show_when("resource", &["file"]),
        Property::text("to", "To").show_when("operation", &["send"]).required(),
        Property::text("path", "Path").show_when("operation", &["read", "write"]).required(),
        Property::text("old", "Old").versions(&[1.0]),
    ]
}

#[track_caller]
fn check(property: &str, version: &str, params: Value, expect: Shown) {
    let (all, node) = (service(), node(version, params));
    let property = all.iter().find(|found| found.name == property).expect("it is in the form");
    assert_eq!(FormValues::of(&node, &all).shown(property), expect, "{:?}", node.params);
    assert_eq!(property.is_shown(&node, &all), expect != Shown::No, "the short form agrees");
}

#[test]
fn what_is_set_decides() {
    check("to", "1", json!({ "operation": "send" }), Shown::Yes);
    check("to", "1", json!({ "operation": "read" }), Shown::No);
    check("path", "1", json!({ "resource": "file", "operation": "write" }), Shown::Yes);
}

#[test]
fn the_default_is_that_of_the_shape_that_is_shown() {
    check("to", "1", json!({}), Shown::Yes);
    check("path", "1", json!({ "resource": "file" }), Shown::Yes);
    check("to", "1", json!({ "resource": "file" }), Shown::No);
}

#[test]
fn what_hangs_on_an_expression_may_be_shown() {
    let resource = "={{ $json.kind }}";
    check("to", "1", json!({ "operation": "={{ $json.do }}" }), Shown::Depends);
    check("path", "1", json!({ "operation": "={{ $json.do }}" }), Shown::Depends);
    check("to", "1", json!({ "resource": resource, "operation": "read" }), Shown::No);
    check("operation", "1", json!({ "resource": resource }), Shown::Depends);
}

#[test]
fn the_version_decides() {
    check("old", "1", json!({}), Shown::Yes);
    check("old", "2", json!({}), Shown::No);
}

#[test]
fn a_condition_can_be_turned_round() {
    let mut property = Property::text("a", "A");
    let hides = |values: Vec<Value>| Show { path: path("mode"), values, not: true };
    property.show = vec![hides(vec![json!("off"), json!(2)])];
    let shown = |mode: Value| property.is_shown(&node("1", json!({ "mode": mode })), &[]);
    assert!(shown(json!("on")) && shown(Value::Null));
    assert!(!shown(json!("off")) && !shown(json!(2.0)), "numbers are the same by value");
    assert!(shown(json!("={{ 1 }}")), "an expression may give another value");
}

#[test]
fn a_field_of_a_record_asks_its_own_record() {
    let fields = vec![
        Property::choice("type", "Type", &[("text", "Text"), ("number", "Number")]),
        Property::text("text", "Text").show_when("type", &["text"]),
        Property::text("deep", "Deep").show_when("outer", &["x"]),
    ];
    let node = node(
        "1",
        json!({ "outer": "x", "rows": { "all": [
            { "id": "a", "type": "number" }, { "id": "b" }, { "id": "c", "type": "={{ 1 }}" }
        ] } }),
    );
    let shown = |record: &str, field: usize| {
        let scope = path(&format!("rows.all.#{record}"));
        FormValues::of(&node, &[]).within(&scope, &fields).shown(&fields[field])
    };
    assert_eq!(shown("a", 1), Shown::No);
    assert_eq!(shown("b", 1), Shown::Yes, "the first choice holds where none is made");
    assert_eq!(shown("c", 1), Shown::Depends);
    assert_eq!(shown("a", 2), Shown::Yes, "what no sibling is called is asked of the node");
}

#[test]
fn a_default_inside_a_group_counts() {
    let mode = Property::choice("mode", "Mode", &[("next", "Next"), ("off", "Off")]);
    let page = Property::new("page", "Page", PropertyKind::Group { fields: vec![mode] });
    let all = vec![
        Property::collection("options", "Options", "Add", vec![page]),
        Property::text("url", "URL").show_when("options.page.mode", &["next"]),
    ];
    let empty = node("1", json!({}));
    let values = FormValues::of(&empty, &all);
    assert_eq!(values.default_at(&path("options.page.mode")), Some(&json!("next")));
    assert_eq!(values.default_at(&path("options.page.nothing")), None);
    assert_eq!(values.shown(&all[1]), Shown::Yes);
    let off = node("1", json!({ "options": { "page": { "mode": "off" } } }));
    assert_eq!(FormValues::of(&off, &all).shown(&all[1]), Shown::No);
}

#[test]
fn conditions_that_hang_on_each_other_come_to_an_end() {
    let all = vec![
        Property::choice("a", "A", &[("x", "X")]).show_when("b", &["x"]),
        Property::choice("b", "B", &[("x", "X")]).show_when("a", &["x"]),
    ];
    let node = node("1", json!({}));
    assert_eq!(FormValues::of(&node, &all).shown(&all[0]), Shown::Yes);
}

fn described(properties: Vec<Property>) -> NodeDescription {
    let value = json!({
        "name": "t", "label": "T", "summary": "", "help": "", "group": "other", "aliases": [],
        "appearance": { "icon": "box", "hue": 0 }, "versions": ["1"],
        "inputs": { "rule": "fixed", "ports": [] }, "outputs": { "rule": "fixed", "ports": [] },
        "properties": properties, "subtitles": [], "effect": "pure", "example": {}
    });
    serde_json::from_value(value).expect("a description")
}

#[test]
fn what_may_not_be_needed_is_not_missed() {
    let catalog = Catalog::new([described(service())]);
    let missing = |params: Value| {
        let mut workflow = Workflow::new("w".into(), "W", "UTC");
        workflow.nodes.insert("n".into(), node("1", params));
        let problems = validate(&workflow, &catalog);
        problems.into_iter().map(|problem| problem.parameter.join(".")).collect::<Vec<_>>()
    };
    assert_eq!(missing(json!({})), ["to"]);
    assert_eq!(missing(json!({ "operation": "={{ $json.do }}" })), [""; 0]);
}

#[test]
fn an_input_that_may_not_be_needed_does_not_hold_a_node_up() {
    let mut description = described(vec![Property::choice("mode", "Mode", &[("both", "Both")])]);
    let both = Show { path: path("mode"), values: vec![json!("both")], not: false };
    description.required_inputs = vec![RequiredInputs { inputs: vec![0, 1], show: vec![both] }];
    assert_eq!(description.required_inputs_of(&node("1", json!({}))), [0, 1]);
    let open = node("1", json!({ "mode": "={{ $json.mode }}" }));
    assert!(description.required_inputs_of(&open).is_empty());
}
