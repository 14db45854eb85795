//! Runs that a person deleted and may still bring back: they are out of sight at once, and gone when
//! the time to undo is over.

use std::cell::RefCell;
use std::collections::BTreeSet;

use leptos::prelude::*;
use reporunner_model::RunId;
use reporunner_protocol::{DeleteRuns, RunFilter};

use crate::state::AppState;
use crate::time::count;

/// How long they can be brought back, milliseconds; as long as the message with the button stays.
const UNDO_MS: i32 = 10_000;

thread_local! {
    static GOING: RefCell<BTreeSet<RunId>> = const { RefCell::new(BTreeSet::new()) };
}

/// Whether a run is on its way out.
pub(super) fn is_going(id: &RunId) -> bool {
    GOING.with_borrow(|going| going.contains(id))
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
        GOING.with_borrow_mut(|going| going.retain(|id| !back.contains(id)));
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
            let command = DeleteRuns { runs: Some(gone.clone()), filter: RunFilter::default() };
            if app.ask(command).await.is_none() {
                again.try_run(());
            }
            GOING.with_borrow_mut(|going| going.retain(|id| !gone.contains(id)));
        });
    });
}
