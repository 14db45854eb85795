//! The workflow that a document says, kept in step with it: edits and merges change it in place,
//! so that nobody reads the whole document for one edit.
//!
//! The one thing that it says differently is names: nodes that have the same name after a merge
//! are shown with a number behind it, and the document keeps what was written.

use std::collections::{BTreeMap, BTreeSet};

use automerge::{Patch, PatchAction, Prop, ReadDoc};
use reporunner_model::{EdgeKey, Edit, NodeId, NoteId, TextPath, Workflow, diff};

use crate::read::Reader;

/// What is shown of a document.
#[derive(Debug, Clone, Default)]
pub(crate) struct View {
    pub(crate) workflow: Workflow,
    /// The names as they were written.
    pub(crate) names: BTreeMap<NodeId, String>,
    /// Whether names were written since they were last settled.
    pub(crate) names_changed: bool,
}

impl View {
    /// Reads the whole document.
    pub(crate) fn read<R: ReadDoc>(reader: &Reader<'_, R>) -> Self {
        Self::of_shown(reader.workflow())
    }

    /// What is shown of a document that was just made from `workflow`.
    pub(crate) fn of(workflow: &Workflow) -> Self {
        let mut workflow = workflow.clone();
        let nodes = &workflow.nodes;
        workflow
            .edges
            .retain(|key, _| nodes.contains_key(&key.from) && nodes.contains_key(&key.to));
        workflow.pins.retain(|id, _| nodes.contains_key(id));
        Self::of_shown(workflow)
    }

    fn of_shown(workflow: Workflow) -> Self {
        let names = workflow.nodes.iter().map(|(id, node)| (id.clone(), node.name.clone()));
        let mut view = Self { names: names.collect(), workflow, names_changed: true };
        view.settle_names();
        view
    }

    /// Gives each node a name of its own; says whose shown name changed by that.
    pub(crate) fn settle_names(&mut self) -> Vec<NodeId> {
        if !std::mem::take(&mut self.names_changed) {
            return Vec::new();
        }
        let shown = shown_names(&self.names);
        let mut changed = Vec::new();
        for (id, node) in &mut self.workflow.nodes {
            if let Some(name) = shown.get(id)
                && node.name != *name
            {
                node.name.clone_from(name);
                changed.push(id.clone());
            }
        }
        changed
    }

    /// Reads again what was touched and says how the view changed.
    pub(crate) fn refresh<R: ReadDoc>(
        &mut self,
        reader: &Reader<'_, R>,
        touched: &Touched,
    ) -> Vec<Edit> {
        if touched.everything {
            let new = Self::read(reader);
            let edits = diff(&self.workflow, &new.workflow);
            *self = new;
            return edits;
        }
        let mut touched = touched.clone();
        touched.complete(self, reader);
        let before = touched.part_of(&self.workflow);
        self.reread(reader, &touched);
        let renamed = self.settle_names();
        let after = touched.part_of(&self.workflow);
        let mut edits = diff(&before, &after);
        for id in renamed.into_iter().filter(|id| !touched.nodes.contains(id)) {
            if let Some(node) = self.workflow.nodes.get(&id) {
                edits.push(Edit::RenameNode { id, name: node.name.clone() });
            }
        }
        edits
    }

