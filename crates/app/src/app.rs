//! The app: everything that belongs to one data folder, and what it does by itself.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};
use std::time::Duration;

use reporunner_expression::Evaluator;
use reporunner_model::{AuthorId, Catalog, FEATURE_FLAGS, RunStatus, Timestamp, limits};
use reporunner_protocol::{Code, Event, Failure, MachineSettings, Welcome};
use reporunner_runner::{Runner, RunnerOptions};
use reporunner_sandbox::PoolConfig;
use reporunner_store::{OpenOptions, Retention, Store};
use tokio::sync::Notify;

use crate::bus::Bus;
use crate::failure::{of_runner, of_store};
use crate::house::{CalledWorkflows, Household};
use crate::listen::Listeners;
use crate::mended::Mended;
use crate::preview::Recording;
use crate::rooms::Places;
use crate::timers::Timers;
use crate::watches::Watches;
use crate::{Caller, Host, ids};

/// Time between two messages about the nodes of runs.
const NODE_EVENTS: Duration = Duration::from_millis(60);
/// Time between two looks at what has expired.
const LOOK: Duration = Duration::from_secs(20);
/// Time beyond that of the steps in which runs must have been left, milliseconds.
const PATIENCE_MS: u64 = 1_000;
/// Time between two looks whether a full disk has room again.
const LOOK_FOR_ROOM: Duration = Duration::from_secs(2);
/// What is told while the disk is full.
const DISK_FULL: &str = "The disk that the data folder is on is full. Free some space, or delete \
                         executions; edits that are open here are saved as soon as there is room.";
/// Time between two sweeps of old runs.
const SWEEP: Duration = Duration::from_secs(600);

/// Everything of one data folder.
pub struct App {
    pub(crate) store: Store,
    pub(crate) bus: Arc<Bus>,
    pub(crate) host: Host,
    pub(crate) runner: Runner,
    pub(crate) evaluator: Arc<Evaluator>,
    pub(crate) owner: Caller,
    pub(crate) settings: RwLock<MachineSettings>,
    pub(crate) rooms: Mutex<Places>,
    pub(crate) listeners: Listeners,
    pub(crate) timers: Arc<Timers>,
    pub(crate) watches: Watches,
    pub(crate) called: CalledWorkflows,
    /// Told when a run goes to rest.
    pub(crate) rests: Arc<Notify>,
    /// What the addresses of runs that wait are signed with.
    pub(crate) resume_key: [u8; 32],
    folder: PathBuf,
    /// Damage that was mended and is still to be told.
    mended: Vec<Mended>,
    /// Itself, for what goes on beside the commands.
    pub(crate) this: Weak<App>,
    /// The newest run that expressions were tried on.
    pub(crate) recording: Mutex<Option<Arc<Recording>>>,
    closing: AtomicBool,
    /// Whether it was last told that the disk is full.
    told_full: AtomicBool,
}

impl App {
    /// Opens a data folder as its owner, and takes up what a crash left behind.
    ///
    /// # Errors
    /// [`Code::Owned`] where another process owns it, else why it cannot be opened.
    pub async fn open(folder: &Path, host: Host) -> Result<Arc<Self>, Failure> {
        let now = host.clock.now();
        let (path, options) = (folder.to_owned(), OpenOptions::at(now));
        let store = tokio::task::spawn_blocking(move || Store::open(&path, options))
            .await
            .map_err(|_| Failure::new(Code::Internal, "the data folder could not be opened"))?
            .map_err(of_store)?;
        let person = person(&store, &host).await?;
        let mut settings: MachineSettings =
            store.read(|db| db.meta("settings")).map_err(of_store)?.unwrap_or_default();
        settings.author_name.clone_from(&person.name);
        settings.variables = store.read(|db| db.variables()).map_err(of_store)?;
        let worker = PoolConfig::new(&host.worker.program, &host.worker.arguments);
        let evaluator = Arc::new(Evaluator::new(worker));
        let bus = Bus::new();
        let runner = Runner::new(RunnerOptions {
            store: store.clone(),
            nodes: reporunner_nodes::all(),
            evaluator: Arc::clone(&evaluator),
            clock: Arc::clone(&host.clock),
            sink: Arc::clone(&bus) as Arc<dyn reporunner_model::EventSink>,
            owner: ids::text(),
        });
        let resume_key = resume_key(&store).await?;
        let mended = crate::mended::take_in(&store, runner.catalog(), &host).await?;
        let app = Arc::new_cyclic(|this| Self {
            this: this.clone(),
            recording: Mutex::default(),
            closing: AtomicBool::new(false),
            told_full: AtomicBool::new(false),
            bus,
            runner,
            evaluator,
            owner: person,
            settings: RwLock::new(settings),
            rooms: Mutex::default(),
            listeners: Listeners::default(),
            timers: Arc::default(),
            watches: Watches::default(),
            called: CalledWorkflows::default(),
            rests: Arc::default(),
            resume_key,
            folder: folder.to_owned(),
            mended,
            store,
            host,
        });
        app.runner.set_house(Arc::new(Household(app.this.clone())));
        Ok(app)
    }

