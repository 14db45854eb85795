//! Versions of workflows: a place in the history with a name, and the workflow as it was there.

use reporunner_model::{Timestamp, VersionId, WorkflowId};
use rusqlite::Row;
use serde::{Deserialize, Serialize};

use crate::codec::{from_word, get, get_count, get_json, get_json_opt, to_json};
use crate::{Db, Owner, Payload, PayloadRef, Result, Tx};

pub(crate) const V1: &str = "
CREATE TABLE versions (
    num INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, workflow TEXT NOT NULL,
    kind TEXT NOT NULL, title TEXT NOT NULL, author TEXT NOT NULL, at INTEGER NOT NULL,
    heads TEXT NOT NULL, nodes INTEGER NOT NULL, content_hash TEXT NOT NULL, content TEXT);
CREATE INDEX versions_of ON versions (workflow, num);";

/// What a version is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VersionKind {
    /// Made by itself.
    Auto,
    /// Named by a person.
    Named,
    /// What triggers ran.
    Published,
    /// Where another line of work began.
    Branch,
}

impl VersionKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Named => "named",
            Self::Published => "published",
            Self::Branch => "branch",
        }
    }
}

/// A version.
#[derive(Debug, Clone, PartialEq)]
pub struct VersionRow {
    /// Which.
    pub id: VersionId,
    /// Of which workflow.
    pub workflow: WorkflowId,
    /// What it is.
    pub kind: VersionKind,
    /// Its name.
    pub title: String,
    /// Who made it, by name.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Heads of the document there, hex.
    pub heads: Vec<String>,
    /// Number of nodes in it.
    pub nodes: usize,
    /// Hash of the workflow as it was.
    pub content_hash: String,
    /// The workflow as it was, where it was kept ([`Db::json`] reads it).
    pub content: Option<PayloadRef>,
}

const COLUMNS: &str = "id, workflow, kind, title, author, at, heads, nodes, content_hash, content";

fn read(row: &Row<'_>) -> Result<VersionRow> {
    Ok(VersionRow {
        id: VersionId::new(get::<String>(row, "id")?),
        workflow: WorkflowId::new(get::<String>(row, "workflow")?),
        kind: from_word(&get::<String>(row, "kind")?)?,
        title: get(row, "title")?,
        by: get(row, "author")?,
        at: Timestamp(get(row, "at")?),
        heads: get_json(row, "heads")?,
        nodes: get_count(row, "nodes")? as usize,
        content_hash: get(row, "content_hash")?,
        content: get_json_opt(row, "content")?,
    })
}

impl Db<'_> {
    /// The versions of a workflow, newest first.
    pub fn versions(&self, workflow: &WorkflowId) -> Result<Vec<VersionRow>> {
        let sql = format!("SELECT {COLUMNS} FROM versions WHERE workflow = ? ORDER BY num DESC");
        self.all(&sql, [workflow.as_str()], read)
    }

    /// One version.
    pub fn version(&self, id: &VersionId) -> Result<Option<VersionRow>> {
        self.one(&format!("SELECT {COLUMNS} FROM versions WHERE id = ?"), [id.as_str()], read)
    }
}

impl Tx<'_> {
    /// Stores a version; `content`, if given, is the workflow as it was and takes the place of
    /// `row.content`.
    pub fn add_version(&self, row: &VersionRow, content: Option<&Payload>) -> Result<()> {
        if let Some(payload) = content {
            self.put_payload(&Owner::Version(row.id.clone()), payload)?;
        }
        let reference = content.map(Payload::reference).or(row.content.as_ref());
        self.exec(
            "INSERT INTO versions (id, workflow, kind, title, author, at, heads, nodes,
                content_hash, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                row.id.as_str(),
                row.workflow.as_str(),
                row.kind.as_str(),
                &row.title,
                &row.by,
                row.at.0,
                to_json(&row.heads)?,
                row.nodes as i64,
                &row.content_hash,
                reference.map(to_json).transpose()?,
            ),
        )?;
        Ok(())
    }
}
