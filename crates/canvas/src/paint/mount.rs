//! Which cards have an element: those in view, a few new ones a frame.

use super::{CARD_MARGIN, Frame, MOUNT_BUDGET};
use crate::{Editor, Mark, Rect};

/// The area for which cards were mounted is kept until the view leaves it, or has shrunk to less
/// than one over this of it.
const WASTE: f64 = 2.2;

/// Cards with an element.
#[derive(Debug, Default)]
pub(super) struct Mounts {
    list: Vec<u32>,
    has: Vec<bool>,
    wanted: Vec<u32>,
    keep: Vec<bool>,
    area: Option<Rect>,
    version: u64,
    pending: bool,
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

    pub(super) fn clear(&mut self, frame: &mut Frame) {
        for node in self.list.drain(..) {
            self.has[node as usize] = false;
            frame.unmount.push(node);
        }
        self.area = None;
        self.pending = false;
    }

    /// Mounts what has come into view and unmounts what has left it.
    pub(super) fn sync(&mut self, editor: &mut Editor, moving: bool, frame: &mut Frame) {
        let shown = editor.view.world();
        let fits = self
            .area
            .is_some_and(|area| area.covers(&shown) && area.width() < shown.width() * WASTE);
        let moved = editor.moved.iter().any(|node| {
            let inside = self.area.is_some_and(|a| editor.scene.nodes.rect(*node).touches(&a));
            inside != self.has(*node)
        });
        let changed = self.version != editor.scene.version;
        if fits && !self.pending && !moved && !changed {
            return;
        }
        self.version = editor.scene.version;
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
        let (has, keep) = (&mut self.has, &self.keep);
        self.list.retain(|node| {
            let stays = keep[*node as usize] && editor.scene.nodes.has(*node, Mark::ALIVE);
            if !stays {
                has[*node as usize] = false;
                frame.unmount.push(*node);
            }
            stays
        });
        let mut left = if moving { MOUNT_BUDGET } else { usize::MAX };
        self.pending = false;
        for node in &self.wanted {
            if has[*node as usize] {
                continue;
            }
            if left == 0 {
                self.pending = true;
                break;
            }
            left -= 1;
            has[*node as usize] = true;
            self.list.push(*node);
            frame.mount.push(*node);
        }
    }
}
