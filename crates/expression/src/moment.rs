//! Moments for nodes: the dates of expressions, through a few doors.
//!
//! The same code answers `DateTime` in expressions, so a node and an expression agree about
//! formats, months of unequal length and clocks that change. It never reads a clock.

use jiff::Zoned;
use jiff::tz::TimeZone;

use crate::datetime::{self, DateTime, Duration, Unit, js_date};

/// A moment in a zone.
#[derive(Debug, Clone)]
pub struct Moment(DateTime);

impl Moment {
    fn valid(at: DateTime) -> Option<Self> {
        at.zoned().is_some().then_some(Self(at))
    }

    /// Milliseconds since 1970.
    pub fn from_ms(ms: f64, zone: &TimeZone) -> Option<Self> {
        Self::valid(DateTime::from_ms(ms, zone))
    }

    /// ISO 8601 text. Text without an offset is in `zone`; with one, the moment is shown in
    /// `zone` unless `keep_offset`.
    pub fn from_iso(text: &str, zone: &TimeZone, keep_offset: bool) -> Option<Self> {
        Self::valid(datetime::from_iso(text, zone, keep_offset))
    }

    /// Any text that JavaScript's `Date` understands, ISO and RFC 2822 first; text without an
    /// offset is in `zone`.
    pub fn from_text(text: &str, zone: &TimeZone) -> Option<Self> {
        Self::from_iso(text, zone, false)
            .or_else(|| Self::valid(datetime::from_rfc2822(text, zone, false)))
            .or_else(|| Self::valid(datetime::from_sql(text, zone, false)))
            .or_else(|| Self::from_ms(js_date::parse(text, zone), zone))
    }

    /// Text by a pattern of Luxon's tokens. What is larger than the largest part it gives comes
    /// from `now`.
    pub fn from_pattern(text: &str, pattern: &str, zone: &TimeZone, now: &Self) -> Option<Self> {
        let locale = datetime::Locale::default();
        Self::valid(datetime::from_format(text, pattern, zone, locale, false, &now.0))
    }

    /// The moment with its zone.
    pub fn zoned(&self) -> &Zoned {
        self.0.zoned().expect("only valid moments are made")
    }

    /// The same moment in another zone.
    #[must_use]
    pub fn in_zone(&self, zone: &TimeZone) -> Self {
        Self(self.0.in_zone(zone, false))
    }

    /// So many units later; `unit` is a name such as `days`. None for a unit that is none, or
    /// past the calendar's end.
    pub fn shifted(&self, unit: &str, amount: f64) -> Option<Self> {
        Self::valid(self.0.plus(&Duration::of(Unit::named(unit)?, amount)))
    }

    /// The first moment of the unit it is in.
    pub fn start_of(&self, unit: &str) -> Option<Self> {
        Self::valid(self.0.start_of(Unit::named(unit)?))
    }

    /// By a pattern of Luxon's tokens.
    pub fn to_pattern(&self, pattern: &str) -> String {
        self.0.to_format(pattern)
    }

    /// From `earlier` to this, in the units named: how many of each, and the same as an ISO 8601
    /// duration. None where a unit is none.
    pub fn since(
        &self,
        earlier: &Self,
        units: &[&str],
    ) -> Option<(Vec<(&'static str, f64)>, String)> {
        let units: Vec<Unit> = units.iter().map(|unit| Unit::named(unit)).collect::<Option<_>>()?;
        let length = datetime::diff(&self.0, &earlier.0, &units);
        Some((length.parts().collect(), length.to_iso()))
    }
}

/// A zone by the names people write: IANA, `UTC`, `UTC+3`, `+05:30`.
pub fn zone_named(name: &str) -> Option<TimeZone> {
    datetime::zone_named(name.trim(), &TimeZone::UTC)
}
