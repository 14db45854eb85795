//! What comes in from files and goes out to them.

use reporunner_model::{Edit, Point, TypeName, WorkflowId};
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
