//! Keys that were seen: a schedule's slot, a delivery's id, an item of a feed.

use reporunner_model::Timestamp;

use crate::{Db, Result, Tx};

pub(crate) const V1: &str = "
CREATE TABLE dedupe (
    scope TEXT NOT NULL, key TEXT NOT NULL, at INTEGER NOT NULL, UNIQUE (scope, key));
CREATE INDEX dedupe_by_age ON dedupe (scope, at);";

impl Db<'_> {
    /// Whether `key` was seen in `scope`.
    pub fn was_seen(&self, scope: &str, key: &str) -> Result<bool> {
        let sql = "SELECT 1 FROM dedupe WHERE scope = ? AND key = ?";
        Ok(self.value::<i64>(sql, (scope, key))?.is_some())
    }
}

impl Tx<'_> {
    /// Notes that `key` was seen in `scope`. Says whether it is new.
    pub fn see(&self, scope: &str, key: &str, at: Timestamp) -> Result<bool> {
        let added = self.exec(
            "INSERT OR IGNORE INTO dedupe (scope, key, at) VALUES (?, ?, ?)",
            (scope, key, at.0),
        )?;
        Ok(added > 0)
    }

    /// Forgets the keys of `scope` that were seen before `before`.
    pub fn forget_seen(&self, scope: &str, before: Timestamp) -> Result<usize> {
        self.exec("DELETE FROM dedupe WHERE scope = ? AND at < ?", (scope, before.0))
    }
}
