//! Scripts, queries, long text and JSON: fields with an editor of their own.

use leptos::prelude::*;
use reporunner_model::Language;

use super::field::Workbench;
use super::form::Spot;
use crate::codemirror::{CodeEditor, Setup, Typed, units};

/// The editor's name for a language.
pub(super) fn name_of(language: Language) -> &'static str {
    match language {
        Language::JavaScript => "javascript",
        Language::Python => "python",
        Language::Sql => "sql",
        Language::Json => "json",
        Language::Html => "",
        Language::Markdown => "markdown",
    }
}

/// A script, a query or long text. It merges by character.
#[component]
pub(super) fn CodeControl(
    /// Where the text is.
    spot: Spot,
    /// What the field keeps.
    bench: Workbench,
    /// Its language; none for prose.
    language: Option<Language>,
) -> impl IntoView {
    let property = spot.property();
    let prose = language.is_none();
    let setup = Setup {
        language: language.map_or("", name_of),
        label: property.label.clone(),
        placeholder: property.placeholder.clone(),
        ..Setup::default()
    };
    let complete = (language == Some(Language::JavaScript)).then(|| spot.form.completer());
    let on_typed = Callback::new(move |typed: Typed| spot.splice(&typed, ""));
    view! {
        <div class="rr-codebox"
            class=("rr-codebox--tall", !prose)
            class=("rr-codebox--prose", prose) id=spot.dom_id()>
            <CodeEditor
                value=spot.text()
                setup
                read_only=spot.form.read_only()
                handle=bench.editor
                complete
                on_typed
            />
        </div>
    }
}

/// JSON. It stays text where it is text, and a value where it is a value.
#[component]
pub(super) fn JsonControl(
    /// Where the JSON is.
    spot: Spot,
    /// What the field keeps.
    bench: Workbench,
) -> impl IntoView {
    let property = spot.property();
    let setup = Setup {
        language: "json",
        label: property.label.clone(),
        placeholder: property.placeholder.clone(),
        ..Setup::default()
    };
    let live = RwSignal::new(spot.text().get_untracked());
    Effect::new(move || live.set(spot.text().get()));
    let trouble = Memo::new(move |_| live.with(|text| json_trouble(text)));
    Effect::new(move || {
        bench.editor.mark(trouble.get().map(|(message, at)| (at, at + 1, message)));
    });
    let on_typed = Callback::new(move |typed: Typed| spot.set_json(&typed.text));
    view! {
        <div class="rr-codebox rr-codebox--json" class=("rr-codebox--wrong", move || trouble.with(Option::is_some)) id=spot.dom_id()>
            <CodeEditor
                value=spot.text()
                setup
                read_only=spot.form.read_only()
                handle=bench.editor
                on_typed
                on_text=Some(Callback::new(move |text| live.set(text)))
            />
        </div>
        {move || trouble.get().map(|(message, _)| view! {
            <p class="rr-param__wrong" role="alert">{message}</p>
        })}
    }
}

/// Why a text is no JSON, and where, in UTF-16 units. An empty text is not wrong.
pub(crate) fn json_trouble(text: &str) -> Option<(String, usize)> {
    if text.trim().is_empty() {
        return None;
    }
    let error = serde_json::from_str::<serde::de::IgnoredAny>(text).err()?;
    let (line, column) = (error.line(), error.column());
    let before: usize = text.lines().take(line.saturating_sub(1)).map(|line| units(line) + 1).sum();
    let said = error.to_string();
    let what = said.split(" at line").next().unwrap_or_default();
    Some((format!("No JSON: {what}, line {line}."), before + column.saturating_sub(1)))
}

#[cfg(test)]
mod tests {
    use super::json_trouble;

    #[test]
    fn json_is_checked_where_it_breaks() {
        assert_eq!(json_trouble("{\"a\": 1}"), None);
        assert_eq!(json_trouble("  "), None);
        let (message, at) = json_trouble("{\n  \"a\": x\n}").unwrap();
        assert!(message.contains("line 2"), "{message}");
        assert_eq!(at, 9, "the place of the x");
    }
}
