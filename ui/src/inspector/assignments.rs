//! Fields to set: a name, a type, a value each.

use std::sync::Arc;

use leptos::prelude::*;
use reporunner_model::{Choice, Property, PropertyKind};
use serde_json::{Value, json};

use super::conditions::Side;
use super::field::Complaints;
use super::form::{Spot, use_form};
use super::paths;
use super::records::{List, RecordFrame};
use super::text::Draft;
use crate::data::Dragged;
use crate::kit::{Button, ButtonKind, Select};

/// Types that a field can have: name in the workflow, words.
const TYPES: &[(&str, &str)] = &[
    ("string", "Text"),
    ("number", "Number"),
    ("boolean", "Yes or no"),
    ("array", "List"),
    ("object", "Object"),
];

/// The fields to set.
#[component]
pub(super) fn Assignments(
    /// Where they are.
    spot: Spot,
) -> impl IntoView {
    let form = spot.form;
    let list = List::new(spot, "assignments");
    let over = RwSignal::new(false);
    let new = |id: &str, name: &str, value: &str| json!({ "id": id, "name": name, "value": value, "type": "string" });
    let on_over = move |event: leptos::ev::DragEvent| {
        if !form.read_only() && Dragged::is_in(&event) {
            event.prevent_default();
            over.set(true);
        }
    };
    let on_drop = move |event: leptos::ev::DragEvent| {
        over.set(false);
        if let Some(dragged) = Dragged::from_event(&event).filter(|_| !form.read_only()) {
            event.prevent_default();
            let value = format!("={{{{ {} }}}}", dragged.code);
            list.add(|id| new(id, &dragged.name, &value));
        }
    };
    view! {
        <fieldset class="rr-group" data-list=list.attribute() data-param=paths::as_attribute(&spot.path())>
            <legend class="rr-group__head"><span class="rr-param__label">{spot.label()}</span></legend>
            <For each=move || list.steps.get() key=Clone::clone let:step>
                <Assignment list step/>
            </For>
            <Show when=move || !form.read_only()>
                <div
                    class="rr-records__add"
                    class=("rr-param--over", move || over.get())
                    on:dragover=on_over
                    on:dragleave=move |_| over.set(false)
                    on:drop=on_drop
                >
                    <Button kind=ButtonKind::Quiet icon="plus" on_press=move |_| list.add(|id| new(id, "", ""))>
                        "Add a field"
                    </Button>
                    <span class="rr-param__help">"or drop one here"</span>
                </div>
            </Show>
            <Complaints spot/>
        </fieldset>
    }
}

/// One field to set.
#[component]
fn Assignment(
    /// The list it is in.
    list: List,
    /// Its step.
    step: String,
) -> impl IntoView {
    let form = use_form();
    let path = list.record(&step);
    let place = |name: &str, label: &str| {
        Spot::new(form, Arc::new(Property::text(name, label)), paths::join(&path, name))
    };
    let (name, kind) = (place("name", "Name"), place("type", "Type"));
    let kind_text = Memo::new(move |_| {
        let text = kind.text().get();
        if text.is_empty() { "string".to_owned() } else { text }
    });
    let draft = Draft::new(Callback::new(move |text: String| name.set(Value::from(text))));
    let shown = draft.shown(name.text());
    let types: Vec<(String, String)> =
        TYPES.iter().map(|(value, words)| ((*value).to_owned(), (*words).to_owned())).collect();
    let value_path = StoredValue::new(paths::join(&path, "value"));
    let value = move || {
        let property = Property::new("value", "Value of the field", value_kind(&kind_text.get()));
        let spot = Spot::new(form, Arc::new(property), value_path.get_value());
        view! { <Side spot/> }
    };
    view! {
        <RecordFrame list step noun="field">
            <div class="rr-assign">
                <span class="rr-field">
                    <input
                        class="rr-field__input rr-mono"
                        aria-label="Name of the field"
                        placeholder="name"
                        autocomplete="off"
                        spellcheck="false"
                        readonly=form.read_only()
                        prop:value=move || shown.get()
                        on:input=move |event| draft.type_in(event_target_value(&event))
                        on:blur=move |_| draft.flush()
                    />
                </span>
                <Select options=Signal::stored(types) value=kind_text label="Type of the field"
                    on_pick=move |picked: String| if !form.read_only() { kind.set(Value::from(picked)) }/>
            </div>
            {value}
        </RecordFrame>
    }
}

/// How a value of a type is typed in.
fn value_kind(kind: &str) -> PropertyKind {
    match kind {
        "number" => PropertyKind::Number { min: None, max: None },
        "boolean" => {
            let choice = |value: bool| Choice {
                value: Value::Bool(value),
                label: value.to_string(),
                help: String::new(),
            };
            PropertyKind::Choice { options: vec![choice(true), choice(false)] }
        }
        "array" | "object" => PropertyKind::Json,
        _ => PropertyKind::Text { multiline: false, secret: false },
    }
}
