//! The document as a workflow, now or at any heads of its history.
//!
//! A document may hold anything: other people wrote into it, perhaps with another version. What
//! does not fit is left out or read as its default; nothing here fails, and nothing is repaired.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use automerge::{ChangeHash, ObjId, ObjType, ROOT, ReadDoc, ScalarValueRef, ValueRef};
use reporunner_model::{
    Edge, EdgeKey, Item, Node, NodeId, Note, NoteId, Point, Size, TypeName, Workflow, WorkflowId,
    WorkflowSettings,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::value::{self, Key};

mod params;

/// Something that can be removed and brought back, with what was written under it since.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Soft<T> {
    pub(crate) content: T,
    pub(crate) gone: bool,
}

/// Reads a document, or a transaction on one, at some heads (none means now).
pub(crate) struct Reader<'d, R> {
    pub(crate) doc: &'d R,
    pub(crate) at: Option<&'d [ChangeHash]>,
}

impl<'d, R: ReadDoc> Reader<'d, R> {
    pub(crate) fn now(doc: &'d R) -> Self {
        Self { doc, at: None }
    }

    /// One of the containers of the root.
    pub(crate) fn root(&self, key: &str) -> Option<ObjId> {
        self.object(&ROOT, key, ObjType::Map)
    }

    pub(crate) fn object(&self, parent: &ObjId, key: &str, kind: ObjType) -> Option<ObjId> {
        match self.get(parent, key)? {
            (automerge::Value::Object(found), id) if found == kind => Some(id),
            _ => None,
        }
    }

    pub(crate) fn get(&self, object: &ObjId, key: &str) -> Option<(automerge::Value<'_>, ObjId)> {
        match self.at {
            None => self.doc.get(object, key),
            Some(heads) => self.doc.get_at(object, key, heads),
        }
        .ok()
        .flatten()
    }

    /// The entries of a map: stored key, value, and the object where the value is one.
    pub(crate) fn entries(
        &self,
        object: &ObjId,
    ) -> impl Iterator<Item = (Cow<'_, str>, ValueRef<'_>, ObjId)> {
        match self.at {
            None => self.doc.map_range(object, ..),
            Some(heads) => self.doc.map_range_at(object, .., heads),
        }
        .map(|item| {
            let id = item.id();
            (item.key, item.value, id)
        })
    }

    pub(crate) fn text(&self, object: &ObjId) -> String {
        match self.at {
            None => self.doc.text(object),
            Some(heads) => self.doc.text_at(object, heads),
        }
        .unwrap_or_default()
    }

    /// A string, whether it merges by character or as a whole.
    pub(crate) fn string(&self, object: &ObjId, key: &str) -> Option<String> {
        let (found, id) = self.get(object, key)?;
        match found {
            automerge::Value::Object(ObjType::Text) => Some(self.text(&id)),
            automerge::Value::Scalar(scalar) => scalar.as_str().map(str::to_owned),
            automerge::Value::Object(_) => None,
        }
    }

    fn flag(&self, object: &ObjId, key: &str) -> Option<bool> {
        self.get(object, key).and_then(|(value, _)| value.as_bool())
    }

