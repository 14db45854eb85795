//! What a pane shows instead of items: nothing yet, nothing at all, or why it failed.

use leptos::prelude::*;
use reporunner_model::{NodeError, StartFrom};
use wasm_bindgen::JsCast;

use super::Shared;
use crate::browser;
use crate::inspector::said;
use crate::kit::{Button, Empty, Icon, Loading};
use crate::time::count;

/// A state without a button.
pub(super) fn note(icon: &'static str, title: &'static str, text: &'static str) -> AnyView {
    view! { <Empty icon=icon title=title text=text/> }.into_any()
}

/// No node, or more than one, is selected.
pub(super) fn no_node(shared: Shared, what: &'static str) -> AnyView {
    let several = shared.editor.selection.with(|selection| selection.nodes.len() > 1);
    let title = if several { "Several nodes are selected" } else { "No node is selected" };
    let text = format!("Select one on the canvas to see what {what}.");
    view! { <Empty icon="mouse-pointer-click" title=title text=text/> }.into_any()
}

/// The node has not run, and need not: items are pinned.
pub(super) fn pinned(shared: Shared, items: usize) -> AnyView {
    let editor = shared.editor;
    let run = move |_| {
        if let Some(node) = shared.node.get_untracked() {
            editor.start_run(StartFrom::UpTo { node }, None);
        }
    };
    let title = format!("{} pinned", count(items, "item"));
    view! {
        <Empty icon="pin" title=title text="They stand in for what this node gives whenever you run the draft.">
            {(!editor.read_only).then(|| view! {
                <Button icon="play" keys="Shift+Enter" on_press=run>"Run to here"</Button>
            })}
        </Empty>
    }
    .into_any()
}

/// The node has not run: a button that runs it, unless a run is on its way there.
pub(super) fn not_run(shared: Shared, title: &'static str) -> AnyView {
    let editor = shared.editor;
    let run = move |_| {
        if let Some(node) = shared.node.get_untracked() {
            editor.start_run(StartFrom::UpTo { node }, None);
        }
    };
    if editor.is_running() {
        return view! { <Loading what="The run is on its way here…"/> }.into_any();
    }
    if editor.read_only {
        return view! { <Empty icon="table" title="This run did not come here"/> }.into_any();
    }
    view! {
        <Empty icon="table" title=title text="Run up to this node to see real data here.">
            <Button icon="play" keys="Shift+Enter" on_press=run>"Run to here"</Button>
        </Empty>
    }
    .into_any()
}

/// Why the node failed, and what to do.
pub(super) fn failed(shared: Shared, error: NodeError) -> AnyView {
    let editor = shared.editor;
    let item = error.item;
    let show_item = move |_| {
        if let Some(item) = item {
            editor.item.set(item);
        }
    };
    let path = error.parameter.clone();
    let go = move |_| go_to_parameter(&path);
    let words = item.map(|item| format!("On item {}", item + 1));
    let status = error.http_status.map(|status| format!("Status {status}"));
    let facts: Vec<String> = words.into_iter().chain(status).collect();
    view! {
        <div class="rr-fault" role="alert">
            <div class="rr-fault__head"><Icon name="circle-x"/><b class="rr-text">{said(&error.message)}</b></div>
            {(!facts.is_empty()).then(|| view! { <p class="rr-fault__facts rr-num">{facts.join(" · ")}</p> })}
            {error.hint.map(|hint| view! { <p class="rr-fault__hint rr-text">{hint}</p> })}
            {error.detail.map(|detail| view! { <pre class="rr-fault__detail" tabindex="0">{detail}</pre> })}
            <div class="rr-fault__actions">
                {(!error.parameter.is_empty()).then(|| view! {
                    <Button icon="pencil" on_press=go>"Go to the parameter"</Button>
                })}
                {item.map(|item| view! {
                    <Button on_press=show_item>{format!("Show item {} of the input", item + 1)}</Button>
                })}
            </div>
        </div>
    }
    .into_any()
}

/// Brings the field of a parameter into view and puts the focus into it.
fn go_to_parameter(path: &[String]) {
    let tab = document().query_selector("#rr-insp-tab-parameters").ok().flatten();
    if let Some(tab) = tab.and_then(|tab| tab.dyn_into::<web_sys::HtmlElement>().ok()) {
        tab.click();
    }
    let path = path.to_vec();
    crate::time::after(60, move || {
        // The field itself, else the nearest one that it lies in.
        let fields = document().query_selector_all(".rr-insp [data-param]");
        let Ok(fields) = fields else { return };
        let all = (0..fields.length())
            .filter_map(|at| fields.item(at)?.dyn_into::<web_sys::Element>().ok());
        let all: Vec<web_sys::Element> = all.collect();
        let found = (1..=path.len()).rev().find_map(|length| {
            let wanted = path[..length].join(".");
            let is_it = |field: &&web_sys::Element| {
                field.get_attribute("data-param").as_deref() == Some(&wanted)
            };
            all.iter().find(is_it)
        });
        let Some(field) = found else { return };
        // Nothing but the form scrolls: the page itself must stay where it is.
        if let Some(form) = field.closest(".rr-insp__body").ok().flatten() {
            let by = field.get_bounding_client_rect().top() - form.get_bounding_client_rect().top();
            form.set_scroll_top(form.scroll_top() + by as i32 - 16);
        }
        let attribute = field.get_attribute("data-param").unwrap_or_default();
        let inside = ["input", "textarea", ".cm-content", "button"];
        let quoted = attribute.replace('\\', "\\\\").replace('"', "\\\"");
        let focus =
            |inside: &&str| browser::focus(&format!(".rr-insp [data-param=\"{quoted}\"] {inside}"));
        let _ = inside.iter().any(focus);
    });
}
