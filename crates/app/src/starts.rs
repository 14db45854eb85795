//! What starts a workflow, in the words of a list.
//!
//! It reads parameters as they are written and judges none: whether a trigger can work is
//! `problems`' business.

use reporunner_model::{Catalog, Node, NodeGroup, Workflow};
use serde_json::Value;

use crate::listen::{FORM_TRIGGER, methods_of, path_of};

const DAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// What starts `workflow`, for a person.
pub(crate) fn starts(workflow: &Workflow, catalog: &Catalog) -> String {
    let of_trigger = |node: &&Node| {
        let found = catalog.get(&node.node_type);
        node.on && found.is_some_and(|found| found.group == NodeGroup::Trigger)
    };
    let triggers: Vec<&Node> = workflow.nodes.values().filter(of_trigger).collect();
    let mut automatic =
        triggers.iter().filter(|node| node.node_type.as_str() != "manualTrigger").copied();
    let Some(first) = automatic.next() else {
        return if triggers.is_empty() { "No trigger" } else { "Started by hand" }.to_owned();
    };
    let words = of_node(first, catalog);
    and_more(words, automatic.count())
}

fn and_more(words: String, more: usize) -> String {
    if more == 0 { words } else { format!("{words}, and {more} more") }
}

fn of_node(node: &Node, catalog: &Catalog) -> String {
    let text =
        |name: &str| node.params.get(name).and_then(Value::as_str).unwrap_or_default().trim();
    match node.node_type.as_str() {
        "webhook" => format!("Webhook {} /{}", methods_of(node).join(", "), path_of(node)),
        FORM_TRIGGER => format!("Form /{}", path_of(node)),
        "scheduleTrigger" => {
            let rule = node.params.get("rule").and_then(|rule| rule.get("interval"));
            times(rule, of_rule).unwrap_or_else(|| "Every day at 00:00".to_owned())
        }
        "cron" => {
            let rule = node.params.get("triggerTimes").and_then(|times| times.get("item"));
            times(rule, of_time).unwrap_or_else(|| node.name.clone())
        }
        "interval" => {
            let unit = if text("unit").is_empty() { "seconds" } else { text("unit") };
            every(number(node.params.get("interval"), 1), unit)
        }
        "rssFeedReadTrigger" if !text("feedUrl").is_empty() => {
            format!("New entries of {}", host(text("feedUrl")))
        }
        "localFileTrigger" if !text("path").is_empty() => format!("Changes in {}", text("path")),
        "executeWorkflowTrigger" => "Called by a workflow".to_owned(),
        "errorTrigger" => "The failure of a workflow".to_owned(),
        _ => catalog.get(&node.node_type).map_or(&node.name, |found| &found.label).clone(),
    }
}

/// The first of several times in words, with how many more there are.
fn times(rules: Option<&Value>, words: fn(&Value) -> String) -> Option<String> {
    let rules = rules?.as_array()?;
    Some(and_more(words(rules.first()?), rules.len() - 1))
}

/// A rule of Schedule Trigger.
fn of_rule(rule: &Value) -> String {
    let count = |name: &str, default| number(rule.get(name), default);
    let at = || clock(count("triggerAtHour", 0), count("triggerAtMinute", 0));
    let unit = rule.get("field").and_then(Value::as_str).unwrap_or("days");
    match unit {
        "seconds" => every(count("secondsInterval", 30), unit),
        "minutes" => every(count("minutesInterval", 5), unit),
        "hours" => {
            let words = every(count("hoursInterval", 1), unit);
            match count("triggerAtMinute", 0) {
                0 => words,
                minute => format!("{words}, {minute} minutes past"),
            }
        }
        "days" => format!("{} at {}", every(count("daysInterval", 1), unit), at()),
        "weeks" => format!("{} at {}", of_weeks(rule, count("weeksInterval", 1)), at()),
        "months" => {
            let months = every(count("monthsInterval", 1), unit);
            format!("{months} on day {} at {}", count("triggerAtDayOfMonth", 1), at())
        }
        _ => pattern(rule.get("expression")),
    }
}

fn of_weeks(rule: &Value, weeks: i64) -> String {
    let listed = rule.get("triggerAtDay").and_then(Value::as_array);
    let name = |day: &Value| DAYS[number(Some(day), 0).rem_euclid(7) as usize];
    let days: Vec<&str> = match listed {
        Some(days) => days.iter().map(name).collect(),
        None => vec![DAYS[0]],
    };
    let days = match days[..] {
        [] => "day".to_owned(),
        [one] => one.to_owned(),
        [ref most @ .., last] => format!("{} and {last}", most.join(", ")),
    };
    if weeks == 1 {
        format!("Every {days}")
    } else {
        format!("{} on {days}", every(weeks, "weeks"))
    }
}

/// A time of n8n's former Cron node, and of triggers that poll.
fn of_time(time: &Value) -> String {
    let count = |name: &str, default| number(time.get(name), default);
    let at = || clock(count("hour", 14), count("minute", 0));
    match time.get("mode").and_then(Value::as_str).unwrap_or("everyDay") {
        "everyMinute" => "Every minute".to_owned(),
        "everyHour" => "Every hour".to_owned(),
        "everyDay" => format!("Every day at {}", at()),
        "everyWeek" => {
            let day = DAYS[count("weekday", 1).rem_euclid(7) as usize];
            format!("Every {day} at {}", at())
        }
        "everyMonth" => format!("Every month on day {} at {}", count("dayOfMonth", 1), at()),
        "everyX" => {
            let unit = time.get("unit").and_then(Value::as_str).unwrap_or("hours");
            every(count("value", 2), unit)
        }
        _ => pattern(time.get("cronExpression")),
    }
}

