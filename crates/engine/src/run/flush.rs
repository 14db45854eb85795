//! n8n's orders: when nothing is queued, a node that waits for inputs runs on what it has.
//!
//! The rules are n8n's (`WorkflowExecute`): the first that began to wait and has no waiting
//! ancestor; one at a time.

use std::sync::Arc;

use reporunner_model::ExecutionOrder;

use super::{Ready, Run};
use crate::NodeIndex;

impl Run {
    /// Queues one waiting node; false where none may run.
    pub(super) fn flush(&mut self) -> bool {
        let mut at = 0;
        while at < self.waiting.len() {
            if !self.may_run_partly(at) {
                at += 1;
                continue;
            }
            let Some(mut ready) = self.take_slot(at, 0) else { return false };
            if ready.inputs.iter().flatten().any(|items| !items.is_empty()) {
                self.give_empty_inputs(&mut ready);
                self.push(ready);
                return true;
            }
            // It never got an item: look again, others may have waited for it.
            at = 0;
        }
        false
    }

    fn may_run_partly(&self, at: usize) -> bool {
        let join = &self.waiting[at];
        let required = &self.plan.node(join.node).required;
        let lacks = |input: &usize| join.slots[0].inputs.get(*input).is_none_or(Option::is_none);
        if self.plan.order() != ExecutionOrder::V0 && required.iter().any(lacks) {
            return false;
        }
        !self.waiting.iter().any(|other| self.leads_to(other.node, join.node))
    }

    /// Whether `node` lies on a way to `join`, which waits for inputs.
    fn leads_to(&self, node: NodeIndex, join: NodeIndex) -> bool {
        self.plan.feeders(join).iter().any(|feeders| feeders.contains(node))
    }

    pub(super) fn give_empty_inputs(&self, ready: &mut Ready) {
        let planned = self.plan.node(ready.node);
        let inputs = ready.inputs.len().max(planned.inputs);
        ready.inputs.resize(inputs, None);
        ready.sources.resize(inputs, None);
        for items in &mut ready.inputs {
            items.get_or_insert_with(|| Arc::clone(&self.plan.empty));
        }
    }
}
