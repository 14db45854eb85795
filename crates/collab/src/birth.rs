//! New objects of the document, whole: a workflow, a node, a note, a parameter.
//!
//! Every container that anyone may write into later is made here, by the one peer that makes the
//! object: two peers that made the same container would lose one side's keys.

use std::collections::HashMap;

use automerge::hydrate::{self, Value as New};
use automerge::{ScalarValue, TextEncoding};
use reporunner_model::{Edge, Node, NodeFlags, Note, Point, Size, Workflow, record_id};
use serde_json::{Map, Value};

use crate::shape::{Shape, Shapes};
use crate::{order, value};

type NewMap = HashMap<String, New>;

/// Version of the document's shape.
pub(crate) const SCHEMA: i64 = 1;

/// Builds new objects for a document that counts text in `encoding`.
#[derive(Clone, Copy)]
pub(crate) struct Birth {
    pub(crate) encoding: TextEncoding,
}

impl Birth {
    /// The root of a new document.
    pub(crate) fn root(self, workflow: &Workflow, shapes: &mut Shapes<'_>) -> hydrate::Map {
        let mut nodes = NewMap::new();
        let mut positions = NewMap::new();
        for (id, node) in &workflow.nodes {
            nodes.insert(id.to_string(), self.node(node, &shapes.params(&node.node_type)));
            positions.insert(id.to_string(), string(point(node.position)));
        }
        let mut notes = NewMap::new();
        for (id, note) in &workflow.notes {
            notes.insert(id.to_string(), self.note(note));
            positions.insert(id.to_string(), string(point(note.position)));
        }
        let edges = workflow.edges.iter().map(|(key, edge)| (key.to_string(), self.edge(edge)));
        let pins = workflow.pins.iter().map(|(id, items)| (id.to_string(), scalar(pin(items))));
        let tags = workflow.tags.iter().map(|tag| (value::stored(tag), scalar(1)));
        let meta = NewMap::from([
            ("id".to_owned(), string(workflow.id.as_str())),
            ("name".to_owned(), self.text(&workflow.name)),
            ("desc".to_owned(), self.text(&workflow.description)),
        ]);
        let mut root = NewMap::from([
            ("schema".to_owned(), scalar(SCHEMA)),
            ("meta".to_owned(), map(meta)),
            ("settings".to_owned(), scalars(&settings(workflow))),
            ("nodes".to_owned(), map(nodes)),
            ("pos".to_owned(), map(positions)),
            ("edges".to_owned(), map(edges.collect())),
            ("pins".to_owned(), map(pins.collect())),
            ("tags".to_owned(), map(tags.collect())),
            ("notes".to_owned(), map(notes)),
            ("groups".to_owned(), New::map()),
            ("ext".to_owned(), New::map()),
        ]);
        if let Some(orig) = &workflow.orig {
            root.insert("orig".to_owned(), string(orig.as_str()));
        }
        root.into()
    }

    /// A node, without its position.
    pub(crate) fn node(self, node: &Node, shape: &Shape) -> New {
        let creds = node.creds.iter().map(|(kind, name)| (value::stored(kind), string(&**name)));
        let mut new = NewMap::from([
            ("type".to_owned(), string(node.node_type.as_str())),
            ("v".to_owned(), string(node.v.as_str())),
            ("name".to_owned(), string(node.name.as_str())),
            ("on".to_owned(), scalar(node.on)),
            ("flags".to_owned(), scalars(&flags(&node.flags))),
            ("creds".to_owned(), map(creds.collect())),
            ("params".to_owned(), self.object(&node.params, shape)),
        ]);
        if let Some(parent) = &node.parent {
            new.insert("parent".to_owned(), string(parent.as_str()));
        }
        if let Some(note) = &node.note {
            new.insert("note".to_owned(), self.text(note));
        }
        if let Some(orig) = &node.orig {
            new.insert("orig".to_owned(), string(orig.as_str()));
        }
        map(new)
    }

    /// A note, without its position.
    pub(crate) fn note(self, note: &Note) -> New {
        let mut new = NewMap::from([
            ("text".to_owned(), self.text(&note.text)),
            ("color".to_owned(), scalar(i64::from(note.color))),
            ("size".to_owned(), string(size(note.size))),
        ]);
        if let Some(orig) = &note.orig {
            new.insert("orig".to_owned(), string(orig.as_str()));
        }
        map(new)
    }

    /// A wire.
    pub(crate) fn edge(self, edge: &Edge) -> New {
        if edge.order.is_empty() {
            scalar(1)
        } else {
            map(NewMap::from([("order".to_owned(), string(edge.order.as_str()))]))
        }
    }

    /// Text that merges by character.
    pub(crate) fn text(self, text: &str) -> New {
        New::text(self.encoding, text)
    }

    /// An object that merges by key.
    pub(crate) fn object(self, values: &Map<String, Value>, shape: &Shape) -> New {
        let mut new = NewMap::new();
        self.fill(&mut new, values, shape);
        map(new)
    }

