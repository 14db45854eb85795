//! The narrow handles by which a node reaches out of the process, as traits with plain types.
//!
//! The runner implements them over the one HTTP client, the one path join, the payload store and
//! the worker processes. A handle enforces its own limits; a node cannot go round them.

mod mail;

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use reporunner_model::{BinaryRef, Clock, Item, Items, NodeError, RunId};
use serde_json::{Map, Value};

pub use mail::{Mail, MailSecurity, MailSent, MailServer, Message};

/// Every handle a node may use.
pub struct Handles {
    /// HTTP requests.
    pub http: Arc<dyn Http>,
    /// Files in allowed folders.
    pub files: Arc<dyn Files>,
    /// SQLite databases in allowed folders.
    pub sql: Arc<dyn Sql>,
    /// The content of binaries.
    pub binary: Arc<dyn Binary>,
    /// Mail.
    pub mail: Arc<dyn Mail>,
    /// Commands of the shell.
    pub commands: Arc<dyn Commands>,
    /// Scripts in a worker process.
    pub script: Arc<dyn Script>,
    /// Expressions that a node evaluates while it runs.
    pub evaluate: Arc<dyn Evaluate>,
    /// The answer to the request that started the run.
    pub respond: Arc<dyn Respond>,
    /// What the node was given before.
    pub earlier: Arc<dyn Earlier>,
    /// What steps note about the run.
    pub notes: Arc<dyn Notes>,
    /// What is remembered from one run of the workflow to the next.
    pub memory: Arc<dyn Memory>,
    /// Other workflows.
    pub workflows: Arc<dyn Workflows>,
    /// Time.
    pub clock: Arc<dyn Clock>,
}

/// Where a node's state holds what it noted, so that a run that goes on after a crash has it.
pub const NOTES: &str = "customData";

/// Names and texts that steps note about the run, for `$execution.customData`.
pub trait Notes: Send + Sync {
    /// Adds these to what is noted; a name that is there gets the new text. Gives the names that
    /// had no room, where the run may have `most`.
    fn add(&self, notes: Map<String, Value>, most: usize) -> Vec<String>;
}

/// Whose memory is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MemoryScope {
    /// The node's own.
    #[default]
    Node,
    /// The one that all nodes of the workflow share.
    Workflow,
}

/// What is remembered from one run of the workflow to the next, on this machine. A node run that
/// is done again, after a failure or a crash, is told what it was told the first time.
#[async_trait]
pub trait Memory: Send + Sync {
    /// Notes that these keys were seen and says of each whether it is new; of equal ones the first
    /// is. The newest `most` are remembered.
    ///
    /// # Errors
    /// Where the disk refuses.
    async fn see(
        &self,
        scope: MemoryScope,
        keys: Vec<String>,
        most: usize,
    ) -> Result<Vec<bool>, NodeError>;

    /// The value of `name` as it was when this node run began.
    ///
    /// # Errors
    /// Where the disk refuses.
    async fn get(&self, scope: MemoryScope, name: &str) -> Result<Option<Value>, NodeError>;

    /// Sets the value of `name` for the runs that follow.
    ///
    /// # Errors
    /// Where the disk refuses.
    async fn set(&self, scope: MemoryScope, name: &str, value: Value) -> Result<(), NodeError>;

    /// Forgets all of it.
    ///
    /// # Errors
    /// Where the disk refuses.
    async fn forget(&self, scope: MemoryScope) -> Result<(), NodeError>;
}

/// What the node was given in its earlier runs within the same run of the workflow. Items that a
/// node wants to see again are not kept in its state: they are here.
pub trait Earlier: Send + Sync {
    /// The items of an input in run `run` of the node; none where nothing came by a wire.
    fn input(&self, run: usize, input: usize) -> Option<Items>;
}

/// HTTP requests.
#[async_trait]
pub trait Http: Send + Sync {
    /// Sends a request and waits for the whole answer. Any status is an answer.
    ///
    /// # Errors
    /// Where no answer came: no such host, refused, forbidden address, time is up, too large.
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, NodeError>;
}

/// One HTTP request.
#[derive(Debug, Clone, Default)]
pub struct HttpRequest {
    /// Method in capitals.
    pub method: String,
    /// Absolute `http` or `https` URL, query included.
    pub url: String,
    /// Headers in order; a name may come several times.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: HttpBody,
    /// Time for the whole exchange, milliseconds; none means the client's own limit.
    pub timeout_ms: Option<u64>,
    /// Redirects that are followed; 0 gives the redirect itself.
    pub max_redirects: u32,
    /// Whether a certificate that cannot be verified is accepted.
    pub allow_invalid_certificates: bool,
    /// Proxy to go through, a URL.
    pub proxy: Option<String>,
    /// Whether the answer's body goes to the binary store instead of memory.
    pub save_body: bool,
}

