//! The one thread that writes. It takes what waits, runs it in one transaction, commits, answers.
//!
//! A job that fails is rolled back alone; a commit that fails fails every job of its group. There
//! is no timer: while one group is being synced the next one gathers by itself.

use std::any::Any;
use std::cell::Cell;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use rusqlite::Connection;

use crate::db::Tx;
use crate::reserve::Reserve;
use crate::written::{self, Answer, answer};
use crate::{Error, Result, Written, open};

/// Most jobs of one commit.
const GROUP: usize = 512;
/// Most jobs that wait; whoever sends more blocks until there is room.
const QUEUE: usize = 4096;

/// How much the writer has done since the folder was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WriterStats {
    /// Jobs answered.
    pub jobs: u64,
    /// Commits made for them.
    pub commits: u64,
}

/// A job, and what becomes of its answer.
pub(crate) enum Message {
    Job(Box<dyn Job>),
    Stop,
}

/// Work for the writer's thread.
pub(crate) trait Job: Send {
    /// Does the work within the group's transaction and keeps the outcome. Says whether it failed.
    fn run(&mut self, tx: &Tx<'_>) -> Result<()>;
    /// Tells the caller, after the commit (or why there was none).
    fn answer(&mut self, commit: Result<()>);
    /// Whether it frees space: it runs alone, with the reserve released.
    fn frees(&self) -> bool;
}

struct Work<T, F> {
    work: Option<F>,
    outcome: Option<Result<T>>,
    answer: Answer<T>,
    frees: bool,
}

impl<T: Send, F: FnOnce(&Tx<'_>) -> Result<T> + Send> Job for Work<T, F> {
    fn run(&mut self, tx: &Tx<'_>) -> Result<()> {
        let Some(work) = self.work.take() else { return Ok(()) };
        let outcome = catch_unwind(AssertUnwindSafe(|| work(tx)))
            .unwrap_or_else(|panic| Err(Error::Panicked(panic_text(&*panic))));
        let status = outcome.as_ref().map(|_| ()).map_err(Clone::clone);
        self.outcome = Some(outcome);
        status
    }

    fn answer(&mut self, commit: Result<()>) {
        self.answer.give(match (self.outcome.take(), commit) {
            (Some(Err(error)), _) | (_, Err(error)) => Err(error),
            (Some(done), Ok(())) => done,
            (None, Ok(())) => Err(Error::Closed),
        });
    }

    fn frees(&self) -> bool {
        self.frees
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without a message")
        .to_owned()
}

/// What the writer's thread and its callers both see.
#[derive(Default)]
pub(crate) struct Shared {
    jobs: AtomicU64,
    commits: AtomicU64,
    /// Set once the database was found damaged; the next start then looks closer.
    pub(crate) damaged: AtomicBool,
    /// Set while writes find no room on the disk.
    pub(crate) full: AtomicBool,
}

pub(crate) struct Writer {
    sender: SyncSender<Message>,
    shared: Arc<Shared>,
    thread: std::sync::Mutex<Option<JoinHandle<Connection>>>,
}

impl Writer {
    /// Starts the thread; it keeps `lock` for as long as it may write.
    pub(crate) fn start(
        db: Connection,
        reserve: Reserve,
        shared: Arc<Shared>,
        lock: Option<Arc<File>>,
    ) -> Result<Self> {
        let (sender, receiver) = sync_channel(QUEUE);
        let seen = shared.clone();
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || {
                written::forbid_waiting();
                let file = Watched::of(&db);
                Loop { db: &db, file, reserve, shared: &seen, short: Cell::default() }
                    .run(&receiver);
                drop(lock);
                db
            })
            .map_err(|error| Error::Database(format!("no thread to write with: {error}")))?;
        Ok(Self { sender, shared, thread: std::sync::Mutex::new(Some(thread)) })
    }

    pub(crate) fn send<T, F>(&self, frees: bool, work: F) -> Written<T>
    where
        T: Send + 'static,
        F: FnOnce(&Tx<'_>) -> Result<T> + Send + 'static,
    {
        let (end, written) = answer();
        let job = Work { work: Some(work), outcome: None, answer: end, frees };
        match self.sender.send(Message::Job(Box::new(job))) {
            Ok(()) => written,
            Err(_) => Written::failed(Error::Closed),
        }
    }

    /// Lets the jobs sent so far finish and gives the connection back.
    pub(crate) fn stop(&self) -> Option<Connection> {
        let thread = self.thread.lock().ok()?.take()?;
        if thread.thread().id() == std::thread::current().id() {
            // The last holder was a job: the thread ends when this sender goes.
            return None;
        }
        let _ = self.sender.send(Message::Stop);
        thread.join().ok()
    }

    pub(crate) fn stats(&self) -> WriterStats {
        WriterStats {
            jobs: self.shared.jobs.load(Ordering::Relaxed),
            commits: self.shared.commits.load(Ordering::Relaxed),
        }
    }
}

/// The database's file. Once somebody removes it or puts another in its place, what is written
/// goes where nobody will find it, and the system does not say so.
struct Watched {
    path: PathBuf,
    identity: Option<u64>,
}

impl Watched {
    fn of(db: &Connection) -> Self {
        let path = PathBuf::from(db.path().unwrap_or_default());
        let identity = identity(&path);
        Self { path, identity }
    }

    fn check(&self) -> Result<()> {
        if self.identity.is_some() && identity(&self.path) == self.identity {
            return Ok(());
        }
        let message = "the database was removed or replaced while it was open".to_owned();
        Err(Error::File { path: self.path.clone(), message })
    }
}

#[cfg(unix)]
fn identity(path: &Path) -> Option<u64> {
    std::fs::metadata(path).ok().map(|meta| std::os::unix::fs::MetadataExt::ino(&meta))
}

/// Elsewhere a file that is open cannot be removed.
#[cfg(not(unix))]
fn identity(path: &Path) -> Option<u64> {
    std::fs::metadata(path).ok().map(|_| 0)
}

struct Loop<'a> {
    db: &'a Connection,
    file: Watched,
    reserve: Reserve,
    shared: &'a Shared,
    /// Whether a job of the group found no room.
    short: Cell<bool>,
}

impl Loop<'_> {
    fn run(mut self, receiver: &Receiver<Message>) {
        let mut left_over = None;
        loop {
            let Some(first) = left_over.take().or_else(|| receiver.recv().ok()) else { return };
            let Message::Job(first) = first else { return };
            if first.frees() {
                self.free(first);
                continue;
            }
            left_over = self.group(first, receiver);
        }
    }

