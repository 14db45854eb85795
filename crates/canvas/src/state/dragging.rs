//! Cards and notes follow the hand. Nothing is changed before they are dropped.

use reporunner_model::{Edit, Point, limits::GRID};

use super::{Idle, State};
use crate::{Cursor, Editor, Event, Mark, Mods, Rect, Side, edits, snap};

/// Distance from a wire at which a dropped card goes into it, screen pixels.
const WIRE_REACH: f64 = 14.0;

pub(crate) struct Dragging {
    /// Where it began, canvas units.
    start: Point,
    /// The corner that snaps: that of the card under the hand.
    anchor: Point,
    nodes: Vec<(u32, Point)>,
    notes: Vec<(u32, Rect)>,
    by: (f64, f64),
    copies: bool,
    /// The wire that a drop would go into.
    wire: Option<u32>,
}

impl Dragging {
    /// Takes up what is selected. Where `turned`, a frame leaves what lies in it and any other note
    /// takes that along.
    pub(super) fn begin(
        editor: &mut Editor,
        at: Point,
        grabbed: Option<u32>,
        turned: bool,
    ) -> Self {
        let (nodes, notes) = editor.carried(turned);
        let scene = &editor.scene;
        let nodes: Vec<(u32, Point)> =
            nodes.into_iter().map(|node| (node, scene.nodes.position(node))).collect();
        let notes: Vec<(u32, Rect)> =
            notes.into_iter().map(|note| (note, scene.notes.rects[note as usize])).collect();
        let held = editor.selection.notes.first().map(|note| scene.notes.rects[*note as usize]);
        let note = held.map(|rect| Point::new(rect.x0, rect.y0));
        let anchor = grabbed.map(|node| scene.nodes.position(node)).or(note).unwrap_or_default();
        for (node, _) in &nodes {
            editor.scene.nodes.mark(*node, Mark::HOT, true);
        }
        editor.hot = nodes.iter().map(|(node, _)| *node).collect();
        editor.hot_notes = notes.iter().map(|(note, _)| *note).collect();
        (editor.dirty.marks, editor.dirty.picture) = (true, true);
        let start = editor.view.to_world(at);
        Self { start, anchor, nodes, notes, by: (0.0, 0.0), copies: false, wire: None }
    }

    pub(super) fn on(mut self, editor: &mut Editor, event: &Event) -> State {
        match *event {
            Event::Move { at, mods } => {
                self.follow(editor, at, mods);
                State::Dragging(self)
            }
            Event::Up { .. } => {
                self.drop(editor);
                State::Idle(Idle)
            }
            Event::Cancel => {
                self.put_back(editor);
                end(editor);
                State::Idle(Idle)
            }
            _ => State::Dragging(self),
        }
    }

    fn follow(&mut self, editor: &mut Editor, at: Point, mods: Mods) {
        let world = editor.view.to_world(at);
        let (mut dx, mut dy) = (world.x - self.start.x, world.y - self.start.y);
        if mods.shift {
            if dx.abs() > dy.abs() { dy = 0.0 } else { dx = 0.0 }
        }
        if editor.options.snap && !mods.main {
            let snapped = |anchor: f64, by: f64| {
                if by == 0.0 { 0.0 } else { snap(anchor + by, GRID) - anchor }
            };
            (dx, dy) = (snapped(self.anchor.x, dx), snapped(self.anchor.y, dy));
        }
        let same = self.by == (dx, dy) && self.copies == mods.alt;
        (self.by, self.copies) = ((dx, dy), mods.alt);
        editor.set_cursor(if self.copies { Cursor::Copy } else { Cursor::Move });
        if !same {
            self.place(editor);
        }
        self.find_wire(editor);
    }

    /// Puts what is dragged where the hand is, or the outlines of copies.
    fn place(&self, editor: &mut Editor) {
        let (dx, dy) = if self.copies { (0.0, 0.0) } else { self.by };
        for (node, at) in &self.nodes {
            editor.scene.float_node(*node, Point::new(at.x + dx, at.y + dy));
        }
        for (note, rect) in &self.notes {
            editor.scene.place_note(*note, moved(rect, dx, dy));
        }
        editor.copies.clear();
        if self.copies {
            let cards = self.nodes.iter().map(|(node, _)| editor.scene.nodes.rect(*node));
            let rects = cards.chain(self.notes.iter().map(|(_, rect)| *rect));
            editor.copies = rects.map(|rect| moved(&rect, self.by.0, self.by.1)).collect();
        }
        if !editor.scene.frames.is_empty() {
            editor.scene.place_frames();
            editor.dirty.content = true;
        }
        editor.dirty.content |= !self.notes.is_empty();
        editor.redraw_hot();
    }

