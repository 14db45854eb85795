//! What narrows the list of runs down.

use std::cell::RefCell;
use std::collections::HashMap;

use leptos::prelude::*;
use reporunner_model::{RunMode, RunStatus, Timestamp, WorkflowId};
use reporunner_protocol::{ListWorkflows, RunFilter, RunSummary, WorkflowFilter};

use crate::kit::{Select, TextField};
use crate::state::use_app;
use crate::time::now;

/// What narrows the list down. Copies are the same.
#[derive(Clone, Copy)]
pub(super) struct Filters {
    pub(super) search: RwSignal<String>,
    /// A state's word, or `any`.
    pub(super) status: RwSignal<String>,
    /// What started it, or `any`.
    pub(super) mode: RwSignal<String>,
    /// Since when it began, or `any`.
    pub(super) since: RwSignal<String>,
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

/// Value, words, and how far back, milliseconds.
const SINCE: [(&str, &str, i64); 5] = [
    ("any", "At any time", 0),
    ("hour", "In the last hour", 3_600_000),
    ("day", "In the last 24 hours", 86_400_000),
    ("week", "In the last 7 days", 604_800_000),
    ("month", "In the last 30 days", 2_592_000_000),
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

/// What was searched for and picked: search, state, starter, time, workflow.
type Picked = [String; 5];

thread_local! {
    /// What each list was narrowed down to when it was left, by the workflow it was of.
    static LEFT: RefCell<HashMap<Option<WorkflowId>, Picked>> = RefCell::default();
}

impl Filters {
    /// As the list was left the last time this page was loaded; else no filter, but for the
    /// workflow where it is given.
    pub(super) fn new(workflow: Option<WorkflowId>) -> Self {
        let any = || "any".to_owned();
        let fresh = || {
            let of = workflow.as_ref().map_or_else(any, WorkflowId::to_string);
            [String::new(), any(), any(), any(), of]
        };
        let left = LEFT.with_borrow(|left| left.get(&workflow).cloned());
        let picked = left.unwrap_or_else(fresh);
        let [search, status, mode, since, of] = picked.map(RwSignal::new);
        on_cleanup({
            let workflow = workflow.clone();
            move || {
                let now = [search, status, mode, since, of]
                    .map(|signal| signal.try_get_untracked().unwrap_or_default());
                LEFT.with_borrow_mut(|left| drop(left.insert(workflow, now)));
            }
        });
        Self {
            search,
            status,
            mode,
            since,
            fixed: workflow.is_some(),
            workflow: of,
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
            from: self.from(),
            search: self.search.get(),
            ..RunFilter::default()
        }
    }

    fn from(self) -> Option<Timestamp> {
        let since = self.since.get();
        let back = SINCE.iter().find(|(value, ..)| *value == since).map_or(0, |(_, _, back)| *back);
        (back > 0).then(|| now().plus_ms(-back))
    }

    /// Whether a run that was heard of belongs into the list; none where only the backend can
    /// tell, since a text is searched for.
    pub(super) fn fits(self, run: &RunSummary) -> Option<bool> {
        untrack(|| {
            let filter = self.to_filter();
            let fits = filter.workflow.is_none_or(|id| id == run.workflow)
                && (filter.statuses.is_empty() || filter.statuses.contains(&run.status))
                && filter.mode.is_none_or(|mode| mode == run.mode)
                && filter.from.is_none_or(|from| run.started.0 >= from.0);
            (!fits || filter.search.is_empty()).then_some(fits)
        })
    }

    /// Has the list read anew, if it is still there.
    pub(super) fn read_again(self) -> Callback<()> {
        Callback::new(move |()| {
            self.again.try_update(|again| *again += 1);
        })
    }

    /// Shows all.
    pub(super) fn clear(self) {
        self.search.set(String::new());
        for filter in [self.status, self.mode, self.since] {
            filter.set("any".to_owned());
        }
        if !self.fixed {
            self.workflow.set("any".to_owned());
        }
    }

    /// Whether anything is filtered out.
    pub(super) fn narrow(self) -> bool {
        let free = self.workflow.with(|workflow| workflow == "any") || self.fixed;
        !(free
            && self.search.with(String::is_empty)
            && self.status.with(|status| status == "any")
            && self.since.with(|since| since == "any")
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
            <Select icon="clock" label="Started" options=Signal::derive(|| {
                SINCE.iter().map(|(value, words, _)| ((*value).to_owned(), (*words).to_owned())).collect::<Vec<_>>()
            }) value=filters.since on_pick=move |value| filters.since.set(value)/>
        </div>
    }
}
