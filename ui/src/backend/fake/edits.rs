//! Changes of workflows in the fake house.

use reporunner_model::{Edit, EditId, Node, NodeId, Point, Workflow, WorkflowId};
use reporunner_protocol::*;
use serde_json::Value;

use super::{House, Kept, json, not_found, seeds, version_id};
use crate::time::now;

/// Edits, undo, redo, rename, revert and restore.
pub(super) fn change(house: &mut House, request: Request) -> Result<WorkflowChange, Failure> {
    let catalog = house.catalog.clone();
    let mut batch_id: Option<EditId> = None;
    let (id, label, after) = match request {
        Request::EditWorkflow(c) => {
            let mut after = house.kept(&c.id)?.workflow.clone();
            for edit in &c.batch.edits {
                edit.apply(&mut after)
                    .map_err(|error| Failure::new(Code::Stale, error.to_string()))?;
            }
            batch_id = Some(c.batch.id);
            (c.id, c.batch.label, after)
        }
        Request::RenameNode(c) => {
            let kept = house.kept(&c.id)?;
            let name = kept.workflow.free_name(&c.name);
            let mut after = kept.workflow.clone();
            after.nodes.get_mut(&c.node).ok_or_else(|| not_found("node"))?.name = name;
            (c.id, "Rename".to_owned(), after)
        }
        Request::RevertDraft(c) => {
            let published = house.kept(&c.id)?.published.clone();
            (c.id, "Revert".to_owned(), published.ok_or_else(|| not_found("published version"))?)
        }
        Request::RestoreVersion(c) => {
            let kept = house.kept(&c.id)?;
            let found = kept.versions.iter().find(|(version, _)| version.id == c.version);
            let after = found.map(|(_, workflow)| workflow.clone());
            (c.id, "Restore".to_owned(), after.ok_or_else(|| not_found("version"))?)
        }
        Request::UndoEdit(c) => return step(house, &c.id, true),
        Request::RedoEdit(c) => return step(house, &c.id, false),
        _ => return Err(not_found("command")),
    };
    let kept = house.kept(&id)?;
    let before = std::mem::replace(&mut kept.workflow, after);
    kept.undo.push((label, before.clone()));
    kept.redo.clear();
    kept.unpublished += 1;
    touched(kept);
    Ok(kept.change(&before, batch_id, &catalog))
}

fn touched(kept: &mut Kept) {
    kept.revision += 1;
    kept.edited = now();
}

fn step(house: &mut House, id: &WorkflowId, back: bool) -> Result<WorkflowChange, Failure> {
    let catalog = house.catalog.clone();
    let kept = house.kept(id)?;
    let from = if back { &mut kept.undo } else { &mut kept.redo };
    let (label, to) =
        from.pop().ok_or_else(|| Failure::new(Code::Invalid, "There is nothing to take back"))?;
    let before = std::mem::replace(&mut kept.workflow, to);
    let other = if back { &mut kept.redo } else { &mut kept.undo };
    other.push((label, before.clone()));
    touched(kept);
    Ok(kept.change(&before, None, &catalog))
}

