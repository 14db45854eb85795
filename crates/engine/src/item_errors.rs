//! Errors that nodes report on single items, and the output that such items take.
//!
//! The rules are n8n's (`WorkflowExecute`, <https://docs.n8n.io/flow-logic/error-handling/>).

use std::sync::Arc;

use reporunner_model::{Item, Items, PairedItem};
use serde_json::{Map, Value};

/// Whether the first item out of a node that can be tried again reports an error.
pub(crate) fn reports_failure(outputs: &[Items]) -> bool {
    let first = outputs.first().and_then(|items| items.first());
    first
        .and_then(|item| item.json.get("error"))
        .is_some_and(|error| !matches!(error, Value::Null | Value::Bool(false)))
}

/// Moves the items that report an error to output `error_output`, with the data of the item that
/// they were made from.
pub(crate) fn route(
    outputs: &mut Vec<Items>,
    error_output: usize,
    inputs: &[Items],
    from_wire: impl Fn(usize) -> bool,
) {
    outputs.resize_with(error_output + 1, Items::default);
    let mut errors = Vec::new();
    for output in &mut outputs[..error_output] {
        if !output.iter().any(is_error) {
            continue;
        }
        let (failed, fine): (Vec<Item>, Vec<Item>) =
            std::mem::take(Arc::make_mut(output)).into_iter().partition(is_error);
        errors.extend(failed.into_iter().map(|item| enrich(item, inputs, &from_wire)));
        *output = Arc::new(fine);
    }
    outputs[error_output] = Arc::new(errors);
}

/// Gives items that carry an error the same shape whichever node made them: `{ error: message }`.
pub(crate) fn normalize(outputs: &mut [Items]) {
    for output in outputs {
        if output.iter().all(|item| item.error.is_none()) {
            continue;
        }
        for item in Arc::make_mut(output) {
            if let Some(error) = &item.error {
                item.json = error_json(message(error)).into();
            }
        }
    }
}

/// The items of a node that failed as a whole, for its error output: what came in, with the error.
pub(crate) fn failed_items(input: &Items, error: &str) -> Items {
    let with_error = |item: &Item| {
        let mut item = item.clone();
        item.json.insert("error".to_owned(), Value::from(error));
        item
    };
    if input.is_empty() {
        return Arc::new(vec![Item::from_json(error_json(Value::from(error)))]);
    }
    Arc::new(input.iter().map(with_error).collect())
}

fn error_json(message: Value) -> Map<String, Value> {
    let mut json = Map::new();
    json.insert("error".to_owned(), message);
    json
}

fn message(error: &Value) -> Value {
    error.get("message").unwrap_or(error).clone()
}

fn is_error(item: &Item) -> bool {
    if item.error.as_deref().is_some_and(truthy) {
        return true;
    }
    item.json.get("error").is_some_and(truthy)
        && item.json.keys().all(|key| matches!(key.as_str(), "error" | "message" | "details"))
}

fn truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(on) => *on,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}

fn enrich(mut item: Item, inputs: &[Items], from_wire: &impl Fn(usize) -> bool) -> Item {
    let source = match &item.paired_item {
        Some(PairedItem::One(source)) => *source,
        Some(PairedItem::Many(many)) => match many.first() {
            Some(PairedItem::One(source)) => *source,
            _ => return item,
        },
        Some(PairedItem::Index(_)) | None => return item,
    };
    let origin = inputs.get(source.input).and_then(|items| items.get(source.item));
    if let Some(origin) = origin.filter(|_| from_wire(source.input)) {
        let mut json = origin.json.clone();
        json.extend(std::mem::take(&mut item.json));
        item.json = json;
    }
    item
}
