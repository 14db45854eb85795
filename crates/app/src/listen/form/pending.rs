//! What is between two requests of a form: files of one that was given back, and the runs that are
//! just being started. It lives in memory: what a restart forgets is chosen again.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use reporunner_model::{BinaryRef, RunId, Timestamp, limits};

use super::sent::Sent;
use crate::listen::save::Files;
use crate::lock::lock;

/// Forms whose files are kept at once; all of them together are no larger than one may be.
const KEPT: usize = 64;
/// How long, milliseconds.
const KEPT_MS: i64 = 3_600_000;

/// The forms that are under way.
#[derive(Default)]
pub(in crate::listen) struct Pending {
    kept: Mutex<Vec<Kept>>,
    starting: Arc<Mutex<HashSet<RunId>>>,
}

struct Kept {
    ticket: String,
    files: Vec<(String, BinaryRef)>,
    /// Keeps them in the store.
    hold: Files,
    until: Timestamp,
}

/// The right to start a run.
pub(super) struct Claim {
    run: RunId,
    starting: Arc<Mutex<HashSet<RunId>>>,
}

impl Drop for Claim {
    fn drop(&mut self) {
        lock(&self.starting).remove(&self.run);
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
        kept.push(Kept { ticket, files: sent.files, hold, until: now.plus_ms(KEPT_MS) });
        // The oldest go first: nobody fills the disk with forms that never come right.
        let bytes = |kept: &[Kept]| -> u64 {
            kept.iter().flat_map(|kept| &kept.files).map(|(_, file)| file.bytes).sum()
        };
        while kept.len() > KEPT || (kept.len() > 1 && bytes(&kept) > limits::UPLOAD_BYTES) {
            kept.remove(0);
        }
    }

    /// Gives a form that comes again the files that it came with before, where it has no others.
    pub(super) fn give_back(&self, ticket: &str, sent: &mut Sent, files: &mut Files) {
        let mut kept = lock(&self.kept);
        let Some(at) = kept.iter().position(|kept| kept.ticket == ticket) else { return };
        let before = kept.remove(at);
        drop(kept);
        files.absorb(before.hold);
        let again: Vec<_> = sent.files.iter().map(|(input, _)| input.clone()).collect();
        let missed = before.files.into_iter().filter(|(input, _)| !again.contains(input));
        sent.files.extend(missed);
    }

    /// Forgets what nobody came back for.
    pub(in crate::listen) fn sweep(&self, now: Timestamp) {
        lock(&self.kept).retain(|kept| kept.until > now);
    }

    /// The right to start a run, unless somebody has it just now.
    pub(super) fn claim(&self, run: &RunId) -> Option<Claim> {
        let is_new = lock(&self.starting).insert(run.clone());
        is_new.then(|| Claim { run: run.clone(), starting: Arc::clone(&self.starting) })
    }
}
