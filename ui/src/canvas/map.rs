//! The whole graph small in a corner, painted when the view rests and now and then while it moves.

use reporunner_canvas::{Editor, Minimap};
use reporunner_model::Point;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d as Context, Document, HtmlCanvasElement, HtmlElement};

use super::theme::Theme;

/// Its extent, pixels.
pub(super) const WIDTH: f64 = 150.0;
pub(super) const HEIGHT: f64 = 92.0;
/// Least time between two paintings while the view moves, milliseconds.
const PAUSE_MS: f64 = 120.0;
/// With more nodes than this it is painted at rest only.
const MANY: usize = 3000;

/// The map's element.
pub(super) struct Map {
    pub(super) root: HtmlElement,
    context: Context,
    painted: f64,
    stale: bool,
    shown: Option<Minimap>,
}

impl Map {
    pub(super) fn new(page: &Document, parent: &HtmlElement, dpr: f64) -> Option<Self> {
        let root: HtmlElement = page.create_element("div").ok()?.dyn_into().ok()?;
        root.set_class_name("rr-canvas__map");
        let _ = root.set_attribute("aria-hidden", "true");
        let canvas: HtmlCanvasElement = page.create_element("canvas").ok()?.dyn_into().ok()?;
        canvas.set_width((WIDTH * dpr) as u32);
        canvas.set_height((HEIGHT * dpr) as u32);
        let context: Context = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        context.scale(dpr, dpr).ok()?;
        root.append_child(&canvas).ok()?;
        parent.append_child(&root).ok()?;
        Some(Self { root, context, painted: f64::NEG_INFINITY, stale: true, shown: None })
    }

    pub(super) fn touch(&mut self) {
        self.stale = true;
    }

    /// Where a point of the map leads to.
    pub(super) fn shown(&self) -> Option<Minimap> {
        self.shown
    }

    /// Paints the map where it is stale and time for it.
    pub(super) fn paint(&mut self, editor: &Editor, theme: &Theme, ms: f64, moving: bool) {
        let waits = moving && (editor.scene().nodes.count() > MANY || ms - self.painted < PAUSE_MS);
        if !self.stale || waits {
            return;
        }
        (self.stale, self.painted) = (moving, ms);
        self.shown = Minimap::new(editor, WIDTH, HEIGHT);
        self.context.clear_rect(0.0, 0.0, WIDTH, HEIGHT);
        let Some(map) = self.shown else { return };
        let scene = editor.scene();
        self.context.set_fill_style_str(&theme.wire);
        self.context.begin_path();
        for node in scene.nodes.all() {
            let rect = map.place(&scene.nodes.rect(node));
            self.context.rect(rect.x0, rect.y0, rect.width().max(1.0), rect.height().max(1.0));
        }
        self.context.fill();
        let view = map.place(&editor.view().world());
        self.context.begin_path();
        let _ =
            self.context.round_rect_with_f64(view.x0, view.y0, view.width(), view.height(), 3.0);
        self.context.set_fill_style_str(&theme.accent);
        self.context.set_global_alpha(0.08);
        self.context.fill();
        self.context.set_global_alpha(1.0);
        self.context.set_stroke_style_str(&theme.accent);
        self.context.set_line_width(1.5);
        self.context.stroke();
    }
}

/// The point of the map under a pointer.
pub(super) fn place(event: &web_sys::PointerEvent) -> Point {
    Point::new(f64::from(event.offset_x()), f64::from(event.offset_y()))
}
