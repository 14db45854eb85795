//! Calling other workflows, being called, waiting, and being told of failures.

use reporunner_model::{Item, RunId, RunMode};
use reporunner_node::{ChildRun, WaitNote, WhichWorkflow};
use serde_json::{Value, json};

use crate::set::block;
use crate::support::{Bench, case};

/// The moment at which cases run, milliseconds.
const NOW: i64 = 1_700_000_000_000;

#[track_caller]
fn check_wait(version: &str, params: Value, after_ms: Option<i64>) {
    let output = block(Bench::new().run(case("wait", version, params.clone()))).unwrap();
    let until = output.wait.as_ref().and_then(|wait| wait.until).map(|until| until.0 - NOW);
    assert_eq!(until, after_ms, "{version} {params}");
    assert_eq!(output.outputs.is_empty(), after_ms.is_some(), "it gives or it waits");
}

#[test]
fn a_wait_lasts_as_its_parameters_say() {
    check_wait("1.1", json!({}), Some(5_000));
    check_wait("1", json!({}), Some(3_600_000));
    check_wait("1.1", json!({ "amount": 1.5, "unit": "minutes" }), Some(90_000));
    check_wait("1", json!({ "amount": 2, "unit": "days" }), Some(172_800_000));
    check_wait("1.1", json!({ "amount": 0 }), None);
    let at = |time: &str| json!({ "resume": "specificTime", "dateTime": time });
    check_wait("1.1", at("2023-11-14T22:14:20Z"), Some(60_000));
    check_wait("1.1", at("2023-11-14T22:14:20"), Some(60_000));
    check_wait("1.1", at("2001-01-01"), None);
}

#[test]
fn a_wait_for_a_call_says_how_it_is_called() {
    let params = json!({
        "resume": "webhook", "httpMethod": "POST", "limitWaitTime": true, "resumeAmount": 2,
        "options": { "webhookSuffix": "/approve/", "onlyRunIf": "={{ $json.body.ok }}" }
    });
    let output = block(Bench::new().run(case("wait", "1.1", params))).unwrap();
    let wait = output.wait.unwrap();
    assert_eq!(wait.until.map(|until| until.0 - NOW), Some(7_200_000));
    let options = json!({ "webhookSuffix": "/approve/" }).as_object().cloned().unwrap();
    let (method, suffix) = ("POST".to_owned(), "approve".to_owned());
    assert_eq!(wait.note, WaitNote::Call { method, suffix, options });
    assert_eq!(WaitNote::of_value(&wait.note.to_value()), wait.note, "it is kept");
    for refused in [
        json!({ "resume": "webhook", "incomingAuthentication": "basicAuth" }),
        json!({ "resume": "form", "incomingAuthentication": "headerAuth" }),
        json!({ "amount": -1 }),
        json!({ "resume": "={{ 'some day' }}" }),
    ] {
        let error = block(Bench::new().run(case("wait", "1.1", refused.clone()))).unwrap_err();
        assert!(error.hint.is_some(), "{refused}: {error:?}");
    }
}

/// What a call hands over, where the other workflow gives nothing.
fn handed(version: &str, params: Value, items: Value) -> (WhichWorkflow, Value) {
    let bench = Bench::new();
    let gives = ChildRun::Ended { run: RunId::new("r"), items: Vec::new() };
    bench.workflows.answers.lock().unwrap().push(Ok(gives));
    block(bench.run(case("executeWorkflow", version, params).items(items))).unwrap();
    let call = bench.workflows.made.lock().unwrap().remove(0);
    let items: Vec<Value> = call.items.into_iter().map(|item| Value::from(item.json)).collect();
    (call.workflow, Value::Array(items))
}

