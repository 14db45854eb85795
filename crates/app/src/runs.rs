//! Runs: starting, stopping, taking up again.

mod records;

use std::sync::Arc;

use reporunner_engine::{Options, Recorded, RecordedRun, changed_nodes};
use reporunner_model::{Durability, Node, RunMode, StartFrom, Workflow, WorkflowId};
use reporunner_net::Reach;
use reporunner_protocol::{Failure, Rerun, RunSummary, StartRun, StartedRun, StopRun, WaitRun};
use reporunner_runner::{Place, Prepared, RunHandle, RunRequest};
use reporunner_store::RunQuery;
use serde_json::{Map, Value};

use crate::failure::{of_runner, of_store};
use crate::listen::FORM_TRIGGER;
use crate::{App, Caller, ids};

pub(crate) use records::{result_of, summary_of_ended};

/// Name of the folder for a workflow's own files, below the data folder.
const FILES: &str = "files";

impl App {
    /// Runs a workflow's draft.
    pub(crate) async fn start_run(
        &self,
        _: &Caller,
        command: StartRun,
    ) -> Result<StartedRun, Failure> {
        let workflow = Arc::new(self.whole_draft(&command.workflow).await?);
        let trigger = self.trigger_of(&workflow, &command.start);
        let pinned = |node: &Node| command.options.use_pins && workflow.pins.contains_key(&node.id);
        // One that has its data already waits for nobody.
        if let Some(trigger) = trigger.filter(|node| is_webhook(node) && !pinned(node))
            && command.input.is_none()
        {
            return self.listen_for_test(&workflow, trigger).await;
        }
        let recorded = match &command.start {
            StartFrom::UpTo { .. } | StartFrom::Only { .. } => {
                let workflow = Arc::clone(&workflow);
                self.read(move |app| app.recorded(&workflow)).await?
            }
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
        let mut handle = self.launch(prepared, options, RunMode::Manual, durability)?;
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
    ) -> Result<RunHandle, Failure> {
        self.runner.start(self.request(prepared, options, mode, durability)).map_err(of_runner)
    }

    /// A run of a prepared workflow with what this machine allows it.
    pub(crate) fn request(
        &self,
        prepared: Arc<Prepared>,
        options: Options,
        mode: RunMode,
        durability: Durability,
    ) -> RunRequest {
        let settings = self.settings();
        let vars = settings.variables.iter().map(|(k, v)| (k.clone(), Value::from(v.as_str())));
        RunRequest {
            id: ids::run(self.now()),
            place: self.place(&prepared.workflow.id, &settings),
            prepared,
            options,
            mode,
            durability,
            vars: vars.collect::<Map<_, _>>(),
            live: mode == RunMode::Production,
            timezone: self.host.timezone.clone(),
            responder: None,
            version: None,
            parent: None,
        }
    }

    /// What a workflow may touch on this machine: its own folder and the allowed ones.
    pub(crate) fn place(
        &self,
        workflow: &WorkflowId,
        settings: &reporunner_protocol::MachineSettings,
    ) -> Place {
        self.place_at(workflow, self.files_of(workflow), settings)
    }

    /// The same for a workflow whose own folder is known.
    pub(crate) fn place_at(
        &self,
        workflow: &WorkflowId,
        base: std::path::PathBuf,
        settings: &reporunner_protocol::MachineSettings,
    ) -> Place {
        let mut folders = vec![base.clone()];
        folders.extend(settings.allowed_folders.iter().map(std::path::PathBuf::from));
        let reach = Reach {
            loopback: settings.allow_loopback,
            lan: settings.allow_lan,
            hosts: settings.allowed_hosts.clone(),
        };
        let closed = vec![self.folder().to_owned()];
        let commands = settings.command_workflows.contains(workflow);
        Place { own: Some(base.clone()), base, folders, closed, reach, commands }
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
        self.end_run(&command.run, "stopped by hand").await
    }

    /// Answered when a run has ended.
    pub(crate) async fn wait_run(
        &self,
        _: &Caller,
        command: WaitRun,
    ) -> Result<RunSummary, Failure> {
        if let Some(handle) = self.runner.find(&command.run)
            && handle.ended().await.is_none()
        {
            return Err(of_runner(reporunner_runner::Error::Closing));
        }
        match self.runner.recent(&command.run) {
            Some(ended) => Ok(summary_of_ended(command.run, &ended)),
            None => {
                let row = self.read(move |app| app.run_row(&command.run)).await?;
                Ok(self.summary_of(row))
            }
        }
    }

    /// Runs what a former run ran, with the same input, as the draft is now.
    pub(crate) async fn rerun(&self, _: &Caller, command: Rerun) -> Result<StartedRun, Failure> {
        let stored = self.read(move |app| {
            let row = app.run_row(&command.run)?;
            Ok((app.first_input(&row)?, row))
        });
        let (input, row) = stored.await?;
        let workflow = Arc::new(self.whole_draft(&row.workflow).await?);
        let start = match workflow.node_named(&row.trigger) {
            Some(node) => StartFrom::Trigger { node: Some(node.id.clone()) },
            None => StartFrom::Default,
        };
        let options =
            Options { start, input: input.map(Arc::new), use_pins: true, ..Options::default() };
        let prepared = self.runner.prepare(workflow);
        let mut handle = self.launch(prepared, options, RunMode::Manual, Durability::Durable)?;
        handle.stored().await.map_err(of_runner)?;
        Ok(StartedRun::Running { run: handle.id })
    }
}

/// Whether a node starts a run for each request to its address.
pub(crate) fn is_webhook(node: &Node) -> bool {
    matches!(node.node_type.as_str(), "webhook" | FORM_TRIGGER)
}
