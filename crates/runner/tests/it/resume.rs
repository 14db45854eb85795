//! Runs that are taken up after a kill.

use std::path::Path;
use std::sync::Arc;

use reporunner_model::{NodeId, RunStatus, Workflow};
use reporunner_runner::Ended;
use serde_json::{Value, json};

use crate::support::{Bench, Hand, killed, soon, workflow};

/// Starts a run, kills it while a step waits, and takes it up.
fn taken_up(folder: &Path, hand: &Arc<Hand>, workflow: &Workflow) -> Ended {
    killed(async {
        let bench = Bench::open(folder, hand);
        bench.runner.start(bench.request("r", workflow)).expect("it starts");
        hand.arrived().await;
        // What came before is on disk with the next commit at the latest.
        bench.store.write(|_| Ok(())).await.expect("it writes");
    });
    let mut ended = None;
    killed(async {
        let bench = Bench::open(folder, hand);
        hand.let_go();
        let handle = soon(bench.runner.resume(bench.request("r", workflow), None)).await;
        ended = soon(handle.expect("it is taken up").ended()).await;
    });
    ended.expect("it ends")
}

#[track_caller]
fn check_repeated(reads: &str, status: RunStatus, begun: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let hand = Hand::new();
    let steps = [("begin", "start", json!({})), ("step", "wait", json!({ "reads": reads }))];
    let ended = taken_up(folder.path(), &hand, &workflow(&steps, &[("begin", "step")]));
    assert_eq!((ended.status, hand.begun()), (status, begun), "reads: {reads}");
}

#[test]
fn a_step_that_only_reads_is_repeated_and_one_that_may_change_something_is_not() {
    check_repeated("yes", RunStatus::Succeeded, 2);
    check_repeated("no", RunStatus::Unknown, 1);
    // The parameter of the item decides, not the text in the form.
    check_repeated("={{ 'ye' + 's' }}", RunStatus::Succeeded, 2);
    check_repeated("={{ 'n' + 'o' }}", RunStatus::Unknown, 1);
}

#[test]
fn what_a_node_remembers_survives_a_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    let hand = Hand::new();
    // `count` runs each time round; the process ends when it has run twice.
    let steps = [
        ("begin", "start", json!({})),
        ("count", "count", json!({})),
        ("step", "wait", json!({ "reads": "yes" })),
    ];
    let looped = workflow(&steps, &[("begin", "count"), ("count", "step"), ("step", "count")]);
    killed(async {
        let bench = Bench::open(folder.path(), &hand);
        bench.runner.start(bench.request("r", &looped)).expect("it starts");
        hand.arrived().await;
        hand.let_go();
        hand.arrived().await;
        soon(bench.runner.close()).await;
    });
    let mut counts = Vec::new();
    killed(async {
        let bench = Bench::open(folder.path(), &hand);
        let handle = soon(bench.runner.resume(bench.request("r", &looped), None)).await;
        let handle = handle.expect("it is taken up");
        hand.arrived().await;
        hand.let_go();
        hand.arrived().await;
        let id = handle.id.clone();
        bench.runner.cancel(&id, "seen enough").expect("it runs");
        let ended = soon(handle.ended()).await.expect("it ends");
        let plan = ended.run.plan();
        let node = plan.index_of(&NodeId::new("count")).expect("it is there");
        let runs = ended.run.results(node).iter();
        counts = runs.map(|run| run.outputs[0][0].json["count"].clone()).collect::<Vec<Value>>();
    });
    assert_eq!(counts, [json!(1), json!(2), json!(3)], "it goes on counting where it was");
}
