//! The node picker: at the pointer or at the end of a dropped wire.
//!
//! What fits comes first, then what was used recently, then the groups. It only chooses; the
//! canvas adds and wires. A row can also be dragged to where its node shall be.

mod ranking;

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::prelude::*;
use reporunner_canvas::{NewNode, PickerRequest, Purpose};
use reporunner_model::{Point, TypeName};
use wasm_bindgen::JsCast;

use super::desk::{Desk, use_desk};
use crate::kit::{Icon, Kbd, Tile};
use ranking::{Choice, Section, sections};

/// Width of the picker, pixels.
const WIDTH: f64 = 360.0;
/// Height it may take, pixels.
const HEIGHT: f64 = 440.0;

/// Distance a pressed row is moved before it is dragged, pixels.
const DRAG_START: f64 = 6.0;

/// A row under the hand.
#[derive(Debug, Clone, PartialEq)]
struct Dragged {
    choice: Choice,
    /// Where the hand is, pixels of the page.
    at: Point,
}

/// The picker, while one is asked for.
#[component]
pub(super) fn Picker() -> impl IntoView {
    let desk = use_desk();
    view! {
        {move || desk.picker.get().map(|request| view! { <OpenPicker request/> })}
    }
}

#[component]
fn OpenPicker(
    /// What it is for.
    request: PickerRequest,
) -> impl IntoView {
    let desk = use_desk();
    let search = RwSignal::new(String::new());
    let at = RwSignal::new(0_usize);
    let dragged = RwSignal::new(None::<Dragged>);
    let (left, top) = place(desk, &request);
    let heading = heading(&request);
    let request = StoredValue::new(request);
    let found = Memo::new(move |_| {
        let catalog = desk.editor.app.catalog.get();
        search
            .with(|text| request.with_value(|request| sections(&catalog, request, text, &heading)))
    });
    let flat = Memo::new(move |_| {
        found.with(|all| all.iter().flat_map(|section| section.choices.clone()).collect::<Vec<_>>())
    });
    let choose = move |index: usize| {
        if let Some(choice) = flat.with_untracked(|flat| flat.get(index).cloned()) {
            chosen(desk, request.get_value(), choice.name);
        }
    };
    let dismiss = move || {
        desk.picker.set(None);
        desk.canvas.dismiss();
        desk.canvas.focus();
    };
    let on_key = move |event: KeyboardEvent| {
        let count = flat.with_untracked(Vec::len).max(1);
        let step = |by: isize| {
            at.update(|at| *at = (*at as isize + by).rem_euclid(count as isize) as usize)
        };
        match event.key().as_str() {
            "ArrowDown" => step(1),
            "ArrowUp" => step(-1),
            "Enter" => choose(at.get_untracked()),
            "Escape" => dismiss(),
            _ => {
                event.stop_propagation();
                return;
            }
        }
        event.stop_propagation();
        event.prevent_default();
        reveal();
    };
    view! {
        <div class="rr-picker__veil" on:pointerdown=move |_| dismiss()></div>
        <div
            class="rr-picker"
            class=("rr-picker--away", move || dragged.with(Option::is_some))
            role="dialog"
            aria-label="Add a node"
            style:left=format!("{left}px")
            style:top=format!("{top}px")
            on:keydown=on_key
        >
            <Search search at/>
            <div class="rr-picker__list" role="listbox" id="rr-picker-list" aria-label="Node types">
                <Sections found at dragged on_choose=Callback::new(choose)/>
            </div>
            <Foot does=request.with_value(does)/>
        </div>
        {move || dragged.get().map(|dragged| view! { <Carried dragged/> })}
    }
}

/// The row that is dragged, under the hand.
#[component]
fn Carried(
    /// The row.
    dragged: Dragged,
) -> impl IntoView {
    let Dragged { choice, at } = dragged;
    view! {
        <div class="rr-picker__carried" style:left=format!("{}px", at.x) style:top=format!("{}px", at.y)>
            <Tile node_type=choice.name size="m"/>
            <b>{choice.label}</b>
        </div>
    }
}

