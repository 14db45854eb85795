//! A workflow as lists and the editor get it, and its versions.

use std::collections::{BTreeMap, BTreeSet};

use reporunner_model::{
    AuthorId, Edit, EditId, NodeId, Problem, RunId, RunStatus, Timestamp, TypeName, VersionId,
    Workflow, WorkflowId,
};
use serde::{Deserialize, Serialize};

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
    /// While the workflow is live, as the draft has it.
    pub production: String,
    /// While the workflow is live, as what is published has it, where that is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
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
    /// The edit was taken in before, and its answer lost: `change` has no edits, and whoever did
    /// not hear of them opens the workflow again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub repeated: bool,
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
    /// Addresses of its webhooks by node now.
    pub webhooks: BTreeMap<NodeId, WebhookAddress>,
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
