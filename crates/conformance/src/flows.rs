//! Cases that are workflows: imported as the app imports them, run by the real runner.
//!
//! A run reaches no host: its requests are answered here, as its case says. The order that is told
//! is that in which node runs began.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use reporunner_app::MachineClock;
use reporunner_engine::Options;
use reporunner_expression::Evaluator;
use reporunner_model::{
    Catalog, Clock, Durability, Item, NodeId, RunId, RunMode, StartFrom, TypeName, Workflow,
};
use reporunner_net::Reach;
use reporunner_node::Node;
use reporunner_runner::{Place, RunRequest, Runner, RunnerOptions};
use reporunner_sandbox::PoolConfig;
use reporunner_store::{OpenOptions, Store};
use serde_json::{Map, Value};
use tokio::sync::OnceCell;

use crate::answers::Answers;
use crate::checks::checks;
use crate::doubles::{TestData, VersionTest};
use crate::given::Given;
use crate::{Check, DEFAULT_ZONE, Score, files, pins};

/// What `$workflow.id` is: cases were recorded with this one.
const WORKFLOW: &str = "test";
/// The file that holds the answer to every request, among cases that have the same for all.
const ALWAYS: &str = "catchall.json";
/// Node types that are to be there: a case with one counts, whether it is there yet or not.
const PROMISED: [&str; 13] = [
    "n8n-nodes-base.dataTable",
    "n8n-nodes-base.emailSend",
    "n8n-nodes-base.errorTrigger",
    "n8n-nodes-base.executeCommand",
    "n8n-nodes-base.executeWorkflow",
    "n8n-nodes-base.executeWorkflowTrigger",
    "n8n-nodes-base.form",
    "n8n-nodes-base.formTrigger",
    "n8n-nodes-base.graphql",
    "n8n-nodes-base.localFileTrigger",
    "n8n-nodes-base.rssFeedRead",
    "n8n-nodes-base.rssFeedReadTrigger",
    "n8n-nodes-base.wait",
];
/// Longest that one case may run, milliseconds.
const CASE_MS: u64 = 20_000;

/// Runs workflows, in a data folder that goes with it.
pub struct Bench {
    runner: Runner,
    evaluator: Arc<Evaluator>,
    store: Store,
    folder: tempfile::TempDir,
    answers: OnceCell<Answers>,
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
        let evaluator = Arc::new(Evaluator::new(worker));
        let runner = Runner::new(RunnerOptions {
            store: store.clone(),
            nodes,
            evaluator: Arc::clone(&evaluator),
            clock,
            sink: Arc::new(()),
            owner: "conformance".to_owned(),
        });
        std::fs::create_dir(folder.path().join("files"))?;
        Ok(Self { runner, evaluator, store, folder, answers: OnceCell::new() })
    }

    /// Every node type that it runs.
    pub fn catalog(&self) -> &Catalog {
        self.runner.catalog()
    }

    /// What answers expressions.
    pub(crate) fn evaluator(&self) -> &Evaluator {
        &self.evaluator
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
        let always = files::read(&folder.join(part).join(ALWAYS)).ok();
        let always: Option<Value> = always.and_then(|text| serde_json::from_slice(&text).ok());
        for path in files::below(&folder.join(part), "json")? {
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
            let given = self.run(&case, always.as_ref()).await?;
            files::write(results, relative, &given.to_json())?;
            score.cases += 1;
            score.checks.extend(checks(&name, &case, &given));
        }
        Ok(score)
    }

    /// Runs one case and tells what of it holds.
    ///
    /// # Errors
    /// Where requests cannot be answered or a file that it made cannot be read.
    pub async fn check(&self, case: &Value) -> anyhow::Result<Vec<Check>> {
        Ok(checks("", case, &self.run(case, None).await?))
    }

    /// The type of the first node that is nobody's promise.
    fn not_ours(&self, workflow: &Value) -> Option<String> {
        let imported = import(workflow, self.catalog()).ok()?;
        let is_ours = |name: &TypeName| {
            self.catalog().get(name).is_some() || PROMISED.contains(&name.as_str())
        };
        let mut nodes = imported.nodes.values();
        let stub = nodes.find(|node| !is_ours(&node.node_type))?;
        Some(stub.node_type.to_string())
    }

    /// Runs a case; `always` is what requests are answered with, where all get the same answer.
    async fn run(&self, case: &Value, always: Option<&Value>) -> anyhow::Result<Given> {
        let answers = self.answers.get_or_try_init(|| async {
            let answers = Answers::start().await?;
            self.runner.send_by(reach(), answers.client(reach()));
            Ok::<_, anyhow::Error>(answers)
        });
        let answers = answers.await?;
        answers.begin(case, always);
        let mut file = case["workflow"].clone();
        let stood = if is_pinned(case) { pins::as_they_stand(&mut file) } else { Map::new() };
        let workflow = match import(&file, self.catalog()) {
            Ok(workflow) => workflow,
            Err(message) => return Ok(Given::failed(message)),
        };
        let handle = match self.runner.start(self.request(case, workflow)) {
            Ok(handle) => handle,
            Err(error) => return Ok(Given::failed(error.to_string())),
        };
        let mut given = match handle.ended().await {
            Some(ended) => Given::of(&ended, &self.store)?,
            None => Given::failed("the runner closed".to_owned()),
        };
        pins::show(&stood, &mut given.run_data);
        given.requests = answers.take();
        Ok(given)
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
        RunRequest {
            // The first run of an engine, as every case was recorded.
            id: RunId::new("1"),
            prepared: self.runner.prepare(Arc::new(workflow)),
            options: Options {
                start,
                input: Some(Arc::new(input.map_or_else(|| vec![Item::default()], items))),
                use_pins: is_pinned(case),
                time_limit_ms: Some(CASE_MS),
                ..Options::default()
            },
            mode: RunMode::Production,
            durability: Durability::Memory,
            place: Place {
                folders: vec![files.clone()],
                base: files,
                closed: vec![self.folder.path().join("data")],
                own: None,
                reach: reach(),
                commands: false,
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

/// Whether pinned items stand in for what their nodes would give.
fn is_pinned(case: &Value) -> bool {
    case["mode"] == "pinned"
}

/// What runs may reach: nothing, but for the server that answers in place of everybody.
fn reach() -> Reach {
    Reach::local_user()
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
        // The first is the workflow's own.
        if made == 1 { WORKFLOW.to_owned() } else { format!("made-{made}") }
    };
    let imported = reporunner_n8n::import(&workflow.to_string(), catalog, ids, |_| true)
        .map_err(|error| error.to_string())?;
    let mut workflow = imported.workflow;
    if workflow.settings.timezone.is_empty() {
        DEFAULT_ZONE.clone_into(&mut workflow.settings.timezone);
    }
    Ok(workflow)
}
