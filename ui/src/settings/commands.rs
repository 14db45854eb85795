//! Which workflows may run commands of the shell.

use leptos::prelude::*;
use reporunner_model::WorkflowId;
use reporunner_protocol::{ListWorkflows, WorkflowFilter};

use crate::kit::{IconButton, Select};
use crate::state::use_app;

/// The workflows that may, and the others to choose from.
#[component]
pub(super) fn CommandWorkflows() -> impl IntoView {
    let app = use_app();
    let names = RwSignal::new(Vec::<(WorkflowId, String)>::new());
    leptos::task::spawn_local(async move {
        let filter = WorkflowFilter::default();
        if let Ok(list) = app.backend.call(ListWorkflows { filter }).await {
            let pair = list.into_iter().map(|workflow| (workflow.id, workflow.name));
            names.try_set(pair.collect());
        }
    });
    let allowed = Memo::new(move |_| app.settings.with(|s| s.command_workflows.clone()));
    let others = Signal::derive(move || {
        let allowed = allowed.get();
        let names = names.get().into_iter().filter(|(id, _)| !allowed.contains(id));
        let first = (String::new(), "Allow a workflow…".to_owned());
        std::iter::once(first).chain(names.map(|(id, name)| (id.to_string(), name))).collect()
    });
    let on_pick = move |picked: String| {
        if !picked.is_empty() {
            app.change_settings(|settings| {
                settings.command_workflows.push(WorkflowId::new(picked));
            });
        }
    };
    let name_of = move |id: &WorkflowId| {
        let known = names.with(|names| names.iter().find(|(at, _)| at == id).cloned());
        known.map_or_else(|| id.to_string(), |(_, name)| name)
    };
    let row = move |id: WorkflowId| {
        let name = name_of(&id);
        let on_press = move |_| {
            app.change_settings(|settings| settings.command_workflows.retain(|at| *at != id));
        };
        view! {
            <li class="rr-textlist__row">
                <span class="rr-text">{name.clone()}</span>
                <IconButton icon="x" label=format!("Take {name} away") on_press=on_press/>
            </li>
        }
    };
    view! {
        <div class="rr-textlist">
            <Show when=move || allowed.with(Vec::is_empty)>
                <p class="rr-settings__note">"No workflow may run commands."</p>
            </Show>
            <ul class="rr-textlist__all">
                {move || allowed.get().into_iter().map(row).collect_view()}
            </ul>
            <Select label="Allow a workflow" options=others value=String::new() on_pick=on_pick/>
        </div>
    }
}
