//! Units of time and how many of one are in another, by Luxon's casual calendar.

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Unit {
    Year,
    Quarter,
    Month,
    Week,
    Day,
    Hour,
    Minute,
    Second,
    Millisecond,
}

impl Unit {
    /// From the largest to the smallest.
    pub(crate) const ALL: [Unit; 9] = [
        Unit::Year,
        Unit::Quarter,
        Unit::Month,
        Unit::Week,
        Unit::Day,
        Unit::Hour,
        Unit::Minute,
        Unit::Second,
        Unit::Millisecond,
    ];

    /// `day`, `days`, `Days`.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let singular = name.strip_suffix('s').unwrap_or(&name);
        Self::ALL.into_iter().find(|unit| unit.plural().strip_suffix('s') == Some(singular))
    }

    pub(crate) fn plural(self) -> &'static str {
        match self {
            Unit::Year => "years",
            Unit::Quarter => "quarters",
            Unit::Month => "months",
            Unit::Week => "weeks",
            Unit::Day => "days",
            Unit::Hour => "hours",
            Unit::Minute => "minutes",
            Unit::Second => "seconds",
            Unit::Millisecond => "milliseconds",
        }
    }

    pub(crate) fn index(self) -> usize {
        self as usize
    }

    /// How many of the smaller `unit` are in one of this.
    pub(crate) fn in_units(self, unit: Unit) -> f64 {
        if self == unit {
            return 1.0;
        }
        if unit > Unit::Day {
            return self.days() * Unit::Day.elapsed_ms() / unit.elapsed_ms();
        }
        match (self, unit) {
            (Unit::Year, Unit::Quarter) => 4.0,
            (Unit::Year, Unit::Month) => 12.0,
            (Unit::Year, Unit::Week) => 52.0,
            (Unit::Quarter, Unit::Month) => 3.0,
            (Unit::Quarter, Unit::Week) => 13.0,
            (Unit::Month, Unit::Week) => 4.0,
            (larger, _) => larger.days(),
        }
    }

    fn days(self) -> f64 {
        match self {
            Unit::Year => 365.0,
            Unit::Quarter => 91.0,
            Unit::Month => 30.0,
            Unit::Week => 7.0,
            smaller => smaller.elapsed_ms() / Unit::Day.elapsed_ms(),
        }
    }

    /// Milliseconds of one, days counting 24 hours.
    pub(crate) fn elapsed_ms(self) -> f64 {
        match self {
            Unit::Millisecond => 1.0,
            Unit::Second => 1_000.0,
            Unit::Minute => 60_000.0,
            Unit::Hour => 3_600_000.0,
            Unit::Day => 86_400_000.0,
            larger => larger.days() * 86_400_000.0,
        }
    }
}
