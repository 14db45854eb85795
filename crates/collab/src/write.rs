//! An edit as operations on the document: the smallest puts that make the document say what the
//! workflow says after the edit.
//!
//! The edit is applied to the view first, which also says whether it fits; then the register or
//! container it is about is brought in step. Nothing here replaces an object that others may
//! write into, and nothing deletes one: what is removed is marked and keeps what is written under
//! it.

use automerge::transaction::{Transactable, Transaction};
use automerge::{ObjId, ObjType, ROOT, ReadDoc, ScalarValue};
use reporunner_model::{ApplyError, Edit, Item, NodeId, Note, NoteId, Point, TextPath, limits};
use serde_json::{Map, Value};

use crate::birth::{self, Birth};
use crate::read::Reader;
use crate::shape::Shapes;
use crate::view::View;
use crate::{Error, value};

mod nodes;
mod params;

/// Applies edits within one transaction.
pub(crate) struct Writer<'w, 'd> {
    pub(crate) tx: &'w mut Transaction<'d>,
    pub(crate) view: &'w mut View,
    pub(crate) shapes: Shapes<'w>,
    /// What the edits did, for those who hold the workflow as it was.
    pub(crate) reported: Vec<Edit>,
}

type Done = Result<(), Error>;

impl Writer<'_, '_> {
    /// Applies one edit to the view and the document.
    pub(crate) fn edit(&mut self, edit: &Edit) -> Done {
        match edit {
            Edit::RestoreNode { id } => return self.restore_node(id),
            Edit::AddNode { node } => return self.add_node(node),
            Edit::AddNote { id, note } => self.check_note(id, note)?,
            Edit::MoveNode { to, .. } => check_point(*to)?,
            Edit::SetNote { position, size, .. } => {
                check_point(position.unwrap_or_default())?;
                check_point(size.map_or_else(Point::default, |size| Point::new(size.w, size.h)))?;
            }
            Edit::SetPin { id, items: Some(items) } => check_pin(id, items)?,
            Edit::SetParam { id, value: Some(value), .. } if value::too_deep(value) => {
                return Err(Error::TooDeep(id.clone()));
            }
            _ => {}
        }
        edit.apply(&mut self.view.workflow)?;
        self.write(edit)?;
        self.reported.push(edit.clone());
        Ok(())
    }

    /// Writes an edit that the view has already.
    fn write(&mut self, edit: &Edit) -> Done {
        match edit {
            Edit::SetName { name } => self.text_at(&["meta", "name"], name),
            Edit::SetDescription { text } => self.text_at(&["meta", "desc"], text),
            Edit::SetSetting { .. } => self.settings(),
            Edit::SetTag { tag, on } => self.tag(tag, *on),
            Edit::AddNode { .. } | Edit::RestoreNode { .. } => Ok(()),
            Edit::RemoveNode { id } => self.remove_node(id),
            Edit::MoveNode { id, to } => self.position(id.as_str(), *to),
            Edit::RenameNode { id, name } => self.rename(id, name),
            Edit::SetOn { id, on } => self.node_field(id, "on", Some((*on).into())),
            Edit::SetNodeNote { id, note } => self.node_note(id, note.as_deref()),
            Edit::SetFlags { id, .. } => self.flags(id),
            Edit::SetVersion { id, v } => self.node_field(id, "v", Some(string(v))),
            Edit::SetCredential { id, kind, name } => self.credential(id, kind, name.as_deref()),
            Edit::SetParent { id, parent } => {
                self.node_field(id, "parent", parent.as_ref().map(string))
            }
            Edit::SetParam { id, path, .. } | Edit::MoveRecord { id, path, .. } => {
                self.params(id, path)
            }
            Edit::SpliceText { text, at, remove, insert } => {
                self.splice(text, *at, *remove, insert)
            }
            Edit::Connect { key, edge } => self.connect(key, edge),
            Edit::Disconnect { key } => self.disconnect(key),
            Edit::AddNote { id, note } => self.add_note(id, note),
            Edit::RemoveNote { id } => self.remove_note(id),
            Edit::SetNote { id, text, color, position, size } => {
                let object = self.note_object(id)?;
                if let Some(text) = text {
                    self.text_in(&object, "text", text)?;
                }
                if let Some(color) = color {
                    self.put(&object, "color", i64::from(*color))?;
                }
                if let Some(size) = size {
                    self.put(&object, "size", string(birth::size(*size)))?;
                }
                position.map_or(Ok(()), |at| self.position(id.as_str(), at))
            }
            Edit::SetPin { id, items } => self.pin(id, items.as_deref()),
        }
    }

