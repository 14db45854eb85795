//! Find on the canvas: names, types, parameter values and notes of nodes.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use reporunner_model::{Node, NodeId};

use super::desk::use_desk;
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
            let mut nodes: Vec<&Node> = document
                .workflow()
                .nodes
                .values()
                .filter(|node| {
                    let label = catalog.get(&node.node_type).map_or("", |found| &found.label);
                    matches(node, label, &wanted)
                })
                .collect();
            nodes.sort_by(|a, b| a.position.x.total_cmp(&b.position.x));
            nodes.into_iter().map(|node| node.id.clone()).collect::<Vec<NodeId>>()
        })
    });
    let show = move || {
        let node = found.with_untracked(|found| found.get(at.get_untracked()).cloned());
        if let Some(node) = node {
            desk.canvas.focus_node(&node);
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
