//! Parts of a moment: reading one by name, setting some, and patterns for people.

use jiff::civil;

use super::{DateTime, Locale, Unit, format, shift_date, zone_name};

/// One part of a moment.
pub(crate) enum Field {
    Number(f64),
    Text(String),
    Bool(bool),
    Missing,
}

impl DateTime {
    /// A part by Luxon's name for it. None where there is no such part.
    pub(crate) fn field(&self, name: &str) -> Option<Field> {
        let Some(at) = self.zoned() else { return self.invalid_field(name) };
        let date = at.date();
        let week = date.iso_week_date();
        let weekday = at.weekday().to_monday_one_offset();
        let number = |value: f64| Some(Field::Number(value));
        let text = |value: &str| Some(Field::Text(value.to_owned()));
        match name {
            "year" => number(at.year().into()),
            "quarter" => number(f64::from((at.month() - 1) / 3 + 1)),
            "month" => number(at.month().into()),
            "day" => number(at.day().into()),
            "hour" => number(at.hour().into()),
            "minute" => number(at.minute().into()),
            "second" => number(at.second().into()),
            "millisecond" => number(at.millisecond().into()),
            "weekday" | "localWeekday" => number(weekday.into()),
            "weekNumber" | "localWeekNumber" => number(week.week().into()),
            "weekYear" | "localWeekYear" => number(week.year().into()),
            "ordinal" => number(at.day_of_year().into()),
            "daysInMonth" => number(date.days_in_month().into()),
            "daysInYear" => number(date.days_in_year().into()),
            "weeksInWeekYear" | "weeksInLocalWeekYear" => {
                number(f64::from(week.last_of_year().map_or(52, |last| last.week())))
            }
            "offset" => number(f64::from(at.offset().seconds() / 60)),
            "ts" => number(self.ms()),
            "monthShort" => text(self.locale.month(at.month(), true)),
            "monthLong" => text(self.locale.month(at.month(), false)),
            "weekdayShort" => text(self.locale.weekday(weekday, true)),
            "weekdayLong" => text(self.locale.weekday(weekday, false)),
            "zoneName" => text(&zone_name(at)),
            "offsetNameShort" => text(&format::zone_abbreviation(at)),
            "offsetNameLong" => text(&zone_name(at)),
            "locale" => text(self.locale.tag()),
            "numberingSystem" => text("latn"),
            "outputCalendar" => text("gregory"),
            "isValid" => Some(Field::Bool(true)),
            "isOffsetFixed" => {
                Some(Field::Bool(at.time_zone().iana_name().is_none_or(|name| name == "UTC")))
            }
            "isInDST" => {
                let info = at.time_zone().to_offset_info(at.timestamp());
                Some(Field::Bool(info.dst().is_dst()))
            }
            "isInLeapYear" => Some(Field::Bool(date.in_leap_year())),
            "isWeekend" => Some(Field::Bool(weekday >= 6)),
            "invalidReason" | "invalidExplanation" => Some(Field::Missing),
            _ => None,
        }
    }

    fn invalid_field(&self, name: &str) -> Option<Field> {
        match name {
            "isValid" => Some(Field::Bool(false)),
            "invalidReason" => self.invalid_reason().map(|reason| Field::Text(reason.to_owned())),
            "invalidExplanation" | "zoneName" => Some(Field::Missing),
            "locale" => Some(Field::Text(self.locale.tag().to_owned())),
            "monthShort" | "monthLong" | "weekdayShort" | "weekdayLong" => Some(Field::Missing),
            "isInDST" | "isInLeapYear" | "isWeekend" => Some(Field::Bool(false)),
            "year" | "quarter" | "month" | "day" | "hour" | "minute" | "second" | "millisecond"
            | "weekday" | "weekNumber" | "weekYear" | "ordinal" | "daysInMonth" | "daysInYear"
            | "offset" | "ts" => Some(Field::Number(f64::NAN)),
            _ => None,
        }
    }

