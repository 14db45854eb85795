//! Lists of texts, and of names with values.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use reporunner_model::PathKind;
use reporunner_protocol::MachineSettings;
use wasm_bindgen::JsCast;

use super::parts::{Change, Trouble};
use crate::backend::Backend;
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
    /// Where they are in the settings.
    list: fn(&mut MachineSettings) -> &mut Vec<String>,
    /// Whether they are folders, which can be chosen in the system's dialog.
    #[prop(optional)]
    folders: bool,
) -> impl IntoView {
    let app = use_app();
    let trouble = Trouble::none();
    let typed = RwSignal::new(String::new());
    let add = move || {
        let text = typed.get_untracked().trim().to_owned();
        let change = match text.is_empty() {
            true => Err(format!("Type it first, such as {placeholder}.")),
            false => Ok(Box::new(move |settings: &mut MachineSettings| {
                let all = list(settings);
                if !all.contains(&text) {
                    all.push(text);
                }
            }) as Change),
        };
        trouble.attempt(change, move || drop(typed.try_set(String::new())));
    };
    let browse = move |_| {
        leptos::task::spawn_local(async move {
            let start = typed.get_untracked();
            match Backend::choose_path(PathKind::Folder, start.trim()).await {
                Ok(Some(folder)) => {
                    typed.try_set(folder);
                    add();
                }
                Ok(None) => {}
                Err(failure) => app.fail(&failure),
            }
        });
    };
    let can_browse = folders && Backend::chooses_paths();
    let remove = move |text: &str| {
        app.change_settings(|settings| list(settings).retain(|at| at != text));
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
            <div class="rr-textlist__add" on:keydown=move |event| on_enter(&event, add)>
                <TextField label=label placeholder=placeholder value=typed wrong=trouble.is_there()
                    on_input=move |text| { typed.set(text); trouble.forget(); }/>
                {can_browse.then(|| view! { <Button icon="folder-open" on_press=browse>"Browse…"</Button> })}
                <Button icon="plus" on_press=move |_| add()>"Add"</Button>
            </div>
            {trouble.view()}
        </div>
    }
}

/// Enter in a field adds what was typed; on a button it presses that.
fn on_enter(event: &KeyboardEvent, add: impl Fn()) {
    let in_field =
        event.target().is_some_and(|target| target.has_type::<web_sys::HtmlInputElement>());
    if in_field && event.key() == "Enter" && !event.is_composing() {
        event.prevent_default();
        add();
    }
}

/// Names with values.
#[component]
pub(super) fn Variables() -> impl IntoView {
    let app = use_app();
    let all = Memo::new(move |_| app.settings.with(|settings| settings.variables.clone()));
    let name = RwSignal::new(String::new());
    let value = RwSignal::new(String::new());
    let trouble = Trouble::none();
    let add = move || {
        let (key, text) = (name.get_untracked().trim().to_owned(), value.get_untracked());
        let change = match key.is_empty() {
            true => Err("Give it a name first.".to_owned()),
            false if all.with_untracked(|all| all.contains_key(&key)) => {
                Err(format!("{key} is there already: change its value above."))
            }
            false => Ok(Box::new(move |settings: &mut MachineSettings| {
                settings.variables.insert(key, text);
            }) as Change),
        };
        trouble.attempt(change, move || {
            name.try_set(String::new());
            value.try_set(String::new());
        });
    };
    view! {
        <div class="rr-variables">
            {move || all.get().into_iter().map(|(key, text)| {
                view! { <Variable name=key value=text/> }
            }).collect_view()}
            <div class="rr-variables__row" on:keydown=move |event| on_enter(&event, add)>
                <TextField label="Name" placeholder="name" value=name wrong=trouble.is_there()
                    on_input=move |text| { name.set(text); trouble.forget(); }/>
                <TextField label="Value" placeholder="value" value=value on_input=move |text| value.set(text)/>
                <Button icon="plus" on_press=move |_| add()>"Add"</Button>
            </div>
            {trouble.view()}
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
