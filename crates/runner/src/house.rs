//! What runs need of the house around them: other workflows, and somebody who hears how they end.
//!
//! A runner without a house runs single workflows: they can call themselves and files.

use std::sync::Arc;

use async_trait::async_trait;
use reporunner_model::{Node, NodeError, RunId, RunMode, VersionId, Workflow, limits};

use crate::handles::Place;
use crate::prepared::Prepared;

/// A workflow that a run calls.
pub struct Called {
    /// The workflow.
    pub prepared: Arc<Prepared>,
    /// What it may touch.
    pub place: Place,
    /// The published version, where it is one.
    pub version: Option<VersionId>,
}

/// A run that is about to end without success.
pub struct FailedRun<'r> {
    /// Which.
    pub id: &'r RunId,
    /// The run that it was started for.
    pub parent: Option<&'r RunId>,
    /// What it ran.
    pub prepared: &'r Arc<Prepared>,
    /// What started it.
    pub mode: RunMode,
    /// Whether it runs for something that is live.
    pub live: bool,
    /// The node that it started at.
    pub trigger: Option<&'r Node>,
    /// Why it ends.
    pub error: &'r NodeError,
    /// The node that ended it, where it was one.
    pub node: Option<&'r Node>,
    /// The node whose run ended last.
    pub last: Option<&'r Node>,
}

/// The house around the runs.
#[async_trait]
pub trait House: Send + Sync + 'static {
    /// The workflow with this id, else the one that is called `name`. `live` says whether it runs
    /// for something that is live.
    ///
    /// # Errors
    /// Where there is none.
    async fn workflow(&self, id: &str, name: Option<&str>, live: bool)
    -> Result<Called, NodeError>;

    /// Reads a workflow file.
    ///
    /// # Errors
    /// Where it is none.
    fn read(&self, text: &str) -> Result<Workflow, NodeError>;

    /// Hears of a run that fails, before it is stored that it did. False where it cannot be
    /// attended to now: then the run is left to the next start of the process, if it can be.
    async fn failed(&self, _run: FailedRun<'_>) -> bool {
        true
    }

    /// Hears that a run is over, or rests until what it waits for comes.
    fn left(&self, _run: &RunId, _parent: Option<&RunId>) {}

    /// Ends a run that is not under way: one that has just lain down, or is being taken up.
    fn end(&self, _run: &RunId, _reason: &'static str) {}

    /// `$execution.resumeUrl`; empty where nobody listens.
    fn resume_url(&self, _run: &RunId) -> String {
        String::new()
    }

    /// `$execution.resumeFormUrl`; empty where nobody listens.
    fn resume_form_url(&self, _run: &RunId) -> String {
        String::new()
    }

    /// Waits longer than this leave the memory, milliseconds.
    fn rest_after_ms(&self) -> u64 {
        limits::REST_AFTER_MS
    }

    /// Whether runs without a journal may rest too: they end then.
    fn ends_with_waits(&self) -> bool {
        false
    }
}

/// No house: one workflow by itself.
pub(crate) struct NoHouse;

#[async_trait]
impl House for NoHouse {
    async fn workflow(&self, id: &str, _: Option<&str>, _: bool) -> Result<Called, NodeError> {
        Err(alone(id))
    }

    fn read(&self, _: &str) -> Result<Workflow, NodeError> {
        Err(NodeError::new("workflow files are not read here"))
    }

    fn ends_with_waits(&self) -> bool {
        true
    }
}

/// Why a workflow that runs by itself cannot call one of a data folder.
pub fn alone(id: &str) -> NodeError {
    NodeError::new(format!("the workflow {id} is not known here: this one runs by itself"))
        .hint("Import both into a data folder, or give the path of the other one's file.")
}
