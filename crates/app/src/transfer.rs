//! Workflow files and the clipboard, ours and n8n's.

use std::collections::BTreeMap;

use reporunner_model::{Catalog, Edit, NodeId, Point, Workflow, diff, limits};
use reporunner_n8n::Fidelity;
use reporunner_protocol::{
    Code, Event, ExportFormat, ExportWorkflow, Exported, Failure, ImportNote, ImportReport,
    ImportWorkflow, Imported, PastedNodes, ReadNodes,
};
use serde_json::{Value, json};

use crate::{App, Caller, ids};

/// Key and number that mark a file as ours.
const MARK: &str = "reporunner";
const FORMAT: u64 = 1;

impl App {
    /// Reads a workflow file. What it holds arrives off; nothing of it runs.
    pub(crate) async fn import_workflow(
        &self,
        caller: &Caller,
        command: ImportWorkflow,
    ) -> Result<Imported, Failure> {
        let (mut workflow, report) = parse(&command.text, self.catalog(), &self.host.timezone)?;
        let foreign = workflow.orig.is_some();
        if workflow.name.trim().is_empty() {
            workflow.name = command.name.unwrap_or_default();
        }
        workflow.name = self.free_workflow_name(&workflow.name).await?;
        workflow.id = ids::workflow();
        let name = workflow.name.clone();
        let id = self.add_workflow(caller, workflow, foreign).await?;
        self.bus.send(Event::WorkflowsChanged);
        Ok(Imported { id, name, report })
    }

