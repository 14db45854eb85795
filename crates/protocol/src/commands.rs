//! The commands, each with its reply: one table.

use reporunner_model::{
    Catalog, EditBatch, EditId, Item, NodeId, RunId, RunStatus, StartFrom, VersionId, WorkflowId,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::types::*;

/// A command and the type of its reply.
pub trait Command: Serialize + Into<Request> {
    /// Its name on the wire.
    const NAME: &'static str;
    /// What it is answered with.
    type Reply: Serialize + for<'de> Deserialize<'de> + 'static;
}

macro_rules! commands {
    ($(
        $(#[$doc:meta])*
        $name:ident { $( $(#[$field_doc:meta])* $field:ident : $type:ty ),* $(,)? } -> $reply:ty
    );+ $(;)?) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
            #[serde(rename_all = "camelCase", deny_unknown_fields)]
            pub struct $name { $( $(#[$field_doc])* pub $field: $type ),* }

            impl Command for $name {
                const NAME: &'static str = stringify!($name);
                type Reply = $reply;
            }

            impl From<$name> for Request {
                fn from(command: $name) -> Self {
                    Self::$name(command)
                }
            }
        )+

        /// Any command.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "command")]
        pub enum Request {
            $( $(#[$doc])* $name($name) ),+
        }

        impl Request {
            /// The names of all commands.
            pub const NAMES: &[&str] = &[$( stringify!($name) ),+];

            /// Name of this command.
            pub fn name(&self) -> &'static str {
                match self { $( Self::$name(_) => stringify!($name) ),+ }
            }
        }
    };
}

commands! {
    /// Who and what answers here.
    Hello {} -> Welcome;
    /// Every node type.
    GetCatalog {} -> Catalog;

    /// The workflows of this folder.
    ListWorkflows {
        /// What to list.
        filter: WorkflowFilter,
    } -> Vec<WorkflowSummary>;
    /// Makes an empty workflow.
    CreateWorkflow {
        /// Its name; a free one near it is taken.
        name: String,
    } -> WorkflowId;
    /// A workflow with all that the editor needs.
    OpenWorkflow {
        /// Which.
        id: WorkflowId,
    } -> OpenedWorkflow;
    /// Changes a workflow. Answered once it is on disk.
    EditWorkflow {
        /// Which.
        id: WorkflowId,
        /// What to change.
        batch: EditBatch,
    } -> EditOutcome;
    /// Takes back the person's newest edit that is not taken back yet.
    UndoEdit {
        /// Which workflow.
        id: WorkflowId,
        /// Its id: sent again, where an answer was lost, it changes nothing.
        edit: EditId,
    } -> EditOutcome;
    /// Makes the newest undone edit again.
    RedoEdit {
        /// Which workflow.
        id: WorkflowId,
        /// Its id: sent again, where an answer was lost, it changes nothing.
        edit: EditId,
    } -> EditOutcome;
    /// Renames a node and every reference to it.
    RenameNode {
        /// Which workflow.
        id: WorkflowId,
        /// Which node.
        node: NodeId,
        /// The new name; a free one near it is taken.
        name: String,
        /// Its id: sent again, where an answer was lost, it changes nothing.
        edit: EditId,
    } -> EditOutcome;
    /// Copies a workflow. The copy arrives off.
    DuplicateWorkflow {
        /// Which.
        id: WorkflowId,
    } -> WorkflowId;
    /// Puts a workflow into the trash.
    DeleteWorkflow {
        /// Which.
        id: WorkflowId,
    } -> ();
    /// Takes a workflow out of the trash.
    RestoreWorkflow {
        /// Which.
        id: WorkflowId,
    } -> ();
    /// Deletes a workflow that is in the trash for good, with its versions. Its runs stay until
    /// their own time is over.
    PurgeWorkflow {
        /// Which.
        id: WorkflowId,
    } -> ();
    /// Reads a workflow file, ours or n8n's.
    ImportWorkflow {
        /// The file's text.
        text: String,
        /// Name where the file has none.
        name: Option<String>,
    } -> Imported;
    /// What an import of a workflow as it is now would report: what it still lacks here.
    GetImportReport {
        /// Which.
        id: WorkflowId,
    } -> ImportReport;
    /// Writes a workflow file.
    ExportWorkflow {
        /// Which.
        id: WorkflowId,
        /// In which form.
        format: ExportFormat,
    } -> Exported;
    /// Nodes from the clipboard's text as edits with fresh ids and free names. Changes nothing.
    ReadNodes {
        /// Which workflow they are for.
        id: WorkflowId,
        /// The text: an object, a bare list of nodes, or a whole file.
        text: String,
    } -> PastedNodes;
    /// The examples that come with the program.
    ListExamples {} -> Vec<Example>;
    /// Makes a workflow from an example, with its files.
    AddExample {
        /// The example's name.
        name: String,
    } -> WorkflowId;

    /// Makes the draft the published version.
    PublishWorkflow {
        /// Which.
        id: WorkflowId,
    } -> WorkflowState;
    /// Takes the draft back to the published version, in one step that can be undone.
    RevertDraft {
        /// Which.
        id: WorkflowId,
        /// Its id: sent again, where an answer was lost, it changes nothing.
        edit: EditId,
    } -> EditOutcome;
    /// Switches the triggers of the published version on or off on this machine.
    SetLive {
        /// Which.
        id: WorkflowId,
        /// Whether they are on.
        live: bool,
    } -> WorkflowState;
    /// The versions of a workflow, newest first.
    ListVersions {
        /// Which.
        id: WorkflowId,
    } -> Vec<VersionSummary>;
    /// Names the workflow as it is now.
    NameVersion {
        /// Which.
        id: WorkflowId,
        /// The name.
        title: String,
    } -> VersionId;
    /// Makes the workflow what it was in a version, in one step that can be undone.
    RestoreVersion {
        /// Which workflow.
        id: WorkflowId,
        /// Which version.
        version: VersionId,
        /// Its id: sent again, where an answer was lost, it changes nothing.
        edit: EditId,
    } -> EditOutcome;
    /// Keeps what the person looks at for the next time.
    SaveView {
        /// Which workflow.
        id: WorkflowId,
        /// The view.
        view: CanvasView,
    } -> ();
    /// Keeps where the person is, so that the window opens there the next time.
    SaveLocation {
        /// The workflow they are in; none means the list.
        workflow: Option<WorkflowId>,
    } -> ();

    /// Runs a workflow's draft.
    StartRun {
        /// Which workflow.
        workflow: WorkflowId,
        /// How much of it.
        start: StartFrom,
        /// Items for the first node; none means one empty item.
        input: Option<Vec<Item>>,
        /// What differs from a run by the Run button.
        options: RunOptions,
    } -> StartedRun;
    /// Answered when a run has ended.
    WaitRun {
        /// Which.
        run: RunId,
    } -> RunSummary;
    /// All that the nodes of a run gave.
    GetRunResult {
        /// Which.
        run: RunId,
    } -> RunResult;
    /// Ends a run.
    StopRun {
        /// Which.
        run: RunId,
    } -> ();
    /// Runs what a former run ran, with the same input.
    Rerun {
        /// Which.
        run: RunId,
    } -> StartedRun;
    /// Stops waiting for a test call of a webhook.
    StopListening {
        /// Which workflow.
        workflow: WorkflowId,
    } -> ();
    /// Runs, newest first.
    ListRuns {
        /// What to list.
        filter: RunFilter,
    } -> RunPage;
    /// A run with its nodes, without their data.
    GetRun {
        /// Which.
        run: RunId,
    } -> RunDetail;
    /// The workflow as it was in a run, to draw the run on.
    GetRunWorkflow {
        /// Which.
        run: RunId,
    } -> reporunner_model::Workflow;
    /// Some of the items of one input or output of a node run.
    GetItems {
        /// Which.
        at: ItemsAt,
        /// First item.
        offset: usize,
        /// How many at most.
        limit: usize,
        /// Only items in which this text occurs.
        search: Option<String>,
    } -> ItemsPage;
    /// One whole value within an item, where a page cut it.
    GetValue {
        /// Which items.
        at: ItemsAt,
        /// Which item.
        item: usize,
        /// Keys from the item's JSON to the value.
        path: Vec<String>,
    } -> Value;
    /// Which fields the items have, with their types.
    GetSchema {
        /// Which.
        at: ItemsAt,
    } -> Vec<SchemaField>;
    /// Part of a file that belongs to an item.
    GetFile {
        /// The file, by the id in its `BinaryRef`.
        id: String,
        /// First byte.
        offset: u64,
        /// How many bytes at most; never more than `limits::FILE_PART_BYTES`.
        limit: usize,
    } -> FilePart;
    /// Deletes runs that have ended.
    DeleteRuns {
        /// These, or none for all that `filter` lists.
        runs: Option<Vec<RunId>>,
        /// Which, where `runs` is none.
        filter: RunFilter,
    } -> u64;

    /// What expressions give on the data of a run.
    Preview {
        /// Which workflow.
        workflow: WorkflowId,
        /// The node whose parameters they are.
        node: NodeId,
        /// Parameter values with expressions in them.
        values: Vec<Value>,
        /// Which input item.
        item: usize,
    } -> Vec<PreviewResult>;
    /// What may come next in an expression.
    Complete {
        /// Which workflow.
        workflow: WorkflowId,
        /// The node whose parameter it is.
        node: NodeId,
        /// The text up to the cursor.
        text: String,
        /// Which input item.
        item: usize,
    } -> Vec<Completion>;

    /// Settings of this machine.
    GetSettings {} -> MachineSettings;
    /// Changes them.
    SetSettings {
        /// All of them.
        settings: MachineSettings,
    } -> MachineSettings;
    /// Frees what the retention settings allow to be freed, now.
    SweepNow {} -> StorageUse;
    /// How much disk is used.
    GetStorage {} -> StorageUse;
    /// Opens the data folder in the file manager of the machine it is on.
    ShowFolder {} -> ();
    /// Runs in which a step with an outside effect was cut off: says what shall happen.
    ResolveUnknown {
        /// Which run.
        run: RunId,
        /// How it is to be counted.
        status: RunStatus,
    } -> ();
}
