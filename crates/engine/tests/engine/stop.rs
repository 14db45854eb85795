//! The end before the end: cancel, time limit, endless loops, a crash in between.

use expect_test::{Expect, expect};
use reporunner_engine::{Event, Options, Outcome};
use reporunner_model::{NodeError, RunStatus};

use crate::graph::Graph;
use crate::sim::Sim;

#[track_caller]
fn check_cancel(graph: &str, after: usize, expect: Expect) {
    let mut sim = Sim::new(&Graph::parse(graph), Options::default());
    for _ in 0..after {
        assert!(sim.advance(), "the run goes on that long");
    }
    sim.happen(Event::Cancel { reason: "you stopped it".to_owned() });
    let sim = sim.finish();
    assert_eq!(sim.run.status(), RunStatus::Cancelled);
    expect.assert_eq(&sim.trace);
}

#[test]
fn cancel_stops_every_task() {
    check_cancel(
        "t -> a -> c; t -> b",
        2,
        expect![[r#"
            0 run t [1]
            1 t gave [1]
            1 run a [1]
            1 run b [1]
            1 stop a
            1 a cancelled
            1 stop b
            1 b cancelled
            1 cancelled: you stopped it
        "#]],
    );
}

#[test]
fn cancel_ends_a_pause_and_a_wait() {
    check_cancel(
        "t -> a; a fails; a retries 3",
        3,
        expect![[r#"
            0 run t [1]
            1 t gave [1]
            1 run a [1]
            2 a retrying
            2 a cancelled
            2 cancelled: you stopped it
        "#]],
    );
    check_cancel(
        "t -> a; a waits 60000",
        3,
        expect![[r#"
            0 run t [1]
            1 t gave [1]
            1 run a [1]
            2 a waiting
            2 a cancelled
            2 cancelled: you stopped it
        "#]],
    );
}

#[test]
fn cancel_before_the_start_is_the_end() {
    check_cancel(
        "t -> a",
        0,
        expect![[r#"
            0 cancelled: you stopped it
        "#]],
    );
}

#[test]
fn a_run_that_takes_too_long_is_ended() {
    let graph = Graph::parse("t -> a -> b; a takes 5000");
    let options = Options { time_limit_ms: Some(2000), ..Options::default() };
    let sim = Sim::new(&graph, options).finish();
    expect![[r#"
        0 run t [1]
        1 t gave [1]
        1 run a [1]
        2000 stop a
        2000 a cancelled
        2000 cancelled: the run took longer than 2 s
    "#]]
    .assert_eq(&sim.trace);

    let mut graph = graph;
    graph.workflow.settings.execution_timeout = 3;
    let sim = Sim::new(&graph, Options::default()).finish();
    assert_eq!(sim.run.status(), RunStatus::Cancelled, "the workflow's own limit counts");
}

#[test]
fn an_endless_loop_ends() {
    // Every node is off, so all of it happens in one step.
    let graph = Graph::parse("t -> a -> b -> a; a off; b off");
    let mut sim = Sim::new(&graph, Options::default());
    while sim.run.status() != RunStatus::Failed {
        assert!(sim.advance(), "the run ends");
    }
    let message = sim.run.error().expect("it failed").to_string();
    assert_eq!(message, "a ran 100000 times, which looks like an endless loop");
}

#[test]
fn an_effect_that_nobody_knows_of_ends_the_run_as_unknown() {
    let mut sim = Sim::new(&Graph::parse("t -> a -> b"), Options::default());
    sim.advance();
    sim.advance();
    let task = sim.tasks[1].task;
    let error = NodeError::new("it may have been sent");
    sim.happen(Event::NodeFinished { task, outcome: Outcome::Unknown { error } });
    assert_eq!(sim.run.status(), RunStatus::Unknown);
}

#[test]
fn the_time_limit_of_a_run_does_not_count_its_waits() {
    let mut graph = Graph::parse("t -> a -> b; a waits 60000; b takes 2000");
    graph.workflow.settings.execution_timeout = 3;
    let sim = Sim::new(&graph, Options::default()).finish();
    assert_eq!(sim.run.status(), RunStatus::Succeeded, "{}", sim.trace);
    let mut graph = Graph::parse("t -> a -> b; a waits 60000; b takes 4000");
    graph.workflow.settings.execution_timeout = 3;
    let sim = Sim::new(&graph, Options::default()).finish();
    assert_eq!(sim.run.status(), RunStatus::Cancelled, "{}", sim.trace);
}

#[test]
fn a_wait_says_what_it_waits_for_and_ends_when_that_has_come() {
    let mut sim = Sim::new(&Graph::parse("t -> a -> b; a waits 60000"), Options::default());
    for _ in 0..3 {
        sim.advance();
    }
    let waits: Vec<_> = sim.run.waits().map(|wait| (wait.task, wait.until)).collect();
    let [(task, Some(until))] = waits[..] else { panic!("one wait: {waits:?}") };
    assert_eq!(until.0 - 1_000_000, 60_001);
    sim.happen(Event::Woken { task });
    // Once is enough.
    sim.happen(Event::Woken { task });
    assert_eq!(sim.run.waits().count(), 0);
    let sim = sim.finish();
    assert_eq!((sim.run.status(), sim.order().as_str()), (RunStatus::Succeeded, "t a b"));
}

#[test]
fn a_run_whose_nodes_all_wait_is_waiting() {
    let mut sim = Sim::new(&Graph::parse("t -> a -> b; a waits 60000"), Options::default());
    for _ in 0..3 {
        sim.advance();
    }
    assert_eq!(sim.run.status(), RunStatus::Waiting);
    let sim = sim.finish();
    assert_eq!(sim.run.status(), RunStatus::Succeeded);
}