    /// Takes up what a crash left under way, opens the webhooks, looks after the folder from now
    /// on. For a process that stays; one that answers a single command leaves all that alone.
    pub(crate) async fn go_live(&self) {
        let mended = self.store.recovery().and_then(|_| self.mended.last());
        if let Some(notice) = mended.and_then(Mended::notice) {
            tracing::warn!("{notice}");
        }
        if self.store.read_only().is_none() {
            self.bind_webhooks().await;
            self.take_up_runs().await;
            self.open_webhooks().await;
        }
        let weak = self.this.clone();
        tokio::spawn(pump_events(weak.clone()));
        if self.store.read_only().is_none() {
            tokio::spawn(crate::timers::run_timers(weak.clone(), self.now()));
            tokio::spawn(crate::waits::run_waits(weak.clone()));
        }
        tokio::spawn(keep_house(weak));
    }

    pub(crate) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Relaxed)
    }

    /// Ends in order and gives the folder up. Once is enough, twice does no harm.
    pub(crate) async fn leave(&self) {
        if self.closing.swap(true, Ordering::Relaxed) {
            return;
        }
        self.listeners.stop();
        let until = self.host.clock.monotonic().0 + (limits::CLOSE_MS + PATIENCE_MS) * 1000;
        tokio::select! {
            () = self.runner.close() => {}
            // A step that computes and never looks up; what it does is done again.
            () = self.host.clock.sleep_until(reporunner_model::Monotonic(until)) => {
                tracing::warn!("a run did not end in time");
            }
        }
        self.settle_rooms().await;
        crate::socket::remove(&self.folder);
        let store = self.store.clone();
        if tokio::task::spawn_blocking(move || store.close()).await.is_err() {
            tracing::error!("the data folder was not closed in order");
        }
    }

    /// Every node type.
    pub(crate) fn catalog(&self) -> &Arc<Catalog> {
        self.runner.catalog()
    }

    /// Reads on a thread that may wait for the disk. The threads that answer requests never do:
    /// one long read would hold all others up.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Self) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let closed = || of_runner(reporunner_runner::Error::Closing);
        let app = self.this.upgrade().ok_or_else(closed)?;
        let broke_off = |_| Err(Failure::new(Code::Internal, "the reading broke off"));
        tokio::task::spawn_blocking(move || read(&app)).await.unwrap_or_else(broke_off)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.host.clock.now()
    }

    pub(crate) fn settings(&self) -> MachineSettings {
        self.settings.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Why nothing can be saved for now, while the disk is full.
    fn disk_full(&self) -> Option<String> {
        self.store.is_full().then(|| DISK_FULL.to_owned())
    }

    /// Tells everybody where the disk became full or has room again.
    pub(crate) fn tell_of_disk(&self) {
        let full = self.store.is_full();
        if self.told_full.swap(full, Ordering::Relaxed) != full {
            self.bus.send(Event::DiskChanged { full: self.disk_full() });
        }
    }

    /// Who and what answers here.
    pub(crate) async fn hello(&self, caller: &Caller) -> Result<Welcome, Failure> {
        let settings = self.settings();
        let stored = self.read(|app| {
            let count = app.store.read(|db| db.count_workflows());
            Ok((count.is_ok_and(|count| count == 0), app.location()))
        });
        let (first_run, location) = stored.await?;
        Ok(Welcome {
            protocol: reporunner_protocol::PROTOCOL_VERSION,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            author: caller.author.clone(),
            author_name: settings.author_name.clone(),
            folder: self.folder.to_string_lossy().into_owned(),
            read_only: self.store.read_only().map(str::to_owned),
            disk_full: self.disk_full(),
            notices: self.mended.iter().filter_map(Mended::notice).map(str::to_owned).collect(),
            first_run,
            location,
            timezone: self.host.timezone.clone(),
            webhook_base: self.listeners.base(),
            webhook_port_taken: self.listeners.port_taken(),
            flags: self.flags(&settings),
        })
    }

    fn flags(&self, settings: &MachineSettings) -> BTreeSet<String> {
        let is_on = |name: &str, default: bool| {
            let forced = self.host.flags.iter().any(|flag| flag == name);
            forced || settings.flags.get(name).copied().unwrap_or(default)
        };
        let on = FEATURE_FLAGS.iter().filter(|flag| is_on(flag.name, flag.default));
        on.map(|flag| flag.name.to_owned()).collect()
    }
}

/// The person at this machine: made at the first run.
async fn person(store: &Store, host: &Host) -> Result<Caller, Failure> {
    let stored: Option<(AuthorId, String)> =
        store.read(|db| db.meta("author")).map_err(of_store)?;
    if let Some((author, name)) = stored {
        return Ok(Caller::local(author, name));
    }
    let caller = Caller::local(ids::author(), &host.person);
    if store.read_only().is_none() {
        let made = (caller.author.clone(), caller.name.clone());
        store.write(move |tx| tx.set_meta("author", &made)).await.map_err(of_store)?;
    }
    Ok(caller)
}

