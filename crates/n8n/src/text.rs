//! From the bytes of a file to JSON: encodings, and the damage that other readers forgive.

use std::borrow::Cow;

use reporunner_model::limits;
use serde_json::Value;

use crate::ImportError;
use crate::looks::looks_like;

/// The byte order mark.
const MARK: &str = "\u{feff}";

/// The text of a file: UTF-8 or UTF-16. A byte order mark is left out.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, ImportError> {
    let wide = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = rest.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        Cow::Owned(String::from_utf16_lossy(&units))
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => Ok(wide(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => Ok(wide(rest, u16::from_be_bytes)),
        [b'{' | b'[', 0, ..] => Ok(wide(bytes, u16::from_le_bytes)),
        [0, b'{' | b'[', ..] => Ok(wide(bytes, u16::from_be_bytes)),
        _ => std::str::from_utf8(bytes.strip_prefix(MARK.as_bytes()).unwrap_or(bytes))
            .map(Cow::Borrowed)
            .map_err(|_| looks_like(bytes).map_or(ImportError::NotText, ImportError::Other)),
    }
}

/// The JSON of a text. Says too whether half a character was replaced in it.
///
/// # Errors
/// Where it is none, with what it looks like instead.
pub fn parse(text: &str) -> Result<(Value, bool), ImportError> {
    if text.len() > limits::IMPORT_BYTES {
        return Err(ImportError::TooLarge { bytes: text.len() });
    }
    let text = text.strip_prefix(MARK).unwrap_or(text);
    if text.trim().is_empty() {
        return Err(ImportError::Empty);
    }
    if depth(text) > limits::JSON_DEPTH {
        return Err(ImportError::TooDeep);
    }
    let whole = whole_characters(text);
    let replaced = matches!(whole, Cow::Owned(_));
    match serde_json::from_str(&whole) {
        Ok(value) => Ok((value, replaced)),
        Err(error) if error.is_eof() => {
            Err(ImportError::CutOff { line: error.line(), column: error.column() })
        }
        Err(error) => {
            // Where nothing of it was read, it is the file that is another.
            if let Some(looks) = looks_like(text.as_bytes()) {
                return Err(ImportError::Other(looks));
            }
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or_default().to_owned();
            Err(ImportError::NotJson { message, line: error.line(), column: error.column() })
        }
    }
}

/// How deeply brackets are nested, strings left out.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_string, mut escaped) = (false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// The same text with the replacement character for each half of a surrogate pair that stands
/// alone. JavaScript writes such strings; no text of ours can hold them.
fn whole_characters(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut out: Option<String> = None;
    let (mut at, mut copied) = (0, 0);
    while at < bytes.len() {
        if bytes[at] != b'\\' {
            at += 1;
            continue;
        }
        let unit = unit_at(bytes, at);
        let alone = match unit {
            Some(0xd800..=0xdbff) => !matches!(unit_at(bytes, at + 6), Some(0xdc00..=0xdfff)),
            Some(0xdc00..=0xdfff) => true,
            _ => false,
        };
        if alone {
            let out = out.get_or_insert_default();
            out.push_str(&text[copied..at]);
            out.push_str("\\ufffd");
            copied = at + 6;
        }
        at += match unit {
            Some(0xd800..=0xdbff) if !alone => 12,
            Some(_) => 6,
            None => 2,
        };
    }
    match out {
        Some(mut out) => {
            out.push_str(&text[copied..]);
            Cow::Owned(out)
        }
        None => Cow::Borrowed(text),
    }
}

/// The code unit that `\uXXXX` at `at` means.
fn unit_at(bytes: &[u8], at: usize) -> Option<u16> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}
