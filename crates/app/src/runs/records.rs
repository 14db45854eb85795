//! Runs as they are recorded: listed, looked at, deleted, settled.

use std::sync::Arc;

use indexmap::IndexMap;
use reporunner_model::{Item, RunId, RunStatus, Timestamp, Workflow};
use reporunner_protocol::{
    Code, DeleteRuns, Failure, GetRun, GetRunResult, GetRunWorkflow, ListRuns, NodeResult,
    ResolveUnknown, RunDetail, RunError, RunFilter, RunPage, RunResult, RunSummary,
};
use reporunner_runner::Ended;
use reporunner_store::{RunChange, RunQuery, RunRow};

use crate::failure::{no_run, of_runner, of_store};
use crate::{App, Caller};

impl App {
    /// What the first node of a run gave: a trigger passes its input on.
    pub(crate) fn first_input(&self, row: &RunRow) -> Result<Option<Vec<Item>>, Failure> {
        self.store
            .read(|db| {
                let first = db.node_runs(&row.id)?.into_iter().next();
                let outputs = first.into_iter().flat_map(|first| first.outputs).flatten();
                // A webhook with several methods gives it by the one that was used.
                let at = outputs.max_by_key(|at| at.count);
                at.map(|at| db.all_items(&at)).transpose()
            })
            .map_err(of_store)
    }

    pub(crate) fn run_row(&self, run: &RunId) -> Result<RunRow, Failure> {
        self.store.read(|db| db.run(run)).map_err(of_store)?.ok_or_else(no_run)
    }

    /// Runs, newest first.
    pub(crate) async fn list_runs(
        &self,
        _: &Caller,
        command: ListRuns,
    ) -> Result<RunPage, Failure> {
        let query = query(command.filter);
        let page = self.read(move |app| app.store.read(|db| db.runs(&query)).map_err(of_store));
        let page = page.await?;
        let runs = page.runs.into_iter().map(|row| self.summary_of(row)).collect();
        Ok(RunPage { runs, next: page.next })
    }

    /// A run with its nodes, without their data.
    pub(crate) async fn get_run(&self, _: &Caller, command: GetRun) -> Result<RunDetail, Failure> {
        let stored = self.read(move |app| {
            let row = app.run_row(&command.run)?;
            Ok((app.store.read(|db| db.node_run_records(&row.id)).map_err(of_store)?, row))
        });
        let (nodes, row) = stored.await?;
        Ok(RunDetail { summary: self.summary_of(row), nodes })
    }

    /// The workflow as it was in a run.
    pub(crate) async fn get_run_workflow(
        &self,
        _: &Caller,
        command: GetRunWorkflow,
    ) -> Result<Workflow, Failure> {
        self.read(move |app| {
            let row = app.run_row(&command.run)?;
            app.runner.workflow_of(&row).map_err(of_runner)
        })
        .await
    }

    /// All that the nodes of a run gave.
    pub(crate) async fn get_run_result(
        &self,
        _: &Caller,
        command: GetRunResult,
    ) -> Result<RunResult, Failure> {
        match self.runner.recent(&command.run) {
            Some(ended) => Ok(result_of(&ended)),
            None => self.read(move |app| app.stored_result(&command.run)).await,
        }
    }

    fn stored_result(&self, run: &RunId) -> Result<RunResult, Failure> {
        let row = self.run_row(run)?;
        let workflow = self.runner.workflow_of(&row).map_err(of_runner)?;
        let mut result =
            RunResult { status: row.status, error: error_of(&row), nodes: Default::default() };
        self.store
            .read(|db| {
                for node_run in db.node_runs(&row.id)? {
                    let record = node_run.record;
                    let node = workflow.nodes.get(&record.node);
                    let name = node.map_or(record.node.as_str(), |node| node.name.as_str());
                    let outputs = node_run.outputs.iter().flatten();
                    let outputs = outputs.map(|at| db.all_items(at).map(Arc::new));
                    let runs: &mut Vec<NodeResult> =
                        result.nodes.entry(name.to_owned()).or_default();
                    runs.push(NodeResult {
                        outputs: outputs.collect::<Result<_, _>>()?,
                        error: record.error.map(|error| error.message),
                        ms: record.micros as f64 / 1000.0,
                    });
                }
                Ok(())
            })
            .map_err(of_store)?;
        Ok(result)
    }

