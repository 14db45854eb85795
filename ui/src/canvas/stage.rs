//! The elements of the canvas and the one function that draws a frame.
//!
//! A frame computes, then writes elements, then paints. It reads no layout and no signal.

use std::rc::Weak;

use reporunner_canvas::{Cursor, Editor, PaintFrame, Painter, Rect, WIRE_MARGIN};
use reporunner_model::{Point, Size, limits};
use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d as Context, Document, HtmlCanvasElement, HtmlElement};

use super::CanvasHandle;
use super::cards::{Cards, Look};
use super::draw::{self, Brush};
use super::handle::Shared;
use super::icons::Icons;
use super::map::{self, Map};
use super::notes::Notes;
use super::overlay;
use super::texts::Fitted;
use super::theme::Theme;

/// What the page's fonts say when some have arrived.
const FONTS_LOADED: &str = "loadingdone";
/// Below this zoom the dots of the ground would be a grey veil.
const DOTS: f64 = 0.5;
/// What floats over a canvas.
const FLOATING: &str = "[data-floats]";
/// What hides a layer and keeps its elements.
const AWAY: &str = "rr-canvas__layer--away";

/// The canvas's elements and painters.
pub(super) struct Stage {
    root: HtmlElement,
    dots: HtmlElement,
    dotted: Option<f64>,
    ground: HtmlElement,
    world: HtmlElement,
    front: HtmlElement,
    picture: Layer,
    overlay: Layer,
    cards: Cards,
    notes: Notes,
    fitted: Fitted,
    icons: Icons,
    theme: Theme,
    map: Option<Map>,
    painter: Painter,
    origin: Point,
    size: Size,
    dpr: f64,
    focus: Option<u32>,
    moving: bool,
    away: bool,
    on_frame: Closure<dyn FnMut(f64)>,
    listeners: Vec<Listener>,
    fonts: Option<(web_sys::EventTarget, Listener)>,
    resize: Option<web_sys::ResizeObserver>,
    restyle: Option<web_sys::MutationObserver>,
}

/// What an event calls.
type Listener = Closure<dyn FnMut(JsValue)>;

/// A canvas element with its context.
struct Layer {
    canvas: HtmlCanvasElement,
    context: Context,
}

impl Layer {
    fn new(page: &Document, class: &str) -> Option<Self> {
        let canvas: HtmlCanvasElement = page.create_element("canvas").ok()?.dyn_into().ok()?;
        canvas.set_class_name(class);
        let _ = canvas.set_attribute("aria-hidden", "true");
        let context = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        Some(Self { canvas, context })
    }

    fn resize(&self, width: f64, height: f64, dpr: f64) {
        self.canvas.set_width((width * dpr) as u32);
        self.canvas.set_height((height * dpr) as u32);
        let style = self.canvas.style();
        let _ = style.set_property("width", &format!("{width}px"));
        let _ = style.set_property("height", &format!("{height}px"));
    }

    fn clear(&self) {
        let _ = self.context.set_transform(1.0, 0.0, 0.0, 1.0, 0.0, 0.0);
        let (width, height) = (self.canvas.width(), self.canvas.height());
        self.context.clear_rect(0.0, 0.0, f64::from(width), f64::from(height));
    }

    fn view(&self, zoom: f64, x: f64, y: f64) {
        let _ = self.context.set_transform(zoom, 0.0, 0.0, zoom, x, y);
    }
}

