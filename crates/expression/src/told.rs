//! A value as it is told to somebody who wants to know what it is: JSON in which what JSON cannot
//! say has a tag, an object whose first key starts with a dollar sign.
//!
//! Nothing is computed from it: nodes get what leaves the evaluator, without tags.

use serde_json::{Map, Value, json};

use crate::datetime::{js_date, zone_name};
use crate::value::{Val, export_number, number_text};

/// The value with tags; it ends at the depth that no data may have.
pub(crate) fn tell(value: &Val<'_>) -> Value {
    tell_at(value, 0)
}

fn tell_at(value: &Val<'_>, depth: usize) -> Value {
    if depth > reporunner_model::limits::JSON_DEPTH {
        return Value::Null;
    }
    match value {
        Val::Undefined | Val::Function(_) => json!({ "$undefined": true }),
        Val::Null => Value::Null,
        Val::Bool(truth) => Value::Bool(*truth),
        Val::Number(number) if number.is_finite() => export_number(*number),
        Val::Number(number) => json!({ "$number": number_text(*number) }),
        Val::Text(text) => Value::String((**text).to_owned()),
        Val::Date(ms) => json!({ "$Date": js_date::to_iso(ms.get()) }),
        Val::DateTime(moment) => {
            json!({ "$DateTime": moment.to_iso(), "zone": moment.zoned().map(zone_name) })
        }
        Val::Duration(duration) => json!({ "$Duration": duration.to_iso() }),
        Val::List(_) | Val::Array(_) => {
            let values = value.elements().unwrap_or_default();
            Value::Array(values.iter().map(|value| tell_at(value, depth + 1)).collect())
        }
        other => {
            let fields = other.entries().into_iter();
            let fields: Map<_, _> =
                fields.map(|(key, value)| (key, tell_at(&value, depth + 1))).collect();
            Value::Object(fields)
        }
    }
}
