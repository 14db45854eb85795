//! Runs at rest: woken when their time has come, when somebody calls, when a run that they called
//! is over, or to be ended.
//!
//! A run at rest is a row that nobody holds. Whoever takes it up claims it first, so that it goes
//! on once.

use std::sync::{Arc, Weak};
use std::time::Duration;

use reporunner_model::{Durability, Monotonic, RunId, RunStatus, WorkflowId};
use reporunner_node::WaitNote;
use reporunner_protocol::{Code, Failure};
use reporunner_runner::{Error, ParentRun, RunHandle, RunRequest, RunWait, WakeBy};
use reporunner_store::RunRow;

use crate::App;
use crate::failure::{no_run, of_disk, of_runner, of_store};

/// How often the wall clock is looked at while nothing is due: it may be set, or the machine sleep.
const LOOK_MS: i64 = 15_000;
/// Attempts to reach a run that just lies down or is taken up.
const ATTEMPTS: usize = 5;

impl App {
    /// Tells a run that something has come for it, wherever it is. Gives it to be waited for.
    pub(crate) async fn wake(&self, run: &RunId, by: WakeBy) -> Result<RunHandle, Failure> {
        for _ in 0..ATTEMPTS {
            self.runner.settled(run).await;
            let live = self.runner.find(run);
            if live.is_some() && self.runner.wake(run, by.clone()).await.is_ok() {
                return live.ok_or_else(no_run);
            }
            let row = self.run_row(run)?;
            if row.status.is_final() {
                break;
            }
            if self.store.read(|db| db.wait(run)).map_err(of_store)?.is_none() {
                continue;
            }
            if !matches!(by, WakeBy::Cancel { .. }) && self.is_in_trash(&row.workflow)? {
                return Err(in_trash());
            }
            // It lay down meanwhile, and leaves at once.
            if let Some(live) = live {
                live.ended().await;
            }
            match self.take_up(row, Some(by.clone())).await {
                Err(Error::UnderWay(_)) => {}
                taken => return taken.map_err(of_runner),
            }
        }
        Err(of_runner(Error::NotLive(run.clone())))
    }

    /// Takes up a run that a crash left under way, or that rests.
    pub(crate) async fn take_up(
        &self,
        row: RunRow,
        by: Option<WakeBy>,
    ) -> Result<RunHandle, Error> {
        let workflow = Arc::new(self.runner.workflow_of(&row)?);
        let prepared = self.runner.prepare(workflow);
        // The rest of what it has from there is in its journal.
        let parent = row.parent.map(|run| ParentRun { run, depth: 0 });
        let options = reporunner_engine::Options::default();
        let request = RunRequest {
            id: row.id,
            version: row.version,
            parent,
            ..self.request(prepared, options, row.mode, Durability::Durable)
        };
        self.runner.resume(request, by).await
    }

    /// A run is over or rests.
    pub(crate) fn run_left(&self, run: &RunId, parent: Option<&RunId>) {
        self.rests.notify_one();
        let (this, run, parent) = (self.this.clone(), run.clone(), parent.cloned());
        tokio::spawn(async move {
            let Some(app) = this.upgrade().filter(|app| !app.is_closing()) else { return };
            // Itself: what it waits for may have ended while it lay down.
            for run in [Some(run), parent].into_iter().flatten() {
                if let Err(failure) = app.look_for_children(&run).await {
                    tracing::warn!(%failure, %run, "a run that waits was not woken");
                }
            }
        });
    }

    /// For what the nodes of a run wait, wherever it is.
    async fn waits_of(&self, run: &RunId) -> Result<Vec<RunWait>, Failure> {
        self.runner.settled(run).await;
        if let Some(live) = self.runner.waits(run) {
            return Ok(live.nodes);
        }
        Ok(self.runner.resting(run).map_err(of_runner)?.unwrap_or_default())
    }

    /// Whether a workflow lies in the trash. Its runs at rest are held back there: whoever takes it
    /// out has them back.
    pub(crate) fn is_in_trash(&self, workflow: &WorkflowId) -> Result<bool, Failure> {
        let row = self.store.read(|db| db.workflow(workflow)).map_err(of_store)?;
        Ok(row.is_some_and(|row| row.deleted.is_some()))
    }

    /// Wakes a run where one that it called and waits for is over.
    async fn look_for_children(&self, run: &RunId) -> Result<(), Failure> {
        let children = children_in(&self.waits_of(run).await?);
        let row = self.store.read(|db| db.run(run)).map_err(of_store)?;
        if let Some(row) = row.filter(|_| !children.is_empty())
            && self.is_in_trash(&row.workflow)?
        {
            return Ok(());
        }
        for child in children {
            let row = self.store.read(|db| db.run(&child)).map_err(of_store)?;
            if row.is_none_or(|row| row.status.is_final()) {
                return match self.wake(run, WakeBy::ChildOver).await {
                    // Somebody else was quicker.
                    Err(failure) if failure.code == Code::NotFound => Ok(()),
                    woken => woken.map(drop),
                };
            }
        }
        Ok(())
    }

