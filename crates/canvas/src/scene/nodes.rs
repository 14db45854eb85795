//! The cards, one array a field.

use std::collections::HashMap;

use reporunner_model::{
    Catalog, EdgeKey, Node, NodeGroup, NodeId, NodeRunState, Point, Port, PortKind, Ports,
    Workflow, card_height, limits, ports_of,
};

use super::card::kind_words;
use super::{TextId, Texts, port_place, subtitle};
use crate::Rect;

/// What stands for a hue where there is none: grey.
pub const NO_HUE: u16 = 360;

/// What is said of a card by one bit each.
pub struct Mark;

impl Mark {
    /// The number is in use.
    pub const ALIVE: u16 = 1;
    /// It does not take part.
    pub const OFF: u16 = 1 << 1;
    /// Pinned data stands in for its output.
    pub const PINNED: u16 = 1 << 2;
    /// It starts runs.
    pub const TRIGGER: u16 = 1 << 3;
    /// Its type is not in the catalog.
    pub const UNKNOWN: u16 = 1 << 4;
    /// A person wrote about it.
    pub const NOTED: u16 = 1 << 5;
    /// It is selected.
    pub const SELECTED: u16 = 1 << 6;
    /// It is being dragged and drawn apart.
    pub const HOT: u16 = 1 << 7;
    /// It has problems to be mended.
    pub const PROBLEM: u16 = 1 << 8;
    /// It takes no wire of the kind that is being drawn.
    pub const DIM: u16 = 1 << 9;
    /// The keyboard is on it.
    pub const FOCUS: u16 = 1 << 10;
    /// Its last output is for errors.
    pub const ERROR_OUTPUT: u16 = 1 << 11;
    /// It was changed since its last run.
    pub const STALE: u16 = 1 << 12;
    /// It has ports that only its wires need.
    pub const EXTRA: u16 = 1 << 13;
}

/// A side of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// Left, where wires end.
    Input,
    /// Right, where wires begin.
    Output,
}

impl Side {
    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Input => Self::Output,
            Self::Output => Self::Input,
        }
    }
}

/// One port of one card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PortRef {
    /// The card.
    pub node: u32,
    /// Which side.
    pub side: Side,
    /// Which from the top.
    pub slot: u16,
}

/// How a node fared in the run that is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct RunInfo {
    /// How it stands.
    pub state: NodeRunState,
    /// Items that each output holds.
    pub counts: Vec<usize>,
    /// How long it took so far, milliseconds.
    pub ms: f64,
}

/// The cards. Every array is indexed by a node's number.
#[derive(Debug, Default)]
pub struct Nodes {
    /// Left edges.
    pub x: Vec<f64>,
    /// Top edges.
    pub y: Vec<f64>,
    /// Heights; every card has the same width.
    pub h: Vec<f64>,
    /// Bits of [`Mark`].
    pub marks: Vec<u16>,
    /// Names.
    pub title: Vec<TextId>,
    /// Lines under the names.
    pub subtitle: Vec<TextId>,
    /// What their types are called.
    pub kind: Vec<TextId>,
    /// Names of their icons.
    pub icon: Vec<TextId>,
    /// Hues of their tiles, degrees; [`NO_HUE`] where the type is not here.
    pub hue: Vec<u16>,
    /// Numbers of their ports in [`Self::shapes`].
    pub shape: Vec<u32>,
    /// How they fared in the run that is shown.
    pub run: Vec<Option<RunInfo>>,
    /// Their ids.
    pub id: Vec<NodeId>,
    /// Every different set of ports, once.
    pub shapes: Vec<Ports>,
    parent: Vec<Option<u32>>,
    index: HashMap<NodeId, u32>,
    free: Vec<u32>,
}

impl Nodes {
    /// How many numbers there are, free ones included.
    pub fn len(&self) -> usize {
        self.id.len()
    }

    /// Whether there is no card.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// How many cards there are.
    pub fn count(&self) -> usize {
        self.index.len()
    }

