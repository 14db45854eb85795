//! One data table: how it is found, what columns it has, how values are kept in them.

use jiff::tz::TimeZone;
use reporunner_expression::{Moment, zone_named};
use reporunner_model::{ErrorOrigin, NodeError};
use reporunner_node::{Context, SqlRows, SqlStatement, Values};
use serde_json::{Map, Value};

use super::run;
use crate::js;

/// Columns that every table has.
pub(super) const OWN: [&str; 3] = ["id", "createdAt", "updatedAt"];

/// The lists of tables and columns. A table's rows are in a table of its number.
const LISTS: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS tables (
        number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL UNIQUE, createdAt TEXT NOT NULL, updatedAt TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS columns (
        \"table\" INTEGER NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL,
        UNIQUE (\"table\", name))",
];

/// Attempts to make a table while others are made.
const ATTEMPTS: usize = 20;

/// How a node names a table.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Reference {
    Name(String),
    /// An id of this machine or of another; the name that it had when it was chosen.
    Id(String, Option<String>),
}

impl Reference {
    pub(super) fn read(values: &Values<'_>) -> Result<Self, NodeError> {
        let given = values.value("dataTableId");
        let text = |value: Option<&Value>| {
            let text = value.map(js::cell).unwrap_or_default().trim().to_owned();
            (!text.is_empty()).then_some(text)
        };
        let reference = match &given {
            Value::Object(map) => {
                let cached = text(map.get("cachedResultName"));
                let value = text(map.get("value"));
                match map.get("mode").and_then(Value::as_str) {
                    Some("name") => value.map(Self::Name),
                    _ => value.map(|id| Self::Id(id, cached)),
                }
            }
            other => text(Some(other)).map(Self::Name),
        };
        reference.ok_or_else(|| {
            NodeError::new("No data table is named")
                .hint("Give the name of a table; one that is not there is made by the first row.")
                .about(&["dataTableId"])
        })
    }

    /// What a person knows it by.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Name(name) => name,
            Self::Id(id, name) => name.as_deref().unwrap_or(id),
        }
    }

    pub(super) fn id(&self) -> Option<&str> {
        match self {
            Self::Name(_) => None,
            Self::Id(id, _) => Some(id),
        }
    }

    pub(super) fn missing(&self) -> NodeError {
        NodeError::new(format!("There is no data table called {}", self.name()))
            .hint("Insert a row into it first, or make it: resource *Table*, operation *Create*.")
            .about(&["dataTableId"])
    }
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Boolean,
    Date,
}

impl Kind {
    pub(super) fn named(name: &str) -> Self {
        match name {
            "number" => Self::Number,
            "boolean" => Self::Boolean,
            "date" | "dateTime" => Self::Date,
            _ => Self::Text,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Date => "date",
        }
    }

    /// What a value looks like.
    pub(super) fn of(value: &Value) -> Self {
        match value {
            Value::Number(_) => Self::Number,
            Value::Bool(_) => Self::Boolean,
            _ => Self::Text,
        }
    }

    fn affinity(self) -> &'static str {
        match self {
            Self::Number => "NUMERIC",
            Self::Boolean => "INTEGER",
            Self::Text | Self::Date => "TEXT",
        }
    }

    /// The value as it is kept.
    pub(super) fn stored(
        self,
        column: &str,
        value: &Value,
        zone: &TimeZone,
    ) -> Result<Value, NodeError> {
        let kept = match (self, value) {
            (_, Value::Null) => Some(Value::Null),
            (Self::Text, other) => Some(Value::String(js::cell(other))),
            // A field that was left empty.
            (_, Value::String(text)) if text.trim().is_empty() => Some(Value::Null),
            (Self::Number, Value::Number(_)) => Some(value.clone()),
            (Self::Number, Value::String(text)) => {
                let number = js::text_to_number(text);
                number.is_finite().then(|| js::number(number))
            }
            (Self::Boolean, Value::Bool(on)) => Some(Value::from(u8::from(*on))),
            (Self::Boolean, other) => match js::text(other).trim().to_ascii_lowercase().as_str() {
                "true" | "1" | "yes" | "on" => Some(Value::from(1)),
                "false" | "0" | "no" | "off" => Some(Value::from(0)),
                _ => None,
            },
            (Self::Date, Value::Number(ms)) => {
                ms.as_f64().and_then(|ms| Moment::from_ms(ms, zone)).map(|moment| iso(&moment))
            }
            (Self::Date, Value::String(text)) => {
                Moment::from_text(text.trim(), zone).map(|moment| iso(&moment))
            }
            _ => None,
        };
        kept.ok_or_else(|| {
            NodeError::new(format!(
                "{value} does not fit in {column}, which holds a {}",
                self.name()
            ))
            .hint("Change the value, or give it to a column of another type.")
            .about(&["columns"])
        })
    }

    /// The value as it was kept.
    fn given(self, value: Value) -> Value {
        match (self, value.as_f64()) {
            (Self::Boolean, Some(number)) => Value::Bool(number != 0.0),
            _ => value,
        }
    }
}

