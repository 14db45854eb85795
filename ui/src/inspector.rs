//! The inspector: the form of the selected node, in the right pane.

use leptos::prelude::*;

use crate::editor::context::use_editor;
use crate::kit::{Empty, Tile};

/// The inspector of the selected node.
#[component]
pub(crate) fn Inspector() -> impl IntoView {
    let editor = use_editor();
    let selected = editor.selected_node();
    let node = editor.node(move || selected.get());
    view! {
        {move || match node.get() {
            None => view! { <Empty icon="mouse-pointer-click" title="No node is selected"/> }.into_any(),
            Some(node) => view! {
                <header class="rr-inspector__head">
                    <Tile node_type=node.node_type.clone() size="m"/>
                    <b>{node.name.clone()}</b>
                </header>
            }
            .into_any(),
        }}
    }
}
