//! Runs: one row each, listed a page at a time by keyset, so that the last page of a million is as
//! fast as the first.

use reporunner_model::{RunId, RunMode, RunStatus, Timestamp, VersionId, WorkflowId, limits};
use rusqlite::Row;
use serde_json::Value;

use crate::codec::{count, from_word, get, get_count, get_json_opt, to_json};
use crate::{BinaryId, Db, Error, Owner, Payload, PayloadRef, Result, Tx};

mod list;

pub(crate) use list::search_clauses;

pub(crate) const V1: &str = "
CREATE TABLE runs (
    num INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, workflow TEXT NOT NULL,
    workflow_name TEXT NOT NULL, version TEXT, content TEXT, content_hash TEXT NOT NULL,
    mode TEXT NOT NULL, status TEXT NOT NULL, trigger TEXT NOT NULL, parent TEXT,
    started INTEGER NOT NULL, finished INTEGER, ms INTEGER NOT NULL DEFAULT 0, error TEXT,
    custom TEXT, owner TEXT, lease INTEGER, bytes INTEGER NOT NULL DEFAULT 0,
    search TEXT NOT NULL DEFAULT '');
CREATE INDEX runs_by_time ON runs (started, num);
CREATE INDEX runs_by_workflow ON runs (workflow, started, num, status, ms);
CREATE INDEX runs_by_status ON runs (status, started, num);
CREATE INDEX runs_by_workflow_and_status ON runs (workflow, status, started, num);
CREATE INDEX runs_by_rare_mode ON runs (mode, started, num) WHERE mode <> 'production';
CREATE VIRTUAL TABLE run_search USING fts5 (
    search, content = 'runs', content_rowid = 'num', tokenize = 'trigram');
CREATE TRIGGER runs_added AFTER INSERT ON runs WHEN new.search <> '' BEGIN
    INSERT INTO run_search (rowid, search) VALUES (new.num, new.search); END;
CREATE TRIGGER runs_changed AFTER UPDATE OF search ON runs WHEN old.search <> new.search BEGIN
    INSERT INTO run_search (run_search, rowid, search)
        SELECT 'delete', old.num, old.search WHERE old.search <> '';
    INSERT INTO run_search (rowid, search) SELECT new.num, new.search WHERE new.search <> ''; END;
CREATE TRIGGER runs_removed AFTER DELETE ON runs WHEN old.search <> '' BEGIN
    INSERT INTO run_search (run_search, rowid, search) VALUES ('delete', old.num, old.search); END;";

/// Longest text that a search of runs looks through, bytes a run: why it failed, and its data.
const SEARCH_BYTES: usize = 4 * 1024 + limits::RUN_WORDS_BYTES;
/// The states in which a run is not over.
const OPEN: &str = "('queued', 'running', 'waiting')";

/// Which runs may be removed: those that are over and whose caller is over too.
pub(crate) const REMOVABLE: &str = "status NOT IN ('queued', 'running', 'waiting')
    AND NOT EXISTS (SELECT 1 FROM runs AS caller
        WHERE caller.id = runs.parent AND caller.status IN ('queued', 'running', 'waiting'))";

/// A run that begins.
#[derive(Debug, Clone)]
pub struct NewRun {
    /// Which.
    pub id: RunId,
    /// Of which workflow.
    pub workflow: WorkflowId,
    /// Its name now.
    pub workflow_name: String,
    /// The version it runs, where it is a published one.
    pub version: Option<VersionId>,
    /// Hash of the workflow it runs.
    pub content_hash: String,
    /// The workflow it runs; kept once for all runs of the same.
    pub content: Option<Payload>,
    /// What started it.
    pub mode: RunMode,
    /// How it stands.
    pub status: RunStatus,
    /// Name of the node it starts at.
    pub trigger: String,
    /// The run that asked for it.
    pub parent: Option<RunId>,
    /// When it began.
    pub started: Timestamp,
    /// Who runs it.
    pub owner: Option<String>,
}

