//! A wire is drawn from a port.

use reporunner_model::Point;

use super::{Idle, State};
use crate::edits::{is_legal, takes};
use crate::{
    Cursor, Editor, Event, Ghost, Hit, Mark, PickerRequest, PortRef, Purpose, Rect, Side, distance,
};

/// Distance at which a wire snaps to a port, screen pixels.
const SNAP: f64 = 60.0;

pub(crate) struct Connecting {
    from: PortRef,
}

impl Connecting {
    pub(super) fn begin(editor: &mut Editor, from: PortRef) -> Self {
        dim(editor, from);
        editor.set_cursor(Cursor::Cross);
        Self { from }
    }

    pub(super) fn on(self, editor: &mut Editor, event: &Event) -> State {
        match *event {
            Event::Move { at, .. } => {
                if !editor.scene.nodes.has(self.from.node, Mark::ALIVE) {
                    end(editor);
                    return State::Idle(Idle);
                }
                let target = target(editor, at, Some, self.from);
                let to = match target {
                    Some(port) => editor.scene.port_at(port),
                    None => editor.view.to_world(at),
                };
                editor.ghosts = vec![Ghost { from: self.from, to, target }];
                editor.redraw_hot();
                State::Connecting(self)
            }
            Event::Up { at, .. } => {
                self.drop(editor, at);
                State::Idle(Idle)
            }
            Event::Cancel => {
                end(editor);
                State::Idle(Idle)
            }
            _ => State::Connecting(self),
        }
    }

    fn drop(self, editor: &mut Editor, at: Point) {
        let ghost = editor.ghosts.first().copied();
        end(editor);
        if let Some(target) = ghost.and_then(|ghost| ghost.target) {
            editor.connect(self.from, target);
            return;
        }
        let world = editor.view.to_world(at);
        if editor.scene.hit(world, editor.view.zoom, None) != Hit::Canvas
            && !matches!(
                editor.scene.hit(world, editor.view.zoom, None),
                Hit::Note(_) | Hit::Wire { .. }
            )
        {
            return;
        }
        // The wire stays in sight while the picker is open.
        editor.ghosts = vec![Ghost { from: self.from, to: world, target: None }];
        let left = match self.from.side {
            Side::Output => world.x,
            Side::Input => world.x - reporunner_model::limits::NODE_WIDTH,
        };
        let corner = Point::new(left, world.y - 30.0);
        let purpose = Purpose::Add(Some(editor.end(self.from)));
        editor.ask_picker(PickerRequest { screen: at, world: corner, purpose });
    }
}

/// The port that a wire from `from` would take with its free end at the screen point `at`: the
/// nearest legal port, else the one of the card under it. `pass` may refuse a port.
pub(super) fn target(
    editor: &mut Editor,
    at: Point,
    pass: impl Fn(PortRef) -> Option<PortRef>,
    from: PortRef,
) -> Option<PortRef> {
    let world = editor.view.to_world(at);
    let reach = SNAP / editor.view.zoom;
    let mut found = Vec::new();
    editor.scene.nodes_in(&Rect::between(world, world).grown(reach), &mut found);
    let scene = &editor.scene;
    let mut best: Option<(f64, PortRef)> = None;
    for node in found.iter().copied().filter(|node| *node != from.node) {
        for port in scene.ports_of(node).into_iter().filter_map(&pass) {
            let away = distance(scene.port_at(port), world);
            let nearer = best.is_none_or(|(least, _)| away < least);
            if away <= reach && nearer && is_legal(scene, from, port) {
                best = Some((away, port));
            }
        }
    }
    let under = || {
        let card = found.into_iter().rev().find(|node| scene.nodes.rect(*node).holds(world))?;
        pass(takes(scene, from, card)?)
    };
    best.map(|(_, port)| port).or_else(under)
}

/// Dims every card that takes no wire from `from`.
pub(super) fn dim(editor: &mut Editor, from: PortRef) {
    let nodes: Vec<u32> = editor.scene.nodes.all().collect();
    for node in nodes {
        let legal = node == from.node || takes(&editor.scene, from, node).is_some();
        editor.scene.nodes.mark(node, Mark::DIM, !legal);
    }
    (editor.dirty.marks, editor.dirty.picture) = (true, true);
}

pub(super) fn end(editor: &mut Editor) {
    for node in 0..editor.scene.nodes.len() as u32 {
        editor.scene.nodes.mark(node, Mark::DIM, false);
    }
    editor.ghosts.clear();
    editor.struck.clear();
    editor.set_cursor(Cursor::Arrow);
    editor.redraw_all();
}
