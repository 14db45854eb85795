//! What a node is given for one run of it.

use std::sync::{Arc, Mutex, PoisonError};

use reporunner_model::{
    Item, Items, Node, NodeDescription, NodeError, RunId, RunMode, Timestamp, WorkflowId,
};
use serde_json::{Map, Value};

use crate::{Handles, Params, Values};

/// Facts about the run that a node may need.
#[derive(Debug, Clone)]
pub struct RunInfo {
    /// The workflow.
    pub workflow: WorkflowId,
    /// What it is called.
    pub workflow_name: String,
    /// The run.
    pub run: RunId,
    /// What started it.
    pub mode: RunMode,
    /// Number of earlier runs of this node in this run.
    pub run_index: usize,
    /// Which try this is, from 1.
    pub attempt: u32,
    /// The workflow's time zone, an IANA name.
    pub timezone: String,
    /// The wall clock when the node began.
    pub now: Timestamp,
    /// A key that is the same for every try of this node run and no other, for services that
    /// take one to recognise a repeated request.
    pub idempotency_key: String,
}

/// What a node remembers from one of its runs to the next within the same run of the workflow.
pub type NodeState = Arc<Mutex<Map<String, Value>>>;

/// What a node is given for one run of it.
pub struct Context {
    /// The node as it stands in the workflow.
    pub node: Arc<Node>,
    /// Its type.
    pub description: Arc<NodeDescription>,
    /// Items by input.
    pub inputs: Vec<Items>,
    /// Evaluated parameters.
    pub params: Params,
    /// Facts about the run.
    pub run: RunInfo,
    /// The ways out of the process.
    pub handles: Arc<Handles>,
    /// What it remembers within this run of the workflow.
    pub state: NodeState,
}

impl Context {
    /// The items of the first input.
    pub fn items(&self) -> &[Item] {
        self.inputs.first().map_or(&[], |items| items.as_slice())
    }

    /// The parameters for item `index` of the first input.
    ///
    /// # Errors
    /// The error of an expression that failed on this item.
    pub fn values(&self, index: usize) -> Result<Values<'_>, NodeError> {
        let map = self.params.at(index).map_err(|error| error.at_item(index))?;
        Ok(Values::new(map, &self.description, self.node.type_version()))
    }

    /// Takes the items of an input, to be moved on where nobody else holds them.
    pub fn take_input(&mut self, input: usize) -> Items {
        self.inputs.get_mut(input).map(std::mem::take).unwrap_or_default()
    }

    /// Reads and changes what the node remembers.
    pub fn remember<T>(&self, change: impl FnOnce(&mut Map<String, Value>) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether an item's failure shall be an item of its own rather than the end of the node.
    pub fn continues_on_error(&self) -> bool {
        self.node.flags.on_error != reporunner_model::OnError::StopWorkflow
    }
}
