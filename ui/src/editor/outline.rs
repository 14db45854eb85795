//! The outline: every node in run order as a tree, then the notes: the whole editor without a
//! picture.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use reporunner_canvas::{Command, Editor, OutlineRow, label_text, note_line};
use reporunner_model::TypeName;
use std::collections::BTreeSet;

use super::commands::perform;
use super::desk::use_desk;
use super::selection::Thing;
use crate::kit::{Icon, IconButton, Tile};

/// One row.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    thing: Thing,
    name: String,
    /// The node's; a note has none.
    node_type: Option<TypeName>,
    /// Read out: name, type, state, wires.
    label: String,
    level: usize,
    position: usize,
    siblings: usize,
    descendants: usize,
}

/// The nodes in run order, then the notes from the left to the right.
fn all_rows(canvas: &Editor) -> Vec<Row> {
    let (scene, workflow) = (canvas.scene(), canvas.workflow());
    let notes = scene.notes_in_order();
    let roots = |row: &OutlineRow| row.level == 1;
    let outline = scene.outline();
    let first = outline.iter().filter(|row| roots(row)).count();
    let of_node = |row: OutlineRow| {
        let id = scene.nodes.id[row.node as usize].clone();
        let node = workflow.nodes.get(&id);
        Row {
            name: node.map(|node| node.name.clone()).unwrap_or_default(),
            node_type: node.map(|node| node.node_type.clone()),
            label: label_text(scene, row.node),
            siblings: row.siblings + if roots(&row) { notes.len() } else { 0 },
            thing: Thing::Node(id),
            level: row.level,
            position: row.position,
            descendants: row.descendants,
        }
    };
    let of_note = |(at, note): (usize, &u32)| {
        let name = note_line(scene.texts.get(scene.notes.text[*note as usize]));
        Row {
            thing: Thing::Note(scene.notes.id[*note as usize].clone()),
            label: format!("Note: {name}"),
            name,
            node_type: None,
            level: 1,
            position: first + at + 1,
            siblings: first + notes.len(),
            descendants: 0,
        }
    };
    let below = notes.iter().enumerate().map(of_note);
    outline.into_iter().map(of_node).chain(below).collect()
}

/// The panel.
#[component]
pub(super) fn Outline() -> impl IntoView {
    let desk = use_desk();
    let editor = desk.editor;
    let folded = RwSignal::new(BTreeSet::<Thing>::new());
    let rows = Memo::new(move |_| {
        // The canvas's scene follows the document, so the document is what is tracked.
        editor.document.track();
        editor.run.track();
        let all = desk.read(all_rows);
        let all = all.unwrap_or_default();
        let mut skip = 0;
        folded.with(|folded| {
            let keep = |row: &Row| {
                if skip > 0 {
                    skip -= 1;
                    return false;
                }
                if folded.contains(&row.thing) {
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
    folded: RwSignal<BTreeSet<Thing>>,
) -> impl IntoView {
    let desk = use_desk();
    let at = Memo::new(move |_| {
        let selected = desk.editor.selection.with(super::selection::Selection::single_thing);
        rows.with(|rows| {
            rows.iter().position(|row| Some(&row.thing) == selected.as_ref()).unwrap_or(0)
        })
    });
    let go = move |index: usize| {
        if let Some(row) = rows.with_untracked(|rows| rows.get(index).cloned()) {
            desk.canvas.focus_thing(&row.thing);
            request_animation_frame(|| {
                crate::browser::focus(".rr-outline [tabindex='0']");
            });
        }
    };
    let fold = move |on: bool| {
        let row = rows.with_untracked(|rows| rows.get(at.get_untracked()).cloned());
        let Some(row) = row.filter(|row| row.descendants > 0) else { return false };
        let is = folded.with_untracked(|folded| folded.contains(&row.thing));
        if is != on {
            folded.update(|folded| {
                if !folded.remove(&row.thing) {
                    folded.insert(row.thing.clone());
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
        <div class="rr-outline__tree" role="tree" aria-label="Nodes in run order, then notes" on:keydown=on_key>
            {move || rows.get().into_iter().enumerate().map(|(index, row)| {
                let closed = folded.with(|folded| folded.contains(&row.thing));
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
    let thing = row.thing.clone();
    let on_open = move |_| match &row.thing {
        Thing::Node(node) => desk.open_node(node.clone()),
        Thing::Note(_) => perform(desk, Command::Open),
    };
    let look = match row.node_type {
        Some(node_type) => view! { <Tile node_type size="s"/> }.into_any(),
        None => {
            view! { <span class="rr-outline__note"><Icon name="sticky-note"/></span> }.into_any()
        }
    };
    view! {
        <div
            class="rr-outline__row"
            role="treeitem"
            tabindex=move || if on.get() { "0" } else { "-1" }
            aria-selected=move || {
                desk.editor.selection.with(|selection| selection.holds(&thing)).to_string()
            }
            attr:aria-level=row.level.to_string()
            aria-posinset=row.position.to_string()
            aria-setsize=row.siblings.to_string()
            aria-expanded=expanded
            aria-label=row.label
            style=("--rr-level", row.level.to_string())
            on:click=move |_| on_go.run(())
            on:dblclick=on_open
            on:contextmenu=move |event| {
                event.prevent_default();
                on_go.run(());
                desk.canvas.command(Command::Menu);
            }
        >
            {(row.descendants > 0).then(|| view! {
                <Icon name=if closed { "chevron-right" } else { "chevron-down" } class="rr-outline__fold"/>
            })}
            {look}
            <span class="rr-outline__name">{row.name}</span>
        </div>
    }
}
