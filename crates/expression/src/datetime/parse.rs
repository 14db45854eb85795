//! Text to a moment: ISO 8601, RFC 2822, HTTP, SQL, and patterns of Luxon's tokens.

use jiff::civil;
use jiff::tz::{Offset, TimeZone};

use super::{DateTime, Locale, offset_seconds, shift_date, zone_named};

const UNPARSABLE: &str = "unparsable";

/// ISO 8601. Text without an offset is in `zone`; text with one is shown in `zone` unless
/// `keep_offset`.
pub(crate) fn from_iso(text: &str, zone: &TimeZone, keep_offset: bool) -> DateTime {
    parse_iso(text.trim(), zone, keep_offset).unwrap_or_else(|| DateTime::invalid(UNPARSABLE))
}

fn parse_iso(text: &str, zone: &TimeZone, keep_offset: bool) -> Option<DateTime> {
    let (date, clock) = match text.find('T') {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let date = iso_date(date)?;
    let Some(clock) = clock else {
        return Some(DateTime::from_civil(date.to_datetime(civil::Time::midnight()), zone));
    };
    let end = clock.find(['Z', 'z', '+', '-']).unwrap_or(clock.len());
    let (clock, rest) = clock.split_at(end);
    let (offset, named) = rest
        .split_once('[')
        .map_or((rest, None), |(offset, name)| (offset, name.strip_suffix(']')));
    let (time, days) = iso_time(clock)?;
    let date = shift_date(date, 0.0, days)?;
    let civil = civil::DateTime::from_parts(date, time);
    with_offset(civil, offset, named, zone, keep_offset)
}

/// A clock time with an offset as text, empty for none.
fn with_offset(
    civil: civil::DateTime,
    offset: &str,
    named: Option<&str>,
    zone: &TimeZone,
    keep_offset: bool,
) -> Option<DateTime> {
    if offset.is_empty() {
        return Some(DateTime::from_civil(civil, zone));
    }
    let seconds = if offset.eq_ignore_ascii_case("z") { 0 } else { offset_seconds(offset)? };
    let own = if seconds == 0 {
        TimeZone::UTC
    } else {
        TimeZone::fixed(Offset::from_seconds(seconds).ok()?)
    };
    let at = DateTime::from_civil(civil, &own);
    Some(match named.and_then(|name| zone_named(name, zone)) {
        Some(named) => at.in_zone(&named, false),
        None if keep_offset => at,
        None => at.in_zone(zone, false),
    })
}

fn digits(text: &str) -> Option<i32> {
    let valid = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if valid { text.parse().ok() } else { None }
}

fn iso_date(text: &str) -> Option<civil::Date> {
    let parts: Vec<&str> = text.split('-').collect();
    let day = |year: i32, month: i32, day: i32| {
        civil::Date::new(
            i16::try_from(year).ok()?,
            i8::try_from(month).ok()?,
            i8::try_from(day).ok()?,
        )
        .ok()
    };
    let week = |year: &str, week: &str, weekday: &str| {
        let start =
            civil::ISOWeekDate::new(digits(year)? as i16, 1, civil::Weekday::Monday).ok()?;
        shift_date(start.date(), 0.0, f64::from((digits(week)? - 1) * 7 + digits(weekday)? - 1))
    };
    let ordinal = |year: &str, number: &str| {
        shift_date(day(digits(year)?, 1, 1)?, 0.0, f64::from(digits(number)? - 1))
    };
    match parts.as_slice() {
        [compact] if compact.len() == 8 && digits(compact).is_some() => {
            day(digits(&compact[..4])?, digits(&compact[4..6])?, digits(&compact[6..])?)
        }
        [compact] if compact.len() == 6 && digits(compact).is_some() => {
            day(digits(&compact[..4])?, digits(&compact[4..])?, 1)
        }
        [compact] if compact.len() == 7 && digits(compact).is_some() => {
            ordinal(&compact[..4], &compact[4..])
        }
        [year] if year.len() == 4 => day(digits(year)?, 1, 1),
        [year, number] if year.len() == 4 && number.len() == 3 && number.starts_with('W') => {
            week(year, &number[1..], "1")
        }
        [year, number] if year.len() == 4 && number.len() == 3 => ordinal(year, number),
        [year, month] if year.len() == 4 && month.len() == 2 => {
            day(digits(year)?, digits(month)?, 1)
        }
        [year, number, weekday] if number.starts_with('W') && weekday.len() == 1 => {
            week(year, &number[1..], weekday)
        }
        [year, month, date] if year.len() == 4 && month.len() == 2 && date.len() == 2 => {
            day(digits(year)?, digits(month)?, digits(date)?)
        }
        _ => None,
    }
}

/// The time and, for 24:00, one day more.
fn iso_time(text: &str) -> Option<(civil::Time, f64)> {
    let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let compact = whole.replace(':', "");
    let (hour, minute, second) = match compact.len() {
        2 => (digits(&compact)?, 0, 0),
        4 => (digits(&compact[..2])?, digits(&compact[2..])?, 0),
        6 => (digits(&compact[..2])?, digits(&compact[2..4])?, digits(&compact[4..])?),
        _ => return None,
    };
    let ms = if fraction.is_empty() {
        0
    } else {
        digits(&fraction.chars().take(9).collect::<String>())?;
        format!("{fraction:0<3}").get(..3)?.parse().ok()?
    };
    let days = if hour == 24 && minute == 0 && second == 0 && ms == 0 { 1.0 } else { 0.0 };
    let hour = if days > 0.0 { 0 } else { i8::try_from(hour).ok()? };
    let time = civil::Time::new(hour, minute as i8, second as i8, ms * 1_000_000).ok()?;
    Some((time, days))
}

/// SQL: ISO with a space, and an offset or a zone's name after another.
pub(crate) fn from_sql(text: &str, zone: &TimeZone, keep_offset: bool) -> DateTime {
    let parse = || {
        let mut parts = text.trim().split(' ').filter(|part| !part.is_empty());
        let date = iso_date(parts.next()?)?;
        let Some(clock) = parts.next() else {
            return Some(DateTime::from_civil(date.to_datetime(civil::Time::midnight()), zone));
        };
        let end = clock.find(['Z', '+', '-']).unwrap_or(clock.len());
        let (time, days) = iso_time(&clock[..end])?;
        let civil = civil::DateTime::from_parts(shift_date(date, 0.0, days)?, time);
        match (&clock[end..], parts.next()) {
            ("", None) => Some(DateTime::from_civil(civil, zone)),
            ("", Some(name)) => Some(match offset_seconds(name) {
                Some(_) => with_offset(civil, name, None, zone, keep_offset)?,
                None => DateTime::from_civil(civil, &zone_named(name, zone)?),
            }),
            (offset, _) => with_offset(civil, offset, None, zone, keep_offset),
        }
    };
    parse().unwrap_or_else(|| DateTime::invalid(UNPARSABLE))
}

/// RFC 2822: `Tue, 01 Nov 2016 13:23:12 +0630`. The offset must be there.
pub(crate) fn from_rfc2822(text: &str, zone: &TimeZone, keep_offset: bool) -> DateTime {
    let parse = || {
        let text = text.trim();
        let text = text.split_once(',').map_or(text, |(_, rest)| rest);
        let parts: Vec<&str> = text.split_whitespace().collect();
        let [day, month, year, clock, offset] = parts.as_slice() else { return None };
        let civil = words_date(day, month, year, clock)?;
        let offset = match *offset {
            "GMT" | "UT" | "UTC" | "Z" => "+0000",
            "EST" | "CDT" => "-0500",
            "EDT" => "-0400",
            "CST" | "MDT" => "-0600",
            "MST" | "PDT" => "-0700",
            "PST" => "-0800",
            other => other,
        };
        with_offset(civil, offset, None, zone, keep_offset)
    };
    parse().unwrap_or_else(|| DateTime::invalid(UNPARSABLE))
}

/// HTTP: `Sun, 06 Nov 1994 08:49:37 GMT`.
pub(crate) fn from_http(text: &str, zone: &TimeZone, keep_offset: bool) -> DateTime {
    if text.trim().ends_with("GMT") {
        return from_rfc2822(text, zone, keep_offset);
    }
    DateTime::invalid(UNPARSABLE)
}

fn words_date(day: &str, month: &str, year: &str, clock: &str) -> Option<civil::DateTime> {
    let english = Locale::default();
    let month = (1..=12).find(|number| english.month(*number, true).eq_ignore_ascii_case(month))?;
    let year = digits(year)?;
    let year = if year < 100 { if year > 60 { 1900 + year } else { 2000 + year } } else { year };
    let date = civil::Date::new(i16::try_from(year).ok()?, month, i8::try_from(digits(day)?).ok()?)
        .ok()?;
    let (time, _) = iso_time(clock)?;
    Some(civil::DateTime::from_parts(date, time))
}

/// What a pattern found in a text.
#[derive(Default)]
struct Parts {
    year: Option<f64>,
    month: Option<f64>,
    day: Option<f64>,
    ordinal: Option<f64>,
    hour: Option<f64>,
    hour12: Option<f64>,
    afternoon: Option<bool>,
    minute: f64,
    second: f64,
    ms: f64,
    offset: Option<i32>,
    zone: Option<TimeZone>,
    timestamp_ms: Option<f64>,
}

/// Text by a pattern of Luxon's tokens. The whole text must match.
/// What is larger than the largest part it gives comes from `now`.
pub(crate) fn from_format(
    text: &str,
    format: &str,
    zone: &TimeZone,
    locale: Locale,
    keep: bool,
    now: &DateTime,
) -> DateTime {
    let today = now.in_zone(zone, false).zoned().map_or(civil::date(1970, 1, 1), |at| at.date());
    read(text, format, zone, locale)
        .and_then(|parts| parts.finish(zone, keep, today))
        .unwrap_or_else(|| DateTime::invalid(UNPARSABLE))
}

fn read(text: &str, format: &str, zone: &TimeZone, locale: Locale) -> Option<Parts> {
    let mut parts = Parts::default();
    let mut rest = text;
    for (literal, token) in super::format::pieces(format) {
        let known = !literal && token.chars().all(|c| c.is_ascii_alphabetic());
        match if known {
            read_token(&token, rest, zone, locale, &mut parts)
        } else {
            Token::Literal
        } {
            Token::Read(after) => rest = after,
            Token::Literal => rest = strip_literal(rest, &token)?,
            Token::Mismatch => return None,
        }
    }
    rest.is_empty().then_some(parts)
}

fn strip_literal<'t>(rest: &'t str, literal: &str) -> Option<&'t str> {
    let head = rest.get(..literal.len())?;
    head.eq_ignore_ascii_case(literal).then(|| &rest[literal.len()..])
}

