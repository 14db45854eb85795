//! New nodes and notes, and where they go.

use reporunner_model::{
    Edge, EdgeKey, Edit, Node, NodeId, Note, NoteId, Point, Size, TypeName, Workflow,
    limits::{GRID, NODE_HEIGHT, NODE_WIDTH},
};
use serde_json::{Map, Value};

use super::Graph;
use super::join::kind_of;
use crate::{PortRef, Rect, Scene, Side, snap};

/// Room between a node and the next one put right of it, canvas units.
pub(super) const COLUMN_GAP: f64 = 120.0;
/// Room between two nodes above each other, canvas units.
pub(super) const ROW_GAP: f64 = 40.0;
/// How far free ground is looked for, grid steps right and down together.
const SEARCHED: i32 = 100;
/// How far free ground for a note is looked for, double grid steps to each side.
const NOTE_RINGS: i32 = 40;
/// Extent of a new note.
const NOTE_SIZE: Size = Size { w: 240.0, h: 160.0 };

/// A node that somebody chose in the picker.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NewNode {
    /// Its type.
    pub node_type: TypeName,
    /// What to call it; the type's label where empty.
    pub name: String,
    /// Parameters that are set from the start.
    pub params: Map<String, Value>,
}

/// The node as it would be added: newest version, a free name.
fn make(graph: Graph<'_>, new: &NewNode, at: Point, id: String) -> Node {
    let description = graph.catalog.get(&new.node_type);
    let version = description.and_then(|d| d.versions.last()).map_or("1", String::as_str);
    let label = description.map_or(new.node_type.as_str(), |d| d.label.as_str());
    let wanted = if new.name.is_empty() { label } else { &new.name };
    let name = graph.workflow.free_name(wanted);
    let mut node = Node::new(NodeId::new(id), new.node_type.clone(), version, name);
    node.position = at;
    node.params = new.params.clone();
    node
}

/// The wire between a port that is there and the first port of a new node that fits it.
fn wire_to(graph: Graph<'_>, from: PortRef, node: &Node) -> Option<EdgeKey> {
    let ports = reporunner_model::ports_of(graph.catalog.get(&node.node_type), node);
    let kind = kind_of(graph.scene, from)?;
    let list = if from.side == Side::Output { &ports.inputs } else { &ports.outputs };
    let slot = list.iter().position(|port| port.kind == *kind)?;
    let here = graph.scene.nodes.id[from.node as usize].clone();
    let there = node.id.clone();
    let kind = kind.clone();
    let port = from.slot as usize;
    Some(match from.side {
        Side::Output => EdgeKey { from: here, kind, from_port: port, to: there, to_port: slot },
        Side::Input => EdgeKey { from: there, kind, from_port: slot, to: here, to_port: port },
    })
}

/// Adds a node with its top left corner at `at`, wired to `from` where its ports fit.
pub fn add_node(
    graph: Graph<'_>,
    new: &NewNode,
    at: Point,
    from: Option<PortRef>,
    id: String,
) -> Vec<Edit> {
    let mut node = make(graph, new, at, id);
    if let Some(from) = from {
        node.parent =
            graph.workflow.nodes[&graph.scene.nodes.id[from.node as usize]].parent.clone();
    }
    let key = from.and_then(|from| wire_to(graph, from, &node));
    let mut edits = vec![Edit::AddNode { node: Box::new(node) }];
    edits.extend(key.map(|key| Edit::Connect { key, edge: Edge::default() }));
    edits
}

/// Adds an empty note.
pub fn add_note(at: Point, id: String) -> Vec<Edit> {
    let note = Note {
        color: 1,
        position: Point::new(snap(at.x, GRID), snap(at.y, GRID)),
        size: NOTE_SIZE,
        ..Note::default()
    };
    vec![Edit::AddNote { id: NoteId::new(id), note }]
}

