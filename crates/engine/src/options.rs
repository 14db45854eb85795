//! How a run starts, and why it cannot.

use reporunner_model::{Items, NodeId, StartFrom};
use serde::{Deserialize, Serialize};

use crate::Recorded;

/// How a run starts. Part of what a replay needs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Options {
    /// How much of the workflow it covers.
    pub start: StartFrom,
    /// The trigger to start at, where a run up to a node has several to choose from.
    pub trigger: Option<NodeId>,
    /// Items for the first node; one empty item where none are given.
    pub input: Option<Items>,
    /// Whether pinned data stands in for the output of its node.
    pub use_pins: bool,
    /// What a former run gave, for runs of a part.
    pub recorded: Recorded,
    /// The run is ended after this, milliseconds; none means the workflow's own setting.
    pub time_limit_ms: Option<u64>,
}

/// Why a run cannot start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// There is nothing to start at.
    #[error("the workflow has no trigger that is switched on")]
    NoTrigger,
    /// There is more than one thing to start at.
    #[error("the workflow has several triggers: {}", names.join(", "))]
    SeveralTriggers {
        /// What they are called.
        names: Vec<String>,
    },
    /// The node is not there.
    #[error("the node {0} is not in the workflow")]
    NoSuchNode(NodeId),
    /// The node to start at or to run to is off.
    #[error("{0} is switched off")]
    NodeOff(String),
    /// The node to run up to cannot be reached.
    #[error("no trigger leads to {0}")]
    NotConnected(String),
    /// There is no input for the node.
    #[error("no former run recorded an input for {0}")]
    NothingRecorded(String),
}

impl StartError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoTrigger => "Add a Manual trigger and connect it to the first node.",
            Self::SeveralTriggers { .. } => {
                "Say which trigger to start at, or add a Manual trigger."
            }
            Self::NoSuchNode(_) => "Check the name; the node may have been removed.",
            Self::NodeOff(_) => "Switch the node on, or choose another one.",
            Self::NotConnected(_) => "Connect a trigger to a node that leads there.",
            Self::NothingRecorded(_) => "Run the workflow up to this node first, or pin its input.",
        }
    }
}
