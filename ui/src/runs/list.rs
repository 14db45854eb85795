//! The rows: loaded page by page as one scrolls, and kept up to date while runs go on.

use leptos::prelude::*;
use reporunner_protocol::{Event, Failure, ListRuns, RunFilter, RunPage, RunSummary};

use super::filters::Filters;
use super::going;
use super::row::Row;
use crate::kit::{Button, Empty, FailureNote, Loading, VirtualRows};
use crate::state::{AppState, Load, use_app};

/// Height of a row, pixels.
const ROW: f64 = 56.0;
/// Rows before the end at which the next page is fetched.
const AHEAD: usize = 20;

/// What is loaded so far.
#[derive(Clone, Copy)]
struct Loaded {
    app: AppState,
    filters: Filters,
    runs: RwSignal<Vec<RunSummary>>,
    state: RwSignal<Load<()>>,
    next: RwSignal<Option<String>>,
    fetching: StoredValue<bool>,
    turn: StoredValue<u64>,
}

impl Loaded {
    /// Fetches the first page, or the next.
    fn fetch(self, first: bool) {
        let mut filter = self.filters.to_filter();
        if !first {
            filter.after = self.next.get_untracked();
            if filter.after.is_none() || self.fetching.get_value() {
                return;
            }
        }
        self.fetching.set_value(true);
        self.turn.update_value(|turn| *turn += 1);
        let mine = self.turn.get_value();
        leptos::task::spawn_local(async move {
            let answer = self.page(filter).await;
            // A newer question makes this answer worthless.
            if self.turn.try_get_value() != Some(mine) {
                return;
            }
            self.fetching.set_value(false);
            match answer {
                Ok(page) => {
                    self.runs.update(|runs| {
                        if first {
                            runs.clear();
                        }
                        runs.extend(page.runs);
                    });
                    self.next.set(page.next);
                    self.filters.any.set(self.runs.with_untracked(|runs| !runs.is_empty()));
                    self.state.set(Load::Ready(()));
                }
                Err(failure) => self.state.set(Load::Failed(failure)),
            }
        });
    }

    /// A page without the runs that are on their way out. One of which nothing is left is passed
    /// over, since nobody scrolls to the end of an empty list.
    async fn page(self, mut filter: RunFilter) -> Result<RunPage, Failure> {
        loop {
            let mut page = self.app.backend.call(ListRuns { filter: filter.clone() }).await?;
            page.runs.retain(|run| !going::is_going(&run.id));
            if !page.runs.is_empty() || page.next.is_none() {
                return Ok(page);
            }
            filter.after = page.next;
        }
    }

    /// Takes in how a run stands now.
    fn changed(self, run: &RunSummary) {
        let known = self.runs.with_untracked(|runs| runs.iter().any(|at| at.id == run.id));
        if known {
            // One that is done no longer belongs among those that run.
            let stays = self.filters.fits(run) != Some(false);
            self.runs.update(|runs| match runs.iter().position(|at| at.id == run.id) {
                Some(at) if stays => runs[at] = run.clone(),
                Some(at) => drop(runs.remove(at)),
                None => {}
            });
        } else if self.filters.fits(run) == Some(true) && !going::is_going(&run.id) {
            self.runs.update(|runs| runs.insert(0, run.clone()));
            self.filters.any.set(true);
        }
    }
}

/// The list.
#[component]
pub(super) fn RunList(
    /// What is listed.
    filters: Filters,
) -> impl IntoView {
    let app = use_app();
    let loaded = Loaded {
        app,
        filters,
        runs: RwSignal::new(Vec::new()),
        state: RwSignal::new(Load::Waiting),
        next: RwSignal::new(None),
        fetching: StoredValue::new(false),
        turn: StoredValue::new(0),
    };
    Effect::new(move || {
        filters.again.track();
        app.epoch.track();
        loaded.fetch(true);
    });
    app.on_event(move |event| {
        if let Event::RunChanged { run } = event {
            loaded.changed(run);
        }
    });
    let count = Signal::derive(move || loaded.runs.with(Vec::len));
    let empty = Memo::new(move |_| count.get() == 0);
    let on_range = Callback::new(move |(_, last): (usize, usize)| {
        if last + AHEAD > loaded.runs.with_untracked(Vec::len) {
            loaded.fetch(false);
        }
    });
    let render = Callback::new(move |index: usize| {
        view! { <Row runs=loaded.runs index filters/> }.into_any()
    });
    view! {
        {move || match loaded.state.get() {
            Load::Waiting => view! { <Loading what="Loading the runs…"/> }.into_any(),
            Load::Failed(failure) => {
                view! { <FailureNote failure on_retry=move |()| loaded.fetch(true)/> }.into_any()
            }
            Load::Ready(()) if empty.get() => view! { <Nothing filters/> }.into_any(),
            Load::Ready(()) => view! {
                <div class="rr-list rr-runs">
                    <VirtualRows count row=ROW label="Runs" render on_range
                        head=|| view! { <Head/> }/>
                </div>
            }
            .into_any(),
        }}
    }
}

#[component]
fn Nothing(
    /// What is filtered.
    filters: Filters,
) -> impl IntoView {
    if untrack(|| filters.narrow()) {
        view! {
            <Empty icon="search" title="No run matches" text="Search for another word, or take a filter away.">
                <Button icon="x" on_press=move |_| filters.clear()>"Show all runs"</Button>
            </Empty>
        }
        .into_any()
    } else {
        view! { <Empty icon="history" title="Nothing has run yet" text="Open a workflow and press Run, or switch one on."/> }
            .into_any()
    }
}

#[component]
fn Head() -> impl IntoView {
    let words = ["", "Workflow", "State", "Started by", "Started", "Took", ""];
    view! {
        <div class="rr-runs__row rr-runs__row--head" aria-hidden="true">
            {words.map(|words| view! { <span>{words}</span> }).collect_view()}
        </div>
    }
}
