//! A workflow made ready to run: compiled once, run many times.

use std::sync::Arc;

use reporunner_engine::{NodeIndex, Plan};
use reporunner_model::{Catalog, NodeDescription, Workflow};
use reporunner_node::Node;

use crate::parameters::Parameters;
use crate::runner::NodeTypes;

/// A workflow with its plan, its nodes' types and their parameters' expressions.
pub struct Prepared {
    /// The workflow.
    pub workflow: Arc<Workflow>,
    /// Its plan.
    pub plan: Arc<Plan>,
    pub(crate) steps: Vec<Step>,
    /// The workflow as JSON, kept once for all its runs, and its hash.
    pub(crate) content: serde_json::Value,
    pub(crate) content_hash: String,
}

/// What running one node needs.
pub(crate) struct Step {
    pub(crate) name: Arc<str>,
    /// None where its type is unknown; the engine does not ask to run it then.
    pub(crate) kind: Option<(Arc<dyn Node>, Arc<NodeDescription>)>,
    pub(crate) parameters: Parameters,
}

impl Prepared {
    pub(crate) fn new(workflow: Arc<Workflow>, types: &NodeTypes, catalog: &Catalog) -> Self {
        let plan = Arc::new(Plan::new(&workflow, catalog));
        let steps = plan
            .nodes()
            .map(|(_, planned)| {
                let node = &planned.node;
                let kind = types.get(&node.node_type).cloned();
                let description = kind.as_ref().map(|(_, description)| &**description);
                Step {
                    name: node.name.as_str().into(),
                    parameters: Parameters::new(node, description),
                    kind,
                }
            })
            .collect();
        let content = serde_json::to_value(&*workflow).expect("a workflow is plain data");
        let content_hash = blake3::hash(content.to_string().as_bytes()).to_hex().to_string();
        Self { workflow, plan, steps, content, content_hash }
    }

    pub(crate) fn step(&self, node: NodeIndex) -> &Step {
        &self.steps[node.get()]
    }
}
