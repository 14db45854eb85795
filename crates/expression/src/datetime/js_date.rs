//! JavaScript's `Date`: milliseconds since 1970, its text forms, and what `Date.parse` accepts.

use jiff::civil;
use jiff::tz::TimeZone;

use super::{DateTime, offset_seconds, shift_date};

/// `toISOString`; none where invalid.
pub(crate) fn to_iso(ms: f64) -> Option<String> {
    DateTime::from_ms(ms, &TimeZone::UTC).to_iso()
}

/// `toString`. Always UTC: text must not depend on the machine it is made on.
pub(crate) fn to_string(ms: f64) -> String {
    let at = DateTime::from_ms(ms, &TimeZone::UTC);
    if at.zoned().is_none() {
        return "Invalid Date".to_owned();
    }
    at.to_format("EEE MMM dd yyyy HH:mm:ss 'GMT+0000 (Coordinated Universal Time)'")
}

/// The moment of a date by its parts in `zone`; months from 0, parts may be out of range.
pub(crate) fn from_parts(parts: &[f64], zone: &TimeZone) -> f64 {
    if parts.iter().any(|part| !part.is_finite() || part.abs() > 1e9) {
        return f64::NAN;
    }
    let part = |at: usize, missing: f64| parts.get(at).copied().unwrap_or(missing).trunc();
    let year = part(0, 1970.0);
    let year = if (0.0..=99.0).contains(&year) { year + 1900.0 } else { year };
    let ms = part(3, 0.0) * 3_600_000.0
        + part(4, 0.0) * 60_000.0
        + part(5, 0.0) * 1_000.0
        + part(6, 0.0);
    let days = (ms / 86_400_000.0).floor();
    let date = civil::Date::new(1970, 1, 1).ok().and_then(|date| {
        shift_date(date, (year - 1970.0) * 12.0 + part(1, 0.0), part(2, 1.0) - 1.0 + days)
    });
    let Some(date) = date else { return f64::NAN };
    let rest = jiff::Span::new().milliseconds(ms.rem_euclid(86_400_000.0) as i64);
    let Ok(time) = civil::Time::midnight().checked_add(rest) else { return f64::NAN };
    DateTime::from_civil(civil::DateTime::from_parts(date, time), zone).ms()
}

/// `Date.parse`, as V8 reads text: ISO (a date alone is UTC, with a time it is local), else words,
/// numbers and offsets in almost any order.
pub(crate) fn parse(text: &str, zone: &TimeZone) -> f64 {
    let text = text.trim();
    if let Some(ms) = parse_iso(text, zone) {
        return ms;
    }
    legacy::parse(text, zone).unwrap_or(f64::NAN)
}

fn parse_iso(text: &str, zone: &TimeZone) -> Option<f64> {
    let (date, rest) = match text.find(['T', 't']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let mut numbers = date.split('-');
    let year = digits(numbers.next()?, 4)?;
    let month = numbers.next().map_or(Some(1.0), |part| digits(part, 2))?;
    let day = numbers.next().map_or(Some(1.0), |part| digits(part, 2))?;
    if numbers.next().is_some() {
        return None;
    }
    civil::Date::new(year as i16, month as i8, day as i8).ok()?;
    let Some(rest) = rest else {
        return Some(from_parts(&[year, month - 1.0, day], &TimeZone::UTC));
    };
    let end = rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len());
    let (clock, offset) = rest.split_at(end);
    let (whole, fraction) = clock.split_once(['.', ',']).unwrap_or((clock, "0"));
    let mut clock = whole.split(':').map(|part| digits(part, 2));
    let (hour, minute) = (clock.next()??, clock.next()??);
    let second = clock.next().unwrap_or(Some(0.0))?;
    if clock.next().is_some() || hour > 24.0 || minute > 59.0 || second > 59.0 {
        return None;
    }
    let ms = (format!("0.{fraction}").parse::<f64>().ok()? * 1000.0 + 1e-9).floor();
    let parts = [year, month - 1.0, day, hour, minute, second, ms];
    match offset {
        "" => Some(from_parts(&parts, zone)),
        "Z" | "z" => Some(from_parts(&parts, &TimeZone::UTC)),
        offset => {
            let seconds = offset_seconds(offset)?;
            Some(from_parts(&parts, &TimeZone::UTC) - f64::from(seconds) * 1000.0)
        }
    }
}

fn digits(text: &str, count: usize) -> Option<f64> {
    let valid = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    if valid { text.parse().ok() } else { None }
}

mod legacy {
    //! V8's fallback reader.

    use super::{TimeZone, from_parts, offset_seconds};

    #[derive(Default)]
    struct Found {
        numbers: Vec<f64>,
        month: Option<f64>,
        clock: Option<[f64; 4]>,
        offset: Option<f64>,
        afternoon: Option<bool>,
        year_first: bool,
    }

