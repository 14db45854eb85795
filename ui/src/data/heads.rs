//! What stands in the heads of the panes: the choice of data, port, run and view, and the search.

use leptos::prelude::*;

use super::Shared;
use super::look::Look;
use super::pages::Pages;
use super::source::{Choice, Offer};
use crate::browser;
use crate::kit::{
    Icon, IconButton, MenuAction, MenuItem, OpenMenu, Segmented, TextField, anchor_of,
};
use crate::time::{count, grouped};

/// A way to look at items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    Table,
    Json,
    Schema,
}

/// The view of a pane, kept on this machine.
pub(super) fn kept_view(key: &'static str) -> RwSignal<View> {
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
pub(super) fn ViewTools(
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
pub(super) fn SearchLine(
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
        total.filter(|_| active).map(|total| match total {
            1 => "1 match".to_owned(),
            total => format!("{} matches", grouped(total)),
        })
    };
    let label = format!("Search the items of the {}", look.word());
    // A new search begins at its first place.
    Effect::new(move || {
        search.track();
        look.jump.set(0);
    });
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        match event.key().as_str() {
            "Escape" => {
                search.set(String::new());
                searching.set(false);
            }
            // The view takes it modulo the number of places.
            "Enter" if event.shift_key() => look.jump.update(|jump| *jump = jump.saturating_sub(1)),
            "Enter" => look.jump.update(|jump| *jump += 1),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    view! {
        <Show when=move || searching.get()>
            <div class="rr-pane__search" on:keydown=on_key>
                <TextField value=typed label=label.clone() placeholder="Text in the items" icon="search" kind="search" id=look.search_id() on_input/>
                <span class="rr-num">{found}</span>
            </div>
        </Show>
    }
}

/// The button that chooses whose data is shown.
#[component]
pub(super) fn Chooser(
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

/// The tabs of several outputs, or the count of the only one.
#[component]
pub(super) fn PortTabs(
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
pub(super) fn Stale(
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
pub(super) fn RunChooser(
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
    let now =
        Memo::new(move |_| shared.run_index.get().unwrap_or_else(|| runs.get().saturating_sub(1)));
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
