//! When triggers fire next. That a slot fires once is held by the id of its run, not by this table.

use reporunner_model::{NodeId, Timestamp, WorkflowId};
use rusqlite::Row;
use serde_json::Value;

use crate::codec::{get, get_json, to_json};
use crate::{Db, Result, Tx};

pub(crate) const V1: &str = "
CREATE TABLE schedules (
    workflow TEXT NOT NULL, node TEXT NOT NULL, next_fire INTEGER, policy TEXT NOT NULL,
    last_slot INTEGER, data TEXT NOT NULL, UNIQUE (workflow, node));
CREATE INDEX schedules_next ON schedules (next_fire);";

/// A trigger that fires by the clock.
#[derive(Debug, Clone, PartialEq)]
pub struct ScheduleRow {
    /// Whose it is.
    pub workflow: WorkflowId,
    /// The trigger.
    pub node: NodeId,
    /// When it fires next; none means never again.
    pub next_fire: Option<Timestamp>,
    /// What happens to slots that were missed, in its writer's words.
    pub policy: String,
    /// The slot that was fired last.
    pub last_slot: Option<Timestamp>,
    /// What else its writer wants to know.
    pub data: Value,
}

const COLUMNS: &str = "workflow, node, next_fire, policy, last_slot, data";

fn read(row: &Row<'_>) -> Result<ScheduleRow> {
    Ok(ScheduleRow {
        workflow: WorkflowId::new(get::<String>(row, "workflow")?),
        node: NodeId::new(get::<String>(row, "node")?),
        next_fire: get::<Option<i64>>(row, "next_fire")?.map(Timestamp),
        policy: get(row, "policy")?,
        last_slot: get::<Option<i64>>(row, "last_slot")?.map(Timestamp),
        data: get_json(row, "data")?,
    })
}

impl Db<'_> {
    /// Every trigger, the next one first.
    pub fn schedules(&self) -> Result<Vec<ScheduleRow>> {
        let sql = format!("SELECT {COLUMNS} FROM schedules ORDER BY next_fire IS NULL, next_fire");
        self.all(&sql, [], read)
    }
}

impl Tx<'_> {
    /// Stores a trigger, in place of what was there for its node.
    pub fn put_schedule(&self, row: &ScheduleRow) -> Result<()> {
        self.exec(
            "INSERT OR REPLACE INTO schedules (workflow, node, next_fire, policy, last_slot, data)
             VALUES (?, ?, ?, ?, ?, ?)",
            (
                row.workflow.as_str(),
                row.node.as_str(),
                row.next_fire.map(|at| at.0),
                &row.policy,
                row.last_slot.map(|at| at.0),
                to_json(&row.data)?,
            ),
        )?;
        Ok(())
    }

    /// Removes all that may start a workflow: its addresses and its schedules.
    pub fn remove_triggers(&self, workflow: &WorkflowId) -> Result<()> {
        self.exec("DELETE FROM webhooks WHERE workflow = ?", [workflow.as_str()])?;
        self.remove_schedules(workflow)?;
        Ok(())
    }

    /// Removes the schedules of a workflow.
    pub fn remove_schedules(&self, workflow: &WorkflowId) -> Result<usize> {
        self.exec("DELETE FROM schedules WHERE workflow = ?", [workflow.as_str()])
    }
}
