//! The list of all commands, and of the nodes to go to: M+K.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use reporunner_canvas::{Command, shortcut_text};
use reporunner_model::NodeId;

use super::commands::perform;
use super::desk::{Desk, use_desk};
use super::reactions::{icon, platform};
use crate::kit::Icon;

/// Most entries that are listed.
const MOST: usize = 60;

/// What an entry does.
#[derive(Debug, Clone, PartialEq)]
enum Entry {
    Do(Command),
    Go(NodeId, String),
}

/// The list, while it is open.
#[component]
pub(super) fn Palette() -> impl IntoView {
    let desk = use_desk();
    view! { <Show when=move || desk.palette.get()><OpenPalette/></Show> }
}

fn entries(desk: Desk, typed: &str) -> Vec<Entry> {
    let typed = typed.trim().to_lowercase();
    let words = |text: &str| {
        let text = text.to_lowercase();
        typed.split_whitespace().all(|word| text.contains(word))
    };
    let read_only = desk.editor.read_only;
    let commands = Command::all()
        .filter(|command| !matches!(command, Command::Palette | Command::Escape))
        .filter(|command| !(read_only && command.edits()))
        .filter(|command| words(command.label()))
        .map(Entry::Do);
    let nodes: Vec<Entry> = desk.editor.document.with(|document| {
        let named = document.workflow().nodes.values().filter(|node| words(&node.name));
        named.map(|node| Entry::Go(node.id.clone(), node.name.clone())).collect()
    });
    commands.chain(nodes).take(MOST).collect()
}

#[component]
fn OpenPalette() -> impl IntoView {
    let desk = use_desk();
    let typed = RwSignal::new(String::new());
    let at = RwSignal::new(0_usize);
    let found = Memo::new(move |_| typed.with(|typed| entries(desk, typed)));
    let input = NodeRef::<leptos::html::Input>::new();
    Effect::new(move || {
        if let Some(input) = input.get() {
            let _ = input.focus();
        }
    });
    let close = move || {
        desk.palette.set(false);
        desk.canvas.focus();
    };
    let choose = move |index: usize| {
        let Some(entry) = found.with_untracked(|found| found.get(index).cloned()) else { return };
        close();
        match entry {
            Entry::Do(command) => perform(desk, command),
            Entry::Go(node, _) => desk.open_node(node),
        }
    };
    let on_key = move |event: KeyboardEvent| {
        event.stop_propagation();
        let count = found.with_untracked(Vec::len).max(1);
        match event.key().as_str() {
            "ArrowDown" => at.update(|at| *at = (*at + 1) % count),
            "ArrowUp" => at.update(|at| *at = (*at + count - 1) % count),
            "Enter" => choose(at.get_untracked()),
            "Escape" => close(),
            _ => return,
        }
        event.prevent_default();
        super::picker::reveal();
    };
    let on_input = move |event: web_sys::Event| {
        typed.set(event_target_value(&event));
        at.set(0);
    };
    view! {
        <div class="rr-picker__veil" on:pointerdown=move |_| close()></div>
        <div class="rr-picker rr-picker--palette" role="dialog" aria-label="All commands" on:keydown=on_key>
            <label class="rr-picker__search">
                <Icon name="search"/>
                <input
                    node_ref=input
                    class="rr-picker__input"
                    placeholder="Do something, or go to a node…"
                    aria-label="Search commands and nodes"
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=move || typed.get()
                    on:input=on_input
                />
            </label>
            <div class="rr-picker__list" role="listbox" aria-label="Commands">
                {move || found.get().into_iter().enumerate().map(|(index, entry)| {
                    view! { <Line entry index at on_choose=Callback::new(choose)/> }
                }).collect_view()}
                <Show when=move || found.with(Vec::is_empty)>
                    <p class="rr-picker__none">"No command and no node is called that."</p>
                </Show>
            </div>
        </div>
    }
}

#[component]
fn Line(
    /// The entry.
    entry: Entry,
    /// Its place.
    index: usize,
    /// Which is marked.
    at: RwSignal<usize>,
    /// The index of what was chosen.
    on_choose: Callback<usize>,
) -> impl IntoView {
    let (mark, words, keys) = match entry {
        Entry::Do(command) => {
            let mark = icon(command).unwrap_or("chevron-right");
            (mark, command.label().to_owned(), shortcut_text(command, platform()))
        }
        Entry::Go(_, name) => ("arrow-right", format!("Go to {name}"), None),
    };
    view! {
        <div
            class="rr-picker__line"
            role="option"
            aria-selected=move || (at.get() == index).to_string()
            on:pointermove=move |_| {
                if at.get_untracked() != index {
                    at.set(index);
                }
            }
            on:click=move |_| on_choose.run(index)
        >
            <Icon name=mark/>
            <span class="rr-picker__words">{words}</span>
            {keys.map(|keys| view! { <kbd class="rr-kbd">{keys}</kbd> })}
        </div>
    }
}
