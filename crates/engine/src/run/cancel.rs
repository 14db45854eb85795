//! The end of a run: whatever is under way is stopped, and nothing follows.

use reporunner_model::{Effect as NodeEffect, ErrorOrigin, NodeError, NodeRunState, RunStatus};

use super::Run;
use crate::{Effect, NodeIndex};

impl Run {
    pub(super) fn cancel(&mut self, reason: String, effects: &mut Vec<Effect>) {
        let error = NodeError::new(reason).from_origin(ErrorOrigin::Cancelled);
        self.finish(RunStatus::Cancelled, Some(error), None, effects);
    }

    pub(super) fn finish(
        &mut self,
        status: RunStatus,
        error: Option<NodeError>,
        node: Option<NodeIndex>,
        effects: &mut Vec<Effect>,
    ) {
        for (task, live) in std::mem::take(&mut self.live) {
            let result = &mut self.results[live.node.get()][live.run_index];
            result.micros = self.now.monotonic.micros_since(result.began);
            let running = result.state == NodeRunState::Running;
            if running {
                effects.push(Effect::CancelTask { task });
            }
            // A run that was cut off at one step was cut off at all that were under way.
            let outside = self.plan.node(live.node).effect == NodeEffect::Outside;
            let cut_off = status == RunStatus::Unknown && running && outside;
            let state = if cut_off { NodeRunState::Unknown } else { NodeRunState::Cancelled };
            self.set_state(live.node, live.run_index, state, effects);
        }
        for timer in std::mem::take(&mut self.timers).into_keys() {
            effects.push(Effect::CancelTimer { timer });
        }
        self.queue.clear();
        self.parked.clear();
        self.waiting.clear();
        self.status = status;
        self.error.clone_from(&error);
        effects.push(Effect::Finished { status, error, node });
    }
}
