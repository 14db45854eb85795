//! One event as a calendar file (RFC 5545).

use icalendar::{Calendar, Component, Event, Property as Line};
use jiff::tz::TimeZone;
use reporunner_expression::{Moment, zone_named};
use reporunner_model::{Item, NodeError, Property};
use reporunner_node::{Context, Values};
use serde_json::{Map, Value};

use crate::form::group;
use crate::items::{option_flag, option_number, option_text};
use crate::{binary, js};

/// The form of an event, without the name of its file in the item.
pub(crate) fn properties() -> Vec<Property> {
    let person = || vec![Property::text("name", "Name"), Property::text("email", "E-mail")];
    let mut attendee = person();
    attendee.push(Property::toggle("rsvp", "Asked to answer", true));
    let one = |name: &str, key: &str, label: &str, fields: Vec<Property>| {
        group(name, label, vec![group(key, label, fields)])
    };
    vec![
        Property::text("title", "Title"),
        Property::text("start", "Start").required().placeholder("2025-03-30T10:00:00Z"),
        Property::text("end", "End").required().placeholder("2025-03-30T11:00:00Z"),
        Property::toggle("allDay", "All day", false),
        Property::collection(
            "additionalFields",
            "More",
            "Add field",
            vec![
                Property::text("description", "Description"),
                Property::text("location", "Place"),
                Property::text("url", "Address of a page"),
                Property::records("attendeesUi", "Guests", "attendeeValues", "Add guest", attendee),
                one("organizerUi", "organizerValues", "Organiser", person()),
                one(
                    "geolocationUi",
                    "geolocationValues",
                    "Place on the map",
                    vec![Property::text("lat", "Latitude"), Property::text("lon", "Longitude")],
                ),
                Property::text("recurrenceRule", "Repeats").placeholder("FREQ=WEEKLY;COUNT=4"),
                Property::choice(
                    "status",
                    "Status",
                    &[
                        ("CONFIRMED", "Confirmed"),
                        ("TENTATIVE", "Tentative"),
                        ("CANCELLED", "Cancelled"),
                    ],
                ),
                Property::choice(
                    "busyStatus",
                    "Shown as",
                    &[("BUSY", "Busy"), ("TENTATIVE", "Tentative")],
                ),
                Property::text("uid", "Number of the event"),
                Property::number("sequence", "Revision", 0.0),
                Property::text("calName", "Name of the calendar"),
                Property::text("fileName", "File name").placeholder("event.ics"),
                Property::toggle("useWorkflowTimezone", "Times are in the workflow's zone", true),
            ],
        ),
    ]
}

/// The item with the file.
pub(crate) async fn make(context: &Context, index: usize) -> Result<Item, NodeError> {
    let values = context.values(index)?;
    let text = calendar(context, &values)?;
    let name = option_text(&values, "additionalFields.fileName");
    let name = name.unwrap_or_else(|| "event.ics".to_owned());
    let mime = Some("text/calendar");
    let stored = context.handles.binary.put(text.into(), Some(&name), mime).await?;
    let file = binary::named(stored, Some(&name), mime);
    let binary = [(values.text("binaryPropertyName"), file)].into_iter().collect();
    Ok(Item { binary: Some(Box::new(binary)), ..Item::default() })
}

