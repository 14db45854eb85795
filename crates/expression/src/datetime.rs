//! Dates the way Luxon has them, on jiff: `DateTime`, `Duration`, and JavaScript's own `Date`.
//!
//! Facts of behaviour: Luxon's documentation (moment.github.io/luxon) and its published
//! algorithms for differences and durations. Nothing here reads a clock: now is an argument.

mod diff;
mod duration;
mod fields;
mod format;
pub(crate) mod js_date;
pub(crate) mod locale;
mod parse;
mod unit;

pub(crate) use diff::diff;
pub(crate) use duration::Duration;
pub(crate) use fields::{Field, preset};
pub(crate) use locale::Locale;
pub(crate) use parse::{from_format, from_http, from_iso, from_rfc2822, from_sql};
pub(crate) use unit::Unit;

use jiff::civil;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};

/// A moment in a zone, or why there is none.
#[derive(Debug, Clone)]
pub(crate) struct DateTime {
    at: Result<Zoned, &'static str>,
    pub(crate) locale: Locale,
}

impl DateTime {
    pub(crate) fn new(at: Zoned) -> Self {
        Self { at: Ok(at), locale: Locale::default() }
    }

    pub(crate) fn invalid(reason: &'static str) -> Self {
        Self { at: Err(reason), locale: Locale::default() }
    }

    pub(crate) fn from_ms(ms: f64, zone: &TimeZone) -> Self {
        if !ms.is_finite() {
            return Self::invalid("invalid input");
        }
        match Timestamp::from_millisecond(ms.trunc() as i64) {
            Ok(moment) if ms.abs() < 1e15 => Self::new(moment.to_zoned(zone.clone())),
            _ => Self::invalid("Timestamp out of range"),
        }
    }

    /// The moment that clocks in `zone` show as `civil`; in a gap the later one.
    pub(crate) fn from_civil(civil: civil::DateTime, zone: &TimeZone) -> Self {
        match zone.to_ambiguous_zoned(civil).compatible() {
            Ok(at) => Self::new(at),
            Err(_) => Self::invalid("Timestamp out of range"),
        }
    }

    pub(crate) fn zoned(&self) -> Option<&Zoned> {
        self.at.as_ref().ok()
    }

    pub(crate) fn invalid_reason(&self) -> Option<&'static str> {
        self.at.as_ref().err().copied()
    }

    /// Milliseconds since 1970; not a number where invalid.
    pub(crate) fn ms(&self) -> f64 {
        self.zoned().map_or(f64::NAN, |at| at.timestamp().as_millisecond() as f64)
    }

    /// The same with another zoned moment and the same locale.
    fn with(&self, at: Zoned) -> Self {
        Self { at: Ok(at), locale: self.locale }
    }

    fn with_ms(&self, ms: f64, zone: &TimeZone) -> Self {
        Self { locale: self.locale, ..Self::from_ms(ms, zone) }
    }

    pub(crate) fn with_locale(&self, locale: Locale) -> Self {
        Self { at: self.at.clone(), locale }
    }

    /// The same moment in another zone, or the same clock time there.
    pub(crate) fn in_zone(&self, zone: &TimeZone, keep_local_time: bool) -> Self {
        match &self.at {
            Ok(at) if keep_local_time => {
                Self { locale: self.locale, ..Self::from_civil(at.datetime(), zone) }
            }
            Ok(at) => self.with(at.with_time_zone(zone.clone())),
            Err(_) => self.clone(),
        }
    }

    /// Adds a duration: calendar units first, with the day kept within its month, then the rest
    /// as elapsed time.
    pub(crate) fn plus(&self, duration: &Duration) -> Self {
        let Some(at) = self.zoned() else { return self.clone() };
        let whole = |unit: Unit| duration.get(unit).trunc();
        let months = whole(Unit::Year) * 12.0 + whole(Unit::Quarter) * 3.0 + whole(Unit::Month);
        let days = whole(Unit::Week) * 7.0 + whole(Unit::Day);
        let shifted = if months == 0.0 && days == 0.0 {
            self.clone()
        } else {
            let Some(date) = shift_date(at.date(), months, days) else {
                return Self::invalid("Timestamp out of range");
            };
            self.in_same_zone(civil::DateTime::from_parts(date, at.time()), at)
        };
        let rest = duration.elapsed_rest_ms();
        if rest == 0.0 { shifted } else { shifted.with_ms(shifted.ms() + rest, at.time_zone()) }
    }

    /// The same clock time again keeps its offset where it can, as Luxon does.
    fn in_same_zone(&self, civil: civil::DateTime, at: &Zoned) -> Self {
        let kept = at
            .offset()
            .to_timestamp(civil)
            .ok()
            .map(|moment| moment.to_zoned(at.time_zone().clone()));
        match kept {
            Some(kept) if kept.datetime() == civil => self.with(kept),
            _ => Self { locale: self.locale, ..Self::from_civil(civil, at.time_zone()) },
        }
    }

    pub(crate) fn start_of(&self, unit: Unit) -> Self {
        let Some(at) = self.zoned() else { return self.clone() };
        let (date, time) = (at.date(), at.time());
        let first = |month: i8| civil::Date::new(date.year(), month, 1).unwrap_or(date);
        let midnight = civil::Time::midnight();
        let cut = |hour, minute, second| civil::Time::new(hour, minute, second, 0).unwrap_or(time);
        let civil = match unit {
            Unit::Year => first(1).to_datetime(midnight),
            Unit::Quarter => first((date.month() - 1) / 3 * 3 + 1).to_datetime(midnight),
            Unit::Month => first(date.month()).to_datetime(midnight),
            Unit::Week => {
                let back = f64::from(date.weekday().to_monday_zero_offset());
                shift_date(date, 0.0, -back).unwrap_or(date).to_datetime(midnight)
            }
            Unit::Day => date.to_datetime(midnight),
            Unit::Hour => date.to_datetime(cut(time.hour(), 0, 0)),
            Unit::Minute => date.to_datetime(cut(time.hour(), time.minute(), 0)),
            Unit::Second => date.to_datetime(cut(time.hour(), time.minute(), time.second())),
            Unit::Millisecond => return self.clone(),
        };
        self.in_same_zone(civil, at)
    }

    pub(crate) fn end_of(&self, unit: Unit) -> Self {
        let next = self.plus(&Duration::of(unit, 1.0)).start_of(unit);
        next.plus(&Duration::of(Unit::Millisecond, -1.0))
    }
}

