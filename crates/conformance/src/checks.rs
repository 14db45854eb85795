//! What a case expects, held against what it gave.
//!
//! The rules are those of the referee that the form of the cases comes with: fields alone count,
//! except where the case names binaries; keys in any order, numbers by value.

use serde_json::{Value, json};

use crate::given::Given;
use crate::{Check, compare};

/// What of an item is held against what is expected.
#[derive(Clone, Copy)]
struct Held {
    /// All outputs, or the first alone.
    all_outputs: bool,
    /// Whether binaries count.
    binary: bool,
}

/// What of `case` holds.
pub(crate) fn checks(name: &str, case: &Value, given: &Given) -> Vec<Check> {
    let expect = &case["expect"];
    let check = |what: &str, holds: bool, why: String| Check {
        case: name.to_owned(),
        what: what.to_owned(),
        node_type: type_of(case, what),
        why: if holds { String::new() } else { why },
        holds,
    };
    if let Some(wanted) = expect["error"].as_str() {
        let holds = given.error.as_deref() == Some(wanted);
        return vec![check("error", holds, given.error.clone().unwrap_or_default())];
    }
    let mut checks = Vec::new();
    if let Some(wanted) = expect.get("nodeExecutionOrder") {
        let why = json!(given.order).to_string();
        checks.push(check("order", compare::same(wanted, &json!(given.order)), why));
    }
    let binary = expect["binary"] == true;
    let all = expect["nodes_all_outputs"].as_object().map(|nodes| (nodes, true));
    let first = expect["nodes"].as_object().or_else(|| expect["nodes_json_main0"].as_object());
    for (nodes, all_outputs) in all.into_iter().chain(first.map(|nodes| (nodes, false))) {
        for (node, wanted) in nodes {
            let Some(got) = given.run_data.get(node) else {
                let why = given.error.clone().unwrap_or_else(|| "it did not run".to_owned());
                checks.push(check(node, false, why));
                continue;
            };
            let held = Held { all_outputs, binary };
            let (wanted, got) = (runs(wanted, held), runs(got, held));
            let why = format!("it gave {}", cut(&got.to_string()));
            checks.push(check(node, compare::same(&wanted, &got), why));
        }
    }
    if let Some(wanted) = case["http"]["requests"].as_array().filter(|wanted| !wanted.is_empty()) {
        let exact = case["http"]["requests_exact"] == true;
        let missing = wanted
            .iter()
            .filter(|wanted| !given.requests.iter().any(|got| same_request(wanted, got)));
        let missing: Vec<_> = missing.map(|request| request["url"].to_string()).collect();
        let holds = missing.is_empty() && (!exact || given.requests.len() == wanted.len());
        let sent = given.requests.len();
        let why = format!("{sent} sent of {}, missing {}", wanted.len(), missing.join(" "));
        checks.push(check("requests", holds, cut(&why)));
    }
    checks
}

fn same_request(a: &Value, b: &Value) -> bool {
    ["method", "url", "body"].iter().all(|part| compare::same(&a[*part], &b[*part]))
}

/// What counts of a node's items, by run.
fn runs(runs: &Value, held: Held) -> Value {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let of_run = |run: &Value| {
        // Expected items stand without their outputs, or in a list of outputs.
        if let Some(list) = run.as_array() {
            return items(list.first().filter(|first| first.is_array()).unwrap_or(run), held);
        }
        let outputs = run.get("outputs").unwrap_or(&Value::Null);
        let main = list(&outputs["main"]);
        if held.all_outputs {
            Value::Array(main.iter().map(|output| items(output, held)).collect())
        } else {
            items(main.first().unwrap_or(&Value::Null), held)
        }
    };
    Value::Array(list(runs).iter().map(of_run).collect())
}

fn items(items: &Value, held: Held) -> Value {
    let list = items.as_array().map_or(&[][..], Vec::as_slice);
    Value::Array(list.iter().map(|item| what_counts(item, held)).collect())
}

fn what_counts(item: &Value, held: Held) -> Value {
    let fields = match item.get("json") {
        Some(fields) => fields,
        // Whole items are expected here: one without `json` has no data.
        None if held.all_outputs => &Value::Null,
        None => item,
    };
    if !held.binary {
        return fields.clone();
    }
    let mut binary = item["binary"].clone();
    for file in binary.as_object_mut().into_iter().flat_map(|files| files.values_mut()) {
        // Where it lies and its exact size are not told by every engine.
        for name in ["directory", "bytes"] {
            file.as_object_mut().map(|file| file.remove(name));
        }
    }
    let is_there = binary.as_object().is_some_and(|files| !files.is_empty());
    json!({ "json": fields, "binary": is_there.then_some(binary) })
}

fn type_of(case: &Value, node: &str) -> String {
    let nodes = case["workflow"]["nodes"].as_array();
    let found = nodes.into_iter().flatten().find(|entry| entry["name"] == node);
    found.and_then(|entry| entry["type"].as_str()).unwrap_or_default().to_owned()
}

fn cut(text: &str) -> String {
    text.chars().take(200).collect()
}
