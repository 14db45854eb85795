//! A user's own SQLite file: not ours to look after, only to run statements on.
//!
//! Nothing of the data folder is reachable from here: attaching other files and loading
//! extensions are refused.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::limits::Limit;
use rusqlite::types::{Value as SqlValue, ValueRef};
use rusqlite::{Connection, Statement, TransactionBehavior};
use serde_json::{Map, Number, Value};

/// How long a statement waits for another program's lock.
const BUSY: Duration = Duration::from_secs(5);
/// Pages that are copied between two looks at whether to stop.
const PAGES: std::ffi::c_int = 4_096;
/// Copies that were begun so far.
static COPIES: AtomicU64 = AtomicU64::new(0);
/// Ends of the names of files that SQLite keeps beside a database.
const BESIDE: [&str; 3] = ["-journal", "-wal", "-shm"];
/// Whole numbers below this are exact in a double: 2⁵³.
const EXACT: f64 = 9_007_199_254_740_992.0;
/// Most rows that one statement may give.
const MOST_ROWS: usize = 1_000_000;

/// Steps of the database's machine between two looks at whether to stop: some tens of
/// microseconds of work.
const STEPS: i32 = 1_000;

/// An open database file.
pub struct UserDatabase {
    connection: Connection,
    stop: Arc<AtomicBool>,
}

/// One statement with its values.
#[derive(Debug, Clone, Default)]
pub struct UserStatement {
    /// SQL text.
    pub sql: String,
    /// Values for the numbered places, in order.
    pub values: Vec<Value>,
    /// Values for the named places, without their colon.
    pub named: Map<String, Value>,
}

/// What a statement gave.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UserRows {
    /// Rows as objects with the columns' names.
    pub rows: Vec<Map<String, Value>>,
    /// Rows that it changed.
    pub changed: u64,
    /// Row id of the last inserted row.
    pub last_id: i64,
}

/// Why a statement failed. Where a transaction was asked for, nothing of it stays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct UserDatabaseError {
    /// What the database says.
    pub message: String,
    /// Which statement.
    pub statement: Option<usize>,
    /// Whether another program holds the file, so that trying again can help.
    pub busy: bool,
}