    /// A single card without wires, over a wire, goes into it. Alt keeps it out.
    fn find_wire(&mut self, editor: &mut Editor) {
        let mut wire = None;
        if let [(node, _)] = self.nodes[..]
            && !self.copies
            && editor.scene.wires.of(node).is_empty()
            && !editor.scene.nodes.side(node, Side::Input).is_empty()
            && !editor.scene.nodes.side(node, Side::Output).is_empty()
        {
            let middle = editor.scene.nodes.rect(node).center();
            wire = editor.scene.wire_under(middle, WIRE_REACH / editor.view.zoom, node);
        }
        if self.wire != wire {
            self.wire = wire;
            editor.hover.wire = wire;
            editor.redraw_hot();
        }
    }

    fn drop(self, editor: &mut Editor) {
        let (dx, dy) = self.by;
        let ids: Vec<u32> = self.nodes.iter().map(|(node, _)| *node).collect();
        let notes: Vec<u32> = self.notes.iter().map(|(note, _)| *note).collect();
        if self.copies {
            self.put_back(editor);
            end(editor);
            let part = edits::fragment(editor.graph(), &ids, &notes);
            let rects = ids.iter().map(|node| editor.scene.nodes.rect(*node));
            let rects = rects.chain(self.notes.iter().map(|(_, rect)| *rect));
            let Some(all) = Rect::around_all(rects) else { return };
            let corner = Point::new(all.x0 + dx, all.y0 + dy);
            let pasted = edits::paste(&editor.workflow, &part, corner, false, &mut *editor.fresh);
            let label = editor.about_these("Duplicate", &ids, &notes);
            editor.commit(label, pasted.edits.clone());
            editor.select_pasted(&pasted);
            return;
        }
        end(editor);
        let to = |at: Point| Point::new(at.x + dx, at.y + dy);
        let mut change: Vec<Edit> = Vec::new();
        if (dx, dy) != (0.0, 0.0) {
            change.extend(self.nodes.iter().map(|(node, at)| Edit::MoveNode {
                id: editor.scene.nodes.id[*node as usize].clone(),
                to: to(*at),
            }));
            change.extend(self.notes.iter().map(|(note, rect)| Edit::SetNote {
                id: editor.scene.notes.id[*note as usize].clone(),
                text: None,
                color: None,
                position: Some(to(Point::new(rect.x0, rect.y0))),
                size: None,
            }));
        }
        let label = match (self.wire, &ids[..]) {
            (Some(wire), [node]) => {
                let id = editor.scene.nodes.id[*node as usize].clone();
                let ports = editor.scene.nodes.ports(*node).clone();
                let card = editor.scene.nodes.rect(*node);
                change.extend(edits::insert_on_wire(editor.graph(), wire, &id, &ports, card));
                editor.about_these("Insert", &ids, &[])
            }
            _ => editor.about_these("Move", &ids, &notes),
        };
        editor.commit(label, change);
    }

    fn put_back(&self, editor: &mut Editor) {
        for (node, at) in &self.nodes {
            if editor.scene.nodes.has(*node, Mark::ALIVE) {
                editor.scene.move_node(*node, *at);
                editor.moved.push(*node);
            }
        }
        for (note, rect) in &self.notes {
            if editor.scene.notes.is_alive(*note) {
                editor.scene.place_note(*note, *rect);
            }
        }
        editor.scene.place_frames();
    }
}

fn end(editor: &mut Editor) {
    for node in std::mem::take(&mut editor.hot) {
        editor.scene.nodes.mark(node, Mark::HOT, false);
        editor.moved.push(node);
    }
    editor.hot_notes.clear();
    editor.copies.clear();
    editor.hover.wire = None;
    editor.set_cursor(Cursor::Arrow);
    editor.redraw_all();
}

fn moved(rect: &Rect, dx: f64, dy: f64) -> Rect {
    Rect { x0: rect.x0 + dx, y0: rect.y0 + dy, x1: rect.x1 + dx, y1: rect.y1 + dy }
}
