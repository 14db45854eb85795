//! The list of workflows: is everything fine, and where one starts.
//!
//! It shows summaries only; opening a workflow is the editor's business.

mod actions;
mod chosen;
mod examples;
mod import;
mod order;
mod row;
mod standing;
mod strings;
mod trash;

pub(crate) use actions::{Gone, create, delete, duplicate, export};
pub(crate) use import::DropAnywhere;
pub(crate) use trash::Trash;

use std::collections::BTreeSet;

use leptos::prelude::*;
use reporunner_protocol::{Event, ListWorkflows, WorkflowFilter, WorkflowSummary};

use crate::kit::{
    Button, ButtonKind, Empty, FailureNote, Icon, Loading, MenuAction, OpenMenu, Select, TextField,
    anchor_of,
};
use crate::shell::PageFrame;
use crate::state::{AppState, Load, use_app};
use chosen::{Chosen, ChosenBar};
use examples::{FirstRun, Starts};
use order::{Column, Order};
use row::Row;
use standing::Standing;
use strings::text;

/// What narrows the list down.
#[derive(Clone, Copy)]
struct Filters {
    search: RwSignal<String>,
    tags: RwSignal<BTreeSet<String>>,
    standing: RwSignal<String>,
    /// Counts up when the list must be loaded again.
    again: RwSignal<u64>,
}

impl Filters {
    fn new() -> Self {
        Self {
            search: RwSignal::new(String::new()),
            tags: RwSignal::new(BTreeSet::new()),
            standing: RwSignal::new("any".to_owned()),
            again: RwSignal::new(0),
        }
    }

    /// Shows all.
    fn clear(self) {
        self.search.set(String::new());
        self.tags.set(BTreeSet::new());
        self.standing.set("any".to_owned());
    }
}

/// The page.
#[component]
pub(crate) fn Home() -> impl IntoView {
    let app = use_app();
    let filters = Filters::new();
    let list = use_list(app, false, filters);
    let order = RwSignal::new(Order::default());
    let shown = Memo::new(move |_| match list.get() {
        Load::Ready(all) => {
            let standing = filters.standing.get();
            let keep = |summary: &WorkflowSummary| {
                standing == "any" || Standing::of(summary).filter() == standing
            };
            let mut kept: Vec<_> = all.into_iter().filter(keep).collect();
            order.get().sort(&mut kept);
            Load::Ready(kept)
        }
        other => other,
    });
    let rows = Memo::new(move |_| shown.with(|list| list.ready().cloned().unwrap_or_default()));
    let chosen = Chosen::new();
    watch_escape(app, chosen);
    watch_keys(app);
    let nothing_yet = move || {
        let filtered = filters.search.with(|text| !text.is_empty())
            || filters.tags.with(|tags| !tags.is_empty());
        !filtered && list.with(|list| list.ready().is_some_and(Vec::is_empty))
    };
    let first_run = Memo::new(move |_| nothing_yet());
    view! {
        {move || if first_run.get() {
            view! { <FirstRun/> }.into_any()
        } else {
            view! {
                <PageFrame title=text::TITLE actions=Box::new(|| view! { <Actions/> }.into_any())>
                    <div class="rr-bars2">
                        <FilterBar filters list/>
                        <Show when=move || chosen.any()><ChosenBar chosen rows/></Show>
                    </div>
                    <List list=shown rows order chosen filters/>
                    <Starts/>
                </PageFrame>
            }
            .into_any()
        }}
    }
}

/// The workflows that the backend lists, loaded again when they change.
fn use_list(
    app: AppState,
    deleted: bool,
    filters: Filters,
) -> RwSignal<Load<Vec<WorkflowSummary>>> {
    let list = RwSignal::new(Load::Waiting);
    let again = filters.again;
    let turn = StoredValue::new(0_u64);
    Effect::new(move || {
        again.track();
        app.epoch.track();
        let filter = WorkflowFilter {
            search: filters.search.get(),
            tags: filters.tags.with(|tags| tags.iter().cloned().collect()),
            live: None,
            deleted,
        };
        turn.update_value(|turn| *turn += 1);
        let mine = turn.get_value();
        leptos::task::spawn_local(async move {
            let answer = app.backend.call(ListWorkflows { filter }).await;
            // An older answer must not replace a newer one.
            if turn.try_get_value() == Some(mine) {
                list.set(answer.into());
            }
        });
    });
    // Runs come and go often; the bars may be a moment late.
    let planned = StoredValue::new(false);
    app.on_event(move |event| match event {
        Event::WorkflowsChanged | Event::WorkflowChanged { .. } | Event::RunChanged { .. }
            if !planned.get_value() =>
        {
            planned.set_value(true);
            crate::time::after(300, move || {
                if planned.try_set_value(false).is_none() {
                    again.update(|again| *again += 1);
                }
            });
        }
        _ => {}
    });
    list
}

