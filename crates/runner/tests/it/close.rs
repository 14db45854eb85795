//! A process that ends in order, and ends that the disk refuses.

use reporunner_model::{Durability, RunStatus};
use reporunner_runner::Error;
use serde_json::json;

use crate::support::{Bench, Hand, Told, soon, workflow};

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
