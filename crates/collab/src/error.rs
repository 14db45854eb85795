//! What can go wrong with a document.

use reporunner_model::{ApplyError, NodeId, limits};

/// Why a document did not do what it was asked. It is unchanged then.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An edit does not fit the workflow.
    #[error(transparent)]
    Edit(#[from] ApplyError),
    /// The bytes are no document or no change of one.
    #[error("these bytes are no part of a workflow document: {0}")]
    Malformed(String),
    /// The bytes are a document, but not one of a workflow.
    #[error("the document holds no workflow")]
    NoWorkflow,
    /// It was written by a later version.
    #[error("the document has the shape {0}, which a later version wrote")]
    LaterSchema(i64),
    /// A state that the document never had, or does not have yet.
    #[error("the document does not have the state that was asked for")]
    UnknownHeads,
    /// Too many nodes.
    #[error("a workflow holds at most {limit} nodes", limit = limits::NODES)]
    TooManyNodes,
    /// The pin is too large for the document.
    #[error(
        "the data pinned to node {node} has {bytes} bytes, a document takes {limit}",
        limit = limits::PIN_DOCUMENT_BYTES
    )]
    PinTooLarge {
        /// The node.
        node: NodeId,
        /// Size as JSON.
        bytes: usize,
    },
    /// A parameter is nested too deeply.
    #[error("a parameter of node {0} is nested too deeply")]
    TooDeep(NodeId),
    /// An id or position that no document can hold.
    #[error("{0:?} cannot stand in a document")]
    BadValue(String),
    /// Automerge refused.
    #[error("the document refused the change: {0}")]
    Refused(#[from] automerge::AutomergeError),
}

impl Error {
    /// What a person can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Edit(_) => "Somebody may have changed the workflow meanwhile. Try again.",
            Self::Malformed(_) | Self::NoWorkflow => "Open an earlier version of the workflow.",
            Self::LaterSchema(_) => "Update Reporunner.",
            Self::UnknownHeads => "Choose another version.",
            Self::TooManyNodes => "Move part of the workflow into a sub-workflow.",
            Self::PinTooLarge { .. } => "Pin fewer items; large pins stay on this machine.",
            Self::TooDeep(_) => "Keep deeply nested data in a file or in one text.",
            Self::BadValue(_) => "Use other characters, or a number that is not infinite.",
            Self::Refused(_) => "Try again. If it stays, open an earlier version.",
        }
    }
}
