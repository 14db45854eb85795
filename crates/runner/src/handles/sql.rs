//! SQLite databases in the folders that a workflow may use.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use reporunner_model::{ErrorOrigin, NodeError};
use reporunner_node::{FileEntry, IN_MEMORY, Sql, SqlRows, SqlStatement};
use reporunner_store::{Store, UserDatabase, UserDatabaseError, UserRows, UserStatement};

use super::Place;
use super::binary::off_thread;
use super::files::{entry, explain as explain_file};

/// SQLite for nodes.
pub(crate) struct AllowedSql {
    place: Place,
    /// The file of the data tables.
    tables: PathBuf,
}

impl AllowedSql {
    pub(crate) fn new(place: Place, store: &Store) -> Self {
        Self { place, tables: store.folder().join(TABLES) }
    }
}

/// Name of the file of the data tables, in the data folder.
const TABLES: &str = "tables.db";

/// Breaks off what a thread is at work on, once nobody waits for it any more.
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[async_trait]
impl Sql for AllowedSql {
    async fn run(
        &self,
        path: &str,
        statements: Vec<SqlStatement>,
        transaction: bool,
    ) -> Result<Vec<SqlRows>, NodeError> {
        let path = match path {
            IN_MEMORY => path.into(),
            _ => self.place.resolve(path)?,
        };
        run(path, statements, transaction).await
    }

    async fn back_up(&self, path: &str, target: &str) -> Result<FileEntry, NodeError> {
        let (path, target) = (self.place.resolve(path)?, self.place.resolve(target)?);
        if path == target {
            return Err(NodeError::new("the copy would take the place of the database itself")
                .hint("Give another path to copy to."));
        }
        let stop = StopOnDrop(Arc::default());
        let stopped = Arc::clone(&stop.0);
        off_thread(move || {
            // Opening would make it, and its copy would be an empty database.
            fs::metadata(&path).map_err(|error| explain_file(&path, &error))?;
            let folder = target.parent().unwrap_or(&target);
            fs::create_dir_all(folder).map_err(|error| explain_file(folder, &error))?;
            UserDatabase::open(&path)
                .and_then(|database| database.stopped_by(stopped))
                .and_then(|database| database.back_up(&target))
                .map_err(explain)?;
            entry(&target)
        })
        .await
    }

    async fn run_on_tables(
        &self,
        statements: Vec<SqlStatement>,
        transaction: bool,
    ) -> Result<Vec<SqlRows>, NodeError> {
        run(self.tables.clone(), statements, transaction).await
    }
}

async fn run(
    path: PathBuf,
    statements: Vec<SqlStatement>,
    transaction: bool,
) -> Result<Vec<SqlRows>, NodeError> {
    let stop = StopOnDrop(Arc::default());
    let stopped = Arc::clone(&stop.0);
    off_thread(move || {
        let statements: Vec<_> = statements
            .into_iter()
            .map(|SqlStatement { sql, values, named }| UserStatement { sql, values, named })
            .collect();
        let results = UserDatabase::open(&path)
            .and_then(|database| database.stopped_by(stopped))
            .and_then(|mut database| database.run(&statements, transaction));
        Ok(results.map_err(explain)?.into_iter().map(rows).collect())
    })
    .await
}

fn rows(UserRows { rows, changed, last_id }: UserRows) -> SqlRows {
    SqlRows { rows, changed, last_id }
}

fn explain(error: UserDatabaseError) -> NodeError {
    let said = NodeError::new(error.message).from_origin(ErrorOrigin::Outside);
    let said = match error.statement {
        Some(statement) => said.at_item(statement),
        None => said,
    };
    if error.busy { said.retryable() } else { said }
}
