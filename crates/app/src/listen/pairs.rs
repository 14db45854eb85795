//! Names and values as URLs and forms carry them: percent-encoding, repeated names, brackets,
//! parameters of a header. It knows no request.

use std::borrow::Cow;

use reporunner_model::limits;
use serde_json::{Map, Value};

/// Brackets of a query's name that are followed; what is deeper stays in the name.
const DEPTH: usize = 5;

/// More pairs than a form or query may have.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooMany;

/// The pairs of a form. A name that comes again makes a list.
pub(super) fn form(text: &[u8]) -> Result<Map<String, Value>, TooMany> {
    let mut map = Map::new();
    for (at, (name, value)) in url::form_urlencoded::parse(text).enumerate() {
        if at >= limits::FORM_FIELDS {
            return Err(TooMany);
        }
        add(&mut map, name.into_owned(), Value::from(value.into_owned()));
    }
    Ok(map)
}

/// The pairs of a query, where `a[b]=1` is an object and `a[]=1` a list, as Express reads them
/// (npm: qs).
pub(super) fn query(text: &str) -> Result<Map<String, Value>, TooMany> {
    let mut map = Map::new();
    for (at, (name, value)) in url::form_urlencoded::parse(text.as_bytes()).enumerate() {
        if at >= limits::FORM_FIELDS {
            return Err(TooMany);
        }
        let value = Value::from(value.into_owned());
        match brackets(&name) {
            Some((head, inner)) => put(&mut map, head, &inner, value),
            None => add(&mut map, name.into_owned(), value),
        }
    }
    Ok(map)
}

/// Adds a value under a name; a second one makes a list.
pub(super) fn add(map: &mut Map<String, Value>, name: String, value: Value) {
    match map.get_mut(&name) {
        None => drop(map.insert(name, value)),
        Some(Value::Array(list)) => list.push(value),
        Some(other) => *other = Value::Array(vec![other.take(), value]),
    }
}

/// `a[b][]` as `a` and `["b", ""]`.
fn brackets(name: &str) -> Option<(&str, Vec<&str>)> {
    let at = name.find('[').filter(|at| *at > 0)?;
    let (head, mut rest) = name.split_at(at);
    let mut inner = Vec::new();
    while let Some((key, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        if inner.len() == DEPTH {
            break;
        }
        inner.push(key);
        rest = after;
    }
    (rest.is_empty() && !inner.is_empty()).then_some((head, inner))
}

fn put(map: &mut Map<String, Value>, name: &str, inner: &[&str], value: Value) {
    let Some((key, rest)) = inner.split_first() else {
        return add(map, name.to_owned(), value);
    };
    let is_index = key.is_empty() || (key.len() < 3 && key.bytes().all(|b| b.is_ascii_digit()));
    let slot = map.entry(name).or_insert_with(|| {
        if is_index { Value::Array(Vec::new()) } else { Value::Object(Map::new()) }
    });
    match slot {
        Value::Array(list) if is_index => list.push(nested(rest, value)),
        Value::Object(inside) => put(inside, key, rest, value),
        // The same name came without brackets, or with others.
        other => *other = Value::Array(vec![other.take(), nested(inner, value)]),
    }
}

fn nested(inner: &[&str], value: Value) -> Value {
    let Some((key, rest)) = inner.split_first() else { return value };
    if key.is_empty() {
        return Value::Array(vec![nested(rest, value)]);
    }
    let mut map = Map::new();
    map.insert((*key).to_owned(), nested(rest, value));
    Value::Object(map)
}

/// A text without its percent-encoding. What is none stays as it is.
pub(super) fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let hex = |digit: u8| char::from(digit).to_digit(16).map(|digit| digit as u8);
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let pair = bytes.get(at + 1).zip(bytes.get(at + 2));
        let byte = pair.and_then(|(high, low)| Some(hex(*high)? * 16 + hex(*low)?));
        match byte.filter(|_| bytes[at] == b'%') {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    Cow::Owned(String::from_utf8_lossy(&out).into_owned())
}

/// Whether a header proves that its sender knows a name and a password (RFC 7617).
pub(super) fn is_basic(header: Option<&str>, user: &str, password: &str) -> bool {
    use base64::Engine;
    let coded = header.and_then(|header| {
        let (scheme, coded) = header.split_once(' ')?;
        scheme.eq_ignore_ascii_case("basic").then_some(coded.trim())
    });
    let given =
        coded.and_then(|coded| base64::engine::general_purpose::STANDARD.decode(coded).ok());
    // Hashes of one length are compared, so that the time tells nothing.
    let given = blake3::hash(&given.unwrap_or_default());
    given == blake3::hash(format!("{user}:{password}").as_bytes())
}

/// The parameters of a header such as `form-data; name="a"`, with lower-case names.
pub(super) fn parameters(header: &str) -> Vec<(String, String)> {
    let mut rest = header.split_once(';').map_or("", |(_, rest)| rest);
    let mut parameters = Vec::new();
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.trim_matches(|c: char| c == ';' || c.is_whitespace());
        let after = after.trim_start();
        let (value, left) = match after.strip_prefix('"') {
            Some(quoted) => unquoted(quoted),
            None => {
                let (value, left) = after.split_once(';').unwrap_or((after, ""));
                (value.trim().to_owned(), left)
            }
        };
        parameters.push((name.to_ascii_lowercase(), value));
        rest = left;
    }
    parameters
}

