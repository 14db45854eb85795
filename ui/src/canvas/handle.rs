//! The way to a canvas: what the rest of the interface calls, and what is told back.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;
use reporunner_canvas::{
    Change, Command, Editor, Event, Keymap, MenuRequest, NewNode, Options, PickerRequest, PortRef,
    Reaction, RunInfo, Target,
};
use reporunner_model::{Catalog, EdgeKey, Edit, NodeId, NoteId, Point, Workflow};

use super::stage::Stage;
use crate::browser;
use crate::editor::selection::Thing;

/// What is selected.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct CanvasSelection {
    /// Nodes, in the order they were selected.
    pub(crate) nodes: Vec<NodeId>,
    /// Notes.
    pub(crate) notes: Vec<NoteId>,
    /// A wire.
    pub(crate) wire: Option<EdgeKey>,
}

/// Text that was pasted onto the canvas and is no part of a workflow of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pasted {
    /// The text.
    pub(crate) text: String,
    /// Whether wires that led in shall be drawn too.
    pub(crate) keep_inputs: bool,
}

/// Who is told.
#[derive(Clone, Copy)]
pub(super) struct Listeners {
    pub(super) on_edits: Callback<Change>,
    pub(super) on_selection: Callback<CanvasSelection>,
    pub(super) on_open: Callback<NodeId>,
    pub(super) on_picker: Callback<PickerRequest>,
    pub(super) on_menu: Callback<MenuRequest>,
    pub(super) on_wire: Callback<(PortRef, Vec<Target>)>,
    pub(super) on_rename: Callback<(NodeId, String)>,
    pub(super) on_command: Callback<Command>,
    pub(super) on_paste: Callback<Pasted>,
    pub(super) on_announce: Callback<String>,
}

/// What a canvas is made of. Nothing of it is borrowed while somebody is told.
pub(super) struct Shared {
    pub(super) editor: RefCell<Editor>,
    pub(super) stage: RefCell<Option<Stage>>,
    pub(super) keymap: RefCell<Keymap>,
    listeners: Cell<Option<Listeners>>,
    /// What the browser calls for a frame, while the canvas is on the page.
    on_frame: RefCell<Option<js_sys::Function>>,
    /// The frame that was asked for.
    scheduled: Cell<Option<i32>>,
    pub(super) ticking: Cell<bool>,
    last_frame: Cell<f64>,
    map: Cell<bool>,
    /// Whether the canvas has its size, and what waits for it.
    sized: Cell<bool>,
    at_size: RefCell<Vec<Box<dyn FnOnce()>>>,
}

/// The way to a canvas. Copies lead to the same one.
#[derive(Clone, Copy)]
pub(crate) struct CanvasHandle {
    pub(super) shared: StoredValue<Rc<Shared>, LocalStorage>,
    /// The zoom, once the view has come to rest.
    pub(crate) zoom: RwSignal<f64>,
}

impl CanvasHandle {
    /// A canvas that shows `workflow`.
    pub(crate) fn new(workflow: Workflow, catalog: Arc<Catalog>) -> Self {
        let zoom = RwSignal::new(1.0);
        let fresh = || browser::node_id().as_str().to_owned();
        let shared = Shared {
            editor: RefCell::new(Editor::new(workflow, catalog, Box::new(fresh))),
            stage: RefCell::new(None),
            keymap: RefCell::default(),
            listeners: Cell::new(None),
            on_frame: RefCell::new(None),
            scheduled: Cell::new(None),
            ticking: Cell::new(false),
            last_frame: Cell::new(0.0),
            map: Cell::new(false),
            sized: Cell::new(false),
            at_size: RefCell::default(),
        };
        Self { shared: StoredValue::new_local(Rc::new(shared)), zoom }
    }

    /// Follows edits. Those made here may come back: they change nothing.
    pub(crate) fn apply_edits(self, edits: &[Edit]) {
        self.act(|editor| editor.apply(edits));
    }

    /// Says how a node fared in the run that is shown; none where it has not run.
    pub(crate) fn set_run(self, node: &NodeId, run: Option<RunInfo>) {
        self.act(|editor| editor.set_run(node, run));
    }

