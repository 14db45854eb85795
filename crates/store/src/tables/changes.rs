//! The changes of documents, each once. Rows are only ever added, until a snapshot covers them.

use reporunner_model::{AuthorId, Timestamp};

use crate::codec::{count, get, sum};
use crate::{Db, Result, Tx};

pub(crate) const V1: &str = "
CREATE TABLE changes (
    num INTEGER PRIMARY KEY AUTOINCREMENT, document TEXT NOT NULL, hash BLOB NOT NULL,
    author TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, bytes BLOB NOT NULL,
    sum BLOB NOT NULL, UNIQUE (document, hash));
CREATE INDEX changes_in_order ON changes (document, num);";

/// A change to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its identity.
    pub hash: Vec<u8>,
    /// Who made it.
    pub author: AuthorId,
    /// Its number among its actor's changes.
    pub seq: u64,
    /// When it was made.
    pub at: Timestamp,
    /// The change itself.
    pub bytes: Vec<u8>,
}

/// A change as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRow {
    /// Its place among all changes in the order in which they arrived.
    pub num: u64,
    /// The change.
    pub change: Change,
}

impl Db<'_> {
    /// The changes of a document that arrived after `num`, in order. Damaged ones are left out;
    /// the second value says how many.
    pub fn changes_after(&self, document: &str, num: u64) -> Result<(Vec<ChangeRow>, usize)> {
        let mut damaged = 0;
        let rows = self.all(
            "SELECT num, hash, author, seq, at, bytes, sum FROM changes
             WHERE document = ? AND num > ? ORDER BY num",
            (document, count(num)),
            |row| {
                let (hash, bytes): (Vec<u8>, Vec<u8>) = (get(row, "hash")?, get(row, "bytes")?);
                if sum(document.as_bytes(), &hash, &bytes)[..] != get::<Vec<u8>>(row, "sum")? {
                    damaged += 1;
                    return Ok(None);
                }
                let change = Change {
                    hash,
                    author: AuthorId::new(get::<String>(row, "author")?),
                    seq: get::<i64>(row, "seq")? as u64,
                    at: Timestamp(get(row, "at")?),
                    bytes,
                };
                Ok(Some(ChangeRow { num: get::<i64>(row, "num")? as u64, change }))
            },
        )?;
        Ok((rows.into_iter().flatten().collect(), damaged))
    }

    /// Place of the newest change of a document, 0 where there is none.
    pub fn last_change(&self, document: &str) -> Result<u64> {
        let sql = "SELECT max(num) FROM changes WHERE document = ?";
        Ok(self.value::<Option<i64>>(sql, [document])?.flatten().unwrap_or(0) as u64)
    }
}

impl Tx<'_> {
    /// Stores changes of a document. Those that are there already stay as they are; gives the
    /// number of new ones.
    pub fn add_changes(&self, document: &str, changes: &[Change]) -> Result<usize> {
        let mut added = 0;
        for change in changes {
            added += self.exec(
                "INSERT INTO changes (document, hash, author, seq, at, bytes, sum)
                 VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (document, hash) DO NOTHING",
                (
                    document,
                    &change.hash,
                    change.author.as_str(),
                    count(change.seq),
                    change.at.0,
                    &change.bytes,
                    sum(document.as_bytes(), &change.hash, &change.bytes),
                ),
            )?;
        }
        Ok(added)
    }
}
