//! A node run is over: it is recorded, and its items go on.

use std::sync::Arc;

use reporunner_model::{ExecutionOrder, Items, NodeRunState};

use super::Run;
use crate::{Effect, NodeIndex, Source, item_errors, lineage};

impl Run {
    /// Fills in lineage, records and sends the items on.
    pub(super) fn complete(
        &mut self,
        node: NodeIndex,
        run_index: usize,
        inputs: &[Items],
        mut outputs: Vec<Items>,
        state: NodeRunState,
        effects: &mut Vec<Effect>,
    ) {
        lineage::fill(&mut outputs, inputs);
        if self.plan.node(node).node.flags.always_output_data {
            lineage::always(&mut outputs, inputs);
        }
        item_errors::normalize(&mut outputs);
        self.conclude(node, run_index, outputs, state, effects);
    }

    /// Records and sends the items on.
    pub(super) fn conclude(
        &mut self,
        node: NodeIndex,
        run_index: usize,
        outputs: Vec<Items>,
        state: NodeRunState,
        effects: &mut Vec<Effect>,
    ) {
        let result = &mut self.results[node.get()][run_index];
        result.outputs = outputs;
        result.micros = self.now.monotonic.micros_since(result.began);
        self.set_state(node, run_index, state, effects);
        self.last_node = Some(node);
        self.retire(node);
        self.may_flush = !self.ends_at(node);
        if self.may_flush {
            self.send_on(node, run_index);
        }
    }

    /// Sends the items of a node run along its wires. An output without items ends its branch,
    /// except that the legacy order tells further inputs that nothing came.
    pub(super) fn send_on(&mut self, node: NodeIndex, run_index: usize) {
        let plan = Arc::clone(&self.plan);
        let legacy = plan.order() == ExecutionOrder::V0;
        for wire in &plan.node(node).outs {
            let outputs = &self.results[node.get()][run_index].outputs;
            let Some(items) = outputs.get(wire.output) else { continue };
            if items.is_empty() && !(legacy && wire.input > 0) {
                continue;
            }
            let items = Arc::clone(items);
            self.deliver(*wire, items, Source { node, output: wire.output, run_index });
        }
    }
}
