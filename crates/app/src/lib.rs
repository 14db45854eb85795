//! The use cases: one function for each command, whoever asks and however it travels.
//!
//! It owns the data folder. It does not know which shell it serves, and draws nothing.

mod answer;
mod app;
mod bus;
mod caller;
mod data;
mod dispatch;
mod edits;
mod error_runs;
mod examples;
mod failure;
mod file_run;
mod folder;
mod host;
mod house;
mod ids;
mod listen;
mod listing;
mod lock;
mod log_file;
mod mended;
mod pins;
mod preview;
mod problems;
mod rooms;
mod runs;
mod settings;
mod socket;
mod starts;
mod timers;
mod transfer;
mod versions;
mod waits;
mod watches;
mod workflows;

pub use answer::{Answer, ask, converse};
pub use app::App;
pub use caller::Caller;
pub use file_run::{FileRun, run_file};
pub use folder::{Stay, connect, data_folder};
pub use host::{Host, MachineClock, WorkerProgram};
pub use log_file::start_log;
pub use reporunner_store::{RESERVE_BYTES, is_data_folder};
pub use socket::Remote;
pub use transfer::read_workflow_file;
