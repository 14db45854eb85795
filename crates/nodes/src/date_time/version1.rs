//! Version 1: one field of the item is set to a formatted or moved date, in moment's formats.

use jiff::tz::TimeZone;
use reporunner_expression::Moment;
use reporunner_model::NodeError;
use reporunner_node::{Context, Values};
use serde_json::{Map, Value};

use super::{moment_js, out_of_range, read, zone_of};
use crate::field_path::FieldPath;
use crate::items::option_text;
use crate::js;

pub(super) fn change(
    context: &Context,
    values: &Values<'_>,
    json: &mut Map<String, Value>,
) -> Result<(), NodeError> {
    let value = values.value("value");
    if value.is_null() || value.as_str() == Some("") {
        return Ok(());
    }
    let result = match values.text("action").as_str() {
        "calculate" => calculated(context, values, &value)?,
        _ => formatted(context, values, &value)?,
    };
    FieldPath::new(&values.text("dataPropertyName"), true).set(json, Value::String(result));
    Ok(())
}

fn formatted(context: &Context, values: &Values<'_>, value: &Value) -> Result<String, NodeError> {
    let from = option_text(values, "options.fromTimezone");
    let to = option_text(values, "options.toTimezone");
    let named =
        |name: Option<&str>, option: &str| zone_of(name.unwrap_or(&context.run.timezone), option);
    // Without either the zones are UTC; with one, the other is the workflow's.
    let (from, to) = match (from.as_deref(), to.as_deref()) {
        (None, None) => (TimeZone::UTC, TimeZone::UTC),
        (from, to) => (named(from, "fromTimezone")?, named(to, "toTimezone")?),
    };
    let date = date(context, values, value, &from)?.in_zone(&to);
    Ok(moment_js::format(&date, &values.text("toFormat")))
}

fn calculated(context: &Context, values: &Values<'_>, value: &Value) -> Result<String, NodeError> {
    let date = date(context, values, value, &TimeZone::UTC)?;
    let amount = values.number("duration").unwrap_or(0.0);
    let amount = if values.text("operation") == "subtract" { -amount } else { amount };
    let moved = date.shifted(&values.text("timeUnit"), amount).ok_or_else(out_of_range)?;
    Ok(moved.to_pattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'"))
}

fn date(
    context: &Context,
    values: &Values<'_>,
    value: &Value,
    zone: &TimeZone,
) -> Result<Moment, NodeError> {
    let read = match option_text(values, "options.fromFormat") {
        Some(pattern) => moment_js::parse(&js::text(value), &pattern, zone, &super::now(context)),
        None => read::plain(value, zone),
    };
    read.ok_or_else(|| {
        NodeError::new(format!("{:?} is no date that can be recognised", js::text(value)))
            .hint("Add *From format* in the options and say how the date is written.")
            .about(&["value"])
    })
}