fn calendar(context: &Context, values: &Values<'_>) -> Result<String, NodeError> {
    let more = |name: &str| option_text(values, &format!("additionalFields.{name}"));
    let mut event = Event::new();
    event.summary(&values.text("title"));
    let local = option_flag(values, "additionalFields.useWorkflowTimezone").unwrap_or(false);
    let zone = if local { zone_named(&context.run.timezone) } else { None };
    let zone = zone.unwrap_or(TimeZone::UTC);
    let all_day = values.flag("allDay");
    let (start, end) = (date(values, "start", &zone)?, date(values, "end", &zone)?);
    if end.zoned() < start.zoned() {
        return Err(NodeError::new("The event ends before it starts")
            .hint("Check both times, and their offsets.")
            .about(&["end"]));
    }
    event.append_property(time("DTSTART", &start, all_day));
    // The day on which an all-day event ends is not part of it.
    let end = if all_day && end.start_of("day").is_some_and(|d| d.zoned() == start.zoned()) {
        end.shifted("days", 1.0).unwrap_or(end)
    } else {
        end
    };
    event.append_property(time("DTEND", &end, all_day));
    let now = Moment::from_ms(context.run.now.0 as f64, &TimeZone::UTC);
    if let Some(now) = now {
        event.append_property(time("DTSTAMP", &now, false));
    }
    event.uid(&uid(context, more("uid"))?);
    for (name, key) in [("description", "DESCRIPTION"), ("location", "LOCATION"), ("url", "URL")] {
        if let Some(text) = more(name) {
            event.append_property(Line::new(key, text));
        }
    }
    let rule = more("recurrenceRule");
    if let Some(rule) = rule.as_deref().map(|rule| rule.trim().trim_start_matches("RRULE:")) {
        event.append_property(Line::new("RRULE", rule));
    }
    let status = more("status");
    event.append_property(Line::new("STATUS", status.as_deref().unwrap_or("CONFIRMED")));
    if let Some(busy) = more("busyStatus") {
        event.append_property(Line::new("X-MICROSOFT-CDO-BUSYSTATUS", busy));
    }
    if let Some(sequence) = option_number(values, "additionalFields.sequence") {
        event.append_property(Line::new("SEQUENCE", format!("{sequence:.0}")));
    }
    people(values, &mut event);
    let mut calendar = Calendar::new();
    if let Some(name) = more("calName") {
        calendar.name(&name);
    }
    calendar.push(event.done());
    Ok(calendar.to_string())
}

fn people(values: &Values<'_>, event: &mut Event) {
    let text = |record: &Map<String, Value>, key: &str| record.get(key).map(js::cell);
    let raw = |path: &str| values.raw(&format!("additionalFields.{path}"));
    let attendees = raw("attendeesUi.attendeeValues").and_then(Value::as_array);
    for record in attendees.into_iter().flatten().filter_map(Value::as_object) {
        event.append_multi_property(person("ATTENDEE", record));
    }
    if let Some(record) = raw("organizerUi.organizerValues").and_then(Value::as_object) {
        event.append_property(person("ORGANIZER", record));
    }
    if let Some(place) = raw("geolocationUi.geolocationValues").and_then(Value::as_object)
        && let (Some(lat), Some(lon)) = (text(place, "lat"), text(place, "lon"))
    {
        event.append_property(Line::new("GEO", format!("{lat};{lon}")));
    }
}

fn person(key: &str, record: &Map<String, Value>) -> Line {
    let text = |key: &str| record.get(key).map(js::cell).unwrap_or_default();
    let mut line = Line::new(key, format!("mailto:{}", text("email")));
    let name = text("name");
    if !name.is_empty() {
        line.add_parameter("CN", &name.replace('"', "'"));
    }
    if key == "ATTENDEE" {
        let asked = record.get("rsvp").is_some_and(js::truthy);
        line.add_parameter("RSVP", if asked { "TRUE" } else { "FALSE" });
    }
    line.done()
}

/// The number of the event, else one that no other has.
fn uid(context: &Context, given: Option<String>) -> Result<String, NodeError> {
    if let Some(given) = given {
        return Ok(given);
    }
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| {
        NodeError::new("The system gave no random numbers").detail(error.to_string())
    })?;
    let uuid = uuid::Builder::from_random_bytes(bytes).into_uuid();
    Ok(format!("{uuid}-{}", context.run.now.0))
}

fn date(values: &Values<'_>, name: &str, zone: &TimeZone) -> Result<Moment, NodeError> {
    let text = values.required(name)?;
    Moment::from_text(text.trim(), zone).ok_or_else(|| {
        NodeError::new(format!("{text:?} is no date"))
            .hint("Give a date such as 2025-03-30T10:00:00Z.")
            .about(&[name])
    })
}

fn time(key: &str, at: &Moment, all_day: bool) -> Line {
    if all_day {
        let mut line = Line::new(key, at.to_pattern("yyyyMMdd"));
        line.add_parameter("VALUE", "DATE");
        return line.done();
    }
    Line::new(key, at.in_zone(&TimeZone::UTC).to_pattern("yyyyMMdd'T'HHmmss'Z'"))
}
