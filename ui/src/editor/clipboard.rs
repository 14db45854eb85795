//! Copy, cut and paste of nodes, as text that Reporunner and n8n understand.
//!
//! The clipboard's own events carry the text where the keyboard is used: they need no permission.
//! The menu's entries go through the clipboard's interface.

use leptos::prelude::*;
use reporunner_canvas::Command;
use reporunner_model::Workflow;
use reporunner_protocol::ReadNodes;

use super::desk::Desk;
use crate::browser;
use crate::canvas::clip_text;
use crate::route::Tab;
use crate::time::count;

fn text(desk: Desk) -> Option<String> {
    desk.canvas.copied().map(|part| clip_text(&part))
}

/// What is copied: `2 nodes`, `1 note`.
fn selected(desk: Desk) -> String {
    desk.editor.selection.with_untracked(|selection| {
        match (selection.nodes.len(), selection.notes.len()) {
            (0, notes) => count(notes, "note"),
            (nodes, 0) => count(nodes, "node"),
            (nodes, notes) => format!("{} and {}", count(nodes, "node"), count(notes, "note")),
        }
    })
}

/// Copies from the menu.
pub(super) fn copy(desk: Desk) {
    let Some(text) = text(desk) else { return };
    let copied = selected(desk);
    leptos::task::spawn_local(async move {
        if browser::copy_text(&text).await {
            desk.editor.announce(format!("Copied {copied}"));
        } else {
            desk.editor.app.toast("The clipboard cannot be written from here; use the keys");
        }
    });
}

/// Cuts from the menu: what could not be copied stays.
pub(super) fn cut(desk: Desk) {
    let Some(text) = text(desk) else { return };
    leptos::task::spawn_local(async move {
        if browser::copy_text(&text).await {
            desk.canvas.command(Command::Delete);
        } else {
            desk.editor.app.toast("The clipboard cannot be written from here; use the keys");
        }
    });
}

/// Pastes from the menu, or with the wires that lead in.
pub(super) fn paste(desk: Desk, wired: bool) {
    leptos::task::spawn_local(async move {
        match browser::clipboard_text().await {
            Some(text) => desk.canvas.paste_text(text, wired),
            None => desk.editor.app.toast("The clipboard cannot be read from here; use the keys"),
        }
    });
}

/// Puts in text that is no part of a workflow of ours: the backend reads it.
pub(super) async fn put_in(desk: Desk, text: String, wired: bool) {
    if text.trim().is_empty() || desk.editor.read_only {
        return;
    }
    let editor = desk.editor;
    let id = editor.workflow_id();
    super::outbox::settled(editor).await;
    let Some(pasted) = editor.app.ask(ReadNodes { id, text }).await else { return };
    let mut part = Workflow::default();
    for edit in &pasted.edits {
        // What joins the part to the rest has no place in it.
        let _ = edit.apply(&mut part);
    }
    desk.canvas.paste(&part, wired);
    let nodes = count(part.nodes.len(), "node");
    if !pasted.notes.is_empty() {
        let words = format!("Pasted {nodes}, not all as they were");
        let show = Callback::new(move |()| super::import_report::open(editor));
        editor.app.toast_with(words, "See the report", show);
    }
}

/// Takes the clipboard's events while nobody types and the keyboard is not on the canvas, which
/// takes its own.
pub(super) fn watch(desk: Desk) {
    let mine = move |target: Option<web_sys::EventTarget>| {
        let app = desk.editor.app;
        let above = app.prompt.with_untracked(Option::is_some) || app.keys_open.get_untracked();
        let marked =
            window().get_selection().ok().flatten().is_some_and(|marked| !marked.is_collapsed());
        desk.tab.get_untracked() == Tab::Editor
            && !above
            && !marked
            && !browser::takes_typing(target)
    };
    let take = move |event: &web_sys::ClipboardEvent| {
        let text = text(desk)?;
        event.clipboard_data()?.set_data("text/plain", &text).ok()?;
        event.prevent_default();
        Some(())
    };
    let copied = window_event_listener(leptos::ev::copy, move |event| {
        if !event.default_prevented() && mine(event.target()) && take(&event).is_some() {
            desk.editor.announce(format!("Copied {}", selected(desk)));
        }
    });
    let cut = window_event_listener(leptos::ev::cut, move |event| {
        if !event.default_prevented()
            && mine(event.target())
            && !desk.editor.read_only
            && take(&event).is_some()
        {
            desk.canvas.command(Command::Delete);
        }
    });
    let pasted = window_event_listener(leptos::ev::paste, move |event| {
        if event.default_prevented() || !mine(event.target()) {
            return;
        }
        let text = event.clipboard_data().and_then(|data| data.get_data("text").ok());
        if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
            event.prevent_default();
            desk.canvas.paste_text(text, false);
        }
    });
    on_cleanup(move || {
        copied.remove();
        cut.remove();
        pasted.remove();
    });
}