fn iso(moment: &Moment) -> Value {
    let at = moment.zoned().timestamp();
    Value::String(at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
}

/// The time as rows keep it.
pub(super) fn now(context: &Context) -> String {
    let at = jiff::Timestamp::from_millisecond(context.handles.clock.now().0).unwrap_or_default();
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// Zone of dates that name none.
pub(super) fn zone(context: &Context) -> TimeZone {
    zone_named(&context.run.timezone).unwrap_or(TimeZone::UTC)
}

/// A data table.
#[derive(Debug, Clone)]
pub(super) struct Table {
    number: i64,
    pub(super) id: String,
    pub(super) name: String,
    /// Its columns besides those that every table has.
    pub(super) columns: Vec<(String, Kind)>,
}

impl Table {
    /// The table that is meant.
    pub(super) async fn find(
        context: &Context,
        reference: &Reference,
    ) -> Result<Option<Self>, NodeError> {
        let (id, name) = (reference.id().unwrap_or_default(), reference.name());
        // An id of this machine counts before a name that may be another table's.
        let chosen = "SELECT number, id, name FROM tables WHERE id = ?1 OR name = ?2
                      ORDER BY id = ?1 DESC LIMIT 1";
        let columns = "SELECT name, type FROM columns WHERE \"table\" = (SELECT number FROM tables
                       WHERE id = ?1 OR name = ?2 ORDER BY id = ?1 DESC LIMIT 1) ORDER BY rowid";
        let by = |sql: &str| statement(sql, vec![Value::from(id), Value::from(name)]);
        let mut statements = lists();
        statements.extend([by(chosen), by(columns)]);
        let results = run(context, statements).await?;
        let [.., found, columns] = results.as_slice() else { return Ok(None) };
        let Some(row) = found.rows.first() else { return Ok(None) };
        let text =
            |row: &Map<String, Value>, name: &str| row.get(name).map(js::cell).unwrap_or_default();
        let column =
            |row: &Map<String, Value>| (text(row, "name"), Kind::named(&text(row, "type")));
        Ok(Some(Self {
            number: row.get("number").and_then(Value::as_i64).unwrap_or_default(),
            id: text(row, "id"),
            name: text(row, "name"),
            columns: columns.rows.iter().map(column).collect(),
        }))
    }

    /// Makes a table, whole or not at all. Where another run made it at the same time, that one
    /// counts.
    pub(super) async fn create(
        context: &Context,
        name: &str,
        id: Option<&str>,
        columns: &[(String, Kind)],
    ) -> Result<Self, NodeError> {
        check_columns(columns)?;
        let id = match id {
            Some(id) => id.to_owned(),
            None => random_id()?,
        };
        let reference = Reference::Id(id.clone(), Some(name.to_owned()));
        let mut attempt = 1;
        loop {
            let number = next_number(context).await?;
            let mut table =
                Self { number, id: id.clone(), name: name.to_owned(), columns: Vec::new() };
            let mut statements = vec![statement(
                "INSERT INTO tables (number, id, name, createdAt, updatedAt)
                 VALUES (?1, ?2, ?3, ?4, ?4)",
                vec![number.into(), id.as_str().into(), name.into(), now(context).into()],
            )];
            statements.extend(table.add(columns));
            let Err(error) = run(context, statements).await else { return Ok(table) };
            // Somebody else may have made it, or another with this number.
            match Self::find(context, &reference).await? {
                Some(made) => return made.with_columns(context, columns).await,
                None if attempt == ATTEMPTS => return Err(error),
                None => attempt += 1,
            }
        }
    }

    /// The same with the columns that it does not have yet.
    pub(super) async fn with_columns(
        mut self,
        context: &Context,
        columns: &[(String, Kind)],
    ) -> Result<Self, NodeError> {
        check_columns(columns)?;
        let known =
            |table: &Self| columns.iter().filter(|(name, _)| table.kind(name).is_some()).count();
        loop {
            let known_before = known(&self);
            let mut wanted = self.clone();
            let statements = wanted.add(columns);
            let Err(error) = run(context, statements).await else { return Ok(wanted) };
            // Another run may have added some of them since they were looked at.
            let reference = Reference::Id(self.id.clone(), Some(self.name.clone()));
            match Self::find(context, &reference).await? {
                Some(found) if known(&found) > known_before => self = found,
                _ => return Err(error),
            }
        }
    }

    /// Takes in the columns that it does not have yet. Gives what makes them, and the table of
    /// its rows.
    fn add(&mut self, columns: &[(String, Kind)]) -> Vec<SqlStatement> {
        let rows = self.rows();
        let mut statements = vec![plain(format!(
            "CREATE TABLE IF NOT EXISTS {rows} (
                \"id\" INTEGER PRIMARY KEY AUTOINCREMENT,
                \"createdAt\" TEXT NOT NULL, \"updatedAt\" TEXT NOT NULL)"
        ))];
        for (name, kind) in columns {
            if self.kind(name).is_some() {
                continue;
            }
            statements.push(plain(format!(
                "ALTER TABLE {rows} ADD COLUMN {} {}",
                quoted(name),
                kind.affinity()
            )));
            statements.push(statement(
                "INSERT INTO columns (\"table\", name, type) VALUES (?1, ?2, ?3)",
                vec![self.number.into(), name.as_str().into(), kind.name().into()],
            ));
            self.columns.push((name.clone(), *kind));
        }
        statements
    }

    /// Name of the table of its rows, as SQL has it.
    pub(super) fn rows(&self) -> String {
        format!("rows_{}", self.number)
    }

    pub(super) fn number(&self) -> i64 {
        self.number
    }

    /// What a column holds; none where there is no such column.
    pub(super) fn kind(&self, column: &str) -> Option<Kind> {
        match column {
            "id" => Some(Kind::Number),
            "createdAt" | "updatedAt" => Some(Kind::Date),
            // SQLite does not tell names by their case.
            _ => {
                let mut columns = self.columns.iter();
                let found = columns.find(|(name, _)| name.eq_ignore_ascii_case(column));
                found.map(|(_, kind)| *kind)
            }
        }
    }

    /// The same, for a column that a person named.
    pub(super) fn known(&self, column: &str, parameter: &str) -> Result<Kind, NodeError> {
        self.kind(column).ok_or_else(|| {
            let names: Vec<&str> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
            NodeError::new(format!("The data table {} has no column {column}", self.name))
                .hint(format!(
                    "It has {}. *Create* adds columns to a table that is there.",
                    if names.is_empty() { "none yet".to_owned() } else { names.join(", ") }
                ))
                .about(&[parameter])
        })
    }

    /// Rows as they are given.
    pub(super) fn given<'r>(
        &'r self,
        rows: &'r SqlRows,
    ) -> impl Iterator<Item = Map<String, Value>> + 'r {
        rows.rows.iter().map(|row| {
            let value = |(name, value): (&String, &Value)| {
                let kind = self.kind(name).unwrap_or(Kind::Text);
                (name.clone(), kind.given(value.clone()))
            };
            row.iter().map(value).collect()
        })
    }
}

