//! Methods of JavaScript's `Date`, and n8n's extensions of it.

use std::cell::Cell;
use std::rc::Rc;

use jiff::tz::TimeZone;

use super::{Found, date_time, format};
use crate::datetime::{DateTime, Unit, js_date};
use crate::eval::{Args, Eval, Stop};
use crate::value::Val;

pub(super) fn call<'a>(
    eval: &Eval<'a>,
    cell: &Rc<Cell<f64>>,
    name: &str,
    args: &Args<'_, 'a>,
) -> Found<'a> {
    if let Some(value) = extension(eval, cell.get(), name, args)? {
        return Ok(Some(value));
    }
    if let Some(part) = name.strip_prefix("get")
        && let Some(value) = getter(eval, cell.get(), part)
    {
        return Ok(Some(Val::Number(value)));
    }
    if let Some(part) = name.strip_prefix("set")
        && let Some(ms) = setter(eval, cell.get(), part, args)
    {
        cell.set(ms);
        return Ok(Some(Val::Number(ms)));
    }
    text(eval, cell.get(), name, args)
}

/// n8n's extensions of dates. One that gives a moment gives a `Date`.
pub(super) fn extension<'a>(
    eval: &Eval<'a>,
    ms: f64,
    name: &str,
    args: &Args<'_, 'a>,
) -> Found<'a> {
    let moment = DateTime::from_ms(ms, &eval.frame.ambient.timezone);
    Ok(date_time::extension(eval, &moment, name, args)?.map(|value| match value {
        Val::DateTime(moment) if name != "toDateTime" => Val::date(moment.ms()),
        other => other,
    }))
}

fn text<'a>(eval: &Eval<'a>, ms: f64, name: &str, args: &Args<'_, 'a>) -> Found<'a> {
    let local = DateTime::from_ms(ms, &eval.frame.ambient.system_timezone);
    let utc = DateTime::from_ms(ms, &TimeZone::UTC);
    let valid = !ms.is_nan();
    let shown = |pattern: &str| {
        Val::text(if valid { utc.to_format(pattern) } else { "Invalid Date".to_owned() })
    };
    let locale =
        |parts| format::moment(eval, &local, Some(args.get(0)), args.get(1), parts).map(Val::text);
    Ok(Some(match name {
        "toISOString" => match js_date::to_iso(ms) {
            Some(text) => Val::text(text),
            None => return Err(Stop::Thrown("Invalid time value".to_owned())),
        },
        "toJSON" => js_date::to_iso(ms).map_or(Val::Null, Val::text),
        "valueOf" => Val::Number(ms),
        "toString" => Val::text(js_date::to_string(ms)),
        "toDateString" => shown("EEE MMM dd yyyy"),
        "toTimeString" => shown("HH:mm:ss 'GMT+0000 (Coordinated Universal Time)'"),
        "toUTCString" | "toGMTString" => shown("EEE, dd MMM yyyy HH:mm:ss 'GMT'"),
        "toLocaleString" => locale(format::Parts::Both)?,
        "toLocaleDateString" => locale(format::Parts::Date)?,
        "toLocaleTimeString" => locale(format::Parts::Time)?,
        _ => return Ok(None),
    }))
}

fn getter(eval: &Eval<'_>, ms: f64, part: &str) -> Option<f64> {
    let zone =
        if part.starts_with("UTC") { &TimeZone::UTC } else { &eval.frame.ambient.system_timezone };
    let part = part.strip_prefix("UTC").unwrap_or(part);
    if part == "Time" {
        return Some(ms);
    }
    let at = DateTime::from_ms(ms, zone);
    let Some(at) = at.zoned() else {
        let known = [
            "FullYear",
            "Month",
            "Date",
            "Day",
            "Hours",
            "Minutes",
            "Seconds",
            "Milliseconds",
            "TimezoneOffset",
        ];
        return known.contains(&part).then_some(f64::NAN);
    };
    Some(match part {
        "FullYear" => at.year().into(),
        "Month" => f64::from(at.month() - 1),
        "Date" => at.day().into(),
        "Day" => f64::from(at.weekday().to_sunday_zero_offset()),
        "Hours" => at.hour().into(),
        "Minutes" => at.minute().into(),
        "Seconds" => at.second().into(),
        "Milliseconds" => at.millisecond().into(),
        "TimezoneOffset" => f64::from(-at.offset().seconds() / 60),
        _ => return None,
    })
}

/// The moment with parts set, out of range carried over.
fn setter(eval: &Eval<'_>, ms: f64, part: &str, args: &Args<'_, '_>) -> Option<f64> {
    let zone =
        if part.starts_with("UTC") { &TimeZone::UTC } else { &eval.frame.ambient.system_timezone };
    let part = part.strip_prefix("UTC").unwrap_or(part);
    if part == "Time" {
        return Some(args.number(0));
    }
    let first = match part {
        "FullYear" => 0,
        "Month" => 1,
        "Date" => 2,
        "Hours" => 3,
        "Minutes" => 4,
        "Seconds" => 5,
        "Milliseconds" => 6,
        _ => return None,
    };
    let at = DateTime::from_ms(if ms.is_nan() && first == 0 { 0.0 } else { ms }, zone);
    let Some(at) = at.zoned() else { return Some(f64::NAN) };
    let mut parts = [
        f64::from(at.year()),
        f64::from(at.month() - 1),
        at.day().into(),
        at.hour().into(),
        at.minute().into(),
        at.second().into(),
        at.millisecond().into(),
    ];
    for (given, place) in parts[first..].iter_mut().enumerate() {
        if given < args.len() {
            *place = args.number(given).trunc();
        }
    }
    Some(js_date::from_parts(&parts, zone))
}

/// The unit an extension's argument names.
pub(super) fn unit_of(args: &Args<'_, '_>, index: usize, missing: &str) -> Result<Unit, Stop> {
    let name = args.text_or(index, missing);
    Unit::named(&name).ok_or_else(|| {
        Stop::failed(format!("Unsupported unit '{name}'. Supported: 'milliseconds', 'seconds', 'minutes', 'hours', 'days', 'weeks', 'months', 'quarters', 'years'."))
    })
}
