//! `run`: a workflow file or a stored workflow, without a window.

use std::path::Path;

use anyhow::Context;
use reporunner_app::{FileRun, Host, ask, read_workflow_file};
use reporunner_model::{Item, NodeId, RunStatus, StartFrom};
use reporunner_protocol::{
    Code, Failure, GetRunResult, ImportReport, OpenWorkflow, RunOptions, RunResult, StartRun,
    StartedRun, StopRun, WaitRun,
};
use serde_json::Value;

use super::executions::why;
use super::{Outcome, existing, find, stop_signal};
use crate::arguments::{Pins, Run};
use crate::print;

pub(crate) async fn run(folder: &Path, arguments: Run) -> anyhow::Result<Outcome> {
    let input = arguments.input.as_deref().map(read_items).transpose()?;
    let options = RunOptions {
        use_pins: arguments.pins == Pins::Use,
        timeout_ms: arguments.timeout.map(|seconds| (seconds.max(0.0) * 1000.0) as u64),
        memory: arguments.memory,
    };
    let path = Path::new(&arguments.workflow);
    let result = if path.is_file() {
        let run = FileRun {
            path: path.to_owned(),
            text: read_workflow_file(path)?,
            trigger: arguments.trigger.clone(),
            input,
            options,
            allow_commands: arguments.allow_commands,
            data: folder.to_owned(),
        };
        reporunner_app::run_file(Host::machine(), run, tell_reading, stop_signal()).await?
    } else if arguments.allow_commands {
        let message = "--allow-commands is for workflow files";
        return Err(Failure::new(Code::Invalid, message)
            .hint("Allow a stored workflow in Settings, What workflows may reach, Commands.")
            .into());
    } else {
        run_stored(folder, &arguments, input, options).await?
    };
    if arguments.json {
        print::json(&result)?;
    } else {
        print_result(&result)?;
    }
    if path.is_file() && result.status == RunStatus::Waiting {
        print::notice(
            "what follows the wait does not happen, since a file that is run by itself keeps \
             nothing; `reporunner import` it, run it by its name, and it goes on",
        );
    }
    Ok(match result.status {
        RunStatus::Succeeded | RunStatus::Waiting => Outcome::Done,
        _ => Outcome::Failed,
    })
}

/// Says what of a file is not as it was written: the run may succeed all the same.
fn tell_reading(report: &ImportReport) {
    for remark in &report.mended {
        print::notice(&remark.message);
    }
    if report.stubs > 0 {
        let (nodes, are) = if report.stubs == 1 { ("node", "is") } else { ("nodes", "are") };
        print::notice(&format!("{} {nodes} {are} not here yet and cannot run", report.stubs));
    }
}

async fn run_stored(
    folder: &Path,
    arguments: &Run,
    input: Option<Vec<Item>>,
    options: RunOptions,
) -> anyhow::Result<RunResult> {
    let looked = async {
        let answer = existing(folder).await?;
        let found = find(&*answer, &arguments.workflow).await?;
        Ok((answer, found.id))
    };
    let (answer, workflow) = looked.await.map_err(|error| as_path(&arguments.workflow, error))?;
    let start = match &arguments.trigger {
        Some(name) => {
            let opened = ask(&*answer, OpenWorkflow { id: workflow.clone() }).await?;
            let node: Option<NodeId> = opened.workflow.node_named(name).map(|n| n.id.clone());
            let missing = || Failure::new(Code::NotFound, format!("no node is called {name}"));
            StartFrom::Trigger { node: Some(node.ok_or_else(missing)?) }
        }
        None => StartFrom::Default,
    };
    match ask(&*answer, StartRun { workflow, start, input, options }).await? {
        StartedRun::Running { run } => {
            tokio::select! {
                ended = ask(&*answer, WaitRun { run: run.clone() }) => drop(ended?),
                () = stop_signal() => {
                    ask(&*answer, StopRun { run: run.clone() }).await?;
                    ask(&*answer, WaitRun { run: run.clone() }).await?;
                }
            }
            Ok(ask(&*answer, GetRunResult { run }).await?)
        }
        StartedRun::Listening { address, .. } => {
            Err(Failure::new(Code::Invalid, format!("the workflow waits for a call of {address}"))
                .hint("Give the call's data with --input, or start at another trigger.")
                .into())
        }
    }
}

/// Why nothing was found, in terms of files where `wanted` was meant as a path.
fn as_path(wanted: &str, error: anyhow::Error) -> anyhow::Error {
    let is_missing = |failure: &Failure| failure.code == Code::NotFound;
    if !error.downcast_ref().is_some_and(is_missing) {
        return error;
    }
    let path = Path::new(wanted);
    if path.is_dir() {
        let failure = Failure::new(Code::Invalid, format!("{wanted} is a folder"));
        return failure.hint("Give the workflow's file in it: its workflow.json.").into();
    }
    let is_json = path.extension().is_some_and(|extension| extension == "json");
    if is_json || path.components().count() > 1 {
        return Failure::new(Code::NotFound, format!("there is no file {wanted}"))
            .hint("Give the path of a workflow file, or a name that `reporunner list` shows.")
            .into();
    }
    error
}

/// Items from a file: an array of objects, or of `{json, binary}` items.
fn read_items(path: &Path) -> anyhow::Result<Vec<Item>> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("{} cannot be read", path.display()))?;
    let value: Value =
        serde_json::from_str(&text).with_context(|| format!("{} is no JSON", path.display()))?;
    match value {
        Value::Array(list) => Ok(list.into_iter().map(Item::from_value).collect()),
        Value::Object(_) => Ok(vec![Item::from_value(value)]),
        _ => anyhow::bail!("{} holds no list of objects", path.display()),
    }
}

fn print_result(result: &RunResult) -> anyhow::Result<()> {
    for (name, runs) in &result.nodes {
        for run in runs {
            let counts: Vec<_> = run.outputs.iter().map(|items| items.len().to_string()).collect();
            let counts = match counts.join(" / ") {
                counts if counts.is_empty() => "no output".to_owned(),
                counts if counts == "1" => "1 item".to_owned(),
                counts => format!("{counts} items"),
            };
            print::line(format!("{name}: {counts} in {:.1} ms", run.ms));
            if let Some(error) = &run.error {
                print::line(format!("  failed: {error}"));
            }
            for item in run.outputs.iter().flat_map(|items| items.iter()).take(3) {
                print::line(format!("  {}", serde_json::to_string(&item.json)?));
            }
        }
    }
    print::line(format!(
        "The run {}.",
        match result.status {
            RunStatus::Succeeded => "succeeded",
            RunStatus::Failed => "failed",
            RunStatus::Cancelled => "was cancelled",
            RunStatus::Waiting => "waits",
            _ => "was cut off",
        }
    ));
    if let Some(error) = &result.error {
        print::line(why(error));
        let hints = error.hint.iter().flat_map(|hint| hint.lines());
        hints.for_each(|hint| print::line(format!("  {hint}")));
    }
    Ok(())
}
