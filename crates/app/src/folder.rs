//! The data folder: where it is, who owns it, how others reach the owner.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use reporunner_protocol::{Code, Failure};

use crate::socket;
use crate::{Answer, App, Host, Remote};

/// The data folder: the one that was named, else the user's own.
///
/// # Errors
/// Where nothing was named and the user has no home folder.
pub fn data_folder(named: Option<PathBuf>) -> Result<PathBuf, Failure> {
    let from_environment = || std::env::var_os("REPORUNNER_DATA").map(PathBuf::from);
    if let Some(folder) = named.or_else(from_environment).filter(|f| !f.as_os_str().is_empty()) {
        return Ok(folder);
    }
    let data_home = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from);
    data_home
        .filter(|folder| folder.is_absolute())
        .or_else(|| std::env::home_dir().map(|home| home.join(".local/share")))
        .map(|folder| folder.join("reporunner"))
        .ok_or_else(|| {
            Failure::new(Code::Invalid, "there is no home folder to keep data in")
                .hint("Name a folder with --data or REPORUNNER_DATA.")
        })
}

/// Opens `folder` as its owner, or connects to the process that owns it.
///
/// # Errors
/// Where the folder cannot be opened, or its owner does not answer.
pub async fn connect(folder: &Path, host: Host) -> Result<Arc<dyn Answer>, Failure> {
    match App::open(folder, host).await {
        Ok(app) => {
            let answer: Arc<dyn Answer> = app;
            if let Err(error) = socket::listen(folder, Arc::clone(&answer)) {
                tracing::warn!(%error, "other commands cannot reach this process");
            }
            Ok(answer)
        }
        Err(failure) if failure.code == Code::Owned => match Remote::connect(folder).await {
            Ok(remote) => Ok(remote),
            Err(error) => {
                tracing::debug!(%error, "the owner's socket");
                Err(failure.hint(
                    "The process that owns it does not answer. Wait until it has started, or \
                     end it.",
                ))
            }
        },
        Err(failure) => Err(failure),
    }
}