#[component]
fn Search(
    /// What was typed.
    search: RwSignal<String>,
    /// Which choice is marked.
    at: RwSignal<usize>,
) -> impl IntoView {
    let input = NodeRef::<leptos::html::Input>::new();
    Effect::new(move || {
        if let Some(input) = input.get() {
            let _ = input.focus();
        }
    });
    let on_input = move |event: web_sys::Event| {
        search.set(event_target_value(&event));
        at.set(0);
    };
    view! {
        <label class="rr-picker__search">
            <Icon name="search"/>
            <input
                node_ref=input
                class="rr-picker__input"
                role="combobox"
                aria-expanded="true"
                aria-controls="rr-picker-list"
                aria-activedescendant=move || format!("rr-pick-{}", at.get())
                aria-label="Search nodes"
                placeholder="Search nodes…"
                autocomplete="off"
                spellcheck="false"
                prop:value=move || search.get()
                on:input=on_input
            />
        </label>
    }
}

#[component]
fn Sections(
    /// What was found.
    found: Memo<Vec<Section>>,
    /// Which choice is marked.
    at: RwSignal<usize>,
    /// The row that is dragged.
    dragged: RwSignal<Option<Dragged>>,
    /// The index of what was chosen.
    on_choose: Callback<usize>,
) -> impl IntoView {
    move || {
        let all = found.get();
        if all.is_empty() {
            return view! {
                <p class="rr-picker__none">"No node does that. The HTTP Request and Code nodes reach almost everything."</p>
            }
            .into_any();
        }
        let mut index = 0;
        all.into_iter()
            .map(|section| {
                let first = index;
                index += section.choices.len();
                let rows = section.choices.into_iter().enumerate();
                view! {
                    <div class="rr-picker__heading" role="presentation">{section.heading}</div>
                    {rows.map(|(offset, choice)| {
                        view! { <Row choice index=first + offset at dragged on_choose/> }
                    }).collect_view()}
                }
            })
            .collect_view()
            .into_any()
    }
}

#[component]
fn Row(
    /// The type.
    choice: Choice,
    /// Its place among all.
    index: usize,
    /// Which choice is marked.
    at: RwSignal<usize>,
    /// The row that is dragged.
    dragged: RwSignal<Option<Dragged>>,
    /// The index of what was chosen.
    on_choose: Callback<usize>,
) -> impl IntoView {
    let desk = use_desk();
    // Where the row was pressed, while it is.
    let pressed = StoredValue::new(None::<Point>);
    let carried = StoredValue::new(choice.clone());
    let on_down = move |event: PointerEvent| {
        let target = event.current_target().and_then(|t| t.dyn_into::<web_sys::Element>().ok());
        if let Some(target) = target.filter(|_| event.button() == 0) {
            let _ = target.set_pointer_capture(event.pointer_id());
            pressed.set_value(Some(hand(&event)));
        }
    };
    let on_move = move |event: PointerEvent| {
        let here = hand(&event);
        match pressed.get_value() {
            Some(from) if reporunner_canvas::distance(from, here) > DRAG_START => {
                dragged.set(Some(Dragged { choice: carried.get_value(), at: here }));
            }
            Some(_) => {}
            None if at.get_untracked() != index => at.set(index),
            None => {}
        }
    };
    // A drag ends in a click too.
    let was_dragged = StoredValue::new(false);
    let on_up = move |event: PointerEvent| {
        pressed.set_value(None);
        let carried = dragged.try_update(Option::take).flatten();
        was_dragged.set_value(carried.is_some());
        if let Some(carried) = carried {
            dropped(desk, hand(&event), carried.choice.name);
        }
    };
    let on_click = move |_| {
        if !was_dragged.try_update_value(std::mem::take).unwrap_or(true) {
            on_choose.run(index);
        }
    };
    let on_cancel = move |_| {
        pressed.set_value(None);
        dragged.set(None);
    };
    let marked = move || at.get() == index;
    let (before, hit, after) = choice.label_parts();
    view! {
        <div
            class="rr-picker__row"
            role="option"
            id=format!("rr-pick-{index}")
            aria-selected=move || marked().to_string()
            on:pointerdown=on_down
            on:pointermove=on_move
            on:pointerup=on_up
            on:pointercancel=on_cancel
            on:click=on_click
        >
            <Tile node_type=choice.name.clone() size="m"/>
            <span class="rr-picker__words">
                <b>{before}<mark>{hit}</mark>{after}</b>
                <span class="rr-picker__sub">{choice.summary}</span>
            </span>
            <Show when=marked><Kbd keys="Enter"/></Show>
        </div>
    }
}

