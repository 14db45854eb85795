//! What the parts of the editor's page share beyond the document: which panes and lists are open,
//! and the way to the canvas.

use leptos::prelude::*;
use reporunner_canvas::{Editor, PickerRequest};
use reporunner_model::NodeId;

use super::context::EditorContext;
use super::panes::Panes;
use crate::canvas::CanvasHandle;
use crate::route::Tab;

/// What takes the keyboard in a node's form first.
const FIRST_FIELD: &str = ".rr-dock--side .rr-insp__body :is(input, textarea, select, \
    button:not(:disabled), [contenteditable='true'])";

/// The page's own state. Copies are the same.
#[derive(Clone, Copy)]
pub(crate) struct Desk {
    /// What the panels share.
    pub(crate) editor: EditorContext,
    /// What of the workflow is shown.
    pub(crate) tab: Signal<Tab>,
    /// The picker that is open.
    pub(crate) picker: RwSignal<Option<PickerRequest>>,
    /// Whether the list of all commands is open.
    pub(crate) palette: RwSignal<bool>,
    /// Whether the search on the canvas is open.
    pub(crate) find: RwSignal<bool>,
    /// Counts versions made here, so that their list loads again.
    pub(crate) versions: RwSignal<u64>,
    /// Sizes of the panes and whether they are open.
    pub(crate) panes: Panes,
    /// The run whose failure was seen and put away.
    pub(crate) failure_seen: RwSignal<Option<reporunner_model::RunId>>,
    /// The way to the canvas.
    pub(crate) canvas: CanvasHandle,
}

/// The page's state, from anywhere below it.
pub(crate) fn use_desk() -> Desk {
    expect_context::<Desk>()
}

impl Desk {
    /// The state of a page that was just opened.
    pub(crate) fn new(editor: EditorContext, tab: Signal<Tab>) -> Self {
        let workflow = editor.document.with_untracked(|document| document.workflow().clone());
        let catalog = editor.app.catalog.get_untracked();
        Self {
            editor,
            tab,
            picker: RwSignal::new(None),
            palette: RwSignal::new(false),
            find: RwSignal::new(false),
            versions: RwSignal::new(0),
            panes: Panes::new(),
            failure_seen: RwSignal::new(None),
            canvas: CanvasHandle::new(workflow, catalog),
        }
    }

    /// Reads from the canvas.
    pub(crate) fn read<T>(self, work: impl FnOnce(&Editor) -> T) -> Option<T> {
        self.canvas.read(work)
    }

    /// Selects a node, brings it into view and opens its panels.
    pub(crate) fn open_node(self, node: NodeId) {
        self.canvas.focus_node(&node);
        self.editor.select(node);
        self.panes.side_open.set(true);
        self.panes.data_open.set(true);
    }

    /// The same, and the keyboard goes to the first field of its form. Escape leads back.
    pub(crate) fn enter_node(self, node: NodeId) {
        self.open_node(node);
        // The form is on the page by then, also where its pane was closed.
        request_animation_frame(|| {
            request_animation_frame(|| {
                crate::browser::focus(FIRST_FIELD);
            });
        });
    }
}
