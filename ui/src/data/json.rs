//! One item as JSON, folded where it is large, with the steps to the next and the one before, and
//! to the places where a searched text occurs.

mod lines;

use std::collections::BTreeSet;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
// The protocol has a command of the same name.
use leptos::prelude::GetValue as _;
use reporunner_model::Item;
use reporunner_protocol::{GetValue, ItemsAt};
use serde_json::Value;
use wasm_bindgen::JsCast;

use super::copy::{self, Place};
use super::files;
use super::look::Look;
use super::pages::Pages;
use super::{Dragged, FieldOf, Shared};
use crate::kit::{Anchor, Icon, IconButton, Loading, anchor_of};
use crate::time::grouped;
use lines::{LINES, Line, find, lines, unfold};

/// One item of the pane as JSON.
#[component]
pub(super) fn JsonView(
    /// The items.
    pages: Pages,
    /// Whose they are.
    look: Look,
) -> impl IntoView {
    let total = Memo::new(move |_| pages.loaded.with(|loaded| loaded.total.unwrap_or(0)));
    let own = RwSignal::new(0_usize);
    // The input's item is the one that previews use; the output has a place of its own.
    let at = Memo::new(move |_| {
        let at = if look.steps() { look.editor.item.get() } else { own.get() };
        at.min(total.get().saturating_sub(1))
    });
    let go = Callback::new(move |to: usize| {
        if untrack(|| look.steps()) { look.editor.item.set(to) } else { own.set(to) }
    });
    Effect::new(move || {
        let at = at.get();
        pages.need(&(at..at + 1));
    });
    let item = Memo::new(move |_| {
        pages.loaded.with(|loaded| loaded.row(at.get()).map(|(index, item)| (index, item.clone())))
    });
    let place = move || {
        let (wanted, index) = (pages.wanted.get_untracked()?, item.get_untracked()?.0);
        Some((wanted.at, index))
    };
    let hits = RwSignal::new(0_usize);
    let text = move || match item.get() {
        Some((index, item)) => {
            let search = pages.wanted.with(|w| w.as_ref().map(|w| w.search.clone()));
            let at = pages.wanted.with_untracked(|w| w.as_ref().map(|w| w.at.clone()));
            view! { <ItemText item look at=at.map(|at| (at, index)) search=search.unwrap_or_default() hits/> }
                .into_any()
        }
        None => view! { <Loading what="Reading the item…"/> }.into_any(),
    };
    view! {
        <div class="rr-json">
            <Bar look at total go hits copied=Callback::new(move |()| copy_item(look, place()))/>
            {text}
        </div>
    }
}

fn copy_item(look: Look, place: Option<(ItemsAt, usize)>) {
    let Some((at, item)) = place else { return };
    let app = look.editor.app;
    leptos::task::spawn_local(async move {
        let Some(value) = app.ask(GetValue { at, item, path: Vec::new() }).await else { return };
        let text = serde_json::to_string_pretty(&value).unwrap_or_default();
        if crate::browser::copy_text(&text).await {
            app.toast("The item is copied");
        }
    });
}

/// Which item, and the steps to others and to what was searched for.
#[component]
fn Bar(
    /// Whose items they are.
    look: Look,
    /// Which item is shown.
    at: Memo<usize>,
    /// How many there are.
    total: Memo<usize>,
    /// Shows another.
    go: Callback<usize>,
    /// Number of places where the searched text is.
    hits: RwSignal<usize>,
    /// Copies the item.
    copied: Callback<()>,
) -> impl IntoView {
    let first = Signal::derive(move || at.get() == 0);
    let last = Signal::derive(move || at.get() + 1 >= total.get());
    let typed = move |event: web_sys::Event| {
        let text = event_target_value(&event);
        if let Ok(number) = text.trim().replace(',', "").parse::<usize>() {
            go.run(number.clamp(1, total.get_untracked().max(1)) - 1);
        }
    };
    let found = move || match hits.get() {
        0 => None,
        all => Some(format!("{} of {}", grouped(look.jump.get() % all + 1), grouped(all))),
    };
    let step = move |by: usize| {
        let all = hits.get_untracked().max(1);
        look.jump.update(|jump| *jump = (*jump % all + by) % all);
    };
    view! {
        <div class="rr-json__bar">
            <IconButton icon="chevron-left" label="The item before" disabled=first
                on_press=move |_| go.run(at.get_untracked().saturating_sub(1))/>
            <span>"Item"</span>
            <input
                class="rr-json__at rr-num"
                inputmode="numeric"
                aria-label=format!("Number of the item of the {}", look.word())
                prop:value=move || grouped(at.get() + 1)
                on:change=typed
            />
            <span class="rr-num">{move || format!("of {}", grouped(total.get()))}</span>
            <IconButton icon="chevron-right" label="The next item" disabled=last
                on_press=move |_| go.run(at.get_untracked() + 1)/>
            <span class="rr-grow"></span>
            {move || found().map(|words| view! {
                <span class="rr-num">{words}</span>
                <IconButton icon="chevron-up" label="The place before" keys="Shift+Enter"
                    on_press=move |_| step(hits.get_untracked().max(1) - 1)/>
                <IconButton icon="chevron-down" label="The next place" keys="Enter" on_press=move |_| step(1)/>
            })}
            <IconButton icon="copy" label="Copy the item" on_press=move |_| copied.run(())/>
        </div>
    }
}

