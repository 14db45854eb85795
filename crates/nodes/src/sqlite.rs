//! SQLite: queries and rows of a database file.

mod form;
mod statement;

use async_trait::async_trait;
use reporunner_model::{Effect, Item, NodeDescription, NodeError};
use reporunner_node::{Context, Node, Output, SqlRows, SqlStatement};
use serde_json::{Value, json};

use crate::items::{Input, Settings, fail_or_go_on};
use crate::js;

pub(crate) struct Sqlite;

/// Statements in one transaction; more items make several.
const AT_ONCE: usize = 10_000;

#[async_trait]
impl Node for Sqlite {
    fn description(&self) -> NodeDescription {
        form::description()
    }

    fn effect(&self, context: &Context) -> Effect {
        crate::items::effect_where_all(context, |values| statement::only_reads(&values))
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let input = Input::take(context, 0);
        let items = input.items();
        // Where failed items shall not stop the others, each has a transaction of its own.
        let alone = context.continues_on_error();
        let mut settings = Settings::new(context);
        let mut out = Vec::with_capacity(items.len());
        let mut work = Work::default();
        for (index, item) in items.iter().enumerate() {
            if context.values(index).is_ok_and(|values| values.text("operation") == "backup") {
                out.push(match back_up(context, index).await {
                    Ok(item) => item.paired(index, 0),
                    Err(error) => fail_or_go_on(context, error, index)?,
                });
                continue;
            }
            let read = settings.at(context, index, statement::Plan::read);
            match read.and_then(|plan| plan.statement(item).map(|s| (plan.path.clone(), s))) {
                Ok((path, statement)) => {
                    if work.path != path || work.statements.len() >= AT_ONCE {
                        work.run(context, &mut out).await?;
                        work.path = path;
                    }
                    work.statements.push((index, statement));
                }
                Err(error) => {
                    work.run(context, &mut out).await?;
                    out.push(fail_or_go_on(context, error, index)?);
                }
            }
            if alone {
                work.run(context, &mut out).await?;
            }
        }
        work.run(context, &mut out).await?;
        Ok(Output::one(out))
    }
}

/// Copies the database; gives where the copy is.
async fn back_up(context: &Context, index: usize) -> Result<Item, NodeError> {
    let values = context.values(index)?;
    let (path, target) = (values.required("path")?, values.required("target")?);
    let copy = context.handles.sql.back_up(&path, &target).await?;
    let mut json = js::object("path", Value::String(target));
    json.insert("fileName".to_owned(), copy.name.into());
    json.insert("bytes".to_owned(), copy.bytes.into());
    Ok(Item::from_json(json))
}

/// Statements for one database file.
#[derive(Default)]
struct Work {
    path: String,
    statements: Vec<(usize, SqlStatement)>,
}

impl Work {
    async fn run(&mut self, context: &Context, out: &mut Vec<Item>) -> Result<(), NodeError> {
        if self.statements.is_empty() {
            return Ok(());
        }
        let (indexes, statements): (Vec<usize>, Vec<SqlStatement>) =
            std::mem::take(&mut self.statements).into_iter().unzip();
        let gives_rows: Vec<bool> =
            statements.iter().map(|s| statement::gives_rows(&s.sql)).collect();
        match context.handles.sql.run(&self.path, statements, true).await {
            Ok(results) => {
                for ((index, gives_rows), rows) in indexes.iter().zip(gives_rows).zip(results) {
                    out.extend(items(rows, gives_rows).map(|item| item.paired(*index, 0)));
                }
                Ok(())
            }
            Err(mut error) => {
                // The database counts statements; a person counts items.
                let at = error.item.and_then(|statement| indexes.get(statement));
                let index = at.or_else(|| indexes.first()).copied().unwrap_or(0);
                error.item = Some(index);
                out.push(fail_or_go_on(context, error, index)?);
                Ok(())
            }
        }
    }
}

fn items(rows: SqlRows, gives_rows: bool) -> Box<dyn Iterator<Item = Item> + Send> {
    if gives_rows || !rows.rows.is_empty() {
        return Box::new(rows.rows.into_iter().map(Item::from_json));
    }
    let Value::Object(json) = json!({ "changed": rows.changed, "lastId": rows.last_id }) else {
        return Box::new(std::iter::empty());
    };
    Box::new(std::iter::once(Item::from_json(json)))
}
