//! What comes in from files and goes out to them.

use reporunner_model::{Edit, NodeId, Point, TypeName, WorkflowId};
use serde::{Deserialize, Serialize};

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
#[serde(rename_all = "camelCase", default)]
pub struct ImportReport {
    /// Nodes that run here.
    pub native: usize,
    /// Nodes among them that do not run quite as they did.
    pub different: usize,
    /// Nodes that are kept but cannot run here.
    pub stubs: usize,
    /// Expressions that could not be read.
    pub bad_expressions: usize,
    /// What to know and do, for a person.
    pub notes: Vec<ImportNote>,
    /// Each node of a file of n8n's, in the file's order.
    pub nodes: Vec<ImportedNode>,
    /// Each expression in them.
    pub expressions: Vec<ImportedExpression>,
    /// Each credential that they use: to be chosen here.
    pub credentials: Vec<ImportedCredential>,
    /// What was mended in the file or is not as it was there, besides nodes and expressions.
    pub mended: Vec<ImportRemark>,
    /// What to do next, in order, for a person.
    pub next: Vec<String>,
}

/// How well a node came over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fidelity {
    /// It runs here.
    Native,
    /// It runs here, but not quite as it did.
    Different,
    /// Its type is not here: it is kept as it is and does not run.
    Stub,
}

/// What became of one node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportedNode {
    /// The node.
    pub id: NodeId,
    /// Its name.
    pub name: String,
    /// Its type as it is here.
    #[serde(rename = "type")]
    pub node_type: TypeName,
    /// How well it came over.
    pub fidelity: Fidelity,
    /// Why, where it is not native.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// One expression of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportedExpression {
    /// The node it is in.
    pub node: NodeId,
    /// The parameter it is in.
    pub parameter: Vec<String>,
    /// Its text; a long one is cut.
    pub text: String,
    /// Whether it can be read.
    pub read: bool,
}

/// One credential that a node of a file uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportedCredential {
    /// The node.
    pub node: NodeId,
    /// n8n's type of it.
    pub kind: String,
    /// What it is called in the file.
    pub name: String,
}

/// One thing that was mended in a file, or is not as it was there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportRemark {
    /// The node it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<NodeId>,
    /// What it is, for a person.
    pub message: String,
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
