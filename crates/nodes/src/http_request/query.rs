//! Query strings and form bodies: nested values written with brackets, as `qs` writes them
//! (github.com/ljharb/qs).

use serde_json::{Map, Value};

use crate::js;

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Lists {
    /// `a[0]=1&a[1]=2`
    #[default]
    Indices,
    /// `a[]=1&a[]=2`
    Brackets,
    /// `a=1&a=2`
    Repeat,
}

impl Lists {
    pub(super) fn read(text: &str) -> Self {
        match text {
            "repeat" => Self::Repeat,
            "brackets" => Self::Brackets,
            _ => Self::Indices,
        }
    }
}

/// The pairs of `map`, nested values flattened.
pub(super) fn pairs(map: &Map<String, Value>, lists: Lists) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for (key, value) in map {
        flatten(key.clone(), value, lists, &mut pairs);
    }
    pairs
}

fn flatten(key: String, value: &Value, lists: Lists, pairs: &mut Vec<(String, String)>) {
    match value {
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                let key = match lists {
                    Lists::Indices => format!("{key}[{index}]"),
                    Lists::Brackets => format!("{key}[]"),
                    Lists::Repeat => key.clone(),
                };
                flatten(key, value, lists, pairs);
            }
        }
        Value::Object(map) => {
            for (inner, value) in map {
                flatten(format!("{key}[{inner}]"), value, lists, pairs);
            }
        }
        Value::Null => pairs.push((key, String::new())),
        other => pairs.push((key, js::text(other))),
    }
}

/// Pairs as they stand in a URL or form body.
pub(crate) fn encode(pairs: &[(String, String)]) -> String {
    let pair = |(key, value): &(String, String)| format!("{}={}", escape(key), escape(value));
    pairs.iter().map(pair).collect::<Vec<_>>().join("&")
}

/// Adds a query to a URL, before its fragment.
pub(crate) fn append(url: &str, query: &str) -> String {
    if query.is_empty() {
        return url.to_owned();
    }
    let (base, fragment) = url.split_once('#').map_or((url, None), |(b, f)| (b, Some(f)));
    let joint = match base.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some((_, before)) if before.ends_with('&') => "",
        Some(_) => "&",
    };
    let fragment = fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
    format!("{base}{joint}{query}{fragment}")
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                escaped.push(char::from(byte));
            }
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lists_are_written_in_three_ways() {
        let map = json!({ "a": [1, "x y"], "b": { "c": true }, "d": null });
        let map = map.as_object().unwrap();
        for (lists, expect) in [
            (Lists::Indices, "a%5B0%5D=1&a%5B1%5D=x%20y&b%5Bc%5D=true&d="),
            (Lists::Brackets, "a%5B%5D=1&a%5B%5D=x%20y&b%5Bc%5D=true&d="),
            (Lists::Repeat, "a=1&a=x%20y&b%5Bc%5D=true&d="),
        ] {
            assert_eq!(encode(&pairs(map, lists)), expect);
        }
    }

    #[test]
    fn a_query_joins_what_the_url_has() {
        for (url, expect) in [
            ("http://h/p", "http://h/p?a=1"),
            ("http://h/p?", "http://h/p?a=1"),
            ("http://h/p?b=2", "http://h/p?b=2&a=1"),
            ("http://h/p#top", "http://h/p?a=1#top"),
        ] {
            assert_eq!(append(url, "a=1"), expect);
        }
    }
}
