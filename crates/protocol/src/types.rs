//! What commands and replies are made of, beyond the model.

use std::collections::{BTreeMap, BTreeSet};

use reporunner_model::{
    AuthorId, Edit, EditId, Item, NodeId, NodeRun, Point, Problem, RunId, RunMode, RunStatus,
    Timestamp, TypeName, VersionId, Workflow, WorkflowId,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Who and what answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Welcome {
    /// See [`crate::PROTOCOL_VERSION`].
    pub protocol: u32,
    /// Version of the program.
    pub version: String,
    /// The person whose edits these are.
    pub author: AuthorId,
    /// Their name.
    pub author_name: String,
    /// The data folder.
    pub folder: String,
    /// Whether the folder can be read only, with the reason.
    pub read_only: Option<String>,
    /// What was lost or mended when the folder was opened, for a person.
    pub notices: Vec<String>,
    /// Whether there has never been a workflow here.
    pub first_run: bool,
    /// The machine's time zone, an IANA name.
    pub timezone: String,
    /// Where webhooks listen, `http://127.0.0.1:5680`; none where they cannot.
    pub webhook_base: Option<String>,
    /// Feature flags that are on.
    pub flags: BTreeSet<String>,
}

/// Which workflows to list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WorkflowFilter {
    /// Text in names, node names, notes and tags.
    pub search: String,
    /// Only those with all of these tags.
    pub tags: Vec<String>,
    /// Only those that are live or not.
    pub live: Option<bool>,
    /// The trash instead.
    pub deleted: bool,
}

/// A line of the list of workflows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkflowSummary {
    /// Which.
    pub id: WorkflowId,
    /// Its name.
    pub name: String,
    /// What it does in a few words, from its description or its nodes.
    pub summary: String,
    /// Types of its nodes from the trigger on, without repeats, at most eight.
    pub types: Vec<TypeName>,
    /// Number of nodes.
    pub nodes: usize,
    /// Its tags.
    pub tags: BTreeSet<String>,
    /// What starts it, for a person (`Runs on POST /orders`).
    pub trigger: String,
    /// Its newest runs, newest last, at most twenty.
    pub last_runs: Vec<RunMark>,
    /// How many things are wrong with it.
    pub problems: usize,
    /// When it was last edited.
    pub edited: Timestamp,
    /// How it stands.
    pub state: WorkflowState,
    /// When it went to the trash.
    pub deleted: Option<Timestamp>,
}

/// A run as a bar in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunMark {
    /// How it ended.
    pub status: RunStatus,
    /// How long it took, milliseconds.
    pub ms: u64,
}

/// How a workflow stands on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkflowState {
    /// Whether its triggers are on here.
    pub live: bool,
    /// Whether it was ever published.
    pub published: bool,
    /// Changes since it was published; all of them where it never was.
    pub unpublished: usize,
    /// Why it is live but cannot start, for a person.
    pub trouble: Option<String>,
}

/// A workflow with all that the editor needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenedWorkflow {
    /// The draft.
    pub workflow: Workflow,
    /// Number of changes so far.
    pub revision: u64,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
    /// How it stands.
    pub state: WorkflowState,
    /// What the person could undo and redo.
    pub undo: UndoState,
    /// What the person looked at.
    pub view: Option<CanvasView>,
    /// Its newest run.
    pub last_run: Option<RunId>,
    /// Addresses of its webhooks by node.
    pub webhooks: BTreeMap<NodeId, WebhookAddress>,
}

/// Where a webhook node listens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WebhookAddress {
    /// While the editor waits for a test call.
    pub test: String,
    /// While the workflow is live.
    pub production: String,
}

/// What a person could undo and redo.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UndoState {
    /// Label of the edit that undo takes back.
    pub undo: Option<String>,
    /// Label of the edit that redo makes again.
    pub redo: Option<String>,
}

/// What became of an edit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EditOutcome {
    /// The change as it was made; the same as the event that reports it.
    pub change: WorkflowChange,
}

/// A change of a workflow: after it, everybody has the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkflowChange {
    /// Which workflow.
    pub id: WorkflowId,
    /// Number of changes so far, this one included.
    pub revision: u64,
    /// Id of the batch that asked for it, where one did.
    pub batch: Option<EditId>,
    /// Who made it.
    pub author: AuthorId,
    /// What changed, in order.
    pub edits: Vec<Edit>,
    /// What is wrong with the workflow now.
    pub problems: Vec<Problem>,
    /// How it stands now.
    pub state: WorkflowState,
    /// What its author could undo and redo now.
    pub undo: UndoState,
}

/// What an import gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Imported {
    /// The new workflow.
    pub id: WorkflowId,
    /// Its name.
    pub name: String,
    /// What the file asked for and how much of it is here.
    pub report: ImportReport,
}

