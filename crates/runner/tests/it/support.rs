//! A runner on a folder of its own, with nodes that a test holds in its hand.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use reporunner_engine::Options;
use reporunner_expression::Evaluator;
use reporunner_model::{
    Appearance, Clock, Durability, Edge, EdgeKey, Effect, EventSink, ExecutionOrder, Item,
    Monotonic, Node as Step, NodeDescription, NodeError, NodeGroup, NodeId, NodeRun, PortRule,
    RunId, RunMode, RunStatus, Timestamp, TypeName, Workflow, WorkflowId,
};
use reporunner_net::Reach;
use reporunner_node::{Context, Gives, Node, Output, Wait as Waits};
use reporunner_runner::{Place, RunRequest, Runner, RunnerOptions};
use reporunner_sandbox::PoolConfig;
use reporunner_store::{OpenOptions, Store};
use serde_json::{Map, Value, json};
use tokio::sync::{Semaphore, mpsc};

/// Longest that anything may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Fails where `future` takes too long.
#[track_caller]
pub(crate) fn soon<T>(future: impl Future<Output = T>) -> impl Future<Output = T> {
    let at = std::panic::Location::caller();
    async move {
        let done = tokio::time::timeout(PATIENCE, future).await;
        done.unwrap_or_else(|_| panic!("it takes too long: {at}"))
    }
}

struct RealClock(Instant);

impl Clock for RealClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
        Timestamp(since.as_millis() as i64)
    }

    fn monotonic(&self) -> Monotonic {
        Monotonic(self.0.elapsed().as_micros() as u64)
    }

    fn sleep_until(&self, until: Monotonic) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> {
        let left = Duration::from_micros(until.micros_since(self.monotonic()));
        Box::pin(tokio::time::sleep(left))
    }
}

/// What the runner told.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Told {
    Finished(RunStatus),
    Trouble(String),
}

struct Listener(mpsc::UnboundedSender<Told>);

impl EventSink for Listener {
    fn run_started(&self, _: &WorkflowId, _: &RunId, _: Timestamp) {}
    fn node_changed(&self, _: &WorkflowId, _: &RunId, _: &NodeRun) {}
    fn run_finished(&self, _: &WorkflowId, _: &RunId, status: RunStatus, _: Timestamp) {
        let _ = self.0.send(Told::Finished(status));
    }
    fn trouble(&self, message: &str, _: Option<&str>) {
        let _ = self.0.send(Told::Trouble(message.to_owned()));
    }
}

/// How often the steps ran, and leave for those that wait.
pub(crate) struct Hand {
    /// Steps that have begun.
    pub(crate) begun: AtomicUsize,
    /// Steps that were dropped before they ended.
    pub(crate) dropped: Arc<AtomicUsize>,
    arrived: Semaphore,
    leave: Semaphore,
}

impl Hand {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            begun: AtomicUsize::new(0),
            dropped: Arc::default(),
            arrived: Semaphore::new(0),
            leave: Semaphore::new(0),
        })
    }

    /// Waits until one more step is at work.
    pub(crate) async fn arrived(&self) {
        soon(self.arrived.acquire()).await.expect("it is open").forget();
    }

    /// Lets one step end.
    pub(crate) fn let_go(&self) {
        self.leave.add_permits(1);
    }

    pub(crate) fn begun(&self) -> usize {
        self.begun.load(Ordering::SeqCst)
    }
}

fn describe(name: &str, effect: Effect, trigger: bool) -> NodeDescription {
    NodeDescription {
        name: TypeName::from(name),
        label: name.to_owned(),
        summary: String::new(),
        help: String::new(),
        group: if trigger { NodeGroup::Trigger } else { NodeGroup::Other },
        aliases: Vec::new(),
        appearance: Appearance { icon: "circle".to_owned(), hue: 0 },
        versions: vec!["1".to_owned()],
        inputs: if trigger { PortRule::none() } else { PortRule::one() },
        outputs: PortRule::one(),
        required_inputs: Vec::new(),
        properties: Vec::new(),
        subtitles: Vec::new(),
        effect,
        example: Map::new(),
    }
}

/// Begins a run.
struct Start;

#[async_trait]
impl Node for Start {
    fn description(&self) -> NodeDescription {
        describe("start", Effect::Pure, true)
    }

    fn called(&self, _: &Step) -> Option<Gives> {
        Some(Gives::LastRun)
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        Ok(Output::one(context.items().to_vec()))
    }
}

/// Waits for the hand; its parameter `reads` says whether that can be repeated.
struct Wait(Arc<Hand>);

struct Guard(Option<Arc<AtomicUsize>>);

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(dropped) = &self.0 {
            dropped.fetch_add(1, Ordering::SeqCst);
        }
    }
}

#[async_trait]
impl Node for Wait {
    fn description(&self) -> NodeDescription {
        describe("wait", Effect::Outside, false)
    }

    fn effect(&self, context: &Context) -> Effect {
        let reads = context.values(0).is_ok_and(|values| values.text("reads") == "yes");
        if reads { Effect::Idempotent } else { Effect::Outside }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let mut guard = Guard(Some(Arc::clone(&self.0.dropped)));
        self.0.begun.fetch_add(1, Ordering::SeqCst);
        self.0.arrived.add_permits(1);
        self.0.leave.acquire().await.expect("it is open").forget();
        guard.0 = None;
        Ok(Output::one(context.items().to_vec()))
    }
}

