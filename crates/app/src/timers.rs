//! Triggers that fire by the clock: those of live workflows, in the process that stays.
//!
//! What is due is a row, so that a slot which passed while nothing ran is still known. A run for a
//! slot has an id that follows from the slot: however a crash falls, a slot starts one run.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use reporunner_engine::Options;
use reporunner_model::{
    Item, Monotonic, NodeId, RunId, RunMode, StartFrom, Timestamp, VersionId, WorkflowId,
};
use reporunner_nodes::schedule::{Missed, Schedule};
use reporunner_protocol::{Event, Failure};
use reporunner_runner::{Prepared, RunRequest, run_for};
use reporunner_store::{Published, ScheduleRow};
use serde_json::json;
use tokio::sync::Notify;

use crate::App;
use crate::failure::{of_runner, of_store};
use crate::lock::lock;

/// A slot that is later than this was missed: a busy machine is no outage, a sleeping one is.
const LATE_MS: i64 = 60_000;
/// How often the wall clock is looked at while nothing is due: it may be set, or the machine sleep.
const LOOK_MS: i64 = 15_000;

/// The timers of live workflows.
#[derive(Default)]
pub(crate) struct Timers {
    all: Mutex<HashMap<(WorkflowId, NodeId), Timer>>,
    changed: Notify,
    /// Whether the disk refused the last run that a slot is due for.
    refused: AtomicBool,
}

#[derive(Clone)]
struct Timer {
    prepared: Arc<Prepared>,
    version: VersionId,
    schedule: Schedule,
    /// The row as it is stored; its `data` says since when the timer counts, and by which rules.
    row: ScheduleRow,
    since: Timestamp,
}

impl Timers {
    fn earliest(&self) -> Option<Timestamp> {
        lock(&self.all).values().filter_map(|timer| timer.row.next_fire).min()
    }

    fn due(&self, now: Timestamp) -> Vec<Timer> {
        let all = lock(&self.all);
        let due = all.values().filter(|timer| timer.row.next_fire.is_some_and(|at| at <= now));
        let mut due: Vec<Timer> = due.cloned().collect();
        due.sort_by_key(|timer| timer.row.next_fire);
        due
    }
}

impl App {
    /// Sets the timers of a published version in place of those before. Those whose rules did not
    /// change go on where they were. Gives what cannot be set.
    pub(crate) async fn set_timers(
        &self,
        id: &WorkflowId,
        published: &Published,
        prepared: &Arc<Prepared>,
    ) -> Result<Vec<String>, Failure> {
        let now = self.now();
        let before = self.store.read(|db| db.schedules()).map_err(of_store)?;
        let zone = match prepared.workflow.settings.timezone.as_str() {
            "" => &self.host.timezone,
            named => named,
        };
        let (mut timers, mut troubles) = (Vec::new(), Vec::new());
        for node in prepared.workflow.nodes.values().filter(|node| node.on) {
            let schedule = match Schedule::of(node, zone) {
                Ok(Some(schedule)) => schedule,
                Ok(None) => continue,
                Err(error) => {
                    troubles.push(format!("{}: {}", node.name, error.message));
                    continue;
                }
            };
            let rules = json!([zone, node.params]);
            let known = before.iter().find(|row| row.workflow == *id && row.node == node.id);
            let known = known.filter(|row| row.data.get("rules") == Some(&rules));
            let since = known.and_then(|row| row.data.get("since")?.as_i64()).map(Timestamp);
            let row = match (known, since) {
                (Some(row), Some(_)) => row.clone(),
                _ => ScheduleRow {
                    workflow: id.clone(),
                    node: node.id.clone(),
                    next_fire: schedule.next(now, now),
                    policy: String::new(),
                    last_slot: None,
                    data: json!({ "since": now.0, "rules": rules }),
                },
            };
            timers.push(Timer {
                prepared: Arc::clone(prepared),
                version: published.version.clone(),
                schedule,
                since: since.unwrap_or(now),
                row,
            });
        }
        let rows: Vec<ScheduleRow> = timers.iter().map(|timer| timer.row.clone()).collect();
        let stored = id.clone();
        let written = self.store.write(move |tx| {
            tx.remove_schedules(&stored)?;
            rows.iter().try_for_each(|row| tx.put_schedule(row))
        });
        written.await.map_err(of_store)?;
        let mut all = lock(&self.timers.all);
        all.retain(|(workflow, _), _| workflow != id);
        all.extend(timers.into_iter().map(|timer| ((id.clone(), timer.row.node.clone()), timer)));
        drop(all);
        self.timers.changed.notify_one();
        Ok(troubles)
    }

    /// Lets the timers of a workflow fire no more.
    pub(crate) fn stop_timers(&self, id: &WorkflowId) {
        lock(&self.timers.all).retain(|(workflow, _), _| workflow != id);
    }

