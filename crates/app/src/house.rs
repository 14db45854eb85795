//! What runs need of the app: the workflows that they call, and who attends to their failures.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, Weak};

use async_trait::async_trait;
use reporunner_model::{NodeError, RunId, Workflow, WorkflowId};
use reporunner_protocol::Failure;
use reporunner_runner::{Called, FailedRun, House, Prepared};
use reporunner_store::{WorkflowQuery, WorkflowRow};
use serde_json::Value;

use crate::App;
use crate::failure::{no_workflow, of_store};
use crate::lock::lock;

/// The app as its runs see it.
pub(crate) struct Household(pub(crate) Weak<App>);

/// Workflows that were called, made ready to run.
#[derive(Default)]
pub(crate) struct CalledWorkflows {
    /// The newest form of each with what says which it is.
    prepared: Mutex<HashMap<WorkflowId, (String, Arc<Prepared>)>>,
}

#[async_trait]
impl House for Household {
    async fn workflow(
        &self,
        id: &str,
        name: Option<&str>,
        live: bool,
    ) -> Result<Called, NodeError> {
        let app = self.0.upgrade().ok_or_else(closing)?;
        app.called_workflow(id, name, live).await.map_err(of_failure)
    }

    fn read(&self, text: &str) -> Result<Workflow, NodeError> {
        let app = self.0.upgrade().ok_or_else(closing)?;
        let parsed = crate::transfer::parse(text, app.catalog(), &app.host.timezone);
        parsed.map(|(workflow, _)| workflow).map_err(of_failure)
    }

    async fn failed(&self, run: FailedRun<'_>) -> bool {
        match self.0.upgrade() {
            Some(app) => app.attend_to_failure(run).await,
            None => false,
        }
    }

    fn left(&self, run: &RunId, parent: Option<&RunId>) {
        if let Some(app) = self.0.upgrade() {
            app.run_left(run, parent);
        }
    }

    fn end(&self, run: &RunId, reason: &'static str) {
        let Some(app) = self.0.upgrade().filter(|app| !app.is_closing()) else { return };
        // A step that is dropped because its runtime ends says this too.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let run = run.clone();
        runtime.spawn(async move {
            // One that has ended meanwhile is as good.
            let _ = app.end_run(&run, reason).await;
        });
    }

    fn resume_url(&self, run: &RunId) -> String {
        self.0.upgrade().map_or_else(String::new, |app| app.resume_url(run))
    }

    fn resume_form_url(&self, run: &RunId) -> String {
        self.0.upgrade().map_or_else(String::new, |app| app.resume_form_url(run))
    }

    fn rest_after_ms(&self) -> u64 {
        let seconds = self.0.upgrade().map(|app| app.settings().rest_after_s);
        seconds.map_or(0, |seconds| u64::from(seconds) * 1000)
    }
}

impl App {
    /// A workflow that a run calls: the published version for what is live, the draft for a
    /// person who tries something out, and for what was never published.
    pub(crate) async fn called_workflow(
        &self,
        id: &str,
        name: Option<&str>,
        live: bool,
    ) -> Result<Called, Failure> {
        let row = self.row_of(id, name).await?;
        let id = row.id;
        let published = row.published.filter(|_| live);
        let key = match &published {
            Some(published) => published.version.to_string(),
            None => format!("draft {}", row.listing.revision),
        };
        let known = lock(&self.called.prepared).get(&id).cloned();
        let prepared = match known.filter(|(known, _)| *known == key) {
            Some((_, prepared)) => prepared,
            None => {
                let workflow = match &published {
                    Some(published) => self.version_content(&id, &published.version)?.1,
                    None => self.draft(&id).await?,
                };
                let prepared = self.runner.prepare(Arc::new(workflow));
                let kept = (key, Arc::clone(&prepared));
                lock(&self.called.prepared).insert(id.clone(), kept);
                prepared
            }
        };
        let place = self.place(&id, &self.settings());
        Ok(Called { prepared, place, version: published.map(|published| published.version) })
    }

    /// The workflow with this id, here or where it came from, else the one that is called so.
    async fn row_of(&self, id: &str, name: Option<&str>) -> Result<WorkflowRow, Failure> {
        let wanted = WorkflowId::new(id);
        let row = self.store.read(|db| db.workflow(&wanted)).map_err(of_store)?;
        if let Some(row) = row.filter(|row| row.deleted.is_none()) {
            return Ok(row);
        }
        self.look_up_foreign_ids().await?;
        let from = self.store.read(|db| db.workflows_from(id)).map_err(of_store)?;
        if let Some(row) = from.into_iter().find(|row| !id.is_empty() && row.imported) {
            return Ok(row);
        }
        let all =
            self.store.read(|db| db.workflows(&WorkflowQuery::default())).map_err(of_store)?;
        let mut named = all.into_iter().filter(|row| Some(row.listing.name.as_str()) == name);
        match (named.next(), named.next()) {
            (Some(row), None) => Ok(row),
            _ => {
                let what = name.map_or_else(|| id.to_owned(), |name| format!("{name} ({id})"));
                Err(Failure { message: format!("there is no workflow {what}"), ..no_workflow() })
            }
        }
    }

    /// Looks up what imported workflows were called by, where an older build, or the mending of a
    /// damaged folder, has not.
    async fn look_up_foreign_ids(&self) -> Result<(), Failure> {
        for id in self.store.read(|db| db.workflows_from_unknown()).map_err(of_store)? {
            // One that cannot be read is looked at again.
            let Ok(workflow) = self.draft(&id).await else { continue };
            let foreign = foreign_id(&workflow);
            let written = self.store.write(move |tx| tx.set_foreign_id(&id, Some(&foreign)));
            written.await.map_err(of_store)?;
        }
        Ok(())
    }
}

/// What an imported workflow was called by where it came from.
pub(crate) fn foreign_id(workflow: &Workflow) -> String {
    let file = reporunner_n8n::export(workflow);
    file.get("id").and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn closing() -> NodeError {
    NodeError::new("Reporunner is closing")
}

pub(crate) fn of_failure(failure: Failure) -> NodeError {
    let error = NodeError::new(failure.message);
    match failure.hint {
        Some(hint) => error.hint(hint),
        None => error,
    }
}
