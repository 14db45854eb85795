//! A line is drawn; the wires it crosses are cut when it ends.

use reporunner_model::Point;

use super::{Idle, State};
use crate::edits::counted;
use crate::{Cursor, Editor, Event, Rect, distance, edits};

/// Shortest piece of the line, screen pixels.
const PIECE: f64 = 4.0;

pub(crate) struct Slicing {
    found: Vec<u32>,
}

impl Slicing {
    pub(super) fn begin(editor: &mut Editor, at: Point) -> Self {
        editor.slice = vec![editor.view.to_world(at)];
        editor.set_cursor(Cursor::Slice);
        Self { found: Vec::new() }
    }

    pub(super) fn on(mut self, editor: &mut Editor, event: &Event) -> State {
        match *event {
            Event::Move { at, .. } => {
                self.follow(editor, at);
                State::Slicing(self)
            }
            Event::Up { .. } => {
                let wires = std::mem::take(&mut editor.struck);
                end(editor);
                let change = edits::disconnect(editor.graph(), &wires);
                editor.commit(format!("Cut {}", counted(wires.len(), "wire")), change);
                State::Idle(Idle)
            }
            Event::Cancel => {
                end(editor);
                State::Idle(Idle)
            }
            _ => State::Slicing(self),
        }
    }

    fn follow(&mut self, editor: &mut Editor, at: Point) {
        let to = editor.view.to_world(at);
        let Some(from) = editor.slice.last().copied() else { return };
        if distance(from, to) * editor.view.zoom < PIECE {
            return;
        }
        editor.scene.wires_in(&Rect::between(from, to), &mut self.found);
        for wire in &self.found {
            let struck = editor.struck.contains(wire);
            if !struck && editor.scene.wire_path(*wire).crosses(from, to) {
                editor.struck.push(*wire);
                editor.dirty.picture = true;
            }
        }
        editor.slice.push(to);
        editor.redraw_hot();
    }
}

fn end(editor: &mut Editor) {
    editor.slice.clear();
    editor.struck.clear();
    editor.dirty.picture = true;
    editor.set_cursor(Cursor::Arrow);
    editor.redraw_hot();
}
