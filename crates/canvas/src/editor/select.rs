//! Selecting and moving the keyboard's node.

use reporunner_model::{Edit, NodeId, NoteId};

use crate::scene::{Thing, node_of};
use crate::{Editor, Mark, Reaction, Rect, Way, label_text, note_line};

impl Editor {
    /// Selects these nodes and nothing else.
    pub fn select(&mut self, ids: &[NodeId]) -> Vec<Reaction> {
        let nodes = ids.iter().filter_map(|id| self.scene.nodes.find(id)).collect();
        self.select_only(nodes, Vec::new());
        self.take_out()
    }

    /// The ids of the selected nodes.
    pub fn selected(&self) -> Vec<NodeId> {
        self.graph().ids(&self.selection.nodes)
    }

    /// The ids of the selected notes.
    pub fn selected_notes(&self) -> Vec<NoteId> {
        self.graph().note_ids(&self.selection.notes)
    }

    /// The selection with all that goes where it goes: what lies in a container or a frame. Turned
    /// round, what lies in any other note instead.
    pub(crate) fn carried(&mut self, turned: bool) -> (Vec<u32>, Vec<u32>) {
        let ids = &self.scene.notes.id;
        let carries = |note: &u32| ids[*note as usize].is_frame() != turned;
        let carrying: Vec<u32> = self.selection.notes.iter().copied().filter(carries).collect();
        let (mut nodes, mut notes) = self.scene.held_by(&carrying);
        nodes.extend(&self.selection.nodes);
        notes.extend(&self.selection.notes);
        if !self.scene.frames.is_empty() {
            let within = |node: &u32| {
                let around = self.scene.nodes.ancestors(*node);
                around.iter().any(|parent| nodes.contains(parent))
            };
            let inside: Vec<u32> = self.scene.nodes.all().filter(within).collect();
            nodes.extend(inside);
        }
        for list in [&mut nodes, &mut notes] {
            list.sort_unstable();
            list.dedup();
        }
        (nodes, notes)
    }

    /// The node that a command about one node means: the keyboard's, else the last selected.
    pub fn current(&self) -> Option<u32> {
        let focused = self.focus.filter(|node| self.scene.nodes.has(*node, Mark::SELECTED));
        let selected = focused.or_else(|| self.selection.nodes.last().copied());
        // Where a note alone is selected, the note is meant.
        selected.or_else(|| self.focus.filter(|_| self.selection.notes.is_empty()))
    }

    pub(crate) fn select_only(&mut self, nodes: Vec<u32>, notes: Vec<u32>) {
        for node in std::mem::take(&mut self.selection.nodes) {
            self.scene.nodes.mark(node, Mark::SELECTED, false);
        }
        for note in std::mem::take(&mut self.selection.notes) {
            self.scene.notes.selected[note as usize] = false;
        }
        let wire = self.selection.wire.take();
        for node in &nodes {
            self.scene.nodes.mark(*node, Mark::SELECTED, true);
        }
        for note in &notes {
            self.scene.notes.selected[*note as usize] = true;
        }
        (self.selection.nodes, self.selection.notes) = (nodes, notes);
        if self.selection.nodes.len() == 1 {
            self.set_focus(self.selection.nodes[0]);
        } else if !self.selection.notes.is_empty()
            && let Some(old) = self.focus.take_if(|_| self.selection.nodes.is_empty())
        {
            // Beside a selected note a ring round a node would look selected too.
            self.scene.nodes.mark(old, Mark::FOCUS, false);
        }
        self.selection_changed(wire.is_some());
    }

    pub(crate) fn select_wire(&mut self, wire: u32) {
        self.select_only(Vec::new(), Vec::new());
        self.selection.wire = Some(wire);
        self.selection_changed(true);
    }

    /// Adds a node to the selection, or takes it out.
    pub(crate) fn toggle_selected(&mut self, node: u32) {
        let on = !self.scene.nodes.has(node, Mark::SELECTED);
        self.scene.nodes.mark(node, Mark::SELECTED, on);
        if on {
            self.selection.nodes.push(node);
            self.set_focus(node);
        } else {
            self.selection.nodes.retain(|other| *other != node);
        }
        self.selection_changed(false);
    }

    pub(crate) fn toggle_note(&mut self, note: u32) {
        let selected = &mut self.scene.notes.selected[note as usize];
        *selected = !*selected;
        if *selected {
            self.selection.notes.push(note);
        } else {
            self.selection.notes.retain(|other| *other != note);
        }
        self.selection_changed(false);
    }

    fn selection_changed(&mut self, wire: bool) {
        self.dirty.marks = true;
        self.dirty.hot = true;
        self.dirty.picture |= wire;
        self.out.push(Reaction::Selected);
        self.out.push(Reaction::Redraw);
    }

    pub(crate) fn set_focus(&mut self, node: u32) {
        if let Some(old) = self.focus {
            self.scene.nodes.mark(old, Mark::FOCUS, false);
        }
        self.scene.nodes.mark(node, Mark::FOCUS, true);
        self.focus = Some(node);
        self.dirty.marks = true;
    }

