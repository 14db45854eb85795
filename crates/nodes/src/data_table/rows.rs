//! What is done to the rows of a data table for one item: SQL statements, and items from their rows.

use jiff::tz::TimeZone;
use reporunner_model::{Item, NodeError};
use reporunner_node::{Context, SqlRows, SqlStatement, Values};
use serde_json::{Map, Value, json};

use super::table::{self, Kind, OWN, Reference, Table, quoted};
use crate::items::{Input, option_flag};
use crate::js;

/// Rows that a `get` gives for each item where the node does not say.
const LIMIT: f64 = 50.0;

/// What one item asks for.
pub(super) struct Job {
    table: Table,
    action: Action,
}

enum Action {
    /// Gives the rows that these statements give, one after the other.
    Rows(Vec<SqlStatement>),
    /// Gives one item that says how many rows came in.
    Silent(SqlStatement),
    /// Gives the rows as they are, and as they would be with these values.
    Before(SqlStatement, Option<Map<String, Value>>),
    /// Passes the item where a row is there, or where none is.
    Passes { exists: SqlStatement, wanted: bool },
}

impl Job {
    pub(super) fn read(
        context: &Context,
        values: &Values<'_>,
        item: &Item,
        table: &Table,
    ) -> Result<Self, NodeError> {
        let zone = table::zone(context);
        let dry = option_flag(values, "options.dryRun").unwrap_or(false);
        let rows = table.rows();
        let operation = values.text("operation");
        let action = match operation.as_str() {
            "insert" => {
                let set = columns(values, item, table, &zone)?;
                let mut statement = insert(&rows, &set, context, "");
                if option_flag(values, "options.optimizeBulk").unwrap_or(false) {
                    Action::Silent(statement)
                } else {
                    statement.sql.push_str(" RETURNING *");
                    Action::Rows(vec![statement])
                }
            }
            "get" => Action::Rows(vec![get(values, table, &zone)?]),
            "rowExists" | "rowNotExists" => {
                let filter = Filter::read(values, table, &zone)?.needed()?;
                let sql = format!("SELECT EXISTS (SELECT 1 FROM {rows} WHERE {})", filter.sql);
                let exists = table::statement(&sql, filter.values);
                Action::Passes { exists, wanted: operation == "rowExists" }
            }
            "update" | "upsert" => {
                let filter = Filter::read(values, table, &zone)?.needed()?;
                let set = columns(values, item, table, &zone)?;
                if dry {
                    Action::Before(select(&rows, filter), Some(set))
                } else {
                    let mut statements = vec![update(&rows, &set, context, filter)];
                    if operation == "upsert" {
                        // changes() is the number of rows that the update before has changed.
                        let mut insert = insert(&rows, &set, context, " WHERE changes() = 0");
                        insert.sql.push_str(" RETURNING *");
                        statements.push(insert);
                    }
                    Action::Rows(statements)
                }
            }
            "deleteRows" => {
                let filter = Filter::read(values, table, &zone)?.needed()?;
                if dry {
                    Action::Before(select(&rows, filter), None)
                } else {
                    let sql = format!("DELETE FROM {rows} WHERE {} RETURNING *", filter.sql);
                    Action::Rows(vec![table::statement(&sql, filter.values)])
                }
            }
            other => {
                return Err(NodeError::new(format!("The operation {other:?} is not known"))
                    .hint("Choose one of the list.")
                    .about(&["operation"]));
            }
        };
        Ok(Self { table: table.clone(), action })
    }

    pub(super) fn statements(&self) -> Vec<SqlStatement> {
        match &self.action {
            Action::Rows(statements) => statements.clone(),
            Action::Silent(statement)
            | Action::Before(statement, _)
            | Action::Passes { exists: statement, .. } => vec![statement.clone()],
        }
    }

    /// The items that come of what the statements gave.
    pub(super) fn finish(
        self,
        results: &[SqlRows],
        index: usize,
        input: &mut Input,
        out: &mut Vec<Item>,
    ) {
        let mut give = |json: Map<String, Value>| {
            out.push(Item::from_json(json).paired(index, 0));
        };
        match self.action {
            Action::Rows(_) => {
                results.iter().flat_map(|rows| self.table.given(rows)).for_each(give);
            }
            Action::Silent(_) => {
                let count: u64 = results.iter().map(|rows| rows.changed).sum();
                give(form_of(json!({ "success": true, "insertedRows": count })));
            }
            Action::Before(_, set) => {
                let state = |mut row: Map<String, Value>, state: &str| {
                    row.insert("dryRunState".to_owned(), Value::from(state));
                    row
                };
                for before in results.iter().flat_map(|rows| self.table.given(rows)) {
                    give(state(before.clone(), "before"));
                    if let Some(set) = &set {
                        let changed = SqlRows { rows: vec![set.clone()], ..SqlRows::default() };
                        let mut after = before;
                        self.table.given(&changed).for_each(|set| after.extend(set));
                        give(state(after, "after"));
                    }
                }
            }
            Action::Passes { wanted, .. } => {
                let found = results.iter().flat_map(|rows| &rows.rows).flat_map(Map::values).next();
                if found.is_some_and(js::truthy) == wanted {
                    out.push(input.item(index).paired(index, 0));
                }
            }
        }
    }
}

