//! What is between two requests of a form: files of one that was given back, and the runs that are
//! just being started. It lives in memory: what a restart forgets is chosen again.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use reporunner_model::{BinaryRef, RunId, Timestamp, limits};

use tokio::sync::Notify;

use super::sent::Sent;
use crate::listen::save::Files;
use crate::lock::lock;

/// Forms whose files are kept at once; all of them together are no larger than one may be.
const KEPT: usize = 64;
/// How long, milliseconds.
const KEPT_MS: i64 = 3_600_000;
/// Runs that were not stored, of which that is remembered.
const MOST_LOST: usize = 1000;

/// The forms that are under way.
#[derive(Default)]
pub(in crate::listen) struct Pending {
    kept: Mutex<Vec<Kept>>,
    starts: Arc<Starts>,
    /// Runs that were started, and until when that is remembered: not each leaves a record.
    accepted: Mutex<HashMap<RunId, Timestamp>>,
}

/// The runs that forms start.
#[derive(Default)]
struct Starts {
    under_way: Mutex<HashSet<RunId>>,
    /// Those that were not stored, and how often.
    lost: Mutex<HashMap<RunId, u32>>,
    ended: Notify,
}

struct Kept {
    ticket: String,
    files: Vec<(String, BinaryRef)>,
    /// Keeps them in the store.
    hold: Arc<Files>,
    until: Timestamp,
}

/// The right to start a run.
pub(super) struct Claim {
    run: RunId,
    starts: Arc<Starts>,
}

impl Claim {
    /// The id that the run gets: another one after each that was not stored, of which the end may
    /// still come.
    pub(super) fn id(&self) -> RunId {
        match lock(&self.starts.lost).get(&self.run) {
            Some(times) => RunId::new(format!("{}{times}", self.run)),
            None => self.run.clone(),
        }
    }

    /// The run was not stored.
    pub(super) fn lost(self) {
        let mut lost = lock(&self.starts.lost);
        if lost.len() >= MOST_LOST {
            lost.clear();
        }
        *lost.entry(self.run.clone()).or_default() += 1;
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        lock(&self.starts.under_way).remove(&self.run);
        self.starts.ended.notify_waiters();
    }
}

impl Pending {
    /// Keeps the files of a form that is given back.
    pub(super) fn keep(&self, ticket: String, sent: Sent, hold: Files, now: Timestamp) {
        if sent.files.is_empty() {
            return;
        }
        let mut kept = lock(&self.kept);
        kept.retain(|kept| kept.until > now && kept.ticket != ticket);
        kept.push(Kept {
            ticket,
            files: sent.files,
            hold: Arc::new(hold),
            until: now.plus_ms(KEPT_MS),
        });
        // The oldest go first: nobody fills the disk with forms that never come right.
        let bytes = |kept: &[Kept]| -> u64 {
            kept.iter().flat_map(|kept| &kept.files).map(|(_, file)| file.bytes).sum()
        };
        while kept.len() > KEPT || (kept.len() > 1 && bytes(&kept) > limits::UPLOAD_BYTES) {
            kept.remove(0);
        }
    }

    /// Gives a form that comes again the files that it came with before, where it has no others.
    /// They stay here too: whatever is sent twice is the same twice.
    pub(super) fn give_back(&self, ticket: &str, sent: &mut Sent, files: &mut Files) {
        let kept = lock(&self.kept);
        let Some(before) = kept.iter().find(|kept| kept.ticket == ticket) else { return };
        files.share(Arc::clone(&before.hold));
        let again: Vec<_> = sent.files.iter().map(|(input, _)| input.clone()).collect();
        let missed = before.files.iter().filter(|(input, _)| !again.contains(input));
        sent.files.extend(missed.cloned());
    }

    /// Forgets what nobody came back for.
    pub(in crate::listen) fn sweep(&self, now: Timestamp) {
        lock(&self.kept).retain(|kept| kept.until > now);
        lock(&self.accepted).retain(|_, until| *until > now);
    }

    /// Remembers a run that was started.
    pub(super) fn accept(&self, run: RunId, until: Timestamp) {
        lock(&self.accepted).insert(run, until);
    }

    /// Whether a run was started, as far as is remembered.
    pub(super) fn has_accepted(&self, run: &RunId) -> bool {
        lock(&self.accepted).contains_key(run)
    }

    /// The right to start a run, once nobody else is about to: who comes second hears what became
    /// of it.
    pub(super) async fn claim(&self, run: &RunId) -> Claim {
        loop {
            let ended = self.starts.ended.notified();
            if lock(&self.starts.under_way).insert(run.clone()) {
                return Claim { run: run.clone(), starts: Arc::clone(&self.starts) };
            }
            ended.await;
        }
    }
}
