//! What stands in a date field, as a moment: text, a number of seconds or milliseconds.

use jiff::tz::TimeZone;
use reporunner_expression::{Moment, zone_named};
use reporunner_model::NodeError;
use reporunner_node::{Context, Values};
use serde_json::Value;

use crate::js;

/// A whole number of fewer digits counts seconds: milliseconds had twelve digits by 1990.
const MILLISECOND_DIGITS: usize = 12;

/// The date in the parameter `name`, shown in `zone`.
pub(super) fn date(
    context: &Context,
    values: &Values<'_>,
    name: &str,
    zone: &TimeZone,
    from: Option<&str>,
) -> Result<Moment, NodeError> {
    let value = values.value(name);
    let read = match from {
        Some(pattern) => {
            Moment::from_pattern(&js::text(&value), pattern, zone, &super::now(context))
        }
        None => plain(&value, zone),
    };
    let date = read.ok_or_else(|| unreadable(&value, name))?;
    Ok(match own_zone(context, name, &value) {
        Some(own) if *zone == TimeZone::UTC => date.in_zone(&own),
        _ => date,
    })
}

/// A number, or a text as people and programs write dates; text without an offset is in `zone`.
pub(super) fn plain(value: &Value, zone: &TimeZone) -> Option<Moment> {
    let text = js::text(value);
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) if !text.trim().is_empty() => {
            Some(js::text_to_number(text)).filter(|number| number.is_finite())
        }
        _ => None,
    };
    match number {
        Some(number) => Moment::from_ms(milliseconds(number), zone),
        None => Moment::from_text(text.trim(), zone),
    }
}

/// Seconds or milliseconds, told by the size of the number; fractions are of seconds.
pub(super) fn milliseconds(number: f64) -> f64 {
    let digits = format!("{:.0}", number.trunc().abs()).len();
    if digits < MILLISECOND_DIGITS { (number * 1000.0).round() } else { number }
}

/// The zone that a moment of the expression itself is in. A text of an item has none of its own,
/// but `$now` and its like keep theirs.
fn own_zone(context: &Context, name: &str, value: &Value) -> Option<TimeZone> {
    let written = context.node.params.get(name)?.as_str()?;
    let makes_moments = ["$now", "$today", "DateTime", "toDateTime"];
    if !makes_moments.iter().any(|name| written.contains(name)) {
        return None;
    }
    let kept = Moment::from_iso(value.as_str()?, &TimeZone::UTC, true)?;
    let workflow = zone_named(&context.run.timezone)?;
    let same = kept.in_zone(&workflow).zoned().offset() == kept.zoned().offset();
    Some(if same { workflow } else { kept.zoned().time_zone().clone() })
}

fn unreadable(value: &Value, name: &str) -> NodeError {
    let shown = js::text(value);
    NodeError::new(match value {
        Value::String(text) if text.is_empty() => "There is no date".to_owned(),
        Value::Null => "There is no date".to_owned(),
        _ => format!("{shown:?} is no date"),
    })
    .hint("Give a date such as 2025-03-30, or its format in the options.")
    .about(&[name])
}
