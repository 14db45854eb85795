//! `toFormat` and the ISO, RFC and SQL forms of a moment.

use jiff::Zoned;

use super::{DateTime, Locale, zone_name};

/// Splits a pattern into literals (quoted, or `true`) and runs of one letter.
pub(super) fn pieces(format: &str) -> Vec<(bool, String)> {
    let mut out: Vec<(bool, String)> = Vec::new();
    let (mut current, mut quoted, mut last) = (String::new(), false, None);
    for c in format.chars() {
        if c == '\'' {
            if !current.is_empty() || quoted {
                let text = if quoted && current.is_empty() {
                    "'".to_owned()
                } else {
                    std::mem::take(&mut current)
                };
                out.push((quoted, text));
            }
            quoted = !quoted;
            last = None;
        } else if quoted || last == Some(c) {
            current.push(c);
        } else {
            if !current.is_empty() {
                out.push((false, std::mem::take(&mut current)));
            }
            current.push(c);
            last = Some(c);
        }
    }
    if !current.is_empty() {
        out.push((quoted, current));
    }
    out
}

impl DateTime {
    /// The moment by a pattern of Luxon's tokens.
    pub(crate) fn to_format(&self, format: &str) -> String {
        let Some(at) = self.zoned() else { return "Invalid DateTime".to_owned() };
        let mut out = String::new();
        for (literal, text) in pieces(format) {
            if literal || !token(at, self.locale, &text, &mut out) {
                out.push_str(&text);
            }
        }
        out
    }

    /// ISO 8601 with milliseconds and offset; none where invalid.
    pub(crate) fn to_iso(&self) -> Option<String> {
        let at = self.zoned()?;
        Some(format!("{}T{}{}", iso_date(at), iso_time(at), iso_offset(at, true)))
    }

    pub(crate) fn to_iso_date(&self) -> Option<String> {
        self.zoned().map(iso_date)
    }

    pub(crate) fn to_text(&self) -> String {
        self.to_iso().unwrap_or_else(|| "Invalid DateTime".to_owned())
    }
}

pub(super) fn iso_date(at: &Zoned) -> String {
    let year = at.year();
    let year =
        if (0..=9999).contains(&year) { format!("{year:04}") } else { format!("{year:+07}") };
    format!("{year}-{:02}-{:02}", at.month(), at.day())
}

pub(super) fn iso_time(at: &Zoned) -> String {
    format!("{:02}:{:02}:{:02}.{:03}", at.hour(), at.minute(), at.second(), at.millisecond())
}

/// `Z` where the zone is UTC by name, else `+02:00`.
pub(super) fn iso_offset(at: &Zoned, allow_z: bool) -> String {
    if allow_z && at.offset().seconds() == 0 && is_utc(at) {
        return "Z".to_owned();
    }
    let minutes = at.offset().seconds() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

fn is_utc(at: &Zoned) -> bool {
    matches!(at.time_zone().iana_name(), None | Some("UTC" | "Etc/UTC"))
}

/// The zone's name in a few letters, as browsers show it.
pub(super) fn zone_abbreviation(at: &Zoned) -> String {
    let info = at.time_zone().to_offset_info(at.timestamp());
    let name = info.abbreviation();
    if name.chars().all(|c| c.is_ascii_alphabetic()) && at.time_zone().iana_name().is_some() {
        return name.to_owned();
    }
    zone_name_gmt(at)
}

fn zone_name_gmt(at: &Zoned) -> String {
    let minutes = at.offset().seconds() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    match (minutes.abs() / 60, minutes.abs() % 60) {
        (0, 0) => "UTC".to_owned(),
        (hours, 0) => format!("GMT{sign}{hours}"),
        (hours, minutes) => format!("GMT{sign}{hours}:{minutes:02}"),
    }
}

/// Hour on a twelve-hour clock.
fn hour12(at: &Zoned) -> i8 {
    if at.hour() % 12 == 0 { 12 } else { at.hour() % 12 }
}

/// Writes what a token stands for. False where it stands for nothing and is text itself.
fn token(at: &Zoned, locale: Locale, text: &str, out: &mut String) -> bool {
    let week = at.date().iso_week_date();
    let weekday = at.weekday().to_monday_one_offset();
    let year = at.year();
    let meridiem = locale.meridiem(at.hour() >= 12);
    let quarter = (at.month() - 1) / 3 + 1;
    let first = |name: &str| name.chars().take(1).collect::<String>();
    out.push_str(&match text {
        "S" => at.millisecond().to_string(),
        "u" | "SSS" => format!("{:03}", at.millisecond()),
        "uu" => format!("{:02}", at.millisecond() / 10),
        "uuu" => (at.millisecond() / 100).to_string(),
        "s" => at.second().to_string(),
        "ss" => format!("{:02}", at.second()),
        "m" => at.minute().to_string(),
        "mm" => format!("{:02}", at.minute()),
        "h" => hour12(at).to_string(),
        "hh" => format!("{:02}", hour12(at)),
        "H" => at.hour().to_string(),
        "HH" => format!("{:02}", at.hour()),
        "Z" => narrow_offset(at),
        "ZZ" => iso_offset(at, false),
        "ZZZ" => iso_offset(at, false).replace(':', ""),
        "ZZZZ" => zone_abbreviation(at),
        "ZZZZZ" | "z" => zone_name(at),
        "a" => meridiem.to_owned(),
        "d" => at.day().to_string(),
        "dd" => format!("{:02}", at.day()),
        "c" | "E" => weekday.to_string(),
        "ccc" | "EEE" => locale.weekday(weekday, true).to_owned(),
        "cccc" | "EEEE" => locale.weekday(weekday, false).to_owned(),
        "ccccc" | "EEEEE" => first(locale.weekday(weekday, false)),
        "L" | "M" => at.month().to_string(),
        "LL" | "MM" => format!("{:02}", at.month()),
        "LLL" | "MMM" => locale.month(at.month(), true).to_owned(),
        "LLLL" | "MMMM" => locale.month(at.month(), false).to_owned(),
        "LLLLL" | "MMMMM" => first(locale.month(at.month(), false)),
        "y" => year.to_string(),
        "yy" => format!("{:02}", year.rem_euclid(100)),
        "yyyy" => format!("{year:04}"),
        "yyyyyy" => format!("{year:06}"),
        "G" => if year > 0 { "AD" } else { "BC" }.to_owned(),
        "GG" => if year > 0 { "Anno Domini" } else { "Before Christ" }.to_owned(),
        "kk" => format!("{:02}", week.year().rem_euclid(100)),
        "kkkk" => format!("{:04}", week.year()),
        "W" => week.week().to_string(),
        "WW" => format!("{:02}", week.week()),
        "o" => at.day_of_year().to_string(),
        "ooo" => format!("{:03}", at.day_of_year()),
        "q" => quarter.to_string(),
        "qq" => format!("{quarter:02}"),
        "X" => at.timestamp().as_second().to_string(),
        "x" => at.timestamp().as_millisecond().to_string(),
        preset => match super::fields::preset(preset, locale) {
            Some(pattern) => DateTime::new(at.clone()).with_locale(locale).to_format(&pattern),
            None => return false,
        },
    });
    true
}

/// `+2`, `-5:30`.
fn narrow_offset(at: &Zoned) -> String {
    let minutes = at.offset().seconds() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    match minutes.abs() % 60 {
        0 => format!("{sign}{}", minutes.abs() / 60),
        rest => format!("{sign}{}:{rest}", minutes.abs() / 60),
    }
}
