//! The workflows that are measured, as n8n would write them: any engine can run the same file.

use serde_json::{Value, json};

/// Whether the runs of a workflow are journalled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    Memory,
    Durable,
}

/// A workflow whose nodes follow one another.
fn chain(name: &str, nodes: &[Value]) -> Value {
    let names: Vec<&str> = nodes.iter().filter_map(|node| node["name"].as_str()).collect();
    let links = names.windows(2).map(|pair| {
        let next = json!({ "node": pair[1], "type": "main", "index": 0 });
        (pair[0].to_owned(), json!({ "main": [[next]] }))
    });
    let connections: serde_json::Map<String, Value> = links.collect();
    json!({
        "name": name,
        "nodes": nodes,
        "connections": connections,
        "settings": { "executionOrder": "v1" },
    })
}

fn node(at: usize, name: &str, kind: &str, version: f64, parameters: Value) -> Value {
    json!({
        "id": format!("node{at}"),
        "name": name,
        "type": format!("n8n-nodes-base.{kind}"),
        "typeVersion": version,
        "position": [at * 240, 0],
        "parameters": parameters,
    })
}

fn manual() -> Value {
    node(0, "Start", "manualTrigger", 1.0, json!({}))
}

fn hook(path: &str, answer: &str) -> Value {
    let parameters = json!({ "httpMethod": "POST", "path": path, "responseMode": answer });
    node(0, "Hook", "webhook", 2.0, parameters)
}

/// Sets one field and keeps the others.
fn set(at: usize, name: &str, field: &str, kind: &str, value: &str) -> Value {
    let assignment = json!({ "id": "one", "name": field, "type": kind, "value": value });
    let parameters = json!({
        "assignments": { "assignments": [assignment] },
        "includeOtherFields": true,
        "options": {},
    });
    node(at, name, "set", 3.4, parameters)
}

/// A webhook that answers with what the last of 50 nodes gives: 49 steps that set a field.
pub(crate) fn fifty() -> Value {
    let mut nodes = vec![hook("fifty", "lastNode")];
    nodes.extend((1..50).map(|at| {
        set(at, &format!("Step {at}"), "count", "number", &format!("={{{{ $json.count + {at} }}}}"))
    }));
    chain("Fifty", &nodes)
}

/// Webhook, set, respond.
pub(crate) fn respond() -> Value {
    let answer =
        node(2, "Answer", "respondToWebhook", 1.1, json!({ "respondWith": "firstIncomingItem" }));
    let nodes = [
        hook("respond", "responseNode"),
        set(1, "Greet", "greeting", "string", "=Hello {{ $json.body.name }}"),
        answer,
    ];
    chain("Respond", &nodes)
}

/// Filter, map by expression, aggregate.
pub(crate) fn items() -> Value {
    let condition = json!({
        "id": "paid", "leftValue": "={{ $json.amount }}", "rightValue": 10,
        "operator": { "type": "number", "operation": "gt" },
    });
    let options = json!({ "caseSensitive": true, "leftValue": "", "typeValidation": "strict" });
    let conditions = json!({ "conditions": [condition], "combinator": "and", "options": options });
    let aggregate = json!({
        "aggregate": "aggregateIndividualFields",
        "fieldsToAggregate": { "fieldToAggregate": [{ "fieldToAggregate": "gross" }] },
        "options": {},
    });
    let nodes = [
        manual(),
        node(1, "Large", "filter", 2.0, json!({ "conditions": conditions, "options": {} })),
        set(2, "Gross", "gross", "number", "={{ $json.amount * 1.19 }}"),
        node(3, "All", "aggregate", 1.0, aggregate),
    ];
    chain("Items", &nodes)
}

/// One request for each item.
pub(crate) fn requests(base: &str) -> Value {
    let parameters = json!({ "url": format!("={base}/{{{{ $json.n }}}}"), "options": {} });
    chain("Requests", &[manual(), node(1, "Fetch", "httpRequest", 4.2, parameters)])
}

/// Three nodes over one item.
pub(crate) fn three() -> Value {
    let nodes = [
        manual(),
        set(1, "Set", "total", "number", "={{ 6 * 7 }}"),
        node(2, "End", "noOp", 1.0, json!({})),
    ];
    chain("Three", &nodes)
}

/// The same workflow in our own form, with its durability set.
pub(crate) fn with(mut exported: Value, durability: Durability) -> Value {
    let word = if durability == Durability::Memory { "memory" } else { "durable" };
    exported["workflow"]["settings"]["durability"] = json!(word);
    exported
}
