//! Interval: n8n's former trigger that fires each so many seconds, so that older files run.

use async_trait::async_trait;
use reporunner_model::{NodeDescription, NodeError, NodeGroup, PortRule, Property};
use reporunner_node::{Context, Node, Output};
use serde_json::json;

use crate::form::{self, describe, texts};
use crate::schedule_trigger;

pub(crate) struct Interval;

#[async_trait]
impl Node for Interval {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Starts the workflow again and again, as older n8n files do.".to_owned(),
            help: "The first start comes one interval after the workflow became live.\n\nChoose \
                   Schedule Trigger for new workflows: it also says what happens to missed times."
                .to_owned(),
            aliases: texts(&["schedule", "timer", "old"]),
            inputs: PortRule::none(),
            properties: vec![
                Property::number("interval", "Every", 1.0).between(1.0, 10_000_000.0).fixed(),
                Property::choice(
                    "unit",
                    "Unit",
                    &[("seconds", "Seconds"), ("minutes", "Minutes"), ("hours", "Hours")],
                )
                .default_value("seconds")
                .fixed(),
            ],
            example: form::example(json!({ "interval": 15, "unit": "minutes" })),
            ..describe("interval", "Interval", NodeGroup::Trigger, "timer", 268)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        schedule_trigger::run(context)
    }
}
