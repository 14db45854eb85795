//! What the selected node was given and gave, in the lower pane.
//!
//! Items stay in the backend: only the rows in sight are asked for. Nothing is evaluated here, and
//! nothing is changed but pins.

mod cells;
mod columns;
mod copy;
mod drag;
mod files;
mod heads;
mod json;
mod look;
mod pages;
mod pane;
mod pin;
mod schema;
mod source;
mod states;
mod table;
mod value;
mod window;

pub(crate) use drag::{Dragged, FieldOf};
pub(crate) use pin::toggle_pins;
pub(crate) use source::direct_input;

use leptos::prelude::*;
use reporunner_model::{NodeId, NodeRun};
use reporunner_protocol::ItemsAt;

use crate::editor::context::{EditorContext, use_editor};
use pane::{InputPane, OutputPane};
use source::Choice;

/// What both panes share. Copies are the same.
#[derive(Clone, Copy)]
struct Shared {
    editor: EditorContext,
    node: Memo<Option<NodeId>>,
    /// Which of the node's runs is shown; none means the newest.
    run_index: RwSignal<Option<usize>>,
    /// Whose data the input pane shows.
    choice: RwSignal<Choice>,
    /// The value that is opened by itself.
    opened: RwSignal<Option<(ItemsAt, usize, Vec<String>)>>,
    /// The file that is looked at.
    file: RwSignal<Option<files::Opened>>,
}

impl Shared {
    /// The run of the node that is shown.
    fn node_run(self) -> Memo<Option<NodeRun>> {
        Memo::new(move |_| {
            let node = self.node.get()?;
            let index = self.run_index.get();
            self.editor.run.with(|run| {
                let run = run.as_ref()?;
                match index {
                    Some(index) => run.nodes.get(&(node, index)).cloned(),
                    None => run.latest(&node).cloned(),
                }
            })
        })
    }
}

/// The panes of the selected node's data.
#[component]
pub(crate) fn DataPanes() -> impl IntoView {
    let editor = use_editor();
    let node = editor.selected_node();
    let shared = Shared {
        editor,
        node,
        run_index: RwSignal::new(None),
        choice: RwSignal::new(Choice::Input(0)),
        opened: RwSignal::new(None),
        file: RwSignal::new(None),
    };
    provide_context(shared);
    // Another node starts anew; a node that is gone from the run shows its newest run.
    Effect::new(move |before: Option<Option<NodeId>>| {
        let now = node.get();
        if before.is_some_and(|before| before != now) {
            shared.run_index.set(None);
            shared.choice.set(Choice::Input(0));
            editor.item.set(0);
        }
        now
    });
    view! {
        <div class="rr-data">
            <InputPane/>
            <OutputPane/>
        </div>
        <value::ValueDialog/>
        <files::FileDialog/>
    }
}
