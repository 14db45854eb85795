//! Items as rows of a table. Only rows in sight exist; the head stays and can be dragged.

use std::collections::BTreeMap;
use std::ops::Range;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use reporunner_model::{Item, value_at};
use serde_json::Value;
use wasm_bindgen::prelude::*;

use super::cells::cell;
use super::columns::{Column, bounded, columns, grid, width};
use super::copy::{self, Place};
use super::look::Look;
use super::pages::Pages;
use super::{Shared, files, window};
use crate::data::{Dragged, FieldOf};
use crate::kit::{Anchor, Icon};
use crate::time::count;

/// Height of a row, pixels; the same as the token of the style sheet.
const ROW: f64 = 32.0;

/// A table of items.
#[component]
pub(super) fn Table(
    /// The items.
    pages: Pages,
    /// Whose they are.
    look: Look,
) -> impl IntoView {
    let frame = NodeRef::<leptos::html::Div>::new();
    let total = Memo::new(move |_| pages.loaded.with(|loaded| loaded.total.unwrap_or(0)));
    let rows = watch_rows(frame, total);
    Effect::new(move || {
        // Read anew after other items came: the same rows may be needed again.
        pages.wanted.track();
        pages.need(&rows.get());
    });
    // What the columns are, and how wide: the heads must not be made anew while one is drawn wider.
    let cols = Memo::new(move |_| pages.schema.with(|fields| columns(fields, &BTreeMap::new())));
    let wide = Memo::new(move |_| {
        pages.schema.with(|fields| look.widths.with(|widths| columns(fields, widths)))
    });
    let files = Memo::new(move |_| {
        pages.loaded.with(|loaded| {
            let any = |row| loaded.row(row).is_some_and(|(_, item)| item.binary.is_some());
            (0..total.get().min(50)).any(any)
        })
    });
    let template = Memo::new(move |_| wide.with(|cols| grid(cols, files.get())));
    let least = Memo::new(move |_| wide.with(|cols| width(cols, files.get())));
    follow_item(look, total, frame);
    let on_key = move |event: KeyboardEvent| {
        let page =
            frame.get_untracked().map_or(10, |frame| frame.client_height() as usize / ROW as usize);
        step_item(look, total.get_untracked(), page.max(2) - 1, &event);
    };
    view! {
        <div
            class="rr-table"
            role="table"
            tabindex="0"
            aria-label=look.label()
            aria-rowcount=move || (total.get() + 1).to_string()
            node_ref=frame
            style=("--rr-cols", move || template.get())
            style=("--rr-least", move || format!("{}px", least.get()))
            on:keydown=on_key
        >
            <div class="rr-table__row rr-table__head" role="row">
                <span class="rr-table__cell rr-table__index" role="columnheader">
                    <span class="rr-unseen">"Item"</span>
                </span>
                {move || cols.get().into_iter().map(|column| head(column, look)).collect_view()}
                <Show when=move || files.get()>
                    <span class="rr-table__cell" role="columnheader">"files"</span>
                </Show>
            </div>
            <div class="rr-table__all" role="rowgroup" style:height=move || format!("{}px", total.get() as f64 * ROW)>
                <For each=move || rows.get() key=|row| *row let:row>
                    <Row row pages cols files look/>
                </For>
            </div>
        </div>
    }
}

/// The rows to make, followed as the frame scrolls and changes its size.
fn watch_rows(frame: NodeRef<leptos::html::Div>, total: Memo<usize>) -> Memo<Range<usize>> {
    let seen = RwSignal::new((0.0, 600.0));
    let measure = move || {
        if let Some(element) = frame.try_get_untracked().flatten() {
            let next = (f64::from(element.scroll_top()), f64::from(element.client_height()));
            if seen.get_untracked() != next {
                seen.set(next);
            }
        }
    };
    Effect::new(move || {
        let Some(element) = frame.get() else { return };
        measure();
        let changed = Closure::<dyn FnMut()>::new(measure);
        let scrolled = changed.as_ref().unchecked_ref();
        let _ = element.add_event_listener_with_callback("scroll", scrolled);
        let observer = web_sys::ResizeObserver::new(scrolled);
        if let Ok(observer) = observer {
            observer.observe(&element);
            let held = StoredValue::new_local((observer, changed));
            on_cleanup(move || {
                held.try_with_value(|(observer, _)| observer.disconnect());
            });
        }
    });
    Memo::new(move |_| {
        let (top, height) = seen.get();
        window::rows(top, height, ROW, total.get())
    })
}

