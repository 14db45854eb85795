//! What the selected node was given and gave, in the lower pane.

use leptos::prelude::*;

use crate::editor::context::use_editor;
use crate::kit::Empty;
use crate::time::count;

/// The panes of the selected node's data.
#[component]
pub(crate) fn DataPanes() -> impl IntoView {
    let editor = use_editor();
    let selected = editor.selected_node();
    let words = move || {
        let node = selected.get()?;
        let items = editor.run.with(|run| {
            run.as_ref()?.latest(&node).map(|run| run.output_counts.iter().sum::<usize>())
        });
        Some(count(items?, "item"))
    };
    view! {
        {move || match words() {
            Some(words) => view! { <Empty icon="table" title=words/> }.into_any(),
            None => {
                let text = "Run the workflow to see what goes in and comes out.";
                view! { <Empty icon="table" title="No data yet" text/> }.into_any()
            }
        }}
    }
}
