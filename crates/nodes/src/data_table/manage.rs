//! What is done to whole data tables: made, listed, named anew, emptied, removed.

use reporunner_model::NodeError;
use reporunner_node::{Context, SqlRows, Values};
use serde_json::{Map, Value, json};

use super::run;
use super::table::{self, Kind, Reference, Table};
use crate::items::{option_flag, option_text};
use crate::js;

/// Tables that are listed where the node does not say.
const LIMIT: f64 = 50.0;

/// What one item gives.
pub(super) async fn one(
    context: &Context,
    values: &Values<'_>,
) -> Result<Vec<Map<String, Value>>, NodeError> {
    match values.text("operation").as_str() {
        "create" => create(context, values).await,
        "list" => list(context, values).await,
        operation => {
            let reference = Reference::read(values)?;
            let table = Table::find(context, &reference).await?;
            let table = table.ok_or_else(|| reference.missing())?;
            let done = match operation {
                "clear" => clear(context, &table).await?,
                "delete" => remove(context, &table).await?,
                _ => rename(context, values, &table).await?,
            };
            Ok(objects(done))
        }
    }
}

fn objects(value: Value) -> Vec<Map<String, Value>> {
    match value {
        Value::Object(map) => vec![map],
        Value::Array(list) => list.into_iter().flat_map(objects).collect(),
        _ => Vec::new(),
    }
}

async fn create(
    context: &Context,
    values: &Values<'_>,
) -> Result<Vec<Map<String, Value>>, NodeError> {
    let name = values.required("tableName")?.trim().to_owned();
    let text = |record: &Map<String, Value>, name: &str| {
        record.get(name).map(js::cell).unwrap_or_default().trim().to_owned()
    };
    let columns: Vec<(String, Kind)> = values
        .records("columns.column")
        .into_iter()
        .map(|column| (text(column, "name"), Kind::named(&text(column, "type"))))
        .collect();
    let reuse = option_flag(values, "options.createIfNotExists").unwrap_or(true);
    let table = match Table::find(context, &Reference::Name(name.clone())).await? {
        Some(table) if reuse => table.with_columns(context, &columns).await?,
        Some(_) => {
            return Err(NodeError::new(format!("There is a data table called {name} already"))
                .hint("Choose another name, or take the one that is there where it is.")
                .about(&["tableName"]));
        }
        None => Table::create(context, &name, None, &columns).await?,
    };
    let all = described(context).await?;
    Ok(all.into_iter().filter(|known| known.get("id") == Some(&json!(table.id))).collect())
}

/// Every table with its columns.
async fn described(context: &Context) -> Result<Vec<Map<String, Value>>, NodeError> {
    let mut statements = table::lists();
    statements.push(table::plain("SELECT * FROM tables ORDER BY name".to_owned()));
    statements.push(table::plain("SELECT * FROM columns ORDER BY rowid".to_owned()));
    let results = run(context, statements).await?;
    let [.., tables, columns] = results.as_slice() else { return Ok(Vec::new()) };
    let one = |table: &Map<String, Value>| {
        let mut json = table.clone();
        let number = json.shift_remove("number");
        json.insert("columns".to_owned(), columns_of(columns, number.as_ref()));
        json
    };
    Ok(tables.rows.iter().map(one).collect())
}

fn columns_of(columns: &SqlRows, number: Option<&Value>) -> Value {
    let of_table = columns.rows.iter().filter(|column| column.get("table") == number);
    let one =
        |column: &Map<String, Value>| json!({ "name": column["name"], "type": column["type"] });
    of_table.map(one).collect()
}

async fn list(
    context: &Context,
    values: &Values<'_>,
) -> Result<Vec<Map<String, Value>>, NodeError> {
    let mut all = described(context).await?;
    if let Some(part) = option_text(values, "options.filterName") {
        let part = part.to_lowercase();
        let name = |table: &Map<String, Value>| table.get("name").map(js::cell).unwrap_or_default();
        all.retain(|table| name(table).to_lowercase().contains(&part));
    }
    let field = option_text(values, "options.sortField").unwrap_or_else(|| "name".to_owned());
    let key = |table: &Map<String, Value>| {
        table.get(&field).map(js::cell).unwrap_or_default().to_lowercase()
    };
    all.sort_by_key(key);
    if option_text(values, "options.sortDirection").as_deref() == Some("desc") {
        all.reverse();
    }
    if !values.flag("returnAll") {
        all.truncate(values.number("limit").unwrap_or(LIMIT).max(1.0) as usize);
    }
    Ok(all)
}

async fn clear(context: &Context, table: &Table) -> Result<Value, NodeError> {
    let deleted = vec![table::plain(format!("DELETE FROM {}", table.rows()))];
    let results = run(context, deleted).await?;
    let count: u64 = results.iter().map(|rows| rows.changed).sum();
    Ok(json!({ "success": true, "deletedCount": count, "tableId": table.id }))
}

async fn remove(context: &Context, table: &Table) -> Result<Value, NodeError> {
    let number = || vec![Value::from(table.number())];
    let statements = vec![
        table::plain(format!("DROP TABLE {}", table.rows())),
        table::statement("DELETE FROM columns WHERE \"table\" = ?", number()),
        table::statement("DELETE FROM tables WHERE number = ?", number()),
    ];
    run(context, statements).await?;
    Ok(json!({ "success": true, "deletedTableId": table.id }))
}

async fn rename(context: &Context, values: &Values<'_>, table: &Table) -> Result<Value, NodeError> {
    let name = values.required("newName")?.trim().to_owned();
    let known = Table::find(context, &Reference::Name(name.clone())).await?;
    if known.is_some_and(|known| known.id != table.id) {
        return Err(NodeError::new(format!("There is a data table called {name} already"))
            .hint("Choose another name.")
            .about(&["newName"]));
    }
    let renamed = table::statement(
        "UPDATE tables SET name = ?, updatedAt = ? WHERE number = ?",
        vec![name.as_str().into(), table::now(context).into(), table.number().into()],
    );
    run(context, vec![renamed]).await?;
    Ok(json!({ "success": true, "name": name }))
}
