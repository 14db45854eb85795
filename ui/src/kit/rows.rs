//! A long list of which only the rows in sight exist.

use leptos::prelude::*;
use wasm_bindgen::prelude::*;

/// Rows made beyond each edge, so that scrolling shows no gaps.
const BEYOND: usize = 6;

/// A list of `count` rows of one height.
#[component]
pub(crate) fn VirtualRows(
    /// Number of rows.
    #[prop(into)]
    count: Signal<usize>,
    /// Height of a row, pixels.
    row: f64,
    /// What it is, read out.
    #[prop(into)]
    label: String,
    /// Makes the row with this index.
    render: Callback<usize, AnyView>,
    /// What stands above the rows and stays in sight.
    #[prop(optional, into)]
    head: Option<ViewFn>,
    /// The rows in sight changed: first, and one past the last.
    #[prop(optional, into)]
    on_range: Option<Callback<(usize, usize)>>,
) -> impl IntoView {
    let frame = NodeRef::<leptos::html::Div>::new();
    let scroll = RwSignal::new((0.0, 600.0));
    // The browser may still call it once when the list is gone.
    let measure = move || {
        let (Some(Some(element)), Some(now)) =
            (frame.try_get_untracked(), scroll.try_get_untracked())
        else {
            return;
        };
        let next = (f64::from(element.scroll_top()), f64::from(element.client_height()));
        if now != next {
            scroll.set(next);
        }
    };
    Effect::new(move || {
        let Some(element) = frame.get() else { return };
        measure();
        let changed = Closure::<dyn FnMut()>::new(measure).into_js_value();
        if let Ok(observer) = web_sys::ResizeObserver::new(changed.unchecked_ref()) {
            // It ends with the element.
            observer.observe(&element);
        }
    });
    let range = Memo::new(move |_| {
        let (top, height) = scroll.get();
        let first = ((top / row) as usize).saturating_sub(BEYOND);
        let last = ((top + height) / row).ceil() as usize + BEYOND;
        (first.min(count.get()), last.min(count.get()))
    });
    Effect::new(move || {
        let range = range.get();
        if let Some(on_range) = on_range {
            on_range.run(range);
        }
    });
    view! {
        <div class="rr-rows" role="list" aria-label=label node_ref=frame on:scroll=move |_| measure()>
            {head.map(|head| head.run())}
            <div class="rr-rows__all" style:height=move || format!("{}px", count.get() as f64 * row)>
                <For
                    each=move || { let (first, last) = range.get(); first..last }
                    key=|index| *index
                    let:index
                >
                    <div
                        class="rr-rows__row"
                        role="listitem"
                        aria-setsize=move || count.get().to_string()
                        aria-posinset=(index + 1).to_string()
                        style:top=format!("{}px", index as f64 * row)
                        style:height=format!("{row}px")
                    >
                        {render.run(index)}
                    </div>
                </For>
            </div>
        </div>
    }
}
