//! Schedule Trigger: starts a live workflow by the clock. When it fires is `schedule`'s business.

use async_trait::async_trait;
use reporunner_model::{
    Choice, Item, NodeDescription, NodeError, NodeGroup, PortRule, Property, PropertyKind, RunMode,
};
use reporunner_node::{Context, Node, Output};
use serde_json::{Value, json};

use crate::form::{self, describe, texts};
use crate::items::Input;
use crate::schedule;

pub(crate) struct ScheduleTrigger;

#[async_trait]
impl Node for ScheduleTrigger {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Starts the workflow at set times.".to_owned(),
            help:
                "Each rule is a time of its own: every so many minutes, each day at six, Mondays \
                   and Fridays, or a cron pattern. Times are in the workflow's time zone; a time \
                   of day that a change to summer time leaves out falls on the end of the gap, \
                   and none is repeated when it ends.\n\n**Every third day** and the like count \
                   from the first time after the workflow became live. Minutes and hours that \
                   divide the hour or the day stand on the clock's own marks.\n\nThe workflow must \
                   be published and live. While Reporunner is not running nothing starts: **Missed \
                   times** says what happens then.\n\nIt gives the time it stands for, in several \
                   forms."
                    .to_owned(),
            aliases: texts(&["cron", "timer", "clock", "interval", "daily", "hourly", "time"]),
            versions: texts(&["1", "1.1", "1.2", "1.3", "1.4"]),
            inputs: PortRule::none(),
            properties: properties(),
            example: form::example(json!({
                "rule": { "interval": [
                    { "id": "1", "field": "days", "triggerAtHour": 6, "triggerAtMinute": 30 }
                ] }
            })),
            ..describe(
                "scheduleTrigger",
                "Schedule Trigger",
                NodeGroup::Trigger,
                "calendar-clock",
                268,
            )
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        run(context)
    }
}

/// Gives on the slot it was started with; where a person starts it, the time it is.
pub(crate) fn run(context: &mut Context) -> Result<Output, NodeError> {
    let mut items = Input::take(context, 0).into_items();
    let by_hand = context.run.mode == RunMode::Manual;
    if by_hand && items.iter().all(|item| item.json.is_empty()) {
        let zone = jiff::tz::TimeZone::get(&context.run.timezone);
        let zone = zone.unwrap_or(jiff::tz::TimeZone::UTC);
        items = vec![Item::from_json(schedule::item(context.run.now, &zone))];
    }
    Ok(Output::one(items))
}

fn properties() -> Vec<Property> {
    vec![
        Property::records("rule", "Times", "interval", "Add time", rule()).default_value(
            json!({ "interval": [{ "field": "days", "triggerAtHour": 0, "triggerAtMinute": 0 }] }),
        ),
        Property::choice(
            "misfirePolicy",
            "Missed times",
            &[
                ("skip", "Skip them"),
                ("coalesce", "Start once for all of them"),
                ("all", "Start for each of them"),
            ],
        )
        .default_value("skip")
        .help("What happens to times that passed while Reporunner was not running.")
        .fixed(),
        Property::number("misfireLimit", "At most", 10.0)
            .at_least(1.0)
            .help("The newest of them are started.")
            .show_when("misfirePolicy", &["all"])
            .fixed(),
    ]
}

fn rule() -> Vec<Property> {
    let count = |name: &str, label: &str, default: f64, field: &str| {
        let most = schedule::most(name);
        Property::number(name, label, default)
            .between(1.0, most)
            .show_when("field", &[field])
            .fixed()
    };
    let days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    let days = days.iter().zip([1, 2, 3, 4, 5, 6, 0]).map(|(label, value)| Choice {
        value: Value::from(value),
        label: (*label).to_owned(),
        help: String::new(),
    });
    vec![
        Property::choice(
            "field",
            "Every",
            &[
                ("seconds", "Seconds"),
                ("minutes", "Minutes"),
                ("hours", "Hours"),
                ("days", "Days"),
                ("weeks", "Weeks"),
                ("months", "Months"),
                ("cronExpression", "Cron pattern"),
            ],
        )
        .default_value("days")
        .fixed(),
        count("secondsInterval", "Seconds between", 30.0, "seconds"),
        count("minutesInterval", "Minutes between", 5.0, "minutes"),
        count("hoursInterval", "Hours between", 1.0, "hours"),
        count("daysInterval", "Days between", 1.0, "days"),
        count("weeksInterval", "Weeks between", 1.0, "weeks"),
        count("monthsInterval", "Months between", 1.0, "months"),
        count("triggerAtDayOfMonth", "Day of the month", 1.0, "months")
            .help("Months without that day are passed over."),
        Property::new(
            "triggerAtDay",
            "Weekdays",
            PropertyKind::MultiChoice { options: days.collect() },
        )
        .default_value(json!([0]))
        .show_when("field", &["weeks"])
        .fixed(),
        Property::number("triggerAtHour", "Hour", 0.0)
            .between(0.0, 23.0)
            .help("From 0 to 23.")
            .show_when("field", &["days", "weeks", "months"])
            .fixed(),
        Property::number("triggerAtMinute", "Minute", 0.0)
            .between(0.0, 59.0)
            .show_when("field", &["hours", "days", "weeks", "months"])
            .fixed(),
        Property::text("expression", "Pattern")
            .placeholder("0 6 * * 1-5")
            .help("Minute, hour, day, month, weekday; seconds may stand before them.")
            .required()
            .show_when("field", &["cronExpression"])
            .fixed(),
    ]
}
