//! What a value is when it is an expression, and how one becomes the other.
//!
//! Pure. Nothing is evaluated here: the backend does that.

use serde_json::Value;

/// The text of an expression without its mark; none for any other value.
pub(crate) fn expression_text(value: &Value) -> Option<&str> {
    value.as_str()?.strip_prefix('=')
}

/// Text as an expression's value.
pub(crate) fn expression(text: &str) -> Value {
    Value::String(format!("={text}"))
}

/// A fixed value as an expression's text, keeping what it says.
pub(crate) fn text_from_fixed(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Object(_) | Value::Array(_) => {
            serde_json::to_string_pretty(value).unwrap_or_default()
        }
        other => format!("{{{{ {other} }}}}"),
    }
}

/// What an expression's text is as a fixed value, where it is one: a literal in a hole, or plain text.
pub(crate) fn fixed_from_text(text: &str) -> Option<Value> {
    let trimmed = text.trim();
    let hole = trimmed.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
    match hole {
        Some(inner) if !inner.contains("{{") => {
            serde_json::from_str(inner.trim()).ok().filter(|value: &Value| !value.is_object())
        }
        Some(_) => None,
        None => (!text.contains("{{")).then(|| Value::from(text)),
    }
}

/// Whether what was typed into a fixed field means that it shall be an expression; then its text and
/// where the caret goes, UTF-16 units.
pub(crate) fn typed_expression(typed: &str, caret: usize) -> Option<(String, usize)> {
    if let Some(rest) = typed.strip_prefix('=') {
        return Some((rest.to_owned(), caret.saturating_sub(1)));
    }
    let head = crate::codemirror::up_to(typed, caret);
    if !head.ends_with("{{") {
        return None;
    }
    let tail = &typed[head.len()..];
    let closed = tail.trim_start().starts_with("}}");
    let text = if closed { typed.to_owned() } else { format!("{head}  }}}}{tail}") };
    let step = usize::from(!closed);
    Some((text, caret + step))
}

/// A text with code in a hole at the caret, or at its end, and where the caret goes then. UTF-16
/// units.
pub(crate) fn with_code(text: &str, caret: usize, code: &str) -> (String, usize) {
    let head = crate::codemirror::up_to(text, caret.min(crate::codemirror::units(text)));
    let tail = &text[head.len()..];
    let before = format!("{head}{{{{ {code} }}}}");
    let caret = crate::codemirror::units(&before);
    (before + tail, caret)
}

/// JavaScript that reads `path` from `root`: `$json.customer["e-mail"]`.
pub(crate) fn accessor(root: &str, path: &[String]) -> String {
    let mut out = root.to_owned();
    for step in path {
        if step == "[]" {
            out.push_str("[0]");
        } else if !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit()) {
            out.push_str(&format!("[{step}]"));
        } else if is_name(step) {
            out.push('.');
            out.push_str(step);
        } else {
            out.push_str(&format!("[{}]", quoted(step)));
        }
    }
    out
}

/// What reads the items that another node gave: `$('Name').item.json`.
pub(crate) fn node_root(name: &str) -> String {
    let name = name.replace('\\', "\\\\").replace('\'', "\\'");
    format!("$('{name}').item.json")
}

fn is_name(step: &str) -> bool {
    let start = |c: char| c.is_alphabetic() || c == '_' || c == '$';
    step.chars().next().is_some_and(start) && step.chars().all(|c| start(c) || c.is_numeric())
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check(path: &[&str], expect: &str) {
        let path: Vec<String> = path.iter().map(|step| (*step).to_owned()).collect();
        assert_eq!(accessor("$json", &path), expect);
    }

    #[test]
    fn paths_become_javascript() {
        check(&["customer", "email"], "$json.customer.email");
        check(&["e-mail"], "$json[\"e-mail\"]");
        check(&["items", "[]", "sku"], "$json.items[0].sku");
        check(&["1st"], "$json[\"1st\"]");
        check(&["items", "2", "sku"], "$json.items[2].sku");
        check(&["a\"b"], "$json[\"a\\\"b\"]");
        check(&["größe"], "$json.größe");
        assert_eq!(node_root("Ada's"), "$('Ada\\'s').item.json");
    }

    #[test]
    fn code_comes_in_at_the_caret_and_typed_text_stays() {
        let end = usize::MAX;
        assert_eq!(with_code("", end, "$json.a"), ("{{ $json.a }}".to_owned(), 13));
        assert_eq!(with_code("Dear ", end, "$json.a"), ("Dear {{ $json.a }}".to_owned(), 18));
        assert_eq!(with_code("Dear !", 5, "$json.a"), ("Dear {{ $json.a }}!".to_owned(), 18));
        assert_eq!(with_code("é€𝄞x", 4, "a").0, "é€𝄞{{ a }}x", "the caret counts UTF-16 units");
    }

    #[test]
    fn a_fixed_value_survives_the_way_there_and_back() {
        for value in [json!("plain"), json!(5), json!(true), json!("")] {
            let text = text_from_fixed(&value);
            assert_eq!(fixed_from_text(&text), Some(value));
        }
    }

    #[test]
    fn a_real_expression_is_no_fixed_value() {
        assert_eq!(fixed_from_text("{{ $json.a }}"), None);
        assert_eq!(fixed_from_text("Dear {{ $json.name }}"), None);
        assert_eq!(fixed_from_text("{{ 1 }}{{ 2 }}"), None);
    }

    #[test]
    fn typing_switches_and_loses_nothing() {
        assert_eq!(typed_expression("=", 1), Some((String::new(), 0)));
        assert_eq!(typed_expression("=5 apples", 1), Some(("5 apples".to_owned(), 0)));
        assert_eq!(typed_expression("Hi {{", 5), Some(("Hi {{  }}".to_owned(), 6)));
        assert_eq!(typed_expression("Hi {{ you", 5), Some(("Hi {{  }} you".to_owned(), 6)));
        assert_eq!(typed_expression("Hi {", 4), None);
        assert_eq!(typed_expression("a = b", 5), None);
    }
}
