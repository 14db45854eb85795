//! `Date`, `DateTime` and `Duration` as globals.

use super::super::{Args, Eval, Res, Stop};
use crate::datetime::{
    DateTime, Duration, Locale, Unit, from_format, from_http, from_iso, from_rfc2822, from_sql,
    js_date, zone_named,
};
use crate::value::Val;
use jiff::tz::TimeZone;

/// Options of Luxon's presets for `toLocaleString`.
pub(super) fn preset_options<'a>(name: &str) -> Option<Val<'a>> {
    let (date, time) = match name.split_once('_')? {
        ("DATE", rest) => (rest, ""),
        ("TIME", rest) => ("", rest),
        ("DATETIME", rest) => (rest, rest),
        _ => return None,
    };
    let mut options: Vec<(&str, &str)> = Vec::new();
    let date_word = date.split('_').next().unwrap_or_default();
    let month = match date_word {
        "" => None,
        "SHORT" => Some("numeric"),
        "MED" => Some("short"),
        "FULL" | "HUGE" => Some("long"),
        _ => return None,
    };
    if let Some(month) = month {
        options.extend([("year", "numeric"), ("month", month), ("day", "numeric")]);
        if date_word == "HUGE" {
            options.push(("weekday", "long"));
        } else if name.ends_with("WITH_WEEKDAY") {
            options.push(("weekday", "short"));
        }
    }
    if !time.is_empty() {
        options.extend([("hour", "numeric"), ("minute", "numeric")]);
        if time.contains("SECONDS") || time.contains("OFFSET") {
            options.push(("second", "numeric"));
        }
        if time.contains("24") {
            options.push(("hourCycle", "h23"));
        }
        if time.contains("SHORT_OFFSET") || (month == Some("long") && !date.is_empty()) {
            options.push(("timeZoneName", "short"));
        }
    }
    Some(Val::object(options.into_iter().map(|(key, value)| (key.to_owned(), Val::text(value)))))
}

