//! What goes into a run and what comes out of it.

use reporunner_model::{Effect as NodeEffect, Items, Monotonic, NodeError, NodeRunState};
use reporunner_model::{RunStatus, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{NodeIndex, Source};

/// The time at which an event happened, as its sender read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Now {
    /// The wall clock.
    pub wall: Timestamp,
    /// The clock for durations.
    pub monotonic: Monotonic,
}

/// One try of one node run. Numbers count up from 0 within a run, the same in every replay.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct TaskId(pub u64);

/// A timer. Numbers count up from 0 within a run, the same in every replay.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct TimerId(pub u64);

/// What happened. Events about tasks and timers that are over are ignored, so a late answer does
/// no harm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "event")]
pub enum Event {
    /// The run begins.
    Start,
    /// A task came to its end, or says that it waits.
    NodeFinished {
        /// Which.
        task: TaskId,
        /// How.
        outcome: Outcome,
    },
    /// A timer's time has come.
    TimerFired {
        /// Which.
        timer: TimerId,
    },
    /// What a task waits for has come: it goes on as it said when it began to wait.
    Woken {
        /// Which.
        task: TaskId,
    },
    /// The run shall end now.
    Cancel {
        /// Why, in words for a person; no full stop.
        reason: String,
    },
}

/// How a task ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "outcome")]
pub enum Outcome {
    /// The node gave items.
    Outputs {
        /// Items by output, as the node gave them: the error output is not among them.
        outputs: Vec<Items>,
        /// What a person should know.
        #[serde(default)]
        hints: Vec<String>,
    },
    /// The node failed.
    Failed {
        /// Why.
        error: NodeError,
    },
    /// What [`crate::Run::results`] held for this node run before a crash: taken as it is, with
    /// neither retries nor lineage.
    Recorded {
        /// Items by output.
        outputs: Vec<Items>,
        /// Why it failed, where the run went on after it.
        #[serde(default)]
        error: Option<NodeError>,
        /// What a person should know.
        #[serde(default)]
        hints: Vec<String>,
    },
    /// The node waits. It ends by a later [`Event::NodeFinished`] for the same task, by
    /// [`Event::Woken`], or, where a time is given, when that time has come. The latter two pass
    /// its first input on, or run it again.
    Waiting {
        /// Until when.
        until: Option<Timestamp>,
        /// Whether it is run again then.
        #[serde(default)]
        again: bool,
        /// What the driver wants to know of it while it waits.
        #[serde(default)]
        note: Value,
    },
    /// Nobody knows whether the node's outside effect happened: the process ended in between.
    Unknown {
        /// What a person is told.
        error: NodeError,
    },
}

/// A task that waits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wait<'r> {
    /// Which.
    pub task: TaskId,
    /// Its node.
    pub node: NodeIndex,
    /// Until when, where a time was given.
    pub until: Option<Timestamp>,
    /// Whether it is run again then.
    pub again: bool,
    /// What its driver wanted to know.
    pub note: &'r Value,
}

/// What the driver shall do.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Run a node and report with [`Event::NodeFinished`].
    RunNode(Task),
    /// Send [`Event::TimerFired`] after a while.
    StartTimer {
        /// Which.
        timer: TimerId,
        /// Milliseconds from now.
        after_ms: u64,
    },
    /// Forget a timer. One that fires all the same is ignored.
    CancelTimer {
        /// Which.
        timer: TimerId,
    },
    /// Stop a task; what it reports from now on is ignored.
    CancelTask {
        /// Which.
        task: TaskId,
    },
    /// A node run changed; [`crate::Run::node_run`] has the record.
    NodeChanged {
        /// The node.
        node: NodeIndex,
        /// Which of its runs.
        run_index: usize,
        /// How it stands now.
        state: NodeRunState,
    },
    /// The run is over. Nothing follows.
    Finished {
        /// How it ended.
        status: RunStatus,
        /// Why, unless it succeeded.
        error: Option<NodeError>,
        /// The node that ended it, where it was one.
        node: Option<NodeIndex>,
    },
}

/// One try of one node run, ready to go.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// Its number.
    pub task: TaskId,
    /// The node.
    pub node: NodeIndex,
    /// Number of earlier runs of the node.
    pub run_index: usize,
    /// Which try, from 1.
    pub attempt: u32,
    /// Items by input, stamped with their place. Inputs that nothing reached are empty or, at the
    /// end, missing.
    pub inputs: Vec<Items>,
    /// All items by input where the node gets the first alone: its expressions see them all, as
    /// in n8n (`{{ $input.all().length }}` counts them).
    pub seen: Option<Vec<Items>>,
    /// The input whose items the node's parameters are evaluated for.
    pub main_input: usize,
    /// Where each input came from.
    pub sources: Vec<Option<Source>>,
    /// What the node does to the world.
    pub effect: NodeEffect,
}