enum Token<'t> {
    Read(&'t str),
    Literal,
    Mismatch,
}

fn number(rest: &str, least: usize, most: usize) -> Option<(f64, &str)> {
    let length = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
    if length < least {
        return None;
    }
    Some((rest[..length].parse().ok()?, &rest[length..]))
}

fn named(rest: &str, names: impl Iterator<Item = (f64, &'static str)>) -> Option<(f64, &str)> {
    let found = names
        .filter(|(_, name)| {
            rest.get(..name.len()).is_some_and(|head| head.to_lowercase() == name.to_lowercase())
        })
        .max_by_key(|(_, name)| name.len())?;
    Some((found.0, &rest[found.1.len()..]))
}

fn read_token<'t>(
    token: &str,
    rest: &'t str,
    zone: &TimeZone,
    locale: Locale,
    parts: &mut Parts,
) -> Token<'t> {
    let months = |short| (1..=12_i8).map(move |at| (f64::from(at), locale.month(at, short)));
    let days = |short| (1..=7_i8).map(move |at| (f64::from(at), locale.weekday(at, short)));
    let read = match token {
        "y" => number(rest, 1, 6),
        "yy" => number(rest, 2, 4).map(|(year, rest)| {
            (
                if year > 60.0 && year < 100.0 {
                    1900.0 + year
                } else if year < 100.0 {
                    2000.0 + year
                } else {
                    year
                },
                rest,
            )
        }),
        "yyyy" | "kkkk" => number(rest, 4, 4),
        "yyyyy" => number(rest, 4, 6),
        "yyyyyy" => number(rest, 6, 6),
        "M" | "L" | "d" | "H" | "h" | "m" | "s" | "q" => number(rest, 1, 2),
        "MM" | "LL" | "dd" | "HH" | "hh" | "mm" | "ss" => number(rest, 2, 2),
        "MMM" | "LLL" => named(rest, months(true)),
        "MMMM" | "LLLL" => named(rest, months(false)),
        "EEE" | "ccc" => named(rest, days(true)),
        "EEEE" | "cccc" => named(rest, days(false)),
        "E" | "c" => number(rest, 1, 1),
        "a" => named(rest, [(0.0, "am"), (1.0, "pm")].into_iter()),
        "o" => number(rest, 1, 3),
        "ooo" => number(rest, 3, 3),
        "S" => number(rest, 1, 3),
        "SSS" => number(rest, 3, 3),
        "u" => number(rest, 1, 9).map(|(value, after)| {
            let length = i32::try_from(rest.len() - after.len()).unwrap_or(3);
            ((value * 1000.0 / 10_f64.powi(length)).floor(), after)
        }),
        "X" | "x" => number(rest, 1, 15),
        "Z" | "ZZ" | "ZZZ" => {
            let end =
                rest.bytes().skip(1).take_while(|b| b.is_ascii_digit() || *b == b':').count() + 1;
            rest.get(..end).and_then(offset_seconds).map(|offset| (f64::from(offset), &rest[end..]))
        }
        "z" | "ZZZZZ" => {
            let end = rest.find(|c: char| c.is_whitespace()).unwrap_or(rest.len());
            parts.zone = zone_named(&rest[..end], zone);
            parts.zone.as_ref().map(|_| (0.0, &rest[end..]))
        }
        _ => return Token::Literal,
    };
    let Some((value, after)) = read else { return Token::Mismatch };
    match token.as_bytes()[0] {
        b'y' => parts.year = Some(value),
        b'M' | b'L' => parts.month = Some(value),
        b'd' => parts.day = Some(value),
        b'o' => parts.ordinal = Some(value),
        b'H' => parts.hour = Some(value),
        b'h' => parts.hour12 = Some(value),
        b'a' => parts.afternoon = Some(value > 0.0),
        b'm' => parts.minute = value,
        b's' => parts.second = value,
        b'S' | b'u' => parts.ms = value,
        b'X' => parts.timestamp_ms = Some(value * 1000.0),
        b'x' => parts.timestamp_ms = Some(value),
        b'Z' if token.len() <= 3 => parts.offset = Some(value as i32),
        _ => {}
    }
    Token::Read(after)
}

