//! Sort: orders items by fields, by chance or by a script.

use std::cmp::Ordering;

use async_trait::async_trait;
use reporunner_model::{Item, Language, NodeDescription, NodeError, NodeGroup, Property};
use reporunner_node::{Context, Node, Output, ScriptCall, ScriptMode, Values};
use serde_json::{Value, json};

use crate::field_path::FieldPath;
use crate::form::{self, describe, texts};
use crate::items::{Input, option_flag};
use crate::js;

pub(crate) struct Sort;

#[async_trait]
impl Node for Sort {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Puts items in another order.".to_owned(),
            help: "- **By fields**: the first field decides; where two items are equal in it, \
                   the next one does. Capitals and small letters count the same. Items that \
                   are equal in all fields keep their order.\n- **Randomly**: a new order each \
                   run.\n- **By code**: JavaScript that gets two items, `a` and `b`, and \
                   returns a negative number if `a` comes first, a positive one if `b` does, \
                   else 0. Their fields are in `a.json` and `b.json`."
                .to_owned(),
            aliases: texts(&["order", "shuffle", "random", "rank", "arrange"]),
            properties: properties(),
            example: form::example(json!({
                "sortFieldsUi": { "sortField": [
                    { "id": "1", "fieldName": "total", "order": "descending" }
                ] }
            })),
            ..describe("sort", "Sort", NodeGroup::Data, "arrow-up-down", 28)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let values = context.values(0)?;
        match values.text("type").as_str() {
            "code" => {
                let code = script(&values.text("code"))?;
                let call = ScriptCall { code, mode: ScriptMode::AllItems, timeout_ms: None };
                Ok(Output::one(context.handles.script.run(call).await?.items))
            }
            "random" => {
                let mut items = Input::take(context, 0).into_items();
                pair(&mut items);
                Ok(Output::one(shuffled(items)?))
            }
            _ => {
                let keys = Key::read(&values)?;
                let mut items = Input::take(context, 0).into_items();
                for key in &keys {
                    let found = items.iter().any(|item| key.path.get(&item.json).is_some());
                    if !found && !items.is_empty() {
                        return Err(NodeError::new(format!(
                            "No item has the field {}",
                            key.path.name()
                        ))
                        .hint("Check the field's name; it is case sensitive.")
                        .about(&["sortFieldsUi", "sortField"]));
                    }
                }
                pair(&mut items);
                Ok(Output::one(by_fields(items, &keys)))
            }
        }
    }
}

fn properties() -> Vec<Property> {
    vec![
        Property::choice(
            "type",
            "How",
            &[("simple", "By fields"), ("random", "Randomly"), ("code", "By code")],
        ),
        Property::records(
            "sortFieldsUi",
            "Fields",
            "sortField",
            "Add field",
            vec![
                Property::text("fieldName", "Field").required().placeholder("date"),
                Property::choice(
                    "order",
                    "Order",
                    &[("ascending", "Smallest first"), ("descending", "Largest first")],
                ),
            ],
        )
        .show_when("type", &["simple"]),
        form::code("code", "Comparison", Language::JavaScript)
            .default_value(
                "// a and b are items: return a number below 0 to put a first.\n\
                 return a.json.total - b.json.total;",
            )
            .show_when("type", &["code"]),
        form::options(vec![Property::toggle(
            "disableDotNotation",
            "Dots are part of names",
            false,
        )])
        .show_when("type", &["simple"]),
    ]
}

struct Key {
    path: FieldPath,
    descending: bool,
}

impl Key {
    fn read(values: &Values<'_>) -> Result<Vec<Self>, NodeError> {
        let dots = !option_flag(values, "options.disableDotNotation").unwrap_or(false);
        let keys: Vec<Self> = values
            .records("sortFieldsUi.sortField")
            .into_iter()
            .filter_map(|record| {
                let name = record.get("fieldName").and_then(Value::as_str)?.trim();
                let descending = record.get("order").and_then(Value::as_str) == Some("descending");
                (!name.is_empty()).then(|| Self { path: FieldPath::new(name, dots), descending })
            })
            .collect();
        if keys.is_empty() {
            return Err(NodeError::new("No field to sort by is named")
                .hint("Add a field to sort by.")
                .about(&["sortFieldsUi"]));
        }
        Ok(keys)
    }
}

fn pair(items: &mut [Item]) {
    for (index, item) in items.iter_mut().enumerate() {
        item.paired_item = Item::default().paired(index, 0).paired_item;
    }
}

