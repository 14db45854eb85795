//! What a node holds that its type does not ask for.

use reporunner_model::{
    Node, NodeDescription, NodeId, PortRule, Property, PropertyKind, TypeName, unknown_parameters,
};
use serde_json::{Value, json};

fn description() -> NodeDescription {
    let field = |name: &str| Property::text(name, name);
    let records = |key: &str, fields| Property::records("rules", "Rules", key, "Add", fields);
    let mut description = json!({
        "name": "step", "label": "Step", "summary": "", "help": "", "group": "data", "aliases": [],
        "appearance": { "icon": "x", "hue": 0 }, "versions": ["1"], "subtitles": [],
        "inputs": PortRule::one(), "outputs": PortRule::one(), "effect": "pure", "example": {},
    });
    let properties = vec![
        field("url"),
        Property::new(
            "table",
            "Table",
            PropertyKind::Group { fields: vec![field("mode"), field("value")] },
        ),
        Property::collection("options", "Options", "Add", vec![field("timeout")]),
        // Two shapes of one parameter, by version.
        records("values", vec![field("name")]),
        records("values", vec![field("key")]),
        Property::new("json", "JSON", PropertyKind::Json),
    ];
    description["properties"] = serde_json::to_value(properties).expect("plain data");
    serde_json::from_value(description).expect("a description")
}

#[track_caller]
fn check(params: Value, expected: &[&str]) {
    let mut node = Node::new(NodeId::new("a"), TypeName::new("step"), "1", "A");
    node.params = params.as_object().expect("an object").clone();
    let found = unknown_parameters(&description(), &node);
    let found: Vec<String> = found.iter().map(|path| path.join(".")).collect();
    assert_eq!(found, expected);
}

#[test]
fn what_the_type_does_not_ask_for_is_found_at_any_depth() {
    check(json!({ "url": "x", "options": { "timeout": 1 } }), &[]);
    check(json!({ "url": "x", "method": "GET" }), &["method"]);
    check(json!({ "options": { "timeout": 1, "proxy": "p" } }), &["options.proxy"]);
    check(json!({ "rules": { "values": [{ "id": "1", "name": "a" }, { "key": "b" }] } }), &[]);
    check(
        json!({ "rules": { "values": [{ "id": "1", "name": "a", "more": 2 }], "mode": "x" } }),
        &["rules.mode", "rules.values.0.more"],
    );
}

#[test]
fn the_marks_of_a_choice_from_a_list_are_known() {
    let chosen = json!({ "__rl": true, "mode": "list", "value": "7", "cachedResultName": "Orders",
        "cachedResultUrl": "/tables/7" });
    check(json!({ "table": chosen }), &[]);
    check(json!({ "table": { "__rl": true, "value": "7", "more": 1 } }), &["table.more"]);
    check(
        json!({ "table": { "value": "7", "cachedResultName": "x" } }),
        &["table.cachedResultName"],
    );
}

#[test]
fn what_says_nothing_is_no_news_and_a_value_is_its_own_business() {
    check(json!({ "a": "", "b": null, "c": {}, "d": [], "e": false }), &[]);
    check(json!({ "url": { "__rl": true, "value": "x" }, "json": { "any": { "thing": 1 } } }), &[]);
}
