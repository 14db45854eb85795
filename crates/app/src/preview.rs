//! What expressions give on recorded data, and what may come next in one.
//!
//! The same evaluator as in a run, on the newest run of the workflow, lineage included.

mod complete;
mod recording;

use std::sync::Arc;
use std::time::Duration;

use reporunner_expression::{Ambient, ErrorKind, Evaluator, Frame, RunData, WorkflowInfo};
use reporunner_model::{Node, NodeId, RunMode, Workflow, WorkflowId, limits};
use reporunner_protocol::{Failure, Preview, PreviewResult};
use reporunner_store::{RunQuery, RunRow};
use serde_json::Value;

use crate::data::{cut, type_name};
use crate::failure::{of_runner, of_store};
use crate::lock::lock;
use crate::{App, Caller};

pub(crate) use recording::Recording;
use recording::Seen;

impl App {
    /// What expressions give on the data of the newest run.
    pub(crate) async fn preview(
        &self,
        _: &Caller,
        command: Preview,
    ) -> Result<Vec<PreviewResult>, Failure> {
        let workflow = self.draft(&command.workflow).await?;
        let ambient = self.ambient(&workflow, false);
        let frame = self.frame_of(workflow, command.node, command.values.clone()).await?;
        // Before a run, what asks for no item has its value all the same.
        let empty = Arc::new(Frame::new(RunData::new(), "", Vec::new(), Arc::new(ambient)));
        let mut results = Vec::with_capacity(command.values.len());
        for value in &command.values {
            let frame = frame.as_ref().or_else(|| needs_no_data(value).then_some(&empty));
            results.push(self.preview_one(value, frame, command.item).await);
        }
        Ok(results)
    }

    async fn preview_one(
        &self,
        value: &Value,
        frame: Option<&Arc<Frame>>,
        item: usize,
    ) -> PreviewResult {
        let Some(frame) = frame else { return no_data() };
        let item = item.min(frame.items().len().saturating_sub(1));
        match self.previewer().resolve(value, frame, item).await {
            Ok(mut value) => {
                let type_name = type_name(&value).to_owned();
                cut(&mut value);
                PreviewResult::Value { value, type_name }
            }
            Err(error) if error.kind == ErrorKind::NodeData && frame.items().is_empty() => {
                no_data()
            }
            Err(error) => PreviewResult::Wrong { message: error.message, hint: error.hint },
        }
    }

    /// Evaluates with the deadline of a preview.
    fn previewer(&self) -> Evaluator {
        Evaluator::clone(&self.evaluator).with_deadline(Duration::from_millis(limits::PREVIEW_MS))
    }

    /// What expressions see outside of a run: the workflow, its time zone, the variables.
    pub(crate) fn ambient(&self, workflow: &Workflow, live: bool) -> Ambient {
        let info =
            WorkflowInfo { id: workflow.id.to_string(), name: workflow.name.clone(), active: live };
        let timezone = match workflow.settings.timezone.as_str() {
            "" => &self.host.timezone,
            named => named,
        };
        let mut ambient = Ambient::new(info, timezone, self.now());
        let variables = self.settings().variables;
        ambient.vars = variables.into_iter().map(|(k, v)| (k, Value::from(v))).collect();
        ambient
    }

    /// What `values` would see at the node, from the newest run. None where nothing was recorded
    /// that leads to it.
    pub(crate) async fn frame_of(
        &self,
        workflow: Workflow,
        node: NodeId,
        values: Vec<Value>,
    ) -> Result<Option<Arc<Frame>>, Failure> {
        self.read(move |app| app.recorded_frame(&workflow, &node, &values)).await
    }

    fn recorded_frame(
        &self,
        workflow: &Workflow,
        node: &NodeId,
        values: &[Value],
    ) -> Result<Option<Arc<Frame>>, Failure> {
        let Some(node) = workflow.nodes.get(node) else { return Ok(None) };
        let Some(recording) = self.recording(&workflow.id)? else { return Ok(None) };
        let seen = self.store.read(|db| recording.seen(db, workflow, node, values));
        let Some(seen) = seen.map_err(of_store)? else { return Ok(None) };
        let mut ambient = self.ambient(workflow, false);
        ambient.execution = recording.execution.clone();
        Ok(Some(Arc::new(frame_at(node, seen, ambient))))
    }

    /// What a value gives at a node of a run that is recorded; none where it gives nothing.
    pub(crate) async fn resolved_in_run(
        &self,
        row: RunRow,
        node: NodeId,
        value: Value,
    ) -> Option<Value> {
        let asked = value.clone();
        let frame = self.read(move |app| {
            let content = app.runner.workflow_of(&row).map_err(of_runner)?;
            let Some(node) = content.nodes.get(&node).cloned() else { return Ok(None) };
            let live = row.mode == RunMode::Production;
            let seen = app.store.read(|db| {
                let recording = Recording::new(db, &row, content.clone())?;
                let seen = recording.seen(db, &content, &node, &[asked])?;
                Ok(seen.map(|seen| (seen, recording.execution)))
            });
            let Some((seen, execution)) = seen.map_err(of_store)? else { return Ok(None) };
            let mut ambient = app.ambient(&content, live);
            ambient.execution = execution;
            Ok(Some(frame_at(&node, seen, ambient)))
        });
        let frame = frame.await.ok()??;
        let given = self.evaluator.resolve(&value, &frame, 0).await;
        given.map_err(|error| tracing::warn!(error = error.message, "a page of a run")).ok()
    }

    /// The newest run of a workflow.
    fn recording(&self, workflow: &WorkflowId) -> Result<Option<Arc<Recording>>, Failure> {
        let query = RunQuery { workflow: Some(workflow.clone()), limit: 1, ..RunQuery::default() };
        let newest = self.store.read(|db| db.runs(&query)).map_err(of_store)?.runs.pop();
        let Some(row) = newest else { return Ok(None) };
        let cached = lock(&self.recording).clone();
        if let Some(known) = cached.filter(|known| known.run == row.id) {
            return Ok(Some(known));
        }
        let Ok(content) = self.runner.workflow_of(&row) else { return Ok(None) };
        let recording = self.store.read(|db| Recording::new(db, &row, content));
        let recording = Arc::new(recording.map_err(of_store)?);
        // A run under way has more to come.
        if row.status.is_final() {
            *lock(&self.recording) = Some(Arc::clone(&recording));
        }
        Ok(Some(recording))
    }
}

/// Whether an expression names nothing of a run: `{{ 1 + 2 }}`, `{{ $now }}`.
fn needs_no_data(value: &Value) -> bool {
    let names = value.as_str().into_iter().flat_map(|text| text.split('$').skip(1));
    names
        .map(|rest| rest.split(|letter: char| !letter.is_alphanumeric()).next())
        .all(|name| name.is_some_and(|name| ["now", "today", "vars", "workflow"].contains(&name)))
}

/// What the expressions of a node see.
fn frame_at(node: &Node, seen: Seen, ambient: Ambient) -> Frame {
    let mut frame = Frame::new(seen.data, &node.name, seen.inputs, Arc::new(ambient));
    frame.sources = seen.sources;
    frame.node_id = node.id.to_string();
    frame.node_version = node.type_version();
    frame
}

fn no_data() -> PreviewResult {
    PreviewResult::NoData { hint: "Run the nodes before this one to see values here.".to_owned() }
}
