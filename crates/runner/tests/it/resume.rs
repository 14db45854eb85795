//! Runs that are taken up after a kill.

use std::path::Path;
use std::sync::Arc;

use reporunner_model::{NodeId, RunId, RunMode, RunStatus, Workflow};
use reporunner_node::WaitNote;
use reporunner_runner::{Ended, ParentRun, RunRequest};
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

/// What a run that rests is told of what it waits for, where its row has `nodes`.
#[track_caller]
fn check_waits(nodes: Value, expect: Vec<(&str, WaitNote)>) {
    let folder = tempfile::tempdir().expect("a folder");
    let told = format!("{nodes}");
    killed(async {
        let bench = Bench::open(folder.path(), &Hand::new());
        let steps = [("begin", "start", json!({})), ("rest", "rest", json!({}))];
        let request = bench.request("r", &workflow(&steps, &[("begin", "rest")]));
        let handle = bench.runner.start(request).expect("it starts");
        soon(handle.ended()).await.expect("it rests");
        let row = json!({ "nodes": nodes });
        bench.store.write(move |tx| tx.rest_run(&RunId::new("r"), None, &row)).await.expect("kept");
        let found = bench.runner.resting(&RunId::new("r")).expect("it reads").expect("it rests");
        let found: Vec<_> = found.iter().map(|at| (at.node.as_str(), at.note.clone())).collect();
        assert_eq!(found, expect, "{told}");
    });
}

#[test]
fn what_an_older_build_wrote_of_waits_is_read_and_each_by_itself() {
    let options = json!({ "ipWhitelist": "10.0.0.1" });
    let old = json!({
        "resume": "webhook", "method": "POST", "suffix": "yes", "options": options,
    });
    let options = options.as_object().expect("an object").clone();
    let call = WaitNote::Call { method: "POST".into(), suffix: "yes".into(), options };
    let child = WaitNote::Child(RunId::new("c"));
    check_waits(json!([{ "node": "a", "note": old }]), vec![("a", call.clone())]);
    check_waits(json!([{ "node": "a", "note": null }]), vec![("a", WaitNote::Time)]);
    check_waits(json!([{ "node": "a", "note": { "child": "c" } }]), vec![("a", child)]);
    check_waits(
        json!([
            { "node": "a", "note": { "of": "a later build" } },
            { "note": null },
            { "node": "b", "note": call.to_value() },
        ]),
        vec![("a", WaitNote::Time), ("b", call)],
    );
}

/// Whether a step of a run is told that its workflow is live, where its journal does not say.
#[track_caller]
fn check_live(mode: RunMode, caller: Option<RunMode>, expect: bool) {
    let folder = tempfile::tempdir().expect("a folder");
    let hand = Hand::new();
    let steps = [
        ("begin", "start", json!({})),
        ("hold", "wait", json!({ "reads": "yes" })),
        ("step", "wait", json!({ "reads": "={{ $workflow.active ? 'yes' : 'no' }}" })),
    ];
    let steps = workflow(&steps, &[("begin", "hold"), ("hold", "step")]);
    let request = |bench: &Bench| RunRequest {
        mode,
        parent: caller.map(|_| ParentRun { run: RunId::new("caller"), depth: 1 }),
        live: mode == RunMode::Production,
        ..bench.request("r", &steps)
    };
    killed(async {
        let bench = Bench::open(folder.path(), &hand);
        if let Some(mode) = caller {
            let rests = [("begin", "start", json!({})), ("rest", "rest", json!({}))];
            let rests = workflow(&rests, &[("begin", "rest")]);
            let request = RunRequest { mode, ..bench.request("caller", &rests) };
            soon(bench.runner.start(request).expect("it starts").ended()).await.expect("it rests");
        }
        let mut handle = bench.runner.start(request(&bench)).expect("it starts");
        soon(handle.stored()).await.expect("it is there");
        hand.arrived().await;
        without_origin(&bench, "r").await;
    });
    killed(async {
        let bench = Bench::open(folder.path(), &hand);
        soon(bench.runner.resume(request(&bench), None)).await.expect("it is taken up");
        hand.arrived().await;
        hand.let_go();
        hand.arrived().await;
        // What came before is on disk with the next commit at the latest.
        bench.store.write(|_| Ok(())).await.expect("it writes");
    });
    let mut status = None;
    killed(async {
        let bench = Bench::open(folder.path(), &hand);
        // One for the step before, whose end may not have been on disk.
        hand.let_go();
        hand.let_go();
        let handle = soon(bench.runner.resume(request(&bench), None)).await;
        let ended = soon(handle.expect("it is taken up").ended()).await;
        status = ended.map(|ended| ended.status);
    });
    let is_live = status == Some(RunStatus::Succeeded);
    assert_eq!(is_live, expect, "{mode:?} called by {caller:?}: {status:?}");
}

/// Makes the journal of a run what a build wrote that did not yet keep what it has from its start.
async fn without_origin(bench: &Bench, run: &str) {
    let run = RunId::new(run);
    let mut rows = bench.store.read(|db| db.journal(&run, 0, 1_000)).expect("it reads");
    let mut options: Value = serde_json::from_slice(&rows[0].entry.body).expect("it is JSON");
    options.as_object_mut().and_then(|entry| entry.remove("from")).expect("it was written");
    rows[0].entry.body = serde_json::to_vec(&options).expect("it is JSON");
    let rows: Vec<_> = rows.into_iter().map(|row| row.entry).collect();
    let written = bench.store.write(move |tx| {
        tx.clear_journal(&run)?;
        tx.add_journal(&run, &rows)
    });
    written.await.expect("it writes");
}

#[test]
fn a_run_that_an_older_build_began_goes_on_as_live_as_it_was() {
    check_live(RunMode::Production, None, true);
    check_live(RunMode::Manual, None, false);
    check_live(RunMode::Child, Some(RunMode::Production), true);
    check_live(RunMode::Child, Some(RunMode::Manual), false);
}
