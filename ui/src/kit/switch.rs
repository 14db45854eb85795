//! A switch: on or off, at once.

use leptos::prelude::*;

/// A switch. The label is read out and shown when the pointer rests on it.
#[component]
pub(crate) fn Switch(
    /// Whether it is on.
    #[prop(into)]
    on: Signal<bool>,
    /// What it switches.
    #[prop(into)]
    label: Signal<String>,
    /// Whether it cannot be switched now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// What a person wants it to be.
    #[prop(into)]
    on_change: Callback<bool>,
) -> impl IntoView {
    let on_press = move |event: leptos::ev::MouseEvent| {
        // A switch in a row does not open the row.
        event.stop_propagation();
        on_change.run(!on.get_untracked());
    };
    view! {
        <button
            type="button"
            role="switch"
            class="rr-switch"
            aria-checked=move || on.get().to_string()
            aria-label=move || label.get()
            data-tip=move || label.get()
            disabled=move || disabled.get()
            on:click=on_press
        ></button>
    }
}
