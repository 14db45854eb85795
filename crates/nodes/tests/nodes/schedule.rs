//! When triggers fire by the clock: checked against times counted by hand, and against a search that
//! tries every minute.

use jiff::{Timestamp as Instant, ToSpan, Zoned};
use reporunner_model::{Node, NodeId, Timestamp, TypeName};
use reporunner_nodes::schedule::{Missed, Schedule};
use serde_json::{Value, json};

fn node(kind: &str, params: Value) -> Node {
    let mut node = Node::new(NodeId::new("t"), TypeName::new(kind), "1.2", "Trigger");
    node.params = params.as_object().expect("an object").clone();
    node
}

fn schedule(rule: Value, zone: &str) -> Schedule {
    let node = node("scheduleTrigger", json!({ "rule": { "interval": [rule] } }));
    Schedule::of(&node, zone).expect("it makes sense").expect("it fires by the clock")
}

fn at(text: &str) -> Timestamp {
    let zoned: Zoned = text.parse().expect("a time with its zone");
    Timestamp(zoned.timestamp().as_millisecond())
}

/// The first slots after `start` are `expected`, in the zone of `start`.
#[track_caller]
fn check(rule: Value, start: &str, expected: &[&str]) {
    let zone = start.split(['[', ']']).nth(1).expect("a zone in brackets");
    let schedule = schedule(rule, zone);
    let since = at(start);
    let mut now = since;
    for expected in expected {
        now = schedule.next(now, since).expect("there is a slot");
        let slot = Instant::from_millisecond(now.0).expect("in range");
        let slot = slot.in_tz(zone).expect("the zone is known");
        assert_eq!(slot.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(), *expected);
    }
}

#[test]
fn a_day_at_an_hour() {
    let rule = json!({ "field": "days", "triggerAtHour": 6, "triggerAtMinute": 30 });
    check(
        rule,
        "2026-01-31T06:30:00[Europe/Berlin]",
        &["2026-02-01T06:30:00+01:00", "2026-02-02T06:30:00+01:00"],
    );
}

#[test]
fn every_third_day_counts_from_the_first() {
    let rule = json!({ "field": "days", "daysInterval": 3, "triggerAtHour": 6 });
    check(
        rule,
        "2026-02-27T08:00:00[Europe/Berlin]",
        &["2026-02-28T06:00:00+01:00", "2026-03-03T06:00:00+01:00", "2026-03-06T06:00:00+01:00"],
    );
}

#[test]
fn weekdays_every_other_week() {
    let rule = json!({ "field": "weeks", "weeksInterval": 2, "triggerAtDay": [1, 5] });
    check(
        rule,
        "2026-11-25T12:00:00[UTC]",
        &["2026-11-27T00:00:00+00:00", "2026-12-07T00:00:00+00:00", "2026-12-11T00:00:00+00:00"],
    );
}

#[test]
fn a_day_that_not_every_month_has() {
    let rule = json!({ "field": "months", "triggerAtDayOfMonth": 31 });
    check(
        rule,
        "2026-01-31T12:00:00[UTC]",
        &["2026-03-31T00:00:00+00:00", "2026-05-31T00:00:00+00:00"],
    );
}

#[test]
fn an_interval_that_does_not_divide_the_day_goes_on_over_midnight() {
    check(
        json!({ "field": "hours", "hoursInterval": 13 }),
        "2026-11-25T12:00:00[UTC]",
        &["2026-11-26T01:00:00+00:00", "2026-11-26T14:00:00+00:00", "2026-11-27T03:00:00+00:00"],
    );
    check(
        json!({ "field": "hours", "hoursInterval": 6, "triggerAtMinute": 15 }),
        "2026-11-25T12:20:00[UTC]",
        &["2026-11-25T18:15:00+00:00", "2026-11-26T00:15:00+00:00"],
    );
    check(
        json!({ "field": "minutes", "minutesInterval": 60 }),
        "2026-11-25T12:20:00[UTC]",
        &["2026-11-25T13:00:00+00:00", "2026-11-25T14:00:00+00:00"],
    );
}

