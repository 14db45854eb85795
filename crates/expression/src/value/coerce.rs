//! From one type to another, and what equals what (ECMA-262, Type Conversion and Equality).

use std::rc::Rc;

use super::{Text, Val, number_text, parse_number};

impl<'a> Val<'a> {
    pub(crate) fn truthy(&self) -> bool {
        match self {
            Val::Undefined | Val::Null => false,
            Val::Bool(truth) => *truth,
            Val::Number(number) => *number != 0.0 && !number.is_nan(),
            Val::Text(text) => !text.is_empty(),
            _ => true,
        }
    }

    /// As a number; objects by their primitive value.
    pub(crate) fn number(&self) -> f64 {
        match self {
            Val::Undefined => f64::NAN,
            Val::Null => 0.0,
            Val::Bool(truth) => f64::from(u8::from(*truth)),
            Val::Number(number) => *number,
            Val::Text(text) => parse_number(text),
            Val::Date(ms) => ms.get(),
            Val::DateTime(moment) => moment.ms(),
            Val::Duration(duration) => duration.as_ms(),
            other => parse_number(&other.to_text()),
        }
    }

    /// As a number of steps: not a number is 0, fractions are cut.
    pub(crate) fn integer(&self) -> f64 {
        let number = self.number();
        if number.is_nan() { 0.0 } else { number.trunc() }
    }

    /// As text, the way `String(value)` does it.
    pub(crate) fn to_text(&self) -> Text<'a> {
        match self {
            Val::Undefined => Text::Borrowed("undefined"),
            Val::Null => Text::Borrowed("null"),
            Val::Bool(true) => Text::Borrowed("true"),
            Val::Bool(false) => Text::Borrowed("false"),
            Val::Number(number) => Text::Shared(number_text(*number).into()),
            Val::Text(text) => text.clone(),
            Val::List(_) | Val::Array(_) => {
                Text::Shared(self.join(",", 0).unwrap_or_default().into())
            }
            Val::Date(ms) => Text::Shared(crate::datetime::js_date::to_string(ms.get()).into()),
            Val::DateTime(moment) => Text::Shared(moment.to_text().into()),
            Val::Duration(duration) => Text::Shared(duration.to_iso().into()),
            Val::Regex(regex) => Text::Shared(format!("/{}/{}", regex.source, regex.flags).into()),
            Val::Function(_) => Text::Borrowed("function () { [native code] }"),
            Val::Map(_) | Val::Object(_) | Val::View(_) => Text::Borrowed("[object Object]"),
        }
    }

    /// The elements as text with `separator` between; undefined and null are nothing. None where
    /// it is nested deeper than any data, which can only be an array inside itself.
    pub(crate) fn join(&self, separator: &str, depth: usize) -> Option<String> {
        if depth > reporunner_model::limits::JSON_DEPTH {
            return None;
        }
        let mut out = String::new();
        for (at, value) in self.elements()?.iter().enumerate() {
            if at > 0 {
                out.push_str(separator);
            }
            match value {
                Val::Undefined | Val::Null => {}
                Val::List(_) | Val::Array(_) => out.push_str(&value.join(",", depth + 1)?),
                other => out.push_str(&other.to_text()),
            }
        }
        Some(out)
    }

    /// The primitive that operators work on: dates as text for `+`, as number elsewhere.
    pub(crate) fn primitive(&self, text_first: bool) -> Val<'a> {
        match self {
            Val::Undefined | Val::Null | Val::Bool(_) | Val::Number(_) | Val::Text(_) => {
                self.clone()
            }
            Val::Date(ms) if !text_first => Val::Number(ms.get()),
            Val::DateTime(moment) => Val::Number(moment.ms()),
            Val::Duration(duration) => Val::Number(duration.as_ms()),
            other => Val::Text(other.to_text()),
        }
    }

    fn is_object(&self) -> bool {
        !matches!(self, Val::Undefined | Val::Null | Val::Bool(_) | Val::Number(_) | Val::Text(_))
    }
}

/// `===`.
pub(crate) fn strictly_equal(a: &Val<'_>, b: &Val<'_>) -> bool {
    match (a, b) {
        (Val::Undefined, Val::Undefined) | (Val::Null, Val::Null) => true,
        (Val::Bool(a), Val::Bool(b)) => a == b,
        (Val::Number(a), Val::Number(b)) => a == b,
        (Val::Text(a), Val::Text(b)) => **a == **b,
        (Val::List(a), Val::List(b)) => std::ptr::eq(*a, *b),
        (Val::Map(a), Val::Map(b)) => std::ptr::eq(*a, *b),
        (Val::Array(a), Val::Array(b)) => Rc::as_ptr(a).cast::<()>() == Rc::as_ptr(b).cast(),
        (Val::Object(a), Val::Object(b)) => Rc::as_ptr(a).cast::<()>() == Rc::as_ptr(b).cast(),
        (Val::Date(a), Val::Date(b)) => Rc::ptr_eq(a, b),
        (Val::DateTime(a), Val::DateTime(b)) => Rc::ptr_eq(a, b),
        (Val::Duration(a), Val::Duration(b)) => Rc::ptr_eq(a, b),
        (Val::Regex(a), Val::Regex(b)) => std::sync::Arc::ptr_eq(a, b),
        _ => false,
    }
}

/// `==`.
pub(crate) fn loosely_equal(a: &Val<'_>, b: &Val<'_>) -> bool {
    match (a, b) {
        (a, b) if a.is_nullish() || b.is_nullish() => a.is_nullish() && b.is_nullish(),
        (a, b) if a.is_object() && b.is_object() => strictly_equal(a, b),
        (a, b) if a.is_object() => loosely_equal(&a.primitive(true), b),
        (a, b) if b.is_object() => loosely_equal(a, &b.primitive(true)),
        (Val::Text(a), Val::Text(b)) => **a == **b,
        (Val::Bool(a), Val::Bool(b)) => a == b,
        (a, b) => a.number() == b.number(),
    }
}