/// How faithful an import is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportReport {
    /// Nodes that run as they are.
    pub native: usize,
    /// Nodes that are kept but cannot run here.
    pub stubs: usize,
    /// Expressions that could not be read.
    pub bad_expressions: usize,
    /// What to know and do, for a person.
    pub notes: Vec<ImportNote>,
}

/// One thing to know about an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportNote {
    /// The node it is about, by name.
    pub node: Option<String>,
    /// What it is and what to do.
    pub message: String,
}

/// The form of a workflow file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExportFormat {
    /// Ours.
    Reporunner,
    /// n8n's.
    N8n,
}

/// A workflow file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Exported {
    /// A name for the file.
    pub file_name: String,
    /// What to write into it.
    pub text: String,
}

/// Nodes read from the clipboard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PastedNodes {
    /// Edits that add them, positions as in the text.
    pub edits: Vec<Edit>,
    /// Top left corner of what they cover.
    pub origin: Point,
    /// What to know, for a person.
    pub notes: Vec<ImportNote>,
}

/// An example that comes with the program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Example {
    /// Its name, also its folder's.
    pub name: String,
    /// What it is called.
    pub title: String,
    /// What it does, one sentence.
    pub summary: String,
    /// Types of its nodes.
    pub types: Vec<TypeName>,
}

/// What a version is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VersionKind {
    /// Made by itself.
    Auto,
    /// Named by a person.
    Named,
    /// What triggers ran.
    Published,
}

/// A line of the list of versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionSummary {
    /// Which.
    pub id: VersionId,
    /// What it is.
    pub kind: VersionKind,
    /// Its name.
    pub title: String,
    /// Who made it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Number of nodes in it.
    pub nodes: usize,
    /// Whether it is what triggers run now.
    pub current: bool,
}

/// What a person looks at on a canvas: `screen = world × zoom + (x, y)`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CanvasView {
    /// Screen x of the world's origin, pixels.
    pub x: f64,
    /// Screen y of the world's origin, pixels.
    pub y: f64,
    /// Screen pixels for one canvas unit.
    pub zoom: f64,
}

/// What differs from a run by the Run button.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RunOptions {
    /// Whether pinned data stands in for its nodes.
    pub use_pins: bool,
    /// Ends the run after this long, milliseconds; none means the workflow's own limit.
    pub timeout_ms: Option<u64>,
    /// Whether nothing is journalled, whatever the workflow says.
    pub memory: bool,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self { use_pins: true, timeout_ms: None, memory: false }
    }
}

/// All that the nodes of a run gave: what `reporunner run --json` prints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunResult {
    /// How it ended.
    pub status: RunStatus,
    /// Why it failed.
    pub error: Option<RunError>,
    /// Each node's runs, by the node's name.
    pub nodes: BTreeMap<String, Vec<NodeResult>>,
}

/// What one run of a node gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NodeResult {
    /// The items of each output.
    pub outputs: Vec<Vec<Item>>,
    /// Why it failed.
    pub error: Option<String>,
    /// How long it took, milliseconds.
    pub ms: f64,
}

/// What became of a request to run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum StartedRun {
    /// It runs.
    Running {
        /// Which run it is.
        run: RunId,
    },
    /// It waits for a call of its webhook's test address.
    Listening {
        /// The trigger.
        node: NodeId,
        /// The address to call.
        address: String,
        /// When it stops waiting.
        until: Timestamp,
    },
}

/// Which runs to list.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RunFilter {
    /// Of this workflow.
    pub workflow: Option<WorkflowId>,
    /// With one of these states; empty means any.
    pub statuses: Vec<RunStatus>,
    /// Started by this.
    pub mode: Option<RunMode>,
    /// Begun at or after.
    pub from: Option<Timestamp>,
    /// Begun before.
    pub until: Option<Timestamp>,
    /// With this text in the workflow's name, the error or the data.
    pub search: String,
    /// The page after the one that gave this.
    pub after: Option<String>,
    /// Most rows; 0 means 50.
    pub limit: usize,
}

/// A page of runs.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunPage {
    /// The runs, newest first.
    pub runs: Vec<RunSummary>,
    /// Pass it as `after` for the next page; none at the end.
    pub next: Option<String>,
}

/// A line of the list of runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunSummary {
    /// Which.
    pub id: RunId,
    /// Of which workflow.
    pub workflow: WorkflowId,
    /// Its name when it ran.
    pub workflow_name: String,
    /// How it stands.
    pub status: RunStatus,
    /// What started it.
    pub mode: RunMode,
    /// Name of the node it started at.
    pub trigger: String,
    /// When it began.
    pub started: Timestamp,
    /// How long it took so far, milliseconds.
    pub ms: u64,
    /// Name of the node that failed and its message.
    pub error: Option<RunError>,
    /// Version it ran, where it was a published one.
    pub version: Option<VersionId>,
}

