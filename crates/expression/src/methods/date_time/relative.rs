//! How far a moment is from now, in English words.

use crate::datetime::{DateTime, Unit, diff};

const UNITS: [Unit; 7] =
    [Unit::Year, Unit::Quarter, Unit::Month, Unit::Day, Unit::Hour, Unit::Minute, Unit::Second];

/// `in 3 days`, `2 hours ago`: the largest unit that fits at least once.
pub(super) fn elapsed(moment: &DateTime, now: &DateTime) -> Option<String> {
    moment.zoned()?;
    for unit in UNITS.into_iter().filter(|unit| *unit != Unit::Quarter) {
        let count = diff(moment, now, &[unit]).get(unit);
        if count.abs() >= 1.0 || unit == Unit::Second {
            let whole = count.trunc();
            return Some(words(whole, count < 0.0 || whole < 0.0, unit));
        }
    }
    None
}

/// `tomorrow`, `last month`: by the calendar.
pub(super) fn calendar(moment: &DateTime, now: &DateTime) -> Option<String> {
    moment.zoned()?;
    for unit in [Unit::Year, Unit::Month, Unit::Day] {
        let count = diff(&moment.start_of(unit), &now.start_of(unit), &[unit]).get(unit).round();
        if count != 0.0 || unit == Unit::Day {
            let name = unit.plural().trim_end_matches('s');
            return Some(match (count as i64, unit) {
                (0, Unit::Day) => "today".to_owned(),
                (1, Unit::Day) => "tomorrow".to_owned(),
                (-1, Unit::Day) => "yesterday".to_owned(),
                (1, _) => format!("next {name}"),
                (-1, _) => format!("last {name}"),
                _ => words(count, count < 0.0, unit),
            });
        }
    }
    None
}

fn words(count: f64, past: bool, unit: Unit) -> String {
    let amount = count.abs() as i64;
    let name = if amount == 1 { unit.plural().trim_end_matches('s') } else { unit.plural() };
    if past { format!("{amount} {name} ago") } else { format!("in {amount} {name}") }
}
