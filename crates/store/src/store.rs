//! The store as its users hold it: cheap to clone, closed when the last clone goes.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use reporunner_model::{RunId, RunStatus, Timestamp, WorkflowId};

use crate::binary::Binaries;
use crate::open::{self, Opened};
use crate::readers::Readers;
use crate::writer::{Shared, Writer};
use crate::{
    BinaryId, BinaryWriter, Db, Error, OpenOptions, Recovery, Result, Retention, RunQuery, Swept,
    Tx, WriterStats, Written,
};

/// Runs removed in one commit while many are.
const DELETE_BATCH: usize = 200;
/// Pages given back to the disk in one step of a sweep.
const VACUUM_PAGES: usize = 20_000;

/// A data folder that this process owns.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    folder: PathBuf,
    writer: Option<Writer>,
    readers: Readers,
    binaries: Binaries,
    shared: Arc<Shared>,
    recovery: Option<Recovery>,
    read_only: Option<String>,
    /// Held open for as long as the folder is ours.
    lock: Option<Arc<File>>,
}

/// How much disk is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Space {
    /// The database, bytes that hold something.
    pub database: u64,
    /// Files of items, bytes.
    pub binaries: u64,
    /// Number of runs kept.
    pub runs: u64,
}

impl Store {
    /// Opens the data folder, makes it where there is none, mends it where it is damaged.
    pub fn open(folder: &Path, options: OpenOptions) -> Result<Self> {
        let opened = open::open(folder, &options)?;
        let Opened { file, writer, immutable, lock, recovery, read_only } = opened;
        let shared = Arc::new(Shared::default());
        let lock = lock.map(Arc::new);
        let writer = match writer {
            Some((db, reserve)) => Some(Writer::start(db, reserve, shared.clone(), lock.clone())?),
            None => None,
        };
        let binaries = Binaries::new(folder.join(open::BINARIES));
        if writer.is_some() {
            binaries.clear_temp();
        }
        let readers = Readers::new(file, immutable);
        let folder = folder.to_owned();
        let inner = Inner { folder, writer, readers, binaries, shared, recovery, read_only, lock };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        &self.inner.folder
    }

    /// What was damaged when the folder was opened, and what became of it.
    pub fn recovery(&self) -> Option<&Recovery> {
        self.inner.recovery.as_ref()
    }

    /// Why nothing can be written, if so.
    pub fn read_only(&self) -> Option<&str> {
        self.inner.read_only.as_deref()
    }

    /// Whether writes found no room on the disk, the newest ones.
    pub fn is_full(&self) -> bool {
        self.inner.shared.full.load(Ordering::Relaxed)
    }

