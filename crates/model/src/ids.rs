//! Identifiers. Each is text; making a fresh one needs randomness and so happens elsewhere.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a text is no identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an identifier has 1 to 200 printable characters, this one is {0:?}")]
pub struct ParseIdError(String);

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps text that is known to be an identifier.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                let valid = !text.is_empty()
                    && text.len() <= 200
                    && !text.chars().any(char::is_control);
                if valid { Ok(Self(text.to_owned())) } else { Err(ParseIdError(text.chars().take(40).collect())) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    )+};
}

ids! {
    /// A workflow, the same on every machine that has it.
    WorkflowId,
    /// A node within its workflow: 12 base58 characters for ours, imported ones kept as they were.
    NodeId,
    /// A note within its workflow.
    NoteId,
    /// One run (execution) of a workflow.
    RunId,
    /// A named or automatic version of a workflow.
    VersionId,
    /// One batch of edits, made by whoever sends it.
    EditId,
    /// The person (or program) that made a change: a key made at first run, as hex.
    AuthorId,
    /// The type of a node: a short name for ours (`httpRequest`), the full foreign name for a type
    /// that we do not have (`n8n-nodes-base.slack`).
    TypeName,
}

/// How the id of a frame begins.
const FRAME: &str = "frame-";

impl NoteId {
    /// The id of a note that is a frame: it takes what lies in it along when it is moved. Any other
    /// note that lies behind nodes, such as one of n8n's, leaves them where they are.
    pub fn frame(fresh: &str) -> Self {
        Self(format!("{FRAME}{fresh}"))
    }

    /// Whether the note is a frame.
    pub fn is_frame(&self) -> bool {
        self.0.starts_with(FRAME)
    }

    /// A new id for a copy of the note; that of a frame is a frame.
    pub fn renewed(&self, fresh: &str) -> Self {
        if self.is_frame() { Self::frame(fresh) } else { Self::new(fresh) }
    }
}
