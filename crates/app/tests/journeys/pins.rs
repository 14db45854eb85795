//! Pinned data: its files, and what is too large for a document.

use super::*;

/// Makes a file in each run: Start → File.
async fn filer(desk: &Desk) -> WorkflowId {
    let id = desk.workflow("Filer").await;
    let edits = vec![
        add("start", "manualTrigger", "1", "Start", 0.0, json!({})),
        add("text", "set", "3.4", "Text", 200.0, fields("kept")),
        add("file", "convertToFile", "1.1", "File", 400.0, json!({ "operation": "toJson" })),
        wire("start", "text"),
        wire("text", "file"),
    ];
    desk.edit(&id, "Draw", edits).await;
    id
}

#[tokio::test]
async fn files_of_pinned_data_outlive_the_run_they_came_from() {
    let desk = Desk::new().await;
    let id = filer(&desk).await;
    let (_, result) = desk.run(&id).await;
    let items = result.nodes["File"][0].outputs[0].clone();
    let file = items[0].binary.as_ref().expect("a file").values().next().expect("one").clone();
    let pin = |items| vec![Edit::SetPin { id: NodeId::new("file"), items }];
    desk.edit(&id, "Pin", pin(Some(items.to_vec()))).await;
    let part = || GetFile { id: file.id.clone(), offset: 0, limit: 1000 };
    let before = desk.ask(part()).await;
    let filter = RunFilter::default();
    assert_eq!(desk.ask(DeleteRuns { runs: None, filter: filter.clone() }).await, 1);
    assert_eq!(desk.ask(part()).await, before, "the pin needs it");
    desk.edit(&id, "Unpin", pin(None)).await;
    desk.ask(SweepNow {}).await;
    desk.ask(UndoEdit { id: id.clone(), edit: desk.edit_id() }).await;
    assert_eq!(desk.ask(part()).await, before, "a pin that was taken off can come back");
    // The same file in a run of a workflow without the pin goes with that run.
    let other = filer(&desk).await;
    let edit = Edit::SetParam {
        id: NodeId::new("text"),
        path: ["assignments", "assignments", "#a1", "value"].map(str::to_owned).to_vec(),
        value: Some(json!("not kept")),
    };
    desk.edit(&other, "Set value", vec![edit]).await;
    let (_, result) = desk.run(&other).await;
    let items = &result.nodes["File"][0].outputs[0];
    let gone = items[0].binary.as_ref().expect("a file").values().next().expect("one").id.clone();
    desk.ask(DeleteRuns { runs: None, filter }).await;
    desk.refused(GetFile { id: gone, offset: 0, limit: 1000 }).await;
}

#[tokio::test]
async fn large_pins_are_kept_run_and_exported() {
    let desk = Desk::new().await;
    let rows: Vec<Value> =
        (0..4_000).map(|row| json!({ "json": { "row": row, "text": "x".repeat(100) } })).collect();
    let text = json!({
        "name": "Large",
        "nodes": [
            { "id": "1", "name": "Start", "type": "n8n-nodes-base.manualTrigger",
              "typeVersion": 1, "position": [0, 0], "parameters": {} },
            { "id": "2", "name": "Rows", "type": "n8n-nodes-base.noOp",
              "typeVersion": 1, "position": [400, 0], "parameters": {} },
        ],
        "connections": { "Start": { "main": [[{ "node": "Rows", "type": "main", "index": 0 }]] } },
        "pinData": { "Rows": rows },
    });
    let imported = desk.ask(ImportWorkflow { text: text.to_string(), name: None }).await;
    let id = imported.id;
    let opened = desk.open(&id).await.workflow;
    let (node, pin) = opened.pins.iter().next().expect("it is pinned");
    assert_eq!(reporunner_model::pin_count(pin), 4_000);
    assert!(json!(pin).to_string().len() < 1_000, "the document names it");
    let rows_of = async |id: &WorkflowId| {
        let (summary, result) = desk.run(id).await;
        assert_eq!(summary.status, RunStatus::Succeeded, "{summary:?}");
        result.nodes["Rows"][0].outputs[0].len()
    };
    assert_eq!(rows_of(&id).await, 4_000);
    let exported = desk.ask(ExportWorkflow { id: id.clone(), format: ExportFormat::N8n }).await;
    let exported: Value = serde_json::from_str(&exported.text).expect("JSON");
    assert_eq!(exported["pinData"], text["pinData"], "it travels in the file");
    let copy = desk.ask(DuplicateWorkflow { id: id.clone() }).await;
    desk.edit(&id, "Unpin", vec![Edit::SetPin { id: node.clone(), items: None }]).await;
    assert_eq!(rows_of(&id).await, 1);
    desk.ask(UndoEdit { id: id.clone(), edit: desk.edit_id() }).await;
    assert_eq!(rows_of(&id).await, 4_000, "and is back after an undo");
    assert_eq!(rows_of(&copy).await, 4_000);
    // What a person pins may be as large.
    let pin: Vec<Item> = (0..5_000)
        .map(|row| Item::from_value(json!({ "row": "y".repeat(99), "n": row })))
        .collect();
    let change =
        desk.edit(&id, "Pin", vec![Edit::SetPin { id: node.clone(), items: Some(pin) }]).await;
    assert!(json!(change.edits).to_string().len() < 1_000, "{:?}", change.edits.len());
    assert_eq!(rows_of(&id).await, 5_000);
}

#[tokio::test]
async fn a_pinned_webhook_waits_for_no_call() {
    let desk = Desk::new().await;
    let id = desk.workflow("Hook").await;
    let pin = Edit::SetPin {
        id: NodeId::new("hook"),
        items: Some(vec![Item::from_value(json!({ "body": { "n": 7 } }))]),
    };
    let edits = vec![
        add("hook", "webhook", "2", "Hook", 0.0, json!({ "path": "pinned" })),
        add("greet", "set", "3.4", "Greet", 300.0, fields("={{ $json.body.n }}")),
        wire("hook", "greet"),
        pin,
    ];
    desk.edit(&id, "Draw", edits).await;
    let (summary, result) = desk.run(&id).await;
    assert_eq!(summary.status, RunStatus::Succeeded, "{summary:?}");
    assert_eq!(*greeting(&result), json!("7"));
}
