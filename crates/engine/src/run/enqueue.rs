//! Items arrive at an input: the node run is queued, or waits for its other inputs.
//!
//! Several wires into one input do not mix: each arrival is a run of its own.

use std::collections::VecDeque;

use reporunner_model::{ExecutionOrder, Items};

use super::{Join, Ready, Run};
use crate::plan::Wire;
use crate::{NodeIndex, Source};

impl Run {
    pub(super) fn deliver(&mut self, wire: Wire, items: Items, source: Source) {
        if !self.covers(wire.to) {
            return;
        }
        let inputs = self.plan.node(wire.to).wired_inputs;
        if inputs <= 1 {
            let sources = vec![Some(source)];
            self.push(Ready { node: wire.to, inputs: vec![Some(items)], sources });
            return;
        }
        let was_waiting = self.waiting.iter().any(|join| join.node == wire.to);
        let nothing_came = items.is_empty();
        if let Some(ready) = self.fill_slot(wire, inputs, items, source) {
            self.push(ready);
        } else if !was_waiting && self.plan.order() == ExecutionOrder::V0 {
            self.force_inputs(wire, nothing_came, source.run_index);
        }
    }

    /// Puts items into the first set of inputs that lacks them, and takes that set out when it is
    /// complete.
    fn fill_slot(
        &mut self,
        wire: Wire,
        inputs: usize,
        items: Items,
        source: Source,
    ) -> Option<Ready> {
        let at = self.waiting.iter().position(|join| join.node == wire.to).unwrap_or_else(|| {
            self.waiting.push(Join { node: wire.to, slots: VecDeque::new() });
            self.waiting.len() - 1
        });
        let slots = &mut self.waiting[at].slots;
        let slot = slots.iter().position(|slot| slot.inputs[wire.input].is_none());
        let slot = slot.unwrap_or_else(|| {
            let (inputs, sources) = (vec![None; inputs], vec![None; inputs]);
            slots.push_back(Ready { node: wire.to, inputs, sources });
            slots.len() - 1
        });
        slots[slot].inputs[wire.input] = Some(items);
        slots[slot].sources[wire.input] = Some(source);
        if slots[slot].inputs.iter().all(Option::is_some) { self.take_slot(at, slot) } else { None }
    }

    /// Takes a set of inputs out, and the node off the waiting list with its last.
    pub(super) fn take_slot(&mut self, join: usize, slot: usize) -> Option<Ready> {
        let ready = self.waiting[join].slots.remove(slot);
        if self.waiting[join].slots.is_empty() {
            self.waiting.remove(join);
        }
        ready
    }

    /// Queues a node run: in n8n's order since 1.0 it is the next, else the last.
    pub(super) fn push(&mut self, ready: Ready) {
        self.pending[ready.node.get()] += 1;
        self.pending_nodes.insert(ready.node);
        match self.plan.order() {
            ExecutionOrder::V1 => self.queue.push_front(ready),
            ExecutionOrder::V0 | ExecutionOrder::Concurrent => self.queue.push_back(ready),
        }
    }

    /// A queued or live run of the node is over; one that waited for it is the next.
    pub(super) fn retire(&mut self, node: NodeIndex) {
        let pending = &mut self.pending[node.get()];
        *pending = pending.saturating_sub(1);
        if *pending == 0 {
            self.pending_nodes.remove(node);
        }
        if let Some(parked) = self.parked.get_mut(&node) {
            self.queue.extend(parked.pop_front());
            if parked.is_empty() {
                self.parked.remove(&node);
            }
        }
    }
}
