//! Runs that wait: for a time, for a call, over a restart.

use reporunner_model::{RunId, RunStatus, WorkflowId, limits};
use reporunner_protocol::*;
use serde_json::{Value, json};

use crate::support::{Desk, MINUTE, SECOND, START, gave, set, soon};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

async fn waiter(desk: &Desk, params: Value) -> WorkflowId {
    let steps = [
        ("begin", "manualTrigger", json!({})),
        ("address", "set 3.4", set("url", "={{ $execution.resumeUrl }}")),
        ("wait", "wait 1.1", params),
        ("after", "set 3.4", set("after", "yes")),
    ];
    let wires = [("begin", "address"), ("address", "wait"), ("wait", "after")];
    desk.workflow("Waiter", &steps, &wires, json!({})).await
}

async fn status(desk: &Desk, run: &RunId) -> RunStatus {
    desk.ask(GetRun { run: run.clone() }).await.summary.status
}

#[tokio::test]
async fn a_short_wait_stays_in_memory() {
    let folder = folder();
    let mut desk = Desk::open(&folder, START).await;
    let id = waiter(&desk, json!({ "amount": 30, "unit": "seconds" })).await;
    let run = desk.start(&id, json!([{ "n": 1 }])).await;
    desk.clock.pass(0);
    soon(async {
        while status(&desk, &run).await != RunStatus::Succeeded {
            assert_ne!(status(&desk, &run).await, RunStatus::Waiting, "it does not rest");
            desk.clock.pass(SECOND);
            tokio::task::yield_now().await;
        }
    })
    .await;
    let result = desk.ask(GetRunResult { run: run.clone() }).await;
    assert_eq!(gave(&result, "after")[0]["n"], 1);
    desk.stands(&run, RunStatus::Succeeded).await;
    desk.close().await;
}

#[tokio::test]
async fn a_long_wait_rests_and_goes_on_in_its_time() {
    let folder = folder();
    let mut desk = Desk::open(&folder, START).await;
    let id = waiter(&desk, json!({ "amount": 10, "unit": "minutes" })).await;
    let run = desk.start(&id, json!([{ "n": 1 }])).await;
    desk.stands(&run, RunStatus::Waiting).await;
    let items = GetItems {
        at: ItemsAt {
            run: run.clone(),
            node: "after".into(),
            run_index: None,
            side: Side::Output,
            port: 0,
        },
        offset: 0,
        limit: 10,
        search: None,
    };
    let page = desk.ask(items.clone()).await;
    assert!(page.pending && page.total == 0, "its items are still to come: {page:?}");
    desk.clock.pass(9 * MINUTE);
    assert_eq!(status(&desk, &run).await, RunStatus::Waiting);
    desk.clock.pass(2 * MINUTE);
    desk.stands(&run, RunStatus::Succeeded).await;
    let summary = desk.ask(GetRun { run: run.clone() }).await.summary;
    let (ms, took) = (summary.ms, 11 * MINUTE.unsigned_abs());
    assert!(
        (took..took + MINUTE.unsigned_abs()).contains(&ms),
        "its time has the wait in it: {ms}"
    );
    let page = desk.ask(items).await;
    assert!(!page.pending && page.total == 1, "they have come: {page:?}");
    desk.close().await;
}

#[tokio::test]
async fn a_wait_goes_on_once_after_a_restart() {
    let folder = folder();
    let mut desk = Desk::open(&folder, START).await;
    let id =
        waiter(&desk, json!({ "resume": "specificTime", "dateTime": "2026-11-25T06:20:00" })).await;
    let run = desk.start(&id, json!([{ "n": 1 }])).await;
    desk.stands(&run, RunStatus::Waiting).await;
    desk.close().await;
    // Before its time it rests on.
    let desk = Desk::open(&folder, START + 5 * MINUTE).await;
    assert_eq!(status(&desk, &run).await, RunStatus::Waiting);
    desk.close().await;
    let mut desk = Desk::open(&folder, START + 30 * MINUTE).await;
    desk.stands(&run, RunStatus::Succeeded).await;
    let result = desk.ask(GetRunResult { run }).await;
    assert_eq!(result.nodes["after"].len(), 1);
    assert_eq!(gave(&result, "after")[0]["n"], 1);
    desk.close().await;
}

