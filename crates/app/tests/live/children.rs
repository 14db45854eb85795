//! Workflows that run others.

use reporunner_model::{RunMode, RunStatus, Timestamp};
use reporunner_protocol::*;
use reporunner_store::{OpenOptions, Store};
use serde_json::{Value, json};

use crate::support::{Desk, MINUTE, START, fail, gave, set, soon};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

/// A workflow that greets who is named, and one that calls it so.
async fn greeter(
    desk: &Desk,
    params: Value,
) -> (reporunner_model::WorkflowId, reporunner_model::WorkflowId) {
    let child = desk
        .workflow(
            "Greeter",
            &[
                ("called", "executeWorkflowTrigger", json!({})),
                ("greet", "set 3.4", set("text", "=Hello {{ $json.name }}")),
            ],
            &[("called", "greet")],
            json!({}),
        )
        .await;
    let mut params = params;
    params["workflowId"] = child.as_str().into();
    let parent = desk
        .workflow(
            "Caller",
            &[
                ("begin", "manualTrigger", json!({})),
                ("call", "executeWorkflow 1.2", params),
                ("after", "noOp", json!({})),
            ],
            &[("begin", "call"), ("call", "after")],
            json!({}),
        )
        .await;
    (parent, child)
}

fn names() -> Value {
    json!([{ "name": "Ada" }, { "name": "Bo" }])
}

#[tokio::test]
async fn a_call_hands_all_items_over_and_gets_back_what_the_last_node_gave() {
    let folder = folder();
    let desk = Desk::open(&folder, START).await;
    let (parent, child) = greeter(&desk, json!({})).await;
    let result = desk.run(&parent, names()).await;
    let greeted = json!([
        { "name": "Ada", "text": "Hello Ada" },
        { "name": "Bo", "text": "Hello Bo" }
    ]);
    assert_eq!(gave(&result, "after"), greeted, "{result:?}");
    let runs = desk.runs_of(&child).await;
    let [run] = &runs[..] else { panic!("one run: {runs:?}") };
    assert_eq!((run.mode, run.status), (RunMode::Child, RunStatus::Succeeded));
    assert_eq!(run.parent, Some(desk.runs_of(&parent).await[0].id.clone()), "it is linked");
    desk.close().await;
}

#[tokio::test]
async fn each_item_by_itself_is_a_run_of_its_own() {
    let folder = folder();
    let desk = Desk::open(&folder, START).await;
    let (parent, child) = greeter(&desk, json!({ "mode": "each" })).await;
    let result = desk.run(&parent, names()).await;
    assert_eq!(gave(&result, "after")[1]["text"], "Hello Bo");
    assert_eq!(desk.runs_of(&child).await.len(), 2);
    desk.close().await;
}

#[tokio::test]
async fn a_call_that_is_not_waited_for_gives_its_items_on_at_once() {
    let folder = folder();
    let mut desk = Desk::open(&folder, START).await;
    let params = json!({ "options": { "waitForSubWorkflow": false } });
    let (parent, child) = greeter(&desk, params).await;
    let result = desk.run(&parent, names()).await;
    assert_eq!(gave(&result, "after"), names());
    let ended = |runs: &[RunSummary]| {
        runs.iter().any(|run| run.workflow == child && run.status == RunStatus::Succeeded)
    };
    desk.until(ended).await;
    desk.close().await;
}

#[tokio::test]
async fn inputs_are_set_and_the_called_workflow_takes_the_fields_it_names() {
    let folder = folder();
    let desk = Desk::open(&folder, START).await;
    let fields = json!({ "workflowInputs": { "values": [{ "name": "who" }, { "name": "more" }] } });
    let child = desk
        .workflow("Named", &[("called", "executeWorkflowTrigger 1.1", fields)], &[], json!({}))
        .await;
    let inputs = json!({
        "mappingMode": "defineBelow",
        "value": { "who": "={{ $json.name.toUpperCase() }}" },
        "schema": [{ "id": "who", "displayName": "who", "type": "string" }]
    });
    let call = json!({ "workflowId": child.as_str(), "workflowInputs": inputs });
    let parent = desk
        .workflow(
            "Caller",
            &[("begin", "manualTrigger", json!({})), ("call", "executeWorkflow 1.2", call)],
            &[("begin", "call")],
            json!({}),
        )
        .await;
    let result = desk.run(&parent, json!([{ "name": "ada", "secret": 1 }])).await;
    assert_eq!(gave(&result, "call"), json!([{ "who": "ADA", "more": null }]), "{result:?}");
    desk.close().await;
}

