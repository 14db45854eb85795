//! The workflows of this folder, as lists and triggers need them. What a workflow is stands in its
//! document; this table holds what can be shown without opening it, and what is this machine's.

use std::collections::BTreeSet;

use reporunner_model::{RunStatus, Timestamp, TypeName, VersionId, WorkflowId, limits};
use rusqlite::Row;
use rusqlite::types::Value as Column;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::codec::{count, from_word, get, get_count, get_json, get_json_opt, to_json};
use crate::tables::runs::search_clauses;
use crate::{BinaryId, Db, Error, Owner, Result, Tx};

pub(crate) const V1: &str = "
CREATE TABLE workflows (
    num INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, document TEXT NOT NULL,
    name TEXT NOT NULL, summary TEXT NOT NULL, tags TEXT NOT NULL, types TEXT NOT NULL,
    nodes INTEGER NOT NULL, trigger TEXT NOT NULL, problems INTEGER NOT NULL,
    revision INTEGER NOT NULL, created INTEGER NOT NULL, edited INTEGER NOT NULL,
    deleted INTEGER, live INTEGER NOT NULL, imported INTEGER NOT NULL, published TEXT, view TEXT,
    search TEXT NOT NULL);
CREATE INDEX workflows_by_document ON workflows (document);
CREATE VIRTUAL TABLE workflow_search USING fts5 (
    search, content = 'workflows', content_rowid = 'num', tokenize = 'trigram');
CREATE TRIGGER workflows_added AFTER INSERT ON workflows BEGIN
    INSERT INTO workflow_search (rowid, search) VALUES (new.num, new.search); END;
CREATE TRIGGER workflows_changed AFTER UPDATE OF search ON workflows
    WHEN old.search <> new.search BEGIN
    INSERT INTO workflow_search (workflow_search, rowid, search)
        VALUES ('delete', old.num, old.search);
    INSERT INTO workflow_search (rowid, search) VALUES (new.num, new.search); END;
CREATE TRIGGER workflows_removed AFTER DELETE ON workflows BEGIN
    INSERT INTO workflow_search (workflow_search, rowid, search)
        VALUES ('delete', old.num, old.search); END;";

pub(crate) const V4: &str = "
ALTER TABLE workflows ADD COLUMN foreign_id TEXT;
CREATE INDEX workflows_by_foreign_id ON workflows (foreign_id);";

/// What a list shows of a workflow, derived from its document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing {
    /// What people call it.
    pub name: String,
    /// What it does, in a few words.
    pub summary: String,
    /// Words to find it by.
    pub tags: BTreeSet<String>,
    /// Types of its nodes in order, as the list draws them.
    pub types: Vec<TypeName>,
    /// Number of its nodes.
    pub nodes: usize,
    /// What starts it, for a person.
    pub trigger: String,
    /// How many things are wrong with it.
    pub problems: usize,
    /// Number of changes so far.
    pub revision: u64,
    /// Names of nodes, texts of notes and whatever else a search shall find. Name and tags are
    /// found anyway.
    pub search: Vec<String>,
}

/// What triggers run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// The version it is.
    pub version: VersionId,
    /// Heads of the document there, hex.
    pub heads: Vec<String>,
    /// Hash of the workflow as it was.
    pub content_hash: String,
    /// Number of changes up to there.
    pub revision: u64,
    /// When it was published.
    pub at: Timestamp,
}

/// A workflow of this folder.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkflowRow {
    /// Which: the same on every machine.
    pub id: WorkflowId,
    /// The document that holds it now.
    pub document: String,
    /// What a list shows. Its `search` comes back empty.
    pub listing: Listing,
    /// When it came into this folder.
    pub created: Timestamp,
    /// When it was last edited.
    pub edited: Timestamp,
    /// When it went to the trash.
    pub deleted: Option<Timestamp>,
    /// Whether its triggers are on here.
    pub live: bool,
    /// Whether it came from a file of another program.
    pub imported: bool,
    /// What it was called by where it came from, empty where it was nothing; none where nobody has
    /// looked that up.
    pub foreign_id: Option<String>,
    /// What triggers run; none where it was never published.
    pub published: Option<Published>,
    /// What the person looked at last, in the interface's own form.
    pub view: Option<Value>,
}

/// Which workflows to list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WorkflowQuery {
    /// Words that all have to occur in its name, tags, nodes or notes.
    pub search: String,
    /// Tags it has to have, all of them.
    pub tags: Vec<String>,
    /// Whether it has to be live or off.
    pub live: Option<bool>,
    /// The trash instead of the rest.
    pub deleted: bool,
}

/// A run as a bar in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunMark {
    /// How it stands.
    pub status: RunStatus,
    /// How long it took, milliseconds.
    pub ms: u64,
}

