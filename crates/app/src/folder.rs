//! The data folder: where it is, who owns it, how others reach the owner.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use reporunner_model::{Clock, Monotonic};
use reporunner_protocol::{Code, Failure};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, getpid, kill_process};

use crate::socket::{self, Reached, Remote};
use crate::{Answer, App, Host};

/// The data folder, from the root on: the one that was named, else the user's own.
///
/// # Errors
/// Where nothing was named and the user has no home folder.
pub fn data_folder(named: Option<PathBuf>) -> Result<PathBuf, Failure> {
    let from_environment = || std::env::var_os("REPORUNNER_DATA").map(PathBuf::from);
    if let Some(folder) = named.or_else(from_environment).filter(|f| !f.as_os_str().is_empty()) {
        // As it was typed where not even the current folder is known.
        return Ok(std::path::absolute(&folder).unwrap_or(folder));
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

/// Opens `folder` as its owner, or connects to the process that owns it. An owner that has hung is
/// ended by a process that stays: what it had under way is taken up as after a crash.
///
/// # Errors
/// Where the folder cannot be opened, or its owner does not answer.
pub async fn connect(folder: &Path, host: Host, stay: Stay) -> Result<Arc<dyn Answer>, Failure> {
    let mut started = host.clock.monotonic();
    // Who was ended, and has not gone yet.
    let mut ended = None;
    loop {
        let failure = match App::open(folder, host.clone()).await {
            Ok(app) => return Ok(own(folder, host.clock, app, stay).await),
            Err(failure) if failure.code == Code::Owned => failure,
            Err(failure) => return Err(failure),
        };
        let owner = owner(folder);
        if ended.is_none() || ended != owner {
            match Remote::connect(folder, Arc::clone(&host.clock)).await? {
                Reached::Owner(remote) => return Ok(remote),
                Reached::Nobody => {}
                // Somebody else has ended the silent one and has the folder now.
                Reached::Silent(_) if self::owner(folder) != owner => {
                    started = host.clock.monotonic();
                }
                Reached::Silent(process) if stay == Stay::Long => {
                    ended = Some(end_hung(owner, process)?);
                    // It takes a moment to go.
                    started = host.clock.monotonic();
                }
                Reached::Silent(process) => return Err(hung(process.or(owner))),
            }
        }
        // The owner may be starting, or be a short command that is about to leave.
        let waited = host.clock.monotonic().micros_since(started);
        if u128::from(waited) > PATIENCE.as_micros() {
            if let Some(process) = ended.filter(|ended| owner == Some(*ended)) {
                return Err(does_not_go(process));
            }
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

/// The process that has the lock, by the number that it wrote.
fn owner(folder: &Path) -> Option<i32> {
    reporunner_store::owner(folder).and_then(|owner| i32::try_from(owner).ok())
}

/// Ends an owner that has hung, and gives its number. Nothing less would do: it might wake up at
/// any time and go on with what others have taken up meanwhile.
fn end_hung(owner: Option<i32>, process: Option<i32>) -> Result<i32, Failure> {
    // The one at the socket and the one with the lock; numbers differ where one of them looks out
    // of a container.
    let known = process.filter(|process| owner == Some(*process)).and_then(Pid::from_raw);
    let known = known.filter(|process| *process != getpid());
    let Some(known) = known else { return Err(hung(process.or(owner))) };
    tracing::warn!(
        process = known.as_raw_pid(),
        "the owner of the data folder has hung: it is ended"
    );
    match kill_process(known, Signal::KILL) {
        // It has ended by itself.
        Ok(()) | Err(Errno::SRCH) => Ok(known.as_raw_pid()),
        Err(_) => Err(hung(process)),
    }
}

fn hung(process: Option<i32>) -> Failure {
    let which = process.map_or_else(String::new, |process| format!(" (number {process})"));
    let message = format!("the process that owns the data folder{which} has hung");
    Failure::new(Code::Owned, message).hint(
        "End it. What it had under way goes on as after a crash when Reporunner is started again.",
    )
}

/// One that waits for the system goes only when that lets it.
fn does_not_go(process: i32) -> Failure {
    let message = format!(
        "the process that owns the data folder (number {process}) has hung, was ended and does \
         not go"
    );
    Failure::new(Code::Owned, message).hint(
        "It waits for the system, most likely for a disk that does not answer. See to that disk, \
         or start the machine anew; then start Reporunner again.",
    )
}
