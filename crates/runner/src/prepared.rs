//! A workflow made ready to run: compiled once, run many times.

use std::sync::Arc;

use reporunner_engine::{NodeIndex, Plan};
use reporunner_expression::{NodeRecord, Parent, RunData};
use reporunner_model::{Catalog, NodeDescription, Workflow};
use reporunner_node::Node;
use reporunner_store::Payload;

use crate::parameters::Parameters;
use crate::runner::NodeTypes;

/// A workflow with its plan, its nodes' types and their parameters' expressions.
pub struct Prepared {
    /// The workflow.
    pub workflow: Arc<Workflow>,
    /// Its plan.
    pub plan: Arc<Plan>,
    pub(crate) steps: Vec<Step>,
    /// The nodes as expressions see them before a run.
    pub(crate) data: RunData,
    /// The workflow as it is stored, once for all its runs, and its hash.
    pub(crate) content: Payload,
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
        let content = Payload::of_json(&content).expect("a JSON value can be written");
        let data = run_data(&workflow);
        Self { workflow, plan, steps, data, content, content_hash }
    }

    pub(crate) fn step(&self, node: NodeIndex) -> &Step {
        &self.steps[node.get()]
    }
}

/// The nodes of a workflow as expressions see them, before any has run.
pub fn run_data(workflow: &Workflow) -> RunData {
    let mut data = RunData::new();
    for node in workflow.nodes.values() {
        let parents = workflow.edges_to(&node.id).into_iter().filter_map(|edge| {
            let before = workflow.nodes.get(&edge.from)?;
            edge.kind.is_main().then(|| Parent {
                node: before.name.as_str().into(),
                output: edge.from_port,
                input: edge.to_port,
            })
        });
        let record = NodeRecord {
            parameters: Arc::new(serde_json::Value::Object(node.params.clone())),
            parents: parents.collect(),
            ..NodeRecord::default()
        };
        data.insert(node.name.as_str(), record);
    }
    data
}