#[component]
fn Foot(
    /// What becomes of a choice.
    does: &'static str,
) -> impl IntoView {
    view! {
        <footer class="rr-picker__foot">
            <span><Kbd keys="ArrowUp"/>" "<Kbd keys="ArrowDown"/>" choose"</span>
            <span><Kbd keys="Enter"/>" "{does}</span>
            <span><Kbd keys="Escape"/>" close"</span>
        </footer>
    }
}

fn does(request: &PickerRequest) -> &'static str {
    match request.purpose {
        Purpose::Add(None) => "add",
        Purpose::Add(Some(_)) => "add and wire",
        Purpose::Insert(_) => "insert",
        Purpose::Replace { .. } => "replace",
    }
}

/// What the first section is called.
fn heading(request: &PickerRequest) -> String {
    match &request.purpose {
        Purpose::Add(None) => "All nodes".to_owned(),
        Purpose::Add(Some(end)) => format!("Fits “{}”", end.label),
        Purpose::Insert(_) => "Fits this wire".to_owned(),
        Purpose::Replace { .. } => "Takes its place".to_owned(),
    }
}

/// Where the picker opens so that all of it is in the window.
fn place(desk: Desk, request: &PickerRequest) -> (f64, f64) {
    let Point { x, y } = desk.canvas.to_client(request.screen);
    let size = |value: Result<wasm_bindgen::JsValue, _>| {
        value.ok().and_then(|value| value.as_f64()).unwrap_or(0.0)
    };
    let (w, h) = (size(window().inner_width()), size(window().inner_height()));
    (
        (x + 8.0).clamp(56.0, (w - WIDTH - 8.0).max(56.0)),
        (y - 20.0).clamp(8.0, (h - HEIGHT - 8.0).max(8.0)),
    )
}

fn chosen(desk: Desk, request: PickerRequest, name: TypeName) {
    ranking::remember(&name);
    desk.picker.set(None);
    let new = NewNode { node_type: name, ..NewNode::default() };
    desk.canvas.choose(&request, &new);
    desk.panes.side_open.set(true);
    desk.canvas.focus();
}

fn hand(event: &PointerEvent) -> Point {
    Point::new(f64::from(event.client_x()), f64::from(event.client_y()))
}

/// Puts the node where it was dropped; beside the canvas, the picker stays.
fn dropped(desk: Desk, at: Point, name: TypeName) {
    let new = NewNode { node_type: name.clone(), ..NewNode::default() };
    if desk.canvas.drop_node(at, &new) {
        ranking::remember(&name);
        desk.picker.set(None);
        desk.panes.side_open.set(true);
        desk.canvas.focus();
    }
}

/// Scrolls the marked row into view once it is marked.
pub(super) fn reveal() {
    request_animation_frame(|| {
        let row =
            document().query_selector(".rr-picker__list [aria-selected='true']").ok().flatten();
        if let Some(row) = row {
            let options = web_sys::ScrollIntoViewOptions::new();
            options.set_block(web_sys::ScrollLogicalPosition::Nearest);
            row.scroll_into_view_with_scroll_into_view_options(&options);
        }
    });
}
