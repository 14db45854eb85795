//! iCalendar: a file that puts an event into people's calendars, and such files as data.

mod event;
mod read;

use async_trait::async_trait;
use reporunner_model::{Item, NodeDescription, NodeError, NodeGroup, Property};
use reporunner_node::{Context, Node, Output};
use serde_json::json;

pub(crate) use event::{make, properties};
pub(crate) use read::calendar;

use crate::form::{describe, example, texts};
use crate::items::{Input, fail_or_go_on};

pub(crate) struct ICal;

#[async_trait]
impl Node for ICal {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Makes a calendar file (.ics) of an event.".to_owned(),
            help: "Give the event a title, a start and an end: `2025-03-30T10:00:00+02:00`. A \
                   time without an offset is in UTC, or in the workflow's time zone if you say \
                   so in the options.\n\nThe file is in the item as `data`. Attach it to an \
                   e-mail, or write it with **Read/Write Files**. **Extract from File** reads \
                   calendar files."
                .to_owned(),
            aliases: texts(&["calendar", "ics", "event", "appointment", "meeting", "invite"]),
            properties: form(),
            subtitles: texts(&["{title}"]),
            example: example(json!({
                "title": "Review",
                "start": "2025-03-30T10:00:00Z",
                "end": "2025-03-30T11:00:00Z",
            })),
            ..describe("iCal", "iCalendar", NodeGroup::Files, "calendar-clock", 150)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let input = Input::take(context, 0);
        let mut out: Vec<Item> = Vec::with_capacity(input.items().len());
        for index in 0..input.items().len() {
            match event::make(context, index).await {
                Ok(item) => out.push(item.paired(index, 0)),
                Err(error) => out.push(fail_or_go_on(context, error, index)?),
            }
        }
        Ok(Output::one(out))
    }
}

fn form() -> Vec<Property> {
    let mut all = vec![
        Property::choice("operation", "Do", &[("createEventFile", "Make a file of an event")])
            .fixed(),
    ];
    all.extend(properties());
    all.push(
        Property::text("binaryPropertyName", "Name for the file in the item")
            .default_value("data")
            .required(),
    );
    all
}
