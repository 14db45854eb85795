//! What is written of a run while it happens.
//!
//! Rows are gathered and go to the store together; [`Journal::commit`] waits until everything so
//! far is on disk. A run in memory has a journal that writes nothing.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use reporunner_engine::{
    Event, NodeIndex, NodeResult, Now, Options, Outcome, Run, TaskId, TimerId,
};
use reporunner_model::{Items, NodeError, NodeId, NodeRun, RunId, Timestamp};
use reporunner_store::{
    Error, JournalEntry, NodeRunRow, Owner, Payload, PayloadRef, Result, RunChange, Store, Written,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::session::is_over;

/// Rows that are gathered before they go to the store at the latest.
const GATHERED: usize = 64;

/// What a run has from whatever started it: that may be gone when the run is taken up again.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Inherited {
    /// Whether it runs for something that is live.
    pub(crate) live: bool,
    /// How many runs called each other above it.
    pub(crate) depth: usize,
    /// Whether it might run commands.
    pub(crate) commands: bool,
}

/// One row of the journal.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "entry")]
pub(crate) enum Entry {
    /// How the run started.
    Options {
        /// As they were.
        options: Box<Options>,
        /// What it has from whatever started it. Builds up to November 2026 did not write it.
        #[serde(default)]
        from: Option<Inherited>,
    },
    /// What the engine was told.
    Event {
        /// When.
        now: Now,
        /// What.
        event: StoredEvent,
    },
    /// A step with an effect outside is about to happen.
    Began {
        /// Which.
        task: TaskId,
    },
    /// What a node remembers from here on.
    Remembered {
        /// Which.
        node: NodeId,
        /// All of it.
        state: Map<String, Value>,
    },
}

/// An event with its items by reference.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "event")]
pub(crate) enum StoredEvent {
    Start,
    Gave {
        task: TaskId,
        outputs: Vec<PayloadRef>,
        error: Option<NodeError>,
        hints: Vec<String>,
    },
    Failed {
        task: TaskId,
        error: NodeError,
    },
    Waiting {
        task: TaskId,
        until: Option<Timestamp>,
        #[serde(default)]
        again: bool,
        #[serde(default)]
        note: Value,
    },
    Woken {
        task: TaskId,
    },
    Unknown {
        task: TaskId,
        error: NodeError,
    },
    Fired {
        timer: TimerId,
    },
    Cancelled {
        reason: String,
    },
}

/// The journal of one run.
pub(crate) struct Journal {
    store: Option<Store>,
    run: RunId,
    rows: Vec<Row>,
    /// The newest payloads by where their items lie in memory, so that items which are passed on
    /// unchanged are packed once.
    packed: Vec<(Items, PayloadRef)>,
    /// Rows that the journal has once everything so far is written.
    length: u64,
    /// Whether something was lost on the way to the store.
    broken: Arc<AtomicBool>,
}

/// Where the outputs of each node run are.
pub(crate) type Stored = HashMap<(NodeIndex, usize), Vec<PayloadRef>>;

/// What a write is for.
enum Purpose {
    /// What was gathered goes on where the journal is.
    GoOn,
    /// The same, and the run rests until a time or until somebody calls, with what its nodes wait
    /// for.
    Rests(Option<Timestamp>, Value),
    /// The same, and it is the end.
    End(RunChange),
    /// The end with all that the nodes gave, whatever was written before.
    Whole(RunChange),
}

enum Row {
    Payload(Payload),
    Node(Box<NodeRunRow>),
    Entry(Timestamp, Entry),
}

impl Journal {
    /// A journal that goes on after `length` rows.
    pub(crate) fn new(store: Option<Store>, run: RunId, length: u64) -> Self {
        let broken = Arc::default();
        Self { store, run, rows: Vec::new(), packed: Vec::new(), length, broken }
    }

    /// Whether anything is written at all.
    pub(crate) fn is_on(&self) -> bool {
        self.store.is_some()
    }

