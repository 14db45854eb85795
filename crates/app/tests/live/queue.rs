//! How many runs of a workflow go at once, and those that wait for their turn.

use reporunner_model::{RunStatus, WorkflowId};
use reporunner_protocol::*;
use serde_json::json;

use crate::support::{Desk, MINUTE, SECOND, START, gave, set, soon};

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

#[tokio::test]
async fn what_comes_for_a_run_that_has_to_queue_does_not_queue() {
    use RunStatus::{Cancelled, Queued, Running, Succeeded, Waiting};
    let folder = tempfile::tempdir().expect("a folder");
    let mut desk = Desk::open(&folder, START).await;
    let rule = json!({ "interval": [{ "id": "1", "field": "minutes", "minutesInterval": 1 }] });
    let steps = [
        ("timer", "scheduleTrigger 1.2", json!({ "rule": rule })),
        ("address", "set 3.4", set("url", "={{ $execution.resumeUrl }}")),
        ("call", "wait 1.1", json!({ "resume": "webhook" })),
        ("hold", "wait 1.1", json!({ "amount": 60 })),
    ];
    let wires = [("timer", "address"), ("address", "call"), ("call", "hold")];
    let id = desk.workflow("Gate", &steps, &wires, json!({ "maxRuns": 1 })).await;
    desk.live(&id).await;
    for expect in [&[Waiting][..], &[Waiting, Waiting], &[Waiting, Waiting, Waiting]] {
        desk.clock.pass(MINUTE);
        desk.until(|runs| stand(runs, expect)).await;
    }
    desk.ask(SetLive { id, live: false }).await;
    let mut runs: Vec<_> = desk.runs().await.into_iter().map(|run| run.id).collect();
    runs.reverse();
    let mut urls = Vec::new();
    for run in &runs {
        let result = desk.ask(GetRunResult { run: run.clone() }).await;
        urls.push(gave(&result, "address")[0]["url"].as_str().expect("an address").to_owned());
    }
    let call = async |url: &str| {
        let answer = soon(reqwest::get(format!("{url}?who=ada"))).await.expect("an answer");
        answer.status().as_u16()
    };
    assert_eq!(call(&urls[1]).await, 200);
    desk.until(|runs| stand(runs, &[Waiting, Running, Waiting])).await;
    // The one place is taken from here on.
    assert_eq!(call(&urls[0]).await, 200, "a call is taken at once");
    desk.until(|runs| stand(runs, &[Queued, Running, Waiting])).await;
    assert_eq!(call(&urls[0]).await, 409, "and once");
    soon(desk.ask(StopRun { run: runs[2].clone() })).await;
    desk.until(|runs| stand(runs, &[Queued, Running, Cancelled])).await;
    desk.close().await;

    // The call was on disk before it was answered.
    let mut desk = Desk::open(&folder, START + 5 * MINUTE).await;
    soon(async {
        while !stand(&desk.runs().await, &[Succeeded, Succeeded, Cancelled]) {
            desk.clock.pass(20 * SECOND);
            tokio::task::yield_now().await;
        }
    })
    .await;
    desk.until(|runs| stand(runs, &[Succeeded, Succeeded, Cancelled])).await;
    let result = desk.ask(GetRunResult { run: runs[0].clone() }).await;
    assert_eq!(gave(&result, "hold")[0]["query"], json!({ "who": "ada" }));
    desk.close().await;
}