/// Waits until somebody wakes it.
struct Rest;

#[async_trait]
impl Node for Rest {
    fn description(&self) -> NodeDescription {
        describe("rest", Effect::Pure, false)
    }

    async fn run(&self, _: &mut Context) -> Result<Output, NodeError> {
        Ok(Output::wait(Waits::default()))
    }
}

/// Counts its runs in what it remembers.
struct Count;

#[async_trait]
impl Node for Count {
    fn description(&self) -> NodeDescription {
        describe("count", Effect::Pure, false)
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let count = context.remember(|state| {
            let count = state.get("count").and_then(Value::as_u64).unwrap_or(0) + 1;
            state.insert("count".to_owned(), json!(count));
            count
        });
        Ok(Output::one(vec![item(json!({ "count": count }))]))
    }
}

/// Does with the handles what a test wants.
pub(crate) type Doing = Box<
    dyn for<'c> Fn(&'c Context) -> futures_util::future::BoxFuture<'c, Result<Vec<Item>, NodeError>>
        + Send
        + Sync,
>;

struct Do(Mutex<Option<Arc<Doing>>>);

#[async_trait]
impl Node for Do {
    fn description(&self) -> NodeDescription {
        describe("do", Effect::Pure, false)
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let doing = self.0.lock().expect("whole").clone().expect("the test says what to do");
        Ok(Output::one(doing(context).await?))
    }
}

pub(crate) fn item(json: Value) -> Item {
    Item::from_value(json)
}

/// A runner with what it tells.
pub(crate) struct Bench {
    pub(crate) runner: Runner,
    pub(crate) store: Store,
    pub(crate) told: mpsc::UnboundedReceiver<Told>,
    pub(crate) place: Place,
}

impl Bench {
    /// Opens `folder`; the workflow's own files are in `files` beside the data.
    pub(crate) fn open(folder: &Path, hand: &Arc<Hand>) -> Self {
        Self::doing(folder, hand, None)
    }

    /// The same with something to do for the step `do`.
    pub(crate) fn doing(folder: &Path, hand: &Arc<Hand>, doing: Option<Doing>) -> Self {
        let clock = Arc::new(RealClock(Instant::now()));
        let data = folder.join("data");
        let store = Store::open(&data, OpenOptions::at(clock.now())).expect("the folder opens");
        let (tell, told) = mpsc::unbounded_channel();
        let program = std::env::current_exe().expect("a program");
        let nodes: Vec<Arc<dyn Node>> = vec![
            Arc::new(Start),
            Arc::new(Wait(Arc::clone(hand))),
            Arc::new(Rest),
            Arc::new(Count),
            Arc::new(Do(Mutex::new(doing.map(Arc::new)))),
        ];
        let runner = Runner::new(RunnerOptions {
            store: store.clone(),
            nodes,
            // No expression here needs a worker.
            evaluator: Arc::new(Evaluator::new(PoolConfig::new(program, Vec::<String>::new()))),
            clock,
            sink: Arc::new(Listener(tell)),
            owner: format!("{:?}", Instant::now()),
        });
        let own = data.join("files/own");
        std::fs::create_dir_all(&own).expect("a folder");
        let place = Place {
            base: own.clone(),
            folders: vec![own.clone(), folder.to_owned()],
            closed: vec![data],
            own: Some(own),
            reach: Reach::local_user(),
            commands: false,
        };
        Self { runner, store, told, place }
    }

    pub(crate) fn request(&self, id: &str, workflow: &Workflow) -> RunRequest {
        RunRequest {
            id: RunId::new(id),
            prepared: self.runner.prepare(Arc::new(workflow.clone())),
            options: Options { input: Some(Arc::new(vec![item(json!({}))])), ..Options::default() },
            mode: RunMode::Manual,
            durability: Durability::Durable,
            place: self.place.clone(),
            vars: Map::new(),
            live: false,
            timezone: "UTC".to_owned(),
            responder: None,
            version: None,
            parent: None,
        }
    }

    pub(crate) fn status(&self, id: &str) -> RunStatus {
        let row = self.store.read(|db| db.run(&RunId::new(id))).expect("it reads");
        row.expect("the run is there").status
    }

    pub(crate) async fn told(&mut self) -> Told {
        soon(self.told.recv()).await.expect("the runner lives")
    }
}

/// A workflow of steps `(name, type, parameters)` and wires.
pub(crate) fn workflow(steps: &[(&str, &str, Value)], wires: &[(&str, &str)]) -> Workflow {
    let mut workflow = Workflow::new(WorkflowId::new("w"), "Steady", "UTC");
    workflow.settings.execution_order = ExecutionOrder::Concurrent;
    workflow.settings.save_success = true;
    workflow.settings.save_failure = true;
    for (name, kind, params) in steps {
        let mut step = Step::new(NodeId::new(*name), TypeName::new(*kind), "1", *name);
        if let Value::Object(params) = params {
            step.params = params.clone();
        }
        workflow.nodes.insert(step.id.clone(), step);
    }
    for (from, to) in wires {
        let key = EdgeKey::main(NodeId::new(*from), 0, NodeId::new(*to), 0);
        workflow.edges.insert(key, Edge::default());
    }
    workflow
}

/// Runs `test` in a runtime that is gone afterwards with all that was under way, as after a kill.
pub(crate) fn killed(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(test);
    runtime.shutdown_timeout(PATIENCE);
}
