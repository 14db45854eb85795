//! A backend in memory, for building and testing the interface without the real one.
//!
//! In development builds only (or with the feature `fake`). It keeps nothing, reaches nothing and
//! runs nothing: runs are played through with made-up data.

mod catalog;
mod data;
mod edits;
mod runs;
mod seeds;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use reporunner_model::{
    AuthorId, Catalog, EditId, RunId, Timestamp, VersionId, Workflow, WorkflowId, diff, validate,
};
use reporunner_protocol::*;
use serde_json::Value;

use super::{Answer, Report, Transport};
use crate::time::{self, now};

/// Milliseconds that every answer takes, so that waiting is seen.
const DELAY_MS: i32 = 15;

/// The backend.
pub struct Fake {
    house: Rc<RefCell<House>>,
}

struct House {
    catalog: Catalog,
    workflows: BTreeMap<WorkflowId, Kept>,
    runs: Vec<runs::FakeRun>,
    settings: MachineSettings,
    next: u64,
    listener: Option<Rc<dyn Fn(Report)>>,
    /// Answered as failures instead, by command (`?fail=ListWorkflows`).
    fail: Option<String>,
}

/// A workflow with what is around it.
struct Kept {
    workflow: Workflow,
    revision: u64,
    undo: Vec<(String, Workflow)>,
    redo: Vec<(String, Workflow)>,
    published: Option<Workflow>,
    unpublished: usize,
    live: bool,
    trouble: Option<String>,
    edited: Timestamp,
    deleted: Option<Timestamp>,
    summary: String,
    trigger: String,
    last_runs: Vec<RunMark>,
    versions: Vec<(VersionSummary, Workflow)>,
    view: Option<CanvasView>,
}

impl Default for Fake {
    fn default() -> Self {
        Self::new()
    }
}

impl Fake {
    /// A house with six workflows; none with `?fake=empty`.
    pub fn new() -> Self {
        let catalog = catalog::catalog();
        let seeds = if crate::browser::query("fake").as_deref() == Some("empty") {
            BTreeMap::new()
        } else {
            seeds::seeds(&catalog)
        };
        let mut house = House {
            catalog,
            workflows: seeds,
            runs: Vec::new(),
            settings: MachineSettings {
                author_name: "Ada".to_owned(),
                variables: BTreeMap::from([("region".to_owned(), "eu".to_owned())]),
                allowed_folders: vec!["/srv/reports".to_owned()],
                ..MachineSettings::default()
            },
            next: 1,
            listener: None,
            fail: crate::browser::query("fail"),
        };
        runs::seed(&mut house);
        Self { house: Rc::new(RefCell::new(house)) }
    }
}

impl Transport for Fake {
    fn ask(&self, request: Request) -> Answer {
        let house = self.house.clone();
        Box::pin(async move {
            time::pause(DELAY_MS).await;
            if house.borrow().fail.as_deref() == Some(request.name()) {
                return Err(Failure::new(Code::Internal, "The disk did not answer")
                    .hint("See that the disk is there, then try again"));
            }
            answer(&house, request).map(|reply| reply.to_string().into_bytes())
        })
    }

    fn listen(&self, listener: Rc<dyn Fn(Report)>) {
        self.house.borrow_mut().listener = Some(listener.clone());
        listener(Report::Connected);
    }
}

fn json<T: serde::Serialize>(value: T) -> Result<Value, Failure> {
    serde_json::to_value(value).map_err(|error| Failure::new(Code::Internal, error.to_string()))
}

fn not_found(what: &str) -> Failure {
    Failure::new(Code::NotFound, format!("The {what} is not there"))
}

/// Tells the interface something, after what asked for it was answered.
fn report(house: &Rc<RefCell<House>>, event: Event) {
    let house = house.clone();
    time::after(1, move || {
        let listener = house.borrow().listener.clone();
        if let Some(listener) = listener {
            listener(Report::Event(Box::new(event)));
        }
    });
}

impl House {
    fn id(&mut self, prefix: &str) -> String {
        self.next += 1;
        format!("{prefix}{}", self.next)
    }

