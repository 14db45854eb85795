//! How many runs of a workflow go at once, and those that wait for their turn.

use reporunner_model::{RunStatus, WorkflowId};
use reporunner_protocol::*;
use serde_json::json;

use crate::support::{Desk, MINUTE, SECOND, START, soon};

/// A live workflow that starts each minute, takes three, and goes one by one.
async fn slow(desk: &Desk) -> WorkflowId {
    let rule = json!({ "interval": [{ "id": "1", "field": "minutes", "minutesInterval": 1 }] });
    let steps = [
        ("timer", "scheduleTrigger 1.2", json!({ "rule": rule })),
        ("a", "wait 1.1", json!({ "amount": 60 })),
        ("b", "wait 1.1", json!({ "amount": 60 })),
        ("c", "wait 1.1", json!({ "amount": 50 })),
    ];
    let wires = [("timer", "a"), ("a", "b"), ("b", "c")];
    let id = desk.workflow("Slow", &steps, &wires, json!({ "maxRuns": 1 })).await;
    desk.live(&id).await;
    id
}

fn stand(runs: &[RunSummary], expect: &[RunStatus]) -> bool {
    let mut runs: Vec<_> = runs.iter().map(|run| (run.started, run.status)).collect();
    runs.sort_by_key(|(started, _)| *started);
    runs.iter().map(|(_, status)| *status).eq(expect.iter().copied())
}

#[tokio::test]
async fn further_runs_queue_and_go_in_their_order() {
    use RunStatus::{Queued, Running, Succeeded};
    let folder = tempfile::tempdir().expect("a folder");
    let mut desk = Desk::open(&folder, START).await;
    let id = slow(&desk).await;
    desk.clock.pass(MINUTE);
    desk.until(|runs| stand(runs, &[Running])).await;
    desk.clock.pass(MINUTE);
    desk.until(|runs| stand(runs, &[Running, Queued])).await;
    desk.ask(SetLive { id, live: false }).await;
    soon(async {
        while !stand(&desk.runs().await, &[Succeeded, Succeeded]) {
            desk.clock.pass(20 * SECOND);
            tokio::task::yield_now().await;
        }
    })
    .await;
    let [second, first] = &desk.runs().await[..] else { panic!("two runs") };
    let first = desk.ask(GetRun { run: first.id.clone() }).await;
    let second = desk.ask(GetRun { run: second.id.clone() }).await;
    let last = first.nodes.last().expect("it ran");
    let over = last.started.plus_ms((last.micros / 1000) as i64);
    assert!(second.nodes[0].started >= over, "the second begins when the first is over");
    desk.close().await;
}

#[tokio::test]
async fn the_queue_survives_a_restart() {
    use RunStatus::{Queued, Running};
    let folder = tempfile::tempdir().expect("a folder");
    let mut desk = Desk::open(&folder, START).await;
    slow(&desk).await;
    desk.clock.pass(MINUTE);
    desk.until(|runs| stand(runs, &[Running])).await;
    desk.clock.pass(MINUTE);
    desk.until(|runs| stand(runs, &[Running, Queued])).await;
    desk.close().await;

    let mut desk = Desk::open(&folder, START + 2 * MINUTE + SECOND).await;
    desk.until(|runs| stand(runs, &[Running, Queued])).await;
    let queued =
        desk.runs().await.into_iter().find(|run| run.status == Queued).expect("one queues");
    desk.ask(StopRun { run: queued.id.clone() }).await;
    desk.stands(&queued.id, RunStatus::Cancelled).await;
    let detail = desk.ask(GetRun { run: queued.id }).await;
    assert!(detail.nodes.is_empty(), "nothing of it has begun: {:?}", detail.nodes);
    desk.close().await;
}
