//! SQLite databases in the folders that a workflow may use.

use async_trait::async_trait;
use reporunner_model::{ErrorOrigin, NodeError};
use reporunner_node::{Sql, SqlRows, SqlStatement};
use reporunner_store::{UserDatabase, UserStatement};

use super::binary::off_thread;
use super::{AllowedFiles, Place};

/// SQLite for nodes.
pub(crate) struct AllowedSql {
    place: Place,
}

impl AllowedSql {
    pub(crate) fn new(place: Place) -> Self {
        Self { place }
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
        let path = AllowedFiles::resolve(&self.place, path)?;
        off_thread(move || {
            let statements: Vec<_> = statements
                .into_iter()
                .map(|SqlStatement { sql, values, named }| UserStatement { sql, values, named })
                .collect();
            let results = UserDatabase::open(&path)
                .and_then(|mut database| database.run(&statements, transaction));
            let results = results.map_err(|error| {
                let said = NodeError::new(error.message).from_origin(ErrorOrigin::Outside);
                let said = match error.statement {
                    Some(statement) => said.at_item(statement),
                    None => said,
                };
                if error.busy { said.retryable() } else { said }
            })?;
            Ok(results
                .into_iter()
                .map(|done| SqlRows {
                    rows: done.rows,
                    changed: done.changed,
                    last_id: done.last_id,
                })
                .collect())
        })
        .await
    }
}
