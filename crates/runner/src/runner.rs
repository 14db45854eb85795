//! The runner: starts runs, ends them, knows those under way.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, OnceLock};

use reporunner_engine::{Event, Options, Run, StartError};
use reporunner_expression::Evaluator;
use reporunner_model::{
    Catalog, Clock, Durability, EventSink, NodeDescription, NodeError, NodeId, RunId, RunMode,
    RunStatus, Timestamp, TypeName, VersionId, Workflow, WorkflowId,
};
use reporunner_net::{Client, Reach};
use reporunner_node::Node;
use reporunner_store::Store;
use serde_json::{Map, Value};
use tokio::sync::{Notify, mpsc, oneshot, watch};

use crate::handles::{Place, Responder};
use crate::house::{House, NoHouse};
use crate::lanes::Lanes;
use crate::launch::Launched;
use crate::lock::lock;
use crate::prepared::Prepared;
use crate::session::Session;
use crate::wake::{Resting, RunWait, Wake, WakeBy};

/// Tells once whether a run is on disk.
pub(crate) type Stored = oneshot::Receiver<reporunner_store::Result<()>>;

pub(crate) type NodeTypes = HashMap<TypeName, (Arc<dyn Node>, Arc<NodeDescription>)>;

/// What a runner needs.
pub struct RunnerOptions {
    /// Where runs are journalled and binaries lie.
    pub store: Store,
    /// The node types.
    pub nodes: Vec<Arc<dyn Node>>,
    /// Evaluates expressions and runs scripts.
    pub evaluator: Arc<Evaluator>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Hears what happens.
    pub sink: Arc<dyn EventSink>,
    /// Whose the runs are that it takes: of this process and no other.
    pub owner: String,
}

/// Starts runs and knows those under way. Cheap to clone.
#[derive(Clone)]
pub struct Runner {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) store: Store,
    pub(crate) types: NodeTypes,
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) evaluator: Arc<Evaluator>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) sink: Arc<dyn EventSink>,
    pub(crate) owner: String,
    pub(crate) house: OnceLock<Arc<dyn House>>,
    pub(crate) lanes: Arc<Lanes>,
    pub(crate) live: Mutex<HashMap<RunId, LiveRun>>,
    /// The runs that are just being taken up.
    pub(crate) resuming: Mutex<HashSet<RunId>>,
    /// Told when one of them is, or could not be.
    pub(crate) resumed: Notify,
    /// The runs that ended last, for those of which no row is kept.
    pub(crate) recent: Mutex<VecDeque<(RunId, Ended)>>,
    clients: Mutex<Vec<(Reach, Client)>>,
    /// Whether the process is about to end.
    pub(crate) closing: watch::Sender<bool>,
}

pub(crate) struct LiveRun {
    pub(crate) prepared: Arc<Prepared>,
    pub(crate) version: Option<VersionId>,
    pub(crate) cancel: watch::Sender<Option<String>>,
    pub(crate) ended: watch::Receiver<Option<Ended>>,
    pub(crate) wake: mpsc::UnboundedSender<Wake>,
    /// The nodes that wait.
    pub(crate) waits: Arc<Mutex<Vec<RunWait>>>,
}

/// What waits in a run under way.
#[derive(Clone)]
pub struct LiveWaits {
    /// What it runs.
    pub prepared: Arc<Prepared>,
    /// The published version, where it is one.
    pub version: Option<VersionId>,
    /// Its nodes that wait.
    pub nodes: Vec<RunWait>,
}

/// The run that another one was started for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParentRun {
    /// Which.
    pub run: RunId,
    /// How many runs there are above.
    pub depth: usize,
}

/// How a run starts.
pub struct RunRequest {
    /// A fresh id.
    pub id: RunId,
    /// The workflow.
    pub prepared: Arc<Prepared>,
    /// Where it starts and on what.
    pub options: Options,
    /// What starts it.
    pub mode: RunMode,
    /// Whether it is journalled.
    pub durability: Durability,
    /// What it may touch.
    pub place: Place,
    /// Values of `$vars`.
    pub vars: Map<String, Value>,
    /// Whether the workflow is live here.
    pub live: bool,
    /// The machine's time zone, for workflows that name none.
    pub timezone: String,
    /// Answers the request that starts it.
    pub responder: Option<Responder>,
    /// The published version that it runs.
    pub version: Option<VersionId>,
    /// The run that asks for it.
    pub parent: Option<ParentRun>,
}

