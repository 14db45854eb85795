//! What belongs to a workflow on this machine and is not in its document: static data, which
//! credential a name means, allowed folders and commands, pins too large for the document.

use std::collections::BTreeMap;

use reporunner_model::{NodeId, WorkflowId};
use serde_json::Value;

use crate::codec::{get, get_json, to_json};
use crate::{Db, Owner, Payload, PayloadRef, Result, Tx};

/// Key of what nodes keep between runs (`$getWorkflowStaticData`).
pub const STATIC_DATA: &str = "static-data";
/// Key of the map from a credential's name to the credential of this machine.
pub const CREDENTIAL_BINDINGS: &str = "credential-bindings";
/// Key of the folders that the workflow may read and write here.
pub const ALLOWED_FOLDERS: &str = "allowed-folders";
/// Key of the commands that the workflow may run here.
pub const ALLOWED_COMMANDS: &str = "allowed-commands";

pub(crate) const V1: &str = "
CREATE TABLE local_data (
    workflow TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, UNIQUE (workflow, key));
CREATE TABLE pins (
    workflow TEXT NOT NULL, node TEXT NOT NULL, payload TEXT NOT NULL, UNIQUE (workflow, node));";

impl Db<'_> {
    /// The value of `key` for a workflow.
    pub fn local(&self, workflow: &WorkflowId, key: &str) -> Result<Option<Value>> {
        self.one(
            "SELECT value FROM local_data WHERE workflow = ? AND key = ?",
            (workflow.as_str(), key),
            |row| get_json(row, "value"),
        )
    }

    /// The pins of a workflow that are too large for its document.
    pub fn pins(&self, workflow: &WorkflowId) -> Result<BTreeMap<NodeId, PayloadRef>> {
        let sql = "SELECT node, payload FROM pins WHERE workflow = ?";
        let rows = self.all(sql, [workflow.as_str()], |row| {
            Ok((NodeId::new(get::<String>(row, "node")?), get_json(row, "payload")?))
        })?;
        Ok(rows.into_iter().collect())
    }
}

impl Tx<'_> {
    /// Sets the value of `key` for a workflow.
    pub fn set_local(&self, workflow: &WorkflowId, key: &str, value: &Value) -> Result<()> {
        self.exec(
            "INSERT INTO local_data (workflow, key, value) VALUES (?, ?, ?)
             ON CONFLICT (workflow, key) DO UPDATE SET value = excluded.value",
            (workflow.as_str(), key, to_json(value)?),
        )?;
        Ok(())
    }

    /// Pins `payload` to a node, in place of what was pinned.
    pub fn set_pin(&self, workflow: &WorkflowId, node: &NodeId, payload: &Payload) -> Result<()> {
        self.remove_pin(workflow, node)?;
        self.put_payload(&Owner::Pin(workflow.clone(), node.clone()), payload)?;
        self.exec(
            "INSERT INTO pins (workflow, node, payload) VALUES (?, ?, ?)",
            (workflow.as_str(), node.as_str(), to_json(payload.reference())?),
        )?;
        Ok(())
    }

    /// Takes the pin off a node. Its files go at the next sweep.
    pub fn remove_pin(&self, workflow: &WorkflowId, node: &NodeId) -> Result<()> {
        self.release(&Owner::Pin(workflow.clone(), node.clone()))?;
        self.exec(
            "DELETE FROM pins WHERE workflow = ? AND node = ?",
            (workflow.as_str(), node.as_str()),
        )?;
        Ok(())
    }

    pub(crate) fn delete_local(&self, workflow: &WorkflowId) -> Result<()> {
        for node in self.pins(workflow)?.into_keys() {
            self.remove_pin(workflow, &node)?;
        }
        self.exec("DELETE FROM local_data WHERE workflow = ?", [workflow.as_str()])?;
        Ok(())
    }
}
