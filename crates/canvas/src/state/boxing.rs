//! A rectangle is drawn; what it touches is selected at once.

use reporunner_model::Point;

use super::{Idle, State};
use crate::edits::counted;
use crate::{Editor, Event, Mark, Reaction, Rect};

pub(crate) struct Boxing {
    /// Where it began, canvas units: it stays there while the view pans.
    start: Point,
    /// What was selected before, with Shift.
    nodes: Vec<u32>,
    notes: Vec<u32>,
    found: Vec<u32>,
}

impl Boxing {
    pub(super) fn begin(editor: &mut Editor, at: Point, adds: bool) -> Self {
        let (nodes, notes) = match adds {
            true => (editor.selection.nodes.clone(), editor.selection.notes.clone()),
            false => Default::default(),
        };
        Self { start: editor.view.to_world(at), nodes, notes, found: Vec::new() }
    }

    pub(super) fn on(mut self, editor: &mut Editor, event: &Event) -> State {
        match *event {
            Event::Move { at, .. } => {
                let area = Rect::between(self.start, editor.view.to_world(at));
                let corner = editor.view.to_screen(self.start);
                editor.marquee = Some(Rect::between(corner, at));
                self.select(editor, &area);
                editor.dirty.marks = true;
                editor.redraw_hot();
                State::Boxing(self)
            }
            Event::Up { .. } => {
                end(editor);
                State::Idle(Idle)
            }
            Event::Cancel => {
                let (nodes, notes) = (self.nodes, self.notes);
                editor.select_only(nodes, notes);
                end(editor);
                State::Idle(Idle)
            }
            _ => State::Boxing(self),
        }
    }

    /// Marks what lies in `area`. The selection is reported at the end only, so that no panel
    /// follows every pixel.
    fn select(&mut self, editor: &mut Editor, area: &Rect) {
        let scene = &mut editor.scene;
        for node in editor.selection.nodes.drain(..) {
            scene.nodes.mark(node, Mark::SELECTED, false);
        }
        for note in editor.selection.notes.drain(..) {
            scene.notes.selected[note as usize] = false;
        }
        editor.selection.wire = None;
        scene.nodes_in(area, &mut self.found);
        for node in self.nodes.iter().chain(&self.found).copied() {
            if !scene.nodes.has(node, Mark::SELECTED) && scene.nodes.has(node, Mark::ALIVE) {
                scene.nodes.mark(node, Mark::SELECTED, true);
                editor.selection.nodes.push(node);
            }
        }
        scene.notes_in(area, &mut self.found);
        // A note is a ground that nodes lie on: it must be wholly in the box.
        self.found.retain(|note| area.covers(&scene.notes.rects[*note as usize]));
        for note in self.notes.iter().chain(&self.found).copied() {
            if scene.notes.is_alive(note) && !scene.notes.selected[note as usize] {
                scene.notes.selected[note as usize] = true;
                editor.selection.notes.push(note);
            }
        }
    }
}

fn end(editor: &mut Editor) {
    editor.marquee = None;
    let count = editor.selection.nodes.len();
    if count > 0 {
        editor.out.push(Reaction::Announce(format!("{} selected", counted(count, "node"))));
    }
    editor.out.push(Reaction::Selected);
    editor.dirty.marks = true;
    editor.redraw_hot();
}
