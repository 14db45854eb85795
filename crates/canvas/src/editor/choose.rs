//! What happens once somebody chose: a node in the picker, a target for a wire, a clipboard's
//! content, a note's text.

use reporunner_model::{
    Edit, NodeId, NoteId, Point, Workflow, card_height, limits::GRID, ports_of,
};

use crate::edits::{self, NewNode, Pasted};
use crate::{
    Command, Editor, PickerRequest, PortEnd, PortRef, Purpose, Reaction, Rect, Side, Target, snap,
};

impl Editor {
    /// Adds the node that was chosen in the picker, as the request says.
    pub fn choose(&mut self, request: &PickerRequest, new: &NewNode) -> Vec<Reaction> {
        self.drop_ghost();
        let id = (self.fresh)();
        let name = self.name_of(new);
        let (label, made) = match &request.purpose {
            Purpose::Add(end) => {
                let from = end.as_ref().and_then(|end| self.port(end));
                let place = Point::new(snap(request.world.x, GRID), snap(request.world.y, GRID));
                let place = edits::free_place(&mut self.scene, None, place);
                let made = edits::add_node(self.graph(), new, place, from, id.clone());
                (format!("Add {name}"), made)
            }
            Purpose::Insert(key) => {
                let place = self.place_in(key, request.world);
                let mut made = edits::add_node(self.graph(), new, place, None, id.clone());
                made.extend(self.insertion(key, &made));
                (format!("Insert {name}"), made)
            }
            Purpose::Replace { node, .. } => {
                let Some(old) = self.scene.nodes.find(node) else { return self.take_out() };
                (self.about_these("Replace", &[old], &[]), {
                    edits::replace(self.graph(), old, new, id.clone())
                })
            }
        };
        self.commit(label, made);
        if let Some(node) = self.scene.nodes.find(&NodeId::new(id)) {
            self.select_only(vec![node], Vec::new());
            self.bring(node);
        }
        self.take_out()
    }

    /// Where a new card goes in a wire: at `wanted`, but not over the card the wire comes from.
    fn place_in(&self, key: &reporunner_model::EdgeKey, wanted: Point) -> Point {
        let (from, to) = (self.scene.nodes.find(&key.from), self.scene.nodes.find(&key.to));
        let mut place = Point::new(snap(wanted.x, GRID), snap(wanted.y, GRID));
        if let (Some(from), Some(to)) = (from, to) {
            let (from, to) = (self.scene.nodes.rect(from), self.scene.nodes.rect(to));
            if to.x0 >= from.x0 {
                place.x = place.x.max(snap(from.x1 + 3.0 * GRID, GRID));
            }
        }
        place
    }

    /// The edits that put the node which `made` adds into the wire `key`.
    fn insertion(&self, key: &reporunner_model::EdgeKey, made: &[Edit]) -> Vec<Edit> {
        let Some(wire) = self.scene.wires.find(key) else { return Vec::new() };
        let Some(Edit::AddNode { node }) = made.first() else { return Vec::new() };
        let ports = ports_of(self.catalog.get(&node.node_type), node);
        let height = card_height(&ports);
        let width = reporunner_model::limits::NODE_WIDTH;
        let card = Rect::new(node.position.x, node.position.y, width, height);
        edits::insert_on_wire(self.graph(), wire, &node.id, &ports, card)
    }

    /// Adds a node that was dragged in from outside, its middle at a screen point.
    pub fn drop_node(&mut self, at: Point, new: &NewNode) -> Vec<Reaction> {
        let world = self.view.to_world(at);
        let corner = Point::new(world.x - 110.0, world.y - 30.0);
        let wire = self.scene.wire_under(world, 14.0 / self.view.zoom, u32::MAX);
        let purpose = match wire {
            Some(wire) => Purpose::Insert(self.scene.wires.key[wire as usize].clone()),
            None => Purpose::Add(None),
        };
        self.choose(&PickerRequest { screen: at, world: corner, purpose }, new)
    }

    /// The picker was closed without a choice: a wire that waits for its node goes.
    pub fn dismiss(&mut self) -> Vec<Reaction> {
        self.drop_ghost();
        self.take_out()
    }

    fn drop_ghost(&mut self) {
        if self.is_idle() && !self.ghosts.is_empty() {
            self.ghosts.clear();
            self.redraw_hot();
        }
    }

    fn name_of(&self, new: &NewNode) -> String {
        let label = self.catalog.get(&new.node_type).map(|d| d.label.clone());
        if new.name.is_empty() {
            label.unwrap_or_else(|| new.node_type.to_string())
        } else {
            new.name.clone()
        }
    }

    /// A port by the node's id, where it is there.
    pub fn port(&self, end: &PortEnd) -> Option<PortRef> {
        let node = self.scene.nodes.find(&end.node)?;
        let port = PortRef { node, side: end.side, slot: end.slot };
        let ports = self.scene.nodes.side(node, end.side);
        ports.get(end.slot as usize).filter(|port| port.kind == end.kind).map(|_| port)
    }