#[tokio::test]
async fn a_failure_of_the_called_workflow_is_one_of_the_step() {
    let folder = folder();
    let desk = Desk::open(&folder, START).await;
    let child = desk
        .workflow(
            "Breaks",
            &[
                ("called", "executeWorkflowTrigger", json!({})),
                ("stop", "stopAndError", fail("out of paper")),
            ],
            &[("called", "stop")],
            json!({}),
        )
        .await;
    let call = json!({ "workflowId": child.as_str() });
    let parent = desk
        .workflow(
            "Caller",
            &[("begin", "manualTrigger", json!({})), ("call", "executeWorkflow 1.2", call)],
            &[("begin", "call")],
            json!({}),
        )
        .await;
    let result = desk.run(&parent, json!([{}])).await;
    assert_eq!(result.status, RunStatus::Failed);
    let error = result.error.expect("it says why");
    assert_eq!((error.node_name.as_str(), error.message.as_str()), ("call", "out of paper"));
    desk.close().await;
}

#[tokio::test]
async fn workflows_by_text_and_by_file_run_too() {
    let folder = folder();
    let desk = Desk::open(&folder, START).await;
    let text = json!({
        "name": "Inline",
        "nodes": [
            { "id": "t", "name": "Start", "type": "n8n-nodes-base.executeWorkflowTrigger",
              "typeVersion": 1, "position": [0, 0], "parameters": {} },
            { "id": "s", "name": "Mark", "type": "n8n-nodes-base.set", "typeVersion": 3.4,
              "position": [200, 0], "parameters": set("mark", "yes") }
        ],
        "connections": { "Start": { "main": [[{ "node": "Mark", "type": "main", "index": 0 }]] } }
    })
    .to_string();
    let by_text = json!({ "source": "parameter", "workflowJson": text });
    let by_file = json!({ "source": "localFile", "workflowPath": "inline.json" });
    for params in [by_text, by_file] {
        let parent = desk
            .workflow(
                "Caller",
                &[("begin", "manualTrigger", json!({})), ("call", "executeWorkflow 1.1", params)],
                &[("begin", "call")],
                json!({}),
            )
            .await;
        let own = folder.path().join("files").join(parent.as_str());
        std::fs::create_dir_all(&own).expect("a folder");
        std::fs::write(own.join("inline.json"), &text).expect("it is written");
        let result = desk.run(&parent, json!([{ "n": 1 }])).await;
        assert_eq!(gave(&result, "call"), json!([{ "n": 1, "mark": "yes" }]), "{result:?}");
    }
    desk.close().await;
}

#[tokio::test]
async fn workflows_that_call_themselves_without_end_are_stopped() {
    let folder = folder();
    let desk = Desk::open(&folder, START).await;
    let id = desk
        .workflow(
            "Round and round",
            &[
                ("begin", "manualTrigger", json!({})),
                ("called", "executeWorkflowTrigger", json!({})),
                ("call", "executeWorkflow 1.2", json!({ "workflowId": "={{ $workflow.id }}" })),
            ],
            &[("begin", "call"), ("called", "call")],
            json!({}),
        )
        .await;
    let result = desk.run(&id, json!([{}])).await;
    let error = result.error.expect("it fails");
    assert!(error.message.contains("more than 51 deep"), "{error:?}");
    desk.close().await;
}

#[tokio::test]
async fn a_called_run_ends_with_the_one_that_called_it() {
    let folder = folder();
    let mut desk = Desk::open(&folder, START).await;
    let child = desk
        .workflow(
            "Slow",
            &[
                ("called", "executeWorkflowTrigger", json!({})),
                ("wait", "wait 1.1", json!({ "amount": 30, "unit": "seconds" })),
            ],
            &[("called", "wait")],
            json!({}),
        )
        .await;
    let call = json!({ "workflowId": child.as_str() });
    let parent = desk
        .workflow(
            "Caller",
            &[("begin", "manualTrigger", json!({})), ("call", "executeWorkflow 1.2", call)],
            &[("begin", "call")],
            json!({}),
        )
        .await;
    let run = desk.start(&parent, json!([{}])).await;
    desk.until(|runs| runs.iter().any(|r| r.workflow == child)).await;
    desk.ask(StopRun { run }).await;
    desk.until(|runs| runs.iter().all(|r| r.status == RunStatus::Cancelled)).await;
    assert_eq!(desk.runs().await.len(), 2);
    desk.close().await;
}

#[tokio::test]
async fn a_caller_waits_with_the_run_it_called_also_over_a_restart() {
    let folder = folder();
    let mut desk = Desk::open(&folder, START).await;
    let child = desk
        .workflow(
            "Patient",
            &[
                ("called", "executeWorkflowTrigger", json!({})),
                ("wait", "wait 1.1", json!({ "amount": 10, "unit": "minutes" })),
                ("mark", "set 3.4", set("waited", "yes")),
            ],
            &[("called", "wait"), ("wait", "mark")],
            json!({}),
        )
        .await;
    let call = json!({ "workflowId": child.as_str() });
    let parent = desk
        .workflow(
            "Caller",
            &[
                ("begin", "manualTrigger", json!({})),
                ("call", "executeWorkflow 1.2", call),
                ("after", "set 3.4", set("after", "yes")),
            ],
            &[("begin", "call"), ("call", "after")],
            json!({}),
        )
        .await;
    let run = desk.start(&parent, json!([{ "n": 1 }])).await;
    let all_wait = |runs: &[RunSummary]| {
        runs.len() == 2 && runs.iter().all(|r| r.status == RunStatus::Waiting)
    };
    desk.until(all_wait).await;
    desk.close().await;
    // The time passes while nothing runs.
    let mut desk = Desk::open(&folder, START + 20 * MINUTE).await;
    desk.stands(&run, RunStatus::Succeeded).await;
    let result = desk.ask(GetRunResult { run }).await;
    assert_eq!(gave(&result, "after"), json!([{ "n": 1, "waited": "yes", "after": "yes" }]));
    assert_eq!(desk.runs_of(&child).await.len(), 1, "it was called once");
    soon(desk.close()).await;
}

