//! An app on a folder and a clock, with workflows written as lists.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reporunner_app::{Answer, Host, Stay, ask, connect};
use reporunner_model::{
    Clock, Edge, EdgeKey, Edit, EditBatch, EditId, Item, Monotonic, Node, NodeId, RunId, RunStatus,
    StartFrom, Timestamp, TypeName, WorkflowId,
};
use reporunner_protocol::*;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::{broadcast, watch};

/// 2026-11-25 06:00:30 UTC.
pub(crate) const START: i64 = 1_795_586_430_000;
pub(crate) const SECOND: i64 = 1_000;
pub(crate) const MINUTE: i64 = 60_000;
/// Batches of edits so far: each has an id of its own.
static EDITS: AtomicUsize = AtomicUsize::new(0);
/// Longest that anything may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A clock that stands still until the test moves it. Pauses of less than a second end at once.
pub(crate) struct TestClock {
    wall: Mutex<Timestamp>,
    passed: watch::Sender<u64>,
}

impl TestClock {
    fn new(at: i64) -> Arc<Self> {
        Arc::new(Self { wall: Mutex::new(Timestamp(at)), passed: watch::channel(0).0 })
    }

    /// Time passes.
    pub(crate) fn pass(&self, ms: i64) {
        {
            let mut wall = self.wall.lock().expect("nobody panicked");
            *wall = wall.plus_ms(ms);
        }
        self.passed.send_modify(|passed| *passed += ms.unsigned_abs() * 1000);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.wall.lock().expect("nobody panicked")
    }

    fn monotonic(&self) -> Monotonic {
        Monotonic(*self.passed.borrow())
    }

    fn sleep_until(&self, until: Monotonic) -> Pin<Box<dyn Future<Output = ()> + Send + 'static>> {
        let mut passed = self.passed.subscribe();
        if until.micros_since(self.monotonic()) < 1_000_000 {
            return Box::pin(std::future::ready(()));
        }
        Box::pin(async move {
            // Without the clock nothing is left that waits for it.
            let _ = passed.wait_for(|passed| *passed >= until.0).await;
        })
    }
}

/// An app on a folder and a clock.
pub(crate) struct Desk {
    pub(crate) answer: Arc<dyn Answer>,
    pub(crate) clock: Arc<TestClock>,
    events: broadcast::Receiver<Event>,
}

/// A step: its name, which is its id too, its type with its version, its parameters.
pub(crate) type Step = (&'static str, &'static str, Value);

impl Desk {
    pub(crate) async fn open(folder: &TempDir, at: i64) -> Self {
        let clock = TestClock::new(at);
        let mut host = Host::machine();
        host.clock = clock.clone();
        host.timezone = "UTC".to_owned();
        let answer = connect(folder.path(), host, Stay::Long).await.expect("the folder opens");
        let events = answer.events();
        let desk = Self { answer, clock, events };
        // A free port, so that tests do not get in each other's way.
        let settings = desk.ask(GetSettings {}).await;
        if settings.webhook_port != 0 {
            let settings = MachineSettings { webhook_port: 0, ..settings };
            desk.ask(SetSettings { settings }).await;
        }
        desk
    }

    pub(crate) async fn ask<C: Command>(&self, command: C) -> C::Reply {
        ask(&*self.answer, command)
            .await
            .unwrap_or_else(|failure| panic!("{}: {failure:?}", C::NAME))
    }

    /// A workflow of these steps and wires, with these settings.
    pub(crate) async fn workflow(
        &self,
        name: &str,
        steps: &[Step],
        wires: &[(&str, &str)],
        settings: Value,
    ) -> WorkflowId {
        let id = self.ask(CreateWorkflow { name: name.to_owned() }).await;
        self.edit(&id, steps, wires, settings).await;
        id
    }

