//! Tooltips: one host for every element with `data-tip`, after 400 ms, with its keys.

use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement};

/// How long the pointer rests before a tooltip shows, milliseconds.
const REST_MS: i32 = 400;

#[derive(Clone, PartialEq)]
struct Tip {
    text: String,
    keys: Option<String>,
    /// Left, top, right, bottom of the element.
    edges: (f64, f64, f64, f64),
}

/// Shows tooltips. There is one of these.
#[component]
pub(crate) fn TooltipHost() -> impl IntoView {
    let tip = RwSignal::new(None::<Tip>);
    // Counts up whenever something else is pointed at: an older timer then does nothing.
    let turn = StoredValue::new(0_u64);
    let hide = move || {
        turn.update_value(|turn| *turn += 1);
        if tip.with_untracked(Option::is_some) {
            tip.set(None);
        }
    };
    let consider = move |event: web_sys::Event| {
        let element = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let found = element.and_then(|element| element.closest("[data-tip]").ok().flatten());
        hide();
        let Some(element) = found else { return };
        let mine = turn.get_value();
        crate::time::after(REST_MS, move || {
            if turn.get_value() == mine && element.is_connected() {
                tip.set(read(&element));
            }
        });
    };
    listen("pointerover", consider);
    listen("focusin", move |event| {
        let focused = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        // Only where the focus is shown: a click needs no explanation.
        if focused.is_some_and(|element| element.matches(":focus-visible").unwrap_or(false)) {
            consider(event);
        }
    });
    listen("pointerdown", move |_| hide());
    listen("keydown", move |_| hide());
    let bubble = NodeRef::<leptos::html::Div>::new();
    Effect::new(move || {
        let edges = tip.with(|tip| tip.as_ref().map(|tip| tip.edges));
        if let (Some(element), Some(edges)) = (bubble.get(), edges) {
            place(&element, edges);
        }
    });
    view! {
        {move || tip.get().map(|tip| view! {
            <div class="rr-tooltip" role="tooltip" popover="manual" node_ref=bubble>
                {tip.text}
                {tip.keys.map(|keys| view! { <kbd class="rr-tooltip__keys">{keys}</kbd> })}
            </div>
        })}
    }
}

fn listen(name: &'static str, handle: impl Fn(web_sys::Event) + 'static) {
    let closure = Closure::<dyn Fn(web_sys::Event)>::new(handle).into_js_value();
    // Lives as long as the page.
    let _ =
        document().add_event_listener_with_callback_and_bool(name, closure.unchecked_ref(), true);
}

fn read(element: &Element) -> Option<Tip> {
    let text = element.get_attribute("data-tip").filter(|text| !text.is_empty())?;
    let rect = element.get_bounding_client_rect();
    Some(Tip {
        text,
        keys: element.get_attribute("data-keys"),
        edges: (rect.left(), rect.top(), rect.right(), rect.bottom()),
    })
}

/// Puts the bubble under the element, or above it where there is no room.
fn place(bubble: &HtmlElement, (left, top, right, bottom): (f64, f64, f64, f64)) {
    let _ = bubble.show_popover();
    let size = |value: Result<JsValue, JsValue>| value.ok().and_then(|v| v.as_f64()).unwrap_or(0.0);
    let (window_w, window_h) = (size(window().inner_width()), size(window().inner_height()));
    let (w, h) = (f64::from(bubble.offset_width()), f64::from(bubble.offset_height()));
    let x = ((left + right - w) / 2.0).clamp(6.0, (window_w - w - 6.0).max(6.0));
    let y = if bottom + 6.0 + h < window_h { bottom + 6.0 } else { top - 6.0 - h };
    let style = web_sys::HtmlElement::style(bubble);
    let _ = style.set_property("left", &format!("{x}px"));
    let _ = style.set_property("top", &format!("{y}px"));
}
