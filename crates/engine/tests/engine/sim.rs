//! Drives a run in virtual time with fake nodes, and writes down what happens.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use reporunner_engine::{Effect, Event, NodeIndex, Now, Options, Outcome, Plan, Run, Task};
use reporunner_model::{Item, Items, Monotonic, NodeError, NodeRunState, RunStatus, Timestamp};
use serde_json::{Value, json};

use crate::graph::Graph;

/// A run with its fake nodes.
pub(crate) struct Sim {
    graph: Graph,
    pub(crate) plan: Arc<Plan>,
    pub(crate) run: Run,
    /// What will happen, by time and order.
    agenda: BTreeMap<(u64, u64), Event>,
    clock: u64,
    entries: u64,
    /// Every event so far.
    pub(crate) log: Vec<(Now, Event)>,
    pub(crate) trace: String,
    /// Every effect so far.
    pub(crate) effects: Vec<Effect>,
    pub(crate) tasks: Vec<Task>,
}

impl Sim {
    /// A run that has not begun.
    pub(crate) fn new(graph: &Graph, options: Options) -> Self {
        let plan = Arc::new(Plan::new(&graph.workflow, &graph.catalog));
        let run = Run::new(Arc::clone(&plan), options).expect("the run can start");
        Self {
            graph: graph.clone(),
            plan,
            run,
            agenda: BTreeMap::from([((0, 0), Event::Start)]),
            clock: 0,
            entries: 1,
            log: Vec::new(),
            trace: String::new(),
            effects: Vec::new(),
            tasks: Vec::new(),
        }
    }

    /// Runs to the end.
    pub(crate) fn finish(mut self) -> Self {
        while self.advance() {
            assert!(self.log.len() < 50_000, "a run must end:\n{}", self.trace);
        }
        assert!(self.run.status().is_final(), "a run that has nothing to do must be over");
        self
    }

    /// Lets the next thing happen; false where nothing will.
    pub(crate) fn advance(&mut self) -> bool {
        let Some(((at, _), event)) = self.agenda.pop_first() else { return false };
        self.clock = at;
        self.happen(event);
        true
    }

    /// An event now.
    pub(crate) fn happen(&mut self, event: Event) {
        let wall = Timestamp(1_000_000 + self.clock as i64);
        let now = Now { wall, monotonic: Monotonic(self.clock * 1000) };
        self.log.push((now, event.clone()));
        let mut effects = Vec::new();
        self.run.step(now, event, &mut effects);
        for effect in &effects {
            self.take(effect);
        }
        self.effects.extend(effects);
    }

    /// The wires of the workflow.
    pub(crate) fn edges(&self) -> impl Iterator<Item = &reporunner_model::EdgeKey> {
        self.graph.workflow.edges.keys()
    }

    fn schedule(&mut self, after: u64, event: Event) {
        self.agenda.insert((self.clock + after, self.entries), event);
        self.entries += 1;
    }

    fn take(&mut self, effect: &Effect) {
        match effect {
            Effect::RunNode(task) => {
                let takes = self.graph.behaviours[&self.plan.node(task.node).node.id].takes;
                let counts: Vec<usize> = task.inputs.iter().map(|items| items.len()).collect();
                let name = self.name(task.node);
                let again = if task.attempt > 1 {
                    format!(" (try {})", task.attempt)
                } else {
                    String::new()
                };
                self.line(&format!("run {name} {counts:?}{again}"));
                let event = Event::NodeFinished { task: task.task, outcome: self.outcome_of(task) };
                self.schedule(takes, event);
                self.tasks.push(task.clone());
            }
            Effect::StartTimer { timer, after_ms } => {
                self.schedule(*after_ms, Event::TimerFired { timer: *timer });
            }
            Effect::CancelTimer { timer } => self
                .agenda
                .retain(|_, event| !matches!(event, Event::TimerFired { timer: t } if t == timer)),
            Effect::CancelTask { task } => {
                let of = self.tasks.iter().find(|t| t.task == *task).expect("a known task");
                let name = self.name(of.node);
                self.line(&format!("stop {name}"));
                // The answer still comes: late ones must do no harm.
            }
            Effect::NodeChanged { node, run_index, state } => {
                self.changed(*node, *run_index, *state)
            }
            Effect::Finished { status, error, node } => {
                let error = error.as_ref().map_or(String::new(), |error| format!(": {error}"));
                let node = node.map_or(String::new(), |node| format!(" at {}", self.name(node)));
                self.line(&format!("{}{node}{error}", status.as_str()));
            }
        }
    }

