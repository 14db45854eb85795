//! What can be done with one value: copy it, its path, or the expression that reads it.

use leptos::prelude::*;
use reporunner_protocol::{GetValue, ItemsAt};
use serde_json::Value;

use super::look::Look;
use super::{FieldOf, Shared};
use crate::browser;
use crate::kit::{Anchor, MenuAction, MenuItem, OpenMenu};
use crate::state::AppState;

/// Where a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// Which items.
    pub(super) at: ItemsAt,
    /// Which of them.
    pub(super) item: usize,
    /// Keys from the item to the value.
    pub(super) path: Vec<String>,
}

/// Opens the menu of a value.
pub(super) fn open_menu(shared: Shared, look: Look, anchor: Anchor, place: Place) {
    let app = shared.editor.app;
    let (title, path) = (place.path.join("."), place.path.clone());
    let whole = place.clone();
    let copy_value = Callback::new(move |()| copy_value(app, whole.clone()));
    let open = Callback::new(move |()| {
        let Place { at, item, path } = place.clone();
        shared.opened.set(Some((at, item, path)));
    });
    let mut items = vec![
        MenuItem::Heading(title),
        MenuAction::new("Copy the value", copy_value).icon("copy").into(),
    ];
    items.extend(of_path(app, look, &path));
    items.push(MenuItem::Line);
    items.push(MenuAction::new("Show all of it", open).icon("maximize-2").into());
    app.menu.set(Some(OpenMenu::new("Value", anchor, items)));
}

/// What can be copied of a path.
pub(super) fn of_path(app: AppState, look: Look, path: &[String]) -> Vec<MenuItem> {
    let dotted = path.join(".");
    let source = untrack(|| look.source_name());
    let expression = format!("{{{{ {} }}}}", FieldOf::of(source, path.to_vec()).dragged().code);
    let words = move |label: &str, icon: &str, text: String| -> MenuItem {
        let run = Callback::new(move |()| copy_text(app, text.clone(), text.clone()));
        MenuAction::new(label, run).icon(icon).into()
    };
    vec![
        words("Copy the path", "route", dotted),
        words("Copy as an expression", "braces", expression),
    ]
}

fn copy_text(app: AppState, text: String, words: String) {
    leptos::task::spawn_local(async move {
        if browser::copy_text(&text).await {
            app.toast(format!("{words} is copied"));
        } else {
            app.toast("The clipboard cannot be written from here");
        }
    });
}

fn copy_value(app: AppState, place: Place) {
    leptos::task::spawn_local(async move {
        let command = GetValue { at: place.at, item: place.item, path: place.path };
        let Some(value) = app.ask(command).await else { return };
        let text = match value {
            Value::String(text) => text,
            other => serde_json::to_string_pretty(&other).unwrap_or_default(),
        };
        copy_text(app, text, "The value".to_owned());
    });
}