/// The text of an item.
#[component]
fn ItemText(
    /// The item.
    item: Item,
    /// Whose it is.
    look: Look,
    /// Where it is.
    at: Option<(ItemsAt, usize)>,
    /// What is searched for.
    search: String,
    /// Number of places where that is.
    hits: RwSignal<usize>,
) -> impl IntoView {
    let shared = expect_context::<Shared>();
    let flipped = RwSignal::new(BTreeSet::<Vec<String>>::new());
    let files = item.binary.as_ref().map(|_| files::chips(shared, &item));
    let value = Value::from(item.json);
    let found = find(&value, &search);
    hits.set(found.len());
    let (value, found) = (StoredValue::new(value), StoredValue::new(found));
    let current = Memo::new(move |_| {
        let jump = look.jump.get();
        found.with_value(|found| found.get(jump % found.len().max(1)).cloned())
    });
    let root = NodeRef::<leptos::html::Div>::new();
    Effect::new(move || {
        if let Some(path) = current.get() {
            flipped.update(|flipped| value.with_value(|value| unfold(value, &path, flipped)));
            crate::time::after(0, move || show_current(root));
        }
    });
    let text =
        Memo::new(move |_| value.with_value(|value| flipped.with(|flipped| lines(value, flipped))));
    let flip = move |path: Vec<String>| {
        flipped.update(|flipped| {
            if !flipped.remove(&path) {
                flipped.insert(path);
            }
        })
    };
    let place = StoredValue::new(at);
    let mark = move |path: &Option<Vec<String>>| {
        let is_hit = |path| found.with_value(|found| found.contains(path));
        match path {
            Some(path) if current.with(|current| current.as_ref() == Some(path)) => {
                " rr-json__line--at"
            }
            Some(path) if is_hit(path) => " rr-json__line--hit",
            _ => "",
        }
    };
    let all = move || {
        let all = text.get();
        let cut = all.len() >= LINES;
        let one = |line: Line| {
            let class = format!("rr-json__line{}", mark(&line.path));
            view! { <JsonLine line look class place flip=Callback::new(flip)/> }
        };
        let shown = all.into_iter().map(one).collect_view();
        view! {
            {shown}
            {cut.then(|| view! { <div class="rr-json__line">"… more than can be shown; copy the item to see all of it"</div> })}
        }
    };
    view! {
        <div class="rr-json__text rr-text" tabindex="0" role="region" aria-label="The item as JSON" node_ref=root>
            {files}
            {all}
        </div>
    }
}

/// Brings the place of a search into sight; nothing but the text scrolls.
fn show_current(root: NodeRef<leptos::html::Div>) {
    let Some(root) = root.try_get_untracked().flatten() else { return };
    let Some(line) = root.query_selector(".rr-json__line--at").ok().flatten() else { return };
    let (frame, line) = (root.get_bounding_client_rect(), line.get_bounding_client_rect());
    if line.top() < frame.top() || line.bottom() > frame.bottom() {
        let by = line.top() - frame.top() - frame.height() / 3.0;
        root.set_scroll_top(root.scroll_top() + by as i32);
    }
}

/// One line. Its key opens what can be done with its value.
#[component]
fn JsonLine(
    /// The line.
    line: Line,
    /// Whose it is.
    look: Look,
    /// Its class.
    class: String,
    /// Where the item is.
    place: StoredValue<Option<(ItemsAt, usize)>>,
    /// Folds or unfolds a path.
    flip: Callback<Vec<String>>,
) -> impl IntoView {
    let shared = expect_context::<Shared>();
    let indent = format!("{}px", 8 + line.depth * 14);
    let path = StoredValue::new(line.path.clone().unwrap_or_default());
    let drags = look.drags() && line.key.is_some();
    let field = FieldOf::of(untrack(|| look.source_name()), path.get_value()).dragged();
    let begin = move |event: leptos::ev::DragEvent| field.begin(&event);
    let menu = move |anchor: Anchor| {
        if let Some((at, item)) = place.get_value() {
            copy::open_menu(shared, look, anchor, Place { at, item, path: path.get_value() });
        }
    };
    let on_context = move |event: web_sys::MouseEvent| {
        if path.with_value(|path| !path.is_empty()) {
            event.prevent_default();
            menu(Anchor::Point(f64::from(event.client_x()), f64::from(event.client_y())));
        }
    };
    let on_key = move |event: KeyboardEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if let (true, Some(target)) = (matches!(event.key().as_str(), "Enter" | " "), target) {
            event.prevent_default();
            event.stop_propagation();
            let rect = target.get_bounding_client_rect();
            menu(Anchor::Box(rect.left(), rect.top(), rect.right(), rect.bottom()));
        }
    };
    let show_all = move |_| {
        let opened = place.get_value().map(|(at, item)| (at, item, path.get_value()));
        shared.opened.set(opened);
    };
    view! {
        <div class=class style:padding-left=indent on:contextmenu=on_context>
            {line.fold.map(|folded| view! {
                <button type="button" class="rr-json__fold" aria-expanded=(!folded).to_string()
                    aria-label="Fold" on:click=move |_| flip.run(path.get_value())>
                    <Icon name=if folded { "chevron-right" } else { "chevron-down" }/>
                </button>
            })}
            {line.key.map(|key| view! {
                <span class="rr-json__key" role="button" tabindex="0" aria-haspopup="menu"
                    draggable=drags.to_string() on:dragstart=begin on:dragend=move |_| Dragged::end()
                    data-tip=drags.then_some("Drag it onto a parameter")
                    on:click=move |event| menu(anchor_of(&event)) on:keydown=on_key>{key}</span>
                <span class="rr-json__colon">": "</span>
            })}
            <span class=format!("rr-json__value rr-json__value--{}", line.look)>{line.text}</span>
            {line.cut.then(|| view! {
                <button type="button" class="rr-json__all" on:click=show_all>"Show all"</button>
            })}
        </div>
    }
}