    fn changed(&mut self, node: NodeIndex, run_index: usize, state: NodeRunState) {
        let name = self.name(node);
        let run = self.run.node_run(node, run_index).expect("a changed run has a record");
        match state {
            NodeRunState::Running => {}
            NodeRunState::Succeeded => self.line(&format!("{name} gave {:?}", run.output_counts)),
            NodeRunState::Failed => {
                let error = run.error.expect("a failed run has an error");
                let outputs = run.output_counts;
                let gave =
                    if outputs.is_empty() { String::new() } else { format!(" gave {outputs:?}") };
                self.line(&format!("{name} failed{gave}: {error}"));
            }
            other => {
                let word = format!("{other:?}").to_lowercase();
                let outputs = run.output_counts;
                let gave =
                    if outputs.is_empty() { String::new() } else { format!(" gave {outputs:?}") };
                self.line(&format!("{name} {word}{gave}"));
            }
        }
    }

    fn outcome_of(&self, task: &Task) -> Outcome {
        let id = &self.plan.node(task.node).node.id;
        let behaviour = &self.graph.behaviours[id];
        let earlier = self.tasks.iter().filter(|other| other.node == task.node).count();
        let again = earlier < behaviour.polls;
        if let Some(ms) = behaviour.waits.filter(|_| again || behaviour.polls == 0) {
            let until = Some(Timestamp(1_000_000 + self.clock as i64 + ms));
            return Outcome::Waiting { until, again, note: Value::Null };
        }
        let fails = earlier < behaviour.fails;
        if fails && !behaviour.reports {
            return Outcome::Failed { error: NodeError::new("it broke") };
        }
        let main = task.inputs.get(task.main_input).cloned().unwrap_or_default();
        let mut outputs: Vec<Items> = match behaviour.gives.as_slice() {
            [] => vec![main],
            gives => {
                let counts = gives.get(task.run_index).or_else(|| gives.last()).expect("not empty");
                counts.iter().map(|count| Arc::new((0..*count).map(numbered).collect())).collect()
            }
        };
        if fails {
            let mut item = Item::default();
            item.json.insert("error".to_owned(), json!("it broke"));
            outputs[0] = Arc::new(vec![item]);
        }
        Outcome::Outputs { outputs, hints: Vec::new() }
    }

    fn name(&self, node: NodeIndex) -> String {
        self.plan.node(node).node.name.clone()
    }

    fn line(&mut self, text: &str) {
        writeln!(self.trace, "{} {text}", self.clock).expect("writing to a string");
    }

    /// The nodes in the order in which their runs began.
    pub(crate) fn order(&self) -> String {
        let mut runs: Vec<(usize, String)> = self
            .plan
            .nodes()
            .flat_map(|(index, planned)| {
                let name = &planned.node.name;
                self.run.results(index).iter().map(move |r| (r.sequence, name.clone()))
            })
            .collect();
        runs.sort();
        runs.into_iter().map(|(_, name)| name).collect::<Vec<_>>().join(" ")
    }

    /// Lineage of every item that a node's run gave, by output.
    pub(crate) fn lineage(&self, node: &str, run_index: usize) -> String {
        let index = self.plan.index_of(&node.into()).expect("a node of the graph");
        let lists = self.run.results(index)[run_index].outputs.iter().map(|items| {
            let list = items.iter().map(|item| json!(item.paired_item));
            Value::Array(list.collect())
        });
        Value::Array(lists.collect()).to_string()
    }
}

fn numbered(number: usize) -> Item {
    let mut item = Item::default();
    item.json.insert("n".to_owned(), json!(number));
    item
}

/// Runs a workflow and gives its trace.
pub(crate) fn trace(text: &str) -> String {
    Sim::new(&Graph::parse(text), pinned()).finish().trace
}

/// Runs a workflow and gives the order of its nodes.
pub(crate) fn order(text: &str) -> String {
    let sim = Sim::new(&Graph::parse(text), pinned()).finish();
    assert_eq!(sim.run.status(), RunStatus::Succeeded, "{}", sim.trace);
    sim.order()
}

/// Options that use pins.
pub(crate) fn pinned() -> Options {
    Options { use_pins: true, ..Options::default() }
}
