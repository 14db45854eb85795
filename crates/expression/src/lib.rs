//! The expression language of workflows: `={{ … }}` templates over the data of a run.
//!
//! [`Template`] parses a string once; a native evaluator answers the common subset of JavaScript
//! from borrowed data, and [`Evaluator`] sends the rest to a worker process in a sandbox.
//! [`worker`] is the program that runs there: QuickJS with the same dates and the same extension
//! methods, for expressions and for the scripts of Code nodes. [`conditions`] decides the filters
//! of If, Switch and Filter nodes. No host code is ever executed in this process, and nothing here
//! reads a clock or the network.
#![deny(missing_docs)]

pub mod conditions;
pub mod field_type;
pub mod worker;

mod compiled;
mod data;
mod datetime;
mod error;
mod eval;
mod evaluator;
mod methods;
mod moment;
mod references;
mod request;
mod syntax;
mod template;
mod told;
mod value;
mod wire;

pub use compiled::{Compiled, Parts};
pub use data::{
    Ambient, ExecutionInfo, ExecutionMode, Frame, NodeRecord, Paired, Parent, RunData, RunRecord,
    Source, WorkflowInfo,
};
pub use error::{ErrorKind, ExpressionError};
pub use evaluator::{Evaluator, STATIC_DATA, Script, ScriptMode, ScriptOutput};
pub use methods::{MethodDoc, ValueKind, methods_of};
pub use moment::{Moment, zone_named};
pub use references::{nodes_read, references, rename};
pub use reporunner_sandbox::PoolConfig as WorkerConfig;
pub use template::{Outcome, Refusal, Template};