    pub(crate) fn read(&self) -> Reader<'_, Transaction<'_>> {
        Reader::now(&*self.tx)
    }

    fn birth(&self) -> Birth {
        Birth { encoding: self.tx.text_encoding() }
    }

    /// A container of the root. A document of ours has every one from its birth.
    fn root(&mut self, key: &str) -> Result<ObjId, Error> {
        match self.read().root(key) {
            Some(object) => Ok(object),
            None => Ok(self.tx.put_object(ROOT, key, ObjType::Map)?),
        }
    }

    fn node_object(&self, id: &NodeId) -> Result<ObjId, Error> {
        self.read().node_object(id).ok_or_else(|| ApplyError::NoNode(id.clone()).into())
    }

    fn note_object(&self, id: &NoteId) -> Result<ObjId, Error> {
        self.read().note_object(id).ok_or_else(|| ApplyError::NoNote(id.clone()).into())
    }

    /// A map within a node, made where another program left it out.
    fn node_map(&mut self, id: &NodeId, key: &str) -> Result<ObjId, Error> {
        let node = self.node_object(id)?;
        match self.read().object(&node, key, ObjType::Map) {
            Some(object) => Ok(object),
            None => Ok(self.tx.put_object(&node, key, ObjType::Map)?),
        }
    }

    /// Puts a register where it does not say so yet.
    fn put(&mut self, object: &ObjId, key: &str, value: impl Into<ScalarValue>) -> Done {
        let value = value.into();
        let same = matches!(
            self.tx.get(object, key)?,
            Some((automerge::Value::Scalar(old), _)) if *old == value
        );
        // Putting the value that won a conflict settles the conflict, so it is put again then.
        if !same || self.tx.get_all(object, key)?.len() > 1 {
            self.tx.put(object, key, value)?;
        }
        Ok(())
    }

    fn delete(&mut self, object: &ObjId, key: &str) -> Done {
        if self.tx.get(object, key)?.is_some() {
            self.tx.delete(object, key)?;
        }
        Ok(())
    }

    /// Makes the text at `key` say `text`, by as few characters as it takes.
    fn text_in(&mut self, object: &ObjId, key: &str, text: &str) -> Done {
        match self.read().object(object, key, ObjType::Text) {
            Some(found) => self.tx.update_text(&found, text)?,
            None if self.tx.get(object, key)?.is_some() => self.put(object, key, string(text))?,
            None => {
                let birth = self.birth();
                self.tx.batch_create_object(object, key, &birth.text(text), false)?;
            }
        }
        Ok(())
    }

    fn text_at(&mut self, path: &[&str; 2], text: &str) -> Done {
        let object = self.root(path[0])?;
        self.text_in(&object, path[1], text)
    }

    fn settings(&mut self) -> Done {
        let wanted = birth::settings(&self.view.workflow);
        let object = self.root("settings")?;
        self.registers(&object, &wanted)
    }

    /// Brings a map of registers in step.
    fn registers(&mut self, object: &ObjId, wanted: &Map<String, Value>) -> Done {
        let found = self.read().map(object);
        for key in found.keys().filter(|key| !wanted.contains_key(*key)) {
            self.delete(object, &value::stored(key))?;
        }
        for (key, value) in wanted.iter().filter(|(key, value)| found.get(*key) != Some(*value)) {
            self.put(object, &value::stored(key), value::to_scalar(value))?;
        }
        Ok(())
    }

    fn tag(&mut self, tag: &str, on: bool) -> Done {
        let tags = self.root("tags")?;
        let key = value::stored(tag);
        if on { self.put(&tags, &key, 1) } else { self.delete(&tags, &key) }
    }

    fn position(&mut self, id: &str, to: Point) -> Done {
        let positions = self.root("pos")?;
        self.put(&positions, id, string(birth::point(to)))
    }

    fn node_field(&mut self, id: &NodeId, key: &str, value: Option<ScalarValue>) -> Done {
        let object = self.node_object(id)?;
        match value {
            Some(value) => self.put(&object, key, value),
            None => self.delete(&object, key),
        }
    }