const COLUMNS: &str = "id, document, name, summary, tags, types, nodes, trigger, problems,
    revision, created, edited, deleted, live, imported, foreign_id, published, view";

fn read(row: &Row<'_>) -> Result<WorkflowRow> {
    Ok(WorkflowRow {
        id: WorkflowId::new(get::<String>(row, "id")?),
        document: get(row, "document")?,
        listing: Listing {
            name: get(row, "name")?,
            summary: get(row, "summary")?,
            tags: get_json(row, "tags")?,
            types: get_json(row, "types")?,
            nodes: get_count(row, "nodes")? as usize,
            trigger: get(row, "trigger")?,
            problems: get_count(row, "problems")? as usize,
            revision: get_count(row, "revision")?,
            search: Vec::new(),
        },
        created: Timestamp(get(row, "created")?),
        edited: Timestamp(get(row, "edited")?),
        deleted: get::<Option<i64>>(row, "deleted")?.map(Timestamp),
        live: get(row, "live")?,
        imported: get(row, "imported")?,
        foreign_id: get(row, "foreign_id")?,
        published: get_json_opt(row, "published")?,
        view: get_json_opt(row, "view")?,
    })
}

impl Listing {
    fn search_text(&self) -> String {
        let mut text = self.name.clone();
        for part in self.tags.iter().chain(&self.search).chain([&self.summary]) {
            text.push('\n');
            text.push_str(part);
        }
        text
    }
}

impl Db<'_> {
    /// One workflow, in the trash or not.
    pub fn workflow(&self, id: &WorkflowId) -> Result<Option<WorkflowRow>> {
        self.one(&format!("SELECT {COLUMNS} FROM workflows WHERE id = ?"), [id.as_str()], read)
    }

    /// The workflows that match, the one edited last first.
    pub fn workflows(&self, query: &WorkflowQuery) -> Result<Vec<WorkflowRow>> {
        let mut sql = format!("SELECT {COLUMNS} FROM workflows WHERE (deleted IS NOT NULL) = ?");
        let mut params = vec![Column::from(query.deleted)];
        if let Some(live) = query.live {
            sql.push_str(" AND live = ?");
            params.push(Column::from(live));
        }
        search_clauses(&query.search, "workflow_search", &mut sql, &mut params);
        sql.push_str(" ORDER BY edited DESC, num DESC");
        let mut found = self.all(&sql, rusqlite::params_from_iter(params), read)?;
        found.retain(|row| query.tags.iter().all(|tag| row.listing.tags.contains(tag)));
        Ok(found)
    }

    /// The workflows outside the trash that were called by this id where they came from, the one
    /// edited last first.
    pub fn workflows_from(&self, foreign_id: &str) -> Result<Vec<WorkflowRow>> {
        let which = "foreign_id = ? AND deleted IS NULL ORDER BY edited DESC, num DESC";
        self.all(&format!("SELECT {COLUMNS} FROM workflows WHERE {which}"), [foreign_id], read)
    }

    /// Imported workflows of which nobody has looked up what they were called by.
    pub fn workflows_from_unknown(&self) -> Result<Vec<WorkflowId>> {
        let sql = "SELECT id FROM workflows WHERE imported AND foreign_id IS NULL";
        self.all(sql, [], |row| Ok(WorkflowId::new(get::<String>(row, "id")?)))
    }

    /// Number of workflows outside the trash.
    pub fn count_workflows(&self) -> Result<u64> {
        let sql = "SELECT count(*) FROM workflows WHERE deleted IS NULL";
        Ok(self.value::<i64>(sql, [])?.unwrap_or(0) as u64)
    }

    /// The newest runs of a workflow, newest last, at most `limit`.
    pub fn last_runs(&self, workflow: &WorkflowId, limit: usize) -> Result<Vec<RunMark>> {
        let mut marks = self.all(
            "SELECT status, ms FROM runs WHERE workflow = ? ORDER BY started DESC, num DESC LIMIT ?",
            (workflow.as_str(), count(limit as u64)),
            |row| {
                let status = from_word(&get::<String>(row, "status")?)?;
                Ok(RunMark { status, ms: get_count(row, "ms")? })
            },
        )?;
        marks.reverse();
        Ok(marks)
    }

    /// Workflows that have been in the trash for `limits::TRASH_DAYS`.
    pub fn expired_trash(&self, now: Timestamp) -> Result<Vec<WorkflowId>> {
        let days = i64::from(limits::TRASH_DAYS);
        let before = now.plus_ms(-days * 24 * 60 * 60 * 1000);
        let sql = "SELECT id FROM workflows WHERE deleted <= ?";
        self.all(sql, [before.0], |row| Ok(WorkflowId::new(get::<String>(row, "id")?)))
    }
}

