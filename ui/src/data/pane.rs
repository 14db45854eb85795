//! The two panes: their heads, and which view or state they show.

use leptos::prelude::*;
use reporunner_model::{Item, NodeId, NodeRun, NodeRunState, ports_of};
use reporunner_protocol::{ItemsAt, Side};

use super::Shared;
use super::json::JsonView;
use super::pages::{Pages, Wanted};
use super::pin::PinTools;
use super::schema::SchemaView;
use super::source::{self, Choice, Offer};
use super::states;
use super::table::Table;
use crate::browser;
use crate::editor::context::EditorContext;
use crate::kit::{
    FailureNote, Icon, IconButton, Loading, MenuAction, MenuItem, OpenMenu, Segmented, TextField,
    anchor_of,
};
use crate::time::{count, grouped};

/// Which pane it is, and how its items relate to the chosen one. Copies are the same.
#[derive(Clone, Copy)]
pub(super) struct Look {
    /// The open workflow.
    pub(super) editor: EditorContext,
    side: Side,
    choice: RwSignal<Choice>,
    source: Memo<Option<String>>,
}

impl Look {
    /// The pane in a word.
    pub(super) fn side(self) -> &'static str {
        match self.side {
            Side::Input => "input",
            Side::Output => "output",
        }
    }

    /// Id of the line to search in.
    fn search_id(self) -> &'static str {
        match self.side {
            Side::Input => "data-input-search",
            Side::Output => "data-output-search",
        }
    }

    /// What its items are, read out.
    pub(super) fn label(self) -> String {
        format!("Items of the {}", self.side())
    }

    /// Whether fields can be dragged from here to a parameter.
    pub(super) fn drags(self) -> bool {
        self.side == Side::Input && !self.editor.read_only
    }

    /// The node to name in an expression, where `$json` does not read these items.
    pub(super) fn source_name(self) -> Option<String> {
        self.source.get()
    }

    /// Whether the chosen item is one of these, by its place.
    pub(super) fn steps(self) -> bool {
        self.side == Side::Input && matches!(self.choice.get(), Choice::Input(_))
    }

    /// Whether an item is the chosen one, or was made from it.
    pub(super) fn is_chosen(self, index: usize, item: &Item) -> bool {
        let chosen = self.editor.item.get();
        match self.side {
            Side::Input => self.steps() && index == chosen,
            Side::Output => match &item.paired_item {
                Some(paired) => paired.sources().iter().any(|source| source.item == chosen),
                None => index == chosen,
            },
        }
    }

    /// Chooses an item, or what it was made from.
    pub(super) fn choose(self, index: usize, item: &Item) {
        let to = match (self.side, &item.paired_item) {
            (Side::Input, _) if !untrack(|| self.steps()) => return,
            (Side::Output, Some(paired)) => match paired.sources().first() {
                Some(source) => source.item,
                None => return,
            },
            _ => index,
        };
        self.editor.item.set(to);
    }
}

/// A way to look at items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum View {
    Table,
    Json,
    Schema,
}

/// The view of a pane, kept on this machine.
fn kept_view(key: &'static str) -> RwSignal<View> {
    let view = match browser::kept(key).as_deref() {
        Some("json") => View::Json,
        Some("schema") => View::Schema,
        _ => View::Table,
    };
    RwSignal::new(view)
}

fn view_word(view: View) -> &'static str {
    match view {
        View::Table => "table",
        View::Json => "json",
        View::Schema => "schema",
    }
}

/// The choice between table, JSON and schema, and the search.
#[component]
fn ViewTools(
    /// The view.
    view: RwSignal<View>,
    /// Where it is kept.
    key: &'static str,
    /// Whether the search is open.
    searching: RwSignal<bool>,
    /// What is searched for.
    search: RwSignal<String>,
) -> impl IntoView {
    let options: Vec<(String, String)> =
        [("table", "Table"), ("json", "JSON"), ("schema", "Schema")]
            .map(|(value, words)| (value.to_owned(), words.to_owned()))
            .into();
    let value = Signal::derive(move || view_word(view.get()).to_owned());
    let pick = Callback::new(move |picked: String| {
        browser::keep(key, &picked);
        view.set(match picked.as_str() {
            "json" => View::Json,
            "schema" => View::Schema,
            _ => View::Table,
        });
    });
    let toggle = move |_| {
        let on = !searching.get_untracked();
        searching.set(on);
        if on {
            crate::time::after(0, move || {
                browser::focus(&format!("#{key}-search"));
            });
        } else {
            search.set(String::new());
        }
    };
    view! {
        <Segmented options=Signal::stored(options) value label="How items are shown" on_pick=pick/>
        <IconButton icon="search" label="Search these items" pressed=Signal::from(searching) on_press=toggle/>
    }
}

