//! One SQL statement from the parameters of one item.

use reporunner_model::{Item, NodeError};
use reporunner_node::{SqlStatement, Values};
use serde_json::{Map, Value};

use crate::js;

/// What one set of parameters asks for.
pub(super) struct Plan {
    pub(super) path: String,
    action: Action,
}

enum Action {
    Query { sql: String, values: Vec<Value>, named: Map<String, Value> },
    Select { table: String, filter: Filter, order: String, limit: Option<u64> },
    Insert { table: String, columns: Columns, or: &'static str },
    Upsert { table: String, columns: Columns, keys: Vec<String> },
    Update { table: String, columns: Columns, filter: Filter },
    Delete { table: String, filter: Filter },
}

enum Columns {
    /// Every field of the item.
    Auto,
    Set(Vec<(String, Value)>),
}

struct Filter {
    rules: Vec<Rule>,
    any: bool,
}

struct Rule {
    column: String,
    condition: String,
    value: Value,
}

impl Plan {
    pub(super) fn read(values: &Values<'_>) -> Result<Self, NodeError> {
        let path = values.required("path")?;
        let operation = values.text("operation");
        if operation == "query" {
            let (values, named, sql) = query(values)?;
            return Ok(Self { path, action: Action::Query { sql, values, named } });
        }
        let table = quoted(&values.required("table")?);
        let action = match operation.as_str() {
            "insert" => {
                let or = if values.flag("ignoreConflicts") { "INSERT OR IGNORE" } else { "INSERT" };
                Action::Insert { table, columns: Columns::read(values), or }
            }
            "upsert" => {
                let keys = values.names("keyColumns");
                if keys.is_empty() {
                    return Err(NodeError::new("No key column is named")
                        .hint("Name the columns that tell rows apart; they need a unique index.")
                        .about(&["keyColumns"]));
                }
                Action::Upsert { table, columns: Columns::read(values), keys }
            }
            "update" => {
                let filter = Filter::read(values);
                filter.refuse_all(values, "changed")?;
                Action::Update { table, columns: Columns::read(values), filter }
            }
            "delete" => {
                let filter = Filter::read(values);
                filter.refuse_all(values, "deleted")?;
                Action::Delete { table, filter }
            }
            _ => Action::Select {
                table,
                filter: Filter::read(values),
                order: order(values),
                limit: (!values.flag("returnAll"))
                    .then(|| values.number("limit").unwrap_or(50.0).max(0.0) as u64),
            },
        };
        Ok(Self { path, action })
    }

    /// The statement for `item`.
    pub(super) fn statement(&self, item: &Item) -> Result<SqlStatement, NodeError> {
        let mut values = Vec::new();
        let sql = match &self.action {
            Action::Query { sql, values, named } => {
                return Ok(SqlStatement {
                    sql: sql.clone(),
                    values: values.clone(),
                    named: named.clone(),
                });
            }
            Action::Select { table, filter, order, limit } => {
                let filter = filter.sql(&mut values);
                let limit = limit.map(|limit| format!(" LIMIT {limit}")).unwrap_or_default();
                format!("SELECT * FROM {table}{filter}{order}{limit}")
            }
            Action::Insert { table, columns, or } => {
                let into = insert(table, columns, item, or, &mut values)?;
                format!("{into} RETURNING *")
            }
            Action::Upsert { table, columns, keys } => {
                let into = insert(table, columns, item, "INSERT", &mut values)?;
                let sets: Vec<String> = columns
                    .of(item)
                    .into_iter()
                    .filter(|(name, _)| !keys.contains(name))
                    .map(|(name, _)| format!("{0} = excluded.{0}", quoted(&name)))
                    .collect();
                let keys = keys.iter().map(|key| quoted(key)).collect::<Vec<_>>().join(", ");
                let then = match sets.is_empty() {
                    true => "NOTHING".to_owned(),
                    false => format!("UPDATE SET {}", sets.join(", ")),
                };
                format!("{into} ON CONFLICT ({keys}) DO {then} RETURNING *")
            }
            Action::Update { table, columns, filter } => {
                let columns = some(columns.of(item))?;
                let sets: Vec<String> =
                    columns.iter().map(|(name, _)| format!("{} = ?", quoted(name))).collect();
                values.extend(columns.into_iter().map(|(_, value)| bound(value)));
                let filter = filter.sql(&mut values);
                format!("UPDATE {table} SET {}{filter} RETURNING *", sets.join(", "))
            }
            Action::Delete { table, filter } => {
                let filter = filter.sql(&mut values);
                format!("DELETE FROM {table}{filter} RETURNING *")
            }
        };
        Ok(SqlStatement { sql, values, named: Map::new() })
    }
}

/// Whether a statement is asked for its rows, so that none means no items.
pub(super) fn gives_rows(sql: &str) -> bool {
    let upper = sql.to_ascii_uppercase();
    let first = upper.split_whitespace().next().unwrap_or_default();
    matches!(first, "SELECT" | "WITH" | "VALUES" | "PRAGMA" | "EXPLAIN")
        || upper.contains("RETURNING")
}

/// Whether these parameters make a statement that changes nothing. In doubt it is not one.
pub(super) fn only_reads(values: &Values<'_>) -> bool {
    match values.text("operation").as_str() {
        "select" => true,
        "query" => {
            // What an expression puts in can end one statement and not begin another.
            let text = values.text("query").to_ascii_uppercase();
            let first = text.trim_start_matches('=').split_whitespace().next();
            let changes = ["INSERT", "UPDATE", "DELETE", "REPLACE", "{{"];
            match first {
                Some("SELECT") => true,
                // It may stand before any of them.
                Some("WITH") => !changes.iter().any(|word| text.contains(word)),
                _ => false,
            }
        }
        _ => false,
    }
}

type Query = (Vec<Value>, Map<String, Value>, String);

fn query(values: &Values<'_>) -> Result<Query, NodeError> {
    let sql = values.required("query")?;
    let given = values.value("queryParameters");
    let malformed = |why: String| {
        NodeError::new("The query's values are malformed")
            .detail(why)
            .hint("Write a JSON list for ?1, ?2 … or an object for :name places.")
            .about(&["queryParameters"])
    };
    let given = match &given {
        Value::String(text) if text.trim().is_empty() => Value::Null,
        Value::String(text) => {
            serde_json::from_str(text).map_err(|error| malformed(error.to_string()))?
        }
        other => other.clone(),
    };
    Ok(match given {
        Value::Null => (Vec::new(), Map::new(), sql),
        Value::Array(list) => (list.into_iter().map(bound).collect(), Map::new(), sql),
        Value::Object(map) => {
            (Vec::new(), map.into_iter().map(|(k, v)| (k, bound(v))).collect(), sql)
        }
        one => (vec![bound(one)], Map::new(), sql),
    })
}

impl Columns {
    fn read(values: &Values<'_>) -> Self {
        if values.text("columnsMode") != "defineBelow" {
            return Self::Auto;
        }
        let records = values.records("columns.values").into_iter();
        let set = records.map(|record| {
            let name = record.get("column").map(js::cell).unwrap_or_default();
            (name, record.get("value").cloned().unwrap_or_default())
        });
        Self::Set(set.filter(|(name, _)| !name.is_empty()).collect())
    }

