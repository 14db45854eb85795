//! Decides what a run does next.
//!
//! Events go in, effects come out; nothing here waits, reads a clock, touches a disk or draws
//! randomness. [`Run::step`] is the only way to change a run, so the same events give the same
//! state: that is replay, time travel and resuming after a crash.
//!
//! ```
//! use std::sync::Arc;
//!
//! use reporunner_engine::{Effect, Event, Now, Options, Plan, Run};
//! use reporunner_model::{Catalog, Node, RunStatus, StartFrom, Workflow};
//!
//! let mut workflow = Workflow::new("w".into(), "Greet", "UTC");
//! let node = Node::new("hello".into(), "noOp".into(), "1", "Hello");
//! workflow.nodes.insert(node.id.clone(), node);
//! let plan = Arc::new(Plan::new(&workflow, &Catalog::default()));
//!
//! let start = StartFrom::Trigger { node: Some("hello".into()) };
//! let mut run = Run::new(plan, Options { start, ..Options::default() })?;
//! let mut effects = Vec::new();
//! run.step(Now::default(), Event::Start, &mut effects);
//! // The catalog is empty, so the node's type is unknown and the run fails there.
//! assert!(matches!(effects.last(), Some(Effect::Finished { status: RunStatus::Failed, .. })));
//! # Ok::<(), reporunner_engine::StartError>(())
//! ```
//!
//! It deliberately does not run nodes, evaluate expressions or store anything.
#![deny(missing_docs)]

mod bits;
mod event;
mod item_errors;
mod lineage;
mod options;
mod plan;
mod recorded;
mod results;
mod run;

pub use event::{Effect, Event, Now, Outcome, Task, TaskId, TimerId, Wait};
pub use options::{Options, StartError};
pub use plan::{NodeIndex, Plan, PlanNode};
pub use recorded::{Recorded, RecordedRun, changed_nodes};
pub use results::{NodeResult, Source};
pub use run::Run;
