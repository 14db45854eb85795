//! Lists of records: add, remove, put in order by drag or by key.

use std::sync::Arc;

use leptos::ev::{DragEvent, KeyboardEvent};
use leptos::prelude::*;
use reporunner_model::{Property, record_id};
use serde_json::{Map, Value};

use super::field::Properties;
use super::form::{Form, Spot};
use super::paths;
use crate::browser;
use crate::kit::{Button, ButtonKind, Icon, IconButton};

/// What a dragged record is called in the browser's drag data.
const DRAGGED: &str = "application/x-reporunner-record";

/// A list of records as the form knows it. Copies are the same.
#[derive(Clone, Copy)]
pub(super) struct List {
    form: Form,
    path: StoredValue<Vec<String>>,
    /// Steps of its records, in order.
    pub(super) steps: Memo<Vec<String>>,
    label: StoredValue<String>,
}

impl List {
    /// The list under `key` of the value at `spot`.
    pub(super) fn new(spot: Spot, key: &str) -> Self {
        let key = key.to_owned();
        let path = StoredValue::new(paths::join(&spot.path(), &key));
        let steps = Memo::new(move |_| {
            let value = spot.effective();
            let records = value.get(&key).and_then(Value::as_array);
            let records = records.map(Vec::as_slice).unwrap_or_default();
            records.iter().enumerate().map(|(at, record)| paths::record_step(record, at)).collect()
        });
        Self { form: spot.form, path, steps, label: StoredValue::new(spot.label()) }
    }

    /// Path of a record.
    pub(super) fn record(self, step: &str) -> Vec<String> {
        self.path.with_value(|path| paths::join(path, step))
    }

    /// Adds a record at the end.
    pub(super) fn add(self, make: impl FnOnce(&str) -> Value) {
        let id = browser::node_id();
        let record = make(id.as_str());
        let path = self.record(&format!("#{id}"));
        self.form.set(format!("Add to {}", self.label.get_value()), &path, Some(record));
        let record = format!("[data-record=\"{}\"] .rr-record__fields", paths::as_attribute(&path));
        crate::time::after(30, move || {
            let inside = [".cm-content", "input", "textarea", "button"];
            let _ = inside.iter().any(|inside| browser::focus(&format!("{record} {inside}")));
        });
    }

    /// Takes a record away; the focus goes to its neighbour, or to what adds one.
    fn remove(self, step: &str) {
        let path = self.record(step);
        let steps = self.steps.get_untracked();
        let at = steps.iter().position(|other| other == step).unwrap_or(0);
        let next = steps.get(at + 1).or_else(|| steps.get(at.checked_sub(1)?));
        let next = next.map(|next| paths::as_attribute(&self.record(next)));
        self.form.set(format!("Remove from {}", self.label.get_value()), &path, None);
        let list = self.path.with_value(|path| paths::as_attribute(path));
        crate::time::after(30, move || {
            let to = next.map_or_else(
                || format!("[data-list=\"{list}\"] > .rr-button, [data-list=\"{list}\"] .rr-records__add .rr-button"),
                |next| format!("[data-record=\"{next}\"] .rr-record__grip"),
            );
            browser::focus(&to);
        });
    }

    /// The list as an attribute of the page.
    pub(super) fn attribute(self) -> String {
        self.path.with_value(|path| paths::as_attribute(path))
    }

    /// Moves a record by one place.
    fn shift(self, step: &str, by: isize) {
        let steps = self.steps.get_untracked();
        let Some(at) = steps.iter().position(|other| other == step) else { return };
        let to = at as isize + by;
        if to < 0 || to >= steps.len() as isize {
            return;
        }
        // The record that shall follow it: past the neighbour where it goes down.
        let before = if by > 0 { steps.get(at + 2) } else { steps.get(at - 1) };
        self.place(step, before.map(String::as_str));
    }

    /// Puts a record before another, or at the end.
    fn place(self, step: &str, before: Option<&str>) {
        let Some(record) = step.strip_prefix('#') else { return };
        let before = before.and_then(|before| before.strip_prefix('#'));
        if before == Some(record) {
            return;
        }
        self.path.with_value(|path| self.form.move_record(path, record, before));
    }
}

/// A record with its place in the list. Copies are the same.
#[derive(Clone, Copy)]
struct Placed {
    list: List,
    step: StoredValue<String>,
    /// What a record is called here.
    noun: &'static str,
    /// Its place, and how many there are.
    place: Memo<(usize, usize)>,
}

impl Placed {
    fn new(list: List, step: String, noun: &'static str) -> Self {
        let step = StoredValue::new(step);
        let place = Memo::new(move |_| {
            let steps = list.steps.get();
            let mine = |other: &String| step.with_value(|step| other == step);
            (steps.iter().position(mine).unwrap_or(0), steps.len())
        });
        Self { list, step, noun, place }
    }

    fn shift(self, event: &KeyboardEvent, by: isize) {
        event.prevent_default();
        event.stop_propagation();
        self.list.shift(&self.step.get_value(), by);
        let (at, count) = self.place.get_untracked();
        self.list.form.editor.announce(format!("{} {} of {count}", self.noun, at + 1));
    }

    fn remove(self) {
        self.list.remove(&self.step.get_value());
    }
}

