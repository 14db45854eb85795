//! A value as lines of text that can be folded, and where a text occurs in it. Pure.

use std::collections::BTreeSet;

use reporunner_model::limits;
use serde_json::Value;

/// Most lines that are made at once.
pub(super) const LINES: usize = 2_000;
/// A list or object with more entries than this is folded at first.
const FOLDS: usize = 40;
/// Most places that a search gives.
const HITS: usize = 1_000;

/// A line of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// How deep it is.
    pub(super) depth: usize,
    /// Its key in an object.
    pub(super) key: Option<String>,
    /// What stands after the key.
    pub(super) text: String,
    /// How that looks: `text`, `number`, `word`, `none`.
    pub(super) look: &'static str,
    /// Where its value is; none for a line that only closes.
    pub(super) path: Option<Vec<String>>,
    /// Whether it holds other lines, and whether they are out of sight.
    pub(super) fold: Option<bool>,
    /// Whether its text was cut.
    pub(super) cut: bool,
}

/// The lines of a value. `flipped` are the paths that are not as they are at first.
pub(super) fn lines(value: &Value, flipped: &BTreeSet<Vec<String>>) -> Vec<Line> {
    let mut found = Vec::new();
    add(value, None, Vec::new(), flipped, &mut found);
    found
}

fn add(
    value: &Value,
    key: Option<String>,
    path: Vec<String>,
    flipped: &BTreeSet<Vec<String>>,
    found: &mut Vec<Line>,
) {
    if found.len() >= LINES {
        return;
    }
    let depth = path.len();
    let look = match value {
        Value::Object(_) | Value::Array(_) => "none",
        Value::String(_) => "text",
        Value::Number(_) => "number",
        _ => "word",
    };
    let at = found.len();
    found.push(Line {
        depth,
        key,
        text: String::new(),
        look,
        path: Some(path.clone()),
        fold: None,
        cut: is_cut(value),
    });
    let (open, close) = match value {
        Value::Object(_) => ("{", "}"),
        Value::Array(_) => ("[", "]"),
        leaf => {
            found[at].text = leaf.to_string();
            return;
        }
    };
    let entries = entries(value);
    if entries.is_empty() {
        found[at].text = format!("{open}{close}");
        return;
    }
    let folded = is_folded(entries.len(), &path, flipped);
    found[at].fold = Some(folded);
    if folded {
        found[at].text = format!("{open} {} {close}", entries.len());
        return;
    }
    found[at].text = open.to_owned();
    for (key, step, value) in entries {
        let mut path = path.clone();
        path.push(step);
        add(value, key, path, flipped, found);
    }
    let text = close.to_owned();
    found.push(Line { depth, key: None, text, look: "none", path: None, fold: None, cut: false });
}

/// Key (in an object), step and value of each entry.
fn entries(value: &Value) -> Vec<(Option<String>, String, &Value)> {
    match value {
        Value::Object(map) => {
            map.iter().map(|(key, value)| (Some(key.clone()), key.clone(), value)).collect()
        }
        Value::Array(list) => {
            list.iter().enumerate().map(|(at, value)| (None, at.to_string(), value)).collect()
        }
        _ => Vec::new(),
    }
}

fn is_folded(entries: usize, path: &[String], flipped: &BTreeSet<Vec<String>>) -> bool {
    (entries > FOLDS && !path.is_empty()) != flipped.contains(path)
}

/// Whether a page of items cut this text.
pub(super) fn is_cut(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.ends_with('…') && text.len() >= limits::CELL_BYTES)
}

/// The paths where a text occurs, in a key or a value. Capitals do not matter.
pub(super) fn find(value: &Value, text: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    if !text.is_empty() {
        within(value, None, &mut Vec::new(), &text.to_lowercase(), &mut found);
    }
    found
}

fn within(
    value: &Value,
    key: Option<&str>,
    path: &mut Vec<String>,
    text: &str,
    found: &mut Vec<Vec<String>>,
) {
    if found.len() >= HITS {
        return;
    }
    let in_value = match value {
        Value::Object(_) | Value::Array(_) => false,
        Value::String(own) => own.to_lowercase().contains(text),
        other => other.to_string().contains(text),
    };
    if in_value || key.is_some_and(|key| key.to_lowercase().contains(text)) {
        found.push(path.clone());
    }
    for (key, step, value) in entries(value) {
        path.push(step);
        within(value, key.as_deref(), path, text, found);
        path.pop();
    }
}

/// `flipped` with all that hides `path` unfolded.
pub(super) fn unfold(value: &Value, path: &[String], flipped: &mut BTreeSet<Vec<String>>) {
    let mut at = value;
    for depth in 0..path.len() {
        let above = &path[..depth];
        if is_folded(entries(at).len(), above, flipped) && !flipped.remove(above) {
            flipped.insert(above.to_vec());
        }
        let Some(next) = reporunner_model::value_at(at, &path[depth..=depth]) else { return };
        at = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn path(dotted: &str) -> Vec<String> {
        dotted.split('.').map(str::to_owned).collect()
    }

    fn text(value: &Value, flipped: &[&str]) -> String {
        let flipped = flipped.iter().map(|at| path(at)).collect();
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
        assert_eq!(text(&value, &["a"]), "{\n  a: [ 2 ]\n  b: {}\n}", "folded by hand");
    }

    #[test]
    fn large_lists_are_folded_and_lines_have_an_end() {
        let value = json!({ "a": (0..100).collect::<Vec<_>>() });
        assert_eq!(text(&value, &[]), "{\n  a: [ 100 ]\n}");
        let many = json!({ "a": (0..10_000).collect::<Vec<_>>() });
        assert!(lines(&many, &BTreeSet::from([path("a")])).len() <= LINES + 2);
    }

    #[test]
    fn a_text_is_found_in_keys_and_values() {
        let value = json!({ "Order": { "id": "A-1", "lines": ["B-2", { "order": 12 }] } });
        let found = |text: &str| {
            find(&value, text).into_iter().map(|path| path.join(".")).collect::<Vec<_>>()
        };
        assert_eq!(found("order"), ["Order", "Order.lines.1.order"]);
        assert_eq!(found("b-"), ["Order.lines.0"]);
        assert_eq!(found("12"), ["Order.lines.1.order"]);
        assert_eq!(found(""), [""; 0]);
    }

    #[test]
    fn what_hides_a_place_is_unfolded() {
        let value = json!({ "a": (0..100).collect::<Vec<_>>(), "b": { "c": 1 } });
        let mut flipped = BTreeSet::new();
        unfold(&value, &path("a.70"), &mut flipped);
        assert_eq!(flipped, BTreeSet::from([path("a")]));
        unfold(&value, &path("a.71"), &mut flipped);
        assert_eq!(flipped, BTreeSet::from([path("a")]), "what is open stays open");
        let mut by_hand = BTreeSet::from([path("b")]);
        unfold(&value, &path("b.c"), &mut by_hand);
        assert!(by_hand.is_empty(), "what was folded by hand is opened");
    }

    #[test]
    fn a_text_that_a_page_cut_is_known() {
        let long = format!("{}…", "x".repeat(limits::CELL_BYTES));
        assert!(lines(&json!({ "a": long }), &BTreeSet::new())[1].cut);
        assert!(!lines(&json!({ "a": "short…" }), &BTreeSet::new())[1].cut);
    }
}
