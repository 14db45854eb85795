//! People and what they may do.

use serde::{Deserialize, Serialize};

/// What a person may do in a workspace or with a document. Later ones may do more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Look.
    Viewer,
    /// Look and comment.
    Commenter,
    /// Change and run.
    Editor,
    /// Everything, sharing and deleting included.
    Owner,
}
