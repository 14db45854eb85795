//! n8n's JSON as a workflow, with a report. A file that is broken in part is mended and told of;
//! only what is no workflow at all is refused.

use std::collections::{BTreeMap, BTreeSet};

use reporunner_model::{
    Catalog, Item, Node, NodeGroup, NodeId, NoteId, Point, TypeName, Workflow, WorkflowId,
    unknown_parameters,
};
use serde_json::{Map, Value, json};

use crate::export::{self, FileBeside};
use crate::kept::Kept;
use crate::layout::{self, Placed};
use crate::report::{Fidelity, NodeReport, Report, Warning, WarningKind};
use crate::{ImportError, connections, node, note, records, settings, text};

mod findings;
mod places;
mod shape;

type Object = Map<String, Value>;

/// An imported workflow. It is not live, whatever the file said.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// The workflow, with an id of its own.
    pub workflow: Workflow,
    /// What came over how.
    pub report: Report,
}

/// Imports a workflow from the text of a file or of the clipboard: a workflow, one that is wrapped
/// in `{workflow}` or `{data}`, or a list of nodes.
///
/// `ids` makes a fresh id at each call; `reads` says whether an expression (text that starts with
/// `=`) can be read.
pub fn import(
    text: &str,
    catalog: &Catalog,
    mut ids: impl FnMut() -> String,
    mut reads: impl FnMut(&str) -> bool,
) -> Result<Imported, ImportError> {
    read(text, catalog, &mut ids, &mut reads, Extent::Workflow)
}

/// How much of a file is taken over, and so told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// All of it.
    Workflow,
    /// Its nodes, into a workflow that is there.
    Nodes,
}

/// Imports what `extent` says; see [`import`].
pub(crate) fn read(
    text: &str,
    catalog: &Catalog,
    ids: &mut dyn FnMut() -> String,
    reads: &mut dyn FnMut(&str) -> bool,
    extent: Extent,
) -> Result<Imported, ImportError> {
    let (value, replaced) = text::parse(text)?;
    let file = shape::workflow(value)?;
    let mut import = Import::new(catalog, ids);
    import.file(&file);
    import.find(&file, reads);
    if extent == Extent::Workflow {
        import.find_in_settings(&file);
    } else {
        // A few nodes need no wires among them.
        import.report.warnings.retain(|warning| warning.kind != WarningKind::NoConnections);
    }
    if replaced {
        let step = "Half a character in a text became \u{fffd}. Look for it where it matters.";
        import.report.next.push(step.to_owned());
    }
    Ok(import.finish())
}

/// An import on its way.
struct Import<'i> {
    catalog: &'i Catalog,
    ids: &'i mut dyn FnMut() -> String,
    workflow: Workflow,
    report: Report,
    /// Ids that are taken, by nodes and notes.
    taken: BTreeSet<String>,
    /// Nodes by the name that the file has for them; the first where several share it.
    by_name: BTreeMap<String, NodeId>,
}

/// An entry of the file's list of nodes, with its place where the file gives one.
struct Entry<'f> {
    file: &'f Object,
    id: String,
    place: Option<Point>,
}

impl Entry<'_> {
    fn is_note(&self) -> bool {
        self.file.get("type").and_then(Value::as_str) == Some(note::STICKY_NOTE)
    }
}

impl<'i> Import<'i> {
    fn new(catalog: &'i Catalog, ids: &'i mut dyn FnMut() -> String) -> Self {
        Self {
            catalog,
            workflow: Workflow { id: WorkflowId::new(ids()), ..Workflow::default() },
            ids,
            report: Report::default(),
            taken: BTreeSet::new(),
            by_name: BTreeMap::new(),
        }
    }

    fn warn(&mut self, kind: WarningKind, node: Option<&NodeId>, message: String) {
        let warning = Warning { kind, node: node.cloned(), parameter: Vec::new(), message };
        self.report.warnings.push(warning);
    }

    fn finish(self) -> Imported {
        Imported { workflow: self.workflow, report: self.report }
    }

    fn file(&mut self, file: &Object) {
        let mut beside = FileBeside::default();
        let list = file.get("nodes").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let entries = self.entries(list, &mut beside);
        self.frame(file);
        let places: Vec<Point> =
            entries.iter().filter(|entry| !entry.is_note()).filter_map(|e| e.place).collect();
        beside.scale = file_scale(file).unwrap_or_else(|| layout::scale(&places));
        let scale = beside.scale();
        for entry in &entries {
            if entry.is_note() {
                self.note(entry, scale);
            } else {
                self.node(entry);
            }
        }
        self.wires(file);
        // How tall a card is hangs on its wires too.
        let mut placed = Placed::default();
        self.place(&entries, scale, &mut placed);
        self.place_the_rest(&entries, &mut placed);
        for entry in entries.iter().filter(|entry| !entry.is_note()) {
            self.keep(entry, scale);
        }
        self.pins(file);
        self.keep_file(file, beside);
    }

