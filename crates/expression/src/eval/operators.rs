//! Operators between values (ECMA-262, chapter 13).

use super::{Env, Eval, LARGEST, Res, Stop};
use crate::syntax::{BinaryOp, Expr, UnaryOp};
use crate::value::{Val, loosely_equal, strictly_equal, to_int32};

impl<'a> Eval<'a> {
    pub(super) fn unary(&self, op: UnaryOp, operand: &'a Expr, env: &Env<'a>) -> Res<'a> {
        let value = self.eval(operand, env)?;
        Ok(match op {
            UnaryOp::Not => Val::Bool(!value.truthy()),
            UnaryOp::Minus => Val::Number(-value.number()),
            UnaryOp::Plus => Val::Number(value.number()),
            UnaryOp::BitNot => Val::Number(f64::from(!to_int32(value.number()))),
            UnaryOp::TypeOf => Val::text(value.type_of()),
            UnaryOp::Void => Val::Undefined,
        })
    }

    pub(super) fn binary(&self, op: BinaryOp, a: &Val<'a>, b: &Val<'a>) -> Res<'a> {
        let number = |f: fn(f64, f64) -> f64| Ok(Val::Number(f(a.number(), b.number())));
        let bits = |f: fn(i32, i32) -> i32| {
            Ok(Val::Number(f64::from(f(to_int32(a.number()), to_int32(b.number())))))
        };
        let shift = to_int32(b.number()) as u32 & 31;
        match op {
            BinaryOp::Add => add(a, b),
            BinaryOp::Subtract => number(|a, b| a - b),
            BinaryOp::Multiply => number(|a, b| a * b),
            BinaryOp::Divide => number(|a, b| a / b),
            BinaryOp::Remainder => number(|a, b| a % b),
            BinaryOp::Power => number(power),
            BinaryOp::Equal => Ok(Val::Bool(loosely_equal(a, b))),
            BinaryOp::NotEqual => Ok(Val::Bool(!loosely_equal(a, b))),
            BinaryOp::StrictEqual => Ok(Val::Bool(strictly_equal(a, b))),
            BinaryOp::StrictNotEqual => Ok(Val::Bool(!strictly_equal(a, b))),
            BinaryOp::Less => Ok(Val::Bool(compare(a, b, |o| o.is_lt()))),
            BinaryOp::LessEqual => Ok(Val::Bool(compare(a, b, |o| o.is_le()))),
            BinaryOp::Greater => Ok(Val::Bool(compare(a, b, |o| o.is_gt()))),
            BinaryOp::GreaterEqual => Ok(Val::Bool(compare(a, b, |o| o.is_ge()))),
            BinaryOp::BitAnd => bits(|a, b| a & b),
            BinaryOp::BitOr => bits(|a, b| a | b),
            BinaryOp::BitXor => bits(|a, b| a ^ b),
            BinaryOp::ShiftLeft => Ok(Val::Number(f64::from(to_int32(a.number()) << shift))),
            BinaryOp::ShiftRight => Ok(Val::Number(f64::from(to_int32(a.number()) >> shift))),
            BinaryOp::ShiftRightZero => {
                Ok(Val::Number(f64::from(to_int32(a.number()) as u32 >> shift)))
            }
            BinaryOp::In => self.is_in(a, b),
            BinaryOp::InstanceOf => Err(Stop::Worker("instanceof")),
        }
    }

    fn is_in(&self, key: &Val<'a>, object: &Val<'a>) -> Res<'a> {
        if matches!(
            object,
            Val::Undefined | Val::Null | Val::Bool(_) | Val::Number(_) | Val::Text(_)
        ) {
            return Stop::thrown("Cannot use 'in' operator on a value that is no object");
        }
        if !object.is_plain_object() && !object.is_array() {
            return Err(Stop::Worker("in"));
        }
        let key = key.to_text();
        Ok(Val::Bool(match object {
            Val::Map(map) => map.contains_key(&*key),
            other => other.entries().iter().any(|(name, _)| **name == *key),
        }))
    }
}

fn add<'a>(a: &Val<'a>, b: &Val<'a>) -> Res<'a> {
    // A date adds as text, a moment of Luxon as a number.
    let (a, b) = (a.primitive(true), b.primitive(true));
    if !matches!(a, Val::Text(_)) && !matches!(b, Val::Text(_)) {
        return Ok(Val::Number(a.number() + b.number()));
    }
    let (a, b) = (a.to_text(), b.to_text());
    if a.len() + b.len() > LARGEST {
        return Err(Stop::Worker("long text"));
    }
    Ok(Val::text([&*a, &*b].concat()))
}

/// `**` and `Math.pow`: unlike in C, 1 to an infinite power is not a number.
pub(super) fn power(base: f64, exponent: f64) -> f64 {
    if exponent.is_nan() || (base.abs() == 1.0 && exponent.is_infinite()) {
        return f64::NAN;
    }
    base.powf(exponent)
}

fn compare(a: &Val<'_>, b: &Val<'_>, wanted: fn(std::cmp::Ordering) -> bool) -> bool {
    let (a, b) = (a.primitive(false), b.primitive(false));
    if let (Val::Text(a), Val::Text(b)) = (&a, &b) {
        return wanted(compare_text(a, b));
    }
    a.number().partial_cmp(&b.number()).is_some_and(wanted)
}

/// By UTF-16 units.
pub(crate) fn compare_text(a: &str, b: &str) -> std::cmp::Ordering {
    if a.is_ascii() || b.is_ascii() { a.cmp(b) } else { a.encode_utf16().cmp(b.encode_utf16()) }
}
