//! Methods of Luxon's `DateTime` and `Duration`, and n8n's extensions of dates.

mod relative;

use std::rc::Rc;

use super::date::unit_of;
use super::{Found, format};
use crate::datetime::{DateTime, Duration, Locale, Unit, diff, js_date, zone_named};
use crate::eval::{Args, Eval, Stop};
use crate::value::{Val, parse_number};

pub(super) fn call<'a>(
    eval: &Eval<'a>,
    moment: &Rc<DateTime>,
    name: &str,
    args: &Args<'_, 'a>,
) -> Found<'a> {
    if let Some(value) = extension(eval, moment, name, args)? {
        return Ok(Some(value));
    }
    if let Some(value) = text(eval, moment, name, args)? {
        return Ok(Some(value));
    }
    let zone = &eval.frame.ambient.timezone;
    let made = |moment: DateTime| Some(Val::date_time(moment));
    Ok(match name {
        "toMillis" | "valueOf" => Some(Val::Number(moment.ms())),
        "toSeconds" => Some(Val::Number(moment.ms() / 1000.0)),
        "toUnixInteger" => Some(Val::Number((moment.ms() / 1000.0).floor())),
        "toJSDate" => Some(Val::date(moment.ms())),
        "toUTC" => made(moment.in_zone(&jiff::tz::TimeZone::UTC, false)),
        "toLocal" => made(moment.in_zone(zone, false)),
        "setZone" => {
            let name = args.text_or(0, "local");
            let keep = if args.get(1).is_plain_object() {
                eval.member(args.get(1), "keepLocalTime")?.truthy()
            } else {
                false
            };
            match zone_named(&name, zone) {
                Some(zone) => made(moment.in_zone(&zone, keep)),
                None => made(DateTime::invalid("unsupported zone")),
            }
        }
        "setLocale" => made(moment.with_locale(Locale::named(&args.text(0)))),
        "reconfigure" => {
            let (_, locale, _) = eval.date_options(args.get(0))?;
            made(locale.map_or_else(|| (**moment).clone(), |locale| moment.with_locale(locale)))
        }
        "set" => {
            let values = eval.unit_values(args.get(0))?;
            let values: Vec<(&str, f64)> =
                values.iter().map(|(key, value)| (key.as_str(), *value)).collect();
            match moment.set(&values) {
                Some(set) => made(set),
                None => return Err(Stop::Thrown("Invalid unit".to_owned())),
            }
        }
        "startOf" => made(moment.start_of(unit_of(args, 0, "")?)),
        "endOf" => made(moment.end_of(unit_of(args, 0, "")?)),
        "get" => Some(eval.member(&Val::DateTime(moment.clone()), &args.text(0))?),
        "diff" | "diffNow" => {
            let (other, units) = if name == "diff" {
                (other_moment(eval, args.get(0))?, args.get(1))
            } else {
                (eval.now(), args.get(0))
            };
            Some(Val::duration(diff(moment, &other, &units_of(units)?)))
        }
        "hasSame" => {
            let (other, unit) = (other_moment(eval, args.get(0))?, unit_of(args, 1, "")?);
            let zoned = moment.zoned().map(|at| at.time_zone().clone());
            let start = moment.start_of(unit).ms();
            let end = moment.end_of(unit).ms();
            let other = zoned.map_or(f64::NAN, |zone| other.in_zone(&zone, true).ms());
            Some(Val::Bool(start <= other && other <= end))
        }
        "equals" => {
            let other = args.get(0);
            Some(Val::Bool(matches!(other, Val::DateTime(other)
                if other.ms() == moment.ms() && other.to_iso() == moment.to_iso())))
        }
        "toObject" => {
            let names = ["year", "month", "day", "hour", "minute", "second", "millisecond"];
            let value = Val::DateTime(moment.clone());
            let fields = names.map(|name| Ok((name.to_owned(), eval.member(&value, name)?)));
            let fields: Result<Vec<_>, Stop> = fields.into_iter().collect();
            Some(Val::object(fields?))
        }
        _ => None,
    })
}

