//! Workflow files and the clipboard, ours and n8n's.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use reporunner_model::{Catalog, Edit, NodeId, Point, Workflow, diff, limits};
use reporunner_n8n::{ImportError, WarningKind};
use reporunner_protocol::{
    Code, Event, ExportFormat, ExportWorkflow, Exported, Failure, Fidelity, GetImportReport,
    ImportNote, ImportRemark, ImportReport, ImportWorkflow, Imported, ImportedCredential,
    ImportedExpression, ImportedNode, PastedNodes, ReadNodes,
};
use serde_json::json;

use crate::{App, Caller, ids};

/// Key and number that mark a file as ours.
const MARK: &str = "reporunner";
const FORMAT: u64 = 1;
/// Most of an expression that a report shows, characters.
const EXPRESSION_CHARS: usize = 500;

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

    /// What an import of a workflow as it is now would report.
    pub(crate) async fn import_report(
        &self,
        _: &Caller,
        command: GetImportReport,
    ) -> Result<ImportReport, Failure> {
        let workflow = self.draft(&command.id).await?;
        let found = reporunner_n8n::review(&workflow, self.catalog(), ids::text, can_be_read);
        let found = found.map_err(|error| {
            Failure::new(Code::Internal, format!("the workflow cannot be looked through: {error}"))
        })?;
        Ok(report(&found, &workflow))
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
            let message = match error {
                ImportError::NotJson { .. }
                | ImportError::CutOff { .. }
                | ImportError::Other(_)
                | ImportError::NoWorkflow
                | ImportError::Empty => "the clipboard holds no nodes".to_owned(),
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

/// Whether an expression is whole. The worker has the last word on what it means.
fn can_be_read(text: &str) -> bool {
    reporunner_expression::Template::parse(text).is_whole()
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
    Err(Failure::file_too_large("the file"))
}

/// The text of a workflow file, if it is one that may be read at all: UTF-8 or UTF-16, with or
/// without a byte order mark.
///
/// # Errors
/// Where it cannot be read, is larger than any workflow, or is no text.
pub fn read_workflow_file(path: &Path) -> Result<String, Failure> {
    let unread = |error: std::io::Error| {
        Failure::new(Code::Invalid, format!("{} cannot be read: {error}", path.display()))
    };
    let size = std::fs::metadata(path).map_err(unread)?.len();
    if size > limits::IMPORT_BYTES as u64 {
        return Err(Failure::file_too_large(path.display()));
    }
    let bytes = std::fs::read(path).map_err(unread)?;
    reporunner_n8n::decode(&bytes).map(Cow::into_owned).map_err(|error| unfit(&error))
}

fn unfit(error: &ImportError) -> Failure {
    Failure::new(Code::Invalid, error.to_string()).hint(error.hint())
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
    let (value, _) = reporunner_n8n::parse(text).map_err(|error| unfit(&error))?;
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
        .map_err(|error| unfit(&error))?;
    let mut workflow = imported.workflow;
    if workflow.settings.timezone.is_empty() {
        timezone.clone_into(&mut workflow.settings.timezone);
    }
    let report = report(&imported.report, &workflow);
    Ok((workflow, report))
}

fn report(found: &reporunner_n8n::Report, workflow: &Workflow) -> ImportReport {
    let count = |fidelity| found.nodes.iter().filter(|node| node.fidelity == fidelity).count();
    let nodes = found.nodes.iter().map(|node| ImportedNode {
        id: node.id.clone(),
        name: node.name.clone(),
        node_type: node.node_type.clone(),
        fidelity: match node.fidelity {
            reporunner_n8n::Fidelity::Native => Fidelity::Native,
            reporunner_n8n::Fidelity::Different => Fidelity::Different,
            reporunner_n8n::Fidelity::Stub => Fidelity::Stub,
        },
        reason: node.reason.clone(),
    });
    let expressions = found.expression_list.iter().map(|expression| ImportedExpression {
        node: expression.node.clone(),
        parameter: expression.parameter.clone(),
        text: cut(&expression.text),
        read: expression.read,
    });
    let credentials = found.credentials.iter().map(|credential| ImportedCredential {
        node: credential.node.clone(),
        kind: credential.kind.clone(),
        name: credential.name.clone(),
    });
    // What is said of a node or an expression is said there.
    let mended = found.warnings.iter().filter(|warning| {
        !matches!(
            warning.kind,
            WarningKind::UnknownType
                | WarningKind::UnknownVersion
                | WarningKind::UnknownParameter
                | WarningKind::Expression
        )
    });
    let mended = mended.map(|warning| ImportRemark {
        node: warning.node.clone(),
        message: warning.message.clone(),
    });
    let (native, different) =
        (count(reporunner_n8n::Fidelity::Native), count(reporunner_n8n::Fidelity::Different));
    ImportReport {
        native: native + different,
        different,
        stubs: count(reporunner_n8n::Fidelity::Stub),
        bad_expressions: found.expressions - found.expressions_read,
        notes: notes(found, workflow),
        nodes: nodes.collect(),
        expressions: expressions.collect(),
        credentials: credentials.collect(),
        mended: mended.collect(),
        next: found.next.clone(),
    }
}

/// A text short enough to be looked at.
fn cut(text: &str) -> String {
    match text.char_indices().nth(EXPRESSION_CHARS) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// Everything there is to say, in words, the most important first.
fn notes(found: &reporunner_n8n::Report, workflow: &Workflow) -> Vec<ImportNote> {
    let name = |id: &NodeId| workflow.nodes.get(id).map(|node| node.name.clone());
    let stubs = found.nodes.iter().filter(|node| node.fidelity != reporunner_n8n::Fidelity::Native);
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
    notes
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
