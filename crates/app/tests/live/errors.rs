//! Error workflows.

use reporunner_model::{RunMode, RunStatus, WorkflowId};
use reporunner_protocol::*;
use serde_json::{Value, json};

use crate::support::{Desk, MINUTE, START, Step, fail, gave, soon};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn each_minute() -> Step {
    let rule = json!({ "interval": [{ "id": "1", "field": "minutes", "minutesInterval": 1 }] });
    ("timer", "scheduleTrigger 1.2", json!({ "rule": rule }))
}

/// A live workflow that fails each minute.
async fn failing(desk: &Desk, settings: Value) -> WorkflowId {
    let steps = [each_minute(), ("stop", "stopAndError", fail("no more paper"))];
    let id = desk.workflow("Printer", &steps, &[("timer", "stop")], settings).await;
    desk.live(&id).await;
    id
}

async fn handler(desk: &Desk, more: &[Step], wires: &[(&str, &str)]) -> WorkflowId {
    let mut steps = vec![("trouble", "errorTrigger", json!({}))];
    steps.extend(more.iter().cloned());
    desk.workflow("Alarm", &steps, wires, json!({})).await
}

/// Waits until this many runs have ended, and gives them, newest first.
async fn ended(desk: &mut Desk, total: usize) -> Vec<RunSummary> {
    desk.until(|runs| runs.len() >= total && runs.iter().all(|r| r.status.is_final())).await;
    desk.runs().await
}

#[tokio::test]
async fn a_live_run_that_fails_starts_the_error_workflow() {
    let folder = folder();
    let mut desk = Desk::open(&folder, START).await;
    let alarm = handler(&desk, &[], &[]).await;
    let printer = failing(&desk, json!({ "errorWorkflow": alarm })).await;
    desk.clock.pass(MINUTE);
    ended(&mut desk, 2).await;
    let failed = desk.runs_of(&printer).await.remove(0);
    let alarms = desk.runs_of(&alarm).await;
    assert_eq!((alarms.len(), alarms[0].mode), (1, RunMode::Production));
    assert_eq!(alarms[0].parent, Some(failed.id.clone()));
    let result = desk.ask(GetRunResult { run: alarms[0].id.clone() }).await;
    let told = &gave(&result, "trouble")[0];
    assert_eq!(told["workflow"], json!({ "id": printer, "name": "Printer" }));
    assert_eq!(told["execution"]["id"], failed.id.as_str());
    assert_eq!(told["execution"]["mode"], "trigger");
    assert_eq!(told["execution"]["lastNodeExecuted"], "stop");
    assert_eq!(told["execution"]["error"]["message"], "no more paper");
    desk.close().await;
}

#[tokio::test]
async fn a_run_by_hand_tells_nobody() {
    let folder = folder();
    let mut desk = Desk::open(&folder, START).await;
    let alarm = handler(&desk, &[], &[]).await;
    let settings = json!({ "errorWorkflow": alarm });
    let steps = [("begin", "manualTrigger", json!({})), ("stop", "stopAndError", fail("no"))];
    let id = desk.workflow("By hand", &steps, &[("begin", "stop")], settings).await;
    assert_eq!(desk.run(&id, json!([{}])).await.status, RunStatus::Failed);
    assert_eq!(ended(&mut desk, 1).await.len(), 1);
    desk.close().await;
}

#[tokio::test]
async fn a_workflow_with_an_error_trigger_attends_to_its_own_failures() {
    let folder = folder();
    let mut desk = Desk::open(&folder, START).await;
    let id = failing(&desk, json!({})).await;
    desk.edit(&id, &[("trouble", "errorTrigger", json!({}))], &[], json!({})).await;
    desk.ask(PublishWorkflow { id: id.clone() }).await;
    desk.clock.pass(MINUTE);
    let mut triggers: Vec<_> =
        ended(&mut desk, 2).await.into_iter().map(|r| (r.trigger, r.status)).collect();
    triggers.sort_by(|a, b| a.0.cmp(&b.0));
    let expected = [("timer", RunStatus::Failed), ("trouble", RunStatus::Succeeded)];
    assert_eq!(triggers, expected.map(|(name, status)| (name.to_owned(), status)));
    desk.close().await;
}

