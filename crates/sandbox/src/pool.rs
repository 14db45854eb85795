//! A pool of warm children of one command line.
//!
//! A child serves one call at a time and goes back to the pool after it answered. A child that
//! missed its deadline, crashed, said too much or whose caller went away is killed and never used
//! again. The pool does not retry: whether a call may be repeated is the caller's to know.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::process::{Child, ChildStdin, ChildStdout};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::{frame, spawner};

/// What a pool runs and how much of it.
#[derive(Debug, Clone)]
pub struct PoolConfig {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// Most children at the same time.
    pub size: usize,
    /// Longest message to a child, bytes.
    pub request_bytes: usize,
    /// Longest message from a child, bytes.
    pub response_bytes: usize,
    /// Calls after which a child is replaced, so that what one call left behind does not add up.
    pub calls_per_child: usize,
}

impl PoolConfig {
    /// A pool of `program args…` with a child for each core, up to four.
    pub fn new(
        program: impl Into<PathBuf>,
        args: impl IntoIterator<Item = impl Into<OsString>>,
    ) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            program: program.into(),
            args: args.into_iter().map(Into::into).collect(),
            size: cores.clamp(1, 4),
            request_bytes: 128 * 1024 * 1024,
            response_bytes: 64 * 1024 * 1024,
            calls_per_child: 1_000,
        }
    }
}

/// Why a call has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The child was still at work at the deadline and was killed.
    #[error("stopped after {} ms", .0.as_millis())]
    TimedOut(Duration),
    /// The child ended without an answer.
    #[error("worker process ended: {status}")]
    Crashed {
        /// How it ended, in the system's words.
        status: String,
    },
    /// The child could not be started.
    #[error("cannot start {}: {cause}", .program.display())]
    Spawn {
        /// The program.
        program: PathBuf,
        /// Why not.
        cause: String,
    },
    /// The request is longer than the pool allows.
    #[error("{bytes} bytes are too much for a worker process, {limit} are allowed")]
    RequestTooLarge {
        /// Length of the request.
        bytes: usize,
        /// What is allowed.
        limit: usize,
    },
    /// The answer is longer than the pool allows.
    #[error("answer of the worker process is longer than {limit} bytes")]
    ResponseTooLarge {
        /// What is allowed.
        limit: usize,
    },
}

/// A pool of children. Clones share it.
#[derive(Debug, Clone)]
pub struct Pool {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    config: PoolConfig,
    idle: Mutex<Vec<Worker>>,
    places: Semaphore,
}

/// One child. Dropping it kills it.
#[derive(Debug)]
struct Worker {
    child: Child,
    stdin: ChildStdin,
    stdout: ChildStdout,
    calls: usize,
}

impl Pool {
    /// A pool without children yet; they start when they are needed.
    pub fn new(config: PoolConfig) -> Self {
        let places = Semaphore::new(config.size.max(1));
        Self { shared: Arc::new(Shared { config, idle: Mutex::default(), places }) }
    }

    /// Starts children ahead of the first calls, up to the size of the pool.
    pub async fn warm(&self, children: usize) -> Result<(), Error> {
        for _ in self.idle_count()..children.min(self.shared.config.size) {
            let worker = self.start().await?;
            self.put_back(worker);
        }
        Ok(())
    }

    /// Sends `request` to a child and waits for its answer, at most `deadline` from when the child
    /// is there. Waiting for a free child does not count. Dropping the future kills the child.
    pub async fn call(&self, request: &[u8], deadline: Duration) -> Result<Vec<u8>, Error> {
        let limit = self.shared.config.request_bytes;
        if request.len() > limit {
            return Err(Error::RequestTooLarge { bytes: request.len(), limit });
        }
        let _place = self.shared.places.acquire().await.expect("the semaphore is never closed");
        let mut worker = match self.take_idle() {
            Some(worker) => worker,
            None => self.start().await?,
        };
        let response_bytes = self.shared.config.response_bytes;
        let until = Instant::now() + deadline;
        match tokio::time::timeout_at(until, worker.exchange(request, response_bytes)).await {
            Ok(Ok(answer)) => {
                worker.calls += 1;
                if worker.calls < self.shared.config.calls_per_child {
                    self.put_back(worker);
                }
                Ok(answer)
            }
            Ok(Err(error)) => Err(worker.autopsy(error, response_bytes).await),
            Err(_) => {
                worker.kill().await;
                Err(Error::TimedOut(deadline))
            }
        }
    }

    /// Children that wait for a call.
    pub fn idle_count(&self) -> usize {
        self.idle().len()
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Worker>> {
        self.shared.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_idle(&self) -> Option<Worker> {
        loop {
            let mut worker = self.idle().pop()?;
            if matches!(worker.child.try_wait(), Ok(None)) {
                return Some(worker);
            }
            tracing::debug!("an idle worker process ended by itself");
        }
    }

    fn put_back(&self, worker: Worker) {
        self.idle().push(worker);
    }

    async fn start(&self) -> Result<Worker, Error> {
        let mut child = spawner::spawn(&self.shared.config).await?;
        let stdin = child.stdin.take().expect("its input is a pipe");
        let stdout = child.stdout.take().expect("its output is a pipe");
        Ok(Worker { child, stdin, stdout, calls: 0 })
    }
}

impl Worker {
    async fn exchange(&mut self, request: &[u8], limit: usize) -> std::io::Result<Vec<u8>> {
        frame::write(&mut self.stdin, request).await?;
        frame::read(&mut self.stdout, limit).await
    }

    async fn kill(&mut self) {
        if let Err(error) = self.child.kill().await {
            tracing::warn!(%error, "cannot kill a worker process");
        }
    }

    /// Says what an input or output error means and makes sure that the child is gone.
    async fn autopsy(mut self, error: std::io::Error, limit: usize) -> Error {
        if error.kind() == std::io::ErrorKind::FileTooLarge {
            self.kill().await;
            return Error::ResponseTooLarge { limit };
        }
        // Its output is closed, so it is ending; a child that only closed its pipe is killed.
        let grace = Duration::from_millis(200);
        let status = match tokio::time::timeout(grace, self.child.wait()).await {
            Ok(Ok(status)) => status.to_string(),
            _ => {
                self.kill().await;
                error.to_string()
            }
        };
        Error::Crashed { status }
    }
}
