//! Runs: starting, stopping, listing, deleting, taking up again.

use std::sync::Arc;

use reporunner_engine::{Options, Recorded, RecordedRun, changed_nodes};
use reporunner_model::{
    Durability, Item, Node, RunId, RunMode, RunStatus, StartFrom, Timestamp, Workflow, WorkflowId,
};
use reporunner_net::Reach;
use reporunner_protocol::{
    Code, DeleteRuns, Failure, GetRun, GetRunResult, GetRunWorkflow, ListRuns, NodeResult, Rerun,
    ResolveUnknown, RunDetail, RunError, RunFilter, RunPage, RunResult, RunSummary, StartRun,
    StartedRun, StopRun, WaitRun,
};
use reporunner_runner::{Ended, Place, Prepared, RunHandle, RunRequest};
use reporunner_store::{RunChange, RunQuery, RunRow};
use serde_json::{Map, Value};

use crate::failure::{no_run, of_runner, of_store};
use crate::{App, Caller, ids};

/// Name of the folder for a workflow's own files, below the data folder.
const FILES: &str = "files";

impl App {
    /// Runs a workflow's draft.
    pub(crate) async fn start_run(
        &self,
        _: &Caller,
        command: StartRun,
    ) -> Result<StartedRun, Failure> {
        let workflow = Arc::new(self.draft(&command.workflow).await?);
        let trigger = self.trigger_of(&workflow, &command.start);
        if let Some(trigger) = trigger.filter(|node| is_webhook(node))
            && command.input.is_none()
        {
            return self.listen_for_test(&workflow, trigger).await;
        }
        let recorded = match &command.start {
            StartFrom::UpTo { .. } | StartFrom::Only { .. } => self.recorded(&workflow)?,
            StartFrom::Trigger { .. } | StartFrom::Default => Recorded::default(),
        };
        let options = Options {
            start: command.start,
            trigger: None,
            input: command.input.map(Arc::new),
            use_pins: command.options.use_pins,
            recorded,
            time_limit_ms: command.options.timeout_ms,
        };
        let durability =
            if command.options.memory { Durability::Memory } else { Durability::Durable };
        let prepared = self.runner.prepare(workflow);
        let mut handle = self.launch(prepared, options, RunMode::Manual, durability, None, None)?;
        handle.stored().await.map_err(of_runner)?;
        Ok(StartedRun::Running { run: handle.id })
    }

    /// Starts a run of a prepared workflow with what this machine allows it.
    pub(crate) fn launch(
        &self,
        prepared: Arc<Prepared>,
        options: Options,
        mode: RunMode,
        durability: Durability,
        responder: Option<reporunner_runner::Responder>,
        version: Option<reporunner_model::VersionId>,
    ) -> Result<RunHandle, Failure> {
        let settings = self.settings();
        let place = self.place(&prepared.workflow.id, &settings);
        let vars = settings.variables.iter().map(|(k, v)| (k.clone(), Value::from(v.as_str())));
        let live = mode == RunMode::Production;
        self.runner
            .start(RunRequest {
                id: ids::run(self.now()),
                prepared,
                options,
                mode,
                durability,
                place,
                vars: vars.collect::<Map<_, _>>(),
                live,
                timezone: self.host.timezone.clone(),
                responder,
                version,
            })
            .map_err(of_runner)
    }

    /// What a workflow may touch on this machine: its own folder and the allowed ones.
    pub(crate) fn place(
        &self,
        workflow: &WorkflowId,
        settings: &reporunner_protocol::MachineSettings,
    ) -> Place {
        let base = self.files_of(workflow);
        let mut folders = vec![base.clone()];
        folders.extend(settings.allowed_folders.iter().map(std::path::PathBuf::from));
        let reach = Reach {
            loopback: settings.allow_loopback,
            lan: settings.allow_lan,
            hosts: settings.allowed_hosts.clone(),
        };
        Place { base, folders, reach }
    }

