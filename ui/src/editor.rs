//! The page of one workflow: top bar, canvas, panels, runs and versions.
//!
//! `context` is what panels share, `outbox` sends, `commands` does; the canvas itself is in
//! `crate::canvas`.

pub(crate) mod context;
pub(crate) mod run_view;
pub(crate) mod selection;

mod cards;
mod clipboard;
mod commands;
mod desk;
mod find;
mod follow;
mod frame;
mod import_report;
mod keys;
mod outbox;
mod outline;
mod palette;
mod panes;
mod picker;
mod reactions;
mod toolbar;
mod topbar;
mod versions;

use leptos::prelude::*;
use reporunner_model::{RunId, WorkflowId};
use reporunner_protocol::{
    Code, GetRun, GetRunWorkflow, OpenWorkflow, OpenedWorkflow, RunDetail, UndoState, WorkflowState,
};

pub(crate) use commands::perform;
pub(crate) use desk::use_desk;
pub(crate) use frame::status_icon;
pub(crate) use keys::KeysDialog;
pub(crate) use outbox::any_waits;

use crate::kit::{Button, FailureNote, Loading};
use crate::route::{self, Route, Tab};
use crate::state::{Load, use_app};
use context::EditorContext;
use desk::Desk;
use frame::{RunFrame, WorkflowFrame};
use run_view::RunView;

/// The page.
#[component]
pub(crate) fn WorkflowPage(
    /// Which workflow.
    id: WorkflowId,
    /// What of it.
    tab: Signal<Tab>,
) -> impl IntoView {
    let app = use_app();
    let opened = RwSignal::new(Load::<()>::Waiting);
    let held = StoredValue::new(None::<OpenedWorkflow>);
    let load = {
        let id = id.clone();
        move || {
            let id = id.clone();
            leptos::task::spawn_local(async move {
                let answer = app.backend.call(OpenWorkflow { id }).await;
                if answer.as_ref().is_err_and(|failure| failure.code == Code::NotFound) {
                    crate::shell::keep_last(app, None);
                }
                let state = answer.map(|workflow| drop(held.try_set_value(Some(workflow))));
                opened.try_set(state.into());
            });
        }
    };
    load();
    crate::shell::keep_last(app, Some(&id));
    let load = StoredValue::new(load);
    view! {
        {move || match opened.get() {
            Load::Waiting => view! { <Loading what="Opening the workflow…"/> }.into_any(),
            Load::Failed(failure) => view! {
                <div class="rr-failed">
                    <FailureNote failure on_retry=move |()| load.with_value(|load| load())/>
                    <Button on_press=move |_| route::go(&Route::Home)>"Show all workflows"</Button>
                </div>
            }
            .into_any(),
            Load::Ready(()) => {
                let workflow = held.try_update_value(Option::take).flatten();
                workflow.map(|workflow| view! { <Opened workflow tab/> }).into_any()
            }
        }}
    }
}

#[component]
fn Opened(
    /// The workflow.
    workflow: OpenedWorkflow,
    /// What of it is shown.
    tab: Signal<Tab>,
) -> impl IntoView {
    let app = use_app();
    let last_run = workflow.last_run.clone();
    let editor = EditorContext::new(app, workflow, false);
    let desk = Desk::new(editor, tab);
    provide_context(editor);
    provide_context(desk);
    if let Some(run) = last_run {
        // An old failure is shown on the canvas, but does not jump at whoever opens the workflow.
        desk.failure_seen.set(Some(run.clone()));
        editor.show_run(run);
    }
    // After a lost connection the workflow may have moved on.
    Effect::new(move |before: Option<u64>| {
        let epoch = app.epoch.get();
        if before.is_some_and(|before| before != epoch) {
            outbox::reopen(editor);
        }
        epoch
    });
    commands::watch_keys(desk);
    clipboard::watch(desk);
    follow::follow(desk);
    take_keyboard(desk);
    view! { <WorkflowFrame/> }
}

/// The keyboard goes to the canvas where it was on nothing, as after a button that led here.
fn take_keyboard(desk: Desk) {
    request_animation_frame(move || {
        let active = document().active_element();
        let nowhere = active.is_none_or(|element| element.tag_name() == "BODY");
        if nowhere && desk.tab.get_untracked() == Tab::Editor {
            desk.canvas.focus();
        }
    });
}

/// A run on the canvas of the workflow that it ran.
#[component]
pub(crate) fn RunPage(
    /// Which run.
    id: RunId,
) -> impl IntoView {
    let app = use_app();
    let loaded = RwSignal::new(Load::<()>::Waiting);
    let held = StoredValue::new(None::<(RunDetail, reporunner_model::Workflow)>);
    leptos::task::spawn_local(async move {
        let run = id.clone();
        let answer = async {
            let detail = app.backend.call(GetRun { run: run.clone() }).await?;
            let workflow = app.backend.call(GetRunWorkflow { run }).await?;
            Ok((detail, workflow))
        };
        let state = answer.await.map(|both| drop(held.try_set_value(Some(both))));
        loaded.try_set(state.into());
    });
    view! {
        {move || match loaded.get() {
            Load::Waiting => view! { <Loading what="Opening the run…"/> }.into_any(),
            Load::Failed(failure) => view! {
                <div class="rr-failed">
                    <FailureNote failure/>
                    <Button on_press=move |_| route::go(&Route::Runs)>"Show all runs"</Button>
                </div>
            }
            .into_any(),
            Load::Ready(()) => {
                let both = held.try_update_value(Option::take).flatten();
                both.map(|(detail, workflow)| view! { <OpenedRun detail workflow/> }).into_any()
            }
        }}
    }
}

#[component]
fn OpenedRun(
    /// The run.
    detail: RunDetail,
    /// The workflow that it ran.
    workflow: reporunner_model::Workflow,
) -> impl IntoView {
    let app = use_app();
    let problems =
        app.catalog.with_untracked(|catalog| reporunner_model::validate(&workflow, catalog));
    let opened = OpenedWorkflow {
        workflow,
        revision: 0,
        problems,
        state: WorkflowState::default(),
        undo: UndoState::default(),
        view: None,
        last_run: None,
        webhooks: Default::default(),
    };
    let editor = EditorContext::new(app, opened, true);
    let desk = Desk::new(editor, Signal::derive(|| Tab::Editor));
    editor.run.set(Some(RunView::new(detail)));
    provide_context(editor);
    provide_context(desk);
    commands::watch_keys(desk);
    follow::follow(desk);
    take_keyboard(desk);
    view! { <RunFrame/> }
}