    fn reread<R: ReadDoc>(&mut self, reader: &Reader<'_, R>, touched: &Touched) {
        let workflow = &mut self.workflow;
        if touched.frame {
            let frame = reader.frame();
            let nodes = std::mem::take(&mut workflow.nodes);
            let edges = std::mem::take(&mut workflow.edges);
            let notes = std::mem::take(&mut workflow.notes);
            let pins = std::mem::take(&mut workflow.pins);
            *workflow = Workflow { nodes, edges, notes, pins, ..frame };
        }
        for id in &touched.nodes {
            match reader.node(id).filter(|node| !node.gone) {
                Some(node) => {
                    self.names.insert(id.clone(), node.content.name.clone());
                    workflow.nodes.insert(id.clone(), node.content);
                    match reader.pin(id) {
                        Some(items) => drop(workflow.pins.insert(id.clone(), items)),
                        None => drop(workflow.pins.remove(id)),
                    }
                }
                None => {
                    self.names.remove(id);
                    workflow.nodes.remove(id);
                    workflow.pins.remove(id);
                }
            }
        }
        self.names_changed |= !touched.nodes.is_empty();
        for key in &touched.edges {
            let ends = [&key.from, &key.to];
            let in_sight = ends.iter().all(|end| workflow.nodes.contains_key(*end));
            match reader.edge(key).filter(|_| in_sight) {
                Some(edge) => drop(workflow.edges.insert(key.clone(), edge)),
                None => drop(workflow.edges.remove(key)),
            }
        }
        for id in &touched.notes {
            match reader.note(id).filter(|note| !note.gone) {
                Some(note) => drop(workflow.notes.insert(id.clone(), note.content)),
                None => drop(workflow.notes.remove(id)),
            }
        }
    }
}

/// The name that each node is shown with: the one that was written where no node before it (by
/// id) has it too, else the next with a number behind it that nobody wrote.
pub(crate) fn shown_names(written: &BTreeMap<NodeId, String>) -> BTreeMap<NodeId, String> {
    let mut taken: BTreeSet<String> = written.values().cloned().collect();
    let mut first: BTreeSet<&str> = BTreeSet::new();
    let mut next: BTreeMap<&str, u64> = BTreeMap::new();
    let mut shown = BTreeMap::new();
    for (id, name) in written {
        let name = if first.insert(name) {
            name.clone()
        } else {
            let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
            let stem = if stem.is_empty() { name } else { stem };
            let next = next.entry(stem).or_default();
            loop {
                *next += 1;
                let name = format!("{stem}{next}");
                if !taken.contains(&name) {
                    break name;
                }
            }
        };
        taken.insert(name.clone());
        shown.insert(id.clone(), name);
    }
    shown
}

/// What a change of the document was about.
#[derive(Debug, Clone, Default)]
pub(crate) struct Touched {
    /// Not known: read all of it.
    pub(crate) everything: bool,
    /// Name, description, settings, tags.
    pub(crate) frame: bool,
    pub(crate) nodes: BTreeSet<NodeId>,
    pub(crate) edges: BTreeSet<EdgeKey>,
    pub(crate) notes: BTreeSet<NoteId>,
}

impl Touched {
    pub(crate) fn by_patches(patches: &[Patch]) -> Self {
        let mut touched = Self::default();
        for patch in patches {
            let mut path = patch.path.iter().map(|(_, prop)| prop.clone());
            let own = own_prop(&patch.action);
            let (container, item) = match (path.next(), path.next()) {
                (Some(container), Some(item)) => (Some(container), Some(item)),
                (Some(container), None) => (Some(container), own),
                (None, _) => (own, None),
            };
            touched.add(container.as_ref(), item.as_ref());
        }
        touched
    }

    fn add(&mut self, container: Option<&Prop>, item: Option<&Prop>) {
        let (Some(Prop::Map(container)), item) = (container, item) else {
            self.everything = true;
            return;
        };
        match (container.as_str(), item) {
            ("nodes" | "pins", Some(Prop::Map(id))) => drop(self.nodes.insert(NodeId::new(id))),
            ("notes", Some(Prop::Map(id))) => drop(self.notes.insert(NoteId::new(id))),
            ("pos", Some(Prop::Map(id))) => {
                self.nodes.insert(NodeId::new(id));
                self.notes.insert(NoteId::new(id));
            }
            ("edges", Some(Prop::Map(key))) => {
                if let Ok(key) = key.parse() {
                    self.edges.insert(key);
                }
            }
            ("meta" | "settings" | "tags" | "orig" | "schema", _) => self.frame = true,
            ("groups" | "ext", _) => {}
            _ => self.everything = true,
        }
    }

