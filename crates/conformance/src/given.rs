//! What a case's workflow gave, in the form of the results.
//!
//! The content of a binary stands in it as base64, as n8n shows it where it keeps binaries in
//! memory; whose folder it is in is not said.

use std::io::Read;

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reporunner_model::{BinaryRef, Item, RunStatus};
use reporunner_runner::Ended;
use reporunner_store::{BinaryId, Store};
use serde_json::{Map, Value, json};

/// What a case's workflow gave.
pub(crate) struct Given {
    /// The runs of each node.
    pub(crate) run_data: Map<String, Value>,
    /// The nodes' names in the order in which their runs began.
    pub(crate) order: Vec<String>,
    /// The requests that were sent.
    pub(crate) requests: Vec<Value>,
    /// Why the run did not succeed.
    pub(crate) error: Option<String>,
}

impl Given {
    /// Nothing, for this reason.
    pub(crate) fn failed(message: String) -> Self {
        Self { run_data: Map::new(), order: Vec::new(), requests: Vec::new(), error: Some(message) }
    }

    /// What a run gave that is over. Binaries are read from `store`.
    ///
    /// # Errors
    /// Where one cannot be read.
    pub(crate) fn of(ended: &Ended, store: &Store) -> anyhow::Result<Self> {
        let plan = ended.run.plan();
        let mut began = Vec::new();
        let mut run_data = Map::new();
        for (index, planned) in plan.nodes() {
            let results = ended.run.results(index);
            if results.is_empty() {
                continue;
            }
            let name = &planned.node.name;
            let mut runs = Vec::new();
            for result in results {
                began.push((result.sequence, name.clone()));
                let mut run = json!({});
                // A run that failed gave nothing, which is not the same as no items.
                if result.error.is_none() || !result.outputs.is_empty() {
                    let mut outputs = Vec::new();
                    for items in &result.outputs {
                        outputs.push(shown(items, store)?);
                    }
                    run["outputs"] = json!({ "main": outputs });
                }
                if let Some(error) = &result.error {
                    run["error"] = json!({ "message": error.message });
                }
                runs.push(run);
            }
            run_data.insert(name.clone(), Value::Array(runs));
        }
        began.sort();
        let order = began.into_iter().map(|(_, name)| name).collect();
        let failed = ended.status != RunStatus::Succeeded;
        let message = ended.error.as_ref().map(|error| error.message.clone());
        let error =
            message.or_else(|| failed.then(|| format!("the run ended: {:?}", ended.status)));
        Ok(Self { run_data, order, requests: Vec::new(), error })
    }

    /// The same as a result is written.
    pub(crate) fn to_json(&self) -> Value {
        let error = self.error.as_ref().map(|message| json!({ "message": message }));
        json!({
            "runData": self.run_data,
            "order": self.order,
            "requests": self.requests,
            "error": error,
        })
    }
}

/// Items with the content of their binaries.
fn shown(items: &[Item], store: &Store) -> anyhow::Result<Value> {
    let mut shown = Vec::with_capacity(items.len());
    for item in items {
        let mut item = item.clone();
        if let Some(binaries) = &mut item.binary {
            for binary in binaries.values_mut() {
                inline(binary, store)?;
            }
        }
        let mut item = serde_json::to_value(&item)?;
        let binaries = item.get_mut("binary").and_then(Value::as_object_mut);
        for binary in binaries.into_iter().flat_map(Map::values_mut) {
            binary.as_object_mut().map(|fields| fields.remove("id"));
        }
        shown.push(item);
    }
    Ok(Value::Array(shown))
}

fn inline(binary: &mut BinaryRef, store: &Store) -> anyhow::Result<()> {
    if binary.data.is_none() {
        let id: BinaryId = binary.id.parse()?;
        let mut content = Vec::new();
        let mut file = store.open_binary(&id).context("a binary is not there")?;
        file.read_to_end(&mut content).context("a binary cannot be read")?;
        binary.data = Some(STANDARD.encode(content));
    }
    Ok(())
}
