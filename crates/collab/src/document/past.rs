//! Which edits take a past change back, given what others did since: each only where the value
//! now is still the one that the change set.

use std::collections::BTreeSet;

use automerge::Automerge;
use reporunner_model::{
    Edge, EdgeKey, Edit, Item, Node, NodeFlags, NodeId, Note, NoteId, Workflow, diff, record_id,
    value_at,
};
use serde_json::{Map, Value};

use super::Document;
use crate::Heads;
use crate::birth::is_records;
use crate::read::{Reader, Soft};
use crate::view::Touched;

/// What lies between two states, seen from now.
pub(super) struct Past<'d> {
    before: Reader<'d, Automerge>,
    after: Reader<'d, Automerge>,
    now: Reader<'d, Automerge>,
    view: &'d Workflow,
}

/// Something at the two states and now.
struct Thrice<T> {
    before: T,
    after: T,
    now: T,
}

impl<T: PartialEq> Thrice<T> {
    /// Whether the change set it and nobody has since.
    fn is_ours(&self) -> bool {
        self.before != self.after && self.now == self.after
    }

    /// What it was before, or what it is where somebody else set it since.
    fn settled(self) -> T {
        if self.is_ours() { self.before } else { self.now }
    }
}

/// Nodes that exist throughout, at the two states and now.
#[derive(Default)]
struct Lasting {
    before: Workflow,
    after: Workflow,
    now: Workflow,
}

impl<'d> Past<'d> {
    pub(super) fn new(document: &'d Document, before: &'d Heads, after: &'d Heads) -> Self {
        let doc = &document.doc;
        Self {
            before: Reader { doc, at: Some(&before.0) },
            after: Reader { doc, at: Some(&after.0) },
            now: Reader::now(doc),
            view: &document.view.workflow,
        }
    }

    fn thrice<T>(&self, read: impl Fn(&Reader<'d, Automerge>) -> T) -> Thrice<T> {
        Thrice { before: read(&self.before), after: read(&self.after), now: read(&self.now) }
    }

    /// The edits that take back what was touched.
    pub(super) fn edits(&self, touched: &Touched) -> Vec<Edit> {
        let mut edits = Vec::new();
        let mut lasting = Lasting::default();
        if touched.frame {
            let frame = self.thrice(Reader::frame);
            (lasting.before, lasting.after, lasting.now) = (frame.before, frame.after, frame.now);
        }
        let mut shown: BTreeSet<NodeId> = touched
            .edges
            .iter()
            .flat_map(|key| [&key.from, &key.to])
            .chain(&touched.nodes)
            .filter(|id| self.view.nodes.contains_key(*id))
            .cloned()
            .collect();
        for id in &touched.nodes {
            self.node(id, &mut lasting, &mut shown, &mut edits);
        }
        edits.extend(lasting.edits());
        for key in &touched.edges {
            self.edge(key, &shown, &mut edits);
        }
        for id in touched.nodes.iter().filter(|id| shown.contains(*id)) {
            let pin: Thrice<Option<Vec<Item>>> = self.thrice(|reader| reader.pin(id));
            if pin.is_ours() {
                edits.push(Edit::SetPin { id: id.clone(), items: pin.before });
            }
        }
        for id in &touched.notes {
            self.note(id, &mut edits);
        }
        edits
    }

    fn node(
        &self,
        id: &NodeId,
        lasting: &mut Lasting,
        shown: &mut BTreeSet<NodeId>,
        edits: &mut Vec<Edit>,
    ) {
        let node: Thrice<Option<Soft<Node>>> = self.thrice(|reader| reader.node(id));
        match (is_shown(&node.before), is_shown(&node.after), is_shown(&node.now)) {
            // Removed, and still gone: it comes back with what was written under it since.
            (true, false, false) => {
                shown.insert(id.clone());
                match (node.before, node.after, node.now) {
                    (Some(before), Some(after), Some(now)) => {
                        edits.push(Edit::RestoreNode { id: id.clone() });
                        lasting.add(before.content, after.content, now.content);
                    }
                    (Some(before), ..) => {
                        edits.push(Edit::AddNode { node: Box::new(before.content) });
                    }
                    (None, ..) => {}
                }
            }
            // Added or brought back: it goes where nobody has made it theirs since.
            (false, true, true) if node.now == node.after && !self.has_new_wires(id) => {
                shown.remove(id);
                edits.push(Edit::RemoveNode { id: id.clone() });
            }
            (true, true, true) => {
                if let (Some(before), Some(after), Some(now)) = (node.before, node.after, node.now)
                {
                    lasting.add(before.content, after.content, now.content);
                }
            }
            _ => {}
        }
    }

    fn has_new_wires(&self, id: &NodeId) -> bool {
        let only = BTreeSet::from([id.clone()]);
        let known: BTreeSet<EdgeKey> = self.after.edges_at(&only).into_iter().collect();
        self.now.edges_at(&only).iter().any(|key| !known.contains(key))
    }

    fn edge(&self, key: &EdgeKey, shown: &BTreeSet<NodeId>, edits: &mut Vec<Edit>) {
        let edge: Thrice<Option<Edge>> = self.thrice(|reader| reader.edge(key));
        if !edge.is_ours() {
            return;
        }
        match edge.before {
            Some(edge) if shown.contains(&key.from) && shown.contains(&key.to) => {
                edits.push(Edit::Connect { key: key.clone(), edge });
            }
            Some(_) => {}
            None => edits.push(Edit::Disconnect { key: key.clone() }),
        }
    }

    fn note(&self, id: &NoteId, edits: &mut Vec<Edit>) {
        let note: Thrice<Option<Soft<Note>>> = self.thrice(|reader| reader.note(id));
        let seen = (is_shown(&note.before), is_shown(&note.after), is_shown(&note.now));
        let same = note.now == note.after;
        let Thrice { before: Some(before), after, now } = note else {
            if seen == (false, true, true) && same {
                edits.push(Edit::RemoveNote { id: id.clone() });
            }
            return;
        };
        let after = after.unwrap_or_else(|| before.clone()).content;
        let now = now.unwrap_or_else(|| before.clone()).content;
        let was = before.content;
        match seen {
            (true, false, false) => {
                let note = settle_note(was, after, now);
                edits.push(Edit::AddNote { id: id.clone(), note });
            }
            (false, true, true) if same => edits.push(Edit::RemoveNote { id: id.clone() }),
            (true, true, true) => {
                let note = settle_note(was, after, now.clone());
                let set = Edit::SetNote {
                    id: id.clone(),
                    text: (note.text != now.text).then_some(note.text),
                    color: (note.color != now.color).then_some(note.color),
                    position: (note.position != now.position).then_some(note.position),
                    size: (note.size != now.size).then_some(note.size),
                };
                edits.push(set);
            }
            _ => {}
        }
    }
}

fn is_shown<T>(soft: &Option<Soft<T>>) -> bool {
    soft.as_ref().is_some_and(|soft| !soft.gone)
}

fn settle_note(before: Note, after: Note, now: Note) -> Note {
    Note {
        text: Thrice { before: before.text, after: after.text, now: now.text }.settled(),
        color: Thrice { before: before.color, after: after.color, now: now.color }.settled(),
        position: Thrice { before: before.position, after: after.position, now: now.position }
            .settled(),
        size: Thrice { before: before.size, after: after.size, now: now.size }.settled(),
        orig: now.orig,
    }
}

impl Lasting {
    fn add(&mut self, before: Node, after: Node, now: Node) {
        for (workflow, node) in
            [(&mut self.before, before), (&mut self.after, after), (&mut self.now, now)]
        {
            workflow.nodes.insert(node.id.clone(), node);
        }
    }

