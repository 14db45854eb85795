//! The two panes, and which view or state each shows.

use leptos::prelude::*;
use reporunner_model::{NodeError, NodeId, NodeRun, NodeRunState, pin_count, ports_of};
use reporunner_protocol::{ItemsAt, Side};

use super::Shared;
use super::heads::{Chooser, PortTabs, RunChooser, SearchLine, Stale, View, ViewTools, kept_view};
use super::json::JsonView;
use super::look::Look;
use super::pages::{Pages, Wanted};
use super::pin::PinTools;
use super::schema::SchemaView;
use super::source::{self, Choice, Offer};
use super::states;
use super::table::Table;
use crate::editor::context::EditorContext;
use crate::kit::{FailureNote, Icon, Loading};
use crate::time::count;

/// The items in the chosen view.
#[component]
fn Body(
    /// The items.
    pages: Pages,
    /// Whose they are.
    look: Look,
    /// How they are shown.
    view: RwSignal<View>,
    /// What stands here where there are none.
    empty: &'static str,
) -> impl IntoView {
    let standing = Memo::new(move |_| {
        pages.loaded.with(|loaded| match (&loaded.failure, loaded.total) {
            (Some(failure), None) => Err(failure.clone()),
            (_, total) => Ok(total),
        })
    });
    let searched = move || pages.wanted.with(|w| w.as_ref().is_some_and(|w| !w.search.is_empty()));
    move || match (standing.get(), view.get()) {
        (Err(failure), _) => view! { <FailureNote failure/> }.into_any(),
        (Ok(None), _) => view! { <Loading what="Reading the items…"/> }.into_any(),
        (Ok(Some(0)), _) if searched() => states::note("search", "No item has this text", ""),
        (Ok(Some(0)), _) => {
            states::note("table", empty, "Nodes that follow run only when items reach them.")
        }
        (Ok(Some(_)), View::Table) => view! { <Table pages look/> }.into_any(),
        (Ok(Some(_)), View::Json) => view! { <JsonView pages look/> }.into_any(),
        (Ok(Some(_)), View::Schema) => view! { <SchemaView pages look/> }.into_any(),
    }
}

/// What came in.
#[component]
pub(super) fn InputPane() -> impl IntoView {
    let shared = expect_context::<Shared>();
    let editor = shared.editor;
    let (view, search, searching) =
        (kept_view("data-input"), RwSignal::new(String::new()), RwSignal::new(false));
    let offers =
        Memo::new(move |_| shared.node.get().map(|id| offers(editor, &id)).unwrap_or_default());
    let at = Memo::new(move |_| {
        let id = shared.node.get()?;
        let (choice, index) = (shared.choice.get(), shared.run_index.get());
        editor.document.with(|document| {
            editor.run.with(|run| {
                source::items_at(document.workflow(), run.as_ref()?, &id, index, &choice)
            })
        })
    });
    let chosen = Memo::new(move |_| {
        let choice = shared.choice.get();
        offers.with(|offers| offers.iter().find(|offer| offer.choice == choice).cloned())
    });
    let known = Memo::new(move |_| chosen.with(|offer| offer.as_ref().and_then(|o| o.count)));
    let pages = Pages::new(editor.app, wanted(at, known, search));
    let source = Memo::new(move |_| source_name(shared));
    let look = Look::new(editor, Side::Input, shared.choice, source);
    let has_input = Memo::new(move |_| !offers.with(Vec::is_empty));
    let body = move || {
        if shared.node.with(Option::is_none) {
            states::no_node(shared, "came in")
        } else if !has_input.get() {
            states::note(
                "play",
                "Nothing comes in",
                "This node starts a run, or no wire leads to it.",
            )
        } else if at.with(Option::is_none) {
            states::not_run(shared, "The nodes before have not run yet")
        } else {
            view! { <Body pages look view empty="No items came in"/> }.into_any()
        }
    };
    view! {
        <section class="rr-pane rr-pane--input" aria-label="Input">
            <header class="rr-pane__head">
                <b class="rr-pane__title">"Input"</b>
                <Chooser shared offers chosen/>
                {move || known.get().map(|items| view! { <span class="rr-badge rr-pane__count">{count(items, "item")}</span> })}
                <span class="rr-grow"></span>
                <ViewTools view key="data-input" searching search/>
            </header>
            <SearchLine searching search pages look/>
            <div class="rr-pane__body">{body}</div>
        </section>
    }
}

/// What is shown, as the pages want it.
fn wanted(
    at: Memo<Option<ItemsAt>>,
    known: Memo<Option<usize>>,
    search: RwSignal<String>,
) -> Memo<Option<Wanted>> {
    Memo::new(move |_| {
        Some(Wanted { at: at.get()?, stamp: known.get().unwrap_or_default(), search: search.get() })
    })
}

fn offers(editor: EditorContext, id: &NodeId) -> Vec<Offer> {
    let catalog = editor.app.catalog.get();
    editor.document.with(|document| {
        let workflow = document.workflow();
        let ports = |id: &NodeId| {
            let node = workflow.nodes.get(id)?;
            Some(ports_of(catalog.get(&node.node_type), node))
        };
        let inputs = ports(id).map_or(0, |ports| ports.inputs.len());
        let outputs = |id: &NodeId| {
            let ports = ports(id).unwrap_or_default();
            ports.outputs.into_iter().map(|port| port.label).collect()
        };
        editor.run.with(|run| source::offers(workflow, run.as_ref(), id, inputs, outputs))
    })
}

