//! The end of a run: whatever is under way is stopped, and nothing follows.

use reporunner_model::{ErrorOrigin, NodeError, NodeRunState, RunStatus};

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
            if result.state == NodeRunState::Running {
                effects.push(Effect::CancelTask { task });
            }
            self.set_state(live.node, live.run_index, NodeRunState::Cancelled, effects);
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
