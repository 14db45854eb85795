//! The difference of two moments in chosen units: largest first, calendar-aware.

use super::{DateTime, Duration, Unit};

/// `later - earlier` in `units`; negative where they are the other way round.
pub(crate) fn diff(a: &DateTime, b: &DateTime, units: &[Unit]) -> Duration {
    if a.zoned().is_none() || b.zoned().is_none() {
        let mut unknown = Duration::default();
        units.iter().for_each(|unit| unknown.set(*unit, f64::NAN));
        return unknown;
    }
    if b.ms() > a.ms() { forward(a, b, units).map(|value| -value) } else { forward(b, a, units) }
}

fn forward(earlier: &DateTime, later: &DateTime, units: &[Unit]) -> Duration {
    let mut found = Duration::default();
    let (mut cursor, mut high, mut lowest) = (earlier.clone(), None, None);
    for unit in Unit::ALL.into_iter().filter(|unit| *unit <= Unit::Day && units.contains(unit)) {
        lowest = Some(unit);
        found.set(unit, rough(&cursor, later, unit));
        let mut water = earlier.plus(&found);
        if water.ms() > later.ms() {
            found.set(unit, found.get(unit) - 1.0);
            cursor = earlier.plus(&found);
            if cursor.ms() > later.ms() {
                water = cursor;
                found.set(unit, found.get(unit) - 1.0);
                cursor = earlier.plus(&found);
            }
        } else {
            cursor = water.clone();
        }
        high = Some(water);
    }
    let remaining = later.ms() - cursor.ms();
    let small: Vec<Unit> = units.iter().copied().filter(|unit| *unit > Unit::Day).collect();
    if !small.is_empty() {
        return Duration::of(Unit::Millisecond, remaining).shift_to(&small).plus(&found);
    }
    if let (Some(lowest), Some(mut high)) = (lowest, high) {
        if high.ms() < later.ms() {
            high = cursor.plus(&Duration::of(lowest, 1.0));
        }
        let whole = high.ms() - cursor.ms();
        if whole != 0.0 {
            found.set(lowest, found.get(lowest) + remaining / whole);
        }
    }
    found
}

/// About how many of `unit` lie between; at most one or two too many.
fn rough(a: &DateTime, b: &DateTime, unit: Unit) -> f64 {
    let (Some(a), Some(b)) = (a.zoned(), b.zoned()) else { return 0.0 };
    let (a, b) = (a.date(), b.date());
    let years = f64::from(b.year()) - f64::from(a.year());
    let days = || {
        let span = a.until(b).map_or(0, |span| span.get_days());
        f64::from(span)
    };
    let quarter = |date: jiff::civil::Date| f64::from((date.month() - 1) / 3);
    match unit {
        Unit::Year => years,
        Unit::Quarter => quarter(b) - quarter(a) + years * 4.0,
        Unit::Month => f64::from(b.month()) - f64::from(a.month()) + years * 12.0,
        Unit::Week => (days() / 7.0).trunc(),
        _ => days(),
    }
}
