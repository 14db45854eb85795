//! Combining the inputs by a query over tables `input1`, `input2`, … in SQLite.
//!
//! A field that an item lacks is NULL. Lists and objects are JSON text to the query and lists and
//! objects again in the result; `data->name` reads a field of one, as in other dialects.

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use indexmap::IndexSet;
use regex::{Captures, Regex};
use reporunner_model::{Item, NodeError};
use reporunner_node::{Context, IN_MEMORY, SqlStatement, Values};
use serde_json::{Map, Value};

use super::Input;
use crate::items::option_text;
use crate::js;

/// Most columns of a table, below SQLite's own limit.
const COLUMNS: usize = 1_000;

pub(super) async fn combine(
    context: &Context,
    inputs: &[Input],
) -> Result<(Vec<Item>, Option<String>), NodeError> {
    let values = context.values(0)?;
    let query = arrows(&values.required("query")?);
    let mut tables: Vec<Table> = inputs.iter().map(|input| Table::of(input.items())).collect();
    for (table, column) in mentioned(&query) {
        if let Some(table) = tables.get_mut(table) {
            table.add(&column);
        }
    }
    if let Some(at) = tables.iter().position(|table| table.columns.len() > COLUMNS) {
        let message = format!("The items of input {} have too many different fields", at + 1);
        return Err(NodeError::new(message)
            .hint("Keep the fields that the query needs, with Edit Fields before it."));
    }
    let filled = inputs.iter().zip(&tables).enumerate();
    let mut statements: Vec<SqlStatement> =
        filled.map(|(at, (input, table))| table.statement(at, input.items())).collect();
    let places = parameters(&values);
    statements.push(SqlStatement { sql: query, values: places, named: Map::new() });
    let rows =
        context.handles.sql.run(IN_MEMORY, statements, false).await.map_err(|mut error| {
            error.item = None;
            error.hint.get_or_insert_with(|| {
                "The inputs are the tables input1, input2 and so on; the dialect is SQLite's."
                    .to_owned()
            });
            error.about(&["query"])
        })?;
    let rows = rows.into_iter().next_back().unwrap_or_default().rows;
    let known = Known::of(inputs);
    let items: Vec<Item> = rows.into_iter().map(|row| Item::from_json(known.back(row))).collect();
    let old = values.version() < 3.2;
    let told = option_text(&values, "options.emptyQueryResult");
    if items.is_empty() && (old || told.as_deref() == Some("success")) {
        let done = js::object("success", Value::Bool(true));
        return Ok((vec![Item::from_json(done)], None));
    }
    let hint = items.is_empty().then(|| "The query gives no rows".to_owned());
    Ok((items, hint))
}

/// The values for the places `?` of the query. Numbers count as numbers.
fn parameters(values: &Values<'_>) -> Vec<Value> {
    let text = option_text(values, "options.queryParameters").unwrap_or_default();
    if text.is_empty() {
        return Vec::new();
    }
    let one = |text: &str| {
        let number = js::text_to_number(text);
        if js::number_text(number) == text { js::number(number) } else { Value::from(text) }
    };
    text.split(',').map(|text| one(text.trim())).collect()
}

/// A table's columns. Names that differ by capitals only are one column, as SQL has it.
#[derive(Default)]
struct Table {
    columns: Vec<String>,
    lower: HashSet<String>,
}

impl Table {
    fn of(items: &[Item]) -> Self {
        let mut table = Self::default();
        let names: IndexSet<&str> =
            items.iter().flat_map(|item| item.json.keys().map(String::as_str)).collect();
        names.into_iter().for_each(|name| table.add(name));
        table
    }

    fn add(&mut self, name: &str) {
        if self.lower.insert(name.to_lowercase()) {
            self.columns.push(name.to_owned());
        }
    }

