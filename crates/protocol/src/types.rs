//! What commands and replies are made of, beyond the model.

mod data;
mod exchange;
mod machine;
mod run;
mod workflow;

pub use data::*;
pub use exchange::*;
pub use machine::*;
pub use run::*;
pub use workflow::*;
