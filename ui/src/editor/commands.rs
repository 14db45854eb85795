//! Every action of the page by name: keys, buttons, menus and the palette all come through here.
//!
//! What is about the graph or the view goes on to the canvas; the rest is done here.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use reporunner_canvas::{Command, KeyPress, Keymap, Matched, Mods};
use reporunner_model::{NodeId, StartFrom};
use reporunner_protocol::{NameVersion, PublishWorkflow};

use super::clipboard;
use super::desk::Desk;
use crate::browser;
use crate::kit::Prompt;
use crate::route::Tab;

/// Does a command.
pub(crate) fn perform(desk: Desk, command: Command) {
    let editor = desk.editor;
    if editor.read_only && command.edits() {
        editor.announce("A past run is shown; it cannot be changed");
        return;
    }
    let panes = desk.panes;
    let flip = |signal: RwSignal<bool>| signal.update(|on| *on = !*on);
    match command {
        Command::Run => editor.start_run(StartFrom::Default, None),
        Command::RunToHere => with_node(desk, |node| StartFrom::UpTo { node }),
        Command::RunNode => with_node(desk, |node| StartFrom::Only { node }),
        Command::Stop => editor.stop(),
        Command::Undo => editor.undo(),
        Command::Redo => editor.redo(),
        Command::Copy => clipboard::copy(desk),
        Command::Cut => clipboard::cut(desk),
        Command::Paste => clipboard::paste(desk, false),
        Command::PasteWired => clipboard::paste(desk, true),
        Command::TogglePin => {
            let nodes = editor.selection.with_untracked(|selection| selection.nodes.clone());
            crate::data::toggle_pins(editor, nodes);
        }
        Command::Checkpoint => name_version(desk),
        Command::Publish => publish(desk),
        Command::NewWorkflow => crate::home::create(editor.app),
        Command::Find => desk.find.set(true),
        Command::Palette => flip(desk.palette),
        Command::Help => editor.app.keys_open.set(true),
        Command::ToggleData => flip(panes.data_open),
        Command::ToggleInput => panes.toggle_half(panes.input_open),
        Command::ToggleOutput => panes.toggle_half(panes.output_open),
        Command::ToggleSide => flip(panes.side_open),
        Command::ToggleOutline => toggle_outline(desk),
        Command::Focus => focus_mode(desk),
        Command::NextRegion => crate::shell::next_region(1),
        Command::PreviousRegion => crate::shell::next_region(-1),
        Command::Escape if close_topmost(desk) => {}
        other => desk.canvas.command(other),
    }
}

/// Opens the outline with the keyboard in it, or closes it and gives the keyboard back.
fn toggle_outline(desk: Desk) {
    let open = !desk.panes.outline_open.get_untracked();
    desk.panes.outline_open.set(open);
    if open {
        request_animation_frame(|| {
            crate::browser::focus(".rr-outline [role='treeitem'][tabindex='0']");
        });
    } else {
        desk.canvas.focus();
    }
}

fn with_node(desk: Desk, start: impl FnOnce(NodeId) -> StartFrom) {
    let node = desk.editor.selection.with_untracked(super::selection::Selection::single_node);
    match node {
        Some(node) => desk.editor.start_run(start(node), None),
        None => desk.editor.app.toast("Select one node first"),
    }
}

fn focus_mode(desk: Desk) {
    let on = !desk.panes.focus.get_untracked();
    if on && desk.editor.selection.with_untracked(|s| s.single_node().is_none()) {
        desk.editor.app.toast("Select one node first");
        return;
    }
    if on {
        desk.panes.side_open.set(true);
        desk.panes.data_open.set(true);
        desk.panes.input_open.set(true);
        desk.panes.output_open.set(true);
    }
    desk.panes.focus.set(on);
}

