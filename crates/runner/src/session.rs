//! One run as the runner holds it: what outlives a step, and what becomes of each node run.

use std::collections::HashMap;
use std::sync::Arc;

use reporunner_engine::{Effect, Event, NodeIndex, Now, Run, Source, TaskId};
use reporunner_expression::{
    Ambient, ExecutionInfo, ExecutionMode, RunData, RunRecord, WorkflowInfo,
};
use reporunner_model::{
    Durability, Monotonic, NodeRunState, RunId, RunMode, RunStatus, Timestamp, VersionId,
};
use reporunner_node::{NodeState, Respond};
use reporunner_store::NewRun;
use serde_json::{Map, Value};
use tokio::sync::oneshot;

use crate::handles::{
    AllowedFiles, AllowedSql, Children, Family, NetHttp, NoRequest, Place, RunNotes, ShellCommands,
    SmtpMail, StoredBinaries,
};
use crate::journal::{Entry, Inherited, Journal, Stored as StoredOutputs, StoredEvent};
use crate::lock::lock;
use crate::prepared::Prepared;
use crate::runner::{ParentRun, RunRequest, Shared, Stored};

/// Everything of one run that outlives a step.
pub(crate) struct Session {
    pub(crate) shared: Arc<Shared>,
    pub(crate) id: RunId,
    pub(crate) prepared: Arc<Prepared>,
    pub(crate) mode: RunMode,
    pub(crate) ambient: Arc<Ambient>,
    pub(crate) timezone: String,
    pub(crate) http: Arc<NetHttp>,
    pub(crate) files: Arc<AllowedFiles>,
    pub(crate) sql: Arc<AllowedSql>,
    pub(crate) commands: Arc<ShellCommands>,
    pub(crate) mail: Arc<SmtpMail>,
    pub(crate) binaries: Arc<StoredBinaries>,
    pub(crate) respond: Arc<dyn Respond>,
    /// What expressions see of the nodes.
    pub(crate) data: RunData,
    pub(crate) journal: Journal,
    pub(crate) started: Timestamp,
    pub(crate) began: Monotonic,
    /// How long it had gone on before it was taken up, waits included, milliseconds.
    pub(crate) before_ms: u64,
    pub(crate) keep: Keep,
    /// What steps noted about the run.
    pub(crate) notes: Arc<RunNotes>,
    /// What nodes remember within the run.
    states: HashMap<NodeIndex, State>,
    /// Where the outputs of node runs are, for the inputs of those that follow.
    stored: StoredOutputs,
    version: Option<VersionId>,
    parent: Option<ParentRun>,
    /// What other workflows that it calls get from it.
    family: Arc<Family>,
    /// Whether it may leave the memory while it waits.
    pub(crate) may_rest: bool,
    /// Those who wait to hear that what they brought is on disk.
    pub(crate) taken: Vec<oneshot::Sender<()>>,
}

/// Whether the record of the run stays.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keep {
    success: bool,
    failure: bool,
}

impl Keep {
    pub(crate) fn after(self, status: RunStatus) -> bool {
        if status == RunStatus::Succeeded { self.success } else { self.failure }
    }
}

/// What one node remembers, and what of it the journal has.
#[derive(Default)]
struct State {
    now: NodeState,
    written: Map<String, Value>,
}

impl Session {
    /// A session whose journal has `journalled` rows once its run is inserted.
    pub(crate) fn new(shared: Arc<Shared>, request: &RunRequest, journalled: u64) -> Self {
        let workflow = &request.prepared.workflow;
        let now = shared.clock.now();
        let timezone = match workflow.settings.timezone.as_str() {
            "" => request.timezone.clone(),
            named => named.to_owned(),
        };
        let binaries = StoredBinaries::new(shared.store.clone());
        let Place { reach, .. } = &request.place;
        let http = NetHttp::new(shared.client(reach), binaries.clone());
        let files = AllowedFiles::new(request.place.clone(), binaries.clone());
        let mail = SmtpMail::new(reach.clone(), binaries.clone(), Arc::clone(&shared.clock));
        let binaries = Arc::new(binaries);
        // A step that is done again looks up what it called: that is kept as the caller is.
        let called = request.mode == RunMode::Child;
        let durable = request.durability == Durability::Durable
            && (called || workflow.settings.durability == Durability::Durable);
        let store = durable.then(|| shared.store.clone());
        Self {
            id: request.id.clone(),
            mode: request.mode,
            ambient: Arc::new(ambient(request, &timezone, now, &shared)),
            http: Arc::new(http),
            files: Arc::new(files),
            mail: Arc::new(mail),
            commands: Arc::new(ShellCommands::new(&request.place)),
            sql: Arc::new(AllowedSql::new(request.place.clone(), &shared.store)),
            respond: match &request.responder {
                Some(responder) => Arc::new(responder.clone()),
                None => Arc::new(NoRequest),
            },
            data: request.prepared.data.clone(),
            notes: Arc::default(),
            states: HashMap::new(),
            journal: Journal::new(store, request.id.clone(), journalled),
            stored: StoredOutputs::new(),
            started: now,
            began: shared.clock.monotonic(),
            before_ms: 0,
            keep: Keep {
                // A run that another one waits for is looked up by that one after a crash.
                success: workflow.settings.save_success || request.parent.is_some(),
                failure: workflow.settings.save_failure || request.parent.is_some(),
            },
            version: request.version.clone(),
            parent: request.parent.clone(),
            family: Arc::new(Family::new(&shared, request, Arc::clone(&binaries))),
            may_rest: true,
            taken: Vec::new(),
            timezone,
            binaries,
            prepared: Arc::clone(&request.prepared),
            shared,
        }
    }

