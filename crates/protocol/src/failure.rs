//! How a command fails, on the wire.

use reporunner_model::limits;
use serde::{Deserialize, Serialize};

/// Why a command failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// What to branch on.
    pub code: Code,
    /// What failed, for a person; no full stop.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Failure {
    /// A failure with this code and message.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None }
    }

    /// That a file is larger than any workflow. `what` names it.
    pub fn file_too_large(what: impl std::fmt::Display) -> Self {
        let most = limits::IMPORT_BYTES / (1024 * 1024);
        Self::new(Code::Invalid, format!("{what} is larger than {most} MiB"))
            .hint("No workflow is that large. Look whether it is the right file; pinned data in it may be taken out.")
    }

    /// The same with what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// What kind of failure it is. A code exists only where someone branches on it; each has a page
/// in `codes/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// The thing is not there (any more).
    NotFound,
    /// The request makes no sense as it is.
    Invalid,
    /// The edit no longer fits the workflow: load it again.
    Stale,
    /// The person may not do that.
    Forbidden,
    /// The data folder cannot be written: full or read-only.
    NotSaved,
    /// Another process owns the data folder.
    Owned,
    /// The backend is not reachable.
    Disconnected,
    /// Something of ours broke.
    Internal,
}

impl Code {
    /// Every code.
    pub const ALL: &[Self] = &[
        Self::NotFound,
        Self::Invalid,
        Self::Stale,
        Self::Forbidden,
        Self::NotSaved,
        Self::Owned,
        Self::Disconnected,
        Self::Internal,
    ];

    /// The code as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::Invalid => "invalid",
            Self::Stale => "stale",
            Self::Forbidden => "forbidden",
            Self::NotSaved => "not-saved",
            Self::Owned => "owned",
            Self::Disconnected => "disconnected",
            Self::Internal => "internal",
        }
    }

    /// Its help page, Markdown.
    pub fn help(self) -> &'static str {
        match self {
            Self::NotFound => include_str!("../codes/not-found.md"),
            Self::Invalid => include_str!("../codes/invalid.md"),
            Self::Stale => include_str!("../codes/stale.md"),
            Self::Forbidden => include_str!("../codes/forbidden.md"),
            Self::NotSaved => include_str!("../codes/not-saved.md"),
            Self::Owned => include_str!("../codes/owned.md"),
            Self::Disconnected => include_str!("../codes/disconnected.md"),
            Self::Internal => include_str!("../codes/internal.md"),
        }
    }
}
