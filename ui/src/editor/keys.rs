//! The dialog that lists every key.

use leptos::prelude::*;
use reporunner_canvas::{Command, CommandGroup, shortcut_text};

use super::reactions::platform;
use crate::kit::Dialog;
use crate::state::use_app;

/// Gestures of the pointer, which no command names.
const GESTURES: [(&str, &str); 11] = [
    ("Drag on the canvas", "Select what the box touches"),
    ("Space and drag, or the middle button", "Pan"),
    ("Wheel with Ctrl, or pinch", "Zoom"),
    ("Drag from a port", "Draw a wire; drop it in space to add a node there"),
    ("Alt and drag a node", "Drag a copy"),
    ("Drop a node on a wire", "Put it in between; Alt stops that"),
    ("Alt and drag across wires", "Cut them"),
    ("Shift and drag from a port", "Move its wires"),
    ("Drag from the list of nodes", "Put a node where you drop it"),
    ("Drag a frame", "Move it with what lies in it"),
    ("Drag a note with Ctrl", "Take what lies on it along; a frame leaves it"),
];

/// The dialog. Opened by `?` and from the menu at the lower left.
#[component]
pub(crate) fn KeysDialog() -> impl IntoView {
    let app = use_app();
    view! {
        <Dialog open=app.keys_open title="Keyboard and pointer" size="l"
            on_close=move |()| app.keys_open.set(false)>
            <div class="rr-dialog__part rr-keys">
                {[
                    CommandGroup::Edit,
                    CommandGroup::Select,
                    CommandGroup::Run,
                    CommandGroup::View,
                    CommandGroup::Workflow,
                    CommandGroup::Arrange,
                ].map(|group| view! { <Group group/> }).collect_view()}
                <section class="rr-keys__group rr-keys__group--wide">
                    <h3 class="rr-keys__heading">"With the pointer"</h3>
                    {GESTURES.map(|(gesture, effect)| view! {
                        <div class="rr-keys__line"><span>{effect}</span><span class="rr-keys__gesture">{gesture}</span></div>
                    }).collect_view()}
                </section>
            </div>
        </Dialog>
    }
}

#[component]
fn Group(
    /// Which.
    group: CommandGroup,
) -> impl IntoView {
    let lines = Command::all().filter(|command| command.group() == group).filter_map(|command| {
        let keys = shortcut_text(command, platform())?;
        Some(view! {
            <div class="rr-keys__line"><span>{command.label()}</span><kbd class="rr-kbd">{keys}</kbd></div>
        })
    });
    view! {
        <section class="rr-keys__group">
            <h3 class="rr-keys__heading">{group.label()}</h3>
            {lines.collect_view()}
        </section>
    }
}
