//! The editor: one workflow, its scene, the view, the selection and the gesture under way.

mod actions;
mod choose;
mod select;
mod view;

use std::sync::Arc;

use reporunner_model::{Catalog, Edit, NodeId, NodeRunState, Point, Workflow, diff};

use crate::event::{Change, Cursor, Event, Mods, PickerRequest, Reaction};
use crate::scene::RunInfo;
use crate::state::State;
use crate::{Graph, Mark, PortRef, Rect, Scene, Viewport};

/// What people set about the canvas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Whether a drag on the canvas pans and the wheel zooms, instead of selecting and panning.
    pub drag_pans: bool,
    /// Whether dragged things snap to the grid.
    pub snap: bool,
    /// Whether nothing may be changed (a run or an old version is shown).
    pub read_only: bool,
    /// Whether nothing may move by itself.
    pub still: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { drag_pans: false, snap: true, read_only: false, still: false }
    }
}

/// What is selected.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    /// Nodes, in the order they were selected.
    pub nodes: Vec<u32>,
    /// Notes.
    pub notes: Vec<u32>,
    /// A wire.
    pub wire: Option<u32>,
}

impl Selection {
    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty() && self.notes.is_empty() && self.wire.is_none()
    }
}

/// A wire that is being drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ghost {
    /// The end that is fixed.
    pub from: PortRef,
    /// Where the other end is, canvas units.
    pub to: Point,
    /// The port it would take.
    pub target: Option<PortRef>,
}

/// What lies under the pointer, as far as it shows.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Hover {
    pub(crate) wire: Option<u32>,
    pub(crate) port: Option<PortRef>,
}

/// What must be drawn anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Dirty {
    /// Pan or zoom.
    pub(crate) view: bool,
    /// Marks of cards: selection, state, dimming.
    pub(crate) marks: bool,
    /// What is drawn apart: dragged things, the ghost wire, hovered wire.
    pub(crate) hot: bool,
    /// Wires and boxes.
    pub(crate) picture: bool,
    /// Texts, ports, notes, frames.
    pub(crate) content: bool,
}

/// The editor.
pub struct Editor {
    pub(crate) workflow: Workflow,
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) scene: Scene,
    pub(crate) view: Viewport,
    /// What floats over the canvas, screen pixels.
    pub(crate) covers: Vec<Rect>,
    pub(crate) selection: Selection,
    pub(crate) focus: Option<u32>,
    pub(crate) options: Options,
    pub(crate) hover: Hover,
    /// Wires being drawn.
    pub(crate) ghosts: Vec<Ghost>,
    /// The rectangle that selects, screen pixels.
    pub(crate) marquee: Option<Rect>,
    /// The line that slices, canvas units.
    pub(crate) slice: Vec<Point>,
    /// Wires that a drop would change, shown as such.
    pub(crate) struck: Vec<u32>,
    /// Nodes being dragged.
    pub(crate) hot: Vec<u32>,
    /// Notes being dragged.
    pub(crate) hot_notes: Vec<u32>,
    /// Outlines of copies that a drop would make.
    pub(crate) copies: Vec<Rect>,
    /// Cards that moved since the last frame.
    pub(crate) moved: Vec<u32>,
    pub(crate) pointer: Point,
    pub(crate) mods: Mods,
    pub(crate) space: Option<f64>,
    pub(crate) last_click: Option<(f64, Point)>,
    pub(crate) dirty: Dirty,
    pub(crate) cursor: Cursor,
    pub(crate) ticking: bool,
    pub(crate) fresh: Box<dyn FnMut() -> String>,
    pub(crate) out: Vec<Reaction>,
    state: State,
}

impl Editor {
    /// An editor of `workflow`. `fresh` makes ids that nothing has yet.
    pub fn new(
        workflow: Workflow,
        catalog: Arc<Catalog>,
        fresh: Box<dyn FnMut() -> String>,
    ) -> Self {
        let scene = Scene::new(&workflow, &catalog);
        Self {
            workflow,
            catalog,
            scene,
            view: Viewport::default(),
            covers: Vec::new(),
            selection: Selection::default(),
            focus: None,
            options: Options::default(),
            hover: Hover::default(),
            ghosts: Vec::new(),
            marquee: None,
            slice: Vec::new(),
            struck: Vec::new(),
            hot: Vec::new(),
            hot_notes: Vec::new(),
            copies: Vec::new(),
            moved: Vec::new(),
            pointer: Point::default(),
            mods: Mods::default(),
            space: None,
            last_click: None,
            dirty: Dirty { view: true, marks: true, hot: true, picture: true, content: true },
            cursor: Cursor::default(),
            ticking: false,
            fresh,
            out: Vec::new(),
            state: State::default(),
        }
    }

