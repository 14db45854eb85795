//! The list of runs, of all workflows or of one.
//!
//! A row opens the run on the canvas of the workflow that it ran.

mod filters;
mod going;
mod list;
mod row;

use leptos::prelude::*;
use reporunner_model::WorkflowId;
use reporunner_protocol::{DeleteRuns, RunFilter};

use crate::kit::{Button, ButtonKind, Prompt};
use crate::shell::PageFrame;
use crate::state::{AppState, use_app};
use crate::time::count;
use filters::{FilterBar, Filters};
use list::RunList;

/// The page of all runs.
#[component]
pub(crate) fn RunsPage() -> impl IntoView {
    let filters = Filters::new(None);
    view! {
        <PageFrame title="Runs" actions=Box::new(move || view! { <DeleteAll filters/> }.into_any())>
            <FilterBar filters/>
            <RunList filters/>
        </PageFrame>
    }
}

/// The runs of one workflow, as a tab of its page.
#[component]
pub(crate) fn RunsOf(
    /// Which workflow.
    workflow: WorkflowId,
) -> impl IntoView {
    let filters = Filters::new(Some(workflow));
    view! {
        <PageFrame title="Runs" actions=Box::new(move || view! { <DeleteAll filters/> }.into_any())>
            <FilterBar filters/>
            <RunList filters/>
        </PageFrame>
    }
}

#[component]
fn DeleteAll(
    /// What is listed.
    filters: Filters,
) -> impl IntoView {
    let app = use_app();
    let ask = move |_| {
        let filter = untrack(|| filters.to_filter());
        let then = Callback::new(move |()| delete_listed(app, filter.clone(), filters));
        app.prompt.set(Some(Prompt::sure(
            "Delete the runs that are listed?",
            "All runs that match the filters and have ended go, with their data. This cannot be undone.",
            "Delete",
            then,
        )));
    };
    view! {
        <Show when=move || filters.any.get()>
            <Button kind=ButtonKind::Quiet icon="trash-2" on_press=ask>"Delete these"</Button>
        </Show>
    }
}

fn delete_listed(app: AppState, filter: RunFilter, filters: Filters) {
    leptos::task::spawn_local(async move {
        if let Some(gone) = app.ask(DeleteRuns { runs: None, filter }).await {
            app.toast(format!("{} deleted", count(gone as usize, "run")));
            filters.again.try_update(|again| *again += 1);
        }
    });
}
