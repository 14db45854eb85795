//! The event bus: whatever happens goes out here, to every window and every browser.
//!
//! Node changes come thousands a second; they are gathered and go out a few times a second.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use reporunner_model::{EventSink, NodeId, NodeRun, RunId, RunStatus, Timestamp, WorkflowId};
use reporunner_protocol::Event;
use tokio::sync::{Notify, broadcast};

use crate::lock::lock;

/// Events that a slow listener may be behind before it has to load afresh.
const BACKLOG: usize = 1024;

/// The bus.
pub(crate) struct Bus {
    sender: broadcast::Sender<Event>,
    gathered: Mutex<HashMap<RunId, Gathered>>,
    /// Woken when there is something gathered, or a run began or ended.
    pub(crate) stirred: Notify,
    runs: Mutex<Vec<RunId>>,
}

struct Gathered {
    workflow: WorkflowId,
    /// The newest record of each node run.
    nodes: HashMap<(NodeId, usize), NodeRun>,
}

impl Bus {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            sender: broadcast::channel(BACKLOG).0,
            gathered: Mutex::default(),
            stirred: Notify::new(),
            runs: Mutex::default(),
        })
    }

    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.sender.subscribe()
    }

    pub(crate) fn send(&self, event: Event) {
        // Without listeners there is nobody to tell.
        let _ = self.sender.send(event);
    }

    /// Whether anybody listens.
    pub(crate) fn has_listeners(&self) -> bool {
        self.sender.receiver_count() > 0
    }

    /// Sends what was gathered about nodes.
    pub(crate) fn flush_nodes(&self) {
        let gathered = std::mem::take(&mut *lock(&self.gathered));
        for (run, Gathered { workflow, nodes }) in gathered {
            let mut nodes: Vec<_> = nodes.into_values().collect();
            nodes.sort_by_key(|node| node.sequence);
            self.send(Event::NodesChanged { run, workflow, nodes });
        }
    }

    /// Runs that began or ended since this was last asked.
    pub(crate) fn take_runs(&self) -> Vec<RunId> {
        std::mem::take(&mut *lock(&self.runs))
    }

    fn run_stirred(&self, run: &RunId) {
        if self.has_listeners() {
            lock(&self.runs).push(run.clone());
            self.stirred.notify_one();
        }
    }
}

impl EventSink for Bus {
    fn run_started(&self, _: &WorkflowId, run: &RunId, _: Timestamp) {
        self.run_stirred(run);
    }

    fn node_changed(&self, workflow: &WorkflowId, run: &RunId, node: &NodeRun) {
        if !self.has_listeners() {
            return;
        }
        let mut gathered = lock(&self.gathered);
        let of_run = gathered
            .entry(run.clone())
            .or_insert_with(|| Gathered { workflow: workflow.clone(), nodes: HashMap::new() });
        of_run.nodes.insert((node.node.clone(), node.run_index), node.clone());
        drop(gathered);
        self.stirred.notify_one();
    }

    fn run_changed(&self, _: &WorkflowId, run: &RunId) {
        self.run_stirred(run);
    }

    fn run_finished(&self, _: &WorkflowId, run: &RunId, _: RunStatus, _: Timestamp) {
        self.run_stirred(run);
    }

    fn trouble(&self, message: &str, hint: Option<&str>) {
        let (message, hint) = (message.to_owned(), hint.map(str::to_owned));
        self.send(Event::Notice { message, hint });
    }
}
