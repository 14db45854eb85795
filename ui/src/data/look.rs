//! How a pane's items relate to the chosen item and to the parameters of the node.

use std::collections::BTreeMap;

use leptos::prelude::*;
use reporunner_model::{Item, NodeRunState};
use reporunner_protocol::Side;

use super::source::Choice;
use crate::editor::context::EditorContext;

/// Which pane it is, and how its items relate to the chosen one. Copies are the same.
#[derive(Clone, Copy)]
pub(super) struct Look {
    /// The open workflow.
    pub(super) editor: EditorContext,
    /// Which pane.
    pub(super) side: Side,
    /// Whose data the input pane shows.
    pub(super) choice: RwSignal<Choice>,
    /// The node to name in an expression; none for `$json`.
    pub(super) source: Memo<Option<String>>,
    /// Counts on from place to place where the searched text is.
    pub(super) jump: RwSignal<usize>,
    /// Widths of columns that a person chose, pixels, by the column's name.
    pub(super) widths: RwSignal<BTreeMap<String, f64>>,
}

impl Look {
    /// How the items of a pane are looked at.
    pub(super) fn new(
        editor: EditorContext,
        side: Side,
        choice: RwSignal<Choice>,
        source: Memo<Option<String>>,
    ) -> Self {
        let (jump, widths) = (RwSignal::new(0), RwSignal::new(BTreeMap::new()));
        Self { editor, side, choice, source, jump, widths }
    }

    /// The pane in a word.
    pub(super) fn word(self) -> &'static str {
        match self.side {
            Side::Input => "input",
            Side::Output => "output",
        }
    }

    /// Id of the line to search in.
    pub(super) fn search_id(self) -> &'static str {
        match self.side {
            Side::Input => "data-input-search",
            Side::Output => "data-output-search",
        }
    }

    /// What its items are, read out.
    pub(super) fn label(self) -> String {
        format!("Items of the {}", self.word())
    }

    /// Whether fields can be dragged from here to a parameter.
    pub(super) fn drags(self) -> bool {
        self.side == Side::Input && !self.editor.read_only
    }

    /// The node to name in an expression, where `$json` does not read these items.
    pub(super) fn source_name(self) -> Option<String> {
        self.source.get()
    }

    /// Whether the chosen item is one of these, by its place.
    pub(super) fn steps(self) -> bool {
        self.side == Side::Input && matches!(self.choice.get(), Choice::Input(_))
    }

    /// Whether the node's output is pinned data.
    fn is_pinned(self) -> bool {
        let node = self.editor.selection.with(|selection| selection.single_node());
        let Some(node) = node else { return false };
        self.editor.run.with(|run| {
            let latest = run.as_ref().and_then(|run| run.latest(&node));
            latest.is_some_and(|run| run.state == NodeRunState::Pinned)
        })
    }

    /// Whether an item is the chosen one, or was made from it.
    pub(super) fn is_chosen(self, index: usize, item: &Item) -> bool {
        let chosen = self.editor.item.get();
        match self.side {
            Side::Input => self.steps() && index == chosen,
            // What is pinned was made from none of them, whatever the engine pairs it with.
            Side::Output if self.is_pinned() => false,
            Side::Output => match &item.paired_item {
                Some(paired) => paired.sources().iter().any(|source| source.item == chosen),
                None => index == chosen,
            },
        }
    }

    /// Chooses an item, or what it was made from.
    pub(super) fn choose(self, index: usize, item: &Item) {
        let to = match (self.side, &item.paired_item) {
            (Side::Input, _) if !untrack(|| self.steps()) => return,
            (Side::Output, _) if untrack(|| self.is_pinned()) => return,
            (Side::Output, Some(paired)) => match paired.sources().first() {
                Some(source) => source.item,
                None => return,
            },
            _ => index,
        };
        self.editor.item.set(to);
    }
}
