//! Every action of the editor by name: what menus list, keys call and tooltips explain.

use crate::{Alignment, MenuTarget, Way};

/// An action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Command {
    /// Opens the picker; what is chosen goes after the selected node.
    Add,
    /// Opens the picker; what is chosen takes the place of the selected node.
    Replace,
    /// Opens the picker; what is chosen goes into the selected or hovered wire.
    Insert,
    /// Adds a note.
    AddNote,
    /// Lists where a wire from the selected node may end.
    Wire,
    /// Takes the selection's wires to the rest away, joining the ends.
    Detach,
    /// Deletes the selection, joining the ends where that is clear.
    Delete,
    /// Deletes the selection and leaves the gap.
    DeleteOnly,
    /// Copies the selection beside itself.
    Duplicate,
    /// The same, with the wires that lead in.
    DuplicateWired,
    /// Puts the selection on the clipboard.
    Copy,
    /// The same, and deletes it.
    Cut,
    /// Puts the clipboard's nodes in.
    Paste,
    /// The same, with the wires that lead in.
    PasteWired,
    /// Selects everything.
    SelectAll,
    /// Adds what leads to the selection.
    SelectUpstream,
    /// Adds what the selection leads to.
    SelectDownstream,
    /// Selects nothing; ends what is under way.
    Escape,
    /// Goes to the next node that way.
    Go(Way),
    /// Moves the selection by a grid step.
    Nudge(Way),
    /// Moves the selection by four grid steps.
    NudgeFar(Way),
    /// Names a node.
    Rename,
    /// Switches nodes on or off.
    ToggleOn,
    /// Pins a node's output, or takes the pin away.
    TogglePin,
    /// Opens a node's panel.
    Open,
    /// Opens a node's panel over the whole window.
    Focus,
    /// Runs the workflow.
    Run,
    /// Runs up to the selected node.
    RunToHere,
    /// Runs the selected node alone.
    RunNode,
    /// Stops the run.
    Stop,
    /// Lays the selection out anew, or everything.
    Tidy,
    /// Lines the selection up.
    Align(Alignment),
    /// Puts a named frame around the selection: a note that takes along what lies in it.
    Group,
    /// Takes the frame around the selection away; what lies in it stays.
    Ungroup,
    /// Zooms in.
    ZoomIn,
    /// Zooms out.
    ZoomOut,
    /// Shows everything.
    ZoomFit,
    /// Zooms to 100 %.
    ZoomFull,
    /// Shows the selection.
    ZoomSelection,
    /// Undoes.
    Undo,
    /// Redoes.
    Redo,
    /// Names a version.
    Checkpoint,
    /// Publishes.
    Publish,
    /// Makes a new workflow.
    NewWorkflow,
    /// Finds on the canvas.
    Find,
    /// Opens the list of all commands.
    Palette,
    /// Lists the keys.
    Help,
    /// Shows or hides the panel with inputs and outputs.
    ToggleData,
    /// Shows or hides its input half.
    ToggleInput,
    /// Shows or hides its output half.
    ToggleOutput,
    /// Shows or hides the panel at the side.
    ToggleSide,
    /// Shows or hides the outline.
    ToggleOutline,
    /// Goes to the next region of the window.
    NextRegion,
    /// Goes to the previous region of the window.
    PreviousRegion,
    /// Opens the context menu.
    Menu,
}

/// Where the list of keys and commands puts a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CommandGroup {
    /// Nodes and wires.
    Edit,
    /// Selecting and moving about.
    Select,
    /// Placing.
    Arrange,
    /// The view.
    View,
    /// Running.
    Run,
    /// The workflow and the window.
    Workflow,
}

impl CommandGroup {
    /// Its heading.
    pub fn label(self) -> &'static str {
        match self {
            Self::Edit => "Nodes and wires",
            Self::Select => "Selection",
            Self::Arrange => "Arrange",
            Self::View => "View",
            Self::Run => "Run",
            Self::Workflow => "Workflow",
        }
    }
}

const fn entry(
    command: Command,
    group: CommandGroup,
    label: &'static str,
    keys: &'static [&'static str],
) -> Entry {
    Entry { command, group, label, keys }
}

/// A command with its words and keys.
pub(crate) struct Entry {
    pub(crate) command: Command,
    pub(crate) group: CommandGroup,
    pub(crate) label: &'static str,
    /// The first is the one that is shown. `M` is Ctrl, or Command on a Mac; a blank separates the
    /// keys of a chord.
    pub(crate) keys: &'static [&'static str],
}

