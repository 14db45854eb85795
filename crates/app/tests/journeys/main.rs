//! What the interface asks for, asked of a real app on a real folder.

mod pins;
mod steps;

use std::sync::Arc;

use reporunner_app::{Answer, Host, Stay, ask, connect};
use reporunner_model::{
    Edge, EdgeKey, Edit, EditBatch, EditId, Item, Node, NodeId, Point, RunStatus, StartFrom,
    TypeName, WorkflowId,
};
use reporunner_protocol::*;
use serde_json::{Value, json};
use tempfile::TempDir;

/// An app on a folder of its own.
struct Desk {
    folder: TempDir,
    answer: Arc<dyn Answer>,
    edits: std::cell::Cell<u32>,
}

impl Desk {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let answer = connect(folder.path(), Host::machine(), Stay::Long)
            .await
            .expect("a fresh folder opens");
        Self { folder, answer, edits: std::cell::Cell::new(0) }
    }

    async fn ask<C: Command>(&self, command: C) -> C::Reply {
        ask(&*self.answer, command)
            .await
            .unwrap_or_else(|failure| panic!("{}: {failure:?}", C::NAME))
    }

    async fn refused<C: Command>(&self, command: C) -> Failure
    where
        C::Reply: std::fmt::Debug,
    {
        ask(&*self.answer, command).await.expect_err("it must be refused")
    }

    async fn workflow(&self, name: &str) -> WorkflowId {
        self.ask(CreateWorkflow { name: name.to_owned() }).await
    }

    fn edit_id(&self) -> EditId {
        self.edits.set(self.edits.get() + 1);
        EditId::new(format!("e{}", self.edits.get()))
    }

    async fn edit(&self, id: &WorkflowId, label: &str, edits: Vec<Edit>) -> WorkflowChange {
        let batch = EditBatch { id: self.edit_id(), label: label.to_owned(), edits, author: None };
        self.ask(EditWorkflow { id: id.clone(), batch }).await.change
    }

    async fn open(&self, id: &WorkflowId) -> OpenedWorkflow {
        self.ask(OpenWorkflow { id: id.clone() }).await
    }

    /// Runs the draft and gives what its nodes gave.
    async fn run(&self, id: &WorkflowId) -> (RunSummary, RunResult) {
        let start = StartRun {
            workflow: id.clone(),
            start: StartFrom::Default,
            input: None,
            options: RunOptions::default(),
        };
        let StartedRun::Running { run } = self.ask(start).await else {
            panic!("a manual trigger starts at once")
        };
        let summary = self.ask(WaitRun { run: run.clone() }).await;
        (summary, self.ask(GetRunResult { run }).await)
    }
}

fn add(id: &str, kind: &str, v: &str, name: &str, x: f64, params: Value) -> Edit {
    let mut node = Node::new(NodeId::new(id), TypeName::new(kind), v, name);
    node.position = Point::new(x, 0.0);
    if let Value::Object(params) = params {
        node.params = params;
    }
    Edit::AddNode { node: Box::new(node) }
}

fn wire(from: &str, to: &str) -> Edit {
    let key = EdgeKey::main(NodeId::new(from), 0, NodeId::new(to), 0);
    Edit::Connect { key, edge: Edge::default() }
}

fn fields(value: &str) -> Value {
    json!({ "mode": "manual", "assignments": { "assignments": [
        { "id": "a1", "name": "greeting", "value": value, "type": "string" }
    ] }, "options": {} })
}

/// Start → Greet, which sets `greeting`.
async fn greeter(desk: &Desk, value: &str) -> WorkflowId {
    let id = desk.workflow("Greeter").await;
    let edits = vec![
        add("start", "manualTrigger", "1", "Start", 0.0, json!({})),
        add("greet", "set", "3.4", "Greet", 300.0, fields(value)),
        wire("start", "greet"),
    ];
    desk.edit(&id, "Draw", edits).await;
    id
}

fn greeting(result: &RunResult) -> &Value {
    &result.nodes["Greet"][0].outputs[0][0].json["greeting"]
}

