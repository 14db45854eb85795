//! What each command does.

use reporunner_model::{Edit, Point};

use crate::edits::counted;
use crate::{
    Command, Editor, MenuRequest, MenuTarget, PickerRequest, Purpose, Reaction, Rect, Selection,
    Side, Way,
};
use crate::{edits, menu_for};

/// Grid steps of a far nudge.
const FAR: i32 = 4;
/// Offset of a duplicate from what it copies, canvas units.
const BESIDE: f64 = 40.0;

impl Editor {
    /// Does what a command says. What is not about the graph or the view comes back as
    /// [`Reaction::Command`].
    pub fn command(&mut self, command: Command) -> Vec<Reaction> {
        if self.options.read_only && command.edits() {
            return self.take_out();
        }
        if !self.is_idle() && command != Command::Escape {
            // A key in the midst of a gesture is about the gesture.
            return self.take_out();
        }
        match command {
            Command::Add => self.pick_next(),
            Command::Replace => self.pick_replacement(),
            Command::Insert => self.pick_insertion(),
            Command::AddNote => self.new_note(),
            Command::Wire => self.list_targets(),
            Command::Detach => {
                let edits = edits::detach(self.graph(), &self.selection.nodes);
                self.commit(self.about("Detach"), edits);
            }
            Command::Delete => self.delete(true),
            Command::DeleteOnly => self.delete(false),
            Command::Duplicate => self.duplicate(false),
            Command::DuplicateWired => self.duplicate(true),
            Command::Cut => {
                self.out.push(Reaction::Command(Command::Copy));
                self.delete(true);
            }
            Command::SelectAll => {
                let (nodes, notes) =
                    (self.scene.nodes.all().collect(), self.scene.notes.all().collect());
                self.select_only(nodes, notes);
            }
            Command::SelectUpstream => {
                let nodes = self.scene.upstream(&self.selection.nodes);
                self.select_only(nodes, self.selection.notes.clone());
            }
            Command::SelectDownstream => {
                let nodes = self.scene.downstream(&self.selection.nodes);
                self.select_only(nodes, self.selection.notes.clone());
            }
            Command::Escape => self.escape(),
            Command::Go(way) => self.go(way),
            Command::Nudge(way) => self.nudge(way, 1),
            Command::NudgeFar(way) => self.nudge(way, FAR),
            Command::Rename => {
                self.readable();
                if let Some(node) = self.current() {
                    self.out.push(Reaction::Rename(self.scene.nodes.id[node as usize].clone()));
                } else if let Some(note) = self.selection.notes.first() {
                    self.out.push(Reaction::EditNote(self.scene.notes.id[*note as usize].clone()));
                }
            }
            Command::ToggleOn => {
                let edits = edits::toggle_on(self.graph(), &self.selection.nodes);
                self.commit(self.about("Switch"), edits);
            }
            Command::TogglePin => self.toggle_pin(),
            Command::Open => {
                if let Some(node) = self.current() {
                    self.out.push(Reaction::Open(self.scene.nodes.id[node as usize].clone()));
                } else if let Some(note) = self.selection.notes.first().copied() {
                    self.readable();
                    self.out.push(Reaction::EditNote(self.scene.notes.id[note as usize].clone()));
                }
            }
            Command::Tidy => self.tidy(),
            Command::Align(alignment) => {
                let edits = edits::align(self.graph(), &self.selection.nodes, alignment);
                self.commit(self.about("Align"), edits);
            }
            Command::Group => self.group(),
            Command::Ungroup => self.ungroup(),
            Command::ZoomIn => self.zoom_step(true),
            Command::ZoomOut => self.zoom_step(false),
            Command::ZoomFit => self.fit_all(),
            Command::ZoomFull => self.zoom_full(),
            Command::ZoomSelection => self.fit_selection(),
            Command::Menu => self.menu_by_key(),
            other => self.out.push(Reaction::Command(other)),
        }
        self.take_out()
    }

    /// `Move Fetch orders`, `Move 3 nodes`: a verb with what is selected.
    pub(crate) fn about(&self, verb: &str) -> String {
        self.about_these(verb, &self.selection.nodes, &self.selection.notes)
    }

    pub(crate) fn about_these(&self, verb: &str, nodes: &[u32], notes: &[u32]) -> String {
        match (nodes, notes) {
            ([node], []) => {
                let name = self.scene.texts.get(self.scene.nodes.title[*node as usize]);
                format!("{verb} {name}")
            }
            ([], notes) => format!("{verb} {}", counted(notes.len(), "note")),
            (nodes, []) => format!("{verb} {}", counted(nodes.len(), "node")),
            (nodes, notes) => format!(
                "{verb} {} and {}",
                counted(nodes.len(), "node"),
                counted(notes.len(), "note")
            ),
        }
    }

