//! The workflow as flat arrays: where every card, wire and note is, and what is where.
//!
//! It follows a [`Workflow`] edit by edit and never changes one. Numbers of nodes, wires and notes
//! stay valid while the thing exists; a free number is used again.

mod card;
mod hit;
mod nodes;
mod notes;
mod texts;
mod walk;
mod wires;

use reporunner_model::{Catalog, Edit, NodeId, Point, Workflow};

pub use card::{label_text, port_place, subtitle};
pub use hit::{CUT_AT, Hit, PORT_HIT};
pub use nodes::{Mark, NO_HUE, Nodes, PortRef, RunInfo, Side};
pub use notes::{NOTE_MIN, Notes, note_line};
pub use texts::{TextId, Texts};
pub(crate) use walk::Thing;
pub use walk::{OutlineRow, Way};
pub use wires::{Flow, Wires};

use crate::{Grid, Rect, WirePath};

/// Room between a container's frame and what lies in it.
const FRAME_PAD: f64 = 20.0;
/// Height of a frame's head.
const FRAME_HEAD: f64 = 32.0;

/// The frame around a container and what lies in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// The container.
    pub node: u32,
    /// Where the frame is.
    pub rect: Rect,
}

/// Everything on the canvas.
#[derive(Debug, Default)]
pub struct Scene {
    /// The cards.
    pub nodes: Nodes,
    /// The wires.
    pub wires: Wires,
    /// The notes.
    pub notes: Notes,
    /// Every text shown, once.
    pub texts: Texts,
    /// The frames of containers, outer ones first.
    pub frames: Vec<Frame>,
    node_grid: Grid,
    wire_grid: Grid,
    note_grid: Grid,
    /// Counts changes to anything but positions, for whoever caches.
    pub version: u64,
}

impl Scene {
    /// The scene of `workflow`.
    pub fn new(workflow: &Workflow, catalog: &Catalog) -> Self {
        let mut scene = Self::default();
        for id in workflow.nodes.keys() {
            scene.put_node(id, workflow, catalog);
        }
        for key in workflow.edges.keys() {
            scene.put_wire(key);
        }
        for id in workflow.notes.keys() {
            scene.put_note(id, workflow);
        }
        scene.settle(workflow, catalog);
        scene
    }

    /// Follows edits that `workflow` already has.
    pub fn apply(&mut self, edits: &[Edit], workflow: &Workflow, catalog: &Catalog) {
        let mut shape = false;
        for edit in edits {
            shape |= self.apply_one(edit, workflow, catalog);
        }
        if shape {
            self.settle(workflow, catalog);
        } else {
            self.place_frames();
        }
    }

    /// Whether nodes or wires came or went.
    fn apply_one(&mut self, edit: &Edit, workflow: &Workflow, catalog: &Catalog) -> bool {
        match edit {
            Edit::MoveNode { id, to } => {
                if let Some(node) = self.nodes.find(id) {
                    self.move_node(node, *to);
                }
                false
            }
            Edit::Connect { key, .. } => {
                if workflow.edges.contains_key(key) {
                    self.put_wire(key);
                }
                true
            }
            Edit::Disconnect { key } => {
                if !workflow.edges.contains_key(key) {
                    self.drop_wire(key);
                }
                true
            }
            Edit::RemoveNode { id } => {
                if !workflow.nodes.contains_key(id) {
                    self.drop_node(id);
                }
                true
            }
            Edit::AddNote { id, .. } | Edit::SetNote { id, .. } | Edit::RemoveNote { id } => {
                self.follow_note(id, workflow);
                false
            }
            Edit::SpliceText { text: reporunner_model::TextPath::Note { id }, .. } => {
                self.follow_note(id, workflow);
                false
            }
            _ => match node_of(edit) {
                Some(id) => {
                    if workflow.nodes.contains_key(id) {
                        self.put_node(id, workflow, catalog);
                    }
                    matches!(edit, Edit::AddNode { .. } | Edit::SetParent { .. })
                }
                None => false,
            },
        }
    }

    /// Puts a card at `to`, with its wires.
    pub fn move_node(&mut self, node: u32, to: Point) {
        self.nodes.place(node, to);
        self.node_grid.set(node, self.nodes.rect(node));
        self.rewire(node);
    }

    /// Puts a card at `to` without filing it anew: for cards that are being dragged and drawn
    /// apart. [`Self::move_node`] must follow.
    pub fn float_node(&mut self, node: u32, to: Point) {
        self.nodes.place(node, to);
    }