impl<'a> Eval<'a> {
    pub(super) fn date_static(&self, name: &str, args: &Args<'_, 'a>) -> Res<'a> {
        match name {
            "now" => Ok(Val::Number(self.frame.now.0 as f64)),
            "parse" => {
                let zone = &self.frame.ambient.system_timezone;
                Ok(Val::Number(js_date::parse(&args.text(0), zone)))
            }
            "UTC" => {
                let parts: Vec<f64> = (0..args.len()).map(|at| args.number(at)).collect();
                Ok(Val::Number(js_date::from_parts(&parts, &TimeZone::UTC)))
            }
            _ => Err(Stop::Worker("static method")),
        }
    }

    /// The zone and locale that an options argument names.
    pub(crate) fn date_options(
        &self,
        options: &Val<'a>,
    ) -> Result<(TimeZone, Option<Locale>, bool), Stop> {
        let local = &self.frame.ambient.timezone;
        if !options.is_plain_object() {
            return Ok((local.clone(), None, false));
        }
        let zone = match self.member(options, "zone")? {
            Val::Text(name) => zone_named(&name, local).unwrap_or(TimeZone::unknown()),
            _ => local.clone(),
        };
        let locale = match self.member(options, "locale")? {
            Val::Text(tag) => Some(Locale::named(&tag)),
            _ => None,
        };
        Ok((zone, locale, self.member(options, "setZone")?.truthy()))
    }

    pub(super) fn date_time_static(&self, name: &str, args: &Args<'_, 'a>) -> Res<'a> {
        let (zone, locale, keep) =
            self.date_options(args.get(if name == "fromFormat" { 2 } else { 1 }))?;
        let text = || args.text(0);
        let made = match name {
            "now" => self.now(),
            "local" | "utc" => self.date_time_from_parts(name == "utc", args)?,
            "fromISO" => from_iso(&text(), &zone, keep),
            "fromSQL" => from_sql(&text(), &zone, keep),
            "fromRFC2822" => from_rfc2822(&text(), &zone, keep),
            "fromHTTP" => from_http(&text(), &zone, keep),
            "fromFormat" | "fromString" => {
                if args.given(0).is_none() || args.given(1).is_none() {
                    return Stop::thrown("fromFormat requires an input string and a format");
                }
                let now = self.now();
                from_format(&text(), &args.text(1), &zone, locale.unwrap_or_default(), keep, &now)
            }
            "fromMillis" | "fromSeconds" => {
                let Val::Number(number) = args.get(0) else {
                    return Stop::thrown(format!("{name} requires a numerical input"));
                };
                let scale = if name == "fromSeconds" { 1000.0 } else { 1.0 };
                DateTime::from_ms(number * scale, &zone)
            }
            "fromJSDate" => match args.get(0) {
                Val::Date(ms) => DateTime::from_ms(ms.get(), &zone),
                _ => DateTime::invalid("invalid input"),
            },
            "fromObject" => {
                let values = self.unit_values(args.get(0))?;
                let values: Vec<(&str, f64)> =
                    values.iter().map(|(key, value)| (key.as_str(), *value)).collect();
                let now = self.now().in_zone(&zone, false);
                let base = from_object_base(&now, &values);
                base.set(&values).ok_or_else(|| Stop::Thrown("Invalid unit".to_owned()))?
            }
            "isDateTime" => return Ok(Val::Bool(matches!(args.get(0), Val::DateTime(_)))),
            "min" | "max" => return self.extreme(name == "max", args),
            _ => return Err(Stop::Worker("static method")),
        };
        Ok(Val::date_time(match locale {
            Some(locale) => made.with_locale(locale),
            None => made,
        }))
    }

    fn extreme(&self, largest: bool, args: &Args<'_, 'a>) -> Res<'a> {
        let ordered = |a: &&Val<'a>, b: &&Val<'a>| a.number().total_cmp(&b.number());
        let found =
            if largest { args.0.iter().max_by(ordered) } else { args.0.iter().min_by(ordered) };
        Ok(found.cloned().unwrap_or(Val::Undefined))
    }

    fn date_time_from_parts(&self, utc: bool, args: &Args<'_, 'a>) -> Result<DateTime, Stop> {
        let local = &self.frame.ambient.timezone;
        let zone = if utc { &TimeZone::UTC } else { local };
        let parts: Vec<f64> = args
            .0
            .iter()
            .take_while(|value| matches!(value, Val::Number(_)))
            .map(Val::number)
            .collect();
        if parts.is_empty() {
            return Ok(self.now().in_zone(zone, false));
        }
        let mut parts = parts;
        if let Some(month) = parts.get_mut(1) {
            *month -= 1.0;
        }
        let year = parts[0];
        parts[0] = if (0.0..=99.0).contains(&year) {
            return Err(Stop::Worker("ancient date"));
        } else {
            year
        };
        Ok(DateTime::from_ms(js_date::from_parts(&parts, zone), zone))
    }

    pub(super) fn duration_static(&self, name: &str, args: &Args<'_, 'a>) -> Res<'a> {
        match name {
            "fromMillis" => Ok(Val::duration(Duration::of(Unit::Millisecond, args.number(0)))),
            "fromObject" => Ok(Val::duration(self.duration(args.get(0), None)?)),
            "fromISO" => match Duration::from_iso(&args.text(0)) {
                Some(duration) => Ok(Val::duration(duration)),
                None => Err(Stop::Worker("invalid duration")),
            },
            "isDuration" => Ok(Val::Bool(matches!(args.get(0), Val::Duration(_)))),
            _ => Err(Stop::Worker("static method")),
        }
    }

    /// The numbers of an object by their names.
    pub(crate) fn unit_values(&self, value: &Val<'a>) -> Result<Vec<(String, f64)>, Stop> {
        let entries = value.entries().into_iter().filter(|(_, value)| !value.is_nullish());
        entries
            .filter(|(key, _)| !matches!(key.as_str(), "zone" | "locale"))
            .map(|(key, value)| {
                let number = value.number();
                let empty = matches!(&value, Val::Text(text) if text.is_empty());
                if number.is_nan() || empty || matches!(value, Val::Bool(_)) {
                    return Err(Stop::Thrown(format!("Invalid unit value {}", &*value.to_text())));
                }
                Ok((key, number))
            })
            .collect()
    }

    /// A duration in the forms people write: an object, a number of a unit, milliseconds, itself.
    pub(crate) fn duration(&self, value: &Val<'a>, unit: Option<&str>) -> Result<Duration, Stop> {
        let known = |name: &str| {
            Unit::named(name).ok_or_else(|| Stop::failed(format!("Unsupported unit '{name}'. Supported: 'milliseconds', 'seconds', 'minutes', 'hours', 'days', 'weeks', 'months', 'quarters', 'years'.")))
        };
        match value {
            Val::Duration(duration) => Ok((**duration).clone()),
            Val::Number(number) => {
                Ok(Duration::of(unit.map_or(Ok(Unit::Millisecond), known)?, *number))
            }
            Val::Text(text) if unit.is_some() => Ok(Duration::of(
                unit.map_or(Ok(Unit::Millisecond), known)?,
                crate::value::parse_number(text),
            )),
            Val::Map(_) | Val::Object(_) => {
                let mut duration = Duration::default();
                for (name, value) in self.unit_values(value)? {
                    let unit = Unit::named(&name)
                        .ok_or_else(|| Stop::Thrown(format!("Invalid unit {name}")))?;
                    duration.set(unit, value);
                }
                Ok(duration)
            }
            _ => Err(Stop::Thrown("Unknown duration argument".to_owned())),
        }
    }
}

/// What is larger than the largest given unit comes from now, what is smaller is the first.
fn from_object_base(now: &DateTime, values: &[(&str, f64)]) -> DateTime {
    let given = |unit: Unit| values.iter().any(|(name, _)| Unit::named(name) == Some(unit));
    let largest = [Unit::Year, Unit::Month, Unit::Day, Unit::Hour, Unit::Minute, Unit::Second]
        .into_iter()
        .find(|unit| given(*unit));
    match largest {
        Some(unit) => now.start_of(unit),
        None if values.is_empty() => now.clone(),
        None => now.start_of(Unit::Year),
    }
}
