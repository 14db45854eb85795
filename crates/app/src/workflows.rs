//! Workflows as a list: making, opening, copying, deleting.

use reporunner_model::{Workflow, WorkflowId};
use reporunner_protocol::{
    Code, CreateWorkflow, DeleteWorkflow, DuplicateWorkflow, Event, Failure, ListWorkflows,
    OpenWorkflow, OpenedWorkflow, PurgeWorkflow, RestoreWorkflow, RunMark, SaveLocation, SaveView,
    WorkflowState, WorkflowSummary,
};
use reporunner_store::{RunQuery, WorkflowQuery, WorkflowRow};

use crate::failure::{no_workflow, of_store};
use crate::problems::problems;
use crate::{App, Caller, ids};

/// Runs that the list shows of each workflow.
const LAST_RUNS: usize = 20;
/// Key of where the person was.
const LOCATION: &str = "location";

impl App {
    /// The workflows of this folder.
    pub(crate) async fn list_workflows(
        &self,
        _: &Caller,
        command: ListWorkflows,
    ) -> Result<Vec<WorkflowSummary>, Failure> {
        let filter = command.filter;
        let query = WorkflowQuery {
            search: filter.search,
            tags: filter.tags,
            live: filter.live,
            deleted: filter.deleted,
        };
        let listed = move |db: &reporunner_store::Db<'_>| {
            let rows = db.workflows(&query)?;
            rows.into_iter()
                .map(|row| Ok((db.last_runs(&row.id, LAST_RUNS)?, row)))
                .collect::<reporunner_store::Result<Vec<_>>>()
        };
        let rows = self.read(move |app| app.store.read(listed).map_err(of_store)).await?;
        Ok(rows.into_iter().map(|(runs, row)| self.summarize(row, runs)).collect())
    }

    fn summarize(&self, row: WorkflowRow, runs: Vec<reporunner_store::RunMark>) -> WorkflowSummary {
        let unpublished = match &row.published {
            Some(published) => row.listing.revision.saturating_sub(published.revision),
            None => row.listing.revision,
        };
        let state = WorkflowState {
            live: row.live,
            published: row.published.is_some(),
            unpublished: usize::try_from(unpublished).unwrap_or(usize::MAX),
            trouble: self.trouble_of(&row.id),
        };
        let marks = runs.into_iter().map(|run| RunMark { status: run.status, ms: run.ms });
        WorkflowSummary {
            last_runs: marks.collect(),
            id: row.id,
            name: row.listing.name,
            summary: row.listing.summary,
            types: row.listing.types,
            nodes: row.listing.nodes,
            tags: row.listing.tags,
            trigger: row.listing.trigger,
            problems: row.listing.problems,
            edited: row.edited,
            state,
            deleted: row.deleted,
        }
    }

    /// Makes an empty workflow.
    pub(crate) async fn create_workflow(
        &self,
        caller: &Caller,
        command: CreateWorkflow,
    ) -> Result<WorkflowId, Failure> {
        let name = self.free_workflow_name(&command.name).await?;
        let workflow = Workflow::new(ids::workflow(), name, &self.host.timezone);
        let id = self.add_workflow(caller, workflow, false).await?;
        self.bus.send(Event::WorkflowsChanged);
        Ok(id)
    }

    /// A name that no workflow has yet.
    pub(crate) async fn free_workflow_name(&self, wanted: &str) -> Result<String, Failure> {
        let wanted = match wanted.trim() {
            "" => "New workflow",
            text => text,
        };
        let rows = self.read(|app| {
            app.store.read(|db| db.workflows(&WorkflowQuery::default())).map_err(of_store)
        });
        let rows = rows.await?;
        let taken: Vec<_> = rows.into_iter().map(|row| row.listing.name).collect();
        let numbered = (2..).map(|number| format!("{wanted} {number}"));
        let mut names = std::iter::once(wanted.to_owned()).chain(numbered);
        Ok(names.find(|name| !taken.contains(name)).unwrap_or_default())
    }

    /// A workflow with all that the editor needs.
    pub(crate) async fn open_workflow(
        &self,
        caller: &Caller,
        command: OpenWorkflow,
    ) -> Result<OpenedWorkflow, Failure> {
        let id = command.id;
        let asked = id.clone();
        let query = RunQuery { workflow: Some(id.clone()), limit: 1, ..RunQuery::default() };
        let stored = self.read(move |app| {
            app.store
                .read(|db| Ok((db.workflow(&asked)?, db.runs(&query)?.runs.pop())))
                .map_err(of_store)
        });
        let (row, last) = stored.await?;
        let row = row.filter(|row| row.deleted.is_none()).ok_or_else(no_workflow)?;
        let mut room = self.room(&id).await?;
        let webhooks = self.webhook_addresses(&mut room);
        let workflow = room.workflow().clone();
        Ok(OpenedWorkflow {
            revision: room.revision,
            problems: problems(&workflow, self.catalog()),
            state: room.state(self.trouble_of(&id)),
            undo: room.undo_state(&caller.author),
            view: row.view.and_then(|view| serde_json::from_value(view).ok()),
            last_run: last.map(|run| run.id),
            webhooks,
            workflow,
        })
    }

    /// Copies a workflow. The copy arrives off.
    pub(crate) async fn duplicate_workflow(
        &self,
        caller: &Caller,
        command: DuplicateWorkflow,
    ) -> Result<WorkflowId, Failure> {
        let mut workflow = self.whole_draft(&command.id).await?;
        workflow.id = ids::workflow();
        workflow.name = self.free_workflow_name(&format!("{} copy", workflow.name)).await?;
        let id = self.add_workflow(caller, workflow, false).await?;
        self.bus.send(Event::WorkflowsChanged);
        Ok(id)
    }

    /// Puts a workflow into the trash, its triggers off, its runs under way ended. Those at rest
    /// are held back: they end when it leaves the trash for good.
    pub(crate) async fn delete_workflow(
        &self,
        _: &Caller,
        command: DeleteWorkflow,
    ) -> Result<(), Failure> {
        let (id, now) = (command.id.clone(), self.now());
        let mut room = self.room(&id).await?;
        // First of all: nothing starts any more, even where the disk refuses what follows.
        self.silence(&id);
        room.live = false;
        self.store.write(move |tx| tx.trash_workflow(&id, now)).await.map_err(of_store)?;
        self.end_live_runs(&command.id, "the workflow was deleted");
        self.close_room(&mut room);
        self.bus.send(Event::WorkflowsChanged);
        Ok(())
    }

    /// Takes a workflow out of the trash. It stays off; its runs at rest go on waiting.
    pub(crate) async fn restore_workflow(
        &self,
        _: &Caller,
        command: RestoreWorkflow,
    ) -> Result<(), Failure> {
        let id = command.id.clone();
        self.store.write(move |tx| tx.restore_workflow(&id)).await.map_err(of_store)?;
        self.release_runs(&command.id).await;
        self.bus.send(Event::WorkflowsChanged);
        Ok(())
    }

    /// Deletes for good what lies in the trash, and nothing else.
    pub(crate) async fn purge_workflow(
        &self,
        _: &Caller,
        command: PurgeWorkflow,
    ) -> Result<(), Failure> {
        self.read(move |app| {
            let row = app.store.read(|db| db.workflow(&command.id)).map_err(of_store)?;
            if row.ok_or_else(no_workflow)?.deleted.is_none() {
                let failure = Failure::new(Code::Invalid, "the workflow is not in the trash");
                return Err(failure.hint("Delete it first; it can be put back from the trash."));
            }
            app.store.purge_workflow(&command.id).map_err(of_store)
        })
        .await?;
        self.bus.send(Event::WorkflowsChanged);
        Ok(())
    }

    /// Keeps what the person looks at for the next time.
    pub(crate) async fn save_view(&self, _: &Caller, command: SaveView) -> Result<(), Failure> {
        let view = serde_json::json!(command.view);
        let id = command.id;
        self.store.write(move |tx| tx.set_view(&id, &view)).await.map_err(of_store)
    }

    /// Keeps where the person is for the next time.
    pub(crate) async fn save_location(
        &self,
        _: &Caller,
        command: SaveLocation,
    ) -> Result<(), Failure> {
        self.store.write(move |tx| tx.set_meta(LOCATION, &command.workflow)).await.map_err(of_store)
    }

    /// The workflow that the person was in, if it is still there.
    pub(crate) fn location(&self) -> Option<WorkflowId> {
        let location = self.store.read(|db| {
            let id = db.meta::<Option<WorkflowId>>(LOCATION)?.flatten();
            let row = id.as_ref().map(|id| db.workflow(id)).transpose()?.flatten();
            Ok(id.filter(|_| row.is_some_and(|row| row.deleted.is_none())))
        });
        // Where it cannot be told, the list is a good place.
        location.ok().flatten()
    }
}
