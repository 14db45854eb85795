//! A task reports.

use reporunner_model::{NodeRunState, RunStatus};

use super::{Live, Run, Waits};
use crate::{Effect, Outcome, TaskId, item_errors};

impl Run {
    pub(super) fn node_finished(
        &mut self,
        task: TaskId,
        outcome: Outcome,
        effects: &mut Vec<Effect>,
    ) {
        if self.live.contains_key(&task) && self.status() == RunStatus::Waiting {
            self.limit_again(effects);
        }
        let Some(live) = self.end_task(task, effects) else { return };
        let (node, run_index) = (live.node, live.run_index);
        match outcome {
            Outcome::Outputs { outputs, hints } => {
                if item_errors::reports_failure(&outputs) && self.can_retry(&live) {
                    self.wait_for_retry(live, effects);
                    return;
                }
                self.results[node.get()][run_index].hints = hints;
                self.outputs(live, outputs, effects);
            }
            Outcome::Failed { error } => self.failed(live, error, effects),
            Outcome::Recorded { outputs, error, hints } => {
                let failed = error.is_some();
                let result = &mut self.results[node.get()][run_index];
                result.hints = hints;
                result.error = error.map(Box::new);
                let state = if failed { NodeRunState::Failed } else { NodeRunState::Succeeded };
                self.conclude(node, run_index, outputs, state, effects);
            }
            Outcome::Waiting { until, again, note } => {
                let waits = Waits { again, note };
                self.wait(task, Live { waits: Some(waits), ..live }, until, effects);
            }
            Outcome::Unknown { error } => {
                self.results[node.get()][run_index].error = Some(Box::new(error.clone()));
                self.set_state(node, run_index, NodeRunState::Unknown, effects);
                self.finish(RunStatus::Unknown, Some(error), Some(node), effects);
            }
        }
    }

    /// A node gave items: those that report errors take the error output.
    pub(super) fn outputs(
        &mut self,
        live: Live,
        mut outputs: Vec<reporunner_model::Items>,
        effects: &mut Vec<Effect>,
    ) {
        let Live { node, run_index, inputs, .. } = live;
        if let Some(error_output) = self.plan.node(node).error_output {
            let sources = &self.results[node.get()][run_index].sources;
            let from_wire = |input: usize| sources.get(input).is_some_and(Option::is_some);
            item_errors::route(&mut outputs, error_output, &inputs, from_wire);
        }
        self.complete(node, run_index, &inputs, outputs, NodeRunState::Succeeded, effects);
    }

    /// Takes a task out, with its timer. None: it is over already.
    pub(super) fn end_task(&mut self, task: TaskId, effects: &mut Vec<Effect>) -> Option<Live> {
        let mut live = self.live.remove(&task)?;
        if let Some(timer) = live.timer.take()
            && self.timers.remove(&timer).is_some()
        {
            effects.push(Effect::CancelTimer { timer });
        }
        Some(live)
    }
}