    pub(super) fn parse(text: &str, zone: &TimeZone) -> Option<f64> {
        let mut found = Found::default();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if c == '(' {
                rest = rest.split_once(')').map_or("", |(_, after)| after);
            } else if c.is_ascii_digit() {
                rest = number(rest, &mut found)?;
            } else if c.is_ascii_alphabetic() {
                let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
                word(&rest[..end], &mut found)?;
                rest = &rest[end..];
            } else if matches!(c, '+' | '-') && found.clock.is_some() {
                let end = rest[1..]
                    .find(|c: char| !(c.is_ascii_digit() || c == ':'))
                    .map_or(rest.len(), |at| at + 1);
                found.offset = Some(f64::from(offset_seconds(&rest[..end])?));
                rest = &rest[end..];
            } else if c.is_whitespace() || matches!(c, ',' | '/' | '-' | '.') {
                rest = &rest[c.len_utf8()..];
            } else {
                return None;
            }
        }
        found.finish(zone)
    }

    /// A number, or a clock when a colon follows it.
    fn number<'t>(rest: &'t str, found: &mut Found) -> Option<&'t str> {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let value: f64 = rest[..end].parse().ok()?;
        if !rest[end..].starts_with(':') || found.clock.is_some() {
            if found.numbers.is_empty() && end >= 3 {
                found.year_first = true;
            }
            found.numbers.push(value);
            return (found.numbers.len() <= 3).then_some(&rest[end..]);
        }
        let stop = rest
            .find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.')))
            .unwrap_or(rest.len());
        let mut clock = [value, 0.0, 0.0, 0.0];
        for (at, part) in rest[end + 1..stop].split(':').enumerate() {
            let (whole, fraction) = part.split_once('.').unwrap_or((part, "0"));
            *clock.get_mut(at + 1)? = whole.parse().ok()?;
            if part.contains('.') {
                clock[3] = (format!("0.{fraction}").parse::<f64>().ok()? * 1000.0).floor();
            }
        }
        found.clock = Some(clock);
        Some(&rest[stop..])
    }

    fn word(word: &str, found: &mut Found) -> Option<()> {
        const MONTHS: [&str; 12] =
            ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
        let lower = word.to_ascii_lowercase();
        let start = lower.get(..3).unwrap_or(&lower);
        if let Some(month) = MONTHS.iter().position(|name| *name == start) {
            found.month = Some(month as f64);
            return Some(());
        }
        match lower.as_str() {
            "am" | "pm" => found.afternoon = Some(lower == "pm"),
            "z" | "utc" | "gmt" | "ut" => found.offset = Some(0.0),
            "est" => found.offset = Some(-18_000.0),
            "edt" | "cst" if lower == "edt" => found.offset = Some(-14_400.0),
            "cst" => found.offset = Some(-21_600.0),
            "cdt" => found.offset = Some(-18_000.0),
            "mst" => found.offset = Some(-25_200.0),
            "mdt" => found.offset = Some(-21_600.0),
            "pst" => found.offset = Some(-28_800.0),
            "pdt" => found.offset = Some(-25_200.0),
            "t" if !found.numbers.is_empty() => {}
            // Any word before the first number is skipped, as weekdays are.
            _ if found.numbers.is_empty() => {}
            _ => return None,
        }
        Some(())
    }

    impl Found {
        fn finish(self, zone: &TimeZone) -> Option<f64> {
            let (year, month, day) = match (self.month, self.numbers.as_slice()) {
                (Some(month), [day, year]) if !self.year_first => (*year, month, *day),
                (Some(month), [year, day]) => (*year, month, *day),
                (Some(month), [day]) if !self.year_first => (2001.0, month, *day),
                (Some(month), [year]) => (*year, month, 1.0),
                (None, [year, month, day]) if self.year_first => (*year, month - 1.0, *day),
                (None, [month, day, year]) => (*year, month - 1.0, *day),
                (None, [month, day]) if !self.year_first => (2001.0, month - 1.0, *day),
                (None, [year, month]) => (*year, month - 1.0, 1.0),
                (None, [number]) if self.year_first => (*number, 0.0, 1.0),
                (None, [month]) if *month <= 12.0 => (2001.0, month - 1.0, 1.0),
                _ => return None,
            };
            let year = match year {
                short if short < 50.0 => 2000.0 + short,
                short if short < 100.0 => 1900.0 + short,
                long => long,
            };
            if !(0.0..12.0).contains(&month) || !(1.0..=31.0).contains(&day) {
                return None;
            }
            let [mut hour, minute, second, ms] = self.clock.unwrap_or_default();
            match self.afternoon {
                Some(_) if !(0.0..=12.0).contains(&hour) => return None,
                Some(afternoon) => hour = hour % 12.0 + if afternoon { 12.0 } else { 0.0 },
                None => {}
            }
            if hour > 24.0 || minute > 59.0 || second > 59.0 {
                return None;
            }
            let parts = [year, month, day, hour, minute, second, ms];
            Some(match self.offset {
                Some(offset) => from_parts(&parts, &TimeZone::UTC) - offset * 1000.0,
                None => from_parts(&parts, zone),
            })
        }
    }
}
