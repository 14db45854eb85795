//! Combining two inputs where fields are equal, as databases join tables.

use std::collections::HashMap;

use reporunner_model::{Item, NodeError};
use reporunner_node::Values;
use serde_json::Value;

use super::{Clash, Input, Prefer};
use crate::field_path::FieldPath;
use crate::fuzzy;
use crate::items::{option_flag, option_text};
use crate::js;

/// What is compared.
struct Key {
    first: Vec<FieldPath>,
    second: Vec<FieldPath>,
    fuzzy: bool,
}

/// Which items of the inputs belong together.
struct Matches {
    /// Pairs of (item of input 1, item of input 2), in the order of the leading input.
    pairs: Vec<(usize, usize)>,
    alone1: Vec<usize>,
    alone2: Vec<usize>,
}

pub(super) fn combine(values: &Values<'_>, inputs: &[Input]) -> Result<Vec<Item>, NodeError> {
    let [first, second, ..] = inputs else { return Ok(Vec::new()) };
    let (first, second) = (first.items(), second.items());
    let key = Key::read(values)?;
    if values.version() < 2.1 {
        key.must_be_there(first, second)?;
    }
    let join = values.text("joinMode");
    let mut clash = Clash::read(values);
    if join == "enrichInput2" && !clash.chosen {
        clash.prefer = Prefer::Input(0);
    }
    let from = values.text("outputDataFrom");
    let keeps_matches = join == "keepMatches";
    let one_sided = keeps_matches && from != "both";
    let only_first = option_text(values, "options.multipleMatches").as_deref() == Some("first");
    let only_first = only_first && !one_sided && join != "keepNonMatches";
    let by_second = join == "enrichInput2";
    let found = key.matches(first, second, by_second, only_first);
    let alone1 = |clash: &Clash| {
        found.alone1.iter().map(|i| clash.alone(&first[*i], 0, *i)).collect::<Vec<_>>()
    };
    let alone2 = |clash: &Clash| {
        found.alone2.iter().map(|i| clash.alone(&second[*i], 1, *i)).collect::<Vec<_>>()
    };
    let as_is = Clash { prefer: Prefer::Last, ..clash };
    if join == "keepNonMatches" {
        return Ok(match from.as_str() {
            "input1" => alone1(&as_is),
            "input2" => alone2(&as_is),
            _ if values.version() >= 2.1 && (first.is_empty() || second.is_empty()) => {
                [alone1(&as_is), alone2(&as_is)].concat()
            }
            _ => [marked(alone1(&as_is), "input1"), marked(alone2(&as_is), "input2")].concat(),
        });
    }
    if one_sided {
        return Ok(one_side(&found, first, second, from == "input2"));
    }
    let merged = found
        .pairs
        .iter()
        .map(|(a, b)| clash.merge(&[(0, &first[*a]), (1, &second[*b])], [(*a, 0), (*b, 1)]));
    let mut out: Vec<Item> = merged.collect();
    if matches!(join.as_str(), "keepEverything" | "enrichInput1") {
        out.extend(alone1(&clash));
    }
    if matches!(join.as_str(), "keepEverything" | "enrichInput2") {
        out.extend(alone2(&clash));
    }
    Ok(out)
}

/// The matching items of one input, each once.
fn one_side(found: &Matches, first: &[Item], second: &[Item], take_second: bool) -> Vec<Item> {
    let mut indexes: Vec<usize> =
        found.pairs.iter().map(|(a, b)| if take_second { *b } else { *a }).collect();
    indexes.sort_unstable();
    indexes.dedup();
    let (items, input) = if take_second { (second, 1) } else { (first, 0) };
    indexes.into_iter().map(|index| items[index].clone().paired(index, input)).collect()
}

/// Items that say which input they are of.
fn marked(mut items: Vec<Item>, source: &str) -> Vec<Item> {
    for item in &mut items {
        item.json.insert("_source".to_owned(), Value::from(source));
    }
    items
}

