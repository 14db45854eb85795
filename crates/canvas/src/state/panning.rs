//! The view follows the hand.

use reporunner_model::Point;

use super::{Idle, State};
use crate::{Button, Cursor, Editor, Event};

pub(crate) struct Panning {
    last: Point,
    button: Button,
}

impl Panning {
    pub(super) fn begin(editor: &mut Editor, at: Point, button: Button) -> Self {
        editor.set_cursor(Cursor::Grabbing);
        Self { last: at, button }
    }

    pub(super) fn on(mut self, editor: &mut Editor, event: &Event) -> State {
        match *event {
            Event::Move { at, .. } => {
                editor.pan_by(at.x - self.last.x, at.y - self.last.y);
                self.last = at;
                State::Panning(self)
            }
            Event::Up { button, .. } if button == self.button => end(editor),
            Event::Cancel => end(editor),
            Event::Space(false, _) => {
                editor.space = None;
                State::Panning(self)
            }
            _ => State::Panning(self),
        }
    }
}

fn end(editor: &mut Editor) -> State {
    editor.set_cursor(if editor.space.is_some() { Cursor::Grab } else { Cursor::Arrow });
    State::Idle(Idle)
}
