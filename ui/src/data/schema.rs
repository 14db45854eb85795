//! The fields that items have, with their types, how many items have them, and an example each.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use reporunner_protocol::SchemaField;
use wasm_bindgen::JsCast;

use super::cells::type_mark;
use super::look::Look;
use super::pages::Pages;
use super::{Dragged, FieldOf, copy};
use crate::kit::{Anchor, Empty, OpenMenu};
use crate::time::{count, grouped};

/// Most items that a backend looks at to find fields.
const LOOKED_AT: usize = 200;

/// The fields of the pane's items.
#[component]
pub(super) fn SchemaView(
    /// The items.
    pages: Pages,
    /// Whose they are.
    look: Look,
) -> impl IntoView {
    let looked =
        Memo::new(move |_| pages.loaded.with(|loaded| loaded.total.unwrap_or(0).min(LOOKED_AT)));
    let searched = move || pages.wanted.with(|w| w.as_ref().map(|w| w.search.to_lowercase()));
    let fields = Memo::new(move |_| {
        let search = searched().unwrap_or_default();
        let hit = |field: &&SchemaField| {
            field.path.iter().any(|step| step.to_lowercase().contains(&search))
        };
        pages.schema.with(|fields| fields.iter().filter(hit).cloned().collect::<Vec<_>>())
    });
    move || {
        let (all, looked) = (fields.get(), looked.get());
        if all.is_empty() {
            return view! { <Empty icon="braces" title="No fields" text="The items hold no data, or none that the search names."/> }
                .into_any();
        }
        view! {
            <div class="rr-schema" role="list" aria-label=format!("Fields of the {}", look.word())>
                {all.into_iter().map(|field| row(field, look, looked)).collect_view()}
            </div>
        }
        .into_any()
    }
}

/// A field. A press opens what can be copied of it.
fn row(field: SchemaField, look: Look, looked: usize) -> impl IntoView {
    let depth = field.path.len().saturating_sub(1);
    let last = field.path.last().cloned().unwrap_or_default();
    let name = if last == "[]" { "each element".to_owned() } else { last };
    let drags = look.drags();
    let dragged = FieldOf::of(look.source_name(), field.path.clone()).dragged();
    let begin = move |event: leptos::ev::DragEvent| dragged.begin(&event);
    let types = field.types.join(", ");
    let in_list = field.path.iter().any(|step| step == "[]");
    let everywhere = in_list || field.count >= looked;
    let number =
        if everywhere { String::new() } else { format!("{} of {looked}", grouped(field.count)) };
    let tip = match (in_list, everywhere) {
        (true, _) => format!("{types} · in {}", count(field.count, "list")),
        (false, true) => format!("{types} · in all items"),
        (false, false) => format!("{types} · in {} of {}", field.count, count(looked, "item")),
    };
    let path = StoredValue::new(field.path);
    let menu = move |anchor: Anchor| {
        let app = look.editor.app;
        let items = path.with_value(|path| copy::of_path(app, look, path));
        app.menu.set(Some(OpenMenu::new("Field", anchor, items)));
    };
    let on_context = move |event: web_sys::MouseEvent| {
        event.prevent_default();
        menu(Anchor::Point(f64::from(event.client_x()), f64::from(event.client_y())));
    };
    let on_key = move |event: KeyboardEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let Some(target) = target else { return };
        let to = match event.key().as_str() {
            "Enter" | " " => {
                let rect = target.get_bounding_client_rect();
                menu(Anchor::Box(rect.left() + 12.0, rect.top(), rect.right(), rect.bottom()));
                None
            }
            "ArrowDown" => target.next_element_sibling(),
            "ArrowUp" => target.previous_element_sibling(),
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        if let Some(to) = to.and_then(|to| to.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = to.focus();
        }
    };
    view! {
        <div
            class="rr-schema__row"
            class=("rr-schema__row--drags", drags)
            role="listitem"
            tabindex="0"
            style:padding-left=format!("{}px", 12 + depth * 16)
            draggable=drags.to_string()
            data-tip=tip
            on:dragstart=begin
            on:dragend=move |_| Dragged::end()
            on:contextmenu=on_context
            on:keydown=on_key
        >
            <span class="rr-schema__mark" aria-label=types>{type_mark(&field.types)}</span>
            <span class="rr-schema__name">{name}</span>
            <span class="rr-schema__example">{field.example}</span>
            <span class="rr-schema__count rr-num">{number}</span>
        </div>
    }
}
