//! What goes by itself: old runs, runs beyond the size budget, trash whose time is over, files that
//! nobody needs. It has no table of its own.

use reporunner_model::{RunId, Timestamp};

use crate::codec::{count, get};
use crate::tables::runs::REMOVABLE;
use crate::{Db, Result, Tx};

/// How much is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retention {
    /// Runs that began before this go.
    pub before: Option<Timestamp>,
    /// Oldest runs go until database and files take no more than this, bytes.
    pub bytes: Option<u64>,
}

/// What a sweep did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Runs removed.
    pub runs: u64,
    /// Workflows removed from the trash.
    pub workflows: u64,
    /// Bytes of files removed.
    pub binary_bytes: u64,
    /// Bytes of database and files before.
    pub bytes_before: u64,
    /// Bytes of database and files after.
    pub bytes_after: u64,
}

impl Db<'_> {
    /// The oldest runs that may be removed, begun before `before` where that is given.
    pub fn oldest_runs(&self, before: Option<Timestamp>, limit: usize) -> Result<Vec<RunId>> {
        let sql = format!(
            "SELECT id FROM runs WHERE started < ? AND {REMOVABLE} ORDER BY started, num LIMIT ?"
        );
        self.all(&sql, (before.map_or(i64::MAX, |at| at.0), count(limit as u64)), |row| {
            Ok(RunId::new(get::<String>(row, "id")?))
        })
    }

    /// Bytes of the database that hold something.
    pub(crate) fn used_bytes(&self) -> Result<u64> {
        let number = |pragma: &str| -> Result<u64> {
            let number: i64 = self.conn.pragma_query_value(None, pragma, |row| row.get(0))?;
            Ok(number.max(0) as u64)
        };
        let pages = number("page_count")?.saturating_sub(number("freelist_count")?);
        Ok(pages * number("page_size")?)
    }
}

impl Tx<'_> {
    /// Gives up to `pages` free pages back to the disk. Says how many are left.
    pub(crate) fn vacuum_some(&self, pages: usize) -> Result<u64> {
        let free = |tx: &Self| -> Result<i64> {
            Ok(tx.conn.pragma_query_value(None, "freelist_count", |row| row.get(0))?)
        };
        let before = free(self)?;
        // The statement gives back one page for each row that is asked of it.
        let mut statement = self.conn.prepare(&format!("PRAGMA incremental_vacuum({pages})"))?;
        let mut rows = statement.query([])?;
        while rows.next()?.is_some() {}
        let left = free(self)?;
        Ok(if left < before { left.max(0) as u64 } else { 0 })
    }
}
