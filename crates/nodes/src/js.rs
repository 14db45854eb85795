//! JSON values as JavaScript treats them: text, numbers, order.
//!
//! Workflows were written against these rules, so nodes that turn one value into another follow
//! them (ECMA-262, "Type Conversion"). Nothing here evaluates code.

use serde_json::{Map, Value};

/// A number as JSON: whole where it is whole.
pub(crate) fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0 {
        return Value::from(value as i64);
    }
    serde_json::Number::from_f64(value).map_or(Value::Null, Value::Number)
}

/// A number as JavaScript prints it.
pub(crate) fn number_text(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let size = value.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        // Rust writes 1e21 where JavaScript writes 1e+21; small ones are the same.
        let text = format!("{value:e}");
        return match text.split_once('e') {
            Some((digits, power)) if !power.starts_with('-') => format!("{digits}e+{power}"),
            _ => text,
        };
    }
    if value == 0.0 { "0".to_owned() } else { value.to_string() }
}

/// `String(value)`.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(on) => on.to_string(),
        Value::Number(number) => number_text(number.as_f64().unwrap_or(f64::NAN)),
        Value::String(text) => text.clone(),
        Value::Array(list) => {
            let one = |value: &Value| if value.is_null() { String::new() } else { text(value) };
            list.iter().map(one).collect::<Vec<_>>().join(",")
        }
        Value::Object(_) => "[object Object]".to_owned(),
    }
}

/// A value in a place for text, such as a cell or a header: empty for null, JSON for objects.
pub(crate) fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Array(_) | Value::Object(_) => value.to_string(),
        other => text(other),
    }
}

/// `Number(value)`.
pub(crate) fn to_number(value: &Value) -> f64 {
    match value {
        Value::Null => 0.0,
        Value::Bool(on) => f64::from(u8::from(*on)),
        Value::Number(number) => number.as_f64().unwrap_or(f64::NAN),
        Value::String(text) => text_to_number(text),
        Value::Array(_) => text_to_number(&text(value)),
        Value::Object(_) => f64::NAN,
    }
}

/// `Number(text)`.
pub(crate) fn text_to_number(text: &str) -> f64 {
    let text = text.trim();
    if text.is_empty() {
        return 0.0;
    }
    let radix = |digits: &str, radix| {
        u64::from_str_radix(digits, radix).map_or(f64::NAN, |number| number as f64)
    };
    match text.get(..2) {
        Some("0x" | "0X") => return radix(&text[2..], 16),
        Some("0b" | "0B") => return radix(&text[2..], 2),
        Some("0o" | "0O") => return radix(&text[2..], 8),
        _ => {}
    }
    match text.trim_start_matches(['+', '-']) {
        "Infinity" if text.starts_with('-') => f64::NEG_INFINITY,
        "Infinity" => f64::INFINITY,
        // Rust reads `inf` and `nan` too, JavaScript does not.
        digits if digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') => {
            text.parse().unwrap_or(f64::NAN)
        }
        _ => f64::NAN,
    }
}

/// Whether a value counts as true.
pub(crate) fn truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(on) => *on,
        Value::Number(number) => number.as_f64().is_some_and(|n| n != 0.0 && !n.is_nan()),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}

/// `a < b`.
pub(crate) fn less_than(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::String(a), Value::String(b)) => utf16_less(a, b),
        (
            Value::Array(_) | Value::Object(_),
            Value::Array(_) | Value::Object(_) | Value::String(_),
        )
        | (Value::String(_), Value::Array(_) | Value::Object(_)) => utf16_less(&text(a), &text(b)),
        _ => to_number(a) < to_number(b),
    }
}

fn utf16_less(a: &str, b: &str) -> bool {
    // Code units differ from code points in order only beyond the basic plane.
    if a.is_ascii() && b.is_ascii() { a < b } else { a.encode_utf16().lt(b.encode_utf16()) }
}

/// Whether two values hold the same, whatever the order of keys and the way numbers are written.
pub(crate) fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| equal(a, b)))
        }
        _ => a == b,
    }
}

/// Writes a value so that equal ones are written alike: keys sorted, 1 and 1.0 the same.
pub(crate) fn write_key(value: &Value, out: &mut String) {
    match value {
        Value::Number(number) => out.push_str(&number_text(number.as_f64().unwrap_or(f64::NAN))),
        Value::Array(list) => {
            out.push('[');
            for value in list {
                write_key(value, out);
                out.push(',');
            }
            out.push(']');
        }
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            out.push('{');
            for (key, value) in entries {
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                write_key(value, out);
                out.push(',');
            }
            out.push('}');
        }
        other => out.push_str(&other.to_string()),
    }
}

/// Reads JSON text, or passes a value that is JSON already.
pub(crate) fn json(value: &Value) -> Result<Value, serde_json::Error> {
    match value {
        Value::String(text) => serde_json::from_str(text),
        other => Ok(other.clone()),
    }
}

/// A map of one key.
pub(crate) fn object(key: &str, value: Value) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert(key.to_owned(), value);
    map
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_print_as_javascript_prints_them() {
        for (value, expect) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (-2.5, "-2.5"),
            (1e21, "1e+21"),
            (123456789012345680000.0, "123456789012345680000"),
            (1e-7, "1e-7"),
            (0.000001, "0.000001"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(number_text(value), expect);
        }
    }

    #[test]
    fn text_becomes_numbers_by_javascript_rules() {
        for (text, expect) in
            [(" 12 ", 12.0), ("", 0.0), ("0x1f", 31.0), ("1e3", 1000.0), ("-.5", -0.5)]
        {
            assert_eq!(text_to_number(text), expect, "{text:?}");
        }
        for text in ["abc", "1,5", "nan", "inf", "1 2", "--1"] {
            assert!(text_to_number(text).is_nan(), "{text:?} is no number");
        }
    }

    #[test]
    fn order_is_numeric_only_where_a_number_takes_part() {
        assert!(less_than(&json!("10"), &json!("9")));
        assert!(!less_than(&json!(10), &json!("9")));
        assert!(!less_than(&json!("x"), &json!(1)));
        assert!(less_than(&json!("a"), &json!("b")));
    }
}
