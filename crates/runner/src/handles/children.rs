//! Runs of other workflows that a run asks for. The id of such a run follows from the step that
//! asks for it, so that the step finds it again after a crash.

use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use reporunner_engine::Options;
use reporunner_model::{
    Durability, ErrorOrigin, Item, Items, NodeError, NodeId, RunId, RunMode, RunStatus, StartFrom,
    VersionId, Workflow, limits,
};
use reporunner_node::{ChildRun, Gives, WhichWorkflow, WorkflowCall, Workflows};
use reporunner_store::{RunRow, Store};
use serde_json::{Map, Value};

use super::{Place, StoredBinaries, from_store};
use crate::house::Called;
use crate::ids::run_for;
use crate::prepared::Prepared;
use crate::runner::{Ended, Error, ParentRun, RunHandle, RunRequest, Runner, Shared};

/// The trigger at which a called workflow may start that has none for that.
const MANUAL_TRIGGER: &str = "manualTrigger";

/// What a run passes on to those that it asks for.
pub(crate) struct Family {
    runner: Runner,
    run: RunId,
    prepared: Arc<Prepared>,
    version: Option<VersionId>,
    place: Place,
    vars: Map<String, Value>,
    durability: Durability,
    pub(crate) live: bool,
    timezone: String,
    depth: usize,
    binaries: Arc<StoredBinaries>,
}

impl Family {
    pub(crate) fn new(
        shared: &Arc<Shared>,
        request: &RunRequest,
        binaries: Arc<StoredBinaries>,
    ) -> Self {
        Self {
            runner: Runner { shared: Arc::clone(shared) },
            run: request.id.clone(),
            prepared: Arc::clone(&request.prepared),
            version: request.version.clone(),
            place: request.place.clone(),
            vars: request.vars.clone(),
            durability: request.durability,
            live: request.live,
            timezone: request.timezone.clone(),
            depth: request.parent.as_ref().map_or(0, |parent| parent.depth),
            binaries,
        }
    }
}

/// The runs that one step asks for.
pub(crate) struct Children {
    pub(crate) family: Arc<Family>,
    /// The same for each try of the step and no other.
    pub(crate) key: String,
}

/// Ends a run whose caller goes, unless the whole process does.
struct EndWithCaller<'c> {
    runner: &'c Runner,
    run: Option<RunId>,
}

impl Drop for EndWithCaller<'_> {
    fn drop(&mut self) {
        if let Some(run) = self.run.take()
            && !*self.runner.shared.closing.borrow()
        {
            let reason = "the run that called it ended";
            // It may have ended by itself meanwhile, but as well have lain down.
            if self.runner.cancel(&run, reason).is_err() {
                self.runner.shared.house().end(&run, reason);
            }
        }
    }
}

#[async_trait]
impl Workflows for Children {
    async fn run(&self, call: WorkflowCall) -> Result<ChildRun, NodeError> {
        let family = &*self.family;
        let depth = family.depth + 1;
        if depth > limits::CALL_DEPTH {
            let message = format!("workflows call each other more than {depth} deep");
            return Err(NodeError::new(message)
                .hint("Give the calls a condition under which they end.")
                .from_origin(ErrorOrigin::Limit));
        }
        let Called { prepared, place, version } = self.called(&call.workflow).await?;
        let (start, gives) = start_of(&prepared)?;
        let request = RunRequest {
            id: self.id_of(call.number),
            prepared: Arc::clone(&prepared),
            options: Options { start, input: Some(Arc::new(call.items)), ..Options::default() },
            mode: RunMode::Child,
            durability: family.durability,
            place,
            vars: family.vars.clone(),
            live: family.live,
            timezone: family.timezone.clone(),
            responder: None,
            version,
            parent: Some(ParentRun { run: family.run.clone(), depth }),
        };
        let id = request.id.clone();
        let store = family.runner.shared.store.clone();
        let before = store.read(|db| db.run(&id)).map_err(|error| from_store(&error))?;
        let mut handle = match before {
            None => family.runner.start(request).map_err(not_started)?,
            // Whatever became of it meanwhile: its caller did not wait for that.
            Some(_) if !call.wait => return Ok(ChildRun::Started(id)),
            Some(row) if row.status.is_final() => {
                return result_of_row(&row, &prepared, gives, &store);
            }
            Some(row) if row.status == RunStatus::Waiting => {
                return Ok(ChildRun::Waits(id));
            }
            // One that was cut off is taken up by whoever comes first.
            Some(_) => match family.runner.find(&id) {
                Some(handle) => handle,
                None => family.runner.resume(request, None).await.map_err(not_started)?,
            },
        };
        let with_caller = call.wait.then(|| id.clone());
        let mut guard = EndWithCaller { runner: &family.runner, run: with_caller };
        handle.stored().await.map_err(not_started)?;
        if !call.wait {
            self.keep_files(handle);
            return Ok(ChildRun::Started(id));
        }
        let ended = handle.ended().await;
        guard.run = None;
        match ended {
            Some(ended) if ended.status == RunStatus::Waiting => Ok(ChildRun::Waits(id)),
            Some(ended) => result_of(id, &ended, gives),
            // The process closes; this step is dropped with the rest and is done again.
            None => std::future::pending().await,
        }
    }
}