/// The head of a column.
fn head(column: Column, look: Look) -> impl IntoView {
    let field =
        look.drags().then(|| FieldOf::of(look.source_name(), column.path.clone()).dragged());
    let number = column.mark == "123";
    let draggable = field.is_some();
    let begin = move |event: leptos::ev::DragEvent| {
        if let Some(field) = &field {
            field.begin(&event);
        }
    };
    view! {
        <span
            class="rr-table__cell rr-table__name"
            class=("rr-table__cell--number", number)
            class=("rr-table__name--drags", draggable)
            role="columnheader"
            draggable=draggable.to_string()
            data-tip=draggable.then_some("Drag it onto a parameter")
            on:dragstart=begin
            on:dragend=move |_| Dragged::end()
        >
            {draggable.then(|| view! { <Icon name="grip-vertical" class="rr-table__grip"/> })}
            <span class="rr-table__title">{column.title.clone()}</span>
            <em>{column.mark}</em>
            <Edge name=column.title width=column.width look/>
        </span>
    }
}

/// The edge of a column: drag it, or use the arrow keys; a double press puts it back.
#[component]
fn Edge(
    /// The column's name.
    name: String,
    /// Its width now, pixels.
    width: f64,
    /// Whose items they are.
    look: Look,
) -> impl IntoView {
    let label = format!("Width of {name}");
    let name = StoredValue::new(name);
    // Where the pointer took it, and how wide the column was then.
    let held = StoredValue::new(None::<(f64, f64)>);
    let now = move || {
        look.widths
            .with(|widths| name.with_value(|name| widths.get(name).copied()).unwrap_or(width))
    };
    let set = move |to: f64| {
        look.widths.update(|widths| {
            widths.insert(name.get_value(), bounded(to));
        });
    };
    let edge = |event: &web_sys::PointerEvent| {
        event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok())
    };
    let on_down = move |event: web_sys::PointerEvent| {
        event.stop_propagation();
        let Some(edge) = edge(&event) else { return };
        let now =
            edge.parent_element().map_or(width, |head| head.get_bounding_client_rect().width());
        held.set_value(Some((f64::from(event.client_x()), now)));
        let _ = edge.set_pointer_capture(event.pointer_id());
    };
    let on_move = move |event: web_sys::PointerEvent| {
        if let Some((from, width)) = held.get_value() {
            set(width + f64::from(event.client_x()) - from);
        }
    };
    let on_key = move |event: KeyboardEvent| {
        let by = match event.key().as_str() {
            "ArrowLeft" => -16.0,
            "ArrowRight" => 16.0,
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        set(untrack(now) + by);
    };
    view! {
        <span
            class="rr-table__edge"
            role="separator"
            tabindex="0"
            aria-orientation="vertical"
            aria-label=label
            aria-valuenow=move || now().to_string()
            // Not the beginning of a drag of the column.
            on:mousedown=|event| event.prevent_default()
            on:click=|event| event.stop_propagation()
            on:pointerdown=on_down
            on:pointermove=on_move
            on:lostpointercapture=move |_| held.set_value(None)
            on:dblclick=move |_| look.widths.update(|widths| {
                name.with_value(|name| widths.remove(name));
            })
            on:keydown=on_key
        ></span>
    }
}

