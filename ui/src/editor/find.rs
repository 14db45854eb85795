//! Find on the canvas: names, types, parameter values and notes of nodes, and the notes beside them.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use reporunner_model::Node;

use super::desk::use_desk;
use super::selection::Thing;
use crate::kit::{Icon, IconButton};

/// The search, while it is open.
#[component]
pub(super) fn Find() -> impl IntoView {
    let desk = use_desk();
    view! { <Show when=move || desk.find.get()><OpenFind/></Show> }
}

fn matches(node: &Node, label: &str, wanted: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(wanted);
    let in_params = || serde_json::to_string(&node.params).is_ok_and(|text| has(&text));
    has(&node.name) || has(label) || node.note.as_deref().is_some_and(has) || in_params()
}

#[component]
fn OpenFind() -> impl IntoView {
    let desk = use_desk();
    let typed = RwSignal::new(String::new());
    let at = RwSignal::new(0_usize);
    let found = Memo::new(move |_| {
        let wanted = typed.with(|typed| typed.trim().to_lowercase());
        if wanted.is_empty() {
            return Vec::new();
        }
        let catalog = desk.editor.app.catalog.get();
        desk.editor.document.with(|document| {
            let workflow = document.workflow();
            let fits = |node: &&Node| {
                let label = catalog.get(&node.node_type).map_or("", |found| &found.label);
                matches(node, label, &wanted)
            };
            let nodes = workflow.nodes.values().filter(fits);
            let nodes = nodes.map(|node| (node.position.x, Thing::Node(node.id.clone())));
            let notes = workflow.notes.iter();
            let notes = notes.filter(|(_, note)| note.text.to_lowercase().contains(&wanted));
            let notes = notes.map(|(id, note)| (note.position.x, Thing::Note(id.clone())));
            let mut all: Vec<(f64, Thing)> = nodes.chain(notes).collect();
            all.sort_by(|a, b| a.0.total_cmp(&b.0));
            all.into_iter().map(|(_, thing)| thing).collect::<Vec<Thing>>()
        })
    });
    let show = move || {
        let thing = found.with_untracked(|found| found.get(at.get_untracked()).cloned());
        if let Some(thing) = thing {
            desk.canvas.focus_thing(&thing);
            crate::browser::focus("#rr-find");
        }
    };
    let step = move |by: isize| {
        let count = found.with_untracked(Vec::len);
        if count > 0 {
            at.update(|at| *at = (*at as isize + by).rem_euclid(count as isize) as usize);
            show();
        }
    };
    let close = move || {
        desk.find.set(false);
        desk.canvas.focus();
    };
    let input = NodeRef::<leptos::html::Input>::new();
    Effect::new(move || {
        if let Some(input) = input.get() {
            let _ = input.focus();
        }
    });
    let on_key = move |event: KeyboardEvent| {
        event.stop_propagation();
        match event.key().as_str() {
            "Enter" => step(if event.shift_key() { -1 } else { 1 }),
            "Escape" => close(),
            _ => return,
        }
        event.prevent_default();
    };
    let on_input = move |event: web_sys::Event| {
        typed.set(event_target_value(&event));
        at.set(0);
        show();
    };
    let count = move || match (typed.with(String::is_empty), found.with(Vec::len)) {
        (true, _) => String::new(),
        (false, 0) => "none".to_owned(),
        (false, count) => format!("{} of {count}", at.get().min(count - 1) + 1),
    };
    view! {
        <div class="rr-find" data-floats="" role="search" on:keydown=on_key>
            <Icon name="search"/>
            <input
                node_ref=input
                id="rr-find"
                class="rr-find__input"
                placeholder="Find nodes, values, notes…"
                aria-label="Find on the canvas"
                autocomplete="off"
                spellcheck="false"
                on:input=on_input
            />
            <span class="rr-find__count" role="status">{count}</span>
            <IconButton icon="chevron-up" label="Previous" keys="Shift+Enter" on_press=move |_| step(-1)/>
            <IconButton icon="chevron-down" label="Next" keys="Enter" on_press=move |_| step(1)/>
            <IconButton icon="x" label="Close" keys="Escape" on_press=move |_| close()/>
        </div>
    }
}