    /// Writes a workflow file.
    pub(crate) async fn export_workflow(
        &self,
        _: &Caller,
        command: ExportWorkflow,
    ) -> Result<Exported, Failure> {
        let workflow = self.whole_draft(&command.id).await?;
        let value = match command.format {
            ExportFormat::Reporunner => json!({ MARK: FORMAT, "workflow": workflow }),
            ExportFormat::N8n => reporunner_n8n::export(&workflow),
        };
        let stem: String = workflow
            .name
            .chars()
            .map(|c| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
            .collect();
        let stem = stem.trim_matches('-');
        let stem = if stem.is_empty() { "workflow" } else { stem };
        let text = serde_json::to_string_pretty(&value)
            .map_err(|error| Failure::new(Code::Internal, error.to_string()))?;
        Ok(Exported { file_name: format!("{stem}.json"), text })
    }

    /// Nodes from the clipboard's text as edits with fresh ids and free names.
    pub(crate) async fn read_nodes(
        &self,
        _: &Caller,
        command: ReadNodes,
    ) -> Result<PastedNodes, Failure> {
        check_size(&command.text)?;
        let workflow = self.draft(&command.id).await?;
        let pasted = reporunner_n8n::import_nodes(
            &command.text,
            self.catalog(),
            &workflow,
            None,
            ids::text,
            can_be_read,
            renamed,
        )
        .map_err(|error| {
            use reporunner_n8n::ImportError;
            let message = match error {
                ImportError::NotJson { .. } | ImportError::NoWorkflow | ImportError::Empty => {
                    "the clipboard holds no nodes".to_owned()
                }
                other => other.to_string(),
            };
            Failure::new(Code::Invalid, message)
                .hint("Copy nodes here or in n8n, or a whole workflow file, and paste again.")
        })?;
        let places = pasted.part.nodes.values().map(|node| node.position);
        let places: Vec<Point> =
            places.chain(pasted.part.notes.values().map(|note| note.position)).collect();
        let least = |of: fn(&Point) -> f64| places.iter().map(of).fold(f64::INFINITY, f64::min);
        Ok(PastedNodes {
            origin: if places.is_empty() {
                Point::default()
            } else {
                Point::new(least(|p| p.x), least(|p| p.y))
            },
            edits: diff(&Workflow::default(), &pasted.part)
                .into_iter()
                .filter(|edit| !matches!(edit, Edit::SetName { .. } | Edit::SetSetting { .. }))
                .collect(),
            notes: report(&pasted.report, &pasted.part).notes,
        })
    }
}

/// Every expression can be handed to the worker, which has the last word on what is valid.
fn can_be_read(_: &str) -> bool {
    true
}

/// The expression with the nodes that it mentions under their new names.
fn renamed(text: &str, names: &BTreeMap<String, String>) -> String {
    names.iter().fold(text.to_owned(), |text, (old, new)| {
        reporunner_expression::rename(&text, old, new).unwrap_or(text)
    })
}

fn check_size(text: &str) -> Result<(), Failure> {
    if text.len() <= limits::IMPORT_BYTES {
        return Ok(());
    }
    let most = limits::IMPORT_BYTES / (1024 * 1024);
    Err(Failure::new(Code::Invalid, format!("the file is larger than {most} MiB"))
        .hint("Take pinned data out of the file, or check what it holds."))
}

/// Reads a workflow file, ours or n8n's.
pub(crate) fn parse(
    text: &str,
    catalog: &Catalog,
    timezone: &str,
) -> Result<(Workflow, ImportReport), Failure> {
    check_size(text)?;
    let bad = |message: String| {
        Failure::new(Code::Invalid, message).hint("Choose a file that Reporunner or n8n exported.")
    };
    // Reading stops at the depth that the parser allows, so a deep file cannot exhaust the stack.
    let value: Value =
        serde_json::from_str(text).map_err(|error| bad(format!("the file is no JSON: {error}")))?;
    if let Some(format) = value.get(MARK) {
        if format.as_u64() != Some(FORMAT) {
            return Err(bad(format!(
                "the file is of the format {format}, which is newer than this program"
            )));
        }
        let workflow = value.get("workflow").cloned().unwrap_or_default();
        let mut workflow: Workflow = serde_json::from_value(workflow)
            .map_err(|error| bad(format!("the file holds no workflow: {error}")))?;
        mend(&mut workflow);
        let native =
            workflow.nodes.values().filter(|n| catalog.get(&n.node_type).is_some()).count();
        let stubs = workflow.nodes.len() - native;
        return Ok((workflow, ImportReport { native, stubs, ..ImportReport::default() }));
    }
    let imported = reporunner_n8n::import(text, catalog, ids::text, can_be_read)
        .map_err(|error| bad(error.to_string()))?;
    let mut workflow = imported.workflow;
    if workflow.settings.timezone.is_empty() {
        timezone.clone_into(&mut workflow.settings.timezone);
    }
    let report = report(&imported.report, &workflow);
    Ok((workflow, report))
}

fn report(found: &reporunner_n8n::Report, workflow: &Workflow) -> ImportReport {
    let name = |id: &NodeId| workflow.nodes.get(id).map(|node| node.name.clone());
    let stubs = found.nodes.iter().filter(|node| node.fidelity != Fidelity::Native);
    let about = stubs
        .filter(|node| !node.reason.is_empty())
        .map(|node| ImportNote { node: Some(node.name.clone()), message: node.reason.clone() });
    let warnings = found.warnings.iter().map(|warning| ImportNote {
        node: warning.node.as_ref().and_then(name),
        message: warning.message.clone(),
    });
    let next = found.next.iter().map(|step| ImportNote { node: None, message: step.clone() });
    let mut notes: Vec<ImportNote> = Vec::new();
    for note in next.chain(about).chain(warnings) {
        // A warning says what the reason said, and more.
        let whole = |of: &ImportNote| match &of.node {
            Some(node) if !of.message.starts_with(&format!("{node}: ")) => {
                format!("{node}: {}", of.message)
            }
            _ => of.message.clone(),
        };
        notes.retain(|known| !whole(&note).starts_with(&whole(known)));
        notes.push(note);
    }
    ImportReport {
        native: found.count(Fidelity::Native) + found.count(Fidelity::Different),
        stubs: found.count(Fidelity::Stub),
        bad_expressions: found.expressions - found.expressions_read,
        notes,
    }
}

/// Makes what a hand-written file left out or got wrong hold together.
fn mend(workflow: &mut Workflow) {
    for (id, node) in &mut workflow.nodes {
        node.id = id.clone();
    }
    let nodes = &workflow.nodes;
    workflow.edges.retain(|key, _| nodes.contains_key(&key.from) && nodes.contains_key(&key.to));
    workflow.pins.retain(|id, _| nodes.contains_key(id));
}
