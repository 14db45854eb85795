//! Runs in the fake house: played through node by node, a step each 500 ms.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use reporunner_model::{
    NodeError, NodeId, NodeRun, NodeRunState, RunMode, RunStatus, SourceRef, Workflow, WorkflowId,
};
use reporunner_protocol::*;
use serde_json::Value;

use super::{House, data, json, not_found, report, run_id};
use crate::time::{self, now};

/// One step of a run that is played, milliseconds.
const STEP_MS: i32 = 500;

/// A run.
pub(super) struct FakeRun {
    pub(super) summary: RunSummary,
    pub(super) workflow: Workflow,
    pub(super) nodes: Vec<NodeRun>,
    /// Nodes still to come, in order.
    ahead: Vec<NodeId>,
    played: bool,
}

fn order(workflow: &Workflow) -> Vec<NodeId> {
    let mut nodes: Vec<_> = workflow.nodes.values().filter(|node| node.on).collect();
    nodes.sort_by(|a, b| {
        (a.position.x, a.position.y)
            .partial_cmp(&(b.position.x, b.position.y))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    nodes.into_iter().map(|node| node.id.clone()).collect()
}

fn begin(house: &mut House, id: &WorkflowId, mode: RunMode) -> Result<FakeRun, Failure> {
    let run = run_id(house);
    let workflow = house.kept(id)?.workflow.clone();
    let ahead = order(&workflow);
    let trigger = ahead.first().and_then(|id| workflow.nodes.get(id)).map(|node| node.name.clone());
    let summary = RunSummary {
        id: run,
        workflow: id.clone(),
        workflow_name: workflow.name.clone(),
        status: RunStatus::Running,
        mode,
        trigger: trigger.unwrap_or_default(),
        started: now(),
        ms: 0,
        error: None,
        version: None,
        parent: None,
    };
    Ok(FakeRun { summary, workflow, nodes: Vec::new(), ahead, played: false })
}

/// Some runs that have ended.
pub(super) fn seed(house: &mut House) {
    let ids: Vec<WorkflowId> = house.workflows.keys().cloned().collect();
    for index in 0..60_i64 {
        let Some(id) = ids.get(index as usize % ids.len().max(1)) else { return };
        let Ok(mut run) =
            begin(house, id, if index % 3 == 0 { RunMode::Manual } else { RunMode::Production })
        else {
            return;
        };
        run.played = true;
        let fails = index % 7 == 2;
        loop {
            let fails = fails && run.ahead.len() == 2;
            let Some(node) = step(&mut run, fails) else { break };
            run.nodes.push(node);
        }
        end(&mut run);
        run.summary.started = now().plus_ms(-(index + 1) * 1_900_000);
        house.runs.push(run);
    }
}

/// Runs the next node; none where nothing is left.
fn step(run: &mut FakeRun, fails: bool) -> Option<NodeRun> {
    if run.ahead.is_empty() {
        return None;
    }
    let id = run.ahead.remove(0);
    let ports = run.workflow.edges_from(&id).iter().map(|key| key.from_port).max().unwrap_or(0) + 1;
    let reached: Vec<_> = run.workflow.edges_to(&id).into_iter().cloned().collect();
    let source = reached.first().map(|key| SourceRef {
        node: key.from.clone(),
        output: key.from_port,
        run_index: 0,
    });
    let given: usize = source.as_ref().map_or(212, |source| {
        let before = run.nodes.iter().find(|node| node.node == source.node);
        before.and_then(|node| node.output_counts.get(source.output).copied()).unwrap_or(0)
    });
    let output_counts = if fails {
        Vec::new()
    } else if ports == 2 {
        vec![given.saturating_sub(4), given.min(4)]
    } else {
        vec![given]
    };
    let name = run.workflow.nodes.get(&id).map(|node| node.name.clone()).unwrap_or_default();
    let error = fails.then(|| {
        NodeError::new("The table orders has no column vat_id")
            .hint("Add the column to the table, or take vat_id out of the fields that are written")
            .at_item(36)
            .about(&["table"])
    });
    if let Some(error) = &error {
        run.ahead.clear();
        run.summary.error = Some(RunError {
            node: Some(id.clone()),
            node_name: name,
            message: error.message.clone(),
            hint: error.hint.clone(),
        });
    }
    Some(NodeRun {
        node: id,
        run_index: 0,
        sequence: run.nodes.len(),
        state: if fails { NodeRunState::Failed } else { NodeRunState::Succeeded },
        attempt: 1,
        started: now(),
        micros: 1_800 + 40_000 * run.nodes.len() as u64,
        sources: if source.is_some() { vec![source] } else { Vec::new() },
        input_counts: vec![given],
        output_counts,
        error,
        hints: Vec::new(),
    })
}

fn end(run: &mut FakeRun) {
    run.summary.status =
        if run.summary.error.is_some() { RunStatus::Failed } else { RunStatus::Succeeded };
    run.summary.ms = run.nodes.iter().map(|node| node.micros / 1000).sum::<u64>().max(1);
}

/// Plays what is under way, one step at a time.
pub(super) fn play(shared: &Rc<RefCell<House>>, house: &mut House) {
    for run in &mut house.runs {
        if !run.played && run.summary.status == RunStatus::Running {
            run.played = true;
            let (shared, id) = (shared.clone(), run.summary.id.clone());
            leptos::task::spawn_local(async move {
                while advance(&shared, &id) {
                    time::pause(STEP_MS).await;
                }
            });
        }
    }
}

/// One step of a run: the node under way is done, the next begins.
fn advance(shared: &Rc<RefCell<House>>, id: &reporunner_model::RunId) -> bool {
    let mut house = shared.borrow_mut();
    let Some(run) = house.runs.iter_mut().find(|run| run.summary.id == *id) else { return false };
    if run.summary.status.is_final() {
        return false;
    }
    let mut changed = Vec::new();
    let fails = crate::browser::query("failing").is_some();
    if let Some(last) = run.nodes.last_mut()
        && last.state == NodeRunState::Running
    {
        last.state = NodeRunState::Succeeded;
        changed.push(last.clone());
    }
    let at_store = run.ahead.len() == 3;
    match step(run, fails && at_store) {
        Some(mut node) => {
            if node.state == NodeRunState::Succeeded {
                node.state = NodeRunState::Running;
            }
            changed.push(node.clone());
            run.nodes.push(node);
        }
        None => end(run),
    }
    run.summary.ms = now().since(run.summary.started).max(0) as u64;
    let (summary, workflow) = (run.summary.clone(), run.summary.workflow.clone());
    let going = !summary.status.is_final();
    if !going && let Some(kept) = house.workflows.get_mut(&workflow) {
        kept.last_runs.push(RunMark { status: summary.status, ms: summary.ms });
    }
    drop(house);
    report(shared, Event::NodesChanged { run: id.clone(), workflow, nodes: changed });
    report(shared, Event::RunChanged { run: Box::new(summary) });
    going
}

/// Everything about runs and their data.
pub(super) fn answer(house: &mut House, request: Request) -> Result<(Value, Vec<Event>), Failure> {
    let find = |house: &House, id: &reporunner_model::RunId| {
        house.runs.iter().position(|run| run.summary.id == *id).ok_or_else(|| not_found("run"))
    };
    let reply = match request {
        Request::StartRun(c) => return start(house, &c.workflow),
        Request::Rerun(c) => {
            let at = find(house, &c.run)?;
            let workflow = house.runs[at].summary.workflow.clone();
            return start(house, &workflow);
        }
        Request::StopRun(c) => {
            let at = find(house, &c.run)?;
            let run = &mut house.runs[at];
            run.summary.status = RunStatus::Cancelled;
            for node in run.nodes.iter_mut().filter(|node| node.state == NodeRunState::Running) {
                node.state = NodeRunState::Cancelled;
            }
            let event = Event::RunChanged { run: Box::new(run.summary.clone()) };
            return Ok((json(())?, vec![event]));
        }
        Request::ListRuns(c) => json(list(house, &c.filter))?,
        Request::GetRun(c) => {
            let run = &house.runs[find(house, &c.run)?];
            json(RunDetail { summary: run.summary.clone(), nodes: run.nodes.clone() })?
        }
        Request::GetRunWorkflow(c) => json(&house.runs[find(house, &c.run)?].workflow)?,
        Request::DeleteRuns(c) => {
            let before = house.runs.len();
            let gone: Option<BTreeSet<_>> = c.runs.map(|runs| runs.into_iter().collect());
            house.runs.retain(|run| {
                let meant = gone
                    .as_ref()
                    .map_or_else(|| matches(&c.filter, run), |gone| gone.contains(&run.summary.id));
                !(meant && run.summary.status.is_final())
            });
            json((before - house.runs.len()) as u64)?
        }
        Request::GetItems(c) => {
            let run = &house.runs[find(house, &c.at.run)?];
            json(data::page(run, &c))?
        }
        Request::GetValue(c) => json(data::value(&c))?,
        Request::GetSchema(_) => json(data::schema())?,
        Request::GetFile(c) => json(data::file(&c)?)?,
        Request::Preview(c) => json(data::preview(&c))?,
        Request::Complete(c) => json(data::complete(&c))?,
        Request::StopListening(_) | Request::ResolveUnknown(_) | Request::ShowFolder(_) => {
            json(())?
        }
        other => {
            return Err(Failure::new(
                Code::Invalid,
                format!("{} is not answered here", other.name()),
            ));
        }
    };
    Ok((reply, Vec::new()))
}

fn start(house: &mut House, workflow: &WorkflowId) -> Result<(Value, Vec<Event>), Failure> {
    let run = begin(house, workflow, RunMode::Manual)?;
    let event = Event::RunChanged { run: Box::new(run.summary.clone()) };
    let reply = json(StartedRun::Running { run: run.summary.id.clone() })?;
    house.runs.insert(0, run);
    Ok((reply, vec![event]))
}

fn matches(filter: &RunFilter, run: &FakeRun) -> bool {
    let summary = &run.summary;
    let search = filter.search.to_lowercase();
    let error =
        summary.error.as_ref().map(|error| error.message.to_lowercase()).unwrap_or_default();
    filter.workflow.as_ref().is_none_or(|id| *id == summary.workflow)
        && (filter.statuses.is_empty() || filter.statuses.contains(&summary.status))
        && filter.mode.is_none_or(|mode| mode == summary.mode)
        && (summary.workflow_name.to_lowercase().contains(&search) || error.contains(&search))
}

fn list(house: &House, filter: &RunFilter) -> RunPage {
    let limit = if filter.limit == 0 { 50 } else { filter.limit };
    let from: usize = filter.after.as_ref().and_then(|after| after.parse().ok()).unwrap_or(0);
    let found: Vec<&FakeRun> = house.runs.iter().filter(|run| matches(filter, run)).collect();
    let runs = found.iter().skip(from).take(limit).map(|run| run.summary.clone()).collect();
    let next = (from + limit < found.len()).then(|| (from + limit).to_string());
    RunPage { runs, next }
}