    /// Forgets the run that was shown.
    pub(crate) fn clear_runs(self) {
        self.act(Editor::clear_runs);
    }

    /// Marks the nodes that have problems, and no others.
    pub(crate) fn set_problems(self, nodes: &[NodeId]) {
        self.act(|editor| editor.set_problems(nodes));
    }

    /// Selects these nodes and nothing else. Nothing is told where they are selected already.
    pub(crate) fn set_selection(self, nodes: &[NodeId]) {
        self.act(
            |editor| {
                if editor.selected() == nodes { Vec::new() } else { editor.select(nodes) }
            },
        );
    }

    /// Selects what was undone or made again, and brings it into view.
    pub(crate) fn show_change(self, edits: &[Edit]) {
        self.act(|editor| editor.show_change(edits));
    }

    /// Moves the keyboard to a node and brings it into view.
    pub(crate) fn focus_node(self, node: &NodeId) {
        self.act(|editor| editor.focus(node));
    }

    /// Selects a node or note, brings it into view and says what it is.
    pub(crate) fn focus_thing(self, thing: &Thing) {
        match thing {
            Thing::Node(node) => self.focus_node(node),
            Thing::Note(note) => self.act(|editor| editor.focus_note(note)),
        }
    }

    /// Does what a command says.
    pub(crate) fn command(self, command: Command) {
        if matches!(command, Command::ZoomFit | Command::ZoomSelection) {
            self.measure_covers();
        }
        self.act(|editor| editor.command(command));
    }

    /// Adds the node that was chosen in the picker.
    pub(crate) fn choose(self, request: &PickerRequest, new: &NewNode) {
        self.act(|editor| editor.choose(request, new));
    }

    /// Adds a node that was dragged to a point of the page. Whether the point is on the canvas.
    pub(crate) fn drop_node(self, client: Point, new: &NewNode) -> bool {
        let at = self.local(client);
        let size = self.read(|editor| editor.view().size).unwrap_or_default();
        let on_it = (0.0..size.w).contains(&at.x) && (0.0..size.h).contains(&at.y);
        if on_it {
            self.act(|editor| editor.drop_node(at, new));
        }
        on_it
    }

    /// The picker was closed without a choice.
    pub(crate) fn dismiss(self) {
        self.act(Editor::dismiss);
    }

    /// Draws a wire that was chosen from a list.
    pub(crate) fn wire_to(self, from: PortRef, to: PortRef) {
        self.act(|editor| editor.wire_to(from, to));
    }

    /// Gives the selected notes a colour of the palette.
    pub(crate) fn set_note_color(self, color: u8) {
        self.act(|editor| editor.set_note_color(color));
    }

    /// What is selected, as a workflow for the clipboard.
    pub(crate) fn copied(self) -> Option<Workflow> {
        self.with(|shared| shared.editor.borrow().copied()).flatten()
    }

    /// Puts a workflow in.
    pub(crate) fn paste(self, part: &Workflow, keep_inputs: bool) {
        self.measure_covers();
        self.act(|editor| editor.paste(part, keep_inputs));
    }

    /// Pan and zoom, to be kept.
    pub(crate) fn viewport(self) -> (f64, f64, f64) {
        let read = |shared: &Rc<Shared>| {
            let editor = shared.editor.borrow();
            (editor.view().x, editor.view().y, editor.view().zoom)
        };
        self.with(read).unwrap_or((0.0, 0.0, 1.0))
    }

    /// Shows what a kept view showed.
    pub(crate) fn set_viewport(self, x: f64, y: f64, zoom: f64) {
        self.act(|editor| editor.set_view(x, y, zoom));
    }

    /// Shows what a view showed that was kept in another window, perhaps a larger one.
    pub(crate) fn set_kept_viewport(self, x: f64, y: f64, zoom: f64) {
        self.measure_covers();
        self.act(|editor| editor.set_kept_view(x, y, zoom));
    }

    /// Shows everything.
    pub(crate) fn fit(self) {
        self.measure_covers();
        self.act(Editor::fit);
    }

