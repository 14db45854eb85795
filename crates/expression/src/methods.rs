//! Methods of values: JavaScript's own and n8n's extensions, extension first.
//!
//! Facts of behaviour: n8n docs, "Data transformation functions"
//! (docs.n8n.io/code/builtin/data-transformation-functions), and ECMA-262.

mod array;
mod date;
mod date_time;
mod docs;
mod format;
mod hash;
mod links;
mod number;
mod object;
mod regexp;
mod string;
mod text_case;

pub(crate) use text_case::collate;

pub use docs::{MethodDoc, ValueKind, methods_of};

use crate::eval::{Args, Eval, Res, Stop, View};
use crate::value::{Val, export, stringify};

/// What a type's table of methods gives: none where it has no such method.
type Found<'a> = Result<Option<Val<'a>>, Stop>;

/// Extensions by name, with the types that have them in words.
const EXTENSIONS: &[(&str, &str)] = &[
    ("append", "Array"),
    ("average", "Array"),
    ("chunk", "Array"),
    ("compact", "Array or Object"),
    ("difference", "Array"),
    ("first", "Array"),
    ("intersection", "Array"),
    ("last", "Array"),
    ("pluck", "Array"),
    ("randomItem", "Array"),
    ("removeDuplicates", "Array"),
    ("renameKeys", "Array"),
    ("smartJoin", "Array"),
    ("sum", "Array"),
    ("union", "Array"),
    ("unique", "Array"),
    ("merge", "Array or Object"),
    ("mergeIntoObject", "Array"),
    ("min", "Array"),
    ("max", "Array"),
    ("toJsonString", "Array, Object, String, Number or Boolean"),
    ("isEmpty", "any"),
    ("isNotEmpty", "any"),
    ("toInt", "String, Number or Boolean"),
    ("toFloat", "String, Number or Boolean"),
    ("toNumber", "String, Number or Boolean"),
    ("toBoolean", "String or Number"),
    ("toDateTime", "String, Number or Date"),
    ("toDate", "String"),
    ("toWholeNumber", "String"),
    ("toDecimalNumber", "String"),
    ("beginningOf", "Date"),
    ("endOfMonth", "Date"),
    ("extract", "Date"),
    ("format", "Date or Number"),
    ("isBetween", "Date"),
    ("isDst", "Date"),
    ("isInLast", "Date"),
    ("isWeekend", "Date"),
    ("minus", "Date"),
    ("plus", "Date"),
    ("diffTo", "Date"),
    ("diffToNow", "Date"),
    ("abs", "Number"),
    ("ceil", "Number"),
    ("floor", "Number"),
    ("round", "Number"),
    ("isEven", "Number"),
    ("isOdd", "Number"),
    ("isInteger", "Number"),
    ("hasField", "Object"),
    ("removeField", "Object"),
    ("removeFieldsContaining", "Object"),
    ("keepFieldsContaining", "Object"),
    ("urlEncode", "String or Object"),
    ("urlDecode", "String"),
    ("base64Encode", "String"),
    ("base64Decode", "String"),
    ("extractDomain", "String"),
    ("extractEmail", "String"),
    ("extractUrl", "String"),
    ("extractUrlPath", "String"),
    ("hash", "String"),
    ("isBlank", "String"),
    ("isNotBlank", "String"),
    ("isDomain", "String"),
    ("isEmail", "String"),
    ("isNumeric", "String"),
    ("isUrl", "String"),
    ("parseJson", "String"),
    ("quote", "String"),
    ("removeMarkdown", "String"),
    ("removeTags", "String"),
    ("replaceSpecialChars", "String"),
    ("toSentenceCase", "String"),
    ("toSnakeCase", "String"),
    ("toTitleCase", "String"),
];

/// Names of JavaScript's own methods that this evaluator has, for members that are not called.
const NATIVE: &[&str] = &[
    "toString",
    "valueOf",
    "hasOwnProperty",
    "toLocaleString",
    "map",
    "filter",
    "find",
    "findIndex",
    "findLast",
    "reduce",
    "some",
    "every",
    "sort",
    "forEach",
    "flatMap",
    "flat",
    "join",
    "slice",
    "concat",
    "includes",
    "indexOf",
    "push",
    "pop",
    "shift",
    "unshift",
    "splice",
    "reverse",
    "keys",
    "values",
    "entries",
    "charAt",
    "split",
    "trim",
    "replace",
    "replaceAll",
    "match",
    "matchAll",
    "toLowerCase",
    "toUpperCase",
    "startsWith",
    "endsWith",
    "substring",
    "padStart",
    "padEnd",
    "toFixed",
    "toISOString",
    "getTime",
];

/// Whether some type has an extension of this name.
pub(crate) fn exists(name: &str) -> bool {
    EXTENSIONS.iter().any(|(known, _)| *known == name)
}

