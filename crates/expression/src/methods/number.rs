//! Methods of numbers.

use jiff::tz::TimeZone;

use super::{Found, format};
use crate::datetime::DateTime;
use crate::eval::{Args, Eval, Stop, round};
use crate::value::{Val, number_text, radix_text, to_fixed};

pub(super) fn call<'a>(eval: &Eval<'a>, number: f64, name: &str, args: &Args<'_, 'a>) -> Found<'a> {
    let whole = |test: fn(f64) -> bool| {
        if number.fract() != 0.0 || !number.is_finite() {
            return Err(Stop::failed(format!("{name}() is only callable on integers")));
        }
        Ok(Val::Bool(test(number)))
    };
    Ok(Some(match name {
        "toString" => {
            let radix = args.given(0).map_or(10.0, Val::integer);
            if !(2.0..=36.0).contains(&radix) {
                return Err(Stop::Thrown("toString() radix must be between 2 and 36".to_owned()));
            }
            Val::text(radix_text(number, radix as u32))
        }
        "toFixed" => {
            let digits = args.get(0).integer();
            if !(0.0..=100.0).contains(&digits) {
                return Err(Stop::Thrown("toFixed() digits must be between 0 and 100".to_owned()));
            }
            Val::text(to_fixed(number, digits as usize))
        }
        "toLocaleString" | "format" => Val::text(format::number(number, args)?),
        "valueOf" => Val::Number(number),
        "abs" => Val::Number(number.abs()),
        "ceil" => Val::Number(number.ceil()),
        "floor" => Val::Number(number.floor()),
        "round" => match args.given(0).map_or(0.0, Val::integer) {
            digits if (1.0..=100.0).contains(&digits) => {
                Val::Number(to_fixed(number, digits as usize).parse().unwrap_or(f64::NAN))
            }
            _ => Val::Number(round(number)),
        },
        "isEven" => whole(|number| number % 2.0 == 0.0)?,
        "isOdd" => whole(|number| number % 2.0 != 0.0)?,
        "isInteger" => Val::Bool(number.fract() == 0.0 && number.is_finite()),
        "toInt" => Val::Number(number.trunc()),
        "toFloat" | "toNumber" => Val::Number(number),
        "toBoolean" => Val::Bool(number != 0.0),
        "toJsonString" => Val::text(number_text(number)),
        "toDateTime" => {
            let format = args.text_or(0, "ms");
            let zone = &eval.frame.ambient.timezone;
            match moment_of(number, &format, zone) {
                Some(moment) => Val::date_time(moment),
                None => {
                    return Err(Stop::failed(format!(
                        "Unsupported format '{format}'. toDateTime() supports 'ms', 's', 'us' and 'excel'"
                    )));
                }
            }
        }
        _ => return Ok(None),
    }))
}

/// A number as a moment: milliseconds, seconds, microseconds or days as Excel counts them.
pub(super) fn moment_of(number: f64, format: &str, zone: &TimeZone) -> Option<DateTime> {
    let ms = match format {
        "ms" => number,
        "s" => number * 1_000.0,
        "us" => number / 1_000.0,
        // Day 25569 of Excel is 1970-01-01.
        "excel" => (number - 25_569.0) * 86_400_000.0,
        _ => return None,
    };
    Some(DateTime::from_ms(ms, zone))
}
