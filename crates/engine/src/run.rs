//! A run: its state, and the one function that changes it.
//!
//! Each transition has a file of its own in `run/`. Nothing here decides what a node does.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use reporunner_model::{
    ExecutionOrder, Items, NodeError, NodeRun, NodeRunState, RunStatus, Timestamp,
};

use serde_json::Value;

use crate::bits::Bits;
use crate::results::NodeResult;
use crate::{Effect, Event, Now, Options, Plan, Source, StartError, Task, TaskId, TimerId};

mod begin;
mod cancel;
mod complete;
mod enqueue;
mod failed;
mod finished;
mod flush;
mod force;
mod partial;
mod settle;
mod start;
mod timer;
mod woken;

use crate::NodeIndex;

/// A run of a plan.
#[derive(Debug)]
pub struct Run {
    plan: Arc<Plan>,
    start: start::Start,
    use_pins: bool,
    time_limit_ms: Option<u64>,
    status: RunStatus,
    now: Now,
    /// Node runs whose inputs are there. Branch order: the front is next.
    queue: VecDeque<Ready>,
    /// Node runs that wait because an earlier run of the same node is at work.
    parked: BTreeMap<NodeIndex, VecDeque<Ready>>,
    /// Nodes with some of their inputs, in the order in which they began to wait.
    waiting: Vec<Join>,
    live: BTreeMap<TaskId, Live>,
    timers: BTreeMap<TimerId, Timer>,
    results: Vec<Vec<NodeResult>>,
    /// Queued, parked and live runs of each node, and the nodes that have any.
    pending: Vec<u32>,
    pending_nodes: Bits,
    /// Whether the last node run left a record. In n8n's orders, only then are waiting nodes
    /// looked at.
    may_flush: bool,
    sequence: usize,
    next_task: u64,
    next_timer: u64,
    last_node: Option<NodeIndex>,
    error: Option<NodeError>,
}

/// A node run whose inputs are there.
#[derive(Debug)]
struct Ready {
    node: NodeIndex,
    /// None: nothing ever arrived.
    inputs: Vec<Option<Items>>,
    sources: Vec<Option<Source>>,
}

/// A node with some of its inputs.
#[derive(Debug)]
struct Join {
    node: NodeIndex,
    /// Sets of inputs, each for one run of the node; never empty.
    slots: VecDeque<Ready>,
}

/// A node run at work, or between two tries.
#[derive(Debug)]
struct Live {
    node: NodeIndex,
    run_index: usize,
    main_input: usize,
    /// All items, also where the node is given the first one only.
    inputs: Vec<Items>,
    /// Ends this try, or the pause before the next, or a wait.
    timer: Option<TimerId>,
    waits: Option<Waits>,
}

/// What a node run that waits said about it.
#[derive(Debug)]
struct Waits {
    again: bool,
    note: Value,
}

#[derive(Debug, Clone, Copy)]
struct Timer {
    due: Timestamp,
    kind: TimerKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TimerKind {
    RunLimit,
    NodeLimit(TaskId),
    Retry(TaskId),
    Wake(TaskId),
}

impl Run {
    /// A run that has not begun: the first event is [`Event::Start`].
    ///
    /// # Errors
    /// Where there is nothing, or more than one thing, to start at.
    pub fn new(plan: Arc<Plan>, options: Options) -> Result<Self, StartError> {
        let nodes = plan.len();
        let time_limit_ms = options.time_limit_ms.or_else(|| plan.time_limit_ms());
        let use_pins = options.use_pins;
        Ok(Self {
            start: start::resolve(&plan, options)?,
            use_pins,
            time_limit_ms,
            status: RunStatus::Queued,
            now: Now::default(),
            queue: VecDeque::new(),
            parked: BTreeMap::new(),
            waiting: Vec::new(),
            live: BTreeMap::new(),
            timers: BTreeMap::new(),
            results: (0..nodes).map(|_| Vec::new()).collect(),
            pending: vec![0; nodes],
            pending_nodes: Bits::new(nodes),
            may_flush: true,
            sequence: 0,
            next_task: 0,
            next_timer: 0,
            last_node: None,
            error: None,
            plan,
        })
    }

    /// Builds the state of a run again from the events that it got.
    ///
    /// [`Run::outstanding`] says what is still to be done.
    ///
    /// # Errors
    /// As [`Run::new`].
    pub fn replay(
        plan: Arc<Plan>,
        options: Options,
        events: impl IntoIterator<Item = (Now, Event)>,
    ) -> Result<Self, StartError> {
        let mut run = Self::new(plan, options)?;
        let mut effects = Vec::new();
        for (now, event) in events {
            run.step(now, event, &mut effects);
            effects.clear();
        }
        Ok(run)
    }

    /// Takes an event in and adds what is to be done to `effects`, in order.
    pub fn step(&mut self, now: Now, event: Event, effects: &mut Vec<Effect>) {
        if self.status.is_final() {
            return;
        }
        self.now = now;
        match event {
            Event::Start => self.begin_run(effects),
            Event::NodeFinished { task, outcome } => self.node_finished(task, outcome, effects),
            Event::TimerFired { timer } => self.timer_fired(timer, effects),
            Event::Woken { task } => self.woken(task, effects),
            Event::Cancel { reason } => self.cancel(reason, effects),
        }
        match self.plan.order() {
            ExecutionOrder::V0 | ExecutionOrder::V1 => self.advance_in_order(effects),
            ExecutionOrder::Concurrent => self.advance_at_once(effects),
        }
    }