fn text<'a>(eval: &Eval<'a>, moment: &DateTime, name: &str, args: &Args<'_, 'a>) -> Found<'a> {
    let maybe = |text: Option<String>| text.map_or(Val::Null, Val::text);
    let shown = |pattern: &str| maybe(moment.zoned().map(|_| moment.to_format(pattern)));
    let flag = |name: &str| -> Result<bool, Stop> {
        Ok(args.get(0).is_plain_object() && eval.member(args.get(0), name)?.truthy())
    };
    let utc = || moment.in_zone(&jiff::tz::TimeZone::UTC, false);
    Ok(Some(match name {
        "toFormat" => Val::text(moment.to_format(&args.text(0))),
        "toISO" | "toISOTime" => {
            if args.get(0).is_plain_object()
                && !matches!(eval.member(args.get(0), "format")?, Val::Undefined)
            {
                return Err(Stop::Worker("format of toISO"));
            }
            let mut pattern =
                if name == "toISO" { "yyyy-MM-dd'T'HH:mm" } else { "HH:mm" }.to_owned();
            let whole = moment.zoned().is_some_and(|at| at.millisecond() == 0);
            let seconds = !(flag("suppressSeconds")?
                && whole
                && moment.zoned().is_some_and(|at| at.second() == 0));
            if seconds {
                pattern.push_str(":ss");
                if !(flag("suppressMilliseconds")? && whole) {
                    pattern.push_str(".SSS");
                }
            }
            let offset = matches!(
                eval.member_if_object(args.get(0), "includeOffset")?,
                Val::Undefined | Val::Bool(true)
            );
            let Some(iso) = moment.to_iso() else { return Ok(Some(Val::Null)) };
            let offset =
                if offset { &iso[iso.rfind(['Z', '+', '-']).unwrap_or(iso.len())..] } else { "" };
            Val::text(format!("{}{offset}", moment.to_format(&pattern)))
        }
        "toISODate" => maybe(moment.to_iso_date()),
        "toISOWeekDate" => shown("kkkk-'W'WW-c"),
        "toString" => Val::text(moment.to_text()),
        "toJSON" => maybe(moment.to_iso()),
        "toRFC2822" => shown("EEE, dd LLL yyyy HH:mm:ss ZZZ"),
        "toHTTP" => {
            maybe(moment.zoned().map(|_| utc().to_format("EEE, dd LLL yyyy HH:mm:ss 'GMT'")))
        }
        "toSQL" => shown("yyyy-MM-dd HH:mm:ss.SSS ZZ"),
        "toSQLDate" => shown("yyyy-MM-dd"),
        "toSQLTime" => shown("HH:mm:ss.SSS ZZ"),
        "toLocaleString" => {
            if moment.zoned().is_none() {
                return Ok(Some(Val::text("Invalid DateTime")));
            }
            let (tag, options) = match args.get(0) {
                options @ (Val::Map(_) | Val::Object(_)) => {
                    let tag = eval.member(args.get(1), "locale").ok();
                    (tag.filter(|tag| matches!(tag, Val::Text(_))), options)
                }
                Val::Text(tag) => (Some(Val::Text(tag.clone())), args.get(1)),
                _ => (None, args.get(1)),
            };
            Val::text(format::moment(eval, moment, tag.as_ref(), options, format::Parts::Date)?)
        }
        "toRelative" => relative::elapsed(moment, &eval.now()).map_or(Val::Null, Val::text),
        "toRelativeCalendar" => {
            relative::calendar(moment, &eval.now()).map_or(Val::Null, Val::text)
        }
        _ => return Ok(None),
    }))
}

/// n8n's extensions, which `Date` has as well.
pub(super) fn extension<'a>(
    eval: &Eval<'a>,
    moment: &DateTime,
    name: &str,
    args: &Args<'_, 'a>,
) -> Found<'a> {
    Ok(Some(match name {
        "format" => {
            let format = args.text_or(0, "yyyy-MM-dd");
            Val::text(moment.to_format(&format))
        }
        "plus" | "minus" => {
            let unit = args.given(1).map(|unit| unit.to_text().to_string());
            let duration = eval.duration(args.get(0), unit.as_deref())?;
            let duration = if name == "minus" { duration.map(|value| -value) } else { duration };
            Val::date_time(moment.plus(&duration))
        }
        "beginningOf" => Val::date_time(moment.start_of(unit_of(args, 0, "week")?)),
        "endOfMonth" => Val::date_time(moment.end_of(Unit::Month)),
        "isWeekend" => {
            Val::Bool(moment.zoned().is_some_and(|at| at.weekday().to_monday_one_offset() >= 6))
        }
        "isDst" => Val::Bool(
            moment
                .zoned()
                .is_some_and(|at| at.time_zone().to_offset_info(at.timestamp()).dst().is_dst()),
        ),
        "isBetween" => {
            let (a, b) =
                (other_moment(eval, args.get(0))?.ms(), other_moment(eval, args.get(1))?.ms());
            Val::Bool(a.min(b) <= moment.ms() && moment.ms() <= a.max(b))
        }
        "isInLast" => {
            let count = args.given(0).map_or(0.0, Val::number);
            let start = eval.now().plus(&Duration::of(unit_of(args, 1, "minutes")?, -count));
            Val::Bool(start.ms() <= moment.ms() && moment.ms() <= eval.now().ms())
        }
        "diffTo" | "diffToNow" => {
            let (other, units) = if name == "diffTo" {
                (other_moment(eval, args.get(0))?, args.get(1))
            } else {
                (eval.now(), args.get(0))
            };
            let wanted = if units.is_nullish() { vec![Unit::Day] } else { named_units(units)? };
            let between = diff(moment, &other, &wanted);
            match (units.is_array(), wanted.as_slice()) {
                (false, [unit]) => Val::Number(between.get(*unit)),
                _ => Val::object(
                    between.parts().map(|(unit, value)| (unit.to_owned(), Val::Number(value))),
                ),
            }
        }
        "extract" => extract(moment, &args.text_or(0, "week"))?,
        "toDateTime" => Val::date_time(moment.clone()),
        "toInt" | "toFloat" | "toNumber" => Val::Number(moment.ms()),
        "toBoolean" => Val::Undefined,
        "isEmpty" => Val::Bool(false),
        "isNotEmpty" => Val::Bool(true),
        _ => return Ok(None),
    }))
}

