//! One rule: a cron pattern, and how many of its slots are passed over.

use croner::Cron;
use croner::parser::{CronParser, Seconds};
use jiff::tz::TimeZone;
use jiff::{Timestamp as Instant, Unit, Zoned};
use reporunner_model::NodeError;
use serde_json::{Map, Value};

/// Slots that are looked at before a rule counts as never.
const TRIES: usize = 100_000;

/// One rule of a trigger.
#[derive(Debug, Clone)]
pub(super) enum Rule {
    /// Each slot of a pattern.
    Cron(Box<Cron>),
    /// Those slots of a pattern that are whole numbers of `every` calendar units after the first.
    Counted { pattern: Box<Cron>, unit: Unit, every: i64 },
    /// A slot each so many milliseconds, the first that long after the beginning.
    Elapsed(i64),
}

impl Rule {
    pub(super) fn next(&self, after: Instant, since: Instant, zone: &TimeZone) -> Option<Instant> {
        match self {
            Self::Cron(pattern) => next(pattern, after, zone).map(|at| at.timestamp()),
            Self::Elapsed(ms) => {
                let passed = after.as_millisecond().saturating_sub(since.as_millisecond());
                let count = passed.div_euclid(*ms).saturating_add(1);
                let at = since.as_millisecond().checked_add(count.checked_mul(*ms)?)?;
                Instant::from_millisecond(at).ok()
            }
            Self::Counted { pattern, unit, every } => {
                let first = next(pattern, since, zone)?;
                let mut at = after;
                for _ in 0..TRIES {
                    let slot = next(pattern, at, zone)?;
                    if units(&first, &slot, *unit)?.rem_euclid(*every) == 0 {
                        return Some(slot.timestamp());
                    }
                    at = slot.timestamp();
                }
                None
            }
        }
    }
}

fn next(pattern: &Cron, after: Instant, zone: &TimeZone) -> Option<Zoned> {
    pattern.find_next_occurrence(&after.to_zoned(zone.clone()), false).ok()
}

/// Calendar units from one slot to another: days, weeks from Monday, months.
fn units(first: &Zoned, slot: &Zoned, unit: Unit) -> Option<i64> {
    let days = |at: &Zoned| {
        let epoch = jiff::civil::date(1970, 1, 1);
        at.date().since((Unit::Day, epoch)).ok().map(|span| i64::from(span.get_days()))
    };
    let months = |at: &Zoned| i64::from(at.year()) * 12 + i64::from(at.month());
    Some(match unit {
        Unit::Week => {
            // 1 January 1970 was a Thursday.
            let week = |at: &Zoned| days(at).map(|days| (days + 3).div_euclid(7));
            week(slot)? - week(first)?
        }
        Unit::Month => months(slot) - months(first),
        _ => days(slot)? - days(first)?,
    })
}

/// The rules of a Schedule Trigger.
pub(super) fn of_schedule(params: &Map<String, Value>) -> Result<Vec<Rule>, NodeError> {
    let list = params.get("rule").and_then(|rule| rule.get("interval")).and_then(Value::as_array);
    // Without a rule it is n8n's default: each day at midnight.
    let Some(list) = list else { return Ok(vec![cron("0 0 0 * * *")?]) };
    if list.is_empty() {
        let error = NodeError::new("The schedule has no rule").about(&["rule"]);
        return Err(error.hint("Add a rule that says when the workflow starts."));
    }
    list.iter().map(|rule| of_interval_field(&Fields(rule))).collect()
}

fn of_interval_field(rule: &Fields<'_>) -> Result<Rule, NodeError> {
    let minute = rule.within("triggerAtMinute", 0, 0..=59)?;
    let hour = rule.within("triggerAtHour", 0, 0..=23)?;
    match rule.text("field", "days") {
        "cronExpression" => cron(rule.text("expression", "")),
        "seconds" => {
            every(rule.counted("secondsInterval", 30)?, 60, 1_000, |n| format!("*/{n} * * * * *"))
        }
        "minutes" => {
            every(rule.counted("minutesInterval", 5)?, 60, 60_000, |n| format!("0 */{n} * * * *"))
        }
        "hours" => every(rule.counted("hoursInterval", 1)?, 24, 3_600_000, |n| {
            format!("0 {minute} */{n} * * *")
        }),
        "weeks" => {
            let days = rule.weekdays();
            let pattern = format!("0 {minute} {hour} * * {days}");
            counted(&pattern, Unit::Week, rule.counted("weeksInterval", 1)?)
        }
        "months" => {
            let day = rule.counted("triggerAtDayOfMonth", 1)?;
            let pattern = format!("0 {minute} {hour} {day} * *");
            counted(&pattern, Unit::Month, rule.counted("monthsInterval", 1)?)
        }
        "days" => {
            let pattern = format!("0 {minute} {hour} * * *");
            counted(&pattern, Unit::Day, rule.counted("daysInterval", 1)?)
        }
        other => Err(NodeError::new(format!("A schedule by {other} is not known"))
            .hint("Choose how often it starts under Every.")
            .about(&["rule"])),
    }
}

/// The rules of n8n's former Cron node.
pub(super) fn of_cron(params: &Map<String, Value>) -> Result<Vec<Rule>, NodeError> {
    let list = times(params, "triggerTimes");
    let Some(list) = list.filter(|list| !list.is_empty()) else {
        let error = NodeError::new("No time is set").about(&["triggerTimes"]);
        return Err(error.hint("Add a time at which the workflow starts."));
    };
    of_times(list)
}

/// The rules of a trigger that polls; where none is set, each minute.
pub(super) fn of_poll(params: &Map<String, Value>) -> Result<Vec<Rule>, NodeError> {
    match times(params, "pollTimes").filter(|list| !list.is_empty()) {
        Some(list) => of_times(list),
        None => Ok(vec![cron("0 * * * * *")?]),
    }
}