/// What changes about a run; what is none stays.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RunChange {
    /// How it stands.
    pub status: Option<RunStatus>,
    /// When it ended.
    pub finished: Option<Timestamp>,
    /// How long it took so far, milliseconds.
    pub ms: Option<u64>,
    /// Why it failed, in its writer's form.
    pub error: Option<Value>,
    /// What its nodes noted about it.
    pub custom: Option<Value>,
    /// What a search shall find besides the workflow's name.
    pub search: Option<String>,
}

/// A run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRow {
    /// Which.
    pub id: RunId,
    /// Of which workflow.
    pub workflow: WorkflowId,
    /// Its name when it ran.
    pub workflow_name: String,
    /// The version it ran, where it was a published one.
    pub version: Option<VersionId>,
    /// Hash of the workflow it ran.
    pub content_hash: String,
    /// The workflow it ran ([`Db::json`] reads it).
    pub content: Option<PayloadRef>,
    /// What started it.
    pub mode: RunMode,
    /// How it stands.
    pub status: RunStatus,
    /// Name of the node it started at.
    pub trigger: String,
    /// The run that asked for it.
    pub parent: Option<RunId>,
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub finished: Option<Timestamp>,
    /// How long it took so far, milliseconds.
    pub ms: u64,
    /// Why it failed, in its writer's form.
    pub error: Option<Value>,
    /// What its nodes noted about it.
    pub custom: Option<Value>,
    /// Who runs it.
    pub owner: Option<String>,
    /// Bytes of data that it brought.
    pub bytes: u64,
}

/// Which runs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RunQuery {
    /// Of this workflow.
    pub workflow: Option<WorkflowId>,
    /// In one of these states; empty means any.
    pub statuses: Vec<RunStatus>,
    /// Started by this.
    pub mode: Option<RunMode>,
    /// Begun at or after.
    pub from: Option<Timestamp>,
    /// Begun before.
    pub until: Option<Timestamp>,
    /// Words that all have to occur in the workflow's name or in what the run said.
    pub search: String,
    /// The page after the one that gave this.
    pub after: Option<String>,
    /// Most rows; 0 means 50.
    pub limit: usize,
}

/// A page of runs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RunPage {
    /// The runs, newest first.
    pub runs: Vec<RunRow>,
    /// Pass it as `after` for the next page; none at the end.
    pub next: Option<String>,
}

const COLUMNS: &str = "num, id, workflow, workflow_name, version, content, content_hash, mode,
    status, trigger, parent, started, finished, ms, error, custom, owner, bytes";

fn read(row: &Row<'_>) -> Result<RunRow> {
    Ok(RunRow {
        id: RunId::new(get::<String>(row, "id")?),
        workflow: WorkflowId::new(get::<String>(row, "workflow")?),
        workflow_name: get(row, "workflow_name")?,
        version: get::<Option<String>>(row, "version")?.map(VersionId::new),
        content_hash: get(row, "content_hash")?,
        content: get_json_opt(row, "content")?,
        mode: from_word(&get::<String>(row, "mode")?)?,
        status: from_word(&get::<String>(row, "status")?)?,
        trigger: get(row, "trigger")?,
        parent: get::<Option<String>>(row, "parent")?.map(RunId::new),
        started: Timestamp(get(row, "started")?),
        finished: get::<Option<i64>>(row, "finished")?.map(Timestamp),
        ms: get_count(row, "ms")?,
        error: get_json_opt(row, "error")?,
        custom: get_json_opt(row, "custom")?,
        owner: get(row, "owner")?,
        bytes: get_count(row, "bytes")?,
    })
}

fn mode_word(mode: RunMode) -> &'static str {
    match mode {
        RunMode::Manual => "manual",
        RunMode::Production => "production",
        RunMode::Child => "child",
    }
}

impl Db<'_> {
    /// One run.
    pub fn run(&self, id: &RunId) -> Result<Option<RunRow>> {
        self.one(&format!("SELECT {COLUMNS} FROM runs WHERE id = ?"), [id.as_str()], read)
    }

    /// Runs that are not over and that somebody other than `owner` holds or held. Those at rest
    /// are nobody's.
    pub fn runs_of_others(&self, owner: &str) -> Result<Vec<RunRow>> {
        let which = "AND owner IS NOT ? AND NOT EXISTS (SELECT 1 FROM waits WHERE run = runs.id)";
        let sql = format!(
            "SELECT {COLUMNS} FROM runs WHERE status IN {OPEN} {which} ORDER BY started, num"
        );
        self.all(&sql, [owner], read)
    }

    pub(crate) fn run_num(&self, id: &RunId) -> Result<i64> {
        self.value("SELECT num FROM runs WHERE id = ?", [id.as_str()])?
            .ok_or_else(|| Error::missing("run", id))
    }
}