/// Why a run failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunError {
    /// The node.
    pub node: Option<NodeId>,
    /// Its name.
    pub node_name: String,
    /// What failed.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// A run with its nodes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunDetail {
    /// The run.
    pub summary: RunSummary,
    /// Its node runs in the order in which they began.
    pub nodes: Vec<NodeRun>,
}

/// One input or output of one node run.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemsAt {
    /// The run.
    pub run: RunId,
    /// The node.
    pub node: NodeId,
    /// Which of the node's runs; none means the newest.
    pub run_index: Option<usize>,
    /// Which side.
    pub side: Side,
    /// Which port of that side.
    pub port: usize,
}

/// A side of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// What it was given.
    Input,
    /// What it gave.
    Output,
}

/// Some items.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemsPage {
    /// Number of items in all (that match).
    pub total: usize,
    /// Index of each item of the page among all.
    pub indexes: Vec<usize>,
    /// The items. Texts longer than `limits::CELL_BYTES` are cut and end in `…`.
    pub items: Vec<Item>,
    /// Whether anything was cut.
    pub cut: bool,
}

/// One field that items have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SchemaField {
    /// Keys from the item's JSON to the field; `[]` stands for the elements of a list.
    pub path: Vec<String>,
    /// Its type: string, number, boolean, list, object, null; several where they differ.
    pub types: Vec<String>,
    /// A value of it, as text.
    pub example: String,
}

/// What an expression gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum PreviewResult {
    /// A value.
    Value {
        /// The value; texts are cut as in pages.
        value: Value,
        /// Its type, for a person.
        type_name: String,
    },
    /// There is no data yet to say.
    NoData {
        /// What to do to get some.
        hint: String,
    },
    /// It is wrong.
    Wrong {
        /// What is wrong.
        message: String,
        /// What to do.
        hint: Option<String>,
    },
}

/// Something that may come next in an expression.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Completion {
    /// What is shown.
    pub label: String,
    /// What replaces the word before the cursor.
    pub insert: String,
    /// How many characters before the cursor are replaced, UTF-16 units.
    pub replace: usize,
    /// Type or value, in grey.
    pub detail: String,
    /// What it is.
    pub kind: CompletionKind,
}

/// What a completion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CompletionKind {
    /// A variable such as `$json`.
    Variable,
    /// A field of the data.
    Field,
    /// A method.
    Method,
    /// A node's name.
    Node,
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the system is.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// How the mouse moves the canvas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PointerStyle {
    /// The wheel pans, a drag on empty canvas selects.
    #[default]
    Trackpad,
    /// A drag on empty canvas pans, the wheel zooms.
    Mouse,
}

/// Settings of this machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MachineSettings {
    /// Light or dark.
    pub theme: Theme,
    /// How the mouse moves the canvas.
    pub pointer: PointerStyle,
    /// What the person is called.
    pub author_name: String,
    /// Days that runs are kept.
    pub retention_days: u32,
    /// Size budget of runs, bytes.
    pub retention_bytes: u64,
    /// Port of the webhook server; 0 takes a free one.
    pub webhook_port: u16,
    /// Folders that workflows may read and write.
    pub allowed_folders: Vec<String>,
    /// Hosts that workflows may reach; empty means all.
    pub allowed_hosts: Vec<String>,
    /// Whether workflows may reach this machine itself.
    pub allow_loopback: bool,
    /// Whether workflows may reach the local network.
    pub allow_lan: bool,
    /// What `$vars` holds.
    pub variables: BTreeMap<String, String>,
    /// Feature flags that differ from their default.
    pub flags: BTreeMap<String, bool>,
}

impl Default for MachineSettings {
    fn default() -> Self {
        Self {
            theme: Theme::default(),
            pointer: PointerStyle::default(),
            author_name: String::new(),
            retention_days: reporunner_model::limits::RETENTION_DAYS,
            retention_bytes: reporunner_model::limits::RETENTION_BYTES,
            webhook_port: reporunner_model::limits::WEBHOOK_PORT,
            allowed_folders: Vec::new(),
            allowed_hosts: Vec::new(),
            allow_loopback: true,
            allow_lan: true,
            variables: BTreeMap::new(),
            flags: BTreeMap::new(),
        }
    }
}

/// How much disk is used, bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StorageUse {
    /// The database.
    pub database: u64,
    /// Binaries.
    pub binaries: u64,
    /// Number of runs kept.
    pub runs: u64,
}
