//! Loop Over Items: gives its items on in batches, one batch each time the loop comes back to it.
//!
//! The node's state says where the loop stands; the items themselves are looked up in what its
//! earlier runs were given, so that a round costs what its batch costs. The state is not cleared
//! when the loop is done: that is what *Start anew* is for, as in n8n (docs.n8n.io, "Loop Over
//! Items").

use async_trait::async_trait;
use reporunner_model::{
    Item, Items, NodeDescription, NodeError, NodeGroup, PairedItem, PairedSource, PortRule,
    Property,
};
use reporunner_node::{Context, Node, Output};
use serde_json::{Map, Value, json};

use crate::form::{self, describe, texts};
use crate::items::{Input, option_flag};

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
                Property::number("batchSize", "Items in a batch", 1.0)
                    .at_least(1.0)
                    .versions(&[3.0]),
                Property::number("batchSize", "Items in a batch", 10.0)
                    .at_least(1.0)
                    .versions(&[1.0, 2.0]),
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
        let input = Input::take(context, 0);
        let values = context.values(0)?;
        let version = values.version();
        let size = values.number("batchSize").filter(|size| *size >= 1.0).ok_or_else(|| {
            NodeError::new("The batch size is no number above 0")
                .hint("Say how many items a batch has, such as 1 or 10.")
                .about(&["batchSize"])
        })?;
        let reset = option_flag(&values, "options.reset").unwrap_or(false);
        let before = context.remember(|state| Place::read(state)).filter(|_| !reset);
        let count = input.items().len();
        let place = Place::next(before, context.run.run_index, count, size as usize);
        let batch = batch(context, &place, &input)?;
        let done = if batch.is_empty() { came_back(context, &place, input) } else { Vec::new() };
        context.remember(|state| place.write(state, size as usize));
        Ok(Output::many(match version {
            v if v < 2.0 => vec![batch],
            v if v < 3.0 => vec![batch, done],
            _ => vec![done, batch],
        }))
    }
}

/// Where the loop stands in one of its rounds.
struct Place {
    /// The run of the node that was given the items to loop over.
    start: usize,
    /// How many they are.
    count: usize,
    /// Which round it is.
    round: usize,
    /// The items of its batch.
    from: usize,
    to: usize,
}

impl Place {
    /// The last round's, where there was one.
    fn read(state: &Map<String, Value>) -> Option<Self> {
        let number = |name: &str| state.get(name)?.as_u64().map(|number| number as usize);
        Some(Self {
            start: number("startRun")?,
            count: number("itemCount")?,
            round: number("currentRunIndex")?,
            from: 0,
            to: number("itemsGiven")?,
        })
    }

    /// The round after `before`, or the first of a loop over the `count` items of run `run`.
    fn next(before: Option<Self>, run: usize, count: usize, size: usize) -> Self {
        match before {
            Some(Self { start, count, round, to, .. }) => Self {
                start,
                count,
                round: round + 1,
                from: to,
                to: to.saturating_add(size).min(count),
            },
            None => Self { start: run, count, round: 0, from: 0, to: size.min(count) },
        }
    }

    fn write(&self, state: &mut Map<String, Value>, size: usize) {
        let numbers = [
            ("currentRunIndex", self.round),
            ("startRun", self.start),
            ("itemCount", self.count),
            ("itemsGiven", self.to),
        ];
        for (name, number) in numbers {
            state.insert(name.to_owned(), number.into());
        }
        if self.round == 0 {
            state.insert("maxRunIndex".to_owned(), self.count.div_ceil(size).into());
        }
        state.insert("noItemsLeft".to_owned(), (self.to >= self.count).into());
        state.insert("done".to_owned(), (self.from >= self.to).into());
    }
}

/// The items of this round.
fn batch(context: &Context, place: &Place, input: &Input) -> Result<Vec<Item>, NodeError> {
    if place.from >= place.to {
        return Ok(Vec::new());
    }
    if place.round == 0 {
        let items = input.items()[..place.to].iter().cloned().enumerate();
        return Ok(items.map(|(at, item)| item.paired(at, 0)).collect());
    }
    let all = context.handles.earlier.input(place.start, 0).unwrap_or_default();
    let Some(items) = all.get(place.from..place.to) else {
        return Err(NodeError::new("The items to loop over are not kept")
            .hint("A loop needs a step before it; put one there, such as No Operation."));
    };
    let items = items.iter().cloned().enumerate();
    Ok(items.map(|(at, item)| of_run(item, place.from + at, place.start)).collect())
}

/// What came back in all rounds of this loop, in order.
fn came_back(context: &Context, place: &Place, input: Input) -> Vec<Item> {
    let once = context.node.flags.execute_once;
    let mut all = Vec::new();
    for run in place.start + 1..context.run.run_index {
        let items: Items = context.handles.earlier.input(run, 0).unwrap_or_default();
        let items = items.iter().take(if once { 1 } else { usize::MAX }).cloned().enumerate();
        all.extend(items.map(|(at, item)| of_run(item, at, run)));
    }
    if place.round > 0 {
        let items = input.into_items().into_iter().enumerate();
        all.extend(items.map(|(at, item)| item.paired(at, 0)));
    }
    all
}

/// An item made from item `at` of what run `run` of this node was given.
fn of_run(mut item: Item, at: usize, run: usize) -> Item {
    let run = u32::try_from(run).ok();
    item.paired_item = Some(PairedItem::One(PairedSource { run, ..PairedSource::new(at, 0) }));
    item
}
