//! Opening a data folder: the lock, the check, the mending, the connection to write with.
//!
//! Opening always ends in one of three ways: a folder that works, a folder that works after
//! something was mended (with a report of what was lost), or a clear refusal that changed nothing.

use std::fs::File;
use std::path::{Path, PathBuf};

use reporunner_model::Timestamp;
use rusqlite::{Connection, OpenFlags};

use crate::reserve::Reserve;
use crate::{Error, Result, codec, schema};

mod backup;
mod check;
mod lock;
mod mend;
mod salvage;
mod wal;

pub use check::Check;
pub use lock::owner;
pub use mend::Recovery;

/// The database's file in the data folder.
pub(crate) const DATABASE: &str = "reporunner.db";
/// The folder of files that items refer to.
pub(crate) const BINARIES: &str = "binaries";
const RESERVE: &str = "reserve.bin";
/// A file that says how the last owner left the folder; gone while there is an owner, and after
/// one that was killed.
const CLOSED: &str = "closed";

/// Largest write-ahead log that stays on disk after it was carried over, bytes.
const WAL_KEPT_BYTES: i64 = 16 * 1024 * 1024;
/// Pages in the log after which it is carried over; with 4 KiB pages 16 MiB.
const WAL_PAGES: i64 = 4_000;
/// Longest wait for a lock of the database, milliseconds. Only a check-pointing reader can hold one.
const BUSY_MS: u64 = 10_000;
/// Longest wait for readers before the log is cut, milliseconds.
const SOON_MS: u64 = 50;

/// How to open a data folder.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    now: Timestamp,
    check: Check,
    read_only: bool,
    max_bytes: Option<u64>,
}

impl OpenOptions {
    /// The usual way, at `now`.
    pub fn at(now: Timestamp) -> Self {
        Self { now, check: Check::default(), read_only: false, max_bytes: None }
    }

    /// How closely to look for damage.
    #[must_use]
    pub fn check(mut self, check: Check) -> Self {
        self.check = check;
        self
    }

    /// Opens without writing anything.
    #[must_use]
    pub fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// Refuses to let the database grow beyond this; what does not fit fails like a full disk.
    #[must_use]
    pub fn max_database_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = Some(bytes);
        self
    }
}

/// Whether a data folder is there, or what is left of one. Makes nothing.
pub fn is_data_folder(folder: &Path) -> bool {
    // What may not be looked at may be one: opening it says why it cannot be.
    let is_there = |name: &str| folder.join(name).try_exists().unwrap_or(true);
    [DATABASE, backup::FOLDER, lock::LOCK].into_iter().any(is_there)
}

/// A folder that was opened.
pub(crate) struct Opened {
    pub(crate) file: PathBuf,
    pub(crate) writer: Option<(Connection, Reserve)>,
    pub(crate) immutable: bool,
    pub(crate) lock: Option<File>,
    pub(crate) recovery: Option<Recovery>,
    pub(crate) read_only: Option<String>,
}

pub(crate) fn open(folder: &Path, options: &OpenOptions) -> Result<Opened> {
    if folder.is_file() {
        let message = "this is a file, and a folder is wanted".to_owned();
        return Err(Error::File { path: folder.to_owned(), message });
    }
    let lock = if options.read_only {
        let lock = lock::share(folder)?;
        lock::Taken::ReadOnly("it was opened for reading only".to_owned(), lock)
    } else {
        lock::take(folder)?
    };
    match lock {
        lock::Taken::Ours(lock) => open_to_write(folder, options, lock),
        lock::Taken::ReadOnly(reason, lock) => open_to_read(folder, lock, reason),
    }
}

fn open_to_write(folder: &Path, options: &OpenOptions, lock: File) -> Result<Opened> {
    let file = folder.join(DATABASE);
    let left = take_marker(folder);
    let earlier = mend::finish_earlier(folder, options.now)?;
    let examined = check::examine(&file, options.check, left)?;
    let recovery = match examined {
        check::Finding::Whole => earlier,
        check::Finding::Absent if backup::newest(folder).is_none() => None,
        check::Finding::Absent => Some(mend::mend(folder, "the database is gone", options.now)?),
        check::Finding::LogDamaged => Some(mend::keep_log(folder, options.now)?),
        check::Finding::Damaged(why) => Some(mend::mend(folder, &why, options.now)?),
    };
    let db = connect_writer(&file, options)?;
    schema::migrate(&db, options.now)?;
    if let Err(error) = backup::make_if_due(&db, folder, options.now) {
        tracing::warn!(%error, "no backup was made");
    }
    let reserve = Reserve::at(options.max_bytes.is_none().then(|| folder.join(RESERVE)));
    Ok(Opened {
        file,
        writer: Some((db, reserve)),
        immutable: false,
        lock: Some(lock),
        recovery,
        read_only: None,
    })
}