    /// Takes in what the pointer did.
    pub fn event(&mut self, event: Event) -> Vec<Reaction> {
        match event {
            Event::Down { at, mods, .. }
            | Event::Move { at, mods }
            | Event::Up { at, mods, .. }
            | Event::Wheel { at, mods, .. } => (self.pointer, self.mods) = (at, mods),
            Event::Mods(mods) => self.mods = mods,
            _ => {}
        }
        let state = std::mem::take(&mut self.state);
        self.state = state.on(self, &event);
        let ticking = self.state.wants_ticks();
        if ticking != self.ticking {
            self.ticking = ticking;
            self.out.push(Reaction::Ticks(ticking));
        }
        self.take_out()
    }

    /// Takes in edits made elsewhere, or by this editor and reported before: the latter change
    /// nothing. An edit that does not fit is left out.
    pub fn apply(&mut self, edits: &[Edit]) -> Vec<Reaction> {
        let fitting: Vec<Edit> =
            edits.iter().filter(|edit| edit.apply(&mut self.workflow).is_ok()).cloned().collect();
        self.follow(&fitting);
        self.take_out()
    }

    /// Shows another state of the workflow. What is in both keeps its selection and its number.
    pub fn set_workflow(&mut self, workflow: Workflow) -> Vec<Reaction> {
        if workflow.id != self.workflow.id {
            self.cancel();
            self.scene = Scene::new(&workflow, &self.catalog);
            self.workflow = workflow;
            self.selection = Selection::default();
            (self.focus, self.hover) = (None, Hover::default());
            self.redraw_all();
            self.out.push(Reaction::Selected);
            return self.take_out();
        }
        let edits = diff(&self.workflow, &workflow);
        let before = std::mem::replace(&mut self.workflow, workflow);
        drop(before);
        self.follow(&edits);
        self.take_out()
    }

    /// Says that `node` fared so in the run that is shown; none where it has not run.
    pub fn set_run(&mut self, node: &NodeId, run: Option<RunInfo>) -> Vec<Reaction> {
        if let Some(node) = self.scene.nodes.find(node) {
            let failed = run.as_ref().is_some_and(|run| run.state == NodeRunState::Failed);
            let old = std::mem::replace(&mut self.scene.nodes.run[node as usize], run);
            if failed && old.is_none_or(|old| old.state != NodeRunState::Failed) {
                let name = self.scene.texts.get(self.scene.nodes.title[node as usize]);
                self.out.push(Reaction::Announce(format!("{name} failed")));
            }
            self.scene.nodes.mark(node, Mark::STALE, false);
            self.dirty.marks = true;
            self.dirty.picture = true;
            self.out.push(Reaction::Redraw);
        }
        self.take_out()
    }

    /// Forgets the run that is shown.
    pub fn clear_runs(&mut self) -> Vec<Reaction> {
        self.scene.nodes.run.iter_mut().for_each(|run| *run = None);
        for node in 0..self.scene.nodes.len() as u32 {
            self.scene.nodes.mark(node, Mark::STALE, false);
        }
        (self.dirty.marks, self.dirty.picture) = (true, true);
        self.out.push(Reaction::Redraw);
        self.take_out()
    }

    /// Says which nodes have problems to be mended.
    pub fn set_problems(&mut self, nodes: &[NodeId]) -> Vec<Reaction> {
        for node in 0..self.scene.nodes.len() as u32 {
            let has = nodes.contains(&self.scene.nodes.id[node as usize]);
            self.scene.nodes.mark(node, Mark::PROBLEM, has);
        }
        self.dirty.marks = true;
        self.out.push(Reaction::Redraw);
        self.take_out()
    }

    /// The workflow as the editor shows it.
    pub fn workflow(&self) -> &Workflow {
        &self.workflow
    }

    /// The node types.
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// Everything on the canvas.
    pub fn scene(&self) -> &Scene {
        &self.scene
    }

    /// What is in view.
    pub fn view(&self) -> &Viewport {
        &self.view
    }

    /// What is selected.
    pub fn selection(&self) -> &Selection {
        &self.selection
    }

    /// The node the keyboard is on.
    pub fn focused(&self) -> Option<u32> {
        self.focus
    }

    /// What people set.
    pub fn options(&self) -> Options {
        self.options
    }

    /// Sets what people set.
    pub fn set_options(&mut self, options: Options) {
        self.options = options;
    }

    /// The rectangle that is selecting, screen pixels.
    pub fn marquee(&self) -> Option<Rect> {
        self.marquee
    }