    /// The fields of an object or record, with the containers of those that are not set.
    fn fill(self, new: &mut NewMap, values: &Map<String, Value>, shape: &Shape) {
        for (key, value) in values {
            self.put(new, key, Some(value), shape.field(key));
        }
        if let Shape::Map(fields) | Shape::Records(fields) = shape {
            for (key, shape) in fields.iter().filter(|(key, _)| !values.contains_key(*key)) {
                self.put(new, key, None, shape);
            }
        }
        if let Some(keys) = written_order(values.keys()) {
            new.insert(value::KEYS.to_owned(), scalar(keys));
        }
    }

    /// Puts a value, or the empty container of one that is not set, under `key`.
    fn put(self, new: &mut NewMap, key: &str, wanted: Option<&Value>, shape: &Shape) {
        let stored = value::stored(key);
        let (object, fits) = match (shape, wanted) {
            (Shape::Register, Some(value)) => (scalar(value::to_scalar(value)), true),
            (Shape::Register, None) => return,
            (Shape::Text, Some(Value::String(text))) => (self.text(text), true),
            (Shape::Text, _) => (self.text(""), false),
            (Shape::Map(_), Some(Value::Object(values))) => (self.object(values, shape), true),
            (Shape::Map(_), _) => (self.object(&Map::new(), shape), false),
            (Shape::Records(_), Some(value)) if is_records(value) => {
                (self.records(value.as_array().map_or(&[], Vec::as_slice), shape), true)
            }
            (Shape::Records(_), _) => (self.records(&[], shape), false),
        };
        if !fits {
            let other = wanted.map_or(ScalarValue::Null, value::opaque);
            new.insert(value::instead(&stored), scalar(other));
        }
        new.insert(stored, object);
    }

    /// A list of records.
    pub(crate) fn records(self, records: &[Value], shape: &Shape) -> New {
        let mut new = NewMap::from([(value::LIST.to_owned(), scalar(true))]);
        for (record, place) in records.iter().zip(order::spread(records.len())) {
            let id = record_id(record).unwrap_or_default();
            new.insert(value::stored(id), self.record(record, &place, shape));
        }
        map(new)
    }

    /// One record of a list. Its id is its key in the list.
    pub(crate) fn record(self, record: &Value, place: &str, shape: &Shape) -> New {
        let empty = Map::new();
        let values = record.as_object().unwrap_or(&empty);
        let mut new = NewMap::new();
        self.fill(&mut new, values, shape);
        new.remove("id");
        new.insert(value::ORDER.to_owned(), string(place));
        map(new)
    }
}

/// The keys as they were written, where sorting them gives another order.
pub(crate) fn written_order<'k>(keys: impl Iterator<Item = &'k String> + Clone) -> Option<String> {
    if keys.clone().is_sorted() {
        return None;
    }
    Some(Value::from(keys.map(String::as_str).collect::<Vec<_>>()).to_string())
}

/// Whether `value` is a list of records, each with an id of its own.
pub(crate) fn is_records(value: &Value) -> bool {
    let Value::Array(list) = value else { return false };
    let mut seen = std::collections::BTreeSet::new();
    list.iter().all(|record| record_id(record).is_some_and(|id| seen.insert(id)))
}

/// The workflow's settings as they stand in the document.
pub(crate) fn settings(workflow: &Workflow) -> Map<String, Value> {
    as_map(serde_json::to_value(&workflow.settings))
}

/// A node's flags as they stand in the document: those that are not the default.
pub(crate) fn flags(flags: &NodeFlags) -> Map<String, Value> {
    let default = as_map(serde_json::to_value(NodeFlags::default()));
    let mut set = as_map(serde_json::to_value(flags));
    set.retain(|key, value| default.get(key) != Some(value));
    set
}

fn as_map(value: serde_json::Result<Value>) -> Map<String, Value> {
    match value {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

/// A position as its register.
pub(crate) fn point(point: Point) -> String {
    format!("{},{}", point.x, point.y)
}

/// A size as its register.
pub(crate) fn size(size: Size) -> String {
    format!("{},{}", size.w, size.h)
}

/// Pinned items as their register.
pub(crate) fn pin(items: &[reporunner_model::Item]) -> ScalarValue {
    value::opaque(&serde_json::to_value(items).unwrap_or_default())
}

fn scalars(values: &Map<String, Value>) -> New {
    map(values.iter().map(|(key, v)| (value::stored(key), scalar(value::to_scalar(v)))).collect())
}

fn map(map: NewMap) -> New {
    New::Map(map.into())
}

fn scalar(value: impl Into<ScalarValue>) -> New {
    New::Scalar(value.into())
}

fn string(text: impl AsRef<str>) -> New {
    New::Scalar(ScalarValue::Str(text.as_ref().into()))
}