    /// Deletes runs that have ended.
    pub(crate) async fn delete_runs(
        &self,
        _: &Caller,
        command: DeleteRuns,
    ) -> Result<u64, Failure> {
        let store = self.store.clone();
        let deleted = tokio::task::spawn_blocking(move || match command.runs {
            Some(runs) => store.delete_runs(runs),
            None => store.delete_matching_runs(&query(command.filter)),
        });
        deleted
            .await
            .map_err(|_| Failure::new(Code::Internal, "the deletion was abandoned"))?
            .map_err(of_store)
    }

    /// Says how a run that was cut off is to be counted.
    pub(crate) async fn resolve_unknown(
        &self,
        _: &Caller,
        command: ResolveUnknown,
    ) -> Result<(), Failure> {
        let run = command.run.clone();
        let row = self.read(move |app| app.run_row(&run)).await?;
        if row.status != RunStatus::Unknown || !command.status.is_final() {
            return Err(Failure::new(Code::Invalid, "only a run that was cut off can be settled")
                .hint("Count it as succeeded, failed or cancelled."));
        }
        let change = RunChange { status: Some(command.status), ..RunChange::default() };
        let run = command.run;
        self.store.write(move |tx| tx.update_run(&run, &change)).await.map_err(of_store)
    }

    /// A run in the words of the list. One whose end is not stored yet is shown as it ended.
    pub(crate) fn summary_of(&self, row: RunRow) -> RunSummary {
        if !row.status.is_final()
            && let Some(ended) = self.runner.recent(&row.id)
        {
            return RunSummary {
                version: row.version,
                parent: row.parent,
                ..summary_of_ended(row.id, &ended)
            };
        }
        let error = error_of(&row);
        RunSummary {
            ms: row.finished.map_or_else(|| elapsed(row.started, self.now()), |_| row.ms),
            id: row.id,
            workflow: row.workflow,
            workflow_name: row.workflow_name,
            status: row.status,
            mode: row.mode,
            trigger: row.trigger,
            started: row.started,
            error,
            version: row.version,
            parent: row.parent,
        }
    }
}

fn elapsed(from: Timestamp, now: Timestamp) -> u64 {
    u64::try_from(now.since(from)).unwrap_or(0)
}

fn error_of(row: &RunRow) -> Option<RunError> {
    row.error.clone().and_then(|error| serde_json::from_value(error).ok())
}

fn query(filter: RunFilter) -> RunQuery {
    RunQuery {
        workflow: filter.workflow,
        statuses: filter.statuses,
        mode: filter.mode,
        from: filter.from,
        until: filter.until,
        search: filter.search,
        after: filter.after,
        limit: filter.limit,
    }
}

/// A run of which no row is kept, in the words of the list.
pub(crate) fn summary_of_ended(id: RunId, ended: &Ended) -> RunSummary {
    let workflow = &ended.prepared.workflow;
    let trigger = ended.run.start_node();
    let trigger = trigger.map(|index| ended.run.plan().node(index).node.name.clone());
    RunSummary {
        id,
        workflow: workflow.id.clone(),
        workflow_name: workflow.name.clone(),
        status: ended.status,
        mode: ended.mode,
        trigger: trigger.unwrap_or_default(),
        started: ended.started,
        ms: ended.ms,
        error: result_of(ended).error,
        version: None,
        parent: None,
    }
}

/// The result of a run that ended in this process, by the names of its nodes.
pub(crate) fn result_of(ended: &Ended) -> RunResult {
    let plan = ended.run.plan();
    let mut ran: Vec<_> = plan
        .nodes()
        .filter_map(|(index, planned)| {
            let first = ended.run.results(index).first()?.sequence;
            Some((first, index, planned))
        })
        .collect();
    ran.sort_by_key(|(first, ..)| *first);
    let mut nodes = IndexMap::new();
    for (_, index, planned) in ran {
        let runs: Vec<_> = ended
            .run
            .results(index)
            .iter()
            .map(|result| NodeResult {
                outputs: result.outputs.clone(),
                error: result.error.as_ref().map(|error| error.message.clone()),
                ms: result.micros as f64 / 1000.0,
            })
            .collect();
        nodes.insert(planned.node.name.clone(), runs);
    }
    let error = ended.error.as_ref().map(|error| {
        let node = ended.node.as_ref().and_then(|id| plan.index_of(id));
        RunError {
            node: ended.node.clone(),
            node_name: node.map_or_else(String::new, |index| plan.node(index).node.name.clone()),
            message: error.message.clone(),
            hint: error.hint.clone(),
        }
    });
    RunResult { status: ended.status, error, nodes }
}
