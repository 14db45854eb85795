//! Cases that are workflows: imported as the app imports them, run by the real runner.
//!
//! A run reaches no host, not even this machine. The order that is told is that in which node runs
//! began.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Context;
use reporunner_app::MachineClock;
use reporunner_engine::Options;
use reporunner_expression::Evaluator;
use reporunner_model::{
    Catalog, Clock, Durability, Item, NodeId, RunId, RunMode, RunStatus, StartFrom, Workflow,
};
use reporunner_net::Reach;
use reporunner_node::Node;
use reporunner_runner::{Ended, Place, RunRequest, Runner, RunnerOptions};
use reporunner_sandbox::PoolConfig;
use reporunner_store::{OpenOptions, Store};
use serde_json::{Map, Value, json};

use crate::doubles::{TestData, VersionTest};
use crate::{Check, Score, compare, files};

/// The zone of workflows that name none, as in n8n.
const DEFAULT_ZONE: &str = "America/New_York";
/// Longest that one case may run, milliseconds.
const CASE_MS: u64 = 20_000;

/// Runs workflows, in a data folder that goes with it.
pub struct Bench {
    runner: Runner,
    folder: tempfile::TempDir,
    runs: AtomicUsize,
}

/// What a case's workflow gave, in the form of the results.
struct Given {
    run_data: Map<String, Value>,
    order: Vec<String>,
    error: Option<String>,
}

impl Given {
    fn failed(message: String) -> Self {
        Self { run_data: Map::new(), order: Vec::new(), error: Some(message) }
    }

    fn to_json(&self) -> Value {
        let error = self.error.as_ref().map(|message| json!({ "message": message }));
        json!({ "runData": self.run_data, "order": self.order, "requests": [], "error": error })
    }
}

