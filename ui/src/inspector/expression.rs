//! A field in expression mode: the editor with completions, and what it gives on the chosen item.

use leptos::html;
use leptos::prelude::*;
use reporunner_model::PropertyKind;
use reporunner_protocol::PreviewResult;
use serde_json::Value;

use super::field::Workbench;
use super::form::Spot;
use super::template;
use crate::codemirror::{CodeEditor, Setup, Typed};

/// Longest text of a value under its expression, characters.
const SHOWN: usize = 240;

/// The editor of an expression with its value under it.
#[component]
pub(super) fn ExpressionControl(
    /// Where the expression is.
    spot: Spot,
    /// What the field keeps.
    bench: Workbench,
) -> impl IntoView {
    let property = spot.property();
    let lines = matches!(
        property.kind,
        PropertyKind::Text { multiline: true, .. } | PropertyKind::LongText | PropertyKind::Json
    );
    let setup = Setup {
        expression: true,
        single_line: !lines,
        label: property.label.clone(),
        placeholder: property.placeholder.trim_start_matches('=').to_owned(),
        ..Setup::default()
    };
    let caret = bench.caret.try_update_value(Option::take).flatten();
    let text = spot.expression();
    let live = RwSignal::new(text.get_untracked());
    Effect::new(move || live.set(text.get()));
    let element = NodeRef::<html::Div>::new();
    let full = Signal::derive(move || format!("={}", live.get()));
    let result = spot.form.previews.follow(full, element);
    let on_typed = Callback::new(move |typed: Typed| {
        if spot.merges() {
            spot.splice(&typed, "=");
        } else {
            spot.set(template::expression(&typed.text));
        }
    });
    view! {
        <div class="rr-expr" class=("rr-expr--lines", lines) node_ref=element id=spot.dom_id()>
            <CodeEditor
                value=text
                setup
                read_only=spot.form.read_only()
                handle=bench.editor
                caret
                complete=Some(spot.form.completer())
                on_typed
                on_text=Some(Callback::new(move |text| live.set(text)))
            />
            {move || result.get().map(|(result, item)| preview(result, item))}
        </div>
    }
}

/// What an expression gave.
pub(super) fn preview(result: PreviewResult, item: usize) -> AnyView {
    match result {
        PreviewResult::Value { value, type_name } => view! {
            <div class="rr-expr__value">
                <span class="rr-expr__text" class=("rr-expr__text--empty", is_blank(&value))>{shown(&value)}</span>
                <em>{format!("{type_name} · item {}", item + 1)}</em>
            </div>
        }
        .into_any(),
        PreviewResult::NoData { hint } => {
            view! { <div class="rr-expr__value rr-expr__value--none"><span>{hint}</span></div> }
                .into_any()
        }
        PreviewResult::Wrong { message, hint } => view! {
            <div class="rr-expr__value rr-expr__value--wrong">
                <span>{message}{hint.map(|hint| view! { <em>{format!(" {hint}")}</em> })}</span>
            </div>
        }
        .into_any(),
    }
}

fn is_blank(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
}

fn shown(value: &Value) -> String {
    let text = match value {
        Value::Null => return "nothing".to_owned(),
        Value::String(text) if text.is_empty() => return "empty text".to_owned(),
        Value::String(text) if text.trim().is_empty() => return "only spaces".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if text.chars().count() <= SHOWN {
        return text;
    }
    let mut cut: String = text.chars().take(SHOWN).collect();
    cut.push('…');
    cut
}
