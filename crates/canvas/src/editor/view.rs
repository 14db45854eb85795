//! Moving the view.

use reporunner_model::{Point, Size};

use crate::{Detail, Editor, Reaction, Rect, Viewport, ZOOM_STEP};

/// Height at the foot of the view where the tools are, screen pixels.
const FOOT: f64 = 64.0;

impl Editor {
    /// Says how large the canvas element is, screen pixels. A card that is looked at comes out from
    /// under a pane that opens over it.
    pub fn set_size(&mut self, size: Size) -> Vec<Reaction> {
        let before = std::mem::replace(&mut self.view.size, size);
        if before != size {
            self.redraw_all();
        }
        // A canvas behind another tab has no size: nothing is looked at.
        let shown_here = size.w > 0.0 && size.h > 0.0;
        if shown_here
            && (size.w < before.w || size.h < before.h)
            && let Some(node) = self.selection.nodes.last().copied()
        {
            let card = self.scene.nodes.rect(node);
            let shown = |size: Size| Viewport { size, ..self.view }.world();
            let clear = Size { w: size.w, h: size.h - FOOT };
            if shown(before).touches(&card) && !shown(clear).covers(&card) {
                self.bring(node);
            }
        }
        self.take_out()
    }

    /// Says what floats over the canvas (tools, cards, a search), screen pixels: everything is shown
    /// beside it.
    pub fn set_covers(&mut self, covers: Vec<Rect>) {
        self.covers = covers;
    }

    /// Shows the part of the world that a saved view showed.
    pub fn set_view(&mut self, x: f64, y: f64, zoom: f64) -> Vec<Reaction> {
        (self.view.x, self.view.y) = (0.0, 0.0);
        self.view.zoom_to(Point::default(), zoom);
        (self.view.x, self.view.y) = (x, y);
        self.view_moved();
        self.take_out()
    }

    /// Shows the part of the world that a saved view showed, which may have been larger: what fits in
    /// as a whole is not cut off by an edge, or by what floats over the view.
    pub fn set_kept_view(&mut self, x: f64, y: f64, zoom: f64) -> Vec<Reaction> {
        let shown = self.set_view(x, y, zoom);
        if let Some(all) = self.scene.bounds() {
            let (zoom, free) = (self.view.zoom, self.view.free(&self.covers));
            let fits = all.width() * zoom <= free.width() && all.height() * zoom <= free.height();
            let low = self.view.to_world(Point::new(free.x0, free.y0));
            let high = self.view.to_world(Point::new(free.x1, free.y1));
            let clear = Rect { x0: low.x, y0: low.y, x1: high.x, y1: high.y };
            if fits && !clear.covers(&all) && self.view.bring_free(&all, &self.covers) {
                self.view_moved();
            }
        }
        shown.into_iter().chain(self.take_out()).collect()
    }

    /// Draws everything anew: for a page that shows a used editor again, with a new
    /// [`crate::Painter`].
    pub fn redraw(&mut self) -> Vec<Reaction> {
        self.redraw_all();
        self.take_out()
    }

    /// Shows everything.
    pub fn fit(&mut self) -> Vec<Reaction> {
        self.fit_all();
        self.take_out()
    }

    /// Brings a node into view.
    pub fn reveal(&mut self, node: u32) -> Vec<Reaction> {
        self.bring(node);
        self.take_out()
    }

    pub(crate) fn view_moved(&mut self) {
        self.dirty.view = true;
        self.out.push(Reaction::Redraw);
    }

    pub(crate) fn pan_by(&mut self, dx: f64, dy: f64) {
        self.view.pan(dx, dy);
        self.view_moved();
    }

    pub(crate) fn fit_all(&mut self) {
        if let Some(bounds) = self.scene.bounds() {
            self.view.fit(&bounds, &self.covers);
            self.view_moved();
        }
    }

    pub(crate) fn fit_selection(&mut self) {
        let nodes = self.selection.nodes.iter().map(|node| self.scene.nodes.rect(*node));
        let notes = self.selection.notes.iter().map(|note| self.scene.notes.rects[*note as usize]);
        match Rect::around_all(nodes.chain(notes)) {
            Some(bounds) => self.view.fit(&bounds, &self.covers),
            None => return self.fit_all(),
        }
        self.view_moved();
    }

    pub(crate) fn zoom_step(&mut self, inward: bool) {
        let factor = if inward { ZOOM_STEP } else { 1.0 / ZOOM_STEP };
        self.view.zoom_at(self.view.middle(), factor);
        self.view_moved();
    }

    pub(crate) fn zoom_full(&mut self) {
        self.view.zoom_to(self.view.middle(), 1.0);
        self.view_moved();
    }

    /// Where cards are too small to be typed on, shows what is selected at 100 %.
    pub(crate) fn readable(&mut self) {
        if Detail::at(self.view.zoom) == Detail::Card {
            return;
        }
        let node = self.current().map(|node| self.scene.nodes.rect(node));
        let note = self.selection.notes.first().map(|note| self.scene.notes.rects[*note as usize]);
        if let Some(rect) = node.or(note) {
            self.view.zoom_to(self.view.middle(), 1.0);
            self.view.center(rect.center());
            self.view_moved();
        }
    }

    pub(crate) fn bring(&mut self, node: u32) {
        if self.view.bring(&self.scene.nodes.rect(node)) {
            self.view_moved();
        }
    }
}
