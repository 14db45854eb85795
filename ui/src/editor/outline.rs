//! The outline: every node in run order as a tree, the whole editor without a picture.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use reporunner_canvas::{Command, label_text};
use reporunner_model::{NodeId, TypeName};
use std::collections::BTreeSet;

use super::commands::perform;
use super::desk::use_desk;
use crate::kit::{Icon, IconButton, Tile};

/// One row.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    id: NodeId,
    name: String,
    node_type: TypeName,
    /// Read out: name, type, state, wires.
    label: String,
    level: usize,
    position: usize,
    siblings: usize,
    descendants: usize,
}

/// The panel.
#[component]
pub(super) fn Outline() -> impl IntoView {
    let desk = use_desk();
    let editor = desk.editor;
    let folded = RwSignal::new(BTreeSet::<NodeId>::new());
    let rows = Memo::new(move |_| {
        // The canvas's scene follows the document, so the document is what is tracked.
        editor.document.track();
        editor.run.track();
        let all = desk.read(|canvas| {
            let scene = canvas.scene();
            let row = |row: reporunner_canvas::OutlineRow| {
                let id = scene.nodes.id[row.node as usize].clone();
                let node = canvas.workflow().nodes.get(&id);
                Row {
                    name: node.map(|node| node.name.clone()).unwrap_or_default(),
                    node_type: node.map(|node| node.node_type.clone()).unwrap_or_default(),
                    label: label_text(scene, row.node),
                    id,
                    level: row.level,
                    position: row.position,
                    siblings: row.siblings,
                    descendants: row.descendants,
                }
            };
            scene.outline().into_iter().map(row).collect::<Vec<_>>()
        });
        let all = all.unwrap_or_default();
        let mut skip = 0;
        folded.with(|folded| {
            let keep = |row: &Row| {
                if skip > 0 {
                    skip -= 1;
                    return false;
                }
                if folded.contains(&row.id) {
                    skip = row.descendants;
                }
                true
            };
            all.into_iter().filter(keep).collect::<Vec<_>>()
        })
    });
    view! {
        <aside class="rr-outline" aria-label="Outline" data-region="Outline">
            <header class="rr-outline__head">
                <b class="rr-grow">"Outline"</b>
                <IconButton icon="x" label="Close" keys="Shift+O" on_press=move |_| desk.panes.outline_open.set(false)/>
            </header>
            <Tree rows folded/>
        </aside>
    }
}

#[component]
fn Tree(
    /// The rows in sight.
    rows: Memo<Vec<Row>>,
    /// Nodes whose branches are folded away.
    folded: RwSignal<BTreeSet<NodeId>>,
) -> impl IntoView {
    let desk = use_desk();
    let at = Memo::new(move |_| {
        let selected = desk.editor.selection.with(super::selection::Selection::single_node);
        rows.with(|rows| {
            rows.iter().position(|row| Some(&row.id) == selected.as_ref()).unwrap_or(0)
        })
    });
    let go = move |index: usize| {
        if let Some(row) = rows.with_untracked(|rows| rows.get(index).cloned()) {
            desk.canvas.focus_node(&row.id);
            request_animation_frame(|| {
                crate::browser::focus(".rr-outline [tabindex='0']");
            });
        }
    };
    let fold = move |on: bool| {
        let row = rows.with_untracked(|rows| rows.get(at.get_untracked()).cloned());
        let Some(row) = row.filter(|row| row.descendants > 0) else { return false };
        let is = folded.with_untracked(|folded| folded.contains(&row.id));
        if is != on {
            folded.update(|folded| {
                if !folded.remove(&row.id) {
                    folded.insert(row.id.clone());
                }
            });
        }
        is != on
    };
    let on_key = move |event: KeyboardEvent| {
        let (here, count) = (at.get_untracked(), rows.with_untracked(Vec::len));
        match event.key().as_str() {
            "ArrowDown" if here + 1 < count => go(here + 1),
            "ArrowUp" if here > 0 => go(here - 1),
            "Home" => go(0),
            "End" => go(count.saturating_sub(1)),
            "ArrowRight" => drop(fold(false)),
            "ArrowLeft" => drop(fold(true)),
            "Enter" => perform(desk, Command::Open),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    view! {
        <div class="rr-outline__tree" role="tree" aria-label="Nodes in run order" on:keydown=on_key>
            {move || rows.get().into_iter().enumerate().map(|(index, row)| {
                let closed = folded.with(|folded| folded.contains(&row.id));
                let on = Signal::derive(move || at.get() == index);
                view! { <TreeRow row closed on on_go=move |()| go(index)/> }
            }).collect_view()}
        </div>
    }
}

#[component]
fn TreeRow(
    /// The row.
    row: Row,
    /// Whether its branches are folded away.
    closed: bool,
    /// Whether it is the one the keyboard is on.
    on: Signal<bool>,
    /// It was pressed.
    #[prop(into)]
    on_go: Callback<()>,
) -> impl IntoView {
    let desk = use_desk();
    let expanded = (row.descendants > 0).then(|| (!closed).to_string());
    let id = row.id.clone();
    let open = row.id.clone();
    view! {
        <div
            class="rr-outline__row"
            role="treeitem"
            tabindex=move || if on.get() { "0" } else { "-1" }
            aria-selected=move || {
                desk.editor.selection.with(|selection| selection.nodes.contains(&id)).to_string()
            }
            attr:aria-level=row.level.to_string()
            aria-posinset=row.position.to_string()
            aria-setsize=row.siblings.to_string()
            aria-expanded=expanded
            aria-label=row.label
            style=("--rr-level", row.level.to_string())
            on:click=move |_| on_go.run(())
            on:dblclick=move |_| desk.open_node(open.clone())
            on:contextmenu=move |event| {
                event.prevent_default();
                on_go.run(());
                desk.canvas.command(Command::Menu);
            }
        >
            {(row.descendants > 0).then(|| view! {
                <Icon name=if closed { "chevron-right" } else { "chevron-down" } class="rr-outline__fold"/>
            })}
            <Tile node_type=row.node_type size="s"/>
            <span class="rr-outline__name">{row.name}</span>
        </div>
    }
}