    pub(crate) fn by_edits(edits: &[Edit]) -> Self {
        let mut touched = Self::default();
        for edit in edits {
            match edit {
                Edit::SetName { .. }
                | Edit::SetDescription { .. }
                | Edit::SetSetting { .. }
                | Edit::SetTag { .. }
                | Edit::SpliceText { text: TextPath::Description, .. } => touched.frame = true,
                Edit::AddNode { node } => drop(touched.nodes.insert(node.id.clone())),
                Edit::RemoveNode { id }
                | Edit::RestoreNode { id }
                | Edit::MoveNode { id, .. }
                | Edit::RenameNode { id, .. }
                | Edit::SetOn { id, .. }
                | Edit::SetNodeNote { id, .. }
                | Edit::SetFlags { id, .. }
                | Edit::SetVersion { id, .. }
                | Edit::SetCredential { id, .. }
                | Edit::SetParent { id, .. }
                | Edit::SetParam { id, .. }
                | Edit::MoveRecord { id, .. }
                | Edit::SetPin { id, .. }
                | Edit::SpliceText {
                    text: TextPath::Param { id, .. } | TextPath::NodeNote { id },
                    ..
                } => drop(touched.nodes.insert(id.clone())),
                Edit::Connect { key, .. } | Edit::Disconnect { key } => {
                    touched.edges.insert(key.clone());
                }
                Edit::AddNote { id, .. }
                | Edit::RemoveNote { id }
                | Edit::SetNote { id, .. }
                | Edit::SpliceText { text: TextPath::Note { id }, .. } => {
                    touched.notes.insert(id.clone());
                }
            }
        }
        touched
    }

    /// Adds what comes into sight or goes out of it with the nodes, and the ends of wires.
    fn complete<R: ReadDoc>(&mut self, view: &View, reader: &Reader<'_, R>) {
        let turned: BTreeSet<NodeId> = self
            .nodes
            .iter()
            .filter(|id| {
                let now = reader.node(id).is_some_and(|node| !node.gone);
                now != view.workflow.nodes.contains_key(*id)
            })
            .cloned()
            .collect();
        if !turned.is_empty() {
            self.edges.extend(reader.edges_at(&turned));
            let shown = view.workflow.edges.keys();
            let theirs = shown.filter(|key| turned.contains(&key.from) || turned.contains(&key.to));
            self.edges.extend(theirs.cloned());
        }
        self.nodes.extend(self.edges.iter().flat_map(|key| [key.from.clone(), key.to.clone()]));
    }

    /// The part of a workflow that was touched.
    fn part_of(&self, workflow: &Workflow) -> Workflow {
        let mut part = Workflow {
            nodes: pick(&workflow.nodes, &self.nodes),
            edges: pick(&workflow.edges, &self.edges),
            notes: pick(&workflow.notes, &self.notes),
            pins: pick(&workflow.pins, &self.nodes),
            ..Workflow::default()
        };
        if self.frame {
            part.name.clone_from(&workflow.name);
            part.description.clone_from(&workflow.description);
            part.settings.clone_from(&workflow.settings);
            part.tags.clone_from(&workflow.tags);
        }
        part
    }
}

fn pick<K: Ord + Clone, V: Clone>(all: &BTreeMap<K, V>, keys: &BTreeSet<K>) -> BTreeMap<K, V> {
    keys.iter().filter_map(|key| Some((key.clone(), all.get(key)?.clone()))).collect()
}

fn own_prop(action: &PatchAction) -> Option<Prop> {
    match action {
        PatchAction::PutMap { key, .. } | PatchAction::DeleteMap { key } => {
            Some(Prop::Map(key.clone()))
        }
        PatchAction::Conflict { prop } | PatchAction::Increment { prop, .. } => Some(prop.clone()),
        PatchAction::PutSeq { index, .. }
        | PatchAction::Insert { index, .. }
        | PatchAction::SpliceText { index, .. }
        | PatchAction::DeleteSeq { index, .. } => Some(Prop::Seq(*index)),
        PatchAction::Mark { .. } => None,
    }
}