    /// Puts a note at `rect`.
    pub fn place_note(&mut self, note: u32, rect: Rect) {
        self.notes.rects[note as usize] = rect;
        self.note_grid.set(note, rect);
    }

    /// The nodes whose cards touch `area`.
    pub fn nodes_in(&mut self, area: &Rect, found: &mut Vec<u32>) {
        self.node_grid.query(area, found);
    }

    /// The wires that may touch `area`.
    pub fn wires_in(&mut self, area: &Rect, found: &mut Vec<u32>) {
        self.wire_grid.query(area, found);
    }

    /// The notes that touch `area`.
    pub fn notes_in(&mut self, area: &Rect, found: &mut Vec<u32>) {
        self.note_grid.query(area, found);
    }

    /// The course of a wire.
    pub fn wire_path(&self, wire: u32) -> WirePath {
        let at = wire as usize;
        let from = self.nodes.port_at(self.wires.from[at], Side::Output, self.wires.from_slot[at]);
        let to = self.nodes.port_at(self.wires.to[at], Side::Input, self.wires.to_slot[at]);
        self.course(self.wires.key[at].kind.is_main(), from, to)
    }

    /// The course of a wire between these points; `main` is whether it carries items.
    fn course(&self, main: bool, from: Point, to: Point) -> WirePath {
        if main { WirePath::new(from, to) } else { WirePath::hanging(from, to) }
    }

    /// The course of a wire that is being drawn from a port to `to`.
    pub fn ghost_path(&self, port: PortRef, to: Point) -> WirePath {
        let from = self.port_at(port);
        let kind = self.nodes.side(port.node, port.side).get(usize::from(port.slot));
        let main = kind.is_none_or(|port| port.kind.is_main());
        match port.side {
            Side::Output => self.course(main, from, to),
            Side::Input => self.course(main, to, from),
        }
    }

    /// Where a port is.
    pub fn port_at(&self, port: PortRef) -> Point {
        self.nodes.port_at(port.node, port.side, port.slot)
    }

    /// A rectangle around everything; none where there is nothing.
    pub fn bounds(&self) -> Option<Rect> {
        let nodes = self.nodes.all().map(|node| self.nodes.rect(node));
        let notes = self.notes.all().map(|note| self.notes.rects[note as usize]);
        Rect::around_all(nodes.chain(notes).chain(self.frames.iter().map(|frame| frame.rect)))
    }

    fn put_node(&mut self, id: &NodeId, workflow: &Workflow, catalog: &Catalog) {
        let Some(node) = workflow.nodes.get(id) else { return };
        let pinned = workflow.pins.contains_key(id);
        let at = self.nodes.put(node, pinned, catalog, &mut self.texts);
        for wire in self.wires.of(at) {
            self.nodes.make_slots(&self.wires.key[wire as usize], at);
        }
        self.node_grid.set(at, self.nodes.rect(at));
        self.reslot(at);
        self.rewire(at);
        self.version += 1;
    }

    fn drop_node(&mut self, id: &NodeId) {
        let Some(node) = self.nodes.find(id) else { return };
        let keys: Vec<_> = self
            .wires
            .all()
            .filter(|wire| {
                let at = *wire as usize;
                self.wires.from[at] == node || self.wires.to[at] == node
            })
            .map(|wire| self.wires.key[wire as usize].clone())
            .collect();
        for key in keys {
            self.drop_wire(&key);
        }
        self.nodes.remove(id);
        self.node_grid.remove(node);
        self.version += 1;
    }

    fn put_wire(&mut self, key: &reporunner_model::EdgeKey) {
        let (Some(from), Some(to)) = (self.nodes.find(&key.from), self.nodes.find(&key.to)) else {
            return;
        };
        let from_slot = self.nodes.make_slot(from, Side::Output, &key.kind, key.from_port);
        let to_slot = self.nodes.make_slot(to, Side::Input, &key.kind, key.to_port);
        let wire = self.wires.put(key, (from, from_slot), (to, to_slot));
        self.node_grid.set(from, self.nodes.rect(from));
        self.node_grid.set(to, self.nodes.rect(to));
        self.wire_grid.set(wire, self.wire_path(wire).bounds());
        self.version += 1;
    }

    fn drop_wire(&mut self, key: &reporunner_model::EdgeKey) {
        if let Some(wire) = self.wires.remove(key) {
            self.wire_grid.remove(wire);
            self.version += 1;
        }
    }

