//! The legacy order only: the first items that reach a node with several inputs start whatever
//! else leads to it and would not run otherwise, with one empty item.
//!
//! The rules are n8n's (`WorkflowExecute`, legacy execution order).

use std::sync::Arc;

use super::start::one_empty_item;
use super::{Ready, Run};
use crate::bits::Bits;
use crate::plan::Wire;
use crate::{NodeIndex, Plan, Source};

impl Run {
    pub(super) fn force_inputs(&mut self, arrived: Wire, nothing_came: bool, run_index: usize) {
        let plan = Arc::clone(&self.plan);
        let parent = arrived.from;
        let siblings = {
            let mut bits = Bits::new(plan.len());
            for wire in &plan.node(parent).outs {
                bits.insert(wire.to);
            }
            bits
        };
        for wire in &plan.node(arrived.to).ins {
            let at = wire.from;
            let served = siblings.contains(at) && !self.first_input_is_empty(&plan, at, run_index);
            if at == parent || served || self.is_queued(at) || self.has_run(at) {
                continue;
            }
            let Some(node) = self.earliest_missing(&plan, at, &siblings) else { continue };
            // What follows the parent got nothing from it on purpose.
            if nothing_came && plan.ancestors(node).contains(parent) {
                continue;
            }
            let unwired = plan.node(node).ins.is_empty();
            if !self.covers(node) || !(unwired || self.first_input_is_empty(&plan, node, run_index))
            {
                continue;
            }
            let source = Source { node: parent, output: arrived.output, run_index };
            self.push(Ready {
                node,
                inputs: vec![Some(one_empty_item())],
                sources: vec![Some(source)],
            });
        }
    }

    /// The node furthest up from `at` that has not run; none where something on the way will run
    /// anyway.
    fn earliest_missing(&self, plan: &Plan, at: NodeIndex, siblings: &Bits) -> Option<NodeIndex> {
        let mut found = at;
        for node in nearest_first(plan, at) {
            if (node != at && siblings.contains(node)) || self.is_queued(node) {
                return None;
            }
            if self.has_run(node) {
                break;
            }
            found = node;
        }
        Some(found)
    }

    fn is_queued(&self, node: NodeIndex) -> bool {
        self.queue.iter().any(|ready| ready.node == node)
    }

    fn has_run(&self, node: NodeIndex) -> bool {
        !self.results[node.get()].is_empty()
    }

    fn first_input_is_empty(&self, plan: &Plan, node: NodeIndex, run_index: usize) -> bool {
        plan.node(node).ins.iter().filter(|wire| wire.input == 0).all(|wire| {
            let run = self.results[wire.from.get()].get(run_index);
            let items = run.and_then(|run| run.outputs.get(wire.output));
            items.is_none_or(|items| items.is_empty())
        })
    }
}

/// `at` and its ancestors: depth first along the wires, a node that is met again at its last
/// place.
fn nearest_first(plan: &Plan, at: NodeIndex) -> Vec<NodeIndex> {
    // Reading the wires backwards and keeping each node's first place, then turning the list
    // round, gives each node its last place without walking any way twice.
    let mut seen = Bits::new(plan.len());
    let mut list = Vec::new();
    let mut todo = vec![(at, false)];
    while let Some((node, done)) = todo.pop() {
        if done {
            list.push(node);
        } else if seen.insert(node) {
            todo.push((node, true));
            todo.extend(plan.node(node).ins.iter().map(|wire| (wire.from, false)));
        }
    }
    list.reverse();
    list
}