    /// The whole workflow, with names as they were written: see [`crate::view`].
    pub(crate) fn workflow(&self) -> Workflow {
        let mut workflow = self.frame();
        let mut positions = self.positions();
        if let Some(nodes) = self.root("nodes") {
            for (key, value, object) in self.entries(&nodes) {
                let id = NodeId::new(&*key);
                if !matches!(value, ValueRef::Object(ObjType::Map)) || self.is_gone(&object) {
                    continue;
                }
                let position = positions.remove(&*key).unwrap_or_default();
                workflow.nodes.insert(id.clone(), self.node_in(&object, id, position));
            }
        }
        if let Some(notes) = self.root("notes") {
            for (key, value, object) in self.entries(&notes) {
                if !matches!(value, ValueRef::Object(ObjType::Map)) || self.is_gone(&object) {
                    continue;
                }
                let position = positions.remove(&*key).unwrap_or_default();
                workflow.notes.insert(NoteId::new(&*key), self.note_in(&object, position));
            }
        }
        if let Some(edges) = self.root("edges") {
            for (key, value, object) in self.entries(&edges) {
                let Ok(key) = key.parse::<EdgeKey>() else { continue };
                let ends = [&key.from, &key.to];
                if ends.iter().all(|end| workflow.nodes.contains_key(*end)) {
                    workflow.edges.insert(key, self.edge_in(&value, &object));
                }
            }
        }
        if let Some(pins) = self.root("pins") {
            for (key, value, _) in self.entries(&pins) {
                if workflow.nodes.contains_key(&*key)
                    && let Some(items) = read_pin(&value)
                {
                    workflow.pins.insert(NodeId::new(&*key), items);
                }
            }
        }
        workflow
    }

    /// What a workflow is besides nodes, wires, notes and pins.
    pub(crate) fn frame(&self) -> Workflow {
        let mut workflow = Workflow { orig: self.string(&ROOT, "orig"), ..Workflow::default() };
        if let Some(meta) = self.root("meta") {
            workflow.id = WorkflowId::new(self.string(&meta, "id").unwrap_or_default());
            workflow.name = self.string(&meta, "name").unwrap_or_default();
            workflow.description = self.string(&meta, "desc").unwrap_or_default();
        }
        workflow.settings = self.settings();
        if let Some(tags) = self.root("tags") {
            workflow.tags = self
                .entries(&tags)
                .filter_map(|(stored, ..)| match value::key(&stored) {
                    Key::Own(tag) => Some(tag.to_owned()),
                    _ => None,
                })
                .collect();
        }
        workflow
    }

    pub(crate) fn settings(&self) -> WorkflowSettings {
        self.root("settings").map(|settings| lenient(self.map(&settings))).unwrap_or_default()
    }

    fn positions(&self) -> BTreeMap<String, Point> {
        let Some(positions) = self.root("pos") else { return BTreeMap::new() };
        self.entries(&positions)
            .filter_map(|(key, value, object)| {
                Some((key.into_owned(), read_point(&self.string_of(&value, &object)?)?))
            })
            .collect()
    }

    pub(crate) fn string_of(&self, value: &ValueRef<'_>, object: &ObjId) -> Option<String> {
        match value {
            ValueRef::Object(ObjType::Text) => Some(self.text(object)),
            ValueRef::Scalar(ScalarValueRef::Str(text)) => Some(text.to_string()),
            _ => None,
        }
    }

    fn is_gone(&self, object: &ObjId) -> bool {
        self.flag(object, "gone") == Some(true)
    }

    fn position(&self, id: &str) -> Point {
        self.root("pos")
            .and_then(|positions| self.string(&positions, id))
            .and_then(|text| read_point(&text))
            .unwrap_or_default()
    }

    /// The object of a node, removed ones included.
    pub(crate) fn node_object(&self, id: &NodeId) -> Option<ObjId> {
        self.object(&self.root("nodes")?, id.as_str(), ObjType::Map)
    }

    /// A node, removed ones included, with its name as it was written.
    pub(crate) fn node(&self, id: &NodeId) -> Option<Soft<Node>> {
        let object = self.node_object(id)?;
        let content = self.node_in(&object, id.clone(), self.position(id.as_str()));
        Some(Soft { content, gone: self.is_gone(&object) })
    }

    fn node_in(&self, object: &ObjId, id: NodeId, position: Point) -> Node {
        let map = |key| self.object(object, key, ObjType::Map).map(|object| self.map(&object));
        let creds = map("creds").unwrap_or_default().into_iter();
        Node {
            id,
            node_type: TypeName::new(self.string(object, "type").unwrap_or_default()),
            v: self.string(object, "v").unwrap_or_else(|| "1".to_owned()),
            name: self.string(object, "name").unwrap_or_default(),
            position,
            on: self.flag(object, "on").unwrap_or(true),
            parent: self.string(object, "parent").map(NodeId::new),
            note: self.string(object, "note"),
            flags: map("flags").map(lenient).unwrap_or_default(),
            creds: creds.filter_map(|(k, v)| Some((k, v.as_str()?.to_owned()))).collect(),
            orig: self.string(object, "orig"),
            params: map("params").unwrap_or_default(),
        }
    }

