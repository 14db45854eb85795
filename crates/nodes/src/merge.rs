//! Merge: makes one stream of items of several.

mod by_fields;
mod clash;
mod form;
mod legacy;
mod sql;

use async_trait::async_trait;
use reporunner_model::{Item, NodeDescription, NodeError, PairedItem, PairedSource};
use reporunner_node::{Context, Node, Output, Values};

use crate::items::{Input, option_flag};
use clash::{Clash, Prefer};

pub(crate) struct Merge;

#[async_trait]
impl Node for Merge {
    fn description(&self) -> NodeDescription {
        form::description()
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let count = context.inputs.len().max(2);
        let inputs: Vec<Input> = (0..count).map(|input| Input::take(context, input)).collect();
        let values = context.values(0)?;
        if values.version() >= 3.0 && values.text("mode") == "combineBySql" {
            drop(values);
            let (items, hint) = sql::combine(context, &inputs).await?;
            return Ok(Output { hints: hint.into_iter().collect(), ..Output::one(items) });
        }
        let items = if values.version() < 2.0 {
            legacy::merge(&values, inputs)
        } else {
            merge(&values, inputs)
        };
        items.map(Output::one)
    }
}

fn merge(values: &Values<'_>, inputs: Vec<Input>) -> Result<Vec<Item>, NodeError> {
    let old = values.version() < 3.0;
    match values.text("mode").as_str() {
        "combine" => {
            let by = values.text(if old { "combinationMode" } else { "combineBy" });
            match by.as_str() {
                "mergeByPosition" | "combineByPosition" => Ok(by_position(values, &inputs)),
                "multiplex" | "combineAll" => Ok(all_combinations(&inputs, &Clash::read(values))),
                _ => by_fields::combine(values, &inputs),
            }
        }
        "chooseBranch" => Ok(choose(values, inputs)),
        _ => Ok(append(inputs)),
    }
}

/// All items of all inputs, one input after the other.
fn append(inputs: Vec<Input>) -> Vec<Item> {
    let all = inputs.into_iter().enumerate().flat_map(|(input, items)| {
        let items = items.into_items().into_iter().enumerate();
        items.map(move |(index, item)| item.paired(index, input))
    });
    all.collect()
}

fn by_position(values: &Values<'_>, inputs: &[Input]) -> Vec<Item> {
    let clash = Clash::read(values);
    let unpaired = option_flag(values, "options.includeUnpaired").unwrap_or(false);
    let lengths = inputs.iter().map(|input| input.items().len());
    let count = if unpaired { lengths.max() } else { lengths.min() }.unwrap_or(0);
    (0..count)
        .map(|index| {
            let row: Vec<(usize, &Item)> = inputs
                .iter()
                .enumerate()
                .filter_map(|(input, items)| Some((input, items.items().get(index)?)))
                .collect();
            let sources = row.iter().map(|(input, _)| (index, *input));
            clash.merge(&row, sources)
        })
        .collect()
}

fn all_combinations(inputs: &[Input], clash: &Clash) -> Vec<Item> {
    let [first, second, ..] = inputs else { return Vec::new() };
    let mut out = Vec::with_capacity(first.items().len() * second.items().len());
    for (a_index, a) in first.items().iter().enumerate() {
        for (b_index, b) in second.items().iter().enumerate() {
            out.push(clash.merge(&[(0, a), (1, b)], [(a_index, 0), (b_index, 1)]));
        }
    }
    out
}

fn choose(values: &Values<'_>, mut inputs: Vec<Input>) -> Vec<Item> {
    let output = values.text("output");
    let chosen = match output.as_str() {
        "empty" => return vec![Item::default()],
        "input2" => 1,
        "specifiedInput" => {
            values.number("useDataOfInput").map_or(0, |number| number.max(1.0) as usize - 1)
        }
        _ => 0,
    };
    if chosen >= inputs.len() {
        return Vec::new();
    }
    let items = inputs.swap_remove(chosen).into_items().into_iter().enumerate();
    items.map(|(index, item)| item.paired(index, chosen)).collect()
}

/// Made from these items, given as (item, input).
fn paired(sources: impl IntoIterator<Item = (usize, usize)>) -> Option<PairedItem> {
    let sources = sources.into_iter();
    let all = sources.map(|(item, input)| PairedItem::One(PairedSource::new(item, input)));
    Some(PairedItem::Many(all.collect()))
}
