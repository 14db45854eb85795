//! A note's corner follows the hand.

use reporunner_model::{Edit, Point, Size, limits::GRID};

use super::{Idle, State};
use crate::scene::NOTE_MIN;
use crate::{Cursor, Editor, Event, Mods, Rect, snap};

pub(crate) struct Resizing {
    note: u32,
    before: Rect,
    start: Point,
}

impl Resizing {
    pub(super) fn begin(editor: &mut Editor, at: Point, note: u32) -> Self {
        editor.set_cursor(Cursor::Resize);
        let before = editor.scene.notes.rects[note as usize];
        Self { note, before, start: editor.view.to_world(at) }
    }

    pub(super) fn on(self, editor: &mut Editor, event: &Event) -> State {
        if !editor.scene.notes.is_alive(self.note) {
            return end(editor);
        }
        match *event {
            Event::Move { at, mods } => {
                let rect = self.rect(editor, at, mods);
                editor.scene.place_note(self.note, rect);
                editor.dirty.content = true;
                editor.redraw_hot();
                State::Resizing(self)
            }
            Event::Up { at, mods, .. } => {
                let rect = self.rect(editor, at, mods);
                editor.scene.place_note(self.note, rect);
                let size = Size { w: rect.width(), h: rect.height() };
                if rect != self.before {
                    let edit = Edit::SetNote {
                        id: editor.scene.notes.id[self.note as usize].clone(),
                        text: None,
                        color: None,
                        position: None,
                        size: Some(size),
                    };
                    editor.commit("Resize a note", vec![edit]);
                }
                end(editor)
            }
            Event::Cancel => {
                editor.scene.place_note(self.note, self.before);
                end(editor)
            }
            _ => State::Resizing(self),
        }
    }

    fn rect(&self, editor: &Editor, at: Point, mods: Mods) -> Rect {
        let world = editor.view.to_world(at);
        let edge = |before: f64, by: f64, low: f64| {
            let wanted = before + by;
            let snaps = editor.options.snap && !mods.main;
            (if snaps { snap(wanted, GRID) } else { wanted }).max(low + NOTE_MIN)
        };
        Rect {
            x1: edge(self.before.x1, world.x - self.start.x, self.before.x0),
            y1: edge(self.before.y1, world.y - self.start.y, self.before.y0),
            ..self.before
        }
    }
}

fn end(editor: &mut Editor) -> State {
    editor.set_cursor(Cursor::Arrow);
    editor.redraw_all();
    State::Idle(Idle)
}