    pub(crate) fn entry(&mut self, at: Timestamp, entry: Entry) {
        if self.is_on() {
            self.rows.push(Row::Entry(at, entry));
        }
    }

    /// Packs items and gives where they will be.
    pub(crate) fn items(&mut self, items: &Items) -> Result<PayloadRef> {
        if let Some((_, known)) = self.packed.iter().find(|(k, _)| Arc::ptr_eq(k, items)) {
            return Ok(known.clone());
        }
        let payload = Payload::of_items(items)?;
        let reference = payload.reference().clone();
        self.rows.push(Row::Payload(payload));
        if self.packed.len() == GATHERED {
            self.packed.remove(0);
        }
        self.packed.push((items.clone(), reference.clone()));
        Ok(reference)
    }

    /// Notes how a node run stands, with what it gave. `stored` says where the outputs of those
    /// before it are, and afterwards where its own are.
    pub(crate) fn node_result(
        &mut self,
        record: NodeRun,
        at: (NodeIndex, usize),
        result: &NodeResult,
        stored: &mut Stored,
    ) {
        let mut outputs = Vec::with_capacity(result.outputs.len());
        for items in &result.outputs {
            match self.items(items) {
                Ok(at) => outputs.push(at),
                Err(error) => tracing::error!(%error, "what a node gave could not be written"),
            }
        }
        let inputs = result.sources.iter().map(|source| {
            let source = (*source)?;
            stored.get(&(source.node, source.run_index))?.get(source.output).cloned()
        });
        let inputs = inputs.collect();
        if is_over(result.state) {
            stored.insert(at, outputs.clone());
        }
        let outputs = outputs.into_iter().map(Some).collect();
        if self.is_on() {
            self.rows.push(Row::Node(Box::new(NodeRunRow { record, inputs, outputs })));
        }
    }

    /// Writes what was gathered where that is a good deal; answers come later.
    pub(crate) fn flush_if_large(&mut self) {
        if self.rows.len() >= GATHERED {
            self.flush();
        }
    }

    /// Writes what was gathered; answers come later.
    pub(crate) fn flush(&mut self) {
        // By its entries a write is missed where it gets lost; one without waits for some.
        if !self.rows.iter().any(|row| matches!(row, Row::Entry(..))) {
            return;
        }
        if let Some(write) = self.write(Purpose::GoOn) {
            let broken = Arc::clone(&self.broken);
            tokio::spawn(async move {
                if let Err(error) = write.await {
                    // Every later commit of this run fails by the gap that this leaves.
                    broken.store(true, Ordering::Relaxed);
                    tracing::error!(%error, "a run could not be journalled");
                }
            });
        }
    }

    /// Writes what was gathered. The future ends when it is on disk.
    pub(crate) fn commit(&mut self) -> Option<Written<()>> {
        self.write(Purpose::GoOn)
    }

    /// Writes what was gathered, and that nobody holds the run until its wait is over.
    pub(crate) fn rest(&mut self, due: Option<Timestamp>, waits: Value) -> Option<Written<()>> {
        self.write(Purpose::Rests(due, waits))
    }

    /// Writes what was gathered and how the run ended, and forgets the journal. Where something
    /// was lost on the way, all that the nodes gave is written once more.
    pub(crate) async fn finish(&mut self, run: &Run, change: RunChange) -> Result<()> {
        if !self.broken.load(Ordering::Relaxed) {
            let Some(written) = self.write(Purpose::End(change.clone())) else { return Ok(()) };
            match written.await {
                // The loss had not been heard of yet.
                Err(Error::Damaged { .. }) => {}
                done => return done,
            }
        }
        match self.write_whole(run, change) {
            Some(written) => written.await,
            None => Ok(()),
        }
    }