/// Items in the order of numbers drawn for them.
fn shuffled(items: Vec<Item>) -> Result<Vec<Item>, NodeError> {
    let mut bytes = vec![0; items.len() * 8];
    getrandom::fill(&mut bytes).map_err(|error| {
        NodeError::new("The machine gave no random numbers").detail(error.to_string()).retryable()
    })?;
    let mut drawn: Vec<(&[u8], Item)> = bytes.chunks_exact(8).zip(items).collect();
    drawn.sort_by_key(|(number, _)| *number);
    Ok(drawn.into_iter().map(|(_, item)| item).collect())
}

fn by_fields(items: Vec<Item>, keys: &[Key]) -> Vec<Item> {
    // Text is compared without regard to case; that copy is made once an item, not once a
    // comparison.
    let lower = |value: Option<&Value>| match value {
        Some(Value::String(text)) => Some(Value::String(text.to_lowercase())),
        other => other.cloned(),
    };
    let mut rows: Vec<(Vec<Option<Value>>, Item)> = items
        .into_iter()
        .map(|item| (keys.iter().map(|key| lower(key.path.get(&item.json))).collect(), item))
        .collect();
    if rows.len() < SHORT {
        insert_in_order(&mut rows, |(a, _), (b, _)| script_order(a, b, keys));
        return rows.into_iter().map(|(_, item)| item).collect();
    }
    rows.sort_by(|(a, _), (b, _)| {
        keys.iter()
            .zip(a.iter().zip(b))
            .map(|(key, (a, b))| {
                let order = compare(a.as_ref(), b.as_ref());
                if key.descending { order.reverse() } else { order }
            })
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    });
    rows.into_iter().map(|(_, item)| item).collect()
}

/// Lists shorter than this are sorted by insertion in JavaScript's engine (V8, "Getting things
/// sorted in V8", v8.dev).
const SHORT: usize = 64;

/// What n8n's comparison says. It is no order where values of several kinds meet: of null and a
/// text each comes after the other. So the outcome hangs on how the engine sorts, which
/// [`insert_in_order`] does as well.
fn script_order(a: &[Option<Value>], b: &[Option<Value>], keys: &[Key]) -> Ordering {
    for (key, (a, b)) in keys.iter().zip(a.iter().zip(b)) {
        let order = match (a, b) {
            (Some(a), Some(b)) if js::equal(a, b) => continue,
            (None, None) => continue,
            (Some(a), Some(b)) if js::less_than(a, b) => Ordering::Less,
            _ => Ordering::Greater,
        };
        return if key.descending { order.reverse() } else { order };
    }
    Ordering::Equal
}

/// Sorts by insertion after the run that the list begins with.
fn insert_in_order<T>(rows: &mut [T], order: impl Fn(&T, &T) -> Ordering) {
    let steps = rows.windows(2).map(|pair| order(&pair[1], &pair[0]).is_lt());
    let falls = steps.clone().next().unwrap_or(false);
    let run = 1 + steps.take_while(|step| *step == falls).count();
    if falls {
        rows[..run].reverse();
    }
    for at in run..rows.len() {
        // Where the order is none, the middles that are looked at decide.
        let (mut from, mut to) = (0, at);
        while from < to {
            let middle = from + (to - from) / 2;
            match order(&rows[at], &rows[middle]) {
                Ordering::Less => to = middle,
                _ => from = middle + 1,
            }
        }
        rows[from..=at].rotate_right(1);
    }
}

/// A total order: JavaScript's `<` where it decides, values of other kinds after those, missing
/// ones last.
fn compare(a: Option<&Value>, b: Option<&Value>) -> Ordering {
    let rank = |value: Option<&Value>| match value {
        Some(Value::Null) => 0,
        Some(Value::Bool(_)) => 1,
        Some(Value::Number(_)) => 2,
        Some(Value::String(_)) => 3,
        Some(Value::Array(_)) => 4,
        Some(Value::Object(_)) => 5,
        None => 6,
    };
    match (a, b) {
        (Some(a), Some(b)) if js::less_than(a, b) && numeric_or_same(a, b) => Ordering::Less,
        (Some(a), Some(b)) if js::less_than(b, a) && numeric_or_same(a, b) => Ordering::Greater,
        (Some(a), Some(b)) if numeric_or_same(a, b) => Ordering::Equal,
        _ => rank(a).cmp(&rank(b)),
    }
}

fn numeric_or_same(a: &Value, b: &Value) -> bool {
    let kind = |value: &Value| match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(_) => 1,
        Value::Array(_) | Value::Object(_) => 2,
    };
    kind(a) == kind(b)
}

fn script(comparison: &str) -> Result<String, NodeError> {
    if !comparison.contains("return") {
        return Err(NodeError::new("The comparison returns nothing")
            .hint("End it with `return` and a number.")
            .about(&["code"]));
    }
    Ok(format!("return $input.all().sort((a, b) => {{\n{comparison}\n}});"))
}