    fn kept(&mut self, id: &WorkflowId) -> Result<&mut Kept, Failure> {
        self.workflows.get_mut(id).ok_or_else(|| not_found("workflow"))
    }
}

impl Kept {
    fn new(workflow: Workflow) -> Self {
        Self {
            workflow,
            revision: 1,
            undo: Vec::new(),
            redo: Vec::new(),
            published: None,
            unpublished: 1,
            live: false,
            trouble: None,
            edited: now(),
            deleted: None,
            summary: String::new(),
            trigger: "Run by hand".to_owned(),
            last_runs: Vec::new(),
            versions: Vec::new(),
            view: None,
        }
    }

    fn state(&self) -> WorkflowState {
        WorkflowState {
            live: self.live,
            published: self.published.is_some(),
            unpublished: self.unpublished,
            trouble: self.trouble.clone(),
        }
    }

    fn undo_state(&self) -> UndoState {
        UndoState {
            undo: self.undo.last().map(|(label, _)| label.clone()),
            redo: self.redo.last().map(|(label, _)| label.clone()),
        }
    }

    fn summary(&self) -> WorkflowSummary {
        let mut types = Vec::new();
        let mut nodes: Vec<_> = self.workflow.nodes.values().collect();
        nodes.sort_by(|a, b| a.position.x.total_cmp(&b.position.x));
        for node in nodes {
            if !types.contains(&node.node_type) {
                types.push(node.node_type.clone());
            }
        }
        types.truncate(8);
        WorkflowSummary {
            id: self.workflow.id.clone(),
            name: self.workflow.name.clone(),
            summary: self.summary.clone(),
            types,
            nodes: self.workflow.nodes.len(),
            tags: self.workflow.tags.clone(),
            trigger: if self.live { self.trigger.clone() } else { "Off".to_owned() },
            last_runs: self.last_runs.clone(),
            problems: 0,
            edited: self.edited,
            state: self.state(),
            deleted: self.deleted,
        }
    }

    fn webhooks(&self) -> BTreeMap<reporunner_model::NodeId, WebhookAddress> {
        let webhook = |node: &reporunner_model::Node| {
            let path = node.params.get("path").and_then(Value::as_str).unwrap_or("hook");
            let address = |kind: &str| format!("http://127.0.0.1:5680/{kind}/{path}");
            let at = WebhookAddress {
                test: address("webhook-test"),
                production: address("webhook"),
                published: None,
            };
            (node.id.clone(), at)
        };
        let hooks = self.workflow.nodes.values().filter(|n| n.node_type.as_str() == "webhook");
        hooks.map(webhook).collect()
    }

    fn opened(&self, catalog: &Catalog, last_run: Option<RunId>) -> OpenedWorkflow {
        OpenedWorkflow {
            workflow: self.workflow.clone(),
            revision: self.revision,
            problems: validate(&self.workflow, catalog),
            state: self.state(),
            undo: self.undo_state(),
            view: self.view,
            last_run,
            webhooks: self.webhooks(),
        }
    }

    /// Reports the step from `before` to what it is now.
    fn change(
        &self,
        before: &Workflow,
        batch: Option<EditId>,
        catalog: &Catalog,
    ) -> WorkflowChange {
        WorkflowChange {
            id: self.workflow.id.clone(),
            revision: self.revision,
            batch,
            author: AuthorId::new("ada"),
            edits: diff(before, &self.workflow),
            problems: validate(&self.workflow, catalog),
            state: self.state(),
            undo: self.undo_state(),
            webhooks: self.webhooks(),
        }
    }
}

