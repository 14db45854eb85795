//! How the page is laid out: canvas, the docked panes around it, and what floats over it.

use leptos::prelude::*;
use reporunner_model::{Catalog, RunId, RunMode, RunStatus, TypeName};
use reporunner_protocol::{GetRun, Rerun, StartedRun};

use super::cards::Cards;
use super::clipboard::put_in;
use super::desk::use_desk;
use super::find::Find;
use super::import_report::ImportReportDialog;
use super::outline::Outline;
use super::palette::Palette;
use super::panes::{Edge, Splitter};
use super::picker::Picker;
use super::reactions;
use super::run_view::word;
use super::toolbar::Toolbar;
use super::topbar::TopBar;
use super::versions::Versions;
use crate::canvas::{Canvas, Pasted};
use crate::data::DataPanes;
use crate::inspector::Inspector;
use crate::kit::{Button, ButtonKind, Icon};
use crate::route::{self, Route, Tab};
use crate::time;

/// A workflow that can be edited.
#[component]
pub(super) fn WorkflowFrame() -> impl IntoView {
    let desk = use_desk();
    let id = desk.editor.workflow_id();
    let hidden = move || desk.tab.get() != Tab::Editor;
    view! {
        <div class="rr-ed">
            <TopBar/>
            <div class="rr-ed__part" class=("rr-ed__part--hidden", hidden)><Work/></div>
            <Show when=move || desk.tab.get() == Tab::Versions><Versions/></Show>
            {move || (desk.tab.get() == Tab::Runs).then(|| {
                view! { <crate::runs::RunsOf workflow=id.clone()/> }
            })}
            <Palette/>
            <ImportReportDialog/>
        </div>
    }
}

/// A past run, to be looked at.
#[component]
pub(super) fn RunFrame() -> impl IntoView {
    view! {
        <div class="rr-ed">
            <RunBar/>
            <div class="rr-ed__part"><Work/></div>
            <Palette/>
        </div>
    }
}

#[component]
fn RunBar() -> impl IntoView {
    let desk = use_desk();
    let editor = desk.editor;
    let summary =
        Memo::new(move |_| editor.run.with(|run| run.as_ref().map(|run| run.summary.clone())));
    let rerun = move |_| {
        let Some(run) = summary.get_untracked() else { return };
        leptos::task::spawn_local(async move {
            if let Some(StartedRun::Running { run }) = editor.app.ask(Rerun { run: run.id }).await {
                route::go(&Route::Run { id: run });
            }
        });
    };
    let workflow = Route::editor(editor.workflow_id()).hash();
    view! {
        <header class="rr-top" data-region="Top bar">
            <nav class="rr-crumb" aria-label="Where you are">
                <a class="rr-crumb__up" href="#/runs">"Runs"</a>
                <Icon name="chevron-right" class="rr-crumb__sep"/>
                <a class="rr-crumb__name" href=workflow.clone()>
                    {move || summary.with(|run| run.as_ref().map(|run| run.workflow_name.clone()))}
                </a>
            </nav>
            <span class="rr-top__middle">
                {move || summary.get().map(|run| {
                    let mut words = format!("{} · {}", word(run.status), time::moment(run.started));
                    // Of one that goes on, what it took so far is old as soon as it is shown.
                    if run.status.is_final() {
                        words = format!("{words} · {}", time::length(run.ms * 1000));
                    }
                    view! {
                        <span class=format!("rr-mark rr-mark--{}", run.status.as_str())><Icon name=status_icon(run.status)/></span>
                        <span class="rr-num">{words}</span>
                        {run.parent.map(|parent| view! { <StartedFor parent mode=run.mode/> })}
                    }
                })}
            </span>
            <div class="rr-top__right">
                <span class="rr-badge">"read only"</span>
                <a class="rr-button rr-button--plain" href=workflow>"Open the workflow"</a>
                <Show when=move || editor.is_running()>
                    <Button kind=ButtonKind::Danger icon="square" on_press=move |_| editor.stop()>"Stop"</Button>
                </Show>
                <Button kind=ButtonKind::Primary icon="repeat" on_press=rerun>"Run again"</Button>
            </div>
        </header>
    }
}

/// The run that this one was started for, and the way there.
#[component]
fn StartedFor(
    /// Which.
    parent: RunId,
    /// What started this one.
    mode: RunMode,
) -> impl IntoView {
    let app = use_desk().editor.app;
    let name = RwSignal::new(None::<String>);
    let href = Route::Run { id: parent.clone() }.hash();
    leptos::task::spawn_local(async move {
        // It may be deleted by now, and then there is nothing to lead to.
        if let Ok(detail) = app.backend.call(GetRun { run: parent }).await {
            name.try_set(Some(detail.summary.workflow_name));
        }
    });
    let words = if mode == RunMode::Child { "called by" } else { "after the failure of" };
    move || {
        name.get().map(|name| {
            view! { <span>{format!("· {words} ")}<a class="rr-list__link" href=href.clone()>{name}</a></span> }
        })
    }
}

