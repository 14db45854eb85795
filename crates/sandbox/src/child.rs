//! What a program does that runs inside a child: give up its rights, then serve.
//!
//! Call [`harden`] first thing in `main`, before any thread starts, then [`serve`]. What the
//! program needs from disk (time zones, dictionaries) must be in its binary.

use std::io;

use reporunner_model::limits::WORKER_MEMORY_BYTES;

use crate::frame;

#[cfg(target_os = "linux")]
mod seccomp;

/// What a child may use.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Address space, bytes.
    pub memory_bytes: usize,
    /// Longest request it accepts, bytes.
    pub request_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { memory_bytes: WORKER_MEMORY_BYTES, request_bytes: 128 * 1024 * 1024 }
    }
}

/// A right that could not be given up.
#[derive(Debug, thiserror::Error)]
#[error("cannot give up {right}: {cause}")]
pub struct HardenError {
    /// The right.
    pub right: &'static str,
    /// Why not.
    pub cause: String,
}

/// Gives up what the process does not need, for good: memory above the limit, new descriptors
/// (so no files and no sockets), files that grow, core dumps, new privileges, and on Linux every
/// system call but the few that computing, reading and writing take.
#[cfg(unix)]
pub fn harden(limits: Limits) -> Result<(), HardenError> {
    use rustix::process::{Resource, Rlimit, setrlimit};

    let cap = |right: &'static str, resource: Resource, value: u64| {
        setrlimit(resource, Rlimit { current: Some(value), maximum: Some(value) })
            .map_err(|error| HardenError { right, cause: error.to_string() })
    };
    cap("memory", Resource::As, limits.memory_bytes as u64)?;
    cap("core dumps", Resource::Core, 0)?;
    cap("file growth", Resource::Fsize, 0)?;
    // The three standard streams are open; nothing can be opened besides.
    cap("open files", Resource::Nofile, 3)?;
    #[cfg(target_os = "linux")]
    {
        let failed = |right: &'static str| {
            move |error: rustix::io::Errno| HardenError { right, cause: error.to_string() }
        };
        rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))
            .map_err(failed("life without its parent"))?;
        rustix::thread::set_no_new_privs(true).map_err(failed("new privileges"))?;
        seccomp::apply()?;
    }
    Ok(())
}

/// Where nothing is known to give up, the process boundary and the deadline are all there is.
#[cfg(not(unix))]
pub fn harden(_limits: Limits) -> Result<(), HardenError> {
    Ok(())
}

/// Answers messages on the standard streams until the parent closes them.
pub fn serve(limits: Limits, mut answer: impl FnMut(Vec<u8>) -> Vec<u8>) -> io::Result<()> {
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    while let Some(request) = frame::read_blocking(&mut input, limits.request_bytes)? {
        let response = answer(request);
        frame::write_blocking(&mut output, &response)?;
    }
    Ok(())
}
