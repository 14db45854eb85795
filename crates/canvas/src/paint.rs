//! What one frame must draw, as lists. Whoever draws only carries them out.
//!
//! The cost of a frame follows what is on screen and what changed, never the size of the graph:
//! cards in view are elements, the wires are one picture that moves along while the view pans and
//! is painted anew only when its margin is used up, and what is being dragged is painted apart.

mod mount;
mod picture;

use reporunner_model::Point;

use crate::editor::Dirty;
use crate::{Editor, Ghost, Mark, Rect};
use mount::Mounts;
use picture::Picturing;
pub use picture::{BoxBatch, Picture, WireBatch, WireStyle};

/// Room around the view in which cards are kept, screen pixels.
pub const CARD_MARGIN: f64 = 96.0;
/// Room around the view that the picture of wires covers, screen pixels.
pub const WIRE_MARGIN: f64 = 192.0;
/// Most cards put in place in one frame while the view moves.
pub const MOUNT_BUDGET: usize = 16;
/// Cards that keep their element although they are out of view: a screen full of the smallest.
pub const KEPT: usize = 240;
/// Time after which a view that does not change has come to rest, milliseconds.
const REST_MS: f64 = 140.0;

/// How much of a card can be read at a zoom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// A rectangle with a spot of colour.
    Spot,
    /// A rectangle with its tile.
    Plain,
    /// The same with an outline.
    Outlined,
    /// The same with bars for texts.
    Bars,
    /// The card itself.
    Card,
}

impl Detail {
    /// The detail at a zoom.
    pub fn at(zoom: f64) -> Self {
        match zoom {
            z if z >= 0.5 => Self::Card,
            z if z >= 0.18 => Self::Bars,
            z if z >= 0.15 => Self::Outlined,
            z if z >= 0.08 => Self::Plain,
            _ => Self::Spot,
        }
    }
}

/// What is painted apart from the rest: what moves with the hand and what is pointed at.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Overlay {
    /// Wires of cards being dragged.
    pub wires: Vec<WireBatch>,
    /// Cards being dragged, where cards are not elements.
    pub boxes: Vec<u32>,
    /// Selected cards, where cards are not elements.
    pub selected: Vec<u32>,
    /// Wires being drawn.
    pub ghosts: Vec<Ghost>,
    /// The wire under the pointer, with its buttons.
    pub hovered: Option<u32>,
    /// Outlines of copies that a drop would make.
    pub copies: Vec<Rect>,
    /// The line that slices.
    pub slice: Vec<Point>,
    /// The rectangle that selects, screen pixels.
    pub marquee: Option<Rect>,
}

impl Overlay {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What a frame must do, in this order.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    /// Cards whose elements go back to the pool.
    pub unmount: Vec<u32>,
    /// Cards that get an element, with everything on it.
    pub mount: Vec<u32>,
    /// Cards whose elements move.
    pub place: Vec<u32>,
    /// Cards whose texts, ports or icons may be others.
    pub refresh: Vec<u32>,
    /// Cards whose marks may be others.
    pub marks: Vec<u32>,
    /// Notes that get or keep an element, where it changed; all others go.
    pub notes: Option<Vec<u32>>,
    /// Whether cards and notes are elements at this zoom, where it changed; while they are not,
    /// theirs must not show.
    pub elements: Option<bool>,
    /// Pan and zoom of the layer that holds the elements, where they changed.
    pub view: Option<(f64, f64, f64)>,
    /// The picture painted anew.
    pub picture: Option<Picture>,
    /// The picture moved instead, screen pixels from where it was painted.
    pub shift: Option<(f64, f64)>,
    /// What is painted apart, where it changed.
    pub overlay: Option<Overlay>,
    /// Whether the view is on the move.
    pub moving: bool,
    /// Whether another frame must follow.
    pub again: bool,
}

/// Decides frame by frame what must be drawn.
#[derive(Debug, Default)]
pub struct Painter {
    mounts: Mounts,
    picturing: Picturing,
    moved_at: Option<f64>,
    /// Whether cards changed while their elements were out of sight.
    missed: bool,
    elements: Option<bool>,
    overlaid: bool,
    notes: Vec<u32>,
}

