//! Edits: the one way a workflow changes, and the one form in which a change is reported.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    AuthorId, Edge, EdgeKey, EditId, Item, Node, NodeFlags, NodeId, Note, NoteId, ParamPath, Point,
    Size, Workflow, record_id, value_at_mut,
};

/// Edits that belong together: one change in the document, one step of undo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EditBatch {
    /// Made by the sender, comes back in the report of the change.
    pub id: EditId,
    /// What it did, in a few words, for the undo menu (`Move 3 nodes`).
    pub label: String,
    /// The edits, in order.
    pub edits: Vec<Edit>,
    /// Who made it. Set by whoever commits it, not trusted from outside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<AuthorId>,
}

/// One edit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "edit")]
pub enum Edit {
    /// Names the workflow.
    SetName {
        /// The new name.
        name: String,
    },
    /// Describes the workflow.
    SetDescription {
        /// The new text.
        text: String,
    },
    /// Sets one of the workflow's settings by its JSON key; none means its default.
    SetSetting {
        /// Key as in the settings' JSON.
        key: String,
        /// New value.
        value: Option<Value>,
    },
    /// Adds a tag or takes it away.
    SetTag {
        /// The tag.
        tag: String,
        /// Whether the workflow shall have it.
        on: bool,
    },
    /// Adds a node, or brings a removed one back as it is given.
    AddNode {
        /// The node with its position and parameters.
        node: Box<Node>,
    },
    /// Removes a node. Its wires go out of sight and come back with it.
    RemoveNode {
        /// Which.
        id: NodeId,
    },
    /// Brings a removed node back with its wires, as it was, edits made since included.
    RestoreNode {
        /// Which.
        id: NodeId,
    },
    /// Moves a node.
    MoveNode {
        /// Which.
        id: NodeId,
        /// Where to.
        to: Point,
    },
    /// Names a node. References in other nodes are edits of their own in the same batch.
    RenameNode {
        /// Which.
        id: NodeId,
        /// The new name.
        name: String,
    },
    /// Switches a node on or off.
    SetOn {
        /// Which.
        id: NodeId,
        /// Whether it takes part.
        on: bool,
    },
    /// Writes about a node.
    SetNodeNote {
        /// Which.
        id: NodeId,
        /// The new text; none removes it.
        note: Option<String>,
    },
    /// Sets how a node behaves around its run.
    SetFlags {
        /// Which.
        id: NodeId,
        /// The new flags.
        flags: NodeFlags,
    },
    /// Chooses the version of a node's type.
    SetVersion {
        /// Which.
        id: NodeId,
        /// Decimal text.
        v: String,
    },
    /// Chooses the credential for a credential type; none removes the choice.
    SetCredential {
        /// Which node.
        id: NodeId,
        /// Type of the credential.
        kind: String,
        /// Its name.
        name: Option<String>,
    },
    /// Puts a node into a container, or takes it out.
    SetParent {
        /// Which.
        id: NodeId,
        /// The container.
        parent: Option<NodeId>,
    },
    /// Sets one value within a node's parameters; none removes it. Missing objects on the way are
    /// made. A step `#id` that no record has adds a record at the end.
    SetParam {
        /// Which node.
        id: NodeId,
        /// Where.
        path: ParamPath,
        /// What.
        value: Option<Value>,
    },
    /// Puts the record `record` of the list at `path` before record `before`, or at the end.
    MoveRecord {
        /// Which node.
        id: NodeId,
        /// The list.
        path: ParamPath,
        /// Id of the record.
        record: String,
        /// Id of the record that shall follow it.
        before: Option<String>,
    },
    /// Changes part of a long text, so that it merges by character.
    SpliceText {
        /// Which text.
        text: TextPath,
        /// Where, UTF-16 code units from the start.
        at: usize,
        /// How many UTF-16 code units go.
        remove: usize,
        /// What comes.
        insert: String,
    },
    /// Draws a wire.
    Connect {
        /// Which ports.
        key: EdgeKey,
        /// Its place among its siblings.
        #[serde(default)]
        edge: Edge,
    },
    /// Takes a wire away.
    Disconnect {
        /// Which ports.
        key: EdgeKey,
    },
    /// Adds a note, or brings a removed one back as it is given.
    AddNote {
        /// Its id.
        id: NoteId,
        /// The note.
        note: Note,
    },
    /// Removes a note.
    RemoveNote {
        /// Which.
        id: NoteId,
    },
    /// Changes a note; what is none stays.
    SetNote {
        /// Which.
        id: NoteId,
        /// Its text, whole.
        #[serde(default)]
        text: Option<String>,
        /// Its colour.
        #[serde(default)]
        color: Option<u8>,
        /// Where it is.
        #[serde(default)]
        position: Option<Point>,
        /// How large it is.
        #[serde(default)]
        size: Option<Size>,
    },
    /// Pins data to a node; none removes the pin.
    SetPin {
        /// Which node.
        id: NodeId,
        /// The items of its first output.
        items: Option<Vec<Item>>,
    },
}