/// What the addresses of runs that wait are signed with: made at the first run.
async fn resume_key(store: &Store) -> Result<[u8; 32], Failure> {
    let stored: Option<[u8; 32]> = store.read(|db| db.meta("resume-key")).map_err(of_store)?;
    if let Some(key) = stored {
        return Ok(key);
    }
    let key = ids::key();
    if store.read_only().is_none() {
        store.write(move |tx| tx.set_meta("resume-key", &key)).await.map_err(of_store)?;
    }
    Ok(key)
}

/// Sends what was gathered about runs, a few times a second.
async fn pump_events(app: Weak<App>) {
    while let Some(strong) = app.upgrade() {
        let bus = Arc::clone(&strong.bus);
        drop(strong);
        bus.stirred.notified().await;
        let Some(app) = app.upgrade() else { break };
        // A run that could not be stored stirs too.
        app.tell_of_disk();
        for run in app.bus.take_runs() {
            let summary = match app.runner.recent(&run) {
                Some(ended) => Some(crate::runs::summary_of_ended(run, &ended)),
                None => {
                    let row = app.read(move |app| app.run_row(&run)).await;
                    row.ok().map(|row| app.summary_of(row))
                }
            };
            let Some(summary) = summary else { continue };
            if summary.status.is_final() {
                app.bus.flush_nodes();
            }
            app.bus.send(Event::RunChanged { run: Box::new(summary) });
        }
        app.bus.flush_nodes();
        let until = reporunner_model::Monotonic(
            app.host.clock.monotonic().0 + NODE_EVENTS.as_micros() as u64,
        );
        let pause = app.host.clock.sleep_until(until);
        drop(app);
        pause.await;
    }
}

/// Closes and removes what is too old.
async fn keep_house(app: Weak<App>) {
    let mut until_sweep = Duration::ZERO;
    while let Some(strong) = app.upgrade().filter(|app| !app.is_closing()) {
        let now = strong.now();
        if strong.store.read_only().is_none() {
            if until_sweep.is_zero() {
                strong.sweep(now).await;
                until_sweep = SWEEP;
            }
            strong.close_expired_listeners(now).await;
        }
        strong.look_for_room(now).await;
        strong.tell_of_disk();
        let pause = if strong.store.is_full() { LOOK_FOR_ROOM } else { LOOK };
        until_sweep = until_sweep.saturating_sub(pause);
        let until = strong.host.clock.monotonic().0 + pause.as_micros() as u64;
        let pause = strong.host.clock.sleep_until(reporunner_model::Monotonic(until));
        drop(strong);
        pause.await;
    }
}

impl App {
    /// Something has to be written to see whether a full disk has room again.
    async fn look_for_room(&self, now: Timestamp) {
        if self.store.is_full() {
            let seen = self.store.write(move |tx| tx.set_meta("room-looked-for", &now)).await;
            tracing::debug!(?seen, "looked for room");
        }
    }

    /// Removes what the settings no longer keep.
    pub(crate) async fn sweep(&self, now: Timestamp) {
        let settings = self.settings();
        let age = i64::from(settings.retention_days) * 24 * 3600 * 1000;
        let keep =
            Retention { before: Some(now.plus_ms(-age)), bytes: Some(settings.retention_bytes) };
        // What waits in a workflow ends with it.
        for workflow in self.store.read(|db| db.expired_trash(now)).unwrap_or_default() {
            self.end_resting_runs(&workflow, "the workflow was deleted").await;
        }
        let store = self.store.clone();
        let swept = tokio::task::spawn_blocking(move || store.sweep(keep, now));
        match swept.await {
            Ok(Err(error)) => tracing::warn!(%error, "old runs were not removed"),
            Err(_) => tracing::warn!("the removal of old runs was abandoned"),
            Ok(Ok(_)) => {}
        }
    }

    /// Takes up the runs that a crash left: none stays `running` without an owner.
    async fn take_up_runs(&self) {
        let owner = self.runner.owner().to_owned();
        let left = match self.store.read(|db| db.runs_of_others(&owner)) {
            Ok(left) => left,
            Err(error) => {
                tracing::error!(%error, "the runs of before cannot be read");
                return;
            }
        };
        // Those that others called come first, so that their callers find them; those that queue
        // keep their order.
        let (queued, mut begun): (Vec<_>, Vec<_>) =
            left.into_iter().partition(|row| row.status == RunStatus::Queued);
        begun.reverse();
        for row in begun.into_iter().chain(queued) {
            self.take_up_or_close(row).await;
        }
    }

    pub(crate) async fn close_run(
        &self,
        id: reporunner_model::RunId,
        status: RunStatus,
        failure: Failure,
    ) {
        let now = self.now();
        let written = self.store.write(move |tx| {
            tx.update_run(
                &id,
                &reporunner_store::RunChange {
                    status: Some(status),
                    finished: Some(now),
                    error: Some(serde_json::json!({
                        "node": null,
                        "nodeName": "",
                        "message": failure.message,
                        "hint": failure.hint,
                    })),
                    ..reporunner_store::RunChange::default()
                },
            )
        });
        if let Err(error) = written.await {
            tracing::error!(%error, "a run could not be closed");
        }
    }
}