    /// Stores that the run is there, before anything of it happens.
    pub(crate) fn insert(
        &self,
        request: &RunRequest,
        trigger: String,
        status: RunStatus,
    ) -> Option<Stored> {
        if !self.journal.is_on() {
            return None;
        }
        let prepared = Arc::clone(&self.prepared);
        let owner = self.shared.owner.clone();
        let (id, mode, started) = (self.id.clone(), self.mode, self.started);
        let version = self.version.clone();
        let parent = request.parent.as_ref().map(|parent| parent.run.clone());
        let options = Entry::Options {
            options: Box::new(request.options.clone()),
            from: Some(Inherited {
                live: request.live,
                depth: request.parent.as_ref().map_or(0, |parent| parent.depth),
                commands: request.place.commands,
            }),
        };
        let written = self.shared.store.write(move |tx| {
            tx.insert_run(&NewRun {
                id: id.clone(),
                workflow: prepared.workflow.id.clone(),
                workflow_name: prepared.workflow.name.clone(),
                version,
                content_hash: prepared.content_hash.clone(),
                content: Some(prepared.content.clone()),
                mode,
                status,
                trigger,
                parent,
                started,
                owner: Some(owner),
            })?;
            let body = serde_json::to_vec(&options)?;
            let kind = "options".to_owned();
            tx.add_journal(&id, &[reporunner_store::JournalEntry { kind, at: started, body }])?;
            Ok(())
        });
        let (shared, workflow, run) =
            (Arc::clone(&self.shared), self.prepared.workflow.id.clone(), self.id.clone());
        let (tell, stored) = oneshot::channel();
        tokio::spawn(async move {
            let written = written.await;
            match &written {
                // Whoever hears of it may look it up.
                Ok(()) => shared.sink.run_started(&workflow, &run, started),
                Err(error) => tracing::error!(%error, "a run could not be stored"),
            }
            // Not everybody who starts a run waits for that.
            let _ = tell.send(written);
        });
        Some(stored)
    }

    /// The run goes on that began at `started`.
    pub(crate) fn goes_on_since(&mut self, started: Timestamp) {
        self.before_ms = self.started.since(started).max(0).unsigned_abs();
        self.started = started;
    }

    /// How long the run has gone on, milliseconds.
    pub(crate) fn took_ms(&self) -> u64 {
        self.before_ms + self.shared.clock.monotonic().micros_since(self.began) / 1000
    }

    /// A run that queued begins.
    pub(crate) fn begin_now(&mut self) {
        self.began = self.shared.clock.monotonic();
        if !self.journal.is_on() {
            return;
        }
        let (run, shared) = (self.id.clone(), Arc::clone(&self.shared));
        let (id, workflow) = (run.clone(), self.prepared.workflow.id.clone());
        let written = self.shared.store.write(move |tx| tx.begin_run(&run));
        tokio::spawn(async move {
            match written.await {
                Ok(()) => shared.sink.run_changed(&workflow, &id),
                Err(error) => tracing::error!(%error, "that a run begins was not stored"),
            }
        });
    }

    /// What a step needs to call other workflows.
    pub(crate) fn children(&self, task: &reporunner_engine::Task) -> Children {
        let node = &self.prepared.plan.node(task.node).node.id;
        let key = format!("{}-{node}-{}-{}", self.id, task.run_index, task.attempt);
        Children { family: Arc::clone(&self.family), key }
    }

    /// Whether the run is for something that is live.
    pub(crate) fn is_live(&self) -> bool {
        self.family.live
    }

    pub(crate) fn parent(&self) -> Option<&RunId> {
        self.parent.as_ref().map(|parent| &parent.run)
    }

    /// Takes in what the engine said while nothing new is started: in a replay, or at a close.
    /// Gives the run's end, if it came to one.
    pub(crate) fn replayed(&mut self, run: &Run, effects: &mut Vec<Effect>) -> Option<Effect> {
        let mut end = None;
        for effect in effects.drain(..) {
            match effect {
                Effect::NodeChanged { node, run_index, state } => {
                    self.node_changed(run, node, run_index, state);
                }
                Effect::Finished { .. } => end = Some(effect),
                _ => {}
            }
        }
        end
    }