impl Bench {
    /// A bench whose expressions that need JavaScript go to the program `worker`.
    ///
    /// # Errors
    /// Where its folder cannot be made.
    pub fn new(worker: PoolConfig) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("no folder for the runs")?;
        let clock: Arc<dyn Clock> = Arc::new(MachineClock::new());
        let store = Store::open(&folder.path().join("data"), OpenOptions::at(clock.now()))?;
        let mut nodes = reporunner_nodes::all();
        nodes.push(Arc::new(TestData("n8n-nodes-testing.testData")) as Arc<dyn Node>);
        nodes.push(Arc::new(VersionTest));
        let runner = Runner::new(RunnerOptions {
            store,
            nodes,
            evaluator: Arc::new(Evaluator::new(worker)),
            clock,
            sink: Arc::new(()),
            owner: "conformance".to_owned(),
        });
        std::fs::create_dir(folder.path().join("files"))?;
        Ok(Self { runner, folder, runs: AtomicUsize::new(0) })
    }

    /// Every node type that it runs.
    pub fn catalog(&self) -> &Catalog {
        self.runner.catalog()
    }

    /// Runs the cases below `part` of `folder`.
    pub(crate) async fn score(
        &self,
        folder: &Path,
        part: &str,
        results: Option<&Path>,
    ) -> anyhow::Result<Score> {
        let mut score = Score::default();
        // A copy, for a case may write where it reads.
        let fixtures = self.folder.path().join("files/fixtures");
        files::copy(&folder.join("fixtures"), &fixtures)?;
        for path in files::below(&folder.join(part))? {
            let text = String::from_utf8(files::read(&path)?)?;
            let text = text.replace("$TMP", &self.folder.path().join("files").to_string_lossy());
            let text = text.replace("$FIXTURES", &fixtures.to_string_lossy());
            let case: Value = serde_json::from_str(&text)
                .with_context(|| format!("{} is no JSON", path.display()))?;
            if case.get("workflow").is_none() {
                continue;
            }
            let relative = files::relative(&path, folder);
            let name = relative.display().to_string();
            if let Some(stub) = self.not_ours(&case["workflow"]) {
                score.not_ours.push((name, stub));
                continue;
            }
            let given = self.run(&case).await;
            files::write(results, relative, &given.to_json())?;
            score.cases += 1;
            score.checks.extend(checks(&name, &case, &given));
        }
        Ok(score)
    }

    /// Runs one case and tells what of it holds.
    pub async fn check(&self, case: &Value) -> Vec<Check> {
        checks("", case, &self.run(case).await)
    }

    /// The type of the first node that is not ours.
    fn not_ours(&self, workflow: &Value) -> Option<String> {
        let imported = import(workflow, self.catalog()).ok()?;
        let mut nodes = imported.nodes.values();
        let stub = nodes.find(|node| self.catalog().get(&node.node_type).is_none())?;
        Some(stub.node_type.to_string())
    }

    async fn run(&self, case: &Value) -> Given {
        let workflow = match import(&case["workflow"], self.catalog()) {
            Ok(workflow) => workflow,
            Err(message) => return Given::failed(message),
        };
        let handle = match self.runner.start(self.request(case, workflow)) {
            Ok(handle) => handle,
            Err(error) => return Given::failed(error.to_string()),
        };
        match handle.ended().await {
            Some(ended) => given(&ended),
            None => Given::failed("the runner closed".to_owned()),
        }
    }

    fn request(&self, case: &Value, workflow: Workflow) -> RunRequest {
        let start = case["reference"]["start"].as_str().and_then(|name| workflow.node_named(name));
        let start = match start.map(|node| node.id.clone()).or_else(|| only_root(&workflow)) {
            Some(node) => StartFrom::Trigger { node: Some(node) },
            None => StartFrom::Default,
        };
        let input = [&case["trigger_input"], &case["trigger"]["input"]];
        let input = input.into_iter().find(|input| !input.is_null()).cloned();
        let files = self.folder.path().join("files");
        let number = self.runs.fetch_add(1, Ordering::Relaxed);
        RunRequest {
            id: RunId::new(format!("case-{number}")),
            prepared: self.runner.prepare(Arc::new(workflow)),
            options: Options {
                start,
                input: Some(Arc::new(input.map_or_else(|| vec![Item::default()], items))),
                use_pins: case["mode"] == "pinned",
                time_limit_ms: Some(CASE_MS),
                ..Options::default()
            },
            mode: RunMode::Manual,
            durability: Durability::Memory,
            place: Place {
                folders: vec![files.clone()],
                base: files,
                closed: vec![self.folder.path().join("data")],
                own: None,
                // Nobody has this name, so no request goes anywhere.
                reach: Reach {
                    loopback: false,
                    lan: false,
                    hosts: vec!["nobody.invalid".to_owned()],
                },
            },
            vars: Map::new(),
            live: false,
            timezone: DEFAULT_ZONE.to_owned(),
            responder: None,
            version: None,
            parent: None,
        }
    }
}

/// The node that starts a workflow without a trigger: the one that nothing leads to.
fn only_root(workflow: &Workflow) -> Option<NodeId> {
    let is_trigger = |node: &&reporunner_model::Node| node.node_type.as_str().ends_with("rigger");
    if workflow.nodes.values().any(|node| is_trigger(&node)) {
        return None;
    }
    let mut roots = workflow.nodes.values().filter(|node| workflow.edges_to(&node.id).is_empty());
    let root = roots.next()?;
    roots.next().is_none().then(|| root.id.clone())
}

fn items(input: Value) -> Vec<Item> {
    match input {
        Value::Array(list) => list.into_iter().map(Item::from_value).collect(),
        one => vec![Item::from_value(one)],
    }
}

fn import(workflow: &Value, catalog: &Catalog) -> Result<Workflow, String> {
    let mut made = 0;
    let ids = || {
        made += 1;
        format!("made-{made}")
    };
    let imported = reporunner_n8n::import(&workflow.to_string(), catalog, ids, |_| true)
        .map_err(|error| error.to_string())?;
    let mut workflow = imported.workflow;
    if workflow.settings.timezone.is_empty() {
        DEFAULT_ZONE.clone_into(&mut workflow.settings.timezone);
    }
    Ok(workflow)
}