/// The number of the table that is made next.
async fn next_number(context: &Context) -> Result<i64, NodeError> {
    let mut statements = lists();
    // Numbers of tables that were removed are not taken again.
    statements.push(plain(
        "SELECT coalesce(max(seq), 0) + 1 AS number FROM sqlite_sequence WHERE name = 'tables'"
            .to_owned(),
    ));
    let results = run(context, statements).await?;
    let row = results.last().and_then(|rows| rows.rows.first());
    Ok(row.and_then(|row| row.get("number")?.as_i64()).unwrap_or(1))
}

pub(super) fn lists() -> Vec<SqlStatement> {
    LISTS.iter().map(|sql| plain((*sql).to_owned())).collect()
}

pub(super) fn plain(sql: String) -> SqlStatement {
    SqlStatement { sql, ..SqlStatement::default() }
}

pub(super) fn statement(sql: &str, values: Vec<Value>) -> SqlStatement {
    SqlStatement { sql: sql.to_owned(), values, ..SqlStatement::default() }
}

/// A name as SQL has it, whatever it holds.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn check_columns(columns: &[(String, Kind)]) -> Result<(), NodeError> {
    let bad = columns.iter().find(|(name, _)| {
        name.trim().is_empty()
            || name.contains('\0')
            || OWN.iter().any(|own| own.eq_ignore_ascii_case(name))
    });
    match bad {
        None => Ok(()),
        Some((name, _)) => Err(NodeError::new(format!("{name:?} cannot be the name of a column"))
            .hint("id, createdAt and updatedAt are there by themselves; others need a name.")
            .about(&["columns"])),
    }
}

fn random_id() -> Result<String, NodeError> {
    let mut bytes = [0_u8; 12];
    getrandom::fill(&mut bytes).map_err(|error| {
        NodeError::new(format!("no id could be drawn: {error}")).from_origin(ErrorOrigin::Outside)
    })?;
    Ok(data_encoding::BASE64URL_NOPAD.encode(&bytes))
}
