//! Timers: limits of nodes and of the run, pauses between tries, waits.

use reporunner_model::{ErrorOrigin, NodeError, RunStatus};

use super::{Run, Timer, TimerKind};
use crate::{Effect, TimerId};

impl Run {
    pub(super) fn start_timer(
        &mut self,
        kind: TimerKind,
        after_ms: u64,
        effects: &mut Vec<Effect>,
    ) -> TimerId {
        let timer = TimerId(self.next_timer);
        self.next_timer += 1;
        let due = self.now.wall.plus_ms(i64::try_from(after_ms).unwrap_or(i64::MAX));
        self.timers.insert(timer, Timer { due, kind });
        effects.push(Effect::StartTimer { timer, after_ms });
        timer
    }

    pub(super) fn timer_fired(&mut self, timer: TimerId, effects: &mut Vec<Effect>) {
        let Some(Timer { kind, .. }) = self.timers.remove(&timer) else { return };
        match kind {
            // A run that only waits takes no time.
            TimerKind::RunLimit if self.status() == RunStatus::Waiting => {
                self.start_limit(effects);
            }
            TimerKind::RunLimit => {
                let limit = self.time_limit_ms.unwrap_or_default();
                // One that was given at the start stands in for the workflow's own.
                let hint = if self.plan.time_limit_ms() == Some(limit) {
                    "Raise the time limit in the workflow's settings."
                } else {
                    "Start it with a longer limit: on the command line, --timeout."
                };
                let error = NodeError::new(format!("the run took longer than {}", span(limit)))
                    .hint(hint)
                    .from_origin(ErrorOrigin::Limit);
                self.finish(RunStatus::Cancelled, Some(error), None, effects);
            }
            TimerKind::NodeLimit(task) => {
                let Some(live) = self.end_task(task, effects) else { return };
                effects.push(Effect::CancelTask { task });
                let node = &self.plan.node(live.node).node;
                let limit = span(node.flags.timeout_ms.unwrap_or_default());
                let error = NodeError::new(format!("{} took longer than {limit}", node.name))
                    .hint("Raise the node's time limit in its settings.")
                    .from_origin(ErrorOrigin::Limit);
                self.failed(live, error, effects);
            }
            TimerKind::Retry(task) => {
                if let Some(live) = self.end_task(task, effects) {
                    self.retry(live, effects);
                }
            }
            TimerKind::Wake(task) => self.woken(task, effects),
        }
    }
}

fn span(ms: u64) -> String {
    if ms.is_multiple_of(1000) { format!("{} s", ms / 1000) } else { format!("{ms} ms") }
}
