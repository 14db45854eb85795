//! Runs at rest: nobody holds them until their time comes or somebody calls.

use reporunner_model::{RunId, Timestamp};
use rusqlite::Row;
use serde_json::Value;

use crate::codec::{get, get_json, to_json};
use crate::{Db, Error, Result, Tx};

pub(crate) const V3: &str = "
CREATE TABLE waits (run TEXT NOT NULL UNIQUE, due INTEGER, nodes TEXT NOT NULL);
CREATE INDEX waits_due ON waits (due);";

/// A run at rest.
#[derive(Debug, Clone, PartialEq)]
pub struct WaitRow {
    /// Which.
    pub run: RunId,
    /// When it goes on by itself.
    pub due: Option<Timestamp>,
    /// What its nodes wait for, in its writer's form.
    pub nodes: Value,
}

fn read(row: &Row<'_>) -> Result<WaitRow> {
    Ok(WaitRow {
        run: RunId::new(get::<String>(row, "run")?),
        due: get::<Option<i64>>(row, "due")?.map(Timestamp),
        nodes: get_json(row, "nodes")?,
    })
}

impl Db<'_> {
    /// Every run at rest, the next due first; those without a time last.
    pub fn waits(&self) -> Result<Vec<WaitRow>> {
        let sql = "SELECT run, due, nodes FROM waits ORDER BY due IS NULL, due";
        self.all(sql, [], read)
    }

    /// The runs at rest whose time has come.
    pub fn due_waits(&self, now: Timestamp) -> Result<Vec<WaitRow>> {
        let sql = "SELECT run, due, nodes FROM waits WHERE due <= ? ORDER BY due";
        self.all(sql, [now.0], read)
    }

    /// When the next run at rest goes on whose time has not come yet.
    pub fn next_wait(&self, now: Timestamp) -> Result<Option<Timestamp>> {
        let sql = "SELECT due FROM waits WHERE due > ? ORDER BY due LIMIT 1";
        Ok(self.value::<i64>(sql, [now.0])?.map(Timestamp))
    }

    /// What a run at rest waits for.
    pub fn wait(&self, run: &RunId) -> Result<Option<WaitRow>> {
        self.one("SELECT run, due, nodes FROM waits WHERE run = ?", [run.as_str()], read)
    }
}

impl Tx<'_> {
    /// Lays a run to rest: nobody holds it.
    pub fn rest_run(&self, run: &RunId, due: Option<Timestamp>, nodes: &Value) -> Result<()> {
        let sql = "UPDATE runs SET status = 'waiting', owner = NULL WHERE id = ?";
        if self.exec(sql, [run.as_str()])? == 0 {
            return Err(Error::missing("run", run));
        }
        self.exec(
            "INSERT OR REPLACE INTO waits (run, due, nodes) VALUES (?, ?, ?)",
            (run.as_str(), due.map(|at| at.0), to_json(nodes)?),
        )?;
        Ok(())
    }

    /// A run that queued or was at rest is under way from now on.
    pub fn begin_run(&self, run: &RunId) -> Result<()> {
        self.exec("UPDATE runs SET status = 'running' WHERE id = ?", [run.as_str()])?;
        self.end_rest(run)
    }

    /// A run that was at rest waits for its turn.
    pub fn queue_run(&self, run: &RunId) -> Result<()> {
        self.exec("UPDATE runs SET status = 'queued' WHERE id = ?", [run.as_str()])?;
        self.end_rest(run)
    }

    pub(crate) fn end_rest(&self, run: &RunId) -> Result<()> {
        self.exec("DELETE FROM waits WHERE run = ?", [run.as_str()])?;
        Ok(())
    }
}
