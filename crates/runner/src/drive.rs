//! The loop of one run: effects out of the engine, events into it. It is dumb on purpose.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use futures_util::future::{AbortHandle, Abortable, BoxFuture};
use futures_util::stream::{FuturesUnordered, StreamExt};
use reporunner_engine::{
    Effect, Event, NodeIndex, Now, Outcome, Run, Source, Task, TaskId, TimerId,
};
use reporunner_expression::{
    Ambient, ExecutionInfo, ExecutionMode, NodeRecord, Parent, RunData, RunRecord, WorkflowInfo,
};
use reporunner_model::{
    Durability, Effect as NodeEffect, Monotonic, NodeError, NodeRunState, RunId, RunMode,
    RunStatus, Timestamp, VersionId,
};
use reporunner_node::{NodeState, Respond};
use reporunner_store::{NewRun, Payload, PayloadRef, RunChange};
use tokio::sync::{oneshot, watch};

use crate::handles::{AllowedFiles, AllowedSql, NetHttp, NoRequest, Place, StoredBinaries};
use crate::journal::{Entry, Journal, StoredEvent};
use crate::prepared::Prepared;
use crate::runner::{Ended, RunRequest, Shared, Stored};
use crate::task::apart;

/// A lease holds for this long without being renewed, milliseconds.
pub const LEASE_MS: i64 = 60_000;

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
    pub(crate) binaries: Arc<StoredBinaries>,
    pub(crate) respond: Arc<dyn Respond>,
    /// What expressions see of the nodes.
    pub(crate) data: RunData,
    /// What nodes remember within the run.
    states: HashMap<NodeIndex, NodeState>,
    journal: Journal,
    /// Where the outputs of node runs are, for the inputs of those that follow.
    stored: HashMap<(NodeIndex, usize), Vec<PayloadRef>>,
    started: Timestamp,
    began: Monotonic,
    keep: Keep,
    version: Option<VersionId>,
}

/// Whether the record of the run stays.
#[derive(Debug, Clone, Copy)]
struct Keep {
    success: bool,
    failure: bool,
}

type Working = FuturesUnordered<BoxFuture<'static, Option<(TaskId, Outcome)>>>;
type Timers = FuturesUnordered<BoxFuture<'static, Option<TimerId>>>;