fn pattern(value: Option<&Value>) -> String {
    match value.and_then(Value::as_str).map(str::trim).unwrap_or_default() {
        "" => "By a pattern".to_owned(),
        pattern => format!("By the pattern {pattern}"),
    }
}

/// `Every 5 seconds`; the unit is given as that of several.
fn every(count: i64, unit: &str) -> String {
    match count {
        1 => format!("Every {}", unit.strip_suffix('s').unwrap_or(unit)),
        count => format!("Every {count} {unit}"),
    }
}

fn clock(hour: i64, minute: i64) -> String {
    format!("{hour:02}:{minute:02}")
}

/// A number as it may be written; what is none is the default here.
fn number(value: Option<&Value>, default: i64) -> i64 {
    match value {
        Some(Value::String(text)) => text.trim().parse().unwrap_or(default),
        Some(value) => value.as_f64().map_or(default, |number| number as i64),
        None => default,
    }
}

/// The host of an address, without the name and password that may stand before it. What is no
/// address yet, such as an expression, is shown whole.
fn host(address: &str) -> String {
    let url = url::Url::parse(address);
    let host = url.ok().and_then(|url| Some(url.host_str()?.to_owned()));
    host.unwrap_or_else(|| address.rsplit('@').next().unwrap_or(address).to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(triggers: &[(&str, Value)], expected: &str) {
        let catalog = reporunner_nodes::catalog();
        let mut workflow = Workflow::new("w".into(), "W", "UTC");
        for (index, (node_type, params)) in triggers.iter().enumerate() {
            let id = format!("n{index}");
            let mut node = Node::new(id.as_str().into(), (*node_type).into(), "1", "The node");
            node.params = params.as_object().expect("an object").clone();
            workflow.nodes.insert(node.id.clone(), node);
        }
        assert_eq!(starts(&workflow, &catalog), expected);
    }

    #[track_caller]
    fn rule(rule: Value, expected: &str) {
        check(&[("scheduleTrigger", json!({ "rule": { "interval": [rule] } }))], expected);
    }

    #[test]
    fn a_schedule_says_when() {
        rule(json!({ "field": "seconds", "secondsInterval": 5 }), "Every 5 seconds");
        rule(json!({ "field": "minutes", "minutesInterval": 1 }), "Every minute");
        rule(json!({ "field": "hours", "triggerAtMinute": 15 }), "Every hour, 15 minutes past");
        rule(json!({ "triggerAtHour": 6, "triggerAtMinute": 30 }), "Every day at 06:30");
        rule(json!({ "field": "days", "daysInterval": "3" }), "Every 3 days at 00:00");
        rule(
            json!({ "field": "weeks", "triggerAtDay": [1, 3, 5], "triggerAtHour": 8 }),
            "Every Monday, Wednesday and Friday at 08:00",
        );
        rule(json!({ "field": "weeks", "weeksInterval": 2 }), "Every 2 weeks on Sunday at 00:00");
        rule(json!({ "field": "months" }), "Every month on day 1 at 00:00");
        rule(
            json!({ "field": "cronExpression", "expression": "0 6 * * 1-5" }),
            "By the pattern 0 6 * * 1-5",
        );
        check(&[("scheduleTrigger", json!({}))], "Every day at 00:00");
        let two = json!({ "rule": { "interval": [{ "field": "hours" }, { "field": "days" }] } });
        check(&[("scheduleTrigger", two)], "Every hour, and 1 more");
    }

    #[test]
    fn former_timers_say_when() {
        let time = |time: Value| json!({ "triggerTimes": { "item": [time] } });
        check(&[("cron", time(json!({ "mode": "everyWeek" })))], "Every Monday at 14:00");
        check(
            &[("cron", time(json!({ "mode": "everyX", "value": 1, "unit": "minutes" })))],
            "Every minute",
        );
        check(&[("interval", json!({ "interval": 15, "unit": "minutes" }))], "Every 15 minutes");
        check(&[("interval", json!({}))], "Every second");
    }

    #[test]
    fn other_triggers_say_what() {
        let hook = json!({ "httpMethod": "POST", "path": "orders" });
        check(&[("webhook", hook.clone())], "Webhook POST /orders");
        check(&[("executeWorkflowTrigger", json!({}))], "Called by a workflow");
        check(&[("errorTrigger", json!({}))], "The failure of a workflow");
        check(&[("localFileTrigger", json!({ "path": "inbox" }))], "Changes in inbox");
        check(
            &[("rssFeedReadTrigger", json!({ "feedUrl": "https://example.org/feed.xml" }))],
            "New entries of example.org",
        );
        check(
            &[(
                "rssFeedReadTrigger",
                json!({ "feedUrl": "https://ada:secret@example.org:8080/x" }),
            )],
            "New entries of example.org",
        );
        check(&[("manualTrigger", json!({}))], "Started by hand");
        check(&[("noOp", json!({}))], "No trigger");
        let three = [("manualTrigger", json!({})), ("webhook", hook), ("errorTrigger", json!({}))];
        check(&three, "Webhook POST /orders, and 1 more");
    }
}