    fn put_note(&mut self, id: &reporunner_model::NoteId, workflow: &Workflow) {
        let Some(note) = workflow.notes.get(id) else { return };
        let at = self.notes.put(id, note, &mut self.texts);
        self.note_grid.set(at, self.notes.rects[at as usize]);
        self.version += 1;
    }

    fn follow_note(&mut self, id: &reporunner_model::NoteId, workflow: &Workflow) {
        if workflow.notes.contains_key(id) {
            self.put_note(id, workflow);
        } else if let Some(note) = self.notes.remove(id) {
            self.note_grid.remove(note);
            self.version += 1;
        }
    }

    /// Finds the ports of a node's wires again where they are others now.
    fn reslot(&mut self, node: u32) {
        for at in self.wires.range(node) {
            let wire = self.wires.around[at];
            if !self.wires.is_alive(wire) {
                continue;
            }
            let key = self.wires.key[wire as usize].clone();
            let (from, to) = (self.wires.from[wire as usize], self.wires.to[wire as usize]);
            let from_slot = self.nodes.make_slot(from, Side::Output, &key.kind, key.from_port);
            let to_slot = self.nodes.make_slot(to, Side::Input, &key.kind, key.to_port);
            let slots =
                (&mut self.wires.from_slot[wire as usize], &mut self.wires.to_slot[wire as usize]);
            if (*slots.0, *slots.1) != (from_slot, to_slot) {
                (*slots.0, *slots.1) = (from_slot, to_slot);
                self.wire_grid.set(wire, self.wire_path(wire).bounds());
            }
        }
    }

    /// Files a node's wires anew after it moved.
    fn rewire(&mut self, node: u32) {
        for at in self.wires.range(node) {
            let wire = self.wires.around[at];
            if self.wires.is_alive(wire) {
                self.wire_grid.set(wire, self.wire_path(wire).bounds());
            }
        }
    }

    /// What depends on all nodes and wires: who is next to whom, and the frames.
    fn settle(&mut self, workflow: &Workflow, catalog: &Catalog) {
        self.wires.index(self.nodes.len());
        // Ports that only a wire needed go with it.
        let extra: Vec<u32> =
            self.nodes.all().filter(|node| self.nodes.has(*node, Mark::EXTRA)).collect();
        for node in extra {
            let id = self.nodes.id[node as usize].clone();
            self.put_node(&id, workflow, catalog);
        }
        for node in 0..self.nodes.len() as u32 {
            self.reslot(node);
        }
        self.nodes.link_parents(workflow);
        self.place_frames();
        self.version += 1;
    }

    /// Computes the frames of containers from where their cards are now.
    pub fn place_frames(&mut self) {
        self.frames.clear();
        if !self.nodes.any_parent() {
            return;
        }
        // Innermost first, so that an outer frame can go round the inner ones.
        let mut order: Vec<(usize, u32)> = self
            .nodes
            .containers()
            .into_iter()
            .map(|node| (self.nodes.ancestors(node).len(), node))
            .collect();
        order.sort_unstable_by(|a, b| b.cmp(a));
        for (_, node) in order {
            let cards = self.nodes.children(node).map(|child| {
                let inner = self.frames.iter().find(|frame| frame.node == child);
                inner.map_or_else(|| self.nodes.rect(child), |frame| frame.rect)
            });
            let all = cards.fold(self.nodes.rect(node), |all, rect| all.around(&rect));
            let mut rect = all.grown(FRAME_PAD);
            rect.y0 -= FRAME_HEAD;
            self.frames.push(Frame { node, rect });
        }
        self.frames.reverse();
    }
}

/// The node an edit is about, where its card may look different afterwards.
pub(crate) fn node_of(edit: &Edit) -> Option<&NodeId> {
    match edit {
        Edit::AddNode { node } => Some(&node.id),
        Edit::RenameNode { id, .. }
        | Edit::SetOn { id, .. }
        | Edit::SetNodeNote { id, .. }
        | Edit::SetFlags { id, .. }
        | Edit::SetVersion { id, .. }
        | Edit::SetParent { id, .. }
        | Edit::SetParam { id, .. }
        | Edit::MoveRecord { id, .. }
        | Edit::SetPin { id, .. }
        | Edit::SpliceText { text: reporunner_model::TextPath::Param { id, .. }, .. } => Some(id),
        _ => None,
    }
}
