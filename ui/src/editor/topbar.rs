//! The bar over the canvas: where one is, whether it is saved, what of it is shown, publish, live,
//! and run.

use leptos::prelude::*;
use reporunner_canvas::Command;
use reporunner_model::{Edit, NodeGroup, NodeId, RunStatus, StartFrom};
use reporunner_protocol::{ExportFormat, SetLive};

use super::commands::perform;
use super::context::{EditorContext, SaveState};
use super::desk::{Desk, use_desk};
use crate::kit::{
    Badge, BadgeKind, Button, ButtonKind, Icon, IconButton, MenuAction, MenuItem, OpenMenu, Prompt,
    Switch, anchor_of,
};
use crate::route::{Route, Tab};
use crate::time;

const NOT_CONNECTED: &str = "Nothing can be saved until the connection is back";

/// The bar.
#[component]
pub(super) fn TopBar() -> impl IntoView {
    let desk = use_desk();
    view! {
        <header class="rr-top" data-region="Top bar">
            <Crumb/>
            <Tabs/>
            <div class="rr-top__right">
                <Publish/>
                <Live/>
                <RunControls/>
                <IconButton icon="ellipsis" label="More" menu=true
                    on_press=move |event| more(desk, &event)/>
            </div>
        </header>
    }
}

#[component]
fn Crumb() -> impl IntoView {
    let editor = use_desk().editor;
    let name =
        Memo::new(move |_| editor.document.with(|document| document.workflow().name.clone()));
    Effect::new(move || document().set_title(&format!("{} · Reporunner", name.get())));
    on_cleanup(|| document().set_title("Reporunner"));
    let saved = move || match editor.saved.get() {
        SaveState::Saved | SaveState::Saving if editor.app.lost.get() => {
            (BadgeKind::Fail, "not connected".to_owned(), NOT_CONNECTED.to_owned())
        }
        SaveState::Saved => (BadgeKind::Plain, "saved".to_owned(), String::new()),
        SaveState::Saving => (BadgeKind::Plain, "saving…".to_owned(), String::new()),
        SaveState::NotSaved(why) => {
            (BadgeKind::Fail, "not saved".to_owned(), crate::shell::why_unsaved(&why))
        }
    };
    view! {
        <nav class="rr-crumb" aria-label="Where you are">
            <a class="rr-crumb__up" href="#/">"Workflows"</a>
            <Icon name="chevron-right" class="rr-crumb__sep"/>
            <button type="button" class="rr-crumb__name" data-tip="Rename" on:click=move |_| rename(editor)>
                {move || name.get()}
            </button>
            <span role="status" data-tip=move || saved().2>
                <Badge kind=Signal::derive(move || saved().0)>{move || saved().1}</Badge>
            </span>
        </nav>
    }
}

fn rename(editor: EditorContext) {
    let name = editor.document.with_untracked(|document| document.workflow().name.clone());
    let then = Callback::new(move |name: String| {
        editor.send_edit("Rename the workflow", vec![Edit::SetName { name }]);
    });
    editor.app.prompt.set(Some(Prompt::text("Rename the workflow", "Name", &name, "Rename", then)));
}

#[component]
fn Tabs() -> impl IntoView {
    let desk = use_desk();
    let id = desk.editor.workflow_id();
    let tab = move |tab: Tab, words: &'static str| {
        let href = Route::Workflow { id: id.clone(), tab }.hash();
        view! {
            <a class="rr-segmented__part" href=href
                aria-current=move || (desk.tab.get() == tab).then_some("page")>{words}</a>
        }
    };
    view! {
        <nav class="rr-segmented" aria-label="Parts of the workflow">
            {[(Tab::Editor, "Editor"), (Tab::Runs, "Runs"), (Tab::Versions, "Versions")]
                .map(|(part, words)| tab(part, words)).collect_view()}
        </nav>
    }
}

