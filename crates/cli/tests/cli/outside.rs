//! A workflow whose steps change things outside that can be counted, and the book of its runs.

use std::collections::{BTreeMap, BTreeSet};

use reporunner_model::{Item, NodeRunState, RunId, RunStatus, StartFrom, WorkflowId};
use reporunner_protocol::{
    GetRun, GetRunResult, GetSettings, Hello, ImportWorkflow, Imported, ListRuns, MachineSettings,
    RunDetail, RunFilter, RunOptions, RunPage, RunResult, RunSummary, SetLive, SetSettings,
    StartRun, StartedRun, WaitRun, Welcome, WorkflowState,
};
use serde_json::{Value, json};

use crate::editor::ask;
use crate::effects::EffectsServer;
use crate::process::{Folder, Serve};

/// The steps that post, in their order; `side` is on a branch of its own.
pub(crate) const POSTS: [&str; 4] = ["first", "second", "last", "side"];

fn node(id: &str, kind: &str, version: &str, params: Value) -> (String, Value) {
    let place = json!({"x": 0.0, "y": 0.0});
    let node = json!({
        "id": id, "type": kind, "v": version, "name": id, "position": place, "on": true,
        "params": params
    });
    (id.to_owned(), node)
}

fn post(id: &str) -> (String, Value) {
    let url = format!(
        "={{{{ $('prepare').first().json.base }}}}/{id}/{{{{ $('prepare').first().json.token }}}}"
    );
    node(id, "httpRequest", "4.2", json!({ "method": "POST", "url": url, "options": {} }))
}

fn settings() -> Value {
    json!({ "executionOrder": "concurrent", "saveSuccess": true, "saveFailure": true })
}

/// The text of the workflow. Branches run at the same time.
pub(crate) fn workflow(base: &str, database: &str) -> String {
    let nodes: BTreeMap<String, Value> = [
        node("start", "manualTrigger", "1", json!({})),
        node(
            "hook",
            "webhook",
            "2",
            json!({
                "httpMethod": "POST", "path": "outside", "responseMode": "onReceived", "options": {}
            }),
        ),
        node(
            "prepare",
            "code",
            "2",
            json!({
                "jsCode": format!(
                    "const {{ token, body }} = $input.first().json;\n\
                     return [{{ json: {{ token: token ?? body.token, base: '{base}' }} }}];"
                )
            }),
        ),
        post("first"),
        post("second"),
        post("last"),
        post("side"),
        node(
            "work",
            "set",
            "3.4",
            json!({
                "mode": "manual", "includeOtherFields": true, "options": {},
                "assignments": { "assignments": [
                    { "id": "a", "name": "worked", "value": "={{ $json.ok }}", "type": "boolean" }
                ] }
            }),
        ),
        node(
            "insert",
            "sqlite",
            "1",
            json!({
                "path": database, "operation": "query",
                "query": "INSERT INTO done (token) VALUES (:token)",
                "queryParameters": "={{ { token: $('prepare').first().json.token } }}"
            }),
        ),
    ]
    .into();
    let edges: BTreeMap<String, Value> = [
        ("start", "prepare"),
        ("hook", "prepare"),
        ("prepare", "first"),
        ("prepare", "side"),
        ("first", "work"),
        ("work", "second"),
        ("second", "insert"),
        ("insert", "last"),
    ]
    .map(|(from, to)| (format!("{from}/main/0>{to}/main/0"), json!({})))
    .into();
    let workflow = json!({
        "id": "outside", "name": "Outside", "settings": settings(), "nodes": nodes, "edges": edges
    });
    json!({ "reporunner": 1, "workflow": workflow }).to_string()
}

/// A workflow that posts, computes for a while, and ends.
pub(crate) fn thinker(base: &str) -> String {
    let nodes: BTreeMap<String, Value> = [
        node("start", "manualTrigger", "1", json!({})),
        node("post", "httpRequest", "4.2", json!({ "method": "POST", "url": base, "options": {} })),
        node(
            "think",
            "code",
            "2",
            json!({
                "jsCode": "const end = Date.now() + 1500; while (Date.now() < end) {}\nreturn []"
            }),
        ),
    ]
    .into();
    let edges = json!({ "start/main/0>post/main/0": {}, "post/main/0>think/main/0": {} });
    let workflow = json!({
        "id": "thinker", "name": "Thinker", "settings": settings(), "nodes": nodes, "edges": edges
    });
    json!({ "reporunner": 1, "workflow": workflow }).to_string()
}

