//! Who asks.

use reporunner_model::{AuthorId, Role};

/// The person on whose behalf a command is answered. Every use case takes it first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The key that signs their changes.
    pub author: AuthorId,
    /// What they are called.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Where they work. A desktop has one workspace, `local`.
    pub workspace: String,
}

impl Caller {
    /// The person at this machine.
    pub fn local(author: AuthorId, name: impl Into<String>) -> Self {
        Self { author, name: name.into(), role: Role::Owner, workspace: "local".to_owned() }
    }
}
