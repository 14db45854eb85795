//! Who the node is: tile, name, type, and what can be done with it.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use reporunner_model::{Edit, NodeDescription};

use super::form::{Form, use_form};
use super::text::Draft;
use crate::browser;
use crate::kit::{IconButton, MenuAction, MenuItem, OpenMenu, Tile, anchor_of};

/// The head of the panel.
#[component]
pub(super) fn Header(
    /// What the node's type is, where it is known.
    description: Option<NodeDescription>,
) -> impl IntoView {
    let form = use_form();
    let node_type = form.node.with_untracked(|node| {
        node.as_ref().map(|node| node.node_type.clone()).unwrap_or_default()
    });
    let words = match &description {
        Some(found) => {
            let summary = found.summary.replace('*', "");
            let summary = summary.trim_end_matches('.');
            format!("{} · {}", found.label, lower_first(summary))
        }
        None => {
            let short = node_type.as_str().rsplit('.').next().unwrap_or_default();
            format!("{short} · not here yet")
        }
    };
    let off = Memo::new(move |_| form.node.with(|node| node.as_ref().is_some_and(|node| !node.on)));
    let description = StoredValue::new(description);
    let open = move |event: leptos::ev::MouseEvent| {
        let items = description.with_value(|description| menu(form, description.as_ref()));
        form.editor.app.menu.set(Some(OpenMenu::new("Node", anchor_of(&event), items)));
    };
    view! {
        <header class="rr-insp__head">
            <Tile node_type size="m"/>
            <div class="rr-insp__who">
                <NameField/>
                <span class="rr-insp__type" data-tip=words>{words.clone()}</span>
            </div>
            <Show when=move || off.get()><span class="rr-badge">"off"</span></Show>
            <IconButton icon="ellipsis" label="More about this node" menu=true on_press=open/>
        </header>
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    let first: String = chars.next().map(|c| c.to_lowercase().collect()).unwrap_or_default();
    first + chars.as_str()
}

/// The node's name.
#[component]
fn NameField() -> impl IntoView {
    let form = use_form();
    let name = Signal::derive(move || {
        form.node.with(|node| node.as_ref().map(|node| node.name.clone()).unwrap_or_default())
    });
    let commit = Callback::new(move |text: String| form.editor.rename_node(form.id(), text));
    let done = Callback::new(|()| {
        browser::focus(".rr-canvas");
    });
    view! {
        <TitleField value=name label="Name of the node" read_only=form.read_only()
            on_commit=commit on_done=done/>
    }
}

/// A name as the title of a panel, to be changed in place.
#[component]
pub(super) fn TitleField(
    /// The name.
    value: Signal<String>,
    /// What it names, read out.
    label: &'static str,
    /// Whether it takes no typing.
    read_only: bool,
    /// What was typed.
    on_commit: Callback<String>,
    /// It was typed to the end: the focus may go elsewhere.
    on_done: Callback<()>,
) -> impl IntoView {
    let typed = RwSignal::new(None::<String>);
    let commit = move || {
        if let Some(text) = typed.get_untracked() {
            typed.set(None);
            on_commit.run(text);
        }
    };
    let on_key = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" => {
            commit();
            event.prevent_default();
            on_done.run(());
        }
        "Escape" if typed.with_untracked(Option::is_some) => {
            typed.set(None);
            event.prevent_default();
            event.stop_propagation();
        }
        _ => {}
    };
    view! {
        <input
            class="rr-insp__name"
            id="rr-insp-name"
            aria-label=label
            autocomplete="off"
            spellcheck="false"
            readonly=read_only
            prop:value=move || typed.get().unwrap_or_else(|| value.get())
            on:input=move |event| typed.set(Some(event_target_value(&event)))
            on:blur=move |_| commit()
            on:keydown=on_key
        />
    }
}

/// What can be done with the node.
fn menu(form: Form, description: Option<&NodeDescription>) -> Vec<MenuItem> {
    let Some(node) = form.node.get_untracked() else { return Vec::new() };
    let editor = form.editor;
    let (id, on, name) = (node.id.clone(), node.on, node.name.clone());
    let edit = move |label: &str, edit: Edit| {
        let label = label.to_owned();
        Callback::new(move |()| editor.send_edit(label.clone(), vec![edit.clone()]))
    };
    let can = !form.read_only();
    let rename = Callback::new(|()| {
        crate::time::after(0, || {
            browser::focus("#rr-insp-name");
        })
    });
    let copy = Callback::new(move |()| {
        let text = crate::inspector::node_root(&name);
        leptos::task::spawn_local(async move {
            if browser::copy_text(&text).await {
                editor.app.toast(format!("{text} is copied"));
            }
        });
    });
    let switch =
        edit(if on { "Switch off" } else { "Switch on" }, Edit::SetOn { id: id.clone(), on: !on });
    let mut items: Vec<MenuItem> = vec![
        MenuAction::new("Rename", rename).icon("pencil").keys("F2").enabled(can).into(),
        MenuAction::new(if on { "Switch off" } else { "Switch on" }, switch)
            .icon("power")
            .enabled(can)
            .into(),
        MenuAction::new("Copy how expressions name it", copy).icon("copy").into(),
    ];
    if let Some(description) = description {
        let reset = Edit::SetParam { id: id.clone(), path: Vec::new(), value: None };
        let reset = MenuAction::new("Set everything to its default", edit("Reset", reset));
        items.push(reset.icon("rotate-ccw").enabled(can).into());
        items.extend(versions(form, description, &node.v, can));
    }
    items.push(MenuItem::Line);
    let remove = edit("Delete", Edit::RemoveNode { id });
    items.push(MenuAction::new("Delete", remove).icon("trash-2").danger().enabled(can).into());
    items
}

/// The versions of the node's type, the newest first.
fn versions(form: Form, description: &NodeDescription, now: &str, can: bool) -> Vec<MenuItem> {
    if description.versions.len() < 2 {
        return Vec::new();
    }
    let id = form.id();
    let item = |version: &String| -> MenuItem {
        let edit = Edit::SetVersion { id: id.clone(), v: version.clone() };
        let label = format!("Use version {version}");
        let run = {
            let label = label.clone();
            Callback::new(move |()| form.editor.send_edit(label.clone(), vec![edit.clone()]))
        };
        MenuAction::new(label, run).checked(version == now).enabled(can).into()
    };
    let mut items = vec![MenuItem::Heading("Version of its type".to_owned())];
    items.extend(description.versions.iter().rev().map(item));
    items
}

/// A line of text of the node or workflow, sent after a pause.
#[component]
pub(super) fn PlainLine(
    /// What it is.
    #[prop(into)]
    label: String,
    /// What is stored.
    #[prop(into)]
    value: Signal<String>,
    /// Grey text while it is empty.
    #[prop(optional, into)]
    placeholder: String,
    /// Whether it takes no typing.
    read_only: bool,
    /// One sentence under it.
    #[prop(optional, into)]
    help: String,
    /// What was typed.
    on_send: Callback<String>,
) -> impl IntoView {
    let draft = Draft::new(on_send);
    let shown = draft.shown(value);
    view! {
        <label class="rr-param">
            <span class="rr-param__head"><span class="rr-param__label">{label}</span></span>
            <span class="rr-field">
                <input
                    class="rr-field__input"
                    placeholder=placeholder
                    autocomplete="off"
                    readonly=read_only
                    prop:value=move || shown.get()
                    on:input=move |event| draft.type_in(event_target_value(&event))
                    on:blur=move |_| draft.flush()
                />
            </span>
            {(!help.is_empty()).then(|| view! { <p class="rr-param__help">{help}</p> })}
        </label>
    }
}
