//! Icons of the page's sprite, and the tinted tile of a node type.

use leptos::prelude::*;
use reporunner_model::TypeName;

use crate::state::use_app;

/// An icon of the sprite. Decoration: what it means stands beside it or in its button's label.
#[component]
pub(crate) fn Icon(
    /// Its name in the sprite.
    #[prop(into)]
    name: Signal<String>,
    /// Further classes.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    let href = move || name.with(|name| format!("#icon-{name}"));
    view! {
        <svg class=format!("rr-icon {class}") aria-hidden="true" focusable="false">
            <use href=href></use>
        </svg>
    }
}

/// The tile of a node type: its icon on a tint of its hue.
#[component]
pub(crate) fn Tile(
    /// The type.
    #[prop(into)]
    node_type: Signal<TypeName>,
    /// Edge length as a class: `s` 24, `m` 32, none 36 pixels.
    #[prop(optional)]
    size: &'static str,
) -> impl IntoView {
    let app = use_app();
    let look = Memo::new(move |_| {
        app.catalog.with(|catalog| {
            node_type.with(|name| catalog.get(name).map(|found| found.appearance.clone()))
        })
    });
    let icon = Signal::derive(move || {
        look.with(|look| look.as_ref().map_or_else(|| "box".to_owned(), |look| look.icon.clone()))
    });
    let hue = move || look.with(|look| look.as_ref().map_or(0, |look| look.hue).to_string());
    let known = move || look.with(Option::is_some);
    let class =
        if size.is_empty() { "rr-tile".to_owned() } else { format!("rr-tile rr-tile--{size}") };
    view! {
        <span class=class class=("rr-tile--unknown", move || !known()) style=("--rr-hue", hue)>
            <Icon name=icon/>
        </span>
    }
}
