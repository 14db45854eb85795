//! The whole graph small in a corner, painted when the view rests and now and then while it moves.

use reporunner_canvas::{Editor, Minimap, Rect};
use reporunner_model::Point;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d as Context, Document, HtmlCanvasElement, HtmlElement};

use super::theme::Theme;

/// Least time between two paintings while the view moves, milliseconds.
const PAUSE_MS: f64 = 120.0;
/// With more nodes than this it is painted at rest only.
const MANY: usize = 3000;

/// The map's element.
pub(super) struct Map {
    pub(super) root: HtmlElement,
    canvas: HtmlCanvasElement,
    context: Context,
    dpr: f64,
    painted: f64,
    stale: bool,
    place: Option<Rect>,
    shown: Option<Minimap>,
}

impl Map {
    pub(super) fn new(page: &Document, parent: &HtmlElement, dpr: f64) -> Option<Self> {
        let root: HtmlElement = page.create_element("div").ok()?.dyn_into().ok()?;
        root.set_class_name("rr-canvas__map");
        let _ = root.set_attribute("aria-hidden", "true");
        let canvas: HtmlCanvasElement = page.create_element("canvas").ok()?.dyn_into().ok()?;
        let context: Context = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        root.append_child(&canvas).ok()?;
        parent.append_child(&root).ok()?;
        let _ = root.style().set_property("display", "none");
        Some(Self {
            root,
            canvas,
            context,
            dpr,
            painted: f64::NEG_INFINITY,
            stale: true,
            place: None,
            shown: None,
        })
    }

    pub(super) fn touch(&mut self) {
        self.stale = true;
    }

    /// Where a point of the map leads to.
    pub(super) fn shown(&self) -> Option<Minimap> {
        self.shown
    }

    /// Puts the element where it is in nobody's way, or takes it out of sight.
    fn put(&mut self, place: Option<Rect>) {
        if self.place == place {
            return;
        }
        self.place = place;
        let style = self.root.style();
        let Some(place) = place else {
            let _ = style.set_property("display", "none");
            return;
        };
        let (width, height) = (place.width(), place.height());
        let sizes = [("left", place.x0), ("top", place.y0), ("width", width), ("height", height)];
        for (name, value) in sizes {
            let _ = style.set_property(name, &format!("{value}px"));
        }
        let _ = style.set_property("display", "block");
        self.canvas.set_width((width * self.dpr) as u32);
        self.canvas.set_height((height * self.dpr) as u32);
        let _ = self.context.scale(self.dpr, self.dpr);
    }

    /// Paints the map where it is stale and time for it.
    pub(super) fn paint(&mut self, editor: &Editor, theme: &Theme, ms: f64, moving: bool) {
        let waits = moving && (editor.scene().nodes.count() > MANY || ms - self.painted < PAUSE_MS);
        if !self.stale || waits {
            return;
        }
        (self.stale, self.painted) = (moving, ms);
        self.put(editor.map_place(self.place, moving));
        let Some(place) = self.place else { return };
        self.shown = Minimap::new(editor, place.width(), place.height());
        self.context.clear_rect(0.0, 0.0, place.width(), place.height());
        let Some(map) = self.shown else { return };
        let scene = editor.scene();
        for note in scene.notes.all() {
            let rect = map.place(&scene.notes.rects[note as usize]);
            let (width, height) = (rect.width().max(1.0), rect.height().max(1.0));
            self.context.set_fill_style_str(theme.note(scene.notes.color[note as usize]));
            self.context.fill_rect(rect.x0, rect.y0, width, height);
            self.context.set_stroke_style_str(&theme.line_strong);
            self.context.set_line_width(0.5);
            self.context.stroke_rect(rect.x0, rect.y0, width, height);
        }
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