/// A workflow that reads once, from a place that an expression names.
pub(crate) fn reader(base: &str) -> String {
    let nodes: BTreeMap<String, Value> = [
        node("start", "manualTrigger", "1", json!({})),
        node(
            "read",
            "httpRequest",
            "4.2",
            json!({ "method": "={{ 'GET' }}", "url": base, "options": {} }),
        ),
    ]
    .into();
    let workflow = json!({
        "id": "reader", "name": "Reader", "settings": settings(), "nodes": nodes,
        "edges": { "start/main/0>read/main/0": {} }
    });
    json!({ "reporunner": 1, "workflow": workflow }).to_string()
}

/// A workflow that takes calls in and does nothing with them.
pub(crate) fn intake() -> String {
    let nodes: BTreeMap<String, Value> = [
        node(
            "hook",
            "webhook",
            "2",
            json!({
                "httpMethod": "POST", "path": "intake", "responseMode": "onReceived", "options": {}
            }),
        ),
        node("end", "noOp", "1", json!({})),
    ]
    .into();
    let edges = json!({ "hook/main/0>end/main/0": {} });
    let workflow = json!({
        "id": "intake", "name": "Intake", "settings": settings(), "nodes": nodes, "edges": edges
    });
    json!({ "reporunner": 1, "workflow": workflow }).to_string()
}

/// A workflow with one statement of SQL.
pub(crate) fn statement(database: &str, sql: &str) -> String {
    let nodes: BTreeMap<String, Value> = [
        node("start", "manualTrigger", "1", json!({})),
        node("sql", "sqlite", "1", json!({ "path": database, "operation": "query", "query": sql })),
    ]
    .into();
    let edges = json!({ "start/main/0>sql/main/0": {} });
    let workflow = json!({
        "id": "sql", "name": "SQL", "settings": settings(), "nodes": nodes, "edges": edges
    });
    json!({ "reporunner": 1, "workflow": workflow }).to_string()
}

pub(crate) fn import(serve: &mut Serve, text: String) -> WorkflowId {
    let imported: Imported = ask(serve, ImportWorkflow { text, name: None });
    imported.id
}

/// A free port for webhooks, and the folder of the test for files.
pub(crate) fn settle(serve: &mut Serve, folder: &Folder) {
    let mut settings: MachineSettings = ask(serve, GetSettings {});
    settings.webhook_port = 0;
    settings.allowed_folders = vec![folder.path().to_str().expect("text").to_owned()];
    let _: MachineSettings = ask(serve, SetSettings { settings });
}

pub(crate) fn webhook(serve: &mut Serve, path: &str) -> String {
    let welcome: Welcome = ask(serve, Hello {});
    assert_eq!(welcome.notices, Vec::<String>::new(), "nothing was mended");
    format!("{}/webhook/{path}", welcome.webhook_base.expect("it listens"))
}

pub(crate) fn go_live(serve: &mut Serve, id: &WorkflowId) {
    let _: WorkflowState = ask(serve, SetLive { id: id.clone(), live: true });
}

/// The command that starts a run with this token.
pub(crate) fn start(workflow: &WorkflowId, token: &str) -> Value {
    let item = Item::from_value(json!({ "token": token }));
    let command = StartRun {
        workflow: workflow.clone(),
        start: StartFrom::Trigger { node: Some("start".into()) },
        input: Some(vec![item]),
        options: RunOptions::default(),
    };
    json!(reporunner_protocol::Request::from(command))
}

/// Runs a workflow by hand to its end and gives what `node` gave.
pub(crate) fn run(serve: &mut Serve, workflow: &WorkflowId, node: &str) -> Vec<Value> {
    let command = StartRun {
        workflow: workflow.clone(),
        start: StartFrom::Default,
        input: None,
        options: RunOptions::default(),
    };
    let StartedRun::Running { run } = ask(serve, command) else { panic!("it runs") };
    let summary: RunSummary = ask(serve, WaitRun { run: run.clone() });
    assert_eq!(summary.status, RunStatus::Succeeded, "{:?}", summary.error);
    let result: RunResult = ask(serve, GetRunResult { run });
    result.nodes[node][0].outputs[0].iter().map(|item| json!(item.json)).collect()
}

