//! `executions`: list, show and delete.

use reporunner_app::{Answer, ask};
use reporunner_model::{NodeId, RunId, RunStatus};
use reporunner_protocol::{
    Code, DeleteRuns, Failure, GetRun, GetRunWorkflow, ListRuns, RunError, RunFilter, RunSummary,
};

use super::{Outcome, find};
use crate::arguments::Executions;
use crate::print;

const STATUSES: [RunStatus; 7] = [
    RunStatus::Queued,
    RunStatus::Running,
    RunStatus::Waiting,
    RunStatus::Succeeded,
    RunStatus::Failed,
    RunStatus::Cancelled,
    RunStatus::Unknown,
];

pub(crate) async fn executions(
    answer: &dyn Answer,
    arguments: &Executions,
) -> anyhow::Result<Outcome> {
    if let Some(run) = &arguments.run {
        let run = RunId::new(run);
        if arguments.delete {
            return delete(answer, arguments, vec![run]).await;
        }
        return show(answer, arguments, run).await;
    }
    let filter = filter(answer, arguments).await?;
    let page = ask(answer, ListRuns { filter }).await?;
    if arguments.delete {
        let listed = page.runs.into_iter().map(|run| run.id).collect();
        return delete(answer, arguments, listed).await;
    }
    if arguments.json {
        print::json(&page.runs)?;
    } else if page.runs.is_empty() {
        print::line("No executions.");
    } else {
        let rows: Vec<_> = page.runs.iter().map(row).collect();
        print::table(&["ID", "WORKFLOW", "STATUS", "STARTED", "MS", "ERROR"], &rows);
    }
    Ok(Outcome::Done)
}

async fn filter(answer: &dyn Answer, arguments: &Executions) -> anyhow::Result<RunFilter> {
    let workflow = match &arguments.workflow {
        Some(name) => Some(find(answer, name).await?.id),
        None => None,
    };
    let statuses = match &arguments.status {
        Some(word) => {
            vec![serde_json::from_value::<RunStatus>(word.as_str().into()).map_err(|_| {
                Failure::new(Code::Invalid, format!("{word} is no status of an execution"))
                    .hint(format!("Give one of {}.", STATUSES.map(RunStatus::as_str).join(", ")))
            })?]
        }
        None => Vec::new(),
    };
    let search = arguments.search.clone().unwrap_or_default();
    Ok(RunFilter { workflow, statuses, search, limit: arguments.limit, ..RunFilter::default() })
}

async fn show(answer: &dyn Answer, arguments: &Executions, run: RunId) -> anyhow::Result<Outcome> {
    let detail = ask(answer, GetRun { run: run.clone() }).await?;
    if arguments.json {
        print::json(&detail)?;
        return Ok(Outcome::Done);
    }
    print::table(&["ID", "WORKFLOW", "STATUS", "STARTED", "MS", "ERROR"], &[row(&detail.summary)]);
    // Old runs may have outlived what says the names of their nodes.
    let workflow = ask(answer, GetRunWorkflow { run }).await.ok();
    let name = |id: &NodeId| {
        let node = workflow.as_ref().and_then(|workflow| workflow.nodes.get(id));
        node.map_or_else(|| id.to_string(), |node| node.name.clone())
    };
    let rows: Vec<_> = detail
        .nodes
        .iter()
        .map(|node| {
            let counts: Vec<_> = node.output_counts.iter().map(usize::to_string).collect();
            vec![
                name(&node.node),
                format!("{:?}", node.state).to_lowercase(),
                counts.join(" / "),
                format!("{:.1}", node.micros as f64 / 1000.0),
                node.error.as_ref().map_or_else(String::new, |error| error.message.clone()),
            ]
        })
        .collect();
    print::table(&["NODE", "STATE", "ITEMS", "MS", "ERROR"], &rows);
    Ok(Outcome::Done)
}

async fn delete(
    answer: &dyn Answer,
    arguments: &Executions,
    runs: Vec<RunId>,
) -> anyhow::Result<Outcome> {
    let deleted =
        ask(answer, DeleteRuns { runs: Some(runs), filter: RunFilter::default() }).await?;
    if arguments.json {
        print::json(&serde_json::json!({ "deleted": deleted }))?;
    } else {
        print::line(format!("Deleted {deleted}."));
    }
    Ok(Outcome::Done)
}

fn row(run: &RunSummary) -> Vec<String> {
    vec![
        run.id.to_string(),
        run.workflow_name.clone(),
        run.status.as_str().to_owned(),
        print::time(run.started),
        run.ms.to_string(),
        run.error.as_ref().map_or_else(String::new, why),
    ]
}

/// Why a run failed, with the node where it was one.
pub(super) fn why(error: &RunError) -> String {
    match error.node_name.as_str() {
        "" => error.message.clone(),
        name => format!("{name}: {}", error.message),
    }
}
