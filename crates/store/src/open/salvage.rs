//! Reads what can be read out of a damaged database, table by table and row by row.
//!
//! A damaged page ends a walk through its table; the walk goes on behind it. The number of walks
//! is bounded, so the worst file costs seconds, not hours.

use std::path::Path;

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Row, params_from_iter};

use crate::{Result, codec, schema};

/// Tables whose rows cannot be made again.
pub(super) const PRECIOUS: &[&str] = &[
    "meta",
    "variables",
    "workflows",
    "local_data",
    "pins",
    "blobs",
    "changes",
    "snapshots",
    "versions",
    "owners",
    "webhooks",
    "schedules",
    "dedupe",
    "memory_seen",
    "memory_values",
];
/// Tables about runs.
pub(super) const RUNS: &[&str] = &["runs", "effects", "payloads"];
/// Tables about runs that have no row numbers.
const KEYED: &[&str] = &["node_runs", "journal", "payload_uses", "binary_uses"];

/// Walks through one table at most.
const WALKS: usize = 400;
/// No table has rows beyond this number.
const LAST_ROW: i64 = 1 << 48;

/// What became of the rows of a damaged database.
#[derive(Debug, Default)]
pub(super) struct Salvaged {
    /// Rows read.
    pub(super) rows: u64,
    /// Tables of which a part could not be read.
    pub(super) torn: Vec<&'static str>,
    /// Rows that were read but are not what was written; they were left out.
    pub(super) removed: u64,
}

impl Salvaged {
    /// Nothing was read.
    pub(super) fn nothing() -> Self {
        Self { torn: vec!["all"], ..Self::default() }
    }
}

/// Copies every row of `source` that can be read into `target`. A table that was read to its end
/// takes the place of what `target` held; of a torn one both are kept.
pub(super) fn salvage(source: &Path, target: &Connection) -> Result<Salvaged> {
    let db = Connection::open(source)?;
    db.pragma_update(None, "query_only", true)?;
    db.pragma_update(None, "writable_schema", true)?;
    db.pragma_update(None, "cell_size_check", true)?;
    codec::teach_sum(target)?;
    let mut salvaged = Salvaged::default();
    for &table in PRECIOUS.iter().chain(RUNS).chain(KEYED) {
        let (rows, removed, whole) = copy_table(&db, target, table)?;
        salvaged.rows += rows - removed.min(rows);
        salvaged.removed += removed;
        if !whole {
            salvaged.torn.push(table);
        }
    }
    Ok(salvaged)
}

/// Whether the names of the tables can be read.
pub(super) fn knows_its_tables(source: &Path) -> bool {
    let count = || -> Result<i64> {
        let db = Connection::open(source)?;
        let sql =
            "SELECT count(*) FROM sqlite_schema WHERE name IN ('workflows', 'changes', 'runs')
            AND type = 'table'";
        Ok(db.query_row(sql, [], |row| row.get(0))?)
    };
    count().is_ok_and(|count| count == 3)
}

fn columns(db: &Connection, table: &str) -> Vec<String> {
    let names = || -> Result<Vec<String>> {
        let mut statement =
            db.prepare(&format!("SELECT name FROM pragma_table_info('{table}')"))?;
        let names = statement.query_map([], |row| row.get(0))?;
        Ok(names.collect::<std::result::Result<_, _>>()?)
    };
    names().unwrap_or_default()
}

/// Whether the list of tables has it; also where that list cannot be read.
fn is_named(db: &Connection, table: &str) -> bool {
    let sql = "SELECT count(*) FROM sqlite_schema WHERE name = ?";
    db.query_row(sql, [table], |row| row.get::<_, i64>(0)) != Ok(0)
}

/// Copies one table. Gives the rows read, those of them left out, and whether nothing is missing.
fn copy_table(db: &Connection, target: &Connection, table: &str) -> Result<(u64, u64, bool)> {
    let theirs = columns(db, table);
    let ours: Vec<String> =
        columns(target, table).into_iter().filter(|name| theirs.contains(name)).collect();
    if ours.is_empty() {
        // A file that an older build left may be whole without it.
        let older = schema::version(db).is_ok_and(|version| version < schema::newest());
        return Ok((0, 0, older && theirs.is_empty() && !is_named(db, table)));
    }
    let tx = target.unchecked_transaction()?;
    // Read first into a table of its own: only a whole one may replace what is there.
    tx.execute_batch(&format!(
        "DROP TABLE IF EXISTS temp.read_rows;
         CREATE TEMP TABLE read_rows AS SELECT * FROM main.{table} LIMIT 0;"
    ))?;
    let mut walk = Walk { db, target: &tx, table, columns: &ours, rows: 0, walks: WALKS };
    let whole = if KEYED.contains(&table) { walk.both_ends() } else { walk.by_number() };
    let rows = walk.rows;
    let removed = scrub(&tx, table)?;
    let mut whole = whole && removed == 0;
    if whole {
        tx.execute_batch(&format!("DELETE FROM main.{table}"))?;
    }
    let names = ours.join(", ");
    let copied = tx.execute_batch(&format!(
        "INSERT OR REPLACE INTO main.{table} ({names}) SELECT {names} FROM temp.read_rows"
    ));
    if copied.is_err() {
        // Some row does not fit: take them one by one and leave that one out.
        whole = false;
        one_by_one(&tx, table, &names)?;
    }
    tx.execute_batch("DROP TABLE temp.read_rows")?;
    tx.commit()?;
    Ok((rows, removed, whole))
}