#[tokio::test]
async fn a_drawn_workflow_runs_and_is_recorded() {
    let desk = Desk::new().await;
    let id = greeter(&desk, "={{ 'Hello ' + 'world' }}").await;
    let (summary, result) = desk.run(&id).await;
    assert_eq!(summary.status, RunStatus::Succeeded);
    assert_eq!(summary.trigger, "Start", "the run says where it began");
    assert_eq!(*greeting(&result), json!("Hello world"));
    let listed = desk.ask(ListRuns { filter: RunFilter::default() }).await;
    assert_eq!(listed.runs.len(), 1);
    let detail = desk.ask(GetRun { run: summary.id.clone() }).await;
    let names: Vec<_> = detail.nodes.iter().map(|node| node.node.as_str()).collect();
    assert_eq!(names, ["start", "greet"]);
    let at = ItemsAt {
        run: summary.id.clone(),
        node: NodeId::new("greet"),
        run_index: None,
        side: Side::Output,
        port: 0,
    };
    let page = desk
        .ask(GetItems { at: at.clone(), offset: 0, limit: 50, search: Some("WORLD".to_owned()) })
        .await;
    assert_eq!(page.total, 1, "the search does not mind capitals");
    let schema = desk.ask(GetSchema { at: at.clone() }).await;
    assert_eq!(schema[0].path, ["greeting"]);
    let value = desk.ask(GetValue { at, item: 0, path: vec!["greeting".to_owned()] }).await;
    assert_eq!(value, json!("Hello world"));
    let filter = RunFilter { search: "Greeter".to_owned(), ..RunFilter::default() };
    assert_eq!(desk.ask(ListRuns { filter: filter.clone() }).await.runs.len(), 1);
    assert_eq!(desk.ask(DeleteRuns { runs: None, filter }).await, 1);
    assert!(desk.ask(ListRuns { filter: RunFilter::default() }).await.runs.is_empty());
}

#[tokio::test]
async fn undo_takes_back_and_redo_makes_again() {
    let desk = Desk::new().await;
    let id = greeter(&desk, "one").await;
    let drawn = desk.open(&id).await.workflow;
    let path = ["assignments", "assignments", "#a1", "value"].map(str::to_owned).to_vec();
    let set = Edit::SetParam { id: NodeId::new("greet"), path, value: Some(json!("two")) };
    let change = desk.edit(&id, "Set value", vec![set]).await;
    assert_eq!(change.undo.undo.as_deref(), Some("Set value"));
    let remove = Edit::RemoveNode { id: NodeId::new("greet") };
    desk.edit(&id, "Delete", vec![remove]).await;
    let gone = desk.open(&id).await.workflow;
    assert!(gone.edges.is_empty(), "no wire dangles");
    desk.ask(UndoEdit { id: id.clone(), edit: desk.edit_id() }).await;
    desk.ask(UndoEdit { id: id.clone(), edit: desk.edit_id() }).await;
    assert_eq!(desk.open(&id).await.workflow, drawn, "node, wire and value are back");
    desk.ask(RedoEdit { id: id.clone(), edit: desk.edit_id() }).await;
    desk.ask(RedoEdit { id: id.clone(), edit: desk.edit_id() }).await;
    assert_eq!(desk.open(&id).await.workflow, gone);
    let failure = desk.refused(RedoEdit { id, edit: desk.edit_id() }).await;
    assert_eq!(failure.code, Code::Invalid, "there is nothing more to redo");
}

#[tokio::test]
async fn what_is_asked_twice_is_done_once() {
    let desk = Desk::new().await;
    let id = greeter(&desk, "one").await;
    let before = desk.open(&id).await.workflow;
    let name = |name: &str| vec![Edit::SetName { name: name.to_owned() }];
    desk.edit(&id, "Rename", name("Second")).await;
    desk.edit(&id, "Rename", name("Third")).await;
    // As a client does that had no answer.
    let twice = async |request: Request| {
        let mut outcomes = Vec::new();
        for _ in 0..2 {
            let reply = desk.answer.answer(request.clone()).await.expect("an answer");
            outcomes.push(serde_json::from_value::<EditOutcome>(reply).expect("an outcome"));
        }
        assert_eq!([outcomes[0].repeated, outcomes[1].repeated], [false, true]);
        assert_eq!(outcomes[0].change.revision, outcomes[1].change.revision);
    };
    let named = async || desk.open(&id).await.workflow.name;
    twice(UndoEdit { id: id.clone(), edit: desk.edit_id() }.into()).await;
    assert_eq!(named().await, "Second");
    twice(UndoEdit { id: id.clone(), edit: desk.edit_id() }.into()).await;
    assert_eq!(desk.open(&id).await.workflow, before);
    twice(RedoEdit { id: id.clone(), edit: desk.edit_id() }.into()).await;
    assert_eq!(named().await, "Second");
    desk.ask(PublishWorkflow { id: id.clone() }).await;
    desk.edit(&id, "Rename", name("Fourth")).await;
    twice(RevertDraft { id: id.clone(), edit: desk.edit_id() }.into()).await;
    assert_eq!(named().await, "Second");
    let (node, name) = (NodeId::new("start"), "Begin".to_owned());
    twice(RenameNode { id: id.clone(), node, name, edit: desk.edit_id() }.into()).await;
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let desk = Desk::new().await;
    let id = greeter(&desk, "kept").await;
    desk.run(&id).await;
    let before = desk.open(&id).await;
    let Desk { folder, answer, .. } = desk;
    drop(answer);
    // The lock is free once the last task of the app has ended.
    let answer = loop {
        match connect(folder.path(), Host::machine(), Stay::Long).await {
            Ok(answer) => break answer,
            Err(failure) => assert_eq!(failure.code, Code::Owned, "{failure:?}"),
        }
        tokio::task::yield_now().await;
    };
    let desk = Desk { folder, answer, edits: std::cell::Cell::new(100) };
    let after = desk.open(&id).await;
    assert_eq!(after.workflow, before.workflow);
    assert_eq!(after.undo, before.undo, "undo survives a restart");
    assert_eq!(after.last_run, before.last_run);
    desk.ask(UndoEdit { id: id.clone(), edit: desk.edit_id() }).await;
    assert!(desk.open(&id).await.workflow.nodes.is_empty());
}