    /// Starts what a timer is due for. Whether that could be done.
    async fn fire(&self, timer: Timer, up_since: Timestamp) -> bool {
        let now = self.now();
        let Some(first) = timer.row.next_fire else { return true };
        if self.timers.refused.load(Ordering::Relaxed) && self.ask_disk().await.is_err() {
            return false;
        }
        for slot in timer.slots(first, now, up_since) {
            let fired = self.fire_slot(&timer, slot).await;
            self.timers.refused.store(fired.is_err(), Ordering::Relaxed);
            if let Err(failure) = fired {
                tracing::error!(%failure, workflow = %timer.row.workflow, "a timer did not start");
                let name = &timer.prepared.workflow.name;
                let message = format!("{name} could not be started: {}", failure.message);
                self.bus.send(Event::Notice { message, hint: failure.hint });
                // The slot stays due; those before it have their runs already.
                return false;
            }
        }
        let row = ScheduleRow {
            next_fire: timer.schedule.next(now, timer.since),
            last_slot: Some(first),
            ..timer.row.clone()
        };
        let key = (row.workflow.clone(), row.node.clone());
        // The workflow may have been switched off or published anew meanwhile.
        let current = {
            let mut all = lock(&self.timers.all);
            let current = all.get_mut(&key).filter(|known| known.row.data == row.data);
            current.map(|known| known.row = row.clone()).is_some()
        };
        if current && let Err(error) = self.store.write(move |tx| tx.put_schedule(&row)).await {
            // The slot has its run already, and the next start finds that.
            tracing::warn!(%error, "the next time of a timer was not stored");
        }
        true
    }

    async fn fire_slot(&self, timer: &Timer, slot: Timestamp) -> Result<(), Failure> {
        let id = run_of_slot(&timer.row.workflow, &timer.row.node, slot);
        if self.store.read(|db| db.run(&id)).map_err(of_store)?.is_some() {
            return Ok(());
        }
        let item = Item::from_json(timer.schedule.item(slot));
        let options = Options {
            start: StartFrom::Trigger { node: Some(timer.row.node.clone()) },
            input: Some(Arc::new(vec![item])),
            ..Options::default()
        };
        let durability = timer.prepared.workflow.settings.durability;
        let prepared = Arc::clone(&timer.prepared);
        let request = RunRequest {
            id,
            version: Some(timer.version.clone()),
            ..self.request(prepared, options, RunMode::Production, durability)
        };
        let mut handle = self.runner.start(request).map_err(of_runner)?;
        handle.stored().await.map_err(of_runner)
    }
}

impl Timer {
    /// The slots from `first` to `now` that start a run.
    fn slots(&self, first: Timestamp, now: Timestamp, up_since: Timestamp) -> Vec<Timestamp> {
        let grace = self.schedule.grace_ms;
        let on_time = |slot: &Timestamp| {
            let late = now.since(*slot);
            late <= grace || (late <= LATE_MS && *slot >= up_since)
        };
        match self.schedule.missed {
            Missed::All(most) => self.newest(first, now, most),
            Missed::Once => self.newest(first, now, 1),
            Missed::Skip => {
                let from = Timestamp(now.0 - grace.max(LATE_MS) - 1).max(first.plus_ms(-1));
                let mut slots = self.between(from, now);
                slots.retain(on_time);
                slots
            }
        }
    }

    /// The newest `most` slots from `first` to `now`, looked for in ever longer spans.
    fn newest(&self, first: Timestamp, now: Timestamp, most: usize) -> Vec<Timestamp> {
        let mut span = LATE_MS;
        loop {
            let from = Timestamp(now.0.saturating_sub(span)).max(first.plus_ms(-1));
            let mut slots = self.between(from, now);
            if slots.len() >= most || from == first.plus_ms(-1) {
                return slots.split_off(slots.len().saturating_sub(most));
            }
            span = span.saturating_mul(4);
        }
    }

    fn between(&self, from: Timestamp, now: Timestamp) -> Vec<Timestamp> {
        let next = |at: &Timestamp| self.schedule.next(*at, self.since);
        let slots = std::iter::successors(next(&from), next);
        slots.take_while(|slot| *slot <= now).collect()
    }
}

/// The id of the run for a slot.
fn run_of_slot(workflow: &WorkflowId, node: &NodeId, slot: Timestamp) -> RunId {
    let time = format!("{:011x}", slot.0.max(0));
    run_for(&time, &json!([workflow, node, slot.0]).to_string())
}

/// Fires what is due until the app is gone. What was due before `up_since` was missed.
pub(crate) async fn run_timers(app: Weak<App>, up_since: Timestamp) {
    while let Some(strong) = app.upgrade().filter(|app| !app.is_closing()) {
        let now = strong.now();
        let mut started = true;
        for timer in strong.timers.due(now) {
            started &= strong.fire(timer, up_since).await;
        }
        let now = strong.now();
        // What could not be started is tried again at the next look.
        let next = strong.timers.earliest().filter(|_| started);
        let wait = next.map_or(LOOK_MS, |at| at.since(now).clamp(0, LOOK_MS));
        let wait = Duration::from_millis(wait.unsigned_abs());
        let until = Monotonic(strong.host.clock.monotonic().0 + wait.as_micros() as u64);
        let (pause, timers) = (strong.host.clock.sleep_until(until), Arc::clone(&strong.timers));
        drop(strong);
        tokio::select! {
            () = pause => {}
            () = timers.changed.notified() => {}
        }
    }
}