    /// Runs `first` and what else waits in one transaction. Gives back the message that ended it.
    fn group(&self, first: Box<dyn Job>, receiver: &Receiver<Message>) -> Option<Message> {
        let mut group = vec![first];
        let mut left_over = None;
        let before = self.db.total_changes();
        self.short.set(false);
        let mut status = self.begin();
        if status.is_ok() {
            status = self.run_one(&mut group[0]);
            while group.len() < GROUP && left_over.is_none() && status.is_ok() {
                match receiver.try_recv() {
                    Ok(Message::Job(mut job)) if !job.frees() => {
                        status = self.run_one(&mut job);
                        group.push(job);
                    }
                    Ok(other) => left_over = Some(other),
                    Err(_) => break,
                }
            }
        }
        let committed = status.and_then(|()| self.commit());
        self.note_room(&committed, self.db.total_changes() > before);
        self.shared.jobs.fetch_add(group.len() as u64, Ordering::Relaxed);
        for job in &mut group {
            job.answer(committed.clone());
        }
        left_over
    }

    /// Runs a job that frees space, with the reserve released for the log it needs to write.
    fn free(&mut self, mut job: Box<dyn Job>) {
        self.short.set(false);
        self.reserve.release_if_short();
        let committed =
            self.begin().and_then(|()| self.run_one(&mut job)).and_then(|()| self.commit());
        let trimmed = committed.is_ok() && open::carry_log_over(self.db);
        if trimmed || committed.is_err() {
            self.reserve.restore();
        }
        self.note_room(&committed, true);
        self.shared.jobs.fetch_add(1, Ordering::Relaxed);
        job.answer(committed);
    }

    /// Notes whether there is room to write. A small write may find room that a larger one does
    /// not: it says that the disk is full no more only where the disk says so too.
    fn note_room(&self, committed: &Result<()>, wrote: bool) {
        if self.short.get() || matches!(committed, Err(Error::DiskFull)) {
            self.shared.full.store(true, Ordering::Relaxed);
        } else if committed.is_ok() && wrote && self.reserve.has_some_room() {
            self.shared.full.store(false, Ordering::Relaxed);
        }
    }

    fn begin(&self) -> Result<()> {
        self.file.check()?;
        Ok(self.db.execute_batch("BEGIN IMMEDIATE")?)
    }

    /// Runs one job in a savepoint of its own. Fails where the whole transaction ended with it.
    fn run_one(&self, job: &mut Box<dyn Job>) -> Result<()> {
        let outcome = self
            .db
            .execute_batch("SAVEPOINT job")
            .map_err(Error::from)
            .and_then(|()| job.run(&Tx::new(self.db)));
        if matches!(outcome, Err(Error::Damaged { .. })) {
            self.shared.damaged.store(true, Ordering::Relaxed);
        }
        if matches!(outcome, Err(Error::DiskFull)) {
            self.short.set(true);
        }
        // A full disk or a failed write may end the whole transaction, the savepoint with it.
        if self.db.is_autocommit() {
            return Err(outcome.err().unwrap_or(Error::DiskFull));
        }
        let end = if outcome.is_ok() { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" };
        let ended = self.db.execute_batch(end).map_err(Error::from);
        if ended.is_err() && !self.db.is_autocommit() {
            let _ = self.db.execute_batch("ROLLBACK");
        }
        ended
    }

    fn commit(&self) -> Result<()> {
        let committed = self.db.execute_batch("COMMIT").map_err(Error::from);
        if committed.is_err() && !self.db.is_autocommit() {
            let _ = self.db.execute_batch("ROLLBACK");
        }
        if committed.is_ok() {
            self.shared.commits.fetch_add(1, Ordering::Relaxed);
        }
        committed
    }
}
