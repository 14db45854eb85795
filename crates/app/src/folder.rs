//! The data folder: where it is, who owns it, how others reach the owner.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use reporunner_model::{Clock, Monotonic};
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

/// How long a process stays with a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stay {
    /// Until a person ends it: its triggers are live, and what a crash left is taken up.
    Long,
    /// For one command.
    Short,
}

/// How long a command waits for another one that is about to leave the folder.
const PATIENCE: Duration = Duration::from_secs(5);

/// Opens `folder` as its owner, or connects to the process that owns it.
///
/// # Errors
/// Where the folder cannot be opened, or its owner does not answer.
pub async fn connect(folder: &Path, host: Host, stay: Stay) -> Result<Arc<dyn Answer>, Failure> {
    let started = host.clock.monotonic();
    loop {
        let failure = match App::open(folder, host.clone()).await {
            Ok(app) => return Ok(own(folder, host.clock, app, stay).await),
            Err(failure) if failure.code == Code::Owned => failure,
            Err(failure) => return Err(failure),
        };
        if let Some(remote) = Remote::connect(folder, Arc::clone(&host.clock)).await? {
            return Ok(remote);
        }
        // The owner may be starting, or be a short command that is about to leave.
        let waited = host.clock.monotonic().micros_since(started);
        if u128::from(waited) > PATIENCE.as_micros() {
            return Err(failure.hint(
                "The process that owns it does not answer. Wait until it has started, or end it.",
            ));
        }
        let next = Monotonic(host.clock.monotonic().0 + 50_000);
        host.clock.sleep_until(next).await;
    }
}

async fn own(folder: &Path, clock: Arc<dyn Clock>, app: Arc<App>, stay: Stay) -> Arc<dyn Answer> {
    if stay == Stay::Long {
        app.go_live().await;
    }
    // Where nothing can be written there is no place for a socket, and nothing of it to tell.
    let writes = app.store.read_only().is_none();
    let answer: Arc<dyn Answer> = app;
    if writes && let Err(error) = socket::listen(folder, clock, Arc::clone(&answer)) {
        tracing::warn!(%error, "other commands cannot reach this process");
    }
    answer
}