fn answer(shared: &Rc<RefCell<House>>, request: Request) -> Result<Value, Failure> {
    let house = &mut *shared.borrow_mut();
    match request {
        Request::Hello(_) => json(welcome(house)),
        Request::GetCatalog(_) => json(&house.catalog),
        Request::GetSettings(_) => json(&house.settings),
        Request::SetSettings(c) => {
            house.settings = c.settings;
            json(&house.settings)
        }
        Request::GetStorage(_) | Request::SweepNow(_) => json(StorageUse {
            database: 48_300_000,
            binaries: 12_100_000,
            runs: house.runs.len() as u64,
        }),
        Request::ListWorkflows(c) => json(list(house, &c.filter)),
        Request::ListExamples(_) => json(seeds::examples()),
        Request::CreateWorkflow(_)
        | Request::AddExample(_)
        | Request::DuplicateWorkflow(_)
        | Request::DeleteWorkflow(_)
        | Request::RestoreWorkflow(_)
        | Request::PurgeWorkflow(_)
        | Request::ImportWorkflow(_)
        | Request::ExportWorkflow(_) => {
            let reply = edits::shelf(house, request)?;
            report(shared, Event::WorkflowsChanged);
            Ok(reply)
        }
        Request::OpenWorkflow(c) => {
            let last = house.runs.iter().find(|run| run.summary.workflow == c.id);
            let last = last.map(|run| run.summary.id.clone());
            let catalog = house.catalog.clone();
            json(house.kept(&c.id)?.opened(&catalog, last))
        }
        Request::EditWorkflow(_)
        | Request::UndoEdit(_)
        | Request::RedoEdit(_)
        | Request::RenameNode(_)
        | Request::RevertDraft(_)
        | Request::RestoreVersion(_) => {
            let change = edits::change(house, request)?;
            report(shared, Event::WorkflowChanged { change: Box::new(change.clone()) });
            json(EditOutcome { change, repeated: false })
        }
        Request::PublishWorkflow(_)
        | Request::SetLive(_)
        | Request::ListVersions(_)
        | Request::NameVersion(_)
        | Request::SaveView(_)
        | Request::SaveLocation(_)
        | Request::GetImportReport(_)
        | Request::ReadNodes(_) => {
            let changes_list = matches!(request, Request::PublishWorkflow(_) | Request::SetLive(_));
            let reply = edits::around(house, request)?;
            if changes_list {
                report(shared, Event::WorkflowsChanged);
            }
            Ok(reply)
        }
        other => {
            let (reply, events) = runs::answer(house, other)?;
            events.into_iter().for_each(|event| report(shared, event));
            runs::play(shared, house);
            Ok(reply)
        }
    }
}

fn welcome(house: &House) -> Welcome {
    Welcome {
        protocol: PROTOCOL_VERSION,
        version: "0.1.0".to_owned(),
        author: AuthorId::new("ada"),
        author_name: house.settings.author_name.clone(),
        folder: "/srv/reporunner".to_owned(),
        read_only: crate::browser::query("readonly").map(|_| "the disk is full".to_owned()),
        disk_full: None,
        notices: Vec::new(),
        first_run: house.workflows.is_empty(),
        location: None,
        timezone: "Europe/Berlin".to_owned(),
        webhook_base: Some("http://127.0.0.1:5680".to_owned()),
        webhook_port_taken: None,
        flags: reporunner_model::FEATURE_FLAGS
            .iter()
            .filter(|flag| house.settings.flags.get(flag.name).copied().unwrap_or(flag.default))
            .map(|flag| flag.name.to_owned())
            .collect(),
    }
}

fn list(house: &House, filter: &WorkflowFilter) -> Vec<WorkflowSummary> {
    let search = filter.search.to_lowercase();
    let found = |kept: &&Kept| {
        let workflow = &kept.workflow;
        let names = workflow.nodes.values().map(|node| &node.name);
        let mut texts = names.chain(workflow.tags.iter()).chain([&workflow.name, &kept.summary]);
        kept.deleted.is_some() == filter.deleted
            && filter.live.is_none_or(|live| live == kept.live)
            && filter.tags.iter().all(|tag| workflow.tags.contains(tag))
            && texts.any(|text| text.to_lowercase().contains(&search))
    };
    house.workflows.values().filter(found).map(Kept::summary).collect()
}

/// Ids that runs and versions get.
fn run_id(house: &mut House) -> RunId {
    RunId::new(house.id("run"))
}

fn version_id(house: &mut House) -> VersionId {
    VersionId::new(house.id("version"))
}