#[test]
fn summer_time_leaves_no_day_out_and_repeats_none() {
    let rule = json!({ "field": "days", "triggerAtHour": 2, "triggerAtMinute": 30 });
    check(
        rule.clone(),
        "2026-03-28T12:00:00[Europe/Berlin]",
        &["2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"],
    );
    check(
        rule,
        "2026-10-24T12:00:00[Europe/Berlin]",
        &["2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"],
    );
}

/// Every slot of a year in several zones, against a search that looks at each minute of the wall.
#[test]
fn patterns_agree_with_a_search_minute_by_minute() {
    for zone in ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]
    {
        let schedule =
            schedule(json!({ "field": "cronExpression", "expression": "15 4 * * 1-5" }), zone);
        let start: Zoned = format!("2028-02-20T00:00:00[{zone}]").parse().expect("a time");
        let end = start.checked_add(60.days()).expect("in range");
        let mut searched = Vec::new();
        let mut minute = start.clone();
        while minute < end {
            let weekday = minute.weekday().to_sunday_zero_offset();
            if minute.hour() == 4 && minute.minute() == 15 && (1..=5).contains(&weekday) {
                searched.push(minute.timestamp().as_millisecond());
            }
            minute = minute.checked_add(1.minute()).expect("in range");
        }
        let since = Timestamp(start.timestamp().as_millisecond() - 1);
        let mut found = Vec::new();
        let mut now = since;
        while let Some(next) = schedule.next(now, since) {
            if next.0 >= end.timestamp().as_millisecond() {
                break;
            }
            found.push(next.0);
            now = next;
        }
        assert_eq!(found, searched, "{zone}");
    }
}

#[test]
fn older_triggers_fire_too() {
    let params = json!({ "triggerTimes": { "item": [{ "mode": "everyWeek", "weekday": "1" }] } });
    let cron = Schedule::of(&node("cron", params), "UTC").expect("it is fine").expect("a clock");
    let since = at("2026-11-25T00:00:00[UTC]");
    assert_eq!(cron.next(since, since), Some(at("2026-11-30T14:00:00[UTC]")));
    let interval = node("interval", json!({ "interval": 2, "unit": "minutes" }));
    let interval = Schedule::of(&interval, "UTC").expect("it is fine").expect("a clock");
    assert_eq!(interval.next(Timestamp(since.0 + 1), since), Some(Timestamp(since.0 + 120_000)));
    assert_eq!(
        interval.next(Timestamp(since.0 + 120_000), since),
        Some(Timestamp(since.0 + 240_000))
    );
    assert!(Schedule::of(&node("set", json!({})), "UTC").expect("it is fine").is_none());
}

#[test]
fn nonsense_is_refused_in_clear_words() {
    for (rule, says) in [
        (json!({ "field": "cronExpression", "expression": "every day" }), "no cron pattern"),
        (json!({ "field": "days", "triggerAtHour": 24 }), "24 is no number from 0 to 23"),
        (json!({ "field": "minutes", "minutesInterval": "={{ 5 }}" }), "fixed values"),
    ] {
        let node = node("scheduleTrigger", json!({ "rule": { "interval": [rule] } }));
        let error = Schedule::of(&node, "UTC").expect_err("it makes no sense");
        let text = format!("{} {}", error.message, error.hint.unwrap_or_default());
        assert!(text.contains(says), "{text}");
    }
}

#[test]
fn what_missed_slots_come_to_is_set_at_the_node() {
    let missed = |params: Value| {
        let node = node("scheduleTrigger", params);
        Schedule::of(&node, "UTC").expect("it is fine").expect("a clock").missed
    };
    assert_eq!(missed(json!({})), Missed::Skip);
    assert_eq!(missed(json!({ "misfirePolicy": "coalesce" })), Missed::Once);
    assert_eq!(missed(json!({ "misfirePolicy": "all", "misfireLimit": 3 })), Missed::All(3));
}

#[test]
fn a_slot_is_told_in_several_forms() {
    let item = schedule(json!({ "field": "days" }), "Europe/Berlin")
        .item(at("2026-11-22T16:05:09[Europe/Berlin]"));
    assert_eq!(item["timestamp"], "2026-11-22T16:05:09.000+01:00");
    assert_eq!(item["Readable date"], "November 22nd 2026, 4:05:09 pm");
    assert_eq!(item["Day of week"], "Sunday");
    assert_eq!(item["Timezone"], "Europe/Berlin (UTC+01:00)");
}