/// Making, copying, deleting, importing and exporting workflows.
pub(super) fn shelf(house: &mut House, request: Request) -> Result<Value, Failure> {
    match request {
        Request::CreateWorkflow(c) => {
            let id = WorkflowId::new(house.id("9-w"));
            let workflow = Workflow::new(id.clone(), c.name, "Europe/Berlin");
            house.workflows.insert(id.clone(), Kept::new(workflow));
            json(id)
        }
        Request::AddExample(c) => {
            let id = WorkflowId::new(house.id("9-w"));
            let mut workflow = seeds::order_intake();
            let title = seeds::examples().into_iter().find(|e| e.name == c.name).map(|e| e.title);
            workflow.name = title.unwrap_or(c.name);
            workflow.id = id.clone();
            house.workflows.insert(id.clone(), Kept::new(workflow));
            json(id)
        }
        Request::DuplicateWorkflow(c) => {
            let id = WorkflowId::new(house.id("9-w"));
            let mut workflow = house.kept(&c.id)?.workflow.clone();
            workflow.id = id.clone();
            workflow.name += " copy";
            house.workflows.insert(id.clone(), Kept::new(workflow));
            json(id)
        }
        Request::DeleteWorkflow(c) => {
            house.kept(&c.id)?.deleted = Some(now());
            json(())
        }
        Request::RestoreWorkflow(c) => {
            house.kept(&c.id)?.deleted = None;
            json(())
        }
        Request::PurgeWorkflow(c) => {
            house.workflows.remove(&c.id);
            json(())
        }
        Request::ImportWorkflow(c) => {
            let id = WorkflowId::new(house.id("9-w"));
            let mut workflow: Workflow = serde_json::from_str(&c.text).map_err(|_| {
                Failure::new(Code::Invalid, "This file is no workflow")
                    .hint("Choose a JSON file that Reporunner or n8n wrote")
            })?;
            workflow.id = id.clone();
            if workflow.name.is_empty() {
                workflow.name = c.name.unwrap_or_else(|| "Imported".to_owned());
            }
            let report = ImportReport { native: workflow.nodes.len(), ..ImportReport::default() };
            let name = workflow.name.clone();
            house.workflows.insert(id.clone(), Kept::new(workflow));
            json(Imported { id, name, report })
        }
        Request::ExportWorkflow(c) => {
            let workflow = &house.kept(&c.id)?.workflow;
            let text = serde_json::to_string_pretty(workflow).unwrap_or_default();
            json(Exported { file_name: format!("{}.json", workflow.name), text })
        }
        _ => Err(not_found("command")),
    }
}

/// Publishing, versions, the view and the clipboard.
pub(super) fn around(house: &mut House, request: Request) -> Result<Value, Failure> {
    match request {
        Request::PublishWorkflow(c) => {
            let id = version_id(house);
            let kept = house.kept(&c.id)?;
            kept.published = Some(kept.workflow.clone());
            kept.unpublished = 0;
            kept.versions.iter_mut().for_each(|(version, _)| version.current = false);
            remember(kept, id, VersionKind::Published, "Published");
            json(kept.state())
        }
        Request::SetLive(c) => {
            let kept = house.kept(&c.id)?;
            kept.live = c.live;
            if c.live && kept.published.is_none() {
                kept.published = Some(kept.workflow.clone());
                kept.unpublished = 0;
            }
            json(kept.state())
        }
        Request::ListVersions(c) => {
            let kept = house.kept(&c.id)?;
            json(kept.versions.iter().rev().map(|(version, _)| version).collect::<Vec<_>>())
        }
        Request::NameVersion(c) => {
            let id = version_id(house);
            remember(house.kept(&c.id)?, id.clone(), VersionKind::Named, &c.title);
            json(id)
        }
        Request::SaveLocation(_) => json(()),
        Request::SaveView(c) => {
            house.kept(&c.id)?.view = Some(c.view);
            json(())
        }
        Request::GetImportReport(_) => json(ImportReport::default()),
        Request::ReadNodes(c) => read(house, &c),
        _ => Err(not_found("command")),
    }
}

fn remember(kept: &mut Kept, id: reporunner_model::VersionId, kind: VersionKind, title: &str) {
    let version = VersionSummary {
        id,
        kind,
        title: title.to_owned(),
        by: "Ada".to_owned(),
        at: now(),
        nodes: kept.workflow.nodes.len(),
        current: kind == VersionKind::Published,
    };
    kept.versions.push((version, kept.workflow.clone()));
}

fn read(house: &mut House, command: &ReadNodes) -> Result<Value, Failure> {
    let nodes: Vec<Node> = serde_json::from_str(&command.text).map_err(|_| {
        Failure::new(Code::Invalid, "The clipboard holds no nodes")
            .hint("Copy nodes from a workflow first")
    })?;
    let mut workflow = house.kept(&command.id)?.workflow.clone();
    let mut origin = Point::new(f64::MAX, f64::MAX);
    let mut edits = Vec::new();
    for mut node in nodes {
        origin.x = origin.x.min(node.position.x);
        origin.y = origin.y.min(node.position.y);
        node.id = NodeId::new(house.id("pasted"));
        node.name = workflow.free_name(&node.name);
        workflow.nodes.insert(node.id.clone(), node.clone());
        edits.push(Edit::AddNode { node: Box::new(node) });
    }
    json(PastedNodes { edits, origin, notes: Vec::new() })
}
