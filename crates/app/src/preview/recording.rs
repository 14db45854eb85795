//! A run as previews see it: what its nodes gave, read from disk as far as somebody asks for it.
//!
//! It does not evaluate, and does not say which run is looked at.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use reporunner_expression::{ExecutionInfo, RunData, RunRecord, Source, nodes_read};
use reporunner_model::{Items, Node, NodeId, RunId, SourceRef, Workflow};
use reporunner_runner::{execution_info, run_data};
use reporunner_store::{Db, NodeRunRow, PayloadRef, Result, RunRow};
use serde_json::Value;

use crate::lock::lock;

/// A run, kept for the next preview of the same run.
pub(crate) struct Recording {
    pub(super) run: RunId,
    pub(super) execution: ExecutionInfo,
    /// The workflow as it was.
    content: Workflow,
    /// Its nodes, without anything that they gave.
    nodes: RunData,
    /// Its node runs in their order.
    rows: Vec<NodeRunRow>,
    /// What was read so far.
    read: Mutex<HashMap<PayloadRef, Items>>,
}

/// What the expressions of one node see of a run.
pub(super) struct Seen {
    pub(super) data: RunData,
    pub(super) inputs: Vec<Items>,
    pub(super) sources: Vec<Option<Source>>,
}

/// What lies at a node's inputs, and where it came from.
type Inputs = (Vec<Option<PayloadRef>>, Vec<Option<SourceRef>>);

impl Recording {
    pub(super) fn new(db: &Db<'_>, row: &RunRow, content: Workflow) -> Result<Self> {
        let mut rows = db.node_runs(&row.id)?;
        rows.retain(|row| content.nodes.contains_key(&row.record.node));
        Ok(Self {
            run: row.id.clone(),
            execution: execution_info(&row.id, row.mode),
            nodes: run_data(&content),
            content,
            rows,
            read: Mutex::default(),
        })
    }

    /// What `values` would see at `node` of the draft `workflow`. None where nothing was recorded
    /// that leads to it.
    pub(super) fn seen(
        &self,
        db: &Db<'_>,
        workflow: &Workflow,
        node: &Node,
        values: &[Value],
    ) -> Result<Option<Seen>> {
        let own = self.rows.iter().rev().find(|row| row.record.node == node.id);
        let own = own.map(|row| (row.inputs.clone(), row.record.sources.clone()));
        let Some((inputs, sources)) = own.or_else(|| self.hanging(workflow, node)) else {
            return Ok(None);
        };
        let wanted = self.wanted(values, &sources);
        let mut data = self.nodes.clone();
        for row in self.rows.iter().filter(|row| !row.outputs.is_empty()) {
            let NodeRunRow { record, outputs, .. } = row;
            let is_wanted = wanted.as_ref().is_none_or(|wanted| wanted.contains(&record.node));
            let load = |at: &Option<PayloadRef>| match at {
                Some(at) if is_wanted => self.items(db, at),
                _ => Ok(Items::default()),
            };
            let outputs = outputs.iter().map(load).collect::<Result<_>>()?;
            let sources = record.sources.iter().map(|of| Some(self.source(of.as_ref()?)));
            let run = RunRecord { sources: sources.collect(), outputs };
            data.push_run(self.name(&record.node), run);
        }
        let load = |at: &Option<PayloadRef>| at.as_ref().map(|at| self.items(db, at)).transpose();
        let inputs = inputs.iter().map(|at| Ok(load(at)?.unwrap_or_default()));
        Ok(Some(Seen {
            data,
            inputs: inputs.collect::<Result<_>>()?,
            sources: sources.iter().map(|of| Some(self.source(of.as_ref()?))).collect(),
        }))
    }

    /// What a node that has not run would get: the output that its first wire hangs from.
    fn hanging(&self, workflow: &Workflow, node: &Node) -> Option<Inputs> {
        let edge = workflow.edges_to(&node.id).into_iter().find(|edge| edge.kind.is_main())?;
        let ran = |row: &&NodeRunRow| row.record.node == edge.from && !row.outputs.is_empty();
        let runs: Vec<_> = self.rows.iter().filter(ran).collect();
        let output = runs.last()?.outputs.get(edge.from_port)?.clone();
        let run_index = runs.len() - 1;
        let source = SourceRef { node: edge.from.clone(), output: edge.from_port, run_index };
        Some((vec![output], vec![Some(source)]))
    }