impl UserDatabase {
    /// Opens the file, making it where it is missing.
    ///
    /// # Errors
    /// Where it is no database or may not be opened.
    pub fn open(path: &Path) -> Result<Self, UserDatabaseError> {
        let connection = Connection::open(path).map_err(|error| explain(&error, None))?;
        connection.busy_timeout(BUSY).map_err(|error| explain(&error, None))?;
        // Other files are reached by opening them where that is allowed, not from within.
        connection
            .set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)
            .map_err(|error| explain(&error, None))?;
        Ok(Self { connection, stop: Arc::default() })
    }

    /// The same, breaking off once `stop` is set, in the middle of a statement too. A transaction
    /// that was asked for is taken back then.
    ///
    /// # Errors
    /// Where the database cannot be told.
    pub fn stopped_by(mut self, stop: Arc<AtomicBool>) -> Result<Self, UserDatabaseError> {
        let asked = Arc::clone(&stop);
        self.connection
            .progress_handler(STEPS, Some(move || asked.load(Ordering::Relaxed)))
            .map_err(|error| explain(&error, None))?;
        self.stop = stop;
        Ok(self)
    }

    fn is_read_only(&self) -> bool {
        self.connection.is_readonly(rusqlite::MAIN_DB).unwrap_or(false)
    }

    /// Runs statements in order, in one transaction where `transaction` says so.
    ///
    /// # Errors
    /// What the database says of the first that fails.
    pub fn run(
        &mut self,
        statements: &[UserStatement],
        transaction: bool,
    ) -> Result<Vec<UserRows>, UserDatabaseError> {
        if !transaction {
            return run_all(&self.connection, statements, &self.stop);
        }
        // Two that both read first and write then could not both go on, however long they wait.
        let writes = !statements.iter().all(|statement| only_reads(&statement.sql));
        let behavior = if writes && !self.is_read_only() {
            TransactionBehavior::Immediate
        } else {
            TransactionBehavior::Deferred
        };
        let open = self.connection.transaction_with_behavior(behavior);
        let open = open.map_err(|error| explain(&error, None))?;
        let rows = run_all(&open, statements, &self.stop)?;
        open.commit().map_err(|error| explain(&error, None))?;
        Ok(rows)
    }

    /// Copies the database to a file, as of one moment. What is at `target` is replaced by the
    /// copy once that is complete.
    ///
    /// # Errors
    /// Where the database cannot be read, the copy cannot be written, or it was stopped.
    pub fn back_up(&self, target: &Path) -> Result<(), UserDatabaseError> {
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        // A name of its own, so that two copies to one place are not written into each other.
        let number = COPIES.fetch_add(1, Ordering::Relaxed);
        let part = target.with_file_name(format!(".{name}.{}-{number}.part", std::process::id()));
        let failed = |error: std::io::Error| {
            let message = format!("{}: {error}", target.display());
            UserDatabaseError { message, statement: None, busy: false }
        };
        remove_left(target, &name);
        let copied = self.copy_into(&part).and_then(|()| {
            std::fs::File::open(&part)
                .and_then(|file| file.sync_all())
                .and_then(|()| put(&part, target, &name))
                .map_err(failed)
        });
        if copied.is_err() {
            // Half a copy must not stay.
            let _ = std::fs::remove_file(&part);
        }
        copied
    }

    fn copy_into(&self, file: &Path) -> Result<(), UserDatabaseError> {
        let mut copy = Connection::open(file).map_err(|error| explain(&error, None))?;
        let told = |error: &rusqlite::Error| explain(error, None);
        // One read over all of it: a copy without one starts over whenever somebody writes.
        let read = self.connection.unchecked_transaction().map_err(|error| told(&error))?;
        read.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
            .map_err(|error| told(&error))?;
        let backup = Backup::new(&self.connection, &mut copy).map_err(|error| told(&error))?;
        loop {
            if self.stop.load(Ordering::Relaxed) {
                let message = "interrupted".to_owned();
                return Err(UserDatabaseError { message, statement: None, busy: false });
            }
            match backup.step(PAGES).map_err(|error| told(&error))? {
                StepResult::Done => break,
                StepResult::More => {}
                // Locks were waited for already, as every statement waits.
                _ => {
                    let message = "another program holds the database".to_owned();
                    return Err(UserDatabaseError { message, statement: None, busy: true });
                }
            }
        }
        drop(backup);
        read.commit().map_err(|error| told(&error))?;
        copy.close().map_err(|(_, error)| told(&error))
    }
}

/// Deletes a file, where it is there.
/// Puts a copy in the place of what is there.
fn put(part: &Path, target: &Path, name: &str) -> std::io::Result<()> {
    let beside = BESIDE.map(|end| target.with_file_name(format!("{name}{end}")));
    if beside.iter().any(|file| file.exists()) {
        // What was written beside the file that is replaced is taken into it first: where the power
        // goes now, that copy is whole without.
        settle(target);
    }
    // Left there it would be taken for the new copy's.
    beside.iter().try_for_each(|file| gone(file))?;
    std::fs::rename(part, target)?;
    std::fs::File::open(folder_of(target))?.sync_all()
}

fn folder_of(file: &Path) -> &Path {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or_else(|| Path::new("."))
}

/// Has a database take in its log or give up what was begun. What is no database stays as it is.
fn settle(file: &Path) {
    let _ = Connection::open(file).and_then(|old| {
        old.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        old.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
    });
}

/// Removes what copies to this place have left whose processes were cut off.
fn remove_left(target: &Path, name: &str) {
    let Ok(files) = std::fs::read_dir(folder_of(target)) else { return };
    for file in files.flatten() {
        let of = file.file_name();
        let process = of.to_str().and_then(|of| {
            of.strip_prefix(&format!(".{name}."))?.strip_suffix(".part")?.split_once('-')
        });
        let is_gone = |process: &str| {
            process.parse::<u32>().is_ok()
                && Path::new("/proc/self").exists()
                && !Path::new("/proc").join(process).exists()
        };
        if process.is_some_and(|(process, _)| is_gone(process)) {
            // Space, no more.
            let _ = std::fs::remove_file(file.path());
        }
    }
}

