//! Fields to type in and to choose from.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::{Icon, Kbd, MenuAction, MenuItem, OpenMenu, anchor_of};
use crate::state::use_app;

/// A line to type in.
#[component]
pub(crate) fn TextField(
    /// What it holds.
    #[prop(into)]
    value: Signal<String>,
    /// What it is, read out.
    #[prop(into)]
    label: String,
    /// Grey text while it is empty.
    #[prop(optional, into)]
    placeholder: String,
    /// An icon before the text.
    #[prop(optional, into)]
    icon: Option<String>,
    /// The keys that jump here.
    #[prop(optional, into)]
    keys: Option<String>,
    /// `text`, `number`, `search` or `password`.
    #[prop(default = "text")]
    kind: &'static str,
    /// Id of the input, to move the focus to.
    #[prop(optional)]
    id: &'static str,
    /// Whether what it holds is wrong.
    #[prop(optional, into)]
    wrong: Signal<bool>,
    /// Every change while typing.
    #[prop(optional, into)]
    on_input: Option<Callback<String>>,
    /// The text when the field is left or Enter is pressed.
    #[prop(optional, into)]
    on_commit: Option<Callback<String>>,
) -> impl IntoView {
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" && on_input.is_some() && !value.get_untracked().is_empty() {
            event.stop_propagation();
            if let Some(on_input) = on_input {
                on_input.run(String::new());
            }
        }
    };
    view! {
        <label class="rr-field" class=("rr-field--wrong", move || wrong.get())>
            {icon.map(|name| view! { <Icon name=name class="rr-field__icon"/> })}
            <input
                class="rr-field__input"
                id=(!id.is_empty()).then_some(id)
                type=kind
                aria-label=label
                aria-invalid=move || wrong.get().then_some("true")
                placeholder=placeholder
                autocomplete="off"
                spellcheck="false"
                prop:value=move || value.get()
                on:input=move |event| {
                    if let Some(on_input) = on_input {
                        on_input.run(event_target_value(&event));
                    }
                }
                on:change=move |event| {
                    if let Some(on_commit) = on_commit {
                        on_commit.run(event_target_value(&event));
                    }
                }
                on:keydown=on_key
            />
            {keys.map(|keys| view! { <Kbd keys=keys/> })}
        </label>
    }
}

/// A choice of several: a button that opens a menu.
#[component]
pub(crate) fn Select(
    /// What there is: value and words.
    #[prop(into)]
    options: Signal<Vec<(String, String)>>,
    /// Which is chosen.
    #[prop(into)]
    value: Signal<String>,
    /// What is chosen here, read out.
    #[prop(into)]
    label: String,
    /// An icon before the words.
    #[prop(optional, into)]
    icon: Option<String>,
    /// The value that was picked.
    #[prop(into)]
    on_pick: Callback<String>,
) -> impl IntoView {
    let app = use_app();
    let chosen = move || {
        let options = options.get();
        let value = value.get();
        options.into_iter().find(|(at, _)| *at == value).map(|(_, words)| words).unwrap_or(value)
    };
    let name = label.clone();
    let on_press = move |event: leptos::ev::MouseEvent| {
        let current = value.get_untracked();
        let items = options.get_untracked().into_iter().map(|(at, words)| {
            let checked = at == current;
            let pick = Callback::new(move |()| on_pick.run(at.clone()));
            MenuItem::Do(MenuAction::new(words, pick).checked(checked))
        });
        let menu = OpenMenu::new(name.clone(), anchor_of(&event), items.collect());
        app.menu.set(Some(menu));
    };
    view! {
        <button
            type="button"
            class="rr-button rr-button--plain rr-select"
            aria-haspopup="menu"
            aria-label=move || format!("{label}: {}", chosen())
            on:click=on_press
        >
            {icon.map(|name| view! { <Icon name=name/> })}
            <span class="rr-select__words">{chosen}</span>
            <Icon name="chevron-down" class="rr-button__after"/>
        </button>
    }
}