    /// The numbers in use, ascending.
    pub fn all(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.len() as u32).filter(|node| self.has(*node, Mark::ALIVE))
    }

    /// The number of a node.
    pub fn find(&self, id: &NodeId) -> Option<u32> {
        self.index.get(id).copied()
    }

    /// Whether a card has all these marks.
    pub fn has(&self, node: u32, marks: u16) -> bool {
        self.marks[node as usize] & marks == marks
    }

    /// Sets marks, or takes them away.
    pub fn mark(&mut self, node: u32, marks: u16, on: bool) {
        let all = &mut self.marks[node as usize];
        *all = if on { *all | marks } else { *all & !marks };
    }

    /// Where a card is.
    pub fn rect(&self, node: u32) -> Rect {
        let at = node as usize;
        Rect::new(self.x[at], self.y[at], limits::NODE_WIDTH, self.h[at])
    }

    /// A card's top left corner.
    pub fn position(&self, node: u32) -> Point {
        Point::new(self.x[node as usize], self.y[node as usize])
    }

    /// A card's ports.
    pub fn ports(&self, node: u32) -> &Ports {
        &self.shapes[self.shape[node as usize] as usize]
    }

    /// The ports of one side.
    pub fn side(&self, node: u32, side: Side) -> &[Port] {
        match side {
            Side::Input => &self.ports(node).inputs,
            Side::Output => &self.ports(node).outputs,
        }
    }

    /// Where a port is.
    pub fn port_at(&self, node: u32, side: Side, slot: u16) -> Point {
        let at = node as usize;
        let place = port_place(self.ports(node), self.h[at], side, usize::from(slot));
        Point::new(self.x[at] + place.x, self.y[at] + place.y)
    }

    /// The container a node lies in.
    pub fn parent(&self, node: u32) -> Option<u32> {
        self.parent[node as usize]
    }

    /// What lies in `container`, directly.
    pub fn children(&self, container: u32) -> impl Iterator<Item = u32> + '_ {
        self.all().filter(move |node| self.parent(*node) == Some(container))
    }

    /// The containers around a node, inner ones first.
    pub fn ancestors(&self, node: u32) -> Vec<u32> {
        let mut found = Vec::new();
        let mut at = node;
        while let Some(parent) = self.parent(at) {
            // Containers may lie in each other after a merge: a problem to show, not to hang on.
            if found.contains(&parent) || parent == node {
                break;
            }
            found.push(parent);
            at = parent;
        }
        found
    }

    /// Every node that something lies in.
    pub fn containers(&self) -> Vec<u32> {
        let mut found: Vec<u32> = self.all().filter_map(|node| self.parent(node)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    pub(super) fn any_parent(&self) -> bool {
        self.parent.iter().any(Option::is_some)
    }

    pub(super) fn place(&mut self, node: u32, to: Point) {
        self.x[node as usize] = to.x;
        self.y[node as usize] = to.y;
    }

    /// Takes a node in, or follows its change.
    pub(super) fn put(
        &mut self,
        node: &Node,
        pinned: bool,
        catalog: &Catalog,
        texts: &mut Texts,
    ) -> u32 {
        let number = self.find(&node.id).unwrap_or_else(|| self.make(&node.id));
        let at = number as usize;
        let description = catalog.get(&node.node_type);
        let ports = ports_of(description, node);
        let trigger = match description {
            Some(description) => description.group == NodeGroup::Trigger,
            None => node.node_type.as_str().to_ascii_lowercase().ends_with("trigger"),
        };
        let kept =
            Mark::SELECTED | Mark::HOT | Mark::DIM | Mark::FOCUS | Mark::PROBLEM | Mark::STALE;
        let mut marks = (self.marks[at] & kept) | Mark::ALIVE;
        for (mark, on) in [
            (Mark::OFF, !node.on),
            (Mark::PINNED, pinned),
            (Mark::TRIGGER, trigger),
            (Mark::UNKNOWN, description.is_none()),
            (Mark::NOTED, node.note.is_some()),
            (Mark::ERROR_OUTPUT, ports.error_output),
        ] {
            marks |= if on { mark } else { 0 };
        }
        self.marks[at] = marks;
        self.x[at] = node.position.x;
        self.y[at] = node.position.y;
        self.title[at] = texts.put(&node.name);
        self.subtitle[at] = texts.put(&subtitle(description, node));
        self.kind[at] =
            texts.put(description.map_or(node.node_type.as_str(), |d| d.label.as_str()));
        self.icon[at] = texts.put(description.map_or("box", |d| d.appearance.icon.as_str()));
        self.hue[at] = description.map_or(NO_HUE, |d| d.appearance.hue % 360);
        self.set_shape(at, ports);
        number
    }

    pub(super) fn remove(&mut self, id: &NodeId) {
        if let Some(node) = self.index.remove(id) {
            let at = node as usize;
            self.marks[at] = 0;
            self.parent[at] = None;
            self.run[at] = None;
            self.free.push(node);
        }
    }

    pub(super) fn link_parents(&mut self, workflow: &Workflow) {
        for at in 0..self.id.len() {
            let node =
                (self.marks[at] & Mark::ALIVE != 0).then(|| workflow.nodes.get(&self.id[at]));
            let parent = node.flatten().and_then(|node| node.parent.as_ref());
            self.parent[at] = parent.and_then(|id| self.find(id));
        }
    }

    /// The place of the port that a wire of `kind` calls `index`: the port of that number where it
    /// is of the kind, else the one of that number among those of the kind.
    pub fn slot(&self, node: u32, side: Side, kind: &PortKind, index: usize) -> Option<u16> {
        let ports = self.side(node, side);
        if ports.get(index).is_some_and(|port| port.kind == *kind) {
            return Some(index as u16);
        }
        let mut same = ports.iter().enumerate().filter(|(_, port)| port.kind == *kind);
        same.nth(index).map(|(slot, _)| slot as u16)
    }

    /// The same, with ports made where a wire needs more than the type has.
    pub(super) fn make_slot(
        &mut self,
        node: u32,
        side: Side,
        kind: &PortKind,
        index: usize,
    ) -> u16 {
        let index = index.min(limits::PORTS - 1);
        if let Some(slot) = self.slot(node, side, kind, index) {
            return slot;
        }
        let mut ports = self.ports(node).clone();
        let list = match side {
            Side::Input => &mut ports.inputs,
            Side::Output => &mut ports.outputs,
        };
        while list.iter().filter(|port| port.kind == *kind).count() <= index {
            let label = if kind.is_main() { String::new() } else { kind_words(kind) };
            list.push(Port { kind: kind.clone(), label });
        }
        self.set_shape(node as usize, ports);
        self.mark(node, Mark::EXTRA, true);
        self.slot(node, side, kind, index).unwrap_or(0)
    }

    /// Makes the port that `key` needs at `node`.
    pub(super) fn make_slots(&mut self, key: &EdgeKey, node: u32) {
        if self.find(&key.from) == Some(node) {
            self.make_slot(node, Side::Output, &key.kind, key.from_port);
        }
        if self.find(&key.to) == Some(node) {
            self.make_slot(node, Side::Input, &key.kind, key.to_port);
        }
    }

    fn set_shape(&mut self, at: usize, ports: Ports) {
        self.h[at] = card_height(&ports);
        let known = self.shapes.iter().position(|shape| *shape == ports);
        self.shape[at] = known.unwrap_or_else(|| {
            self.shapes.push(ports);
            self.shapes.len() - 1
        }) as u32;
    }

    fn make(&mut self, id: &NodeId) -> u32 {
        let node = self.free.pop().unwrap_or_else(|| {
            self.x.push(0.0);
            self.y.push(0.0);
            self.h.push(limits::NODE_HEIGHT);
            self.marks.push(0);
            self.title.push(0);
            self.subtitle.push(0);
            self.kind.push(0);
            self.icon.push(0);
            self.hue.push(0);
            self.shape.push(0);
            self.run.push(None);
            self.parent.push(None);
            self.id.push(id.clone());
            (self.id.len() - 1) as u32
        });
        self.id[node as usize] = id.clone();
        self.index.insert(id.clone(), node);
        node
    }
}