    /// The folder of a workflow's own files. Relative paths start there.
    pub(crate) fn files_of(&self, workflow: &WorkflowId) -> std::path::PathBuf {
        let root = self.folder().join(FILES);
        // An imported id may hold anything; only a name that stays below is used.
        let folder =
            reporunner_net::join(&root, workflow.as_str()).unwrap_or_else(|_| root.clone());
        if let Err(error) = std::fs::create_dir_all(&folder) {
            tracing::warn!(%error, folder = %folder.display(), "a workflow's folder is missing");
        }
        folder
    }

    fn trigger_of<'w>(&self, workflow: &'w Workflow, start: &StartFrom) -> Option<&'w Node> {
        match start {
            StartFrom::Trigger { node: Some(id) } => workflow.nodes.get(id),
            StartFrom::Default | StartFrom::Trigger { node: None } => {
                let triggers: Vec<_> = workflow
                    .nodes
                    .values()
                    .filter(|node| node.on && self.is_trigger(node))
                    .collect();
                let manual =
                    triggers.iter().find(|node| node.node_type.as_str() == "manualTrigger");
                manual.copied().or(match triggers[..] {
                    [only] => Some(only),
                    _ => None,
                })
            }
            StartFrom::UpTo { .. } | StartFrom::Only { .. } => None,
        }
    }

    pub(crate) fn is_trigger(&self, node: &Node) -> bool {
        let description = self.catalog().get(&node.node_type);
        description.is_some_and(|d| d.group == reporunner_model::NodeGroup::Trigger)
    }

    /// What the newest run of a workflow gave, for runs of a part.
    fn recorded(&self, workflow: &Workflow) -> Result<Recorded, Failure> {
        let query =
            RunQuery { workflow: Some(workflow.id.clone()), limit: 1, ..RunQuery::default() };
        let newest = self.store.read(|db| db.runs(&query)).map_err(of_store)?.runs.pop();
        let Some(row) = newest else { return Ok(Recorded::default()) };
        let before = self.runner.workflow_of(&row).map_err(of_runner)?;
        let mut recorded =
            Recorded { dirty: changed_nodes(&before, workflow), ..Recorded::default() };
        self.store
            .read(|db| {
                for row in db.node_runs(&row.id)? {
                    let load = |at| Ok::<_, reporunner_store::Error>(Arc::new(db.all_items(at)?));
                    let outputs =
                        row.outputs.iter().flatten().map(load).collect::<Result<_, _>>()?;
                    let runs = recorded.nodes.entry(row.record.node.clone()).or_default();
                    runs.push(RecordedRun { run: row.record, outputs });
                }
                Ok(())
            })
            .map_err(of_store)?;
        Ok(recorded)
    }

    /// Ends a run.
    pub(crate) async fn stop_run(&self, _: &Caller, command: StopRun) -> Result<(), Failure> {
        let handle = self.runner.cancel(&command.run, "stopped by hand").map_err(of_runner)?;
        handle.ended().await;
        Ok(())
    }

    /// Answered when a run has ended.
    pub(crate) async fn wait_run(
        &self,
        _: &Caller,
        command: WaitRun,
    ) -> Result<RunSummary, Failure> {
        if let Some(handle) = self.runner.find(&command.run) {
            handle.ended().await;
        }
        match self.runner.recent(&command.run) {
            Some(ended) => Ok(summary_of_ended(command.run, &ended)),
            None => Ok(self.summary_of(self.run_row(&command.run)?)),
        }
    }

    /// Runs what a former run ran, with the same input, as the draft is now.
    pub(crate) async fn rerun(&self, _: &Caller, command: Rerun) -> Result<StartedRun, Failure> {
        let row = self.run_row(&command.run)?;
        let input = self.first_input(&row)?;
        let workflow = Arc::new(self.draft(&row.workflow).await?);
        let start = match workflow.node_named(&row.trigger) {
            Some(node) => StartFrom::Trigger { node: Some(node.id.clone()) },
            None => StartFrom::Default,
        };
        let options =
            Options { start, input: input.map(Arc::new), use_pins: true, ..Options::default() };
        let prepared = self.runner.prepare(workflow);
        let mut handle =
            self.launch(prepared, options, RunMode::Manual, Durability::Durable, None, None)?;
        handle.stored().await.map_err(of_runner)?;
        Ok(StartedRun::Running { run: handle.id })
    }

    /// What the first node of a run gave: a trigger passes its input on.
    fn first_input(&self, row: &RunRow) -> Result<Option<Vec<Item>>, Failure> {
        self.store
            .read(|db| {
                let first = db.node_runs(&row.id)?.into_iter().next();
                let at = first.and_then(|first| first.outputs.into_iter().next().flatten());
                at.map(|at| db.all_items(&at)).transpose()
            })
            .map_err(of_store)
    }

    pub(crate) fn run_row(&self, run: &RunId) -> Result<RunRow, Failure> {
        self.store.read(|db| db.run(run)).map_err(of_store)?.ok_or_else(no_run)
    }

    /// Runs, newest first.
    pub(crate) fn list_runs(&self, _: &Caller, command: ListRuns) -> Result<RunPage, Failure> {
        let query = query(command.filter);
        let page = self.store.read(|db| db.runs(&query)).map_err(of_store)?;
        let runs = page.runs.into_iter().map(|row| self.summary_of(row)).collect();
        Ok(RunPage { runs, next: page.next })
    }

    /// A run with its nodes, without their data.
    pub(crate) fn get_run(&self, _: &Caller, command: GetRun) -> Result<RunDetail, Failure> {
        let row = self.run_row(&command.run)?;
        let nodes = self.store.read(|db| db.node_run_records(&row.id)).map_err(of_store)?;
        Ok(RunDetail { summary: self.summary_of(row), nodes })
    }

    /// The workflow as it was in a run.
    pub(crate) fn get_run_workflow(
        &self,
        _: &Caller,
        command: GetRunWorkflow,
    ) -> Result<Workflow, Failure> {
        let row = self.run_row(&command.run)?;
        self.runner.workflow_of(&row).map_err(of_runner)
    }

    /// All that the nodes of a run gave.
    pub(crate) fn get_run_result(
        &self,
        _: &Caller,
        command: GetRunResult,
    ) -> Result<RunResult, Failure> {
        if let Some(ended) = self.runner.recent(&command.run) {
            return Ok(result_of(&ended));
        }
        let row = self.run_row(&command.run)?;
        let workflow = self.runner.workflow_of(&row).map_err(of_runner)?;
        let mut result =
            RunResult { status: row.status, error: error_of(&row), nodes: Default::default() };
        self.store
            .read(|db| {
                for node_run in db.node_runs(&row.id)? {
                    let record = node_run.record;
                    let node = workflow.nodes.get(&record.node);
                    let name = node.map_or(record.node.as_str(), |node| node.name.as_str());
                    let outputs = node_run.outputs.iter().flatten().map(|at| db.all_items(at));
                    let runs: &mut Vec<NodeResult> =
                        result.nodes.entry(name.to_owned()).or_default();
                    runs.push(NodeResult {
                        outputs: outputs.collect::<Result<_, _>>()?,
                        error: record.error.map(|error| error.message),
                        ms: record.micros as f64 / 1000.0,
                    });
                }
                Ok(())
            })
            .map_err(of_store)?;
        Ok(result)
    }

    /// Deletes runs that have ended.
    pub(crate) async fn delete_runs(
        &self,
        _: &Caller,
        command: DeleteRuns,
    ) -> Result<u64, Failure> {
        let store = self.store.clone();
        let deleted = tokio::task::spawn_blocking(move || match command.runs {
            Some(runs) => store.delete_runs(runs),
            None => store.delete_matching_runs(&query(command.filter)),
        });
        deleted
            .await
            .map_err(|_| Failure::new(Code::Internal, "the deletion was abandoned"))?
            .map_err(of_store)
    }

    /// Says how a run that was cut off is to be counted.
    pub(crate) async fn resolve_unknown(
        &self,
        _: &Caller,
        command: ResolveUnknown,
    ) -> Result<(), Failure> {
        let row = self.run_row(&command.run)?;
        if row.status != RunStatus::Unknown || !command.status.is_final() {
            return Err(Failure::new(Code::Invalid, "only a run that was cut off can be settled")
                .hint("Count it as succeeded, failed or cancelled."));
        }
        let change = RunChange { status: Some(command.status), ..RunChange::default() };
        let run = command.run;
        self.store.write(move |tx| tx.update_run(&run, &change)).await.map_err(of_store)
    }

    /// Takes up a run that a crash left under way.
    pub(crate) async fn take_up(&self, row: RunRow) -> Result<(), Failure> {
        let workflow = Arc::new(self.runner.workflow_of(&row).map_err(of_runner)?);
        let settings = self.settings();
        let vars = settings.variables.iter().map(|(k, v)| (k.clone(), Value::from(v.as_str())));
        let request = RunRequest {
            id: row.id.clone(),
            place: self.place(&workflow.id, &settings),
            prepared: self.runner.prepare(workflow),
            options: Options::default(),
            mode: row.mode,
            durability: Durability::Durable,
            vars: vars.collect(),
            live: row.mode == RunMode::Production,
            timezone: self.host.timezone.clone(),
            responder: None,
            version: row.version.clone(),
        };
        self.runner.resume(request).await.map(drop).map_err(of_runner)
    }

    pub(crate) fn summary_of(&self, row: RunRow) -> RunSummary {
        let error = error_of(&row);
        RunSummary {
            ms: row.finished.map_or_else(|| elapsed(row.started, self.now()), |_| row.ms),
            id: row.id,
            workflow: row.workflow,
            workflow_name: row.workflow_name,
            status: row.status,
            mode: row.mode,
            trigger: row.trigger,
            started: row.started,
            error,
            version: row.version,
        }
    }
}

