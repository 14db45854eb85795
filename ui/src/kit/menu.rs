//! The menu: one host for every list of things to do, opened from a button or at the pointer.
//!
//! The arrow keys move, letters jump, Enter does, Esc closes and gives the focus back.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::{Icon, key_text};
use crate::state::use_app;

/// Where a menu opens, in pixels of the window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Anchor {
    /// Under a box, as a button opens it: left, top, right, bottom.
    Box(f64, f64, f64, f64),
    /// At a point.
    Point(f64, f64),
}

/// A menu that is open.
#[derive(Clone)]
pub struct OpenMenu {
    /// What it is, read out.
    pub label: String,
    /// Where it opens.
    pub anchor: Anchor,
    /// What it offers.
    pub items: Vec<MenuItem>,
}

impl OpenMenu {
    /// A menu of these items.
    pub fn new(label: impl Into<String>, anchor: Anchor, items: Vec<MenuItem>) -> Self {
        Self { label: label.into(), anchor, items }
    }
}

/// A line of a menu.
#[derive(Clone)]
pub enum MenuItem {
    /// Something to do.
    Do(MenuAction),
    /// Words above what follows.
    Heading(String),
    /// A line between groups.
    Line,
}

/// Something to do.
#[derive(Clone)]
pub struct MenuAction {
    label: String,
    icon: Option<String>,
    keys: Option<String>,
    checked: Option<bool>,
    disabled: bool,
    danger: bool,
    run: Callback<()>,
}

impl MenuAction {
    /// An action with these words.
    pub fn new(label: impl Into<String>, run: Callback<()>) -> Self {
        Self {
            label: label.into(),
            icon: None,
            keys: None,
            checked: None,
            disabled: false,
            danger: false,
            run,
        }
    }

    /// The same in other words.
    #[must_use]
    pub fn called(mut self, label: &str) -> Self {
        label.clone_into(&mut self.label);
        self
    }

    /// The same with an icon.
    #[must_use]
    pub fn icon(mut self, icon: &str) -> Self {
        self.icon = Some(icon.to_owned());
        self
    }

    /// The same with the keys that do it too.
    #[must_use]
    pub fn keys(mut self, keys: &str) -> Self {
        self.keys = Some(keys.to_owned());
        self
    }

    /// The same as one that is chosen or not.
    #[must_use]
    pub fn checked(mut self, checked: bool) -> Self {
        self.checked = Some(checked);
        self
    }

    /// The same, possible only if `enabled`.
    #[must_use]
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.disabled = !enabled;
        self
    }

    /// The same as one that deletes something.
    #[must_use]
    pub fn danger(mut self) -> Self {
        self.danger = true;
        self
    }
}

impl From<MenuAction> for MenuItem {
    fn from(action: MenuAction) -> Self {
        Self::Do(action)
    }
}

/// The box of the element that `event` was handled by.
pub(crate) fn anchor_of(event: &web_sys::MouseEvent) -> Anchor {
    let element = event.current_target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
    match element {
        Some(element) => {
            let rect = element.get_bounding_client_rect();
            Anchor::Box(rect.left(), rect.top(), rect.right(), rect.bottom())
        }
        None => Anchor::Point(f64::from(event.client_x()), f64::from(event.client_y())),
    }
}

/// Shows the menu that is open. There is one of these.
#[component]
pub(crate) fn MenuHost() -> impl IntoView {
    let app = use_app();
    let owner = Owner::current().unwrap_or_default();
    view! {
        {move || {
            let owner = owner.clone();
            app.menu.get().map(|menu| view! { <MenuList menu owner/> })
        }}
    }
}

#[component]
fn MenuList(
    /// The menu.
    menu: OpenMenu,
    /// Under which its actions run: what they leave behind, such as a question to the person,
    /// outlives the menu.
    owner: Owner,
) -> impl IntoView {
    let app = use_app();
    let list = NodeRef::<leptos::html::Div>::new();
    let place = RwSignal::new((0.0, 0.0));
    let before = StoredValue::new_local(
        document().active_element().and_then(|element| element.dyn_into::<HtmlElement>().ok()),
    );
    let close = move || {
        app.menu.set(None);
        before.with_value(|before| before.as_ref().map(HtmlElement::focus));
    };
    let anchor = menu.anchor;
    Effect::new(move || {
        if let Some(element) = list.get() {
            let _ = element.show_popover();
            place.set(placed(&element, anchor));
            step(&element, 1, true);
        }
    });
    let on_key = move |event: KeyboardEvent| {
        let Some(element) = list.get_untracked() else { return };
        let key = event.key();
        // Nothing of an open menu reaches the canvas.
        event.stop_propagation();
        match key.as_str() {
            "ArrowDown" => step(&element, 1, false),
            "ArrowUp" => step(&element, -1, false),
            "Home" => step(&element, 1, true),
            "End" => step(&element, -1, true),
            "Escape" | "Tab" => close(),
            _ if key.chars().count() == 1 && key != " " => jump(&element, &key),
            _ => return,
        }
        event.prevent_default();
    };
    let items =
        menu.items.into_iter().map(move |item| entry(item, close, owner.clone())).collect_view();
    view! {
        <div
            class="rr-menu__veil"
            on:pointerdown=move |event| { event.prevent_default(); close(); }
            on:contextmenu=move |event| { event.prevent_default(); close(); }
        ></div>
        <div
            class="rr-menu"
            role="menu"
            popover="manual"
            tabindex="-1"
            aria-label=menu.label
            node_ref=list
            style:left=move || format!("{}px", place.get().0)
            style:top=move || format!("{}px", place.get().1)
            on:keydown=on_key
        >
            {items}
        </div>
    }
}