#[component]
fn Actions() -> impl IntoView {
    let app = use_app();
    view! {
        <Button kind=ButtonKind::Quiet icon="import" on_press=move |_| import::choose_file(app)>
            {text::IMPORT}
        </Button>
        <Button kind=ButtonKind::Primary icon="plus" keys="M+N" on_press=move |_| actions::create(app)>
            {text::NEW}
        </Button>
    }
}

#[component]
fn FilterBar(
    /// What narrows the list down.
    filters: Filters,
    /// The list, for its tags and its counts.
    list: RwSignal<Load<Vec<WorkflowSummary>>>,
) -> impl IntoView {
    let known_tags = RwSignal::new(BTreeSet::<String>::new());
    Effect::new(move || {
        list.with(|list| {
            let tags = list.ready().into_iter().flatten().flat_map(|summary| summary.tags.clone());
            known_tags.update(|known| known.extend(tags));
        });
    });
    let options = Signal::derive(|| {
        let pairs = Standing::FILTERS.iter();
        pairs.map(|(value, words)| ((*value).to_owned(), (*words).to_owned())).collect::<Vec<_>>()
    });
    let summary = move || list.with(|list| list.ready().map(|all| text::summary(all)));
    view! {
        <div class="rr-bar" role="search">
            <div class="rr-bar__search">
                <TextField
                    id="home-search"
                    kind="search"
                    icon="search"
                    keys="/"
                    label=text::SEARCH
                    placeholder=text::SEARCH
                    value=filters.search
                    on_input=move |text| filters.search.set(text)
                />
            </div>
            <TagFilter known=known_tags chosen=filters.tags/>
            <Select
                icon="activity"
                label="State"
                options
                value=filters.standing
                on_pick=move |value| filters.standing.set(value)
            />
            <span class="rr-grow"></span>
            <span class="rr-bar__summary">{summary}</span>
        </div>
    }
}

#[component]
fn TagFilter(
    /// Every tag seen so far.
    known: RwSignal<BTreeSet<String>>,
    /// The tags that a workflow must have.
    chosen: RwSignal<BTreeSet<String>>,
) -> impl IntoView {
    let app = use_app();
    let words = move || match chosen.with(BTreeSet::len) {
        0 => "Tags".to_owned(),
        1 => chosen.with(|tags| tags.first().cloned().unwrap_or_default()),
        more => format!("{more} tags"),
    };
    let on_press = move |event: web_sys::MouseEvent| {
        let item = |tag: String| {
            let on = chosen.with_untracked(|chosen| chosen.contains(&tag));
            let words = tag.clone();
            let pick = Callback::new(move |()| {
                chosen.update(|chosen| {
                    if !chosen.remove(&tag) {
                        chosen.insert(tag.clone());
                    }
                });
            });
            MenuAction::new(words, pick).checked(on).into()
        };
        let items = known.get_untracked().into_iter().map(item).collect();
        app.menu.set(Some(OpenMenu::new("Tags", anchor_of(&event), items)));
    };
    view! {
        <Show when=move || known.with(|known| !known.is_empty())>
            <Button icon="tag" after="chevron-down" menu=true on_press=on_press>{words}</Button>
        </Show>
    }
}

#[component]
fn List(
    /// The workflows to show.
    list: Memo<Load<Vec<WorkflowSummary>>>,
    /// The same, where they are there.
    rows: Memo<Vec<WorkflowSummary>>,
    /// Their order.
    order: RwSignal<Order>,
    /// Those that are chosen.
    chosen: Chosen,
    /// What narrows the list down.
    filters: Filters,
) -> impl IntoView {
    let again = filters.again;
    let state = Memo::new(move |_| {
        list.with(|list| match list {
            Load::Waiting => Load::Waiting,
            Load::Failed(failure) => Load::Failed(failure.clone()),
            Load::Ready(all) => Load::Ready(all.is_empty()),
        })
    });
    view! {
        {move || match state.get() {
            Load::Waiting => view! { <Loading what="Loading your workflows…"/> }.into_any(),
            Load::Failed(failure) => {
                let retry = move |()| again.update(|again| *again += 1);
                view! { <FailureNote failure on_retry=retry/> }.into_any()
            }
            Load::Ready(true) => {
                view! {
                    <Empty icon="search" title=text::NO_MATCH text=text::NO_MATCH_HINT>
                        <Button icon="x" on_press=move |_| filters.clear()>"Show all workflows"</Button>
                    </Empty>
                }
                .into_any()
            }
            Load::Ready(false) => view! { <Table rows order chosen/> }.into_any(),
        }}
    }
}

