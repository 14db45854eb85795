//! Fields of items by name: `a.b[0].c` leads into nested values, or names one key as it stands.
//!
//! The rules are lodash's `get`, `set` and `unset` (lodash.com/docs), since workflows rely on
//! them: a key that holds a dot and exists is that key.

use serde_json::{Map, Value};

/// The name of a field, read once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldPath {
    name: String,
    steps: Vec<String>,
}

impl FieldPath {
    /// Reads a name; `dots` says whether dots and brackets lead deeper.
    pub(crate) fn new(name: &str, dots: bool) -> Self {
        let deep = dots && name.contains(['.', '[']);
        let steps = if deep { steps(name) } else { vec![name.to_owned()] };
        Self { name: name.to_owned(), steps }
    }

    /// The name as it was written.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The last step.
    pub(crate) fn last(&self) -> &str {
        self.steps.last().map_or(&self.name, String::as_str)
    }

    /// The value it names.
    pub(crate) fn get<'v>(&self, json: &'v Map<String, Value>) -> Option<&'v Value> {
        if let Some(value) = json.get(&self.name) {
            return Some(value);
        }
        let (first, rest) = self.steps.split_first()?;
        rest.iter().try_fold(json.get(first)?, |value, step| match value {
            Value::Object(map) => map.get(step),
            Value::Array(list) => list.get(step.parse::<usize>().ok()?),
            _ => None,
        })
    }

    /// Sets the value, making what is missing on the way.
    pub(crate) fn set(&self, json: &mut Map<String, Value>, value: Value) {
        if self.steps.len() <= 1 || json.contains_key(&self.name) {
            json.insert(self.name.clone(), value);
            return;
        }
        let Some((first, rest)) = self.steps.split_first() else { return };
        let slot = json.entry(first.clone()).or_insert(Value::Null);
        set_in(slot, rest, value);
    }

    /// Takes the value away.
    pub(crate) fn unset(&self, json: &mut Map<String, Value>) -> Option<Value> {
        if json.contains_key(&self.name) {
            return json.shift_remove(&self.name);
        }
        let (last, parents) = self.steps.split_last()?;
        let (first, rest) = parents.split_first()?;
        let parent = rest.iter().try_fold(json.get_mut(first)?, |value, step| match value {
            Value::Object(map) => map.get_mut(step),
            Value::Array(list) => list.get_mut(step.parse::<usize>().ok()?),
            _ => None,
        })?;
        match parent {
            Value::Object(map) => map.shift_remove(last),
            // A hole in a JavaScript array becomes null in JSON.
            Value::Array(list) => list.get_mut(last.parse::<usize>().ok()?).map(std::mem::take),
            _ => None,
        }
    }
}

fn steps(name: &str) -> Vec<String> {
    let mut steps = Vec::new();
    let mut step = String::new();
    let mut rest = name.chars().peekable();
    let mut after_bracket = false;
    while let Some(c) = rest.next() {
        match c {
            '.' => {
                if !after_bracket {
                    steps.push(std::mem::take(&mut step));
                }
                after_bracket = false;
            }
            '[' => {
                if !step.is_empty() {
                    steps.push(std::mem::take(&mut step));
                }
                let inside: String = rest.by_ref().take_while(|c| *c != ']').collect();
                steps.push(inside.trim_matches(['"', '\'']).to_owned());
                after_bracket = true;
            }
            c => {
                step.push(c);
                after_bracket = false;
            }
        }
    }
    if !after_bracket {
        steps.push(step);
    }
    steps
}

fn set_in(slot: &mut Value, steps: &[String], value: Value) {
    let Some((first, rest)) = steps.split_first() else {
        *slot = value;
        return;
    };
    let index = first.parse::<usize>().ok().filter(|index| *index < MOST_HOLES);
    if !slot.is_object() && !slot.is_array() {
        *slot = match index {
            Some(_) => Value::Array(Vec::new()),
            None => Value::Object(Map::new()),
        };
    }
    match slot {
        Value::Object(map) => {
            set_in(map.entry(first.clone()).or_insert(Value::Null), rest, value);
        }
        Value::Array(list) => {
            // A name on an array is lost when JavaScript writes the array as JSON; so here.
            if let Some(index) = index {
                if list.len() <= index {
                    list.resize(index + 1, Value::Null);
                }
                set_in(&mut list[index], rest, value);
            }
        }
        _ => {}
    }
}

/// An index beyond this is taken for a key: it would make a list of that many nulls.
const MOST_HOLES: usize = 100_000;

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn names_lead_into_nested_values() {
        let json = map(json!({ "a": { "b": [{ "c": 1 }] }, "x.y": 2, "x": { "y": 3 } }));
        for (name, dots, expect) in [
            ("a.b[0].c", true, Some(json!(1))),
            ("a.b.0.c", true, Some(json!(1))),
            ("a['b'][0]", true, Some(json!({ "c": 1 }))),
            ("x.y", true, Some(json!(2))),
            ("a.b", false, None),
            ("a.q.c", true, None),
        ] {
            assert_eq!(FieldPath::new(name, dots).get(&json).cloned(), expect, "{name}");
        }
    }

    #[test]
    fn setting_makes_what_is_missing() {
        for (before, name, dots, after) in [
            (json!({}), "a.b", true, json!({ "a": { "b": 9 } })),
            (json!({}), "a[1].b", true, json!({ "a": [null, { "b": 9 }] })),
            (json!({ "a": 1 }), "a.b", true, json!({ "a": { "b": 9 } })),
            (json!({ "a.b": 1 }), "a.b", true, json!({ "a.b": 9 })),
            (json!({}), "a.b", false, json!({ "a.b": 9 })),
        ] {
            let mut json = map(before);
            FieldPath::new(name, dots).set(&mut json, json!(9));
            assert_eq!(Value::Object(json), after, "{name}");
        }
    }

    #[test]
    fn unsetting_leaves_the_rest() {
        let mut json = map(json!({ "a": { "b": 1, "c": 2 }, "d": 3 }));
        FieldPath::new("a.b", true).unset(&mut json);
        FieldPath::new("d", true).unset(&mut json);
        FieldPath::new("x.y", true).unset(&mut json);
        assert_eq!(Value::Object(json), json!({ "a": { "c": 2 } }));
    }
}