    fn edits(&self) -> Vec<Edit> {
        let mut edits = Vec::new();
        for edit in diff(&self.after, &self.before) {
            match &edit {
                Edit::SetFlags { id, .. } => {
                    edits.push(Edit::SetFlags { id: id.clone(), flags: self.flags(id) });
                }
                Edit::SetParam { id, path, value: Some(list) } if is_records(list) => {
                    self.records(id, path, list, &mut edits);
                }
                _ if self.is_ours(&edit) => edits.push(edit),
                _ => {}
            }
        }
        edits
    }

    /// Whether what the edit sets is now what it was right after the change.
    fn is_ours(&self, edit: &Edit) -> bool {
        let node = |id: &NodeId, same: fn(&Node, &Node) -> bool| match (
            self.after.nodes.get(id),
            self.now.nodes.get(id),
        ) {
            (Some(after), Some(now)) => same(after, now),
            _ => false,
        };
        match edit {
            Edit::SetName { .. } => self.after.name == self.now.name,
            Edit::SetDescription { .. } => self.after.description == self.now.description,
            Edit::SetSetting { key, .. } => setting(&self.after, key) == setting(&self.now, key),
            Edit::SetTag { tag, .. } => {
                self.after.tags.contains(tag) == self.now.tags.contains(tag)
            }
            Edit::MoveNode { id, .. } => node(id, |a, b| a.position == b.position),
            Edit::RenameNode { id, .. } => node(id, |a, b| a.name == b.name),
            Edit::SetOn { id, .. } => node(id, |a, b| a.on == b.on),
            Edit::SetNodeNote { id, .. } => node(id, |a, b| a.note == b.note),
            Edit::SetVersion { id, .. } => node(id, |a, b| a.v == b.v),
            Edit::SetParent { id, .. } => node(id, |a, b| a.parent == b.parent),
            Edit::SetCredential { id, kind, .. } => {
                cred(&self.after, id, kind) == cred(&self.now, id, kind)
            }
            Edit::SetParam { id, path, .. } => self.is_our_param(id, path),
            Edit::AddNode { node: wanted } => node(&wanted.id, |a, b| a == b),
            _ => true,
        }
    }

