//! Values leave the evaluator as JSON: dates as ISO text, functions and undefined not at all.

use serde_json::{Map, Number, Value};

use super::Val;

/// Deeper than any data may be, so only an object inside itself can reach it.
const DEPTH: usize = 2 * reporunner_model::limits::JSON_DEPTH;

/// The value as JSON. None for undefined and functions. `Err` where it does not end.
pub(crate) fn export(value: &Val<'_>) -> Result<Option<Value>, Endless> {
    export_at(value, 0)
}

/// A value that holds itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Endless;

/// A number as JSON: whole ones without a fraction, what JSON cannot say as null.
pub(crate) fn export_number(number: f64) -> Value {
    if number == number.trunc() && number.abs() <= 9_007_199_254_740_992.0 {
        return Value::Number((number as i64).into());
    }
    Number::from_f64(number).map_or(Value::Null, Value::Number)
}

fn export_at(value: &Val<'_>, depth: usize) -> Result<Option<Value>, Endless> {
    if depth > DEPTH {
        return Err(Endless);
    }
    Ok(Some(match value {
        Val::Undefined | Val::Function(_) => return Ok(None),
        Val::Null => Value::Null,
        Val::Bool(truth) => Value::Bool(*truth),
        Val::Number(number) => export_number(*number),
        Val::Text(text) => Value::String((**text).to_owned()),
        Val::List(list) => Value::Array(list.to_vec()),
        Val::Map(map) => Value::Object((*map).clone()),
        Val::Array(list) => {
            let list = list.borrow();
            let values =
                list.iter().map(|value| Ok(export_at(value, depth + 1)?.unwrap_or(Value::Null)));
            Value::Array(values.collect::<Result<_, _>>()?)
        }
        Val::Object(map) => {
            let mut fields = Map::new();
            for (key, value) in &*map.borrow() {
                if let Some(value) = export_at(value, depth + 1)? {
                    fields.insert(key.clone(), value);
                }
            }
            Value::Object(fields)
        }
        Val::Date(ms) => match crate::datetime::js_date::to_iso(ms.get()) {
            Some(text) => Value::String(text),
            None => Value::Null,
        },
        Val::DateTime(moment) => moment.to_iso().map_or(Value::Null, Value::String),
        Val::Duration(duration) => Value::String(duration.to_iso()),
        Val::Regex(_) => Value::Object(Map::new()),
        Val::View(view) => view.export(),
    }))
}

/// `JSON.stringify` of exported data: two-space or other indents, numbers as JavaScript's.
pub(crate) fn stringify(value: &Value, indent: &str) -> String {
    let mut out = String::new();
    write(value, indent, 0, &mut out);
    out
}

fn write(value: &Value, indent: &str, level: usize, out: &mut String) {
    let break_line = |out: &mut String, level: usize| {
        if !indent.is_empty() {
            out.push('\n');
            (0..level).for_each(|_| out.push_str(indent));
        }
    };
    match value {
        Value::Number(number) => {
            out.push_str(&super::number_text(number.as_f64().unwrap_or(f64::NAN)));
        }
        Value::Array(list) if list.is_empty() => out.push_str("[]"),
        Value::Array(list) => {
            out.push('[');
            for (at, value) in list.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                break_line(out, level + 1);
                write(value, indent, level + 1, out);
            }
            break_line(out, level);
            out.push(']');
        }
        Value::Object(map) if map.is_empty() => out.push_str("{}"),
        Value::Object(map) => {
            out.push('{');
            for (at, (key, value)) in map.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                break_line(out, level + 1);
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push_str(if indent.is_empty() { ":" } else { ": " });
                write(value, indent, level + 1, out);
            }
            break_line(out, level);
            out.push('}');
        }
        other => out.push_str(&other.to_string()),
    }
}
