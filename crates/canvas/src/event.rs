//! What comes in from the pointer, and what comes out for whoever shows the editor.

use reporunner_model::{EdgeKey, Edit, NodeDescription, NodeId, NoteId, Point, PortKind};

use crate::{Command, PortRef, Side};

/// Keys held beside a pointer event. Exact: what is not named is not held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Mods {
    /// Shift.
    pub shift: bool,
    /// Alt, or Option.
    pub alt: bool,
    /// Ctrl, or Command on a Mac.
    pub main: bool,
}

/// A button of the pointer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Button {
    /// The first.
    Left,
    /// The wheel.
    Middle,
    /// The second.
    Right,
}

/// What the pointer did. Places are screen pixels from the canvas element's corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Event {
    /// A button went down.
    Down {
        /// Where.
        at: Point,
        /// Which.
        button: Button,
        /// Keys held.
        mods: Mods,
        /// When, milliseconds of any steady clock.
        ms: f64,
    },
    /// The pointer moved.
    Move {
        /// Where to.
        at: Point,
        /// Keys held.
        mods: Mods,
    },
    /// A button went up.
    Up {
        /// Where.
        at: Point,
        /// Which.
        button: Button,
        /// Keys held.
        mods: Mods,
        /// When, milliseconds of the same clock.
        ms: f64,
    },
    /// The wheel turned, or two fingers moved.
    Wheel {
        /// Where.
        at: Point,
        /// To the right, screen pixels.
        dx: f64,
        /// Downwards, screen pixels.
        dy: f64,
        /// Keys held. A pinch arrives as a wheel with the main key.
        mods: Mods,
    },
    /// The keys held changed while the pointer rests.
    Mods(Mods),
    /// The space bar went down or up; when.
    Space(bool, f64),
    /// The pointer left the canvas.
    Leave,
    /// The gesture under way ends without effect (Escape, lost capture).
    Cancel,
    /// Time passed while a gesture asked for ticks; how much, milliseconds.
    Tick(f64),
}

/// A change of the workflow. The editor has it already; it is reported to be stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// What was done, in a few words, for the undo menu.
    pub label: String,
    /// The edits, in order.
    pub edits: Vec<Edit>,
}

/// One end of a wire by the node's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortEnd {
    /// The node.
    pub node: NodeId,
    /// Which side of it.
    pub side: Side,
    /// Which port of that side.
    pub slot: u16,
    /// What it joins.
    pub kind: PortKind,
    /// The port's name, or its node's where it has none.
    pub label: String,
}

/// What a node is picked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Purpose {
    /// To be added, wired to a port where one is given.
    Add(Option<PortEnd>),
    /// To be put into a wire.
    Insert(EdgeKey),
    /// To take the place of a node.
    Replace {
        /// The node.
        node: NodeId,
        /// Kinds of the wires that end at it.
        takes: Vec<PortKind>,
        /// Kinds of the wires that leave it.
        gives: Vec<PortKind>,
    },
}

/// Asks for the node picker.
#[derive(Debug, Clone, PartialEq)]
pub struct PickerRequest {
    /// Where the picker opens, screen pixels.
    pub screen: Point,
    /// Where the node goes: its top left corner, canvas units.
    pub world: Point,
    /// What for.
    pub purpose: Purpose,
}

impl PickerRequest {
    /// Whether a node of this type would be wired where the request says.
    pub fn fits(&self, description: &NodeDescription) -> bool {
        let node = reporunner_model::Node::new(
            NodeId::default(),
            description.name.clone(),
            description.versions.last().map_or("1", String::as_str),
            "",
        );
        let ports = reporunner_model::ports_of(Some(description), &node);
        let any = |list: &[reporunner_model::Port], kind: &PortKind| {
            list.iter().any(|port| port.kind == *kind)
        };
        match &self.purpose {
            Purpose::Add(None) => true,
            // One wire at least of each side goes on.
            Purpose::Replace { takes, gives, .. } => {
                let goes_on = |wires: &[PortKind], ports: &[reporunner_model::Port]| {
                    wires.is_empty() || wires.iter().any(|kind| any(ports, kind))
                };
                goes_on(takes, &ports.inputs) && goes_on(gives, &ports.outputs)
            }
            Purpose::Add(Some(end)) if end.side == Side::Output => any(&ports.inputs, &end.kind),
            Purpose::Add(Some(end)) => any(&ports.outputs, &end.kind),
            Purpose::Insert(key) => any(&ports.inputs, &key.kind) && any(&ports.outputs, &key.kind),
        }
    }
}

/// What a context menu is about.
#[derive(Debug, Clone, PartialEq)]
pub enum MenuTarget {
    /// The selected nodes and notes.
    Selection,
    /// A wire.
    Wire(EdgeKey),
    /// The canvas.
    Canvas,
}

/// Asks for a context menu.
#[derive(Debug, Clone, PartialEq)]
pub struct MenuRequest {
    /// Where it opens, screen pixels.
    pub screen: Point,
    /// What about.
    pub target: MenuTarget,
    /// What it offers.
    pub commands: Vec<Command>,
}

/// One port that a wire by key may end at.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The port.
    pub port: PortRef,
    /// What to call it.
    pub text: String,
}

/// The look of the pointer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Cursor {
    /// An arrow.
    #[default]
    Arrow,
    /// A pointing hand.
    Hand,
    /// An open hand: a drag would pan.
    Grab,
    /// A closed hand.
    Grabbing,
    /// A cross: a wire starts or ends.
    Cross,
    /// Four arrows.
    Move,
    /// An arrow with a plus.
    Copy,
    /// A slanted double arrow.
    Resize,
    /// A blade.
    Slice,
}

impl Cursor {
    /// The name that CSS has for it.
    pub fn as_css(self) -> &'static str {
        match self {
            Self::Arrow => "default",
            Self::Hand => "pointer",
            Self::Grab => "grab",
            Self::Grabbing => "grabbing",
            Self::Cross => "crosshair",
            Self::Move => "move",
            Self::Copy => "copy",
            Self::Resize => "nwse-resize",
            Self::Slice => "crosshair",
        }
    }
}

/// What the one who shows the editor must do.
#[derive(Debug, Clone, PartialEq)]
pub enum Reaction {
    /// Store a change.
    Change(Change),
    /// The selection is another one.
    Selected,
    /// Show a node's panel.
    Open(NodeId),
    /// Show the node picker.
    Picker(PickerRequest),
    /// Show a context menu.
    Menu(MenuRequest),
    /// Let the person type a node's name.
    Rename(NodeId),
    /// Let the person type a note's text.
    EditNote(NoteId),
    /// List where a wire from this port may end.
    Wire(PortRef, Vec<Target>),
    /// Change the look of the pointer.
    Cursor(Cursor),
    /// Say it to screen readers.
    Announce(String),
    /// Call [`Event::Tick`] each frame from now on, or no more.
    Ticks(bool),
    /// A command that is not about the graph or the view.
    Command(Command),
    /// Draw a frame.
    Redraw,
}