    /// Whether a parameter is now what it was right after the change. One that is in neither must
    /// have its place in both: what somebody put in the place of the whole stays theirs.
    fn is_our_param(&self, id: &NodeId, path: &[String]) -> bool {
        let kind = |workflow: &Workflow| {
            let (_, above) = path.split_last()?;
            if above.is_empty() {
                return workflow.nodes.contains_key(id).then_some(true);
            }
            Some(param(workflow, id, above)?.is_object())
        };
        kind(&self.after) == kind(&self.now)
            && param(&self.after, id, path) == param(&self.now, id, path)
    }

    /// Flags one by one: what somebody else set since stays.
    fn flags(&self, id: &NodeId) -> NodeFlags {
        let read = |workflow: &Workflow| {
            let flags = workflow.nodes.get(id).map(|node| &node.flags);
            match serde_json::to_value(flags) {
                Ok(Value::Object(map)) => map,
                _ => Map::new(),
            }
        };
        let (before, after, now) = (read(&self.before), read(&self.after), read(&self.now));
        let keys: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
        let settled = keys.into_iter().filter_map(|key| {
            let get = |map: &Map<String, Value>| map.get(key).cloned();
            let value = Thrice { before: get(&before), after: get(&after), now: get(&now) };
            Some((key.clone(), value.settled()?))
        });
        let settled = Value::Object(settled.collect());
        serde_json::from_value(settled).unwrap_or_default()
    }

    /// Records of a list one by one: what somebody else did to another record since stays.
    fn records(&self, id: &NodeId, path: &[String], before: &Value, edits: &mut Vec<Edit>) {
        let (after, now) = (param(&self.after, id, path), param(&self.now, id, path));
        let lists = [Some(before.clone()), after, now];
        let [Some(before), Some(after), Some(now)] = lists.map(|list| list.and_then(into_records))
        else {
            if self.is_our_param(id, path) {
                let value = Some(before.clone());
                edits.push(Edit::SetParam { id: id.clone(), path: path.to_vec(), value });
            }
            return;
        };
        let find = |list: &[Value], id: &str| {
            list.iter().find(|record| record_id(record) == Some(id)).cloned()
        };
        let ids = |list: &[Value]| -> Vec<String> {
            list.iter().filter_map(record_id).map(str::to_owned).collect()
        };
        let (ids_before, ids_after, ids_now) = (ids(&before), ids(&after), ids(&now));
        let mut back = BTreeSet::new();
        for record in ids_before.iter().chain(ids_after.iter().filter(|r| !ids_before.contains(r)))
        {
            let value = Thrice {
                before: find(&before, record),
                after: find(&after, record),
                now: find(&now, record),
            };
            if value.is_ours() {
                if value.now.is_none() {
                    back.insert(record.clone());
                }
                let mut path = path.to_vec();
                path.push(format!("#{record}"));
                edits.push(Edit::SetParam { id: id.clone(), path, value: value.before });
            }
        }
        let kept = |ids: &[String], others: &[String]| -> Vec<String> {
            ids.iter().filter(|id| others.contains(id)).cloned().collect()
        };
        let moved = kept(&ids_before, &ids_after) != kept(&ids_after, &ids_before);
        let still = kept(&ids_after, &ids_now) == kept(&ids_now, &ids_after);
        // From the last to the first, so that the record that shall follow stands already.
        for (at, record) in ids_before.iter().enumerate().rev() {
            let here = |id: &&String| ids_now.contains(id) || back.contains(*id);
            if !here(&record) || !(back.contains(record) || moved && still) {
                continue;
            }
            let before = ids_before[at + 1..].iter().find(here).cloned();
            let (id, path, record) = (id.clone(), path.to_vec(), record.clone());
            edits.push(Edit::MoveRecord { id, path, record, before });
        }
    }
}

fn into_records(value: Value) -> Option<Vec<Value>> {
    match value {
        Value::Array(list) if is_records(&Value::Array(list.clone())) => Some(list),
        _ => None,
    }
}

fn setting(workflow: &Workflow, key: &str) -> Option<Value> {
    serde_json::to_value(&workflow.settings).ok()?.get(key).cloned()
}

fn cred(workflow: &Workflow, id: &NodeId, kind: &str) -> Option<String> {
    workflow.nodes.get(id)?.creds.get(kind).cloned()
}

fn param(workflow: &Workflow, id: &NodeId, path: &[String]) -> Option<Value> {
    let (first, rest) = path.split_first()?;
    value_at(workflow.nodes.get(id)?.params.get(first)?, rest).cloned()
}
