//! What part of the canvas is in view, and how large.
//!
//! Screen coordinates count from the canvas element's top left corner.

use reporunner_model::{Point, Size, limits};

use crate::Rect;

/// Share of the view left free, both sides together, when everything is fitted in.
const FIT_PAD: f64 = 0.12;
/// Share of the view, in each direction, that covers must leave to be heeded.
const LEAST_FREE: f64 = 0.4;
/// Room kept around something that is brought into view, screen pixels.
const BRING_MARGIN: f64 = 100.0;
/// A zoom this near to 100 % is 100 %. Far less than one step of a wheel.
const FULL_NEAR: f64 = 1e-4;
/// Factor of one step of zooming by key.
pub const ZOOM_STEP: f64 = 1.25;

/// Pan and zoom: screen = world × zoom + (x, y).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Viewport {
    /// Screen position of the world's origin.
    pub x: f64,
    /// Screen position of the world's origin.
    pub y: f64,
    /// Screen pixels for one canvas unit.
    pub zoom: f64,
    /// Extent of the canvas element, screen pixels.
    pub size: Size,
}

impl Default for Viewport {
    fn default() -> Self {
        Self { x: 0.0, y: 0.0, zoom: 1.0, size: Size { w: 1280.0, h: 800.0 } }
    }
}

impl Viewport {
    /// The world point under a screen point.
    pub fn to_world(&self, screen: Point) -> Point {
        Point::new((screen.x - self.x) / self.zoom, (screen.y - self.y) / self.zoom)
    }

    /// The screen point of a world point.
    pub fn to_screen(&self, world: Point) -> Point {
        Point::new(world.x * self.zoom + self.x, world.y * self.zoom + self.y)
    }

    /// The part of the world in view.
    pub fn world(&self) -> Rect {
        let corner = Point::new(self.size.w, self.size.h);
        Rect::between(self.to_world(Point::default()), self.to_world(corner))
    }

    /// Moves the picture by screen pixels.
    pub fn pan(&mut self, dx: f64, dy: f64) {
        self.x += dx;
        self.y += dy;
    }

    /// Multiplies the zoom, the world point under `at` staying where it is.
    pub fn zoom_at(&mut self, at: Point, factor: f64) {
        self.zoom_to(at, self.zoom * factor);
    }

    /// Sets the zoom, the world point under `at` staying where it is.
    pub fn zoom_to(&mut self, at: Point, zoom: f64) {
        let fixed = self.to_world(at);
        let zoom = zoom.clamp(limits::ZOOM_MIN, limits::ZOOM_MAX);
        // There and back again is 100 %, not a blurred hair beside it.
        self.zoom = if (zoom - 1.0).abs() < FULL_NEAR { 1.0 } else { zoom };
        self.x = at.x - fixed.x * self.zoom;
        self.y = at.y - fixed.y * self.zoom;
    }

    /// The middle of the view, screen pixels.
    pub fn middle(&self) -> Point {
        Point::new(self.size.w / 2.0, self.size.h / 2.0)
    }

    /// Shows all of `bounds` with room around it, never above 100 %, within what `covers` (screen
    /// pixels) leave free of the view.
    pub fn fit(&mut self, bounds: &Rect, covers: &[Rect]) {
        let free = self.free(covers);
        let room = 1.0 - FIT_PAD;
        let across = free.width() * room / bounds.width().max(1.0);
        let down = free.height() * room / bounds.height().max(1.0);
        self.zoom = across.min(down).min(1.0).clamp(limits::ZOOM_MIN, limits::ZOOM_MAX);
        let (middle, world) = (free.center(), bounds.center());
        self.x = middle.x - world.x * self.zoom;
        self.y = middle.y - world.y * self.zoom;
    }

    /// The part of the view that nothing lies over: each cover takes the side that costs least. A
    /// cover that would leave too little is not heeded.
    pub(crate) fn free(&self, covers: &[Rect]) -> Rect {
        let whole = Rect::new(0.0, 0.0, self.size.w, self.size.h);
        let enough = |rect: &Rect| {
            rect.width() >= self.size.w * LEAST_FREE && rect.height() >= self.size.h * LEAST_FREE
        };
        covers.iter().fold(whole, |free, cover| {
            if !free.touches(cover) {
                return free;
            }
            let beside = [
                Rect { x0: cover.x1, ..free },
                Rect { x1: cover.x0, ..free },
                Rect { y0: cover.y1, ..free },
                Rect { y1: cover.y0, ..free },
            ];
            let area = |rect: &Rect| rect.width() * rect.height();
            let best = beside.into_iter().filter(enough);
            best.max_by(|one, other| area(one).total_cmp(&area(other))).unwrap_or(free)
        })
    }

    /// Puts a world point in the middle.
    pub fn center(&mut self, world: Point) {
        self.x = self.size.w / 2.0 - world.x * self.zoom;
        self.y = self.size.h / 2.0 - world.y * self.zoom;
    }

    /// Pans as little as it takes to have `rect` in view with some room. Whether it moved.
    pub fn bring(&mut self, rect: &Rect) -> bool {
        self.bring_into(rect, Rect::new(0.0, 0.0, self.size.w, self.size.h))
    }

    /// The same, within what `covers` leave free of the view.
    pub fn bring_free(&mut self, rect: &Rect, covers: &[Rect]) -> bool {
        self.bring_into(rect, self.free(covers))
    }

    fn bring_into(&mut self, rect: &Rect, area: Rect) -> bool {
        let before = (self.x, self.y);
        let across = BRING_MARGIN.min(area.width() / 4.0);
        let down = BRING_MARGIN.min(area.height() / 4.0);
        let (x, y) = (self.x - area.x0, self.y - area.y0);
        let (x0, x1) = (rect.x0 * self.zoom + x, rect.x1 * self.zoom + x);
        let (y0, y1) = (rect.y0 * self.zoom + y, rect.y1 * self.zoom + y);
        self.x += shift(x0, x1, across, area.width());
        self.y += shift(y0, y1, down, area.height());
        before != (self.x, self.y)
    }
}

/// By how much the range must move to lie within `margin` of both ends of `0..extent`.
fn shift(low: f64, high: f64, margin: f64, extent: f64) -> f64 {
    if low < margin {
        margin - low
    } else if high > extent - margin {
        (extent - margin - high).max(margin - low)
    } else {
        0.0
    }
}