    fn of(&self, item: &Item) -> Vec<(String, Value)> {
        match self {
            Self::Auto => item.json.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
            Self::Set(set) => set.clone(),
        }
    }
}

fn some(columns: Vec<(String, Value)>) -> Result<Vec<(String, Value)>, NodeError> {
    if columns.is_empty() {
        return Err(NodeError::new("There is no column to write")
            .hint("The item has no fields. Give columns by hand, or check the node before.")
            .about(&["columns"]));
    }
    Ok(columns)
}

fn insert(
    table: &str,
    columns: &Columns,
    item: &Item,
    or: &str,
    values: &mut Vec<Value>,
) -> Result<String, NodeError> {
    let columns = some(columns.of(item))?;
    let names = columns.iter().map(|(name, _)| quoted(name)).collect::<Vec<_>>().join(", ");
    let places = vec!["?"; columns.len()].join(", ");
    values.extend(columns.into_iter().map(|(_, value)| bound(value)));
    Ok(format!("{or} INTO {table} ({names}) VALUES ({places})"))
}

impl Filter {
    fn read(values: &Values<'_>) -> Self {
        let records = values.records("where.values").into_iter();
        let rules = records.map(|record| Rule {
            column: record.get("column").map(js::cell).unwrap_or_default(),
            condition: record.get("condition").map_or_else(|| "equal".to_owned(), js::cell),
            value: record.get("value").cloned().unwrap_or_default(),
        });
        Self {
            rules: rules.filter(|rule| !rule.column.is_empty()).collect(),
            any: values.text("combine") == "or",
        }
    }

    /// Rows are changed or deleted without a condition only where that is wished.
    fn refuse_all(&self, values: &Values<'_>, what: &str) -> Result<(), NodeError> {
        if self.rules.is_empty() && !values.flag("allRows") {
            return Err(NodeError::new(format!("Every row would be {what}"))
                .hint("Add a condition, or switch on *All rows*.")
                .about(&["where"]));
        }
        Ok(())
    }

    fn sql(&self, values: &mut Vec<Value>) -> String {
        if self.rules.is_empty() {
            return String::new();
        }
        let rules = self.rules.iter().map(|rule| {
            let column = quoted(&rule.column);
            let operator = match rule.condition.as_str() {
                "isNull" => return format!("{column} IS NULL"),
                "isNotNull" => return format!("{column} IS NOT NULL"),
                "notEqual" => "IS NOT",
                "like" => "LIKE",
                "larger" => ">",
                "largerEqual" => ">=",
                "smaller" => "<",
                "smallerEqual" => "<=",
                _ => "IS",
            };
            values.push(bound(rule.value.clone()));
            format!("{column} {operator} ?")
        });
        let joint = if self.any { " OR " } else { " AND " };
        format!(" WHERE {}", rules.collect::<Vec<_>>().join(joint))
    }
}

fn order(values: &Values<'_>) -> String {
    let records = values.records("sort.values").into_iter();
    let terms: Vec<String> = records
        .filter_map(|record| {
            let column = js::cell(record.get("column")?);
            let down = record.get("direction").and_then(Value::as_str) == Some("desc");
            let direction = if down { "DESC" } else { "ASC" };
            (!column.is_empty()).then(|| format!("{} {direction}", quoted(&column)))
        })
        .collect();
    if terms.is_empty() { String::new() } else { format!(" ORDER BY {}", terms.join(", ")) }
}

/// A name as SQL takes it, whatever is in it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A value as SQLite keeps it: it has no booleans, lists or objects.
fn bound(value: Value) -> Value {
    match value {
        Value::Bool(on) => Value::from(i32::from(on)),
        Value::Array(_) | Value::Object(_) => Value::String(value.to_string()),
        other => other,
    }
}