fn form_of(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// The columns of a table that an insert makes because it is not there, from what the first row
/// shall hold.
///
/// # Errors
/// Where the operation makes none.
pub(super) fn wanted_columns(
    values: &Values<'_>,
    item: &Item,
    reference: &Reference,
) -> Result<Vec<(String, Kind)>, NodeError> {
    if !matches!(values.text("operation").as_str(), "insert" | "upsert") {
        return Err(reference.missing());
    }
    let said = |name: &str| {
        let schema = values.raw("columns.schema")?.as_array()?;
        let column =
            schema.iter().find(|column| column.get("id").and_then(Value::as_str) == Some(name))?;
        Some(Kind::named(column.get("type")?.as_str()?))
    };
    let given = given(values, item)?;
    let mut columns: Vec<(String, Kind)> = given
        .iter()
        .map(|(name, value)| (name.clone(), said(name).unwrap_or_else(|| Kind::of(value))))
        .collect();
    // What is looked for must be there to be looked for.
    for condition in values.records("filters.conditions") {
        let name = condition.get("keyName").map(js::cell).unwrap_or_default();
        let is_new =
            !OWN.contains(&name.as_str()) && !columns.iter().any(|(known, _)| *known == name);
        if is_new && !name.is_empty() {
            let kind = condition.get("keyValue").map_or(Kind::Text, Kind::of);
            columns.push((name, kind));
        }
    }
    Ok(columns)
}

/// The values that a row shall get, by column, as they were given.
fn given(values: &Values<'_>, item: &Item) -> Result<Map<String, Value>, NodeError> {
    let mut map = match values.text("columns.mappingMode").as_str() {
        "autoMapInputData" => (*item.json).clone(),
        _ => {
            let value = values.value("columns.value");
            match js::json(&value) {
                Ok(Value::Object(map)) => map,
                Ok(Value::Null) => Map::new(),
                _ if js::cell(&value).trim().is_empty() => Map::new(),
                _ => {
                    return Err(NodeError::new("The values are no object")
                        .hint("Write them as {\"column\": \"value\"}.")
                        .about(&["columns", "value"]));
                }
            }
        }
    };
    map.retain(|name, _| !OWN.contains(&name.as_str()));
    Ok(map)
}

/// The same as they are kept.
fn columns(
    values: &Values<'_>,
    item: &Item,
    table: &Table,
    zone: &TimeZone,
) -> Result<Map<String, Value>, NodeError> {
    let given = given(values, item)?.into_iter();
    let stored = |(name, value): (String, Value)| {
        let kind = table.known(&name, "columns")?;
        let value = kind.stored(&name, &value, zone)?;
        Ok((name, value))
    };
    given.map(stored).collect()
}

fn insert(
    rows: &str,
    set: &Map<String, Value>,
    context: &Context,
    condition: &str,
) -> SqlStatement {
    let now = Value::from(table::now(context));
    let names = ["createdAt", "updatedAt"].into_iter().chain(set.keys().map(String::as_str));
    let names: Vec<String> = names.map(quoted).collect();
    let places = vec!["?"; names.len()].join(", ");
    let sql = format!("INSERT INTO {rows} ({}) SELECT {places}{condition}", names.join(", "));
    let values = [now.clone(), now].into_iter().chain(set.values().cloned());
    table::statement(&sql, values.collect())
}

fn update(rows: &str, set: &Map<String, Value>, context: &Context, filter: Filter) -> SqlStatement {
    let mut sets = vec!["\"updatedAt\" = ?".to_owned()];
    sets.extend(set.keys().map(|name| format!("{} = ?", quoted(name))));
    let sql = format!("UPDATE {rows} SET {} WHERE {} RETURNING *", sets.join(", "), filter.sql);
    let values = [Value::from(table::now(context))].into_iter();
    let values = values.chain(set.values().cloned()).chain(filter.values);
    table::statement(&sql, values.collect())
}

fn select(rows: &str, filter: Filter) -> SqlStatement {
    table::statement(&format!("SELECT * FROM {rows} WHERE {}", filter.sql), filter.values)
}

fn get(values: &Values<'_>, table: &Table, zone: &TimeZone) -> Result<SqlStatement, NodeError> {
    let filter = Filter::read(values, table, zone)?;
    let mut statement = select(&table.rows(), filter);
    let order = match values.flag("orderBy") {
        true => {
            let column = values.text("orderByColumn");
            table.known(&column, "orderByColumn")?;
            let descending = !values.text("orderByDirection").eq_ignore_ascii_case("ASC");
            format!("{} {}, \"id\"", quoted(&column), if descending { "DESC" } else { "ASC" })
        }
        false => "\"id\"".to_owned(),
    };
    statement.sql.push_str(&format!(" ORDER BY {order}"));
    if !values.flag("returnAll") {
        let limit = values.number("limit").unwrap_or(LIMIT).max(1.0) as u64;
        statement.sql.push_str(&format!(" LIMIT {limit}"));
    }
    Ok(statement)
}

/// Which rows are meant.
struct Filter {
    sql: String,
    values: Vec<Value>,
    is_empty: bool,
}

impl Filter {
    fn read(values: &Values<'_>, table: &Table, zone: &TimeZone) -> Result<Self, NodeError> {
        let all = values.text("matchType") == "allConditions";
        let mut rules = Vec::new();
        let mut bound = Vec::new();
        for condition in values.records("filters.conditions") {
            let text = |name: &str| condition.get(name).map(js::cell).unwrap_or_default();
            let column = Some(text("keyName")).filter(|name| !name.is_empty());
            let column = column.unwrap_or_else(|| "id".to_owned());
            let kind = table.known(&column, "filters")?;
            let value = condition.get("keyValue").cloned().unwrap_or(Value::Null);
            let (rule, value) = rule(&text("condition"), &column, kind, &value, zone)?;
            rules.push(format!("({rule})"));
            bound.extend(value);
        }
        let is_empty = rules.is_empty();
        let sql = match (is_empty, all) {
            (true, _) => "1".to_owned(),
            (false, true) => rules.join(" AND "),
            (false, false) => rules.join(" OR "),
        };
        Ok(Self { sql, values: bound, is_empty })
    }

    /// The same, if it says anything: whoever forgets a condition must not lose all rows.
    fn needed(self) -> Result<Self, NodeError> {
        if self.is_empty {
            return Err(NodeError::new("No condition says which rows are meant")
                .hint("Add a condition. For all rows: *id* is not empty.")
                .about(&["filters"]));
        }
        Ok(self)
    }
}

/// A condition as SQL, with the value that it compares with.
fn rule(
    condition: &str,
    column: &str,
    kind: Kind,
    value: &Value,
    zone: &TimeZone,
) -> Result<(String, Option<Value>), NodeError> {
    let name = quoted(column);
    let operator = match condition {
        "isEmpty" => return Ok((format!("{name} IS NULL"), None)),
        "isNotEmpty" => return Ok((format!("{name} IS NOT NULL"), None)),
        "isTrue" => return Ok((format!("{name} = 1"), None)),
        "isFalse" => return Ok((format!("{name} = 0"), None)),
        "like" => {
            return Ok((format!("{name} GLOB ?"), Some(glob(&js::cell(value)).into())));
        }
        "ilike" => {
            let pattern = within(&js::cell(value)).replace('\\', "\\\\").replace('_', "\\_");
            return Ok((format!("{name} LIKE ? ESCAPE '\\'"), Some(pattern.into())));
        }
        "" | "eq" => "IS",
        "neq" => "IS NOT",
        "gt" => ">",
        "gte" => ">=",
        "lt" => "<",
        "lte" => "<=",
        other => {
            return Err(NodeError::new(format!("The condition {other:?} is not known"))
                .hint("Choose one of the list.")
                .about(&["filters"]));
        }
    };
    let value = kind.stored(column, value, zone).map_err(|error| error.about(&["filters"]))?;
    Ok((format!("{name} {operator} ?"), Some(value)))
}

/// A text without a percent sign may stand anywhere in the value.
fn within(text: &str) -> String {
    if text.contains('%') { text.to_owned() } else { format!("%{text}%") }
}

/// A pattern with percent signs as SQLite's GLOB has it, which tells capitals apart.
fn glob(text: &str) -> String {
    let sign = |c: char| match c {
        '%' => "*".to_owned(),
        '*' | '?' | '[' => format!("[{c}]"),
        other => other.to_string(),
    };
    within(text).chars().map(sign).collect()
}