/// Whether some type has a method of its own with this name.
pub(crate) fn is_native(name: &str) -> bool {
    NATIVE.contains(&name)
}

/// Calls a method of a value.
pub(crate) fn call<'a>(
    eval: &Eval<'a>,
    receiver: &Val<'a>,
    name: &str,
    args: &Args<'_, 'a>,
) -> Res<'a> {
    eval.spend(1)?;
    let found = match receiver {
        Val::Text(text) => string::call(eval, text, name, args)?,
        Val::List(_) | Val::Array(_) => array::call(eval, receiver, name, args)?,
        Val::Number(number) => number::call(eval, *number, name, args)?,
        Val::Bool(truth) => boolean(*truth, name),
        Val::Date(ms) => date::call(eval, ms, name, args)?,
        Val::DateTime(moment) => date_time::call(eval, moment, name, args)?,
        Val::Duration(duration) => date_time::call_duration(eval, duration, name, args)?,
        Val::Regex(regex) => regexp::call(regex, name, args)?,
        Val::Map(_) | Val::Object(_) | Val::View(View::Item(_) | View::Parameters(..)) => {
            object::call(receiver, name, args)?
        }
        _ => None,
    };
    if let Some(value) = found {
        return Ok(value);
    }
    match name {
        "isEmpty" => return Ok(Val::Bool(is_empty(receiver))),
        "isNotEmpty" => return Ok(Val::Bool(!is_empty(receiver))),
        "hasOwnProperty" if !receiver.is_nullish() => return Ok(Val::Bool(false)),
        _ => {}
    }
    let extension = EXTENSIONS.iter().find(|(known, _)| *known == name);
    match (receiver, extension) {
        (Val::Undefined | Val::Null, Some(_)) => Err(unusable(name, receiver)),
        (Val::Undefined | Val::Null, None) => Stop::thrown(format!(
            "Cannot read properties of {} (reading '{name}')",
            &*receiver.to_text()
        )),
        (_, Some((_, types))) => {
            Stop::error(format!("{name}() is only callable on type \"{types}\""))
        }
        // What some type has, this one has not.
        _ if is_native(name) && !matches!(receiver, Val::View(_) | Val::Function(_)) => {
            Stop::thrown(format!("{name} is not a function"))
        }
        _ => Err(Stop::Worker("a method")),
    }
}

fn unusable(name: &str, receiver: &Val<'_>) -> Stop {
    let what = receiver.to_text().to_string();
    Stop::Error(Box::new(
        crate::ExpressionError::failed(format!("{name} can't be used on {what} value"))
            .hint(format!("To ignore this error, add a ? to the variable before this function, e.g. my_var?.{name}")),
    ))
}

/// Nothing in it: undefined, null, no text, no elements, no fields, a date that is none.
pub(crate) fn is_empty(value: &Val<'_>) -> bool {
    match value {
        Val::Undefined | Val::Null => true,
        Val::Text(text) => text.is_empty(),
        Val::List(list) => list.is_empty(),
        Val::Array(list) => list.borrow().is_empty(),
        Val::Map(map) => map.is_empty(),
        Val::Object(map) => map.borrow().is_empty(),
        _ => false,
    }
}

fn boolean<'a>(truth: bool, name: &str) -> Option<Val<'a>> {
    Some(match name {
        "toString" | "toJsonString" => Val::text(if truth { "true" } else { "false" }),
        "valueOf" => Val::Bool(truth),
        "toNumber" | "toInt" | "toFloat" => Val::Number(f64::from(u8::from(truth))),
        "toBoolean" => Val::Bool(truth),
        "toDateTime" => Val::Undefined,
        _ => return None,
    })
}

/// `toJsonString`.
fn json_text<'a>(value: &Val<'a>) -> Res<'a> {
    match export(value) {
        Ok(Some(value)) => Ok(Val::text(stringify(&value, ""))),
        Ok(None) => Ok(Val::Undefined),
        Err(_) => Stop::thrown("Converting circular structure to JSON"),
    }
}

/// Whether two values hold the same data, whatever they are made of.
fn same_data(a: &Val<'_>, b: &Val<'_>) -> bool {
    if crate::value::strictly_equal(a, b) {
        return true;
    }
    if a.is_array() && b.is_array() || a.is_plain_object() && b.is_plain_object() {
        let (mut a, mut b) = (a.entries(), b.entries());
        a.sort_by(|a, b| a.0.cmp(&b.0));
        b.sort_by(|a, b| a.0.cmp(&b.0));
        return a.len() == b.len()
            && a.iter().zip(&b).all(|(a, b)| a.0 == b.0 && same_data(&a.1, &b.1));
    }
    match (a, b) {
        (Val::Date(a), Val::Date(b)) => a.get() == b.get(),
        (Val::DateTime(a), Val::DateTime(b)) => a.ms() == b.ms(),
        _ => false,
    }
}
