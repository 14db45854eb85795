//! Edits: the one way a workflow changes, undo and redo, renaming with every reference.

use reporunner_model::{Edit, Node, NodeId, ParamPath, Workflow};
use reporunner_protocol::{
    Code, EditOutcome, EditWorkflow, Event, Failure, RedoEdit, RenameNode, UndoEdit,
};
use serde_json::Value;

use crate::rooms::Turn;
use crate::{App, Caller};

impl App {
    /// Changes a workflow. Answered once it is on disk.
    pub(crate) async fn edit_workflow(
        &self,
        caller: &Caller,
        command: EditWorkflow,
    ) -> Result<EditOutcome, Failure> {
        let EditWorkflow { id, batch } = command;
        let lists = batch.edits.iter().any(shows_in_lists);
        let turn = Turn::Edit { label: batch.label, edits: batch.edits };
        let outcome = self.turn(caller, &id, batch.id, turn).await?;
        if lists {
            self.bus.send(Event::WorkflowsChanged);
        }
        Ok(outcome)
    }

    /// Takes back the person's newest edit that is not taken back yet.
    pub(crate) async fn undo_edit(
        &self,
        caller: &Caller,
        command: UndoEdit,
    ) -> Result<EditOutcome, Failure> {
        self.turn(caller, &command.id, command.edit, Turn::Undo).await
    }

    /// Makes the newest undone edit again.
    pub(crate) async fn redo_edit(
        &self,
        caller: &Caller,
        command: RedoEdit,
    ) -> Result<EditOutcome, Failure> {
        self.turn(caller, &command.id, command.edit, Turn::Redo).await
    }

    /// Renames a node and every reference to it, in one edit.
    pub(crate) async fn rename_node(
        &self,
        caller: &Caller,
        command: RenameNode,
    ) -> Result<EditOutcome, Failure> {
        let RenameNode { id, node, name, edit } = command;
        self.turn(caller, &id, edit, Turn::Rename { node, name }).await
    }
}

/// What renaming a node comes to in the workflow as it is now: a label and the edits, those of
/// every reference among them.
pub(crate) fn rename(
    workflow: &Workflow,
    node: &NodeId,
    wanted: &str,
) -> Result<(String, Vec<Edit>), Failure> {
    let node = workflow
        .nodes
        .get(node)
        .ok_or_else(|| Failure::new(Code::Stale, "the node is not there (any more)"))?;
    let wanted = wanted.trim();
    if wanted.is_empty() {
        return Err(Failure::new(Code::Invalid, "a node needs a name")
            .hint("Type a name; others are told apart by it."));
    }
    let name = if wanted == node.name { wanted.to_owned() } else { workflow.free_name(wanted) };
    let mut edits = vec![Edit::RenameNode { id: node.id.clone(), name: name.clone() }];
    for other in workflow.nodes.values() {
        references(other, &node.name, &name, &mut edits);
    }
    Ok((format!("Rename {} to {name}", node.name), edits))
}

/// Whether the list of workflows shows what the edit changes.
fn shows_in_lists(edit: &Edit) -> bool {
    matches!(edit, Edit::SetName { .. } | Edit::SetDescription { .. } | Edit::SetTag { .. })
}

/// The edits that make `node` call another node by its new name.
fn references(node: &Node, old: &str, new: &str, edits: &mut Vec<Edit>) {
    let mut path = Vec::new();
    for (key, value) in &node.params {
        path.push(key.clone());
        within(&node.id, value, &mut path, old, new, edits);
        path.pop();
    }
}

fn within(
    id: &NodeId,
    value: &Value,
    path: &mut ParamPath,
    old: &str,
    new: &str,
    edits: &mut Vec<Edit>,
) {
    match value {
        Value::String(text) => {
            if let Some(text) = reporunner_expression::rename(text, old, new) {
                let value = Some(Value::String(text));
                edits.push(Edit::SetParam { id: id.clone(), path: path.clone(), value });
            }
        }
        Value::Object(map) => {
            for (key, value) in map {
                path.push(key.clone());
                within(id, value, path, old, new, edits);
                path.pop();
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                path.push(match reporunner_model::record_id(value) {
                    Some(record) => format!("#{record}"),
                    None => index.to_string(),
                });
                within(id, value, path, old, new, edits);
                path.pop();
            }
        }
        _ => {}
    }
}
