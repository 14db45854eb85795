//! Where webhooks listen. Rows, not memory: they are there before the server is.

use reporunner_model::{NodeId, Timestamp, WorkflowId};
use rusqlite::Row;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::codec::{from_word, get, get_json, to_json};
use crate::{Db, Result, Tx};

pub(crate) const V1: &str = "
CREATE TABLE webhooks (
    kind TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL, workflow TEXT NOT NULL,
    node TEXT NOT NULL, expires INTEGER, data TEXT NOT NULL, UNIQUE (kind, method, path));
CREATE INDEX webhooks_of ON webhooks (workflow);";

/// Which address of a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WebhookKind {
    /// While the editor waits for a test call.
    Test,
    /// While the workflow is live.
    Production,
    /// While a run waits for a call.
    Waiting,
}

impl WebhookKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Production => "production",
            Self::Waiting => "waiting",
        }
    }
}

/// One address.
#[derive(Debug, Clone, PartialEq)]
pub struct WebhookRow {
    /// Which address of the webhook.
    pub kind: WebhookKind,
    /// HTTP method, in capitals; `*` takes any.
    pub method: String,
    /// Path without a leading slash; a segment that begins with `:` takes anything.
    pub path: String,
    /// Whose it is.
    pub workflow: WorkflowId,
    /// The node.
    pub node: NodeId,
    /// When it stops listening.
    pub expires: Option<Timestamp>,
    /// What else its listener wants to know.
    pub data: Value,
}

const COLUMNS: &str = "kind, method, path, workflow, node, expires, data";

fn read(row: &Row<'_>) -> Result<WebhookRow> {
    Ok(WebhookRow {
        kind: from_word(&get::<String>(row, "kind")?)?,
        method: get(row, "method")?,
        path: get(row, "path")?,
        workflow: WorkflowId::new(get::<String>(row, "workflow")?),
        node: NodeId::new(get::<String>(row, "node")?),
        expires: get::<Option<i64>>(row, "expires")?.map(Timestamp),
        data: get_json(row, "data")?,
    })
}

impl Db<'_> {
    /// Every address.
    pub fn webhooks(&self) -> Result<Vec<WebhookRow>> {
        self.all(&format!("SELECT {COLUMNS} FROM webhooks ORDER BY path, method"), [], read)
    }
}

impl Tx<'_> {
    /// Takes an address. Where another workflow or node has it, nothing changes and that one is
    /// given back.
    pub fn add_webhook(&self, row: &WebhookRow) -> Result<Option<WebhookRow>> {
        let sql =
            format!("SELECT {COLUMNS} FROM webhooks WHERE kind = ? AND method = ? AND path = ?");
        let taken = self.one(&sql, (row.kind.as_str(), &row.method, &row.path), read)?;
        if let Some(other) = taken
            && (&other.workflow, &other.node) != (&row.workflow, &row.node)
        {
            return Ok(Some(other));
        }
        self.exec(
            "INSERT OR REPLACE INTO webhooks (kind, method, path, workflow, node, expires, data)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                row.kind.as_str(),
                &row.method,
                &row.path,
                row.workflow.as_str(),
                row.node.as_str(),
                row.expires.map(|at| at.0),
                to_json(&row.data)?,
            ),
        )?;
        Ok(None)
    }

    /// Gives up the addresses of a workflow of one kind.
    pub fn remove_webhooks(&self, workflow: &WorkflowId, kind: WebhookKind) -> Result<usize> {
        let sql = "DELETE FROM webhooks WHERE workflow = ? AND kind = ?";
        self.exec(sql, (workflow.as_str(), kind.as_str()))
    }

    /// Gives up the addresses whose time is over.
    pub fn expire_webhooks(&self, now: Timestamp) -> Result<usize> {
        self.exec("DELETE FROM webhooks WHERE expires <= ?", [now.0])
    }
}
