//! What one can do with a workflow of the list.

use std::collections::BTreeSet;

use leptos::prelude::*;
use reporunner_model::{Edit, EditBatch, WorkflowId};
use reporunner_protocol::{
    CreateWorkflow, DeleteWorkflow, DuplicateWorkflow, EditWorkflow, ExportFormat, ExportWorkflow,
    PurgeWorkflow, RestoreWorkflow, SetLive, WorkflowSummary,
};

use super::strings::text;
use crate::browser;
use crate::kit::{MenuAction, MenuItem, Prompt, PromptField};
use crate::route::{self, Route, Tab};
use crate::state::AppState;

/// Makes an empty workflow and opens it.
pub(crate) fn create(app: AppState) {
    leptos::task::spawn_local(async move {
        let name = text::UNTITLED.to_owned();
        if let Some(id) = app.ask(CreateWorkflow { name }).await {
            route::go(&Route::editor(id));
        }
    });
}

/// Switches a workflow on or off on this machine.
pub(super) fn set_live(app: AppState, summary: &WorkflowSummary, live: bool) {
    let (id, name, first) = (summary.id.clone(), summary.name.clone(), !summary.state.published);
    leptos::task::spawn_local(switch(app, id, name, live, first));
}

/// `first` says that it was never published: to switch it on publishes it.
async fn switch(app: AppState, id: WorkflowId, name: String, live: bool, first: bool) {
    if let Some(state) = app.ask(SetLive { id, live }).await {
        match (state.live, state.trouble) {
            (true, Some(trouble)) => app.toast(format!("{name} is on, but {trouble}")),
            (true, None) if first => app.toast(format!("{name} is published as it is now, and on")),
            (true, None) => app.announce(format!("{name} is on")),
            (false, _) => app.announce(format!("{name} is off")),
        }
    }
}

/// A workflow that goes into the trash, and what Undo makes of it again.
#[derive(Debug, Clone)]
pub(crate) struct Gone {
    pub(crate) id: WorkflowId,
    pub(crate) name: String,
    /// Whether it was on.
    pub(crate) live: bool,
}

impl Gone {
    pub(super) fn of(summary: &WorkflowSummary) -> Self {
        let (id, name) = (summary.id.clone(), summary.name.clone());
        Self { id, name, live: summary.state.live }
    }
}

/// Puts a workflow into the trash, with a way back.
pub(crate) fn delete(app: AppState, gone: Gone) {
    leptos::task::spawn_local(async move {
        if app.ask(DeleteWorkflow { id: gone.id.clone() }).await.is_none() {
            return;
        }
        let words = format!("{} is in the trash", gone.name);
        app.toast_with(words, "Undo", Callback::new(move |()| put_back(app, gone.clone())));
        if matches!(app.route.get_untracked(), Route::Workflow { .. }) {
            route::go(&Route::Home);
        }
    });
}

/// Puts workflows into the trash, with a way back for all of them.
pub(super) fn delete_all(app: AppState, mut all: Vec<Gone>) {
    if all.len() == 1 {
        return all.drain(..).for_each(|one| delete(app, one));
    }
    leptos::task::spawn_local(async move {
        let mut gone = Vec::new();
        for one in all {
            if app.ask(DeleteWorkflow { id: one.id.clone() }).await.is_some() {
                gone.push(one);
            }
        }
        if gone.is_empty() {
            return;
        }
        let words = format!("{} are in the trash", crate::time::count(gone.len(), "workflow"));
        let back = move |()| gone.iter().for_each(|one| put_back(app, one.clone()));
        app.toast_with(words, "Undo", Callback::new(back));
    });
}

/// Takes back what put a workflow into the trash: it is on again where it was.
fn put_back(app: AppState, gone: Gone) {
    leptos::task::spawn_local(async move {
        if app.ask(RestoreWorkflow { id: gone.id.clone() }).await.is_none() {
            return;
        }
        app.announce("Put back");
        if gone.live {
            switch(app, gone.id, gone.name, true, false).await;
        }
    });
}

/// Takes a workflow out of the trash. It stays off.
pub(super) fn restore(app: AppState, summary: WorkflowSummary) {
    leptos::task::spawn_local(async move {
        if app.ask(RestoreWorkflow { id: summary.id.clone() }).await.is_none() {
            return;
        }
        if !summary.state.published {
            return app.toast(format!("{} is back", summary.name));
        }
        let words = format!("{} is back, and off", summary.name);
        let on = Callback::new(move |()| set_live(app, &summary, true));
        app.toast_with(words, "Switch on", on);
    });
}

