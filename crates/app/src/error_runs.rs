//! Error workflows: what is started when a run for something live fails.
//!
//! The id of such a run follows from the run that failed, and it is stored before that one is
//! over: however a crash falls, a failure starts one.

use std::collections::BTreeSet;
use std::sync::Arc;

use reporunner_engine::Options;
use reporunner_model::{Item, Node, NodeId, RunMode, StartFrom, Workflow, WorkflowId};
use reporunner_protocol::{Event, Failure};
use reporunner_runner::{Called, Error, FailedRun, ParentRun, RunRequest, run_for};
use serde_json::{Value, json};

use crate::App;
use crate::failure::{of_runner, of_store};
use crate::listen::FORM_TRIGGER;

/// The type of the trigger at which an error workflow starts.
const ERROR_TRIGGER: &str = "errorTrigger";
/// Most runs above a run that are looked at.
const ABOVE: usize = 100;

impl App {
    /// Starts the error workflow of a run that fails, where it has one. False where the next start
    /// of the process has to do that.
    pub(crate) async fn attend_to_failure(&self, failed: FailedRun<'_>) -> bool {
        if !failed.live {
            return true;
        }
        let workflow = &failed.prepared.workflow;
        let Some(handler) = handler_of(workflow, failed.trigger) else { return true };
        match self.start_error_run(&handler, &failed).await {
            Ok(()) => true,
            Err(ErrorRun::Closing) => false,
            Err(ErrorRun::Failed(failure)) => {
                tracing::error!(%failure, run = %failed.id, "an error workflow did not start");
                let name = &workflow.name;
                let message = format!(
                    "The error workflow of {name} could not be started: {}",
                    failure.message
                );
                self.bus.send(Event::Notice { message, hint: failure.hint });
                true
            }
        }
    }

    async fn start_error_run(
        &self,
        handler: &WorkflowId,
        failed: &FailedRun<'_>,
    ) -> Result<(), ErrorRun> {
        if is_error_run(failed.trigger) || failed.parent.is_some() {
            // A run that fails at once may be quicker than the commit of those above it.
            self.store.write(|_| Ok(())).await.map_err(of_store)?;
            if self.is_above(handler, failed)? {
                // It has been told of this trouble and failed itself, or another that was told.
                return Ok(());
            }
        }
        let Called { prepared, place, version } =
            self.called_workflow(handler.as_str(), None, true).await?;
        let Some(trigger) = error_trigger(&prepared.workflow) else {
            let name = &prepared.workflow.name;
            let failure = Failure::new(
                reporunner_protocol::Code::Invalid,
                format!("{name} has no Error Trigger that is switched on"),
            );
            return Err(failure.hint("Add one to it, or choose another error workflow.").into());
        };
        let id = run_for(failed.id.as_str(), &format!("error {}", failed.id));
        if self.store.read(|db| db.run(&id)).map_err(of_store)?.is_some() {
            return Ok(());
        }
        let options = Options {
            start: StartFrom::Trigger { node: Some(trigger) },
            input: Some(Arc::new(vec![Item::from_value(about(failed))])),
            ..Options::default()
        };
        let durability = prepared.workflow.settings.durability;
        let request = RunRequest {
            id,
            place,
            version,
            parent: Some(ParentRun { run: failed.id.clone(), depth: 0 }),
            ..self.request(prepared, options, RunMode::Production, durability)
        };
        let mut handle = self.runner.start(request).map_err(|error| match error {
            Error::Closing => ErrorRun::Closing,
            error => ErrorRun::Failed(of_runner(error)),
        })?;
        handle.stored().await.map_err(|error| ErrorRun::Failed(of_runner(error)))
    }

    /// Whether a workflow is among those whose failures led to this run.
    fn is_above(&self, handler: &WorkflowId, failed: &FailedRun<'_>) -> Result<bool, Failure> {
        let mut seen = BTreeSet::new();
        // What a workflow does by itself may fail and be told to itself, but not that.
        if is_error_run(failed.trigger) {
            seen.insert(failed.prepared.workflow.id.clone());
        }
        let mut above = failed.parent.cloned();
        for _ in 0..ABOVE {
            let Some(run) = above else { break };
            let Some(row) = self.store.read(|db| db.run(&run)).map_err(of_store)? else { break };
            seen.insert(row.workflow);
            above = row.parent;
        }
        Ok(seen.contains(handler))
    }
}

enum ErrorRun {
    Closing,
    Failed(Failure),
}

impl From<Failure> for ErrorRun {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// The workflow that is told of a failure: the one that the settings name, else this one where it
/// has an Error Trigger itself. n8n decides the same way (docs.n8n.io, Error handling).
fn handler_of(workflow: &Workflow, trigger: Option<&Node>) -> Option<WorkflowId> {
    let own = is_error_run(trigger);
    let named = workflow.settings.error_workflow.as_deref().map(str::trim);
    match named.filter(|id| !id.is_empty()) {
        Some(id) if own && id == workflow.id.as_str() => None,
        Some(id) => Some(WorkflowId::new(id)),
        None if own => None,
        None => error_trigger(workflow).map(|_| workflow.id.clone()),
    }
}

fn is_error_run(trigger: Option<&Node>) -> bool {
    trigger.is_some_and(|node| node.node_type.as_str() == ERROR_TRIGGER)
}

fn error_trigger(workflow: &Workflow) -> Option<NodeId> {
    let mut nodes = workflow.nodes.values();
    let found = nodes.find(|node| node.on && node.node_type.as_str() == ERROR_TRIGGER);
    found.map(|node| node.id.clone())
}

/// What an Error Trigger gives, in the form that n8n gives it (docs.n8n.io, Error Trigger).
fn about(failed: &FailedRun<'_>) -> Value {
    let workflow = &failed.prepared.workflow;
    let at = failed.node.map_or_else(String::new, |node| format!(" at {}", node.name));
    let mut error = json!({
        "name": "NodeError",
        "message": failed.error.message,
        "stack": format!("NodeError: {}{at}", failed.error.message),
    });
    if let Some(hint) = failed.error.hint.as_ref().or(failed.error.detail.as_ref()) {
        error["description"] = hint.as_str().into();
    }
    if let Some(node) = failed.node {
        error["node"] = json!({ "id": node.id, "name": node.name, "type": node.node_type });
    }
    let last = failed.node.or(failed.last).map_or("", |node| node.name.as_str());
    json!({
        "execution": {
            "id": failed.id,
            "url": "",
            "error": error,
            "lastNodeExecuted": last,
            "mode": mode_of(failed),
        },
        "workflow": { "id": workflow.id, "name": workflow.name },
    })
}

/// What started a run, in n8n's word.
fn mode_of(failed: &FailedRun<'_>) -> &'static str {
    match (failed.mode, failed.trigger.map(|node| node.node_type.as_str())) {
        (RunMode::Manual, _) => "manual",
        (RunMode::Child, _) => "integrated",
        (RunMode::Production, Some("webhook" | FORM_TRIGGER)) => "webhook",
        (RunMode::Production, Some(ERROR_TRIGGER)) => "error",
        (RunMode::Production, _) => "trigger",
    }
}