fn times<'p>(params: &'p Map<String, Value>, name: &str) -> Option<&'p Vec<Value>> {
    params.get(name)?.get("item")?.as_array()
}

fn of_times(list: &[Value]) -> Result<Vec<Rule>, NodeError> {
    let rule = |rule: &Value| {
        let rule = Fields(rule);
        let minute = rule.within("minute", 0, 0..=59)?;
        let hour = rule.within("hour", 14, 0..=23)?;
        match rule.text("mode", "everyDay") {
            "everyMinute" => cron("0 * * * * *"),
            "everyHour" => cron(&format!("0 {minute} * * * *")),
            "everyDay" => cron(&format!("0 {minute} {hour} * * *")),
            "everyWeek" => {
                let day = rule.within("weekday", 1, 0..=6)?;
                cron(&format!("0 {minute} {hour} * * {day}"))
            }
            "everyMonth" => {
                let day = rule.within("dayOfMonth", 1, 1..=31)?;
                cron(&format!("0 {minute} {hour} {day} * *"))
            }
            "everyX" => {
                let value = rule.within("value", 2, 1..=10_000)?;
                match rule.text("unit", "hours") {
                    "minutes" => every(value, 60, 60_000, |n| format!("0 */{n} * * * *")),
                    _ => every(value, 24, 3_600_000, |n| format!("0 0 */{n} * * *")),
                }
            }
            _ => cron(rule.text("cronExpression", "* * * * * *")),
        }
    };
    list.iter().map(rule).collect()
}

/// The rule of n8n's former Interval node: counted from the moment it became live.
pub(super) fn of_interval(params: &Map<String, Value>) -> Result<Vec<Rule>, NodeError> {
    let params = Value::Object(params.clone());
    let fields = Fields(&params);
    let unit = match fields.text("unit", "seconds") {
        "minutes" => 60_000,
        "hours" => 3_600_000,
        _ => 1_000,
    };
    Ok(vec![Rule::Elapsed(fields.within("interval", 1, 1..=10_000_000)? * unit)])
}

/// Every so many units: on the clock's own marks where they divide the next larger unit, by time
/// passed where they do not. `*/13` in a pattern of hours would start at 0:00, 13:00 and 0:00.
fn every(
    count: i64,
    of: i64,
    unit_ms: i64,
    pattern: impl FnOnce(i64) -> String,
) -> Result<Rule, NodeError> {
    if count <= of && of % count == 0 {
        // The largest divisor is the whole of it: once each larger unit.
        let pattern = pattern(count);
        return cron(&pattern.replacen(&format!("*/{of}"), "0", 1));
    }
    Ok(Rule::Elapsed(count.saturating_mul(unit_ms)))
}

fn counted(pattern: &str, unit: Unit, every: i64) -> Result<Rule, NodeError> {
    match cron(pattern)? {
        Rule::Cron(pattern) if every > 1 => Ok(Rule::Counted { pattern, unit, every }),
        rule => Ok(rule),
    }
}

fn cron(pattern: &str) -> Result<Rule, NodeError> {
    let parser = CronParser::builder().seconds(Seconds::Optional).build();
    parser.parse(pattern.trim()).map(|cron| Rule::Cron(Box::new(cron))).map_err(|error| {
        NodeError::new(format!("{pattern:?} is no cron pattern: {error}"))
            .hint("Five fields: minute, hour, day, month, weekday. A sixth before them is seconds.")
            .about(&["rule"])
    })
}

/// The largest number that a field of a schedule's rule takes; the smallest is 1.
pub(super) fn most(field: &str) -> i64 {
    match field {
        "secondsInterval" => 86_400,
        "minutesInterval" => 525_600,
        "hoursInterval" => 8_760,
        "daysInterval" => 3_650,
        "weeksInterval" => 520,
        "monthsInterval" => 120,
        _ => 31,
    }
}

/// The fields of one rule, as they were typed.
struct Fields<'a>(&'a Value);

impl<'a> Fields<'a> {
    fn text(&self, name: &str, default: &'a str) -> &'a str {
        self.0.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).unwrap_or(default)
    }

    fn counted(&self, name: &str, default: i64) -> Result<i64, NodeError> {
        self.within(name, default, 1..=most(name))
    }

    fn within(
        &self,
        name: &str,
        default: i64,
        range: std::ops::RangeInclusive<i64>,
    ) -> Result<i64, NodeError> {
        let wrong = |found: &dyn std::fmt::Display| {
            let (from, to) = (range.start(), range.end());
            NodeError::new(format!("{found} is no number from {from} to {to}"))
                .hint("A schedule takes fixed values: it is read before any item is there.")
                .about(&["rule"])
        };
        let number = match self.0.get(name) {
            None | Some(Value::Null) => return Ok(default),
            Some(Value::String(text)) if text.is_empty() => return Ok(default),
            Some(Value::String(text)) => text.trim().parse().map_err(|_| wrong(text))?,
            Some(value) => value.as_f64().ok_or_else(|| wrong(value))? as i64,
        };
        if range.contains(&number) { Ok(number) } else { Err(wrong(&number)) }
    }

    /// The weekdays as cron writes them; Sunday is 0.
    fn weekdays(&self) -> String {
        let days = self.0.get("triggerAtDay").and_then(Value::as_array);
        let Some(days) = days else { return "0".to_owned() };
        let days: Vec<String> = days
            .iter()
            .filter_map(|day| day.as_f64().or_else(|| day.as_str()?.parse().ok()))
            .map(|day| (day as i64).rem_euclid(7).to_string())
            .collect();
        if days.is_empty() { "*".to_owned() } else { days.join(",") }
    }
}
