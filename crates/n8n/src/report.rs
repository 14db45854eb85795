//! What an import found: what runs as it did, what waits for something, and what to do next.

use reporunner_model::{NodeId, TypeName};
use serde::{Deserialize, Serialize};

/// What an import found.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Every node, in the file's order.
    pub nodes: Vec<NodeReport>,
    /// Notes on the canvas.
    pub notes: usize,
    /// Expressions that were found.
    pub expressions: usize,
    /// Expressions among them that could be read.
    pub expressions_read: usize,
    /// Each of them, node by node.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expression_list: Vec<ExpressionReport>,
    /// Credentials that nodes use and that are to be chosen here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credentials: Vec<CredentialReport>,
    /// What was mended or will not be as it was.
    pub warnings: Vec<Warning>,
    /// What to do next, in order, for a person.
    pub next: Vec<String>,
}

impl Report {
    /// How many nodes there are of this fidelity.
    pub fn count(&self, fidelity: Fidelity) -> usize {
        self.nodes.iter().filter(|node| node.fidelity == fidelity).count()
    }
}

/// What became of one node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeReport {
    /// The node.
    pub id: NodeId,
    /// Its name.
    pub name: String,
    /// Its type as it is here.
    pub node_type: TypeName,
    /// How well it came over.
    pub fidelity: Fidelity,
    /// Why, where it is not native.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// One expression.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExpressionReport {
    /// The node it is in.
    pub node: NodeId,
    /// The parameter it is in.
    pub parameter: Vec<String>,
    /// Its text, as the file has it.
    pub text: String,
    /// Whether it could be read.
    pub read: bool,
}

/// One credential that a node uses. No secret of it is in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CredentialReport {
    /// The node that uses it.
    pub node: NodeId,
    /// n8n's type of it.
    pub kind: String,
    /// What it is called there.
    pub name: String,
}

/// How well a node came over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Fidelity {
    /// It runs here.
    Native,
    /// It runs here, but not quite as it did.
    Different,
    /// Its type is not here: it is kept as it is and does not run.
    Stub,
}

/// Something that was mended, or will not be as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Warning {
    /// What kind of thing.
    pub kind: WarningKind,
    /// The node it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<NodeId>,
    /// The parameter it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameter: Vec<String>,
    /// What it is, for a person.
    pub message: String,
}

/// What kind of thing was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum WarningKind {
    /// A node type that is not here.
    UnknownType,
    /// A version of a type that is not here.
    UnknownVersion,
    /// A parameter that the type does not have here.
    UnknownParameter,
    /// A wire that starts or ends nowhere.
    DanglingWire,
    /// A node without something that every node has, or an entry that is no node.
    Incomplete,
    /// Two nodes with one id or one name.
    Duplicate,
    /// An expression that cannot be read.
    Expression,
    /// A number that is not exact in JavaScript.
    LargeNumber,
    /// The file has no wires at all.
    NoConnections,
    /// Nothing starts the workflow.
    NoTrigger,
    /// A setting that is not as it was.
    Setting,
    /// Pinned data that cannot be read or stays on this machine.
    Pin,
}
