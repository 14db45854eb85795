//! Drives a run: does what the engine asks for and tells it what came of that.
//!
//! Evaluates parameters, runs nodes, journals what happened and takes runs up again after a
//! crash. It never decides what runs next: that is the engine's.

mod drive;
mod handles;
mod journal;
mod parameters;
mod prepared;
mod resume;
mod runner;
mod task;

pub use drive::LEASE_MS;
pub use handles::{Place, Responder, ResponseSlot};
pub use prepared::Prepared;
pub use runner::{Ended, Error, RunHandle, RunRequest, Runner, RunnerOptions};
