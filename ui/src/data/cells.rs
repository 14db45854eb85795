//! A value as the text of one cell. Pure.

use serde_json::Value;

/// Longest text of a cell, characters.
const SHOWN: usize = 120;
/// A text longer than this is better opened by itself, characters.
const LONG: usize = 48;

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    /// Its text.
    pub(super) text: String,
    /// How it looks: `text`, `number`, `word`, `fold`, `none`.
    pub(super) look: &'static str,
    /// Whether there is more than is shown.
    pub(super) more: bool,
}

/// The cell of a value; none is a field that the item does not have.
pub(super) fn cell(value: Option<&Value>) -> Cell {
    let (text, look, more) = match value {
        None => (String::new(), "none", false),
        Some(Value::Null) => ("null".to_owned(), "none", false),
        Some(Value::Bool(on)) => (on.to_string(), "word", false),
        Some(Value::Number(number)) => (number.to_string(), "number", false),
        Some(Value::String(text)) => {
            let long = text.chars().nth(LONG).is_some() || text.contains('\n');
            (one_line(text), "text", long)
        }
        Some(Value::Array(list)) => (format!("[{}]", list.len()), "fold", !list.is_empty()),
        Some(Value::Object(map)) => (format!("{{{}}}", map.len()), "fold", !map.is_empty()),
    };
    Cell { text, look, more }
}

fn one_line(text: &str) -> String {
    let mut line: String =
        text.chars().take(SHOWN).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(SHOWN).is_some() {
        line.push('…');
    }
    line
}

/// The mark of a type in the head of a column.
pub(super) fn type_mark(types: &[String]) -> &'static str {
    let known: Vec<&str> =
        types.iter().map(String::as_str).filter(|kind| *kind != "null").collect();
    match known.as_slice() {
        ["string"] => "abc",
        ["number"] => "123",
        ["boolean"] => "yes/no",
        ["list"] => "list",
        ["object"] => "object",
        [] => "null",
        _ => "mixed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check(value: Value, text: &str, look: &str, more: bool) {
        let found = cell(Some(&value));
        assert_eq!((found.text.as_str(), found.look, found.more), (text, look, more), "{value}");
    }

    #[test]
    fn values_fold_into_a_line() {
        check(json!("a"), "a", "text", false);
        check(json!("a\nb"), "a b", "text", true);
        check(json!(1.5), "1.5", "number", false);
        check(json!([1, 2]), "[2]", "fold", true);
        check(json!([]), "[0]", "fold", false);
        check(json!({ "a": 1 }), "{1}", "fold", true);
        check(json!(null), "null", "none", false);
        assert_eq!(cell(Some(&json!("x".repeat(500)))).text.chars().count(), SHOWN + 1);
    }

    #[test]
    fn a_type_may_be_absent_in_some_items() {
        let mark = |types: &[&str]| {
            type_mark(&types.iter().map(|kind| (*kind).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(mark(&["string", "null"]), "abc");
        assert_eq!(mark(&["string", "number"]), "mixed");
        assert_eq!(mark(&["null"]), "null");
    }
}
