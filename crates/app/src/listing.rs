//! What lists show of a workflow, derived from it at each edit.

use std::collections::BTreeSet;

use reporunner_model::{Catalog, Node, NodeGroup, NodeId, TypeName, Workflow};
use reporunner_store::Listing;

use crate::problems::problems;
use crate::starts::starts;

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
        trigger: starts(workflow, catalog),
        problems: problems(workflow, catalog).len(),
        revision,
        search: names.chain(notes).chain([workflow.description.clone()]).collect(),
    }
}

/// The nodes from the triggers on, each once and after those that lead to it, the first output's
/// before the others'; those that no trigger reaches come last.
fn in_order<'w>(workflow: &'w Workflow, catalog: &Catalog) -> Vec<&'w Node> {
    let mut by_place: Vec<&Node> = workflow.nodes.values().collect();
    by_place.sort_by(|a, b| {
        let place = |node: &Node| (node.position.x, node.position.y);
        place(a).partial_cmp(&place(b)).unwrap_or(std::cmp::Ordering::Equal)
    });
    let (triggers, rest): (Vec<_>, Vec<_>) =
        by_place.into_iter().partition(|node| is_trigger(node, catalog));
    let mut seen = BTreeSet::new();
    let mut ordered = walk(workflow, &triggers, &mut seen);
    ordered.extend(walk(workflow, &rest, &mut seen));
    ordered
}

/// What `starts` lead to, them included: depth first from the last on, turned round.
fn walk<'w>(
    workflow: &'w Workflow,
    starts: &[&'w Node],
    seen: &mut BTreeSet<&'w NodeId>,
) -> Vec<&'w Node> {
    let next = |node: &'w Node| -> Vec<&'w Node> {
        workflow.edges_from(&node.id).iter().filter_map(|e| workflow.nodes.get(&e.to)).collect()
    };
    let mut left = Vec::new();
    // Not by recursion: a chain may be as long as a workflow.
    let mut path: Vec<(&Node, Vec<&Node>)> = Vec::new();
    for start in starts.iter().copied().rev() {
        if seen.insert(&start.id) {
            path.push((start, next(start)));
        }
        while let Some((node, targets)) = path.last_mut() {
            match targets.pop() {
                Some(target) if seen.insert(&target.id) => path.push((target, next(target))),
                Some(_) => {}
                None => {
                    left.push(*node);
                    path.pop();
                }
            }
        }
    }
    left.reverse();
    left
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
