//! What each comparison means. A comparison that a type does not have is not met.

use jiff::tz::TimeZone;
use serde_json::Value;

use super::Options;
use crate::datetime::from_iso;
use crate::field_type::{FieldType, text_of};

/// Decides one comparison between values of the right types.
pub(super) fn compare(
    left: &Value,
    right: &Value,
    wanted: FieldType,
    operation: &str,
    options: &Options,
) -> bool {
    match operation {
        "exists" => return !left.is_null(),
        "notExists" => return left.is_null(),
        _ => {}
    }
    match wanted {
        FieldType::Number => number(left, right, operation),
        FieldType::Boolean => boolean(left, right, operation),
        FieldType::DateTime => moment(left, right, operation),
        FieldType::Array => array(left, right, operation, !options.case_sensitive),
        FieldType::Object => object(left, operation),
        _ => text(left, right, operation, options),
    }
}

fn text(left: &Value, right: &Value, operation: &str, options: &Options) -> bool {
    let fold = |value: &Value| {
        let text = if value.is_null() { String::new() } else { text_of(value) };
        if options.case_sensitive { text } else { text.to_lowercase() }
    };
    let (a, b) = (fold(left), fold(right));
    match operation {
        "empty" => a.is_empty(),
        "notEmpty" => !a.is_empty(),
        "equals" => a == b,
        "notEquals" => a != b,
        "contains" => a.contains(&b),
        "notContains" => !a.contains(&b),
        "startsWith" => a.starts_with(&b),
        "notStartsWith" => !a.starts_with(&b),
        "endsWith" => a.ends_with(&b),
        "notEndsWith" => !a.ends_with(&b),
        "regex" => matches(&a, &text_of(right)),
        "notRegex" => !matches(&a, &text_of(right)),
        _ => false,
    }
}

/// The pattern may be written with slashes and flags. A pattern that is none matches nothing.
fn matches(text: &str, pattern: &str) -> bool {
    let (source, flags) = match pattern.strip_prefix('/').and_then(|rest| rest.rsplit_once('/')) {
        Some((source, flags)) if flags.chars().all(|c| c.is_ascii_lowercase()) => (source, flags),
        _ => (pattern, ""),
    };
    crate::syntax::RegexPattern::new(source, flags)
        .is_ok_and(|pattern| pattern.regex.is_match(text))
}

fn number(left: &Value, right: &Value, operation: &str) -> bool {
    let (a, b) = (left.as_f64(), right.as_f64());
    match operation {
        "empty" => return a.is_none(),
        "notEmpty" => return a.is_some(),
        "notEquals" => return a != b || a.is_none(),
        _ => {}
    }
    let (Some(a), Some(b)) = (a, b) else { return operation == "equals" && left == right };
    match operation {
        "equals" => a == b,
        "gt" => a > b,
        "lt" => a < b,
        "gte" => a >= b,
        "lte" => a <= b,
        _ => false,
    }
}

fn boolean(left: &Value, right: &Value, operation: &str) -> bool {
    match operation {
        "empty" => left.is_null(),
        "notEmpty" => !left.is_null(),
        "true" => left == &Value::Bool(true),
        "false" => left == &Value::Bool(false),
        "equals" => left == right,
        "notEquals" => left != right,
        _ => false,
    }
}

fn moment(left: &Value, right: &Value, operation: &str) -> bool {
    // Both are ISO text with an offset by now.
    let ms = |value: &Value| {
        value
            .as_str()
            .map(|text| from_iso(text, &TimeZone::UTC, false).ms())
            .filter(|ms| !ms.is_nan())
    };
    let (a, b) = (ms(left), ms(right));
    match operation {
        "empty" => return a.is_none(),
        "notEmpty" => return a.is_some(),
        _ => {}
    }
    let (Some(a), Some(b)) = (a, b) else { return false };
    match operation {
        "equals" => a == b,
        "notEquals" => a != b,
        "after" => a > b,
        "before" => a < b,
        "afterOrEquals" => a >= b,
        "beforeOrEquals" => a <= b,
        _ => false,
    }
}

fn array(left: &Value, right: &Value, operation: &str, ignore_case: bool) -> bool {
    let list = left.as_array().map(Vec::as_slice).unwrap_or_default();
    let length = list.len() as f64;
    let wanted = right.as_f64().unwrap_or(f64::NAN);
    match operation {
        "contains" => contains(list, right, ignore_case),
        "notContains" => !contains(list, right, ignore_case),
        "lengthEquals" => length == wanted,
        "lengthNotEquals" => length != wanted,
        "lengthGt" => length > wanted,
        "lengthLt" => length < wanted,
        "lengthGte" => length >= wanted,
        "lengthLte" => length <= wanted,
        "empty" => list.is_empty(),
        "notEmpty" => !list.is_empty(),
        _ => false,
    }
}

/// Whether a list holds a value; text with or without regard to capitals.
fn contains(list: &[Value], value: &Value, ignore_case: bool) -> bool {
    list.iter().any(|element| match (element, value) {
        (Value::String(a), Value::String(b)) if ignore_case => a.to_lowercase() == b.to_lowercase(),
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (a, b) => a == b,
    })
}

fn object(left: &Value, operation: &str) -> bool {
    let empty = left.as_object().is_none_or(serde_json::Map::is_empty);
    match operation {
        "empty" => empty,
        "notEmpty" => !empty,
        _ => false,
    }
}
