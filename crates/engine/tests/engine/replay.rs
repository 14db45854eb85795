//! The same events give the same run: after a crash, and from the recorded outputs.

use std::sync::Arc;

use reporunner_engine::{Effect, Event, Options, Outcome, Run};
use reporunner_model::RunStatus;

use crate::graph::Graph;
use crate::sim::Sim;

#[test]
fn a_run_is_taken_up_where_it_was_cut_off() {
    let graph = Graph::parse("t -> a -> c; t -> b; a fails 1; a retries 2; b takes 50");
    let mut sim = Sim::new(&graph, Options::default());
    for _ in 0..3 {
        sim.advance();
    }
    let log = serde_json::to_string(&sim.log).expect("a log is JSON");
    let log: Vec<_> = serde_json::from_str(&log).expect("JSON is a log");
    let again = Run::replay(Arc::clone(&sim.plan), Options::default(), log).expect("it starts");
    let (now, _) = sim.log[2];
    let outstanding = again.outstanding(now);
    let tasks: Vec<&str> = outstanding
        .iter()
        .filter_map(|effect| match effect {
            Effect::RunNode(task) => Some(sim.plan.node(task.node).node.name.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(tasks, ["b"], "a pauses, b was at work");
    assert!(
        outstanding.iter().any(|e| matches!(e, Effect::StartTimer { after_ms: 999..=1000, .. })),
        "the pause goes on: {outstanding:?}"
    );
}

#[test]
fn recorded_outputs_rebuild_a_run_without_running_anything() {
    let graph = Graph::parse("t -> i -> m -> z; i:1 -> x -> 1:m; i gives 2 1; x gives 3");
    let sim = Sim::new(&graph, Options::default()).finish();
    let log = sim.log.iter().map(|(now, event)| {
        let Event::NodeFinished { task, .. } = event else { return (*now, event.clone()) };
        let of = sim.tasks.iter().find(|t| t.task == *task).expect("a known task");
        let result = &sim.run.results(of.node)[of.run_index];
        let outcome =
            Outcome::Recorded { outputs: result.outputs.clone(), error: None, hints: vec![] };
        (*now, Event::NodeFinished { task: *task, outcome })
    });
    let again = Run::replay(Arc::clone(&sim.plan), Options::default(), log).expect("it starts");
    assert_eq!(again.status(), RunStatus::Succeeded);
    for (index, _) in sim.plan.nodes() {
        assert_eq!(again.results(index), sim.run.results(index));
    }
}

#[test]
fn events_of_tasks_that_are_over_are_ignored() {
    let mut sim = Sim::new(&Graph::parse("t -> a -> b"), Options::default());
    sim.advance();
    sim.advance();
    let (_, event) = sim.log[1].clone();
    let before = sim.trace.clone();
    sim.happen(event);
    sim.happen(Event::Start);
    assert_eq!(sim.trace, before);
}
