//! What a node is to the house: a description and one function from items to items.
//!
//! A node sees its inputs, its parameters (expressions already evaluated) and a few narrow
//! handles: HTTP, files, SQL, binaries, scripts. It knows neither the async runtime, nor how a
//! run is stored, nor who made its workflow.
#![deny(missing_docs)]

mod context;
mod handles;
mod params;
mod wait;

use async_trait::async_trait;
use reporunner_model::{Effect, Item, NodeDescription, NodeError};

pub use context::{Context, NodeState, RunInfo};
pub use handles::{
    Answer, AnswerBody, Binary, ChildRun, CommandOutput, Commands, Earlier, Evaluate, FileEntry,
    Files, Handles, Http, HttpBody, HttpRequest, HttpResponse, IN_MEMORY, Mail, MailSecurity,
    MailSent, MailServer, Memory, MemoryScope, Message, NOTES, Notes, Part, PartContent, Respond,
    Script, ScriptCall, ScriptMode, ScriptResult, Sql, SqlRows, SqlStatement, WhichWorkflow,
    WorkflowCall, Workflows,
};
pub use params::{ItemParams, Params, Values};
pub use wait::{FormWait, Wait, WaitNote};

/// What a node gives: one list of items for each of its outputs, the error output not among them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Output {
    /// The items by output.
    pub outputs: Vec<Vec<Item>>,
    /// What a person should know about this run.
    pub hints: Vec<String>,
    /// The node waits instead of giving anything.
    pub wait: Option<Wait>,
}

/// What a called workflow gives back of the node that ended last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gives {
    /// The items of its last run.
    LastRun,
    /// The items of all its runs.
    AllRuns,
}

impl Output {
    /// Items for the one output.
    pub fn one(items: Vec<Item>) -> Self {
        Self::many(vec![items])
    }

    /// Items for each output.
    pub fn many(outputs: Vec<Vec<Item>>) -> Self {
        Self { outputs, ..Self::default() }
    }

    /// Nothing yet: the node waits.
    pub fn wait(wait: Wait) -> Self {
        Self { wait: Some(wait), ..Self::default() }
    }

    /// The same with something a person should know.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

/// A kind of step. One value serves every node of its type, in every run, at the same time.
#[async_trait]
pub trait Node: Send + Sync + 'static {
    /// What the type is. Called once, when the catalog is built.
    fn description(&self) -> NodeDescription;

    /// What this one run of it does to the world outside, now that its parameters are known: at
    /// most what the description says. A step that only reads is repeated after a crash without
    /// asking anybody, so a node that is not sure says what its description says.
    fn effect(&self, context: &Context) -> Effect {
        context.description.effect
    }

    /// Whether it is a trigger that looks for something by the clock: a run in which it finds
    /// nothing leaves no record.
    fn polls(&self) -> bool {
        false
    }

    /// Whether its work may take long without waiting for anything, however few its items, as with
    /// files that strangers made: it gets a thread of its own then. It can be stopped where it gives
    /// way ([`give_way`]).
    fn computes(&self) -> bool {
        false
    }

    /// Whether a run of it that was cut off can be repeated although it may change something,
    /// since it finds what it did before.
    fn finds_what_it_did(&self) -> bool {
        false
    }

    /// Whether a run that another workflow asks for starts at this node, and what the other one
    /// gets back.
    fn called(&self, node: &reporunner_model::Node) -> Option<Gives> {
        let _ = node;
        None
    }

    /// Does the work.
    ///
    /// Items that it gives should carry `paired_item` where it made them from particular items
    /// and the engine cannot tell by itself (it can for as many items out as in). An error ends
    /// the node's run; whether the workflow goes on is not the node's concern. The future is
    /// dropped when the run is cancelled or the node's time is up.
    ///
    /// # Errors
    /// What went wrong in words for a person, and whether trying again can help.
    async fn run(&self, context: &mut Context) -> Result<Output, NodeError>;
}

/// Gives way once in the middle of work that waits for nothing: where the run was stopped, the work
/// is not gone on with.
pub async fn give_way() {
    let mut gave = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut gave, true) {
            return std::task::Poll::Ready(());
        }
        context.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}
