//! The journal of runs: what happened, in order. Rows are only ever added, and go with their run.

use reporunner_model::{RunId, Timestamp};

use crate::codec::{count, get, pack, unpack};
use crate::{Db, Result, Tx};

pub(crate) const V1: &str = "
CREATE TABLE journal (
    run INTEGER NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL,
    body BLOB NOT NULL, PRIMARY KEY (run, seq)) WITHOUT ROWID;";

/// Something that happened in a run, to be noted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalEntry {
    /// What kind of thing.
    pub kind: String,
    /// When.
    pub at: Timestamp,
    /// The thing itself, in its writer's form.
    pub body: Vec<u8>,
}

/// Something that happened in a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalRow {
    /// Its number within the run, from 0 without gaps.
    pub seq: u64,
    /// The thing.
    pub entry: JournalEntry,
}

impl Db<'_> {
    /// The journal of a run from `seq` on, in order, at most `limit` rows.
    pub fn journal(&self, run: &RunId, seq: u64, limit: usize) -> Result<Vec<JournalRow>> {
        self.all(
            "SELECT seq, kind, at, body FROM journal
             WHERE run = (SELECT num FROM runs WHERE id = ?) AND seq >= ? ORDER BY seq LIMIT ?",
            (run.as_str(), count(seq), count(limit as u64)),
            |row| {
                let body = unpack(&get::<Vec<u8>>(row, "body")?, "the journal of a run")?;
                let entry =
                    JournalEntry { kind: get(row, "kind")?, at: Timestamp(get(row, "at")?), body };
                Ok(JournalRow { seq: get::<i64>(row, "seq")? as u64, entry })
            },
        )
    }

    /// Number of rows in the journal of a run, which is the number of its next one.
    pub fn journal_len(&self, run: &RunId) -> Result<u64> {
        let num = self.run_num(run)?;
        let sql = "SELECT max(seq) + 1 FROM journal WHERE run = ?";
        Ok(self.value::<Option<i64>>(sql, [num])?.flatten().unwrap_or(0) as u64)
    }
}

impl Tx<'_> {
    /// Adds to the journal of a run. Gives the number of the first new row.
    pub fn add_journal(&self, run: &RunId, entries: &[JournalEntry]) -> Result<u64> {
        let num = self.run_num(run)?;
        let first = self.journal_len(run)?;
        for (seq, entry) in (first..).zip(entries) {
            self.exec(
                "INSERT INTO journal (run, seq, kind, at, body) VALUES (?, ?, ?, ?, ?)",
                (num, count(seq), &entry.kind, entry.at.0, pack(&entry.body)),
            )?;
        }
        Ok(first)
    }

    /// Removes the journal of a run that has ended and need not be resumed.
    pub fn clear_journal(&self, run: &RunId) -> Result<()> {
        let num = self.run_num(run)?;
        self.exec("DELETE FROM journal WHERE run = ?", [num])?;
        Ok(())
    }
}