impl Parts {
    fn finish(self, zone: &TimeZone, keep: bool, today: civil::Date) -> Option<DateTime> {
        if let Some(ms) = self.timestamp_ms {
            return Some(DateTime::from_ms(ms, zone));
        }
        let mut hour = self.hour.unwrap_or(0.0);
        if let Some(hour12) = self.hour12.or_else(|| self.hour.filter(|_| self.afternoon.is_some()))
        {
            hour = match self.afternoon {
                Some(afternoon) => hour12 % 12.0 + if afternoon { 12.0 } else { 0.0 },
                None => hour12,
            };
        }
        let year = self.year.map_or_else(|| today.year(), |year| year as i16);
        let month = match (self.month, self.year) {
            (Some(month), _) => month as i8,
            (None, Some(_)) => 1,
            (None, None) => today.month(),
        };
        let day = match (self.day, self.month.or(self.year)) {
            (Some(day), _) => day as i8,
            (None, Some(_)) => 1,
            (None, None) => today.day(),
        };
        let mut date = civil::Date::new(year, month, day).ok()?;
        if let Some(ordinal) = self.ordinal {
            date = shift_date(civil::Date::new(year, 1, 1).ok()?, 0.0, ordinal - 1.0)?;
        }
        let time = civil::Time::new(
            hour as i8,
            self.minute as i8,
            self.second as i8,
            self.ms as i32 * 1_000_000,
        )
        .ok()?;
        let civil = civil::DateTime::from_parts(date, time);
        match (self.zone, self.offset) {
            (Some(named), _) => {
                let at = DateTime::from_civil(civil, &named);
                Some(if keep { at } else { at.in_zone(zone, false) })
            }
            (None, Some(seconds)) => {
                let own = TimeZone::fixed(Offset::from_seconds(seconds).ok()?);
                let at = DateTime::from_civil(civil, &own);
                Some(if keep { at } else { at.in_zone(zone, false) })
            }
            _ => Some(DateTime::from_civil(civil, zone)),
        }
    }
}
