//! The fields that items have, with their types and an example each.

use leptos::prelude::*;
use reporunner_protocol::SchemaField;

use super::cells::type_mark;
use super::look::Look;
use super::pages::Pages;
use super::{Dragged, FieldOf};

/// The fields of the pane's items.
#[component]
pub(super) fn SchemaView(
    /// The items.
    pages: Pages,
    /// Whose they are.
    look: Look,
) -> impl IntoView {
    let rows = move || {
        pages
            .schema
            .with(|fields| fields.iter().map(|field| row(field.clone(), look)).collect_view())
    };
    view! {
        <div class="rr-schema" role="list" tabindex="0" aria-label=format!("Fields of the {}", look.word())>
            {rows}
        </div>
    }
}

fn row(field: SchemaField, look: Look) -> impl IntoView {
    let depth = field.path.len().saturating_sub(1);
    let last = field.path.last().cloned().unwrap_or_default();
    let name = if last == "[]" { "each element".to_owned() } else { last };
    let drags = look.drags();
    let dragged = FieldOf::of(look.source_name(), field.path.clone()).dragged();
    let begin = move |event: leptos::ev::DragEvent| dragged.begin(&event);
    let types = field.types.join(", ");
    view! {
        <div
            class="rr-schema__row"
            class=("rr-schema__row--drags", drags)
            role="listitem"
            style:padding-left=format!("{}px", 12 + depth * 16)
            draggable=drags.to_string()
            data-tip=drags.then_some("Drag it onto a parameter")
            on:dragstart=begin
            on:dragend=move |_| Dragged::end()
        >
            <span class="rr-schema__mark" aria-label=types>{type_mark(&field.types)}</span>
            <span class="rr-schema__name">{name}</span>
            <span class="rr-schema__example">{field.example}</span>
        </div>
    }
}