/// The icon of a run's state.
pub(crate) fn status_icon(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Queued => "clock",
        RunStatus::Running => "loader-circle",
        RunStatus::Waiting => "circle-pause",
        RunStatus::Succeeded => "circle-check",
        RunStatus::Failed => "circle-x",
        RunStatus::Cancelled => "square",
        RunStatus::Unknown => "circle-help",
    }
}

/// Canvas and panes.
#[component]
fn Work() -> impl IntoView {
    let desk = use_desk();
    let panes = desk.panes;
    let side = move || format!("{}px", panes.side.get());
    let data = move || format!("{}px", panes.data.get());
    let selected = desk.editor.selected_node();
    // The data panes come with the first node that is selected, and stay: what moves when one
    // presses on empty canvas is in the way. The side pane is there from the start.
    let begun = Memo::new(move |before: Option<&bool>| {
        before.is_some_and(|before| *before) || selected.with(Option::is_some)
    });
    let side_open = panes.side_open;
    let data_open = Memo::new(move |_| panes.data_open.get() && begun.get());
    let focus = move || panes.focus.get() && selected.with(Option::is_some);
    view! {
        <div
            class="rr-work"
            class=("rr-work--side", move || side_open.get())
            class=("rr-work--data", move || data_open.get())
            class=("rr-work--focus", focus)
            style=("--rr-side", side)
            style=("--rr-data", data)
        >
            <Show when=move || panes.outline_open.get()><Outline/></Show>
            <Stage/>
            <Show when=move || side_open.get()>
                <aside class="rr-dock rr-dock--side" aria-label="Node" data-region="Node">
                    <Splitter edge=Edge::Side size=panes.side label="Width of the node's panel"/>
                    <Inspector/>
                </aside>
            </Show>
            <Show when=move || data_open.get()>
                <section
                    class="rr-dock rr-dock--data"
                    class=("rr-dock--no-input", move || !panes.input_open.get())
                    class=("rr-dock--no-output", move || !panes.output_open.get())
                    aria-label="Data"
                    data-region="Data"
                >
                    <Splitter edge=Edge::Data size=panes.data label="Height of the data panel"/>
                    <DataPanes/>
                </section>
            </Show>
        </div>
    }
}

/// The canvas with what floats over it.
#[component]
fn Stage() -> impl IntoView {
    let desk = use_desk();
    let editor = desk.editor;
    let minimap = Signal::derive(move || {
        editor.app.welcome.with(|welcome| {
            welcome.ready().is_some_and(|welcome| welcome.flags.contains("canvas-minimap"))
        })
    });
    view! {
        <div class="rr-stage">
            <Canvas
                handle=desk.canvas
                on_edits=Callback::new(move |change: reporunner_canvas::Change| {
                    editor.send_edit(change.label, change.edits);
                })
                on_selection=Callback::new(move |now| reactions::selected(desk, now))
                on_open=Callback::new(move |node| desk.enter_node(node))
                on_picker=Callback::new(move |request| desk.picker.set(Some(request)))
                on_menu=Callback::new(move |request| reactions::open_menu(desk, request))
                on_wire=Callback::new(move |(from, targets)| {
                    reactions::choose_target(desk, from, targets);
                })
                on_rename=Callback::new(move |(node, name)| editor.rename_node(node, name))
                on_command=Callback::new(move |command| reactions::left_over(desk, command))
                on_paste=Callback::new(move |pasted: Pasted| {
                    leptos::task::spawn_local(put_in(desk, pasted.text, pasted.keep_inputs));
                })
                on_announce=Callback::new(move |text: String| editor.announce(text))
                minimap
            />
            <Cards/>
            <Find/>
            <Show when=move || !editor.read_only><Empty/></Show>
            <Toolbar/>
            <Picker/>
        </div>
    }
}

/// The one thing to do on an empty canvas.
#[component]
fn Empty() -> impl IntoView {
    let desk = use_desk();
    let empty = Memo::new(move |_| {
        desk.editor.document.with(|document| {
            document.workflow().nodes.is_empty() && document.workflow().notes.is_empty()
        })
    });
    let add = move |_| super::commands::perform(desk, reporunner_canvas::Command::Add);
    view! {
        <Show when=move || empty.get() && desk.picker.with(Option::is_none)>
            <div class="rr-stage__empty">
                <Button kind=ButtonKind::Primary icon="plus" keys="N" on_press=add>"Add the first node"</Button>
                <span>{move || desk.editor.app.catalog.with(|catalog| starters(catalog))}</span>
            </div>
        </Show>
    }
}

/// What may start a workflow, by the triggers there are.
fn starters(catalog: &Catalog) -> String {
    const WORDS: [(&str, &str); 4] = [
        ("scheduleTrigger", "a time"),
        ("webhook", "a call"),
        ("localFileTrigger", "a file"),
        ("manualTrigger", "you"),
    ];
    let here: Vec<&str> = WORDS
        .iter()
        .filter(|(name, _)| catalog.get(&TypeName::new(*name)).is_some())
        .map(|(_, words)| *words)
        .collect();
    match here.as_slice() {
        [] => "What starts it comes first.".to_owned(),
        [one] => format!("What starts it: {one}."),
        [most @ .., last] => format!("What starts it: {} or {last}.", most.join(", ")),
    }
}