#[component]
fn Publish() -> impl IntoView {
    let desk = use_desk();
    let editor = desk.editor;
    let state = Memo::new(move |_| editor.document.with(|document| document.state.clone()));
    let open = move || state.with(|state| state.unpublished > 0);
    let published = move || state.with(|state| state.published);
    let on_menu = move |event: web_sys::MouseEvent| {
        let revert = Callback::new(move |()| {
            editor.revert();
            let undo = Callback::new(move |()| editor.undo());
            editor.app.toast_with("The draft is what is published again", "Undo", undo);
        });
        let items = vec![
            MenuAction::new("Publish", Callback::new(move |()| perform(desk, Command::Publish)))
                .icon("upload")
                .keys("Shift+P")
                .into(),
            MenuAction::new("Revert to what is published", revert).icon("rotate-ccw").into(),
        ];
        editor.app.menu.set(Some(OpenMenu::new("Publish", anchor_of(&event), items)));
    };
    view! {
        <Show when=open>
            <span class="rr-pair">
                <Button keys="Shift+P" tip="Triggers then run this version" on_press=move |_| perform(desk, Command::Publish)>
                    "Publish"
                    <Show when=published>
                        <span class="rr-badge">{move || state.with(|state| state.unpublished)}</span>
                    </Show>
                </Button>
                <Show when=published>
                    <IconButton icon="chevron-down" label="More about publishing" menu=true class="rr-pair__more" on_press=on_menu/>
                </Show>
            </span>
        </Show>
    }
}

#[component]
fn Live() -> impl IntoView {
    let desk = use_desk();
    let editor = desk.editor;
    let state = Memo::new(move |_| editor.document.with(|document| document.state.clone()));
    let on_change = move |live: bool| {
        let id = editor.workflow_id();
        let first = live && !state.with_untracked(|state| state.published);
        leptos::task::spawn_local(async move {
            super::outbox::settled(editor).await;
            if let Some(state) = editor.app.ask(SetLive { id, live }).await {
                if let Some(trouble) = state.trouble.clone().filter(|_| live) {
                    editor.app.toast(format!("It is on, but {trouble}"));
                }
                if first && state.published {
                    desk.versions.try_update(|versions| *versions += 1);
                    editor.app.toast("Published as it is now, and live: triggers run this version");
                }
                editor.document.try_update(|document| document.state = state);
            }
        });
    };
    let trouble = move || state.with(|state| state.trouble.clone().filter(|_| state.live));
    view! {
        <span class="rr-live">
            {move || trouble().map(|trouble| {
                let words = trouble.clone();
                let tell = move |_| editor.app.toast(format!("It is on, but {words}"));
                view! {
                    <button type="button" class="rr-live__trouble" aria-label=format!("Trouble: {trouble}")
                        data-tip=trouble on:click=tell>
                        <Icon name="triangle-alert"/>"Trouble"
                    </button>
                }
            })}
            <span class="rr-live__words">"Live here"</span>
            <Switch
                on=Signal::derive(move || state.with(|state| state.live))
                label="Live here: triggers start runs on this machine"
                on_change=on_change
            />
        </span>
    }
}

/// Run, or stop with how far it is.
#[component]
fn RunControls() -> impl IntoView {
    let desk = use_desk();
    let editor = desk.editor;
    let busy = Memo::new(move |_| editor.is_running() || editor.listening.with(Option::is_some));
    let triggers = Memo::new(move |_| triggers(editor));
    view! {
        <Progress/>
        {move || if busy.get() {
            view! {
                <Button kind=ButtonKind::Danger icon="square" keys="M+Alt+Enter" on_press=move |_| editor.stop()>
                    "Stop"
                </Button>
            }.into_any()
        } else {
            view! {
                <span class="rr-pair">
                    <Button kind=ButtonKind::Primary icon="play" keys="M+Enter" on_press=move |_| perform(desk, Command::Run)>
                        "Run"
                    </Button>
                    <Show when=move || triggers.with(|all| all.len() > 1)>
                        <IconButton icon="chevron-down" label="Choose where to start" menu=true
                            class="rr-pair__more rr-pair__more--primary"
                            on_press=move |event| start_menu(editor, triggers.get_untracked(), &event)/>
                    </Show>
                </span>
            }.into_any()
        }}
    }
}

/// Names and ids of the nodes that start runs.
fn triggers(editor: EditorContext) -> Vec<(NodeId, String)> {
    let catalog = editor.app.catalog.get();
    editor.document.with(|document| {
        let nodes = document.workflow().nodes.values();
        let starts = nodes.filter(|node| {
            let group = catalog.get(&node.node_type).map(|found| found.group);
            node.on && group == Some(NodeGroup::Trigger)
        });
        starts.map(|node| (node.id.clone(), node.name.clone())).collect()
    })
}

