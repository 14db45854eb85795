//! A button is down and has not moved yet: a click, or a drag of what was hit.

use reporunner_model::Point;

use super::{
    Boxing, Connecting, DRAG_START, Dragging, Idle, Panning, Resizing, Rewiring, Slicing, State,
};
use crate::edits::wires_at;
use crate::{
    Button, Command, Detail, Editor, Event, Hit, Mark, MenuTarget, Mods, PickerRequest, Purpose,
    Reaction, Rect, distance,
};

/// Longest time between two clicks that count as a double click, milliseconds.
const DOUBLE_MS: f64 = 400.0;
/// Farthest apart that two clicks count as a double click, screen pixels.
const DOUBLE_APART: f64 = 6.0;
/// Where a card's name is, from its corner, and how wide a letter of it is at most.
const NAME: Rect = Rect { x0: 56.0, y0: 10.0, x1: 190.0, y1: 31.0 };
const LETTER: f64 = 8.0;

pub(crate) struct Pointing {
    pub(super) at: Point,
    pub(super) button: Button,
    pub(super) mods: Mods,
    pub(super) hit: Hit,
}

impl Pointing {
    pub(super) fn on(self, editor: &mut Editor, event: &Event) -> State {
        match *event {
            Event::Move { at, .. } if distance(at, self.at) > DRAG_START => {
                self.drag(editor).on(editor, event)
            }
            Event::Up { button, ms, .. } if button == self.button => {
                self.click(editor, ms);
                State::Idle(Idle)
            }
            Event::Cancel => State::Idle(Idle),
            _ => State::Pointing(self),
        }
    }

    fn drag(self, editor: &mut Editor) -> State {
        let Self { at, button, mods, hit } = self;
        if button == Button::Right || editor.options.read_only {
            return State::Panning(Panning::begin(editor, at, button));
        }
        match hit {
            Hit::Port(port) => {
                let wires = wires_at(&editor.scene, port);
                if mods.shift && !wires.is_empty() {
                    State::Rewiring(Rewiring::begin(editor, wires, port.side, false))
                } else {
                    State::Connecting(Connecting::begin(editor, port))
                }
            }
            Hit::Wire { wire, end: true } | Hit::Cut(wire) => {
                State::Rewiring(Rewiring::begin(editor, vec![wire], crate::Side::Input, true))
            }
            Hit::Node(node) | Hit::Frame(node) => {
                if !editor.scene.nodes.has(node, Mark::SELECTED) {
                    select_node(editor, node, mods);
                }
                State::Dragging(Dragging::begin(editor, at, Some(node), false))
            }
            Hit::Note(note) => {
                if !editor.scene.notes.selected[note as usize] {
                    select_note(editor, note, mods);
                }
                State::Dragging(Dragging::begin(editor, at, None, mods.main))
            }
            Hit::NoteCorner(note) => State::Resizing(Resizing::begin(editor, at, note)),
            Hit::Canvas | Hit::Wire { .. } | Hit::Insert(_) => {
                if mods.alt {
                    State::Slicing(Slicing::begin(editor, at))
                } else if mods.main || (editor.options.drag_pans && !mods.shift) {
                    State::Panning(Panning::begin(editor, at, button))
                } else {
                    State::Boxing(Boxing::begin(editor, at, mods.shift))
                }
            }
        }
    }

    fn click(self, editor: &mut Editor, ms: f64) {
        let Self { at, button, mods, hit } = self;
        if button == Button::Right {
            return menu(editor, at, hit);
        }
        let last = editor.last_click.replace((ms, at));
        let double = last.is_some_and(|(then, there)| {
            ms - then <= DOUBLE_MS && distance(there, at) <= DOUBLE_APART
        });
        if double {
            editor.last_click = None;
            return self.double_click(editor);
        }
        match hit {
            Hit::Node(node) | Hit::Frame(node) => select_node(editor, node, mods),
            Hit::Note(note) | Hit::NoteCorner(note) => select_note(editor, note, mods),
            Hit::Wire { wire, .. } => editor.select_wire(wire),
            Hit::Port(port) => pick_for_port(editor, port),
            Hit::Insert(wire) => editor.pick_for_wire(wire),
            Hit::Cut(wire) => {
                let key = editor.scene.wires.key[wire as usize].clone();
                let reactions = editor.cut(&key);
                editor.out.extend(reactions);
            }
            Hit::Canvas => {
                if !(mods.shift || mods.main || editor.selection.is_empty()) {
                    editor.select_only(Vec::new(), Vec::new());
                }
            }
        }
    }

