//! One run of one node: what the expressions of all its items share.

use std::sync::Arc;

use jiff::tz::TimeZone;
use reporunner_model::{Item, Items, Timestamp};
use serde_json::{Map, Value};

use crate::{NodeRecord, RunData, Source};

/// Everything that the expressions of one node run may ask for. An item's expressions are
/// evaluated against a frame and the item's index.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The nodes and what they have given.
    pub data: RunData,
    /// Name of the node that runs.
    pub node: Arc<str>,
    /// Its identifier.
    pub node_id: String,
    /// Version of its type.
    pub node_version: f64,
    /// Number of its earlier runs in this run.
    pub run_index: usize,
    /// What each of its inputs holds.
    pub inputs: Vec<Items>,
    /// Where each of its inputs came from.
    pub sources: Vec<Option<Source>>,
    /// What is the same for the whole run.
    pub ambient: Arc<Ambient>,
    /// The moment that counts as now.
    pub now: Timestamp,
    /// Further variables without their dollar sign: `response`, `request`, `pageCount`, `secrets`.
    pub extra: Map<String, Value>,
}

impl Frame {
    /// A frame for the next run of `node`, which is in `data`, on these inputs.
    pub fn new(data: RunData, node: &str, inputs: Vec<Items>, ambient: Arc<Ambient>) -> Self {
        let run_index = data.node(node).map_or(0, |record| record.runs.len());
        Self {
            data,
            node: node.into(),
            node_id: String::new(),
            node_version: 1.0,
            run_index,
            inputs,
            sources: Vec::new(),
            now: ambient.started,
            ambient,
            extra: Map::new(),
        }
    }

    /// A frame with a single item and nothing around it: for trying out an expression.
    pub fn of_item(item: Item, ambient: Arc<Ambient>) -> Self {
        Self::new(RunData::new(), "", vec![Arc::new(vec![item])], ambient)
    }

    /// The items of the first input.
    pub fn items(&self) -> &[Item] {
        self.inputs.first().map_or(&[], |items| items.as_slice())
    }

    /// The item with this index; where there is only one, every index means it.
    pub fn item(&self, index: usize) -> Option<&Item> {
        self.items().get(index)
    }

    /// The node that runs, where the data knows it.
    pub fn record(&self) -> Option<&NodeRecord> {
        self.data.node(&self.node)
    }
}

/// What is the same for every node of a run.
#[derive(Debug, Clone)]
pub struct Ambient {
    /// The workflow.
    pub workflow: WorkflowInfo,
    /// The run.
    pub execution: ExecutionInfo,
    /// When the run began.
    pub started: Timestamp,
    /// Values of `$vars`.
    pub vars: Map<String, Value>,
    /// Zone of `$now`, `$today` and of dates that do not say theirs.
    pub timezone: TimeZone,
    /// Zone in which `Date` (not `DateTime`) shows its parts. UTC unless set, as on n8n servers.
    pub system_timezone: TimeZone,
    /// What `Math.random` gives, where it must be the same each time.
    pub random: Option<f64>,
}

impl Ambient {
    /// A workflow of this name in this IANA time zone (UTC where the name is not known), with a
    /// run that began at `started`.
    pub fn new(workflow: WorkflowInfo, timezone: &str, started: Timestamp) -> Self {
        Self {
            workflow,
            execution: ExecutionInfo::default(),
            started,
            vars: Map::new(),
            timezone: TimeZone::get(timezone).unwrap_or(TimeZone::UTC),
            system_timezone: TimeZone::UTC,
            random: None,
        }
    }
}

/// `$workflow`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WorkflowInfo {
    /// Its identifier.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Whether it is live on this machine.
    pub active: bool,
}

/// `$execution`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ExecutionInfo {
    /// Its identifier.
    pub id: String,
    /// What started it.
    pub mode: ExecutionMode,
    /// Where a Wait node is woken.
    pub resume_url: String,
    /// Where a Wait node shows its form.
    pub resume_form_url: String,
    /// What scripts noted about the run so far.
    pub custom_data: Map<String, Value>,
}

/// What started a run, as `$execution.mode` and `$mode` say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExecutionMode {
    /// A person, on the draft.
    #[default]
    Test,
    /// A trigger, on the published version.
    Production,
}

impl ExecutionMode {
    /// `$execution.mode`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Production => "production",
        }
    }

    /// `$mode`, n8n's older word.
    pub fn mode(self) -> &'static str {
        match self {
            Self::Test => "manual",
            Self::Production => "trigger",
        }
    }
}
