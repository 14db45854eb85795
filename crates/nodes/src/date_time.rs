//! Date & Time: dates made, moved, rounded, compared and written.
//!
//! Text without an offset is read in UTC, whatever the machine's zone is, so that a workflow
//! gives the same on every machine. The calendar is the one of expressions.

mod form;
mod moment_js;
mod read;
mod version1;

use async_trait::async_trait;
use jiff::tz::TimeZone;
use reporunner_expression::{Moment, zone_named};
use reporunner_model::{Fields, Item, NodeDescription, NodeError, NodeGroup};
use reporunner_node::{Context, Node, Output, Values};
use serde_json::{Map, Value, json};

use crate::form::{describe, example, texts};
use crate::items::{Input, fail_or_go_on, option_flag, option_text};
use crate::js;

pub(crate) struct DateTime;

#[async_trait]
impl Node for DateTime {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Adds to dates, formats, rounds and compares them.".to_owned(),
            help: "A date is a text such as `2025-03-30` or `2025-03-30T12:00:00+02:00`, or a \
                   number: seconds or milliseconds since 1970.\n\n- A text without an offset is \
                   read in UTC. Give its format under *From Date Format* where it is unusual: \
                   `dd.MM.yyyy`.\n- **Format** takes the letters of Luxon: `yyyy`, `MM`, `dd`, \
                   `HH`, `mm`, `ss`, `EEE`, and `X` or `x` for seconds or milliseconds since \
                   1970.\n- Months keep to their length: a month after 31 January is the last \
                   day of February.\n\nIn an expression the same is `{{ \
                   $json.date.toDateTime().plus(2, 'days') }}`."
                .to_owned(),
            aliases: texts(&["clock", "format", "calendar", "timezone", "age", "duration", "now"]),
            versions: texts(&["1", "2"]),
            properties: form::properties(),
            subtitles: texts(&["{operation}", "{action}"]),
            example: example(json!({
                "operation": "addToDate",
                "magnitude": "={{ $now }}",
                "duration": 3,
                "timeUnit": "days",
            })),
            ..describe("dateTime", "Date & Time", NodeGroup::Data, "clock", 28)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let mut input = Input::take(context, 0);
        let mut out = Vec::with_capacity(input.items().len());
        for index in 0..input.items().len() {
            let item = input.item(index);
            match context.values(index).and_then(|values| one(context, &values, item)) {
                Ok(item) => out.push(item.paired(index, 0)),
                Err(error) => out.push(fail_or_go_on(context, error, index)?),
            }
        }
        Ok(Output::one(out))
    }
}

fn one(context: &Context, values: &Values<'_>, mut item: Item) -> Result<Item, NodeError> {
    if values.version() < 2.0 {
        version1::change(context, values, &mut item.json)?;
        item.error = None;
        return Ok(item);
    }
    let value = result(context, values)?;
    let keep = option_flag(values, "options.includeInputFields").unwrap_or(false);
    let mut json = if keep { std::mem::take(&mut item.json) } else { Fields::default() };
    json.insert(values.text("outputFieldName"), value);
    Ok(Item { json, ..Item::default() })
}

fn result(context: &Context, values: &Values<'_>) -> Result<Value, NodeError> {
    let date = |name: &str| read::date(context, values, name, &TimeZone::UTC, None);
    match values.text("operation").as_str() {
        "getCurrentDate" => {
            let zone = option_text(values, "options.timezone");
            let zone = zone_of(zone.as_deref().unwrap_or(&context.run.timezone), "timezone")?;
            let now = now(context).in_zone(&zone);
            let now = if values.flag("includeTime") { Some(now) } else { now.start_of("day") };
            now.as_ref().map(iso).ok_or_else(out_of_range)
        }
        "addToDate" => shifted(values, &date("magnitude")?, 1.0),
        "subtractFromDate" => shifted(values, &date("magnitude")?, -1.0),
        "formatDate" => format(context, values),
        "roundDate" => {
            let date = date("date")?;
            let rounded = match values.text("mode").as_str() {
                // The end of a month is the moment at which the next begins.
                "roundUp" => date.shifted("months", 1.0).and_then(|date| date.start_of("month")),
                _ => date.start_of(&values.text("toNearest")),
            };
            rounded.as_ref().map(iso).ok_or_else(out_of_range)
        }
        "getTimeBetweenDates" => between(values, &date("startDate")?, &date("endDate")?),
        "extractDate" => part(&date("date")?, &values.text("part")),
        other => Err(NodeError::new(format!("There is no date operation {other}"))
            .hint("Choose an operation of the list.")
            .about(&["operation"])),
    }
}

