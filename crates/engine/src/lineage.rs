//! Which input item each item was made from. Kept here so that node authors need not.
//!
//! The rules are n8n's (`WorkflowExecute`, <https://docs.n8n.io/data/data-mapping/data-item-linking/>).

use std::sync::Arc;

use reporunner_model::{Item, Items, PairedItem, PairedSource};

/// The items as a node sees them on its input number `input`: each says its own place. Copies
/// nothing where they say so already, which is the case along a chain.
pub(crate) fn stamp(items: &Items, input: usize) -> Items {
    let in_place = |(index, item): (usize, &Item)| {
        item.paired_item == Some(PairedItem::One(PairedSource::new(index, input)))
    };
    if items.iter().enumerate().all(in_place) {
        return Arc::clone(items);
    }
    let stamped = items.iter().cloned().enumerate().map(|(index, item)| item.paired(index, input));
    Arc::new(stamped.collect())
}

/// Fills in what a node did not say, where it is plain: one item in; as many items out of the one
/// output as into the one input; one item out of many. From the first item that is not plain on,
/// nothing is filled in.
pub(crate) fn fill(outputs: &mut [Items], inputs: &[Items]) {
    let [input] = inputs else { return };
    let single = input.len() == 1;
    let only = outputs.len() == 1;
    let same = only && outputs[0].len() == input.len();
    let aggregated = only && outputs[0].len() == 1 && input.len() > 1;
    if !(single || same || aggregated) {
        return;
    }
    for output in outputs {
        if output.iter().all(|item| item.paired_item.is_some()) {
            continue;
        }
        for (index, item) in Arc::make_mut(output).iter_mut().enumerate() {
            let source = PairedSource::new(if single || !same { 0 } else { index }, 0);
            item.paired_item.get_or_insert(PairedItem::One(source));
        }
    }
}

/// Gives one empty item, made from every input item, where the first output is empty.
pub(crate) fn always(outputs: &mut Vec<Items>, inputs: &[Items]) {
    if outputs.first().is_some_and(|items| !items.is_empty()) {
        return;
    }
    let sources = inputs.iter().enumerate().flat_map(|(input, items)| {
        (0..items.len()).map(move |item| PairedItem::One(PairedSource::new(item, input)))
    });
    let paired_item = Some(PairedItem::Many(sources.collect()));
    let item = Arc::new(vec![Item { paired_item, ..Item::default() }]);
    match outputs.first_mut() {
        Some(first) => *first = item,
        None => outputs.push(item),
    }
}