/// Every run of a workflow, page by page.
pub(crate) fn runs(serve: &mut Serve, workflow: &WorkflowId) -> Vec<RunSummary> {
    let mut filter =
        RunFilter { workflow: Some(workflow.clone()), limit: 200, ..RunFilter::default() };
    let mut all = Vec::new();
    loop {
        let page: RunPage = ask(serve, ListRuns { filter: filter.clone() });
        all.extend(page.runs);
        match page.next {
            Some(next) => filter.after = Some(next),
            None => return all,
        }
    }
}

/// What was started, and what its answers said.
#[derive(Default)]
pub(crate) struct Book {
    /// Tokens of runs whose start was answered.
    pub(crate) accepted: BTreeSet<String>,
    /// Tokens of runs whose start was not answered: they may be there or not.
    pub(crate) asked: BTreeSet<String>,
    /// Runs that were looked at when they were over: nothing of them changes any more.
    settled: BTreeMap<RunId, String>,
    pub(crate) unknown: usize,
    pub(crate) succeeded: usize,
}

impl Book {
    /// Waits until every run is over and holds each against what was done outside.
    #[track_caller]
    pub(crate) fn check(
        &mut self,
        serve: &mut Serve,
        workflow: &WorkflowId,
        server: &EffectsServer,
    ) {
        for summary in runs(serve, workflow) {
            if !self.settled.contains_key(&summary.id) {
                let over: RunSummary = ask(serve, WaitRun { run: summary.id });
                let token = self.check_run(serve, over.clone(), server);
                self.settled.insert(over.id, token);
            }
        }
        let mut tokens = BTreeSet::new();
        for token in self.settled.values() {
            assert!(tokens.insert(token.clone()), "{token} ran twice");
        }
        let lost: Vec<_> = self.accepted.difference(&tokens).collect();
        assert!(lost.is_empty(), "accepted and not recorded: {lost:?}");
        let known = |token: &String| self.accepted.contains(token) || self.asked.contains(token);
        assert!(tokens.iter().all(known), "nothing runs that nobody asked for");
        for (path, count) in server.effects() {
            assert_eq!(count, 1, "{path} was done {count} times");
        }
    }

    /// Holds one run that is over against what was done outside; gives its token.
    #[track_caller]
    fn check_run(&mut self, serve: &mut Serve, over: RunSummary, server: &EffectsServer) -> String {
        let detail: RunDetail = ask(serve, GetRun { run: over.id.clone() });
        let result: RunResult = ask(serve, GetRunResult { run: over.id.clone() });
        let about = format!("{}: {:?} {:#?}", over.id, over.error, detail.nodes);
        let token = &result.nodes["prepare"][0].outputs[0][0].json["token"];
        let token = token.as_str().expect("a token").to_owned();
        let state = |id: &str| {
            let mut runs = detail.nodes.iter().filter(|run| run.node.as_str() == id);
            let first = runs.next().map(|run| run.state);
            assert!(runs.next().is_none(), "{id} ran once: {about}");
            first
        };
        let effects = server.effects();
        let mut unknown = state("insert") == Some(NodeRunState::Unknown);
        for step in POSTS {
            let done = effects.get(&format!("/{step}/{token}")).copied().unwrap_or(0);
            match state(step) {
                Some(NodeRunState::Succeeded) => assert_eq!(done, 1, "{step}: {about}"),
                Some(NodeRunState::Unknown) => {
                    assert!(done <= 1, "{step}: {about}");
                    unknown = true;
                }
                None | Some(NodeRunState::Cancelled) => assert_eq!(done, 0, "{step}: {about}"),
                Some(other) => panic!("{step} ended as {other:?}: {about}"),
            }
        }
        match over.status {
            RunStatus::Succeeded => {
                self.succeeded += 1;
                let all = POSTS.iter().chain(&["insert"]);
                for step in all {
                    assert_eq!(state(step), Some(NodeRunState::Succeeded), "{step}: {about}");
                }
            }
            RunStatus::Unknown => {
                self.unknown += 1;
                assert!(unknown, "an unknown run says at which step: {about}");
                assert!(over.error.is_some_and(|error| error.hint.is_some()), "and what to do");
            }
            other => panic!("a run ended as {other:?}: {about}"),
        }
        token
    }
}
