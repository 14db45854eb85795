//! `list`, `show`, `import`, `export` and `publish`.

use anyhow::Context;
use reporunner_app::{Answer, ask, read_workflow_file};
use reporunner_protocol::{
    ExportFormat, ExportWorkflow, ImportWorkflow, ListWorkflows, OpenWorkflow, PublishWorkflow,
    SetLive, WorkflowFilter, WorkflowSummary,
};

use super::{Outcome, find};
use crate::arguments::{Export, Import, Json, Named, Publish};
use crate::print;

pub(crate) async fn list(answer: &dyn Answer, arguments: &Json) -> anyhow::Result<Outcome> {
    let workflows = ask(answer, ListWorkflows { filter: WorkflowFilter::default() }).await?;
    if arguments.json {
        print::json(&workflows)?;
    } else if workflows.is_empty() {
        print::line("No workflows yet. `reporunner import FILE` brings one in.");
    } else {
        let rows: Vec<_> = workflows
            .iter()
            .map(|workflow| {
                let last = workflow.last_runs.last().map_or("", |run| run.status.as_str());
                vec![
                    workflow.id.to_string(),
                    workflow.name.clone(),
                    standing(workflow),
                    last.to_owned(),
                    workflow.trigger.clone(),
                ]
            })
            .collect();
        print::table(&["ID", "NAME", "STATE", "LAST RUN", "STARTS"], &rows);
        for (name, trouble) in workflows.iter().filter_map(trouble_of) {
            print::line(format!("Trouble: {name}: {trouble}"));
        }
    }
    Ok(Outcome::Done)
}

/// How a workflow stands, in a word or two.
fn standing(workflow: &WorkflowSummary) -> String {
    match (workflow.state.live, &workflow.state.trouble, workflow.problems) {
        (false, _, _) => "off".to_owned(),
        (true, Some(_), _) => "live, with trouble".to_owned(),
        (true, None, 0) => "live".to_owned(),
        (true, None, 1) => "live, 1 problem".to_owned(),
        (true, None, many) => format!("live, {many} problems"),
    }
}

/// What keeps a live workflow from starting, or may, with its name.
pub(super) fn trouble_of(workflow: &WorkflowSummary) -> Option<(&str, String)> {
    let words = match (&workflow.state.trouble, workflow.problems) {
        (Some(trouble), _) => trouble.clone(),
        (None, 0) => return None,
        (None, _) => format!("`reporunner show {}` tells what is wrong with it", workflow.id),
    };
    workflow.state.live.then_some((workflow.name.as_str(), words))
}

pub(crate) async fn show(answer: &dyn Answer, arguments: &Named) -> anyhow::Result<Outcome> {
    let id = find(answer, &arguments.workflow).await?.id;
    let opened = ask(answer, OpenWorkflow { id }).await?;
    if arguments.json {
        print::json(&opened)?;
        return Ok(Outcome::Done);
    }
    let workflow = &opened.workflow;
    print::line(&workflow.name);
    if !workflow.description.is_empty() {
        print::line(&workflow.description);
    }
    let rows: Vec<_> = workflow
        .nodes
        .values()
        .map(|node| {
            let targets: Vec<_> = workflow
                .edges_from(&node.id)
                .iter()
                .filter_map(|edge| workflow.nodes.get(&edge.to))
                .map(|target| target.name.clone())
                .collect();
            vec![node.name.clone(), node.node_type.to_string(), targets.join(", ")]
        })
        .collect();
    print::table(&["NODE", "TYPE", "LEADS TO"], &rows);
    for problem in &opened.problems {
        print::line(format!("Problem: {}", problem.message));
    }
    Ok(Outcome::Done)
}

pub(crate) async fn import(answer: &dyn Answer, arguments: &Import) -> anyhow::Result<Outcome> {
    let text = read_workflow_file(&arguments.file)?;
    let name = arguments.file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let imported = ask(answer, ImportWorkflow { text, name }).await?;
    if arguments.json {
        print::json(&imported)?;
    } else {
        print::line(format!("Imported {} as {}. It is off.", imported.name, imported.id));
        let report = &imported.report;
        print::line(format!("{} nodes run here, {} do not.", report.native, report.stubs));
        for note in &report.notes {
            // Some say themselves which node they are about.
            match note.node.as_ref().filter(|node| !note.message.starts_with(node.as_str())) {
                Some(node) => print::line(format!("  {node}: {}", note.message)),
                None => print::line(format!("  {}", note.message)),
            }
        }
    }
    Ok(Outcome::Done)
}

pub(crate) async fn export(answer: &dyn Answer, arguments: &Export) -> anyhow::Result<Outcome> {
    let id = find(answer, &arguments.workflow).await?.id;
    let format = if arguments.n8n { ExportFormat::N8n } else { ExportFormat::Reporunner };
    let exported = ask(answer, ExportWorkflow { id, format }).await?;
    match &arguments.output {
        Some(path) => {
            std::fs::write(path, &exported.text)
                .with_context(|| format!("{} could not be written", path.display()))?;
            if arguments.json {
                print::json(&serde_json::json!({ "file": path }))?;
            }
        }
        None if arguments.json => print::json(&exported)?,
        None => print::line(&exported.text),
    }
    Ok(Outcome::Done)
}

pub(crate) async fn publish(answer: &dyn Answer, arguments: &Publish) -> anyhow::Result<Outcome> {
    let found = find(answer, &arguments.workflow).await?;
    let id = found.id;
    if !arguments.off {
        ask(answer, PublishWorkflow { id: id.clone() }).await?;
    }
    let state = ask(answer, SetLive { id: id.clone(), live: !arguments.off }).await?;
    let webhooks = ask(answer, OpenWorkflow { id: id.clone() }).await?.webhooks;
    if arguments.json {
        print::json(&serde_json::json!({ "id": id, "state": state, "webhooks": webhooks }))?;
    } else if arguments.off {
        print::line(format!("{} is off.", found.name));
    } else {
        print::line(format!("{} is published and live.", found.name));
        webhooks.values().for_each(|address| print::line(format!("  {}", address.production)));
        print::line("Its triggers run while `reporunner serve` or the window does.");
    }
    if let Some(trouble) = &state.trouble
        && !arguments.json
    {
        print::line(format!("Trouble: {trouble}"));
    }
    Ok(if state.trouble.is_none() { Outcome::Done } else { Outcome::Failed })
}
