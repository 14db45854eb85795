//! Conditions as If, Filter and Switch had them before filters: a type, an operation, two values.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use regex::RegexBuilder;
use reporunner_model::NodeError;
use reporunner_node::Values;
use serde_json::{Map, Value};

use crate::js;

/// Whether all, or any, of the conditions of versions 1 hold. They lie under `conditions`, in a
/// list for each type.
pub(crate) fn all_or_any(values: &Values<'_>, any: bool) -> Result<bool, NodeError> {
    for kind in ["boolean", "dateTime", "number", "string"] {
        for record in values.records(&format!("conditions.{kind}")) {
            if of_record(kind, record)? == any {
                return Ok(any);
            }
        }
    }
    Ok(!any)
}

fn of_record(kind: &str, record: &Map<String, Value>) -> Result<bool, NodeError> {
    let unset = unset(kind);
    let first = record.get("value1").unwrap_or(&unset);
    let second = record.get("value2").unwrap_or(&unset);
    let operation = record.get("operation").and_then(Value::as_str);
    compare(kind, operation.unwrap_or_else(|| default_operation(kind)), first, second)
        .map_err(|error| error.about(&["conditions", kind]))
}

/// What a value is where it was left as the form shows it.
pub(crate) fn unset(kind: &str) -> Value {
    match kind {
        "boolean" => Value::Bool(false),
        "number" => Value::from(0),
        _ => Value::from(""),
    }
}

/// The operation where none was chosen.
pub(crate) fn default_operation(kind: &str) -> &'static str {
    match kind {
        "number" => "smaller",
        "dateTime" => "after",
        _ => "equal",
    }
}

/// One comparison.
pub(crate) fn compare(
    kind: &str,
    operation: &str,
    first: &Value,
    second: &Value,
) -> Result<bool, NodeError> {
    if kind == "dateTime" {
        let (first, second) = (moment(first)?, moment(second)?);
        return Ok(if operation == "before" { first < second } else { first > second });
    }
    // An empty value counts as 0 where numbers are compared and as no text where texts are.
    let number = |value: &Value| if js::truthy(value) { value.clone() } else { Value::from(0) };
    let text = |value: &Value| if js::truthy(value) { js::text(value) } else { String::new() };
    let less = |a: &Value, b: &Value| js::less_than(&number(a), &number(b));
    let not_more = |a: &Value, b: &Value| {
        let (a, b) = (number(a), number(b));
        js::less_than(&a, &b) || js::to_number(&a) == js::to_number(&b)
    };
    Ok(match operation {
        "equal" => js::equal(first, second),
        "notEqual" => !js::equal(first, second),
        "smaller" => less(first, second),
        "smallerEqual" => not_more(first, second),
        "larger" => less(second, first),
        "largerEqual" => not_more(second, first),
        "contains" => text(first).contains(&text(second)),
        "notContains" => !text(first).contains(&text(second)),
        "startsWith" => js::cell(first).starts_with(&js::cell(second)),
        "notStartsWith" => !js::cell(first).starts_with(&js::cell(second)),
        "endsWith" => js::cell(first).ends_with(&js::cell(second)),
        "notEndsWith" => !js::cell(first).ends_with(&js::cell(second)),
        "isEmpty" => is_empty(first),
        "isNotEmpty" => !is_empty(first),
        "regex" => matches(&text(first), &text(second))?,
        "notRegex" => !matches(&text(first), &text(second))?,
        other => {
            return Err(NodeError::new(format!("The operation {other} is not known"))
                .hint("Choose an operation from the list."));
        }
    })
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

/// Whether a text matches a pattern, written plainly or as `/pattern/flags`.
fn matches(text: &str, pattern: &str) -> Result<bool, NodeError> {
    let (body, flags) = match pattern.strip_prefix('/').and_then(|rest| rest.rsplit_once('/')) {
        Some((body, flags)) if flags.chars().all(|flag| "gimusy".contains(flag)) => (body, flags),
        _ => (pattern, ""),
    };
    let built = RegexBuilder::new(body)
        .case_insensitive(flags.contains('i'))
        .multi_line(flags.contains('m'))
        .dot_matches_new_line(flags.contains('s'))
        .size_limit(1 << 20)
        .build();
    built.map(|regex| regex.is_match(text)).map_err(|error| {
        NodeError::new(format!("{pattern:?} is no pattern this version can read"))
            .detail(error.to_string())
            .hint(
                "Look-around and back references are not supported here; use a newer version \
                   of the node.",
            )
    })
}

/// Milliseconds since 1970 of a date in one of the usual forms.
fn moment(value: &Value) -> Result<i64, NodeError> {
    let found = match value {
        Value::Number(number) => number.as_f64().map(|ms| ms as i64),
        Value::String(text) => parse(text.trim()),
        _ => None,
    };
    found.ok_or_else(|| {
        NodeError::new(format!("{:?} is no date", js::cell(value)))
            .hint("Write dates as 2026-01-31 or 2026-01-31T12:00:00Z.")
    })
}

fn parse(text: &str) -> Option<i64> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment.as_millisecond());
    }
    if let Ok(zoned) = jiff::fmt::rfc2822::parse(text) {
        return Some(zoned.timestamp().as_millisecond());
    }
    let civil =
        text.parse::<DateTime>().or_else(|_| text.parse::<Date>().map(|date| date.at(0, 0, 0, 0)));
    let zoned = civil.ok()?.to_zoned(TimeZone::UTC).ok()?;
    Some(zoned.timestamp().as_millisecond())
}
