//! What is said to be wrong with the numbers of a node.

use reporunner_model::{
    Catalog, Node, NodeDescription, NodeId, PortRule, Property, PropertyKind, TypeName, Workflow,
    validate,
};
use serde_json::{Value, json};

fn description() -> NodeDescription {
    let mut description = json!({
        "name": "step", "label": "Step", "summary": "", "help": "", "group": "data", "aliases": [],
        "appearance": { "icon": "x", "hue": 0 }, "versions": ["1"], "subtitles": [],
        "inputs": PortRule::one(), "outputs": PortRule::one(), "effect": "pure", "example": {},
    });
    let hour = || Property::number("hour", "Hour", 0.0).between(0.0, 23.0);
    let properties = vec![
        hour(),
        Property::number("count", "Count", 1.0).at_least(1.0),
        Property::number("any", "Any", 0.0),
        Property::text("unit", "Unit"),
        Property::number("days", "Days", 1.0).at_least(1.0).show_when("unit", &["days"]),
        Property::collection("options", "Options", "Add", vec![hour()]),
        Property::records(
            "rule",
            "Times",
            "times",
            "Add",
            vec![
                Property::new(
                    "kind",
                    "Kind",
                    PropertyKind::Text { multiline: false, secret: false },
                ),
                Property::number("minute", "Minute", 0.0)
                    .between(0.0, 59.0)
                    .show_when("kind", &["daily"]),
            ],
        ),
    ];
    description["properties"] = serde_json::to_value(properties).expect("plain data");
    serde_json::from_value(description).expect("a description")
}

/// Checks what is said of a node with these parameters, as `path: message`.
#[track_caller]
fn check(params: Value, expected: &[&str]) {
    let mut node = Node::new(NodeId::new("a"), TypeName::new("step"), "1", "A");
    node.params = params.as_object().expect("an object").clone();
    let mut workflow = Workflow::new("w".into(), "W", "UTC");
    workflow.nodes.insert(node.id.clone(), node);
    let found = validate(&workflow, &Catalog::new([description()]));
    let found: Vec<String> =
        found.iter().map(|p| format!("{}: {}", p.parameter.join("."), p.message)).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_number_out_of_range_is_told_with_the_range() {
    check(json!({ "hour": 0, "count": 1, "any": -7.5 }), &[]);
    check(json!({ "hour": 24 }), &["hour: Hour: 24 is no number from 0 to 23."]);
    check(json!({ "hour": "24" }), &["hour: Hour: 24 is no number from 0 to 23."]);
    check(json!({ "count": 0.5 }), &["count: Count: 0.5 is less than 1."]);
    check(
        json!({ "options": { "hour": -1 } }),
        &["options.hour: Hour: -1 is no number from 0 to 23."],
    );
}

#[test]
fn text_that_is_no_number_is_told() {
    check(json!({ "any": "99abc" }), &["any: Any: 99abc is no number."]);
    check(json!({ "any": "inf" }), &["any: Any: inf is no number."]);
    // What an expression gives is not known yet, and nothing is the default.
    check(json!({ "any": "={{ $json.x }}", "hour": "", "count": null }), &[]);
}

#[test]
fn records_are_named_as_edits_name_them() {
    let times = json!([
        { "id": "x", "kind": "daily", "minute": 60 },
        { "kind": "daily", "minute": -1 },
        { "kind": "hourly", "minute": 99 },
    ]);
    check(
        json!({ "rule": { "times": times } }),
        &[
            "rule.times.#x.minute: Minute: 60 is no number from 0 to 59.",
            "rule.times.1.minute: Minute: -1 is no number from 0 to 59.",
        ],
    );
}

#[test]
fn what_is_not_shown_is_not_judged() {
    check(json!({ "unit": "hours", "days": -5 }), &[]);
    check(json!({ "unit": "days", "days": -5 }), &["days: Days: -5 is less than 1."]);
}