    /// The nodes whose data `values` may ask for, the input aside. None for all.
    fn wanted(&self, values: &[Value], sources: &[Option<SourceRef>]) -> Option<BTreeSet<&NodeId>> {
        let mut names = BTreeSet::new();
        for value in values {
            names_in(value, &mut names)?;
        }
        let named = self.content.nodes.values().filter(|node| names.contains(&node.name));
        let mut wanted: BTreeSet<_> = named.map(|node| &node.id).collect();
        if wanted.is_empty() {
            return Some(wanted);
        }
        // An item of theirs is found by the way back from the input.
        let mut open: Vec<_> = sources.iter().flatten().map(|source| &source.node).collect();
        let mut seen = BTreeSet::new();
        while let Some(node) = open.pop() {
            let Some((node, _)) = self.content.nodes.get_key_value(node) else { continue };
            if seen.insert(node) {
                let runs = self.rows.iter().filter(|row| row.record.node == *node);
                let before = runs.flat_map(|row| row.record.sources.iter().flatten());
                open.extend(before.map(|source| &source.node));
            }
        }
        wanted.append(&mut seen);
        Some(wanted)
    }

    fn source(&self, of: &SourceRef) -> Source {
        let node = self.name(&of.node).into();
        Source { node, output: of.output, run_index: of.run_index }
    }

    fn name<'n>(&'n self, node: &'n NodeId) -> &'n str {
        self.content.nodes.get(node).map_or(node.as_str(), |node| node.name.as_str())
    }

    /// Reads outside the lock: two that want the same may both read it, and nobody waits.
    fn items(&self, db: &Db<'_>, at: &PayloadRef) -> Result<Items> {
        if let Some(known) = lock(&self.read).get(at) {
            return Ok(Arc::clone(known));
        }
        let items = Arc::new(db.all_items(at)?);
        Ok(Arc::clone(lock(&self.read).entry(at.clone()).or_insert(items)))
    }
}

/// Collects the nodes that the expressions in `value` name. None where one may name any.
fn names_in(value: &Value, names: &mut BTreeSet<String>) -> Option<()> {
    match value {
        Value::String(text) if text.starts_with('=') => names.extend(nodes_read(text)?),
        Value::Array(list) => list.iter().try_for_each(|value| names_in(value, names))?,
        Value::Object(map) => map.values().try_for_each(|value| names_in(value, names))?,
        _ => {}
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use reporunner_model::StartFrom;
    use reporunner_protocol::{
        ImportWorkflow, Preview, PreviewResult, RunOptions, StartRun, StartedRun, WaitRun,
    };
    use serde_json::json;

    use super::*;
    use crate::{App, Host, ask};

    #[tokio::test]
    async fn only_what_the_expressions_ask_for_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let app = App::open(folder.path(), Host::machine()).await.expect("it opens");
        let node = |name: &str, kind: &str, version: &str| {
            let field = json!({ "id": "a", "name": name, "value": name, "type": "string" });
            let params = json!({ "mode": "manual", "assignments": { "assignments": [field] } });
            json!({ "id": name, "type": kind, "v": version, "name": name, "on": true,
                "position": { "x": 0.0, "y": 0.0 }, "params": params })
        };
        let workflow = json!({
            "id": "w", "name": "Fork", "settings": {},
            "nodes": {
                "start": node("start", "manualTrigger", "1"),
                "far": node("far", "set", "3.4"),
                "near": node("near", "set", "3.4"),
                "other": node("other", "set", "3.4"),
            },
            "edges": {
                "start/main/0>far/main/0": {},
                "far/main/0>near/main/0": {},
                "start/main/0>other/main/0": {},
            }
        });
        let text = json!({ "reporunner": 1, "workflow": workflow }).to_string();
        let id = ask(&*app, ImportWorkflow { text, name: None }).await.expect("it is read").id;
        let (workflow, start) = (id.clone(), StartFrom::Default);
        let start = StartRun { workflow, start, input: None, options: RunOptions::default() };
        let StartedRun::Running { run } = ask(&*app, start).await.expect("it starts") else {
            panic!("a manual trigger starts at once")
        };
        ask(&*app, WaitRun { run }).await.expect("it ends");
        for (expression, gives, read) in [
            ("={{ $json.far }}", "far", 1),
            ("={{ $('start').isExecuted ? $json.far : '' }}", "far", 2),
            ("={{ $('other').first().json.other }}", "other", 3),
            ("={{ $('ne' + 'ar').first().json.near }}", "near", 4),
        ] {
            let (workflow, node) = (id.clone(), NodeId::new("near"));
            let preview = Preview { workflow, node, values: vec![json!(expression)], item: 0 };
            let shown = ask(&*app, preview).await.expect("it is tried");
            let expected = PreviewResult::Value { value: json!(gives), type_name: "string".into() };
            assert_eq!(shown, [expected], "{expression}");
            let recording = lock(&app.recording).clone().expect("the run has ended");
            assert_eq!(lock(&recording.read).len(), read, "{expression}");
        }
    }
}
