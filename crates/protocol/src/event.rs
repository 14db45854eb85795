//! What the backend reports without being asked.

use reporunner_model::{NodeId, NodeRun, RunId, Timestamp, WorkflowId};
use serde::{Deserialize, Serialize};

use crate::{MachineSettings, PortTaken, RunSummary, WorkflowChange};

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "event")]
pub enum Event {
    /// A workflow changed.
    WorkflowChanged {
        /// How.
        change: Box<WorkflowChange>,
    },
    /// The list of workflows changed: load it again.
    WorkflowsChanged,
    /// A run began, or its state changed.
    RunChanged {
        /// How it stands.
        run: Box<RunSummary>,
    },
    /// Nodes of a run changed. At most a few of these a second for each run.
    NodesChanged {
        /// The run.
        run: RunId,
        /// Of which workflow.
        workflow: WorkflowId,
        /// How the nodes stand, only those that changed.
        nodes: Vec<NodeRun>,
    },
    /// A workflow waits for a test call, or waits no longer.
    Listening {
        /// Which workflow.
        workflow: WorkflowId,
        /// The trigger that waits and until when; none where it waits no longer.
        trigger: Option<(NodeId, Timestamp)>,
    },
    /// Settings changed.
    SettingsChanged {
        /// All of them.
        settings: Box<MachineSettings>,
    },
    /// The disk of the data folder is full, or has room again.
    DiskChanged {
        /// As [`crate::Welcome::disk_full`].
        full: Option<String>,
    },
    /// Webhooks listen elsewhere from now on.
    WebhooksMoved {
        /// As [`crate::Welcome::webhook_base`].
        base: Option<String>,
        /// As [`crate::Welcome::webhook_port_taken`].
        taken: Option<PortTaken>,
    },
    /// Something a person should know now.
    Notice {
        /// What it is.
        message: String,
        /// What to do.
        hint: Option<String>,
    },
}
