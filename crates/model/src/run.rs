//! What is recorded of a run.

use serde::{Deserialize, Serialize};

use crate::{NodeId, Timestamp};

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunStatus {
    /// Waits for its turn.
    Queued,
    /// Runs now, and has an owner.
    Running,
    /// Waits for a time or an answer.
    Waiting,
    /// Ran to its end.
    Succeeded,
    /// Ended by an error.
    Failed,
    /// Ended by a person or a time limit.
    Cancelled,
    /// Cut off while a step with an outside effect was under way.
    Unknown,
}

impl RunStatus {
    /// Whether nothing more will happen.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Queued | Self::Running | Self::Waiting)
    }

    /// The word for it in files, rows and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Unknown => "unknown",
        }
    }
}

/// What started a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunMode {
    /// A person, on the draft.
    Manual,
    /// A trigger, on the published version.
    Production,
    /// Another workflow.
    Child,
}

/// How much of a workflow a run covers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum StartFrom {
    /// From a trigger to the ends: the named one, else the manual one, else the only one.
    Trigger {
        /// The trigger to start at.
        #[serde(default)]
        node: Option<NodeId>,
    },
    /// Up to and with one node, starting at whatever leads there.
    UpTo {
        /// The last node to run.
        node: NodeId,
    },
    /// One node alone on what a former run recorded as its input.
    Only {
        /// The node to run.
        node: NodeId,
    },
    /// Nothing but this default: from the trigger.
    #[default]
    Default,
}

/// How a node stands within a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NodeRunState {
    /// Its inputs are there, it waits for its turn.
    Queued,
    /// At work.
    Running,
    /// Waits before it tries again.
    Retrying,
    /// Waits for a time or an answer.
    Waiting,
    /// Done.
    Succeeded,
    /// Failed, and the run with it or not, as its flags say.
    Failed,
    /// Ended before it was done.
    Cancelled,
    /// Off: passed its input on.
    Skipped,
    /// Its data came from a pin.
    Pinned,
    /// Cut off with an outside effect under way.
    Unknown,
}

/// Where one input of a node run came from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceRef {
    /// The node before.
    pub node: NodeId,
    /// Which of its outputs.
    pub output: usize,
    /// Which of its runs.
    pub run_index: usize,
}

/// One run of one node: everything but the data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeRun {
    /// The node.
    pub node: NodeId,
    /// Number of earlier runs of this node in this run.
    pub run_index: usize,
    /// Number of node runs that began before it in this run.
    pub sequence: usize,
    /// How it stands.
    pub state: NodeRunState,
    /// Which try this is, from 1.
    pub attempt: u32,
    /// When it began.
    pub started: Timestamp,
    /// How long it took so far, microseconds.
    pub micros: u64,
    /// Where each input came from; none for an input that nothing reached.
    pub sources: Vec<Option<SourceRef>>,
    /// Items that each input held.
    pub input_counts: Vec<usize>,
    /// Items that each output holds.
    pub output_counts: Vec<usize>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<NodeError>,
    /// What it wants a person to know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
}

/// Why a node failed, in words for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[error("{message}")]
pub struct NodeError {
    /// What failed; no full stop.
    pub message: String,
    /// More about the cause, such as a response body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Index of the item it happened on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<usize>,
    /// The parameter to look at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameter: Vec<String>,
    /// Status code of the answer, where a service refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// Whether trying again can help.
    #[serde(default)]
    pub retryable: bool,
    /// What kind of thing failed.
    #[serde(default)]
    pub origin: ErrorOrigin,
}

/// What kind of thing failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ErrorOrigin {
    /// The node's own work.
    #[default]
    Node,
    /// An expression in a parameter.
    Expression,
    /// A script.
    Script,
    /// A service, a file or the network outside.
    Outside,
    /// A limit: time, memory, size.
    Limit,
    /// The run was cancelled.
    Cancelled,
}

impl NodeError {
    /// An error with this message.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            detail: None,
            hint: None,
            item: None,
            parameter: Vec::new(),
            http_status: None,
            retryable: false,
            origin: ErrorOrigin::Node,
        }
    }

    /// The same with what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same with more about the cause.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// The same, on item `item`.
    #[must_use]
    pub fn at_item(mut self, item: usize) -> Self {
        self.item = Some(item);
        self
    }

    /// The same, about the parameter at `path`.
    #[must_use]
    pub fn about(mut self, path: &[&str]) -> Self {
        self.parameter = path.iter().map(|step| (*step).to_owned()).collect();
        self
    }

    /// The same, from this kind of thing.
    #[must_use]
    pub fn from_origin(mut self, origin: ErrorOrigin) -> Self {
        self.origin = origin;
        self
    }

    /// The same, where trying again can help.
    #[must_use]
    pub fn retryable(mut self) -> Self {
        self.retryable = true;
        self
    }
}
