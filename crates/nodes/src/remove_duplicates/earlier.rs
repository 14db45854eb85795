//! Items that no earlier run has seen, told by a value of each item that is remembered.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use reporunner_expression::{Moment, zone_named};
use reporunner_model::{Item, NodeError, Property};
use reporunner_node::{Context, MemoryScope, Values};
use serde_json::{Value, json};

use crate::form;
use crate::items::{Input, option_number, option_text};
use crate::js;

/// The operation that passes items that are new.
pub(super) const SEEN: &str = "removeItemsSeenInPreviousExecutions";
/// The operation that forgets what was seen.
pub(super) const FORGET: &str = "clearDeduplicationHistory";

const BY_KEY: &str = "removeItemsWithAlreadySeenKeyValues";
const BY_NUMBER: &str = "removeItemsUpToStoredIncrementalKey";
const BY_DATE: &str = "removeItemsUpToStoredDate";

/// Keys that are remembered where the node does not say.
const HISTORY: f64 = 10_000.0;

pub(super) fn properties() -> Vec<Property> {
    let on = |property: Property| property.versions(&[2.0]).show_when("operation", &[SEEN]);
    vec![
        on(Property::choice(
            "logic",
            "New is what has",
            &[
                (BY_KEY, "A value that was not there yet"),
                (BY_NUMBER, "A higher number than all before"),
                (BY_DATE, "A later date than all before"),
            ],
        ))
        .fixed(),
        on(Property::text("dedupeValue", "Value"))
            .placeholder("={{ $json.id }}")
            .required()
            .show_when("logic", &[BY_KEY]),
        on(Property::text("incrementalDedupeValue", "Number"))
            .placeholder("={{ $json.id }}")
            .required()
            .show_when("logic", &[BY_NUMBER]),
        on(Property::text("dateDedupeValue", "Date"))
            .placeholder("={{ $json.createdAt }}")
            .required()
            .show_when("logic", &[BY_DATE]),
    ]
}

pub(super) fn options() -> Property {
    form::options(vec![
        Property::choice(
            "scope",
            "Remembered for",
            &[("node", "This node"), ("workflow", "All such nodes of the workflow")],
        ),
        Property::number("historySize", "Values that are remembered", HISTORY)
            .help("The newest stay.")
            .show_when("logic", &[BY_KEY]),
    ])
    .versions(&[2.0])
    .show_when("operation", &[SEEN, FORGET])
}

fn scope(values: &Values<'_>) -> MemoryScope {
    match option_text(values, "options.scope").as_deref() {
        Some("workflow") => MemoryScope::Workflow,
        _ => MemoryScope::Node,
    }
}

/// Forgets what was seen.
pub(super) async fn forget(context: &Context) -> Result<(), NodeError> {
    let scope = scope(&context.values(0)?);
    context.handles.memory.forget(scope).await
}

/// The items that are new; from now on they are not.
pub(super) async fn fresh(context: &Context, input: &mut Input) -> Result<Vec<Item>, NodeError> {
    if input.items().is_empty() {
        return Ok(Vec::new());
    }
    let values = context.values(0)?;
    let is_new = match values.text("logic").as_str() {
        BY_NUMBER => above(context, input.items().len(), "number", number).await?,
        BY_DATE => above(context, input.items().len(), "date", date).await?,
        _ => unseen(context, input.items().len()).await?,
    };
    let kept = is_new.into_iter().enumerate().filter(|(_, is_new)| *is_new);
    Ok(kept.map(|(index, _)| input.item(index).paired(index, 0)).collect())
}

/// Items whose value was not there in earlier runs. Several with the same one are all new: what is
/// twice in the input is another question.
async fn unseen(context: &Context, count: usize) -> Result<Vec<bool>, NodeError> {
    let values = context.values(0)?;
    let scope = scope(&values);
    let most = option_number(&values, "options.historySize").unwrap_or(HISTORY).max(1.0) as usize;
    let mut numbers: HashMap<String, usize> = HashMap::new();
    let mut keys = Vec::new();
    let mut key_of = Vec::with_capacity(count);
    for index in 0..count {
        let key = js::cell(&context.values(index)?.value("dedupeValue"));
        let next = keys.len();
        let number = *numbers.entry(key.clone()).or_insert(next);
        if number == next {
            keys.push(key);
        }
        key_of.push(number);
    }
    let fresh = context.handles.memory.see(scope, keys, most).await?;
    Ok(key_of.into_iter().map(|number| fresh.get(number).copied().unwrap_or(true)).collect())
}

/// Items whose value is above the highest of earlier runs.
async fn above(
    context: &Context,
    count: usize,
    name: &str,
    read: fn(&Context, &Values<'_>) -> Result<f64, NodeError>,
) -> Result<Vec<bool>, NodeError> {
    let scope = scope(&context.values(0)?);
    let memory = &context.handles.memory;
    let before = memory.get(scope, name).await?.and_then(|value| value.as_f64());
    let before = before.unwrap_or(f64::NEG_INFINITY);
    let mut highest = before;
    let mut is_new = Vec::with_capacity(count);
    for index in 0..count {
        let value = read(context, &context.values(index)?).map_err(|error| error.at_item(index))?;
        highest = highest.max(value);
        is_new.push(value > before);
    }
    if highest > before {
        memory.set(scope, name, json!(highest)).await?;
    }
    Ok(is_new)
}

fn number(_: &Context, values: &Values<'_>) -> Result<f64, NodeError> {
    let value = values.value("incrementalDedupeValue");
    let number = match &value {
        Value::Number(_) => js::to_number(&value),
        Value::String(text) if !text.trim().is_empty() => js::text_to_number(text),
        _ => f64::NAN,
    };
    if number.is_finite() {
        return Ok(number);
    }
    Err(NodeError::new(format!("{value} is no number"))
        .hint("Give the field with the number that grows, such as {{ $json.id }}.")
        .about(&["incrementalDedupeValue"]))
}

fn date(context: &Context, values: &Values<'_>) -> Result<f64, NodeError> {
    let value = values.value("dateDedupeValue");
    let zone = zone_named(&context.run.timezone).unwrap_or(TimeZone::UTC);
    let moment = match &value {
        Value::Number(number) => number.as_f64().and_then(|ms| Moment::from_ms(ms, &zone)),
        Value::String(text) => Moment::from_text(text.trim(), &zone),
        _ => None,
    };
    let ms = moment.map(|moment| moment.zoned().timestamp().as_millisecond() as f64);
    ms.ok_or_else(|| {
        NodeError::new(format!("{value} is no date"))
            .hint("Give the field with the date, such as {{ $json.createdAt }}.")
            .about(&["dateDedupeValue"])
    })
}
