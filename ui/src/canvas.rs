//! The canvas: `reporunner_canvas` on the page.
//!
//! The component puts one element on the page; everything in it is drawn from flat arrays by one
//! frame function ([`stage`]). No signal is read or written per frame, and no card or wire is a
//! component. What a gesture means is decided in `reporunner_canvas`, not here.

mod cards;
mod clip;
mod draw;
mod handle;
mod icons;
mod inline;
mod input;
mod map;
mod notes;
mod overlay;
mod stage;
mod texts;
mod theme;

use leptos::html;
use leptos::prelude::*;
use reporunner_canvas::{Change, Command, MenuRequest, PickerRequest, PortRef, Target};
use reporunner_model::NodeId;

pub(crate) use clip::text as clip_text;
pub(crate) use handle::{CanvasHandle, CanvasSelection, Pasted};

use handle::Listeners;

/// How a screen reader names the canvas, and how to use it by key.
const NAME: &str = "Workflow canvas";
const KEYS: &str = "Arrow keys follow the wires, Enter opens a node, N adds one, W draws a wire, \
                    F6 goes to the next part of the window, ? lists all keys.";

/// The canvas of one workflow.
#[component]
pub(crate) fn Canvas(
    /// The way to it.
    handle: CanvasHandle,
    /// A change was made here; it is shown already and must be stored.
    on_edits: Callback<Change>,
    /// The selection is another one.
    on_selection: Callback<CanvasSelection>,
    /// A node's panel shall open.
    on_open: Callback<NodeId>,
    /// The node picker shall open. Answer with [`CanvasHandle::choose`] or `dismiss`.
    on_picker: Callback<PickerRequest>,
    /// A context menu shall open.
    on_menu: Callback<MenuRequest>,
    /// A list of ports shall open. Answer with [`CanvasHandle::wire_to`].
    on_wire: Callback<(PortRef, Vec<Target>)>,
    /// Somebody typed a new name for a node.
    on_rename: Callback<(NodeId, String)>,
    /// A command that is not about the graph or the view.
    on_command: Callback<Command>,
    /// Text was pasted that the canvas does not know.
    on_paste: Callback<Pasted>,
    /// Something to say to screen readers.
    on_announce: Callback<String>,
    /// Whether the whole graph is shown small in a corner.
    #[prop(optional, into)]
    minimap: Signal<bool>,
) -> impl IntoView {
    let root = NodeRef::<html::Div>::new();
    handle.listen(Listeners {
        on_edits,
        on_selection,
        on_open,
        on_picker,
        on_menu,
        on_wire,
        on_rename,
        on_command,
        on_paste,
        on_announce,
    });
    root.on_load(move |element| handle.attach(&element));
    on_cleanup(move || handle.detach());
    Effect::new(move || handle.show_map(minimap.get()));
    view! {
        <div
            node_ref=root
            class="rr-canvas"
            role="application"
            tabindex="0"
            aria-label=NAME
            aria-describedby="rr-canvas-keys"
            data-region="Canvas"
            on:pointerdown=move |event| handle.on_pointer_down(&event)
            on:pointermove=move |event| handle.on_pointer_move(&event)
            on:pointerup=move |event| handle.on_pointer_up(&event)
            on:pointercancel=move |_| handle.on_cancel()
            on:pointerleave=move |_| handle.on_leave()
            on:wheel=move |event| handle.on_wheel(&event)
            on:contextmenu=move |event| event.prevent_default()
            on:keydown=move |event| {
                handle.key_down(&event);
            }
            on:keyup=move |event| handle.key_up(&event)
            on:copy=move |event| {
                handle.on_copy(&event);
            }
            on:cut=move |event| handle.on_cut(&event)
            on:paste=move |event| handle.on_paste(&event)
        >
            <p class="rr-canvas__keys" id="rr-canvas-keys">{KEYS}</p>
        </div>
    }
}
