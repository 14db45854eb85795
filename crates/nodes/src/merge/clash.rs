//! What happens where two items that become one have a field in common.

use reporunner_model::Item;
use reporunner_node::Values;
use serde_json::{Map, Value};

use super::paired;
use crate::items::{option_flag, option_text};

/// Whose value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Prefer {
    /// The last input's.
    Last,
    /// This input's.
    Input(usize),
    /// Both, under names with the input's number.
    Both,
}

/// How fields in common are settled.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clash {
    pub(super) prefer: Prefer,
    /// Whether a person chose that.
    pub(super) chosen: bool,
    pub(super) deep: bool,
    /// An empty value does not replace another.
    pub(super) keep_full: bool,
}

impl Clash {
    pub(super) fn read(values: &Values<'_>) -> Self {
        let at = |name: &str| format!("options.clashHandling.values.{name}");
        let chosen = option_text(values, &at("resolveClash"));
        let prefer = match chosen.as_deref() {
            Some("addSuffix") => Prefer::Both,
            Some(text) => {
                match text.strip_prefix("preferInput").and_then(|n| n.parse::<usize>().ok()) {
                    Some(number) if number > 0 => Prefer::Input(number - 1),
                    _ => Prefer::Last,
                }
            }
            None => Prefer::Last,
        };
        Self {
            prefer,
            chosen: chosen.is_some(),
            deep: option_text(values, &at("mergeMode")).as_deref() != Some("shallowMerge"),
            keep_full: option_flag(values, &at("overrideEmpty")).unwrap_or(false),
        }
    }

    /// One item of several, given with their inputs.
    pub(super) fn merge(
        &self,
        row: &[(usize, &Item)],
        sources: impl IntoIterator<Item = (usize, usize)>,
    ) -> Item {
        let mut row = row.to_vec();
        if let Prefer::Input(preferred) = self.prefer {
            row.sort_by_key(|(input, _)| *input == preferred);
        }
        let mut merged = Item { paired_item: paired(sources), ..Item::default() };
        for (input, item) in row {
            if let Some(files) = item.binary.as_deref() {
                let all = merged.binary.get_or_insert_with(Default::default);
                all.extend(files.iter().map(|(name, file)| (name.clone(), file.clone())));
            }
            if self.prefer == Prefer::Both {
                merged.json.extend(suffixed(&item.json, input));
            } else {
                self.add(&mut merged.json, &item.json);
            }
        }
        merged
    }

    /// An item that found no partner, with the names it would have had with one.
    pub(super) fn alone(&self, item: &Item, input: usize, index: usize) -> Item {
        let mut item = item.clone();
        if self.prefer == Prefer::Both {
            item.json = suffixed(&item.json, input).into();
        }
        item.paired(index, input)
    }

    fn add(&self, target: &mut Map<String, Value>, source: &Map<String, Value>) {
        for (key, value) in source {
            match target.get_mut(key) {
                None => {
                    target.insert(key.clone(), value.clone());
                }
                Some(_) if self.keep_full && is_empty(value) => {}
                Some(slot) if self.deep => self.deep(slot, value),
                Some(slot) => slot.clone_from(value),
            }
        }
    }

    fn deep(&self, slot: &mut Value, value: &Value) {
        match (slot, value) {
            (Value::Object(target), Value::Object(source)) => self.add(target, source),
            // lodash's `merge` goes through lists by index too.
            (Value::Array(target), Value::Array(source)) => {
                for (index, value) in source.iter().enumerate() {
                    match target.get_mut(index) {
                        None => target.push(value.clone()),
                        Some(_) if self.keep_full && is_empty(value) => {}
                        Some(slot) => self.deep(slot, value),
                    }
                }
            }
            (slot, value) => slot.clone_from(value),
        }
    }
}

fn suffixed(json: &Map<String, Value>, input: usize) -> Map<String, Value> {
    json.iter().map(|(key, value)| (format!("{key}_{}", input + 1), value.clone())).collect()
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_str() == Some("")
}
