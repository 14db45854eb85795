//! The little that the app needs from whoever starts it.

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use reporunner_model::{Clock, Monotonic, Timestamp, limits};

/// What the app needs to know about its surroundings. It grows only when a use case needs more.
#[derive(Clone)]
pub struct Host {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// The program that serves as worker: `reporunner`, with the hidden command `worker`.
    pub worker: WorkerProgram,
    /// The machine's time zone, an IANA name.
    pub timezone: String,
    /// Name and login of the person, for the first run.
    pub person: String,
    /// Feature flags from `REPORUNNER_FLAGS`.
    pub flags: Vec<String>,
    /// Runs under way from which on webhooks ask their callers to come again later.
    pub webhook_runs: usize,
}

/// How a worker process is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerProgram {
    /// The executable.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
}

impl Host {
    /// The machine this runs on, with the worker beside the running executable.
    pub fn machine() -> Self {
        let person = std::env::var("USER").or_else(|_| std::env::var("LOGNAME"));
        let flags = std::env::var("REPORUNNER_FLAGS").unwrap_or_default();
        Self {
            clock: Arc::new(MachineClock::new()),
            worker: WorkerProgram::beside_this_program(),
            timezone: jiff::tz::TimeZone::system()
                .iana_name()
                .map_or_else(|| "UTC".to_owned(), str::to_owned),
            person: person.unwrap_or_else(|_| "Me".to_owned()),
            webhook_runs: limits::WEBHOOK_RUNS,
            flags: flags
                .split(',')
                .map(|f| f.trim().to_owned())
                .filter(|f| !f.is_empty())
                .collect(),
        }
    }
}

impl WorkerProgram {
    /// `reporunner` where this program is, or this program itself where it is `reporunner`.
    pub fn beside_this_program() -> Self {
        let name = format!("reporunner{}", std::env::consts::EXE_SUFFIX);
        let this = std::env::current_exe().unwrap_or_else(|_| PathBuf::from(&name));
        let program = if this.file_name().is_some_and(|file| file == name.as_str()) {
            this
        } else {
            // A test binary lies in `deps`, one folder below the programs.
            let folders = this.ancestors().skip(1).take(2);
            let found = folders.map(|folder| folder.join(&name)).find(|path| path.is_file());
            found.unwrap_or_else(|| PathBuf::from(name))
        };
        Self { program, arguments: vec!["worker".to_owned()] }
    }
}

/// The machine's clocks.
#[derive(Debug)]
pub struct MachineClock {
    start: Instant,
}

impl MachineClock {
    /// Clocks whose monotonic side starts now.
    pub fn new() -> Self {
        Self { start: Instant::now() }
    }
}

impl Default for MachineClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for MachineClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    fn monotonic(&self) -> Monotonic {
        Monotonic(u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX))
    }

    fn sleep_until(&self, until: Monotonic) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let left = Duration::from_micros(until.micros_since(self.monotonic()));
        Box::pin(tokio::time::sleep(left))
    }
}
