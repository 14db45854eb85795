//! How one value of a parameter stands in the document, and how a key does.
//!
//! An ordinary string, number, boolean or null is the scalar of the same kind. A list or an object
//! that does not merge by part is opaque: its JSON text as a byte string, which no ordinary value
//! is. Nothing here decides which values are opaque.

use automerge::{ScalarValue, ScalarValueRef};
use reporunner_model::limits;
use serde_json::{Number, Value};

/// Key of a record's place in its list.
pub(crate) const ORDER: &str = "$order";
/// Key of the list of keys in the order in which they were written, where that is not their
/// alphabetical order.
pub(crate) const KEYS: &str = "$keys";
/// Key that says that a map is a list of records.
pub(crate) const LIST: &str = "$list";
/// Start of the key beside an object that says what stands in its place: null where the value is
/// not set, opaque JSON where another value is.
const INSTEAD: &str = "$is:";
/// Start of a stored key whose own text is empty or starts with `$`.
const ESCAPED: &str = "$:";

/// The scalar for a value.
pub(crate) fn to_scalar(value: &Value) -> ScalarValue {
    match value {
        Value::Null => ScalarValue::Null,
        Value::Bool(yes) => ScalarValue::Boolean(*yes),
        Value::String(text) => ScalarValue::Str(text.as_str().into()),
        Value::Number(number) => number_scalar(number),
        Value::Array(_) | Value::Object(_) => opaque(value),
    }
}

fn number_scalar(number: &Number) -> ScalarValue {
    if let Some(int) = number.as_i64() {
        ScalarValue::Int(int)
    } else if let Some(uint) = number.as_u64() {
        ScalarValue::Uint(uint)
    } else {
        ScalarValue::F64(number.as_f64().unwrap_or_default())
    }
}

/// The value as one opaque register, whatever it is.
pub(crate) fn opaque(value: &Value) -> ScalarValue {
    ScalarValue::Bytes(value.to_string().into_bytes())
}

/// The value that a scalar stands for. What another program may have written and we never do
/// (counters, dates) is read as the number it holds.
pub(crate) fn from_scalar(scalar: &ScalarValueRef<'_>) -> Value {
    match scalar {
        ScalarValueRef::Bytes(bytes) => serde_json::from_slice(bytes).unwrap_or(Value::Null),
        ScalarValueRef::Str(text) => Value::String(text.to_string()),
        ScalarValueRef::Int(number)
        | ScalarValueRef::Counter(number)
        | ScalarValueRef::Timestamp(number) => Value::from(*number),
        ScalarValueRef::Uint(number) => Value::from(*number),
        ScalarValueRef::F64(number) => Number::from_f64(*number).map_or(Value::Null, Value::Number),
        ScalarValueRef::Boolean(yes) => Value::Bool(*yes),
        ScalarValueRef::Unknown { .. } | ScalarValueRef::Null => Value::Null,
    }
}

/// The key in the document for a key of a person's.
pub(crate) fn stored(key: &str) -> String {
    if key.is_empty() || key.starts_with('$') { format!("{ESCAPED}{key}") } else { key.to_owned() }
}

/// The key beside `stored` that says what stands in the place of the object there.
pub(crate) fn instead(stored: &str) -> String {
    format!("{INSTEAD}{stored}")
}

/// What a key in the document is.
pub(crate) enum Key<'k> {
    /// A person's key.
    Own(&'k str),
    /// Says what stands in the place of the object at this stored key.
    Instead(&'k str),
    /// Ours.
    Reserved,
}

/// Reads a key of the document.
pub(crate) fn key(stored: &str) -> Key<'_> {
    if let Some(of) = stored.strip_prefix(INSTEAD) {
        Key::Instead(of)
    } else if let Some(own) = stored.strip_prefix(ESCAPED) {
        Key::Own(own)
    } else if stored.starts_with('$') {
        Key::Reserved
    } else {
        Key::Own(stored)
    }
}

/// Whether `value` is nested more deeply than JSON of ours may be.
pub(crate) fn too_deep(value: &Value) -> bool {
    fn deeper(value: &Value, left: usize) -> bool {
        match value {
            Value::Array(list) => left == 0 || list.iter().any(|value| deeper(value, left - 1)),
            Value::Object(map) => left == 0 || map.values().any(|value| deeper(value, left - 1)),
            _ => false,
        }
    }
    // A few levels stay free for what a reader wraps around the value.
    deeper(value, limits::JSON_DEPTH - 8)
}
