//! A process that ends in order, and ends that the disk refuses.

use std::sync::{Arc, OnceLock};

use reporunner_model::{Durability, NodeRunState, RunId, RunStatus};
use reporunner_runner::Error;
use reporunner_store::Store;
use serde_json::json;

use crate::support::{Bench, Doing, Hand, Told, item, soon, workflow};

#[tokio::test]
async fn a_step_under_way_ends_and_is_not_repeated_at_the_next_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let hand = Hand::new();
    let steps = [
        ("begin", "start", json!({})),
        ("first", "wait", json!({})),
        ("second", "wait", json!({})),
    ];
    let workflow = workflow(&steps, &[("begin", "first"), ("first", "second")]);
    let bench = Bench::open(folder.path(), &hand);
    let handle = bench.runner.start(bench.request("r", &workflow)).expect("it starts");
    hand.arrived().await;
    let runner = bench.runner.clone();
    let close = tokio::spawn(async move { runner.close().await });
    assert!(
        soon(async {
            // Nothing starts any more once it closes.
            loop {
                match bench.runner.start(bench.request("late", &workflow)) {
                    Err(Error::Closing) => break true,
                    _ => tokio::task::yield_now().await,
                }
            }
        })
        .await
    );
    hand.let_go();
    soon(close).await.expect("it closes");
    assert!(soon(handle.ended()).await.is_none(), "it is left, not ended");
    assert_eq!(bench.status("r"), RunStatus::Running);
    assert_eq!(hand.begun(), 1, "the next step does not begin");
    bench.store.close();
    drop(bench);

    let bench = Bench::open(folder.path(), &hand);
    let handle = soon(bench.runner.resume(bench.request("r", &workflow), None)).await;
    hand.let_go();
    let ended = soon(handle.expect("it is taken up").ended()).await.expect("it ends");
    assert_eq!(ended.status, RunStatus::Succeeded, "{:?}", ended.error);
    assert_eq!(hand.begun(), 2, "each step ran once");
}

#[tokio::test]
async fn a_step_that_does_not_end_in_time_is_unknown_and_one_in_memory_is_cancelled() {
    let folder = tempfile::tempdir().expect("a folder");
    let hand = Hand::new();
    let steps = [("begin", "start", json!({})), ("first", "wait", json!({}))];
    let workflow = workflow(&steps, &[("begin", "first")]);
    let bench = Bench::open(folder.path(), &hand);
    bench.runner.start(bench.request("r", &workflow)).expect("it starts");
    hand.arrived().await;
    let mut request = bench.request("m", &workflow);
    request.durability = Durability::Memory;
    let memory = bench.runner.start(request).expect("it starts");
    hand.arrived().await;
    soon(bench.runner.close()).await;
    let ended = soon(memory.ended()).await.expect("it ends");
    assert_eq!(ended.status, RunStatus::Cancelled);
    bench.store.close();
    drop(bench);
    let bench = Bench::open(folder.path(), &hand);
    let handle = soon(bench.runner.resume(bench.request("r", &workflow), None)).await;
    let ended = soon(handle.expect("it is taken up").ended()).await.expect("it ends");
    assert_eq!((ended.status, hand.begun()), (RunStatus::Unknown, 2));
}

#[tokio::test]
async fn an_end_that_cannot_be_stored_is_told_and_stored_when_it_can() {
    let folder = tempfile::tempdir().expect("a folder");
    let hand = Hand::new();
    let steps = [("begin", "start", json!({})), ("first", "wait", json!({}))];
    let workflow = workflow(&steps, &[("begin", "first")]);
    let mut bench = Bench::open(folder.path(), &hand);
    let handle = bench.runner.start(bench.request("r", &workflow)).expect("it starts");
    hand.arrived().await;
    // A folder that goes away for a while refuses as a full disk does.
    let (data, away) = (folder.path().join("data"), folder.path().join("away"));
    std::fs::rename(&data, &away).expect("it moves");
    hand.let_go();
    let ended = soon(handle.ended()).await.expect("it ends");
    assert_eq!((ended.status, ended.kept), (RunStatus::Succeeded, false));
    assert!(matches!(bench.told().await, Told::Trouble(message) if message.contains("Steady")));
    assert_eq!(bench.told().await, Told::Finished(RunStatus::Succeeded));
    std::fs::rename(&away, &data).expect("it comes back");
    assert_eq!(bench.told().await, Told::Finished(RunStatus::Succeeded), "told again");
    assert_eq!(bench.status("r"), RunStatus::Succeeded);
    let id = reporunner_model::RunId::new("r");
    let nodes = bench.store.read(|db| db.node_runs(&id)).expect("it reads");
    assert_eq!(nodes.len(), 2, "with all that its nodes gave");
    assert!(
        nodes.iter().all(|node| !node.record.state.eq(&reporunner_model::NodeRunState::Running))
    );
}

/// The run ends before anybody has heard that a part of its journal was lost: on this runtime of
/// one thread nobody is told of the failed write until the run waits for the next one.
#[tokio::test]
async fn an_end_right_after_a_lost_write_is_stored_with_all_that_was_given() {
    let folder = tempfile::tempdir().expect("a folder");
    let hand = Hand::new();
    let (data, away) = (folder.path().join("data"), folder.path().join("away"));
    let writes: Arc<OnceLock<Store>> = Arc::default();
    let doing: Doing = {
        let (data, away, writes) = (data.clone(), away.clone(), Arc::clone(&writes));
        Box::new(move |_| {
            // What was sent to the disk so far has met a folder that is away.
            let lost = writes.get().expect("it is open").write(|_| Ok(())).wait();
            assert!(lost.is_err(), "the disk refuses");
            std::fs::rename(&away, &data).expect("it comes back");
            Box::pin(async { Ok(vec![item(json!({ "last": true }))]) })
        })
    };
    let steps =
        [("begin", "start", json!({})), ("first", "wait", json!({})), ("last", "do", json!({}))];
    let workflow = workflow(&steps, &[("begin", "first"), ("first", "last")]);
    let mut bench = Bench::doing(folder.path(), &hand, Some(doing));
    assert!(writes.set(bench.store.clone()).is_ok());
    let handle = bench.runner.start(bench.request("r", &workflow)).expect("it starts");
    hand.arrived().await;
    std::fs::rename(&data, &away).expect("it moves");
    hand.let_go();
    let ended = soon(handle.ended()).await.expect("it ends");
    assert_eq!((ended.status, ended.kept), (RunStatus::Succeeded, true), "{:?}", ended.error);
    assert_eq!(bench.told().await, Told::Finished(RunStatus::Succeeded), "without trouble");
    assert_eq!(bench.status("r"), RunStatus::Succeeded);
    let rows = bench.store.read(|db| {
        let rows = db.node_runs(&RunId::new("r"))?;
        let outputs =
            rows.iter().map(|row| row.outputs.iter().flatten().map(|at| db.all_items(at)));
        let outputs = outputs.map(|all| all.collect::<Result<Vec<_>, _>>());
        let outputs = outputs.collect::<Result<Vec<_>, _>>()?;
        Ok(rows.into_iter().map(|row| row.record).zip(outputs).collect::<Vec<_>>())
    });
    let rows = rows.expect("it reads");
    let names: Vec<_> = rows.iter().map(|(record, _)| record.node.as_str()).collect();
    assert_eq!(names, ["begin", "first", "last"]);
    for (record, outputs) in rows {
        assert_eq!(record.state, NodeRunState::Succeeded, "{}", record.node);
        assert_eq!(outputs.iter().map(Vec::len).sum::<usize>(), 1, "{}", record.node);
    }
}
