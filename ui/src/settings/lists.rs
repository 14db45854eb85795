//! Lists of texts, and of names with values.

use leptos::prelude::*;

use crate::kit::{Button, IconButton, TextField};
use crate::state::use_app;

/// A list of texts that can be added and taken away.
#[component]
pub(super) fn TextList(
    /// What one is called.
    label: &'static str,
    /// Grey text in the empty field.
    placeholder: &'static str,
    /// What stands there while the list is empty.
    empty: &'static str,
    /// The texts.
    values: Signal<Vec<String>>,
    /// The list as it shall be.
    #[prop(into)]
    on_change: Callback<Vec<String>>,
) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let add = move || {
        let text = typed.get_untracked().trim().to_owned();
        let mut all = values.get_untracked();
        if !text.is_empty() && !all.contains(&text) {
            all.push(text);
            on_change.run(all);
        }
        typed.set(String::new());
    };
    let remove = move |text: &str| {
        let mut all = values.get_untracked();
        all.retain(|at| at != text);
        on_change.run(all);
    };
    let on_submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        add();
    };
    view! {
        <div class="rr-textlist">
            <Show when=move || values.with(Vec::is_empty)>
                <p class="rr-settings__note">{empty}</p>
            </Show>
            <ul class="rr-textlist__all">
                {move || values.get().into_iter().map(|text| {
                    let gone = text.clone();
                    view! {
                        <li class="rr-textlist__row">
                            <span class="rr-text">{text.clone()}</span>
                            <IconButton icon="x" label=format!("Take {text} away") on_press=move |_| remove(&gone)/>
                        </li>
                    }
                }).collect_view()}
            </ul>
            <form class="rr-textlist__add" on:submit=on_submit>
                <TextField label=label placeholder=placeholder value=typed on_input=move |text| typed.set(text)/>
                <Button icon="plus" disabled=Signal::derive(move || typed.with(|typed| typed.trim().is_empty()))
                    on_press=move |_| add()>"Add"</Button>
            </form>
        </div>
    }
}

/// Names with values.
#[component]
pub(super) fn Variables() -> impl IntoView {
    let app = use_app();
    let all = Memo::new(move |_| app.settings.with(|settings| settings.variables.clone()));
    let name = RwSignal::new(String::new());
    let value = RwSignal::new(String::new());
    let ready = move || {
        let named = |text: &String| {
            let mut letters = text.chars();
            letters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
                && letters.all(|letter| letter.is_alphanumeric() || letter == '_')
        };
        name.with(named)
    };
    let add = move || {
        if ready() {
            let (key, text) = (name.get_untracked(), value.get_untracked());
            app.change_settings(|settings| drop(settings.variables.insert(key, text)));
            name.set(String::new());
            value.set(String::new());
        }
    };
    let on_submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        add();
    };
    view! {
        <div class="rr-variables">
            {move || all.get().into_iter().map(|(key, text)| {
                view! { <Variable name=key value=text/> }
            }).collect_view()}
            <form class="rr-variables__row" on:submit=on_submit>
                <TextField label="Name" placeholder="name" value=name on_input=move |text| name.set(text)/>
                <TextField label="Value" placeholder="value" value=value on_input=move |text| value.set(text)/>
                <Button icon="plus" disabled=Signal::derive(move || !ready()) on_press=move |_| add()>"Add"</Button>
            </form>
        </div>
    }
}

#[component]
fn Variable(
    /// Its name.
    name: String,
    /// What it holds.
    value: String,
) -> impl IntoView {
    let app = use_app();
    let held = StoredValue::new(name.clone());
    let commit = move |text: String| {
        app.change_settings(|settings| drop(settings.variables.insert(held.get_value(), text)));
    };
    let remove = move |_| {
        app.change_settings(|settings| drop(settings.variables.remove(&held.get_value())));
    };
    view! {
        <div class="rr-variables__row">
            <code class="rr-variables__name rr-text">{format!("$vars.{name}")}</code>
            <TextField label=format!("Value of {name}") value=Signal::stored(value) on_commit=commit/>
            <IconButton icon="x" label=format!("Take {name} away") on_press=remove/>
        </div>
    }
}
