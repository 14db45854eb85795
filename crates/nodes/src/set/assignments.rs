//! The fields a person set by hand, with their types.

use reporunner_model::NodeError;
use reporunner_node::Values;
use serde_json::{Map, Value};

use super::shown;
use crate::field_path::FieldPath;
use crate::items::option_flag;
use crate::js;

/// One field and its value.
pub(super) struct Assigned {
    pub(super) path: FieldPath,
    pub(super) value: Value,
}

/// The fields of versions 3 and later. `written` are the parameters before evaluation.
pub(super) fn read(
    values: &Values<'_>,
    written: &Map<String, Value>,
    dots: bool,
) -> Result<Vec<Assigned>, NodeError> {
    let ignore = option_flag(values, "options.ignoreConversionErrors").unwrap_or(false);
    let version = values.version();
    let old = version < 3.3;
    let list = if old { "fields.values" } else { "assignments.assignments" };
    let mut fields: Vec<Assigned> = Vec::new();
    for (index, record) in values.records(list).into_iter().enumerate() {
        let text = |key: &str| record.get(key).and_then(Value::as_str);
        let left = |key: &str| !was_written(written, list, index, key);
        let name = record.get("name").map(js::cell).unwrap_or_default();
        if name.is_empty() {
            continue;
        }
        let (kind, value) = if old {
            let key = text("type").unwrap_or("stringValue");
            let value = record.get(key).cloned();
            let value = value.or_else(|| left(key).then(|| unset(key)));
            (key.trim_end_matches("Value"), value)
        } else {
            let kind = text("type").unwrap_or("string");
            let value = record.get("value").cloned();
            let empty = || (kind == "string" && left("value")).then(|| Value::from(""));
            (kind, value.or_else(empty))
        };
        let value = convert(&name, kind, value, version, ignore).map_err(|error| {
            let parameter: Vec<String> = list.split('.').map(str::to_owned).collect();
            let record = text("id").map(|id| format!("#{id}"));
            NodeError { parameter: parameter.into_iter().chain(record).collect(), ..error }
        })?;
        // A field set twice keeps its first place and its last value.
        match fields.iter_mut().find(|field| field.path.name() == name) {
            Some(field) => field.value = value,
            None => fields.push(Assigned { path: FieldPath::new(&name, dots), value }),
        }
    }
    Ok(fields)
}

/// Whether a record's key was written, so that its absence now means an expression without value.
fn was_written(written: &Map<String, Value>, list: &str, index: usize, key: &str) -> bool {
    let (first, rest) = list.split_once('.').unwrap_or((list, ""));
    let records = written.get(first).and_then(|value| value.get(rest));
    let record = records.and_then(|list| list.get(index)).or(records);
    record.is_some_and(|record| record.get(key).is_some())
}

/// What a field of versions 3.0 to 3.2 holds where its value was left as the form shows it.
fn unset(key: &str) -> Value {
    match key {
        "booleanValue" => Value::Bool(true),
        "objectValue" => Value::Object(Map::new()),
        _ => Value::from(""),
    }
}

/// The fields of versions 1 and 2, which have a list for each type.
pub(super) fn legacy(
    values: &Values<'_>,
    written: &Map<String, Value>,
    dots: bool,
) -> Vec<Assigned> {
    let mut fields = Vec::new();
    for kind in ["boolean", "number", "string"] {
        let records = values.records(&format!("values.{kind}"));
        for (index, record) in records.into_iter().enumerate() {
            let written = || {
                let list = written.get("values")?.get(kind)?;
                list.get(index).unwrap_or(list).get("value")
            };
            if record.get("value").is_none() && written().is_some() {
                // An expression without value sets nothing.
                continue;
            }
            let name = record.get("name").map_or_else(|| "propertyName".to_owned(), js::cell);
            let unset = match kind {
                "boolean" => Value::Bool(false),
                "number" => Value::from(0),
                _ => Value::String(String::new()),
            };
            let value = record.get("value").cloned().unwrap_or(unset);
            let value = match &value {
                // Version 1 keeps a number that an expression gave as text.
                Value::String(text) if kind == "number" && values.version() >= 2.0 => {
                    let number = js::text_to_number(text);
                    if number.is_nan() { value } else { js::number(number) }
                }
                _ => value,
            };
            fields.push(Assigned { path: FieldPath::new(&name, dots), value });
        }
    }
    fields
}

/// The value as the type that was chosen for it.
fn convert(
    name: &str,
    kind: &str,
    value: Option<Value>,
    version: f64,
    ignore: bool,
) -> Result<Value, NodeError> {
    let value = value.unwrap_or(Value::Null);
    let keeps_null = version >= 3.2 || (version > 3.0 && kind == "string");
    if value.is_null() && keeps_null {
        return Ok(Value::Null);
    }
    let converted = match kind {
        "string" => Some(Value::String(match &value {
            Value::Array(_) | Value::Object(_) => value.to_string(),
            other => js::text(other),
        })),
        "number" => to_number(&value),
        "boolean" => to_boolean(&value),
        "array" => to_array(&value),
        "object" => to_object(&value),
        _ => Some(value.clone()),
    };
    match converted {
        Some(value) => Ok(value),
        None if ignore => Ok(value),
        None => Err(NodeError::new(format!(
            "The field {name} shall be {} and the value is {:?}",
            article(kind),
            shown(&value)
        ))
        .hint(
            "Give it another type, change the value, or switch on *Ignore type errors* in the \
             options.",
        )),
    }
}

fn article(kind: &str) -> &str {
    match kind {
        "number" => "a number",
        "boolean" => "true or false",
        "array" => "a list",
        "object" => "an object",
        other => other,
    }
}

fn to_number(value: &Value) -> Option<Value> {
    let number = js::to_number(value);
    (!number.is_nan()).then(|| js::number(number))
}

fn to_boolean(value: &Value) -> Option<Value> {
    match value {
        Value::Bool(_) => return Some(value.clone()),
        Value::String(text) if text.eq_ignore_ascii_case("true") => return Some(Value::Bool(true)),
        Value::String(text) if text.eq_ignore_ascii_case("false") => {
            return Some(Value::Bool(false));
        }
        _ => {}
    }
    match js::to_number(value) {
        0.0 => Some(Value::Bool(false)),
        1.0 => Some(Value::Bool(true)),
        _ => None,
    }
}

fn to_array(value: &Value) -> Option<Value> {
    if value.is_array() {
        return Some(value.clone());
    }
    parsed(value).filter(Value::is_array)
}

fn to_object(value: &Value) -> Option<Value> {
    if value.is_object() {
        return Some(value.clone());
    }
    parsed(value).filter(Value::is_object)
}

/// JSON text, where people may have used single quotes.
fn parsed(value: &Value) -> Option<Value> {
    let text = value.as_str()?;
    serde_json::from_str(text).or_else(|_| serde_json::from_str(&text.replace('\'', "\""))).ok()
}
