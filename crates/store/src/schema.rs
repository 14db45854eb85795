//! The shape of the database, step by step. Append only: a step that was released never changes.
//!
//! `user_version` is the number of the last step; the table `schema` says when each was made and
//! which is the oldest build that may still open the file after it.

use rusqlite::Connection;

use reporunner_model::Timestamp;

use crate::tables::{
    blobs, changes, dedupe, effects, journal, local, memory, meta, node_runs, runs, schedules,
    snapshots, uses, variables, versions, waits, webhooks, workflows,
};
use crate::{Error, Result, payload};

/// One step of the schema.
pub(crate) struct Migration {
    /// The day it was written.
    pub(crate) date: &'static str,
    /// What it does.
    pub(crate) name: &'static str,
    /// Whether a build that does not know it may still open the file after it.
    pub(crate) older_may_open: bool,
    /// The statements, one text a table.
    pub(crate) steps: &'static [&'static str],
}

/// Every step in order; the number of a step is its place from 1.
pub(crate) const MIGRATIONS: &[Migration] = &[FIRST, MEMORY, RESTS, ORIGINS];

const FIRST: Migration = Migration {
    date: "2026-11-25",
    name: "the first tables",
    older_may_open: false,
    steps: &[
        "CREATE TABLE schema (
            version INTEGER PRIMARY KEY, date TEXT NOT NULL, name TEXT NOT NULL,
            oldest_build INTEGER NOT NULL, applied INTEGER NOT NULL)",
        meta::V1,
        variables::V1,
        workflows::V1,
        local::V1,
        blobs::V1,
        changes::V1,
        snapshots::V1,
        versions::V1,
        runs::V1,
        node_runs::V1,
        journal::V1,
        effects::V1,
        payload::V1,
        uses::V1,
        webhooks::V1,
        schedules::V1,
        dedupe::V1,
    ],
};

const MEMORY: Migration = Migration {
    date: "2026-11-25",
    name: "what nodes remember between runs",
    older_may_open: true,
    steps: &[memory::V2],
};

/// An older build does not know by what such runs are woken.
const RESTS: Migration = Migration {
    date: "2026-11-25",
    name: "runs at rest",
    older_may_open: false,
    steps: &[waits::V3],
};

const ORIGINS: Migration = Migration {
    date: "2026-11-25",
    name: "what imported workflows were called by",
    older_may_open: true,
    steps: &[workflows::V4],
};

/// Number of the newest step this build knows.
pub(crate) fn newest() -> u32 {
    MIGRATIONS.len() as u32
}

/// Number of the last step the file has seen.
pub(crate) fn version(db: &Connection) -> Result<u32> {
    Ok(db.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

/// Refuses a file that a newer build wrote and that this one must not open.
pub(crate) fn check(db: &Connection) -> Result<()> {
    let (found, known) = (version(db)?, newest());
    if found == 0 {
        return Ok(());
    }
    let sql = "SELECT version, oldest_build FROM schema ORDER BY version DESC LIMIT 1";
    let (last, oldest): (u32, u32) = db.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if last != found {
        return Err(Error::damaged("the version of the database"));
    }
    if oldest > known { Err(Error::Newer { found, known }) } else { Ok(()) }
}

/// Brings the file to the newest step, each step in a transaction of its own.
pub(crate) fn migrate(db: &Connection, now: Timestamp) -> Result<()> {
    check(db)?;
    let mut oldest = oldest_build(db)?;
    for (index, migration) in MIGRATIONS.iter().enumerate().skip(version(db)? as usize) {
        let number = index as u32 + 1;
        if !migration.older_may_open {
            oldest = number;
        }
        let tx = db.unchecked_transaction()?;
        for step in migration.steps {
            tx.execute_batch(step)?;
        }
        tx.execute(
            "INSERT INTO schema (version, date, name, oldest_build, applied) VALUES (?, ?, ?, ?, ?)",
            (number, migration.date, migration.name, oldest, now.0),
        )?;
        tx.pragma_update(None, "user_version", number)?;
        tx.commit()?;
    }
    Ok(())
}

fn oldest_build(db: &Connection) -> Result<u32> {
    if version(db)? == 0 {
        return Ok(0);
    }
    let sql = "SELECT oldest_build FROM schema ORDER BY version DESC LIMIT 1";
    Ok(db.query_row(sql, [], |row| row.get(0))?)
}