/// The node that an expression must name to read what the input pane shows; none for `$json`.
fn source_name(shared: Shared) -> Option<String> {
    let id = match shared.choice.get() {
        Choice::Input(0) => return None,
        Choice::Node(id, _) => id,
        Choice::Input(port) => {
            let node = shared.node.get()?;
            shared.editor.document.with(|document| {
                let edges = document.workflow().edges_to(&node);
                edges.into_iter().find(|edge| edge.to_port == port).map(|edge| edge.from.clone())
            })?
        }
    };
    shared.editor.document.with(|d| d.workflow().nodes.get(&id).map(|node| node.name.clone()))
}

/// What came out.
#[component]
pub(super) fn OutputPane() -> impl IntoView {
    let shared = expect_context::<Shared>();
    let editor = shared.editor;
    let (view, search, searching) =
        (kept_view("data-output"), RwSignal::new(String::new()), RwSignal::new(false));
    let port = RwSignal::new(0_usize);
    let node_run = shared.node_run();
    let ports = Memo::new(move |_| output_ports(shared, node_run));
    // The first port with items is shown, until a person chooses.
    Effect::new(move |before: Option<Option<NodeId>>| {
        let now = shared.node.get();
        if before.is_none_or(|before| before != now) {
            port.set(0);
        }
        now
    });
    let at = Memo::new(move |_| {
        let run = node_run.get()?;
        let run_id = editor.run.with(|run| run.as_ref().map(|run| run.summary.id.clone()))?;
        let port = port.get();
        let known = port < run.output_counts.len();
        let run_index = shared.run_index.get();
        known.then_some(ItemsAt {
            run: run_id,
            node: run.node,
            run_index,
            side: Side::Output,
            port,
        })
    });
    let known = Memo::new(move |_| {
        node_run.with(|run| run.as_ref().and_then(|run| run.output_counts.get(port.get()).copied()))
    });
    let pages = Pages::new(editor.app, wanted(at, known, search));
    let source = Memo::new(move |_| None);
    let look = Look::new(editor, Side::Output, shared.choice, source);
    let standing = Memo::new(move |_| {
        node_run.with(|run| run.as_ref().map(|run| (run.state, run.error.clone())))
    });
    let pinned = Memo::new(move |_| {
        let id = shared.node.get()?;
        editor.document.with(|document| document.workflow().pins.get(&id).map(|pin| pin_count(pin)))
    });
    let body = move || match standing.get() {
        None if shared.node.with(Option::is_none) => states::no_node(shared, "came out"),
        None => match pinned.get() {
            Some(items) => states::pinned(shared, items),
            None => states::not_run(shared, "This node has not run yet"),
        },
        Some((_, Some(error))) => states::failed(shared, error),
        Some((state, None)) if at.with(Option::is_none) => under_way(shared, state),
        Some(_) => view! { <Body pages look view empty="It gave no items here"/> }.into_any(),
    };
    view! {
        <section class="rr-pane rr-pane--output" aria-label="Output">
            <header class="rr-pane__head">
                <b class="rr-pane__title">"Output"</b>
                <PortTabs ports port known/>
                <PinnedMark pinned standing/>
                <Stale shared/>
                <RunChooser shared/>
                <span class="rr-grow"></span>
                <Show when=move || shared.node.with(Option::is_some)><PinTools at node=shared.node/></Show>
                <ViewTools view key="data-output" searching search/>
            </header>
            <SearchLine searching search pages look/>
            <div class="rr-pane__body">{body}</div>
        </section>
    }
}

/// Says that what is shown came from the pin, or would with the next run.
#[component]
fn PinnedMark(
    /// How many items are pinned.
    pinned: Memo<Option<usize>>,
    /// How the node's run stands.
    standing: Memo<Option<(NodeRunState, Option<NodeError>)>>,
) -> impl IntoView {
    let words = move || {
        let pinned = pinned.get()?;
        let now = standing.with(|s| s.as_ref().is_some_and(|(s, _)| *s == NodeRunState::Pinned));
        let tip = match now {
            true => "These items came from the pin, the node itself did not run",
            false => "From the next run of the draft on, the pinned items stand in for this node",
        };
        Some((count(pinned, "item"), tip))
    };
    move || {
        words().map(|(items, tip)| {
            view! {
                <span class="rr-badge rr-badge--wait rr-pane__pinned" data-tip=tip>
                    <Icon name="pin"/><span>{format!("{items} pinned")}</span>
                </span>
            }
        })
    }
}

fn under_way(shared: Shared, state: NodeRunState) -> AnyView {
    use NodeRunState::{Cancelled, Queued, Retrying, Running, Unknown, Waiting};
    match state {
        Queued => view! { <Loading what="It waits for its turn…"/> }.into_any(),
        Running => view! { <Loading what="It runs…"/> }.into_any(),
        Retrying => view! { <Loading what="It failed and is tried again…"/> }.into_any(),
        Waiting => states::note("circle-pause", "It waits", "For a time or an answer."),
        Cancelled => states::not_run(shared, "The run was stopped before it was done"),
        Unknown => states::not_run(shared, "The run was cut off while it was under way"),
        _ => states::note(
            "table",
            "It gave no items",
            "Nodes that follow run only when items reach them.",
        ),
    }
}

/// Names and counts of the node's outputs.
fn output_ports(shared: Shared, node_run: Memo<Option<NodeRun>>) -> Vec<(String, Option<usize>)> {
    let Some(id) = shared.node.get() else { return Vec::new() };
    let catalog = shared.editor.app.catalog.get();
    let counts = node_run.get().map(|run| run.output_counts).unwrap_or_default();
    shared.editor.document.with(|document| {
        let Some(node) = document.workflow().nodes.get(&id) else { return Vec::new() };
        let ports = ports_of(catalog.get(&node.node_type), node).outputs.into_iter().enumerate();
        ports
            .map(|(at, port)| {
                let label = if port.label.is_empty() { (at + 1).to_string() } else { port.label };
                (label, counts.get(at).copied())
            })
            .collect()
    })
}