impl Key {
    fn read(values: &Values<'_>) -> Result<Self, NodeError> {
        let dots = !option_flag(values, "options.disableDotNotation").unwrap_or(false);
        let simple = values.version() >= 3.0 && !values.flag("advanced");
        let pairs: Vec<(String, String)> = if simple {
            let names = values.names("fieldsToMatchString");
            names.into_iter().map(|name| (name.clone(), name)).collect()
        } else {
            let text =
                |value: Option<&Value>| value.map(js::cell).unwrap_or_default().trim().to_owned();
            let records = values.records("mergeByFields.values").into_iter();
            records.map(|record| (text(record.get("field1")), text(record.get("field2")))).collect()
        };
        let parameter = if simple { "fieldsToMatchString" } else { "mergeByFields" };
        if pairs.is_empty() || pairs.iter().any(|(a, b)| a.is_empty() || b.is_empty()) {
            return Err(NodeError::new("No field to match is named")
                .hint("Name the field that is equal in both inputs, such as id.")
                .about(&[parameter]));
        }
        let (first, second): (Vec<_>, Vec<_>) =
            pairs.iter().map(|(a, b)| (FieldPath::new(a, dots), FieldPath::new(b, dots))).unzip();
        let fuzzy = option_flag(values, "options.fuzzyCompare").unwrap_or(false);
        Ok(Self { first, second, fuzzy })
    }

    /// Refuses a field that no item of its input has, as versions before 2.1 do.
    fn must_be_there(&self, first: &[Item], second: &[Item]) -> Result<(), NodeError> {
        for (fields, items, number) in [(&self.first, first, 1), (&self.second, second, 2)] {
            for field in fields {
                if !items.iter().any(|item| field.get(&item.json).is_some()) {
                    let name = field.name();
                    return Err(NodeError::new(format!(
                        "No item of input {number} has the field {name}"
                    ))
                    .hint("Check the field's name; it is case sensitive.")
                    .about(&["mergeByFields"]));
                }
            }
        }
        Ok(())
    }

    /// Finds the pairs in one pass over each input.
    fn matches(
        &self,
        first: &[Item],
        second: &[Item],
        by_second: bool,
        only_first: bool,
    ) -> Matches {
        let (lead, other) = if by_second { (second, first) } else { (first, second) };
        let (lead_fields, other_fields) =
            if by_second { (&self.second, &self.first) } else { (&self.first, &self.second) };
        let mut index: HashMap<String, Vec<usize>> = HashMap::with_capacity(other.len());
        for (at, item) in other.iter().enumerate() {
            if let Some(key) = self.of(item, other_fields, true) {
                index.entry(key).or_default().push(at);
            }
        }
        let mut found = Matches { pairs: Vec::new(), alone1: Vec::new(), alone2: Vec::new() };
        let mut partnered = vec![false; other.len()];
        let mut lead_alone = Vec::new();
        for (at, item) in lead.iter().enumerate() {
            let partners = self.of(item, lead_fields, false).and_then(|key| index.get(&key));
            let partners = partners.into_iter().flatten().copied();
            let partners = partners
                .filter(|partner| self.alike(item, lead_fields, &other[*partner], other_fields))
                .take(if only_first { 1 } else { usize::MAX });
            let before = found.pairs.len();
            for partner in partners {
                partnered[partner] = true;
                found.pairs.push(if by_second { (partner, at) } else { (at, partner) });
            }
            if found.pairs.len() == before {
                lead_alone.push(at);
            }
        }
        let other_alone = (0..other.len()).filter(|at| !partnered[*at]).collect();
        (found.alone1, found.alone2) =
            if by_second { (other_alone, lead_alone) } else { (lead_alone, other_alone) };
        found
    }

    /// Whether two items with the same text do match.
    fn alike(&self, a: &Item, a_fields: &[FieldPath], b: &Item, b_fields: &[FieldPath]) -> bool {
        let mut pairs = a_fields.iter().zip(b_fields);
        !self.fuzzy
            || pairs.all(|(a_field, b_field)| {
                fuzzy::alike(a_field.get(&a.json), b_field.get(&b.json), false)
            })
    }

    /// The values of an item as one text. An item that lacks a field matches nothing, unless
    /// empty values count as equal.
    fn of(&self, item: &Item, fields: &[FieldPath], other: bool) -> Option<String> {
        let mut key = String::new();
        for field in fields {
            match field.get(&item.json) {
                Some(value) if self.fuzzy => key.push_str(&fuzzy::bucket(Some(value))),
                Some(value) => js::write_key(value, &mut key),
                None if self.fuzzy && other => key.push_str(&fuzzy::bucket(None)),
                None => return None,
            }
            key.push('\u{1f}');
        }
        Some(key)
    }
}
