//! When a trigger fires by the clock: the rules of Schedule Trigger, Cron, Interval and triggers that
//! poll, and the slots that follow from them.
//!
//! It knows no timer and starts nothing: it answers which slot comes after a moment. A slot is a
//! point in time, so that a wall clock which is set back or a day of 25 hours repeats none. Times of
//! day that a change to summer time leaves out fall on the end of the gap.

mod rules;

use jiff::Timestamp as Instant;
use jiff::tz::TimeZone;
use reporunner_model::{Node, NodeError, Timestamp};
use serde_json::{Map, Value, json};

use rules::Rule;

/// What happens to slots that passed while nobody could fire them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missed {
    /// Nothing.
    Skip,
    /// One run, for the newest of them.
    Once,
    /// A run for each of the newest, at most this many.
    All(usize),
}

/// The slots of one trigger.
#[derive(Debug, Clone)]
pub struct Schedule {
    rules: Vec<Rule>,
    zone: TimeZone,
    /// What happens to missed slots.
    pub missed: Missed,
    /// How late a slot may be fired before it counts as missed, milliseconds, whatever kept it.
    pub grace_ms: i64,
}

/// Runs for missed slots where all are wanted and no number is given.
const ALL: usize = 10;

impl Schedule {
    /// The schedule of a trigger, in the time zone of this IANA name. None where the node does not
    /// fire by the clock.
    ///
    /// # Errors
    /// Where a rule makes no sense.
    pub fn of(node: &Node, zone: &str) -> Result<Option<Self>, NodeError> {
        let rules = match node.node_type.as_str() {
            "scheduleTrigger" => rules::of_schedule(&node.params)?,
            "cron" => rules::of_cron(&node.params)?,
            "interval" => rules::of_interval(&node.params)?,
            "rssFeedReadTrigger" => rules::of_poll(&node.params)?,
            _ => return Ok(None),
        };
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        let number = |name: &str| node.params.get(name).and_then(Value::as_f64);
        let missed = match node.params.get("misfirePolicy").and_then(Value::as_str) {
            Some("coalesce" | "coalesce_owner") => Missed::Once,
            Some("all") => Missed::All(number("misfireLimit").map_or(ALL, |n| n.max(1.0) as usize)),
            _ => Missed::Skip,
        };
        let grace = number("misfireGraceSeconds").unwrap_or(0.0).max(0.0) * 1000.0;
        Ok(Some(Self { rules, zone, missed, grace_ms: grace as i64 }))
    }

    /// The first slot after `after`. Rules that count (every third day) count from their first slot
    /// after `since`.
    pub fn next(&self, after: Timestamp, since: Timestamp) -> Option<Timestamp> {
        let of = |at: Timestamp| Instant::from_millisecond(at.0).ok();
        let (after, since) = (of(after)?.max(of(since)?), of(since)?);
        let next = self.rules.iter().filter_map(|rule| rule.next(after, since, &self.zone));
        next.min().map(|at| Timestamp(at.as_millisecond()))
    }

    /// What the trigger gives for a slot, in n8n's fields.
    pub fn item(&self, slot: Timestamp) -> Map<String, Value> {
        item(slot, &self.zone)
    }
}

/// The largest number that a field of a schedule's rule takes.
pub(crate) fn most(field: &str) -> f64 {
    rules::most(field) as f64
}

/// What a trigger gives at a moment.
pub(crate) fn item(at: Timestamp, zone: &TimeZone) -> Map<String, Value> {
    let at = Instant::from_millisecond(at.0).unwrap_or(Instant::UNIX_EPOCH);
    let at = at.to_zoned(zone.clone());
    let text = |format: &str| at.strftime(format).to_string();
    let day = at.day();
    let ending = match (day % 10, day / 10) {
        (1, 0 | 2 | 3) => "st",
        (2, 0 | 2) => "nd",
        (3, 0 | 2) => "rd",
        _ => "th",
    };
    let time = text("%-I:%M:%S ") + if at.hour() < 12 { "am" } else { "pm" };
    let name = zone.iana_name().unwrap_or("UTC");
    let value = json!({
        "timestamp": text("%Y-%m-%dT%H:%M:%S%.3f%:z"),
        "Readable date": format!("{} {day}{ending} {}, {time}", text("%B"), at.year()),
        "Readable time": time,
        "Day of week": text("%A"),
        "Year": text("%Y"),
        "Month": text("%B"),
        "Day of month": text("%d"),
        "Hour": text("%H"),
        "Minute": text("%M"),
        "Second": text("%S"),
        "Timezone": format!("{name} (UTC{})", text("%:z")),
    });
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
