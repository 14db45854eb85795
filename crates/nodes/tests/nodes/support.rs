//! Runs one node as the runner would: parameters evaluated for every item, handles over real
//! files in a temporary folder, a loopback server, SQLite files and an in-process evaluator.
//!
//! Time is a fake clock: a pause ends at once and is remembered.

use std::collections::HashMap;
use std::future::Future;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use async_trait::async_trait;
use bytes::Bytes;
use reporunner_expression::{Ambient, Compiled, Evaluator, Frame, Refusal, RunData, WorkflowInfo};
use reporunner_model::{
    BinaryRef, Clock, Effect, Item, Items, Monotonic, Node as NodeData, NodeDescription, NodeError,
    NodeId, OnError, Property, PropertyKind, RunId, RunMode, Timestamp, WorkflowId,
};
use reporunner_net::{Body, Client, PartContent as NetContent, Reach, Request};
use reporunner_node::{
    Answer, Binary, ChildRun, CommandOutput, Commands, Context, Earlier, Evaluate, FileEntry,
    Files, Handles, Http, HttpBody, HttpRequest, HttpResponse, IN_MEMORY, Mail, MailSent,
    MailServer, Memory, MemoryScope, Message, Node, Notes, Output, Params, PartContent, Respond,
    RunInfo, Script, ScriptCall, ScriptMode, ScriptResult, Sql, SqlRows, SqlStatement,
    WorkflowCall, Workflows,
};
use reporunner_store::{MemoryKey, UserDatabase, UserStatement};
use serde_json::{Map, Value};
use tempfile::TempDir;

/// A node to run: its type, version, parameters and input.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) node: &'static str,
    pub(crate) version: String,
    pub(crate) params: Value,
    pub(crate) inputs: Vec<Vec<Item>>,
    pub(crate) on_error: OnError,
    pub(crate) mode: RunMode,
}

/// A case with one empty item.
pub(crate) fn case(node: &'static str, version: &str, params: Value) -> Case {
    Case {
        node,
        version: version.to_owned(),
        params,
        inputs: vec![vec![Item::default()]],
        on_error: OnError::StopWorkflow,
        mode: RunMode::Manual,
    }
}

impl Case {
    /// The items of the first input, as JSON.
    pub(crate) fn items(self, items: Value) -> Self {
        self.inputs([items])
    }

    /// The items of every input, as JSON.
    pub(crate) fn inputs<const N: usize>(mut self, inputs: [Value; N]) -> Self {
        let read = |list: Value| match list {
            Value::Array(list) => list.into_iter().map(Item::from_value).collect(),
            _ => Vec::new(),
        };
        self.inputs = inputs.into_iter().map(read).collect();
        self
    }

    /// What happens when it fails.
    pub(crate) fn on_error(mut self, on_error: OnError) -> Self {
        self.on_error = on_error;
        self
    }
}

/// The place where cases run.
pub(crate) struct Bench {
    pub(crate) folder: TempDir,
    pub(crate) answers: Arc<Mutex<Vec<Answer>>>,
    pub(crate) clock: Arc<FakeClock>,
    binaries: Arc<Mutex<HashMap<String, Bytes>>>,
    /// What was noted about the run.
    pub(crate) notes: Arc<Mutex<Map<String, Value>>>,
    /// What the first input was given, run by run.
    given: Arc<Mutex<Vec<Items>>>,
    /// What is remembered from run to run.
    memory: Arc<OnceLock<reporunner_store::Store>>,
    /// Mails that were handed over, and the servers.
    pub(crate) mails: Arc<Mutex<Vec<(MailServer, Message)>>>,
    /// What `$vars` holds.
    pub(crate) vars: Map<String, Value>,
    /// Which run the next one is.
    pub(crate) turn: AtomicUsize,
    /// What runs scripts, in tests that have a worker.
    pub(crate) worker: Option<Evaluator>,
    /// What was called of other workflows, and what they give.
    pub(crate) workflows: Arc<Calls>,
}

/// Other workflows: each call is noted and answered in turn.
#[derive(Default)]
pub(crate) struct Calls {
    pub(crate) made: Mutex<Vec<WorkflowCall>>,
    pub(crate) answers: Mutex<Vec<Result<ChildRun, NodeError>>>,
}

