//! What can go wrong with the data folder, in words for a person.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// A result of the store.
pub type Result<T> = std::result::Result<T, Error>;

/// Why the store could not do something.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Another process owns the folder.
    #[error("the data folder is in use by another process{}", pid.map(|pid| format!(" ({pid})")).unwrap_or_default())]
    Locked {
        /// The other process, where it said so.
        pid: Option<u32>,
    },
    /// A newer build wrote the folder.
    #[error(
        "the data folder was written by a newer version (schema {found}, this one knows {known})"
    )]
    Newer {
        /// Schema of the folder.
        found: u32,
        /// Newest schema this build knows.
        known: u32,
    },
    /// The folder can be read only.
    #[error("the data folder cannot be written: {reason}")]
    ReadOnly {
        /// Why.
        reason: String,
    },
    /// There is no space left.
    #[error("the disk is full, nothing was saved")]
    DiskFull,
    /// What is on disk is not what was written.
    #[error("{what} is damaged")]
    Damaged {
        /// What.
        what: String,
    },
    /// A file could not be read or written.
    #[error("{}: {message}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        message: String,
    },
    /// What was asked for is not there.
    #[error("there is no {what} {id}")]
    Missing {
        /// What kind of thing.
        what: &'static str,
        /// Which.
        id: String,
    },
    /// The database refused.
    #[error("the database refused: {0}")]
    Database(String),
    /// A value could not be written as or read from JSON.
    #[error("a stored value is no valid JSON: {0}")]
    Json(String),
    /// A write job of the caller panicked; nothing of it was kept.
    #[error("a write was abandoned: {0}")]
    Panicked(String),
    /// The store was closed before it answered.
    #[error("the data folder was closed")]
    Closed,
}

impl Error {
    /// What to do about it.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Locked { .. } => {
                "Close the other window or command that uses this folder, or choose another folder"
            }
            Self::Newer { .. } => "Update this program, or choose another folder",
            Self::ReadOnly { .. } => "Make the folder writable, then open it again",
            Self::DiskFull => "Free some space or delete old executions, then try again",
            Self::Damaged { .. } => "Start again: the folder is mended when it is opened",
            Self::File { .. } => {
                "Check that the folder exists and that its files may be read and written"
            }
            Self::Panicked(_) | Self::Json(_) => "Report this as a bug",
            Self::Missing { .. } | Self::Database(_) | Self::Closed => return None,
        })
    }

    pub(crate) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged { what: what.into() }
    }

    pub(crate) fn missing(what: &'static str, id: impl ToString) -> Self {
        Self::Missing { what, id: id.to_string() }
    }

    pub(crate) fn file(path: &Path, error: &std::io::Error) -> Self {
        use std::io::ErrorKind::{
            PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull,
        };
        match error.kind() {
            StorageFull | QuotaExceeded => Self::DiskFull,
            ReadOnlyFilesystem | PermissionDenied => {
                Self::ReadOnly { reason: format!("{}: {error}", path.display()) }
            }
            _ => Self::File { path: path.to_owned(), message: error.to_string() },
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        match &error {
            rusqlite::Error::SqliteFailure(failure, message) => match failure.code {
                ErrorCode::DiskFull => Self::DiskFull,
                ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
                    Self::damaged("the database")
                }
                ErrorCode::ReadOnly => Self::ReadOnly {
                    reason: message.clone().unwrap_or_else(|| failure.to_string()),
                },
                ErrorCode::SystemIoFailure if no_space_left() => Self::DiskFull,
                _ => Self::Database(error.to_string()),
            },
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::IntegralValueOutOfRange(..) => {
                Self::damaged(format!("a row of the database ({error})"))
            }
            _ => Self::Database(error.to_string()),
        }
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error.to_string())
    }
}

/// SQLite reports a full disk as a plain I/O failure where it grows the log's index; the
/// thread's last system error tells the two apart.
fn no_space_left() -> bool {
    std::io::Error::last_os_error().kind() == std::io::ErrorKind::StorageFull
}