    fn rename(&mut self, id: &NodeId, name: &str) -> Done {
        self.view.names.insert(id.clone(), name.to_owned());
        self.view.names_changed = true;
        self.node_field(id, "name", Some(string(name)))
    }

    fn node_note(&mut self, id: &NodeId, note: Option<&str>) -> Done {
        let object = self.node_object(id)?;
        match note {
            Some(note) => self.text_in(&object, "note", note),
            None => self.delete(&object, "note"),
        }
    }

    fn flags(&mut self, id: &NodeId) -> Done {
        let wanted = self.view.workflow.nodes.get(id).map(|node| birth::flags(&node.flags));
        let object = self.node_map(id, "flags")?;
        self.registers(&object, &wanted.unwrap_or_default())
    }

    fn credential(&mut self, id: &NodeId, kind: &str, name: Option<&str>) -> Done {
        let creds = self.node_map(id, "creds")?;
        match name {
            Some(name) => self.put(&creds, &value::stored(kind), string(name)),
            None => self.delete(&creds, &value::stored(kind)),
        }
    }

    fn check_note(&self, id: &NoteId, note: &Note) -> Done {
        check_id(id.as_str())?;
        check_point(note.position)?;
        check_point(Point::new(note.size.w, note.size.h))
    }

    fn add_note(&mut self, id: &NoteId, note: &Note) -> Done {
        let birth = self.birth();
        match self.read().note_object(id) {
            None => {
                let notes = self.root("notes")?;
                self.tx.batch_create_object(&notes, id.as_str(), &birth.note(note), false)?;
            }
            Some(object) => {
                self.delete(&object, "gone")?;
                self.text_in(&object, "text", &note.text)?;
                self.put(&object, "color", i64::from(note.color))?;
                self.put(&object, "size", string(birth::size(note.size)))?;
                match &note.orig {
                    Some(orig) => self.put(&object, "orig", string(orig))?,
                    None => self.delete(&object, "orig")?,
                }
            }
        }
        self.position(id.as_str(), note.position)
    }

    fn remove_note(&mut self, id: &NoteId) -> Done {
        let object = self.note_object(id)?;
        self.put(&object, "gone", true)
    }

    fn pin(&mut self, id: &NodeId, items: Option<&[Item]>) -> Done {
        let pins = self.root("pins")?;
        match items {
            Some(items) => self.put(&pins, id.as_str(), birth::pin(items)),
            None => self.delete(&pins, id.as_str()),
        }
    }

    fn splice(&mut self, text: &TextPath, at: usize, remove: usize, insert: &str) -> Done {
        let (object, key) = match text {
            TextPath::Param { id, path } => return self.splice_param(id, path, at, remove, insert),
            TextPath::Description => (self.root("meta")?, "desc"),
            TextPath::Note { id } => (self.note_object(id)?, "text"),
            TextPath::NodeNote { id } => (self.node_object(id)?, "note"),
        };
        if let Some(found) = self.read().object(&object, key, ObjType::Text) {
            return Ok(self.tx.splice_text(&found, at, remove as isize, insert)?);
        }
        let workflow = &self.view.workflow;
        let whole = match text {
            TextPath::Description => Some(workflow.description.clone()),
            TextPath::Note { id } => workflow.notes.get(id).map(|note| note.text.clone()),
            TextPath::NodeNote { id } => workflow.nodes.get(id).and_then(|node| node.note.clone()),
            TextPath::Param { .. } => None,
        };
        self.text_in(&object, key, &whole.unwrap_or_default())
    }
}

pub(crate) fn check_id(id: &str) -> Done {
    id.parse::<NodeId>().map(drop).map_err(|_| Error::BadValue(id.chars().take(40).collect()))
}

pub(crate) fn check_point(point: Point) -> Done {
    let fits = point.x.is_finite() && point.y.is_finite();
    if fits { Ok(()) } else { Err(Error::BadValue(birth::point(point))) }
}

pub(crate) fn check_pin(node: &NodeId, items: &[Item]) -> Done {
    let bytes = serde_json::to_vec(items).map_or(0, |json| json.len());
    if bytes > limits::PIN_DOCUMENT_BYTES {
        return Err(Error::PinTooLarge { node: node.clone(), bytes });
    }
    Ok(())
}

fn string(text: impl AsRef<str>) -> ScalarValue {
    ScalarValue::Str(text.as_ref().into())
}