fn extract<'a>(moment: &DateTime, part: &str) -> Result<Val<'a>, Stop> {
    let name = match part.trim_end_matches('s') {
        "week" | "weekNumber" => "weekNumber",
        "yearDayNumber" => "ordinal",
        "weekday" | "weekDayNumber" => "weekday",
        other => other,
    };
    match moment.field(name) {
        Some(crate::datetime::Field::Number(number)) => Ok(Val::Number(number)),
        _ => Err(Stop::failed(format!(
            "Unsupported part '{part}'. Use year, month, week, day, hour, minute, second, millisecond or weekday"
        ))),
    }
}

/// Another moment in the forms people write.
fn other_moment(eval: &Eval<'_>, value: &Val<'_>) -> Result<DateTime, Stop> {
    let zone = &eval.frame.ambient.timezone;
    match value {
        Val::DateTime(moment) => Ok((**moment).clone()),
        Val::Date(ms) => Ok(DateTime::from_ms(ms.get(), zone)),
        Val::Number(ms) => Ok(DateTime::from_ms(*ms, zone)),
        Val::Text(text) => {
            let moment = crate::datetime::from_iso(text, zone, true);
            if moment.zoned().is_some() {
                return Ok(moment);
            }
            let ms = js_date::parse(text, &eval.frame.ambient.system_timezone);
            let ms = if ms.is_nan() { parse_number(text) } else { ms };
            if ms.is_nan() {
                Err(Stop::failed("cannot convert to Luxon DateTime"))
            } else {
                Ok(DateTime::from_ms(ms, zone))
            }
        }
        _ => Err(Stop::failed("cannot convert to Luxon DateTime")),
    }
}

/// Units of `diff`; what is no unit throws, as in Luxon.
fn units_of(value: &Val<'_>) -> Result<Vec<Unit>, Stop> {
    if value.is_nullish() || value.is_plain_object() {
        return Ok(vec![Unit::Millisecond]);
    }
    let names = value.elements().unwrap_or_else(|| vec![value.clone()]);
    let unit = |name: &Val<'_>| {
        let name = name.to_text();
        Unit::named(&name).ok_or_else(|| Stop::Thrown(format!("Invalid unit {}", &*name)))
    };
    names.iter().map(unit).collect()
}

/// The same for extensions, where it is an error to show.
fn named_units(value: &Val<'_>) -> Result<Vec<Unit>, Stop> {
    let names = value.elements().unwrap_or_else(|| vec![value.clone()]);
    names.iter().map(|name| unit_of(&Args(std::slice::from_ref(name)), 0, "")).collect()
}

pub(super) fn call_duration<'a>(
    eval: &Eval<'a>,
    duration: &Rc<Duration>,
    name: &str,
    args: &Args<'_, 'a>,
) -> Found<'a> {
    let unit = || {
        let name = args.text(0);
        Unit::named(&name).ok_or_else(|| Stop::Thrown(format!("Invalid unit {}", &*name)))
    };
    Ok(Some(match name {
        "as" => Val::Number(duration.as_unit(unit()?)),
        "get" => Val::Number(duration.get(unit()?)),
        "toMillis" | "valueOf" => Val::Number(duration.as_ms()),
        "toObject" => {
            Val::object(duration.parts().map(|(unit, value)| (unit.to_owned(), Val::Number(value))))
        }
        "toISO" | "toJSON" | "toString" => Val::text(duration.to_iso()),
        "toHuman" if args.len() == 0 => Val::text(duration.to_human()),
        "toFormat" => Val::text(duration.to_format(&args.text(0))),
        "shiftTo" => {
            let units = args.0.iter().map(|name| {
                Unit::named(&name.to_text()).ok_or_else(|| Stop::Thrown("Invalid unit".to_owned()))
            });
            Val::duration(duration.shift_to(&units.collect::<Result<Vec<_>, _>>()?))
        }
        "negate" => Val::duration(duration.map(|value| -value)),
        "plus" => Val::duration(duration.plus(&eval.duration(args.get(0), None)?)),
        "minus" => {
            Val::duration(duration.plus(&eval.duration(args.get(0), None)?.map(|value| -value)))
        }
        // The number methods people call on what `diffTo` used to give.
        "normalize" | "rescale" | "mapUnits" => return Err(Stop::Worker("a method")),
        _ => return Ok(None),
    }))
}
