//! Runs that only wait: those that wait long leave the memory, and what comes for the others.

use std::collections::VecDeque;
use std::sync::Arc;

use reporunner_engine::{Effect, Event, Run};
use reporunner_model::{RunStatus, Timestamp};
use serde_json::json;

use crate::drive::UnderWay;
use crate::launch::{Reach, answers};
use crate::lock::lock;
use crate::runner::Ended;
use crate::session::Session;
use crate::wake::{Resting, Wake, WakeBy, events_of, waits_of};

impl Session {
    /// Shows whoever may call which nodes wait.
    pub(crate) fn show_waits(&self, run: &Run, reach: &Reach) {
        let mut shown = lock(&reach.waits);
        if run.waits().next().is_some() || !shown.is_empty() {
            *shown = waits_of(run);
        }
    }

    /// Whether the run only waits, and for long. What has come for it is told first.
    pub(crate) fn may_rest(
        &mut self,
        run: &Run,
        under_way: &UnderWay,
        reach: &mut Reach,
        events: &mut VecDeque<Event>,
    ) -> bool {
        let house = self.shared.house();
        if !under_way.is_idle()
            || !self.may_rest
            || run.status() != RunStatus::Waiting
            || !(self.journal.is_on() || house.ends_with_waits())
        {
            return false;
        }
        if let Ok(wake) = reach.wake.try_recv() {
            events.extend(self.take(run, wake));
            return false;
        }
        let soon = i64::try_from(house.rest_after_ms()).unwrap_or(i64::MAX);
        let soon = self.shared.clock.now().plus_ms(soon);
        due(run).is_none_or(|due| due > soon)
    }

    /// Lays the run to rest. Gives it back where that could not be stored, or it shall end.
    pub(crate) async fn rest(&mut self, run: Run, reach: &mut Reach) -> Result<Ended, Box<Run>> {
        let waits = json!(Resting { nodes: waits_of(&run) });
        let on = self.journal.is_on();
        if let Some(written) = self.journal.rest(due(&run), waits)
            && let Err(error) = written.await
        {
            tracing::error!(%error, run = %self.id, "a run that waits stays in memory");
            self.may_rest = false;
            return Err(Box::new(run));
        }
        if !self.leaves(reach) {
            return Err(Box::new(run));
        }
        reach.wake.close();
        while reach.wake.try_recv().is_ok() {}
        self.binaries.settle();
        self.shared.sink.run_changed(&self.prepared.workflow.id, &self.id);
        Ok(Ended {
            status: RunStatus::Waiting,
            error: None,
            node: None,
            run: Arc::new(run),
            prepared: Arc::clone(&self.prepared),
            mode: self.mode,
            started: self.started,
            ms: self.took_ms(),
            kept: on,
        })
    }

    /// Takes the run from among those under way: from here on it is reached by its row. False where
    /// it was cancelled while it lay down: nobody would end it by its row any more.
    fn leaves(&self, reach: &Reach) -> bool {
        // Held by whoever cancels, too.
        let mut live = lock(&self.shared.live);
        let leaves = reach.cancel.borrow().is_none();
        if leaves {
            live.remove(&self.id);
        }
        leaves
    }

    /// What has come for the run in the engine's words. Whoever brought it hears that it is on
    /// disk once it has been told.
    fn take(&mut self, run: &Run, wake: Wake) -> Vec<Event> {
        let events = events_of(run, &wake.by);
        if events.is_empty() {
            return events;
        }
        if let WakeBy::Call { responder, .. } = wake.by
            && let Some(respond) = answers(responder)
        {
            self.respond = respond;
        }
        self.taken.push(wake.taken);
        events
    }

    /// Tells the engine what has come.
    pub(crate) fn wake(
        &mut self,
        run: &mut Run,
        wake: Wake,
        effects: &mut Vec<Effect>,
        under_way: &mut UnderWay,
    ) {
        for event in self.take(run, wake) {
            self.tell(run, event, effects, under_way);
        }
        self.say_taken();
    }

    /// Commits what has come, and says so.
    pub(crate) fn say_taken(&mut self) {
        let taken = std::mem::take(&mut self.taken);
        if taken.is_empty() {
            return;
        }
        let committed = self.journal.commit();
        tokio::spawn(async move {
            let written = match committed {
                Some(committed) => committed.await,
                None => Ok(()),
            };
            match written {
                // Nobody may wait for it any more.
                Ok(()) => taken.into_iter().for_each(|taken| {
                    let _ = taken.send(());
                }),
                Err(error) => tracing::error!(%error, "what a run was woken by was not stored"),
            }
        });
    }
}

/// When the first wait is over by itself.
fn due(run: &Run) -> Option<Timestamp> {
    run.waits().filter_map(|wait| wait.until).min()
}
