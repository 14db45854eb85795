//! The tabs under the head of the panel, and the body that they switch.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use crate::browser;

/// Id of the body on the page.
const BODY: &str = "rr-insp-body";

/// A row of tabs of which one is on. The arrow keys move.
#[component]
pub(super) fn Tabs(
    /// What there is: value and words.
    tabs: &'static [(&'static str, &'static str)],
    /// Which is on.
    chosen: RwSignal<&'static str>,
    /// What they are of, read out.
    label: &'static str,
) -> impl IntoView {
    let on_key = move |event: KeyboardEvent| {
        let by = match event.key().as_str() {
            "ArrowRight" => 1,
            "ArrowLeft" => -1,
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        let at = tabs.iter().position(|(value, _)| *value == chosen.get_untracked()).unwrap_or(0);
        let next = tabs[(at as isize + by).rem_euclid(tabs.len() as isize) as usize].0;
        chosen.set(next);
        browser::focus(&format!("#rr-insp-tab-{next}"));
    };
    let tab = move |(value, words): &(&'static str, &'static str)| {
        let (value, words) = (*value, *words);
        view! {
            <button
                type="button"
                role="tab"
                class="rr-insp__tab"
                id=format!("rr-insp-tab-{value}")
                aria-selected=move || (chosen.get() == value).to_string()
                aria-controls=BODY
                tabindex=move || if chosen.get() == value { "0" } else { "-1" }
                on:click=move |_| chosen.set(value)
            >
                {words}
            </button>
        }
    };
    view! {
        <div class="rr-insp__tabs" role="tablist" aria-label=label on:keydown=on_key>
            {tabs.iter().map(tab).collect_view()}
        </div>
    }
}

/// What the chosen tab shows.
#[component]
pub(super) fn Body(
    /// Which tab is on.
    chosen: RwSignal<&'static str>,
    /// Called while it scrolls.
    #[prop(optional, into)]
    on_scroll: Option<Callback<()>>,
    /// What it holds.
    children: Children,
) -> impl IntoView {
    view! {
        <div
            class="rr-insp__body"
            role="tabpanel"
            id=BODY
            tabindex="-1"
            aria-labelledby=move || format!("rr-insp-tab-{}", chosen.get())
            on:scroll=move |_| {
                if let Some(on_scroll) = on_scroll {
                    on_scroll.run(());
                }
            }
        >
            {children()}
        </div>
    }
}
