//! What follows from a gesture or command on the canvas, as far as the page must do it.

use leptos::prelude::*;
use reporunner_canvas::{
    Command, CommandGroup, MenuRequest, Platform, PortRef, Target, shortcut_text,
};

use super::commands::perform;
use super::desk::Desk;
use super::selection::Selection;
use crate::canvas::CanvasSelection;
use crate::kit::{Anchor, MenuAction, MenuItem, OpenMenu};

/// How keys are written on this machine.
pub(crate) fn platform() -> Platform {
    if crate::browser::is_mac() { Platform::Mac } else { Platform::Other }
}

/// Takes over the selection of the canvas.
pub(super) fn selected(desk: Desk, selected: CanvasSelection) {
    let CanvasSelection { nodes, notes, wire } = selected;
    let selection = Selection {
        nodes: nodes.into_iter().collect(),
        notes: notes.into_iter().collect(),
        edges: wire.into_iter().collect(),
    };
    if desk.editor.selection.with_untracked(|now| *now != selection) {
        desk.editor.selection.set(selection);
    }
}

/// Does a command that the canvas leaves to the page.
pub(super) fn left_over(desk: Desk, command: Command) {
    if command == Command::Escape {
        // What the canvas did not do itself must not come back to it.
        super::commands::close_topmost(desk);
    } else {
        perform(desk, command);
    }
}

/// Opens a context menu.
pub(super) fn open_menu(desk: Desk, request: MenuRequest) {
    let at = desk.canvas.to_client(request.screen);
    let mut items: Vec<MenuItem> = note_colors(desk);
    let mut group: Option<CommandGroup> = None;
    for command in request.commands {
        let danger = matches!(command, Command::Delete | Command::DeleteOnly);
        if danger || group.is_some_and(|group| group != command.group()) {
            items.push(MenuItem::Line);
        }
        group = Some(command.group());
        let mut action = action(desk, command, danger);
        if command == Command::Rename && is_note(desk) {
            action = action.called("Edit");
        }
        items.push(action.into());
    }
    desk.editor.app.menu.set(Some(OpenMenu::new("Canvas", Anchor::Point(at.x, at.y), items)));
}

/// Whether only notes are selected, the first of which is no frame with a name.
fn is_note(desk: Desk) -> bool {
    let note = desk.read(|canvas| {
        let note = canvas.selected_notes().into_iter().next()?;
        canvas.selection().nodes.is_empty().then_some(!note.is_frame())
    });
    note.flatten() == Some(true)
}

/// The colours of notes, where only notes are selected.
fn note_colors(desk: Desk) -> Vec<MenuItem> {
    // Asked of the canvas: the page hears of a new selection only after the menu.
    let color = desk.read(|canvas| {
        let note = canvas.selected_notes().into_iter().next()?;
        let alone = canvas.selection().nodes.is_empty();
        canvas.workflow().notes.get(&note).filter(|_| alone).map(|note| note.color)
    });
    let color = color.flatten();
    let Some(color) = color.filter(|_| !desk.editor.read_only) else { return Vec::new() };
    let names = ["Yellow", "Blue", "Green", "Red", "Violet", "Grey", "Amber"];
    let item = |(number, name): (u8, &str)| -> MenuItem {
        let pick = Callback::new(move |()| desk.canvas.set_note_color(number));
        MenuAction::new(name, pick).checked(color.max(1) == number).into()
    };
    let mut items = vec![MenuItem::Heading("Colour".to_owned())];
    items.extend((1..).zip(names).map(item));
    items.push(MenuItem::Line);
    items
}

/// A command as an entry of a menu.
pub(crate) fn action(desk: Desk, command: Command, danger: bool) -> MenuAction {
    let run = Callback::new(move |()| perform(desk, command));
    let mut action = MenuAction::new(command.label(), run);
    if let Some(keys) = shortcut_text(command, platform()) {
        action = action.keys(&keys);
    }
    if let Some(icon) = icon(command) {
        action = action.icon(icon);
    }
    if danger { action.danger() } else { action }
}

/// The icon of a command, where it has one.
pub(crate) fn icon(command: Command) -> Option<&'static str> {
    Some(match command {
        Command::Add | Command::Insert => "plus",
        Command::AddNote => "sticky-note",
        Command::Replace => "refresh-cw",
        Command::Wire => "spline",
        Command::Detach => "unlink",
        Command::Delete | Command::DeleteOnly => "trash-2",
        Command::Duplicate | Command::DuplicateWired | Command::Copy => "copy",
        Command::Cut => "scissors",
        Command::Paste | Command::PasteWired => "clipboard",
        Command::Rename => "pencil",
        Command::ToggleOn => "power",
        Command::TogglePin => "pin",
        Command::Open => "panel-right",
        Command::Focus | Command::ZoomFit => "maximize",
        Command::Run => "play",
        Command::RunToHere => "step-forward",
        Command::RunNode => "flask-conical",
        Command::Stop => "square",
        Command::Tidy => "wand-sparkles",
        Command::Group => "square-dashed",
        Command::Undo => "undo-2",
        Command::Redo => "redo-2",
        Command::Find => "search",
        Command::Help => "keyboard",
        Command::Checkpoint => "flag",
        Command::Publish => "upload",
        Command::NewWorkflow => "workflow",
        Command::ToggleData | Command::ToggleInput | Command::ToggleOutput => "panel-bottom",
        Command::ToggleSide => "panel-right",
        Command::ToggleOutline => "list",
        Command::ZoomIn => "zoom-in",
        Command::ZoomOut => "zoom-out",
        Command::SelectAll => "square-dashed",
        _ => return None,
    })
}

/// Lists where a wire may end; the choice draws it.
pub(super) fn choose_target(desk: Desk, from: PortRef, targets: Vec<Target>) {
    let place = desk.read(|canvas| {
        canvas.view().to_screen(canvas.scene().nodes.port_at(from.node, from.side, from.slot))
    });
    let Some(place) = place else { return };
    let at = desk.canvas.to_client(place);
    let item = |target: Target| -> MenuItem {
        let to = target.port;
        let draw = Callback::new(move |()| desk.canvas.wire_to(from, to));
        MenuAction::new(target.text, draw).into()
    };
    let mut items = vec![MenuItem::Heading("Draw a wire to".to_owned())];
    items.extend(targets.into_iter().map(item));
    desk.editor.app.menu.set(Some(OpenMenu::new(
        "Draw a wire to",
        Anchor::Point(at.x, at.y),
        items,
    )));
}