#[tokio::test]
async fn an_error_workflow_that_fails_itself_starts_nothing_again() {
    let folder = folder();
    let mut desk = Desk::open(&folder, START).await;
    let more = [("worse", "stopAndError", fail("the alarm is broken"))];
    let alarm = handler(&desk, &more, &[("trouble", "worse")]).await;
    // It names itself, and the other names it.
    desk.edit(&alarm, &[], &[], json!({ "errorWorkflow": alarm })).await;
    failing(&desk, json!({ "errorWorkflow": alarm })).await;
    desk.clock.pass(MINUTE);
    assert_eq!(ended(&mut desk, 2).await.len(), 2);
    // Two that name each other do not go on for ever either.
    let more = [("worse", "stopAndError", fail("this one too"))];
    let second = handler(&desk, &more, &[("trouble", "worse")]).await;
    desk.edit(&second, &[], &[], json!({ "errorWorkflow": alarm })).await;
    desk.edit(&alarm, &[], &[], json!({ "errorWorkflow": second })).await;
    desk.clock.pass(MINUTE);
    let runs = ended(&mut desk, 5).await;
    assert_eq!(runs.len(), 5, "the printer, the alarm, the second alarm: {runs:#?}");
    desk.close().await;
}

#[tokio::test]
async fn an_error_workflow_that_calls_what_failed_does_not_go_round() {
    let folder = folder();
    let mut desk = Desk::open(&folder, START).await;
    let alarm = handler(&desk, &[], &[]).await;
    let printer = failing(&desk, json!({ "errorWorkflow": alarm })).await;
    desk.edit(
        &printer,
        &[("called", "executeWorkflowTrigger", json!({}))],
        &[("called", "stop")],
        json!({}),
    )
    .await;
    desk.ask(PublishWorkflow { id: printer.clone() }).await;
    let again = json!({ "workflowId": printer.as_str() });
    let call = [("again", "executeWorkflow 1.2", again)];
    desk.edit(&alarm, &call, &[("trouble", "again")], json!({})).await;
    desk.clock.pass(MINUTE);
    let runs = ended(&mut desk, 3).await;
    assert_eq!(runs.len(), 3, "the printer, the alarm, the printer again: {runs:#?}");
    desk.close().await;
}

#[tokio::test]
async fn a_called_run_stays_live_when_its_caller_has_no_record_any_more() {
    let folder = folder();
    let mut desk = Desk::open(&folder, START).await;
    let alarm = handler(&desk, &[], &[]).await;
    let steps = [
        ("called", "executeWorkflowTrigger", json!({})),
        ("wait", "wait 1.1", json!({ "amount": 10, "unit": "minutes" })),
        ("stop", "stopAndError", fail("no more paper")),
    ];
    let wires = [("called", "wait"), ("wait", "stop")];
    let slow = desk.workflow("Slow", &steps, &wires, json!({ "errorWorkflow": alarm })).await;
    let call = json!({ "workflowId": slow, "options": { "waitForSubWorkflow": false } });
    let steps = [each_minute(), ("call", "executeWorkflow 1.2", call)];
    let settings = json!({ "saveSuccess": false });
    let caller = desk.workflow("Caller", &steps, &[("timer", "call")], settings).await;
    desk.live(&caller).await;
    desk.clock.pass(MINUTE);
    let only_waits = |runs: &[RunSummary]| {
        runs.len() == 1 && runs[0].workflow == slow && runs[0].status == RunStatus::Waiting
    };
    soon(async {
        while !only_waits(&desk.runs().await) {
            tokio::task::yield_now().await;
        }
    })
    .await;
    desk.ask(SetLive { id: caller, live: false }).await;
    desk.clock.pass(11 * MINUTE);
    desk.until(|runs| runs.iter().any(|run| run.workflow == alarm)).await;
    let runs = ended(&mut desk, 2).await;
    assert_eq!(runs.iter().find(|r| r.workflow == slow).map(|r| r.status), Some(RunStatus::Failed));
    desk.close().await;
}