    fn double_click(self, editor: &mut Editor) {
        let world = editor.view.to_world(self.at);
        match self.hit {
            Hit::Node(node) | Hit::Frame(node) => {
                editor.select_only(vec![node], Vec::new());
                let id = editor.scene.nodes.id[node as usize].clone();
                let readable = Detail::at(editor.view.zoom) == Detail::Card;
                let named = readable && on_name(editor, node, world) && !editor.options.read_only;
                editor.out.push(if named { Reaction::Rename(id) } else { Reaction::Open(id) });
            }
            Hit::Note(note) if !editor.options.read_only => {
                let id = editor.scene.notes.id[note as usize].clone();
                editor.readable();
                editor.out.push(Reaction::EditNote(id));
            }
            Hit::Wire { wire, .. } => editor.pick_for_wire(wire),
            Hit::Canvas => {
                let corner = Point::new(world.x - 110.0, world.y - 30.0);
                let purpose = Purpose::Add(None);
                editor.ask_picker(PickerRequest { screen: self.at, world: corner, purpose });
            }
            _ => {}
        }
    }
}

fn on_name(editor: &Editor, node: u32, world: Point) -> bool {
    let corner = editor.scene.nodes.position(node);
    let title = editor.scene.texts.get(editor.scene.nodes.title[node as usize]);
    let width = title.chars().count() as f64 * LETTER;
    let name = Rect { x1: NAME.x1.min(NAME.x0 + width), ..NAME };
    name.holds(Point::new(world.x - corner.x, world.y - corner.y))
}

fn select_node(editor: &mut Editor, node: u32, mods: Mods) {
    if mods.main || mods.shift {
        editor.toggle_selected(node);
    } else if editor.selection.nodes != [node] || !editor.selection.notes.is_empty() {
        editor.select_only(vec![node], Vec::new());
    }
}

fn select_note(editor: &mut Editor, note: u32, mods: Mods) {
    if mods.main || mods.shift {
        editor.toggle_note(note);
    } else {
        editor.select_only(Vec::new(), vec![note]);
    }
}

/// A click on a port asks for the node beyond it.
fn pick_for_port(editor: &mut Editor, port: crate::PortRef) {
    let place = editor.scene.port_at(port);
    let start = match port.side {
        crate::Side::Output => Point::new(place.x + 120.0, place.y - 30.0),
        crate::Side::Input => Point::new(place.x - 340.0, place.y - 30.0),
    };
    let world = crate::free_place(&mut editor.scene, None, start);
    let purpose = Purpose::Add(Some(editor.end(port)));
    let screen = editor.view.to_screen(world);
    editor.ask_picker(PickerRequest { screen, world, purpose });
}

fn menu(editor: &mut Editor, at: Point, hit: Hit) {
    let target = match hit {
        Hit::Node(node) | Hit::Frame(node) | Hit::Port(crate::PortRef { node, .. }) => {
            if !editor.scene.nodes.has(node, Mark::SELECTED) {
                editor.select_only(vec![node], Vec::new());
            }
            MenuTarget::Selection
        }
        Hit::Note(note) | Hit::NoteCorner(note) => {
            if !editor.scene.notes.selected[note as usize] {
                editor.select_only(Vec::new(), vec![note]);
            }
            MenuTarget::Selection
        }
        Hit::Wire { wire, .. } | Hit::Insert(wire) | Hit::Cut(wire) => {
            editor.select_wire(wire);
            MenuTarget::Wire(editor.scene.wires.key[wire as usize].clone())
        }
        Hit::Canvas => {
            let reactions = editor.command(Command::Escape);
            editor.out.extend(reactions.into_iter().filter(|r| !matches!(r, Reaction::Command(_))));
            MenuTarget::Canvas
        }
    };
    editor.open_menu(at, target);
}