    /// Writes all that the nodes gave and how the run ended, whatever was written before.
    pub(crate) fn write_whole(&mut self, run: &Run, change: RunChange) -> Option<Written<()>> {
        self.rows.clear();
        self.packed.clear();
        let plan = run.plan();
        let results = plan.nodes().flat_map(|(node, _)| {
            let results = run.results(node).iter().enumerate();
            results.map(move |(run_index, result)| ((node, run_index), result))
        });
        let mut results: Vec<_> = results.collect();
        results.sort_by_key(|(_, result)| result.sequence);
        let mut stored = Stored::new();
        for ((node, run_index), result) in results {
            let record = result.to_run(plan, node, run_index);
            self.node_result(record, (node, run_index), result, &mut stored);
        }
        self.write(Purpose::Whole(change))
    }

    fn write(&mut self, purpose: Purpose) -> Option<Written<()>> {
        let store = self.store.as_ref()?;
        let rows = std::mem::take(&mut self.rows);
        let run = self.run.clone();
        let before = self.length;
        self.length += rows.iter().filter(|row| matches!(row, Row::Entry(..))).count() as u64;
        Some(store.write(move |tx| {
            // What was lost on the way must not be built upon: a replay would differ, and an end
            // would be told of nodes that gave nothing.
            if !matches!(purpose, Purpose::Whole(_)) && tx.journal_len(&run)? != before {
                let what = "the journal of the run".to_owned();
                return Err(Error::Damaged { what });
            }
            let owner = Owner::Run(run.clone());
            let mut entries = Vec::new();
            for row in &rows {
                match row {
                    Row::Payload(payload) => drop(tx.put_payload(&owner, payload)?),
                    Row::Node(row) => tx.put_node_run(&run, row)?,
                    Row::Entry(at, entry) => entries.push(JournalEntry {
                        kind: entry.kind().to_owned(),
                        at: *at,
                        body: serde_json::to_vec(entry)?,
                    }),
                }
            }
            match &purpose {
                // A run that is over is not resumed: its journal would only take room.
                Purpose::End(change) | Purpose::Whole(change) => {
                    tx.clear_journal(&run)?;
                    tx.update_run(&run, change)?;
                }
                Purpose::GoOn | Purpose::Rests(..) => {
                    if !entries.is_empty() {
                        tx.add_journal(&run, &entries)?;
                    }
                    if let Purpose::Rests(due, waits) = &purpose {
                        tx.rest_run(&run, *due, waits)?;
                    }
                }
            }
            Ok(())
        }))
    }
}

impl Entry {
    fn kind(&self) -> &'static str {
        match self {
            Self::Options { .. } => "options",
            Self::Event { .. } => "event",
            Self::Began { .. } => "began",
            Self::Remembered { .. } => "remembered",
        }
    }
}

impl StoredEvent {
    /// The event as it is written. What a node gave is written as the node gave it: the engine
    /// completes it the same way in a replay.
    pub(crate) fn of(event: &Event, journal: &mut Journal) -> Result<Self> {
        Ok(match event {
            Event::Start => Self::Start,
            Event::TimerFired { timer } => Self::Fired { timer: *timer },
            Event::Woken { task } => Self::Woken { task: *task },
            Event::Cancel { reason } => Self::Cancelled { reason: reason.clone() },
            Event::NodeFinished { task, outcome } => match outcome {
                Outcome::Outputs { outputs, hints } => {
                    let outputs = outputs.iter().map(|items| journal.items(items));
                    let (task, hints) = (*task, hints.clone());
                    Self::Gave {
                        task,
                        outputs: outputs.collect::<Result<_>>()?,
                        error: None,
                        hints,
                    }
                }
                Outcome::Recorded { outputs, error, hints } => {
                    let outputs = outputs.iter().map(|items| journal.items(items));
                    Self::Gave {
                        task: *task,
                        outputs: outputs.collect::<Result<_>>()?,
                        error: error.clone(),
                        hints: hints.clone(),
                    }
                }
                Outcome::Failed { error } => Self::Failed { task: *task, error: error.clone() },
                Outcome::Waiting { until, again, note } => {
                    Self::Waiting { task: *task, until: *until, again: *again, note: note.clone() }
                }
                Outcome::Unknown { error } => Self::Unknown { task: *task, error: error.clone() },
            },
        })
    }
}
