//! Loop Over Items: gives its items on in batches, one batch each time the loop comes back to it.
//!
//! What is left and what came back is in the node's state, which lives as long as the run. It is
//! not cleared when the loop is done: that is what *Start anew* is for, as in n8n
//! (docs.n8n.io, "Loop Over Items").

use async_trait::async_trait;
use reporunner_model::{Item, NodeDescription, NodeError, NodeGroup, PortRule, Property};
use reporunner_node::{Context, Node, Output};
use serde_json::{Map, Value, json};

use crate::form::{self, describe, texts};
use crate::items::{Input, option_flag};

/// Names of what the state holds.
const LEFT: &str = "items";
const BACK: &str = "processedItems";

pub(crate) struct LoopItems;

#[async_trait]
impl Node for LoopItems {
    fn description(&self) -> NodeDescription {
        let outputs = PortRule::Choice {
            path: texts(&["@version"]),
            cases: vec![
                ("1".to_owned(), PortRule::one()),
                ("2".to_owned(), PortRule::named(&["loop", "done"])),
            ],
            default: Box::new(PortRule::named(&["done", "loop"])),
        };
        NodeDescription {
            summary: "Gives its items on in batches, one batch after the other.".to_owned(),
            help: "Connect **loop** to the steps that shall run for each batch, and the last of \
                   them back to this node. When no items are left, all that came back leaves by \
                   **done**.\n\nMost nodes work on every item by themselves; a loop is for \
                   services that take a few items at a time, or for pauses between \
                   batches.\n\nA loop that is entered a second time in the same run, such as one \
                   inside another loop, needs the option *Start anew*, with an expression that \
                   is true only when new items come."
                .to_owned(),
            aliases: texts(&["loop", "batch", "for each", "iterate", "split in batches", "repeat"]),
            versions: texts(&["1", "2", "3"]),
            outputs,
            properties: vec![
                Property::number("batchSize", "Items in a batch", 1.0).versions(&[3.0]),
                Property::number("batchSize", "Items in a batch", 10.0).versions(&[1.0, 2.0]),
                form::options(vec![
                    Property::toggle("reset", "Start anew", false)
                        .help("Takes what comes in as new items to loop over."),
                ]),
            ],
            example: form::example(json!({ "batchSize": 10 })),
            ..describe("splitInBatches", "Loop Over Items", NodeGroup::Flow, "repeat", 190)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let input = Input::take(context, 0).into_items();
        let values = context.values(0)?;
        let version = values.version();
        let size = values.number("batchSize").filter(|size| *size >= 1.0).ok_or_else(|| {
            NodeError::new("The batch size is no number above 0")
                .hint("Say how many items a batch has, such as 1 or 10.")
                .about(&["batchSize"])
        })?;
        let reset = option_flag(&values, "options.reset").unwrap_or(false);
        let step = context.remember(|state| advance(state, input, size as usize, reset))?;
        let (batch, done) = match step {
            Step::Batch(items) => (items, Vec::new()),
            Step::Done(items) => (Vec::new(), items),
        };
        Ok(Output::many(match version {
            v if v < 2.0 => vec![batch],
            v if v < 3.0 => vec![batch, done],
            _ => vec![done, batch],
        }))
    }
}

enum Step {
    Batch(Vec<Item>),
    Done(Vec<Item>),
}

fn advance(
    state: &mut Map<String, Value>,
    input: Vec<Item>,
    size: usize,
    reset: bool,
) -> Result<Step, NodeError> {
    let batch;
    if reset || !state.contains_key(LEFT) {
        let batches = input.len().div_ceil(size);
        let mut items = input;
        let rest = items.split_off(size.min(items.len()));
        batch = items.into_iter().enumerate().map(|(at, item)| item.paired(at, 0)).collect();
        state.insert("currentRunIndex".to_owned(), 0.into());
        state.insert("maxRunIndex".to_owned(), batches.into());
        state.insert(LEFT.to_owned(), kept(&rest)?);
        state.insert(BACK.to_owned(), Value::Array(Vec::new()));
    } else {
        let round = state.get("currentRunIndex").and_then(Value::as_u64).unwrap_or(0) + 1;
        state.insert("currentRunIndex".to_owned(), round.into());
        let left = list(state, LEFT);
        let taken: Vec<Value> = left.drain(..size.min(left.len())).collect();
        batch = items(taken)?;
        if let Value::Array(came) = kept(&input)? {
            list(state, BACK).extend(came);
        }
    }
    let none_left = list(state, LEFT).is_empty();
    state.insert("noItemsLeft".to_owned(), none_left.into());
    state.insert("done".to_owned(), batch.is_empty().into());
    if batch.is_empty() {
        let back = list(state, BACK).clone();
        return items(back).map(Step::Done);
    }
    Ok(Step::Batch(batch))
}

/// A list of the state; made where it is missing.
fn list<'s>(state: &'s mut Map<String, Value>, name: &str) -> &'s mut Vec<Value> {
    let slot = state.entry(name).or_insert(Value::Null);
    if !slot.is_array() {
        *slot = Value::Array(Vec::new());
    }
    slot.as_array_mut().expect("it was made a list above")
}

fn kept(items: &[Item]) -> Result<Value, NodeError> {
    serde_json::to_value(items).map_err(|error| broken(&error))
}

fn items(values: Vec<Value>) -> Result<Vec<Item>, NodeError> {
    serde_json::from_value(Value::Array(values)).map_err(|error| broken(&error))
}

fn broken(error: &serde_json::Error) -> NodeError {
    NodeError::new(format!("The loop's items cannot be kept: {error}"))
}
