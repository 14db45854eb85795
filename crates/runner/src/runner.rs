//! The runner: starts runs, ends them, knows those under way.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use reporunner_engine::{Options, Run, StartError};
use reporunner_expression::Evaluator;
use reporunner_model::{
    Catalog, Clock, Durability, EventSink, NodeDescription, NodeError, NodeId, RunId, RunMode,
    RunStatus, Timestamp, TypeName, VersionId, Workflow, WorkflowId,
};
use reporunner_net::{Client, Reach};
use reporunner_node::Node;
use reporunner_store::Store;
use serde_json::{Map, Value};
use tokio::sync::{oneshot, watch};

use crate::handles::{Place, Responder};
use crate::lock::lock;
use crate::prepared::Prepared;
use crate::session::Session;

/// Tells once whether a run is on disk.
pub(crate) type Stored = oneshot::Receiver<reporunner_store::Result<()>>;

/// Ended runs that are remembered.
const RECENT: usize = 16;

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
    /// Who holds the leases of the runs: this process and no other.
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
    live: Mutex<HashMap<RunId, LiveRun>>,
    /// The runs that ended last, for those of which no row is kept.
    recent: Mutex<VecDeque<(RunId, Ended)>>,
    clients: Mutex<Vec<(Reach, Client)>>,
    /// Whether the process is about to end.
    pub(crate) closing: watch::Sender<bool>,
}

struct LiveRun {
    workflow: WorkflowId,
    cancel: watch::Sender<Option<String>>,
    ended: watch::Receiver<Option<Ended>>,
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
}

/// How a run ended.
#[derive(Clone)]
pub struct Ended {
    /// How.
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
    ended: watch::Receiver<Option<Ended>>,
    stored: Option<Stored>,
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

    /// Ends when the run has ended. None where the process closes first and leaves it to the next
    /// start.
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
            live: Mutex::default(),
            recent: Mutex::default(),
            clients: Mutex::default(),
            closing: watch::Sender::new(false),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Who holds the leases of this process's runs.
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
        let session = Session::new(Arc::clone(&self.shared), &request, 1);
        let start = run.start_node().map(|node| request.prepared.step(node).name.to_string());
        let stored = session.insert(&request, start.unwrap_or_default());
        self.launch(&request, stored, move |cancel| session.begin(run, cancel))
    }

    /// Gives a run's future a task of its own and a place among those under way.
    pub(crate) fn launch<F>(
        &self,
        request: &RunRequest,
        stored: Option<Stored>,
        drive: impl FnOnce(watch::Receiver<Option<String>>) -> F,
    ) -> Result<RunHandle, Error>
    where
        F: Future<Output = Option<Ended>> + Send + 'static,
    {
        let (cancel, cancelled) = watch::channel(None);
        let (end, ended) = watch::channel(None);
        let id = request.id.clone();
        let workflow = request.prepared.workflow.id.clone();
        {
            let mut live = lock(&self.shared.live);
            if *self.shared.closing.borrow() {
                // What was stored of it is taken up by the next start.
                return Err(Error::Closing);
            }
            live.insert(id.clone(), LiveRun { workflow, cancel, ended: ended.clone() });
        }
        let driven = drive(cancelled);
        let (shared, run) = (Arc::clone(&self.shared), id.clone());
        tokio::spawn(async move {
            let Some(ended) = driven.await else {
                lock(&shared.live).remove(&run);
                return;
            };
            if !ended.kept {
                let mut recent = lock(&shared.recent);
                recent.truncate(RECENT - 1);
                recent.push_front((run.clone(), ended.clone()));
            }
            lock(&shared.live).remove(&run);
            end.send_replace(Some(ended));
        });
        Ok(RunHandle { id, ended, stored })
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
        live.iter().filter(|(_, run)| run.workflow == *workflow).map(|(id, _)| id.clone()).collect()
    }

    /// How many runs are under way.
    pub fn live_count(&self) -> usize {
        lock(&self.shared.live).len()
    }
}

impl Shared {
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