#[async_trait]
impl Workflows for Calls {
    async fn run(&self, call: WorkflowCall) -> Result<ChildRun, NodeError> {
        self.made.lock().unwrap().push(call);
        self.answers.lock().unwrap().remove(0)
    }
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self {
            worker: None,
            workflows: Arc::default(),
            folder: tempfile::tempdir().unwrap(),
            answers: Arc::default(),
            clock: Arc::default(),
            binaries: Arc::default(),
            notes: Arc::default(),
            given: Arc::default(),
            memory: Arc::default(),
            mails: Arc::default(),
            vars: Map::new(),
            turn: AtomicUsize::new(0),
        }
    }

    /// Runs a case.
    pub(crate) async fn run(&self, case: Case) -> Result<Output, NodeError> {
        let (node, mut context) = self.context(case);
        node.run(&mut context).await
    }

    /// Runs a case with what its node remembers of earlier ones.
    pub(crate) async fn run_with(
        &self,
        case: Case,
        state: reporunner_node::NodeState,
    ) -> Result<Output, NodeError> {
        let (node, mut context) = self.context(case);
        context.state = state;
        context.run.run_index = self.given.lock().unwrap().len();
        let input = context.inputs.first().cloned().unwrap_or_default();
        let output = node.run(&mut context).await;
        self.given.lock().unwrap().push(input);
        output
    }

    /// What a case would do to the world outside.
    pub(crate) fn effect(&self, case: Case) -> Effect {
        let (node, context) = self.context(case);
        node.effect(&context)
    }

    fn context(&self, case: Case) -> (Arc<dyn Node>, Context) {
        let nodes = reporunner_nodes::all();
        let node = nodes
            .into_iter()
            .find(|node| node.description().name.as_str() == case.node)
            .unwrap_or_else(|| panic!("there is no node {}", case.node));
        let description = Arc::new(node.description());
        let mut data =
            NodeData::new(NodeId::new("n"), description.name.clone(), case.version, "Node");
        data.params = case.params.as_object().cloned().unwrap();
        data.flags.on_error = case.on_error;
        let inputs: Vec<_> = case.inputs.into_iter().map(Arc::new).collect();
        let frame = frame(inputs.clone(), self.vars.clone());
        let params = params(&data, &description, &frame);
        let context = Context {
            node: Arc::new(data),
            description,
            inputs,
            params,
            run: run_info(case.mode),
            handles: Arc::new(self.handles(frame)),
            state: Arc::default(),
        };
        (node, context)
    }

    /// Runs a case and gives the JSON of its items by output.
    pub(crate) async fn json(&self, case: Case) -> Value {
        let output = self.run(case).await.unwrap();
        let list = |items: Vec<Item>| items.into_iter().map(|i| Value::from(i.json)).collect();
        Value::Array(output.outputs.into_iter().map(list).collect())
    }

    /// Writes a file into the folder.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.folder.path().join(name), content).unwrap();
    }

    /// Reads a file of the folder.
    pub(crate) fn read(&self, name: &str) -> String {
        String::from_utf8(std::fs::read(self.folder.path().join(name)).unwrap()).unwrap()
    }

    /// The content of a binary.
    pub(crate) fn content(&self, file: &BinaryRef) -> Bytes {
        self.binaries.lock().unwrap()[&file.id].clone()
    }

    /// Stores content and gives an item that has it as `data`.
    pub(crate) fn item_with(&self, content: impl Into<Bytes>, name: &str) -> Item {
        let file = self.store().keep(content.into(), Some(name), None);
        let files = [("data".to_owned(), file)].into_iter().collect();
        Item { binary: Some(Box::new(files)), ..Item::default() }
    }

    fn store(&self) -> Store {
        Store { kept: Arc::clone(&self.binaries) }
    }

    fn handles(&self, frame: Frame) -> Handles {
        let folder = self.folder.path().to_owned();
        let folder_of_store = folder.join("store");
        Handles {
            http: Arc::new(RealHttp {
                client: Client::new(Reach::local_user()),
                store: self.store(),
            }),
            files: Arc::new(RealFiles { folder: folder.clone(), store: self.store() }),
            sql: Arc::new(RealSql { folder: folder.clone() }),
            binary: Arc::new(self.store()),
            mail: Arc::new(Letterbox(Arc::clone(&self.mails))),
            commands: Arc::new(Shell(folder)),
            script: Arc::new(Scripts { worker: self.worker.clone(), frame: frame.clone() }),
            evaluate: Arc::new(Native { frame }),
            respond: Arc::new(Answers { answers: Arc::clone(&self.answers) }),
            notes: Arc::new(Noted(Arc::clone(&self.notes))),
            workflows: Arc::clone(&self.workflows) as _,
            earlier: Arc::new(Given(Arc::clone(&self.given))),
            memory: Arc::new(Remembered {
                store: Arc::clone(&self.memory),
                folder: folder_of_store,
                turn: self.turn.fetch_add(1, Ordering::Relaxed),
            }),
            clock: self.clock.clone(),
        }
    }
}

