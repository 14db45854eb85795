//! The handles that nodes get, over the real thing: one file for each.

mod binary;
mod files;
mod http;
mod respond;
mod sql;

use std::path::PathBuf;

use reporunner_net::Reach;

pub(crate) use binary::{StoredBinaries, from_store};
pub(crate) use files::AllowedFiles;
pub(crate) use http::NetHttp;
pub(crate) use respond::NoRequest;
pub use respond::{Responder, ResponseSlot};
pub(crate) use sql::AllowedSql;

/// What a run may touch on this machine.
#[derive(Debug, Clone)]
pub struct Place {
    /// Where relative paths start.
    pub base: PathBuf,
    /// Folders whose files may be read and written; `base` counts only if it is among them.
    pub folders: Vec<PathBuf>,
    /// Where requests may go.
    pub reach: Reach,
}
