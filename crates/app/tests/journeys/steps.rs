//! Steps that touch this machine: commands, tables, what nodes remember.

use super::*;

/// Start → Step.
async fn one_step(desk: &Desk, kind: &str, v: &str, params: Value) -> WorkflowId {
    let id = desk.workflow("One step").await;
    let edits = vec![
        add("start", "manualTrigger", "1", "Start", 0.0, json!({})),
        add("step", kind, v, "Step", 300.0, params),
        wire("start", "step"),
    ];
    desk.edit(&id, "Draw", edits).await;
    id
}

#[tokio::test]
async fn a_workflow_runs_commands_once_it_is_allowed_to() {
    let desk = Desk::new().await;
    let command = json!({ "command": "echo $((6 * 7))" });
    let id = one_step(&desk, "executeCommand", "1", command.clone()).await;
    let other = one_step(&desk, "executeCommand", "1", command).await;
    let (summary, result) = desk.run(&id).await;
    assert_eq!(summary.status, RunStatus::Failed);
    let hint = result.error.and_then(|error| error.hint).expect("it says what to do");
    assert!(hint.contains("Settings"), "{hint}");
    let mut settings = desk.ask(GetSettings {}).await;
    settings.command_workflows = vec![id.clone()];
    desk.ask(SetSettings { settings }).await;
    let (summary, result) = desk.run(&id).await;
    assert_eq!(summary.status, RunStatus::Succeeded);
    assert_eq!(result.nodes["Step"][0].outputs[0][0].json["stdout"], "42");
    assert_eq!(desk.run(&other).await.0.status, RunStatus::Failed, "it was allowed to one only");
    desk.answer.close().await;
}

#[tokio::test]
async fn what_nodes_keep_is_there_in_the_next_run_and_for_other_workflows() {
    let desk = Desk::new().await;
    let table = json!({ "__rl": true, "mode": "name", "value": "Visits" });
    let insert = json!({ "operation": "insert", "dataTableId": table,
        "columns": { "mappingMode": "defineBelow", "value": { "by": "={{ $workflow.id }}" } } });
    let writer = one_step(&desk, "dataTable", "1", insert).await;
    let get = json!({ "operation": "get", "dataTableId": table });
    let reader = one_step(&desk, "dataTable", "1", get).await;
    let seen = json!({ "operation": "removeItemsSeenInPreviousExecutions", "dedupeValue": "x" });
    let first = one_step(&desk, "removeDuplicates", "2", seen.clone()).await;
    let second = one_step(&desk, "removeDuplicates", "2", seen).await;
    let given = |result: &RunResult| result.nodes["Step"][0].outputs[0].len();
    for run in 1..=2 {
        desk.run(&writer).await;
        let (_, rows) = desk.run(&reader).await;
        assert_eq!(given(&rows), run);
        assert_eq!(rows.nodes["Step"][0].outputs[0][0].json["by"], writer.as_str());
        for id in [&first, &second] {
            let (_, passed) = desk.run(id).await;
            assert_eq!(given(&passed), usize::from(run == 1), "each workflow has its own memory");
        }
    }
    assert!(desk.folder.path().join("tables.db").is_file());
    desk.answer.close().await;
}

#[tokio::test]
async fn text_where_a_number_is_asked_for_fails_the_node_and_is_no_default() {
    let desk = Desk::new().await;
    let id = greeter(&desk, "hello").await;
    let keep = json!({ "maxItems": "99abc" });
    let after = vec![add("keep", "limit", "1", "Keep", 600.0, keep), wire("greet", "keep")];
    let change = desk.edit(&id, "Add", after).await;
    let told: Vec<_> = change.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(told, ["Items to keep: 99abc is no number."]);
    let (summary, result) = desk.run(&id).await;
    assert_eq!(summary.status, RunStatus::Failed);
    let error = result.nodes["Keep"][0].error.as_ref().expect("the node failed");
    assert!(error.contains("Items to keep: 99abc is no number"), "{error}");
    // A number that is written as text is one.
    let set = Edit::SetParam {
        id: NodeId::new("keep"),
        path: vec!["maxItems".to_owned()],
        value: Some(json!("1")),
    };
    let change = desk.edit(&id, "Mend", vec![set]).await;
    assert!(change.problems.is_empty(), "{:?}", change.problems);
    assert_eq!(desk.run(&id).await.0.status, RunStatus::Succeeded);
}
