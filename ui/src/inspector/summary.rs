//! What the pane shows when no node is selected: the workflow itself.
//!
//! Laid out as a node's panel is, so that nothing moves when a node is selected.

use leptos::prelude::*;
use reporunner_canvas::Command;
use reporunner_model::Edit;

use super::header::TitleField;
use super::last_run::{LastRun, RunTime};
use super::tabs::{Body, Tabs};
use super::workflow::{About, Settings};
use crate::browser;
use crate::editor::context::use_editor;
use crate::editor::{perform, use_desk};
use crate::kit::{Button, ButtonKind, Icon};
use crate::time::count;

const TABS: &[(&str, &str)] = &[("about", "Workflow"), ("settings", "Settings")];

/// The workflow.
#[component]
pub(super) fn WorkflowPanel(
    /// The part shown; stays when a node is selected in between.
    part: RwSignal<&'static str>,
) -> impl IntoView {
    view! {
        <Head/>
        <Tabs tabs=TABS chosen=part label="Parts of the workflow's panel"/>
        <Body chosen=part>
            {move || match part.get() {
                "settings" => view! { <Settings/> }.into_any(),
                _ => view! {
                    <div class="rr-form">
                        <LastRun/>
                        <About/>
                    </div>
                }
                .into_any(),
            }}
        </Body>
        <Foot/>
    }
}

#[component]
fn Head() -> impl IntoView {
    let editor = use_editor();
    let name = Signal::derive(move || editor.document.with(|d| d.workflow().name.clone()));
    let commit = Callback::new(move |text: String| {
        let name = text.trim().to_owned();
        if !name.is_empty() && name != name_now(editor) {
            editor.send_edit("Rename the workflow", vec![Edit::SetName { name }]);
        }
    });
    let words = move || {
        editor.document.with(|document| {
            let workflow = document.workflow();
            let nodes = count(workflow.nodes.len(), "node");
            match workflow.nodes.values().filter(|node| !node.on).count() {
                0 => format!("Workflow · {nodes}"),
                off => format!("Workflow · {nodes}, {off} off"),
            }
        })
    };
    let left = Callback::new(|()| {
        browser::focus(".rr-canvas");
    });
    view! {
        <header class="rr-insp__head">
            <span class="rr-tile rr-tile--m rr-tile--unknown"><Icon name="workflow"/></span>
            <div class="rr-insp__who">
                <TitleField value=name label="Name of the workflow" read_only=editor.read_only
                    on_commit=commit on_done=left/>
                <span class="rr-insp__type">{words}</span>
            </div>
        </header>
    }
}

fn name_now(editor: crate::editor::context::EditorContext) -> String {
    editor.document.with_untracked(|document| document.workflow().name.clone())
}

#[component]
fn Foot() -> impl IntoView {
    let desk = use_desk();
    let editor = desk.editor;
    let running = Memo::new(move |_| editor.is_running());
    let run = move |_| perform(desk, Command::Run);
    view! {
        <footer class="rr-insp__foot">
            {(!editor.read_only).then(|| view! {
                <Show
                    when=move || running.get()
                    fallback=move || view! {
                        <Button icon="play" keys="M+Enter" on_press=run tip="Runs the draft from its trigger">
                            "Run the workflow"
                        </Button>
                    }
                >
                    <Button kind=ButtonKind::Danger icon="square" on_press=move |_| editor.stop()>"Stop"</Button>
                </Show>
            })}
            <span class="rr-grow"></span>
            <RunTime/>
        </footer>
    }
}