/// A text that merges by character.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "of")]
pub enum TextPath {
    /// A parameter whose description says that it is long text or code.
    Param {
        /// Which node.
        id: NodeId,
        /// Where.
        path: ParamPath,
    },
    /// What a note says.
    Note {
        /// Which.
        id: NoteId,
    },
    /// What a person wrote about a node.
    NodeNote {
        /// Which.
        id: NodeId,
    },
    /// The workflow's description.
    Description,
}

/// Why an edit does not fit the workflow. The workflow is unchanged by that edit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// The node is not there.
    #[error("the node {0} is not in the workflow")]
    NoNode(NodeId),
    /// The note is not there.
    #[error("the note {0} is not in the workflow")]
    NoNote(NoteId),
    /// The parameter is not there or cannot hold this.
    #[error("the parameter {0} cannot be set")]
    NoParam(String),
    /// The setting does not exist or does not take this value.
    #[error("the setting {0} does not take this value")]
    BadSetting(String),
    /// The place in the text is not there.
    #[error("the text has no place {0}")]
    BadPlace(usize),
}

impl Edit {
    /// Applies the edit. What it refers to must be there; see [`ApplyError`].
    ///
    /// `RestoreNode` needs what the document remembers and does nothing here: whoever restores
    /// reports the node as `AddNode` and its wires as `Connect`.
    pub fn apply(&self, workflow: &mut Workflow) -> Result<(), ApplyError> {
        match self {
            Self::SetName { name } => workflow.name.clone_from(name),
            Self::SetDescription { text } => workflow.description.clone_from(text),
            Self::SetSetting { key, value } => set_setting(workflow, key, value.as_ref())?,
            Self::SetTag { tag, on: true } => drop(workflow.tags.insert(tag.clone())),
            Self::SetTag { tag, on: false } => drop(workflow.tags.remove(tag)),
            Self::AddNode { node } => {
                workflow.nodes.insert(node.id.clone(), (**node).clone());
            }
            Self::RemoveNode { id } => remove_node(workflow, id)?,
            Self::RestoreNode { .. } => {}
            Self::MoveNode { id, to } => node(workflow, id)?.position = *to,
            Self::RenameNode { id, name } => node(workflow, id)?.name.clone_from(name),
            Self::SetOn { id, on } => node(workflow, id)?.on = *on,
            Self::SetNodeNote { id, note } => node(workflow, id)?.note.clone_from(note),
            Self::SetFlags { id, flags } => node(workflow, id)?.flags.clone_from(flags),
            Self::SetVersion { id, v } => node(workflow, id)?.v.clone_from(v),
            Self::SetCredential { id, kind, name } => {
                let creds = &mut node(workflow, id)?.creds;
                match name {
                    Some(name) => drop(creds.insert(kind.clone(), name.clone())),
                    None => drop(creds.remove(kind)),
                }
            }
            Self::SetParent { id, parent } => node(workflow, id)?.parent.clone_from(parent),
            Self::SetParam { id, path, value } => {
                set_param(&mut node(workflow, id)?.params, path, value.as_ref())?;
            }
            Self::MoveRecord { id, path, record, before } => {
                move_record(&mut node(workflow, id)?.params, path, record, before.as_deref())?;
            }
            Self::SpliceText { text, at, remove, insert } => {
                splice(text_mut(workflow, text)?, *at, *remove, insert)?;
            }
            Self::Connect { key, edge } => {
                for end in [&key.from, &key.to] {
                    if !workflow.nodes.contains_key(end) {
                        return Err(ApplyError::NoNode(end.clone()));
                    }
                }
                workflow.edges.insert(key.clone(), edge.clone());
            }
            Self::Disconnect { key } => drop(workflow.edges.remove(key)),
            Self::AddNote { id, note } => drop(workflow.notes.insert(id.clone(), note.clone())),
            Self::RemoveNote { id } => drop(workflow.notes.remove(id)),
            Self::SetNote { id, text, color, position, size } => {
                let note = note(workflow, id)?;
                text.as_ref().inspect(|text| note.text.clone_from(text));
                note.color = color.unwrap_or(note.color);
                note.position = position.unwrap_or(note.position);
                note.size = size.unwrap_or(note.size);
            }
            Self::SetPin { id, items: Some(items) } => {
                node(workflow, id)?;
                workflow.pins.insert(id.clone(), items.clone());
            }
            Self::SetPin { id, items: None } => drop(workflow.pins.remove(id)),
        }
        Ok(())
    }
}