fn elapsed(from: Timestamp, now: Timestamp) -> u64 {
    u64::try_from(now.since(from)).unwrap_or(0)
}

fn error_of(row: &RunRow) -> Option<RunError> {
    row.error.clone().and_then(|error| serde_json::from_value(error).ok())
}

fn query(filter: RunFilter) -> RunQuery {
    RunQuery {
        workflow: filter.workflow,
        statuses: filter.statuses,
        mode: filter.mode,
        from: filter.from,
        until: filter.until,
        search: filter.search,
        after: filter.after,
        limit: filter.limit,
    }
}

pub(crate) fn is_webhook(node: &Node) -> bool {
    node.node_type.as_str() == "webhook"
}

/// A run of which no row is kept, in the words of the list.
pub(crate) fn summary_of_ended(id: RunId, ended: &Ended) -> RunSummary {
    let workflow = &ended.prepared.workflow;
    let trigger = ended.run.start_node();
    let trigger = trigger.map(|index| ended.run.plan().node(index).node.name.clone());
    RunSummary {
        id,
        workflow: workflow.id.clone(),
        workflow_name: workflow.name.clone(),
        status: ended.status,
        mode: ended.mode,
        trigger: trigger.unwrap_or_default(),
        started: ended.started,
        ms: ended.ms,
        error: result_of(ended).error,
        version: None,
    }
}

/// The result of a run that ended in this process, by the names of its nodes.
pub(crate) fn result_of(ended: &Ended) -> RunResult {
    let plan = ended.run.plan();
    let mut nodes: std::collections::BTreeMap<String, Vec<NodeResult>> = Default::default();
    for (index, planned) in plan.nodes() {
        let runs: Vec<_> = ended
            .run
            .results(index)
            .iter()
            .map(|result| NodeResult {
                outputs: result.outputs.iter().map(|items| items.to_vec()).collect(),
                error: result.error.as_ref().map(|error| error.message.clone()),
                ms: result.micros as f64 / 1000.0,
            })
            .collect();
        if !runs.is_empty() {
            nodes.insert(planned.node.name.clone(), runs);
        }
    }
    let error = ended.error.as_ref().map(|error| {
        let node = ended.node.as_ref().and_then(|id| plan.index_of(id));
        RunError {
            node: ended.node.clone(),
            node_name: node.map_or_else(String::new, |index| plan.node(index).node.name.clone()),
            message: error.message.clone(),
            hint: error.hint.clone(),
        }
    });
    RunResult { status: ended.status, error, nodes }
}
