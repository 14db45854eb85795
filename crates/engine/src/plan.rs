//! A workflow compiled for running: indices instead of ids, ports, wires in the order in which
//! they are followed. Compiled once, shared by every run of it.
//!
//! It holds what does not change during a run; it knows no items but pinned ones.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use reporunner_model::{
    Catalog, Effect, ExecutionOrder, Items, Node, NodeDescription, NodeGroup, NodeId, OnError,
    Workflow, limits, ports_of,
};
use serde::{Deserialize, Serialize};

use crate::bits::Bits;

/// Number of a node within its plan.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct NodeIndex(u32);

impl NodeIndex {
    pub(crate) fn new(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }

    /// The number, for arrays beside the plan.
    pub fn get(self) -> usize {
        self.0 as usize
    }
}

/// A wire for items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wire {
    pub(crate) from: NodeIndex,
    pub(crate) output: usize,
    pub(crate) to: NodeIndex,
    pub(crate) input: usize,
}

/// A node within a plan.
#[derive(Debug)]
pub struct PlanNode {
    /// The node as it stands in the workflow.
    pub node: Arc<Node>,
    /// What it does to the world.
    pub effect: Effect,
    /// Whether the catalog has its type.
    pub known: bool,
    /// Whether a run can start at it.
    pub trigger: bool,
    /// Inputs that its description gives it.
    pub inputs: usize,
    /// Outputs that its description gives it, the error output among them.
    pub outputs: usize,
    pub(crate) error_output: Option<usize>,
    /// Highest input with a wire, and one more. A node with more than one waits for its inputs.
    pub(crate) wired_inputs: usize,
    /// Wires that leave it, in the order in which they are followed.
    pub(crate) outs: Vec<Wire>,
    /// Wires that end at it, by input.
    pub(crate) ins: Vec<Wire>,
    pub(crate) required: Vec<usize>,
    pub(crate) tries: u32,
    pub(crate) try_wait_ms: u64,
    pub(crate) pin: Option<Items>,
    /// See [`Plan::feeders`]; found out when a node first waits.
    feeders: OnceLock<Vec<Bits>>,
}

/// A workflow compiled for running.
#[derive(Debug)]
pub struct Plan {
    /// In id order.
    nodes: Vec<PlanNode>,
    order: ExecutionOrder,
    time_limit_ms: Option<u64>,
    pub(crate) empty: Items,
}

impl Plan {
    /// Compiles a workflow. What is wrong with it shows when a run gets there.
    pub fn new(workflow: &Workflow, catalog: &Catalog) -> Self {
        let order = workflow.settings.execution_order;
        let mut nodes: Vec<PlanNode> = workflow
            .nodes
            .values()
            .map(|node| {
                let pin = workflow.pins.get(&node.id).map(|items| Arc::new(items.clone()));
                plan_node(node, catalog.get(&node.node_type), pin)
            })
            .collect();
        connect(&mut nodes, workflow);
        sort_wires(&mut nodes, order);
        let seconds = workflow.settings.execution_timeout;
        let time_limit_ms = (seconds > 0).then(|| seconds.saturating_mul(1000));
        Self { nodes, order, time_limit_ms, empty: Items::default() }
    }

    /// The node with this number.
    ///
    /// # Panics
    /// Where the number is of another plan.
    pub fn node(&self, index: NodeIndex) -> &PlanNode {
        &self.nodes[index.get()]
    }

    /// The number of the node with this id.
    pub fn index_of(&self, id: &NodeId) -> Option<NodeIndex> {
        self.nodes.binary_search_by(|node| node.node.id.cmp(id)).ok().map(NodeIndex::new)
    }

    /// Every node with its number.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeIndex, &PlanNode)> {
        self.nodes.iter().enumerate().map(|(index, node)| (NodeIndex::new(index), node))
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The order in which branches run.
    pub fn order(&self) -> ExecutionOrder {
        self.order
    }

    /// How long a run may take, milliseconds.
    pub fn time_limit_ms(&self) -> Option<u64> {
        self.time_limit_ms
    }

    /// For each input of a node: the nodes that can bring items to it, on ways that do not lead
    /// through the node itself.
    pub(crate) fn feeders(&self, node: NodeIndex) -> &[Bits] {
        self.node(node).feeders.get_or_init(|| feeders(&self.nodes, node))
    }

    /// The nodes that lead to `node`, which is not among them unless it leads to itself.
    pub(crate) fn ancestors(&self, node: NodeIndex) -> Bits {
        self.reach(node, |at| at.ins.iter().map(|wire| wire.from).collect())
    }

    /// The nodes that `node` leads to.
    pub(crate) fn descendants(&self, node: NodeIndex) -> Bits {
        self.reach(node, |at| at.outs.iter().map(|wire| wire.to).collect())
    }

