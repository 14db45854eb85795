//! A node's parameters in the document, brought in step with the view.
//!
//! Only keys whose value differs are put. An object stays the object it is; what stands in its
//! place (nothing, or a value of another kind) is said in the register beside it.

use automerge::transaction::Transactable;
use automerge::{ObjId, ObjType, ReadDoc, ScalarValue};
use reporunner_model::{NodeId, ParamPath, record_id};
use serde_json::{Map, Value};

use super::{Done, Writer, string};
use crate::birth::is_records;
use crate::shape::Shape;
use crate::{order, value};

impl Writer<'_, '_> {
    /// Brings the parameter at `path` of a node in step; an empty path means all parameters.
    pub(super) fn params(&mut self, id: &NodeId, path: &[String]) -> Done {
        let Some(node) = self.view.workflow.nodes.get(id) else { return Ok(()) };
        let (wanted, node_type) = (node.params.clone(), node.node_type.clone());
        let shape = self.shapes.params(&node_type);
        let object = self.node_map(id, "params")?;
        self.map(&object, &wanted, &shape, path)
    }

    /// Brings a map in step: only what lies at `path` where it is not empty.
    fn map(
        &mut self,
        object: &ObjId,
        wanted: &Map<String, Value>,
        shape: &Shape,
        path: &[String],
    ) -> Done {
        let before = self.read().map(object);
        match path.split_first() {
            Some((key, rest)) if before.contains_key(key) || wanted.contains_key(key) => {
                self.value(object, key, wanted.get(key), shape.field(key), rest)?;
            }
            Some(_) => return Ok(()),
            None => {
                for key in before.keys().filter(|key| !wanted.contains_key(*key)) {
                    self.value(object, key, None, shape.field(key), &[])?;
                }
                for (key, value) in wanted {
                    if before.get(key) != Some(value) {
                        self.value(object, key, Some(value), shape.field(key), &[])?;
                    }
                }
            }
        }
        self.key_order(object, &before, wanted)
    }

    /// Notes the order of keys where reading would give another one.
    fn key_order(
        &mut self,
        object: &ObjId,
        before: &Map<String, Value>,
        wanted: &Map<String, Value>,
    ) -> Done {
        // The id of a record is no field of it, so its place alone is never worth a note.
        let keys = |map: &Map<String, Value>| -> Vec<String> {
            map.keys().filter(|key| *key != "id").cloned().collect()
        };
        if keys(before) == keys(wanted) {
            return Ok(());
        }
        let now = self.read().map(object);
        if keys(&now) == keys(wanted) {
            return Ok(());
        }
        let order = Value::from(wanted.keys().map(String::as_str).collect::<Vec<_>>());
        self.put(object, value::KEYS, string(order.to_string()))
    }

    /// Brings the value at `key` of a map in step.
    fn value(
        &mut self,
        map: &ObjId,
        key: &str,
        wanted: Option<&Value>,
        shape: &Shape,
        path: &[String],
    ) -> Done {
        let stored = value::stored(key);
        let found = self.tx.get(map, stored.as_str())?;
        let Some((automerge::Value::Object(kind), object)) = found else {
            let exists = self.tx.get(map, stored.as_str())?.is_some();
            return self.register(map, key, wanted, shape, exists);
        };
        let is_list = kind == ObjType::Map && self.tx.get(&object, value::LIST)?.is_some();
        let unset = self.tx.get(map, value::instead(&stored))?.is_some();
        // Below something that was not there, everything is new: `path` would miss what is stale.
        let path = if unset { &[] } else { path };
        match (kind, wanted) {
            (ObjType::Text, Some(Value::String(text))) => self.tx.update_text(&object, text)?,
            (ObjType::Map, Some(Value::Object(values))) if !is_list => {
                self.map(&object, values, shape, path)?;
            }
            (ObjType::Map, Some(list)) if is_list && is_records(list) => {
                let records = list.as_array().map_or(&[][..], Vec::as_slice);
                self.records(&object, records, shape, path)?;
            }
            (ObjType::Text | ObjType::Map, other) => {
                let other = other.map_or(ScalarValue::Null, value::opaque);
                return self.put(map, &value::instead(&stored), other);
            }
            // A list or table of another program: nothing of ours merges into it.
            (_, other) => {
                return match other {
                    Some(value) => self.put(map, &stored, value::to_scalar(value)),
                    None => self.delete(map, &stored),
                };
            }
        }
        self.delete(map, &value::instead(&stored))
    }

    /// A value that is a register, or is not there yet.
    fn register(
        &mut self,
        map: &ObjId,
        key: &str,
        wanted: Option<&Value>,
        shape: &Shape,
        exists: bool,
    ) -> Done {
        let stored = value::stored(key);
        let Some(wanted) = wanted else { return self.delete(map, &stored) };
        let birth = self.birth();
        let new = match (shape, wanted) {
            _ if exists => None,
            (Shape::Text, Value::String(text)) => Some(birth.text(text)),
            (Shape::Map(_), Value::Object(values)) => Some(birth.object(values, shape)),
            (Shape::Records(_), list) if is_records(list) => {
                Some(birth.records(list.as_array().map_or(&[][..], Vec::as_slice), shape))
            }
            _ => None,
        };
        match new {
            Some(new) => {
                self.tx.batch_create_object(map, stored, &new, false)?;
                Ok(())
            }
            None => self.put(map, &stored, value::to_scalar(wanted)),
        }
    }