/// The corner of a new note: its middle at `middle`, or as near to it as it lies on nothing.
pub(crate) fn free_note_place(scene: &Scene, middle: Point) -> Point {
    let (left, top) = (middle.x - NOTE_SIZE.w / 2.0, middle.y - NOTE_SIZE.h / 2.0);
    let start = Point::new(snap(left, GRID), snap(top, GRID));
    let cards = scene.nodes.all().map(|node| scene.nodes.rect(node));
    let notes = scene.notes.all().map(|note| scene.notes.rects[note as usize]);
    let taken: Vec<Rect> = cards.chain(notes).map(|rect| rect.grown(GRID - 1.0)).collect();
    let is_free = |at: &Point| {
        let note = Rect::new(at.x, at.y, NOTE_SIZE.w, NOTE_SIZE.h);
        !taken.iter().any(|other| other.touches(&note))
    };
    // Square rings round the start, each looked through from its nearest place on.
    for ring in 0..NOTE_RINGS {
        let steps = -ring..=ring;
        let on_ring = |(right, down): &(i32, i32)| right.abs().max(down.abs()) == ring;
        let places = steps.clone().flat_map(|down| steps.clone().map(move |right| (right, down)));
        let places = places.filter(on_ring).map(|(right, down)| {
            let by = |steps: i32| f64::from(steps) * 2.0 * GRID;
            Point::new(start.x + by(right), start.y + by(down))
        });
        let far = |at: &Point| crate::distance(*at, start);
        let nearest = places.filter(is_free).min_by(|a, b| far(a).total_cmp(&far(b)));
        if let Some(place) = nearest {
            return place;
        }
    }
    let lowest = scene.bounds().map_or(start.y, |all| snap(all.y1 + ROW_GAP, GRID));
    Point::new(start.x, lowest)
}

/// A free place for a new node: right of `beside`, else at `at`, going down until nothing is
/// there.
pub fn free_place(scene: &mut Scene, beside: Option<u32>, at: Point) -> Point {
    let start = match beside {
        Some(node) => {
            let rect = scene.nodes.rect(node);
            Point::new(rect.x1 + COLUMN_GAP, rect.y0)
        }
        None => at,
    };
    let mut place = Point::new(snap(start.x, GRID), snap(start.y, GRID));
    let mut found = Vec::new();
    loop {
        let card = Rect::new(place.x, place.y, NODE_WIDTH, NODE_HEIGHT);
        scene.nodes_in(&card.grown(GRID - 1.0), &mut found);
        let Some(lowest) = found.iter().map(|node| scene.nodes.rect(*node).y1).reduce(f64::max)
        else {
            return place;
        };
        place.y = snap(lowest + ROW_GAP, GRID).max(place.y + GRID);
    }
}

/// The place nearest to `corner`, to the right and below, where the cards of `part` lie on no card
/// that is there.
pub(crate) fn free_corner(scene: &mut Scene, part: &Workflow, corner: Point) -> Point {
    let start = Point::new(snap(corner.x, GRID), snap(corner.y, GRID));
    let Some(bounds) = super::copy::bounds(part) else { return start };
    let places: Vec<Point> = part
        .nodes
        .values()
        .map(|node| Point::new(node.position.x - bounds.x0, node.position.y - bounds.y0))
        .collect();
    let mut found = Vec::new();
    let mut is_free = |at: Point| {
        places.iter().all(|place| {
            let card = Rect::new(at.x + place.x, at.y + place.y, NODE_WIDTH, NODE_HEIGHT);
            scene.nodes_in(&card.grown(GRID - 1.0), &mut found);
            found.is_empty()
        })
    };
    for away in 0..SEARCHED {
        for right in 0..=away {
            let (right, down) = (f64::from(right) * GRID, f64::from(away - right) * GRID);
            let at = Point::new(start.x + right, start.y + down);
            if is_free(at) {
                return at;
            }
        }
    }
    let lowest = scene.bounds().map_or(start.y, |all| snap(all.y1 + ROW_GAP, GRID));
    Point::new(start.x, lowest.max(start.y))
}