use Command as C;
use CommandGroup::{Arrange, Edit, Run, Select, View, Workflow};

/// Every command, in the order of menus and lists.
pub(crate) const ENTRIES: &[Entry] = &[
    entry(C::Add, Edit, "Add a node", &["N"]),
    entry(C::Insert, Edit, "Insert a node here", &[]),
    entry(C::Replace, Edit, "Replace", &["R"]),
    entry(C::AddNote, Edit, "Add a note", &["Shift+S"]),
    entry(C::Wire, Edit, "Draw a wire from here", &["W"]),
    entry(C::Detach, Edit, "Detach", &["Shift+D"]),
    entry(C::Rename, Edit, "Rename", &["F2"]),
    entry(C::ToggleOn, Edit, "Switch off or on", &["D", "M+B"]),
    entry(C::TogglePin, Edit, "Pin or unpin data", &["P"]),
    entry(C::Duplicate, Edit, "Duplicate", &["M+D"]),
    entry(C::DuplicateWired, Edit, "Duplicate with inputs", &["M+Shift+D"]),
    entry(C::Copy, Edit, "Copy", &["M+C"]),
    entry(C::Cut, Edit, "Cut", &["M+X"]),
    entry(C::Paste, Edit, "Paste", &["M+V"]),
    entry(C::PasteWired, Edit, "Paste with inputs", &["M+Shift+V"]),
    entry(C::Delete, Edit, "Delete", &["Delete", "Backspace"]),
    entry(C::DeleteOnly, Edit, "Delete, leave the gap", &["Shift+Delete", "Shift+Backspace"]),
    entry(C::Undo, Edit, "Undo", &["M+Z"]),
    entry(C::Redo, Edit, "Redo", &["M+Shift+Z", "M+Y"]),
    entry(C::SelectAll, Select, "Select all", &["M+A"]),
    entry(C::SelectUpstream, Select, "Select what leads here", &["Shift+ArrowLeft"]),
    entry(C::SelectDownstream, Select, "Select what follows", &["Shift+ArrowRight"]),
    entry(C::Escape, Select, "Select nothing", &["Escape"]),
    entry(C::Go(Way::Left), Select, "Go back along the wire", &["ArrowLeft", "M+PageUp"]),
    entry(C::Go(Way::Right), Select, "Go on along the wire", &["ArrowRight", "M+PageDown"]),
    entry(C::Go(Way::Up), Select, "Go to the sibling above", &["ArrowUp"]),
    entry(C::Go(Way::Down), Select, "Go to the sibling below", &["ArrowDown"]),
    entry(C::Open, Select, "Open", &["Enter"]),
    entry(C::Focus, Select, "Open over the whole window", &["M+Shift+Enter"]),
    entry(C::Menu, Select, "Menu", &["Shift+F10", "ContextMenu"]),
    entry(C::Tidy, Arrange, "Tidy up", &["Shift+Alt+T"]),
    entry(C::Group, Arrange, "Group", &["M+G"]),
    entry(C::Ungroup, Arrange, "Ungroup", &["M+Shift+G"]),
    entry(C::Align(Alignment::Left), Arrange, "Align left edges", &["Alt+A L"]),
    entry(C::Align(Alignment::Right), Arrange, "Align right edges", &["Alt+A R"]),
    entry(C::Align(Alignment::Top), Arrange, "Align tops", &["Alt+A T"]),
    entry(C::Align(Alignment::Middle), Arrange, "Align middles", &["Alt+A M"]),
    entry(C::Align(Alignment::Bottom), Arrange, "Align bottoms", &["Alt+A B"]),
    entry(C::Align(Alignment::Center), Arrange, "Align centres", &["Alt+A C"]),
    entry(C::Align(Alignment::SpreadAcross), Arrange, "Equal gaps across", &["Alt+A H"]),
    entry(C::Align(Alignment::SpreadDown), Arrange, "Equal gaps down", &["Alt+A V"]),
    entry(C::Align(Alignment::Grid), Arrange, "Onto the grid", &["Alt+A G"]),
    entry(C::Nudge(Way::Left), Arrange, "Move left", &["M+ArrowLeft"]),
    entry(C::Nudge(Way::Right), Arrange, "Move right", &["M+ArrowRight"]),
    entry(C::Nudge(Way::Up), Arrange, "Move up", &["M+ArrowUp"]),
    entry(C::Nudge(Way::Down), Arrange, "Move down", &["M+ArrowDown"]),
    entry(C::NudgeFar(Way::Left), Arrange, "Move far left", &["M+Shift+ArrowLeft"]),
    entry(C::NudgeFar(Way::Right), Arrange, "Move far right", &["M+Shift+ArrowRight"]),
    entry(C::NudgeFar(Way::Up), Arrange, "Move far up", &["M+Shift+ArrowUp"]),
    entry(C::NudgeFar(Way::Down), Arrange, "Move far down", &["M+Shift+ArrowDown"]),
    entry(C::ZoomIn, View, "Zoom in", &["+", "M++", "M+="]),
    entry(C::ZoomOut, View, "Zoom out", &["-", "M+-"]),
    entry(C::ZoomFit, View, "Show everything", &["1", "Shift+1"]),
    entry(C::ZoomFull, View, "Zoom to 100 %", &["0", "Shift+0", "M+0"]),
    entry(C::ZoomSelection, View, "Show the selection", &["2", "Shift+2"]),
    entry(C::ToggleData, View, "Show or hide data", &["L"]),
    entry(C::ToggleInput, View, "Show or hide input", &["I"]),
    entry(C::ToggleOutput, View, "Show or hide output", &["O"]),
    entry(C::ToggleSide, View, "Show or hide the side panel", &["Shift+F"]),
    entry(C::ToggleOutline, View, "Show or hide the outline", &["Shift+O"]),
    entry(C::NextRegion, View, "Next part of the window", &["F6"]),
    entry(C::PreviousRegion, View, "Previous part of the window", &["Shift+F6"]),
    entry(C::Run, Run, "Run", &["M+Enter"]),
    entry(C::RunToHere, Run, "Run to here", &["Shift+Enter"]),
    entry(C::RunNode, Run, "Run this node", &[]),
    entry(C::Stop, Run, "Stop", &["M+Alt+Enter"]),
    entry(C::Find, Workflow, "Find", &["M+F"]),
    entry(C::Palette, Workflow, "All commands", &["M+K", "M+Shift+P"]),
    entry(C::Checkpoint, Workflow, "Name a version", &["M+S"]),
    entry(C::Publish, Workflow, "Publish", &["Shift+P"]),
    entry(C::NewWorkflow, Workflow, "New workflow", &["M+N", "M+Alt+N"]),
    entry(C::Help, Workflow, "Keys", &["?"]),
];

