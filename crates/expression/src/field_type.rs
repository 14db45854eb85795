//! Values made to fit a type: the fields of Edit Fields and the sides of conditions.
//!
//! Facts of behaviour: n8n docs, "Edit Fields" and "If", and the messages its users know. A value
//! that does not fit is an error with what was wanted and what came.

use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use crate::datetime::{DateTime, from_http, from_iso, from_rfc2822, from_sql, js_date};
use crate::value::{export_number, number_text, parse_number};

/// A type that a value can be made to fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    /// Text.
    String,
    /// Text of letters, digits and underscores that starts with no digit.
    StringAlphanumeric,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// A moment; leaves as ISO text.
    DateTime,
    /// A time of day.
    Time,
    /// A list.
    Array,
    /// An object.
    Object,
    /// One of given values.
    Options,
    /// What is known of a file.
    Binary,
    /// Anything.
    Any,
}

impl FieldType {
    /// The type by its name in parameters.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "string" | "stringValue" => Self::String,
            "string-alphanumeric" => Self::StringAlphanumeric,
            "number" | "numberValue" => Self::Number,
            "boolean" | "booleanValue" => Self::Boolean,
            "dateTime" => Self::DateTime,
            "time" => Self::Time,
            "array" | "arrayValue" => Self::Array,
            "object" | "objectValue" => Self::Object,
            "options" => Self::Options,
            "binary" | "binaryValue" => Self::Binary,
            "any" => Self::Any,
            _ => return None,
        })
    }

    /// Its name in messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::String | Self::StringAlphanumeric => "string",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::DateTime => "dateTime",
            Self::Time => "time",
            Self::Array => "array",
            Self::Object => "object",
            Self::Options => "options",
            Self::Binary => "binary",
            Self::Any => "any",
        }
    }
}

/// How a value is made to fit.
#[derive(Debug, Clone)]
pub struct Fit<'f> {
    /// Nothing is converted; a value of another type does not fit.
    pub strict: bool,
    /// Whether text is made from values of other types.
    pub parse_strings: bool,
    /// The values that [`FieldType::Options`] allows.
    pub options: &'f [Value],
    /// Zone of dates that do not say theirs.
    pub timezone: TimeZone,
}

impl Default for Fit<'_> {
    fn default() -> Self {
        Self { strict: false, parse_strings: false, options: &[], timezone: TimeZone::UTC }
    }
}

/// Makes `value` fit, or says why the field `name` cannot hold it.
pub fn fit(name: &str, value: &Value, wanted: FieldType, how: &Fit<'_>) -> Result<Value, String> {
    if value.is_null() {
        return Ok(Value::Null);
    }
    let refuse =
        || Err(format!("'{name}' expects a {} but we got {}", wanted.as_str(), shown(value)));
    match wanted {
        FieldType::Any => Ok(value.clone()),
        _ if how.strict && !is_of(value, wanted) => refuse(),
        FieldType::String if how.parse_strings => Ok(Value::String(text_of(value))),
        FieldType::String => Ok(value.clone()),
        FieldType::StringAlphanumeric => match value.as_str() {
            Some(text) if is_identifier(text) => Ok(value.clone()),
            _ => Err("Value is not a valid alphanumeric string, only letters, numbers and underscore allowed".to_owned()),
        },
        FieldType::Number => to_number(value).map_or_else(refuse, |number| Ok(export_number(number))),
        FieldType::Boolean => to_boolean(value).map_or_else(refuse, |truth| Ok(Value::Bool(truth))),
        FieldType::DateTime => match to_moment(value, &how.timezone) {
            Some(text) => Ok(Value::String(text)),
            None => Err(format!(
                "'{name}' expects a dateTime but we got {}. Write it as ISO 8601 or make it with DateTime.fromFormat()",
                shown(value)
            )),
        },
        FieldType::Time => match value.as_str() {
            Some(text) if is_time(text) => Ok(value.clone()),
            _ => Err(format!("'{name}' expects time (hh:mm:(:ss)) but we got {}.", shown(value))),
        },
        FieldType::Array => to_array(value).map_or_else(refuse, Ok),
        FieldType::Object => to_object(value).map_or_else(refuse, Ok),
        FieldType::Options if how.options.contains(value) => Ok(value.clone()),
        FieldType::Options => {
            let names: Vec<String> = how.options.iter().map(text_of).collect();
            Err(format!(
                "'{name}' expects one of the following values: [{}] but we got {}",
                names.join(", "),
                shown(value)
            ))
        }
        FieldType::Binary => {
            let file = value.get("mimeType").is_some()
                && (value.get("data").is_some() || value.get("id").is_some());
            if file { Ok(value.clone()) } else {
                Err(format!(
                    "'{name}' expects a binary but we got {}. Make sure the value is a valid binary data object with 'mimeType' and 'data' or 'id' property.",
                    shown(value)
                ))
            }
        }
    }
}