    fn reach(&self, node: NodeIndex, next: impl Fn(&PlanNode) -> Vec<NodeIndex>) -> Bits {
        let mut found = Bits::new(self.nodes.len());
        let mut todo = next(self.node(node));
        while let Some(at) = todo.pop() {
            if found.insert(at) {
                todo.extend(next(self.node(at)));
            }
        }
        found
    }
}

fn plan_node(node: &Node, description: Option<&NodeDescription>, pin: Option<Items>) -> PlanNode {
    let ports = ports_of(description, node);
    let (tries, try_wait_ms) = tries(node);
    PlanNode {
        node: Arc::new(node.clone()),
        effect: description.map_or(Effect::Pure, |description| description.effect),
        known: description.is_some(),
        trigger: description.is_some_and(|description| description.group == NodeGroup::Trigger),
        inputs: ports.inputs.iter().filter(|port| port.kind.is_main()).count(),
        outputs: ports.outputs.iter().filter(|port| port.kind.is_main()).count(),
        error_output: (node.flags.on_error == OnError::ContinueErrorOutput)
            .then(|| ports.outputs.iter().filter(|port| port.kind.is_main()).count() - 1),
        wired_inputs: 0,
        outs: Vec::new(),
        ins: Vec::new(),
        required: description.map_or_else(Vec::new, |d| d.required_inputs_of(node)),
        tries,
        try_wait_ms,
        pin,
        feeders: OnceLock::new(),
    }
}

/// How often a node is tried and how long it waits in between. Zero counts as not set, as in n8n.
fn tries(node: &Node) -> (u32, u64) {
    if !node.flags.retry_on_fail {
        return (1, 0);
    }
    let tries = node.flags.max_tries.filter(|tries| *tries > 0).unwrap_or(limits::TRIES_DEFAULT);
    let wait = node.flags.wait_between_tries.filter(|wait| *wait > 0);
    (
        tries.clamp(limits::TRIES_MIN, limits::TRIES_MAX),
        wait.unwrap_or(limits::TRY_WAIT_DEFAULT_MS).min(limits::TRY_WAIT_MAX_MS),
    )
}

/// Gives every node its wires, in the order of their outputs and of the edges' own order.
fn connect(nodes: &mut [PlanNode], workflow: &Workflow) {
    let numbers: BTreeMap<&NodeId, NodeIndex> =
        workflow.nodes.keys().enumerate().map(|(i, id)| (id, NodeIndex::new(i))).collect();
    let mut edges: Vec<_> = workflow
        .edges
        .iter()
        .filter(|(key, _)| key.kind.is_main())
        .filter(|(key, _)| key.from_port < limits::PORTS && key.to_port < limits::PORTS)
        .filter_map(|(key, edge)| {
            let (from, to) = (*numbers.get(&key.from)?, *numbers.get(&key.to)?);
            Some((from, key.from_port, &edge.order, to, key.to_port))
        })
        .collect();
    edges.sort();
    for (from, output, _, to, input) in edges {
        let wire = Wire { from, output, to, input };
        nodes[from.get()].outs.push(wire);
        let target = &mut nodes[to.get()];
        target.ins.push(wire);
        target.wired_inputs = target.wired_inputs.max(input + 1);
    }
    for node in nodes {
        node.ins.sort_by_key(|wire| wire.input);
    }
}

/// Sorts by where targets stand. In n8n's order since 1.0 the last one followed runs first, and
/// the topmost shall; where branches run at once, the topmost starts first. The legacy order
/// follows the wires as they are.
fn sort_wires(nodes: &mut [PlanNode], order: ExecutionOrder) {
    let positions: Vec<_> = nodes.iter().map(|node| node.node.position).collect();
    for node in nodes {
        node.outs.sort_by(|a, b| {
            let (a, b) = (positions[a.to.get()], positions[b.to.get()]);
            let topmost = a.y.total_cmp(&b.y).then(a.x.total_cmp(&b.x));
            match order {
                ExecutionOrder::V0 => std::cmp::Ordering::Equal,
                ExecutionOrder::V1 => topmost.reverse(),
                ExecutionOrder::Concurrent => topmost,
            }
        });
    }
}

fn feeders(nodes: &[PlanNode], join: NodeIndex) -> Vec<Bits> {
    let planned = &nodes[join.get()];
    let mut feeders = vec![Bits::new(nodes.len()); planned.wired_inputs];
    for (input, found) in feeders.iter_mut().enumerate() {
        let wires = planned.ins.iter().filter(|wire| wire.input == input);
        let mut todo: Vec<NodeIndex> = wires.map(|wire| wire.from).collect();
        while let Some(at) = todo.pop() {
            if at != join && found.insert(at) {
                todo.extend(nodes[at.get()].ins.iter().map(|wire| wire.from));
            }
        }
    }
    feeders
}
