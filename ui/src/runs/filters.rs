//! What narrows the list of runs down.

use leptos::prelude::*;
use reporunner_model::{RunMode, RunStatus, WorkflowId};
use reporunner_protocol::{ListWorkflows, RunFilter, WorkflowFilter};

use crate::kit::{Select, TextField};
use crate::state::use_app;

/// What narrows the list down. Copies are the same.
#[derive(Clone, Copy)]
pub(super) struct Filters {
    pub(super) search: RwSignal<String>,
    /// A state's word, or `any`.
    pub(super) status: RwSignal<String>,
    /// What started it, or `any`.
    pub(super) mode: RwSignal<String>,
    /// A workflow's id, or `any`.
    pub(super) workflow: RwSignal<String>,
    /// Whether the workflow is given.
    pub(super) fixed: bool,
    /// Counts up when the list must be loaded again.
    pub(super) again: RwSignal<u64>,
    /// Whether the list holds anything.
    pub(super) any: RwSignal<bool>,
}

const STATUSES: [(&str, &str); 8] = [
    ("any", "Any state"),
    ("failed", "Failed"),
    ("succeeded", "Done"),
    ("running", "Running"),
    ("waiting", "Waiting"),
    ("queued", "Queued"),
    ("cancelled", "Stopped"),
    ("unknown", "Cut off"),
];

const MODES: [(&str, &str); 4] = [
    ("any", "Started by anything"),
    ("manual", "By hand"),
    ("production", "By a trigger"),
    ("child", "By a workflow"),
];

const ALL: [RunStatus; 7] = [
    RunStatus::Failed,
    RunStatus::Succeeded,
    RunStatus::Running,
    RunStatus::Waiting,
    RunStatus::Queued,
    RunStatus::Cancelled,
    RunStatus::Unknown,
];

impl Filters {
    /// No filter, but for the workflow where it is given.
    pub(super) fn new(workflow: Option<WorkflowId>) -> Self {
        let any = || RwSignal::new("any".to_owned());
        Self {
            search: RwSignal::new(String::new()),
            status: any(),
            mode: any(),
            fixed: workflow.is_some(),
            workflow: RwSignal::new(workflow.map_or_else(|| "any".to_owned(), |id| id.to_string())),
            again: RwSignal::new(0),
            any: RwSignal::new(false),
        }
    }

    /// As the backend takes it.
    pub(super) fn to_filter(self) -> RunFilter {
        let status = self.status.get();
        let workflow = self.workflow.get();
        RunFilter {
            workflow: (workflow != "any").then(|| WorkflowId::new(workflow)),
            statuses: ALL.into_iter().filter(|at| at.as_str() == status).collect(),
            mode: match self.mode.get().as_str() {
                "manual" => Some(RunMode::Manual),
                "production" => Some(RunMode::Production),
                "child" => Some(RunMode::Child),
                _ => None,
            },
            search: self.search.get(),
            ..RunFilter::default()
        }
    }

    /// Whether anything is filtered out.
    pub(super) fn narrow(self) -> bool {
        let free = self.workflow.with(|workflow| workflow == "any") || self.fixed;
        !(free
            && self.search.with(String::is_empty)
            && self.status.with(|status| status == "any")
            && self.mode.with(|mode| mode == "any"))
    }
}

fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter().map(|(value, words)| ((*value).to_owned(), (*words).to_owned())).collect()
}

/// The filters.
#[component]
pub(super) fn FilterBar(
    /// What is filtered.
    filters: Filters,
) -> impl IntoView {
    let app = use_app();
    let workflows = RwSignal::new(vec![("any".to_owned(), "All workflows".to_owned())]);
    if !filters.fixed {
        leptos::task::spawn_local(async move {
            let filter = WorkflowFilter::default();
            if let Ok(list) = app.backend.call(ListWorkflows { filter }).await {
                let all = list.into_iter().map(|workflow| (workflow.id.to_string(), workflow.name));
                workflows.try_update(|known| known.extend(all));
            }
        });
    }
    view! {
        <div class="rr-bar" role="search">
            <div class="rr-bar__search">
                <TextField kind="search" icon="search" label="Search runs"
                    placeholder="Search names, errors, data…"
                    value=filters.search on_input=move |text| filters.search.set(text)/>
            </div>
            <Show when=move || !filters.fixed>
                <Select icon="workflow" label="Workflow" options=workflows value=filters.workflow
                    on_pick=move |value| filters.workflow.set(value)/>
            </Show>
            <Select icon="activity" label="State" options=Signal::derive(|| pairs(&STATUSES))
                value=filters.status on_pick=move |value| filters.status.set(value)/>
            <Select icon="zap" label="Started by" options=Signal::derive(|| pairs(&MODES))
                value=filters.mode on_pick=move |value| filters.mode.set(value)/>
        </div>
    }
}