/// What is under way.
#[derive(Default)]
struct UnderWay {
    tasks: Working,
    timers: Timers,
    stop_task: HashMap<TaskId, AbortHandle>,
    /// Those that may have an effect outside.
    outside: HashSet<TaskId>,
    stop_timer: HashMap<TimerId, AbortHandle>,
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
        let info = WorkflowInfo {
            id: workflow.id.to_string(),
            name: workflow.name.clone(),
            active: request.live,
        };
        let mut ambient = Ambient::new(info, &timezone, now);
        ambient.vars = request.vars.clone();
        ambient.execution = ExecutionInfo {
            id: request.id.to_string(),
            mode: match request.mode {
                RunMode::Manual => ExecutionMode::Test,
                _ => ExecutionMode::Production,
            },
            ..ExecutionInfo::default()
        };
        let binaries = StoredBinaries::new(shared.store.clone());
        let Place { reach, .. } = &request.place;
        let http = NetHttp::new(shared.client(reach), binaries.clone());
        let durable = request.durability == Durability::Durable
            && workflow.settings.durability == Durability::Durable;
        let store = durable.then(|| shared.store.clone());
        Self {
            id: request.id.clone(),
            mode: request.mode,
            ambient: Arc::new(ambient),
            timezone,
            http: Arc::new(http),
            files: Arc::new(AllowedFiles::new(request.place.clone(), binaries.clone())),
            sql: Arc::new(AllowedSql::new(request.place.clone())),
            binaries: Arc::new(binaries),
            respond: match &request.responder {
                Some(responder) => Arc::new(responder.clone()),
                None => Arc::new(NoRequest),
            },
            data: run_data(&request.prepared),
            states: HashMap::new(),
            journal: Journal::new(store, request.id.clone(), journalled),
            stored: HashMap::new(),
            started: now,
            began: shared.clock.monotonic(),
            keep: Keep {
                success: workflow.settings.save_success,
                failure: workflow.settings.save_failure,
            },
            version: request.version.clone(),
            prepared: Arc::clone(&request.prepared),
            shared,
        }
    }

    /// Stores that the run is there, before anything of it happens.
    pub(crate) fn insert(&self, request: &RunRequest, trigger: String) -> Option<Stored> {
        if !self.journal.is_on() {
            return None;
        }
        let prepared = Arc::clone(&self.prepared);
        let lease = (self.shared.owner.clone(), self.started.plus_ms(LEASE_MS));
        let (id, mode, started) = (self.id.clone(), self.mode, self.started);
        let version = self.version.clone();
        let options = Entry::Options { options: Box::new(request.options.clone()) };
        let written = self.shared.store.write(move |tx| {
            tx.insert_run(&NewRun {
                id: id.clone(),
                workflow: prepared.workflow.id.clone(),
                workflow_name: prepared.workflow.name.clone(),
                version,
                content_hash: prepared.content_hash.clone(),
                content: Some(Payload::of_json(&prepared.content)?),
                mode,
                status: RunStatus::Running,
                trigger,
                parent: None,
                started,
                lease: Some(lease),
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

    /// Drives a run from its start.
    pub(crate) async fn begin(
        mut self,
        run: Run,
        cancel: watch::Receiver<Option<String>>,
    ) -> Ended {
        self.drive(run, vec![Event::Start], Vec::new(), cancel).await
    }

    /// Drives a run on from where a crash left it.
    pub(crate) async fn go_on(
        mut self,
        run: Run,
        events: Vec<Event>,
        outstanding: Vec<Effect>,
        cancel: watch::Receiver<Option<String>>,
    ) -> Ended {
        self.drive(run, events, outstanding, cancel).await
    }

    async fn drive(
        &mut self,
        mut run: Run,
        events: Vec<Event>,
        mut effects: Vec<Effect>,
        mut cancel: watch::Receiver<Option<String>>,
    ) -> Ended {
        let mut under_way = UnderWay::default();
        let mut events = std::collections::VecDeque::from(events);
        let mut happened = false;
        loop {
            if let Some(ended) = self.carry_out(&run, &mut effects, &mut under_way) {
                return self.finish(run, ended).await;
            }
            if std::mem::take(&mut happened) {
                // What has happened outside is noted at once, not with the next commit.
                self.journal.flush();
            }
            let event = match events.pop_front() {
                Some(event) => event,
                None => match self.next_event(&mut under_way, &mut cancel).await {
                    Some(event) => event,
                    None => continue,
                },
            };
            let now = self.now();
            self.note(now, &event);
            happened = matches!(&event,
                Event::NodeFinished { task, .. } if under_way.outside.remove(task));
            run.step(now, event, &mut effects);
        }
    }

    /// Waits for what happens next; none where what happened concerns nobody any more.
    async fn next_event(
        &self,
        under_way: &mut UnderWay,
        cancel: &mut watch::Receiver<Option<String>>,
    ) -> Option<Event> {
        let UnderWay { tasks, timers, stop_task, stop_timer, .. } = under_way;
        tokio::select! {
            done = tasks.next(), if !tasks.is_empty() => {
                let (task, outcome) = done??;
                stop_task.remove(&task);
                Some(Event::NodeFinished { task, outcome })
            }
            fired = timers.next(), if !timers.is_empty() => {
                let timer = fired??;
                stop_timer.remove(&timer);
                Some(Event::TimerFired { timer })
            }
            changed = cancel.changed() => match changed {
                Ok(()) => cancel.borrow_and_update().clone().map(|reason| Event::Cancel { reason }),
                // The runner is gone, so the process is about to end.
                Err(_) => Some(Event::Cancel { reason: "Reporunner is closing".to_owned() }),
            },
        }
    }

    /// Takes in what the engine said while a run was replayed. Gives its end, if it came to one.
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

    fn now(&self) -> Now {
        Now { wall: self.shared.clock.now(), monotonic: self.shared.clock.monotonic() }
    }

    fn note(&mut self, now: Now, event: &Event) {
        if !self.journal.is_on() {
            return;
        }
        match StoredEvent::of(event, &mut self.journal) {
            Ok(event) => self.journal.entry(now.wall, Entry::Event { now, event }),
            Err(error) => tracing::error!(%error, "what a node gave could not be written"),
        }
    }

    /// Does what the engine asks for. Says how the run ended, once it has.
    fn carry_out(
        &mut self,
        run: &Run,
        effects: &mut Vec<Effect>,
        under_way: &mut UnderWay,
    ) -> Option<(RunStatus, Option<NodeError>, Option<NodeIndex>)> {
        let mut ended = None;
        for effect in effects.drain(..) {
            match effect {
                Effect::RunNode(task) => self.start_task(run, task, under_way),
                Effect::StartTimer { timer, after_ms } => {
                    let now = self.shared.clock.monotonic().0;
                    let until = now.saturating_add(after_ms.saturating_mul(1000));
                    let sleep = self.shared.clock.sleep_until(Monotonic(until));
                    let (stop, registration) = AbortHandle::new_pair();
                    under_way.stop_timer.insert(timer, stop);
                    let timed = Abortable::new(sleep, registration);
                    under_way
                        .timers
                        .push(Box::pin(async move { timed.await.ok().map(|()| timer) }));
                }
                Effect::CancelTimer { timer } => {
                    under_way.stop_timer.remove(&timer).iter().for_each(AbortHandle::abort);
                }
                Effect::CancelTask { task } => {
                    under_way.stop_task.remove(&task).iter().for_each(AbortHandle::abort);
                }
                Effect::NodeChanged { node, run_index, state } => {
                    self.node_changed(run, node, run_index, state);
                }
                Effect::Finished { status, error, node } => ended = Some((status, error, node)),
            }
        }
        self.journal.flush_if_large();
        ended
    }

    fn start_task(&mut self, run: &Run, task: Task, under_way: &mut UnderWay) {
        let id = task.task;
        let state = Arc::clone(self.states.entry(task.node).or_default());
        let committed = if task.effect == NodeEffect::Pure {
            None
        } else {
            // Before anything leaves the process, all that led to it is on disk, and that it is
            // about to happen.
            self.journal.entry(self.shared.clock.now(), Entry::Began { task: id });
            under_way.outside.insert(id);
            self.journal.commit()
        };
        let items = task.inputs.iter().map(|items| items.len()).sum();
        let work = apart(items, self.work(run, task, state, committed));
        let (stop, registration) = AbortHandle::new_pair();
        under_way.stop_task.insert(id, stop);
        let abortable = Abortable::new(work, registration);
        under_way
            .tasks
            .push(Box::pin(async move { abortable.await.ok().map(|outcome| (id, outcome)) }));
    }

    fn node_changed(&mut self, run: &Run, node: NodeIndex, run_index: usize, state: NodeRunState) {
        let Some(result) = run.results(node).get(run_index) else { return };
        let record = result.to_run(&self.prepared.plan, node, run_index);
        self.shared.sink.node_changed(&self.prepared.workflow.id, &self.id, &record);
        let over = !matches!(
            state,
            NodeRunState::Queued
                | NodeRunState::Running
                | NodeRunState::Retrying
                | NodeRunState::Waiting
        );
        if over {
            let name = Arc::clone(&self.prepared.step(node).name);
            let sources = result.sources.iter().map(|source| source.map(|s| self.source(s)));
            let record = RunRecord { sources: sources.collect(), outputs: result.outputs.clone() };
            self.data.push_run(&name, record);
        }
        if !self.journal.is_on() {
            return;
        }
        let mut outputs = Vec::with_capacity(result.outputs.len());
        for items in &result.outputs {
            match self.journal.items(items) {
                Ok(at) => outputs.push(at),
                Err(error) => tracing::error!(%error, "what a node gave could not be written"),
            }
        }
        let inputs = result.sources.iter().map(|source| {
            let source = (*source)?;
            self.stored.get(&(source.node, source.run_index))?.get(source.output).cloned()
        });
        let inputs = inputs.collect();
        if over {
            self.stored.insert((node, run_index), outputs.clone());
        }
        self.journal.node(record, inputs, outputs.into_iter().map(Some).collect());
    }

    pub(crate) fn source(&self, source: Source) -> reporunner_expression::Source {
        reporunner_expression::Source {
            node: Arc::clone(&self.prepared.step(source.node).name),
            output: source.output,
            run_index: source.run_index,
        }
    }

    async fn finish(
        &mut self,
        run: Run,
        (status, error, node): (RunStatus, Option<NodeError>, Option<NodeIndex>),
    ) -> Ended {
        let now = self.shared.clock.now();
        let node_id = node.map(|index| self.prepared.plan.node(index).node.id.clone());
        let mut kept = false;
        if let Some(written) = self.journal.finish(self.closing(now, status, &error, node)) {
            if let Err(error) = written.await {
                tracing::error!(%error, "the end of a run could not be stored");
            }
            let keep =
                if status == RunStatus::Succeeded { self.keep.success } else { self.keep.failure };
            kept = keep;
            if !keep {
                let (store, id) = (self.shared.store.clone(), self.id.clone());
                // What nobody wants to keep is not worth a complaint where it stays.
                tokio::task::spawn_blocking(move || drop(store.delete_runs(vec![id])));
            }
        }
        // From here on the run needs its files by its rows, or not at all.
        self.binaries.settle();
        self.shared.sink.run_finished(&self.prepared.workflow.id, &self.id, status, now);
        Ended {
            status,
            error,
            node: node_id,
            run: Arc::new(run),
            prepared: Arc::clone(&self.prepared),
            mode: self.mode,
            started: self.started,
            ms: self.shared.clock.monotonic().micros_since(self.began) / 1000,
            kept,
        }
    }

    fn closing(
        &self,
        now: Timestamp,
        status: RunStatus,
        error: &Option<NodeError>,
        node: Option<NodeIndex>,
    ) -> RunChange {
        let name = node.map_or("", |index| &*self.prepared.step(index).name);
        let told = error.as_ref().map(|error| {
            serde_json::json!({
                "node": node.map(|index| &self.prepared.plan.node(index).node.id),
                "nodeName": name,
                "message": error.message,
                "hint": error.hint,
            })
        });
        let micros = self.shared.clock.monotonic().micros_since(self.began);
        RunChange {
            status: Some(status),
            finished: Some(now),
            ms: Some(micros / 1000),
            search: error.as_ref().map(|error| format!("{name} {}", error.message)),
            error: told,
            custom: None,
        }
    }
}

/// The nodes as expressions see them, before any has run.
fn run_data(prepared: &Prepared) -> RunData {
    let mut data = RunData::new();
    let workflow = &prepared.workflow;
    for (_, planned) in prepared.plan.nodes() {
        let node = &planned.node;
        let parents = workflow.edges_to(&node.id).into_iter().filter_map(|edge| {
            let before = workflow.nodes.get(&edge.from)?;
            edge.kind.is_main().then(|| Parent {
                node: before.name.as_str().into(),
                output: edge.from_port,
                input: edge.to_port,
            })
        });
        let record = NodeRecord {
            parameters: Arc::new(serde_json::Value::Object(node.params.clone())),
            parents: parents.collect(),
            ..NodeRecord::default()
        };
        data.insert(node.name.as_str(), record);
    }
    data
}