impl Stage {
    pub(super) fn new(
        root: &HtmlElement,
        handle: CanvasHandle,
        shared: Weak<Shared>,
    ) -> Option<Self> {
        let page = root.owner_document()?;
        let div = |class: &str| -> Option<HtmlElement> {
            let div: HtmlElement = page.create_element("div").ok()?.dyn_into().ok()?;
            div.set_class_name(class);
            Some(div)
        };
        let (ground, world) = (div("rr-canvas__layer")?, div("rr-canvas__layer")?);
        let front = div("rr-canvas__layer")?;
        let dots = div("rr-canvas__dots")?;
        let picture = Layer::new(&page, "rr-canvas__picture")?;
        let overlay = Layer::new(&page, "rr-canvas__overlay")?;
        // The overlay takes the pointer: what lies below it is not searched at each move of the
        // hand, and a new pointer shape restyles one element and no card.
        for child in [&*dots, &*ground, &*picture.canvas, &*world, &*overlay.canvas, &*front] {
            root.append_child(child).ok()?;
        }
        let theme = Theme::read(root);
        let dpr = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio());
        let on_frame = Closure::new(move |ms: f64| {
            // The canvas may have left the page since the frame was asked for.
            if shared.strong_count() > 0 {
                handle.frame(ms);
            }
        });
        let mut stage = Self {
            cards: Cards::new(&page, world.clone())?,
            notes: Notes::new(&page, ground.clone()),
            fitted: Fitted::new(&page, &theme.font),
            icons: Icons::new(),
            root: root.clone(),
            dots,
            dotted: None,
            ground,
            world,
            front,
            picture,
            overlay,
            theme,
            map: None,
            painter: Painter::new(),
            origin: Point::default(),
            size: Size::default(),
            dpr,
            focus: None,
            moving: false,
            away: false,
            on_frame,
            listeners: Vec::new(),
            fonts: None,
            resize: None,
            restyle: None,
        };
        stage.observe(handle);
        Some(stage)
    }

    /// Follows size, theme and fonts of the page.
    fn observe(&mut self, handle: CanvasHandle) {
        let resized = Closure::<dyn FnMut(JsValue)>::new(move |_| handle.resized());
        if let Ok(observer) = web_sys::ResizeObserver::new(resized.as_ref().unchecked_ref()) {
            observer.observe(&self.root);
            self.resize = Some(observer);
        }
        let restyled = Closure::<dyn FnMut(JsValue)>::new(move |_| handle.theme_changed());
        let element = self.root.owner_document().and_then(|page| page.document_element());
        if let (Ok(observer), Some(element)) =
            (web_sys::MutationObserver::new(restyled.as_ref().unchecked_ref()), element)
        {
            let wanted = web_sys::MutationObserverInit::new();
            wanted.set_attributes(true);
            let _ = observer.observe_with_options(&element, &wanted);
            self.restyle = Some(observer);
        }
        let loaded = Closure::<dyn FnMut(JsValue)>::new(move |_| handle.theme_changed());
        let fonts = self.root.owner_document().map(JsValue::from);
        let fonts = fonts.and_then(|page| js_sys::Reflect::get(&page, &"fonts".into()).ok());
        if let Some(fonts) = fonts.and_then(|fonts| fonts.dyn_into::<web_sys::EventTarget>().ok()) {
            let listener = loaded.as_ref().unchecked_ref();
            let _ = fonts.add_event_listener_with_callback(FONTS_LOADED, listener);
            self.fonts = Some((fonts, loaded));
        }
        self.listeners.extend([resized, restyled]);
    }

    /// What the browser is given to call for a frame.
    pub(super) fn on_frame(&self) -> js_sys::Function {
        self.on_frame.as_ref().unchecked_ref::<js_sys::Function>().clone()
    }

    /// Reads size and place of the element. The size where it changed.
    pub(super) fn measure(&mut self) -> Option<Size> {
        let rect = self.root.get_bounding_client_rect();
        self.origin = Point::new(rect.left(), rect.top());
        let size = Size { w: rect.width(), h: rect.height() };
        let dpr = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio());
        if size == self.size && dpr == self.dpr {
            return None;
        }
        (self.size, self.dpr) = (size, dpr);
        let margin = 2.0 * WIRE_MARGIN;
        self.picture.resize(size.w + margin, size.h + margin, dpr);
        self.overlay.resize(size.w, size.h, dpr);
        Some(size)
    }

    pub(super) fn origin(&self) -> Point {
        self.origin
    }

    /// What floats over the canvas now: its neighbours on the page that say so.
    pub(super) fn covers(&self) -> Vec<Rect> {
        let floating = self.root.parent_element();
        let floating = floating.and_then(|stage| stage.query_selector_all(FLOATING).ok());
        let Some(floating) = floating else { return Vec::new() };
        let elements = (0..floating.length()).filter_map(|at| floating.item(at));
        let rects = elements
            .filter_map(|node| Some(node.dyn_ref::<HtmlElement>()?.get_bounding_client_rect()));
        let here = rects.filter(|rect| rect.width() > 0.0 && rect.height() > 0.0);
        here.map(|rect| {
            let (x, y) = (rect.left() - self.origin.x, rect.top() - self.origin.y);
            Rect::new(x, y, rect.width(), rect.height())
        })
        .collect()
    }

    /// The layer over everything, in canvas units: for the field that is typed in.
    pub(super) fn front(&self) -> &HtmlElement {
        &self.front
    }

    pub(super) fn mounted(&self) -> usize {
        self.cards.len() + self.notes.len()
    }

    /// Whether the view is on the move.
    pub(super) fn is_moving(&self) -> bool {
        self.moving
    }

    pub(super) fn focus(&self) {
        let _ = self.root.focus();
    }

    pub(super) fn set_cursor(&self, cursor: Cursor) {
        let _ = self.overlay.canvas.style().set_property("cursor", cursor.as_css());
    }

    pub(super) fn show_map(&mut self, on: bool, handle: CanvasHandle) {
        match (on, self.map.take()) {
            (true, None) => {
                let Some(page) = self.root.owner_document() else { return };
                self.map = Map::new(&page, &self.root, self.dpr);
                if let Some(map) = &self.map {
                    let pressed = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
                        let event: web_sys::PointerEvent = event.unchecked_into();
                        if event.buttons() & 1 == 1 {
                            event.stop_propagation();
                            handle.go_to(map::place(&event));
                        }
                    });
                    for name in ["pointerdown", "pointermove"] {
                        let listener = pressed.as_ref().unchecked_ref();
                        let _ = map.root.add_event_listener_with_callback(name, listener);
                    }
                    self.listeners.push(pressed);
                }
            }
            (false, Some(map)) => map.root.remove(),
            (_, map) => self.map = map,
        }
    }

    pub(super) fn map(&self) -> Option<reporunner_canvas::Minimap> {
        self.map.as_ref().and_then(Map::shown)
    }

    /// Colours and fonts are other ones now.
    pub(super) fn read_theme(&mut self) {
        self.theme = Theme::read(&self.root);
        self.fitted.clear();
        self.icons = Icons::new();
        self.cards.forget();
        if let Some(map) = &mut self.map {
            map.touch();
        }
    }

    /// Draws a frame. Whether another must follow.
    pub(super) fn frame(&mut self, editor: &mut Editor, ms: f64) -> bool {
        let frame = self.painter.frame(editor, ms);
        self.elements(editor, &frame);
        self.paint(editor, &frame);
        if let Some(map) = &mut self.map {
            if frame.view.is_some() || frame.picture.is_some() || frame.overlay.is_some() {
                map.touch();
            }
            map.paint(editor, &self.theme, ms, frame.moving || !editor.is_idle());
        }
        frame.again
    }

    fn elements(&mut self, editor: &Editor, frame: &PaintFrame) {
        let scene = editor.scene();
        let Self { fitted, icons, theme, .. } = self;
        let with = &mut Look { scene, fitted, icons, theme };
        for node in &frame.unmount {
            self.cards.unmount(*node);
        }
        for node in &frame.mount {
            self.cards.mount(*node, with);
        }
        for node in &frame.place {
            self.cards.place(*node, scene);
        }
        for node in &frame.refresh {
            self.cards.refresh(*node, with);
            self.cards.place(*node, scene);
        }
        for node in &frame.marks {
            self.cards.mark(*node, with);
        }
        if let Some(notes) = &frame.notes {
            self.notes.show(notes, scene);
        }
        self.place_layers(frame);
        self.cards.hide_spare();
        if self.moving != frame.moving {
            self.moving = frame.moving;
            let _ = self.root.class_list().toggle_with_force("rr-canvas--moving", frame.moving);
        }
        let focus = editor.focused();
        if self.focus != focus {
            self.focus = focus;
            let id = focus.map(|node| format!("rr-card-{node}"));
            let _ = match id {
                Some(id) => self.root.set_attribute("aria-activedescendant", &id),
                None => self.root.remove_attribute("aria-activedescendant"),
            };
        }
    }

    /// Moves the layers along with the view. While cards are too small to be elements theirs stay
    /// as they are, unseen: to take them off the page and put them on again costs more than all
    /// else a zoom does.
    fn place_layers(&mut self, frame: &PaintFrame) {
        if let Some(elements) = frame.elements {
            self.away = !elements;
            for layer in [&self.world, &self.ground] {
                let _ = layer.class_list().toggle_with_force(AWAY, self.away);
            }
        }
        let Some((x, y, zoom)) = frame.view else { return };
        let transform = format!("translate({x}px, {y}px) scale({zoom})");
        let _ = self.front.style().set_property("transform", &transform);
        if !self.away {
            let _ = self.world.style().set_property("transform", &transform);
            let _ = self.ground.style().set_property("transform", &transform);
        }
        self.place_dots(x, y, zoom);
    }

    /// The dots of the grid are one repeated picture, made for the power of two nearest to the
    /// zoom and scaled from there: a pan moves it by less than a step, a zoom seldom makes it anew.
    fn place_dots(&mut self, x: f64, y: f64, zoom: f64) {
        let style = self.dots.style();
        let base = zoom.log2().round().exp2();
        if self.dotted != Some(base) {
            self.dotted = Some(base);
            let step = limits::GRID * base;
            let shown = if zoom < DOTS { "none" } else { "block" };
            let _ = style.set_property("display", shown);
            let _ = style.set_property("background-size", &format!("{step}px {step}px"));
        }
        // A dot is in the middle of its step, and the layer begins a margin before the view.
        let step = limits::GRID * zoom;
        let place = |at: f64| (at - step / 2.0).rem_euclid(step) - step;
        let (dx, dy, scale) = (place(x), place(y), zoom / base);
        let transform = format!("translate({dx}px, {dy}px) scale({scale})");
        let _ = style.set_property("transform", &transform);
    }

    fn paint(&mut self, editor: &Editor, frame: &PaintFrame) {
        let (x, y, zoom) = (editor.view().x, editor.view().y, editor.view().zoom);
        let mut brush = Brush { scene: editor.scene(), theme: &mut self.theme, zoom };
        if let Some(picture) = &frame.picture {
            let layer = &self.picture;
            layer.clear();
            let dpr = self.dpr;
            layer.view(zoom * dpr, (x + WIRE_MARGIN) * dpr, (y + WIRE_MARGIN) * dpr);
            draw::picture(&layer.context, &mut brush, picture);
            shift(&layer.canvas, 0.0, 0.0);
        } else if let Some((dx, dy)) = frame.shift {
            shift(&self.picture.canvas, dx, dy);
        }
        if let Some(overlay) = &frame.overlay {
            let layer = &self.overlay;
            layer.clear();
            layer.view(zoom * self.dpr, x * self.dpr, y * self.dpr);
            overlay::world(&layer.context, &mut brush, overlay);
            if let Some(rect) = &overlay.marquee {
                layer.view(self.dpr, 0.0, 0.0);
                overlay::marquee(&layer.context, &brush, rect);
            }
        }
    }
}

fn shift(canvas: &HtmlCanvasElement, dx: f64, dy: f64) {
    let (dx, dy) = (dx - WIRE_MARGIN, dy - WIRE_MARGIN);
    let _ = canvas.style().set_property("transform", &format!("translate({dx}px, {dy}px)"));
}

impl Drop for Stage {
    fn drop(&mut self) {
        if let Some(observer) = &self.resize {
            observer.disconnect();
        }
        if let Some(observer) = &self.restyle {
            observer.disconnect();
        }
        if let Some((fonts, listener)) = &self.fonts {
            let listener = listener.as_ref().unchecked_ref();
            let _ = fonts.remove_event_listener_with_callback(FONTS_LOADED, listener);
        }
    }
}

/// Where a gesture of the map leads.
impl CanvasHandle {
    fn go_to(self, at: Point) {
        let map = self.with(|shared| shared.stage.borrow().as_ref().and_then(Stage::map));
        if let Some(map) = map.flatten() {
            self.act(|editor| editor.go_to(&map, at));
        }
    }
}