/// A date so many months and days later; a day beyond the month's end becomes its last.
pub(super) fn shift_date(date: civil::Date, months: f64, days: f64) -> Option<civil::Date> {
    let month = f64::from(date.year()) * 12.0 + f64::from(date.month() - 1) + months;
    let (year, month) = ((month / 12.0).floor(), month.rem_euclid(12.0) as i8 + 1);
    if year.abs() > 9_998.0 || days.abs() > 4e6 {
        return None;
    }
    let first = civil::Date::new(year as i16, month, 1).ok()?;
    let day = date.day().min(first.days_in_month());
    let date = civil::Date::new(year as i16, month, day).ok()?;
    date.checked_add(jiff::Span::new().days(days as i64)).ok()
}

/// A zone by the names people write: IANA, `utc`, `local`, `UTC+3`, `+05:30`.
pub(crate) fn zone_named(name: &str, local: &TimeZone) -> Option<TimeZone> {
    let lower = name.to_ascii_lowercase();
    match lower.as_str() {
        "local" | "system" | "default" => return Some(local.clone()),
        "utc" | "gmt" | "z" | "etc/utc" => return Some(TimeZone::UTC),
        _ => {}
    }
    let fixed = lower.strip_prefix("utc").or_else(|| lower.strip_prefix("gmt")).unwrap_or(&lower);
    if let Some(seconds) = offset_seconds(fixed) {
        return Offset::from_seconds(seconds).ok().map(TimeZone::fixed);
    }
    TimeZone::get(name).ok()
}

/// `+3`, `+03`, `+0330`, `+03:30` in seconds.
pub(crate) fn offset_seconds(text: &str) -> Option<i32> {
    let (sign, rest) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return None,
    };
    let digits = rest.replace(':', "");
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = match digits.len() {
        1 | 2 => (digits.as_str(), "0"),
        3 => digits.split_at(1),
        4 => digits.split_at(2),
        _ => return None,
    };
    Some(sign * (hours.parse::<i32>().ok()? * 3600 + minutes.parse::<i32>().ok()? * 60))
}

/// The zone's name as Luxon shows it.
pub(crate) fn zone_name(at: &Zoned) -> String {
    match at.time_zone().iana_name() {
        Some(name) => name.to_owned(),
        None => {
            let seconds = at.offset().seconds();
            let minutes = seconds.abs() / 60;
            let sign = if seconds < 0 { '-' } else { '+' };
            match (minutes / 60, minutes % 60) {
                (0, 0) => "UTC".to_owned(),
                (hours, 0) => format!("UTC{sign}{hours}"),
                (hours, minutes) => format!("UTC{sign}{hours}:{minutes:02}"),
            }
        }
    }
}