impl Children {
    fn id_of(&self, number: usize) -> RunId {
        run_for(self.family.run.as_str(), &format!("{}-{number}", self.key))
    }

    async fn called(&self, which: &WhichWorkflow) -> Result<Called, NodeError> {
        let family = &*self.family;
        let shared = &family.runner.shared;
        let ours = |prepared| Called { prepared, place: family.place.clone(), version: None };
        // The right to run commands is the workflow's that a person gave it to, and not that of a
        // text which may come from anywhere.
        let text = |workflow| {
            let mut called = ours(self.prepare(workflow));
            called.place.commands = false;
            called
        };
        match which {
            WhichWorkflow::Stored { id, .. } if *id == *family.prepared.workflow.id.as_str() => {
                let version = family.version.clone();
                Ok(Called { version, ..ours(Arc::clone(&family.prepared)) })
            }
            WhichWorkflow::Stored { id, name } => {
                shared.house().workflow(id, name.as_deref(), family.live).await
            }
            WhichWorkflow::File(path) => {
                let path = family.place.resolve(path)?;
                let read = tokio::task::spawn_blocking(move || read_file(&path));
                let read = read.await.map_err(|_| NodeError::new("reading was abandoned"))??;
                Ok(text(shared.house().read(&read)?))
            }
            WhichWorkflow::Text(written) => Ok(text(shared.house().read(written)?)),
        }
    }

    fn prepare(&self, mut workflow: Workflow) -> Arc<Prepared> {
        // It is shown among the runs of the workflow that holds it.
        let family = &*self.family;
        workflow.id = family.prepared.workflow.id.clone();
        if workflow.name.trim().is_empty() {
            workflow.name.clone_from(&family.prepared.workflow.name);
        }
        family.runner.prepare(Arc::new(workflow))
    }

    /// The files that a run works on stay while it needs them.
    fn keep_files(&self, handle: RunHandle) {
        let files = Arc::clone(&self.family.binaries);
        tokio::spawn(async move {
            handle.ended().await;
            drop(files);
        });
    }
}

fn read_file(path: &PathBuf) -> Result<String, NodeError> {
    let failed = |error: std::io::Error| {
        NodeError::new(format!("{}: {error}", path.display()))
            .hint("Give the path of a workflow file.")
            .from_origin(ErrorOrigin::Outside)
    };
    // A pipe would be waited for, a device read without end.
    if !std::fs::metadata(path).map_err(failed)?.is_file() {
        return Err(failed(std::io::Error::other("it is no file")));
    }
    let most = limits::IMPORT_BYTES as u64;
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(failed)?;
    file.take(most + 1).read_to_string(&mut text).map_err(failed)?;
    if text.len() as u64 > most {
        let message = format!("{} is too large for a workflow", path.display());
        return Err(NodeError::new(message).from_origin(ErrorOrigin::Limit));
    }
    Ok(text)
}