    /// Sets parts by their names. A day that the month does not have becomes its last.
    pub(crate) fn set(&self, values: &[(&str, f64)]) -> Option<Self> {
        let Some(at) = self.zoned() else { return Some(self.clone()) };
        let get = |name: &str| {
            values
                .iter()
                .find(|(key, _)| key.trim_end_matches('s') == name)
                .map(|(_, value)| *value)
        };
        for (name, value) in values {
            let known = Unit::named(name).is_some()
                || matches!(*name, "ordinal" | "weekday" | "weekNumber" | "weekYear");
            if !known || value.is_nan() {
                return None;
            }
        }
        let date = if let Some(ordinal) = get("ordinal") {
            let year = get("year").unwrap_or_else(|| at.year().into());
            shift_date(civil::Date::new(year as i16, 1, 1).ok()?, 0.0, ordinal - 1.0)?
        } else if get("weekday").is_some()
            || get("weekNumber").is_some()
            || get("weekYear").is_some()
        {
            self.week_date(&get)?
        } else {
            let year = get("year").unwrap_or_else(|| at.year().into());
            let month = get("month").unwrap_or_else(|| at.month().into());
            let month = get("quarter")
                .map_or(month, |quarter| (quarter - 1.0) * 3.0 + (month - 1.0) % 3.0 + 1.0);
            let first = shift_date(civil::Date::new(year as i16, 1, 1).ok()?, month - 1.0, 0.0)?;
            match get("day") {
                Some(day) => shift_date(first, 0.0, day - 1.0)?,
                None => shift_date(first, 0.0, f64::from(at.day().min(first.days_in_month()) - 1))?,
            }
        };
        let part = |name, old: f64| get(name).unwrap_or(old);
        let ms = part("hour", at.hour().into()) * 3_600_000.0
            + part("minute", at.minute().into()) * 60_000.0
            + part("second", at.second().into()) * 1_000.0
            + part("millisecond", at.millisecond().into());
        let date = shift_date(date, 0.0, (ms / 86_400_000.0).floor())?;
        let ms = ms.rem_euclid(86_400_000.0) as i64;
        let time = civil::Time::midnight().checked_add(jiff::Span::new().milliseconds(ms)).ok()?;
        Some(self.in_same_zone(civil::DateTime::from_parts(date, time), at))
    }

    fn week_date(&self, get: &impl Fn(&str) -> Option<f64>) -> Option<civil::Date> {
        let at = self.zoned()?;
        let week = at.date().iso_week_date();
        let year = get("weekYear").unwrap_or_else(|| week.year().into());
        let number = get("weekNumber").unwrap_or_else(|| week.week().into());
        let weekday = get("weekday").unwrap_or_else(|| at.weekday().to_monday_one_offset().into());
        let start = civil::ISOWeekDate::new(year as i16, 1, civil::Weekday::Monday).ok()?.date();
        shift_date(start, 0.0, (number - 1.0) * 7.0 + weekday - 1.0)
    }
}

/// Luxon's macro tokens and the names of its presets as patterns in a language.
pub(crate) fn preset(name: &str, locale: Locale) -> Option<String> {
    let numeric = locale.numeric_date().to_owned();
    let medium = locale.long_date().to_owned();
    let full = medium.replace("MMM", "MMMM");
    let weekday = if locale.is_english() { "EEEE, " } else { "EEEE " };
    let (hour, hours) =
        if locale.hour12() { ("h:mm a", "h:mm:ss a") } else { ("HH:mm", "HH:mm:ss") };
    let glue = |date: &str, time: &str| format!("{date}, {time}");
    Some(match name {
        "D" | "DATE_SHORT" => numeric,
        "DD" | "DATE_MED" => medium,
        "DATE_MED_WITH_WEEKDAY" => format!("{}{medium}", weekday.replace("EEEE", "EEE")),
        "DDD" | "DATE_FULL" => full,
        "DDDD" | "DATE_HUGE" => format!("{weekday}{full}"),
        "t" | "TIME_SIMPLE" => hour.to_owned(),
        "tt" | "TIME_WITH_SECONDS" => hours.to_owned(),
        "ttt" | "TIME_WITH_SHORT_OFFSET" => format!("{hours} ZZZZ"),
        "T" | "TIME_24_SIMPLE" => "HH:mm".to_owned(),
        "TT" | "TIME_24_WITH_SECONDS" => "HH:mm:ss".to_owned(),
        "TTT" | "TIME_24_WITH_SHORT_OFFSET" => "HH:mm:ss ZZZZ".to_owned(),
        "f" | "DATETIME_SHORT" => glue(&numeric, hour),
        "ff" | "DATETIME_MED" => glue(&medium, hour),
        "fff" | "DATETIME_FULL" => format!("{full} 'at' {hour} ZZZZ"),
        "ffff" | "DATETIME_HUGE" => format!("{weekday}{full} 'at' {hour} ZZZZ"),
        "F" | "DATETIME_SHORT_WITH_SECONDS" => glue(&numeric, hours),
        "FF" | "DATETIME_MED_WITH_SECONDS" => glue(&medium, hours),
        "FFF" | "DATETIME_FULL_WITH_SECONDS" => format!("{full} 'at' {hours} ZZZZ"),
        _ => return None,
    })
}
