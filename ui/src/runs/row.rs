//! One run of the list.

use leptos::prelude::*;
use reporunner_model::{RunMode, RunStatus};
use reporunner_protocol::{Rerun, RunSummary, StartedRun, StopRun};

use super::filters::Filters;
use super::going;
use crate::editor::run_view::word;
use crate::editor::status_icon;
use crate::kit::{Icon, IconButton, MenuAction, MenuItem, OpenMenu, anchor_of};
use crate::route::{self, Route};
use crate::state::{AppState, use_app};
use crate::time::{ago, length, moment, now};

/// The row with this index.
#[component]
pub(super) fn Row(
    /// All rows.
    runs: RwSignal<Vec<RunSummary>>,
    /// Which.
    index: usize,
    /// What is listed.
    filters: Filters,
) -> impl IntoView {
    let run = Memo::new(move |_| runs.with(|runs| runs.get(index).cloned()));
    let caller = Memo::new(move |_| {
        let parent = run.with(|run| run.as_ref().and_then(|run| run.parent.clone()))?;
        runs.with(|runs| {
            let found = runs.iter().find(|at| at.id == parent);
            found.map(|found| found.workflow_name.clone())
        })
    });
    view! { {move || run.get().map(|run| view! { <Line run caller=caller.get() filters/> })} }
}

#[component]
fn Line(
    /// The run.
    run: RunSummary,
    /// Name of the workflow whose run it was started for, where that run is listed too.
    caller: Option<String>,
    /// What is listed.
    filters: Filters,
) -> impl IntoView {
    let app = use_app();
    let route = Route::Run { id: run.id.clone() };
    let href = route.hash();
    let starter = match run.mode {
        RunMode::Manual => "By hand".to_owned(),
        RunMode::Production => run.trigger.clone(),
        RunMode::Child => caller.unwrap_or_else(|| "A workflow".to_owned()),
    };
    let starter = match &run.parent {
        None => starter.into_any(),
        Some(parent) => {
            let href = Route::Run { id: parent.clone() }.hash();
            view! {
                <a class="rr-list__link" href=href data-tip=led_here(run.mode)
                    on:click=|event| event.stop_propagation()>{starter}</a>
            }
            .into_any()
        }
    };
    let error = run.error.as_ref().map(|error| {
        if error.node_name.is_empty() {
            error.message.clone()
        } else if error.message.trim().is_empty() {
            format!("{} failed without a message", error.node_name)
        } else {
            format!("{}: {}", error.node_name, error.message)
        }
    });
    let status = run.status;
    let more = run.clone();
    let on_more = move |event: web_sys::MouseEvent| {
        event.stop_propagation();
        let items = menu(app, more.clone(), filters);
        app.menu.set(Some(OpenMenu::new("Run", anchor_of(&event), items)));
    };
    view! {
        <div class="rr-runs__row" on:click=move |_| route::go(&route)>
            <span class=format!("rr-mark rr-mark--{}", status.as_str())><Icon name=status_icon(status)/></span>
            <span class="rr-list__name">
                <a class="rr-list__link" href=href on:click=|event| event.stop_propagation()>{run.workflow_name.clone()}</a>
                {error.map(|error| view! { <span class="rr-list__sub">{error}</span> })}
            </span>
            <span class=format!("rr-runs__state rr-runs__state--{}", status.as_str())>{word(status)}</span>
            <span class="rr-list__edited">{starter}</span>
            <span class="rr-list__edited rr-num" data-tip=moment(run.started)>{ago(run.started, now())}</span>
            <span class="rr-list__edited rr-num">{length(run.ms * 1000)}</span>
            <IconButton icon="ellipsis" label="More" menu=true on_press=on_more/>
        </div>
    }
}

/// The way to the run that one was started for.
fn led_here(mode: RunMode) -> &'static str {
    if mode == RunMode::Child { "Open the run that called it" } else { "Open the run that failed" }
}

fn menu(app: AppState, run: RunSummary, filters: Filters) -> Vec<MenuItem> {
    let id = StoredValue::new(run.id.clone());
    let open = Callback::new(move |()| route::go(&Route::Run { id: id.get_value() }));
    let workflow = Route::editor(run.workflow.clone());
    let rerun = Callback::new(move |()| {
        let run = id.get_value();
        leptos::task::spawn_local(async move {
            if let Some(StartedRun::Running { run }) = app.ask(Rerun { run }).await {
                let show = Callback::new(move |()| route::go(&Route::Run { id: run.clone() }));
                app.toast_with("It runs again", "Show", show);
            }
        });
    });
    let stop = Callback::new(move |()| {
        let run = id.get_value();
        leptos::task::spawn_local(async move {
            app.ask(StopRun { run }).await;
        });
    });
    let delete = Callback::new(move |()| {
        going::delete(app, vec![id.get_value()], filters.read_again());
    });
    let ended = run.status.is_final();
    let mut items = vec![
        MenuAction::new(
            if run.error.is_some() { "Open where it failed" } else { "Open on the canvas" },
            open,
        )
        .icon("eye")
        .into(),
        MenuAction::new("Open the workflow", Callback::new(move |()| route::go(&workflow)))
            .icon("workflow")
            .into(),
    ];
    if let Some(parent) = run.parent.clone() {
        let parent = Route::Run { id: parent };
        let open = Callback::new(move |()| route::go(&parent));
        items.push(MenuAction::new(led_here(run.mode), open).icon("arrow-up").into());
    }
    items.extend([
        MenuItem::Line,
        MenuAction::new("Run again with the same input", rerun).icon("repeat").into(),
    ]);
    if ended {
        items.push(MenuItem::Line);
        items.push(MenuAction::new("Delete", delete).icon("trash-2").danger().into());
    } else {
        items.push(MenuAction::new("Stop", stop).icon("square").danger().into());
    }
    if run.status == RunStatus::Unknown {
        items.push(MenuItem::Line);
        items.push(resolve(app, id, "Count it as done", RunStatus::Succeeded));
        items.push(resolve(app, id, "Count it as failed", RunStatus::Failed));
    }
    items
}

/// What shall be thought of a run that was cut off.
fn resolve(
    app: AppState,
    id: StoredValue<reporunner_model::RunId>,
    words: &str,
    status: RunStatus,
) -> MenuItem {
    let run = Callback::new(move |()| {
        let run = id.get_value();
        leptos::task::spawn_local(async move {
            app.ask(reporunner_protocol::ResolveUnknown { run, status }).await;
        });
    });
    MenuAction::new(words, run).into()
}
