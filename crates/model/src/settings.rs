//! What a workflow says about how it runs. Machine settings are elsewhere.

use serde::{Deserialize, Serialize};

/// The order in which branches run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExecutionOrder {
    /// n8n's legacy order: breadth first.
    V0,
    /// n8n's order since 1.0: one branch after the other, topmost first.
    V1,
    /// Independent branches at the same time. The order of new workflows.
    #[default]
    Concurrent,
}

/// Whether a run is journalled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Durability {
    /// Every step is on disk before its effects leave the process.
    #[default]
    Durable,
    /// Nothing is kept: fastest, lost at a crash.
    Memory,
}

/// Settings that travel with the workflow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WorkflowSettings {
    /// Order of branches.
    pub execution_order: ExecutionOrder,
    /// Time zone by its IANA name; empty means the machine's.
    pub timezone: String,
    /// A run longer than this is ended, seconds; 0 means no limit.
    pub execution_timeout: u64,
    /// Whether runs are journalled.
    pub durability: Durability,
    /// Whether successful runs are kept.
    pub save_success: bool,
    /// Whether failed runs are kept.
    pub save_failure: bool,
    /// Most runs that its triggers have under way at once; further ones queue. 0 means no limit.
    #[serde(skip_serializing_if = "is_zero")]
    pub max_runs: u32,
    /// Workflow that is told of failures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_workflow: Option<String>,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Default for WorkflowSettings {
    /// What counts where a file says nothing: runs are kept.
    fn default() -> Self {
        Self {
            execution_order: ExecutionOrder::default(),
            timezone: String::new(),
            execution_timeout: 0,
            durability: Durability::default(),
            save_success: true,
            save_failure: true,
            max_runs: 0,
            error_workflow: None,
        }
    }
}

impl WorkflowSettings {
    /// What a new workflow starts with on a machine in `timezone`.
    pub fn new(timezone: impl Into<String>) -> Self {
        Self { timezone: timezone.into(), ..Self::default() }
    }
}
