//! Methods of plain objects.

use indexmap::IndexMap;

use super::{Found, json_text};
use crate::eval::{Args, Stop};
use crate::value::Val;

pub(super) fn call<'a>(object: &Val<'a>, name: &str, args: &Args<'_, 'a>) -> Found<'a> {
    let keep = |test: &dyn Fn(&str, &Val<'a>) -> bool| {
        Val::object(object.entries().into_iter().filter(|(key, value)| test(key, value)))
    };
    let needs = |example: &str| {
        if args.given(0).is_none() {
            return Err(Stop::failed(format!("{name}(): expected one argument, e.g. {example}")));
        }
        Ok(args.text(0))
    };
    let holds =
        |value: &Val<'a>, part: &str| matches!(value, Val::Text(text) if text.contains(part));
    Ok(Some(match name {
        "keys" => Val::array(object.entries().into_iter().map(|(key, _)| Val::text(key)).collect()),
        "values" => Val::array(object.entries().into_iter().map(|(_, value)| value).collect()),
        "hasField" | "hasOwnProperty" => {
            let key = args.text(0);
            Val::Bool(object.entries().iter().any(|(name, _)| **name == *key))
        }
        "removeField" => {
            let key = needs(".removeField('name')")?;
            keep(&|name, _| name != &*key)
        }
        "removeFieldsContaining" => {
            let part = needs(".removeFieldsContaining('text')")?;
            keep(&|_, value| !holds(value, &part))
        }
        "keepFieldsContaining" => {
            let part = needs(".keepFieldsContaining('text')")?;
            keep(&|_, value| holds(value, &part))
        }
        "compact" => compact(object, 0),
        "merge" => {
            let mut fields: IndexMap<_, _> = object.entries().into_iter().collect();
            for (key, value) in args.get(0).entries() {
                fields.entry(key).or_insert(value);
            }
            Val::object(fields)
        }
        "urlEncode" => {
            let pairs = object.entries().into_iter().map(|(key, value)| {
                format!("{}={}", form_encode(&key), form_encode(&value.to_text()))
            });
            Val::text(pairs.collect::<Vec<_>>().join("&"))
        }
        "toJsonString" => json_text(object)?,
        "toInt" | "toFloat" | "toBoolean" | "toDateTime" => Val::Undefined,
        "toString" | "toLocaleString" => Val::Text(object.to_text()),
        "valueOf" => object.clone(),
        _ => return Ok(None),
    }))
}

/// Without fields that hold nothing, all the way down.
pub(super) fn compact<'a>(object: &Val<'a>, depth: usize) -> Val<'a> {
    let kept = object.entries().into_iter().filter_map(|(key, value)| {
        let nothing = value.is_nullish()
            || matches!(&value, Val::Text(text) if text.is_empty() || &**text == "nil");
        if nothing || depth > reporunner_model::limits::JSON_DEPTH {
            return None;
        }
        let value = if value.is_plain_object() { compact(&value, depth + 1) } else { value };
        Some((key, value))
    });
    Val::object(kept)
}

/// As forms encode: a space is `+`, only `*-._` and letters stay.
fn form_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('+'),
            b'*' | b'-' | b'.' | b'_' => out.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
