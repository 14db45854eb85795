//! Calendar files as data: what the calendar is called, and its events.

use icalendar::parser::{self, Component, Property};
use jiff::tz::TimeZone;
use reporunner_expression::{Moment, zone_named};
use reporunner_model::NodeError;
use serde_json::{Map, Value, json};

/// Deepest nesting of components. RFC 5545 nests three deep: an alarm in an event in a calendar.
const DEEPEST: usize = 32;

/// A calendar file as an object with its `events`.
pub(crate) fn calendar(text: &str) -> Result<Value, NodeError> {
    let unfolded = parser::unfold(text);
    check_depth(&unfolded)?;
    let calendar = parser::read_calendar(&unfolded).map_err(|error| {
        NodeError::new("The file is no calendar that can be read")
            .detail(error.lines().take(3).collect::<Vec<_>>().join("\n"))
            .hint("Calendar files begin with BEGIN:VCALENDAR.")
    })?;
    let mut out = Map::new();
    for property in &calendar.properties {
        let key = match property.name.as_str() {
            "VERSION" => "version",
            "PRODID" => "prodId",
            "METHOD" => "method",
            "X-WR-CALNAME" | "NAME" => "name",
            "X-WR-TIMEZONE" => "timezone",
            _ => continue,
        };
        out.insert(key.to_owned(), text_of(property));
    }
    let events = calendar.components.iter().filter(|component| component.name.as_str() == "VEVENT");
    out.insert("events".to_owned(), events.map(event).collect());
    Ok(Value::Object(out))
}

fn event(component: &Component<'_>) -> Value {
    let mut out = Map::new();
    let mut attendees = Vec::new();
    let mut exceptions = Vec::new();
    for property in &component.properties {
        let key = match property.name.as_str() {
            "SUMMARY" => "summary",
            "DESCRIPTION" => "description",
            "LOCATION" => "location",
            "UID" => "uid",
            "STATUS" => "status",
            "URL" => "url",
            "CLASS" => "class",
            "RRULE" => "recurrenceRule",
            "SEQUENCE" => {
                out.insert("sequence".to_owned(), json!(property.val.as_str().parse::<i64>().ok()));
                continue;
            }
            "DTSTART" | "DTEND" | "DTSTAMP" | "CREATED" | "LAST-MODIFIED" | "RECURRENCE-ID" => {
                let key = match property.name.as_str() {
                    "DTSTART" => "start",
                    "DTEND" => "end",
                    "DTSTAMP" => "stamp",
                    "CREATED" => "created",
                    "LAST-MODIFIED" => "lastModified",
                    _ => "recurrenceId",
                };
                out.insert(key.to_owned(), time(property));
                continue;
            }
            "DURATION" => "duration",
            "CATEGORIES" => {
                let names = property.val.as_str().split(',').map(|name| name.trim()).collect();
                out.insert("categories".to_owned(), names);
                continue;
            }
            "EXDATE" => {
                exceptions.push(time(property));
                continue;
            }
            "ATTENDEE" => {
                attendees.push(person(property));
                continue;
            }
            "ORGANIZER" => {
                out.insert("organizer".to_owned(), person(property));
                continue;
            }
            _ => continue,
        };
        out.insert(key.to_owned(), text_of(property));
    }
    for (key, list) in [("attendees", attendees), ("exceptionDates", exceptions)] {
        if !list.is_empty() {
            out.insert(key.to_owned(), Value::Array(list));
        }
    }
    Value::Object(out)
}

fn text_of(property: &Property<'_>) -> Value {
    Value::from(property.val.clone().unescape_text().as_str())
}

fn parameter<'p>(property: &'p Property<'_>, key: &str) -> Option<&'p str> {
    let parameter = property.params.iter().find(|parameter| parameter.key.as_str() == key)?;
    parameter.val.as_ref().map(|value| value.as_str().trim_matches('"'))
}

fn person(property: &Property<'_>) -> Value {
    let address = property.val.as_str();
    let plain = address.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("mailto:"));
    let mut out = Map::new();
    if let Some(name) = parameter(property, "CN") {
        out.insert("name".to_owned(), name.into());
    }
    out.insert("email".to_owned(), if plain { &address[7..] } else { address }.into());
    for (name, key) in [("PARTSTAT", "partstat"), ("ROLE", "role"), ("RSVP", "rsvp")] {
        if let Some(value) = parameter(property, name) {
            out.insert(key.to_owned(), value.into());
        }
    }
    Value::Object(out)
}

/// The reader goes down a level for each component within another.
fn check_depth(text: &str) -> Result<(), NodeError> {
    let mut depth = 0_usize;
    for line in text.lines() {
        match line.split(':').next().unwrap_or(line).trim() {
            word if word.eq_ignore_ascii_case("BEGIN") => depth += 1,
            word if word.eq_ignore_ascii_case("END") => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return Err(NodeError::new("The calendar is nested too deeply")
                .detail(format!("more than {DEEPEST} components within one another")));
        }
    }
    Ok(())
}

/// A moment as ISO 8601 in UTC; a day is midnight UTC.
fn time(property: &Property<'_>) -> Value {
    let text = property.val.as_str();
    let day = text.len() == 8;
    let named = parameter(property, "TZID");
    let zone = named.and_then(zone_named).unwrap_or(TimeZone::UTC);
    let (text, zone) = match text.strip_suffix('Z') {
        Some(text) => (text, TimeZone::UTC),
        None => (text, zone),
    };
    let start = Moment::from_ms(0.0, &TimeZone::UTC);
    let pattern = if day { "yyyyMMdd" } else { "yyyyMMdd'T'HHmmss" };
    let at = start.and_then(|now| Moment::from_pattern(text, pattern, &zone, &now));
    let Some(at) = at else { return json!({ "text": text }) };
    let at = at.in_zone(&TimeZone::UTC).to_pattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'");
    let mut out = Map::new();
    out.insert("date".to_owned(), at.into());
    out.insert("type".to_owned(), if day { "DATE" } else { "DATE-TIME" }.into());
    if let Some(name) = named {
        out.insert("timezone".to_owned(), name.into());
    }
    Value::Object(out)
}
