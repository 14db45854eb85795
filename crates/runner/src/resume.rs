//! Takes a run up again where a crash, a kill or a power cut left it.
//!
//! The journal rebuilds the engine's state. A step with an outside effect that had begun and not
//! ended is *unknown*: it is never run again by itself. Anything else that was under way starts
//! again.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use reporunner_engine::{Effect, Event, Now, Options, Outcome, Run};
use reporunner_model::{Items, NodeError, NodeId, RunId, RunMode, Workflow};
use reporunner_store::{Db, JournalRow, PayloadRef, RunRow};
use serde_json::{Map, Value};
use tokio::sync::oneshot;

use crate::journal::{Entry, Inherited, StoredEvent};
use crate::lanes::Turn;
use crate::launch::{Begun, Launched};
use crate::lock::lock;
use crate::runner::{Error, RunHandle, RunRequest, Runner, Shared};
use crate::session::Session;
use crate::wake::{Wake, WakeBy};

/// Journal rows that are read at once.
const PAGE: usize = 1_000;

/// Most runs above a run that are looked at.
const ABOVE: usize = 100;

/// What a journal holds.
struct Recorded {
    options: Options,
    from: Option<Inherited>,
    events: Vec<(Now, Event)>,
    began: HashSet<reporunner_engine::TaskId>,
    /// What nodes remember, the newest of each.
    remembered: HashMap<NodeId, Map<String, Value>>,
    rows: u64,
}

impl Runner {
    /// The workflow that a run runs.
    ///
    /// # Errors
    /// Where it was not kept or cannot be read.
    pub fn workflow_of(&self, row: &RunRow) -> Result<Workflow, Error> {
        let content = row.content.clone().ok_or_else(|| Error::Journal(row.id.clone()))?;
        let json = self.shared.store.read(|db| db.json(&content))?;
        serde_json::from_value(json).map_err(|_| Error::Journal(row.id.clone()))
    }

    /// Ends when nobody is just taking this run up: it is under way then, or at rest, or over.
    pub async fn settled(&self, run: &RunId) {
        let mut told = std::pin::pin!(self.shared.resumed.notified());
        loop {
            // Asked for before the look, so that what happens in between is heard.
            told.as_mut().enable();
            if !lock(&self.shared.resuming).contains(run) {
                return;
            }
            told.as_mut().await;
            told.set(self.shared.resumed.notified());
        }
    }

    /// Takes up a run that nobody holds. `request` says what it may touch now; its options, and
    /// what it has from whatever started it, are those that the journal has. `by` is what has come
    /// for it, where it rests.
    ///
    /// # Errors
    /// Where its journal cannot be read, or somebody else took it meanwhile.
    pub async fn resume(
        &self,
        mut request: RunRequest,
        by: Option<WakeBy>,
    ) -> Result<RunHandle, Error> {
        let id = request.id.clone();
        // Two that want it at once: the first one gets it.
        let alone = self.shared.alone(&id)?;
        // Read before the run is claimed: one that cannot be read stays as it is.
        let row = self.shared.store.read(|db| db.run(&id))?;
        let Some(row) = row.filter(|row| !row.status.is_final()) else {
            return Err(Error::NotLive(id));
        };
        let recorded = self.shared.read_journal(&id)?;
        request.options = recorded.options.clone();
        let from = match recorded.from {
            None if row.mode == RunMode::Child => Some(self.shared.inherited(&row)?),
            from => from,
        };
        if let Some(from) = from {
            request.inherit(from);
        }
        let run = Run::new(Arc::clone(&request.prepared.plan), request.options.clone())?;
        let turn = match by {
            // What only comes to its end does not queue for that.
            Some(WakeBy::Cancel { .. }) => Turn::free(),
            _ => self.turn(&request),
        };
        if !self.shared.claim(&id, turn.is_now()).await? {
            return Err(Error::NotLive(id));
        }
        let mut session = Session::new(Arc::clone(&self.shared), &request, recorded.rows);
        session.goes_on_since(row.started);
        let begun = session.replay(run, recorded);
        self.shared.sink.run_changed(&request.prepared.workflow.id, &id);
        let (tell, taken) = oneshot::channel();
        let wake = by.map(|by| Wake { by, taken: tell });
        let brought = wake.is_some();
        let launched = Launched { turn, stored: None, wake };
        let handle = self.launch(&request, session, launched, begun)?;
        drop(alone);
        if brought {
            taken.await.map_err(|_| Error::NotLive(id))?;
        }
        Ok(handle)
    }
}

impl RunRequest {
    fn inherit(&mut self, from: Inherited) {
        self.live = from.live;
        if let Some(parent) = &mut self.parent {
            parent.depth = from.depth;
        }
        // The right may have been given or taken meanwhile; a text that was called goes by the id
        // of the workflow that holds it and never has it.
        if self.mode == RunMode::Child {
            self.place.commands &= from.commands;
        }
    }
}

