//! Which ports fit, and the wires between them.

use reporunner_model::{Edge, EdgeKey, Edit, PortKind};

use super::Graph;
use crate::{PortRef, Scene, Side};

/// The kind of a port.
pub(super) fn kind_of(scene: &Scene, port: PortRef) -> Option<&PortKind> {
    scene.nodes.side(port.node, port.side).get(port.slot as usize).map(|port| &port.kind)
}

/// The wire between two ports, whichever is the output.
pub(super) fn key_between(scene: &Scene, a: PortRef, b: PortRef) -> Option<EdgeKey> {
    let (from, to) = match (a.side, b.side) {
        (Side::Output, Side::Input) => (a, b),
        (Side::Input, Side::Output) => (b, a),
        _ => return None,
    };
    let kind = kind_of(scene, from)?;
    if kind_of(scene, to) != Some(kind) {
        return None;
    }
    Some(EdgeKey {
        from: scene.nodes.id[from.node as usize].clone(),
        kind: kind.clone(),
        from_port: from.slot as usize,
        to: scene.nodes.id[to.node as usize].clone(),
        to_port: to.slot as usize,
    })
}

/// Whether a new wire may join the two: an output and an input of one kind, of two nodes, not
/// joined yet.
pub fn is_legal(scene: &Scene, a: PortRef, b: PortRef) -> bool {
    a.node != b.node && key_between(scene, a, b).is_some_and(|key| scene.wires.find(&key).is_none())
}

/// The port of `node` that a wire from `port` would take: the topmost legal one, free ones first.
pub fn takes(scene: &Scene, port: PortRef, node: u32) -> Option<PortRef> {
    let side = port.side.other();
    let count = scene.nodes.side(node, side).len() as u16;
    let ports = (0..count).map(|slot| PortRef { node, side, slot });
    let mut legal: Vec<PortRef> = ports.filter(|other| is_legal(scene, port, *other)).collect();
    legal.sort_by_key(|port| (is_joined(scene, *port), port.slot));
    legal.first().copied()
}

/// Whether any wire is at the port.
pub(crate) fn is_joined(scene: &Scene, port: PortRef) -> bool {
    !wires_at(scene, port).is_empty()
}

/// The wires at one port.
pub(crate) fn wires_at(scene: &Scene, port: PortRef) -> Vec<u32> {
    let mut wires = scene.wires.of(port.node);
    wires.retain(|wire| {
        let at = *wire as usize;
        match port.side {
            Side::Output => {
                scene.wires.from[at] == port.node && scene.wires.from_slot[at] == port.slot
            }
            Side::Input => scene.wires.to[at] == port.node && scene.wires.to_slot[at] == port.slot,
        }
    });
    wires
}

/// Every port that a wire from `port` may end at, nearest first: the list for wiring by key.
pub fn legal_targets(scene: &Scene, port: PortRef) -> Vec<PortRef> {
    let place = scene.port_at(port);
    let mut found: Vec<PortRef> = scene
        .nodes
        .all()
        .flat_map(|node| scene.ports_of(node))
        .filter(|other| is_legal(scene, port, *other))
        .collect();
    found.sort_by(|a, b| {
        let away = |port: PortRef| crate::distance(place, scene.port_at(port));
        away(*a).total_cmp(&away(*b))
    });
    found
}

/// Draws a wire between two ports; none where it is not legal.
pub fn connect(graph: Graph<'_>, a: PortRef, b: PortRef) -> Vec<Edit> {
    if !is_legal(graph.scene, a, b) {
        return Vec::new();
    }
    let key = key_between(graph.scene, a, b);
    key.into_iter().map(|key| Edit::Connect { key, edge: Edge::default() }).collect()
}

/// Moves the ends of `wires` that are on the side of `to` to that port. Wires that do not fit
/// there stay as they are.
pub fn move_wires(graph: Graph<'_>, wires: &[u32], to: PortRef) -> Vec<Edit> {
    let scene = graph.scene;
    let mut edits = Vec::new();
    for wire in wires {
        let at = *wire as usize;
        let fixed = match to.side {
            Side::Input => PortRef {
                node: scene.wires.from[at],
                side: Side::Output,
                slot: scene.wires.from_slot[at],
            },
            Side::Output => PortRef {
                node: scene.wires.to[at],
                side: Side::Input,
                slot: scene.wires.to_slot[at],
            },
        };
        let Some(key) = key_between(scene, fixed, to).filter(|_| is_legal(scene, fixed, to)) else {
            continue;
        };
        let old = &scene.wires.key[at];
        let edge = graph.workflow.edges.get(old).cloned().unwrap_or_default();
        edits.push(Edit::Disconnect { key: old.clone() });
        edits.push(Edit::Connect { key, edge });
    }
    edits
}
