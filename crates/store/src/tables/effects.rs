//! Steps with an effect outside, by their idempotency key: begun, or done with what came of it.
//!
//! A step that is begun and never done is one whose outcome nobody knows.

use reporunner_model::{NodeId, RunId, Timestamp};
use rusqlite::Row;
use serde_json::Value;

use crate::codec::{get, get_json_opt, to_json};
use crate::{Db, Error, Result, Tx};

pub(crate) const V1: &str = "
CREATE TABLE effects (
    key TEXT NOT NULL UNIQUE, run INTEGER NOT NULL, node TEXT NOT NULL, begun INTEGER NOT NULL,
    done INTEGER, outcome TEXT);
CREATE INDEX effects_of ON effects (run);";

/// A step with an effect outside.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// Its idempotency key.
    pub key: String,
    /// The node that asked for it.
    pub node: NodeId,
    /// When it began.
    pub begun: Timestamp,
    /// How it stands.
    pub state: EffectState,
}

/// How a step with an effect stands.
#[derive(Debug, Clone, PartialEq)]
pub enum EffectState {
    /// Begun; whether it happened is not known.
    Begun,
    /// Done.
    Done {
        /// When.
        at: Timestamp,
        /// What came of it.
        outcome: Value,
    },
}

fn read(row: &Row<'_>) -> Result<Effect> {
    let state = match get::<Option<i64>>(row, "done")? {
        None => EffectState::Begun,
        Some(at) => EffectState::Done {
            at: Timestamp(at),
            outcome: get_json_opt(row, "outcome")?.unwrap_or(Value::Null),
        },
    };
    Ok(Effect {
        key: get(row, "key")?,
        node: NodeId::new(get::<String>(row, "node")?),
        begun: Timestamp(get(row, "begun")?),
        state,
    })
}

impl Db<'_> {
    /// The step with this key.
    pub fn effect(&self, key: &str) -> Result<Option<Effect>> {
        self.one("SELECT key, node, begun, done, outcome FROM effects WHERE key = ?", [key], read)
    }

    /// The steps of a run of which nobody knows whether they happened.
    pub fn open_effects(&self, run: &RunId) -> Result<Vec<Effect>> {
        self.all(
            "SELECT key, node, begun, done, outcome FROM effects
             WHERE run = (SELECT num FROM runs WHERE id = ?) AND done IS NULL ORDER BY begun, key",
            [run.as_str()],
            read,
        )
    }
}

impl Tx<'_> {
    /// Notes that a step begins. Gives the step with that key that is there already, if there is
    /// one: then nothing was noted.
    pub fn begin_effect(
        &self,
        run: &RunId,
        node: &NodeId,
        key: &str,
        at: Timestamp,
    ) -> Result<Option<Effect>> {
        if let Some(effect) = self.effect(key)? {
            return Ok(Some(effect));
        }
        self.exec(
            "INSERT INTO effects (key, run, node, begun) VALUES (?, ?, ?, ?)",
            (key, self.run_num(run)?, node.as_str(), at.0),
        )?;
        Ok(None)
    }

    /// Notes what came of a step.
    pub fn finish_effect(&self, key: &str, outcome: &Value, at: Timestamp) -> Result<()> {
        let changed = self.exec(
            "UPDATE effects SET done = ?, outcome = ? WHERE key = ?",
            (at.0, to_json(outcome)?, key),
        )?;
        if changed == 0 { Err(Error::missing("step", key)) } else { Ok(()) }
    }

    /// Forgets a step, so that it may begin again.
    pub fn forget_effect(&self, key: &str) -> Result<()> {
        self.exec("DELETE FROM effects WHERE key = ?", [key])?;
        Ok(())
    }
}
