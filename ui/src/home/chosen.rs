//! The rows that are chosen, and what can be done with all of them.

use std::collections::BTreeSet;

use leptos::prelude::*;
use reporunner_model::WorkflowId;
use reporunner_protocol::{ExportFormat, WorkflowSummary};

use super::actions;
use super::order::between;
use crate::kit::{Button, ButtonKind, IconButton};
use crate::state::use_app;
use crate::time::count;

/// The rows that are chosen. Copies are the same.
#[derive(Clone, Copy)]
pub(super) struct Chosen {
    ids: RwSignal<BTreeSet<WorkflowId>>,
    /// The row that was pressed last, for a range.
    last: StoredValue<Option<WorkflowId>>,
}

impl Chosen {
    /// None.
    pub(super) fn new() -> Self {
        Self { ids: RwSignal::new(BTreeSet::new()), last: StoredValue::new(None) }
    }

    /// Whether any is.
    pub(super) fn any(self) -> bool {
        self.ids.with(|ids| !ids.is_empty())
    }

    /// Whether this one is.
    pub(super) fn has(self, id: &WorkflowId) -> bool {
        self.ids.with(|ids| ids.contains(id))
    }

    /// Chooses a row or not; with `range`, all from the one before.
    pub(super) fn press(self, id: &WorkflowId, range: bool, list: &[WorkflowSummary]) {
        let on = self.ids.with_untracked(|ids| !ids.contains(id));
        let meant = match self.last.get_value() {
            Some(last) if range => between(list, &last, id),
            _ => BTreeSet::from([id.clone()]),
        };
        self.ids.update(|ids| match on {
            true => ids.extend(meant),
            false => ids.retain(|known| !meant.contains(known)),
        });
        self.last.set_value(Some(id.clone()));
    }

    /// Chooses all of these, or none where all are chosen.
    pub(super) fn flip_all(self, list: &[WorkflowSummary]) {
        let all: BTreeSet<_> = list.iter().map(|summary| summary.id.clone()).collect();
        self.ids.update(|ids| if *ids == all { ids.clear() } else { *ids = all });
    }

    /// Chooses none.
    pub(super) fn clear(self) {
        self.ids.set(BTreeSet::new());
    }

    /// Those of the list that are chosen.
    pub(super) fn of(self, list: &[WorkflowSummary]) -> Vec<WorkflowSummary> {
        let ids = self.ids.get();
        list.iter().filter(|summary| ids.contains(&summary.id)).cloned().collect()
    }
}

/// What can be done with the rows that are chosen; stands in the place of the filters.
#[component]
pub(super) fn ChosenBar(
    /// The rows that are chosen.
    chosen: Chosen,
    /// The list.
    rows: Memo<Vec<WorkflowSummary>>,
) -> impl IntoView {
    let app = use_app();
    let now = Memo::new(move |_| rows.with(|rows| chosen.of(rows)));
    let each = move |what: fn(crate::state::AppState, &WorkflowSummary)| {
        move |_| now.with_untracked(|all| all.iter().for_each(|summary| what(app, summary)))
    };
    let delete = move |_| {
        actions::delete_all(app, now.get_untracked().iter().map(actions::Gone::of).collect());
        chosen.clear();
    };
    view! {
        <div class="rr-bar rr-bar--chosen" role="toolbar" aria-label="With the chosen workflows">
            <b class="rr-num">{move || format!("{} chosen", count(now.with(Vec::len), "workflow"))}</b>
            <Button icon="power" on_press=each(|app, summary| actions::set_live(app, summary, true))>"Switch on"</Button>
            <Button icon="power" on_press=each(|app, summary| actions::set_live(app, summary, false))>"Switch off"</Button>
            <Button icon="download" on_press=each(|app, summary| {
                actions::export(app, summary.id.clone(), ExportFormat::Reporunner);
            })>"Export"</Button>
            <Button kind=ButtonKind::Danger icon="trash-2" on_press=delete>"Delete"</Button>
            <span class="rr-grow"></span>
            <IconButton icon="x" label="Choose none" keys="Escape" on_press=move |_| chosen.clear()/>
        </div>
    }
}