/// Puts `node` (there or new) into a wire: its first fitting input and output take the two ends,
/// and what follows makes room. `card` is where the node's card is or will be.
pub fn insert_on_wire(
    graph: Graph<'_>,
    wire: u32,
    node: &NodeId,
    ports: &reporunner_model::Ports,
    card: Rect,
) -> Vec<Edit> {
    let key = &graph.scene.wires.key[wire as usize];
    let fits = |list: &[reporunner_model::Port]| list.iter().position(|p| p.kind == key.kind);
    let (Some(input), Some(output)) = (fits(&ports.inputs), fits(&ports.outputs)) else {
        return Vec::new();
    };
    if key.from == *node || key.to == *node {
        return Vec::new();
    }
    let edge = graph.workflow.edges.get(key).cloned().unwrap_or_default();
    let first = EdgeKey { to: node.clone(), to_port: input, ..key.clone() };
    let second = EdgeKey { from: node.clone(), from_port: output, ..key.clone() };
    let mut edits = vec![
        Edit::Disconnect { key: key.clone() },
        Edit::Connect { key: first, edge },
        Edit::Connect { key: second, edge: Edge::default() },
    ];
    edits.extend(make_room(graph, wire, node, card));
    edits
}

/// Moves what follows the wire to the right where the card would stand too close before it.
fn make_room(graph: Graph<'_>, wire: u32, node: &NodeId, card: Rect) -> Vec<Edit> {
    let scene = graph.scene;
    let target = scene.wires.to[wire as usize];
    let source = scene.wires.from[wire as usize];
    let wanted = card.x1 + COLUMN_GAP / 2.0;
    let at = scene.nodes.rect(target);
    if at.x0 < scene.nodes.rect(source).x0 || at.x0 >= wanted {
        return Vec::new();
    }
    let by = ((wanted - at.x0) / GRID).ceil() * GRID;
    let before = scene.upstream(&[source]);
    let moved = scene.downstream(&[target]).into_iter().filter(|other| {
        let id = &scene.nodes.id[*other as usize];
        !before.contains(other) && id != node && scene.nodes.x[*other as usize] >= at.x0
    });
    moved
        .map(|other| {
            let place = scene.nodes.position(other);
            Edit::MoveNode {
                id: scene.nodes.id[other as usize].clone(),
                to: Point::new(place.x + by, place.y),
            }
        })
        .collect()
}

/// Puts a new node in the place of `old`, with every wire whose port it has.
pub fn replace(graph: Graph<'_>, old: u32, new: &NewNode, id: String) -> Vec<Edit> {
    let old_id = &graph.scene.nodes.id[old as usize];
    let mut node = make(graph, new, graph.scene.nodes.position(old), id);
    node.parent = graph.workflow.nodes.get(old_id).and_then(|node| node.parent.clone());
    let ports = reporunner_model::ports_of(graph.catalog.get(&node.node_type), &node);
    let has = |list: &[reporunner_model::Port], port: usize, key: &EdgeKey| {
        list.get(port).is_some_and(|port| port.kind == key.kind)
    };
    let mut edits = vec![Edit::AddNode { node: Box::new(node.clone()) }];
    for (key, edge) in &graph.workflow.edges {
        let mut new = key.clone();
        if key.from == *old_id && has(&ports.outputs, key.from_port, key) {
            new.from = node.id.clone();
        } else if key.from == *old_id {
            continue;
        }
        if key.to == *old_id && has(&ports.inputs, key.to_port, key) {
            new.to = node.id.clone();
        } else if key.to == *old_id {
            continue;
        }
        if new != *key {
            edits.push(Edit::Connect { key: new, edge: edge.clone() });
        }
    }
    edits.push(Edit::RemoveNode { id: old_id.clone() });
    edits
}
