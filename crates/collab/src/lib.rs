//! The workflow as an Automerge document: edits in, edits and change rows out; undo, history,
//! versions.
//!
//! Deliberately not here: sockets, clocks, randomness, and types of Automerge in the public face.
#![deny(missing_docs)]

mod birth;
mod document;
mod error;
mod heads;
mod history;
mod library;
mod order;
mod read;
mod shape;
mod value;
mod view;
mod write;

pub use document::{Applied, Document, Loaded, Merged, SetAside};
pub use error::Error;
pub use heads::{Change, ChangeId, ChangeInfo, Heads};
pub use history::{History, JournalEntry, JournalKind, Undone};
pub use library::{Also, Library, LibraryError, OpenDocument, Outcome, SnapshotJob};