/// Where a called workflow starts, and what it gives back.
fn start_of(prepared: &Prepared) -> Result<(StartFrom, Gives), NodeError> {
    let nodes = || prepared.plan.nodes().filter(|(_, planned)| planned.node.on);
    let mut called = nodes().filter_map(|(index, planned)| {
        let (kind, _) = prepared.step(index).kind.as_ref()?;
        let gives = kind.called(&planned.node)?;
        Some((StartFrom::Trigger { node: Some(planned.node.id.clone()) }, gives))
    });
    if let Some(found) = called.next() {
        return Ok(found);
    }
    let mut manual = nodes().filter(|(_, at)| at.node.node_type.as_str() == MANUAL_TRIGGER);
    let node = manual.next().map(|(_, planned)| planned.node.id.clone()).ok_or_else(|| {
        NodeError::new(format!(
            "{} has nothing that starts it when it is called",
            prepared.workflow.name
        ))
        .hint("Add the trigger Called by a Workflow to it.")
    })?;
    Ok((StartFrom::Trigger { node: Some(node) }, Gives::LastRun))
}

fn result_of(run: RunId, ended: &Ended, gives: Gives) -> Result<ChildRun, NodeError> {
    if let Some(error) = &ended.error {
        let node = ended.node.as_ref().and_then(|id| ended.prepared.workflow.nodes.get(id));
        let node = node.map_or("", |node| node.name.as_str());
        return Err(failed(error.clone(), &ended.prepared.workflow.name, node));
    }
    let last = ended.run.last_node().map_or(&[][..], |node| ended.run.results(node));
    let runs = last.iter().filter_map(|result| result.outputs.first());
    Ok(ChildRun::Ended { run, items: given(runs, gives) })
}

/// What a run gave that ended before this process began.
fn result_of_row(
    row: &RunRow,
    prepared: &Prepared,
    gives: Gives,
    store: &Store,
) -> Result<ChildRun, NodeError> {
    let text = |name: &str| {
        let value = row.error.as_ref().and_then(|error| error.get(name)?.as_str());
        value.map(str::to_owned)
    };
    if row.status != RunStatus::Succeeded {
        let mut error =
            NodeError::new(text("message").unwrap_or_else(|| "it was ended".to_owned()));
        error.hint = text("hint");
        let node = text("nodeName").unwrap_or_default();
        return Err(failed(error, &prepared.workflow.name, &node));
    }
    let runs = store.read(|db| {
        let rows = db.node_runs(&row.id)?;
        let ended = |at: &reporunner_store::NodeRunRow| {
            let record = &at.record;
            (record.started.0.saturating_mul(1000) + record.micros as i64, record.sequence)
        };
        let last: Option<NodeId> =
            rows.iter().max_by_key(|at| ended(at)).map(|at| at.record.node.clone());
        let of_last = rows.iter().filter(|at| Some(&at.record.node) == last.as_ref());
        let first = of_last.filter_map(|at| at.outputs.first()?.as_ref());
        first
            .map(|at| db.all_items(at).map(Arc::new))
            .collect::<reporunner_store::Result<Vec<Items>>>()
    });
    let runs = runs.map_err(|error| from_store(&error))?;
    Ok(ChildRun::Ended { run: row.id.clone(), items: given(runs.iter(), gives) })
}

fn given<'i>(runs: impl DoubleEndedIterator<Item = &'i Items>, gives: Gives) -> Vec<Item> {
    match gives {
        Gives::AllRuns => runs.flat_map(|items| items.iter().cloned()).collect(),
        Gives::LastRun => runs.last().map_or_else(Vec::new, |items| items.to_vec()),
    }
}

fn failed(mut error: NodeError, workflow: &str, node: &str) -> NodeError {
    let at = if node.is_empty() { String::new() } else { format!(" at {node}") };
    error.detail = Some(format!("{workflow} failed{at}"));
    // What is said of an item or a parameter is said of another workflow's.
    error.item = None;
    error.parameter.clear();
    if error.origin == ErrorOrigin::Cancelled {
        error.origin = ErrorOrigin::Node;
    }
    error
}

fn not_started(error: Error) -> NodeError {
    let hint = match &error {
        Error::Start(error) => error.hint(),
        _ => "Try again; if it stays, look at the other workflow.",
    };
    NodeError::new(error.to_string()).hint(hint)
}