fn node<'w>(workflow: &'w mut Workflow, id: &NodeId) -> Result<&'w mut Node, ApplyError> {
    workflow.nodes.get_mut(id).ok_or_else(|| ApplyError::NoNode(id.clone()))
}

fn note<'w>(workflow: &'w mut Workflow, id: &NoteId) -> Result<&'w mut Note, ApplyError> {
    workflow.notes.get_mut(id).ok_or_else(|| ApplyError::NoNote(id.clone()))
}

fn remove_node(workflow: &mut Workflow, id: &NodeId) -> Result<(), ApplyError> {
    node(workflow, id)?;
    workflow.nodes.remove(id);
    workflow.edges.retain(|key, _| key.from != *id && key.to != *id);
    workflow.pins.remove(id);
    Ok(())
}

fn set_setting(
    workflow: &mut Workflow,
    key: &str,
    value: Option<&Value>,
) -> Result<(), ApplyError> {
    let bad = || ApplyError::BadSetting(key.to_owned());
    let mut all = serde_json::to_value(&workflow.settings).map_err(|_| bad())?;
    let map = all.as_object_mut().ok_or_else(bad)?;
    match value {
        Some(value) => drop(map.insert(key.to_owned(), value.clone())),
        None => drop(map.remove(key)),
    }
    workflow.settings = serde_json::from_value(all).map_err(|_| bad())?;
    Ok(())
}

fn set_param(
    params: &mut Map<String, Value>,
    path: &[String],
    value: Option<&Value>,
) -> Result<(), ApplyError> {
    let bad = || ApplyError::NoParam(path.join("."));
    let Some((last, parents)) = path.split_last() else {
        *params = match value {
            Some(Value::Object(map)) => map.clone(),
            None => Map::new(),
            Some(_) => return Err(bad()),
        };
        return Ok(());
    };
    let mut root = Value::Object(std::mem::take(params));
    let result = parent_for(&mut root, parents, last, value.is_some()).map_or_else(
        || if value.is_none() { Ok(()) } else { Err(bad()) },
        |parent| set_step(parent, last, value).ok_or_else(bad),
    );
    if let Value::Object(map) = root {
        *params = map;
    }
    result
}

/// Walks to the parent of the last step, making what is missing where `make` says so.
fn parent_for<'v>(
    root: &'v mut Value,
    parents: &[String],
    last: &str,
    make: bool,
) -> Option<&'v mut Value> {
    let mut value = root;
    for (index, step) in parents.iter().enumerate() {
        let next = parents.get(index + 1).map_or(last, String::as_str);
        let fresh = || {
            if next.starts_with('#') { Value::Array(Vec::new()) } else { Value::Object(Map::new()) }
        };
        value = match (value, step.strip_prefix('#')) {
            (Value::Array(records), Some(id)) => {
                let at = records.iter().position(|record| record_id(record) == Some(id));
                match at {
                    Some(at) => &mut records[at],
                    None if make => {
                        records.push(serde_json::json!({ "id": id }));
                        records.last_mut()?
                    }
                    None => return None,
                }
            }
            (Value::Array(list), None) => list.get_mut(step.parse::<usize>().ok()?)?,
            (Value::Object(map), _) => {
                if make {
                    let entry = map.entry(step.clone()).or_insert_with(fresh);
                    if !entry.is_object() && !entry.is_array() {
                        *entry = fresh();
                    }
                    entry
                } else {
                    map.get_mut(step)?
                }
            }
            _ => return None,
        };
    }
    Some(value)
}

