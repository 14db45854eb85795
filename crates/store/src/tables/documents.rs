//! A document put together: its snapshots and the changes since. It has no table of its own.

use crate::{ChangeRow, Db, Result, SnapshotRow, Tx};

/// Everything stored about a document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LoadedDocument {
    /// Its snapshots, newest first: try them in turn, proven ones are the surest.
    pub snapshots: Vec<SnapshotRow>,
    /// Every change that is still a row, in the order of arrival. Those that a snapshot covers are
    /// in it already; to apply them again changes nothing.
    pub changes: Vec<ChangeRow>,
    /// Number of rows whose bytes are not what was written; they are left out.
    pub damaged: usize,
}

impl Db<'_> {
    /// Everything stored about a document; none where nothing is.
    pub fn load_document(&self, document: &str) -> Result<Option<LoadedDocument>> {
        let (snapshots, bad_snapshots) = self.snapshots(document)?;
        let (changes, bad_changes) = self.changes_after(document, 0)?;
        let damaged = bad_snapshots + bad_changes;
        let nothing = snapshots.is_empty() && changes.is_empty() && damaged == 0;
        Ok((!nothing).then_some(LoadedDocument { snapshots, changes, damaged }))
    }

    /// The documents that have rows.
    pub fn documents(&self) -> Result<Vec<String>> {
        let sql = "SELECT document FROM changes UNION SELECT document FROM snapshots ORDER BY 1";
        self.all(sql, [], |row| Ok(row.get(0)?))
    }

    /// Documents that have rows but that no workflow of the list is held by: after a mending, what
    /// was recovered of workflows whose line in the list was not.
    pub fn unlisted_documents(&self) -> Result<Vec<String>> {
        self.all(
            "SELECT document FROM changes UNION SELECT document FROM snapshots
             EXCEPT SELECT document FROM workflows ORDER BY 1",
            [],
            |row| Ok(row.get(0)?),
        )
    }
}

impl Tx<'_> {
    /// Removes everything stored about a document, its blobs too.
    pub fn delete_document(&self, document: &str) -> Result<()> {
        for table in ["changes", "snapshots"] {
            self.exec(&format!("DELETE FROM {table} WHERE document = ?"), [document])?;
        }
        self.exec("DELETE FROM blobs WHERE scope = ?", [document])?;
        Ok(())
    }
}