fn one_by_one(db: &Connection, table: &str, names: &str) -> Result<()> {
    let mut numbers = db.prepare("SELECT rowid FROM temp.read_rows")?;
    let numbers: Vec<i64> =
        numbers.query_map([], |row| row.get(0))?.collect::<std::result::Result<_, _>>()?;
    let mut copy = db.prepare(&format!(
        "INSERT OR REPLACE INTO main.{table} ({names})
         SELECT {names} FROM temp.read_rows WHERE rowid = ?"
    ))?;
    for number in numbers {
        let _ = copy.execute([number]);
    }
    Ok(())
}

struct Walk<'a> {
    db: &'a Connection,
    target: &'a Connection,
    table: &'a str,
    columns: &'a [String],
    rows: u64,
    walks: usize,
}

impl Walk<'_> {
    /// Reads a table by row number; says whether nothing was skipped.
    fn by_number(&mut self) -> bool {
        let mut gaps = vec![(i64::MIN + 1, LAST_ROW)];
        let mut whole = true;
        while let Some((low, high)) = gaps.pop() {
            let (last, ended) = self.range(low, high, "ASC");
            if ended {
                continue;
            }
            whole = false;
            let low = last.map_or(low, |last| last + 1);
            let (first, _) = self.range(low, high, "DESC");
            let high = first.map_or(high, |first| first - 1);
            // What is left lies between two rows that cannot be reached from either side.
            if low < high && self.walks > 0 {
                let middle = low.max(0) / 2 + high / 2;
                gaps.push((low, middle.max(low)));
                gaps.push((middle.max(low) + 1, high));
            }
        }
        whole
    }

    /// Walks one range; gives the last row number read and whether the walk reached its end.
    fn range(&mut self, low: i64, high: i64, order: &str) -> (Option<i64>, bool) {
        if low > high {
            return (None, true);
        }
        if self.walks == 0 {
            return (None, false);
        }
        let sql = format!(
            "SELECT {}, rowid FROM main.{} NOT INDEXED WHERE rowid BETWEEN {low} AND {high}
             ORDER BY rowid {order}",
            self.columns.join(", "),
            self.table
        );
        let mut last = None;
        let number = self.columns.len();
        let ended = self.read(&sql, |row| {
            last = row.get(number).ok().or(last);
        });
        (last, ended)
    }

    /// Reads a table without row numbers from its start, and from its end if that fails.
    fn both_ends(&mut self) -> bool {
        let names = self.columns.join(", ");
        let sql = format!("SELECT {names} FROM main.{}", self.table);
        if self.read(&sql, |_| ()) {
            return true;
        }
        let sql = format!("{sql} ORDER BY {} DESC, {} DESC", self.columns[0], self.columns[1]);
        self.read(&sql, |_| ());
        false
    }

    fn read(&mut self, sql: &str, mut seen: impl FnMut(&Row<'_>)) -> bool {
        self.walks = self.walks.saturating_sub(1);
        let places = vec!["?"; self.columns.len()].join(", ");
        let names = self.columns.join(", ");
        let insert = format!("INSERT INTO temp.read_rows ({names}) VALUES ({places})");
        let outcome = || -> Result<()> {
            let mut insert = self.target.prepare_cached(&insert)?;
            let mut select = self.db.prepare(sql)?;
            let mut rows = select.query([])?;
            while let Some(row) = rows.next()? {
                let values = (0..self.columns.len())
                    .map(|idx| row.get_ref(idx).map(owned))
                    .collect::<std::result::Result<Vec<_>, _>>()?;
                insert.execute(params_from_iter(values))?;
                seen(row);
                self.rows += 1;
            }
            Ok(())
        };
        let mut outcome = outcome;
        outcome().is_ok()
    }
}

fn owned(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    }
}

/// JSON columns: a row with something else in one would make its whole list unreadable.
const JSON: &[(&str, &str)] = &[
    ("meta", "value"),
    ("workflows", "tags"),
    ("workflows", "types"),
    ("workflows", "published"),
    ("workflows", "view"),
    ("local_data", "value"),
    ("pins", "payload"),
    ("snapshots", "heads"),
    ("versions", "heads"),
    ("versions", "content"),
    ("runs", "content"),
    ("runs", "error"),
    ("runs", "custom"),
    ("node_runs", "record"),
    ("node_runs", "inputs"),
    ("node_runs", "outputs"),
    ("webhooks", "data"),
    ("schedules", "data"),
];

/// Removes rows that were read but are not what was written. Gives their number.
fn scrub(db: &Connection, table: &str) -> Result<u64> {
    let mut wrong: Vec<String> = JSON
        .iter()
        .filter(|(of, _)| *of == table)
        .map(|(_, column)| format!("{column} IS NOT NULL AND NOT json_valid({column})"))
        .collect();
    wrong.extend(match table {
        "changes" => Some("row_sum(document, hash, bytes) IS NOT sum".to_owned()),
        "snapshots" => Some("row_sum(document, heads, bytes) IS NOT sum".to_owned()),
        "runs" => Some(
            "mode NOT IN ('manual', 'production', 'child') OR status NOT IN ('queued', 'running',
                'waiting', 'succeeded', 'failed', 'cancelled', 'unknown')"
                .to_owned(),
        ),
        _ => None,
    });
    if wrong.is_empty() {
        return Ok(0);
    }
    let sql = format!("DELETE FROM temp.read_rows WHERE ({})", wrong.join(") OR ("));
    Ok(db.execute(&sql, [])? as u64)
}

/// Makes the search indexes again from the rows.
pub(super) fn rebuild_search(db: &Connection) -> Result<()> {
    for table in ["workflow_search", "run_search"] {
        db.execute_batch(&format!("INSERT INTO {table} ({table}) VALUES ('rebuild')"))?;
    }
    Ok(())
}