fn run_info(mode: RunMode) -> RunInfo {
    RunInfo {
        workflow: WorkflowId::new("w"),
        workflow_name: "Test".to_owned(),
        run: RunId::new("r"),
        mode,
        run_index: 0,
        attempt: 1,
        timezone: "UTC".to_owned(),
        now: Timestamp(1_700_000_000_000),
        idempotency_key: "key".to_owned(),
    }
}

fn frame(inputs: Vec<Items>, vars: Map<String, Value>) -> Frame {
    let mut ambient = Ambient::new(WorkflowInfo::default(), "UTC", Timestamp(1_700_000_000_000));
    ambient.vars = vars;
    Frame::new(RunData::new(), "Node", inputs, Arc::new(ambient))
}

/// Marks text that the node evaluates itself.
const LATE: char = '\u{1}';

fn params(node: &NodeData, description: &NodeDescription, frame: &Frame) -> Params {
    let mut marked = Value::Object(node.params.clone());
    mark(&mut marked, &description.properties);
    let compiled = Compiled::new(&marked);
    let finish = |value: Value| match unmark(value) {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    if compiled.is_constant() {
        return Params::Same(finish(marked));
    }
    let items = (0..frame.items().len()).map(|item| match compiled.eval_native(frame, item) {
        Ok(value) => Ok(finish(value)),
        Err(refusal) => Err(refused(refusal)),
    });
    Params::PerItem(Arc::new(items.collect::<Vec<_>>()))
}

fn refused(refusal: Refusal) -> NodeError {
    match refusal {
        Refusal::Failed(error) => error.into_node_error(),
        Refusal::NeedsWorker(why) => panic!("a test's expression needs the worker: {why}"),
    }
}

fn mark(value: &mut Value, properties: &[Property]) {
    let Value::Object(map) = value else { return };
    for (name, value) in map {
        for property in properties.iter().filter(|property| property.name == *name) {
            match &property.kind {
                _ if property.late => hide(value),
                PropertyKind::Collection { fields, .. } | PropertyKind::Group { fields } => {
                    mark(value, fields);
                }
                _ => {}
            }
        }
    }
}

fn hide(value: &mut Value) {
    match value {
        Value::String(text) if text.starts_with('=') => text.insert(0, LATE),
        Value::Array(list) => list.iter_mut().for_each(hide),
        Value::Object(map) => map.values_mut().for_each(hide),
        _ => {}
    }
}

fn unmark(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.trim_start_matches(LATE).to_owned()),
        Value::Array(list) => list.into_iter().map(unmark).collect(),
        Value::Object(map) => map.into_iter().map(|(k, v)| (k, unmark(v))).collect(),
        other => other,
    }
}

struct Native {
    frame: Frame,
}

#[async_trait]
impl Evaluate for Native {
    async fn late(
        &self,
        value: &Value,
        item: usize,
        variables: Map<String, Value>,
    ) -> Result<Value, NodeError> {
        let mut frame = self.frame.clone();
        let plain =
            |(name, value): (String, Value)| (name.trim_start_matches('$').to_owned(), value);
        frame.extra.extend(variables.into_iter().map(plain));
        Compiled::new(value).eval_native(&frame, item).map_err(refused)
    }
}

struct Scripts {
    worker: Option<Evaluator>,
    frame: Frame,
}

