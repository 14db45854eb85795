//! Descriptions: complete, consistent, and with examples that the node accepts.

use std::collections::BTreeSet;

use reporunner_model::{Node, NodeId, Property, PropertyKind, ports_of};
use serde_json::json;

#[test]
fn every_node_is_described_for_a_person() {
    let catalog = reporunner_nodes::catalog();
    assert_eq!(catalog.types.len(), reporunner_nodes::all().len(), "two nodes share a name");
    for (name, description) in &catalog.types {
        assert!(!description.label.is_empty(), "{name} needs a label");
        assert!(description.summary.ends_with('.'), "{name} needs a sentence as its summary");
        let lines = description.help.lines().filter(|line| !line.is_empty()).count();
        assert!(lines >= 2, "{name} needs help of some lines");
        assert!(!description.aliases.is_empty(), "{name} needs words to find it by");
        assert!(!description.appearance.icon.is_empty(), "{name} needs an icon");
        assert!(description.appearance.hue < 360, "{name} has a hue that is no angle");
        assert!(!description.versions.is_empty(), "{name} has no version");
        labels(name.as_str(), &description.properties);
    }
}

fn labels(node: &str, properties: &[Property]) {
    let mut seen = BTreeSet::new();
    for property in properties {
        assert!(!property.label.is_empty(), "{node}.{} needs a label", property.name);
        let shown = format!("{} {:?}", property.name, property.show);
        assert!(seen.insert(shown), "{node}.{} is there twice in the same case", property.name);
        match &property.kind {
            PropertyKind::Collection { fields, .. }
            | PropertyKind::Group { fields }
            | PropertyKind::Records { fields, .. } => labels(node, fields),
            PropertyKind::Choice { options } => {
                let known = options.iter().any(|option| option.value == property.default);
                assert!(known, "{node}.{} starts with a value it does not offer", property.name);
            }
            _ => {}
        }
    }
}

#[test]
fn examples_fill_in_what_is_required() {
    for (name, description) in &reporunner_nodes::catalog().types {
        let version = description.versions.last().unwrap();
        let mut node = Node::new(NodeId::new("n"), name.clone(), version, "N");
        node.params = description.example.clone();
        for property in &description.properties {
            let known = description.properties.iter().map(|p| p.name.as_str());
            let known: BTreeSet<_> = known.collect();
            for key in description.example.keys() {
                assert!(known.contains(key.as_str()), "{name}: the example sets {key}");
            }
            if property.required && property.is_shown(&node, &description.properties) {
                let value = node.params.get(&property.name).unwrap_or(&property.default);
                let empty = value.is_null() || value.as_str() == Some("");
                assert!(!empty, "{name}: the example leaves {} empty", property.name);
            }
        }
    }
}

#[test]
fn ports_follow_the_parameters() {
    let catalog = reporunner_nodes::catalog();
    let check = |name: &str, version: &str, params: serde_json::Value, inputs, outputs: &[&str]| {
        let mut node = Node::new(NodeId::new("n"), name.into(), version, "N");
        node.params = params.as_object().cloned().unwrap();
        let ports = ports_of(catalog.get(&name.into()), &node);
        assert_eq!(ports.inputs.len(), inputs, "inputs of {name} {version} {params}");
        let labels: Vec<_> = ports.outputs.iter().map(|port| port.label.as_str()).collect();
        assert_eq!(labels, outputs, "outputs of {name} {version} {params}");
    };
    check("if", "2", json!({}), 1, &["true", "false"]);
    check("switch", "1", json!({}), 1, &["0", "1", "2", "3"]);
    let rules = json!([{ "outputKey": "paid" }, {}]);
    check("switch", "3.2", json!({ "rules": { "values": rules } }), 1, &["paid", "1"]);
    let options = json!({ "fallbackOutput": "extra", "renameFallbackOutput": "rest" });
    check(
        "switch",
        "3.2",
        json!({ "rules": { "values": rules }, "options": options }),
        1,
        &["paid", "1", "rest"],
    );
    check("switch", "2", json!({ "mode": "expression", "outputsAmount": 2 }), 1, &["1", "2"]);
    check("merge", "3", json!({ "numberInputs": 4 }), 4, &[""]);
    check("merge", "2.1", json!({}), 2, &[""]);
    check("webhook", "2", json!({ "httpMethod": "POST" }), 0, &[""]);
    let several = json!({ "multipleMethods": true, "httpMethod": ["GET", "PUT"] });
    check("webhook", "2", several, 0, &["GET", "PUT"]);
    check("respondToWebhook", "1.1", json!({}), 1, &[""]);
    check("respondToWebhook", "1.3", json!({}), 1, &["input", "response"]);
    let both = json!({ "enableResponseOutput": true });
    check("respondToWebhook", "1.4", both, 1, &["input", "response"]);
    check("stopAndError", "1", json!({}), 1, &[]);
}

#[test]
fn choosing_a_branch_needs_both_inputs() {
    let catalog = reporunner_nodes::catalog();
    let merge = catalog.get(&"merge".into()).unwrap();
    let required = |params: serde_json::Value| {
        let mut node = Node::new(NodeId::new("n"), "merge".into(), "3", "N");
        node.params = params.as_object().cloned().unwrap();
        merge.required_inputs_of(&node)
    };
    assert_eq!(required(json!({ "mode": "chooseBranch" })), [0, 1]);
    assert_eq!(required(json!({ "mode": "combine" })), Vec::<usize>::new());
}
