//! One function for each command of the command line.

mod executions;
mod run;
mod serve;
mod workflows;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use reporunner_app::{Answer, Host, Stay, ask};
use reporunner_protocol::{
    Code, Failure, GetStorage, Hello, ListWorkflows, WorkflowFilter, WorkflowSummary,
};

use crate::arguments::{Command, Json};
use crate::print;

/// Exit code of a process that did not end in order: 128 and the number of the signal, as shells
/// have it for an interrupt.
const ENDED_AT_ONCE: i32 = 130;

/// How a command ended, where it could be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// As wanted.
    Done,
    /// A run failed, was cancelled or timed out.
    Failed,
}

pub(crate) async fn dispatch(data: Option<PathBuf>, command: Command) -> anyhow::Result<Outcome> {
    let folder = reporunner_app::data_folder(data)?;
    match command {
        Command::Run(arguments) => run::run(&folder, arguments).await,
        Command::Serve(arguments) => serve::serve(&folder, arguments).await,
        Command::List(arguments) => workflows::list(&*existing(&folder).await?, &arguments).await,
        Command::Show(arguments) => workflows::show(&*existing(&folder).await?, &arguments).await,
        Command::Import(arguments) => {
            workflows::import(&*connect(&folder).await?, &arguments).await
        }
        Command::Export(arguments) => {
            workflows::export(&*existing(&folder).await?, &arguments).await
        }
        Command::Publish(arguments) => {
            workflows::publish(&*existing(&folder).await?, &arguments).await
        }
        Command::Executions(arguments) => {
            executions::executions(&*existing(&folder).await?, &arguments).await
        }
        Command::Doctor(arguments) => {
            must_exist(&folder)?;
            doctor(&*open(&folder).await?, &arguments).await
        }
        Command::Completions { .. } | Command::Man(_) | Command::Worker => {
            unreachable!("these need no data folder and were answered before")
        }
    }
}

/// As [`connect`], for commands that begin nothing: a slip in a path must not make a folder.
async fn existing(folder: &Path) -> anyhow::Result<Arc<dyn Answer>> {
    must_exist(folder)?;
    connect(folder).await
}

fn must_exist(folder: &Path) -> Result<(), Failure> {
    if reporunner_app::is_data_folder(folder) {
        return Ok(());
    }
    let message = format!("there is no data folder at {}", folder.display());
    Err(Failure::new(Code::NotFound, message).hint(
        "Look for a slip in --data or REPORUNNER_DATA. `reporunner import FILE`, `reporunner serve` \
         and the window make a folder where there is none.",
    ))
}

/// The folder's owner, for one command. What is to be told about the folder goes to standard error.
async fn connect(folder: &Path) -> anyhow::Result<Arc<dyn Answer>> {
    let answer = open(folder).await?;
    tell_notices(&*answer).await?;
    Ok(answer)
}

async fn open(folder: &Path) -> anyhow::Result<Arc<dyn Answer>> {
    Ok(reporunner_app::connect(folder, Host::machine(), Stay::Short).await?)
}

async fn tell_notices(answer: &dyn Answer) -> anyhow::Result<()> {
    ask(answer, Hello {}).await?.notices.iter().for_each(|notice| print::notice(notice));
    Ok(())
}

/// Ends at Ctrl+C or when the process is asked to end. Asked a second time, it ends at once.
async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let asked = [SignalKind::interrupt(), SignalKind::terminate()].map(signal);
    let [Ok(mut interrupt), Ok(mut terminate)] = asked else {
        // Then they end the process by themselves.
        return std::future::pending().await;
    };
    let mut next = async move || {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    };
    next().await;
    tokio::spawn(async move {
        next().await;
        std::process::exit(ENDED_AT_ONCE);
    });
}

/// The workflow with this name or id.
async fn find(answer: &dyn Answer, wanted: &str) -> anyhow::Result<WorkflowSummary> {
    let all = ask(answer, ListWorkflows { filter: WorkflowFilter::default() }).await?;
    let mut named: Vec<_> = all
        .into_iter()
        .filter(|workflow| workflow.id.as_str() == wanted || workflow.name == wanted)
        .collect();
    match (named.pop(), named.len()) {
        (Some(found), 0) => Ok(found),
        (Some(_), _) => Err(Failure::new(
            Code::Invalid,
            format!("{} workflows are called {wanted}", named.len() + 1),
        )
        .hint("Give the id instead; `reporunner list` shows it.")
        .into()),
        (None, _) => {
            Err(Failure::new(Code::NotFound, format!("no workflow has the name or id {wanted}"))
                .hint("`reporunner list` shows the workflows that there are.")
                .into())
        }
    }
}

/// Says what is missing or broken on this machine.
async fn doctor(answer: &dyn Answer, arguments: &Json) -> anyhow::Result<Outcome> {
    let welcome = ask(answer, Hello {}).await?;
    let storage = ask(answer, GetStorage {}).await?;
    let workflows = ask(answer, ListWorkflows { filter: WorkflowFilter::default() }).await?;
    let of_workflows = workflows.iter().filter_map(workflows::trouble_of);
    let of_folder = welcome.read_only.iter().chain(&welcome.disk_full).chain(&welcome.notices);
    let of_folder = of_folder.cloned();
    let troubles: Vec<String> =
        of_folder.chain(of_workflows.map(|(name, words)| format!("{name}: {words}"))).collect();
    if arguments.json {
        print::json(&serde_json::json!({
            "version": welcome.version,
            "folder": welcome.folder,
            "webhooks": welcome.webhook_base,
            "webhookPortTaken": welcome.webhook_port_taken,
            "timezone": welcome.timezone,
            "storage": storage,
            "troubles": troubles,
        }))?;
    } else {
        print::line(format!("Reporunner {}", welcome.version));
        print::line(format!("Data folder   {}", welcome.folder));
        let webhooks = welcome.webhook_base.as_deref().unwrap_or("not listening");
        print::line(format!("Webhooks      {webhooks}"));
        if let Some(taken) = &welcome.webhook_port_taken {
            // They can be called all the same, so it is no trouble.
            print::line(format!("              {}", taken.why));
        }
        print::line(format!("Time zone     {}", welcome.timezone));
        let kib = (storage.database + storage.binaries) / 1024;
        print::line(format!("Disk used     {kib} KiB for {} executions", storage.runs));
        let reserve = reporunner_app::RESERVE_BYTES / 1024;
        print::line(format!("Disk reserved {reserve} KiB, so that deleting works on a full disk"));
        troubles.iter().for_each(|trouble| print::line(format!("Trouble       {trouble}")));
        if troubles.is_empty() {
            print::line("Nothing is wrong.");
        }
    }
    Ok(if troubles.is_empty() { Outcome::Done } else { Outcome::Failed })
}
