//! A workflow file run by itself, without a data folder.

use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use reporunner_engine::Options;
use reporunner_expression::Evaluator;
use reporunner_model::{Catalog, Durability, Item, NodeError, RunMode, StartFrom, Workflow};
use reporunner_net::Reach;
use reporunner_protocol::{Code, Failure, ImportReport, RunOptions, RunResult};
use reporunner_runner::{Called, House, Place, RunRequest, Runner, RunnerOptions};
use reporunner_sandbox::PoolConfig;
use reporunner_store::{OpenOptions, Store};

use crate::failure::{of_runner, of_store};
use crate::runs::result_of;
use crate::transfer::parse;
use crate::{Host, ids};

/// A workflow file to run.
pub struct FileRun {
    /// Where the file is; relative paths of the workflow start in its folder.
    pub path: PathBuf,
    /// What it holds.
    pub text: String,
    /// Name of the node to start at.
    pub trigger: Option<String>,
    /// Items for the node it starts at.
    pub input: Option<Vec<Item>>,
    /// How it runs.
    pub options: RunOptions,
    /// Whether it may run commands of the shell.
    pub allow_commands: bool,
    /// The data folder of this user, which it may not touch.
    pub data: PathBuf,
}

/// Runs a workflow file. It counts as the local user's own: this machine and the local network
/// may be reached, and the file's folder may be read and written. What is kept while it runs lies
/// in a folder of its own that goes with the run. `told` hears how the file was read, before the run
/// begins. When `stop` ends, the run is cancelled.
///
/// # Errors
/// Where the file is no workflow, or has nothing to start at.
pub async fn run_file(
    host: Host,
    run: FileRun,
    told: impl FnOnce(&ImportReport),
    stop: impl Future<Output = ()>,
) -> Result<RunResult, Failure> {
    let scratch = Scratch::new()?;
    let now = host.clock.now();
    let store = Store::open(&scratch.0, OpenOptions::at(now)).map_err(of_store)?;
    let worker = PoolConfig::new(&host.worker.program, &host.worker.arguments);
    let runner = Runner::new(RunnerOptions {
        store,
        nodes: reporunner_nodes::all(),
        evaluator: Arc::new(Evaluator::new(worker)),
        clock: Arc::clone(&host.clock),
        sink: Arc::new(()),
        owner: ids::text(),
    });
    runner.set_house(Arc::new(Alone {
        catalog: Arc::clone(runner.catalog()),
        timezone: host.timezone.clone(),
    }));
    let (workflow, report) = parse(&run.text, runner.catalog(), &host.timezone)?;
    told(&report);
    let start = match &run.trigger {
        Some(name) => {
            let node = workflow.node_named(name).ok_or_else(|| {
                Failure::new(Code::NotFound, format!("no node is called {name}"))
                    .hint("`reporunner show` lists the nodes of a stored workflow.")
            })?;
            StartFrom::Trigger { node: Some(node.id.clone()) }
        }
        None => StartFrom::Default,
    };
    let absolute = std::path::absolute(&run.path).unwrap_or_else(|_| run.path.clone());
    let base = absolute.parent().map_or_else(|| PathBuf::from("."), PathBuf::from);
    let durability = if run.options.memory { Durability::Memory } else { Durability::Durable };
    let request = RunRequest {
        id: ids::run(now),
        prepared: runner.prepare(Arc::new(workflow)),
        options: Options {
            start,
            input: run.input.map(Arc::new),
            use_pins: run.options.use_pins,
            time_limit_ms: run.options.timeout_ms,
            ..Options::default()
        },
        mode: RunMode::Manual,
        durability,
        place: Place {
            folders: vec![base.clone()],
            base,
            closed: vec![run.data, scratch.0.clone()],
            own: None,
            reach: Reach::local_user(),
            commands: run.allow_commands,
        },
        vars: serde_json::Map::new(),
        live: false,
        timezone: host.timezone,
        responder: None,
        version: None,
        parent: None,
    };
    let handle = runner.start(request).map_err(of_runner)?;
    let id = handle.id.clone();
    let mut ended = std::pin::pin!(handle.ended());
    let ended = tokio::select! {
        ended = &mut ended => ended,
        () = stop => {
            // One that ends by itself meanwhile is as good.
            let _ = runner.cancel(&id, "stopped by hand");
            ended.await
        }
    };
    let ended = ended.ok_or_else(|| of_runner(reporunner_runner::Error::Closing))?;
    Ok(result_of(&ended))
}

/// What is around a workflow file that runs by itself.
struct Alone {
    catalog: Arc<Catalog>,
    timezone: String,
}

#[async_trait]
impl House for Alone {
    async fn workflow(&self, id: &str, _: Option<&str>, _: bool) -> Result<Called, NodeError> {
        Err(reporunner_runner::alone(id))
    }

    fn read(&self, text: &str) -> Result<Workflow, NodeError> {
        let parsed = parse(text, &self.catalog, &self.timezone);
        parsed.map(|(workflow, _)| workflow).map_err(crate::house::of_failure)
    }

    fn ends_with_waits(&self) -> bool {
        true
    }
}

/// A folder that goes when it is dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self, Failure> {
        let folder = std::env::temp_dir().join(format!("reporunner-run-{}", ids::text()));
        // What a workflow reads and gives is nobody else's business.
        std::fs::DirBuilder::new().mode(0o700).create(&folder).map_err(|error| {
            Failure::new(Code::NotSaved, format!("{}: {error}", folder.display()))
                .hint("Free some space in the folder for temporary files.")
        })?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed now is removed with the system's other temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