#[async_trait]
impl Script for Scripts {
    async fn run(&self, call: ScriptCall) -> Result<ScriptResult, NodeError> {
        let worker = self.worker.as_ref().expect("tests in tests/scripts.rs have a worker");
        let script = reporunner_expression::Script {
            code: &call.code,
            mode: match call.mode {
                ScriptMode::AllItems => reporunner_expression::ScriptMode::RunOnceForAllItems,
                ScriptMode::EachItem => reporunner_expression::ScriptMode::RunOnceForEachItem,
            },
            deadline: call.timeout_ms.map(std::time::Duration::from_millis),
        };
        let output = worker.run_script(&script, &self.frame).await;
        let output = output.map_err(|error| error.into_node_error())?;
        Ok(ScriptResult { items: output.items, logs: output.console })
    }
}

struct Answers {
    answers: Arc<Mutex<Vec<Answer>>>,
}

#[async_trait]
impl Respond for Answers {
    async fn answer(&self, answer: Answer) -> Result<(), NodeError> {
        let mut answers = self.answers.lock().unwrap();
        if !answers.is_empty() {
            return Err(NodeError::new("The request was answered already"));
        }
        answers.push(answer);
        Ok(())
    }
}

/// What was noted.
struct Noted(Arc<Mutex<Map<String, Value>>>);

impl Notes for Noted {
    fn add(&self, new: Map<String, Value>, most: usize) -> Vec<String> {
        let mut notes = self.0.lock().unwrap();
        let room = most.saturating_sub(notes.len());
        let left_out = new.keys().skip(room).cloned().collect();
        notes.extend(new.into_iter().take(room));
        left_out
    }
}

/// What a node was given by `run_with`.
struct Given(Arc<Mutex<Vec<Items>>>);

impl Earlier for Given {
    fn input(&self, run: usize, input: usize) -> Option<Items> {
        self.0.lock().unwrap().get(run).filter(|_| input == 0).cloned()
    }
}

/// Takes mails: the runner's tests send them to a server.
struct Letterbox(Arc<Mutex<Vec<(MailServer, Message)>>>);

#[async_trait]
impl Mail for Letterbox {
    async fn send(&self, server: &MailServer, message: Message) -> Result<MailSent, NodeError> {
        let sent = MailSent {
            id: format!("<{}>", message.key),
            response: "250 OK".to_owned(),
            from: message.from.clone(),
            to: vec![message.to.clone()],
            bytes: 1,
        };
        self.0.lock().unwrap().push((server.clone(), message));
        Ok(sent)
    }
}

/// Runs commands in the folder, for nodes that are allowed to. The runner's tests are about the rest.
struct Shell(PathBuf);

#[async_trait]
impl Commands for Shell {
    async fn run(&self, command: &str) -> Result<CommandOutput, NodeError> {
        let mut shell = std::process::Command::new("/bin/sh");
        let done = shell.arg("-c").arg(command).current_dir(&self.0).output().map_err(io)?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(CommandOutput {
            code: done.status.code().unwrap_or(-1),
            stdout: text(&done.stdout),
            stderr: text(&done.stderr),
        })
    }
}

/// What is remembered from run to run, in a real store that is made when it is asked for.
struct Remembered {
    store: Arc<OnceLock<reporunner_store::Store>>,
    folder: PathBuf,
    turn: usize,
}

impl Remembered {
    fn store(&self) -> &reporunner_store::Store {
        let options = reporunner_store::OpenOptions::at(Timestamp(0));
        self.store.get_or_init(|| reporunner_store::Store::open(&self.folder, options).unwrap())
    }

    fn key(&self, scope: MemoryScope) -> MemoryKey {
        let scope = if scope == MemoryScope::Node { "n" } else { "" };
        MemoryKey {
            workflow: WorkflowId::new("w"),
            scope: scope.to_owned(),
            writer: self.turn.to_string(),
        }
    }
}

#[async_trait]
impl Memory for Remembered {
    async fn see(
        &self,
        scope: MemoryScope,
        keys: Vec<String>,
        most: usize,
    ) -> Result<Vec<bool>, NodeError> {
        let (whose, at) = (self.key(scope), Timestamp(self.turn as i64));
        let seen = self.store().write(move |tx| tx.see_in_memory(&whose, &keys, most, at));
        Ok(seen.wait().unwrap())
    }

    async fn get(&self, scope: MemoryScope, name: &str) -> Result<Option<Value>, NodeError> {
        Ok(self.store().read(|db| db.memory(&self.key(scope), name)).unwrap())
    }

