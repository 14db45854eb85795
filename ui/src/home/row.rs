//! One line of the list.

use leptos::prelude::*;
use reporunner_model::{RunStatus, TypeName};
use reporunner_protocol::{RunMark, WorkflowSummary};

use super::actions;
use super::chosen::Chosen;
use super::standing::{Standing, runs_in_words, trouble};
use crate::kit::{Anchor, Icon, IconButton, OpenMenu, Switch, anchor_of};
use crate::route::{self, Route};
use crate::state::use_app;
use crate::time;

/// One workflow. A press anywhere opens it; the name is the link for the keyboard.
#[component]
pub(super) fn Row(
    /// The workflow.
    summary: Memo<WorkflowSummary>,
    /// The list, for choosing from one row to another.
    rows: Memo<Vec<WorkflowSummary>>,
    /// The rows that are chosen.
    chosen: Chosen,
) -> impl IntoView {
    let app = use_app();
    let id = StoredValue::new(summary.with_untracked(|summary| summary.id.clone()));
    let href = Route::editor(id.get_value()).hash();
    let on_open = move |_| route::go(&Route::editor(id.get_value()));
    let menu = move |anchor: Anchor| {
        let summary = summary.get_untracked();
        let name = summary.name.clone();
        app.menu.set(Some(OpenMenu::new(name, anchor, actions::menu(app, summary))));
    };
    let on_context = move |event: web_sys::MouseEvent| {
        event.prevent_default();
        menu(Anchor::Point(f64::from(event.client_x()), f64::from(event.client_y())));
    };
    let on_more = move |event: web_sys::MouseEvent| {
        event.stop_propagation();
        menu(anchor_of(&event));
    };
    let is_chosen = move || id.with_value(|id| chosen.has(id));
    let on_pick = move |event: web_sys::MouseEvent| {
        event.stop_propagation();
        let range = event.shift_key();
        rows.with_untracked(|rows| id.with_value(|id| chosen.press(id, range, rows)));
    };
    let pick_label = move || summary.with(|summary| format!("Choose {}", summary.name));
    let live = Signal::derive(move || summary.with(|summary| summary.state.live));
    let switch_label =
        Signal::derive(move || summary.with(|summary| format!("{} is on here", summary.name)));
    view! {
        <div class="rr-list__row" class=("rr-list__row--chosen", is_chosen) role="row"
            on:click=on_open on:contextmenu=on_context>
            <span role="cell" class="rr-list__mark">
                <Mark summary/>
                <input type="checkbox" class="rr-list__pick" aria-label=pick_label
                    prop:checked=is_chosen on:click=on_pick/>
            </span>
            <span role="cell" class="rr-list__name">
                <a class="rr-list__link" href=href on:click=|event| event.stop_propagation()>
                    {move || summary.with(|summary| summary.name.clone())}
                </a>
                <span class="rr-list__sub">
                    {move || summary.with(|summary| summary.summary.clone())}
                    <Tags summary/>
                </span>
            </span>
            <span role="cell"><Steps summary/></span>
            <span role="cell"><Bars summary/></span>
            <span role="cell" class="rr-list__two">
                <span>{move || summary.with(|summary| summary.trigger.clone())}</span>
                <span class="rr-list__sub" data-tip=move || summary.with(trouble)>
                    {move || summary.with(runs_in_words)}
                </span>
            </span>
            <span role="cell" class="rr-list__edited">
                {move || summary.with(|summary| time::ago(summary.edited, time::now()))}
            </span>
            <span role="cell">
                <Switch on=live label=switch_label on_change=move |on| {
                    actions::set_live(app, &summary.get_untracked(), on);
                }/>
            </span>
            <span role="cell">
                <IconButton icon="ellipsis" label="More" menu=true on_press=on_more/>
            </span>
        </div>
    }
}

#[component]
fn Mark(
    /// The workflow.
    summary: Memo<WorkflowSummary>,
) -> impl IntoView {
    let standing = Memo::new(move |_| summary.with(Standing::of));
    let icon = Signal::derive(move || standing.get().icon().to_owned());
    let class = move || format!("rr-mark rr-mark--{}", standing.get().filter());
    view! {
        <span class=class role="img" aria-label=move || standing.get().words()
            data-tip=move || standing.get().words()>
            <Icon name=icon/>
        </span>
    }
}

#[component]
fn Tags(
    /// The workflow.
    summary: Memo<WorkflowSummary>,
) -> impl IntoView {
    move || {
        let tags = summary.with(|summary| summary.tags.clone());
        tags.into_iter().map(|tag| view! { <span class="rr-tag">{tag}</span> }).collect_view()
    }
}

#[component]
fn Steps(
    /// The workflow.
    summary: Memo<WorkflowSummary>,
) -> impl IntoView {
    let app = use_app();
    let chips = move || {
        let types = summary.with(|summary| summary.types.clone());
        app.catalog.with(|catalog| {
            let chip = |name: &TypeName| {
                let (icon, label) = catalog.get(name).map_or_else(
                    || ("circle-help".to_owned(), name.to_string()),
                    |found| (found.appearance.icon.clone(), found.label.clone()),
                );
                let brand = icon.starts_with("brand-");
                let hue = catalog.get(name).map_or(0, |found| found.appearance.hue).to_string();
                view! {
                    <span class="rr-chips__chip" class=("rr-chips__chip--brand", brand)
                        style=("--rr-hue", hue) data-tip=label>
                        <Icon name=icon/>
                    </span>
                }
            };
            types.iter().take(6).map(chip).collect_view()
        })
    };
    let label = move || time::count(summary.with(|summary| summary.nodes), "node");
    view! { <span class="rr-chips" role="img" aria-label=label>{chips}</span> }
}

#[component]
fn Bars(
    /// The workflow.
    summary: Memo<WorkflowSummary>,
) -> impl IntoView {
    let label = move || {
        summary.with(|summary| {
            let failed = summary.last_runs.iter().filter(|run| run.status == RunStatus::Failed);
            match (summary.last_runs.len(), failed.count()) {
                (0, _) => "No runs yet".to_owned(),
                (all, 0) => format!("{all} runs, none failed"),
                (all, failed) => format!("{all} runs, {failed} failed"),
            }
        })
    };
    let bars = move || {
        let runs = summary.with(|summary| summary.last_runs.clone());
        let longest = runs.iter().map(|run| run.ms).max().unwrap_or(1).max(1);
        let bar = |run: RunMark| {
            // The logarithm keeps a run of a second visible beside one of an hour.
            let share = (1.0 + run.ms as f64).ln() / (1.0 + longest as f64).ln();
            let height = format!("{:.0}px", 5.0 + 12.0 * share);
            view! {
                <span class=format!("rr-bars__bar rr-bars__bar--{}", run.status.as_str())
                    style:height=height></span>
            }
        };
        runs.into_iter().map(bar).collect_view()
    };
    view! { <span class="rr-bars" role="img" aria-label=label>{bars}</span> }
}