    pub(crate) async fn edit(
        &self,
        id: &WorkflowId,
        steps: &[Step],
        wires: &[(&str, &str)],
        settings: Value,
    ) {
        let mut edits = Vec::new();
        for (name, kind, params) in steps {
            let (kind, version) = kind.split_once(' ').unwrap_or((kind, "1"));
            let mut node = Node::new(NodeId::new(*name), TypeName::new(kind), version, *name);
            node.params = params.as_object().cloned().unwrap_or_default();
            edits.push(Edit::AddNode { node: Box::new(node) });
        }
        for (from, to) in wires {
            let key = EdgeKey::main(NodeId::new(*from), 0, NodeId::new(*to), 0);
            edits.push(Edit::Connect { key, edge: Edge::default() });
        }
        for (key, value) in settings.as_object().into_iter().flatten() {
            edits.push(Edit::SetSetting { key: key.clone(), value: Some(value.clone()) });
        }
        let batch = EditBatch {
            id: EditId::new(format!("edit-{}", EDITS.fetch_add(1, Ordering::Relaxed))),
            label: "Add".to_owned(),
            edits,
            author: None,
        };
        self.ask(EditWorkflow { id: id.clone(), batch }).await;
    }

    pub(crate) async fn live(&self, id: &WorkflowId) {
        let state = self.ask(SetLive { id: id.clone(), live: true }).await;
        assert_eq!(state.trouble, None);
    }

    /// Starts the draft by hand.
    pub(crate) async fn start(&self, workflow: &WorkflowId, input: Value) -> RunId {
        let Value::Array(items) = input else { panic!("a list of items") };
        let started = self
            .ask(StartRun {
                workflow: workflow.clone(),
                start: StartFrom::Default,
                input: Some(items.into_iter().map(Item::from_value).collect()),
                options: RunOptions::default(),
            })
            .await;
        match started {
            StartedRun::Running { run } => run,
            other => panic!("it runs: {other:?}"),
        }
    }

    /// Runs the draft by hand to its end.
    pub(crate) async fn run(&self, workflow: &WorkflowId, input: Value) -> RunResult {
        let run = self.start(workflow, input).await;
        soon(self.ask(WaitRun { run: run.clone() })).await;
        self.ask(GetRunResult { run }).await
    }

    pub(crate) async fn runs(&self) -> Vec<RunSummary> {
        self.ask(ListRuns { filter: RunFilter::default() }).await.runs
    }

    /// The runs of a workflow, newest first.
    pub(crate) async fn runs_of(&self, workflow: &WorkflowId) -> Vec<RunSummary> {
        let all = self.runs().await;
        all.into_iter().filter(|run| run.workflow == *workflow).collect()
    }

    /// Waits until the runs are as they should be.
    pub(crate) async fn until(&mut self, holds: impl Fn(&[RunSummary]) -> bool) {
        let mut last = Vec::new();
        let come = async {
            loop {
                last = self.ask(ListRuns { filter: RunFilter::default() }).await.runs;
                if holds(&last) {
                    break;
                }
                match self.events.recv().await {
                    Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => panic!("the app lives"),
                }
            }
        };
        let done = tokio::time::timeout(PATIENCE, come).await;
        assert!(done.is_ok(), "the runs do not come to be as they should: {last:#?}");
    }

    /// Waits until this run stands so.
    pub(crate) async fn stands(&mut self, run: &RunId, status: RunStatus) {
        self.until(|runs| runs.iter().any(|r| r.id == *run && r.status == status)).await;
    }

    /// Whether this has been told since the last question.
    pub(crate) fn has_told(&mut self, is_it: impl Fn(&Event) -> bool) -> bool {
        use broadcast::error::TryRecvError;
        loop {
            match self.events.try_recv() {
                Ok(event) if is_it(&event) => return true,
                Ok(_) | Err(TryRecvError::Lagged(_)) => {}
                Err(TryRecvError::Empty | TryRecvError::Closed) => return false,
            }
        }
    }

    pub(crate) async fn close(self) {
        self.answer.close().await;
    }
}

pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("it does not take long")
}

/// What a node gave in its last run, as JSON.
#[track_caller]
pub(crate) fn gave(result: &RunResult, node: &str) -> Value {
    let Some(runs) = result.nodes.get(node) else { panic!("{node} ran: {result:?}") };
    let last = runs.last().expect("a run");
    let items = last.outputs.first().map(|items| items.iter().map(|item| &item.json).collect());
    json!(items.unwrap_or_else(Vec::new))
}

/// A Set step that sets one field by an expression or value.
pub(crate) fn set(field: &str, value: &str) -> Value {
    json!({
        "assignments": { "assignments": [
            { "id": "a", "name": field, "value": value, "type": "string" }
        ] },
        "includeOtherFields": true,
        "options": {}
    })
}

/// A step that fails.
pub(crate) fn fail(message: &str) -> Value {
    json!({ "errorMessage": message })
}
