//! The handles that nodes get, over the real thing: one file for each.

mod binary;
mod children;
mod commands;
mod files;
mod http;
mod mail;
mod memory;
mod notes;
mod respond;
mod sql;

use std::path::{Path, PathBuf};

use reporunner_model::{ErrorOrigin, NodeError};
use reporunner_net::{Reach, allowed};

pub use binary::describe;
pub(crate) use binary::{StoredBinaries, from_store};
pub(crate) use children::{Children, Family};
pub(crate) use commands::ShellCommands;
pub(crate) use files::AllowedFiles;
pub(crate) use http::NetHttp;
pub(crate) use mail::SmtpMail;
pub(crate) use memory::StoredMemory;
pub(crate) use notes::RunNotes;
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
    /// Reporunner's own data: closed, whatever folder around it is allowed.
    pub closed: Vec<PathBuf>,
    /// The one folder within those that is open all the same.
    pub own: Option<PathBuf>,
    /// Where requests may go.
    pub reach: Reach,
    /// Whether commands of the shell may be run.
    pub commands: bool,
}

impl Place {
    /// The path as it is on disk, if it may be touched.
    ///
    /// # Errors
    /// Where it may not be.
    pub fn resolve(&self, path: &str) -> Result<PathBuf, NodeError> {
        if path.trim().is_empty() {
            return Err(NodeError::new("the path is empty").hint("Give the path of a file."));
        }
        let path = match path.strip_prefix("~/").zip(std::env::home_dir()) {
            Some((below, home)) => home.join(below),
            None => self.base.join(path),
        };
        self.permit(&path)
    }

    /// `path` with links followed, if it may be touched.
    ///
    /// # Errors
    /// Where it may not be.
    pub fn permit(&self, path: &Path) -> Result<PathBuf, NodeError> {
        let outside = |message: String| NodeError::new(message).from_origin(ErrorOrigin::Outside);
        let real = allowed(path, &self.folders).map_err(|error| {
            outside(error.to_string()).hint(
                "Add its folder in Settings, What workflows may reach, Folders; or move the file.",
            )
        })?;
        let is_own = self.own.as_ref().is_some_and(|own| is_within(&real, own));
        if !is_own && self.closed.iter().any(|folder| is_within(&real, folder)) {
            let message = format!("{} is in Reporunner's own data folder", real.display());
            return Err(outside(message)
                .hint("Workflows never touch that folder; keep their files somewhere else."));
        }
        Ok(real)
    }
}

fn is_within(path: &Path, folder: &PathBuf) -> bool {
    allowed(path, std::slice::from_ref(folder)).is_ok()
}