    pub(crate) fn end(&self, port: PortRef) -> PortEnd {
        let info = &self.scene.nodes.side(port.node, port.side)[port.slot as usize];
        let name = self.scene.texts.get(self.scene.nodes.title[port.node as usize]);
        let label = match info.label.as_str() {
            "" => name.to_owned(),
            label => format!("“{label}” of {name}"),
        };
        PortEnd {
            node: self.scene.nodes.id[port.node as usize].clone(),
            side: port.side,
            slot: port.slot,
            kind: info.kind.clone(),
            label,
        }
    }

    /// Where a wire from `port` may end, nearest first.
    pub fn targets(&self, port: PortRef) -> Vec<Target> {
        let name = |target: PortRef| {
            let nodes = &self.scene.nodes;
            let title = self.scene.texts.get(nodes.title[target.node as usize]);
            let ports = nodes.side(target.node, target.side);
            let side = if target.side == Side::Input { "input" } else { "output" };
            let label = &ports[target.slot as usize].label;
            match (ports.len(), label.as_str()) {
                (1, _) => title.to_owned(),
                (_, "") => format!("{title}, {side} {}", target.slot + 1),
                (_, label) => format!("{title}, {label}"),
            }
        };
        let legal = edits::legal_targets(&self.scene, port);
        legal.into_iter().map(|port| Target { port, text: name(port) }).collect()
    }

    /// Draws the wire that was chosen from a list.
    pub fn wire_to(&mut self, from: PortRef, to: PortRef) -> Vec<Reaction> {
        self.connect(from, to);
        self.take_out()
    }

    pub(crate) fn connect(&mut self, a: PortRef, b: PortRef) -> bool {
        let (from, to) = if a.side == Side::Output { (a, b) } else { (b, a) };
        let name = |port: PortRef| {
            self.scene.texts.get(self.scene.nodes.title[port.node as usize]).to_owned()
        };
        let label = format!("Wire {} to {}", name(from), name(to));
        let edits = edits::connect(self.graph(), from, to);
        self.commit(label, edits)
    }

    /// What is selected, as a workflow for the clipboard; none where nothing is.
    pub fn copied(&self) -> Option<Workflow> {
        let Self { selection, .. } = self;
        if selection.nodes.is_empty() && selection.notes.is_empty() {
            return None;
        }
        Some(edits::fragment(self.graph(), &selection.nodes, &selection.notes))
    }

    /// Puts a workflow in at the pointer, or in the middle where the pointer is elsewhere.
    pub fn paste(&mut self, part: &Workflow, keep_inputs: bool) -> Vec<Reaction> {
        let world = self.view.to_world(self.pointer);
        let shown = self.view.world();
        let place = if shown.holds(world) && self.pointer != Point::default() {
            world
        } else {
            self.view.to_world(self.view.free(&self.covers).center())
        };
        let corner = edits::free_corner(&mut self.scene, part, place);
        let pasted = edits::paste(&self.workflow, part, corner, keep_inputs, &mut *self.fresh);
        let count = pasted.nodes.len() + pasted.notes.len();
        self.commit(format!("Paste {}", edits::counted(count, "node")), pasted.edits.clone());
        self.select_pasted(&pasted);
        self.bring_selected();
        self.take_out()
    }

    pub(crate) fn select_pasted(&mut self, pasted: &Pasted) {
        let nodes = pasted.nodes.iter().filter_map(|id| self.scene.nodes.find(id)).collect();
        let notes = pasted.notes.iter().filter_map(|id| self.scene.notes.find(id)).collect();
        self.select_only(nodes, notes);
        if let Some(node) = self.selection.nodes.first().copied() {
            self.set_focus(node);
            self.bring(node);
        }
    }

    /// Brings all that is selected out from under what floats over the view.
    pub(crate) fn bring_selected(&mut self) {
        let (cards, frames) = (&self.scene.nodes, &self.scene.notes);
        let nodes = self.selection.nodes.iter().map(|node| cards.rect(*node));
        let notes = self.selection.notes.iter().map(|note| frames.rects[*note as usize]);
        if let Some(all) = Rect::around_all(nodes.chain(notes))
            && self.view.bring_free(&all, &self.covers)
        {
            self.view_moved();
        }
    }

    /// Sets what a note says, after somebody typed it.
    pub fn set_note_text(&mut self, id: &NoteId, text: &str) -> Vec<Reaction> {
        let same = self.workflow.notes.get(id).is_none_or(|note| note.text == text);
        if !same {
            let edit = Edit::SetNote {
                id: id.clone(),
                text: Some(text.to_owned()),
                color: None,
                position: None,
                size: None,
            };
            self.commit("Write a note", vec![edit]);
        }
        self.take_out()
    }

    /// Gives the selected notes a colour of the palette.
    pub fn set_note_color(&mut self, color: u8) -> Vec<Reaction> {
        let notes = self.graph().note_ids(&self.selection.notes);
        let edits = notes.into_iter().map(|id| Edit::SetNote {
            id,
            text: None,
            color: Some(color),
            position: None,
            size: None,
        });
        self.commit(self.about("Colour"), edits.collect());
        self.take_out()
    }

    /// Takes a wire away by its key, as its menu does.
    pub fn cut(&mut self, key: &reporunner_model::EdgeKey) -> Vec<Reaction> {
        if let Some(wire) = self.scene.wires.find(key) {
            self.select_wire(wire);
            return self.command(Command::Delete);
        }
        self.take_out()
    }
}