#[component]
fn Table(
    /// The workflows.
    rows: Memo<Vec<WorkflowSummary>>,
    /// Their order.
    order: RwSignal<Order>,
    /// Those that are chosen.
    chosen: Chosen,
) -> impl IntoView {
    let head: [(&str, Option<Column>); 6] = [
        ("Name", Some(Column::Name)),
        ("Steps", None),
        ("Last runs", Some(Column::Standing)),
        ("Trigger", Some(Column::Trigger)),
        ("Edited", Some(Column::Edited)),
        ("On", None),
    ];
    let all_on = move || rows.with(|rows| rows.iter().all(|row| chosen.has(&row.id)));
    view! {
        <div class="rr-list" class=("rr-list--choosing", move || chosen.any()) role="table" aria-label=text::TITLE>
            <div class="rr-list__row rr-list__row--head" role="row">
                <span role="columnheader">
                    <input type="checkbox" class="rr-list__pick" aria-label="Choose all workflows"
                        prop:checked=move || chosen.any() && all_on()
                        prop:indeterminate=move || chosen.any() && !all_on()
                        on:change=move |_| rows.with_untracked(|rows| chosen.flip_all(rows))/>
                </span>
                {head.map(|(words, column)| view! { <Head words column order/> }).collect_view()}
                <span role="columnheader"></span>
            </div>
            <For each=move || rows.get() key=|summary| summary.id.clone() let:summary>
                {
                    let id = summary.id.clone();
                    let fresh = Memo::new(move |last: Option<&WorkflowSummary>| {
                        let found = rows.with(|rows| rows.iter().find(|row| row.id == id).cloned());
                        found.or_else(|| last.cloned()).unwrap_or_else(|| summary.clone())
                    });
                    view! { <Row summary=fresh rows chosen/> }
                }
            </For>
        </div>
    }
}

/// The head of a column; a press sorts by it, a second one the other way round.
#[component]
fn Head(
    /// Its words.
    words: &'static str,
    /// What it sorts by, where it does.
    column: Option<Column>,
    /// The order of the list.
    order: RwSignal<Order>,
) -> impl IntoView {
    let Some(column) = column else {
        return view! { <span role="columnheader">{words}</span> }.into_any();
    };
    let sorted = move || order.get().aria(column);
    view! {
        <span role="columnheader" aria-sort=sorted>
            <button type="button" class="rr-list__sort"
                on:click=move |_| order.update(|order| *order = order.pressed(column))>
                {words}
                {move || sorted().map(|way| {
                    let icon = if way == "ascending" { "arrow-up" } else { "arrow-down" };
                    view! { <Icon name=icon/> }
                })}
            </button>
        </span>
    }
    .into_any()
}

/// Esc chooses none.
fn watch_escape(app: AppState, chosen: Chosen) {
    let handle = window_event_listener(leptos::ev::keydown, move |event| {
        let above = app.menu.with_untracked(Option::is_some)
            || app.prompt.with_untracked(Option::is_some)
            || event.default_prevented();
        if event.key() == "Escape" && !above && untrack(|| chosen.any()) {
            chosen.clear();
        }
    });
    on_cleanup(move || handle.remove());
}

/// `/` goes to the search field where there is one, M+N makes a workflow.
fn watch_keys(app: AppState) {
    let handle = window_event_listener(leptos::ev::keydown, move |event| {
        let main = if crate::browser::is_mac() { event.meta_key() } else { event.ctrl_key() };
        if event.key() == "/" && !crate::browser::takes_typing(event.target()) {
            if crate::browser::focus("#home-search") {
                event.prevent_default();
            }
        } else if main && event.code() == "KeyN" && !event.shift_key() {
            event.prevent_default();
            actions::create(app);
        }
    });
    on_cleanup(move || handle.remove());
}
