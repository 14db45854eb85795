//! Limit: keeps the first or the last items.

use async_trait::async_trait;
use reporunner_model::{NodeDescription, NodeError, NodeGroup, Property};
use reporunner_node::{Context, Node, Output};
use serde_json::json;

use crate::form::{self, describe, texts};
use crate::items::Input;

pub(crate) struct Limit;

#[async_trait]
impl Node for Limit {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Keeps the first or the last items and drops the rest.".to_owned(),
            help: "Set how many items may pass.\n\nUse it while you build a workflow, to work on \
                   a few items instead of all, or after **Sort**, to keep the highest or \
                   newest.\n\nWhere there are fewer items than the limit, all of them pass."
                .to_owned(),
            aliases: texts(&["top", "first", "last", "head", "tail", "slice", "cap"]),
            properties: vec![
                Property::number("maxItems", "Items to keep", 1.0)
                    .at_least(0.0)
                    .help("Most items that pass."),
                Property::choice(
                    "keep",
                    "Which ones",
                    &[("firstItems", "The first"), ("lastItems", "The last")],
                ),
            ],
            subtitles: texts(&["at most {maxItems}"]),
            example: form::example(json!({ "maxItems": 10 })),
            ..describe("limit", "Limit", NodeGroup::Data, "list-end", 28)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let values = context.values(0)?;
        let most = values.number("maxItems").unwrap_or(1.0).max(0.0) as usize;
        let last = values.text("keep") == "lastItems";
        let mut input = Input::take(context, 0);
        let count = input.items().len();
        let start = if last { count.saturating_sub(most) } else { 0 };
        let kept = (start..count.min(start + most)).map(|index| pass(&mut input, index));
        Ok(Output::one(kept.collect()))
    }
}

/// Item `index` as it is, made from itself.
fn pass(input: &mut Input, index: usize) -> reporunner_model::Item {
    input.item(index).paired(index, 0)
}
