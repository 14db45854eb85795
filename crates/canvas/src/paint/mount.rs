//! Which cards have an element: those in view, a few new ones a frame, and those seen last.

use super::{CARD_MARGIN, Frame, KEPT, MOUNT_BUDGET};
use crate::{Editor, Mark, Rect, distance};

/// Cards that get their element ahead in one frame at rest, and how far around the view, as a
/// share of it: as far as a zoom out to the smallest cards shows.
const AHEAD: usize = 4;
const AHEAD_SHARE: f64 = 0.55;

/// The area for which cards were mounted is kept until the view leaves it, or has shrunk to less
/// than one over this of it.
const WASTE: f64 = 2.2;

/// Cards with an element.
#[derive(Debug, Default)]
pub(super) struct Mounts {
    /// Those that have had theirs longest first.
    list: Vec<u32>,
    has: Vec<bool>,
    wanted: Vec<u32>,
    keep: Vec<bool>,
    area: Option<Rect>,
    /// The view around which cards were made ahead, once there are no more to make.
    ahead: Option<Rect>,
    version: u64,
    pending: bool,
    more: bool,
}

impl Mounts {
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn has(&self, node: u32) -> bool {
        self.has.get(node as usize).copied().unwrap_or(false)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = u32> + '_ {
        self.list.iter().copied()
    }

    /// Whether cards in view still wait for their element.
    pub(super) fn is_pending(&self) -> bool {
        self.pending
    }

    /// Whether more cards are made ahead in the next frame.
    pub(super) fn is_busy(&self) -> bool {
        self.more
    }

    /// The cards are too small to be elements: theirs stay as they are, out of sight.
    pub(super) fn rest(&mut self) {
        (self.pending, self.more) = (false, false);
    }

    /// While nothing else is to be done, gives elements to cards around the view, so that a pan or
    /// a zoom out finds them made.
    pub(super) fn prepare(&mut self, editor: &mut Editor, frame: &mut Frame) {
        let shown = editor.view.world();
        self.more = false;
        if self.pending || self.ahead == Some(shown) {
            return;
        }
        let room = KEPT.saturating_sub(self.list.len()).min(AHEAD);
        let around = shown.grown(shown.width().max(shown.height()) * AHEAD_SHARE);
        editor.scene.nodes_in(&around, &mut self.wanted);
        self.has.resize(editor.scene.nodes.len().max(self.has.len()), false);
        let middle = shown.center();
        let away = |node: u32| distance(editor.scene.nodes.rect(node).center(), middle);
        self.wanted.retain(|node| !self.has[*node as usize]);
        self.wanted.sort_by(|one, other| away(*one).total_cmp(&away(*other)));
        for node in self.wanted.iter().take(room) {
            self.has[*node as usize] = true;
            self.list.push(*node);
            frame.mount.push(*node);
        }
        self.more = room > 0 && self.wanted.len() > room;
        if !self.more {
            self.ahead = Some(shown);
        }
    }

    /// Mounts what has come into view and unmounts what has left it.
    pub(super) fn sync(&mut self, editor: &mut Editor, moving: bool, frame: &mut Frame) {
        let shown = editor.view.world();
        let fits = self
            .area
            .is_some_and(|area| area.covers(&shown) && area.width() < shown.width() * WASTE);
        let moved = editor.moved.iter().any(|node| {
            let inside = self.area.is_some_and(|a| editor.scene.nodes.rect(*node).touches(&a));
            inside && !self.has(*node)
        });
        let changed = self.version != editor.scene.version;
        if fits && !self.pending && !moved && !changed {
            return;
        }
        self.version = editor.scene.version;
        self.ahead = self.ahead.filter(|_| !changed);
        let area = shown.grown(CARD_MARGIN / editor.view.zoom);
        self.area = Some(area);
        editor.scene.nodes_in(&area, &mut self.wanted);
        let nodes = editor.scene.nodes.len();
        self.has.resize(nodes.max(self.has.len()), false);
        self.keep.clear();
        self.keep.resize(self.has.len(), false);
        // What is dragged is filed where it was; its element must stay under the hand.
        for node in self.wanted.iter().chain(&editor.hot) {
            self.keep[*node as usize] = true;
        }
        let missing = self.wanted.iter().filter(|node| !self.has[**node as usize]).count();
        let left = missing.min(if moving { MOUNT_BUDGET } else { usize::MAX });
        self.pending = left < missing;
        self.give_back(left, editor, frame);
        let (has, list) = (&mut self.has, &mut self.list);
        let new = self.wanted.iter().filter(|node| !has[**node as usize]).take(left);
        frame.mount.extend(new);
        for node in &frame.mount {
            has[*node as usize] = true;
            list.push(*node);
        }
    }

    /// Takes elements from cards that are gone, and from those out of view where `coming` new ones
    /// would be too many. Whoever pans or zooms back finds the others in place.
    fn give_back(&mut self, coming: usize, editor: &Editor, frame: &mut Frame) {
        let mut excess = (self.list.len() + coming).saturating_sub(KEPT);
        let (has, keep) = (&mut self.has, &self.keep);
        self.list.retain(|node| {
            let gone = !editor.scene.nodes.has(*node, Mark::ALIVE);
            let goes = gone || (excess > 0 && !keep[*node as usize]);
            if goes {
                excess = excess.saturating_sub(1);
                has[*node as usize] = false;
                frame.unmount.push(*node);
            }
            !goes
        });
    }
}