fn entry(item: MenuItem, close: impl Fn() + Copy + 'static, owner: Owner) -> AnyView {
    let action = match item {
        MenuItem::Line => return view! { <hr class="rr-menu__line"/> }.into_any(),
        MenuItem::Heading(words) => {
            return view! { <div class="rr-menu__heading" role="presentation">{words}</div> }
                .into_any();
        }
        MenuItem::Do(action) => action,
    };
    let role = if action.checked.is_some() { "menuitemradio" } else { "menuitem" };
    let icon = match action.checked {
        Some(true) => Some("check".to_owned()),
        Some(false) => Some(String::new()),
        None => action.icon,
    };
    let on_click = move |_| {
        close();
        owner.with(|| action.run.run(()));
    };
    view! {
        <button
            type="button"
            role=role
            class="rr-menu__item"
            class=("rr-menu__item--danger", action.danger)
            tabindex="-1"
            disabled=action.disabled
            aria-checked=action.checked.map(|checked| checked.to_string())
            on:click=on_click
        >
            {icon.map(|name| view! { <Icon name=name/> })}
            <span class="rr-menu__words">{action.label}</span>
            {action.keys.map(|keys| view! { <span class="rr-menu__keys">{key_text(&keys)}</span> })}
        </button>
    }
    .into_any()
}

/// Where the menu goes so that all of it is in the window.
fn placed(element: &HtmlElement, anchor: Anchor) -> (f64, f64) {
    let size = |value: Result<wasm_bindgen::JsValue, _>| {
        value.ok().and_then(|value| value.as_f64()).unwrap_or(0.0)
    };
    let (window_w, window_h) = (size(window().inner_width()), size(window().inner_height()));
    let (w, h) = (f64::from(element.offset_width()), f64::from(element.offset_height()));
    let (left, top, above) = match anchor {
        Anchor::Box(left, top, _, bottom) => (left, bottom + 4.0, top - 4.0 - h),
        Anchor::Point(x, y) => (x, y, y - h),
    };
    let fits_right = left + w + 8.0 <= window_w;
    let right_edge = match anchor {
        Anchor::Box(_, _, right, _) => right - w,
        Anchor::Point(x, _) => x - w,
    };
    let left = if fits_right { left } else { right_edge };
    let fits_below = top + h + 8.0 <= window_h;
    let top = if fits_below || above < 8.0 { top.min(window_h - h - 8.0) } else { above };
    (left.max(8.0), top.max(8.0))
}

fn buttons(element: &HtmlElement) -> Vec<HtmlElement> {
    let Ok(found) = element.query_selector_all("button:not(:disabled)") else { return Vec::new() };
    (0..found.length()).filter_map(|at| found.item(at)?.dyn_into().ok()).collect()
}

/// Moves the focus by one, around the ends; `edge` goes to the first or last.
fn step(element: &HtmlElement, by: isize, edge: bool) {
    let buttons = buttons(element);
    if buttons.is_empty() {
        let _ = element.focus();
        return;
    }
    let active = document().active_element();
    let at = buttons.iter().position(|button| Some(button.as_ref()) == active.as_ref());
    let count = buttons.len() as isize;
    let next = match (at, edge) {
        (Some(at), false) => (at as isize + by).rem_euclid(count),
        _ if by > 0 => 0,
        _ => count - 1,
    };
    let _ = buttons[next as usize].focus();
}

/// Moves the focus to the next entry that starts with `letter`.
fn jump(element: &HtmlElement, letter: &str) {
    let buttons = buttons(element);
    let active = document().active_element();
    let at = buttons.iter().position(|button| Some(button.as_ref()) == active.as_ref());
    let start = at.map_or(0, |at| at + 1);
    let letter = letter.to_lowercase();
    let found = (0..buttons.len()).map(|step| (start + step) % buttons.len().max(1)).find(|at| {
        let words = buttons[*at].inner_text();
        words.trim().to_lowercase().starts_with(&letter)
    });
    if let Some(at) = found {
        let _ = buttons[at].focus();
    }
}
