//! What people wrote about the node. It merges by character.

use leptos::prelude::*;
use reporunner_model::{Edit, TextPath};

use super::form::use_form;
use crate::codemirror::{CodeEditor, EditorHandle, Setup, Typed, diff};

/// The part of the panel.
#[component]
pub(super) fn Notes() -> impl IntoView {
    let form = use_form();
    let value = Signal::derive(move || {
        form.node.with(|node| node.as_ref().and_then(|node| node.note.clone()).unwrap_or_default())
    });
    let on_typed = Callback::new(move |typed: Typed| {
        let Some(change) = diff(&typed.before, &typed.text) else { return };
        let id = form.id();
        let edit = if typed.text.is_empty() {
            Edit::SetNodeNote { id, note: None }
        } else {
            Edit::SpliceText {
                text: TextPath::NodeNote { id },
                at: change.at,
                remove: change.remove,
                insert: change.insert,
            }
        };
        form.editor.send_edit("Write a note", vec![edit]);
    });
    let setup = Setup {
        label: "Note about this node".to_owned(),
        placeholder: "Why it is here, what to know before one changes it".to_owned(),
        ..Setup::default()
    };
    view! {
        <div class="rr-form rr-form--full">
            <div class="rr-codebox rr-codebox--fill">
                <CodeEditor value setup read_only=form.read_only() handle=EditorHandle::new() on_typed/>
            </div>
            <p class="rr-param__help">"Everybody who opens the workflow sees it."</p>
        </div>
    }
}
