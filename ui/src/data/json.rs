//! One item as JSON, folded where it is large, with the steps to the next and the one before.

use std::collections::BTreeSet;

use leptos::prelude::*;
use reporunner_model::Item;
use reporunner_protocol::GetValue;
use serde_json::Value;

use super::look::Look;
use super::pages::Pages;
use super::table::file_chips;
use super::{Dragged, FieldOf};
use crate::kit::{Icon, IconButton, Loading};
use crate::time::grouped;

/// Most lines that are made at once.
const LINES: usize = 2_000;
/// A list or object with more entries than this is folded at first.
const FOLDS: usize = 40;

/// A line of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    depth: usize,
    key: Option<String>,
    text: String,
    look: &'static str,
    /// Where it is, where it can be folded or dragged.
    path: Vec<String>,
    /// Whether it holds other lines, and whether they are out of sight.
    fold: Option<bool>,
}

/// The lines of a value. `flipped` are the paths that are not as they are at first.
fn lines(value: &Value, flipped: &BTreeSet<Vec<String>>) -> Vec<Line> {
    let mut found = Vec::new();
    add(value, None, Vec::new(), 0, flipped, &mut found);
    found
}

fn add(
    value: &Value,
    key: Option<String>,
    path: Vec<String>,
    depth: usize,
    flipped: &BTreeSet<Vec<String>>,
    found: &mut Vec<Line>,
) {
    if found.len() >= LINES {
        return;
    }
    let entries: Vec<(Option<String>, String, &Value)> = match value {
        Value::Object(map) => {
            map.iter().map(|(key, value)| (Some(key.clone()), key.clone(), value)).collect()
        }
        Value::Array(list) => {
            list.iter().enumerate().map(|(at, value)| (None, at.to_string(), value)).collect()
        }
        Value::String(_) => return found.push(leaf(value, "text", key, path, depth)),
        Value::Number(_) => return found.push(leaf(value, "number", key, path, depth)),
        _ => return found.push(leaf(value, "word", key, path, depth)),
    };
    let (open, close) = if value.is_array() { ("[", "]") } else { ("{", "}") };
    if entries.is_empty() {
        let text = format!("{open}{close}");
        return found.push(Line { depth, key, text, look: "none", path, fold: None });
    }
    let folded = (entries.len() > FOLDS && depth > 0) != flipped.contains(&path);
    let text = if folded { format!("{open} {} {close}", entries.len()) } else { open.to_owned() };
    found.push(Line { depth, key, text, look: "none", path: path.clone(), fold: Some(folded) });
    if folded {
        return;
    }
    for (key, step, value) in entries {
        let mut path = path.clone();
        path.push(step);
        add(value, key, path, depth + 1, flipped, found);
    }
    let text = close.to_owned();
    found.push(Line { depth, key: None, text, look: "none", path: Vec::new(), fold: None });
}

fn leaf(
    value: &Value,
    look: &'static str,
    key: Option<String>,
    path: Vec<String>,
    depth: usize,
) -> Line {
    Line { depth, key, text: value.to_string(), look, path, fold: None }
}

/// One item of the pane as JSON.
#[component]
pub(super) fn JsonView(
    /// The items.
    pages: Pages,
    /// Whose they are.
    look: Look,
) -> impl IntoView {
    let total = Memo::new(move |_| pages.loaded.with(|loaded| loaded.total.unwrap_or(0)));
    let own = RwSignal::new(0_usize);
    // The input's item is the one that previews use; the output has a place of its own.
    let at = Memo::new(move |_| {
        let at = if look.steps() { look.editor.item.get() } else { own.get() };
        at.min(total.get().saturating_sub(1))
    });
    let go = move |to: usize| {
        if untrack(|| look.steps()) { look.editor.item.set(to) } else { own.set(to) }
    };
    Effect::new(move || {
        let at = at.get();
        pages.need(&(at..at + 1));
    });
    let item = Memo::new(move |_| {
        pages.loaded.with(|loaded| loaded.row(at.get()).map(|(index, item)| (index, item.clone())))
    });
    let copy = move |_| {
        let (Some(wanted), Some((index, _))) = (pages.wanted.get_untracked(), item.get_untracked())
        else {
            return;
        };
        let app = look.editor.app;
        leptos::task::spawn_local(async move {
            let command = GetValue { at: wanted.at, item: index, path: Vec::new() };
            let Some(value) = app.ask(command).await else { return };
            let text = serde_json::to_string_pretty(&value).unwrap_or_default();
            if crate::browser::copy_text(&text).await {
                app.toast("The item is copied");
            }
        });
    };
    let words = move || format!("Item {} of {}", grouped(at.get() + 1), grouped(total.get()));
    let first = Signal::derive(move || at.get() == 0);
    let last = Signal::derive(move || at.get() + 1 >= total.get());
    view! {
        <div class="rr-json">
            <div class="rr-json__bar">
                <IconButton icon="chevron-left" label="The item before" disabled=first
                    on_press=move |_| go(at.get_untracked().saturating_sub(1))/>
                <span class="rr-num">{words}</span>
                <IconButton icon="chevron-right" label="The next item" disabled=last
                    on_press=move |_| go(at.get_untracked() + 1)/>
                <span class="rr-grow"></span>
                <IconButton icon="copy" label="Copy the item as JSON" on_press=copy/>
            </div>
            {move || match item.get() {
                Some((_, item)) => view! { <ItemText item look/> }.into_any(),
                None => view! { <Loading what="Reading the item…"/> }.into_any(),
            }}
        </div>
    }
}