    async fn set(&self, scope: MemoryScope, name: &str, value: Value) -> Result<(), NodeError> {
        let (whose, name) = (self.key(scope), name.to_owned());
        let set = self.store().write(move |tx| tx.set_memory(&whose, &name, &value, Timestamp(0)));
        set.wait().unwrap();
        Ok(())
    }

    async fn forget(&self, scope: MemoryScope) -> Result<(), NodeError> {
        let whose = self.key(scope);
        self.store().write(move |tx| tx.forget_memory(&whose)).wait().unwrap();
        Ok(())
    }
}

/// A clock whose pauses end at once.
#[derive(Default)]
pub(crate) struct FakeClock {
    micros: Mutex<u64>,
}

impl FakeClock {
    /// Milliseconds that were waited for.
    pub(crate) fn waited_ms(&self) -> u64 {
        *self.micros.lock().unwrap() / 1000
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        Timestamp(1_700_000_000_000)
    }

    fn monotonic(&self) -> Monotonic {
        Monotonic(*self.micros.lock().unwrap())
    }

    fn sleep_until(&self, until: Monotonic) -> Pin<Box<dyn Future<Output = ()> + Send + 'static>> {
        let mut micros = self.micros.lock().unwrap();
        *micros = (*micros).max(until.0);
        Box::pin(std::future::ready(()))
    }
}

#[derive(Clone)]
struct Store {
    kept: Arc<Mutex<HashMap<String, Bytes>>>,
}

impl Store {
    fn keep(&self, content: Bytes, name: Option<&str>, mime: Option<&str>) -> BinaryRef {
        let mut hasher = DefaultHasher::new();
        content.hash(&mut hasher);
        let file = BinaryRef {
            id: format!("test:{:016x}", hasher.finish()),
            mime_type: mime.unwrap_or("application/octet-stream").to_owned(),
            file_name: name.map(str::to_owned),
            file_size: Some(format!("{} B", content.len())),
            bytes: content.len() as u64,
            ..BinaryRef::default()
        };
        self.kept.lock().unwrap().insert(file.id.clone(), content);
        file
    }
}

#[async_trait]
impl Binary for Store {
    async fn put(
        &self,
        content: Bytes,
        name: Option<&str>,
        mime: Option<&str>,
    ) -> Result<BinaryRef, NodeError> {
        Ok(self.keep(content, name, mime))
    }

    async fn get(&self, binary: &BinaryRef) -> Result<Bytes, NodeError> {
        let kept = self.kept.lock().unwrap().get(&binary.id).cloned();
        kept.ok_or_else(|| NodeError::new("The file is gone"))
    }
}

struct RealFiles {
    folder: PathBuf,
    store: Store,
}

fn io(error: std::io::Error) -> NodeError {
    NodeError::new(error.to_string())
}

#[async_trait]
impl Files for RealFiles {
    async fn read(&self, path: &str) -> Result<BinaryRef, NodeError> {
        let content = std::fs::read(self.folder.join(path)).map_err(io)?;
        Ok(self.store.keep(content.into(), None, None))
    }

    async fn write(
        &self,
        path: &str,
        content: &BinaryRef,
        append: bool,
    ) -> Result<FileEntry, NodeError> {
        let path = self.folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).map_err(io)?;
        let mut all = if append { std::fs::read(&path).unwrap_or_default() } else { Vec::new() };
        all.extend_from_slice(&self.store.get(content).await?);
        std::fs::write(&path, &all).map_err(io)?;
        Ok(entry(&path))
    }

    async fn list(&self, pattern: &str) -> Result<Vec<FileEntry>, NodeError> {
        let glob =
            globset::Glob::new(pattern).map_err(|error| NodeError::new(error.to_string()))?;
        let glob = glob.compile_matcher();
        let mut found = Vec::new();
        for file in std::fs::read_dir(&self.folder).map_err(io)? {
            let path = file.map_err(io)?.path();
            if glob.is_match(path.strip_prefix(&self.folder).unwrap()) {
                found.push(entry(&path));
            }
        }
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }

    async fn rename(&self, from: &str, to: &str, replace: bool) -> Result<FileEntry, NodeError> {
        let to = self.folder.join(to);
        std::fs::create_dir_all(to.parent().unwrap()).map_err(io)?;
        if !replace {
            std::fs::File::create_new(&to).map_err(io)?;
        }
        std::fs::rename(self.folder.join(from), &to).map_err(io)?;
        Ok(entry(&to))
    }

    async fn remove(&self, path: &str) -> Result<(), NodeError> {
        std::fs::remove_file(self.folder.join(path)).map_err(io)
    }
}