fn open_to_read(folder: &Path, lock: Option<File>, reason: String) -> Result<Opened> {
    let file = folder.join(DATABASE);
    if !file.exists() {
        return Err(Error::ReadOnly {
            reason: format!("{reason}, and there is no database in it"),
        });
    }
    let db = connect_read_only(&file)?;
    schema::check(&db)?;
    let found = schema::version(&db)?;
    if found == 0 || found > schema::newest() && schema::check(&db).is_err() {
        return Err(Error::damaged("the database"));
    }
    if found < schema::newest() {
        let reason = "it was written by an older version and has to be converted".to_owned();
        return Err(Error::ReadOnly { reason });
    }
    Ok(Opened {
        file,
        writer: None,
        immutable: true,
        lock,
        recovery: None,
        read_only: Some(reason),
    })
}

/// A connection for a folder that cannot be written. With a log beside it SQLite can read both;
/// without one it has to be told that nobody writes, because it cannot make the log's index.
pub(crate) fn connect_read_only(file: &Path) -> Result<Connection> {
    let log = PathBuf::from(format!("{}-wal", file.display()));
    let idle = std::fs::metadata(&log).map_or(true, |meta| meta.len() == 0);
    let path =
        file.display().to_string().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    let uri = format!("file:{path}?mode=ro{}", if idle { "&immutable=1" } else { "" });
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(uri, flags)?;
    Ok(db)
}

fn connect_writer(file: &Path, options: &OpenOptions) -> Result<Connection> {
    let db = Connection::open(file)?;
    db.busy_timeout(std::time::Duration::from_millis(BUSY_MS))?;
    // Has to come before the first table: it decides how pages are laid out.
    db.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "journal_size_limit", WAL_KEPT_BYTES)?;
    db.pragma_update(None, "wal_autocheckpoint", WAL_PAGES)?;
    db.pragma_update(None, "foreign_keys", false)?;
    db.pragma_update(None, "cache_size", -16_384)?;
    // Damaged pages shall give an error, never memory that is not theirs.
    db.pragma_update(None, "cell_size_check", true)?;
    db.set_prepared_statement_cache_capacity(128);
    codec::teach_words(&db)?;
    if let Some(bytes) = options.max_bytes {
        let page: i64 = db.pragma_query_value(None, "page_size", |row| row.get(0))?;
        db.pragma_update(None, "max_page_count", (bytes as i64 / page.max(512)).max(1))?;
    }
    set_private(file);
    Ok(db)
}

pub(crate) fn tune_reader(db: &Connection) -> Result<()> {
    db.busy_timeout(std::time::Duration::from_millis(BUSY_MS))?;
    db.pragma_update(None, "query_only", true)?;
    codec::teach_words(db)?;
    db.pragma_update(None, "cell_size_check", true)?;
    db.pragma_update(None, "cache_size", -8_192)?;
    db.set_prepared_statement_cache_capacity(64);
    Ok(())
}

/// Carries the log over into the database and cuts it to nothing. Says whether all of it went.
pub(crate) fn carry_log_over(db: &Connection) -> bool {
    // A reader may still use the log; then another time will do. Writers must not wait for it.
    let soon = std::time::Duration::from_millis(SOON_MS);
    let usual = std::time::Duration::from_millis(BUSY_MS);
    let _ = db.busy_timeout(soon);
    let busy = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
    let _ = db.busy_timeout(usual);
    busy.is_ok_and(|busy| busy == 0)
}

/// Carries the log over and notes that all is in order.
pub(crate) fn close(db: Connection, folder: &Path, whole: bool) {
    let carried = carry_log_over(&db);
    let closed = db.close().is_ok();
    if carried && closed {
        // Where it cannot be written, the next start only looks closer than it has to.
        let left = if whole { WHOLE } else { "damaged" };
        let _ = std::fs::write(folder.join(CLOSED), left);
    }
}

const WHOLE: &str = "whole";

/// How the folder was left. Asking takes the mark away.
fn take_marker(folder: &Path) -> check::Left {
    let marker = folder.join(CLOSED);
    let left = match std::fs::read_to_string(&marker) {
        Ok(text) if text == WHOLE => check::Left::InOrder,
        Ok(_) => check::Left::Damaged,
        Err(_) => check::Left::CutOff,
    };
    match std::fs::remove_file(&marker) {
        // A mark that cannot be taken away says nothing about the next time either.
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => check::Left::CutOff,
        _ => left,
    }
}

#[cfg(unix)]
fn set_private(file: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let _ = std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600));
}

#[cfg(not(unix))]
fn set_private(_file: &Path) {}
