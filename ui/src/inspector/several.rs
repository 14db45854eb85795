//! What the pane shows when several things are selected: what they are, what can be done with all
//! of them, and the flags that they share.

use std::collections::BTreeMap;

use leptos::prelude::*;
use reporunner_canvas::{Alignment, Command};
use reporunner_model::{Edit, Node, NodeId, TypeName};

use super::flags::Flags;
use super::tabs::{Body, Tabs};
use crate::editor::context::{EditorContext, use_editor};
use crate::editor::{perform, use_desk};
use crate::kit::{Button, ButtonKind, Icon, MenuAction, MenuItem, OpenMenu, Tile, anchor_of};
use crate::time::count;

const TABS: &[(&str, &str)] = &[("selected", "Selection"), ("errors", "Errors and retries")];

/// Ways to line things up, and whether a line stands before them in the menu.
const WAYS: &[(Alignment, bool)] = &[
    (Alignment::Left, false),
    (Alignment::Center, false),
    (Alignment::Right, false),
    (Alignment::Top, true),
    (Alignment::Middle, false),
    (Alignment::Bottom, false),
    (Alignment::SpreadAcross, true),
    (Alignment::SpreadDown, false),
    (Alignment::Grid, false),
];

/// What is selected.
#[component]
pub(super) fn Several(
    /// The part shown.
    part: RwSignal<&'static str>,
) -> impl IntoView {
    let editor = use_editor();
    let nodes = selected_nodes(editor);
    let flags = Memo::new(move |_| {
        nodes.with(|nodes| {
            nodes.iter().map(|node| (node.id.clone(), node.flags.clone())).collect::<Vec<_>>()
        })
    });
    let words = move || {
        let notes = editor.selection.with(|selection| selection.notes.len());
        let nodes = nodes.with(Vec::len);
        let named = [(nodes, "node"), (notes, "note")];
        let all = named.iter().filter(|(number, _)| *number > 0);
        all.map(|(number, noun)| count(*number, noun)).collect::<Vec<_>>().join(", ")
    };
    view! {
        <header class="rr-insp__head">
            <span class="rr-tile rr-tile--m rr-tile--unknown"><Icon name="square-dashed"/></span>
            <div class="rr-insp__who">
                <b class="rr-insp__title">{words}</b>
                <span class="rr-insp__type">"selected · what you do here is done to all"</span>
            </div>
        </header>
        <Tabs tabs=TABS chosen=part label="Parts of the selection's panel"/>
        <Body chosen=part>
            {move || match part.get() {
                "errors" => view! { <Flags nodes=flags read_only=editor.read_only/> }.into_any(),
                _ => view! {
                    <div class="rr-form">
                        {(!editor.read_only).then(|| view! { <Actions nodes/> })}
                        <Types nodes/>
                    </div>
                }
                .into_any(),
            }}
        </Body>
        <footer class="rr-insp__foot">
            <span class="rr-insp__type">"Esc selects nothing"</span>
        </footer>
    }
}

fn selected_nodes(editor: EditorContext) -> Memo<Vec<Node>> {
    Memo::new(move |_| {
        let chosen: Vec<NodeId> = editor.selection.with(|s| s.nodes.iter().cloned().collect());
        editor.document.with(|document| {
            let all = &document.workflow().nodes;
            chosen.iter().filter_map(|id| all.get(id).cloned()).collect()
        })
    })
}

/// What can be done with all of them.
#[component]
fn Actions(
    /// The nodes.
    nodes: Memo<Vec<Node>>,
) -> impl IntoView {
    let desk = use_desk();
    let editor = desk.editor;
    let switch = move |on: bool| {
        let edits: Vec<Edit> = nodes.with_untracked(|nodes| {
            let others = nodes.iter().filter(|node| node.on != on);
            others.map(|node| Edit::SetOn { id: node.id.clone(), on }).collect()
        });
        editor.send_edit(if on { "Switch on" } else { "Switch off" }, edits);
    };
    let on = Memo::new(move |_| nodes.with(|nodes| nodes.iter().filter(|node| node.on).count()));
    let all = Memo::new(move |_| nodes.with(Vec::len));
    let act = move |command: Command| move |_| perform(desk, command);
    let align = move |event: leptos::ev::MouseEvent| {
        let mut items: Vec<MenuItem> = Vec::new();
        for (way, apart) in WAYS {
            if *apart {
                items.push(MenuItem::Line);
            }
            let command = Command::Align(*way);
            let action =
                MenuAction::new(command.label(), Callback::new(move |()| perform(desk, command)));
            items.push(action.keys(command.keys().first().copied().unwrap_or_default()).into());
        }
        editor.app.menu.set(Some(OpenMenu::new("Align", anchor_of(&event), items)));
    };
    view! {
        <div class="rr-insp__actions" role="group" aria-label="With all that is selected">
            <Button icon="power" disabled=Signal::derive(move || on.get() == all.get())
                on_press=move |_| switch(true)>"Switch on"</Button>
            <Button icon="power" disabled=Signal::derive(move || on.get() == 0)
                on_press=move |_| switch(false)>"Switch off"</Button>
            <Button icon="copy" keys="M+D" on_press=act(Command::Duplicate)>"Duplicate"</Button>
            <Button icon="wand-sparkles" keys="Shift+Alt+T" on_press=act(Command::Tidy)>"Tidy up"</Button>
            <Button icon="sliders-horizontal" after="chevron-down" menu=true on_press=align>"Align"</Button>
            <Button kind=ButtonKind::Danger icon="trash-2" keys="Delete" on_press=act(Command::Delete)>"Delete"</Button>
        </div>
    }
}

/// How many there are of each type. A press selects those alone.
#[component]
fn Types(
    /// The nodes.
    nodes: Memo<Vec<Node>>,
) -> impl IntoView {
    let editor = use_editor();
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
    let only = move |wanted: &TypeName| {
        let chosen = nodes.with_untracked(|nodes| {
            let of_type = nodes.iter().filter(|node| node.node_type == *wanted);
            of_type.map(|node| node.id.clone()).collect()
        });
        editor.selection.update(|selection| {
            selection.nodes = chosen;
            selection.notes.clear();
            selection.edges.clear();
        });
    };
    view! {
        <ul class="rr-insp__types">
            {move || types().into_iter().map(|(name, number)| {
                let words = label(&name);
                let tile = name.clone();
                view! {
                    <li>
                        <button type="button" class="rr-insp__typerow" data-tip="Select these alone"
                            on:click=move |_| only(&name)>
                            <Tile node_type=tile size="s"/>
                            <span>{words}</span>
                            <span class="rr-badge">{number}</span>
                        </button>
                    </li>
                }
            }).collect_view()}
        </ul>
    }
}
