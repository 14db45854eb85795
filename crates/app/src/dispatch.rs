//! Every command and who answers it: one exhaustive match.

use async_trait::async_trait;
use reporunner_protocol::{Code, Event, Failure, Request};
use serde::Serialize;
use serde_json::Value;
use tokio::sync::broadcast;

use crate::failure::of_runner;
use crate::{Answer, App, Caller};

#[async_trait]
impl Answer for App {
    async fn answer(&self, request: Request) -> Result<Value, Failure> {
        if self.is_closing() {
            return Err(of_runner(reporunner_runner::Error::Closing));
        }
        let caller = self.caller();
        let answered = self.answer_for(&caller, request).await;
        self.tell_of_disk();
        answered
    }

    fn events(&self) -> broadcast::Receiver<Event> {
        self.bus.subscribe()
    }

    async fn close(&self) {
        self.leave().await;
    }
}

fn reply(value: impl Serialize) -> Result<Value, Failure> {
    serde_json::to_value(value).map_err(|error| {
        Failure::new(Code::Internal, format!("the reply cannot be written: {error}"))
    })
}

impl App {
    /// The person at this machine.
    fn caller(&self) -> Caller {
        Caller { name: self.settings().author_name, ..self.owner.clone() }
    }

    /// Answers one command of `caller`.
    async fn answer_for(&self, caller: &Caller, request: Request) -> Result<Value, Failure> {
        match request {
            Request::Hello(_) => reply(self.hello(caller).await?),
            Request::GetCatalog(_) => reply(&**self.catalog()),
            Request::ListWorkflows(c) => reply(self.list_workflows(caller, c).await?),
            Request::CreateWorkflow(c) => reply(self.create_workflow(caller, c).await?),
            Request::OpenWorkflow(c) => reply(self.open_workflow(caller, c).await?),
            Request::EditWorkflow(c) => reply(self.edit_workflow(caller, c).await?),
            Request::UndoEdit(c) => reply(self.undo_edit(caller, c).await?),
            Request::RedoEdit(c) => reply(self.redo_edit(caller, c).await?),
            Request::RenameNode(c) => reply(self.rename_node(caller, c).await?),
            Request::DuplicateWorkflow(c) => reply(self.duplicate_workflow(caller, c).await?),
            Request::DeleteWorkflow(c) => reply(self.delete_workflow(caller, c).await?),
            Request::RestoreWorkflow(c) => reply(self.restore_workflow(caller, c).await?),
            Request::PurgeWorkflow(c) => reply(self.purge_workflow(caller, c).await?),
            Request::ImportWorkflow(c) => reply(self.import_workflow(caller, c).await?),
            Request::ExportWorkflow(c) => reply(self.export_workflow(caller, c).await?),
            Request::GetImportReport(c) => reply(self.import_report(caller, c).await?),
            Request::ReadNodes(c) => reply(self.read_nodes(caller, c).await?),
            Request::ListExamples(_) => reply(self.list_examples()?),
            Request::AddExample(c) => reply(self.add_example(caller, c).await?),
            Request::PublishWorkflow(c) => reply(self.publish_workflow(caller, c).await?),
            Request::RevertDraft(c) => reply(self.revert_draft(caller, c).await?),
            Request::SetLive(c) => reply(self.set_live(caller, c).await?),
            Request::ListVersions(c) => reply(self.list_versions(caller, c).await?),
            Request::NameVersion(c) => reply(self.name_version(caller, c).await?),
            Request::RestoreVersion(c) => reply(self.restore_version(caller, c).await?),
            Request::SaveView(c) => reply(self.save_view(caller, c).await?),
            Request::SaveLocation(c) => reply(self.save_location(caller, c).await?),
            Request::StartRun(c) => reply(self.start_run(caller, c).await?),
            Request::WaitRun(c) => reply(self.wait_run(caller, c).await?),
            Request::GetRunResult(c) => reply(self.get_run_result(caller, c).await?),
            Request::StopRun(c) => reply(self.stop_run(caller, c).await?),
            Request::Rerun(c) => reply(self.rerun(caller, c).await?),
            Request::StopListening(c) => {
                self.stop_listening(caller, c);
                reply(())
            }
            Request::ListRuns(c) => reply(self.list_runs(caller, c).await?),
            Request::GetRun(c) => reply(self.get_run(caller, c).await?),
            Request::GetRunWorkflow(c) => reply(self.get_run_workflow(caller, c).await?),
            Request::GetItems(c) => reply(self.get_items(caller, c).await?),
            Request::GetValue(c) => reply(self.get_value(caller, c).await?),
            Request::GetSchema(c) => reply(self.get_schema(caller, c).await?),
            Request::GetFile(c) => reply(self.get_file(caller, c).await?),
            Request::DeleteRuns(c) => reply(self.delete_runs(caller, c).await?),
            Request::Preview(c) => reply(self.preview(caller, c).await?),
            Request::Complete(c) => reply(self.complete(caller, c).await?),
            Request::GetSettings(_) => reply(self.settings()),
            Request::SetSettings(c) => reply(self.set_settings(caller, c).await?),
            Request::SweepNow(_) => reply(self.sweep_now(caller).await?),
            Request::GetStorage(_) => reply(self.get_storage(caller).await?),
            Request::ShowFolder(_) => reply(self.show_folder(caller)?),
            Request::ResolveUnknown(c) => reply(self.resolve_unknown(caller, c).await?),
        }
    }
}