/// How a run ended, or that it rests.
#[derive(Clone)]
pub struct Ended {
    /// How. [`RunStatus::Waiting`] where it rests until something comes.
    pub status: RunStatus,
    /// Why, unless it succeeded.
    pub error: Option<NodeError>,
    /// The node that ended it, where it was one.
    pub node: Option<NodeId>,
    /// All that its nodes gave.
    pub run: Arc<Run>,
    /// What was run.
    pub prepared: Arc<Prepared>,
    /// What started it.
    pub mode: RunMode,
    /// When it began.
    pub started: Timestamp,
    /// How long it took, milliseconds.
    pub ms: u64,
    /// Whether the store has a record of it.
    pub kept: bool,
}

/// A run under way.
pub struct RunHandle {
    /// Which.
    pub id: RunId,
    pub(crate) ended: watch::Receiver<Option<Ended>>,
    pub(crate) stored: Option<Stored>,
}

/// Why a run cannot start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The workflow has nowhere to start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// It could not be stored.
    #[error(transparent)]
    Store(#[from] reporunner_store::Error),
    /// The run is not there or is over.
    #[error("the run {0} is not under way")]
    NotLive(RunId),
    /// The run is under way already.
    #[error("the run {0} is under way already")]
    UnderWay(RunId),
    /// What was stored of a run cannot be read.
    #[error("the journal of the run {0} cannot be read")]
    Journal(RunId),
    /// The process is about to end.
    #[error("Reporunner is closing, nothing is started any more")]
    Closing,
}

impl RunHandle {
    /// Ends when it is on disk that the run is there; at once for a run that keeps no journal.
    ///
    /// # Errors
    /// Where it could not be stored. Then no step with an outside effect runs.
    pub async fn stored(&mut self) -> Result<(), Error> {
        match self.stored.take() {
            // Its sender goes without a word only where the runtime ends.
            Some(stored) => Ok(stored.await.unwrap_or(Err(reporunner_store::Error::Closed))?),
            None => Ok(()),
        }
    }

    /// Ends when the run has ended or rests. None where the process closes first and leaves it to
    /// the next start.
    pub async fn ended(mut self) -> Option<Ended> {
        let ended = self.ended.wait_for(Option::is_some).await;
        ended.ok().and_then(|ended| ended.clone())
    }
}

