//! Whole documents, saved now and then so that opening one need not replay all of its changes.
//!
//! A snapshot replaces nothing until somebody has proved that it loads and says so. The newest
//! `limits::SNAPSHOTS_KEPT` proven ones stay, and so does every change that the oldest of them
//! does not cover: whichever of them turns out damaged, the next older one and the changes after
//! it give the same document.

use reporunner_model::{Timestamp, limits};

use crate::codec::{count, from_json, get, sum, to_json};
use crate::{Db, Result, Tx};

pub(crate) const V1: &str = "
CREATE TABLE snapshots (
    num INTEGER PRIMARY KEY AUTOINCREMENT, document TEXT NOT NULL, heads TEXT NOT NULL,
    covers INTEGER NOT NULL, bytes BLOB NOT NULL, sum BLOB NOT NULL,
    verified INTEGER NOT NULL, at INTEGER NOT NULL);
CREATE INDEX snapshots_of ON snapshots (document, num);";

/// A snapshot as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotRow {
    /// Its place among all snapshots.
    pub num: u64,
    /// Heads of the document in it, hex.
    pub heads: Vec<String>,
    /// Place of the newest change that is in it, and every older one.
    pub covers: u64,
    /// Whether it was proved to load.
    pub verified: bool,
    /// When it was made.
    pub at: Timestamp,
    /// The document.
    pub bytes: Vec<u8>,
}

impl Db<'_> {
    /// The snapshots of a document, those that cover most first: one that took long to make may
    /// have come after one that covers more. Damaged ones are left out; the second value says
    /// how many.
    pub fn snapshots(&self, document: &str) -> Result<(Vec<SnapshotRow>, usize)> {
        let mut damaged = 0;
        let rows = self.all(
            "SELECT num, heads, covers, verified, at, bytes, sum FROM snapshots
             WHERE document = ? ORDER BY covers DESC, num DESC",
            [document],
            |row| {
                let (heads, bytes): (String, Vec<u8>) = (get(row, "heads")?, get(row, "bytes")?);
                let expected: Vec<u8> = get(row, "sum")?;
                if sum(document.as_bytes(), heads.as_bytes(), &bytes)[..] != expected {
                    damaged += 1;
                    return Ok(None);
                }
                Ok(Some(SnapshotRow {
                    num: get::<i64>(row, "num")? as u64,
                    heads: from_json(&heads)?,
                    covers: get::<i64>(row, "covers")? as u64,
                    verified: get(row, "verified")?,
                    at: Timestamp(get(row, "at")?),
                    bytes,
                }))
            },
        )?;
        Ok((rows.into_iter().flatten().collect(), damaged))
    }
}

impl Tx<'_> {
    /// Stores a snapshot that nobody has proved yet. `covers` is the place of the newest change
    /// such that it and every older one of the document are in the snapshot.
    pub fn add_snapshot(
        &self,
        document: &str,
        heads: &[String],
        covers: u64,
        bytes: &[u8],
        at: Timestamp,
    ) -> Result<u64> {
        let heads = to_json(&heads)?;
        let sum = sum(document.as_bytes(), heads.as_bytes(), bytes);
        self.exec(
            "INSERT INTO snapshots (document, heads, covers, bytes, sum, verified, at)
             VALUES (?, ?, ?, ?, ?, FALSE, ?)",
            (document, heads, count(covers), bytes, sum, at.0),
        )?;
        Ok(self.conn.last_insert_rowid() as u64)
    }

    /// Notes that a snapshot was proved to load, then removes what is no longer needed.
    /// Gives the number of changes removed.
    pub fn verify_snapshot(&self, document: &str, num: u64) -> Result<usize> {
        self.exec(
            "UPDATE snapshots SET verified = TRUE WHERE num = ? AND document = ?",
            (count(num), document),
        )?;
        let kept = self.all(
            "SELECT num, covers FROM snapshots WHERE document = ? AND verified
             ORDER BY covers DESC, num DESC LIMIT ?",
            (document, limits::SNAPSHOTS_KEPT as i64),
            |row| Ok((get::<i64>(row, "num")?, get::<i64>(row, "covers")?)),
        )?;
        let Some((oldest, covered)) = kept.last().copied() else { return Ok(0) };
        if kept.len() < limits::SNAPSHOTS_KEPT {
            return Ok(0);
        }
        self.exec(
            "DELETE FROM snapshots WHERE document = ? AND (covers, num) < (?, ?)",
            (document, covered, oldest),
        )?;
        self.exec("DELETE FROM changes WHERE document = ? AND num <= ?", (document, covered))
    }
}