fn shifted(values: &Values<'_>, date: &Moment, sign: f64) -> Result<Value, NodeError> {
    let amount = values.number("duration").unwrap_or(0.0) * sign;
    let shifted = date.shifted(&values.text("timeUnit"), amount);
    shifted.as_ref().map(iso).ok_or_else(out_of_range)
}

fn format(context: &Context, values: &Values<'_>) -> Result<Value, NodeError> {
    if values.raw("date").is_some_and(Value::is_null) {
        return Ok(Value::Null);
    }
    let zone = match option_flag(values, "options.timezone").unwrap_or(false) {
        true => zone_of(&context.run.timezone, "timezone")?,
        false => TimeZone::UTC,
    };
    let from = option_text(values, "options.fromFormat");
    let date = read::date(context, values, "date", &zone, from.as_deref())?;
    let pattern = match values.text("format").as_str() {
        "custom" => values.text("customFormat"),
        known => known.to_owned(),
    };
    Ok(Value::String(date.to_pattern(&pattern)))
}

fn between(values: &Values<'_>, start: &Moment, end: &Moment) -> Result<Value, NodeError> {
    let units = values.names("units");
    let units: Vec<&str> = units.iter().map(String::as_str).collect();
    let (parts, iso) = end.since(start, &units).ok_or_else(|| {
        NodeError::new("A unit of time is not known")
            .hint("Choose units of the list, such as day and hour.")
            .about(&["units"])
    })?;
    if option_flag(values, "options.isoString").unwrap_or(false) {
        return Ok(Value::String(iso));
    }
    let parts = parts.into_iter().map(|(unit, count)| (unit.to_owned(), js::number(count)));
    Ok(Value::Object(parts.collect::<Map<_, _>>()))
}

fn part(date: &Moment, part: &str) -> Result<Value, NodeError> {
    let at = date.zoned();
    let number = match part {
        "year" => i64::from(at.year()),
        "month" => at.month().into(),
        "week" => at.date().iso_week_date().week().into(),
        "day" => at.day().into(),
        "hour" => at.hour().into(),
        "minute" => at.minute().into(),
        "second" => at.second().into(),
        other => {
            return Err(NodeError::new(format!("A date has no part {other}"))
                .hint("Choose a part of the list.")
                .about(&["part"]));
        }
    };
    Ok(Value::from(number))
}

/// ISO 8601 with milliseconds and a numeric offset, also for UTC.
fn iso(date: &Moment) -> Value {
    Value::String(date.to_pattern("yyyy-MM-dd'T'HH:mm:ss.SSSZZ"))
}

fn now(context: &Context) -> Moment {
    Moment::from_ms(context.run.now.0 as f64, &TimeZone::UTC)
        .expect("the clock shows a time within the calendar")
}

fn zone_of(name: &str, option: &str) -> Result<TimeZone, NodeError> {
    zone_named(name).ok_or_else(|| {
        NodeError::new(format!("There is no time zone {name}"))
            .hint("Use a name such as Europe/Berlin or UTC.")
            .about(&["options", option])
    })
}

fn out_of_range() -> NodeError {
    NodeError::new("The date is out of range").hint("Dates reach to the year 9999.")
}
