//! Why an expression or script has no value, in words for a person.

use reporunner_model::{ErrorOrigin, NodeError};
use serde::{Deserialize, Serialize};

/// What kind of thing went wrong, for those who branch on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ErrorKind {
    /// The text is no expression.
    Syntax,
    /// It was evaluated and failed.
    Failed,
    /// It uses something that no workflow may use.
    Forbidden,
    /// It names a node that does not exist, has not run or is not upstream.
    NodeData,
    /// It took too long, too much memory or gave too much.
    Limit,
    /// The worker process could not be used.
    Worker,
}

/// Why an expression or script has no value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct ExpressionError {
    /// What kind of thing went wrong.
    pub kind: ErrorKind,
    /// What failed; no full stop.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Line of a script, from 1.
    pub line: Option<u32>,
}

impl ExpressionError {
    /// An error of this kind.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None, line: None }
    }

    /// An evaluation that failed.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Failed, message)
    }

    /// The same with what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The error a node reports when this one stops it.
    pub fn into_node_error(self) -> NodeError {
        let origin = match self.kind {
            ErrorKind::Limit => ErrorOrigin::Limit,
            _ => ErrorOrigin::Expression,
        };
        let mut error = NodeError::new(self.message).from_origin(origin);
        error.hint = self.hint;
        error.detail = self.line.map(|line| format!("line {line}"));
        error.retryable = self.kind == ErrorKind::Worker;
        error
    }
}