    fn delete(&mut self, heal: bool) {
        let selection = self.selection.clone();
        let wires: Vec<u32> = selection.wire.into_iter().collect();
        if selection.is_empty() {
            return;
        }
        let label =
            if wires.is_empty() { self.about("Delete") } else { "Delete a wire".to_owned() };
        // The keyboard goes on to what came before, so that it does not fall off the canvas.
        let next = selection.nodes.first().and_then(|node| self.scene.step(*node, Way::Left));
        let edits = edits::delete(self.graph(), &selection.nodes, &selection.notes, &wires, heal);
        if self.commit(label, edits) {
            self.select_only(Vec::new(), Vec::new());
            if let Some(next) = next.filter(|next| !selection.nodes.contains(next)) {
                self.set_focus(next);
            }
        }
    }

    fn duplicate(&mut self, keep_inputs: bool) {
        let part = edits::fragment(self.graph(), &self.selection.nodes, &self.selection.notes);
        let nodes = self.selection.nodes.iter().map(|node| self.scene.nodes.rect(*node));
        let notes = self.selection.notes.iter().map(|note| self.scene.notes.rects[*note as usize]);
        let Some(bounds) = Rect::around_all(nodes.chain(notes)) else { return };
        let corner = Point::new(bounds.x0 + BESIDE, bounds.y0 + BESIDE);
        let corner = edits::free_corner(&mut self.scene, &part, corner);
        let label = self.about("Duplicate");
        let pasted = edits::paste(&self.workflow, &part, corner, keep_inputs, &mut *self.fresh);
        self.commit(label, pasted.edits.clone());
        self.select_pasted(&pasted);
    }

    fn nudge(&mut self, way: Way, by: i32) {
        let (nodes, notes) = self.carried(false);
        let (right, down) = match way {
            Way::Left => (-by, 0),
            Way::Right => (by, 0),
            Way::Up => (0, -by),
            Way::Down => (0, by),
        };
        let edits = edits::nudge(self.graph(), &nodes, &notes, right, down);
        self.commit(self.about("Move"), edits);
    }

    fn tidy(&mut self) {
        let all = self.selection.nodes.len() < 2;
        let nodes: Vec<u32> =
            if all { self.scene.nodes.all().collect() } else { self.selection.nodes.clone() };
        let edits = edits::tidy(self.graph(), &nodes);
        if !self.commit(format!("Tidy up {}", counted(nodes.len(), "node")), edits) {
            self.out.push(Reaction::Announce("Everything is tidy".to_owned()));
        }
    }

    fn group(&mut self) {
        let Selection { nodes, notes, .. } = self.selection.clone();
        let id = reporunner_model::NoteId::frame(&(self.fresh)());
        let edits = edits::group(self.graph(), &nodes, &notes, id.clone());
        if self.commit(self.about("Group"), edits) {
            let note = self.scene.notes.find(&id);
            self.select_only(Vec::new(), note.into_iter().collect());
            self.readable();
            self.out.push(Reaction::EditNote(id));
        } else {
            self.out.push(Reaction::Announce("Select what to group first".to_owned()));
        }
    }

    fn ungroup(&mut self) {
        let edits = edits::ungroup(self.graph(), &self.selection.nodes, &self.selection.notes);
        let frames: Vec<u32> = edits
            .iter()
            .filter_map(|edit| match edit {
                Edit::RemoveNote { id } => self.scene.notes.find(id),
                _ => None,
            })
            .collect();
        let (held, _) = self.scene.held_by(&frames);
        if self.commit("Ungroup", edits) {
            // What was in it stays at hand.
            let nodes =
                if self.selection.nodes.is_empty() { held } else { self.selection.nodes.clone() };
            self.select_only(nodes, Vec::new());
        } else {
            self.out.push(Reaction::Announce("There is no group here".to_owned()));
        }
    }

    fn toggle_pin(&mut self) {
        let edits = edits::unpin(self.graph(), &self.selection.nodes);
        if edits.is_empty() {
            // The data to pin is that of a run, which is not here.
            self.out.push(Reaction::Command(Command::TogglePin));
        } else {
            self.commit(self.about("Unpin"), edits);
        }
    }

    fn escape(&mut self) {
        if !self.is_idle() {
            self.cancel();
        } else if !self.ghosts.is_empty() {
            self.ghosts.clear();
            self.redraw_hot();
        } else if self.selection.is_empty() {
            self.out.push(Reaction::Command(Command::Escape));
        } else {
            self.select_only(Vec::new(), Vec::new());
        }
    }