impl Tx<'_> {
    /// Adds a workflow.
    pub fn insert_workflow(&self, row: &WorkflowRow) -> Result<()> {
        let listing = &row.listing;
        self.exec(
            "INSERT INTO workflows (id, document, name, summary, tags, types, nodes, trigger,
                problems, revision, created, edited, deleted, live, imported, foreign_id, published,
                view, search)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rusqlite::params![
                row.id.as_str(),
                row.document,
                listing.name,
                listing.summary,
                to_json(&listing.tags)?,
                to_json(&listing.types)?,
                listing.nodes as i64,
                listing.trigger,
                listing.problems as i64,
                count(listing.revision),
                row.created.0,
                row.edited.0,
                row.deleted.map(|at| at.0),
                row.live,
                row.imported,
                row.foreign_id,
                row.published.as_ref().map(to_json).transpose()?,
                row.view.as_ref().map(to_json).transpose()?,
                listing.search_text(),
            ],
        )?;
        Ok(())
    }

    /// Sets what lists show of a workflow, after an edit at `edited`.
    pub fn set_listing(&self, id: &WorkflowId, listing: &Listing, edited: Timestamp) -> Result<()> {
        let changed = self.exec(
            "UPDATE workflows SET name = ?, summary = ?, tags = ?, types = ?, nodes = ?,
                trigger = ?, problems = ?, revision = ?, edited = ?, search = ? WHERE id = ?",
            rusqlite::params![
                listing.name,
                listing.summary,
                to_json(&listing.tags)?,
                to_json(&listing.types)?,
                listing.nodes as i64,
                listing.trigger,
                listing.problems as i64,
                count(listing.revision),
                edited.0,
                listing.search_text(),
                id.as_str(),
            ],
        )?;
        found(changed, id)
    }

    /// Switches the triggers of a workflow on or off on this machine.
    pub fn set_live(&self, id: &WorkflowId, live: bool) -> Result<()> {
        found(self.exec("UPDATE workflows SET live = ? WHERE id = ?", (live, id.as_str()))?, id)
    }

    /// Sets what triggers run.
    pub fn set_published(&self, id: &WorkflowId, published: Option<&Published>) -> Result<()> {
        let published = published.map(to_json).transpose()?;
        let sql = "UPDATE workflows SET published = ? WHERE id = ?";
        found(self.exec(sql, (published, id.as_str()))?, id)
    }

    /// Sets what a workflow was called by where it came from.
    pub fn set_foreign_id(&self, id: &WorkflowId, foreign_id: Option<&str>) -> Result<()> {
        let sql = "UPDATE workflows SET foreign_id = ? WHERE id = ?";
        found(self.exec(sql, (foreign_id, id.as_str()))?, id)
    }

    /// Keeps what the person looks at.
    pub fn set_view(&self, id: &WorkflowId, view: &Value) -> Result<()> {
        let sql = "UPDATE workflows SET view = ? WHERE id = ?";
        found(self.exec(sql, (to_json(view)?, id.as_str()))?, id)
    }

    /// Puts a workflow into the trash, its triggers off.
    pub fn trash_workflow(&self, id: &WorkflowId, at: Timestamp) -> Result<()> {
        self.remove_triggers(id)?;
        let sql = "UPDATE workflows SET deleted = ?, live = FALSE WHERE id = ?";
        found(self.exec(sql, (at.0, id.as_str()))?, id)
    }

    /// Takes a workflow out of the trash. It stays off.
    pub fn restore_workflow(&self, id: &WorkflowId) -> Result<()> {
        let sql = "UPDATE workflows SET deleted = NULL WHERE id = ?";
        found(self.exec(sql, [id.as_str()])?, id)
    }

    /// Removes a workflow, its documents and versions for good. Its runs stay until their own time
    /// is over. Gives the files that nobody needs any more.
    pub fn purge_workflow(&self, id: &WorkflowId) -> Result<Vec<BinaryId>> {
        let Some(row) = self.workflow(id)? else { return Err(Error::missing("workflow", id)) };
        self.delete_document(&row.document)?;
        if row.document != id.as_str() {
            self.delete_document(id.as_str())?;
        }
        let mut orphans = self.release(&Owner::Workflow(id.clone()))?;
        for version in self.versions(id)? {
            orphans.extend(self.release(&Owner::Version(version.id))?);
        }
        self.delete_memory(id)?;
        self.exec("DELETE FROM versions WHERE workflow = ?", [id.as_str()])?;
        self.remove_triggers(id)?;
        self.exec("DELETE FROM workflows WHERE id = ?", [id.as_str()])?;
        Ok(orphans)
    }
}

fn found(changed: usize, id: &WorkflowId) -> Result<()> {
    if changed == 0 { Err(Error::missing("workflow", id)) } else { Ok(()) }
}
