//! Values between scripts and the native methods, inside the worker: JSON with tags for what JSON
//! cannot say. A tagged value is an object whose field `$` says what it is.

use serde_json::{Map, Value, json};

use crate::datetime::{DateTime, Duration, Locale, Unit, zone_name, zone_named};
use crate::eval::Eval;
use crate::value::{Val, export_number};

/// A value as tagged JSON.
pub(crate) fn encode(value: &Val<'_>, depth: usize) -> Value {
    if depth > reporunner_model::limits::JSON_DEPTH {
        return Value::Null;
    }
    match value {
        Val::Undefined | Val::Function(_) => json!({ "$": "undefined" }),
        Val::Null => Value::Null,
        Val::Bool(truth) => Value::Bool(*truth),
        Val::Number(number) if number.is_finite() => export_number(*number),
        Val::Number(number) => json!({ "$": "number", "v": crate::value::number_text(*number) }),
        Val::Text(text) => Value::String((**text).to_owned()),
        Val::Date(ms) => json!({ "$": "date", "ms": export_number(ms.get()) }),
        Val::DateTime(moment) => encode_moment(moment),
        Val::Duration(duration) => {
            let parts: Map<_, _> = duration
                .parts()
                .map(|(unit, value)| (unit.to_owned(), export_number(value)))
                .collect();
            json!({ "$": "duration", "v": parts })
        }
        Val::List(_) | Val::Array(_) => {
            let values = value.elements().unwrap_or_default();
            Value::Array(values.iter().map(|value| encode(value, depth + 1)).collect())
        }
        other => {
            let fields: Map<_, _> = other
                .entries()
                .into_iter()
                .map(|(key, value)| (key, encode(&value, depth + 1)))
                .collect();
            if fields.contains_key("$") {
                json!({ "$": "object", "v": fields })
            } else {
                Value::Object(fields)
            }
        }
    }
}

fn encode_moment(moment: &DateTime) -> Value {
    match moment.zoned() {
        Some(at) => json!({
            "$": "dateTime",
            "ms": export_number(moment.ms()),
            "zone": zone_name(at),
            "locale": moment.locale.tag(),
        }),
        None => json!({ "$": "dateTime", "ms": null, "invalid": moment.invalid_reason() }),
    }
}

/// Tagged JSON as a value.
pub(crate) fn decode<'a>(eval: &Eval<'a>, value: Value) -> Val<'a> {
    match value {
        Value::Array(list) => {
            Val::array(list.into_iter().map(|value| decode(eval, value)).collect())
        }
        Value::Object(mut map) => {
            let Some(Value::String(tag)) = map.get("$").cloned() else {
                return Val::object(map.into_iter().map(|(key, value)| (key, decode(eval, value))));
            };
            decode_tagged(eval, &tag, &mut map)
        }
        other => Val::from_owned(other),
    }
}

fn decode_tagged<'a>(eval: &Eval<'a>, tag: &str, map: &mut Map<String, Value>) -> Val<'a> {
    let inner = map.remove("v").unwrap_or_default();
    let ms = map.get("ms").and_then(Value::as_f64).unwrap_or(f64::NAN);
    let text = |name: &str| map.get(name).and_then(Value::as_str).unwrap_or_default();
    match tag {
        "number" => Val::Number(crate::value::parse_number(inner.as_str().unwrap_or("NaN"))),
        "date" => Val::date(ms),
        "dateTime" if ms.is_nan() => Val::date_time(DateTime::invalid("invalid")),
        "dateTime" => {
            let local = &eval.frame.ambient.timezone;
            let zone = zone_named(text("zone"), local).unwrap_or_else(|| local.clone());
            Val::date_time(DateTime::from_ms(ms, &zone).with_locale(Locale::named(text("locale"))))
        }
        "duration" => {
            let mut duration = Duration::default();
            for (name, value) in inner.as_object().into_iter().flatten() {
                if let (Some(unit), Some(value)) = (Unit::named(name), value.as_f64()) {
                    duration.set(unit, value);
                }
            }
            Val::duration(duration)
        }
        "object" => match inner {
            Value::Object(fields) => {
                Val::object(fields.into_iter().map(|(key, value)| (key, decode(eval, value))))
            }
            _ => Val::object([]),
        },
        _ => Val::Undefined,
    }
}