    /// Makes the table and fills it with the items, which go in as one JSON text.
    fn statement(&self, at: usize, items: &[Item]) -> SqlStatement {
        let row = |item: &Item| {
            let value = |name: &String| {
                let same = || item.json.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
                let value = item.json.get(name).or_else(|| same().map(|(_, value)| value));
                value.cloned().unwrap_or_default()
            };
            Value::Array(self.columns.iter().map(value).collect())
        };
        let column = |(index, name): (usize, &String)| {
            format!("json_extract(value, '$[{index}]') AS {}", quoted(name))
        };
        let mut columns: Vec<String> = self.columns.iter().enumerate().map(column).collect();
        if columns.is_empty() {
            columns.push("NULL AS \"_\"".to_owned());
        }
        let columns = columns.join(", ");
        let table = at + 1;
        let sql = format!("CREATE TABLE input{table} AS SELECT {columns} FROM json_each(?1)");
        let rows = Value::Array(items.iter().map(row).collect());
        SqlStatement { sql, values: vec![Value::String(rows.to_string())], named: Map::new() }
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn pattern(source: &str) -> Regex {
    Regex::new(source).expect("the pattern is a constant that compiles")
}

/// The query with `a->b` and `a->'b'` reading the field b of a nested value.
fn arrows(query: &str) -> String {
    static PARTS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r#"(?s)'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|--[^\n]*|/\*.*?\*/|->>?[ \t]*([A-Za-z_]\w*)?"#,
        )
    });
    let one = |part: &Captures<'_>| match (part[0].starts_with("->"), part.get(1)) {
        (true, Some(name)) => format!("->>'{}'", name.as_str()),
        (true, None) => "->>".to_owned(),
        _ => part[0].to_owned(),
    };
    PARTS.replace_all(query, one).into_owned()
}

/// The columns that a query names together with their table, or with another name that it gives
/// to the table. A column that no item has is NULL, not an error.
fn mentioned(query: &str) -> Vec<(usize, String)> {
    static NAMES: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)\binput(\d+)\s+(?:as\s+)?([a-z_]\w*)"));
    static COLUMNS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r#"([A-Za-z_]\w*)\s*\.\s*(?:([A-Za-z_]\w*)|"([^"]+)"|`([^`]+)`|\[([^\]]+)\])"#)
    });
    const WORDS: [&str; 16] = [
        "left", "right", "inner", "outer", "full", "cross", "join", "on", "where", "order",
        "group", "union", "limit", "using", "natural", "having",
    ];
    let mut tables: BTreeMap<String, usize> = BTreeMap::new();
    for name in NAMES.captures_iter(query) {
        let given = name[2].to_lowercase();
        if !WORDS.contains(&&*given)
            && let Ok(number) = name[1].parse::<usize>()
        {
            tables.insert(given, number);
        }
    }
    let columns = COLUMNS.captures_iter(query).filter_map(|found| {
        let table = found[1].to_lowercase();
        let number = table.strip_prefix("input").and_then(|number| number.parse().ok());
        let number: usize = number.or_else(|| tables.get(&table).copied())?;
        let column = (2..=5).find_map(|group| found.get(group))?;
        Some((number.checked_sub(1)?, column.as_str().to_owned()))
    });
    columns.collect()
}

/// What the database does not tell: which texts are nested values, which numbers are flags, and
/// whether a NULL is one that an item has.
struct Known {
    nested: HashSet<String>,
    flags: HashSet<String>,
    nulls: bool,
}

impl Known {
    fn of(inputs: &[Input]) -> Self {
        let mut known = Self { nested: HashSet::new(), flags: HashSet::new(), nulls: false };
        let mut other = HashSet::new();
        let items = inputs.iter().flat_map(|input| input.items());
        for (key, value) in items.flat_map(|item| &*item.json) {
            match value {
                Value::Null => known.nulls = true,
                Value::Bool(_) => drop(known.flags.insert(key.to_lowercase())),
                value => {
                    other.insert(key.to_lowercase());
                    known.add_nested(value);
                }
            }
        }
        known.flags.retain(|name| !other.contains(name));
        known
    }

    fn add_nested(&mut self, value: &Value) {
        match value {
            Value::Array(list) => list.iter().for_each(|value| self.add_nested(value)),
            Value::Object(map) => map.values().for_each(|value| self.add_nested(value)),
            _ => return,
        }
        self.nested.insert(value.to_string());
    }

    /// A row as an item's fields.
    fn back(&self, row: Map<String, Value>) -> Map<String, Value> {
        let fields = row.into_iter().filter(|(_, value)| self.nulls || !value.is_null());
        let fields = fields.map(|(name, value)| {
            let value = match &value {
                Value::String(text) if self.nested.contains(text) => {
                    serde_json::from_str(text).unwrap_or(value)
                }
                Value::Number(number) if self.flags.contains(&name.to_lowercase()) => {
                    match number.as_f64() {
                        Some(0.0) => Value::Bool(false),
                        Some(1.0) => Value::Bool(true),
                        _ => value,
                    }
                }
                _ => value,
            };
            (name, value)
        });
        fields.collect()
    }
}