/// The body of a request.
#[derive(Debug, Clone, Default)]
pub enum HttpBody {
    /// None.
    #[default]
    Empty,
    /// These bytes; the content type is among the headers.
    Bytes(Bytes),
    /// The content of a binary, streamed.
    Binary(BinaryRef),
    /// `multipart/form-data`; the content type header is added.
    Multipart(Vec<Part>),
}

/// One part of a multipart body.
#[derive(Debug, Clone)]
pub struct Part {
    /// Name of the field.
    pub name: String,
    /// What it holds.
    pub content: PartContent,
}

/// What a part holds.
#[derive(Debug, Clone)]
pub enum PartContent {
    /// Text.
    Text(String),
    /// A file, with its name and type.
    Binary(BinaryRef),
}

/// The answer to a request.
#[derive(Debug, Clone, Default)]
pub struct HttpResponse {
    /// Status code.
    pub status: u16,
    /// Reason as the server wrote it, or the standard one.
    pub status_text: String,
    /// Headers with lower-case names, in order.
    pub headers: Vec<(String, String)>,
    /// Where the answer came from in the end.
    pub url: String,
    /// The body, where it was not saved.
    pub body: Bytes,
    /// The saved body, where the request asked for that.
    pub saved: Option<BinaryRef>,
}

impl HttpResponse {
    /// The first header with this lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Files in the folders that this workflow may use. Paths are as people write them: relative ones
/// start at the workflow's folder.
#[async_trait]
pub trait Files: Send + Sync {
    /// Reads a file into the binary store.
    ///
    /// # Errors
    /// Where it is not there, not allowed or not readable.
    async fn read(&self, path: &str) -> Result<BinaryRef, NodeError>;

    /// Writes a file, whole or at its end, making missing folders.
    ///
    /// # Errors
    /// Where it is not allowed or the disk refuses.
    async fn write(
        &self,
        path: &str,
        content: &BinaryRef,
        append: bool,
    ) -> Result<FileEntry, NodeError>;

    /// The files that match a glob pattern, in name order.
    ///
    /// # Errors
    /// Where the pattern is malformed or leads out of the allowed folders.
    async fn list(&self, pattern: &str) -> Result<Vec<FileEntry>, NodeError>;

    /// Moves a file to another path, making missing folders. One that is there already is
    /// replaced only where `replace` says so.
    ///
    /// # Errors
    /// Where either path is not allowed, the file is not there or the other one is.
    async fn rename(&self, from: &str, to: &str, replace: bool) -> Result<FileEntry, NodeError>;

    /// Deletes a file; a link is deleted itself, not what it leads to.
    ///
    /// # Errors
    /// Where it is not there, not allowed or a folder.
    async fn remove(&self, path: &str) -> Result<(), NodeError>;
}

/// A file on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEntry {
    /// Its absolute path.
    pub path: String,
    /// Its name.
    pub name: String,
    /// Size in bytes.
    pub bytes: u64,
}

/// The path of a database that is in memory and gone once its statements have run.
pub const IN_MEMORY: &str = ":memory:";

/// SQLite databases in the folders that this workflow may use.
#[async_trait]
pub trait Sql: Send + Sync {
    /// Runs statements on the database file at `path`, in one transaction where `transaction`
    /// says so. The file is made where it is missing; [`IN_MEMORY`] is none.
    ///
    /// # Errors
    /// What the database says, with the number of the statement as the item.
    async fn run(
        &self,
        path: &str,
        statements: Vec<SqlStatement>,
        transaction: bool,
    ) -> Result<Vec<SqlRows>, NodeError>;

    /// Copies the database file at `path` to `target`, whole and as of one moment, however many
    /// programs write to it meanwhile. A file at `target` is replaced once the copy is complete.
    ///
    /// # Errors
    /// Where either path is not allowed, there is no database, or the disk refuses.
    async fn back_up(&self, path: &str, target: &str) -> Result<FileEntry, NodeError>;

    /// The same as [`Sql::run`] on the one database file where Reporunner keeps the data tables of all workflows.
    ///
    /// # Errors
    /// As [`Sql::run`].
    async fn run_on_tables(
        &self,
        statements: Vec<SqlStatement>,
        transaction: bool,
    ) -> Result<Vec<SqlRows>, NodeError>;
}

/// One statement with its values.
#[derive(Debug, Clone, Default)]
pub struct SqlStatement {
    /// SQL text with `?1`, `?` or `:name` places.
    pub sql: String,
    /// Values for the numbered places, in order.
    pub values: Vec<Value>,
    /// Values for the named places.
    pub named: Map<String, Value>,
}

/// What a statement gave.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SqlRows {
    /// Rows as objects with the columns' names.
    pub rows: Vec<Map<String, Value>>,
    /// Rows that it changed.
    pub changed: u64,
    /// Row id of the last inserted row.
    pub last_id: i64,
}