/// A quoted text up to its closing quote, and what follows. Only a quote and a backslash are
/// escaped: browsers write Windows paths as they are.
fn unquoted(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (value, &text[at + 1..]),
            '\\' if matches!(chars.peek(), Some((_, '"' | '\\'))) => {
                value.extend(chars.next().map(|(_, c)| c));
            }
            c => value.push(c),
        }
    }
    (value, "")
}

/// The file name that a `Content-Disposition` gives, without folders (RFC 6266).
pub(super) fn file_name(parameters: &[(String, String)]) -> Option<String> {
    let of = |name: &str| parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    let extended = of("filename*").and_then(|value| {
        let (_, name) = value.split_once("''")?;
        Some(decoded(name).into_owned())
    });
    // Browsers write a quote within a name as %22 (WHATWG: multipart/form-data).
    let name = extended.or_else(|| Some(of("filename")?.replace("%22", "\"")))?;
    name.rsplit(['/', '\\']).next().map(str::to_owned).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check_query(text: &str, expect: Value) {
        assert_eq!(query(text).map(Value::Object), Ok(expect), "{text}");
    }

    #[test]
    fn a_query_with_brackets_is_nested() {
        check_query("a=1&b=x%20y+z&c", json!({ "a": "1", "b": "x y z", "c": "" }));
        check_query("a=1&a=2&a=3", json!({ "a": ["1", "2", "3"] }));
        check_query("a[]=1&a[]=2", json!({ "a": ["1", "2"] }));
        check_query("a[0]=x&a[1]=y", json!({ "a": ["x", "y"] }));
        check_query("a[b][c]=1&a[b][d]=2", json!({ "a": { "b": { "c": "1", "d": "2" } } }));
        check_query("a[b]=1&a[b]=2", json!({ "a": { "b": ["1", "2"] } }));
        check_query("a=1&a[b]=2", json!({ "a": ["1", { "b": "2" }] }));
        check_query("[a]=1&b[=2&c]=3", json!({ "[a]": "1", "b[": "2", "c]": "3" }));
        check_query("__proto__[x]=1", json!({ "__proto__": { "x": "1" } }));
        check_query("a[1][2][3][4][5][6]=1", json!({ "a[1][2][3][4][5][6]": "1" }));
    }

    #[test]
    fn a_name_and_a_password_are_proved() {
        for (header, expect) in [
            (Some("Basic YWRhOnM6Y3JldA=="), true),
            (Some("basic  YWRhOnM6Y3JldA=="), true),
            (Some("Basic YWRhOng="), false),
            (Some("Bearer YWRhOnM6Y3JldA=="), false),
            (Some("Basic ???"), false),
            (Some("Basic"), false),
            (None, false),
        ] {
            assert_eq!(is_basic(header, "ada", "s:cret"), expect, "{header:?}");
        }
    }

    #[test]
    fn a_form_is_flat() {
        let expect = json!({ "a": ["1", "2"], "b[]": "3" });
        assert_eq!(form(b"a=1&a=2&b[]=3").map(Value::Object), Ok(expect));
        assert_eq!(form("a&".repeat(limits::FORM_FIELDS + 1).as_bytes()), Err(TooMany));
    }

    #[test]
    fn percent_encoding_goes_once() {
        for (text, expect) in [
            ("caf%C3%A9", "café"),
            ("a%2Fb", "a/b"),
            ("100%", "100%"),
            ("%zz%4", "%zz%4"),
            ("%2541", "%41"),
            ("%ff", "\u{fffd}"),
            ("é%20é", "é é"),
        ] {
            assert_eq!(decoded(text), expect, "{text}");
        }
    }

    #[test]
    fn a_file_name_has_no_folders() {
        for (header, expect) in [
            (r#"form-data; name="f"; filename="a.txt""#, Some("a.txt")),
            (r#"form-data; name=f; filename=../../etc/passwd"#, Some("passwd")),
            (r#"attachment; filename="C:\dir\a.txt""#, Some("a.txt")),
            (r#"attachment; filename="a; b.txt"; x=1"#, Some("a; b.txt")),
            (r#"attachment; filename="a\"b.txt""#, Some("a\"b.txt")),
            (r#"attachment; filename="a%22b.txt""#, Some("a\"b.txt")),
            (r#"attachment; filename="x"; filename*=UTF-8''%C3%A9.txt"#, Some("é.txt")),
            (r#"form-data; name="f"; filename="""#, None),
            ("inline", None),
        ] {
            assert_eq!(file_name(&parameters(header)).as_deref(), expect, "{header}");
        }
    }
}
