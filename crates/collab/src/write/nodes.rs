//! Adding and removing nodes and wires.
//!
//! A removed node stays in the document, marked, with all that is written under it; its wires and
//! its pin stay too and are not shown.

use std::collections::BTreeSet;

use automerge::transaction::Transactable;
use automerge::{ObjId, ObjType};
use reporunner_model::{ApplyError, Edge, EdgeKey, Edit, Node, NodeId, limits};
use serde_json::Value;

use super::{Done, Writer, check_id, check_point, string};
use crate::{Error, value};

impl Writer<'_, '_> {
    pub(super) fn add_node(&mut self, node: &Node) -> Done {
        check_id(node.id.as_str())?;
        check_point(node.position)?;
        if node.params.values().any(value::too_deep) {
            return Err(Error::TooDeep(node.id.clone()));
        }
        let workflow = &self.view.workflow;
        let is_new = !workflow.nodes.contains_key(&node.id);
        if is_new && workflow.nodes.len() >= limits::NODES {
            return Err(Error::TooManyNodes);
        }
        let edit = Edit::AddNode { node: Box::new(node.clone()) };
        edit.apply(&mut self.view.workflow)?;
        self.view.names.insert(node.id.clone(), node.name.clone());
        self.view.names_changed = true;
        match self.read().node_object(&node.id) {
            None => {
                let (nodes, birth) = (self.root("nodes")?, self.birth());
                let new = birth.node(node, &self.shapes.params(&node.node_type));
                self.tx.batch_create_object(&nodes, node.id.as_str(), &new, false)?;
            }
            Some(object) => {
                if is_new {
                    self.forget_wires(&node.id)?;
                }
                self.overwrite_node(&object, node)?;
            }
        }
        self.position(node.id.as_str(), node.position)?;
        self.reported.push(edit);
        Ok(())
    }

    /// A removed node that is added anew has neither the wires nor the pin that it had.
    fn forget_wires(&mut self, id: &NodeId) -> Done {
        for key in self.read().edges_at(&BTreeSet::from([id.clone()])) {
            self.disconnect(&key)?;
        }
        self.pin(id, None)
    }

    fn overwrite_node(&mut self, object: &ObjId, node: &Node) -> Done {
        let id = &node.id;
        self.delete(object, "gone")?;
        self.put(object, "type", string(&node.node_type))?;
        self.put(object, "v", string(&node.v))?;
        self.put(object, "name", string(&node.name))?;
        self.put(object, "on", node.on)?;
        self.node_field(id, "parent", node.parent.as_ref().map(string))?;
        self.node_field(id, "orig", node.orig.as_ref().map(string))?;
        self.node_note(id, node.note.as_deref())?;
        self.flags(id)?;
        let creds = self.node_map(id, "creds")?;
        let wanted = node.creds.iter().map(|(k, v)| (k.clone(), Value::from(v.as_str())));
        self.registers(&creds, &wanted.collect())?;
        self.params(id, &[])
    }

    pub(super) fn remove_node(&mut self, id: &NodeId) -> Done {
        self.view.names.remove(id);
        self.view.names_changed = true;
        self.node_field(id, "gone", Some(true.into()))
    }

    /// Brings a removed node back as it is now, and reports it with its wires and its pin.
    pub(super) fn restore_node(&mut self, id: &NodeId) -> Done {
        let object = self.node_object(id)?;
        self.delete(&object, "gone")?;
        if self.view.workflow.nodes.contains_key(id) {
            return Ok(());
        }
        if self.view.workflow.nodes.len() >= limits::NODES {
            return Err(Error::TooManyNodes);
        }
        let reader = self.read();
        let node = reader.node(id).ok_or_else(|| ApplyError::NoNode(id.clone()))?.content;
        let mut edits = vec![Edit::AddNode { node: Box::new(node.clone()) }];
        for key in reader.edges_at(&BTreeSet::from([id.clone()])) {
            let other = if key.from == *id { &key.to } else { &key.from };
            if other == id || self.view.workflow.nodes.contains_key(other) {
                let edge = reader.edge(&key).unwrap_or_default();
                edits.push(Edit::Connect { key, edge });
            }
        }
        if let Some(items) = reader.pin(id) {
            edits.push(Edit::SetPin { id: id.clone(), items: Some(items) });
        }
        self.view.names.insert(id.clone(), node.name);
        self.view.names_changed = true;
        for edit in edits {
            edit.apply(&mut self.view.workflow)?;
            self.reported.push(edit);
        }
        Ok(())
    }

    pub(super) fn connect(&mut self, key: &EdgeKey, edge: &Edge) -> Done {
        let (edges, stored) = (self.root("edges")?, key.to_string());
        // What is parsed back must be the same wire, or it would be another one to a reader.
        if stored.parse::<EdgeKey>().ok().as_ref() != Some(key) {
            return Err(Error::BadValue(stored));
        }
        let reader = self.read();
        if let Some(object) = reader.object(&edges, &stored, ObjType::Map) {
            return if edge.order.is_empty() {
                self.delete(&object, "order")
            } else {
                self.put(&object, "order", string(&edge.order))
            };
        }
        if reader.edge(key).as_ref() == Some(edge) {
            return Ok(());
        }
        match self.birth().edge(edge) {
            automerge::hydrate::Value::Scalar(one) => self.put(&edges, &stored, one),
            map => {
                self.tx.batch_create_object(&edges, stored, &map, false)?;
                Ok(())
            }
        }
    }

    pub(super) fn disconnect(&mut self, key: &EdgeKey) -> Done {
        let edges = self.root("edges")?;
        self.delete(&edges, &key.to_string())
    }
}
