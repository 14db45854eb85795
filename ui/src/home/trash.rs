//! The deleted workflows, to be put back or deleted for good.

use leptos::prelude::*;
use reporunner_protocol::WorkflowSummary;

use super::strings::text;
use super::{Filters, actions, use_list};
use crate::kit::{Button, ButtonKind, Empty, FailureNote, Icon, IconButton, Loading};
use crate::route::Route;
use crate::shell::PageFrame;
use crate::state::{Load, use_app};
use crate::time;

/// The page.
#[component]
pub(crate) fn Trash() -> impl IntoView {
    let app = use_app();
    let filters = Filters::new();
    let list = use_list(app, true, filters);
    view! {
        <PageFrame title=text::TRASH back=(Route::Home, "Back to all workflows")
            actions=Box::new(move || view! { <EmptyAll list/> }.into_any())>
            {move || match list.get() {
                Load::Waiting => view! { <Loading what="Loading the trash…"/> }.into_any(),
                Load::Failed(failure) => view! { <FailureNote failure/> }.into_any(),
                Load::Ready(all) if all.is_empty() => {
                    view! { <Empty icon="trash-2" title=text::TRASH_EMPTY text=text::TRASH_HINT/> }
                        .into_any()
                }
                Load::Ready(all) => view! {
                    <p class="rr-page__hint">{text::TRASH_HINT}</p>
                    <div class="rr-list" role="list" aria-label=text::TRASH>
                        {all.into_iter().map(|summary| view! { <Line summary/> }).collect_view()}
                    </div>
                }
                .into_any(),
            }}
        </PageFrame>
    }
}

/// Deletes all of it for good.
#[component]
fn EmptyAll(
    /// What is in the trash.
    list: RwSignal<Load<Vec<WorkflowSummary>>>,
) -> impl IntoView {
    let app = use_app();
    let any = move || list.with(|list| list.ready().is_some_and(|all| !all.is_empty()));
    let purge = move |_| {
        let all = list.with_untracked(|list| list.ready().cloned().unwrap_or_default());
        actions::purge(app, all);
    };
    view! {
        <Show when=any>
            <Button kind=ButtonKind::Quiet icon="trash-2" on_press=purge>"Empty the trash"</Button>
        </Show>
    }
}

#[component]
fn Line(
    /// The workflow.
    summary: WorkflowSummary,
) -> impl IntoView {
    let app = use_app();
    let deleted = summary.deleted.map(|at| format!("Deleted {}", time::ago(at, time::now())));
    let (back, gone) = (summary.clone(), summary.clone());
    let label = format!("Delete {} for good", summary.name);
    view! {
        <div class="rr-list__row rr-list__row--trash" role="listitem">
            <span class="rr-mark rr-mark--off"><Icon name="trash-2"/></span>
            <span class="rr-list__name">
                <b>{summary.name}</b>
                <span class="rr-list__sub">{summary.summary}</span>
            </span>
            <span class="rr-list__edited">{deleted}</span>
            <Button icon="rotate-ccw" on_press=move |_| actions::restore(app, back.clone())>
                "Put back"
            </Button>
            <IconButton icon="trash-2" label=label
                on_press=move |_| actions::purge(app, vec![gone.clone()])/>
        </div>
    }
}
