//! The data that goes with a request: what the source mentions, nothing else.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::references::{Mentions, mentions};
use crate::{ExpressionError, Frame, NodeRecord};

/// The body for code with these sources, evaluated for these items.
pub(crate) fn body<'s>(
    frame: &Frame,
    sources: impl Iterator<Item = &'s str>,
    items: &[usize],
) -> Value {
    let mut seen = Mentions::default();
    sources.for_each(|source| seen.add(mentions(source)));
    let mut nodes = Map::new();
    for (name, record) in frame.data.nodes() {
        let wanted = seen.dynamic || seen.nodes.contains(&**name);
        nodes.insert(name.to_string(), node(frame, name, record, wanted));
    }
    let mut paired = Map::new();
    if seen.lineage {
        let names: BTreeSet<&str> = if seen.dynamic {
            frame.data.nodes().map(|(name, _)| &**name).collect()
        } else {
            seen.nodes.iter().map(String::as_str).collect()
        };
        let all: Vec<usize> = (0..frame.items().len()).collect();
        let wanted = if seen.other_items { &all } else { items };
        for name in names {
            paired.insert(name.to_owned(), lineage(frame, name, wanted));
        }
    }
    let ambient = &frame.ambient;
    json!({
        "node": &*frame.node,
        "nodeId": frame.node_id,
        "nodeVersion": frame.node_version,
        "runIndex": frame.run_index,
        "items": input(frame, items, seen.input),
        "itemCount": frame.items().len(),
        "source": frame.sources.first().and_then(Option::as_ref).map(|source| json!({
            "name": &*source.node, "outputIndex": source.output, "runIndex": source.run_index,
        })),
        "parameters": frame.record().map(|record| (*record.parameters).clone()),
        "workflow": {
            "id": ambient.workflow.id, "name": ambient.workflow.name, "active": ambient.workflow.active,
        },
        "execution": {
            "id": ambient.execution.id,
            "mode": ambient.execution.mode.as_str(),
            "resumeUrl": ambient.execution.resume_url,
            "resumeFormUrl": ambient.execution.resume_form_url,
        },
        "mode": ambient.execution.mode.mode(),
        "customData": ambient.execution.custom_data,
        "vars": ambient.vars,
        "extra": frame.extra,
        "nodes": nodes,
        "paired": paired,
    })
}

/// The items of the input by index: all, or the ones that are evaluated.
fn input(frame: &Frame, items: &[usize], all: bool) -> Value {
    let item = |index: usize| {
        let item = frame.item(index)?;
        Some((index.to_string(), without_bytes(serde_json::to_value(item).ok()?)))
    };
    let found: Map<_, _> = if all {
        (0..frame.items().len()).filter_map(item).collect()
    } else {
        items.iter().copied().filter_map(item).collect()
    };
    Value::Object(found)
}

/// Files without their content: scripts see what is known of them.
fn without_bytes(mut item: Value) -> Value {
    if let Some(Value::Object(files)) = item.get_mut("binary") {
        for file in files.values_mut().filter_map(Value::as_object_mut) {
            file.shift_remove("data");
        }
    }
    item
}

fn node(frame: &Frame, name: &str, record: &NodeRecord, wanted: bool) -> Value {
    if !wanted {
        return json!({ "executed": !record.runs.is_empty() });
    }
    let runs: Vec<Value> = record
        .runs
        .iter()
        .map(|run| {
            let outputs = run.outputs.iter().map(|items| {
                let items = items.iter().filter_map(|item| serde_json::to_value(item).ok());
                Value::Array(items.map(without_bytes).collect())
            });
            Value::Array(outputs.collect())
        })
        .collect();
    let single = record.runs.last().is_none_or(|run| run.outputs.len() <= 1);
    let output = if single { 0 } else { frame.data.output_towards(name, &frame.node).unwrap_or(0) };
    json!({
        "executed": !record.runs.is_empty(),
        "sent": true,
        "parameters": &*record.parameters,
        "context": &*record.context,
        "runs": runs,
        "output": output,
    })
}

/// For each item of the input where its item of `node` lies, or why there is none.
fn lineage(frame: &Frame, node: &str, items: &[usize]) -> Value {
    let mut same: Option<ExpressionError> = None;
    let mut found = Map::new();
    for index in items {
        let place = match frame.paired(node, *index) {
            Ok(paired) => json!([paired.run_index, paired.output, paired.index]),
            Err(error) => {
                let value = json!({ "e": error });
                // An error of the node itself is the same for all.
                if same.as_ref() == Some(&error) {
                    continue;
                }
                same.get_or_insert(error);
                value
            }
        };
        found.insert(index.to_string(), place);
    }
    if let Some(error) = same {
        found.insert("any".to_owned(), json!({ "e": error }));
    }
    Value::Object(found)
}
