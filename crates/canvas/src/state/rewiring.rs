//! Ends of wires that are there follow the hand: all of a port's, or one taken off its port.

use reporunner_model::Point;

use super::connecting::{dim, end, target};
use super::{Idle, State};
use crate::edits::counted;
use crate::{Cursor, Editor, Event, Ghost, PortRef, Side, edits};

pub(crate) struct Rewiring {
    wires: Vec<u32>,
    /// The side of the cards that the moving ends are on.
    side: Side,
    /// Whether a drop on nothing takes the wires away.
    removes: bool,
}

impl Rewiring {
    pub(super) fn begin(editor: &mut Editor, wires: Vec<u32>, side: Side, removes: bool) -> Self {
        let rewiring = Self { wires, side, removes };
        if let Some(first) = rewiring.wires.first() {
            dim(editor, rewiring.fixed(editor, *first));
        }
        editor.struck.clone_from(&rewiring.wires);
        editor.set_cursor(Cursor::Cross);
        rewiring
    }

    pub(super) fn on(mut self, editor: &mut Editor, event: &Event) -> State {
        match *event {
            Event::Move { at, .. } => {
                self.wires.retain(|wire| editor.scene.wires.is_alive(*wire));
                self.follow(editor, at);
                State::Rewiring(self)
            }
            Event::Up { .. } => {
                self.drop(editor);
                State::Idle(Idle)
            }
            Event::Cancel => {
                end(editor);
                State::Idle(Idle)
            }
            _ => State::Rewiring(self),
        }
    }

    /// The end of a wire that stays.
    fn fixed(&self, editor: &Editor, wire: u32) -> PortRef {
        let (wires, at) = (&editor.scene.wires, wire as usize);
        match self.side {
            Side::Input => {
                PortRef { node: wires.from[at], side: Side::Output, slot: wires.from_slot[at] }
            }
            Side::Output => {
                PortRef { node: wires.to[at], side: Side::Input, slot: wires.to_slot[at] }
            }
        }
    }

    /// The port an end of a wire is at.
    fn held(&self, editor: &Editor, wire: u32) -> PortRef {
        let (wires, at) = (&editor.scene.wires, wire as usize);
        match self.side {
            Side::Input => PortRef { node: wires.to[at], side: self.side, slot: wires.to_slot[at] },
            Side::Output => {
                PortRef { node: wires.from[at], side: self.side, slot: wires.from_slot[at] }
            }
        }
    }

    fn follow(&self, editor: &mut Editor, at: Point) {
        let Some(first) = self.wires.first() else { return };
        let fixed = self.fixed(editor, *first);
        let side = self.side;
        let port = target(editor, at, |port| (port.side == side).then_some(port), fixed);
        let world = editor.view.to_world(at);
        let held = self.held(editor, *first);
        // Near its own port the end goes back to it.
        let home = port.is_none()
            && crate::distance(editor.scene.port_at(held), world) < 24.0 / editor.view.zoom;
        let port = if home { Some(held) } else { port };
        let to = port.map_or(world, |port| editor.scene.port_at(port));
        editor.ghosts = self
            .wires
            .iter()
            .map(|wire| Ghost { from: self.fixed(editor, *wire), to, target: port })
            .collect();
        editor.dirty.picture = true;
        editor.redraw_hot();
    }

    fn drop(self, editor: &mut Editor) {
        let target = editor.ghosts.first().and_then(|ghost| ghost.target);
        end(editor);
        let count = counted(self.wires.len(), "wire");
        match target {
            Some(port) => {
                let change = edits::move_wires(editor.graph(), &self.wires, port);
                editor.commit(format!("Move {count}"), change);
            }
            None if self.removes => {
                let change = edits::disconnect(editor.graph(), &self.wires);
                editor.commit(format!("Take {count} off"), change);
            }
            None => {}
        }
    }
}
