//! What expressions give on recorded data, and what may come next in one.
//!
//! The same evaluator as in a run, on the newest run of the workflow, lineage included.

mod complete;

use std::sync::Arc;
use std::time::Duration;

use reporunner_expression::{
    Ambient, ErrorKind, Evaluator, ExecutionInfo, Frame, RunData, RunRecord, Source, WorkflowInfo,
};
use reporunner_model::{Items, Node, NodeId, RunId, Workflow, WorkflowId, limits};
use reporunner_protocol::{Failure, Preview, PreviewResult};
use reporunner_runner::{execution_info, run_data};
use reporunner_store::{RunQuery, RunRow};
use serde_json::Value;

use crate::data::{cut, type_name};
use crate::failure::of_store;
use crate::lock::lock;
use crate::{App, Caller};

/// What a run gave, kept for the next preview of the same run.
pub(crate) struct Recording {
    run: RunId,
    execution: ExecutionInfo,
    data: RunData,
    /// Inputs of each node's newest run with where they came from.
    inputs: std::collections::HashMap<NodeId, (Vec<Items>, Vec<Option<Source>>)>,
}

impl App {
    /// What expressions give on the data of the newest run.
    pub(crate) async fn preview(
        &self,
        _: &Caller,
        command: Preview,
    ) -> Result<Vec<PreviewResult>, Failure> {
        let workflow = self.draft(&command.workflow).await?;
        let Some(node) = workflow.nodes.get(&command.node) else {
            return Ok(command.values.iter().map(|_| no_data()).collect());
        };
        let frame = self.frame_of(&workflow, node)?;
        let mut results = Vec::with_capacity(command.values.len());
        for value in &command.values {
            results.push(self.preview_one(value, frame.as_ref(), command.item).await);
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

    /// What the node's expressions would see, from the newest run. None where nothing was
    /// recorded that leads to it.
    pub(crate) fn frame_of(
        &self,
        workflow: &Workflow,
        node: &Node,
    ) -> Result<Option<Arc<Frame>>, Failure> {
        let recording = self.recording(&workflow.id)?;
        let Some(recording) = recording else { return Ok(None) };
        let mut ambient = self.ambient(workflow, false);
        ambient.execution = recording.execution.clone();
        let recorded = recording.inputs.get(&node.id).cloned();
        let (inputs, sources) = match recorded.or_else(|| hanging(workflow, node, &recording)) {
            Some(found) => found,
            None => return Ok(None),
        };
        let mut frame = Frame::new(recording.data.clone(), &node.name, inputs, Arc::new(ambient));
        frame.sources = sources;
        frame.node_id = node.id.to_string();
        frame.node_version = node.type_version();
        Ok(Some(Arc::new(frame)))
    }

    /// The newest run of a workflow with its data, read once.
    fn recording(&self, workflow: &WorkflowId) -> Result<Option<Arc<Recording>>, Failure> {
        let query = RunQuery { workflow: Some(workflow.clone()), limit: 1, ..RunQuery::default() };
        let newest = self.store.read(|db| db.runs(&query)).map_err(of_store)?.runs.pop();
        let Some(row) = newest else { return Ok(None) };
        let mut cached = lock(&self.recording);
        if let Some(known) = cached.as_ref().filter(|known| known.run == row.id) {
            return Ok(Some(Arc::clone(known)));
        }
        let Ok(content) = self.runner.workflow_of(&row) else { return Ok(None) };
        let recording = Arc::new(self.read_recording(&row, &content)?);
        // A run under way has more to come.
        if row.status.is_final() {
            *cached = Some(Arc::clone(&recording));
        }
        Ok(Some(recording))
    }

    fn read_recording(&self, row: &RunRow, content: &Workflow) -> Result<Recording, Failure> {
        let mut recording = Recording {
            run: row.id.clone(),
            execution: execution_info(&row.id, row.mode),
            data: run_data(content),
            inputs: Default::default(),
        };
        let source = |of: &reporunner_model::SourceRef| {
            let name = content.nodes.get(&of.node).map_or(of.node.as_str(), |n| n.name.as_str());
            Source { node: name.into(), output: of.output, run_index: of.run_index }
        };
        self.store
            .read(|db| {
                for row in db.node_runs(&row.id)? {
                    let Some(node) = content.nodes.get(&row.record.node) else { continue };
                    let load = |at: &Option<reporunner_store::PayloadRef>| match at {
                        Some(at) => Ok(Arc::new(db.all_items(at)?)),
                        None => Ok(Items::default()),
                    };
                    let outputs: Vec<Items> =
                        row.outputs.iter().map(load).collect::<reporunner_store::Result<_>>()?;
                    let inputs: Vec<Items> =
                        row.inputs.iter().map(load).collect::<reporunner_store::Result<_>>()?;
                    let sources: Vec<_> =
                        row.record.sources.iter().map(|of| of.as_ref().map(source)).collect();
                    recording.inputs.insert(node.id.clone(), (inputs, sources.clone()));
                    if !outputs.is_empty() {
                        recording.data.push_run(&node.name, RunRecord { sources, outputs });
                    }
                }
                Ok(())
            })
            .map_err(of_store)?;
        Ok(recording)
    }
}

fn no_data() -> PreviewResult {
    PreviewResult::NoData { hint: "Run the nodes before this one to see values here.".to_owned() }
}

/// What a node that has not run would get: the output that its first wire hangs from.
fn hanging(
    workflow: &Workflow,
    node: &Node,
    recording: &Recording,
) -> Option<(Vec<Items>, Vec<Option<Source>>)> {
    let edge = workflow.edges_to(&node.id).into_iter().find(|edge| edge.kind.is_main())?;
    let before = workflow.nodes.get(&edge.from)?;
    let runs = &recording.data.node(&before.name)?.runs;
    let last = runs.last()?;
    let items = last.outputs.get(edge.from_port)?.clone();
    let source = Source {
        node: before.name.as_str().into(),
        output: edge.from_port,
        run_index: runs.len() - 1,
    };
    Some((vec![items], vec![Some(source)]))
}