impl Tx<'_> {
    /// Adds a run.
    pub fn insert_run(&self, run: &NewRun) -> Result<()> {
        // A run enters the search index once, when it is over; until then it is looked through.
        let search = if run.status.is_final() { run.workflow_name.as_str() } else { "" };
        self.exec(
            "INSERT INTO runs (id, workflow, workflow_name, version, content, content_hash, mode,
                status, trigger, parent, started, owner, search)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                run.id.as_str(),
                run.workflow.as_str(),
                &run.workflow_name,
                run.version.as_ref().map(VersionId::as_str),
                run.content.as_ref().map(|payload| to_json(payload.reference())).transpose()?,
                &run.content_hash,
                mode_word(run.mode),
                run.status.as_str(),
                &run.trigger,
                run.parent.as_ref().map(RunId::as_str),
                run.started.0,
                &run.owner,
                search,
            ),
        )?;
        if let Some(content) = &run.content {
            self.put_payload(&Owner::Run(run.id.clone()), content)?;
        }
        Ok(())
    }

    /// Changes a run. A run that ends is held by nobody any more.
    pub fn update_run(&self, id: &RunId, change: &RunChange) -> Result<()> {
        let ends = change.status.is_some_and(RunStatus::is_final);
        let search = change.search.as_deref().map(|text| cut(text, SEARCH_BYTES));
        let changed = self.exec(
            "UPDATE runs SET
                status = coalesce(?2, status), finished = coalesce(?3, finished),
                ms = coalesce(?4, ms), error = coalesce(?5, error), custom = coalesce(?6, custom),
                search = CASE WHEN ?7 IS NOT NULL THEN workflow_name || char(10) || ?7
                    WHEN ?8 AND search = '' THEN workflow_name ELSE search END,
                owner = CASE WHEN ?8 THEN NULL ELSE owner END
             WHERE id = ?1",
            (
                id.as_str(),
                change.status.map(RunStatus::as_str),
                change.finished.map(|at| at.0),
                change.ms.map(count),
                change.error.as_ref().map(to_json).transpose()?,
                change.custom.as_ref().map(to_json).transpose()?,
                search,
                ends,
            ),
        )?;
        if changed == 0 {
            return Err(Error::missing("run", id));
        }
        if ends { self.end_rest(id) } else { Ok(()) }
    }

    /// Takes a run that is not over for `owner`, whoever held it: only one process has the folder,
    /// so that who held it is gone. Says whether it was taken.
    pub fn claim_run(&self, id: &RunId, owner: &str) -> Result<bool> {
        let sql = format!("UPDATE runs SET owner = ?2 WHERE id = ?1 AND status IN {OPEN}");
        Ok(self.exec(&sql, (id.as_str(), owner))? > 0)
    }

    /// Removes runs that are over with all that is theirs, but for those whose caller is not over:
    /// it looks up what they gave. Gives the number removed and the files
    /// that nobody needs any more; [`Store::delete_runs`](crate::Store::delete_runs) removes those.
    pub fn delete_runs(&self, ids: &[RunId]) -> Result<(usize, Vec<BinaryId>)> {
        let (mut deleted, mut orphans) = (0, Vec::new());
        for id in ids {
            let sql = format!("SELECT num FROM runs WHERE id = ? AND {REMOVABLE}");
            let Some(num) = self.value::<i64>(&sql, [id.as_str()])? else { continue };
            orphans.extend(self.release_num(num)?);
            for table in ["node_runs", "journal", "effects"] {
                self.exec(&format!("DELETE FROM {table} WHERE run = ?"), [num])?;
            }
            deleted += self.exec("DELETE FROM runs WHERE num = ?", [num])?;
        }
        Ok((deleted, orphans))
    }
}

fn cut(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}