fn gone(file: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Whether a statement surely only reads.
fn only_reads(sql: &str) -> bool {
    sql.trim_start().get(..6).is_some_and(|word| word.eq_ignore_ascii_case("select"))
}

fn run_all(
    connection: &Connection,
    statements: &[UserStatement],
    stop: &AtomicBool,
) -> Result<Vec<UserRows>, UserDatabaseError> {
    let run = |(index, statement)| {
        // Short ones never look, so somebody has to between them.
        if stop.load(Ordering::Relaxed) {
            let message = "interrupted".to_owned();
            return Err(UserDatabaseError { message, statement: Some(index), busy: false });
        }
        run_one(connection, statement).map_err(|error| explain(&error, Some(index)))
    };
    statements.iter().enumerate().map(run).collect()
}

fn run_one(connection: &Connection, asked: &UserStatement) -> rusqlite::Result<UserRows> {
    let before = connection.total_changes();
    let mut statement = connection.prepare_cached(&asked.sql)?;
    bind(&mut statement, asked)?;
    let columns: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
    let mut rows = Vec::new();
    let mut cursor = statement.raw_query();
    while let Some(row) = cursor.next()? {
        let mut object = Map::with_capacity(columns.len());
        for (index, column) in columns.iter().enumerate() {
            object.insert(column.clone(), to_json(row.get_ref(index)?));
        }
        rows.push(object);
        if rows.len() > MOST_ROWS {
            let message = format!("the statement gives more than {MOST_ROWS} rows");
            return Err(rusqlite::Error::UserFunctionError(message.into()));
        }
    }
    drop(cursor);
    let changed = connection.total_changes() - before;
    Ok(UserRows { rows, changed, last_id: connection.last_insert_rowid() })
}

fn bind(statement: &mut Statement<'_>, asked: &UserStatement) -> rusqlite::Result<()> {
    let mut numbered = asked.values.iter();
    for index in 1..=statement.parameter_count() {
        let name = statement.parameter_name(index).map(str::to_owned);
        let named = name.as_deref().and_then(|name| asked.named.get(&name[1..]));
        let by_number = name
            .as_deref()
            .and_then(|name| name.strip_prefix('?')?.parse::<usize>().ok())
            .and_then(|number| asked.values.get(number.checked_sub(1)?));
        let value =
            named.or(by_number).or_else(|| name.is_none().then(|| numbered.next()).flatten());
        statement.raw_bind_parameter(index, to_sql(value.unwrap_or(&Value::Null)))?;
    }
    Ok(())
}

fn to_sql(value: &Value) -> SqlValue {
    match value {
        Value::Null => SqlValue::Null,
        Value::Bool(on) => SqlValue::Integer(i64::from(*on)),
        Value::Number(number) => {
            let whole = number.as_i64().or_else(|| {
                // A number is a double; a whole one is stored as a whole one.
                let double = number.as_f64()?;
                let exact = double.fract() == 0.0 && double.abs() < EXACT;
                exact.then_some(double as i64)
            });
            whole.map_or_else(
                || SqlValue::Real(number.as_f64().unwrap_or(f64::NAN)),
                SqlValue::Integer,
            )
        }
        Value::String(text) => SqlValue::Text(text.clone()),
        other => SqlValue::Text(other.to_string()),
    }
}

fn to_json(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(whole) => Value::from(whole),
        // Whole numbers print as whole ones, as JavaScript prints them.
        ValueRef::Real(double) if double.fract() == 0.0 && double.abs() < EXACT => {
            Value::from(double as i64)
        }
        ValueRef::Real(double) => Number::from_f64(double).map_or(Value::Null, Value::Number),
        ValueRef::Text(text) => Value::String(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => {
            Value::String(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
        }
    }
}

fn explain(error: &rusqlite::Error, statement: Option<usize>) -> UserDatabaseError {
    let busy = matches!(
        error.sqlite_error_code(),
        Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked)
    );
    let message = match error {
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        other => other.to_string(),
    };
    UserDatabaseError { message, statement, busy }
}
