//! Runs that lie down, and what comes for them at that moment.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures_util::FutureExt;
use futures_util::future::{Either, select};
use reporunner_model::{NodeError, RunId, RunStatus, Workflow};
use reporunner_node::{WhichWorkflow, WorkflowCall};
use reporunner_runner::{Called, House, Place, Prepared, WakeBy};
use serde_json::json;
use tokio::sync::Notify;

use crate::support::{Bench, Doing, Hand, item, soon, workflow};

/// Keeps the disk busy until what it gives is dropped.
fn keep_busy(bench: &Bench) -> std::sync::mpsc::Sender<()> {
    let (hold, held) = std::sync::mpsc::channel::<()>();
    drop(bench.store.write(move |_| {
        // Ends with an error, when nobody holds any more.
        let _ = held.recv();
        Ok(())
    }));
    hold
}

fn resting() -> Workflow {
    workflow(&[("begin", "start", json!({})), ("rest", "rest", json!({}))], &[("begin", "rest")])
}

async fn lies_down(bench: &Bench, run: &RunId) {
    soon(async {
        while bench.runner.waits(run).is_none_or(|waits| waits.nodes.is_empty()) {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_run_that_is_cancelled_while_it_lies_down_ends() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = Bench::open(folder.path(), &Hand::new());
    let busy = keep_busy(&bench);
    let run = RunId::new("r");
    let handle = bench.runner.start(bench.request("r", &resting())).expect("it starts");
    lies_down(&bench, &run).await;
    bench.runner.cancel(&run, "for the test").expect("it is under way");
    drop(busy);
    let ended = soon(handle.ended()).await.expect("it ends");
    assert_eq!((ended.status, bench.status("r")), (RunStatus::Cancelled, RunStatus::Cancelled));
    let wait = bench.store.read(|db| db.wait(&run)).expect("it reads");
    assert_eq!(wait, None, "nobody wakes it any more");
}

#[tokio::test]
async fn whoever_comes_while_a_run_is_taken_up_can_wait_for_that() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = Bench::open(folder.path(), &Hand::new());
    let run = RunId::new("r");
    let handle = bench.runner.start(bench.request("r", &resting())).expect("it starts");
    assert_eq!(soon(handle.ended()).await.map(|e| e.status), Some(RunStatus::Waiting));
    assert!(bench.runner.settled(&run).now_or_never().is_some(), "at rest");
    let busy = keep_busy(&bench);
    let (runner, request) = (bench.runner.clone(), bench.request("r", &resting()));
    let by = WakeBy::Cancel { reason: "for the test".to_owned() };
    let taken_up = tokio::spawn(async move { runner.resume(request, Some(by)).await });
    tokio::task::yield_now().await;
    let mut settled = Box::pin(bench.runner.settled(&run));
    assert!((&mut settled).now_or_never().is_none(), "it is being taken up");
    assert!(bench.runner.find(&run).is_none());
    drop(busy);
    soon(settled).await;
    let handle = soon(taken_up).await.expect("it does not panic").expect("it is taken up");
    assert_eq!(soon(handle.ended()).await.map(|e| e.status), Some(RunStatus::Cancelled));
}

/// A house with one workflow, which hears what shall be ended.
struct OneWorkflow {
    child: Arc<Prepared>,
    place: Place,
    ended: Arc<(Mutex<Vec<RunId>>, Notify)>,
}

#[async_trait]
impl House for OneWorkflow {
    async fn workflow(&self, _: &str, _: Option<&str>, _: bool) -> Result<Called, NodeError> {
        let (prepared, place) = (Arc::clone(&self.child), self.place.clone());
        Ok(Called { prepared, place, version: None })
    }

    fn read(&self, _: &str) -> Result<Workflow, NodeError> {
        Err(NodeError::new("no file is read here"))
    }

    fn end(&self, run: &RunId, _: &'static str) {
        self.ended.0.lock().expect("whole").push(run.clone());
        self.ended.1.notify_one();
    }
}

#[tokio::test]
async fn a_called_run_that_has_just_lain_down_ends_with_its_caller() {
    let folder = tempfile::tempdir().expect("a folder");
    let hand = Hand::new();
    let of_step = Arc::clone(&hand);
    let doing: Doing = Box::new(move |context| {
        let hand = Arc::clone(&of_step);
        Box::pin(async move {
            let id = "child".to_owned();
            let workflow = WhichWorkflow::Stored { id, name: None };
            let items = vec![item(json!({}))];
            let call = WorkflowCall { workflow, items, wait: true, number: 0 };
            let call = context.handles.workflows.run(call);
            let called = match select(call, Box::pin(hand.arrived())).await {
                Either::Right(((), called)) => called,
                Either::Left((ended, _)) => panic!("it waits: {ended:?}"),
            };
            // From here on the step hears nothing of the run that it called.
            hand.let_go();
            std::future::pending::<()>().await;
            drop(called);
            Ok(vec![item(json!({}))])
        })
    });
    let steps =
        [("begin", "start", json!({})), ("wait", "wait", json!({})), ("rest", "rest", json!({}))];
    let child = workflow(&steps, &[("begin", "wait"), ("wait", "rest")]);
    let bench = Bench::doing(folder.path(), &hand, Some(doing));
    let ended: Arc<(Mutex<Vec<RunId>>, Notify)> = Arc::default();
    bench.runner.set_house(Arc::new(OneWorkflow {
        child: bench.runner.prepare(Arc::new(child)),
        place: bench.place.clone(),
        ended: Arc::clone(&ended),
    }));
    let steps = [("begin", "start", json!({})), ("call", "do", json!({}))];
    let caller = workflow(&steps, &[("begin", "call")]);
    let handle = bench.runner.start(bench.request("r", &caller)).expect("it starts");
    let rests = || {
        let runs = bench.store.read(|db| db.waits()).expect("it reads");
        runs.first().map(|wait| wait.run.clone()).filter(|run| bench.runner.find(run).is_none())
    };
    let child = soon(async {
        loop {
            match rests() {
                Some(run) => break run,
                None => tokio::task::yield_now().await,
            }
        }
    })
    .await;
    bench.runner.cancel(&RunId::new("r"), "for the test").expect("it is under way");
    assert_eq!(soon(handle.ended()).await.map(|e| e.status), Some(RunStatus::Cancelled));
    soon(ended.1.notified()).await;
    assert_eq!(*ended.0.lock().expect("whole"), [child]);
}
