//! What is chosen: one of several, some of several, yes or no.

use leptos::prelude::*;
use reporunner_model::Choice;
use serde_json::Value;

use super::form::{Spot, plain};
use crate::kit::{Segmented, Select, Switch};

/// Most characters that the words of a choice may have together to stand in one row.
const ROW: usize = 34;

/// One of several.
#[component]
pub(super) fn ChoiceControl(
    /// Where the choice is.
    spot: Spot,
    /// What there is.
    options: Vec<Choice>,
) -> impl IntoView {
    let words: usize = options.iter().map(|option| option.label.chars().count()).sum();
    let in_a_row = (2..=3).contains(&options.len()) && words <= ROW;
    let known = StoredValue::new(options);
    let listed: Vec<(String, String)> = known.with_value(|options| {
        options.iter().map(|option| (key(&option.value), option.label.clone())).collect()
    });
    let listed = Signal::stored(listed);
    let value = Signal::derive(move || key(&spot.effective()));
    let on_pick = Callback::new(move |picked: String| {
        if spot.form.read_only() {
            return;
        }
        let found = known.with_value(|options| {
            options
                .iter()
                .find(|option| key(&option.value) == picked)
                .map(|option| option.value.clone())
        });
        if let Some(found) = found {
            spot.set(found);
        }
    });
    let help = move || {
        let value = spot.effective();
        known.with_value(|options| {
            let found = options.iter().find(|option| option.value == value)?;
            (!found.help.is_empty()).then(|| found.help.clone())
        })
    };
    let label = spot.label();
    let control = if in_a_row {
        view! { <Segmented options=listed value label look="box" on_pick/> }.into_any()
    } else {
        view! { <Select options=listed value label on_pick/> }.into_any()
    };
    view! {
        {control}
        {move || help().map(|help| view! { <p class="rr-param__help">{help}</p> })}
    }
}

/// A value as the key of an option.
fn key(value: &Value) -> String {
    plain(value)
}

/// Any of several.
#[component]
pub(super) fn MultiChoiceControl(
    /// Where the list is.
    spot: Spot,
    /// What there is.
    options: Vec<Choice>,
) -> impl IntoView {
    let chosen = move || match spot.effective() {
        Value::Array(list) => list,
        Value::Null => Vec::new(),
        other => vec![other],
    };
    let order: Vec<Value> = options.iter().map(|option| option.value.clone()).collect();
    let order = StoredValue::new(order);
    let option = move |option: Choice| {
        let (mine, other) = (option.value.clone(), option.value);
        let flip = move |_| {
            let mut now = match spot.effective_now() {
                Value::Array(list) => list,
                _ => Vec::new(),
            };
            match now.iter().position(|value| *value == mine) {
                Some(at) => drop(now.remove(at)),
                None => now.push(mine.clone()),
            }
            // In the order of the list, so that ports keep their order.
            let place = |value: &Value| {
                order.with_value(|order| order.iter().position(|known| known == value))
            };
            now.sort_by_key(|value| place(value).unwrap_or(usize::MAX));
            spot.set(Value::Array(now));
        };
        view! {
            <label class="rr-check">
                <input
                    type="checkbox"
                    disabled=spot.form.read_only()
                    prop:checked=move || chosen().contains(&other)
                    on:change=flip
                />
                <span>{option.label}</span>
            </label>
        }
    };
    view! {
        <div class="rr-checks" role="group" aria-labelledby=format!("{}-label", spot.dom_id())>
            {options.into_iter().map(option).collect_view()}
        </div>
    }
}

/// Yes or no.
#[component]
pub(super) fn ToggleControl(
    /// Where it is.
    spot: Spot,
) -> impl IntoView {
    let on = Signal::derive(move || truthy(&spot.effective()));
    let label = spot.label();
    view! {
        <Switch
            on
            label=Signal::stored(label)
            disabled=Signal::stored(spot.form.read_only())
            on_change=move |on| spot.set(Value::Bool(on))
        />
    }
}

fn truthy(value: &Value) -> bool {
    match value {
        Value::Bool(on) => *on,
        Value::String(text) => text == "true",
        _ => false,
    }
}
