//! The bar at the lower edge of the canvas.

use leptos::prelude::*;
use reporunner_canvas::Command;

use super::commands::perform;
use super::desk::{Desk, use_desk};
use crate::kit::{Anchor, IconButton, MenuItem, OpenMenu, anchor_of};

/// The bar.
#[component]
pub(super) fn Toolbar() -> impl IntoView {
    let desk = use_desk();
    let editor = desk.editor;
    let undo = Memo::new(move |_| editor.document.with(|document| document.undo.clone()));
    let pending = move || editor.document.with(|document| !document.pending().is_empty());
    let no_undo = Signal::derive(move || !pending() && undo.with(|undo| undo.undo.is_none()));
    let no_redo = Signal::derive(move || undo.with(|undo| undo.redo.is_none()));
    let words = |verb: &str, label: &Option<String>| match label {
        Some(label) if !label.is_empty() => format!("{verb}: {label}"),
        _ => verb.to_owned(),
    };
    let undo_words = Signal::derive(move || undo.with(|undo| words("Undo", &undo.undo)));
    let redo_words = Signal::derive(move || undo.with(|undo| words("Redo", &undo.redo)));
    let does = move |command: Command| move |_: web_sys::MouseEvent| perform(desk, command);
    view! {
        <div class="rr-tools" data-floats="" role="toolbar" aria-label="Canvas" data-region="Tools">
            <Show when=move || !editor.read_only>
                <IconButton icon="plus" label="Add a node" keys="N" on_press=does(Command::Add)/>
                <IconButton icon="sticky-note" label="Add a note" keys="Shift+S" on_press=does(Command::AddNote)/>
                <span class="rr-tools__line"></span>
                <IconButton icon="undo-2" label=undo_words keys="M+Z" disabled=no_undo on_press=does(Command::Undo)/>
                <IconButton icon="redo-2" label=redo_words keys="M+Shift+Z" disabled=no_redo on_press=does(Command::Redo)/>
                <span class="rr-tools__line"></span>
                <button type="button" class="rr-tools__words" data-tip="Lay the selection out anew, or everything"
                    data-keys=crate::kit::key_text("Shift+Alt+T") on:click=does(Command::Tidy)>
                    <crate::kit::Icon name="wand-sparkles"/>"Tidy"
                </button>
                <span class="rr-tools__line"></span>
            </Show>
            <button type="button" class="rr-tools__words rr-tools__zoom" aria-haspopup="menu" data-tip="Zoom"
                on:click=move |event| zoom_menu(desk, anchor_of(&event))>
                {move || format!("{:.0}%", desk.canvas.zoom.get() * 100.0)}
            </button>
            <IconButton icon="maximize" label="Show everything" keys="1" on_press=does(Command::ZoomFit)/>
        </div>
    }
}

fn zoom_menu(desk: Desk, anchor: Anchor) {
    let does =
        |command: Command| -> MenuItem { super::reactions::action(desk, command, false).into() };
    let items = [
        Command::ZoomIn,
        Command::ZoomOut,
        Command::ZoomFull,
        Command::ZoomFit,
        Command::ZoomSelection,
    ];
    desk.editor.app.menu.set(Some(OpenMenu::new("Zoom", anchor, items.map(does).into())));
}
