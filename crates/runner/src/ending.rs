//! The end of a run: that it is told and stored, also where the disk refuses at first.

use std::sync::Arc;

use reporunner_engine::{NodeIndex, Run};
use reporunner_model::{
    ErrorOrigin, Monotonic, NodeError, RunId, RunMode, RunStatus, Timestamp, WorkflowId, limits,
};
use reporunner_store::{Error, RunChange, Store};

use crate::drive::End;
use crate::handles::StoredBinaries;
use crate::house::FailedRun;
use crate::journal::Journal;
use crate::launch::Left;
use crate::runner::{Ended, Shared};
use crate::session::Session;
use crate::words::words_of;

impl Session {
    pub(crate) async fn finish(&mut self, run: Run, (status, error, node): End) -> Left {
        if !self.told_of_failure(&run, status, &error, node).await {
            return self.leave_to_next_start().await;
        }
        let now = self.shared.clock.now();
        let node_id = node.map(|index| self.prepared.plan.node(index).node.id.clone());
        let keep =
            self.keep.after(status) && !(status == RunStatus::Succeeded && self.is_idle(&run));
        let run = Arc::new(run);
        let change = self.closing(&run, now, status, &error, node);
        let mut kept = false;
        match self.journal.finish(&run, change.clone()).await {
            Ok(()) => {
                kept = keep && self.journal.is_on();
                if !keep && self.journal.is_on() {
                    forget(self.shared.store.clone(), self.id.clone());
                }
                // From here on the run needs its files by its rows, or not at all.
                self.binaries.settle();
            }
            Err(error) => self.store_later(&run, change, error, now, keep),
        }
        self.shared.sink.run_finished(&self.prepared.workflow.id, &self.id, status, now);
        Left::Ended(Box::new(Ended {
            status,
            error,
            node: node_id,
            run,
            prepared: Arc::clone(&self.prepared),
            mode: self.mode,
            started: self.started,
            ms: self.took_ms(),
            kept,
        }))
    }

    /// Whether whoever attends to failures has heard of it, or there is none to hear of. False
    /// where the next start can do that better: the process closes.
    async fn told_of_failure(
        &self,
        run: &Run,
        status: RunStatus,
        error: &Option<NodeError>,
        node: Option<NodeIndex>,
    ) -> bool {
        let Some(error) = error else { return true };
        // One that a person ended has not failed.
        if status == RunStatus::Cancelled && error.origin != ErrorOrigin::Limit {
            return true;
        }
        let node_of = |index: NodeIndex| &*self.prepared.plan.node(index).node;
        let failed = FailedRun {
            id: &self.id,
            parent: self.parent(),
            prepared: &self.prepared,
            mode: self.mode,
            live: self.is_live(),
            trigger: run.start_node().map(node_of),
            error,
            node: node.map(node_of),
            last: run.last_node().map(node_of),
        };
        let told = self.shared.house().failed(failed).await;
        told || !self.journal.is_on() || !*self.shared.closing.borrow()
    }

    /// Whether its trigger looked for something and found nothing.
    fn is_idle(&self, run: &Run) -> bool {
        let Some(start) = run.start_node().filter(|_| self.mode == RunMode::Production) else {
            return false;
        };
        let polls = self.prepared.step(start).kind.as_ref().is_some_and(|(node, _)| node.polls());
        let gave = run.results(start).iter().flat_map(|result| &result.outputs);
        polls && gave.map(|items| items.len()).sum::<usize>() == 0
    }

    fn closing(
        &self,
        run: &Run,
        now: Timestamp,
        status: RunStatus,
        error: &Option<NodeError>,
        node: Option<NodeIndex>,
    ) -> RunChange {
        let name = node.map_or("", |index| &*self.prepared.step(index).name);
        let told = error.as_ref().map(|error| {
            serde_json::json!({
                "node": node.map(|index| &self.prepared.plan.node(index).node.id),
                "nodeName": name,
                "message": error.message,
                "hint": error.hint,
            })
        });
        let search = self.journal.is_on().then(|| {
            let why =
                error.as_ref().map_or_else(String::new, |e| format!("{name} {}\n", e.message));
            why + &words_of(run)
        });
        RunChange {
            status: Some(status),
            finished: Some(now),
            ms: Some(self.took_ms()),
            search,
            error: told,
            custom: None,
        }
    }