impl Runner {
    /// A runner with nothing under way.
    pub fn new(options: RunnerOptions) -> Self {
        let types: NodeTypes = options
            .nodes
            .into_iter()
            .map(|node| {
                let description = Arc::new(node.description());
                (description.name.clone(), (node, description))
            })
            .collect();
        let descriptions = types.values().map(|(_, description)| (**description).clone());
        let catalog = Arc::new(Catalog::new(descriptions));
        let shared = Shared {
            store: options.store,
            types,
            catalog,
            evaluator: options.evaluator,
            clock: options.clock,
            sink: options.sink,
            owner: options.owner,
            house: OnceLock::new(),
            lanes: Arc::default(),
            live: Mutex::default(),
            resuming: Mutex::default(),
            resumed: Notify::new(),
            recent: Mutex::default(),
            clients: Mutex::default(),
            closing: watch::Sender::new(false),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Says what is around the runs. The first one counts.
    pub fn set_house(&self, house: Arc<dyn House>) {
        // A second one would be a fault that shows at once.
        let _ = self.shared.house.set(house);
    }

    /// Whose the runs of this process are.
    pub fn owner(&self) -> &str {
        &self.shared.owner
    }

    /// Every node type.
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.shared.catalog
    }

    /// Makes a workflow ready to run.
    pub fn prepare(&self, workflow: Arc<Workflow>) -> Arc<Prepared> {
        Arc::new(Prepared::new(workflow, &self.shared.types, &self.shared.catalog))
    }

    /// Starts a run.
    ///
    /// # Errors
    /// Where there is nothing, or more than one thing, to start at, or the process is closing.
    pub fn start(&self, request: RunRequest) -> Result<RunHandle, Error> {
        if *self.shared.closing.borrow() {
            return Err(Error::Closing);
        }
        let run = Run::new(Arc::clone(&request.prepared.plan), request.options.clone())?;
        let turn = self.turn(&request);
        let session = Session::new(Arc::clone(&self.shared), &request, 1);
        let start = run.start_node().map(|node| request.prepared.step(node).name.to_string());
        let status = if turn.is_now() { RunStatus::Running } else { RunStatus::Queued };
        let stored = session.insert(&request, start.unwrap_or_default(), status);
        let launched = Launched { turn, stored, wake: None };
        self.launch(&request, session, launched, (run, vec![Event::Start], Vec::new()))
    }

    /// Starts nothing any more and ends when nothing is under way. Steps with an effect outside
    /// get [`reporunner_model::limits::CLOSE_MS`] to end. Runs that have a journal are left to the
    /// next start of the process, the others are cancelled.
    pub async fn close(&self) {
        let live: Vec<_> = {
            let live = lock(&self.shared.live);
            self.shared.closing.send_replace(true);
            live.values().map(|run| run.ended.clone()).collect()
        };
        for mut ended in live {
            // Its sender goes without a word where the run is left.
            let _ = ended.wait_for(Option::is_some).await;
        }
    }

    /// Asks a run to end, and gives it back to be waited for.
    ///
    /// # Errors
    /// Where it is not under way.
    pub fn cancel(&self, run: &RunId, reason: &str) -> Result<RunHandle, Error> {
        let live = lock(&self.shared.live);
        let found = live.get(run).ok_or_else(|| Error::NotLive(run.clone()))?;
        found.cancel.send_replace(Some(reason.to_owned()));
        Ok(RunHandle { id: run.clone(), ended: found.ended.clone(), stored: None })
    }

    /// A run under way, to be waited for.
    pub fn find(&self, run: &RunId) -> Option<RunHandle> {
        let live = lock(&self.shared.live);
        let found = live.get(run)?;
        Some(RunHandle { id: run.clone(), ended: found.ended.clone(), stored: None })
    }

    /// The nodes of a run under way that wait; none where it is not under way.
    pub fn waits(&self, run: &RunId) -> Option<LiveWaits> {
        let live = lock(&self.shared.live);
        let found = live.get(run)?;
        Some(LiveWaits {
            prepared: Arc::clone(&found.prepared),
            version: found.version.clone(),
            nodes: lock(&found.waits).clone(),
        })
    }

    /// The nodes of a run at rest that wait; none where it does not rest.
    ///
    /// # Errors
    /// Where that cannot be read.
    pub fn resting(&self, run: &RunId) -> Result<Option<Vec<RunWait>>, Error> {
        let row = self.shared.store.read(|db| db.wait(run))?;
        Ok(row.map(|row| Resting::of_value(&row.nodes).nodes))
    }

    /// Tells a run under way that something has come. Ends once that is on disk.
    ///
    /// # Errors
    /// Where the run is not under way, or does not wait for that.
    pub async fn wake(&self, run: &RunId, by: WakeBy) -> Result<(), Error> {
        let gone = || Error::NotLive(run.clone());
        let (tell, taken) = oneshot::channel();
        let wake = Wake { by, taken: tell };
        lock(&self.shared.live).get(run).ok_or_else(gone)?.wake.send(wake).map_err(|_| gone())?;
        taken.await.map_err(|_| gone())
    }

    /// How a run ended, where it was one of the last.
    pub fn recent(&self, run: &RunId) -> Option<Ended> {
        let recent = lock(&self.shared.recent);
        recent.iter().find(|(id, _)| id == run).map(|(_, ended)| ended.clone())
    }

    /// Makes `client` the one that sends what runs of this reach send.
    pub fn send_by(&self, reach: Reach, client: Client) {
        lock(&self.shared.clients).insert(0, (reach, client));
    }

    /// The runs under way of a workflow.
    pub fn runs_of(&self, workflow: &WorkflowId) -> Vec<RunId> {
        let live = lock(&self.shared.live);
        let of = |run: &LiveRun| run.prepared.workflow.id == *workflow;
        live.iter().filter(|(_, run)| of(run)).map(|(id, _)| id.clone()).collect()
    }

    /// How many runs are under way.
    pub fn live_count(&self) -> usize {
        lock(&self.shared.live).len()
    }
}

impl Shared {
    /// What is around the runs.
    pub(crate) fn house(&self) -> Arc<dyn House> {
        self.house.get().cloned().unwrap_or_else(|| Arc::new(NoHouse))
    }

    /// The client for a reach; connections are shared by all runs with the same.
    pub(crate) fn client(&self, reach: &Reach) -> Client {
        let mut clients = lock(&self.clients);
        if let Some((_, client)) = clients.iter().find(|(known, _)| known == reach) {
            return client.clone();
        }
        let client = Client::new(reach.clone());
        clients.push((reach.clone(), client.clone()));
        client
    }
}
