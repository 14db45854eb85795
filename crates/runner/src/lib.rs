//! Drives a run: does what the engine asks for and tells it what came of that.
//!
//! Evaluates parameters, runs nodes, journals what happened and takes runs up again after a
//! crash. It never decides what runs next: that is the engine's.

mod drive;
mod ending;
mod handles;
mod house;
mod ids;
mod journal;
mod lanes;
mod launch;
mod lock;
mod parameters;
mod prepared;
mod rest;
mod resume;
mod runner;
mod session;
mod task;
mod wake;
mod words;

pub use handles::{Place, Responder, ResponseSlot, describe};
pub use house::{Called, FailedRun, House, alone};
pub use ids::run_for;
pub use prepared::{Prepared, run_data};
pub use runner::{
    Ended, Error, LiveWaits, ParentRun, RunHandle, RunRequest, Runner, RunnerOptions,
};
pub use session::execution_info;
pub use wake::{RunWait, WakeBy};