    pub(crate) fn now(&self) -> Now {
        Now { wall: self.shared.clock.now(), monotonic: self.shared.clock.monotonic() }
    }

    /// Journals an event, and before it what the node that it is about remembers from now on:
    /// either both are there after a crash or none.
    pub(crate) fn note(&mut self, now: Now, event: &Event, node: Option<NodeIndex>) {
        if !self.journal.is_on() {
            return;
        }
        if let Some(node) = node {
            self.note_state(now, node);
        }
        match StoredEvent::of(event, &mut self.journal) {
            Ok(event) => self.journal.entry(now.wall, Entry::Event { now, event }),
            Err(error) => tracing::error!(%error, "what a node gave could not be written"),
        }
    }

    fn note_state(&mut self, now: Now, node: NodeIndex) {
        let Some(State { now: state, written }) = self.states.get_mut(&node) else { return };
        let state = lock(state);
        if *state == *written {
            return;
        }
        written.clone_from(&state);
        let entry = Entry::Remembered {
            node: self.prepared.plan.node(node).node.id.clone(),
            state: written.clone(),
        };
        drop(state);
        self.journal.entry(now.wall, entry);
    }

    /// Journals that a task is about to have an effect outside. Ends when that is on disk, and
    /// with it all that led there.
    pub(crate) fn note_began(&mut self, task: TaskId) -> Option<reporunner_store::Written<()>> {
        self.journal.entry(self.shared.clock.now(), Entry::Began { task });
        self.journal.commit()
    }

    /// What a node remembers within this run.
    pub(crate) fn state_of(&mut self, node: NodeIndex) -> NodeState {
        Arc::clone(&self.states.entry(node).or_default().now)
    }

    /// Gives a node back what it remembered before a crash.
    pub(crate) fn remember(&mut self, node: NodeIndex, state: Map<String, Value>) {
        self.notes.again(&state);
        let now = Arc::new(std::sync::Mutex::new(state.clone()));
        self.states.insert(node, State { now, written: state });
        self.show_state(node);
    }

    /// Lets expressions see what a node remembers: `$node["Loop"].context`.
    fn show_state(&mut self, node: NodeIndex) {
        let Some(State { now: state, .. }) = self.states.get(&node) else { return };
        let state = lock(state).clone();
        if !state.is_empty() {
            let name = Arc::clone(&self.prepared.step(node).name);
            self.data.set_context(&name, Value::Object(state));
        }
    }

    /// Tells and stores how a node run stands.
    pub(crate) fn node_changed(
        &mut self,
        run: &Run,
        node: NodeIndex,
        run_index: usize,
        state: NodeRunState,
    ) {
        let Some(result) = run.results(node).get(run_index) else { return };
        let record = result.to_run(&self.prepared.plan, node, run_index);
        self.shared.sink.node_changed(&self.prepared.workflow.id, &self.id, &record);
        let over = is_over(state);
        if over {
            let name = Arc::clone(&self.prepared.step(node).name);
            let sources = result.sources.iter().map(|source| source.map(|s| self.source(s)));
            let record = RunRecord { sources: sources.collect(), outputs: result.outputs.clone() };
            self.data.push_run(&name, record);
            self.show_state(node);
        }
        if self.journal.is_on() {
            self.journal.node_result(record, (node, run_index), result, &mut self.stored);
        }
    }

    pub(crate) fn source(&self, source: Source) -> reporunner_expression::Source {
        reporunner_expression::Source {
            node: Arc::clone(&self.prepared.step(source.node).name),
            output: source.output,
            run_index: source.run_index,
        }
    }
}

/// Whether a node run in this state has its outputs.
pub(crate) fn is_over(state: NodeRunState) -> bool {
    !matches!(
        state,
        NodeRunState::Queued
            | NodeRunState::Running
            | NodeRunState::Retrying
            | NodeRunState::Waiting
    )
}

fn ambient(request: &RunRequest, timezone: &str, now: Timestamp, shared: &Shared) -> Ambient {
    let workflow = &request.prepared.workflow;
    let info = WorkflowInfo {
        id: workflow.id.to_string(),
        name: workflow.name.clone(),
        active: request.live,
    };
    let mut ambient = Ambient::new(info, timezone, now);
    ambient.vars = request.vars.clone();
    ambient.execution = ExecutionInfo {
        resume_url: shared.house().resume_url(&request.id),
        resume_form_url: shared.house().resume_form_url(&request.id),
        ..execution_info(&request.id, request.mode)
    };
    ambient
}

/// `$execution` in a run.
pub fn execution_info(run: &RunId, mode: RunMode) -> ExecutionInfo {
    let mode = match mode {
        RunMode::Manual => ExecutionMode::Test,
        _ => ExecutionMode::Production,
    };
    ExecutionInfo { id: run.to_string(), mode, ..ExecutionInfo::default() }
}
