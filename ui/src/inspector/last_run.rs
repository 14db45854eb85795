//! How the run that is shown went, in a few lines.

use leptos::prelude::*;
use reporunner_model::{NodeId, Timestamp};
use reporunner_protocol::RunSummary;

use super::strings::{said, sentence};
use crate::editor::context::use_editor;
use crate::editor::run_view::{RunView, word};
use crate::editor::{status_icon, use_desk};
use crate::kit::{Button, Icon};
use crate::time::{ago, count, length, moment, now};

/// What of a run is told.
#[derive(Clone, PartialEq)]
struct Told {
    summary: RunSummary,
    nodes: usize,
    done: usize,
    items: usize,
    slowest: Option<(NodeId, u64)>,
    stale: bool,
}

fn told(run: &RunView) -> Told {
    let (nodes, done) = run.progress();
    let items = run.nodes.values().map(|node| node.output_counts.iter().sum::<usize>()).sum();
    let slowest = run.nodes.values().max_by_key(|node| node.micros);
    Told {
        summary: run.summary.clone(),
        nodes,
        done,
        items,
        slowest: slowest.map(|node| (node.node.clone(), node.micros)).filter(|_| nodes > 1),
        stale: !run.stale.is_empty(),
    }
}

/// The run.
#[component]
pub(super) fn LastRun() -> impl IntoView {
    let editor = use_editor();
    let run = Memo::new(move |_| editor.run.with(|run| run.as_ref().map(told)));
    view! {
        <section class="rr-run" aria-label="The run that is shown">
            {move || match run.get() {
                Some(run) => view! { <Run run/> }.into_any(),
                None => view! {
                    <p class="rr-run__none">
                        <Icon name="history"/>
                        <span>"It has not run yet. What each node gives shows up here and below."</span>
                    </p>
                }
                .into_any(),
            }}
        </section>
    }
}

#[component]
fn Run(
    /// What is told of it.
    run: Told,
) -> impl IntoView {
    let desk = use_desk();
    let editor = desk.editor;
    let status = run.summary.status;
    let started = run.summary.started;
    let name = move |id: &NodeId| {
        editor.document.with_untracked(|document| {
            document.workflow().nodes.get(id).map(|node| node.name.clone()).unwrap_or_default()
        })
    };
    let facts = [
        Some(("Started", ago(started, now()))),
        status.is_final().then(|| ("Took", length(run.summary.ms * 1000))),
        Some((
            "Nodes",
            match status.is_final() {
                true => run.nodes.to_string(),
                false => format!("{} of {}", run.done, run.nodes),
            },
        )),
        Some(("Items", crate::time::grouped(run.items))),
        // The node may have been deleted since.
        run.slowest
            .map(|(id, micros)| (name(&id), micros))
            .filter(|(name, _)| !name.is_empty())
            .map(|(name, micros)| ("Longest", format!("{name}, {}", length(micros)))),
    ];
    let fact = |(words, value): (&'static str, String)| {
        view! { <dt>{words}</dt><dd class="rr-num">{value}</dd> }
    };
    let going = (!status.is_final())
        .then(|| view! { <dt>"Took"</dt><dd class="rr-num"><Ticking since=started/></dd> });
    let error = run.summary.error.map(|error| {
        let node = error.node.clone();
        let open = move |_| {
            if let Some(node) = node.clone() {
                desk.open_node(node);
            }
        };
        view! {
            <div class="rr-insp__failed" role="alert">
                <Icon name="circle-x"/>
                <div>
                    <b>{sentence(&said(&error.message))}</b>
                    {error.hint.map(|hint| view! { <p>{sentence(&hint)}</p> })}
                    {error.node.map(|_| view! {
                        <Button icon="search" on_press=open>{format!("Open {}", error.node_name)}</Button>
                    })}
                </div>
            </div>
        }
    });
    view! {
        <div class="rr-run__head">
            <span class=format!("rr-mark rr-mark--{}", status.as_str())><Icon name=status_icon(status)/></span>
            <b>{if editor.read_only { "This run" } else { "Last run" }}</b>
            <span class=format!("rr-runs__state--{}", status.as_str())>{word(status)}</span>
            <span class="rr-grow"></span>
            {run.stale.then(|| view! {
                <span class="rr-badge rr-badge--wait" data-tip="Nodes were changed after this run">"changed since"</span>
            })}
        </div>
        {error}
        <dl class="rr-run__facts" data-tip=moment(started)>
            {facts.into_iter().flatten().map(fact).collect_view()}
            {going}
        </dl>
    }
}

/// How long a run has gone on, each second.
#[component]
fn Ticking(
    /// When it began.
    since: Timestamp,
) -> impl IntoView {
    let text = RwSignal::new(String::new());
    tick(text, since);
    move || text.get()
}

/// Shows the time since `since` as long as somebody looks.
fn tick(text: RwSignal<String>, since: Timestamp) {
    let ms = now().since(since).max(0) as u64;
    if text.try_set(length(ms * 1000)).is_none() {
        crate::time::after(1_000, move || tick(text, since));
    }
}

/// How the run stands and how long it took, for the foot of the panel.
#[component]
pub(super) fn RunTime() -> impl IntoView {
    let editor = use_editor();
    let run = Memo::new(move |_| {
        editor.run.with(|run| {
            let run = run.as_ref()?;
            Some((run.summary.status, run.summary.ms, run.progress()))
        })
    });
    move || {
        run.get().map(|(status, ms, (nodes, done))| {
            let words = match status.is_final() {
                true => length(ms * 1000),
                false => format!("{done} of {}", count(nodes, "node")),
            };
            view! {
                <span class=format!("rr-insp__time rr-mark rr-mark--{}", status.as_str())
                    data-tip=format!("The last run: {}", word(status))>
                    <Icon name=status_icon(status)/>
                    <span class="rr-num">{words}</span>
                </span>
            }
        })
    }
}