#[tokio::test]
async fn a_time_that_has_passed_is_no_wait() {
    let folder = folder();
    let desk = Desk::open(&folder, START).await;
    let id = waiter(&desk, json!({ "resume": "specificTime", "dateTime": "2020-01-01" })).await;
    assert_eq!(desk.run(&id, json!([{}])).await.status, RunStatus::Succeeded);
    let id = waiter(&desk, json!({ "resume": "specificTime", "dateTime": "soon" })).await;
    let result = desk.run(&id, json!([{}])).await;
    assert!(result.error.expect("it fails").message.contains("no date"));
    desk.close().await;
}

/// The status and the body of an answer.
async fn call(url: &str, body: Option<Value>) -> (u16, Value) {
    let client = reqwest::Client::new();
    let request = match body {
        Some(body) => client.post(url).json(&body),
        None => client.get(url),
    };
    let answer = request.send().await.expect("an answer");
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap_or(Value::Null))
}

async fn address(desk: &Desk, run: &RunId) -> String {
    let result = desk.ask(GetRunResult { run: run.clone() }).await;
    gave(&result, "address")[0]["url"].as_str().expect("an address").to_owned()
}

#[tokio::test]
async fn a_call_wakes_a_run_once() {
    let folder = folder();
    let mut desk = Desk::open(&folder, START).await;
    let params = json!({ "resume": "webhook", "httpMethod": "POST" });
    let id = waiter(&desk, params).await;
    let run = desk.start(&id, json!([{ "n": 1 }])).await;
    desk.stands(&run, RunStatus::Waiting).await;
    let url = address(&desk, &run).await;
    assert_eq!(call(&url, None).await.0, 404, "another method");
    assert_eq!(call(&format!("{url}/other"), Some(json!({}))).await.0, 409, "another ending");
    let forged = format!("{}x", &url[..url.len() - 1]);
    assert_eq!(call(&forged, Some(json!({}))).await.0, 404, "a mark that is not ours");
    assert_eq!(status(&desk, &run).await, RunStatus::Waiting);
    assert_eq!(call(&url, Some(json!({ "answer": "yes" }))).await.0, 200);
    desk.stands(&run, RunStatus::Succeeded).await;
    let result = desk.ask(GetRunResult { run: run.clone() }).await;
    assert_eq!(gave(&result, "after")[0]["body"], json!({ "answer": "yes" }));
    assert_eq!(call(&url, Some(json!({}))).await.0, 409, "it is over");
    desk.close().await;
}

#[tokio::test]
async fn a_call_wakes_a_run_after_a_restart_and_is_answered_by_its_end() {
    let folder = folder();
    let mut desk = Desk::open(&folder, START).await;
    let params = json!({
        "resume": "webhook", "responseMode": "lastNode",
        "options": { "webhookSuffix": "=ok-{{ $json.n }}" }
    });
    let id = waiter(&desk, params).await;
    let run = desk.start(&id, json!([{ "n": 7 }])).await;
    desk.stands(&run, RunStatus::Waiting).await;
    let url = address(&desk, &run).await;
    let path = url.split("/webhook-waiting/").nth(1).expect("an address of ours").to_owned();
    desk.close().await;
    let mut desk = Desk::open(&folder, START + MINUTE).await;
    let base = desk.ask(Hello {}).await.webhook_base.expect("it listens");
    let url = format!("{base}/webhook-waiting/{path}");
    assert_eq!(call(&url, None).await.0, 409, "without the ending");
    let (status, body) = call(&format!("{url}/ok-7?q=1"), None).await;
    assert_eq!((status, &body["after"]), (200, &json!("yes")));
    assert_eq!(body["query"], json!({ "q": "1" }));
    desk.stands(&run, RunStatus::Succeeded).await;
    desk.close().await;
}

#[tokio::test]
async fn a_wait_for_a_call_may_have_an_end() {
    let folder = folder();
    let mut desk = Desk::open(&folder, START).await;
    let params = json!({
        "resume": "webhook", "limitWaitTime": true, "resumeAmount": 10, "resumeUnit": "minutes"
    });
    let id = waiter(&desk, params).await;
    let run = desk.start(&id, json!([{ "n": 1 }])).await;
    desk.stands(&run, RunStatus::Waiting).await;
    desk.clock.pass(11 * MINUTE);
    desk.stands(&run, RunStatus::Succeeded).await;
    let result = desk.ask(GetRunResult { run }).await;
    assert_eq!(gave(&result, "after")[0]["n"], 1, "the items go on as they came");
    desk.close().await;
}