#[test]
fn a_workflow_is_named_by_its_id_in_every_version() {
    let stored = |id: &str, name: &str| WhichWorkflow::Stored {
        id: id.to_owned(),
        name: Some(name.to_owned()),
    };
    let by = |version: &str, params: Value| handed(version, params, json!([{}])).0;
    assert_eq!(by("1", json!({ "workflowId": "w1" })), stored("w1", "w1"));
    let chosen = json!({ "__rl": true, "mode": "list", "value": "w2", "cachedResultName": "Two" });
    assert_eq!(by("1.2", json!({ "workflowId": chosen })), stored("w2", "Two"));
    let path = json!({ "source": "localFile", "workflowPath": "a.json" });
    assert_eq!(by("1.1", path), WhichWorkflow::File("a.json".to_owned()));
    let text = json!({ "source": "parameter", "workflowJson": "{}" });
    assert_eq!(by("1.3", text), WhichWorkflow::Text("{}".to_owned()));
}

#[test]
fn inputs_are_set_left_out_and_converted_as_the_schema_says() {
    let inputs = json!({
        "mappingMode": "defineBelow",
        "value": { "n": "={{ $json.text }}", "s": "={{ $json.list }}" },
        "schema": [
            { "id": "n", "displayName": "n", "type": "number" },
            { "id": "s", "displayName": "s", "type": "string" },
            { "id": "list", "displayName": "list", "type": "array", "removed": true }
        ],
        "attemptToConvertTypes": true
    });
    let params = json!({ "workflowId": "w", "workflowInputs": inputs });
    let items = json!([{ "text": "12", "list": [1] }]);
    let (_, given) = handed("1.2", params.clone(), items.clone());
    assert_eq!(given, json!([{ "text": "12", "n": 12.0, "s": "[1]" }]));
    let (_, given) = handed("1.1", params, items.clone());
    assert_eq!(given, items, "an older node hands its items over as they are");
}

#[test]
fn a_called_run_that_waits_is_waited_for() {
    let bench = Bench::new();
    let waits = ChildRun::Waits(RunId::new("child"));
    bench.workflows.answers.lock().unwrap().push(Ok(waits));
    let params = json!({ "workflowId": "w" });
    let output = block(bench.run(case("executeWorkflow", "1.2", params))).unwrap();
    let wait = output.wait.unwrap();
    assert!(wait.again, "it looks again then");
    assert_eq!(wait.note, WaitNote::Child(RunId::new("child")));
    assert_eq!(WaitNote::of_value(&wait.note.to_value()), wait.note, "it is kept");
}

#[test]
fn a_called_workflow_gives_the_fields_that_it_names() {
    let bench = Bench::new();
    let check = |version: &str, params: Value, expect: Value| {
        let items = json!([{ "a": 1, "b": 2 }]);
        let case = case("executeWorkflowTrigger", version, params.clone()).items(items);
        assert_eq!(block(bench.json(case)), json!([expect]), "{version} {params}");
    };
    let all = json!([{ "a": 1, "b": 2 }]);
    check("1", json!({}), all.clone());
    check("1.1", json!({ "inputSource": "passthrough" }), all.clone());
    check("1.1", json!({}), all);
    let named = json!({ "workflowInputs": { "values": [{ "name": "c" }, { "name": "a" }] } });
    check("1.2", named, json!([{ "c": null, "a": 1 }]));
    let example = json!({ "inputSource": "jsonExample", "jsonExample": "{ \"b\": 0 }" });
    check("1.1", example, json!([{ "b": 2 }]));
}

#[test]
fn an_error_trigger_gives_what_it_is_told_and_something_to_build_with_by_hand() {
    let bench = Bench::new();
    let by_hand = block(bench.json(case("errorTrigger", "1", json!({}))));
    assert!(by_hand[0][0]["execution"]["error"]["message"].is_string());
    let mut live = case("errorTrigger", "1", json!({}));
    live.mode = RunMode::Production;
    live.inputs = vec![vec![Item::from_value(json!({ "told": true }))]];
    assert_eq!(block(bench.json(live)), json!([[{ "told": true }]]));
}