    /// Reads, on one consistent view. Blocks for as long as `read` takes, never for the writer.
    pub fn read<T>(&self, read: impl FnOnce(&Db<'_>) -> Result<T>) -> Result<T> {
        let outcome = self.inner.readers.with(|conn| read(&Db::new(conn)));
        if matches!(outcome, Err(Error::Damaged { .. })) {
            self.inner.shared.damaged.store(true, Ordering::Relaxed);
        }
        outcome
    }

    /// Writes: all that `write` does is kept or nothing. Answered once it is on disk.
    pub fn write<T: Send + 'static>(
        &self,
        write: impl FnOnce(&Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Written<T> {
        self.send(false, write)
    }

    /// As [`Store::write`], for what frees space: works on a full disk too.
    pub fn write_freeing<T: Send + 'static>(
        &self,
        write: impl FnOnce(&Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Written<T> {
        self.send(true, write)
    }

    fn send<T: Send + 'static>(
        &self,
        frees: bool,
        write: impl FnOnce(&Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Written<T> {
        match (&self.inner.writer, &self.inner.read_only) {
            (Some(writer), _) => writer.send(frees, write),
            (None, reason) => {
                let reason = reason.clone().unwrap_or_default();
                Written::failed(Error::ReadOnly { reason })
            }
        }
    }

    /// Jobs and commits so far.
    pub fn writer_stats(&self) -> WriterStats {
        self.inner.writer.as_ref().map(Writer::stats).unwrap_or_default()
    }

    /// A new file for items to refer to.
    pub fn binary_writer(&self) -> Result<BinaryWriter> {
        match &self.inner.read_only {
            None => self.inner.binaries.writer(),
            Some(reason) => Err(Error::ReadOnly { reason: reason.clone() }),
        }
    }

    /// Opens a file to read it.
    pub fn open_binary(&self, id: &BinaryId) -> Result<File> {
        let path = self.inner.binaries.path(id);
        File::open(&path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Error::missing("file", id),
            _ => Error::file(&path, &error),
        })
    }

    /// Says that whoever wrote a file has noted who needs it (or that nobody does): from now on it
    /// goes with its last user. Call it once for each [`BinaryWriter::finish`].
    pub fn settle_binary(&self, id: &BinaryId) {
        self.inner.binaries.settle(id);
    }

    /// Removes files that nobody needs, of these.
    pub fn remove_unused(&self, ids: &[BinaryId]) -> Result<u64> {
        let unused = self.read(|db| {
            let mut unused = Vec::new();
            for id in ids {
                if !db.binary_in_use(id)? {
                    unused.push(*id);
                }
            }
            Ok(unused)
        })?;
        Ok(self.inner.binaries.remove(&unused))
    }

    /// Removes these runs, those that are over, with their data and files. Works on a full disk.
    /// Gives the number removed.
    pub fn delete_runs(&self, ids: Vec<RunId>) -> Result<u64> {
        let mut deleted = 0;
        for batch in ids.chunks(DELETE_BATCH) {
            let batch = batch.to_vec();
            let (count, orphans) = self.write_freeing(move |tx| tx.delete_runs(&batch)).wait()?;
            self.remove_unused(&orphans)?;
            deleted += count as u64;
        }
        Ok(deleted)
    }

    /// Removes all runs that match and are over. Gives the number removed.
    pub fn delete_matching_runs(&self, query: &RunQuery) -> Result<u64> {
        let mut query = RunQuery { after: None, limit: DELETE_BATCH, ..query.clone() };
        if query.statuses.is_empty() {
            query.statuses = FINAL.to_vec();
        }
        query.statuses.retain(|status| status.is_final());
        if query.statuses.is_empty() {
            return Ok(0);
        }
        let mut deleted = 0;
        loop {
            let page = self.read(|db| db.runs(&query))?;
            let ids: Vec<RunId> = page.runs.into_iter().map(|run| run.id).collect();
            let gone = self.delete_runs(ids)?;
            deleted += gone;
            if gone == 0 || page.next.is_none() {
                return Ok(deleted);
            }
        }
    }

    /// Removes a workflow from the trash for good, with its files.
    pub fn purge_workflow(&self, id: &WorkflowId) -> Result<()> {
        let id = id.clone();
        let orphans = self.write_freeing(move |tx| tx.purge_workflow(&id)).wait()?;
        self.remove_unused(&orphans)?;
        Ok(())
    }

    /// Removes what may go: runs by age and size budget, trash whose time is over, expired webhook
    /// addresses, files without users. Then gives the space back to the disk.
    pub fn sweep(&self, keep: Retention, now: Timestamp) -> Result<Swept> {
        let mut swept = Swept { bytes_before: self.bytes()?, ..Swept::default() };
        for workflow in self.read(|db| db.expired_trash(now))? {
            self.purge_workflow(&workflow)?;
            swept.workflows += 1;
        }
        self.write_freeing(move |tx| tx.expire_webhooks(now)).wait()?;
        if keep.before.is_some() {
            swept.runs += self.delete_oldest(|_| Ok(true), keep.before)?;
        }
        if let Some(budget) = keep.bytes {
            swept.runs += self.delete_oldest(|store| Ok(store.bytes()? > budget), None)?;
        }
        let files: Vec<BinaryId> =
            self.inner.binaries.list().into_iter().map(|(id, _)| id).collect();
        swept.binary_bytes = self.remove_unused(&files)?;
        self.vacuum()?;
        swept.bytes_after = self.bytes()?;
        Ok(swept)
    }

    fn delete_oldest(
        &self,
        go_on: impl Fn(&Self) -> Result<bool>,
        before: Option<Timestamp>,
    ) -> Result<u64> {
        let mut deleted = 0;
        while go_on(self)? {
            let ids = self.read(|db| db.oldest_runs(before, DELETE_BATCH))?;
            match self.delete_runs(ids)? {
                0 => break,
                gone => deleted += gone,
            }
        }
        Ok(deleted)
    }

    /// Gives free pages of the database back to the disk, some at a time so that writes get
    /// their turn between.
    pub fn vacuum(&self) -> Result<()> {
        while self.write_freeing(|tx| tx.vacuum_some(VACUUM_PAGES)).wait()? > 0 {}
        Ok(())
    }

    /// Lets the writes sent so far finish, carries the log over and gives the folder up, whoever
    /// still holds the store: what they write from now on fails. Blocks meanwhile.
    pub fn close(&self) {
        self.inner.close();
    }

    /// How much disk is used.
    pub fn space(&self) -> Result<Space> {
        let (database, runs) =
            self.read(|db| Ok((db.used_bytes()?, db.count_runs(&RunQuery::default())?)))?;
        let binaries = self.inner.binaries.list().iter().map(|(_, bytes)| bytes).sum();
        Ok(Space { database, binaries, runs })
    }

    fn bytes(&self) -> Result<u64> {
        let files: u64 = self.inner.binaries.list().iter().map(|(_, bytes)| bytes).sum();
        Ok(self.read(|db| db.used_bytes())? + files)
    }
}

const FINAL: [RunStatus; 4] =
    [RunStatus::Succeeded, RunStatus::Failed, RunStatus::Cancelled, RunStatus::Unknown];

impl Inner {
    fn close(&self) {
        self.readers.close();
        if let Some(db) = self.writer.as_ref().and_then(Writer::stop) {
            let whole = !self.shared.damaged.load(Ordering::Relaxed);
            open::close(db, &self.folder, whole);
            // In so many words: a child being started at this moment still shares the open file.
            if let Some(lock) = &self.lock {
                let _ = lock.unlock();
            }
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}
