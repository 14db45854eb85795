//! The data folder: workflows, their changes, runs, payloads and binaries, all in one SQLite file
//! and the folders beside it.
//!
//! One thread writes, several jobs to a commit; a job is answered once its commit is on disk.
//! Readers have connections of their own and never wait for it. Nothing here reads a clock, knows
//! what a document's bytes mean, or lets a type of the SQLite library out.
//!
//! ```
//! use reporunner_model::Timestamp;
//! use reporunner_store::{OpenOptions, Store};
//!
//! let folder = tempfile::tempdir()?;
//! let store = Store::open(folder.path(), OpenOptions::at(Timestamp(0)))?;
//! store.write(|tx| tx.set_variable("region", "north")).wait()?;
//! assert_eq!(store.read(|db| db.variables())?["region"], "north");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![deny(missing_docs)]

mod binary;
mod codec;
mod db;
mod error;
mod lock;
mod open;
mod payload;
mod readers;
mod reserve;
mod schema;
mod store;
mod tables;
mod user_database;
mod writer;
mod written;

pub use binary::{BinaryId, BinaryWriter};
pub use db::{Db, Tx};
pub use error::{Error, Result};
pub use lock::lock;
pub use open::{Check, OpenOptions, Recovery, is_data_folder, owner};
pub use payload::{Owner, Payload, PayloadRef, Window};
pub use reserve::RESERVE_BYTES;
pub use store::{Space, Store};
pub use tables::changes::{Change, ChangeRow};
pub use tables::documents::LoadedDocument;
pub use tables::journal::{JournalEntry, JournalRow};
pub use tables::memory::MemoryKey;
pub use tables::node_runs::NodeRunRow;
pub use tables::runs::{NewRun, RunChange, RunPage, RunQuery, RunRow};
pub use tables::schedules::ScheduleRow;
pub use tables::snapshots::SnapshotRow;
pub use tables::sweep::{Retention, Swept};
pub use tables::versions::{VersionKind, VersionRow};
pub use tables::waits::WaitRow;
pub use tables::webhooks::{WebhookKind, WebhookRow};
pub use tables::workflows::{Listing, Published, RunMark, WorkflowQuery, WorkflowRow};
pub use user_database::{UserDatabase, UserDatabaseError, UserRows, UserStatement};
pub use writer::WriterStats;
pub use written::Written;
