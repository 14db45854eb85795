//! Connections for reading. As many as are asked for at the same time, a few kept.

use std::path::PathBuf;
use std::sync::Mutex;

use rusqlite::{Connection, OpenFlags};

use crate::{Result, lock, open};

/// Connections kept while nobody reads.
const KEPT: usize = 4;

pub(crate) struct Readers {
    file: PathBuf,
    immutable: bool,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(crate) fn new(file: PathBuf, immutable: bool) -> Self {
        Self { file, immutable, idle: Mutex::new(Vec::new()) }
    }

    pub(crate) fn with<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let idle = lock(&self.idle).pop();
        let db = match idle {
            Some(db) => db,
            None => self.connect()?,
        };
        // One snapshot for the whole closure: two reads in it agree with each other.
        db.execute_batch("BEGIN")?;
        let outcome = read(&db);
        let ended = db.execute_batch("ROLLBACK");
        if ended.is_ok() && lock(&self.idle).len() < KEPT {
            lock(&self.idle).push(db);
        }
        outcome
    }

    pub(crate) fn close(&self) {
        lock(&self.idle).clear();
    }

    fn connect(&self) -> Result<Connection> {
        let db = if self.immutable {
            open::connect_read_only(&self.file)?
        } else {
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            Connection::open_with_flags(&self.file, flags)?
        };
        open::tune_reader(&db)?;
        Ok(db)
    }
}