fn given(ended: &Ended) -> Given {
    let plan = ended.run.plan();
    let mut began = Vec::new();
    let mut run_data = Map::new();
    for (index, planned) in plan.nodes() {
        let results = ended.run.results(index);
        if results.is_empty() {
            continue;
        }
        let name = &planned.node.name;
        let mut runs = Vec::new();
        for result in results {
            began.push((result.sequence, name.clone()));
            let mut run = json!({});
            // A run that failed gave nothing, which is not the same as no items.
            if result.error.is_none() || !result.outputs.is_empty() {
                run["outputs"] = json!({ "main": result.outputs });
            }
            if let Some(error) = &result.error {
                run["error"] = json!({ "message": error.message });
            }
            runs.push(run);
        }
        run_data.insert(name.clone(), Value::Array(runs));
    }
    began.sort();
    let order = began.into_iter().map(|(_, name)| name).collect();
    let failed = ended.status != RunStatus::Succeeded;
    let message = ended.error.as_ref().map(|error| error.message.clone());
    let error = message.or_else(|| failed.then(|| format!("the run ended: {:?}", ended.status)));
    Given { run_data, order, error }
}

/// What of `case` holds.
fn checks(name: &str, case: &Value, given: &Given) -> Vec<Check> {
    let expect = &case["expect"];
    let check = |what: &str, holds: bool, why: String| Check {
        case: name.to_owned(),
        what: what.to_owned(),
        node_type: type_of(case, what),
        why: if holds { String::new() } else { why },
        holds,
    };
    if let Some(wanted) = expect["error"].as_str() {
        let holds = given.error.as_deref() == Some(wanted);
        return vec![check("error", holds, given.error.clone().unwrap_or_default())];
    }
    let mut checks = Vec::new();
    if let Some(wanted) = expect.get("nodeExecutionOrder") {
        let why = json!(given.order).to_string();
        checks.push(check("order", compare::same(wanted, &json!(given.order)), why));
    }
    let all = expect["nodes_all_outputs"].as_object().map(|nodes| (nodes, true));
    let first = expect["nodes"].as_object().or_else(|| expect["nodes_json_main0"].as_object());
    for (nodes, all) in all.into_iter().chain(first.map(|nodes| (nodes, false))) {
        for (node, wanted) in nodes {
            let Some(got) = given.run_data.get(node) else {
                let why = given.error.clone().unwrap_or_else(|| "it did not run".to_owned());
                checks.push(check(node, false, why));
                continue;
            };
            let wanted = runs(wanted, all);
            let got = runs(got, all);
            let why = format!("it gave {}", cut(&got.to_string()));
            checks.push(check(node, compare::same(&wanted, &got), why));
        }
    }
    checks
}

/// The fields of a node's items by run, of all outputs or of the first alone.
fn runs(runs: &Value, all: bool) -> Value {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let of_run = |run: &Value| {
        // Expected items stand without their outputs.
        if run.is_array() {
            return fields(run);
        }
        let outputs = run.get("outputs").unwrap_or(&Value::Null);
        let main = list(&outputs["main"]);
        if all {
            Value::Array(main.iter().map(fields).collect())
        } else {
            fields(main.first().unwrap_or(&Value::Null))
        }
    };
    Value::Array(list(runs).iter().map(of_run).collect())
}

fn fields(items: &Value) -> Value {
    let Some(items) = items.as_array() else { return json!([]) };
    Value::Array(items.iter().map(|item| item.get("json").unwrap_or(item).clone()).collect())
}

fn type_of(case: &Value, node: &str) -> String {
    let nodes = case["workflow"]["nodes"].as_array();
    let found = nodes.into_iter().flatten().find(|entry| entry["name"] == node);
    found.and_then(|entry| entry["type"].as_str()).unwrap_or_default().to_owned()
}

fn cut(text: &str) -> String {
    text.chars().take(200).collect()
}
