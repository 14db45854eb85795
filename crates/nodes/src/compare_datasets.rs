//! Compare Datasets: sorts the items of two inputs by whether the other input has them too, and
//! the same.

mod differ;
mod form;

use std::collections::HashMap;

use async_trait::async_trait;
use reporunner_model::{Item, NodeDescription, NodeError, PairedItem, PairedSource};
use reporunner_node::{Context, Node, Output, Values};
use serde_json::Value;

use crate::field_path::FieldPath;
use crate::items::{Input, option_flag, option_text};
use crate::{fuzzy, js};
use differ::{Differ, Resolve};

pub(crate) struct CompareDatasets;

#[async_trait]
impl Node for CompareDatasets {
    fn description(&self) -> NodeDescription {
        form::description()
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let (first, second) = (Input::take(context, 0), Input::take(context, 1));
        let values = context.values(0)?;
        let compare = Compare::read(&values)?;
        let (first, second) = (first.items(), second.items());
        if values.version() < 2.2 {
            compare.must_be_there(first, second)?;
        }
        let outputs = compare.sort(first, second);
        Ok(Output::many(outputs.into()))
    }
}

/// What is compared and what becomes of it, read once.
struct Compare {
    /// A field of the first input and the one of the second that must be equal to it.
    keys: Vec<(FieldPath, FieldPath)>,
    fuzzy: bool,
    null_is_zero: bool,
    all_matches: bool,
    differ: Differ,
}

impl Compare {
    fn read(values: &Values<'_>) -> Result<Self, NodeError> {
        let version = values.version();
        let dots = !option_flag(values, "options.disableDotNotation").unwrap_or(false);
        let path = |name: Option<&Value>| {
            let name = name.map(js::cell).unwrap_or_default();
            (!name.trim().is_empty()).then(|| FieldPath::new(name.trim(), dots))
        };
        let records = values.records("mergeByFields.values").into_iter();
        let keys = records
            .map(|record| Some((path(record.get("field1"))?, path(record.get("field2"))?)))
            .collect::<Option<Vec<_>>>()
            .filter(|keys| !keys.is_empty());
        let Some(keys) = keys else {
            return Err(NodeError::new("No field to match is named")
                .hint("Name the field by which an item of A belongs to one of B, such as id.")
                .about(&["mergeByFields"]));
        };
        let fuzzy = match version < 2.0 {
            true => option_flag(values, "options.fuzzyCompare").unwrap_or(false),
            false => values.flag("fuzzyCompare"),
        };
        let null_is_zero = version >= 2.0;
        let resolve = Resolve::read(values);
        let skipped = values.names("options.skipFields");
        let names = if version < 2.0 { ["input1", "input2"] } else { ["inputA", "inputB"] };
        let all_matches = option_text(values, "options.multipleMatches").as_deref() == Some("all");
        let differ = Differ::new(resolve, skipped, dots, (fuzzy, null_is_zero), names);
        Ok(Self { keys, fuzzy, null_is_zero, all_matches, differ })
    }

    /// Refuses a field that no item of its input has, as versions before 2.2 do.
    fn must_be_there(&self, first: &[Item], second: &[Item]) -> Result<(), NodeError> {
        let missing = |path: &FieldPath, items: &[Item]| {
            !items.iter().any(|item| path.get(&item.json).is_some())
        };
        for (a, b) in &self.keys {
            for (path, items, input) in [(a, first, "A"), (b, second, "B")] {
                if missing(path, items) {
                    let name = path.name();
                    return Err(NodeError::new(format!(
                        "No item of input {input} has the field {name}"
                    ))
                    .hint("Check the field's name; it is case sensitive.")
                    .about(&["mergeByFields"]));
                }
            }
        }
        Ok(())
    }

    /// The items only the first has, those both have, those that differ, those only the second
    /// has.
    fn sort(&self, first: &[Item], second: &[Item]) -> [Vec<Item>; 4] {
        let mut index: HashMap<String, Vec<usize>> = HashMap::with_capacity(second.len());
        for (at, item) in second.iter().enumerate() {
            if let Some(key) = self.key(item, |(_, b)| b) {
                index.entry(key).or_default().push(at);
            }
        }
        let mut found = vec![false; second.len()];
        let [mut only_a, mut same, mut different] = [const { Vec::new() }; 3];
        for (a, item) in first.iter().enumerate() {
            let complete = self.keys.iter().all(|(key, _)| key.get(&item.json).is_some());
            let candidates = self.key(item, |(a, _)| a).filter(|_| complete);
            let candidates = candidates.and_then(|key| index.get(&key));
            let matches = candidates.into_iter().flatten().copied();
            let matches: Vec<usize> = matches
                .filter(|b| self.belong_together(item, &second[*b]))
                .take(if self.all_matches { usize::MAX } else { 1 })
                .collect();
            if matches.is_empty() {
                only_a.push(item.clone().paired(a, 0));
            }
            let mut told = false;
            for b in matches {
                found[b] = true;
                let pair = (item, &second[b]);
                if !self.differ.is_same(pair.0, pair.1) {
                    different.push(paired(self.differ.difference(pair, &self.keys), a, b));
                } else if !std::mem::replace(&mut told, true) {
                    same.push(match self.differ.takes_second() {
                        true => pair.1.clone().paired(b, 1),
                        false => pair.0.clone().paired(a, 0),
                    });
                }
            }
        }
        let only_b = second.iter().enumerate().filter(|(at, _)| !found[*at]);
        let only_b = only_b.map(|(at, item)| item.clone().paired(at, 1)).collect();
        [only_a, same, different, only_b]
    }

    /// The values by which an item is found, as one text; none where one is missing that must be
    /// there.
    fn key<'k>(
        &'k self,
        item: &Item,
        side: impl Fn(&'k (FieldPath, FieldPath)) -> &'k FieldPath,
    ) -> Option<String> {
        let mut text = String::new();
        for path in self.keys.iter().map(side) {
            match path.get(&item.json) {
                value if self.fuzzy => text.push_str(&fuzzy::bucket(value)),
                Some(value) => js::write_key(value, &mut text),
                None => return None,
            }
            text.push('\u{1f}');
        }
        Some(text)
    }

    fn belong_together(&self, a: &Item, b: &Item) -> bool {
        let mut keys = self.keys.iter();
        !self.fuzzy
            || keys.all(|(a_path, b_path)| {
                fuzzy::alike(a_path.get(&a.json), b_path.get(&b.json), self.null_is_zero)
            })
    }
}

fn paired(mut item: Item, a: usize, b: usize) -> Item {
    let sources = [(a, 0), (b, 1)];
    let sources = sources.map(|(item, input)| PairedItem::One(PairedSource::new(item, input)));
    item.paired_item = Some(PairedItem::Many(sources.into()));
    item
}
