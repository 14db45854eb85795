//! Buttons, with and without words.

use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::{Icon, key_text};

/// How much a button asks for attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum ButtonKind {
    /// The one thing to do here.
    Primary,
    /// A thing one can do.
    #[default]
    Plain,
    /// A thing one can do, without a border.
    Quiet,
    /// It ends or deletes something.
    Danger,
}

impl ButtonKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Plain => "plain",
            Self::Quiet => "quiet",
            Self::Danger => "danger",
        }
    }
}

/// A button with words.
#[component]
pub(crate) fn Button(
    /// How much it asks for attention.
    #[prop(optional)]
    kind: ButtonKind,
    /// An icon before the words.
    #[prop(optional, into)]
    icon: Option<String>,
    /// An icon after the words.
    #[prop(optional, into)]
    after: Option<String>,
    /// What it says when the pointer rests on it.
    #[prop(optional, into)]
    tip: Option<String>,
    /// The keys that do the same, as in the keymap (`M+Enter`).
    #[prop(optional, into)]
    keys: Option<String>,
    /// Whether it cannot be pressed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Whether it opens a menu.
    #[prop(optional)]
    menu: bool,
    /// What it does.
    #[prop(into)]
    on_press: Callback<MouseEvent>,
    /// The words.
    children: Children,
) -> impl IntoView {
    let keys = keys.map(|keys| key_text(&keys));
    view! {
        <button
            type="button"
            class=format!("rr-button rr-button--{}", kind.as_str())
            disabled=move || disabled.get()
            aria-haspopup=menu.then_some("menu")
            data-tip=tip
            data-keys=keys
            on:click=move |event| on_press.run(event)
        >
            {icon.map(|name| view! { <Icon name=name/> })}
            {children()}
            {after.map(|name| view! { <Icon name=name class="rr-button__after"/> })}
        </button>
    }
}

/// A button that is an icon. Its label is read out and shown when the pointer rests on it.
#[component]
pub(crate) fn IconButton(
    /// The icon.
    #[prop(into)]
    icon: Signal<String>,
    /// What it does, in words.
    #[prop(into)]
    label: Signal<String>,
    /// The keys that do the same, as in the keymap.
    #[prop(optional, into)]
    keys: Option<String>,
    /// Whether it cannot be pressed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Whether what it switches is on.
    #[prop(optional, into)]
    pressed: Option<Signal<bool>>,
    /// Whether it opens a menu.
    #[prop(optional)]
    menu: bool,
    /// Further classes.
    #[prop(optional)]
    class: &'static str,
    /// What it does.
    #[prop(into)]
    on_press: Callback<MouseEvent>,
) -> impl IntoView {
    let keys = keys.map(|keys| key_text(&keys));
    let aria_pressed = move || pressed.map(|pressed| pressed.get().to_string());
    view! {
        <button
            type="button"
            class=format!("rr-iconbutton {class}")
            aria-label=move || label.get()
            aria-pressed=aria_pressed
            aria-haspopup=menu.then_some("menu")
            disabled=move || disabled.get()
            data-tip=move || label.get()
            data-keys=keys
            on:click=move |event| on_press.run(event)
        >
            <Icon name=icon/>
        </button>
    }
}
