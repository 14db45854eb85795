//! JavaScript's values as the native evaluator holds them.
//!
//! Data of items is borrowed, never copied; what an expression makes is counted. A value lives as
//! long as the tree and the frame it came from, and never leaves the thread.

mod coerce;
mod export;
mod number;
mod text;

pub(crate) use coerce::{loosely_equal, strictly_equal};
pub(crate) use export::{export, export_number, stringify};
pub(crate) use number::{number_text, parse_number, radix_text, to_fixed, to_int32};
pub(crate) use text::Text;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::datetime::{DateTime, Duration};
use crate::eval::{Callable, View};
use crate::syntax::RegexPattern;

/// A value.
#[derive(Clone)]
pub(crate) enum Val<'a> {
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
    Text(Text<'a>),
    /// An array of the data.
    List(&'a [Value]),
    /// An object of the data.
    Map(&'a Map<String, Value>),
    /// An array that the expression made.
    Array(Rc<RefCell<Vec<Val<'a>>>>),
    /// An object that the expression made.
    Object(Rc<RefCell<IndexMap<String, Val<'a>>>>),
    /// A `Date`, milliseconds since 1970; not a number where invalid.
    Date(Rc<Cell<f64>>),
    DateTime(Rc<DateTime>),
    Duration(Rc<Duration>),
    Regex(Arc<RegexPattern>),
    Function(Callable<'a>),
    /// A variable with members of its own, such as `$input`.
    View(View<'a>),
}

impl<'a> Val<'a> {
    pub(crate) fn from_json(value: &'a Value) -> Self {
        match value {
            Value::Null => Val::Null,
            Value::Bool(truth) => Val::Bool(*truth),
            Value::Number(number) => Val::Number(number.as_f64().unwrap_or(f64::NAN)),
            Value::String(text) => Val::Text(Text::Borrowed(text)),
            Value::Array(list) => Val::List(list),
            Value::Object(map) => Val::Map(map),
        }
    }

    /// The same for data that does not live long enough to be borrowed.
    pub(crate) fn from_owned(value: Value) -> Self {
        match value {
            Value::Null => Val::Null,
            Value::Bool(truth) => Val::Bool(truth),
            Value::Number(number) => Val::Number(number.as_f64().unwrap_or(f64::NAN)),
            Value::String(text) => Val::text(text),
            Value::Array(list) => Val::array(list.into_iter().map(Val::from_owned).collect()),
            Value::Object(map) => {
                Val::object(map.into_iter().map(|(key, value)| (key, Val::from_owned(value))))
            }
        }
    }

    pub(crate) fn text(text: impl Into<Rc<str>>) -> Self {
        Val::Text(Text::Shared(text.into()))
    }

    pub(crate) fn array(values: Vec<Val<'a>>) -> Self {
        Val::Array(Rc::new(RefCell::new(values)))
    }

    pub(crate) fn object(fields: impl IntoIterator<Item = (String, Val<'a>)>) -> Self {
        Val::Object(Rc::new(RefCell::new(fields.into_iter().collect())))
    }

    pub(crate) fn date(ms: f64) -> Self {
        // TimeClip: what is out of range is no date.
        let valid = ms.is_finite() && ms.abs() <= 8.64e15;
        Val::Date(Rc::new(Cell::new(if valid { ms.trunc() } else { f64::NAN })))
    }

    pub(crate) fn date_time(value: DateTime) -> Self {
        Val::DateTime(Rc::new(value))
    }

    pub(crate) fn duration(value: Duration) -> Self {
        Val::Duration(Rc::new(value))
    }

    pub(crate) fn is_nullish(&self) -> bool {
        matches!(self, Val::Undefined | Val::Null)
    }

    /// The elements, where it is an array.
    pub(crate) fn elements(&self) -> Option<Vec<Val<'a>>> {
        match self {
            Val::List(list) => Some(list.iter().map(Val::from_json).collect()),
            Val::Array(list) => Some(list.borrow().clone()),
            _ => None,
        }
    }

    pub(crate) fn is_array(&self) -> bool {
        matches!(self, Val::List(_) | Val::Array(_))
    }

    /// Whether it is an object that holds fields and nothing else.
    pub(crate) fn is_plain_object(&self) -> bool {
        matches!(self, Val::Map(_) | Val::Object(_))
            || matches!(self, Val::View(view) if view.fields().is_some())
    }

    /// Its own fields in order: of an object its keys, of an array and a string its indices.
    pub(crate) fn entries(&self) -> Vec<(String, Val<'a>)> {
        let indexed = |values: Vec<Val<'a>>| {
            values.into_iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect()
        };
        match self {
            Val::Map(map) => {
                map.iter().map(|(key, value)| (key.clone(), Val::from_json(value))).collect()
            }
            Val::Object(map) => {
                map.borrow().iter().map(|(key, value)| (key.clone(), value.clone())).collect()
            }
            Val::List(_) | Val::Array(_) => indexed(self.elements().unwrap_or_default()),
            Val::Text(text) => {
                indexed(text.chars().map(|c| Val::text(c.to_string().as_str())).collect())
            }
            Val::View(view) => view.fields().unwrap_or_default(),
            Val::Duration(duration) => duration
                .parts()
                .map(|(unit, value)| (unit.to_owned(), Val::Number(value)))
                .collect(),
            _ => Vec::new(),
        }
    }

    /// What `typeof` says.
    pub(crate) fn type_of(&self) -> &'static str {
        match self {
            Val::Undefined => "undefined",
            Val::Bool(_) => "boolean",
            Val::Number(_) => "number",
            Val::Text(_) => "string",
            Val::Function(Callable::Global("Math" | "JSON")) => "object",
            Val::Function(_) => "function",
            _ => "object",
        }
    }
}