    /// Says that the end could not be stored, and goes on trying while the process lives. After
    /// that the next start takes the run up from what its journal has.
    fn store_later(
        &self,
        run: &Arc<Run>,
        change: RunChange,
        error: Error,
        at: Timestamp,
        keep: bool,
    ) {
        let workflow = &self.prepared.workflow;
        tracing::error!(%error, run = %self.id, "the end of a run could not be stored");
        let row = || self.shared.store.read(|db| db.run(&self.id));
        if matches!(error, Error::Missing { .. }) || matches!(row(), Ok(None)) {
            let message = format!(
                "A run of {} is not kept: nothing could be saved when it began",
                workflow.name
            );
            let hint = "Free some space on the disk of the data folder, or make it writable. What \
                        the run did outside has happened.";
            self.shared.sink.trouble(&message, Some(hint));
            return;
        }
        let message = format!("How a run of {} ended is not saved yet: {error}", workflow.name);
        let hint = error.hint().unwrap_or("Check the disk that the data folder is on");
        self.shared.sink.trouble(&message, Some(&format!("{hint}. It is tried again meanwhile.")));
        let later = Later {
            shared: Arc::clone(&self.shared),
            id: self.id.clone(),
            workflow: workflow.id.clone(),
            run: Arc::clone(run),
            keep,
            change,
            at,
            _files: Arc::clone(&self.binaries),
        };
        tokio::spawn(later.store());
    }
}

/// An end that is still to be stored.
struct Later {
    shared: Arc<Shared>,
    id: RunId,
    workflow: WorkflowId,
    run: Arc<Run>,
    keep: bool,
    change: RunChange,
    at: Timestamp,
    /// Held, so that the files of the run stay until its rows are there.
    _files: Arc<StoredBinaries>,
}

impl Later {
    async fn store(self) {
        let mut closing = self.shared.closing.subscribe();
        let mut wait = limits::STORE_AGAIN_MS;
        loop {
            let until = self.shared.clock.monotonic().0 + wait * 1000;
            tokio::select! {
                () = self.shared.clock.sleep_until(Monotonic(until)) => {}
                _ = closing.wait_for(|closing| *closing) => return,
            }
            wait = (wait * 2).min(limits::STORE_AGAIN_MAX_MS);
            match self.attempt().await {
                Ok(true) => break,
                // There is nothing to write to, and there will not be.
                Ok(false) | Err(Error::Closed) => return,
                Err(error) => tracing::warn!(%error, run = %self.id, "not stored yet"),
            }
        }
        if !self.keep {
            forget(self.shared.store.clone(), self.id.clone());
        }
        let status = self.change.status.unwrap_or(RunStatus::Unknown);
        self.shared.sink.run_finished(&self.workflow, &self.id, status, self.at);
    }

    /// False where the run's row is not there: it was never stored, or was deleted.
    async fn attempt(&self) -> reporunner_store::Result<bool> {
        if self.shared.store.read(|db| db.run(&self.id))?.is_none() {
            return Ok(false);
        }
        let mut journal = Journal::new(Some(self.shared.store.clone()), self.id.clone(), 0);
        match journal.write_whole(&self.run, self.change.clone()) {
            Some(written) => written.await.map(|()| true),
            None => Ok(false),
        }
    }
}

/// Removes the record of a run that nobody wants to keep.
fn forget(store: Store, run: RunId) {
    // It is not worth a complaint where it stays.
    tokio::task::spawn_blocking(move || drop(store.delete_runs(vec![run])));
}
