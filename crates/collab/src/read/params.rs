//! Objects, lists of records and values as they stand in a node's parameters.

use std::collections::BTreeMap;

use automerge::{ObjId, ObjType, ReadDoc, ScalarValueRef, ValueRef};
use serde_json::{Map, Value};

use super::Reader;
use crate::value::{self, Key};

impl<R: ReadDoc> Reader<'_, R> {
    /// An object's fields, in the order in which they were written.
    pub(crate) fn map(&self, object: &ObjId) -> Map<String, Value> {
        self.fields(object).in_order().0
    }

    fn fields(&self, object: &ObjId) -> Fields {
        let mut fields = Fields::default();
        let mut maps: Vec<(String, ObjId)> = Vec::new();
        let mut instead: Vec<(String, Option<Value>)> = Vec::new();
        for (stored, found, id) in self.entries(object) {
            match (value::key(&stored), &found) {
                (Key::Own(key), _) => {
                    // Maps are read once it is known whether this is a list of records.
                    let value = if matches!(found, ValueRef::Object(ObjType::Map)) {
                        maps.push((key.to_owned(), id));
                        Value::Null
                    } else {
                        self.value(&found, &id)
                    };
                    fields.own.insert(key.to_owned(), value);
                }
                (Key::Instead(of), ValueRef::Scalar(scalar)) => {
                    // Opaque JSON may say `null`; the scalar null says that nothing is set.
                    let unset = matches!(scalar, ScalarValueRef::Null);
                    let other = (!unset).then(|| value::from_scalar(scalar));
                    if let Key::Own(of) = value::key(of) {
                        instead.push((of.to_owned(), other));
                    }
                }
                (Key::Reserved, _) if stored == value::LIST => fields.is_list = true,
                (Key::Reserved, _) if stored == value::KEYS => {
                    let text = self.string_of(&found, &id).unwrap_or_default();
                    fields.keys = serde_json::from_str(&text).unwrap_or_default();
                }
                _ => {}
            }
        }
        if !fields.is_list {
            for (key, object) in std::mem::take(&mut maps) {
                fields.own.insert(key, self.fields(&object).into_value());
            }
        }
        for (key, other) in instead {
            match other {
                Some(value) => drop(fields.own.insert(key, value)),
                None => drop(fields.own.remove(&key)),
            }
        }
        if fields.is_list {
            fields.records = self.records(&fields.own, maps);
        }
        fields
    }

    /// The records of a list, those that were removed left out, in their order.
    fn records(&self, own: &BTreeMap<String, Value>, maps: Vec<(String, ObjId)>) -> Vec<Value> {
        let mut records: Vec<(String, String, ObjId)> = maps
            .into_iter()
            .filter(|(id, _)| own.contains_key(id))
            .map(|(id, object)| {
                (self.string(&object, value::ORDER).unwrap_or_default(), id, object)
            })
            .collect();
        records.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
        let record = |(_, id, object): (String, String, ObjId)| {
            // A record keeps its id where it was written; without a note of that it comes first.
            let (mut map, at) = self.fields(&object).in_order();
            map.shift_insert(at.unwrap_or(0), "id".to_owned(), Value::String(id));
            Value::Object(map)
        };
        records.into_iter().map(record).collect()
    }

    /// The ids of a list's records with their places, those that were removed left out.
    pub(crate) fn records_of(&self, list: &ObjId) -> Vec<(String, String)> {
        let mut records = BTreeMap::new();
        let mut removed = Vec::new();
        for (stored, found, object) in self.entries(list) {
            match value::key(&stored) {
                Key::Own(id) if matches!(found, ValueRef::Object(ObjType::Map)) => {
                    let place = self.string(&object, value::ORDER).unwrap_or_default();
                    records.insert(id.to_owned(), place);
                }
                Key::Instead(of) => {
                    if let Key::Own(of) = value::key(of) {
                        removed.push(of.to_owned());
                    }
                }
                _ => {}
            }
        }
        for id in removed {
            records.remove(&id);
        }
        records.into_iter().collect()
    }

    /// A value of a parameter.
    fn value(&self, found: &ValueRef<'_>, id: &ObjId) -> Value {
        match found {
            ValueRef::Scalar(scalar) => value::from_scalar(scalar),
            ValueRef::Object(ObjType::Text) => Value::String(self.text(id)),
            ValueRef::Object(ObjType::Map | ObjType::Table) => self.fields(id).into_value(),
            ValueRef::Object(ObjType::List) => Value::Array(self.list(id)),
        }
    }

    /// A list as other programs write them; ours never do.
    fn list(&self, object: &ObjId) -> Vec<Value> {
        match self.at {
            None => self.doc.list_range(object, ..),
            Some(heads) => self.doc.list_range_at(object, .., heads),
        }
        .map(|item| self.value(&item.value, &item.id()))
        .collect()
    }
}

/// What a map of the document holds.
#[derive(Default)]
struct Fields {
    own: BTreeMap<String, Value>,
    keys: Vec<String>,
    is_list: bool,
    records: Vec<Value>,
}

impl Fields {
    /// The fields in the order in which they were written, and where an `id` stood among them
    /// that the fields themselves lack.
    fn in_order(mut self) -> (Map<String, Value>, Option<usize>) {
        let mut map = Map::new();
        let mut id_at = None;
        for key in self.keys {
            match self.own.remove(&key) {
                Some(value) => drop(map.insert(key, value)),
                None if key == "id" => id_at = Some(map.len()),
                None => {}
            }
        }
        map.extend(self.own);
        (map, id_at)
    }

    fn into_value(self) -> Value {
        if self.is_list { Value::Array(self.records) } else { Value::Object(self.in_order().0) }
    }
}
