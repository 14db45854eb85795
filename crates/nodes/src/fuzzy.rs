//! Values that a person takes for equal though their types differ: 1 and "1", true and "TRUE",
//! null and nothing, a list and its JSON text.
//!
//! It is not transitive (1 is like true and like "1", but "1" is not like "true"), so values are
//! first put into coarse buckets, which is fast, and then compared in pairs.

use serde_json::Value;

use crate::js;

/// Values that are alike are in the same bucket; not every two of a bucket are alike.
pub(crate) fn bucket(value: Option<&Value>) -> String {
    let no = || "0".to_owned();
    match value {
        None => no(),
        Some(value) if is_empty(value) => no(),
        Some(Value::Bool(on)) => u8::from(*on).to_string(),
        Some(Value::String(text)) if text.eq_ignore_ascii_case("false") => no(),
        Some(Value::String(text)) if text.eq_ignore_ascii_case("true") => "1".to_owned(),
        Some(Value::String(text)) => match nested(text) {
            Some(value) => bucket(Some(&value)),
            None => text.clone(),
        },
        Some(value) => {
            let mut key = String::new();
            js::write_key(value, &mut key);
            key
        }
    }
}

/// Whether two values, either of which may be missing, are alike. `null_is_zero` says whether
/// null is like 0 and "0" too.
pub(crate) fn alike(a: Option<&Value>, b: Option<&Value>, null_is_zero: bool) -> bool {
    let (a, b) = match (a, b) {
        (Some(a), Some(b)) => (a, b),
        (None, None) => return true,
        (Some(value), None) | (None, Some(value)) => return is_empty(value),
    };
    is_like(a, b, null_is_zero).or_else(|| is_like(b, a, null_is_zero)).unwrap_or(false)
}

/// The verdict where this order of the two is one that it knows.
fn is_like(a: &Value, b: &Value, null_is_zero: bool) -> Option<bool> {
    Some(match (a, b) {
        (Value::Null, Value::Number(number)) => null_is_zero && number.as_f64() == Some(0.0),
        (Value::Null, Value::String(text)) => text.is_empty() || (null_is_zero && text == "0"),
        (Value::Null, other) => is_empty(other),
        (Value::Number(_), Value::String(text)) => js::text(a) == *text,
        (Value::Bool(on), Value::String(text)) => {
            text == if *on { "1" } else { "0" } || text.eq_ignore_ascii_case(&on.to_string())
        }
        (Value::Bool(on), Value::Number(number)) => {
            number.as_f64() == Some(f64::from(u8::from(*on)))
        }
        (Value::Array(list), Value::String(text)) if list.is_empty() && text.is_empty() => true,
        (Value::Array(_) | Value::Object(_), Value::String(text)) => {
            nested(text).is_some_and(|value| js::equal(a, &value))
        }
        (Value::Array(_) | Value::Object(_), Value::Array(_) | Value::Object(_))
        | (Value::Bool(_), Value::Bool(_))
        | (Value::Number(_), Value::Number(_))
        | (Value::String(_), Value::String(_)) => js::equal(a, b),
        _ => return None,
    })
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

/// The list or object whose JSON a text is.
fn nested(text: &str) -> Option<Value> {
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    serde_json::from_str(text).ok()
}