/// Deletes workflows that are in the trash for good, once it is clear that this is meant.
pub(super) fn purge(app: AppState, all: Vec<WorkflowSummary>) {
    let what = match all.as_slice() {
        [] => return,
        [one] => one.name.clone(),
        more => crate::time::count(more.len(), "workflow"),
    };
    let then = Callback::new(move |()| {
        let all = all.clone();
        leptos::task::spawn_local(async move {
            for one in all {
                if app.ask(PurgeWorkflow { id: one.id }).await.is_none() {
                    return;
                }
            }
            app.announce("Deleted for good");
        });
    });
    let title = format!("Delete {what} for good?");
    app.prompt.set(Some(Prompt::sure(&title, text::FOR_GOOD, "Delete for good", then)));
}

/// Offers a workflow as a file.
pub(crate) fn export(app: AppState, id: WorkflowId, format: ExportFormat) {
    leptos::task::spawn_local(async move {
        if let Some(exported) = app.ask(ExportWorkflow { id, format }).await {
            match browser::download(&exported.file_name, &exported.text) {
                Ok(()) => app.toast(format!("{} is in your downloads", exported.file_name)),
                Err(_) => app.toast("The file could not be offered for saving"),
            }
        }
    });
}

/// Copies a workflow and opens the copy.
pub(crate) fn duplicate(app: AppState, id: WorkflowId) {
    leptos::task::spawn_local(async move {
        if let Some(copy) = app.ask(DuplicateWorkflow { id }).await {
            route::go(&Route::editor(copy));
        }
    });
}

/// Edits a workflow that is not open.
fn edit(app: AppState, id: WorkflowId, label: &str, edits: Vec<Edit>) {
    let batch = EditBatch { id: browser::edit_id(), label: label.to_owned(), edits, author: None };
    leptos::task::spawn_local(async move {
        app.ask(EditWorkflow { id, batch }).await;
    });
}

fn rename(app: AppState, summary: &WorkflowSummary) {
    let id = summary.id.clone();
    let then = Callback::new(move |name: String| {
        edit(app, id.clone(), "Rename", vec![Edit::SetName { name }]);
    });
    let prompt = Prompt::text("Rename the workflow", "Name", &summary.name, "Rename", then);
    app.prompt.set(Some(prompt));
}

/// Words separated by commas, as tags.
fn read_tags(text: &str) -> BTreeSet<String> {
    text.split(',').map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect()
}

fn edit_tags(app: AppState, summary: &WorkflowSummary) {
    let (id, before) = (summary.id.clone(), summary.tags.clone());
    let value = before.iter().cloned().collect::<Vec<_>>().join(", ");
    let then = Callback::new(move |typed: String| {
        let after = read_tags(&typed);
        let change = |tag: &String| Edit::SetTag { tag: tag.clone(), on: after.contains(tag) };
        let edits: Vec<Edit> = before.symmetric_difference(&after).map(change).collect();
        if !edits.is_empty() {
            edit(app, id.clone(), "Change tags", edits);
        }
    });
    app.prompt.set(Some(Prompt {
        title: format!("Tags of {}", summary.name),
        text: None,
        field: Some(PromptField {
            label: "Tags, separated by commas".to_owned(),
            value,
            placeholder: "orders, weekly".to_owned(),
            lines: false,
            may_be_empty: true,
        }),
        confirm: "Save".to_owned(),
        danger: false,
        on_confirm: then,
    }));
}

/// The menu of a workflow.
pub(super) fn menu(app: AppState, summary: WorkflowSummary) -> Vec<MenuItem> {
    let id = summary.id.clone();
    let with = |act: fn(AppState, WorkflowId)| {
        let id = id.clone();
        Callback::new(move |()| act(app, id.clone()))
    };
    let of = |act: fn(AppState, &WorkflowSummary)| {
        let summary = summary.clone();
        Callback::new(move |()| act(app, &summary))
    };
    let go = |tab: Tab| {
        let route = Route::Workflow { id: id.clone(), tab };
        Callback::new(move |()| route::go(&route))
    };
    let export_as = |format: ExportFormat| {
        let id = id.clone();
        Callback::new(move |()| export(app, id.clone(), format))
    };
    let gone = Gone::of(&summary);
    vec![
        MenuAction::new("Open", go(Tab::Editor)).icon("workflow").into(),
        MenuAction::new("Runs", go(Tab::Runs)).icon("history").into(),
        MenuItem::Line,
        MenuAction::new("Rename…", of(rename)).icon("pencil").into(),
        MenuAction::new("Tags…", of(edit_tags)).icon("tag").into(),
        MenuAction::new("Duplicate", with(duplicate)).icon("copy").into(),
        MenuAction::new("Export", export_as(ExportFormat::Reporunner)).icon("download").into(),
        MenuAction::new("Export for n8n", export_as(ExportFormat::N8n)).icon("file-json").into(),
        MenuItem::Line,
        MenuAction::new("Delete", Callback::new(move |()| delete(app, gone.clone())))
            .icon("trash-2")
            .danger()
            .into(),
    ]
}
