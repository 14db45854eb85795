//! Reading a member of a value.

use super::{Eval, Res, Stop, allow_member};
use crate::datetime::Unit;
use crate::value::Val;

impl<'a> Eval<'a> {
    pub(crate) fn member(&self, object: &Val<'a>, name: &str) -> Res<'a> {
        // The common case first: data is looked up by its key whatever the key is.
        if let Val::Map(map) = object
            && let Some(value) = map.get(name)
        {
            return Ok(Val::from_json(value));
        }
        allow_member(name)?;
        match object {
            Val::Undefined => {
                Stop::thrown(format!("Cannot read properties of undefined (reading '{name}')"))
            }
            Val::Null => Stop::thrown(format!("Cannot read properties of null (reading '{name}')")),
            Val::Map(_) => self.missing(name),
            Val::Object(fields) => match fields.borrow().get(name) {
                Some(value) => Ok(value.clone()),
                None => self.missing(name),
            },
            Val::List(list) => match name {
                "length" => Ok(Val::Number(list.len() as f64)),
                _ => match name.parse::<usize>() {
                    Ok(index) => Ok(list.get(index).map_or(Val::Undefined, Val::from_json)),
                    Err(_) => self.missing(name),
                },
            },
            Val::Array(list) => match name {
                "length" => Ok(Val::Number(list.borrow().len() as f64)),
                _ => match name.parse::<usize>() {
                    Ok(at) => Ok(list.borrow().get(at).cloned().unwrap_or(Val::Undefined)),
                    Err(_) => self.match_member(object, name),
                },
            },
            Val::Text(text) => match name {
                "length" => Ok(Val::Number(text.length() as f64)),
                _ => match name.parse::<usize>() {
                    Ok(index) if text.unit(index).is_some() => {
                        Ok(Val::Text(text.slice(index, index + 1)))
                    }
                    Ok(_) => Ok(Val::Undefined),
                    Err(_) => self.missing(name),
                },
            },
            Val::DateTime(moment) => match moment.field(name) {
                Some(field) => Ok(field_value(field)),
                None => self.missing(name),
            },
            Val::Duration(duration) => match (name, Unit::named(name)) {
                ("isValid", _) => Ok(Val::Bool(true)),
                (_, Some(unit)) => Ok(Val::Number(duration.get(unit))),
                _ => self.missing(name),
            },
            Val::Regex(regex) => match name {
                "source" => Ok(Val::text(&*regex.source)),
                "flags" => Ok(Val::text(&*regex.flags)),
                "global" => Ok(Val::Bool(regex.global())),
                _ => Err(Stop::Worker("member of a regular expression")),
            },
            Val::Function(super::Callable::Global(class)) => self.static_member(class, name),
            Val::Function(_) => Err(Stop::Worker("member of a function")),
            Val::View(view) => self.view_member(view, name),
            Val::Bool(_) | Val::Number(_) | Val::Date(_) => self.missing(name),
        }
    }

    pub(crate) fn index(&self, object: &Val<'a>, index: &Val<'a>) -> Res<'a> {
        if let Val::Number(number) = index
            && *number >= 0.0
            && number.fract() == 0.0
        {
            let at = *number as usize;
            match object {
                Val::List(list) => return Ok(list.get(at).map_or(Val::Undefined, Val::from_json)),
                Val::Array(list) => {
                    return Ok(list.borrow().get(at).cloned().unwrap_or(Val::Undefined));
                }
                _ => {}
            }
        }
        self.member(object, &index.to_text())
    }

    /// A member that is not there. A method that is not called is a function value, which only
    /// the worker has.
    fn missing(&self, name: &str) -> Res<'a> {
        if crate::methods::exists(name) || crate::methods::is_native(name) {
            return Err(Stop::Worker("a method as a value"));
        }
        Ok(Val::Undefined)
    }

    /// `index`, `input` and `groups` of what `match` gave are not carried along.
    fn match_member(&self, _object: &Val<'a>, name: &str) -> Res<'a> {
        if matches!(name, "index" | "groups" | "input") {
            return Err(Stop::Worker("details of a match"));
        }
        self.missing(name)
    }

    /// A member of an options argument that may be missing.
    pub(crate) fn member_if_object(&self, object: &Val<'a>, name: &str) -> Res<'a> {
        if object.is_plain_object() { self.member(object, name) } else { Ok(Val::Undefined) }
    }
}

fn field_value<'a>(field: crate::datetime::Field) -> Val<'a> {
    use crate::datetime::Field;
    match field {
        Field::Number(number) => Val::Number(number),
        Field::Text(text) => Val::text(text),
        Field::Bool(truth) => Val::Bool(truth),
        Field::Missing => Val::Null,
    }
}
