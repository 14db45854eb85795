//! What lists show of a workflow, derived from it at each edit.

use std::collections::BTreeSet;

use reporunner_model::{Catalog, Node, NodeGroup, TypeName, Workflow, validate};
use reporunner_store::Listing;
use serde_json::Value;

/// Types that a list shows of a workflow.
const TYPES: usize = 8;

/// What lists show of `workflow` at `revision`.
pub(crate) fn listing(workflow: &Workflow, catalog: &Catalog, revision: u64) -> Listing {
    let ordered = in_order(workflow, catalog);
    let mut types: Vec<TypeName> = Vec::new();
    for node in &ordered {
        if types.len() < TYPES && !types.contains(&node.node_type) {
            types.push(node.node_type.clone());
        }
    }
    let names = ordered.iter().map(|node| node.name.clone());
    let notes = workflow.notes.values().map(|note| note.text.clone());
    Listing {
        name: workflow.name.clone(),
        summary: summary(workflow, &ordered, catalog),
        tags: workflow.tags.clone(),
        types,
        nodes: workflow.nodes.len(),
        trigger: trigger(workflow, catalog),
        problems: validate(workflow, catalog).len(),
        revision,
        search: names.chain(notes).chain([workflow.description.clone()]).collect(),
    }
}

/// The nodes from the triggers on, each once; those that no trigger reaches come last.
fn in_order<'w>(workflow: &'w Workflow, catalog: &Catalog) -> Vec<&'w Node> {
    let mut by_place: Vec<&Node> = workflow.nodes.values().collect();
    by_place.sort_by(|a, b| {
        let place = |node: &Node| (node.position.x, node.position.y);
        place(a).partial_cmp(&place(b)).unwrap_or(std::cmp::Ordering::Equal)
    });
    let mut queue: std::collections::VecDeque<&Node> =
        by_place.iter().copied().filter(|node| is_trigger(node, catalog)).collect();
    let (mut seen, mut ordered) = (BTreeSet::new(), Vec::new());
    loop {
        let next = queue
            .pop_front()
            .or_else(|| by_place.iter().copied().find(|node| !seen.contains(&node.id)));
        let Some(node) = next else { return ordered };
        if !seen.insert(&node.id) {
            continue;
        }
        ordered.push(node);
        queue
            .extend(workflow.edges_from(&node.id).iter().filter_map(|e| workflow.nodes.get(&e.to)));
    }
}

fn is_trigger(node: &Node, catalog: &Catalog) -> bool {
    catalog.get(&node.node_type).is_some_and(|d| d.group == NodeGroup::Trigger)
}

fn summary(workflow: &Workflow, ordered: &[&Node], catalog: &Catalog) -> String {
    if let Some(line) = workflow.description.lines().map(str::trim).find(|line| !line.is_empty()) {
        return line.to_owned();
    }
    let mut labels: Vec<&str> = Vec::new();
    for node in ordered.iter().filter(|node| !is_trigger(node, catalog)) {
        let label = catalog.get(&node.node_type).map_or(node.name.as_str(), |d| d.label.as_str());
        if !labels.contains(&label) && labels.len() < 4 {
            labels.push(label);
        }
    }
    labels.join(" → ")
}

/// What starts a workflow, for a person.
fn trigger(workflow: &Workflow, catalog: &Catalog) -> String {
    let triggers: Vec<&Node> =
        workflow.nodes.values().filter(|node| node.on && is_trigger(node, catalog)).collect();
    let automatic: Vec<&&Node> =
        triggers.iter().filter(|node| node.node_type.as_str() != "manualTrigger").collect();
    match automatic[..] {
        [] if triggers.is_empty() => "No trigger".to_owned(),
        [] => "Started by hand".to_owned(),
        [node] => match node.node_type.as_str() {
            "webhook" => {
                let text = |key: &str, default: &str| {
                    let value = node.params.get(key).and_then(Value::as_str);
                    value.filter(|text| !text.is_empty()).unwrap_or(default).to_owned()
                };
                format!("Runs on {} /{}", text("httpMethod", "GET"), text("path", ""))
            }
            _ => node.name.clone(),
        },
        _ => format!("{} triggers", automatic.len()),
    }
}