/// The text of an item.
#[component]
fn ItemText(
    /// The item.
    item: Item,
    /// Whose it is.
    look: Look,
) -> impl IntoView {
    let flipped = RwSignal::new(BTreeSet::<Vec<String>>::new());
    let has_files = item.binary.is_some();
    let files = file_chips(&item);
    let value = StoredValue::new(Value::Object(item.json));
    let text =
        Memo::new(move |_| value.with_value(|value| flipped.with(|flipped| lines(value, flipped))));
    let flip = move |path: Vec<String>| {
        flipped.update(|flipped| {
            if !flipped.remove(&path) {
                flipped.insert(path);
            }
        })
    };
    let all = move || {
        let all = text.get();
        let cut = all.len() >= LINES;
        let shown = all.into_iter().map(|line| one_line(line, look, flip)).collect_view();
        view! {
            {shown}
            {cut.then(|| view! { <div class="rr-json__line">"… more than can be shown; copy the item to see all of it"</div> })}
        }
    };
    view! {
        <div class="rr-json__text rr-text" tabindex="0" role="region" aria-label="The item as JSON">
            {has_files.then_some(files)}
            {all}
        </div>
    }
}

fn one_line(line: Line, look: Look, flip: impl Fn(Vec<String>) + Copy + 'static) -> impl IntoView {
    let indent = format!("{}px", 8 + line.depth * 14);
    let drags = look.drags() && line.key.is_some();
    let field = FieldOf::of(look.source_name(), line.path.clone()).dragged();
    let begin = move |event: leptos::ev::DragEvent| field.begin(&event);
    let path = line.path;
    view! {
        <div class="rr-json__line" style:padding-left=indent>
            {line.fold.map(|folded| view! {
                <button type="button" class="rr-json__fold" aria-expanded=(!folded).to_string()
                    aria-label="Fold" on:click=move |_| flip(path.clone())>
                    <Icon name=if folded { "chevron-right" } else { "chevron-down" }/>
                </button>
            })}
            {line.key.map(|key| view! {
                <span class="rr-json__key" draggable=drags.to_string() on:dragstart=begin
                    on:dragend=move |_| Dragged::end()>{key}</span>
                <span class="rr-json__colon">": "</span>
            })}
            <span class=format!("rr-json__value rr-json__value--{}", line.look)>{line.text}</span>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn text(value: &Value, flipped: &[&[&str]]) -> String {
        let flipped = flipped.iter().map(|path| path.iter().map(|s| (*s).to_owned()).collect());
        let flipped = flipped.collect();
        let line = |line: Line| {
            let key = line.key.map(|key| format!("{key}: ")).unwrap_or_default();
            format!("{}{key}{}", "  ".repeat(line.depth), line.text)
        };
        lines(value, &flipped).into_iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_value_is_written_in_lines() {
        let value = json!({ "a": [1, "x"], "b": {} });
        assert_eq!(text(&value, &[]), "{\n  a: [\n    1\n    \"x\"\n  ]\n  b: {}\n}");
        assert_eq!(text(&value, &[&["a"]]), "{\n  a: [ 2 ]\n  b: {}\n}", "folded by hand");
    }

    #[test]
    fn large_lists_are_folded_and_lines_have_an_end() {
        let value = json!({ "a": (0..100).collect::<Vec<_>>() });
        assert_eq!(text(&value, &[]), "{\n  a: [ 100 ]\n}");
        let many = json!({ "a": (0..10_000).collect::<Vec<_>>() });
        assert!(lines(&many, &BTreeSet::from([vec!["a".to_owned()]])).len() <= LINES + 2);
    }
}