#[tokio::test]
async fn a_run_at_rest_can_be_ended() {
    let folder = folder();
    let mut desk = Desk::open(&folder, START).await;
    let id = waiter(&desk, json!({ "amount": 10, "unit": "days" })).await;
    let run = desk.start(&id, json!([{}])).await;
    desk.stands(&run, RunStatus::Waiting).await;
    desk.ask(StopRun { run: run.clone() }).await;
    desk.stands(&run, RunStatus::Cancelled).await;
    desk.close().await;
}

#[tokio::test]
async fn runs_at_rest_are_held_back_in_the_trash_and_go_on_when_their_workflow_is_back() {
    let folder = folder();
    let mut desk = Desk::open(&folder, START).await;
    let timed = waiter(&desk, json!({ "amount": 10, "unit": "minutes" })).await;
    let by_time = desk.start(&timed, json!([{ "n": 1 }])).await;
    let called = waiter(&desk, json!({ "resume": "webhook" })).await;
    let by_call = desk.start(&called, json!([{ "n": 2 }])).await;
    desk.stands(&by_time, RunStatus::Waiting).await;
    desk.stands(&by_call, RunStatus::Waiting).await;
    let url = address(&desk, &by_call).await;
    desk.ask(DeleteWorkflow { id: timed.clone() }).await;
    desk.ask(DeleteWorkflow { id: called.clone() }).await;
    // Another wait that is due at the same time shows that this has been looked at.
    let other = waiter(&desk, json!({ "amount": 11, "unit": "minutes" })).await;
    let other = desk.start(&other, json!([{}])).await;
    desk.stands(&other, RunStatus::Waiting).await;
    desk.clock.pass(12 * MINUTE);
    desk.stands(&other, RunStatus::Succeeded).await;
    assert_eq!(status(&desk, &by_time).await, RunStatus::Waiting);
    assert_eq!(call(&url, None).await.0, 409, "nobody answers for what lies in the trash");
    desk.ask(RestoreWorkflow { id: timed }).await;
    desk.stands(&by_time, RunStatus::Succeeded).await;
    desk.ask(RestoreWorkflow { id: called }).await;
    assert_eq!(call(&url, None).await.0, 200);
    desk.stands(&by_call, RunStatus::Succeeded).await;
    desk.close().await;
}

#[tokio::test]
async fn runs_at_rest_end_when_their_workflow_leaves_the_trash_for_good() {
    let folder = folder();
    let mut desk = Desk::open(&folder, START).await;
    let settings = desk.ask(GetSettings {}).await;
    desk.ask(SetSettings { settings: MachineSettings { retention_days: 1_000, ..settings } }).await;
    let id = waiter(&desk, json!({ "resume": "webhook" })).await;
    let run = desk.start(&id, json!([{}])).await;
    desk.stands(&run, RunStatus::Waiting).await;
    desk.ask(DeleteWorkflow { id }).await;
    assert_eq!(status(&desk, &run).await, RunStatus::Waiting);
    desk.clock.pass(24 * 60 * MINUTE * i64::from(limits::TRASH_DAYS + 1));
    soon(async {
        while status(&desk, &run).await != RunStatus::Cancelled {
            desk.clock.pass(MINUTE);
            tokio::task::yield_now().await;
        }
    })
    .await;
    desk.close().await;
}

#[tokio::test]
async fn calls_for_several_nodes_at_the_same_moment_all_arrive() {
    let folder = folder();
    let mut desk = Desk::open(&folder, START).await;
    let wait =
        |ending: &str| json!({ "resume": "webhook", "options": { "webhookSuffix": ending } });
    let steps = [
        ("begin", "manualTrigger", json!({})),
        ("address", "set 3.4", set("url", "={{ $execution.resumeUrl }}")),
        ("a", "wait 1.1", wait("a")),
        ("b", "wait 1.1", wait("b")),
        ("c", "wait 1.1", wait("c")),
        ("d", "wait 1.1", wait("d")),
    ];
    let wires = [
        ("begin", "address"),
        ("address", "a"),
        ("address", "b"),
        ("address", "c"),
        ("address", "d"),
    ];
    let id = desk.workflow("Several", &steps, &wires, json!({})).await;
    let run = desk.start(&id, json!([{}])).await;
    desk.stands(&run, RunStatus::Waiting).await;
    let url = address(&desk, &run).await;
    let call = async |ending: &str| call(&format!("{url}/{ending}"), None).await.0;
    let said = tokio::join!(call("a"), call("b"), call("c"), call("d"));
    assert_eq!(said, (200, 200, 200, 200));
    desk.stands(&run, RunStatus::Succeeded).await;
    desk.close().await;
}
