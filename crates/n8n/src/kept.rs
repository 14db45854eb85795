//! What a file said and we say otherwise, kept so that it can be said again.
//!
//! The rule is the same everywhere: write the object our way, compare it with the file's, and keep
//! the differences together with what we wrote. On the way out, write it our way again; where
//! that is still what we wrote then, nobody changed it, and the file's words go out.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

type Object = Map<String, Value>;

/// The differences of one object.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// What the file said, by key.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    keep: Object,
    /// What we said in its place, where we said anything.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    was: Object,
    /// Keys that we write and the file lacked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    lack: Vec<String>,
}

impl Kept {
    /// How `file` differs from `ours`.
    pub(crate) fn learn(file: &Object, ours: &Object) -> Self {
        let mut kept = Self::default();
        for (key, value) in file {
            let own = ours.get(key);
            if own.is_none_or(|own| !same(own, value)) {
                kept.keep.insert(key.clone(), value.clone());
                kept.was.extend(own.map(|own| (key.clone(), own.clone())));
            }
        }
        for (key, own) in ours.iter().filter(|(key, _)| !file.contains_key(*key)) {
            kept.lack.push(key.clone());
            kept.was.insert(key.clone(), own.clone());
        }
        kept
    }

    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What the file said at `key`, where it differed.
    pub(crate) fn get(&self, key: &str) -> Option<&Value> {
        self.keep.get(key)
    }

    /// Says in the file's words what is still as it was.
    pub(crate) fn restore(&self, ours: &mut Object) {
        for (key, value) in &self.keep {
            if self.is_unchanged(key, ours) {
                ours.insert(key.clone(), value.clone());
            }
        }
        for key in &self.lack {
            if self.is_unchanged(key, ours) {
                ours.shift_remove(key);
            }
        }
    }

    fn is_unchanged(&self, key: &str, ours: &Object) -> bool {
        match (self.was.get(key), ours.get(key)) {
            (Some(was), Some(own)) => same(was, own),
            (None, None) => true,
            _ => false,
        }
    }
}

/// Whether two values are the same to a reader of JSON: numbers by value.
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}
