//! A choice of few, all in sight.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

/// A row of choices of which one is on. The arrow keys move.
#[component]
pub(crate) fn Segmented(
    /// What there is: value and words.
    #[prop(into)]
    options: Signal<Vec<(String, String)>>,
    /// Which is chosen.
    #[prop(into)]
    value: Signal<String>,
    /// What is chosen here, read out.
    #[prop(into)]
    label: String,
    /// `box` for a bordered field, none for tabs on a bar.
    #[prop(optional)]
    look: &'static str,
    /// The value that was picked.
    #[prop(into)]
    on_pick: Callback<String>,
) -> impl IntoView {
    let on_key = move |event: KeyboardEvent| {
        let by = match event.key().as_str() {
            "ArrowRight" | "ArrowDown" => 1,
            "ArrowLeft" | "ArrowUp" => -1,
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        let options = options.get_untracked();
        let at = options.iter().position(|(at, _)| *at == value.get_untracked()).unwrap_or(0);
        let next = (at as isize + by).rem_euclid(options.len().max(1) as isize) as usize;
        if let Some((picked, _)) = options.get(next) {
            on_pick.run(picked.clone());
        }
    };
    let option = move |(at, words): (String, String)| {
        let mine = at.clone();
        let chosen = Signal::derive(move || value.with(|value| *value == mine));
        view! {
            <button
                type="button"
                role="radio"
                class="rr-segmented__part"
                aria-checked=move || chosen.get().to_string()
                tabindex=move || if chosen.get() { "0" } else { "-1" }
                on:click=move |_| on_pick.run(at.clone())
            >
                {words}
            </button>
        }
    };
    view! {
        <div
            class=format!("rr-segmented rr-segmented--{look}")
            role="radiogroup"
            aria-label=label
            on:keydown=on_key
        >
            {move || options.get().into_iter().map(option).collect_view()}
        </div>
    }
}