impl Command {
    /// Every command.
    pub fn all() -> impl Iterator<Item = Self> {
        ENTRIES.iter().map(|entry| entry.command)
    }

    pub(crate) fn entry(self) -> &'static Entry {
        let found = ENTRIES.iter().find(|entry| entry.command == self);
        found.expect("every command has an entry; a test looks at each")
    }

    /// What menus call it.
    pub fn label(self) -> &'static str {
        self.entry().label
    }

    /// Where lists put it.
    pub fn group(self) -> CommandGroup {
        self.entry().group
    }

    /// Its keys as they are written in the keymap, the one to show first.
    pub fn keys(self) -> &'static [&'static str] {
        self.entry().keys
    }

    /// Whether it changes the workflow, and so is not there when one only looks.
    pub fn edits(self) -> bool {
        match self.group() {
            Edit | Arrange => self != Self::Copy,
            Run => true,
            _ => matches!(self, Self::Publish | Self::Checkpoint),
        }
    }
}

/// What a context menu offers, in order.
pub fn menu_for(target: &MenuTarget, nodes: usize) -> Vec<Command> {
    let many = [
        C::Copy,
        C::Cut,
        C::Duplicate,
        C::DuplicateWired,
        C::ToggleOn,
        C::Detach,
        C::Tidy,
        C::Group,
        C::Delete,
    ];
    match target {
        MenuTarget::Selection if nodes == 1 => {
            let one =
                [C::Open, C::RunToHere, C::RunNode, C::Rename, C::Replace, C::Wire, C::TogglePin];
            one.into_iter().chain(many.into_iter().filter(|c| *c != C::Tidy)).collect()
        }
        MenuTarget::Selection if nodes > 1 => many.to_vec(),
        MenuTarget::Selection => {
            vec![C::Rename, C::Copy, C::Cut, C::Duplicate, C::Ungroup, C::Delete]
        }
        MenuTarget::Wire(_) => vec![C::Insert, C::Delete],
        MenuTarget::Canvas => {
            vec![C::Add, C::AddNote, C::Paste, C::SelectAll, C::Tidy, C::ZoomFit, C::Help]
        }
    }
}
