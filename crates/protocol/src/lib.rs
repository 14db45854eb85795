//! Everything that passes between the interface and the backend, typed once.
//!
//! A command is a struct with its reply type; [`Request`] is the enum of all commands. Whoever
//! answers matches it exhaustively, whoever asks gets the right reply type, so the two sides
//! cannot drift. Nothing here knows how the bytes travel.
#![deny(missing_docs)]

mod commands;
mod event;
mod failure;
mod frame;
mod types;

pub use commands::*;
pub use event::Event;
pub use failure::{Code, Failure};
pub use frame::{FromClient, FromServer};
pub use types::*;

/// Version of this protocol. Two sides with different numbers refuse each other.
pub const PROTOCOL_VERSION: u32 = 1;