    /// What people set about the canvas.
    pub(crate) fn set_options(self, options: Options) {
        self.with(|shared| shared.editor.borrow_mut().set_options(options));
    }

    /// Reads the editor: outline, labels, counts. Nothing of the canvas may be called meanwhile.
    pub(crate) fn read<T>(self, read: impl FnOnce(&Editor) -> T) -> Option<T> {
        self.with(|shared| read(&shared.editor.borrow()))
    }

    /// The page's point of a point of the canvas, such as that of a request.
    pub(crate) fn to_client(self, at: Point) -> Point {
        let origin = self.origin();
        Point::new(at.x + origin.x, at.y + origin.y)
    }

    /// Puts the keyboard on the canvas.
    pub(crate) fn focus(self) {
        self.with(|shared| {
            if let Some(stage) = &*shared.stage.borrow() {
                stage.focus();
            }
        });
    }

    /// The colours of the page are other ones now.
    pub(crate) fn theme_changed(self) {
        self.with(|shared| {
            if let Some(stage) = &mut *shared.stage.borrow_mut() {
                stage.read_theme();
            }
        });
        self.act(Editor::redraw);
    }

    /// How many cards and notes are elements now, for measuring.
    pub(crate) fn mounted(self) -> usize {
        let count = |shared: &Rc<Shared>| shared.stage.borrow().as_ref().map_or(0, Stage::mounted);
        self.with(count).unwrap_or(0)
    }

    pub(super) fn listen(self, listeners: Listeners) {
        self.with(|shared| shared.listeners.set(Some(listeners)));
    }

    pub(super) fn attach(self, root: &web_sys::HtmlElement) {
        self.with(|shared| {
            let stage = Stage::new(root, self, Rc::downgrade(shared));
            *shared.on_frame.borrow_mut() = stage.as_ref().map(Stage::on_frame);
            *shared.stage.borrow_mut() = stage;
            if let Some(stage) = &mut *shared.stage.borrow_mut() {
                stage.show_map(shared.map.get(), self);
            }
        });
        self.resized();
        // The editor may have been on a page before; this one has drawn nothing yet.
        self.act(Editor::redraw);
    }

    pub(super) fn detach(self) {
        self.with(|shared| {
            // A frame that comes after its closure is gone would be an error on the page.
            if let (Some(id), Some(window)) = (shared.scheduled.take(), web_sys::window()) {
                let _ = window.cancel_animation_frame(id);
            }
            drop(shared.on_frame.borrow_mut().take());
            drop(shared.stage.borrow_mut().take());
        });
    }

    pub(super) fn show_map(self, on: bool) {
        self.with(|shared| {
            shared.map.set(on);
            if let Some(stage) = &mut *shared.stage.borrow_mut() {
                stage.show_map(on, self);
            }
            shared.ask();
        });
    }

    /// The element has another size or place.
    pub(super) fn resized(self) {
        let size = self.with(|shared| shared.stage.borrow_mut().as_mut().map(Stage::measure));
        let Some(size) = size.flatten().flatten() else { return };
        self.act(|editor| editor.set_size(size));
        // A canvas behind another tab has no size yet.
        if size.w == 0.0 || size.h == 0.0 {
            return;
        }
        let first =
            self.with(|shared| (!shared.sized.replace(true)).then(|| shared.at_size.take()));
        if let Some(waiting) = first.flatten() {
            waiting.into_iter().for_each(|work| work());
            // The browser has not painted yet: its first picture has the nodes.
            self.frame(crate::time::since_load());
        }
    }

    /// Does `work` once the canvas has its size, before it is painted for the first time.
    pub(crate) fn once_sized(self, work: impl FnOnce() + 'static) {
        match self.with(|shared| shared.sized.get()) {
            Some(true) => work(),
            Some(false) => {
                self.with(|shared| shared.at_size.borrow_mut().push(Box::new(work)));
            }
            None => {}
        }
    }

    fn measure_covers(self) {
        self.with(|shared| {
            if let Some(stage) = &*shared.stage.borrow() {
                shared.editor.borrow_mut().set_covers(stage.covers());
            }
        });
    }

    pub(super) fn event(self, event: Event) {
        self.act(|editor| editor.event(event));
    }

