//! The docked panes: their sizes, kept on this machine, and the bars between them.

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::browser;

/// Step of a pane's edge by key, pixels.
const STEP: f64 = 20.0;

/// Sizes of the panes and whether they are open.
#[derive(Clone, Copy)]
pub(crate) struct Panes {
    /// Width of the right pane, pixels.
    pub(crate) side: RwSignal<f64>,
    /// Height of the lower pane, pixels.
    pub(crate) data: RwSignal<f64>,
    /// Whether the right pane is open.
    pub(crate) side_open: RwSignal<bool>,
    /// Whether the lower pane is open.
    pub(crate) data_open: RwSignal<bool>,
    /// Whether the lower pane shows the input.
    pub(crate) input_open: RwSignal<bool>,
    /// Whether the lower pane shows the output.
    pub(crate) output_open: RwSignal<bool>,
    /// Whether the outline is open.
    pub(crate) outline_open: RwSignal<bool>,
    /// Whether input, form and output fill the window.
    pub(crate) focus: RwSignal<bool>,
}

impl Panes {
    /// The panes as they were left.
    pub(crate) fn new() -> Self {
        let size = |key: &str, default: f64| {
            RwSignal::new(browser::kept(key).and_then(|kept| kept.parse().ok()).unwrap_or(default))
        };
        let open = |key: &str, default: bool| {
            RwSignal::new(browser::kept(key).map_or(default, |kept| kept == "true"))
        };
        let panes = Self {
            side: size("pane-side", 380.0),
            data: size("pane-data", 268.0),
            side_open: open("pane-side-open", true),
            data_open: open("pane-data-open", true),
            input_open: open("pane-input-open", true),
            output_open: open("pane-output-open", true),
            outline_open: open("pane-outline-open", false),
            focus: RwSignal::new(false),
        };
        Effect::new(move || {
            browser::keep("pane-side", &panes.side.get().to_string());
            browser::keep("pane-data", &panes.data.get().to_string());
            browser::keep("pane-side-open", &panes.side_open.get().to_string());
            browser::keep("pane-data-open", &panes.data_open.get().to_string());
            browser::keep("pane-input-open", &panes.input_open.get().to_string());
            browser::keep("pane-output-open", &panes.output_open.get().to_string());
            browser::keep("pane-outline-open", &panes.outline_open.get().to_string());
        });
        panes
    }

    /// Shows or hides a half of the lower pane; it closes when both are hidden.
    pub(crate) fn toggle_half(self, half: RwSignal<bool>) {
        if !self.data_open.get_untracked() {
            self.input_open.set(false);
            self.output_open.set(false);
            half.set(true);
            self.data_open.set(true);
            return;
        }
        half.update(|open| *open = !*open);
        if !self.input_open.get_untracked() && !self.output_open.get_untracked() {
            self.data_open.set(false);
            self.input_open.set(true);
            self.output_open.set(true);
        }
    }
}

/// Which edge a bar moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edge {
    /// The left edge of the right pane.
    Side,
    /// The upper edge of the lower pane.
    Data,
}

impl Edge {
    fn as_str(self) -> &'static str {
        match self {
            Self::Side => "side",
            Self::Data => "data",
        }
    }

    fn limits(self) -> (f64, f64) {
        match self {
            Self::Side => (320.0, 560.0),
            Self::Data => (120.0, 640.0),
        }
    }
}

/// A bar between panes: drag it, or use the arrow keys; a double press puts it back.
#[component]
pub(crate) fn Splitter(
    /// Which edge it moves.
    edge: Edge,
    /// The size it sets, pixels.
    size: RwSignal<f64>,
    /// What it is, read out.
    label: &'static str,
) -> impl IntoView {
    let (least, most) = edge.limits();
    // Where the pointer and the edge were when the drag began.
    let held = StoredValue::new(None::<(f64, f64)>);
    let along = move |event: &PointerEvent| match edge {
        Edge::Side => f64::from(event.client_x()),
        Edge::Data => f64::from(event.client_y()),
    };
    let set = move |next: f64| size.set(next.clamp(least, most).round());
    let on_down = move |event: PointerEvent| {
        event.prevent_default();
        let target = event.current_target().and_then(|t| t.dyn_into::<web_sys::Element>().ok());
        if let Some(target) = target {
            let _ = target.set_pointer_capture(event.pointer_id());
        }
        held.set_value(Some((along(&event), size.get_untracked())));
    };
    let on_move = move |event: PointerEvent| {
        if let Some((from, was)) = held.get_value() {
            set(was + from - along(&event));
        }
    };
    let on_key = move |event: KeyboardEvent| {
        let by = match (edge, event.key().as_str()) {
            (Edge::Side, "ArrowLeft") | (Edge::Data, "ArrowUp") => STEP,
            (Edge::Side, "ArrowRight") | (Edge::Data, "ArrowDown") => -STEP,
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        set(size.get_untracked() + by);
    };
    let default = if edge == Edge::Side { 380.0 } else { 268.0 };
    view! {
        <div
            class=format!("rr-splitter rr-splitter--{}", edge.as_str())
            role="separator"
            tabindex="0"
            aria-label=label
            aria-orientation=if edge == Edge::Side { "vertical" } else { "horizontal" }
            aria-valuenow=move || size.get().to_string()
            aria-valuemin=least.to_string()
            aria-valuemax=most.to_string()
            on:pointerdown=on_down
            on:pointermove=on_move
            on:pointerup=move |_| held.set_value(None)
            on:pointercancel=move |_| held.set_value(None)
            on:dblclick=move |_| size.set(default)
            on:keydown=on_key
        ></div>
    }
}