/// A text of a workflow that waits and runs a command then.
fn from_anywhere(minutes: i64) -> String {
    let step = |id: &str, kind: &str, version: f64, parameters: Value| {
        json!({ "id": id, "name": id, "type": format!("n8n-nodes-base.{kind}"),
                "typeVersion": version, "position": [0, 0], "parameters": parameters })
    };
    let to = |name: &str| json!({ "main": [[{ "node": name, "type": "main", "index": 0 }]] });
    let wait = json!({ "resume": "timeInterval", "amount": minutes, "unit": "minutes" });
    json!({
        "name": "From anywhere",
        "nodes": [
            step("called", "executeWorkflowTrigger", 1.0, json!({})),
            step("wait", "wait", 1.1, wait),
            step("command", "executeCommand", 1.0, json!({ "command": "echo ours" })),
        ],
        "connections": { "called": to("wait"), "wait": to("command") },
    })
    .to_string()
}

#[tokio::test]
async fn a_text_that_is_called_has_no_right_to_run_commands() {
    let folder = folder();
    let desk = Desk::open(&folder, START).await;
    let caller = async |minutes: i64| {
        let call = json!({ "source": "parameter", "workflowJson": from_anywhere(minutes) });
        let steps = [("begin", "manualTrigger", json!({})), ("call", "executeWorkflow 1.2", call)];
        desk.workflow("Caller", &steps, &[("begin", "call")], json!({})).await
    };
    let (at_once, later) = (caller(0).await, caller(20).await);
    let allowed = vec![at_once.clone(), later.clone()];
    let settings = desk.ask(GetSettings {}).await;
    desk.ask(SetSettings { settings: MachineSettings { command_workflows: allowed, ..settings } })
        .await;
    let refused = |result: &RunResult| {
        let said = format!("{:?}", result.error);
        assert_eq!(result.status, RunStatus::Failed, "{said}");
        assert!(said.contains("may not run commands"), "{said}");
    };
    refused(&desk.run(&at_once, json!([{}])).await);
    let mut desk = desk;
    let run = desk.start(&later, json!([{}])).await;
    desk.stands(&run, RunStatus::Waiting).await;
    desk.close().await;
    // Taken up again it has no more rights than before.
    let mut desk = Desk::open(&folder, START + 30 * MINUTE).await;
    desk.stands(&run, RunStatus::Failed).await;
    refused(&desk.ask(GetRunResult { run }).await);
    soon(desk.close()).await;
}

#[tokio::test]
async fn an_imported_workflow_is_called_by_the_id_it_had() {
    let folder = folder();
    let desk = Desk::open(&folder, START).await;
    let text = json!({
        "id": "theirs1", "name": "From elsewhere",
        "nodes": [
            { "id": "t", "name": "Start", "type": "n8n-nodes-base.executeWorkflowTrigger",
              "typeVersion": 1, "position": [0, 0], "parameters": {} },
            { "id": "s", "name": "Mark", "type": "n8n-nodes-base.set", "typeVersion": 3.4,
              "position": [200, 0], "parameters": set("mark", "yes") }
        ],
        "connections": { "Start": { "main": [[{ "node": "Mark", "type": "main", "index": 0 }]] } }
    });
    let ours = desk.ask(ImportWorkflow { text: text.to_string(), name: None }).await.id;
    assert_ne!(ours.as_str(), "theirs1");
    let call = json!({ "workflowId": "theirs1" });
    let steps = [("begin", "manualTrigger", json!({})), ("call", "executeWorkflow 1.2", call)];
    let caller = desk.workflow("Caller", &steps, &[("begin", "call")], json!({})).await;
    let check = async |desk: &Desk| {
        let result = desk.run(&caller, json!([{ "n": 1 }])).await;
        assert_eq!(gave(&result, "call"), json!([{ "n": 1, "mark": "yes" }]), "{result:?}");
    };
    check(&desk).await;
    desk.close().await;
    // A folder of an older build does not say yet.
    let store = Store::open(folder.path(), OpenOptions::at(Timestamp(START))).expect("it opens");
    let forgotten = store.write(move |tx| tx.set_foreign_id(&ours, None));
    forgotten.await.expect("it is written");
    store.close();
    drop(store);
    let desk = Desk::open(&folder, START + MINUTE).await;
    check(&desk).await;
    desk.close().await;
}