    /// Brings a list of records in step.
    fn records(&mut self, list: &ObjId, wanted: &[Value], shape: &Shape, path: &[String]) -> Done {
        let before = self.read().records_of(list);
        let one = path.first().and_then(|step| step.strip_prefix('#'));
        let rest = if one.is_some() { &path[1..] } else { &[] };
        let affected = |record: &Value| one.is_none_or(|id| record_id(record) == Some(id));
        for (id, _) in &before {
            if !wanted.iter().any(|record| record_id(record) == Some(id)) {
                self.put(list, &value::instead(&value::stored(id)), ScalarValue::Null)?;
            }
        }
        for record in wanted.iter().filter(|record| affected(record)) {
            let id = record_id(record).unwrap_or_default();
            let is_there = before.iter().any(|(other, _)| other == id);
            self.record(list, id, record, shape, if is_there { rest } else { &[] })?;
        }
        self.places(list, wanted)
    }

    fn record(
        &mut self,
        list: &ObjId,
        id: &str,
        wanted: &Value,
        shape: &Shape,
        path: &[String],
    ) -> Done {
        let stored = value::stored(id);
        match (self.read().object(list, &stored, ObjType::Map), wanted) {
            (Some(object), Value::Object(values)) => {
                let mut fields = values.clone();
                fields.shift_remove("id");
                self.map(&object, &fields, shape, path)?;
                self.delete(list, &value::instead(&stored))
            }
            _ => {
                // Its place is put once all records are there.
                let new = self.birth().record(wanted, "", shape);
                self.tx.batch_create_object(list, stored.as_str(), &new, false)?;
                self.delete(list, &value::instead(&stored))
            }
        }
    }

    /// Gives places to the records that are new or stand elsewhere than their place says, and to
    /// no others where that is enough.
    fn places(&mut self, list: &ObjId, wanted: &[Value]) -> Done {
        let now = self.read().records_of(list);
        let ids: Vec<&str> = wanted.iter().filter_map(record_id).collect();
        let place_of =
            |id: &str| now.iter().find(|(other, _)| other == id).map(|(_, p)| p.as_str());
        let mut places: Vec<String> =
            ids.iter().map(|id| place_of(id).unwrap_or_default().to_owned()).collect();
        if places.windows(2).all(|pair| pair[0] < pair[1]) && places.iter().all(|p| !p.is_empty()) {
            return Ok(());
        }
        let keep = longest_rise(&places);
        let mut low = String::new();
        for at in 0..places.len() {
            if !keep[at] {
                let next = (at + 1..places.len()).find(|next| keep[*next]);
                let Some(place) = order::between(&low, next.map(|next| places[next].as_str()))
                else {
                    places = order::spread(places.len()).collect();
                    break;
                };
                places[at] = place;
            }
            low.clone_from(&places[at]);
        }
        for (id, place) in ids.iter().zip(&places) {
            let object = self.read().object(list, &value::stored(id), ObjType::Map);
            if let Some(object) = object {
                self.put(&object, value::ORDER, string(place))?;
            }
        }
        Ok(())
    }

    /// Splices a parameter's text where it merges by character; else puts it whole.
    pub(super) fn splice_param(
        &mut self,
        id: &NodeId,
        path: &ParamPath,
        at: usize,
        remove: usize,
        insert: &str,
    ) -> Done {
        let mut object = self.node_map(id, "params")?;
        for (index, step) in path.iter().enumerate() {
            let is_list = self.tx.get(&object, value::LIST)?.is_some();
            let own = step.strip_prefix('#').filter(|_| is_list).unwrap_or(step);
            let stored = value::stored(own);
            let is_set = self.tx.get(&object, value::instead(&stored))?.is_none();
            match self.tx.get(&object, stored.as_str())? {
                Some((automerge::Value::Object(ObjType::Map), next)) if is_set => object = next,
                Some((automerge::Value::Object(ObjType::Text), text))
                    if is_set && index + 1 == path.len() =>
                {
                    return Ok(self.tx.splice_text(&text, at, remove as isize, insert)?);
                }
                _ => break,
            }
        }
        self.params(id, path)
    }
}

/// Which places can stay: the longest run, in order, of places that rise.
fn longest_rise(places: &[String]) -> Vec<bool> {
    // For each length, the end of the rise of that length that ends lowest.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; places.len()];
    for (at, place) in places.iter().enumerate().filter(|(_, place)| !place.is_empty()) {
        let length = ends.partition_point(|end| places[*end] < *place);
        before[at] = length.checked_sub(1).map(|shorter| ends[shorter]);
        if length == ends.len() { ends.push(at) } else { ends[length] = at }
    }
    let mut keep = vec![false; places.len()];
    let mut at = ends.last().copied();
    while let Some(index) = at {
        keep[index] = true;
        at = before[index];
    }
    keep
}