fn set_step(parent: &mut Value, step: &str, value: Option<&Value>) -> Option<()> {
    match (parent, step.strip_prefix('#'), value) {
        (Value::Object(map), _, Some(value)) => drop(map.insert(step.to_owned(), value.clone())),
        (Value::Object(map), _, None) => drop(map.shift_remove(step)),
        (Value::Array(records), Some(id), Some(value)) => {
            let mut record = value.clone();
            record.as_object_mut()?.insert("id".to_owned(), Value::from(id));
            match records.iter_mut().find(|record| record_id(record) == Some(id)) {
                Some(old) => *old = record,
                None => records.push(record),
            }
        }
        (Value::Array(records), Some(id), None) => {
            records.retain(|record| record_id(record) != Some(id));
        }
        (Value::Array(list), None, value) => {
            let index = step.parse::<usize>().ok()?;
            match value {
                Some(value) if index < list.len() => list[index] = value.clone(),
                Some(value) if index == list.len() => list.push(value.clone()),
                None if index < list.len() => drop(list.remove(index)),
                _ => return None,
            }
        }
        _ => return None,
    }
    Some(())
}

fn move_record(
    params: &mut Map<String, Value>,
    path: &[String],
    record: &str,
    before: Option<&str>,
) -> Result<(), ApplyError> {
    let bad = || ApplyError::NoParam(path.join("."));
    let (first, rest) = path.split_first().ok_or_else(bad)?;
    let list = params.get_mut(first).and_then(|value| value_at_mut(value, rest));
    let list = list.and_then(Value::as_array_mut).ok_or_else(bad)?;
    let from = list.iter().position(|r| record_id(r) == Some(record)).ok_or_else(bad)?;
    let moved = list.remove(from);
    let to = before
        .and_then(|before| list.iter().position(|r| record_id(r) == Some(before)))
        .unwrap_or(list.len());
    list.insert(to, moved);
    Ok(())
}

fn text_mut<'w>(workflow: &'w mut Workflow, path: &TextPath) -> Result<&'w mut String, ApplyError> {
    match path {
        TextPath::Description => Ok(&mut workflow.description),
        TextPath::Note { id } => Ok(&mut note(workflow, id)?.text),
        TextPath::NodeNote { id } => Ok(node(workflow, id)?.note.get_or_insert_default()),
        TextPath::Param { id, path } => {
            let params = &mut node(workflow, id)?.params;
            let bad = || ApplyError::NoParam(path.join("."));
            let (first, rest) = path.split_first().ok_or_else(bad)?;
            if rest.is_empty() {
                params.entry(first.clone()).or_insert_with(|| Value::from(""));
            }
            let value = params.get_mut(first).and_then(|value| value_at_mut(value, rest));
            match value {
                Some(Value::String(text)) => Ok(text),
                _ => Err(bad()),
            }
        }
    }
}

fn splice(text: &mut String, at: usize, remove: usize, insert: &str) -> Result<(), ApplyError> {
    let byte = |place: usize| -> Result<usize, ApplyError> {
        let mut units = 0;
        for (byte, char) in text.char_indices() {
            if units == place {
                return Ok(byte);
            }
            units += char.len_utf16();
        }
        if units == place { Ok(text.len()) } else { Err(ApplyError::BadPlace(place)) }
    };
    let end = at.checked_add(remove).ok_or(ApplyError::BadPlace(at))?;
    let (start, end) = (byte(at)?, byte(end)?);
    text.replace_range(start..end, insert);
    Ok(())
}
