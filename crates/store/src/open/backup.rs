//! Copies of what cannot be made again: workflows, their changes, snapshots and versions, settings.
//! Runs and their data are not in them: they are large, and old ones go anyway.
//!
//! A copy counts only once it was read back and found whole. The newest three stay.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use reporunner_model::Timestamp;
use rusqlite::Connection;

use super::{check, salvage};
use crate::{Error, Result, schema};

pub(super) const FOLDER: &str = "backups";
const KEPT: usize = 3;
/// A new copy is made when the newest is older than this, milliseconds.
const EVERY_MS: i64 = 24 * 60 * 60 * 1000;

/// The newest copy and when it was made.
pub(super) fn newest(folder: &Path) -> Option<(PathBuf, Timestamp)> {
    all(folder).into_iter().next()
}

/// The copies, newest first.
pub(super) fn all(folder: &Path) -> Vec<(PathBuf, Timestamp)> {
    let Ok(files) = fs::read_dir(folder.join(FOLDER)) else { return Vec::new() };
    let mut copies: Vec<_> = files
        .flatten()
        .filter_map(|file| {
            let name = file.file_name().into_string().ok()?;
            let at = name.strip_prefix("reporunner-")?.strip_suffix(".db")?.parse().ok()?;
            Some((file.path(), Timestamp(at)))
        })
        .collect();
    copies.sort_by_key(|(_, at)| std::cmp::Reverse(*at));
    copies
}

pub(super) fn make_if_due(db: &Connection, folder: &Path, now: Timestamp) -> Result<()> {
    let due = match newest(folder) {
        // A clock that was set back must not stop copies for years.
        Some((_, at)) => !(0..EVERY_MS).contains(&now.since(at)),
        None => has_something(db)?,
    };
    if due { make(db, folder, now) } else { Ok(()) }
}

fn has_something(db: &Connection) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM workflows) OR EXISTS (SELECT 1 FROM changes)";
    Ok(db.query_row(sql, [], |row| row.get(0))?)
}

fn make(db: &Connection, folder: &Path, now: Timestamp) -> Result<()> {
    let backups = folder.join(FOLDER);
    fs::create_dir_all(&backups).map_err(|error| Error::file(&backups, &error))?;
    let temp = backups.join("making.db");
    let made = fill(db, &temp, now).and_then(|()| sync(&temp));
    if let Err(error) = made {
        let _ = fs::remove_file(&temp);
        return Err(error);
    }
    let target = backups.join(format!("reporunner-{}.db", now.0));
    fs::rename(&temp, &target).map_err(|error| Error::file(&target, &error))?;
    sync(&backups)?;
    for (old, _) in all(folder).into_iter().skip(KEPT) {
        let _ = fs::remove_file(old);
    }
    Ok(())
}

fn fill(db: &Connection, temp: &Path, now: Timestamp) -> Result<()> {
    let _ = fs::remove_file(temp);
    let copy = fresh(temp, now)?;
    copy.close().map_err(|(_, error)| error)?;
    db.execute("ATTACH ? AS copy", [temp.to_string_lossy()])?;
    let copied = copy_tables(db);
    db.execute_batch("DETACH copy")?;
    copied?;
    let copy = Connection::open(temp)?;
    salvage::rebuild_search(&copy)?;
    match check::full(&copy)? {
        None => Ok(()),
        Some(why) => Err(Error::damaged(format!("the copy ({why})"))),
    }
}

fn copy_tables(db: &Connection) -> Result<()> {
    let tx = db.unchecked_transaction()?;
    for table in salvage::PRECIOUS {
        tx.execute_batch(&format!("INSERT INTO copy.{table} SELECT * FROM main.{table}"))?;
    }
    tx.execute_batch(
        "INSERT INTO copy.payload_uses SELECT * FROM main.payload_uses WHERE owner < 0;
         INSERT INTO copy.binary_uses SELECT * FROM main.binary_uses WHERE owner < 0;
         INSERT INTO copy.payloads SELECT * FROM main.payloads
            WHERE num IN (SELECT payload FROM main.payload_uses WHERE owner < 0);",
    )?;
    Ok(tx.commit()?)
}

/// A new database with every table and no rows. It is not synced on the way: whoever makes it
/// does that once, before it gets the name that counts.
pub(super) fn fresh(file: &Path, now: Timestamp) -> Result<Connection> {
    let db = Connection::open(file)?;
    db.pragma_update(None, "synchronous", "OFF")?;
    db.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    schema::migrate(&db, now)?;
    Ok(db)
}

/// The newest copy that is whole and that this build can read.
pub(super) fn newest_whole(folder: &Path) -> Option<(PathBuf, Timestamp)> {
    all(folder).into_iter().find(|(file, _)| {
        let whole = Connection::open(file).map_err(Error::from).and_then(|db| {
            schema::check(&db)?;
            check::full(&db)
        });
        matches!(whole, Ok(None))
    })
}

pub(super) fn sync(path: &Path) -> Result<()> {
    File::open(path).and_then(|file| file.sync_all()).map_err(|error| Error::file(path, &error))
}