/// One record of a list: what it holds, and beside it a grip and the way out.
#[component]
pub(super) fn RecordFrame(
    /// The list.
    list: List,
    /// The record's step.
    step: String,
    /// What a record is called here.
    noun: &'static str,
    /// Its fields.
    children: Children,
) -> impl IntoView {
    let placed = Placed::new(list, step, noun);
    let over = RwSignal::new(false);
    // From within its fields, as lines move in an editor of code.
    let on_alt = move |event: KeyboardEvent| {
        if event.alt_key() && !event.default_prevented() && !list.form.read_only() {
            match event.key().as_str() {
                "ArrowUp" => placed.shift(&event, -1),
                "ArrowDown" => placed.shift(&event, 1),
                _ => {}
            }
        }
    };
    let on_over = move |event: DragEvent| {
        let types = event.data_transfer().map(|data| data.types());
        if types.is_some_and(|types| types.includes(&DRAGGED.into(), 0)) {
            event.prevent_default();
            over.set(true);
        }
    };
    let on_drop = move |event: DragEvent| {
        over.set(false);
        let data = event.data_transfer().and_then(|data| data.get_data(DRAGGED).ok());
        if let Some(dragged) = data.filter(|data| !data.is_empty()) {
            event.prevent_default();
            list.place(&dragged, Some(&placed.step.get_value()));
        }
    };
    let attribute = placed.step.with_value(|step| paths::as_attribute(&list.record(step)));
    view! {
        <div
            class="rr-record"
            class=("rr-record--over", move || over.get())
            data-record=attribute
            on:keydown=on_alt
            on:dragover=on_over
            on:dragleave=move |_| over.set(false)
            on:drop=on_drop
        >
            {(!list.form.read_only()).then(|| view! { <Sides placed/> })}
            <div class="rr-record__fields">{children()}</div>
        </div>
    }
}

/// What moves a record and takes it away.
#[component]
fn Sides(
    /// The record.
    placed: Placed,
) -> impl IntoView {
    let noun = placed.noun;
    let on_key = move |event: KeyboardEvent| match event.key().as_str() {
        "ArrowUp" => placed.shift(&event, -1),
        "ArrowDown" => placed.shift(&event, 1),
        "Delete" | "Backspace" => {
            event.prevent_default();
            event.stop_propagation();
            placed.remove();
        }
        _ => {}
    };
    let on_start = move |event: DragEvent| {
        if let Some(data) = event.data_transfer() {
            let _ = data.set_data(DRAGGED, &placed.step.get_value());
            data.set_effect_allowed("move");
        }
    };
    let label = move || {
        let (at, count) = placed.place.get();
        format!("{noun} {} of {count}: arrow keys move it, Delete takes it away", at + 1)
    };
    view! {
        <div class="rr-record__side">
            <button
                type="button"
                class="rr-record__grip"
                draggable="true"
                aria-label=label
                data-tip="Drag to another place; arrow keys move it, Delete takes it away"
                on:dragstart=on_start
                on:keydown=on_key
            >
                <Icon name="grip-vertical"/>
            </button>
            <IconButton icon="trash-2" label=format!("Remove this {noun}") on_press=move |_| placed.remove()/>
        </div>
    }
}

/// A list of records of one shape.
#[component]
pub(super) fn Records(
    /// Where the object is that holds the list.
    spot: Spot,
    /// Key of the list in it.
    key: String,
    /// Fields of a record.
    fields: Vec<Property>,
    /// Words on the button that adds one.
    add: String,
    /// Takes the list out of its collection.
    on_remove: Option<Callback<()>>,
) -> impl IntoView {
    let list = List::new(spot, &key);
    let (fields, add) = (StoredValue::new(Arc::new(fields)), StoredValue::new(add));
    let record = move |step: String| {
        let scope = list.record(&step);
        view! {
            <RecordFrame list step noun="entry">
                <Properties properties=fields.get_value() scope/>
            </RecordFrame>
        }
    };
    let new = move |_| list.add(|id| fields.with_value(|fields| new_record(id, fields)));
    let is_pairs = fields.with_value(|fields| is_pairs(fields));
    view! {
        <fieldset class="rr-group rr-records" class=("rr-records--pairs", is_pairs) data-list=list.attribute()>
            <legend class="rr-group__head">
                <span class="rr-param__label">{spot.label()}</span>
                {on_remove.map(|on_remove| view! {
                    <IconButton icon="x" label="Take it away" on_press=move |_| on_remove.run(())/>
                })}
            </legend>
            <For each=move || list.steps.get() key=Clone::clone let:step>{record(step)}</For>
            <Show when=move || !spot.form.read_only()>
                <Button kind=ButtonKind::Quiet icon="plus" on_press=new>{add.get_value()}</Button>
            </Show>
        </fieldset>
    }
}

/// Whether a record is a name and a value, and needs little room.
fn is_pairs(fields: &[Property]) -> bool {
    use reporunner_model::PropertyKind::Text;
    fields.len() == 2
        && fields.iter().all(|field| {
            matches!(field.kind, Text { multiline: false, .. }) && field.show.is_empty()
        })
}

/// A record as it is added: what its fields hold by default.
fn new_record(id: &str, fields: &[Property]) -> Value {
    let mut record = Map::new();
    record.insert("id".to_owned(), Value::from(id));
    for field in fields.iter().filter(|field| field.show.is_empty()) {
        if !field.default.is_null() {
            record.entry(field.name.clone()).or_insert_with(|| field.default.clone());
        }
    }
    let value = Value::Object(record);
    debug_assert_eq!(record_id(&value), Some(id), "a record is found by its id");
    value
}
