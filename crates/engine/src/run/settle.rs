//! Branches at once: a node with several inputs runs as soon as nothing that still runs can
//! bring it the inputs it lacks.

use super::Run;

impl Run {
    /// Queues every waiting node whose missing inputs will never come, and drops those that
    /// cannot run without them. Whether it did anything.
    pub(super) fn settle(&mut self) -> bool {
        let mut any = false;
        let mut at = 0;
        while at < self.waiting.len() {
            if self.may_still_get_more(at) {
                at += 1;
            } else {
                self.release(at);
                any = true;
                // The list has changed, and with it who waits for whom.
                at = 0;
            }
        }
        any
    }

    /// Nothing runs, and the nodes that wait do so for each other: the first one goes.
    pub(super) fn release_first(&mut self) -> bool {
        if self.waiting.is_empty() {
            return false;
        }
        self.release(0);
        true
    }

    fn release(&mut self, at: usize) {
        let Some(mut ready) = self.take_slot(at, 0) else { return };
        let required = &self.plan.node(ready.node).required;
        let lacks = |input: &usize| ready.inputs.get(*input).is_none_or(Option::is_none);
        if !required.iter().any(lacks) {
            self.give_empty_inputs(&mut ready);
            self.push(ready);
        }
    }

    fn may_still_get_more(&self, at: usize) -> bool {
        let join = &self.waiting[at];
        let feeders = self.plan.feeders(join.node);
        let missing = join.slots[0].inputs.iter().zip(feeders).filter(|(items, _)| items.is_none());
        missing.map(|(_, feeders)| feeders).any(|feeders| {
            feeders.intersects(&self.pending_nodes)
                || self.waiting.iter().any(|other| feeders.contains(other.node))
        })
    }
}
