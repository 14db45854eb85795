//! A node run begins: it is given to the driver, or answered here (pinned, off, no items,
//! unknown type).

use std::sync::Arc;

use reporunner_model::{ExecutionOrder, Items, NodeError, NodeRunState, RunStatus, limits};

use super::{Live, Ready, Run, TimerKind};
use crate::results::NodeResult;
use crate::{Effect, NodeIndex, TaskId, lineage};

impl Run {
    pub(super) fn begin(&mut self, ready: Ready, effects: &mut Vec<Effect>) {
        let plan = Arc::clone(&self.plan);
        let node = ready.node;
        let planned = plan.node(node);
        if self.results[node.get()].len() >= limits::NODE_RUNS {
            self.stop_endless_loop(node, effects);
            return;
        }
        let pin = planned.pin.as_ref().filter(|_| self.use_pins && planned.node.on);
        // A trigger has work even where it is given no items.
        let main_input = self.main_input(&ready).or_else(|| planned.trigger.then_some(0));
        let off_with_input = !planned.node.on && matches!(ready.inputs.first(), Some(Some(_)));
        let has_work = pin.is_some() || off_with_input || (planned.node.on && main_input.is_some());
        if !has_work && !planned.node.flags.always_output_data {
            // Nothing came, so the branch ends here and leaves no record.
            self.retire(node);
            self.may_flush = false;
            return;
        }

        let inputs: Vec<Items> = ready
            .inputs
            .iter()
            .enumerate()
            .map(|(input, items)| match items {
                Some(items) => lineage::stamp(items, input),
                None => Arc::clone(&plan.empty),
            })
            .collect();
        let run_index = self.record(node, ready.sources, &inputs);
        if let Some(pin) = pin {
            self.complete(
                node,
                run_index,
                &inputs,
                vec![pin.clone()],
                NodeRunState::Pinned,
                effects,
            );
        } else if off_with_input {
            let outputs = vec![inputs[0].clone()];
            self.complete(node, run_index, &inputs, outputs, NodeRunState::Skipped, effects);
        } else if !has_work {
            self.complete(node, run_index, &inputs, Vec::new(), NodeRunState::Succeeded, effects);
        } else if !planned.known && planned.ins.is_empty() && self.was_given_to(node) {
            // A trigger that this version does not have can still pass on what it is given.
            let outputs = vec![inputs[0].clone()];
            self.complete(node, run_index, &inputs, outputs, NodeRunState::Succeeded, effects);
        } else {
            let main_input = main_input.unwrap_or(0);
            let live = Live { node, run_index, main_input, inputs, timer: None, waits: None };
            if planned.known {
                self.run_task(live, effects);
            } else {
                let kind = &planned.node.node_type;
                let error = NodeError::new(format!("the type {kind} is not in this version"))
                    .hint("Replace the node with one that is, pin its data, or switch it off.");
                self.give_up(live, error, effects);
            }
        }
    }

    /// Hands a try of a node run to the driver.
    pub(super) fn run_task(&mut self, mut live: Live, effects: &mut Vec<Effect>) {
        let task = TaskId(self.next_task);
        self.next_task += 1;
        self.set_state(live.node, live.run_index, NodeRunState::Running, effects);
        effects.push(Effect::RunNode(self.task(task, &live)));
        let limit = self.plan.node(live.node).node.flags.timeout_ms;
        if let Some(after_ms) = limit.filter(|ms| *ms > 0) {
            live.timer = Some(self.start_timer(TimerKind::NodeLimit(task), after_ms, effects));
        }
        self.live.insert(task, live);
    }

    pub(super) fn set_state(
        &mut self,
        node: NodeIndex,
        run_index: usize,
        state: NodeRunState,
        effects: &mut Vec<Effect>,
    ) {
        self.results[node.get()][run_index].state = state;
        effects.push(Effect::NodeChanged { node, run_index, state });
    }

    fn record(
        &mut self,
        node: NodeIndex,
        sources: Vec<Option<crate::Source>>,
        inputs: &[Items],
    ) -> usize {
        let run_index = self.results[node.get()].len();
        self.results[node.get()].push(NodeResult {
            sequence: self.sequence,
            state: NodeRunState::Queued,
            attempt: 1,
            started: self.now.wall,
            micros: 0,
            sources,
            input_counts: inputs.iter().map(|items| items.len()).collect(),
            outputs: Vec::new(),
            error: None,
            hints: Vec::new(),
            began: self.now.monotonic,
        });
        self.sequence += 1;
        run_index
    }

    /// The input that the node works on; none where no items are there for it.
    ///
    /// It is the first with items. In the legacy order it is the first input, unless that can
    /// get nothing and the items come back from a node further down.
    fn main_input(&self, ready: &Ready) -> Option<usize> {
        let has_items = |items: &Option<Items>| items.as_ref().is_some_and(|i| !i.is_empty());
        let first = ready.inputs.iter().position(has_items)?;
        if first == 0 || self.plan.order() != ExecutionOrder::V0 {
            return Some(first);
        }
        if ready.sources.first().is_some_and(Option::is_some) {
            return None;
        }
        let below = self.plan.descendants(ready.node);
        let comes_back = |source: &Option<crate::Source>| {
            source.is_some_and(|source| source.node == ready.node || below.contains(source.node))
        };
        let inputs = ready.inputs.iter().zip(&ready.sources);
        inputs.clone().position(|(items, source)| has_items(items) && comes_back(source))
    }

    fn stop_endless_loop(&mut self, node: NodeIndex, effects: &mut Vec<Effect>) {
        let name = &self.plan.node(node).node.name;
        let error = NodeError::new(format!(
            "{name} ran {} times, which looks like an endless loop",
            limits::NODE_RUNS
        ))
        .hint("Give the loop a way out, or fewer items.")
        .from_origin(reporunner_model::ErrorOrigin::Limit);
        self.finish(RunStatus::Failed, Some(error), Some(node), effects);
    }
}