    /// The entries that are nodes or notes, each with an id of its own.
    fn entries<'f>(&mut self, list: &'f [Value], beside: &mut FileBeside) -> Vec<Entry<'f>> {
        let mut entries = Vec::new();
        for value in list {
            let Some(file) = value.as_object() else {
                beside.order.push(json!({ "raw": value }));
                let message = "An entry of the list of nodes is no node. It is kept as it is.";
                self.warn(WarningKind::Incomplete, None, message.to_owned());
                continue;
            };
            let known = file.get("id").and_then(Value::as_str).unwrap_or_default();
            let free = known.parse::<NodeId>().is_ok() && !self.taken.contains(known);
            let id = if free { known.to_owned() } else { self.fresh_id() };
            if !free && self.taken.contains(known) {
                let message = format!("Two nodes have the id {known}. One got another.");
                self.warn(WarningKind::Duplicate, Some(&NodeId::new(&*id)), message);
            }
            self.taken.insert(id.clone());
            beside.order.push(Value::from(id.as_str()));
            entries.push(Entry { file, id, place: node::place(file) });
        }
        entries
    }

    fn fresh_id(&mut self) -> String {
        loop {
            let id = (self.ids)();
            if !self.taken.contains(&id) {
                return id;
            }
        }
    }

    /// Name, description, settings, tags.
    fn frame(&mut self, file: &Object) {
        let text = |key: &str| file.get(key).and_then(Value::as_str);
        let workflow = &mut self.workflow;
        text("name").unwrap_or("Imported workflow").clone_into(&mut workflow.name);
        text("description").unwrap_or_default().clone_into(&mut workflow.description);
        workflow.settings = settings::read(file.get("settings").and_then(Value::as_object));
        let tags = file.get("tags").and_then(Value::as_array).into_iter().flatten();
        let name =
            |tag: &Value| tag.as_str().or_else(|| tag.get("name")?.as_str()).map(str::to_owned);
        workflow.tags = tags.filter_map(name).filter(|tag| !tag.is_empty()).collect();
    }

    fn note(&mut self, entry: &Entry<'_>, scale: f64) {
        let place = entry.place.unwrap_or_default();
        let place = Point::new(place.x * scale, place.y);
        let mut own = note::read(entry.file, place, scale);
        let ours = note::write(&entry.id, &own, node::file_place(place, scale), scale);
        own.orig = note::beside(entry.file, &ours).into_orig();
        self.workflow.notes.insert(NoteId::new(&*entry.id), own);
        self.report.notes += 1;
    }

    fn node(&mut self, entry: &Entry<'_>) {
        let file = entry.file;
        let id = NodeId::new(&*entry.id);
        let type_text = file.get("type").and_then(Value::as_str).unwrap_or_default();
        let node_type = node::type_name(type_text, |name| self.catalog.get(name).is_some());
        let name = self.name(file, &id, &node_type);
        let (v, said) = node::version(file);
        if !said {
            let message = format!("{name} does not say which version it is. It counts as 1.");
            self.warn(WarningKind::Incomplete, Some(&id), message);
        }
        let own = node::read(file, Node::new(id.clone(), node_type, v, name));
        self.judge(&own);
        self.workflow.nodes.insert(id, own);
    }

    /// A name that no other node has.
    fn name(&mut self, file: &Object, id: &NodeId, node_type: &TypeName) -> String {
        let said = file.get("name").and_then(Value::as_str).filter(|name| !name.is_empty());
        let description = self.catalog.get(node_type);
        let wanted = said.map(str::to_owned).unwrap_or_else(|| {
            let short = node_type.as_str().rsplit('.').next().unwrap_or_default();
            let label = description.map_or(short, |description| &description.label);
            if label.is_empty() { "Node".to_owned() } else { label.to_owned() }
        });
        let free = self.workflow.free_name(&wanted);
        if said.is_none() {
            let message = format!("A node without a name is called {free} now.");
            self.warn(WarningKind::Incomplete, Some(id), message);
        } else if free != wanted {
            let message = format!("Two nodes are called {wanted}. One is called {free} now.");
            self.warn(WarningKind::Duplicate, Some(id), message);
        }
        if let Some(said) = said {
            self.by_name.entry(said.to_owned()).or_insert_with(|| id.clone());
        }
        free
    }

    /// Says how well a node came over.
    fn judge(&mut self, own: &Node) {
        let (fidelity, reason) = match self.catalog.get(&own.node_type) {
            None => {
                let reason = match own.node_type.as_str() {
                    "" => "The node says no type.".to_owned(),
                    name => format!("There is no type {name} here."),
                };
                let message = format!("{}: {reason} It is kept as it is.", own.name);
                self.warn(WarningKind::UnknownType, Some(&own.id), message);
                (Fidelity::Stub, reason)
            }
            Some(description) if !knows(&description.versions, own.type_version()) => {
                let (v, label) = (&own.v, &description.label);
                let reason =
                    format!("Version {v} of {label} is not here. The nearest one is used.");
                let message = format!("{}: {reason}", own.name);
                self.warn(WarningKind::UnknownVersion, Some(&own.id), message);
                (Fidelity::Different, reason)
            }
            Some(description) => match unknown_parameters(description, own).as_slice() {
                [] => (Fidelity::Native, String::new()),
                unknown => {
                    let paths: Vec<String> = unknown.iter().map(|path| path.join(".")).collect();
                    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
                    let reason = format!(
                        "What it says under {} is not known here. It is kept and does nothing.",
                        findings::some_of(&paths)
                    );
                    let message = format!("{}: {reason}", own.name);
                    self.warn(WarningKind::UnknownParameter, Some(&own.id), message);
                    (Fidelity::Different, reason)
                }
            },
        };
        self.report.nodes.push(NodeReport {
            id: own.id.clone(),
            name: own.name.clone(),
            node_type: own.node_type.clone(),
            fidelity,
            reason,
        });
    }

    fn wires(&mut self, file: &Object) {
        let Some(Value::Object(connections)) = file.get("connections") else {
            if file.get("connections").is_none_or(Value::is_null) {
                let message = "The file has no connections.".to_owned();
                self.warn(WarningKind::NoConnections, None, message);
            }
            return;
        };
        let wires = connections::read(connections, &self.by_name);
        self.workflow.edges = wires.edges;
        for (from, to) in wires.dangling {
            let message = format!("A wire from {from:?} to {to:?} has an end that is not there.");
            self.warn(WarningKind::DanglingWire, None, message);
        }
    }

    /// Gives records their ids and keeps beside a node what it does not say itself.
    fn keep(&mut self, entry: &Entry<'_>, scale: f64) {
        let Some(own) = self.workflow.nodes.get_mut(&*entry.id) else { return };
        let added = match self.catalog.get(&own.node_type) {
            Some(description) => records::add_ids(&mut own.params, description, self.ids),
            None => Object::new(),
        };
        own.orig = node::beside(entry.file, own, scale, added).into_orig();
    }

    /// Pinned data.
    fn pins(&mut self, file: &Object) {
        let Some(Value::Object(pins)) = file.get("pinData") else { return };
        for (name, items) in pins {
            let (Some(id), Value::Array(items)) = (self.by_name.get(name).cloned(), items) else {
                let message = format!("Data is pinned to {name:?}, which is not there.");
                self.warn(WarningKind::Pin, None, message);
                continue;
            };
            let items = items.iter().cloned().map(Item::from_value).collect();
            self.workflow.pins.insert(id, items);
        }
    }

    /// Keeps beside the workflow what it does not say itself.
    fn keep_file(&mut self, file: &Object, mut beside: FileBeside) {
        let nodes = export::nodes(&self.workflow, beside.scale());
        let mut ours = export::write(&self.workflow, &nodes);
        let mut theirs = file.clone();
        theirs.shift_remove("nodes");
        for (key, kept) in beside.nested() {
            if let (Some(Value::Object(own)), Some(Value::Object(said))) =
                (ours.get(key), theirs.get(key))
            {
                *kept = Kept::learn(said, own);
                ours.shift_remove(key);
                theirs.shift_remove(key);
            }
        }
        beside.file = Kept::learn(&theirs, &ours);
        self.workflow.orig = serde_json::to_string(&beside).ok();
    }

    fn has_trigger(&self) -> bool {
        self.workflow.nodes.values().any(|node| match self.catalog.get(&node.node_type) {
            Some(description) => description.group == NodeGroup::Trigger,
            None => looks_like_trigger(&node.node_type),
        })
    }
}

/// The factor that a copy of ours says it was written with.
fn file_scale(file: &Object) -> Option<f64> {
    let scale = file.get("meta")?.get("reporunner")?.get("scale")?.as_f64()?;
    (0.1..=10.0).contains(&scale).then_some(scale)
}

fn knows(versions: &[String], version: f64) -> bool {
    versions.is_empty() || versions.iter().any(|known| known.parse::<f64>() == Ok(version))
}

/// Whether a type that is not here starts runs, by n8n's habit of naming.
fn looks_like_trigger(name: &TypeName) -> bool {
    let short = name.as_str().rsplit('.').next().unwrap_or_default().to_lowercase();
    short.contains("trigger")
        || matches!(short.as_str(), "webhook" | "cron" | "interval" | "start" | "emailreadimap")
}