#[tokio::test]
async fn triggers_run_what_was_published() {
    let desk = Desk::new().await;
    let id = desk.workflow("Hook").await;
    let hook = json!({ "httpMethod": "POST", "path": "hello", "responseMode": "lastNode" });
    let edits = vec![
        add("hook", "webhook", "2", "Hook", 0.0, hook),
        add("greet", "set", "3.4", "Greet", 300.0, fields("first")),
        wire("hook", "greet"),
    ];
    desk.edit(&id, "Draw", edits).await;
    let state = desk.ask(SetLive { id: id.clone(), live: true }).await;
    assert!(state.published && state.live && state.unpublished == 0, "{state:?}");
    let address = desk.open(&id).await.webhooks[&NodeId::new("hook")].production.clone();
    let call = async || {
        let answer =
            reqwest::Client::new().post(&address).body("").send().await.expect("an answer");
        answer.text().await.expect("text")
    };
    assert_eq!(call().await, r#"{"greeting":"first"}"#);
    let set = Edit::SetParam {
        id: NodeId::new("greet"),
        path: ["assignments", "assignments", "#a1", "value"].map(str::to_owned).to_vec(),
        value: Some(json!("second")),
    };
    let change = desk.edit(&id, "Set value", vec![set]).await;
    assert_eq!(change.state.unpublished, 1, "the edit stays a draft");
    assert_eq!(call().await, r#"{"greeting":"first"}"#);
    let state = desk.ask(PublishWorkflow { id: id.clone() }).await;
    assert_eq!(state.unpublished, 0);
    assert_eq!(call().await, r#"{"greeting":"second"}"#);
    desk.ask(SetLive { id: id.clone(), live: false }).await;
    assert!(call().await.contains("No workflow listens"));
    let runs = desk.ask(ListRuns { filter: RunFilter::default() }).await.runs;
    assert_eq!(runs.len(), 3, "every call that was answered is recorded");
}

#[tokio::test]
async fn versions_are_named_restored_and_reverted_to() {
    let desk = Desk::new().await;
    let id = greeter(&desk, "named").await;
    let named = desk.open(&id).await.workflow;
    let version = desk.ask(NameVersion { id: id.clone(), title: "Good".to_owned() }).await;
    desk.ask(PublishWorkflow { id: id.clone() }).await;
    desk.edit(&id, "Delete", vec![Edit::RemoveNode { id: NodeId::new("start") }]).await;
    let reverted = desk.ask(RevertDraft { id: id.clone(), edit: desk.edit_id() }).await.change;
    assert_eq!(desk.open(&id).await.workflow, named, "the draft is what was published");
    assert_eq!(reverted.state.unpublished, 0, "nothing is left to publish");
    let rename = vec![Edit::SetName { name: "Other".to_owned() }];
    assert_eq!(desk.edit(&id, "Rename", rename).await.state.unpublished, 1);
    let undone = desk.ask(UndoEdit { id: id.clone(), edit: desk.edit_id() }).await.change;
    assert_eq!(undone.state.unpublished, 0, "an edit that was undone is none");
    let listed = desk.ask(ListWorkflows { filter: WorkflowFilter::default() }).await;
    assert_eq!(listed[0].state.unpublished, 0);
    desk.edit(&id, "Rename", vec![Edit::SetName { name: "Other".to_owned() }]).await;
    desk.edit(&id, "Delete", vec![Edit::RemoveNode { id: NodeId::new("greet") }]).await;
    desk.ask(RestoreVersion { id: id.clone(), version: version.clone(), edit: desk.edit_id() })
        .await;
    assert_eq!(desk.open(&id).await.workflow, named);
    desk.ask(UndoEdit { id: id.clone(), edit: desk.edit_id() }).await;
    assert_eq!(desk.open(&id).await.workflow.name, "Other", "a restore can be undone");
    let versions = desk.ask(ListVersions { id }).await;
    assert!(versions.iter().any(|v| v.id == version && v.title == "Good"));
    assert!(versions.iter().any(|v| v.current), "the published one is marked");
}

#[tokio::test]
async fn a_rename_follows_every_reference() {
    let desk = Desk::new().await;
    let id = greeter(&desk, "={{ $('Start').first().json.x }}").await;
    let outcome = desk
        .ask(RenameNode {
            id: id.clone(),
            node: NodeId::new("start"),
            name: "Begin".to_owned(),
            edit: desk.edit_id(),
        })
        .await;
    assert_eq!(outcome.change.edits.len(), 2, "the node and the one reference");
    let workflow = desk.open(&id).await.workflow;
    let text = serde_json::to_string(&workflow.nodes["greet"].params).expect("JSON");
    assert!(text.contains("$('Begin')") && !text.contains("Start"), "{text}");
    let taken = desk
        .ask(RenameNode {
            id: id.clone(),
            node: NodeId::new("start"),
            name: "Greet".to_owned(),
            edit: desk.edit_id(),
        })
        .await;
    assert_eq!(taken.change.problems, [], "a taken name is not given twice");
}

#[tokio::test]
async fn previews_and_completions_look_at_the_newest_run() {
    let desk = Desk::new().await;
    let id = greeter(&desk, "hello").await;
    let after = vec![add("next", "noOp", "1", "Next", 600.0, json!({})), wire("greet", "next")];
    desk.edit(&id, "Add", after).await;
    let preview = |text: &str| Preview {
        workflow: id.clone(),
        node: NodeId::new("next"),
        values: vec![json!(text)],
        item: 0,
    };
    let before = desk.ask(preview("={{ $json.greeting }}")).await;
    assert!(matches!(before[0], PreviewResult::NoData { .. }), "{before:?}");
    let value = |value: Value, type_name: &str| {
        vec![PreviewResult::Value { value, type_name: type_name.to_owned() }]
    };
    // What asks for no item has its value before any run.
    assert_eq!(desk.ask(preview("={{ 1 + 2 }}")).await, value(json!(3), "number"));
    assert_eq!(desk.ask(preview("={{ $now.isValid }}")).await, value(json!(true), "boolean"));
    desk.run(&id).await;
    assert_eq!(desk.ask(preview("={{ $json.greeting.length }}")).await, value(json!(5), "number"));
    assert_eq!(
        desk.ask(preview("={{ $('Greet').item.json.greeting.toUpperCase() }}")).await,
        value(json!("HELLO"), "string")
    );
    let run = desk.ask(ListRuns { filter: RunFilter::default() }).await.runs[0].id.to_string();
    assert_eq!(desk.ask(preview("={{ $execution.id }}")).await, value(json!(run), "string"));
    let wrong = desk.ask(preview("={{ $('Nobody').item.json.x }}")).await;
    assert!(matches!(&wrong[0], PreviewResult::Wrong { .. }), "{wrong:?}");
    let complete = |text: &str| Complete {
        workflow: id.clone(),
        node: NodeId::new("next"),
        text: text.to_owned(),
        item: 0,
    };
    let labels = |found: Vec<Completion>| -> Vec<String> {
        found.into_iter().map(|completion| completion.label).collect()
    };
    assert!(labels(desk.ask(complete("={{ $js")).await).contains(&"$json".to_owned()));
    assert_eq!(labels(desk.ask(complete("={{ $json.gre")).await)[0], "greeting");
    assert_eq!(labels(desk.ask(complete("={{ $('Gr")).await), ["Greet"]);
    let methods = labels(desk.ask(complete("={{ $json.greeting.toUpp")).await);
    assert!(methods.contains(&"toUpperCase".to_owned()) || methods.is_empty(), "{methods:?}");
}

#[tokio::test]
async fn nodes_travel_through_the_clipboard_as_n8n_text() {
    let desk = Desk::new().await;
    let id = greeter(&desk, "={{ $('Start').first().json.x }}").await;
    let nodes = vec![NodeId::new("start"), NodeId::new("greet")];
    let text =
        reporunner_n8n::export_nodes(&desk.open(&id).await.workflow, &nodes, &[]).to_string();
    let pasted = desk.ask(ReadNodes { id: id.clone(), text }).await;
    desk.edit(&id, "Paste", pasted.edits).await;
    let workflow = desk.open(&id).await.workflow;
    assert_eq!((workflow.nodes.len(), workflow.edges.len()), (4, 2));
    let copy = workflow.nodes.values().find(|n| n.name == "Greet1").expect("a free name");
    let params = serde_json::to_string(&copy.params).expect("JSON");
    assert!(params.contains("$('Start1')"), "the copy refers to the copy: {params}");
    let unknown = json!([{ "name": "Foo", "type": "n8n-nodes-base.foo", "typeVersion": 1,
        "position": [0, 0], "parameters": {} }]);
    let pasted = desk.ask(ReadNodes { id: id.clone(), text: unknown.to_string() }).await;
    let said: Vec<&str> = pasted.notes.iter().map(|note| note.message.as_str()).collect();
    assert_eq!(said.len(), 2, "what is to be done, and why, each once: {said:?}");
    assert!(said.iter().all(|text| text.contains("Foo")), "nothing of a whole file: {said:?}");
    let failure = desk.refused(ReadNodes { id: id.clone(), text: "[1]".to_owned() }).await;
    assert_eq!(failure.code, Code::Invalid);
    let failure = desk.refused(ReadNodes { id, text: "what?".to_owned() }).await;
    assert_eq!(failure.message, "the clipboard holds no nodes");
    assert_eq!(failure.code, Code::Invalid);
}

#[tokio::test]
async fn an_import_is_reported_on_and_again_as_it_is_by_then() {
    let desk = Desk::new().await;
    let file = json!({ "name": "Mail", "active": true, "nodes": [
        { "id": "s", "name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1,
          "position": [0, 0], "parameters": {} },
        { "id": "w", "name": "Write", "type": "n8n-nodes-base.set", "typeVersion": 3.4,
          "position": [200, 0], "parameters": { "options": {}, "assignments": { "assignments": [
              { "id": "a", "name": "x", "value": "={{ $json. }}", "type": "string" } ] } } },
        { "id": "t", "name": "Tell", "type": "n8n-nodes-base.acme", "typeVersion": 1,
          "position": [400, 0], "parameters": { "text": "={{ $json.x }}" },
          "credentials": { "acmeApi": { "id": "1", "name": "Team" } } },
    ], "connections": { "Write": { "main": [[{ "node": "Gone", "type": "main", "index": 0 }]] } } });
    let Imported { id, report, .. } =
        desk.ask(ImportWorkflow { text: file.to_string(), name: None }).await;
    let fidelity: Vec<Fidelity> = report.nodes.iter().map(|node| node.fidelity).collect();
    assert_eq!(fidelity, [Fidelity::Native, Fidelity::Native, Fidelity::Stub]);
    assert_eq!((report.native, report.different, report.stubs), (2, 0, 1));
    let read: Vec<(&str, bool)> =
        report.expressions.iter().map(|found| (found.node.as_str(), found.read)).collect();
    assert_eq!(read, [("t", true), ("w", false)]);
    assert_eq!(report.credentials[0].kind, "acmeApi");
    assert_eq!(report.mended.len(), 1, "a wire leads nowhere: {:?}", report.mended);
    assert!(report.next.iter().any(|step| step.contains("It was active")), "{:?}", report.next);
    assert!(!desk.open(&id).await.state.live, "what is imported arrives off");
    let again = desk.ask(GetImportReport { id: id.clone() }).await;
    assert_eq!(again, report, "nothing changed since");
    desk.edit(&id, "Delete", vec![Edit::RemoveNode { id: NodeId::new("t") }]).await;
    let again = desk.ask(GetImportReport { id }).await;
    assert_eq!((again.stubs, again.credentials.len()), (0, 0), "it speaks of what is there now");
}

#[tokio::test]
async fn only_one_node_runs_on_what_was_recorded() {
    let desk = Desk::new().await;
    let id = greeter(&desk, "={{ $json.name ?? 'nobody' }}").await;
    let input = Item::from_value(json!({ "name": "Ada" }));
    let start = StartRun {
        workflow: id.clone(),
        start: StartFrom::Default,
        input: Some(vec![input]),
        options: RunOptions::default(),
    };
    let StartedRun::Running { run } = desk.ask(start).await else { panic!("it starts at once") };
    desk.ask(WaitRun { run }).await;
    let only = StartRun {
        workflow: id.clone(),
        start: StartFrom::Only { node: NodeId::new("greet") },
        input: None,
        options: RunOptions::default(),
    };
    let StartedRun::Running { run } = desk.ask(only).await else { panic!("it starts at once") };
    desk.ask(WaitRun { run: run.clone() }).await;
    let result = desk.ask(GetRunResult { run }).await;
    assert_eq!(*greeting(&result), json!("Ada"), "the recorded input, not an empty item");
}

#[tokio::test]
async fn runs_are_found_by_their_data() {
    let desk = Desk::new().await;
    let id = greeter(&desk, "={{ 'Hello ' + $json.customer?.mail }}").await;
    let mut runs = Vec::new();
    for (mail, number) in [("ada@example.org", 35_917), ("alan@example.com", 8)] {
        // A long list after it must not hide what comes first.
        let rows = (0..4_000).map(|at| json!({ "row": format!("{mail} has row-{at}") }));
        let first = json!({ "customer": { "mail": mail }, "order": [{ "DESK": number }] });
        let items = std::iter::once(first).chain(rows).map(Item::from_value);
        let start = StartRun {
            workflow: id.clone(),
            start: StartFrom::Default,
            input: Some(items.collect()),
            options: RunOptions::default(),
        };
        let StartedRun::Running { run } = desk.ask(start).await else { panic!("it starts") };
        desk.ask(WaitRun { run: run.clone() }).await;
        runs.push(run);
    }
    let search = |words: &str| RunFilter { search: words.to_owned(), ..RunFilter::default() };
    for (words, found) in [
        ("ada@example.org", &runs[..1]),
        ("ALAN", &runs[1..]),
        ("hello ada", &runs[..1]),
        ("35917", &runs[..1]),
        ("desk", &runs),
        ("greeter example.com", &runs[1..]),
        ("row-7", &runs),
        ("grace", &[]),
        // What is looked through has an end.
        ("row-3999", &[]),
    ] {
        let mut listed: Vec<_> = desk
            .ask(ListRuns { filter: search(words) })
            .await
            .runs
            .into_iter()
            .map(|r| r.id)
            .collect();
        listed.sort();
        let mut expected = found.to_vec();
        expected.sort();
        assert_eq!(listed, expected, "{words:?}");
    }
    desk.answer.close().await;
}

#[tokio::test]
async fn deleted_workflows_come_back() {
    let desk = Desk::new().await;
    let id = greeter(&desk, "x").await;
    desk.ask(DeleteWorkflow { id: id.clone() }).await;
    let all = async |deleted| {
        let filter = WorkflowFilter { deleted, ..WorkflowFilter::default() };
        desk.ask(ListWorkflows { filter }).await.len()
    };
    assert_eq!((all(false).await, all(true).await), (0, 1));
    assert_eq!(desk.refused(OpenWorkflow { id: id.clone() }).await.code, Code::NotFound);
    desk.ask(RestoreWorkflow { id: id.clone() }).await;
    assert_eq!((all(false).await, all(true).await), (1, 0));
    assert_eq!(desk.open(&id).await.workflow.nodes.len(), 2);
    let copy = desk.ask(DuplicateWorkflow { id }).await;
    assert_eq!(desk.open(&copy).await.workflow.name, "Greeter copy");
}

#[tokio::test]
async fn only_what_is_in_the_trash_is_deleted_for_good() {
    let desk = Desk::new().await;
    let id = greeter(&desk, "x").await;
    let refused = desk.refused(PurgeWorkflow { id: id.clone() }).await;
    assert_eq!(refused.code, Code::Invalid, "it is not in the trash");
    desk.ask(DeleteWorkflow { id: id.clone() }).await;
    desk.ask(PurgeWorkflow { id: id.clone() }).await;
    let filter = WorkflowFilter { deleted: true, ..WorkflowFilter::default() };
    assert!(desk.ask(ListWorkflows { filter }).await.is_empty());
    assert_eq!(desk.refused(PurgeWorkflow { id: id.clone() }).await.code, Code::NotFound);
    assert_eq!(desk.refused(RestoreWorkflow { id }).await.code, Code::NotFound);
}

#[tokio::test]
async fn the_window_opens_where_the_person_was() {
    let desk = Desk::new().await;
    assert_eq!(desk.ask(Hello {}).await.location, None);
    let id = desk.workflow("Here").await;
    desk.ask(SaveLocation { workflow: Some(id.clone()) }).await;
    assert_eq!(desk.ask(Hello {}).await.location, Some(id.clone()));

    desk.ask(DeleteWorkflow { id: id.clone() }).await;
    assert_eq!(desk.ask(Hello {}).await.location, None, "a deleted workflow is no place to be");
    desk.ask(RestoreWorkflow { id }).await;
    desk.ask(SaveLocation { workflow: None }).await;
    assert_eq!(desk.ask(Hello {}).await.location, None);
}

#[tokio::test]
async fn every_example_can_be_added_and_has_no_problems() {
    let desk = Desk::new().await;
    let examples = desk.ask(ListExamples {}).await;
    assert!(examples.len() >= 3);
    for example in examples {
        let id = desk.ask(AddExample { name: example.name.clone() }).await;
        let opened = desk.open(&id).await;
        assert_eq!(opened.problems, [], "{}", example.name);
        assert!(!opened.state.live, "what is added arrives off");
    }
}

#[tokio::test]
async fn settings_are_checked_and_kept() {
    let desk = Desk::new().await;
    let mut settings = desk.ask(GetSettings {}).await;
    settings.variables.insert("region".to_owned(), "North".to_owned());
    desk.ask(SetSettings { settings: settings.clone() }).await;
    let id = greeter(&desk, "={{ $vars.region }}").await;
    let (_, result) = desk.run(&id).await;
    assert_eq!(*greeting(&result), json!("North"));
    settings.variables.insert("not a name".to_owned(), String::new());
    let failure = desk.refused(SetSettings { settings }).await;
    assert_eq!(failure.code, Code::Invalid);
    assert!(failure.hint.is_some(), "it says what to do");
}

#[tokio::test]
async fn settings_that_make_no_sense_are_refused() {
    let desk = Desk::new().await;
    let kept = desk.ask(GetSettings {}).await;
    let folder = desk.folder.path().to_string_lossy().into_owned();
    let gone = format!("{folder}/nowhere");
    let hosts =
        |host: &str| MachineSettings { allowed_hosts: vec![host.to_owned()], ..kept.clone() };
    let folders =
        |folder: &str| MachineSettings { allowed_folders: vec![folder.to_owned()], ..kept.clone() };
    let wrong = [
        hosts("bad host!!"),
        hosts("http://example.org"),
        hosts("example..org"),
        hosts(""),
        folders("reports"),
        folders(&gone),
        MachineSettings { retention_days: 0, ..kept.clone() },
        MachineSettings { retention_bytes: 5, ..kept.clone() },
    ];
    for settings in wrong {
        let failure = desk.refused(SetSettings { settings }).await;
        assert_eq!(failure.code, Code::Invalid);
        assert!(failure.hint.is_some(), "{} says what is right", failure.message);
        assert_eq!(desk.ask(GetSettings {}).await, kept, "{} is not kept", failure.message);
    }
    for settings in [hosts("*.example.org"), hosts("192.0.2.7"), hosts("[::1]"), folders(&folder)] {
        assert_eq!(desk.ask(SetSettings { settings: settings.clone() }).await, settings);
    }
}

#[tokio::test]
async fn edits_that_do_not_fit_change_nothing() {
    let desk = Desk::new().await;
    let id = greeter(&desk, "x").await;
    let before = desk.open(&id).await;
    let edits = vec![
        Edit::SetName { name: "Half".to_owned() },
        Edit::MoveNode { id: NodeId::new("nobody"), to: Point::default() },
    ];
    let batch = EditBatch { id: EditId::new("bad"), label: "Bad".to_owned(), edits, author: None };
    let failure = desk.refused(EditWorkflow { id: id.clone(), batch }).await;
    assert_eq!(failure.code, Code::Stale);
    assert_eq!(desk.open(&id).await.workflow, before.workflow, "all of a batch or nothing");
    assert!(desk.folder.path().join("reporunner.db").is_file());
}

#[tokio::test]
async fn a_batch_that_is_sent_again_changes_nothing() {
    let desk = Desk::new().await;
    let id = greeter(&desk, "x").await;
    let text = reporunner_model::TextPath::Description;
    let splice = Edit::SpliceText { text, at: 0, remove: 0, insert: "once ".to_owned() };
    let batch = EditBatch {
        id: EditId::new("again"),
        label: "Type".to_owned(),
        edits: vec![splice],
        author: None,
    };
    let send = EditWorkflow { id: id.clone(), batch };
    desk.ask(send.clone()).await;
    desk.ask(send).await;
    assert_eq!(desk.open(&id).await.workflow.description, "once ");
}

/// Items that reach a Merge by its second input keep their side and their lineage.
#[tokio::test]
async fn a_merge_with_one_empty_side_keeps_the_lineage() {
    let desk = Desk::new().await;
    let id = desk.workflow("Merge").await;
    let never = json!({ "conditions": {
        "options": { "caseSensitive": true, "typeValidation": "loose", "version": 2 },
        "conditions": [{ "id": "c1", "leftValue": "={{ $json.a }}", "rightValue": 2,
            "operator": { "type": "number", "operation": "equals" } }],
        "combinator": "and"
    }, "options": {} });
    let to_merge = |from_port, to_port| Edit::Connect {
        key: EdgeKey::main(NodeId::new("if"), from_port, NodeId::new("merge"), to_port),
        edge: Edge::default(),
    };
    let edits = vec![
        add("start", "manualTrigger", "1", "Start", 0.0, json!({})),
        add("if", "if", "2.2", "If", 300.0, never),
        add("merge", "merge", "3", "Merge", 600.0, json!({ "mode": "append" })),
        add("greet", "set", "3.4", "Greet", 900.0, fields("={{ $('Start').item.json.a }}")),
        wire("start", "if"),
        to_merge(0, 0),
        to_merge(1, 1),
        wire("merge", "greet"),
    ];
    desk.edit(&id, "Draw", edits).await;
    let start = StartRun {
        workflow: id.clone(),
        start: StartFrom::Default,
        input: Some(vec![Item::from_value(json!({ "a": 1 }))]),
        options: RunOptions { memory: true, ..RunOptions::default() },
    };
    let StartedRun::Running { run } = desk.ask(start).await else { panic!("it starts at once") };
    let summary = desk.ask(WaitRun { run: run.clone() }).await;
    assert_eq!(summary.status, RunStatus::Succeeded, "a run in memory can be waited for");
    let result = desk.ask(GetRunResult { run }).await;
    assert_eq!(*greeting(&result), json!("1"));
    assert!(desk.ask(ListRuns { filter: RunFilter::default() }).await.runs.is_empty());
}

#[tokio::test]
async fn the_address_of_a_webhook_follows_its_path() {
    let desk = Desk::new().await;
    let id = desk.workflow("Hook").await;
    let node = add("hook", "webhook", "2", "Webhook", 0.0, json!({ "path": "orders" }));
    let change = desk.edit(&id, "Add", vec![node]).await;
    let hook = NodeId::new("hook");
    assert!(change.webhooks[&hook].test.ends_with("/webhook-test/orders"));
    let path = vec!["path".to_owned()];
    let edit = Edit::SetParam { id: hook.clone(), path, value: Some(json!("bills")) };
    let change = desk.edit(&id, "Set path", vec![edit]).await;
    assert!(change.webhooks[&hook].production.ends_with("/webhook/bills"));
    assert_eq!(change.webhooks[&hook].published, None, "nothing is published");

    desk.ask(PublishWorkflow { id: id.clone() }).await;
    let set = |path: &str| Edit::SetParam {
        id: hook.clone(),
        path: vec!["path".to_owned()],
        value: Some(json!(path)),
    };
    let change = desk.edit(&id, "Set path", vec![set("parcels")]).await;
    let told = [change.webhooks, desk.open(&id).await.webhooks];
    for webhooks in told {
        assert!(webhooks[&hook].production.ends_with("/webhook/parcels"));
        let live = webhooks[&hook].published.as_deref();
        assert!(live.is_some_and(|live| live.ends_with("/webhook/bills")), "{live:?}");
    }
    let change = desk.edit(&id, "Set path", vec![set("bills")]).await;
    assert_eq!(change.webhooks[&hook].published, None, "both say the same again");
}

#[tokio::test]
async fn a_webhook_that_shall_check_its_callers_is_not_opened() {
    let desk = Desk::new().await;
    let id = desk.workflow("Guarded").await;
    let hook = json!({ "httpMethod": "POST", "path": "guarded", "authentication": "headerAuth" });
    desk.edit(&id, "Draw", vec![add("hook", "webhook", "2", "Hook", 0.0, hook)]).await;
    let state = desk.ask(SetLive { id: id.clone(), live: true }).await;
    assert!(state.trouble.is_some_and(|why| why.contains("checks who calls")));
    let address = desk.open(&id).await.webhooks[&NodeId::new("hook")].production.clone();
    let answer = reqwest::Client::new().post(&address).send().await.expect("an answer");
    assert_eq!(answer.status(), 404, "better closed than open to everybody");
}
