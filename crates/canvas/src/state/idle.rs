//! Nothing is under way: the pointer hovers.

use super::{Panning, Pointing, State};
use crate::editor::Hover;
use crate::{Button, Command, Cursor, Editor, Event, Hit};

/// Longest press of the space bar that counts as a tap, milliseconds.
const TAP_MS: f64 = 300.0;

pub(crate) struct Idle;

impl Idle {
    pub(super) fn on(self, editor: &mut Editor, event: &Event) -> State {
        match *event {
            Event::Down { at, button, mods, .. } => {
                let pans = button == Button::Middle || editor.space.is_some();
                if pans && button != Button::Right {
                    if editor.space.is_some() {
                        // The bar was used, so letting it go is no tap.
                        editor.space = Some(f64::NEG_INFINITY);
                    }
                    return State::Panning(Panning::begin(editor, at, button));
                }
                let world = editor.view.to_world(at);
                let hit = editor.scene.hit(world, editor.view.zoom, editor.hover.wire);
                return State::Pointing(Pointing { at, button, mods, hit });
            }
            Event::Move { .. } => hover(editor),
            Event::Leave => set_hover(editor, Hover::default()),
            Event::Space(true, ms) => {
                if editor.space.is_none() {
                    editor.space = Some(ms);
                }
                editor.set_cursor(Cursor::Grab);
            }
            Event::Space(false, ms) => {
                let tap = editor.space.take().is_some_and(|down| ms - down <= TAP_MS);
                hover(editor);
                if tap {
                    let reactions = editor.command(Command::Rename);
                    editor.out.extend(reactions);
                }
            }
            _ => {}
        }
        State::Idle(self)
    }
}

fn hover(editor: &mut Editor) {
    if editor.space.is_some() {
        return editor.set_cursor(Cursor::Grab);
    }
    let world = editor.view.to_world(editor.pointer);
    let hit = editor.scene.hit(world, editor.view.zoom, editor.hover.wire);
    let hover = match hit {
        Hit::Port(port) => Hover { port: Some(port), wire: None },
        Hit::Wire { wire, .. } | Hit::Insert(wire) | Hit::Cut(wire) => {
            Hover { port: None, wire: Some(wire) }
        }
        _ => Hover::default(),
    };
    set_hover(editor, hover);
    editor.set_cursor(match hit {
        Hit::Port(_) => Cursor::Cross,
        Hit::Insert(_) | Hit::Cut(_) | Hit::Wire { .. } => Cursor::Hand,
        Hit::NoteCorner(_) => Cursor::Resize,
        Hit::Canvas if editor.mods.main || editor.options.drag_pans => Cursor::Grab,
        Hit::Canvas if editor.mods.alt => Cursor::Slice,
        _ => Cursor::Arrow,
    });
}

fn set_hover(editor: &mut Editor, hover: Hover) {
    if editor.hover != hover {
        editor.hover = hover;
        editor.redraw_hot();
    }
}
