//! Runs that a person deleted and may still bring back: they are out of sight at once, and gone when
//! the time to undo is over.

use std::cell::RefCell;
use std::collections::BTreeSet;

use leptos::prelude::*;
use reporunner_model::RunId;
use reporunner_protocol::{DeleteRuns, ListRuns, RunFilter};

use crate::kit::Prompt;
use crate::state::AppState;
use crate::time::count;

/// How long they can be brought back, milliseconds; as long as the message with the button stays.
const UNDO_MS: i32 = 10_000;
/// Runs that are asked for, and deleted, in one go.
const BATCH: usize = 500;
/// Of more runs than this one sees only some: one page of the list.
const SEEN: usize = 50;

thread_local! {
    static GOING: RefCell<BTreeSet<RunId>> = const { RefCell::new(BTreeSet::new()) };
}

/// Whether a run is on its way out.
pub(super) fn is_going(id: &RunId) -> bool {
    GOING.with_borrow(|going| going.contains(id))
}

/// The runs are back, or gone for good.
fn forget(runs: &[RunId]) {
    GOING.with_borrow_mut(|going| {
        for id in runs {
            going.remove(id);
        }
    });
}

/// Takes runs out of sight and deletes them once they cannot be brought back any more. `again` is
/// called when the list has to be read anew.
pub(super) fn delete(app: AppState, runs: Vec<RunId>, again: Callback<()>) {
    GOING.with_borrow_mut(|going| going.extend(runs.iter().cloned()));
    again.run(());
    let words = match runs.len() {
        1 => "The run is deleted".to_owned(),
        more => format!("{} are deleted", count(more, "run")),
    };
    let back = runs.clone();
    let undo = Callback::new(move |()| {
        forget(&back);
        // The page may be another one by now.
        again.try_run(());
    });
    app.toast_with(words, "Undo", undo);
    crate::time::after(UNDO_MS, move || {
        let gone: Vec<RunId> = runs.into_iter().filter(is_going).collect();
        if gone.is_empty() {
            return;
        }
        leptos::task::spawn_local(async move {
            let mut failed = false;
            for batch in gone.chunks(BATCH) {
                let runs = Some(batch.to_vec());
                let command = DeleteRuns { runs, filter: RunFilter::default() };
                failed |= app.ask(command).await.is_none();
                forget(batch);
            }
            if failed {
                again.try_run(());
            }
        });
    });
}

/// The same with all runs that `filter` lists and that have ended; it asks before where those are
/// `all` that there are, or more than one sees. Those that end later stay.
pub(super) async fn delete_matching(
    app: AppState,
    filter: RunFilter,
    all: bool,
    again: Callback<()>,
) {
    let mut runs = Vec::new();
    let mut after = None;
    loop {
        let filter = RunFilter { after, limit: BATCH, ..filter.clone() };
        let Some(page) = app.ask(ListRuns { filter }).await else { return };
        let ended = page.runs.into_iter().filter(|run| run.status.is_final());
        runs.extend(ended.map(|run| run.id).filter(|id| !is_going(id)));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    if runs.is_empty() {
        app.toast("None of these has ended yet");
    } else if all || runs.len() > SEEN {
        let number = count(runs.len(), "run");
        let which = if all { "Nothing is filtered: these are" } else { "These are" };
        let text = format!(
            "{which} all runs listed here that have ended, with all that their nodes gave. They \
             can be brought back for ten seconds."
        );
        let then = Callback::new(move |()| delete(app, runs.clone(), again));
        let title = format!("Delete {number}?");
        app.prompt.set(Some(Prompt::sure(&title, &text, &format!("Delete {number}"), then)));
    } else {
        delete(app, runs, again);
    }
}
