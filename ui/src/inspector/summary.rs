//! What the pane shows when no node or more than one is selected.

use std::collections::BTreeMap;

use leptos::prelude::*;
use reporunner_model::{Edit, NodeId, TypeName};

use super::strings;
use super::workflow::WorkflowSettings;
use crate::editor::context::use_editor;
use crate::kit::{Button, Icon, Tile};
use crate::time::count;

/// Nothing is selected: what to do, and the workflow's own settings.
#[component]
pub(super) fn Nothing() -> impl IntoView {
    view! {
        <header class="rr-insp__head rr-insp__head--plain">
            <Icon name="workflow"/>
            <div class="rr-insp__who"><b class="rr-insp__title">"Workflow"</b></div>
        </header>
        <div class="rr-insp__body" tabindex="-1">
            <p class="rr-insp__hint rr-insp__hint--top">
                <Icon name="mouse-pointer-click"/><span>{strings::NOTHING}</span>
            </p>
            <WorkflowSettings/>
        </div>
    }
}

/// Several nodes are selected.
#[component]
pub(super) fn Several() -> impl IntoView {
    let editor = use_editor();
    let nodes = Memo::new(move |_| {
        let chosen: Vec<NodeId> = editor.selection.with(|s| s.nodes.iter().cloned().collect());
        editor.document.with(|document| {
            let all = &document.workflow().nodes;
            chosen.iter().filter_map(|id| all.get(id).cloned()).collect::<Vec<_>>()
        })
    });
    let types = move || {
        let mut types: BTreeMap<TypeName, usize> = BTreeMap::new();
        nodes.with(|nodes| {
            nodes.iter().for_each(|node| *types.entry(node.node_type.clone()).or_default() += 1);
        });
        types
    };
    let label = move |name: &TypeName| {
        editor.app.catalog.with(|catalog| {
            catalog.get(name).map_or_else(|| name.to_string(), |found| found.label.clone())
        })
    };
    let switch = move |on: bool| {
        let edits: Vec<Edit> = nodes.with_untracked(|nodes| {
            let others = nodes.iter().filter(|node| node.on != on);
            others.map(|node| Edit::SetOn { id: node.id.clone(), on }).collect()
        });
        editor.send_edit(if on { "Switch on" } else { "Switch off" }, edits);
    };
    let any_on = Memo::new(move |_| nodes.with(|nodes| nodes.iter().any(|node| node.on)));
    view! {
        <header class="rr-insp__head rr-insp__head--plain">
            <Icon name="square-dashed"/>
            <div class="rr-insp__who">
                <b class="rr-insp__title">{move || nodes.with(|nodes| count(nodes.len(), "node"))}</b>
                <span class="rr-insp__type">"selected"</span>
            </div>
        </header>
        <div class="rr-insp__body" tabindex="-1">
            <ul class="rr-insp__types">
                {move || types().into_iter().map(|(name, number)| view! {
                    <li>
                        <Tile node_type=name.clone() size="s"/>
                        <span>{label(&name)}</span>
                        <span class="rr-badge">{number}</span>
                    </li>
                }).collect_view()}
            </ul>
            {(!editor.read_only).then(|| view! {
                <div class="rr-insp__actions">
                    <Show
                        when=move || any_on.get()
                        fallback=move || view! {
                            <Button icon="power" on_press=move |_| switch(true)>"Switch on"</Button>
                        }
                    >
                        <Button icon="power" on_press=move |_| switch(false)>"Switch off"</Button>
                    </Show>
                </div>
            })}
            <p class="rr-insp__hint">
                <Icon name="lightbulb"/>
                <span>"Copy, move, align and delete work on all of them. Select one to see what it asks for."</span>
            </p>
        </div>
    }
}