    /// The object of a note, removed ones included.
    pub(crate) fn note_object(&self, id: &NoteId) -> Option<ObjId> {
        self.object(&self.root("notes")?, id.as_str(), ObjType::Map)
    }

    /// A note, removed ones included.
    pub(crate) fn note(&self, id: &NoteId) -> Option<Soft<Note>> {
        let object = self.note_object(id)?;
        let content = self.note_in(&object, self.position(id.as_str()));
        Some(Soft { content, gone: self.is_gone(&object) })
    }

    fn note_in(&self, object: &ObjId, position: Point) -> Note {
        let color = self.get(object, "color").and_then(|(value, _)| value.as_i64());
        let size = self.string(object, "size").and_then(|text| read_point(&text));
        let size = size.unwrap_or_default();
        Note {
            text: self.string(object, "text").unwrap_or_default(),
            color: color.and_then(|color| u8::try_from(color).ok()).unwrap_or(1),
            position,
            size: Size { w: size.x, h: size.y },
            orig: self.string(object, "orig"),
        }
    }

    /// A wire, whether or not its ends are there.
    pub(crate) fn edge(&self, key: &EdgeKey) -> Option<Edge> {
        let edges = self.root("edges")?;
        let stored = key.to_string();
        if let Some(object) = self.object(&edges, &stored, ObjType::Map) {
            return Some(self.edge_in(&ValueRef::Object(ObjType::Map), &object));
        }
        self.get(&edges, &stored).map(|_| Edge::default())
    }

    fn edge_in(&self, value: &ValueRef<'_>, object: &ObjId) -> Edge {
        match value {
            ValueRef::Object(ObjType::Map) => {
                Edge { order: self.string(object, "order").unwrap_or_default() }
            }
            _ => Edge::default(),
        }
    }

    /// The keys of all wires that have an end in `nodes`, whether or not they are in sight.
    pub(crate) fn edges_at(&self, nodes: &BTreeSet<NodeId>) -> Vec<EdgeKey> {
        let Some(edges) = self.root("edges") else { return Vec::new() };
        self.entries(&edges)
            .filter_map(|(key, ..)| key.parse::<EdgeKey>().ok())
            .filter(|key| nodes.contains(&key.from) || nodes.contains(&key.to))
            .collect()
    }

    /// What is pinned to a node.
    pub(crate) fn pin(&self, id: &NodeId) -> Option<Vec<Item>> {
        let pins = self.root("pins")?;
        let (value, _) = self.get(&pins, id.as_str())?;
        serde_json::from_slice(value.as_bytes()?).ok()
    }
}

fn read_pin(value: &ValueRef<'_>) -> Option<Vec<Item>> {
    match value {
        ValueRef::Scalar(ScalarValueRef::Bytes(bytes)) => serde_json::from_slice(bytes).ok(),
        _ => None,
    }
}

fn read_point(text: &str) -> Option<Point> {
    let (x, y) = text.split_once(',')?;
    let point = Point::new(x.parse().ok()?, y.parse().ok()?);
    (point.x.is_finite() && point.y.is_finite()).then_some(point)
}

/// Reads plain data from its fields, without those that do not fit.
fn lenient<T: DeserializeOwned + Default>(mut fields: Map<String, Value>) -> T {
    if let Ok(value) = serde_json::from_value(Value::Object(fields.clone())) {
        return value;
    }
    fields.retain(|key, value| {
        let alone = Map::from_iter([(key.clone(), value.clone())]);
        serde_json::from_value::<T>(Value::Object(alone)).is_ok()
    });
    serde_json::from_value(Value::Object(fields)).unwrap_or_default()
}