/// Whether a value already is of a type.
pub(crate) fn is_of(value: &Value, wanted: FieldType) -> bool {
    match wanted {
        FieldType::String | FieldType::StringAlphanumeric | FieldType::Time => value.is_string(),
        FieldType::Number => value.is_number(),
        FieldType::Boolean => value.is_boolean(),
        FieldType::Array => value.is_array(),
        FieldType::Object | FieldType::Binary => value.is_object(),
        FieldType::DateTime | FieldType::Options | FieldType::Any => true,
    }
}

/// The value in a message: lists and objects by their kind, the rest quoted.
fn shown(value: &Value) -> String {
    match value {
        Value::Array(_) => "array".to_owned(),
        Value::Object(_) => "object".to_owned(),
        other => format!("'{}'", text_of(other)),
    }
}

/// The value as text, objects as JSON.
pub(crate) fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number_text(number.as_f64().unwrap_or(f64::NAN)),
        other => crate::value::stringify(other, ""),
    }
}

fn is_identifier(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A number, or text or a truth value that stands for one.
pub(crate) fn to_number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::Bool(truth) => Some(f64::from(u8::from(*truth))),
        Value::String(text) if !text.trim().is_empty() => {
            Some(parse_number(text)).filter(|number| !number.is_nan())
        }
        _ => None,
    }
}

/// True or false, or text or a number that stands for one.
pub(crate) fn to_boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::Number(number) => match number.as_f64() {
            Some(0.0) => Some(false),
            Some(1.0) => Some(true),
            _ => None,
        },
        Value::String(text) => match text.to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            text => match parse_number(text) {
                _ if text.trim().is_empty() => None,
                0.0 => Some(false),
                1.0 => Some(true),
                _ => None,
            },
        },
        _ => None,
    }
}

fn to_moment(value: &Value, zone: &TimeZone) -> Option<String> {
    moment_in(value.as_str()?, zone, &TimeZone::UTC)?.to_iso()
}

/// Text that is a date in one of the forms people and systems write. A bare number is none: it
/// could be seconds or milliseconds.
pub(crate) fn moment_in(text: &str, zone: &TimeZone, system: &TimeZone) -> Option<DateTime> {
    let text = text.trim();
    let found = [from_iso, from_rfc2822, from_http, from_sql]
        .into_iter()
        .map(|read| read(text, zone, true))
        .find(|moment| moment.zoned().is_some());
    if found.is_some() {
        return found;
    }
    if text.parse::<f64>().is_ok() {
        return None;
    }
    let moment = DateTime::from_ms(js_date::parse(text, system), zone);
    moment.zoned().is_some().then_some(moment)
}

fn is_time(text: &str) -> bool {
    let clock = text.split(['+', '-']).next().unwrap_or_default();
    let offset = text[clock.len()..].trim_start_matches(['+', '-']);
    let parts: Vec<&str> = clock.split(':').collect();
    let number = |part: &str, most: u32| {
        part.len() == 2 && part.parse::<u32>().is_ok_and(|number| number <= most)
    };
    let offset_fits = offset.is_empty() && clock.len() == text.len()
        || matches!(offset.replace(':', "").len(), 2 | 4)
            && offset.bytes().all(|b| b.is_ascii_digit() || b == b':');
    matches!(parts.len(), 2 | 3)
        && number(parts[0], 23)
        && parts[1..].iter().all(|part| number(part, 59))
        && offset_fits
}

fn to_array(value: &Value) -> Option<Value> {
    match value {
        Value::Array(_) => Some(value.clone()),
        Value::String(text) => loose_json(text).filter(Value::is_array),
        _ => None,
    }
}

fn to_object(value: &Value) -> Option<Value> {
    match value {
        Value::Object(_) => Some(value.clone()),
        Value::String(text) => loose_json(text).filter(Value::is_object),
        _ => None,
    }
}

/// JSON as people type it: bare keys and single quotes are fine.
pub(crate) fn loose_json(text: &str) -> Option<Value> {
    if let Ok(value) = serde_json::from_str(text) {
        return Some(value);
    }
    let tree = crate::syntax::parse(text).ok()?;
    literal(&tree)
}

fn literal(tree: &crate::syntax::Expr) -> Option<Value> {
    use crate::syntax::{Expr, Key, Property, UnaryOp};
    Some(match tree {
        Expr::Null => Value::Null,
        Expr::Bool(truth) => Value::Bool(*truth),
        Expr::Number(number) => export_number(*number),
        Expr::String(text) => Value::String(text.to_string()),
        Expr::Unary(UnaryOp::Minus, inner) => match literal(inner)? {
            Value::Number(number) => export_number(-number.as_f64()?),
            _ => return None,
        },
        Expr::Array(elements) => {
            let values = elements
                .iter()
                .map(|element| if element.spread { None } else { literal(&element.value) });
            Value::Array(values.collect::<Option<_>>()?)
        }
        Expr::Object(properties) => {
            let fields = properties.iter().map(|property| match property {
                Property::Field(Key::Fixed(key), value) => Some((key.to_string(), literal(value)?)),
                _ => None,
            });
            Value::Object(fields.collect::<Option<Map<_, _>>>()?)
        }
        _ => return None,
    })
}