/// The content of binaries: files of any kind that items refer to.
#[async_trait]
pub trait Binary: Send + Sync {
    /// Stores content. The type is guessed from the name where it is not given.
    ///
    /// # Errors
    /// Where the disk refuses or it is too large.
    async fn put(
        &self,
        content: Bytes,
        file_name: Option<&str>,
        mime_type: Option<&str>,
    ) -> Result<BinaryRef, NodeError>;

    /// The content of a binary.
    ///
    /// # Errors
    /// Where it is gone.
    async fn get(&self, binary: &BinaryRef) -> Result<Bytes, NodeError>;
}

/// Commands of the shell, where the workflow may run any.
#[async_trait]
pub trait Commands: Send + Sync {
    /// Runs a command and waits for its end. It is killed, with all that it started, when the
    /// future is dropped.
    ///
    /// # Errors
    /// Where commands are off, the shell cannot be started, or too much came out. Any exit code is
    /// an answer.
    async fn run(&self, command: &str) -> Result<CommandOutput, NodeError>;
}

/// What came of a command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommandOutput {
    /// Its exit code; 128 and the number of the signal where it was killed by one.
    pub code: i32,
    /// What it printed.
    pub stdout: String,
    /// What it printed about errors.
    pub stderr: String,
}

/// Scripts in a worker process that is killed at its deadline.
#[async_trait]
pub trait Script: Send + Sync {
    /// Runs a script.
    ///
    /// # Errors
    /// What the script threw, with its line, or the limit that it broke.
    async fn run(&self, call: ScriptCall) -> Result<ScriptResult, NodeError>;
}

/// How often a script runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScriptMode {
    /// Once, with all items.
    AllItems,
    /// Once for each item.
    EachItem,
}

/// A script and what it works on. The data it may see is the run's.
#[derive(Debug, Clone)]
pub struct ScriptCall {
    /// JavaScript.
    pub code: String,
    /// How often it runs.
    pub mode: ScriptMode,
    /// Time for all of it, milliseconds; none means the house's limit.
    pub timeout_ms: Option<u64>,
}

/// What a script gave.
#[derive(Debug, Clone, Default)]
pub struct ScriptResult {
    /// The items it returned.
    pub items: Vec<Item>,
    /// What it printed.
    pub logs: Vec<String>,
}

/// Expressions that a node evaluates while it runs: parameters marked `late`.
#[async_trait]
pub trait Evaluate: Send + Sync {
    /// Evaluates every expression within `value` for item `item`, with further variables such as
    /// `$response`.
    ///
    /// # Errors
    /// What is wrong with the expression.
    async fn late(
        &self,
        value: &Value,
        item: usize,
        variables: Map<String, Value>,
    ) -> Result<Value, NodeError>;
}

/// The answer to the request that started the run.
#[async_trait]
pub trait Respond: Send + Sync {
    /// Answers. Done only once what led here is committed.
    ///
    /// # Errors
    /// Where no request waits for this node's answer, or it was answered already.
    async fn answer(&self, answer: Answer) -> Result<(), NodeError>;
}

/// An answer to a webhook request.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Headers in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: AnswerBody,
}

/// The body of an answer.
#[derive(Debug, Clone, Default)]
pub enum AnswerBody {
    /// None.
    #[default]
    Empty,
    /// JSON.
    Json(Value),
    /// Text.
    Text(String),
    /// The content of a binary with its type.
    Binary(BinaryRef),
}

/// Other workflows, run on items of this one.
#[async_trait]
pub trait Workflows: Send + Sync {
    /// Starts a run of another workflow, and waits for its end where the call says so. The same
    /// call of the same node run gives the same run, also after a crash.
    ///
    /// # Errors
    /// Where there is no such workflow, or it has nothing to start at; what its run failed at.
    async fn run(&self, call: WorkflowCall) -> Result<ChildRun, NodeError>;
}

/// Which workflow is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhichWorkflow {
    /// The one with this id, else the one that is called so.
    Stored {
        /// Its id, or what it was called by where it came from.
        id: String,
        /// What it was called when it was chosen.
        name: Option<String>,
    },
    /// The one in this file, a path as in [`Files`].
    File(String),
    /// This one, as a workflow file has it.
    Text(String),
}

/// A call of another workflow.
#[derive(Debug, Clone)]
pub struct WorkflowCall {
    /// Which.
    pub workflow: WhichWorkflow,
    /// What its trigger gives.
    pub items: Vec<Item>,
    /// Whether the caller waits for its end.
    pub wait: bool,
    /// Number of calls of this node run before this one.
    pub number: usize,
}

/// What became of a call.
#[derive(Debug, Clone)]
pub enum ChildRun {
    /// It runs by itself.
    Started(RunId),
    /// It waits for something that takes long: call again when it has ended.
    Waits(RunId),
    /// It ended well.
    Ended {
        /// Which run it was.
        run: RunId,
        /// What it gives back.
        items: Vec<Item>,
    },
}