    fn new_note(&mut self) {
        let middle = self.view.to_world(self.view.middle());
        let id = (self.fresh)();
        let corner = edits::free_note_place(&self.scene, middle);
        if self.commit("Add a note", edits::add_note(corner, id.clone())) {
            let id = reporunner_model::NoteId::new(id);
            let note = self.scene.notes.find(&id);
            self.select_only(Vec::new(), note.into_iter().collect());
            self.readable();
            self.bring_selected();
            self.out.push(Reaction::EditNote(id));
        }
    }

    /// Opens the picker for a node after the current one, or in the middle of the view.
    fn pick_next(&mut self) {
        let from = self.current().and_then(|node| self.open_output(node));
        let middle = self.view.to_world(self.view.middle());
        let start = Point::new(middle.x - 110.0, middle.y - 30.0);
        let world = edits::free_place(&mut self.scene, from.map(|port| port.node), start);
        let screen = self.view.to_screen(world);
        let purpose = Purpose::Add(from.map(|port| self.end(port)));
        self.ask_picker(PickerRequest { screen, world, purpose });
    }

    fn pick_replacement(&mut self) {
        if let Some(node) = self.current() {
            let world = self.scene.nodes.position(node);
            let screen = self.view.to_screen(world);
            let wires = &self.scene.wires;
            let kinds = |all: Vec<u32>| {
                all.into_iter().map(|wire| wires.key[wire as usize].kind.clone()).collect()
            };
            let purpose = Purpose::Replace {
                node: self.scene.nodes.id[node as usize].clone(),
                takes: kinds(wires.ending_at(node)),
                gives: kinds(wires.leaving(node)),
            };
            self.ask_picker(PickerRequest { screen, world, purpose });
        }
    }

    fn pick_insertion(&mut self) {
        if let Some(wire) = self.selection.wire.or(self.hover.wire) {
            self.pick_for_wire(wire);
        }
    }

    /// Opens the picker for a node in the middle of a wire.
    pub(crate) fn pick_for_wire(&mut self, wire: u32) {
        let middle = self.scene.wire_path(wire).at(0.5);
        let world = Point::new(middle.x - 110.0, middle.y - 30.0);
        let screen = self.view.to_screen(middle);
        let purpose = Purpose::Insert(self.scene.wires.key[wire as usize].clone());
        self.ask_picker(PickerRequest { screen, world, purpose });
    }

    fn list_targets(&mut self) {
        if let Some(port) = self.current().and_then(|node| self.open_output(node)) {
            let targets = self.targets(port);
            if targets.is_empty() {
                self.out.push(Reaction::Announce("No port takes a wire from here".to_owned()));
            } else {
                self.out.push(Reaction::Wire(port, targets));
            }
        }
    }

    /// The first output of a node without a wire, else its first.
    pub(crate) fn open_output(&self, node: u32) -> Option<crate::PortRef> {
        let count = self.scene.nodes.side(node, Side::Output).len() as u16;
        let mut ports = (0..count).map(|slot| crate::PortRef { node, side: Side::Output, slot });
        let free = ports.clone().find(|port| !edits::is_joined(&self.scene, *port));
        free.or_else(|| ports.next())
    }

    fn menu_by_key(&mut self) {
        let (target, at) = match self.current() {
            Some(node) => {
                let rect = self.scene.nodes.rect(node);
                (MenuTarget::Selection, Point::new(rect.x0 + 24.0, rect.y1))
            }
            None => self.menu_beside_nodes(),
        };
        self.open_menu(self.view.to_screen(at), target);
    }

    /// What a menu is about, and where, where no node is meant.
    fn menu_beside_nodes(&self) -> (MenuTarget, Point) {
        if let Some(note) = self.selection.notes.last() {
            let rect = self.scene.notes.rects[*note as usize];
            (MenuTarget::Selection, Point::new(rect.x0 + 24.0, rect.y0 + 24.0))
        } else if let Some(wire) = self.selection.wire {
            let key = self.scene.wires.key[wire as usize].clone();
            (MenuTarget::Wire(key), self.scene.wire_path(wire).at(0.5))
        } else {
            (MenuTarget::Canvas, self.view.to_world(self.view.middle()))
        }
    }

    pub(crate) fn open_menu(&mut self, screen: Point, target: MenuTarget) {
        let mut commands = menu_for(&target, self.selection.nodes.len());
        let notes = &self.selection.notes;
        if !notes.iter().any(|note| self.scene.notes.id[*note as usize].is_frame()) {
            commands.retain(|command| *command != Command::Ungroup);
        }
        if self.options.read_only {
            commands.retain(|command| !command.edits());
        }
        self.out.push(Reaction::Menu(MenuRequest { screen, target, commands }));
    }
}
