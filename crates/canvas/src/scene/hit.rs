//! What lies under the pointer.

use reporunner_model::Point;

use super::{PortRef, Scene, Side};
use crate::{Rect, distance};

/// Side of the square around a port that counts as the port, screen pixels.
pub const PORT_HIT: f64 = 24.0;
/// Distance to a wire that counts as on it, screen pixels.
const WIRE_HIT: f64 = 8.0;
/// Radius of the buttons on a hovered wire, screen pixels.
const BUTTON_HIT: f64 = 11.0;
/// Extent of the corner that resizes a note, screen pixels.
const HANDLE_HIT: f64 = 14.0;
/// Part of a wire at its end, canvas units along it, by which the end can be taken off.
const END_REACH: f64 = 36.0;
/// Below this zoom ports and wire buttons are too small to be meant.
const DETAIL_ZOOM: f64 = 0.3;
/// Where on a wire the button that takes it away is.
pub const CUT_AT: f64 = 0.84;

/// What lies under a point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Hit {
    /// Nothing.
    Canvas,
    /// A port.
    Port(PortRef),
    /// A card.
    Node(u32),
    /// A wire; whether near the end that its last port holds.
    Wire {
        /// Which.
        wire: u32,
        /// Whether the end can be taken off here.
        end: bool,
    },
    /// The button in the middle of the hovered wire that inserts a node.
    Insert(u32),
    /// The button near the end of the hovered wire that takes it away.
    Cut(u32),
    /// A note.
    Note(u32),
    /// The corner that resizes a note.
    NoteCorner(u32),
    /// The head of a container's frame.
    Frame(u32),
}

impl Scene {
    /// What lies under the world point `at`. `hovered` is the wire whose buttons are shown.
    pub fn hit(&mut self, at: Point, zoom: f64, hovered: Option<u32>) -> Hit {
        let detail = zoom >= DETAIL_ZOOM;
        let mut found = Vec::new();
        let reach = PORT_HIT / 2.0 / zoom;
        if detail && let Some(port) = self.port_near(at, reach, &mut found) {
            return Hit::Port(port);
        }
        self.nodes_in(&Rect::between(at, at), &mut found);
        if let Some(node) = found.last() {
            return Hit::Node(*node);
        }
        if detail && let Some(hit) = self.wire_button(at, zoom, hovered) {
            return hit;
        }
        if let Some(hit) = self.wire_near(at, zoom, &mut found) {
            return hit;
        }
        self.notes_in(&Rect::between(at, at).grown(HANDLE_HIT / 2.0 / zoom), &mut found);
        if let Some(note) = found.last() {
            let rect = self.notes.rects[*note as usize];
            let corner = Point::new(rect.x1, rect.y1);
            let near = (corner.x - at.x).abs().max((corner.y - at.y).abs()) <= HANDLE_HIT / zoom;
            if near && detail {
                return Hit::NoteCorner(*note);
            }
            if rect.holds(at) {
                return Hit::Note(*note);
            }
        }
        let frame = self
            .frames
            .iter()
            .rev()
            .find(|frame| frame.rect.holds(at) && at.y < frame.rect.y0 + super::FRAME_HEAD);
        frame.map_or(Hit::Canvas, |frame| Hit::Frame(frame.node))
    }

    /// The nearest port within `reach` of `at`.
    fn port_near(&mut self, at: Point, reach: f64, found: &mut Vec<u32>) -> Option<PortRef> {
        self.nodes_in(&Rect::between(at, at).grown(reach), found);
        let mut best: Option<(f64, PortRef)> = None;
        for node in found.iter().rev() {
            for port in self.ports_of(*node) {
                let place = self.port_at(port);
                let (dx, dy) = ((place.x - at.x).abs(), (place.y - at.y).abs());
                let away = distance(place, at);
                if dx.max(dy) <= reach && best.is_none_or(|(least, _)| away < least) {
                    best = Some((away, port));
                }
            }
        }
        best.map(|(_, port)| port)
    }

    /// Every port of a card.
    pub fn ports_of(&self, node: u32) -> Vec<PortRef> {
        let side = |side: Side| {
            let count = self.nodes.side(node, side).len() as u16;
            (0..count).map(move |slot| PortRef { node, side, slot })
        };
        side(Side::Input).chain(side(Side::Output)).collect()
    }

    fn wire_button(&self, at: Point, zoom: f64, hovered: Option<u32>) -> Option<Hit> {
        let wire = hovered.filter(|wire| self.wires.is_alive(*wire))?;
        let path = self.wire_path(wire);
        let near = |t: f64| distance(path.at(t), at) <= BUTTON_HIT / zoom;
        // Nothing goes between a sub-node and the node that it serves.
        if near(0.5) && self.wires.key[wire as usize].kind.is_main() {
            Some(Hit::Insert(wire))
        } else if near(CUT_AT) {
            Some(Hit::Cut(wire))
        } else {
            None
        }
    }

    fn wire_near(&mut self, at: Point, zoom: f64, found: &mut Vec<u32>) -> Option<Hit> {
        let reach = WIRE_HIT / zoom;
        self.wires_in(&Rect::between(at, at).grown(reach), found);
        let mut best: Option<(f64, Hit)> = None;
        for wire in found.iter().copied() {
            let path = self.wire_path(wire);
            let (away, _) = path.nearest(at);
            if away <= reach && best.is_none_or(|(least, _)| away < least) {
                let end = distance(path.end(), at) <= END_REACH;
                best = Some((away, Hit::Wire { wire, end }));
            }
        }
        best.map(|(_, hit)| hit)
    }

    /// The wire under the world point `at` within `reach` canvas units, `except` those at a node.
    pub fn wire_under(&mut self, at: Point, reach: f64, except: u32) -> Option<u32> {
        let mut found = Vec::new();
        self.wires_in(&Rect::between(at, at).grown(reach), &mut found);
        let mut best: Option<(f64, u32)> = None;
        for wire in found {
            let ends = [self.wires.from[wire as usize], self.wires.to[wire as usize]];
            if ends.contains(&except) || !self.wires.key[wire as usize].kind.is_main() {
                continue;
            }
            let (away, _) = self.wire_path(wire).nearest(at);
            if away <= reach && best.is_none_or(|(least, _)| away < least) {
                best = Some((away, wire));
            }
        }
        best.map(|(_, wire)| wire)
    }
}
