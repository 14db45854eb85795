//! Data Table: tables that Reporunner keeps itself, for all workflows of this machine.
//!
//! They lie in one SQLite file that the handle knows. What a table is is `table`'s, what is done to
//! its rows `rows`'s, to whole tables `manage`'s.

mod form;
mod manage;
mod rows;
mod table;

use std::collections::HashMap;

use async_trait::async_trait;
use reporunner_model::{Effect, Item, NodeDescription, NodeError};
use reporunner_node::{Context, Node, Output, SqlRows, SqlStatement, Values};

use crate::items::{Input, fail_or_go_on};
use rows::Job;
use table::{Reference, Table};

pub(crate) struct DataTable;

/// Items whose rows are written in one transaction.
const AT_ONCE: usize = 5_000;

#[async_trait]
impl Node for DataTable {
    fn description(&self) -> NodeDescription {
        form::description()
    }

    fn effect(&self, context: &Context) -> Effect {
        let reads = ["get", "rowExists", "rowNotExists", "list"];
        crate::items::effect_where_all(context, |values| {
            reads.contains(&values.text("operation").as_str())
        })
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let mut input = Input::take(context, 0);
        let context = &*context;
        let count = input.items().len();
        // Where failed items shall not stop the others, each has a transaction of its own.
        let at_once = if context.continues_on_error() { 1 } else { AT_ONCE };
        let mut work = Work { known: HashMap::new(), hints: Vec::new() };
        let mut out = Vec::with_capacity(count);
        for start in (0..count).step_by(at_once) {
            let end = count.min(start + at_once);
            match work.items(context, &mut input, start..end).await {
                Ok(items) => out.extend(items),
                Err(error) => {
                    let index = error.item.unwrap_or(start);
                    out.push(fail_or_go_on(context, error, index)?);
                }
            }
        }
        Ok(Output { hints: work.hints, ..Output::one(out) })
    }
}

/// What is known while the items of one run are worked on.
struct Work {
    known: HashMap<Reference, Table>,
    hints: Vec<String>,
}

impl Work {
    /// What comes of some items.
    async fn items(
        &mut self,
        context: &Context,
        input: &mut Input,
        range: std::ops::Range<usize>,
    ) -> Result<Vec<Item>, NodeError> {
        let (mut out, mut jobs, mut statements) = (Vec::new(), Vec::new(), Vec::new());
        for index in range {
            let values = context.values(index)?;
            if values.text("resource") == "table" {
                let result = manage::one(context, &values).await;
                self.known.clear();
                let given = result.map_err(|error| error.at_item(index))?;
                out.extend(given.into_iter().map(|json| Item::from_json(json).paired(index, 0)));
                continue;
            }
            let job = self.job(context, &values, &input.items()[index]).await;
            let job = job.map_err(|error| error.at_item(index))?;
            let first = statements.len();
            statements.extend(job.statements());
            jobs.push((index, job, first..statements.len()));
        }
        if statements.is_empty() {
            return Ok(out);
        }
        let item_of = |statement: usize| {
            jobs.iter().find(|(_, _, of)| of.contains(&statement)).map(|(index, ..)| *index)
        };
        let results = run(context, statements).await.map_err(|mut error| {
            // The database counts statements; a person counts items.
            error.item = error.item.and_then(item_of);
            error
        })?;
        for (index, job, of) in jobs {
            job.finish(&results[of], index, input, &mut out);
        }
        Ok(out)
    }

    async fn job(
        &mut self,
        context: &Context,
        values: &Values<'_>,
        item: &Item,
    ) -> Result<Job, NodeError> {
        let reference = Reference::read(values)?;
        if !self.known.contains_key(&reference) {
            let table = match Table::find(context, &reference).await? {
                Some(table) => table,
                None => {
                    let wanted = rows::wanted_columns(values, item, &reference)?;
                    let name = reference.name();
                    self.hints.push(format!(
                        "There was no data table called {name}; it was made with the columns of \
                         the first row."
                    ));
                    Table::create(context, name, reference.id(), &wanted).await?
                }
            };
            self.known.insert(reference.clone(), table);
        }
        Job::read(context, values, item, &self.known[&reference])
    }
}

/// Runs statements on the file of the tables, all or none.
async fn run(context: &Context, statements: Vec<SqlStatement>) -> Result<Vec<SqlRows>, NodeError> {
    context.handles.sql.run_on_tables(statements, true).await
}
