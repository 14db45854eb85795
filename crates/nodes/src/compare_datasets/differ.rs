//! Whether two items that belong together are the same, and what is told where they are not.

use reporunner_model::Item;
use reporunner_node::Values;
use serde_json::{Map, Value, json};

use crate::field_path::FieldPath;
use crate::{fuzzy, js};

/// What stands for two items that differ.
pub(super) enum Resolve {
    First,
    Second,
    /// One of them, but for some fields, which are the other's.
    Mix {
        second: bool,
        except: Vec<String>,
    },
    /// Both, field by field.
    Both,
}

impl Resolve {
    pub(super) fn read(values: &Values<'_>) -> Self {
        match values.text("resolve").as_str() {
            "preferInput1" => Self::First,
            "preferInput2" => Self::Second,
            "mix" => Self::Mix {
                second: values.text("preferWhenMix") == "input2",
                except: values.names("exceptWhenMix"),
            },
            _ => Self::Both,
        }
    }
}

pub(super) struct Differ {
    resolve: Resolve,
    skipped: Vec<FieldPath>,
    dots: bool,
    /// Whether values are compared loosely, and whether null is zero then.
    fuzzy: (bool, bool),
    /// What the two inputs are called in a difference.
    names: [&'static str; 2],
}

impl Differ {
    pub(super) fn new(
        resolve: Resolve,
        skipped: Vec<String>,
        dots: bool,
        fuzzy: (bool, bool),
        names: [&'static str; 2],
    ) -> Self {
        // Names without a dot are the keys themselves.
        let deep = dots && skipped.iter().any(|name| name.contains('.'));
        let skipped = skipped.iter().map(|name| FieldPath::new(name, deep)).collect();
        Self { resolve, skipped, dots, fuzzy, names }
    }

    /// Whether the second item stands for two that are the same.
    pub(super) fn takes_second(&self) -> bool {
        self.fuzzy.0 && matches!(self.resolve, Resolve::Second)
    }

    /// Whether two items are the same, but for what is skipped.
    pub(super) fn is_same(&self, a: &Item, b: &Item) -> bool {
        if self.skipped.is_empty() {
            return self.same_fields(&a.json, &b.json);
        }
        let [a, b] = [a, b].map(|item| self.without_skipped(&item.json));
        self.same_fields(&a, &b)
    }

    fn same_fields(&self, a: &Map<String, Value>, b: &Map<String, Value>) -> bool {
        let in_a = a.iter().all(|(key, value)| self.equal(Some(value), b.get(key)));
        in_a && b.iter().all(|(key, value)| a.contains_key(key) || self.equal(None, Some(value)))
    }

    fn equal(&self, a: Option<&Value>, b: Option<&Value>) -> bool {
        match (self.fuzzy, a, b) {
            ((true, null_is_zero), a, b) => fuzzy::alike(a, b, null_is_zero),
            (_, Some(a), Some(b)) => js::equal(a, b),
            (_, a, b) => a.is_none() && b.is_none(),
        }
    }

    fn without_skipped(&self, json: &Map<String, Value>) -> Map<String, Value> {
        let mut json = json.clone();
        for path in &self.skipped {
            path.unset(&mut json);
        }
        json
    }

    /// What stands for two items that differ.
    pub(super) fn difference(
        &self,
        (a, b): (&Item, &Item),
        keys: &[(FieldPath, FieldPath)],
    ) -> Item {
        match &self.resolve {
            Resolve::First => a.clone(),
            Resolve::Second => b.clone(),
            Resolve::Mix { second, except } => {
                let (mut taken, other) = if *second { (b.clone(), a) } else { (a.clone(), b) };
                for name in except {
                    let path = FieldPath::new(name, self.dots);
                    let value = path.get(&other.json).cloned().unwrap_or_default();
                    path.set(&mut taken.json, value);
                }
                taken
            }
            Resolve::Both => {
                Item { binary: a.binary.clone(), ..Item::from_json(self.both(a, b, keys)) }
            }
        }
    }

    /// Both items, field by field: those that match, those that do not, those that were skipped.
    fn both(&self, a: &Item, b: &Item, keys: &[(FieldPath, FieldPath)]) -> Map<String, Value> {
        let (a, b) = (&*a.json, &*b.json);
        let values_of = |a: Option<&Value>, b: Option<&Value>| {
            let [first, second] = self.names;
            json!({ first: a.unwrap_or(&Value::Null), second: b.unwrap_or(&Value::Null) })
        };
        let (left_a, left_b) = (self.without_skipped(a), self.without_skipped(b));
        let [mut same, mut different, mut skipped] = [Map::new(), Map::new(), Map::new()];
        let more = b.keys().filter(|key| !a.contains_key(*key));
        for key in a.keys().chain(more) {
            let (in_a, in_b) = (a.get(key), b.get(key));
            let left = (left_a.get(key), left_b.get(key));
            if left.0.is_none() && left.1.is_none() {
                skipped.insert(key.clone(), values_of(in_a, in_b));
            } else if self.equal(in_a, in_b) {
                same.insert(key.clone(), in_a.or(in_b).cloned().unwrap_or_default());
            } else {
                different.insert(key.clone(), values_of(left.0, left.1));
                if left != (in_a, in_b) {
                    let [in_a, in_b] = [a, b].map(|json| self.only_skipped(json, key));
                    skipped.insert(key.clone(), values_of(in_a.as_ref(), in_b.as_ref()));
                }
            }
        }
        let keys = keys
            .iter()
            .filter_map(|(path, _)| Some((path.name().to_owned(), a.get(path.name())?.clone())));
        let mut told = Map::new();
        told.insert("keys".to_owned(), Value::Object(keys.collect()));
        told.insert("same".to_owned(), Value::Object(same));
        told.insert("different".to_owned(), Value::Object(different));
        if !skipped.is_empty() {
            told.insert("skipped".to_owned(), Value::Object(skipped));
        }
        told
    }

    /// What was skipped of the field `key`, which is nested.
    fn only_skipped(&self, json: &Map<String, Value>, key: &str) -> Option<Value> {
        let mut kept = Map::new();
        for path in &self.skipped {
            if let Some(value) = path.get(json) {
                path.set(&mut kept, value.clone());
            }
        }
        kept.remove(key)
    }
}