    pub(super) fn origin(self) -> Point {
        let read = |shared: &Rc<Shared>| shared.stage.borrow().as_ref().map(Stage::origin);
        self.with(read).flatten().unwrap_or_default()
    }

    /// The canvas's point of a point of the page.
    pub(super) fn local(self, client: Point) -> Point {
        let origin = self.origin();
        Point::new(client.x - origin.x, client.y - origin.y)
    }

    pub(super) fn act(self, work: impl FnOnce(&mut Editor) -> Vec<Reaction>) {
        let reactions = self.with(|shared| work(&mut shared.editor.borrow_mut()));
        for reaction in reactions.unwrap_or_default() {
            self.react(reaction);
        }
    }

    pub(super) fn with<T>(self, work: impl FnOnce(&Rc<Shared>) -> T) -> Option<T> {
        // The page may be gone while a timer of it still runs.
        let shared = self.shared.try_get_value()?;
        Some(work(&shared))
    }

    fn react(self, reaction: Reaction) {
        let Some(Some(tell)) = self.with(|shared| shared.listeners.get()) else { return };
        match reaction {
            Reaction::Change(change) => tell.on_edits.run(change),
            Reaction::Selected => tell.on_selection.run(self.selection()),
            Reaction::Open(node) => tell.on_open.run(node),
            Reaction::Picker(request) => tell.on_picker.run(request),
            Reaction::Menu(request) => tell.on_menu.run(request),
            Reaction::Wire(from, targets) => tell.on_wire.run((from, targets)),
            Reaction::Command(command) => tell.on_command.run(command),
            Reaction::Announce(text) => tell.on_announce.run(text),
            Reaction::Rename(node) => super::inline::rename(self, node),
            Reaction::EditNote(note) => super::inline::edit_note(self, note),
            Reaction::Cursor(cursor) => {
                self.with(|shared| {
                    if let Some(stage) = &*shared.stage.borrow() {
                        stage.set_cursor(cursor);
                    }
                });
            }
            Reaction::Ticks(on) => {
                self.with(|shared| {
                    shared.ticking.set(on);
                    shared.ask();
                });
            }
            Reaction::Redraw => {
                self.with(|shared| shared.ask());
            }
        }
    }

    pub(super) fn listeners(self) -> Option<Listeners> {
        self.with(|shared| shared.listeners.get()).flatten()
    }

    fn selection(self) -> CanvasSelection {
        let read = |editor: &Editor| CanvasSelection {
            nodes: editor.selected(),
            notes: editor.selected_notes(),
            wire: editor
                .selection()
                .wire
                .map(|wire| editor.scene().wires.key[wire as usize].clone()),
        };
        self.read(read).unwrap_or_default()
    }

    /// Draws a frame. Called by the browser.
    pub(super) fn frame(self, ms: f64) {
        let Some((ticking, passed)) = self.with(|shared| {
            shared.scheduled.set(None);
            let passed = ms - shared.last_frame.replace(ms);
            (shared.ticking.get(), passed)
        }) else {
            return;
        };
        if ticking {
            self.event(Event::Tick(passed.clamp(0.0, 50.0)));
        }
        let rest = self.with(|shared| {
            let mut stage = shared.stage.borrow_mut();
            let stage = stage.as_mut()?;
            let again = stage.frame(&mut shared.editor.borrow_mut(), ms);
            if again || ticking {
                shared.ask();
            }
            let zoom = shared.editor.borrow().view().zoom;
            (!stage.is_moving()).then_some(zoom)
        });
        // At rest only: nothing of the rest of the page follows a gesture.
        if let Some(zoom) = rest.flatten()
            && self.zoom.try_get_untracked().is_some_and(|shown| shown != zoom)
        {
            self.zoom.set(zoom);
        }
    }
}

impl Shared {
    /// Asks the browser for a frame, once.
    pub(super) fn ask(&self) {
        if self.scheduled.get().is_some() {
            return;
        }
        if let (Some(on_frame), Some(window)) = (&*self.on_frame.borrow(), web_sys::window()) {
            self.scheduled.set(window.request_animation_frame(on_frame).ok());
        }
    }
}
