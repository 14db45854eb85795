//! The list of runs, of all workflows or of one.
//!
//! A row opens the run on the canvas of the workflow that it ran.

mod filters;
mod going;
mod list;
mod row;

use leptos::prelude::*;
use reporunner_model::WorkflowId;

use crate::kit::{Button, ButtonKind};
use crate::shell::PageFrame;
use crate::state::use_app;
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
    let busy = RwSignal::new(false);
    let delete = move |_| {
        busy.set(true);
        let (filter, all) = untrack(|| (filters.to_filter(), !filters.narrow()));
        leptos::task::spawn_local(async move {
            going::delete_matching(app, filter, all, filters.read_again()).await;
            busy.try_set(false);
        });
    };
    view! {
        <Show when=move || filters.any.get()>
            <Button kind=ButtonKind::Quiet icon="trash-2" disabled=busy on_press=delete
                tip="Those that have ended, of all that match the filters">
                "Delete these"
            </Button>
        </Show>
    }
}