impl Session {
    /// Brings the run to where its journal ends, and gives what it has to be told and to do.
    fn replay(&mut self, mut run: Run, recorded: Recorded) -> Begun {
        for (node, state) in recorded.remembered {
            if let Some(node) = self.prepared.plan.index_of(&node) {
                self.remember(node, state);
            }
        }
        let mut ignored = Vec::new();
        let mut end = None;
        let nothing_yet = recorded.events.is_empty();
        for (now, event) in recorded.events {
            run.step(now, event, &mut ignored);
            end = self.replayed(&run, &mut ignored).or(end);
        }
        let (unknown, mut again): (Vec<_>, Vec<_>) =
            run.outstanding(self.now()).into_iter().partition(|effect| {
                matches!(effect, Effect::RunNode(task) if recorded.began.contains(&task.task))
            });
        let mut events: Vec<Event> = unknown
            .into_iter()
            .filter_map(|effect| match effect {
                Effect::RunNode(task) => Some(Event::NodeFinished {
                    task: task.task,
                    outcome: Outcome::Unknown { error: cut_off() },
                }),
                _ => None,
            })
            .collect();
        again.extend(end);
        if nothing_yet {
            events.push(Event::Start);
        }
        (run, events, again)
    }
}

fn cut_off() -> NodeError {
    NodeError::new(
        "Reporunner ended while this step was under way; whether it took effect is not known",
    )
    .hint("Check what it should have done, then run the workflow again or count it as done.")
}

/// A run that somebody is about to take up; nobody else does meanwhile.
struct Alone<'s>(&'s Shared, RunId);

impl Drop for Alone<'_> {
    fn drop(&mut self) {
        lock(&self.0.resuming).remove(&self.1);
        self.0.resumed.notify_waiters();
    }
}

impl Shared {
    fn alone(&self, run: &RunId) -> Result<Alone<'_>, Error> {
        if lock(&self.live).contains_key(run) || !lock(&self.resuming).insert(run.clone()) {
            return Err(Error::UnderWay(run.clone()));
        }
        Ok(Alone(self, run.clone()))
    }

    /// What a called run has from its caller, where its journal does not say: by the records of the
    /// runs above it.
    fn inherited(&self, row: &RunRow) -> Result<Inherited, Error> {
        let (mut mode, mut above, mut depth) = (row.mode, row.parent.clone(), 0);
        let mut commands = false;
        while let Some(run) = above.filter(|_| mode == RunMode::Child && depth < ABOVE) {
            let Some(parent) = self.store.read(|db| db.run(&run))? else { break };
            if depth == 0 {
                // A text that a workflow called goes by that workflow's id, and has no right to.
                commands =
                    parent.workflow != row.workflow || parent.content_hash == row.content_hash;
            }
            depth += 1;
            (mode, above) = (parent.mode, parent.parent);
        }
        Ok(Inherited { live: mode == RunMode::Production, depth, commands })
    }

    /// Makes the run ours. Says whether it is.
    async fn claim(&self, run: &RunId, is_its_turn: bool) -> Result<bool, Error> {
        let (run, owner) = (run.clone(), self.owner.clone());
        let claim = self.store.write(move |tx| {
            let is_ours = tx.claim_run(&run, &owner)?;
            match is_ours {
                true if is_its_turn => tx.begin_run(&run)?,
                true => tx.queue_run(&run)?,
                false => {}
            }
            Ok(is_ours)
        });
        Ok(claim.await?)
    }

    fn read_journal(&self, run: &RunId) -> Result<Recorded, Error> {
        let broken = || Error::Journal(run.clone());
        let rows = self.store.read(|db| {
            let mut rows: Vec<JournalRow> = Vec::new();
            loop {
                let page = db.journal(run, rows.len() as u64, PAGE)?;
                let last = page.len() < PAGE;
                rows.extend(page);
                if last {
                    return Ok(rows);
                }
            }
        })?;
        let mut recorded = Recorded {
            options: Options::default(),
            from: None,
            events: Vec::new(),
            began: HashSet::new(),
            remembered: HashMap::new(),
            rows: rows.len() as u64,
        };
        for row in rows {
            match serde_json::from_slice(&row.entry.body).map_err(|_| broken())? {
                Entry::Options { options, from } => {
                    (recorded.options, recorded.from) = (*options, from);
                }
                Entry::Began { task } => drop(recorded.began.insert(task)),
                Entry::Remembered { node, state } => {
                    drop(recorded.remembered.insert(node, state));
                }
                Entry::Event { now, event } => {
                    let event = self.store.read(|db| load(db, event))?;
                    recorded.events.push((now, event));
                }
            }
        }
        Ok(recorded)
    }
}

fn load(db: &Db<'_>, event: StoredEvent) -> reporunner_store::Result<Event> {
    let finished = |task, outcome| Event::NodeFinished { task, outcome };
    Ok(match event {
        StoredEvent::Start => Event::Start,
        StoredEvent::Fired { timer } => Event::TimerFired { timer },
        StoredEvent::Cancelled { reason } => Event::Cancel { reason },
        StoredEvent::Failed { task, error } => finished(task, Outcome::Failed { error }),
        StoredEvent::Waiting { task, until, again, note } => {
            finished(task, Outcome::Waiting { until, again, note })
        }
        StoredEvent::Woken { task } => Event::Woken { task },
        StoredEvent::Unknown { task, error } => finished(task, Outcome::Unknown { error }),
        StoredEvent::Gave { task, outputs, error: None, hints } => {
            finished(task, Outcome::Outputs { outputs: items(db, &outputs)?, hints })
        }
        StoredEvent::Gave { task, outputs, error, hints } => {
            finished(task, Outcome::Recorded { outputs: items(db, &outputs)?, error, hints })
        }
    })
}

fn items(db: &Db<'_>, outputs: &[PayloadRef]) -> reporunner_store::Result<Vec<Items>> {
    outputs.iter().map(|at| Ok(Arc::new(db.all_items(at)?))).collect()
}
