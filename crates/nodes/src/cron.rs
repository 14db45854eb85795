//! Cron: n8n's former trigger by the clock, so that older files run. New workflows take Schedule
//! Trigger.

use async_trait::async_trait;
use reporunner_model::{NodeDescription, NodeError, NodeGroup, PortRule, Property};
use reporunner_node::{Context, Node, Output};
use serde_json::json;

use crate::form::{self, describe, texts};
use crate::schedule_trigger;

pub(crate) struct Cron;

#[async_trait]
impl Node for Cron {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Starts the workflow at set times, as older n8n files do.".to_owned(),
            help:
                "It works as Schedule Trigger does, with the fields of its predecessor: each time \
                   stands for itself, in the workflow's time zone.\n\nThe workflow must be \
                   published and live. Choose Schedule Trigger for new workflows: it also says \
                   what happens to missed times."
                    .to_owned(),
            aliases: texts(&["schedule", "timer", "old"]),
            inputs: PortRule::none(),
            properties: vec![Property::records(
                "triggerTimes",
                "Times",
                "item",
                "Add time",
                time(),
            )],
            example: form::example(json!({
                "triggerTimes": { "item": [{ "id": "1", "mode": "everyDay", "hour": 6 }] }
            })),
            ..describe("cron", "Cron", NodeGroup::Trigger, "clock", 268)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        schedule_trigger::run(context)
    }
}

/// The fields of one time; triggers that poll have the same.
pub(crate) fn time() -> Vec<Property> {
    let days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
    let numbers: Vec<String> = (0..7).map(|day| day.to_string()).collect();
    let days: Vec<(&str, &str)> = numbers.iter().map(String::as_str).zip(days).collect();
    vec![
        Property::choice(
            "mode",
            "When",
            &[
                ("everyMinute", "Every minute"),
                ("everyHour", "Every hour"),
                ("everyDay", "Every day"),
                ("everyWeek", "Every week"),
                ("everyMonth", "Every month"),
                ("everyX", "Every so often"),
                ("custom", "Cron pattern"),
            ],
        )
        .default_value("everyDay")
        .fixed(),
        Property::number("hour", "Hour", 14.0)
            .between(0.0, 23.0)
            .show_when("mode", &["everyDay", "everyWeek", "everyMonth"])
            .fixed(),
        Property::number("minute", "Minute", 0.0)
            .between(0.0, 59.0)
            .show_when("mode", &["everyHour", "everyDay", "everyWeek", "everyMonth"])
            .fixed(),
        Property::number("dayOfMonth", "Day of the month", 1.0)
            .between(1.0, 31.0)
            .show_when("mode", &["everyMonth"])
            .fixed(),
        Property::choice("weekday", "Weekday", &days)
            .default_value("1")
            .show_when("mode", &["everyWeek"])
            .fixed(),
        Property::text("cronExpression", "Pattern")
            .default_value("* * * * * *")
            .show_when("mode", &["custom"])
            .fixed(),
        Property::number("value", "Every", 2.0)
            .between(1.0, 10_000.0)
            .show_when("mode", &["everyX"])
            .fixed(),
        Property::choice("unit", "Unit", &[("minutes", "Minutes"), ("hours", "Hours")])
            .default_value("hours")
            .show_when("mode", &["everyX"])
            .fixed(),
    ]
}