    /// The workflow, its scene and the types, for the functions that make edits.
    pub fn graph(&self) -> Graph<'_> {
        Graph { workflow: &self.workflow, scene: &self.scene, catalog: &self.catalog }
    }

    /// Makes a change and reports it. Nothing happens where there are no edits.
    pub(crate) fn commit(&mut self, label: impl Into<String>, edits: Vec<Edit>) -> bool {
        if edits.is_empty() || self.options.read_only {
            return false;
        }
        let fitting: Vec<Edit> =
            edits.into_iter().filter(|edit| edit.apply(&mut self.workflow).is_ok()).collect();
        self.follow(&fitting);
        let label = label.into();
        self.out.push(Reaction::Announce(label.clone()));
        self.out.push(Reaction::Change(Change { label, edits: fitting }));
        true
    }

    /// Brings the scene up to a workflow that has the edits.
    fn follow(&mut self, edits: &[Edit]) {
        let moves = edits.iter().all(|edit| matches!(edit, Edit::MoveNode { .. }));
        // What is being dragged stays under the hand; the drop decides.
        let held: Vec<(u32, Point)> =
            self.hot.iter().map(|node| (*node, self.scene.nodes.position(*node))).collect();
        self.scene.apply(edits, &self.workflow, &self.catalog);
        for (node, at) in held {
            if self.scene.nodes.has(node, Mark::ALIVE) {
                self.scene.float_node(node, at);
            }
        }
        for edit in edits {
            if let Edit::MoveNode { id, .. } = edit {
                self.moved.extend(self.scene.nodes.find(id));
            }
            self.mark_stale(edit);
        }
        self.forget_gone();
        if !moves {
            self.dirty.content = true;
            self.dirty.marks = true;
            self.dirty.picture = true;
            self.dirty.hot = true;
        }
        self.out.push(Reaction::Redraw);
    }

    /// A node whose parameters changed shows that its last run was with others.
    fn mark_stale(&mut self, edit: &Edit) {
        if let Edit::SetParam { id, .. } | Edit::MoveRecord { id, .. } = edit
            && let Some(node) = self.scene.nodes.find(id)
            && self.scene.nodes.run[node as usize].is_some()
        {
            self.scene.nodes.mark(node, Mark::STALE, true);
        }
    }

    /// Lets go of what is not there any more.
    fn forget_gone(&mut self) {
        let before = self.selection.clone();
        let (nodes, notes, wires) = (&self.scene.nodes, &self.scene.notes, &self.scene.wires);
        self.selection.nodes.retain(|node| nodes.has(*node, Mark::ALIVE | Mark::SELECTED));
        self.selection.notes.retain(|note| notes.is_alive(*note));
        self.selection.wire = self.selection.wire.filter(|wire| wires.is_alive(*wire));
        self.hot.retain(|node| nodes.has(*node, Mark::ALIVE | Mark::HOT));
        self.struck.retain(|wire| wires.is_alive(*wire));
        self.focus = self.focus.filter(|node| nodes.has(*node, Mark::ALIVE));
        self.hover.wire = self.hover.wire.filter(|wire| wires.is_alive(*wire));
        let alive = |port: &PortRef| nodes.has(port.node, Mark::ALIVE);
        self.hover.port = self.hover.port.filter(alive);
        self.ghosts.retain(|ghost| alive(&ghost.from));
        for ghost in &mut self.ghosts {
            ghost.target = ghost.target.filter(alive);
        }
        if before != self.selection {
            self.out.push(Reaction::Selected);
        }
    }

    /// Ends the gesture under way without effect.
    pub(crate) fn cancel(&mut self) {
        let state = std::mem::take(&mut self.state);
        self.state = state.on(self, &Event::Cancel);
    }

    /// The wires that are being drawn.
    pub fn ghosts(&self) -> &[Ghost] {
        &self.ghosts
    }

    /// Whether no gesture is under way.
    pub fn is_idle(&self) -> bool {
        matches!(self.state, State::Idle(_))
    }

    pub(crate) fn set_cursor(&mut self, cursor: Cursor) {
        if self.cursor != cursor {
            self.cursor = cursor;
            self.out.push(Reaction::Cursor(cursor));
        }
    }

    pub(crate) fn ask_picker(&mut self, request: PickerRequest) {
        if !self.options.read_only {
            self.out.push(Reaction::Picker(request));
        }
    }

    pub(crate) fn redraw_all(&mut self) {
        self.dirty = Dirty { view: true, marks: true, hot: true, picture: true, content: true };
        self.out.push(Reaction::Redraw);
    }

    pub(crate) fn redraw_hot(&mut self) {
        self.dirty.hot = true;
        self.out.push(Reaction::Redraw);
    }

    pub(crate) fn take_out(&mut self) -> Vec<Reaction> {
        let mut out = std::mem::take(&mut self.out);
        // Each once and last: whoever is told of a selection finds the change done.
        for once in [Reaction::Selected, Reaction::Redraw] {
            let before = out.len();
            out.retain(|reaction| *reaction != once);
            if out.len() < before {
                out.push(once);
            }
        }
        out
    }
}
