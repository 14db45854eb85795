//! Commands of the shell, for workflows that a person allowed them.
//!
//! A command has a process group of its own. Whoever stops waiting for it, because the run was
//! cancelled or its time is up, kills all of the group.

use std::path::PathBuf;
use std::process::Stdio;

use async_trait::async_trait;
use futures_util::future::try_join;
use reporunner_model::{ErrorOrigin, NodeError, limits};
use reporunner_node::{CommandOutput, Commands};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};

use super::Place;

/// What of our own environment a command must not see, by how its name begins.
const OURS: &str = "REPORUNNER_";

/// Commands for nodes.
pub(crate) struct ShellCommands {
    base: PathBuf,
    allowed: bool,
}

impl ShellCommands {
    pub(crate) fn new(place: &Place) -> Self {
        Self { base: place.base.clone(), allowed: place.commands }
    }
}

#[async_trait]
impl Commands for ShellCommands {
    async fn run(&self, command: &str) -> Result<CommandOutput, NodeError> {
        if !self.allowed {
            return Err(NodeError::new("this workflow may not run commands")
                .from_origin(ErrorOrigin::Outside)
                .hint(
                    "A command can do all that you can do on this machine. If you trust the \
                     workflow, allow it in Settings, What workflows may reach, Commands; \
                     `reporunner run FILE` takes --allow-commands.",
                ));
        }
        let mut group = Group::start(command, &self.base)?;
        let output = group.child.stdout.take().zip(group.child.stderr.take());
        let (stdout, stderr) = output.expect("both were asked for");
        let (stdout, stderr) =
            try_join(read(stdout, "output"), read(stderr, "error output")).await?;
        // Only now: a shell that was waited for gives its number up, and what it left behind could
        // not be killed by it any more.
        let status = group.child.wait().await.map_err(|error| failed(&error))?;
        group.is_over = true;
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ok(CommandOutput { code: exit_code(status), stdout: text(stdout), stderr: text(stderr) })
    }
}

/// A shell and all that it started. Dropped before it is over, it is killed.
struct Group {
    child: Child,
    is_over: bool,
}

impl Group {
    fn start(command: &str, folder: &PathBuf) -> Result<Self, NodeError> {
        let mut shell = Command::new("/bin/sh");
        shell
            .arg("-c")
            .arg(command)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with(OURS) {
                shell.env_remove(name);
            }
        }
        let child = shell.spawn().map_err(|error| failed(&error))?;
        Ok(Self { child, is_over: false })
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        // None where the shell was waited for already; its group may live on, but its number may
        // be another's by now.
        let group = self.child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        if let Some(group) = group {
            // It may have ended by itself meanwhile.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

/// All that comes out of one end, if it is not too much.
async fn read(from: impl AsyncRead + Unpin, what: &str) -> Result<Vec<u8>, NodeError> {
    let most = limits::COMMAND_OUTPUT_BYTES;
    let mut bytes = Vec::new();
    from.take(most + 1).read_to_end(&mut bytes).await.map_err(|error| failed(&error))?;
    if bytes.len() as u64 > most {
        let message = format!("the command's {what} is larger than {} MiB", most / (1024 * 1024));
        return Err(NodeError::new(message)
            .from_origin(ErrorOrigin::Limit)
            .hint("Let the command write it to a file, and read the file."));
    }
    Ok(bytes)
}

/// The code as a shell tells it: 128 and the signal where it was killed by one.
fn exit_code(status: std::process::ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(-1)
}

fn failed(error: &std::io::Error) -> NodeError {
    NodeError::new(format!("the command could not be run: {error}"))
        .from_origin(ErrorOrigin::Outside)
}
