//! What many nodes do with items: take them without copying, read settings once, report one
//! item's failure.

use reporunner_model::{Effect, Item, Items, NodeError, OnError, PairedItem, PairedSource};
use reporunner_node::{Context, Values};
use serde_json::Value;

use crate::js;

/// The items of one input, to be given on. Where nobody else holds them they are moved.
pub(crate) enum Input {
    Own(Vec<Item>),
    Shared(Items),
}

impl Input {
    /// Takes an input's items out of the context.
    pub(crate) fn take(context: &mut Context, input: usize) -> Self {
        match std::sync::Arc::try_unwrap(context.take_input(input)) {
            Ok(items) => Self::Own(items),
            Err(items) => Self::Shared(items),
        }
    }

    /// All items as they stand.
    pub(crate) fn items(&self) -> &[Item] {
        match self {
            Self::Own(items) => items,
            Self::Shared(items) => items,
        }
    }

    /// Item `index`, taken out; it is empty afterwards.
    pub(crate) fn item(&mut self, index: usize) -> Item {
        match self {
            Self::Own(items) => std::mem::take(&mut items[index]),
            Self::Shared(items) => items[index].clone(),
        }
    }

    /// All items.
    pub(crate) fn into_items(self) -> Vec<Item> {
        match self {
            Self::Own(items) => items,
            Self::Shared(items) => items.to_vec(),
        }
    }
}

/// Settings of a node, read once where all items share their parameters.
pub(crate) struct Settings<T> {
    same: bool,
    last: Option<T>,
}

impl<T> Settings<T> {
    /// Nothing read yet.
    pub(crate) fn new(context: &Context) -> Self {
        Self { same: context.params.is_same(), last: None }
    }

    /// The settings for item `index`; an error carries the index.
    pub(crate) fn at(
        &mut self,
        context: &Context,
        index: usize,
        read: impl FnOnce(&Values<'_>) -> Result<T, NodeError>,
    ) -> Result<&mut T, NodeError> {
        if self.last.is_none() || !self.same {
            let values = context.values(index)?;
            self.last = Some(read(&values).map_err(|error| error.at_item(index))?);
        }
        Ok(self.last.as_mut().expect("it was read when it was missing"))
    }
}

/// The effect of a node that is safe to repeat where `reads` holds for the parameters of every
/// item, else what its description says. Parameters that failed make nothing happen.
pub(crate) fn effect_where_all(context: &Context, reads: impl Fn(Values<'_>) -> bool) -> Effect {
    let sets = if context.params.is_same() { 1 } else { context.items().len().max(1) };
    let only_reads = (0..sets).all(|index| context.values(index).map_or(true, &reads));
    if only_reads { Effect::Idempotent } else { context.description.effect }
}

/// The item that stands for a failure on item `index`, where the node goes on after errors.
pub(crate) fn failed(error: &NodeError, index: usize) -> Item {
    let json = js::object("error", Value::String(error.message.clone()));
    Item::from_json(json).paired(index, 0)
}

/// The failure as an item where the node goes on after errors, else as an error with its item.
pub(crate) fn fail_or_go_on(
    context: &Context,
    error: NodeError,
    index: usize,
) -> Result<Item, NodeError> {
    let error = if error.item.is_some() { error } else { error.at_item(index) };
    if context.continues_on_error() { Ok(failed(&error, index)) } else { Err(error) }
}

/// Whether failed items leave by an output of their own.
pub(crate) fn has_error_output(context: &Context) -> bool {
    context.node.flags.on_error == OnError::ContinueErrorOutput
}

/// Made from all `count` items of the first input.
pub(crate) fn paired_with_all(count: usize) -> Option<PairedItem> {
    let all = (0..count).map(|item| PairedItem::One(PairedSource::new(item, 0)));
    Some(PairedItem::Many(all.collect()))
}

/// An option that is set, as a flag. An option that is not there is no flag, whatever its field
/// starts with in the form.
pub(crate) fn option_flag(values: &Values<'_>, path: &str) -> Option<bool> {
    values.raw(path).map(|value| match value {
        Value::String(text) => text == "true",
        other => js::truthy(other),
    })
}

/// An option that is set, as a number.
pub(crate) fn option_number(values: &Values<'_>, path: &str) -> Option<f64> {
    values.raw(path).and_then(|value| match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    })
}

/// An option that is set and not empty, as text.
pub(crate) fn option_text(values: &Values<'_>, path: &str) -> Option<String> {
    values.raw(path).map(js::cell).filter(|text| !text.is_empty())
}