/// The line to search in.
#[component]
fn SearchLine(
    /// Whether it is open.
    searching: RwSignal<bool>,
    /// What is searched for.
    search: RwSignal<String>,
    /// The items.
    pages: Pages,
    /// Whose they are.
    look: Look,
) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let turn = StoredValue::new(0_u64);
    let on_input = move |text: String| {
        typed.set(text.clone());
        turn.update_value(|turn| *turn += 1);
        let mine = turn.get_value();
        crate::time::after(200, move || {
            if turn.try_get_value() == Some(mine) {
                search.set(text);
            }
        });
    };
    let found = move || {
        let total = pages.loaded.with(|loaded| loaded.total);
        let active = search.with(|text| !text.is_empty());
        total.filter(|_| active).map(|total| count(total, "match").replace("matchs", "matches"))
    };
    let label = format!("Search the items of the {}", look.side());
    let close = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" {
            event.prevent_default();
            event.stop_propagation();
            search.set(String::new());
            searching.set(false);
        }
    };
    view! {
        <Show when=move || searching.get()>
            <div class="rr-pane__search" on:keydown=close>
                <TextField value=typed label=label.clone() placeholder="Text in the items" icon="search" kind="search" id=look.search_id() on_input/>
                <span class="rr-num">{found}</span>
            </div>
        </Show>
    }
}

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
    let look = Look { editor, side: Side::Input, choice: shared.choice, source };
    let has_input = Memo::new(move |_| !offers.with(Vec::is_empty));
    let body = move || {
        if !has_input.get() {
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

/// The button that chooses whose data is shown.
#[component]
fn Chooser(
    /// What the panes share.
    shared: Shared,
    /// What there is.
    offers: Memo<Vec<Offer>>,
    /// What is chosen.
    chosen: Memo<Option<Offer>>,
) -> impl IntoView {
    let words = move || chosen.with(|offer| offer.as_ref().map(|offer| offer.label.clone()));
    let open = move |event: leptos::ev::MouseEvent| {
        let now = shared.choice.get_untracked();
        let mut items = Vec::new();
        let mut heading = "";
        for offer in offers.get_untracked() {
            let group = match offer.choice {
                Choice::Input(_) => "What comes in",
                Choice::Node(..) => "Earlier nodes",
            };
            if group != heading {
                items.push(MenuItem::Heading(group.to_owned()));
                heading = group;
            }
            let words = match offer.count {
                Some(items) => format!("{} · {}", offer.label, count(items, "item")),
                None => offer.label.clone(),
            };
            let checked = offer.choice == now;
            let choose = Callback::new(move |()| shared.choice.set(offer.choice.clone()));
            items.push(MenuAction::new(words, choose).checked(checked).into());
        }
        let menu = OpenMenu::new("Whose data is shown", anchor_of(&event), items);
        shared.editor.app.menu.set(Some(menu));
    };
    move || {
        words().map(|words| {
            view! {
                <button type="button" class="rr-pane__source" aria-haspopup="menu"
                    aria-label=format!("Data of {words}; choose another") on:click=open>
                    <span>{words.clone()}</span>
                    <Icon name="chevron-down"/>
                </button>
            }
        })
    }
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
        known.then(|| ItemsAt { run: run_id, node: run.node, run_index, side: Side::Output, port })
    });
    let known = Memo::new(move |_| {
        node_run.with(|run| run.as_ref().and_then(|run| run.output_counts.get(port.get()).copied()))
    });
    let pages = Pages::new(editor.app, wanted(at, known, search));
    let source = Memo::new(move |_| None);
    let look = Look { editor, side: Side::Output, choice: shared.choice, source };
    let standing = Memo::new(move |_| {
        node_run.with(|run| run.as_ref().map(|run| (run.state, run.error.clone())))
    });
    let body = move || match standing.get() {
        None => states::not_run(shared, "This node has not run yet"),
        Some((_, Some(error))) => states::failed(shared, error),
        Some((state, None)) if at.with(Option::is_none) => under_way(shared, state),
        Some(_) => view! { <Body pages look view empty="It gave no items here"/> }.into_any(),
    };
    view! {
        <section class="rr-pane rr-pane--output" aria-label="Output">
            <header class="rr-pane__head">
                <b class="rr-pane__title">"Output"</b>
                <PortTabs ports port known/>
                <Stale shared/>
                <RunChooser shared/>
                <span class="rr-grow"></span>
                <PinTools at node=shared.node/>
                <ViewTools view key="data-output" searching search/>
            </header>
            <SearchLine searching search pages look/>
            <div class="rr-pane__body">{body}</div>
        </section>
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

/// The tabs of several outputs, or the count of the only one.
#[component]
fn PortTabs(
    /// Names and counts.
    ports: Memo<Vec<(String, Option<usize>)>>,
    /// Which is shown.
    port: RwSignal<usize>,
    /// Items of the one that is shown.
    known: Memo<Option<usize>>,
) -> impl IntoView {
    let options = Signal::derive(move || {
        let words = |(at, (label, items)): (usize, (String, Option<usize>))| {
            let words = match items {
                Some(items) => format!("{label}  {}", grouped(items)),
                None => label,
            };
            (at.to_string(), words)
        };
        ports.get().into_iter().enumerate().map(words).collect::<Vec<_>>()
    });
    let value = Signal::derive(move || port.get().to_string());
    let pick = Callback::new(move |picked: String| port.set(picked.parse().unwrap_or_default()));
    let several = Memo::new(move |_| ports.with(|ports| ports.len() > 1));
    move || {
        match several.get() {
        true => view! {
            <span class="rr-pane__ports">
                <Segmented options value label="Which output" on_pick=pick/>
            </span>
        }
        .into_any(),
        false => known
            .get()
            .map(|items| view! { <span class="rr-badge rr-pane__count">{count(items, "item")}</span> })
            .into_any(),
    }
    }
}

/// Says that the node was changed since it ran.
#[component]
fn Stale(
    /// What the panes share.
    shared: Shared,
) -> impl IntoView {
    let stale = Memo::new(move |_| {
        let Some(id) = shared.node.get() else { return false };
        shared.editor.run.with(|run| run.as_ref().is_some_and(|run| run.stale.contains(&id)))
    });
    view! {
        <Show when=move || stale.get()>
            <span class="rr-badge rr-badge--wait" data-tip="The node was changed after this run: run it again to see what it gives now">
                <Icon name="history"/>
                <span class="rr-pane__stale">"changed since"</span>
            </span>
        </Show>
    }
}

/// Which of the node's runs is shown, where it ran several times.
#[component]
fn RunChooser(
    /// What the panes share.
    shared: Shared,
) -> impl IntoView {
    let runs = Memo::new(move |_| {
        let Some(id) = shared.node.get() else { return 0 };
        shared.editor.run.with(|run| {
            let run = run.as_ref();
            run.map_or(0, |run| run.nodes.keys().filter(|(node, _)| *node == id).count())
        })
    });
    let now = Memo::new(move |_| shared.run_index.get().unwrap_or(runs.get().saturating_sub(1)));
    let go = move |to: usize| shared.run_index.set(Some(to));
    view! {
        <Show when=move || 1 < runs.get()>
            <span class="rr-pane__runs">
                <IconButton icon="chevron-left" label="The run before" disabled=Signal::derive(move || now.get() == 0)
                    on_press=move |_| go(now.get_untracked().saturating_sub(1))/>
                <span class="rr-num">{move || format!("run {} of {}", now.get() + 1, runs.get())}</span>
                <IconButton icon="chevron-right" label="The next run" disabled=Signal::derive(move || now.get() + 1 >= runs.get())
                    on_press=move |_| go(now.get_untracked() + 1)/>
            </span>
        </Show>
    }
}