    /// Ends a run, wherever it is, and those that it waits for.
    pub(crate) async fn end_run(&self, run: &RunId, reason: &str) -> Result<(), Failure> {
        let children = children_in(&self.waits_of(run).await?);
        let handle = match self.runner.cancel(run, reason) {
            Ok(handle) => handle,
            Err(_) => self.wake(run, WakeBy::Cancel { reason: reason.to_owned() }).await?,
        };
        handle.ended().await;
        for child in children {
            // One that has ended meanwhile is as good.
            let _ = Box::pin(self.end_run(&child, "the run that called it ended")).await;
        }
        Ok(())
    }

    /// Ends the runs of a workflow that are under way, in their own time.
    pub(crate) fn end_live_runs(&self, workflow: &WorkflowId, reason: &'static str) {
        for run in self.runner.runs_of(workflow) {
            let this = self.this.clone();
            tokio::spawn(async move {
                let Some(app) = this.upgrade() else { return };
                // One that ends by itself meanwhile is as good.
                let _ = app.end_run(&run, reason).await;
            });
        }
    }

    /// Ends the runs of a workflow that rest.
    pub(crate) async fn end_resting_runs(&self, workflow: &WorkflowId, reason: &'static str) {
        for run in self.resting_runs(workflow) {
            if let Err(failure) = self.end_run(&run, reason).await {
                tracing::warn!(%failure, %run, "a run at rest was not ended");
            }
        }
    }

    /// Lets the runs of a workflow that were held back go on.
    pub(crate) async fn release_runs(&self, workflow: &WorkflowId) {
        // Those whose time has come meanwhile.
        self.rests.notify_one();
        for run in self.resting_runs(workflow) {
            if let Err(failure) = self.look_for_children(&run).await {
                tracing::warn!(%failure, %run, "a run that waits was not woken");
            }
        }
    }

    fn resting_runs(&self, workflow: &WorkflowId) -> Vec<RunId> {
        let query = reporunner_store::RunQuery {
            workflow: Some(workflow.clone()),
            statuses: vec![RunStatus::Waiting],
            limit: usize::from(u16::MAX),
            ..Default::default()
        };
        let found = self.store.read(|db| db.runs(&query)).unwrap_or_default();
        found.runs.into_iter().map(|row| row.id).collect()
    }

    async fn wake_due(&self) {
        let due = match self.store.read(|db| db.due_waits(self.now())) {
            Ok(due) => due,
            Err(error) => {
                tracing::error!(%error, "the runs at rest cannot be read");
                return;
            }
        };
        for run in due.into_iter().map(|row| row.run) {
            match self.store.read(|db| db.run(&run)) {
                // Where that cannot be read, it is asked again at the next look.
                Ok(Some(row)) if self.is_in_trash(&row.workflow).unwrap_or(true) => {}
                Ok(Some(row)) => self.take_up_or_close(row).await,
                Ok(None) => {}
                Err(error) => tracing::error!(%error, %run, "a run at rest cannot be read"),
            }
        }
    }

    /// Takes up a run that nobody asked for. One that never can be is closed; what stands in the
    /// way for a while is left to the next time.
    pub(crate) async fn take_up_or_close(&self, row: RunRow) {
        let run = row.id.clone();
        match self.take_up(row, None).await.map(drop) {
            Ok(()) | Err(Error::UnderWay(_) | Error::NotLive(_) | Error::Closing) => {}
            Err(error) if of_disk(&error) => {
                tracing::warn!(%error, %run, "a run waits for the disk")
            }
            Err(error) => {
                tracing::error!(%error, %run, "a run could not be taken up");
                self.close_run(run, RunStatus::Unknown, of_runner(error)).await;
            }
        }
    }
}

fn in_trash() -> Failure {
    Failure::new(Code::Invalid, "the workflow of the run lies in the trash")
        .hint("Take it out of the trash; its runs that wait go on then.")
}

/// The runs that are waited for.
fn children_in(waits: &[RunWait]) -> Vec<RunId> {
    let child = |wait: &RunWait| match &wait.note {
        WaitNote::Child(run) => Some(run.clone()),
        _ => None,
    };
    waits.iter().filter_map(child).collect()
}

/// Wakes runs at rest when their time has come, until the app is gone.
pub(crate) async fn run_waits(app: Weak<App>) {
    if let Some(strong) = app.upgrade() {
        // What they wait for may have ended in another process, or just before a crash.
        for row in strong.store.read(|db| db.waits()).unwrap_or_default() {
            if let Err(failure) = strong.look_for_children(&row.run).await {
                tracing::warn!(%failure, run = %row.run, "a run that waits was not woken");
            }
        }
    }
    while let Some(strong) = app.upgrade().filter(|app| !app.is_closing()) {
        strong.wake_due().await;
        let next = strong.store.read(|db| db.next_wait(strong.now())).ok().flatten();
        let now = strong.now();
        // One that is due still could not be taken up: not at once again.
        let wait = next.map(|at| at.since(now)).filter(|wait| *wait > 0);
        let wait = wait.map_or(LOOK_MS, |wait| wait.min(LOOK_MS));
        let wait = Duration::from_millis(wait.unsigned_abs());
        let until = Monotonic(strong.host.clock.monotonic().0 + wait.as_micros() as u64);
        let (pause, rests) = (strong.host.clock.sleep_until(until), Arc::clone(&strong.rests));
        drop(strong);
        tokio::select! {
            () = pause => {}
            () = rests.notified() => {}
        }
    }
}
