//! How the page of settings is laid out: parts, and lines of a label and a field.

use leptos::prelude::*;

use crate::kit::TextField;

/// A part with a heading.
#[component]
pub(super) fn Part(
    /// Its heading.
    title: &'static str,
    /// What it is about; may be empty.
    text: &'static str,
    /// Its lines.
    children: Children,
) -> impl IntoView {
    view! {
        <section class="rr-settings__part" aria-label=title>
            <h2 class="rr-settings__title">{title}</h2>
            {(!text.is_empty()).then(|| view! { <p class="rr-settings__text">{text}</p> })}
            {children()}
        </section>
    }
}

/// A label with what is set.
#[component]
pub(super) fn Line(
    /// What it is.
    #[prop(into)]
    label: String,
    /// One sentence more; may be empty.
    #[prop(into)]
    help: String,
    /// What is set.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="rr-settings__line">
            <div>
                <div class="rr-settings__label">{label}</div>
                {(!help.is_empty()).then(|| view! { <div class="rr-settings__help">{help}</div> })}
            </div>
            <div class="rr-settings__value">{children()}</div>
        </div>
    }
}

/// A line of text.
#[component]
pub(super) fn TextLine(
    /// What it is.
    label: &'static str,
    /// One sentence more.
    help: &'static str,
    /// What is set.
    value: Signal<String>,
    /// What was typed; never empty.
    #[prop(into)]
    on_commit: Callback<String>,
) -> impl IntoView {
    let commit = move |typed: String| {
        if !typed.trim().is_empty() {
            on_commit.run(typed.trim().to_owned());
        }
    };
    view! {
        <Line label help>
            <TextField label=label value on_commit=commit/>
        </Line>
    }
}

/// A whole number.
#[component]
pub(super) fn NumberLine(
    /// What it is.
    label: &'static str,
    /// One sentence more; may be empty.
    help: &'static str,
    /// What is set.
    value: Signal<u64>,
    /// Smallest allowed.
    least: u64,
    /// Largest allowed.
    most: u64,
    /// What was typed, within the limits.
    #[prop(into)]
    on_commit: Callback<u64>,
) -> impl IntoView {
    // Counts up when what was typed is thrown away, so that the field shows what is set.
    let again = RwSignal::new(0_u64);
    let shown = Signal::derive(move || {
        again.track();
        value.get().to_string()
    });
    let commit = move |typed: String| {
        if let Ok(number) = typed.trim().parse::<u64>() {
            on_commit.run(number.clamp(least, most));
        }
        again.update(|again| *again += 1);
    };
    view! {
        <Line label help>
            <div class="rr-settings__number">
                <TextField kind="number" label=label value=shown on_commit=commit/>
            </div>
        </Line>
    }
}