/// One row.
#[component]
fn Row(
    /// Its place in the list.
    row: usize,
    /// The items.
    pages: Pages,
    /// The columns.
    cols: Memo<Vec<Column>>,
    /// Whether there is a column of files.
    files: Memo<bool>,
    /// Whose items they are.
    look: Look,
) -> impl IntoView {
    let shared = expect_context::<Shared>();
    let item = Memo::new(move |_| {
        pages.loaded.with(|loaded| loaded.row(row).map(|(index, item)| (index, item.clone())))
    });
    let on = Memo::new(move |_| {
        item.with(|item| item.as_ref().is_some_and(|(index, item)| look.is_chosen(*index, item)))
    });
    let choose = move |_| {
        item.with_untracked(|item| {
            if let Some((index, item)) = item {
                look.choose(*index, item);
            }
        })
    };
    let open = move |index: usize, path: Vec<String>| {
        if let Some(wanted) = pages.wanted.get_untracked() {
            shared.opened.set(Some((wanted.at, index, path)));
        }
    };
    let menu = move |event: web_sys::MouseEvent| {
        let column = column_at(&event);
        let path = cols.with_untracked(|cols| Some(cols.get(column?)?.path.clone()));
        let index = item.with_untracked(|item| item.as_ref().map(|(index, _)| *index));
        if let (Some(path), Some(item), Some(wanted)) = (path, index, pages.wanted.get_untracked())
        {
            event.prevent_default();
            let anchor = Anchor::Point(f64::from(event.client_x()), f64::from(event.client_y()));
            copy::open_menu(shared, look, anchor, Place { at: wanted.at, item, path });
        }
    };
    let cells = move || match item.get() {
        None => view! { <span class="rr-table__cell rr-table__waits">"…"</span> }.into_any(),
        Some((index, item)) => {
            let cells = cols.with(|cols| {
                let cells = cols.iter().enumerate();
                cells.map(|(at, column)| data_cell(index, &item, (at, column), open)).collect_view()
            });
            view! {
                <span class="rr-table__cell rr-table__index" role="rowheader">{index + 1}</span>
                {cells}
                {cols.with(Vec::is_empty).then(|| view! {
                    <span class="rr-table__cell rr-table__cell--none" role="cell">"an empty item"</span>
                })}
                {files.get().then(|| files::chips(shared, &item))}
            }
            .into_any()
        }
    };
    view! {
        <div
            class="rr-table__row"
            class=("rr-table__row--on", move || on.get())
            role="row"
            aria-rowindex=(row + 2).to_string()
            aria-selected=move || on.get().to_string()
            style:top=format!("{}px", row as f64 * ROW)
            on:click=choose
            on:contextmenu=menu
        >
            {cells}
        </div>
    }
}

/// The column of the cell under the pointer.
fn column_at(event: &web_sys::MouseEvent) -> Option<usize> {
    let target = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    let cell = target.closest("[data-column]").ok().flatten()?;
    cell.get_attribute("data-column")?.parse().ok()
}

fn data_cell(
    index: usize,
    item: &Item,
    (at, column): (usize, &Column),
    open: impl Fn(usize, Vec<String>) + Copy + 'static,
) -> AnyView {
    let value = column.path.split_first().and_then(|(first, rest)| {
        item.json.get(first).and_then(|value: &Value| value_at(value, rest))
    });
    let cell = cell(value);
    let class = format!("rr-table__cell rr-table__cell--{}", cell.look);
    if !cell.more {
        return view! { <span class=class role="cell" data-column=at.to_string()>{cell.text}</span> }
            .into_any();
    }
    let path = column.path.clone();
    let label = format!("Open {} of item {}", column.title, index + 1);
    view! {
        <span class=class role="cell" data-column=at.to_string()>
            <button type="button" class="rr-table__open" tabindex="-1" aria-label=label
                on:click=move |_| open(index, path.clone())>{cell.text}</button>
        </span>
    }
    .into_any()
}

/// The arrow keys choose another item.
fn step_item(look: Look, total: usize, page: usize, event: &KeyboardEvent) {
    let (page, all) = (page as isize, total as isize);
    let by = match event.key().as_str() {
        "ArrowDown" => 1,
        "ArrowUp" => -1,
        "PageDown" => page,
        "PageUp" => -page,
        "Home" => -all,
        "End" => all,
        _ => return,
    };
    if !untrack(|| look.steps()) {
        return;
    }
    event.prevent_default();
    event.stop_propagation();
    let now = look.editor.item.get_untracked() as isize;
    let next = (now + by).clamp(0, total.saturating_sub(1) as isize) as usize;
    look.editor.item.set(next);
    look.editor.announce(format!("Item {} of {}", next + 1, count(total, "item")));
}

/// The chosen item comes into sight, whoever chose it.
fn follow_item(look: Look, total: Memo<usize>, frame: NodeRef<leptos::html::Div>) {
    Effect::new(move || {
        let chosen = look.editor.item.get();
        let Some(element) = frame.get() else { return };
        if !look.steps() || chosen >= total.get() {
            return;
        }
        let (top, height) = (f64::from(element.scroll_top()), f64::from(element.client_height()));
        let at = chosen as f64 * ROW;
        // The head covers one row.
        if at < top {
            element.set_scroll_top(at as i32);
        } else if at + 2.0 * ROW > top + height {
            element.set_scroll_top((at + 2.0 * ROW - height) as i32);
        }
    });
}