impl Painter {
    /// A painter that has drawn nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many cards have an element.
    pub fn mounted(&self) -> usize {
        self.mounts.len()
    }

    /// The frame to draw now. `ms` is the time of any steady clock.
    pub fn frame(&mut self, editor: &mut Editor, ms: f64) -> Frame {
        let dirty = std::mem::take(&mut editor.dirty);
        let mut frame = Frame::default();
        if dirty.view {
            self.moved_at = Some(ms);
        }
        frame.moving = self.moved_at.is_some_and(|at| ms - at < REST_MS);
        if !frame.moving {
            self.moved_at = None;
        }
        let cards = Detail::at(editor.view.zoom) == Detail::Card;
        frame.elements = Some(cards).filter(|now| self.elements != Some(*now));
        self.elements = Some(cards);
        if cards {
            self.mounts.sync(editor, frame.moving, &mut frame);
            self.touch(editor, dirty, &mut frame);
            if !frame.moving && dirty == Dirty::default() && editor.is_idle() {
                self.mounts.prepare(editor, &mut frame);
            }
        } else {
            self.mounts.rest();
            self.missed |= dirty.content || dirty.marks || dirty.hot || !editor.moved.is_empty();
        }
        if dirty.view {
            frame.view = Some((editor.view.x, editor.view.y, editor.view.zoom));
        }
        self.notes(editor, dirty, cards, &mut frame);
        self.picturing.frame(editor, dirty, &self.mounts, ms, &mut frame);
        self.overlay(editor, dirty, cards, &mut frame);
        editor.moved.clear();
        frame.again = frame.moving
            || self.mounts.is_pending()
            || self.mounts.is_busy()
            || self.picturing.is_flowing();
        frame
    }

    fn touch(&mut self, editor: &Editor, dirty: Dirty, frame: &mut Frame) {
        if std::mem::take(&mut self.missed) {
            frame.refresh.extend(self.mounts.all());
            return;
        }
        for node in &editor.moved {
            if self.mounts.has(*node) {
                frame.place.push(*node);
            }
        }
        if dirty.hot {
            frame.place.extend(editor.hot.iter().filter(|node| self.mounts.has(**node)));
        }
        if dirty.content {
            frame.refresh.extend(self.mounts.all());
        } else if dirty.marks {
            frame.marks.extend(self.mounts.all());
        }
    }

    fn notes(&mut self, editor: &mut Editor, dirty: Dirty, cards: bool, frame: &mut Frame) {
        if !(dirty.view || dirty.content || dirty.marks) {
            return;
        }
        let before = std::mem::take(&mut self.notes);
        if cards {
            let area = editor.view.world().grown(CARD_MARGIN / editor.view.zoom);
            editor.scene.notes_in(&area, &mut self.notes);
        }
        if before != self.notes || ((dirty.content || dirty.marks) && !self.notes.is_empty()) {
            frame.notes = Some(self.notes.clone());
        }
    }

    fn overlay(&mut self, editor: &Editor, dirty: Dirty, cards: bool, frame: &mut Frame) {
        if !(dirty.hot || dirty.marks || dirty.content || (dirty.view && self.overlaid)) {
            return;
        }
        let mut overlay = Overlay {
            ghosts: editor.ghosts.clone(),
            hovered: editor.hover.wire,
            copies: editor.copies.clone(),
            slice: editor.slice.clone(),
            marquee: editor.marquee,
            ..Overlay::default()
        };
        if !editor.hot.is_empty() {
            overlay.wires = picture::hot_wires(editor);
        }
        if !cards {
            overlay.boxes.clone_from(&editor.hot);
            let shown = editor.view.world();
            let visible = |node: &&u32| editor.scene.nodes.rect(**node).touches(&shown);
            overlay.selected = editor.selection.nodes.iter().filter(visible).copied().collect();
        }
        let empty = overlay.is_empty();
        if !empty || self.overlaid {
            frame.overlay = Some(overlay);
        }
        self.overlaid = !empty;
    }
}

/// Whether a card is drawn with the picture, and not apart.
fn is_still(editor: &Editor, node: u32) -> bool {
    !editor.scene.nodes.has(node, Mark::HOT)
}
