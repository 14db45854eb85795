//! Fields within fields: groups, and options that are added when wanted.

use std::sync::Arc;

use leptos::prelude::*;
use reporunner_model::{Property, PropertyKind};
use serde_json::{Map, Value};

use super::field::{Field, Properties};
use super::form::Spot;
use super::paths;
use crate::kit::{Button, ButtonKind, IconButton, MenuAction, MenuItem, OpenMenu, anchor_of};

/// A group of fields that is always there.
#[component]
pub(super) fn Group(
    /// Where the object is.
    spot: Spot,
    /// Its fields.
    fields: Vec<Property>,
    /// Takes the group out of its collection.
    on_remove: Option<Callback<()>>,
) -> impl IntoView {
    let mut scope = spot.path();
    let mut fields = fields;
    // A group that only wraps one of the same name is one group to a person.
    while let [Property { name, label, kind: PropertyKind::Group { fields: inner }, .. }] =
        fields.as_slice()
        && *label == spot.label()
    {
        scope.push(name.clone());
        fields = inner.clone();
    }
    view! {
        <fieldset class="rr-group">
            <legend class="rr-group__head">
                <span class="rr-param__label">{spot.label()}</span>
                {on_remove.map(|on_remove| view! {
                    <IconButton icon="x" label="Take it away" on_press=move |_| on_remove.run(())/>
                })}
            </legend>
            <Properties properties=Arc::new(fields) scope/>
        </fieldset>
    }
}

/// Options that are added when wanted.
#[component]
pub(super) fn Collection(
    /// Where the object is.
    spot: Spot,
    /// The fields there may be.
    fields: Vec<Property>,
    /// Words on the button that adds one.
    add: String,
) -> impl IntoView {
    let form = spot.form;
    let scope = StoredValue::new(spot.path());
    let add = StoredValue::new(add);
    let fields = StoredValue::new(Arc::new(fields));
    let names = Memo::new(move |_| match spot.effective() {
        Value::Object(map) => map.keys().cloned().collect::<Vec<String>>(),
        _ => Vec::new(),
    });
    // Those of the description that are set, in its order. Of several shapes the one that fits.
    let set = Memo::new(move |_| {
        let names = names.get();
        let shown = |property: &Property, all: &[Property]| {
            scope.with_value(|scope| form.is_shown(property, all, scope))
        };
        fields.with_value(|fields| {
            let mut found: Vec<usize> = Vec::new();
            for name in names {
                let candidates: Vec<usize> =
                    (0..fields.len()).filter(|at| fields[*at].name == name).collect();
                let fitting = candidates.iter().find(|at| shown(&fields[**at], fields));
                found.extend(fitting.or_else(|| candidates.first()).copied());
            }
            found.sort_unstable();
            found
        })
    });
    let remove = move |name: String| {
        let path = scope.with_value(|scope| paths::join(scope, &name));
        form.set(format!("Take away {}", spot.label()), &path, None);
    };
    let one = move |at: usize| {
        let property = fields.with_value(|fields| Arc::new(fields[at].clone()));
        let path = scope.with_value(|scope| paths::join(scope, &property.name));
        let name = property.name.clone();
        let on_remove = (!form.read_only()).then(|| Callback::new(move |()| remove(name.clone())));
        view! { <Field property path on_remove/> }
    };
    let open = move |event: leptos::ev::MouseEvent| {
        let items = addable(spot, fields.get_value(), &names.get_untracked(), scope.get_value());
        form.editor.app.menu.set(Some(OpenMenu::new(spot.label(), anchor_of(&event), items)));
    };
    let all_set = Memo::new(move |_| {
        let names = names.get();
        fields.with_value(|fields| fields.iter().all(|field| names.contains(&field.name)))
    });
    view! {
        <fieldset class="rr-group rr-group--options">
            <legend class="rr-group__head"><span class="rr-param__label">{spot.label()}</span></legend>
            <For each=move || set.get() key=|at| *at let:at>{one(at)}</For>
            <Show when=move || !form.read_only() && !all_set.get()>
                <Button kind=ButtonKind::Quiet icon="plus" menu=true on_press=open>{add.get_value()}</Button>
            </Show>
        </fieldset>
    }
}

/// The options that are not there yet, to be added.
fn addable(
    spot: Spot,
    fields: Arc<Vec<Property>>,
    names: &[String],
    scope: Vec<String>,
) -> Vec<MenuItem> {
    let form = spot.form;
    let mut items: Vec<MenuItem> = Vec::new();
    for field in fields.iter() {
        let shown = untrack(|| form.is_shown(field, &fields, &scope));
        if names.contains(&field.name) || !shown {
            continue;
        }
        let path = paths::join(&scope, &field.name);
        let value = first_value(field);
        let label = format!("Add {}", field.label);
        let run = Callback::new(move |()| form.set(label.clone(), &path, Some(value.clone())));
        items.push(MenuAction::new(field.label.clone(), run).into());
    }
    items
}

/// What an option holds when it is added.
fn first_value(field: &Property) -> Value {
    match field.default {
        Value::Null => Value::Object(Map::new()),
        ref default => default.clone(),
    }
}
