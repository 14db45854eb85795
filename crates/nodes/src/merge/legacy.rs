//! Merge as version 1 does it.

use std::collections::HashMap;

use reporunner_model::{Item, NodeError};
use reporunner_node::Values;
use serde_json::Value;

use super::{Input, append, paired};
use crate::field_path::FieldPath;
use crate::js;

pub(super) fn merge(values: &Values<'_>, inputs: Vec<Input>) -> Result<Vec<Item>, NodeError> {
    let mode = values.text("mode");
    let (first, second) = match inputs.as_slice() {
        [first, second, ..] => (first.items(), second.items()),
        _ => return Ok(append(inputs)),
    };
    Ok(match mode.as_str() {
        "mergeByIndex" => by_index(&values.text("join"), first, second),
        "multiplex" => {
            let mut out = Vec::with_capacity(first.len() * second.len());
            for (a_index, a) in first.iter().enumerate() {
                for (b_index, b) in second.iter().enumerate() {
                    out.push(over(a, b, [(a_index, 0), (b_index, 1)]));
                }
            }
            out
        }
        "mergeByKey" => by_key(values, first, second)?,
        "keepKeyMatches" => matching(values, first, second, true)?,
        "removeKeyMatches" => matching(values, first, second, false)?,
        "passThrough" => {
            let chosen = usize::from(values.text("output") == "input2");
            let items = [first, second][chosen].iter().enumerate();
            items.map(|(index, item)| item.clone().paired(index, chosen)).collect()
        }
        "wait" => vec![Item::default()],
        _ => append(inputs),
    })
}

/// `b` laid over `a`.
fn over(a: &Item, b: &Item, sources: [(usize, usize); 2]) -> Item {
    let mut merged = a.clone();
    merged.json.extend(b.json.iter().map(|(key, value)| (key.clone(), value.clone())));
    if let Some(files) = b.binary.as_deref() {
        let all = merged.binary.get_or_insert_with(Default::default);
        all.extend(files.iter().map(|(name, file)| (name.clone(), file.clone())));
    }
    merged.paired_item = paired(sources);
    merged
}

fn by_index(join: &str, first: &[Item], second: &[Item]) -> Vec<Item> {
    let count = match join {
        "inner" => first.len().min(second.len()),
        "outer" => first.len().max(second.len()),
        _ => first.len(),
    };
    (0..count)
        .filter_map(|index| match (first.get(index), second.get(index)) {
            (Some(a), Some(b)) => Some(over(a, b, [(index, 0), (index, 1)])),
            (Some(a), None) => Some(a.clone().paired(index, 0)),
            (None, Some(b)) => Some(b.clone().paired(index, 1)),
            (None, None) => None,
        })
        .collect()
}

fn paths(values: &Values<'_>) -> Result<(FieldPath, FieldPath), NodeError> {
    let path = |name: &str| values.required(name).map(|name| FieldPath::new(&name, true));
    Ok((path("propertyName1")?, path("propertyName2")?))
}

fn by_key(values: &Values<'_>, first: &[Item], second: &[Item]) -> Result<Vec<Item>, NodeError> {
    let (field1, field2) = paths(values)?;
    let overwrite = values.text("overwrite");
    let mut index: HashMap<String, (usize, &Item)> = HashMap::with_capacity(second.len());
    for (at, item) in second.iter().enumerate() {
        if let Some(value) = field2.get(&item.json) {
            index.insert(js::text(value), (at, item));
        }
    }
    let merged = first.iter().enumerate().filter_map(|(at, item)| {
        // An item without the field is left out, one without a partner is kept.
        let key = js::text(field1.get(&item.json)?);
        let Some((partner_at, partner)) = index.get(&key) else {
            return Some(item.clone().paired(at, 0));
        };
        let mut merged = item.clone();
        for (key, value) in &*partner.json {
            let old = item.json.get(key);
            let blank = |old: &Value| old.is_null() || old.as_str() == Some("");
            let keeps = match overwrite.as_str() {
                "undefined" => old.is_some(),
                "blank" => old.is_some_and(|old| !blank(old)),
                _ => false,
            };
            if !keeps {
                merged.json.insert(key.clone(), value.clone());
            }
        }
        merged.paired_item = paired([(at, 0), (*partner_at, 1)]);
        Some(merged)
    });
    Ok(merged.collect())
}

fn matching(
    values: &Values<'_>,
    first: &[Item],
    second: &[Item],
    keep: bool,
) -> Result<Vec<Item>, NodeError> {
    let (field1, field2) = paths(values)?;
    let known: std::collections::HashSet<String> =
        second.iter().filter_map(|item| field2.get(&item.json)).map(js::text).collect();
    let kept = first.iter().enumerate().filter(|(_, item)| {
        let matches = field1.get(&item.json).is_some_and(|value| known.contains(&js::text(value)));
        matches == keep
    });
    Ok(kept.map(|(at, item)| item.clone().paired(at, 0)).collect())
}