    /// One node run after the other.
    fn advance_in_order(&mut self, effects: &mut Vec<Effect>) {
        while self.status == RunStatus::Running && self.live.is_empty() {
            if let Some(ready) = self.queue.pop_front() {
                self.begin(ready, effects);
            } else if !(self.may_flush && self.flush()) {
                match self.failure_at_the_end() {
                    Some((node, error)) => {
                        self.finish(RunStatus::Failed, Some(error), Some(node), effects);
                    }
                    None => self.finish(RunStatus::Succeeded, None, None, effects),
                }
            }
        }
    }

    /// n8n's orders: where the node that ran last failed, its run counts as failed, although it
    /// was to go on (`WorkflowExecute`).
    fn failure_at_the_end(&self) -> Option<(NodeIndex, NodeError)> {
        let node = self.last_node?;
        let last = self.results[node.get()].last()?;
        let error = last.error.as_ref().filter(|_| last.state == NodeRunState::Failed)?;
        Some((node, (**error).clone()))
    }

    /// Whatever can run does, but never two runs of one node.
    fn advance_at_once(&mut self, effects: &mut Vec<Effect>) {
        while self.status == RunStatus::Running {
            if let Some(ready) = self.queue.pop_front() {
                if self.is_at_work(ready.node) {
                    self.parked.entry(ready.node).or_default().push_back(ready);
                } else {
                    self.begin(ready, effects);
                }
            } else if self.settle() || (self.live.is_empty() && self.release_first()) {
                continue;
            } else if self.live.is_empty() {
                self.finish(RunStatus::Succeeded, None, None, effects);
            } else {
                return;
            }
        }
    }

    fn is_at_work(&self, node: NodeIndex) -> bool {
        let last = self.results[node.get()].last();
        last.is_some_and(|result| {
            matches!(
                result.state,
                NodeRunState::Running | NodeRunState::Retrying | NodeRunState::Waiting
            )
        })
    }

    /// How the run stands.
    pub fn status(&self) -> RunStatus {
        let idle = self.status == RunStatus::Running && self.queue.is_empty();
        let waits = |live: &Live| {
            self.results[live.node.get()][live.run_index].state == NodeRunState::Waiting
        };
        if idle && !self.live.is_empty() && self.live.values().all(waits) {
            RunStatus::Waiting
        } else {
            self.status
        }
    }

    /// Why it ended, unless it succeeded.
    pub fn error(&self) -> Option<&NodeError> {
        self.error.as_ref()
    }

    /// The node it starts at; none where it takes up what a former run recorded.
    pub fn start_node(&self) -> Option<NodeIndex> {
        match &self.start {
            start::Start::Node { node, .. } => Some(*node),
            start::Start::Part(_) => None,
        }
    }

    /// The plan it runs.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// The runs of a node so far, in order.
    pub fn results(&self, node: NodeIndex) -> &[NodeResult] {
        &self.results[node.get()]
    }

    /// The record of one node run.
    pub fn node_run(&self, node: NodeIndex, run_index: usize) -> Option<NodeRun> {
        let result = self.results[node.get()].get(run_index)?;
        Some(result.to_run(&self.plan, node, run_index))
    }

    /// The node whose run ended last.
    pub fn last_node(&self) -> Option<NodeIndex> {
        self.last_node
    }

    /// What is under way: the tasks and timers that a driver must take up after a replay.
    pub fn outstanding(&self, now: Now) -> Vec<Effect> {
        if self.status.is_final() {
            return Vec::new();
        }
        let state = |live: &Live| self.results[live.node.get()][live.run_index].state;
        let tasks = self.live.iter().filter(|(_, live)| state(live) == NodeRunState::Running);
        let tasks = tasks.map(|(task, live)| Effect::RunNode(self.task(*task, live)));
        let timers = self.timers.iter().map(|(timer, of)| {
            let after_ms = u64::try_from(of.due.since(now.wall)).unwrap_or(0);
            Effect::StartTimer { timer: *timer, after_ms }
        });
        tasks.chain(timers).collect()
    }

    fn task(&self, task: TaskId, live: &Live) -> Task {
        let planned = self.plan.node(live.node);
        let result = &self.results[live.node.get()][live.run_index];
        let once = planned.node.flags.execute_once;
        let inputs = live.inputs.iter();
        Task {
            task,
            node: live.node,
            run_index: live.run_index,
            attempt: result.attempt,
            inputs: inputs.map(|items| if once { first(items) } else { items.clone() }).collect(),
            seen: once.then(|| live.inputs.clone()),
            main_input: live.main_input,
            sources: result.sources.clone(),
            effect: planned.effect,
        }
    }
}

fn first(items: &Items) -> Items {
    if items.len() > 1 { Arc::new(items[..1].to_vec()) } else { Arc::clone(items) }
}
