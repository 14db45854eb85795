//! A node run fails: it is tried again, or the run goes on without it, or ends.

use std::sync::Arc;

use reporunner_model::RunStatus;
use reporunner_model::{ErrorOrigin, ExecutionOrder, Items, NodeError, NodeRunState, OnError};

use super::{Live, Run, TimerKind};
use crate::{Effect, TaskId, item_errors};

impl Run {
    pub(super) fn failed(&mut self, live: Live, error: NodeError, effects: &mut Vec<Effect>) {
        if self.can_retry(&live) {
            self.results[live.node.get()][live.run_index].error = Some(Box::new(error));
            self.wait_for_retry(live, effects);
        } else {
            self.give_up(live, error, effects);
        }
    }

    /// Whether the node has a try left. As in n8n, every error counts, also one that another try
    /// cannot help: the person who switched retries on decides.
    pub(super) fn can_retry(&self, live: &Live) -> bool {
        let attempt = self.results[live.node.get()][live.run_index].attempt;
        attempt < self.plan.node(live.node).tries
    }

    pub(super) fn wait_for_retry(&mut self, mut live: Live, effects: &mut Vec<Effect>) {
        let after_ms = self.plan.node(live.node).try_wait_ms;
        self.set_state(live.node, live.run_index, NodeRunState::Retrying, effects);
        // The pause has a number among the tasks, so that it ends like one when the run does.
        let task = TaskId(self.next_task);
        self.next_task += 1;
        live.timer = Some(self.start_timer(TimerKind::Retry(task), after_ms, effects));
        self.live.insert(task, live);
    }

    pub(super) fn retry(&mut self, live: Live, effects: &mut Vec<Effect>) {
        let result = &mut self.results[live.node.get()][live.run_index];
        result.attempt += 1;
        result.error = None;
        self.run_task(live, effects);
    }

    /// A node failed for good: its flags say what becomes of the run.
    pub(super) fn give_up(&mut self, live: Live, error: NodeError, effects: &mut Vec<Effect>) {
        let Live { node, run_index, inputs, .. } = live;
        let on_error = self.plan.node(node).node.flags.on_error;
        let result = &mut self.results[node.get()][run_index];
        result.error = Some(Box::new(error.clone()));
        if on_error == OnError::StopWorkflow || error.origin == ErrorOrigin::Cancelled {
            result.micros = self.now.monotonic.micros_since(result.began);
            self.last_node = Some(node);
            self.set_state(node, run_index, NodeRunState::Failed, effects);
            self.finish(RunStatus::Failed, Some(error), Some(node), effects);
            return;
        }
        let input = inputs.first().cloned().unwrap_or_else(|| Arc::clone(&self.plan.empty));
        let outputs = match self.plan.node(node).error_output {
            // n8n passes the input on to the *first* output even here, and imported workflows
            // rely on it; ours take the output that the person asked for.
            Some(error_output) if self.plan.order() == ExecutionOrder::Concurrent => {
                let mut outputs: Vec<Items> = vec![Arc::clone(&self.plan.empty); error_output];
                outputs.push(item_errors::failed_items(&input, &error.message));
                outputs
            }
            _ => vec![input],
        };
        self.conclude(node, run_index, outputs, NodeRunState::Failed, effects);
    }
}
