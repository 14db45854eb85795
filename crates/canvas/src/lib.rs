//! The workflow editor without a screen: what is where, what a gesture or command does, what is to
//! be drawn.
//!
//! [`Editor`] takes an [`Event`] or a [`Command`] and answers with [`Reaction`]s; [`Painter`] says
//! what a frame must draw. Both work on flat arrays ([`Scene`]). Nothing here draws, measures text,
//! reads a clock or makes up an id: times and fresh ids are passed in.
//!
//! ```
//! use reporunner_canvas::{Command, Editor};
//! use reporunner_model::{Catalog, Node, NodeId, TypeName, Workflow};
//!
//! let mut workflow = Workflow::default();
//! let node = Node::new(NodeId::new("a"), TypeName::new("noOp"), "1", "Wait here");
//! workflow.nodes.insert(node.id.clone(), node);
//! let mut ids = 0;
//! let fresh = move || {
//!     ids += 1;
//!     format!("n{ids}")
//! };
//! let mut editor = Editor::new(workflow, Catalog::default().into(), Box::new(fresh));
//! editor.command(Command::SelectAll);
//! editor.command(Command::Duplicate);
//! assert_eq!(editor.workflow().nodes.len(), 2);
//! ```
#![deny(missing_docs)]

mod command;
mod editor;
mod edits;
mod event;
mod geometry;
mod grid;
mod keymap;
mod minimap;
mod paint;
mod scene;
mod state;
mod viewport;

pub use command::{Command, CommandGroup, menu_for};
pub use editor::{Editor, Ghost, Options, Selection};
pub use edits::{
    Alignment, Graph, NewNode, Pasted, add_node, add_note, align, connect, delete, detach,
    disconnect, fragment, free_place, group, insert_on_wire, is_legal, legal_targets, move_wires,
    nudge, paste, replace, takes, tidy, toggle_on, ungroup, unpin,
};
pub use event::{
    Button, Change, Cursor, Event, MenuRequest, MenuTarget, Mods, PickerRequest, PortEnd, Purpose,
    Reaction, Target,
};
pub use geometry::{Rect, WirePath, distance, snap};
pub use grid::{CELL, Grid};
pub use keymap::{KeyPress, Keymap, Matched, Platform, shortcut_text};
pub use minimap::Minimap;
pub use paint::{
    BoxBatch, CARD_MARGIN, Detail, Frame as PaintFrame, KEPT, MOUNT_BUDGET, Overlay, Painter,
    Picture, WIRE_MARGIN, WireBatch, WireStyle,
};
pub use scene::{
    CUT_AT, Flow, Frame, Hit, Mark, NO_HUE, NOTE_MIN, Nodes, Notes, OutlineRow, PORT_HIT, PortRef,
    RunInfo, Scene, Side, TextId, Texts, Way, Wires, label_text, note_line, port_place, subtitle,
};
pub use viewport::{Viewport, ZOOM_STEP};