fn start_menu(editor: EditorContext, triggers: Vec<(NodeId, String)>, event: &web_sys::MouseEvent) {
    let item = |(node, name): (NodeId, String)| -> MenuItem {
        let start = StartFrom::Trigger { node: Some(node) };
        let run = Callback::new(move |()| editor.start_run(start.clone(), None));
        MenuAction::new(name, run).icon("play").into()
    };
    let mut items = vec![MenuItem::Heading("Start at".to_owned())];
    items.extend(triggers.into_iter().map(item));
    editor.app.menu.set(Some(OpenMenu::new("Start at", anchor_of(event), items)));
}

/// How far the run is, or how it ended.
#[component]
fn Progress() -> impl IntoView {
    let editor = use_desk().editor;
    let tick = RwSignal::new(0_u32);
    let running = Memo::new(move |_| editor.is_running());
    Effect::new(move || {
        if running.get() {
            beat(tick, running);
        }
    });
    let words = move || {
        tick.track();
        if editor.listening.with(Option::is_some) {
            return Some(("waiting", "Waiting for a call".to_owned()));
        }
        let all = editor
            .document
            .with(|document| document.workflow().nodes.values().filter(|node| node.on).count());
        editor.run.with(|run| {
            let run = run.as_ref()?;
            let (_, done) = run.progress();
            let status = run.summary.status;
            let ms = if status.is_final() {
                run.summary.ms
            } else {
                time::now().since(run.summary.started).max(0) as u64
            };
            let length = time::length(ms * 1000);
            let text = match status {
                RunStatus::Failed => format!("Failed · {length}"),
                RunStatus::Cancelled => format!("Stopped · {length}"),
                RunStatus::Unknown => "Cut off".to_owned(),
                RunStatus::Queued => "Waits for its turn".to_owned(),
                RunStatus::Waiting => format!("Waiting · {length}"),
                RunStatus::Running => format!("{done} of {all} · {length}"),
                RunStatus::Succeeded => format!("Done · {length}"),
            };
            Some((status.as_str(), text))
        })
    };
    view! {
        {move || words().map(|(state, text)| view! {
            <span class="rr-progress">
                <span class=format!("rr-progress__dot rr-progress__dot--{state}")></span>
                <span class="rr-num">{text}</span>
            </span>
        })}
    }
}

/// Counts `tick` up four times a second while `running`.
fn beat(tick: RwSignal<u32>, running: Memo<bool>) {
    time::after(250, move || {
        if running.try_get_untracked() == Some(true) {
            tick.update(|tick| *tick = tick.wrapping_add(1));
            beat(tick, running);
        }
    });
}

fn more(desk: Desk, event: &web_sys::MouseEvent) {
    let editor = desk.editor;
    let app = editor.app;
    let id = StoredValue::new(editor.workflow_id());
    let does = |command: Command| super::reactions::action(desk, command, false).into();
    let export = |format: ExportFormat| {
        Callback::new(move |()| crate::home::export(app, id.get_value(), format))
    };
    let delete = Callback::new(move |()| {
        let gone = editor.document.with_untracked(|document| crate::home::Gone {
            id: id.get_value(),
            name: document.workflow().name.clone(),
            live: document.state.live,
        });
        crate::home::delete(app, gone);
    });
    let duplicate = Callback::new(move |()| crate::home::duplicate(app, id.get_value()));
    let report = Callback::new(move |()| super::import_report::open(editor));
    let report = super::import_report::is_foreign(editor)
        .then(|| MenuAction::new("Import report", report).icon("list-checks").into());
    let mut items = vec![
        does(Command::Checkpoint),
        does(Command::Find),
        does(Command::Palette),
        does(Command::ToggleOutline),
        MenuItem::Line,
        MenuAction::new("Duplicate the workflow", duplicate).icon("copy").into(),
        MenuAction::new("Export", export(ExportFormat::Reporunner)).icon("download").into(),
        MenuAction::new("Export for n8n", export(ExportFormat::N8n)).icon("file-json").into(),
    ];
    items.extend(report);
    items.extend([
        MenuItem::Line,
        does(Command::Help),
        MenuItem::Line,
        MenuAction::new("Delete the workflow", delete).icon("trash-2").danger().into(),
    ]);
    app.menu.set(Some(OpenMenu::new("Workflow", anchor_of(event), items)));
}