    /// Moves the keyboard along the wires, or to a first node where it is nowhere. Where no wire
    /// leads, and from a note, it goes to what is nearest that way: notes have no wires.
    pub(crate) fn go(&mut self, way: Way) {
        let note = self.selection.notes.last().copied();
        let next = match (self.current(), note) {
            (Some(node), _) => self.step_or_note(node, way),
            (None, Some(note)) => {
                self.scene.nearest(&self.scene.notes.rects[note as usize], way, true)
            }
            (None, None) => self.first_thing(),
        };
        match next {
            Some(Thing::Node(node)) => self.focus_on(node),
            Some(Thing::Note(note)) => self.focus_on_note(note),
            None => {}
        }
    }

    fn first_thing(&self) -> Option<Thing> {
        let first = self.scene.outline().first().map(|row| Thing::Node(row.node));
        first.or_else(|| self.scene.notes_in_order().first().copied().map(Thing::Note))
    }

    /// The next node along the wires or among the siblings; a note where that would go round.
    fn step_or_note(&self, node: u32, way: Way) -> Option<Thing> {
        let rect = self.scene.nodes.rect(node);
        let step = self.scene.step(node, way);
        let goes_round = |next: u32| match way {
            Way::Up => self.scene.nodes.rect(next).y0 > rect.y0,
            Way::Down => self.scene.nodes.rect(next).y0 < rect.y0,
            _ => false,
        };
        match step {
            Some(next) if !goes_round(next) => Some(Thing::Node(next)),
            _ => self.scene.nearest(&rect, way, false).or_else(|| step.map(Thing::Node)),
        }
    }

    /// Selects a note, brings it into view and says what it is.
    fn focus_on_note(&mut self, note: u32) {
        self.select_only(Vec::new(), vec![note]);
        if self.view.bring(&self.scene.notes.rects[note as usize]) {
            self.view_moved();
        }
        let text = self.scene.texts.get(self.scene.notes.text[note as usize]);
        self.out.push(Reaction::Announce(format!("Note: {}", note_line(text))));
    }

    /// Selects a node, brings it into view and says what it is.
    pub(crate) fn focus_on(&mut self, node: u32) {
        self.select_only(vec![node], Vec::new());
        self.bring(node);
        self.out.push(Reaction::Announce(label_text(&self.scene, node)));
    }

    /// Selects what edits were about that somebody undid or made again, and brings it into view:
    /// what came back, else what was changed, else what the wires that changed come from.
    pub fn show_change(&mut self, edits: &[Edit]) -> Vec<Reaction> {
        let find = |id: &NodeId| self.scene.nodes.find(id);
        let all = |pick: &dyn Fn(&Edit) -> Option<NodeId>| {
            let mut nodes: Vec<u32> =
                edits.iter().filter_map(pick).filter_map(|id| find(&id)).collect();
            nodes.sort_unstable();
            nodes.dedup();
            nodes
        };
        let back = all(&|edit| match edit {
            Edit::AddNode { node } => Some(node.id.clone()),
            Edit::RestoreNode { id } => Some(id.clone()),
            _ => None,
        });
        let changed = all(&|edit| match edit {
            Edit::MoveNode { id, .. } => Some(id.clone()),
            edit => node_of(edit).cloned(),
        });
        let wired = all(&|edit| match edit {
            Edit::Connect { key, .. } | Edit::Disconnect { key } => Some(key.from.clone()),
            _ => None,
        });
        let mut notes: Vec<u32> = edits
            .iter()
            .filter_map(|edit| match edit {
                Edit::AddNote { id, .. } | Edit::SetNote { id, .. } => self.scene.notes.find(id),
                _ => None,
            })
            .collect();
        notes.dedup();
        let found = [back, changed].into_iter().find(|nodes| !nodes.is_empty());
        let nodes = found.unwrap_or_else(|| if notes.is_empty() { wired } else { Vec::new() });
        if nodes.is_empty() && notes.is_empty() {
            return self.take_out();
        }
        let (cards, frames) = (&self.scene.nodes, &self.scene.notes);
        let rects = nodes.iter().map(|node| cards.rect(*node));
        let all = Rect::around_all(rects.chain(notes.iter().map(|n| frames.rects[*n as usize])));
        self.select_only(nodes, notes);
        // Something so large that it does not fit in is in view anyway.
        if let Some(all) = all.filter(|all| !self.view.world().touches(all))
            && self.view.bring(&all)
        {
            self.view_moved();
        }
        self.take_out()
    }

    /// Moves the keyboard to a note, from the outline or a list of found ones.
    pub fn focus_note(&mut self, id: &NoteId) -> Vec<Reaction> {
        if let Some(note) = self.scene.notes.find(id) {
            self.focus_on_note(note);
        }
        self.take_out()
    }

    /// Moves the keyboard to a node, from the outline or a list of found ones.
    pub fn focus(&mut self, id: &NodeId) -> Vec<Reaction> {
        if let Some(node) = self.scene.nodes.find(id) {
            self.focus_on(node);
        }
        self.take_out()
    }
}