/// Closes what is open, from the top. Whether anything was.
pub(super) fn close_topmost(desk: Desk) -> bool {
    if desk.picker.with_untracked(Option::is_some) {
        desk.picker.set(None);
        desk.canvas.dismiss();
    } else if desk.find.get_untracked() {
        desk.find.set(false);
    } else if desk.panes.focus.get_untracked() {
        desk.panes.focus.set(false);
    } else {
        return false;
    }
    true
}

/// Asks for a name and keeps the workflow as it is now under it.
pub(crate) fn name_version(desk: Desk) {
    let editor = desk.editor;
    let then = Callback::new(move |title: String| {
        let id = editor.workflow_id();
        leptos::task::spawn_local(async move {
            super::outbox::settled(editor).await;
            if editor.app.ask(NameVersion { id, title: title.clone() }).await.is_some() {
                desk.versions.try_update(|versions| *versions += 1);
                editor.app.toast(format!("{title} is kept"));
            }
        });
    });
    let prompt = Prompt::text("Name this version", "Name", "", "Keep", then);
    editor.app.prompt.set(Some(prompt));
}

/// Makes the draft what triggers run.
pub(crate) fn publish(desk: Desk) {
    let editor = desk.editor;
    let id = editor.workflow_id();
    leptos::task::spawn_local(async move {
        super::outbox::settled(editor).await;
        if let Some(state) = editor.app.ask(PublishWorkflow { id }).await {
            let live = state.live;
            editor.document.try_update(|document| {
                document.state = state;
                // The draft is what is published now.
                document.webhooks.values_mut().for_each(|address| address.published = None);
            });
            desk.versions.try_update(|versions| *versions += 1);
            let words = if live { "Published. Triggers run it from now on" } else { "Published" };
            editor.app.toast(words);
        }
    });
}

/// Turns keys into commands while nobody types, and keeps the browser's own meaning from them.
pub(crate) fn watch_keys(desk: Desk) {
    let keymap = StoredValue::new_local(Keymap::default());
    let handle = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
        let app = desk.editor.app;
        let above = app.menu.with_untracked(Option::is_some)
            || app.prompt.with_untracked(Option::is_some)
            || app.keys_open.get_untracked();
        if above || event.default_prevented() || desk.tab.get_untracked() != Tab::Editor {
            return;
        }
        let typing = browser::takes_typing(event.target());
        let main = if browser::is_mac() { event.meta_key() } else { event.ctrl_key() };
        let mods = Mods { shift: event.shift_key(), alt: event.alt_key(), main };
        let press = KeyPress { key: event.key(), code: event.code(), mods };
        let matched =
            keymap.try_update_value(|keymap| keymap.press(&press)).unwrap_or(Matched::None);
        let Matched::Command(command) = matched else {
            if matched == Matched::Chord && !typing {
                event.prevent_default();
            }
            return;
        };
        if typing && !while_typing(command) {
            return;
        }
        // The shell answers F6, and the clipboard's own events carry its text.
        let elsewhere = matches!(
            command,
            Command::NextRegion
                | Command::PreviousRegion
                | Command::Copy
                | Command::Cut
                | Command::Paste
        );
        let on_button = event.target().is_some_and(|target| is_button(&target));
        let pressing = on_button && matches!(command, Command::Open | Command::Go(_));
        if elsewhere || pressing {
            return;
        }
        event.prevent_default();
        perform(desk, command);
    });
    on_cleanup(move || handle.remove());
}

fn is_button(target: &web_sys::EventTarget) -> bool {
    use wasm_bindgen::JsCast;
    let element = target.dyn_ref::<web_sys::Element>();
    let selector = "button, a[href], [role='separator'], [role='tree'] *, [role='radiogroup'] *";
    element.is_some_and(|element| element.closest(selector).is_ok_and(|found| found.is_some()))
}

/// Commands that a person means even while typing in a field.
fn while_typing(command: Command) -> bool {
    matches!(
        command,
        Command::Run
            | Command::Stop
            | Command::Checkpoint
            | Command::Palette
            | Command::Focus
            | Command::NewWorkflow
    )
}
