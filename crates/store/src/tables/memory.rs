//! What nodes remember from one run of their workflow to the next: keys that were seen, and values.
//!
//! Each row knows which node run wrote it. One that is repeated after a crash is told what it was
//! told the first time: that its keys are new, and the value as it was before.

use std::collections::HashSet;

use reporunner_model::{Timestamp, WorkflowId};
use serde_json::Value;

use crate::codec::{get, get_json, to_json};
use crate::{Db, Result, Tx};

pub(crate) const V2: &str = "
CREATE TABLE memory_seen (
    workflow TEXT NOT NULL, scope TEXT NOT NULL, key TEXT NOT NULL,
    writer TEXT NOT NULL, at INTEGER NOT NULL, UNIQUE (workflow, scope, key));
CREATE INDEX memory_seen_by_age ON memory_seen (workflow, scope, at);
CREATE TABLE memory_values (
    workflow TEXT NOT NULL, scope TEXT NOT NULL, key TEXT NOT NULL,
    value TEXT NOT NULL, before TEXT, writer TEXT NOT NULL, at INTEGER NOT NULL,
    UNIQUE (workflow, scope, key));";

/// Whose memory it is, and which node run asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemoryKey {
    /// The workflow.
    pub workflow: WorkflowId,
    /// Which part of it remembers: a node's id, or empty for all of it.
    pub scope: String,
    /// The node run: the same when it is repeated, and no other's.
    pub writer: String,
}

impl Db<'_> {
    /// The value of `name`, as it was before this node run.
    pub fn memory(&self, whose: &MemoryKey, name: &str) -> Result<Option<Value>> {
        let sql = "SELECT value, before, writer FROM memory_values
                   WHERE workflow = ? AND scope = ? AND key = ?";
        let key = (whose.workflow.as_str(), whose.scope.as_str(), name);
        let found = self.one(sql, key, |row| {
            if get::<String>(row, "writer")? == whose.writer {
                let before: Option<String> = get(row, "before")?;
                return Ok(before.map(|text| serde_json::from_str(&text)).transpose()?);
            }
            get_json(row, "value").map(Some)
        })?;
        Ok(found.flatten())
    }
}

impl Tx<'_> {
    /// Sets the value of `name`.
    pub fn set_memory(
        &self,
        whose: &MemoryKey,
        name: &str,
        value: &Value,
        at: Timestamp,
    ) -> Result<()> {
        let MemoryKey { workflow, scope, writer } = whose;
        self.exec(
            "INSERT INTO memory_values (workflow, scope, key, value, writer, at)
             VALUES (?, ?, ?, ?, ?, ?)
             ON CONFLICT (workflow, scope, key) DO UPDATE SET
                 before = CASE WHEN writer = excluded.writer THEN before ELSE value END,
                 value = excluded.value, writer = excluded.writer, at = excluded.at",
            (workflow.as_str(), scope, name, to_json(value)?, writer, at.0),
        )?;
        Ok(())
    }

    /// Notes that these keys were seen and says of each whether it is new to this node run. The
    /// newest `most` stay.
    pub fn see_in_memory(
        &self,
        whose: &MemoryKey,
        keys: &[String],
        most: usize,
        at: Timestamp,
    ) -> Result<Vec<bool>> {
        let MemoryKey { workflow, scope, writer } = whose;
        let mut met = HashSet::with_capacity(keys.len());
        let mut fresh = Vec::with_capacity(keys.len());
        for key in keys {
            if !met.insert(key) {
                fresh.push(false);
                continue;
            }
            let row = (workflow.as_str(), scope, key, writer, at.0);
            // One that comes again stays longer; who saw it first does not change.
            let sql = "INSERT INTO memory_seen (workflow, scope, key, writer, at)
                       VALUES (?, ?, ?, ?, ?)
                       ON CONFLICT (workflow, scope, key) DO UPDATE SET at = excluded.at
                       RETURNING writer";
            let first: Option<String> = self.value(sql, row)?;
            fresh.push(first.as_ref() == Some(writer));
        }
        self.exec(
            "DELETE FROM memory_seen WHERE rowid IN (
                 SELECT rowid FROM memory_seen WHERE workflow = ? AND scope = ?
                 ORDER BY at DESC, rowid DESC LIMIT -1 OFFSET ?)",
            (workflow.as_str(), scope, i64::try_from(most).unwrap_or(i64::MAX)),
        )?;
        Ok(fresh)
    }

    /// Forgets what one part of a workflow remembers.
    pub fn forget_memory(&self, whose: &MemoryKey) -> Result<()> {
        for table in ["memory_seen", "memory_values"] {
            let sql = format!("DELETE FROM {table} WHERE workflow = ? AND scope = ?");
            self.exec(&sql, (whose.workflow.as_str(), &whose.scope))?;
        }
        Ok(())
    }

    pub(crate) fn delete_memory(&self, workflow: &WorkflowId) -> Result<()> {
        for table in ["memory_seen", "memory_values"] {
            self.exec(&format!("DELETE FROM {table} WHERE workflow = ?"), [workflow.as_str()])?;
        }
        Ok(())
    }
}
