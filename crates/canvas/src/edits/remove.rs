//! Taking away: nodes, notes, wires, and healing the gap.

use std::collections::BTreeSet;

use reporunner_model::{Edge, EdgeKey, Edit};

use super::Graph;

/// Removes nodes, notes and wires. Where `heal` is set and exactly one wire led into a group of
/// removed nodes and exactly one out of it, the two ends are joined.
pub fn delete(
    graph: Graph<'_>,
    nodes: &[u32],
    notes: &[u32],
    wires: &[u32],
    heal: bool,
) -> Vec<Edit> {
    let mut edits = disconnect(graph, wires);
    if heal {
        edits.extend(joins(graph, nodes));
    }
    edits.extend(graph.ids(nodes).into_iter().map(|id| Edit::RemoveNode { id }));
    edits.extend(graph.note_ids(notes).into_iter().map(|id| Edit::RemoveNote { id }));
    let gone: BTreeSet<u32> = nodes.iter().copied().collect();
    // What lay in a removed container moves to the one around it, where that stays.
    for node in graph.scene.nodes.all().filter(|node| !gone.contains(node)) {
        let around = graph.scene.nodes.ancestors(node);
        if around.first().is_some_and(|parent| gone.contains(parent)) {
            let kept = around.iter().find(|parent| !gone.contains(parent));
            let parent = kept.map(|parent| graph.scene.nodes.id[*parent as usize].clone());
            edits.push(Edit::SetParent { id: graph.scene.nodes.id[node as usize].clone(), parent });
        }
    }
    edits
}

/// Takes wires away.
pub fn disconnect(graph: Graph<'_>, wires: &[u32]) -> Vec<Edit> {
    let keys = wires.iter().map(|wire| graph.scene.wires.key[*wire as usize].clone());
    keys.map(|key| Edit::Disconnect { key }).collect()
}

/// Takes away all wires between `nodes` and the rest, and joins the ends where that is clear.
pub fn detach(graph: Graph<'_>, nodes: &[u32]) -> Vec<Edit> {
    let inside: BTreeSet<u32> = nodes.iter().copied().collect();
    let mut outer: Vec<u32> = Vec::new();
    for node in nodes {
        graph.scene.wires.each_of(*node, |wire| {
            let (from, to) = ends(graph, wire);
            if inside.contains(&from) != inside.contains(&to) {
                outer.push(wire);
            }
        });
    }
    let mut edits = disconnect(graph, &outer);
    if !edits.is_empty() {
        edits.extend(joins(graph, nodes));
    }
    edits
}

fn ends(graph: Graph<'_>, wire: u32) -> (u32, u32) {
    (graph.scene.wires.from[wire as usize], graph.scene.wires.to[wire as usize])
}

/// The wires that close the gaps where groups of `nodes` were.
fn joins(graph: Graph<'_>, nodes: &[u32]) -> Vec<Edit> {
    groups(graph, nodes).iter().filter_map(|group| join(graph, group)).collect()
}

fn join(graph: Graph<'_>, group: &BTreeSet<u32>) -> Option<Edit> {
    let (mut into, mut out) = (Vec::new(), Vec::new());
    for node in group {
        graph.scene.wires.each_of(*node, |wire| {
            let (from, to) = ends(graph, wire);
            match (group.contains(&from), group.contains(&to)) {
                (false, true) => into.push(wire),
                (true, false) => out.push(wire),
                _ => {}
            }
        });
    }
    let ([into], [out]) = (into.as_slice(), out.as_slice()) else { return None };
    let keys = &graph.scene.wires.key;
    let (before, after) = (&keys[*into as usize], &keys[*out as usize]);
    let key = EdgeKey {
        from: before.from.clone(),
        kind: before.kind.clone(),
        from_port: before.from_port,
        to: after.to.clone(),
        to_port: after.to_port,
    };
    let legal =
        before.kind == after.kind && key.from != key.to && !graph.workflow.edges.contains_key(&key);
    let edge = graph.workflow.edges.get(before).cloned().unwrap_or_else(Edge::default);
    legal.then_some(Edit::Connect { key, edge })
}

/// The groups of `nodes` that wires hold together.
fn groups(graph: Graph<'_>, nodes: &[u32]) -> Vec<BTreeSet<u32>> {
    let all: BTreeSet<u32> = nodes.iter().copied().collect();
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for node in &all {
        let mut group = BTreeSet::new();
        let mut open = vec![*node];
        while let Some(node) = open.pop() {
            if !all.contains(&node) || !seen.insert(node) {
                continue;
            }
            group.insert(node);
            graph.scene.wires.each_of(node, |wire| {
                let (from, to) = ends(graph, wire);
                open.extend([from, to]);
            });
        }
        if !group.is_empty() {
            found.push(group);
        }
    }
    found
}