fn entry(path: &Path) -> FileEntry {
    FileEntry {
        path: path.to_str().unwrap().to_owned(),
        name: path.file_name().unwrap().to_str().unwrap().to_owned(),
        bytes: std::fs::metadata(path).map_or(0, |m| m.len()),
    }
}

struct RealSql {
    folder: PathBuf,
}

#[async_trait]
impl Sql for RealSql {
    async fn run(
        &self,
        path: &str,
        statements: Vec<SqlStatement>,
        transaction: bool,
    ) -> Result<Vec<SqlRows>, NodeError> {
        run_sql(
            &match path {
                IN_MEMORY => path.into(),
                _ => self.folder.join(path),
            },
            statements,
            transaction,
        )
    }

    async fn back_up(&self, path: &str, target: &str) -> Result<FileEntry, NodeError> {
        let target = self.folder.join(target);
        let database = UserDatabase::open(&self.folder.join(path));
        let copied = database.and_then(|database| database.back_up(&target));
        copied.map_err(|error| NodeError::new(error.message))?;
        Ok(entry(&target))
    }

    async fn run_on_tables(
        &self,
        statements: Vec<SqlStatement>,
        transaction: bool,
    ) -> Result<Vec<SqlRows>, NodeError> {
        run_sql(&self.folder.join("tables.db"), statements, transaction)
    }
}

fn run_sql(
    path: &Path,
    statements: Vec<SqlStatement>,
    transaction: bool,
) -> Result<Vec<SqlRows>, NodeError> {
    let failed = |error: reporunner_store::UserDatabaseError| NodeError {
        item: error.statement,
        ..NodeError::new(error.message)
    };
    let mut database = UserDatabase::open(path).map_err(failed)?;
    let statements: Vec<_> = statements
        .into_iter()
        .map(|s| UserStatement { sql: s.sql, values: s.values, named: s.named })
        .collect();
    let rows = database.run(&statements, transaction).map_err(failed)?;
    let rows = rows.into_iter();
    Ok(rows.map(|r| SqlRows { rows: r.rows, changed: r.changed, last_id: r.last_id }).collect())
}

struct RealHttp {
    client: Client,
    store: Store,
}

#[async_trait]
impl Http for RealHttp {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, NodeError> {
        let body = match request.body {
            HttpBody::Empty => Body::Empty,
            HttpBody::Bytes(bytes) => Body::Bytes(bytes),
            HttpBody::Binary(file) => Body::Bytes(self.store.get(&file).await?),
            HttpBody::Multipart(parts) => {
                let mut sent = Vec::new();
                for part in parts {
                    let content = match part.content {
                        PartContent::Text(text) => NetContent::Text(text),
                        PartContent::Binary(file) => NetContent::File {
                            bytes: self.store.get(&file).await?,
                            file_name: file.file_name.unwrap_or_default(),
                            mime_type: file.mime_type,
                        },
                    };
                    sent.push(reporunner_net::Part { name: part.name, content });
                }
                Body::Multipart(sent)
            }
        };
        let sent = Request {
            method: request.method,
            url: request.url,
            headers: request.headers,
            body,
            timeout: request.timeout_ms.map(std::time::Duration::from_millis),
            max_redirects: request.max_redirects,
            allow_invalid_certificates: request.allow_invalid_certificates,
            proxy: request.proxy,
        };
        let failed = |error: reporunner_net::Error| NodeError {
            retryable: error.is_transient(),
            ..NodeError::new(error.to_string())
        };
        let mut answer = self.client.send(sent).await.map_err(failed)?;
        let body = answer.bytes(10_000_000).await.map_err(failed)?;
        let saved = request.save_body.then(|| self.store.keep(body.clone(), None, None));
        Ok(HttpResponse {
            status: answer.status,
            status_text: answer.reason.to_owned(),
            headers: answer.headers.clone(),
            url: answer.url.clone(),
            body: if saved.is_some() { Bytes::new() } else { body },
            saved,
        })
    }
}
