//! Looks for damage before anything is read in earnest.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::wal;
use crate::{Error, Result, codec, schema};

/// How closely a database is looked at when it is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Check {
    /// All of a small database; every page of a middling one, and of a large one that was not
    /// closed in order; everything where damage was met the last time.
    #[default]
    Auto,
    /// Everything, whatever it takes.
    Full,
}

/// How the last owner left the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    /// Closed, nothing wrong.
    InOrder,
    /// Closed after damage was met.
    Damaged,
    /// Not closed: killed, or the power went.
    CutOff,
}

/// Databases up to this are looked at in full, bytes; four times that where the owner was cut off.
const SMALL: u64 = 16 * 1024 * 1024;
/// Databases up to this have every page looked at, bytes.
const MIDDLING: u64 = 128 * 1024 * 1024;

pub(super) enum Finding {
    /// There is no database.
    Absent,
    /// Nothing wrong was found.
    Whole,
    /// The database is whole, but the newest changes in its log cannot be read.
    LogDamaged,
    /// The database is damaged.
    Damaged(String),
}

pub(super) fn examine(file: &Path, check: Check, left: Left) -> Result<Finding> {
    let size = match std::fs::metadata(file) {
        Ok(meta) => meta.len(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => 0,
        Err(error) => return Err(Error::file(file, &error)),
    };
    let log_size = std::fs::metadata(wal::path(file)).map_or(0, |meta| meta.len());
    if size == 0 && log_size == 0 {
        return Ok(Finding::Absent);
    }
    if size > 0 && !has_head(file) {
        return Ok(Finding::Damaged("the head of the database is damaged".to_owned()));
    }
    // Before SQLite sees the log: it drops what it cannot read without a word.
    let log_damaged = wal::is_damaged(file);
    match look(file, depth(check, size, left)) {
        Ok(None) if log_damaged => Ok(Finding::LogDamaged),
        Ok(None) => Ok(Finding::Whole),
        Ok(Some(why)) | Err(Error::Damaged { what: why }) => Ok(Finding::Damaged(why)),
        Err(refusal @ (Error::Newer { .. } | Error::DiskFull)) => Err(refusal),
        Err(other) => Ok(Finding::Damaged(other.to_string())),
    }
}

/// Whether the head says what every database of ours says: a wrong number there makes SQLite
/// read texts in another encoding or take the file for one that must not be written.
fn has_head(file: &Path) -> bool {
    let mut head = [0; 100];
    let read = File::open(file).and_then(|mut file| file.read_exact(&mut head));
    read.is_ok()
        && &head[..16] == b"SQLite format 3\0"
        && matches!(head[18..20], [1 | 2, 1 | 2])
        && head[20..24] == [0, 64, 32, 32]
        && matches!(head[44..48], [0, 0, 0, 0 | 4])
        && matches!(head[56..60], [0, 0, 0, 0 | 1])
}

enum Depth {
    Full,
    Pages,
    Head,
}

fn depth(check: Check, size: u64, left: Left) -> Depth {
    match (check, left) {
        (Check::Full, _) | (Check::Auto, Left::Damaged) => Depth::Full,
        (Check::Auto, Left::CutOff) if size <= 4 * SMALL => Depth::Full,
        (Check::Auto, Left::CutOff) => Depth::Pages,
        (Check::Auto, Left::InOrder) if size <= SMALL => Depth::Full,
        (Check::Auto, Left::InOrder) if size <= MIDDLING => Depth::Pages,
        (Check::Auto, Left::InOrder) => Depth::Head,
    }
}

/// What is wrong, in SQLite's words.
fn look(file: &Path, depth: Depth) -> Result<Option<String>> {
    let db = Connection::open(file)?;
    // A look changes nothing: the log stays as it is.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    db.pragma_update(None, "cell_size_check", true)?;
    schema::check(&db)?;
    if schema::version(&db)? == 0 {
        // A head that reads but names no version is damage, not an empty folder.
        let tables: i64 =
            db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        let pages: i64 = db.pragma_query_value(None, "page_count", |row| row.get(0))?;
        if tables > 0 || pages > 1 {
            return Ok(Some("the database does not know its own version".to_owned()));
        }
    }
    if schema::version(&db)? == 0 { Ok(None) } else { verdict(&db, depth) }
}

fn verdict(db: &Connection, depth: Depth) -> Result<Option<String>> {
    let pragma = match depth {
        Depth::Full => "integrity_check(1)",
        Depth::Pages => "quick_check(1)",
        Depth::Head => return Ok(None),
    };
    let verdict: String = db.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get(0))?;
    if verdict != "ok" {
        return Ok(Some(verdict));
    }
    match depth {
        Depth::Full => wrong_rows(db),
        Depth::Pages | Depth::Head => Ok(None),
    }
}

/// Rows whose bytes changed where SQLite cannot see it.
fn wrong_rows(db: &Connection) -> Result<Option<String>> {
    codec::teach_sum(db)?;
    let found = |table: &str, name: &str| -> Result<bool> {
        let sql = format!(
            "SELECT EXISTS (SELECT 1 FROM {table}
                WHERE row_sum(document, {name}, bytes) IS NOT sum)"
        );
        Ok(db.query_row(&sql, [], |row| row.get(0))?)
    };
    let wrong = found("changes", "hash")? || found("snapshots", "heads")?;
    Ok(wrong.then(|| "rows of documents are not what was written".to_owned()))
}

/// What is wrong with an open database, looked at in full.
pub(super) fn full(db: &Connection) -> Result<Option<String>> {
    verdict(db, Depth::Full)
}
