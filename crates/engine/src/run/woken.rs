//! Waits: a node run waits for a time, a call or another run, and goes on.

use std::sync::Arc;

use reporunner_model::{NodeRunState, RunStatus, Timestamp};

use super::{Live, Run, TimerKind};
use crate::{Effect, TaskId, Wait};

impl Run {
    pub(super) fn wait(
        &mut self,
        task: TaskId,
        mut live: Live,
        until: Option<Timestamp>,
        effects: &mut Vec<Effect>,
    ) {
        self.set_state(live.node, live.run_index, NodeRunState::Waiting, effects);
        live.timer = until.map(|until| {
            let after = u64::try_from(until.since(self.now.wall)).unwrap_or(0);
            self.start_timer(TimerKind::Wake(task), after, effects)
        });
        self.live.insert(task, live);
    }

    /// What a task waited for has come.
    pub(super) fn woken(&mut self, task: TaskId, effects: &mut Vec<Effect>) {
        if self.live.get(&task).is_none_or(|live| live.waits.is_none()) {
            return;
        }
        if self.status() == RunStatus::Waiting {
            self.limit_again(effects);
        }
        let Some(mut live) = self.end_task(task, effects) else { return };
        if live.waits.take().is_some_and(|waits| waits.again) {
            self.run_task(live, effects);
            return;
        }
        let empty = || Arc::clone(&self.plan.empty);
        let passed = live.inputs.first().cloned().unwrap_or_else(empty);
        self.outputs(live, vec![passed], effects);
    }

    /// The tasks that wait, in the order in which they began.
    pub fn waits(&self) -> impl Iterator<Item = Wait<'_>> {
        self.live.iter().filter_map(|(task, live)| {
            let waits = live.waits.as_ref()?;
            let timer = live.timer.and_then(|timer| self.timers.get(&timer));
            Some(Wait {
                task: *task,
                node: live.node,
                until: timer.map(|timer| timer.due),
                again: waits.again,
                note: &waits.note,
            })
        })
    }

    /// Starts the time that the run may take.
    pub(super) fn start_limit(&mut self, effects: &mut Vec<Effect>) {
        if let Some(after_ms) = self.time_limit_ms {
            self.start_timer(TimerKind::RunLimit, after_ms, effects);
        }
    }

    /// Starts that time afresh: the run only waited until now.
    pub(super) fn limit_again(&mut self, effects: &mut Vec<Effect>) {
        let mut limits = self.timers.extract_if(.., |_, timer| timer.kind == TimerKind::RunLimit);
        let before = limits.next().map(|(timer, _)| timer);
        drop(limits);
        if let Some(timer) = before {
            effects.push(Effect::CancelTimer { timer });
            self.start_limit(effects);
        }
    }
}
