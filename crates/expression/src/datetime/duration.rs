//! A length of time in units that stay apart, as Luxon's `Duration`.

use super::Unit;
use crate::value::number_text;

/// How much of each unit; a unit that is not there is none.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Duration {
    values: [Option<f64>; 9],
}

impl Duration {
    pub(crate) fn of(unit: Unit, value: f64) -> Self {
        let mut duration = Self::default();
        duration.set(unit, value);
        duration
    }

    pub(crate) fn get(&self, unit: Unit) -> f64 {
        self.values[unit.index()].unwrap_or(0.0)
    }

    pub(crate) fn set(&mut self, unit: Unit, value: f64) {
        self.values[unit.index()] = Some(value);
    }

    /// The units that are there, largest first.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (&'static str, f64)> + '_ {
        Unit::ALL.into_iter().filter_map(|unit| Some((unit.plural(), self.values[unit.index()]?)))
    }

    #[must_use]
    pub(crate) fn map(&self, f: impl Fn(f64) -> f64) -> Self {
        Self { values: self.values.map(|value| value.map(&f)) }
    }

    #[must_use]
    pub(crate) fn plus(&self, other: &Self) -> Self {
        let mut sum = self.clone();
        for unit in Unit::ALL {
            if let Some(value) = other.values[unit.index()] {
                sum.set(unit, self.get(unit) + value);
            }
        }
        sum
    }

    /// What is not whole calendar units, in milliseconds.
    pub(crate) fn elapsed_rest_ms(&self) -> f64 {
        Unit::ALL
            .into_iter()
            .map(|unit| {
                let value = self.get(unit);
                let rest = if unit <= Unit::Day { value - value.trunc() } else { value };
                rest * unit.elapsed_ms()
            })
            .sum()
    }

    pub(crate) fn as_ms(&self) -> f64 {
        Unit::ALL.into_iter().map(|unit| self.get(unit) * unit.elapsed_ms()).sum()
    }

    /// The whole in one unit.
    pub(crate) fn as_unit(&self, unit: Unit) -> f64 {
        self.shift_to(&[unit]).get(unit)
    }

    /// The same length in these units, the smallest taking fractions.
    #[must_use]
    pub(crate) fn shift_to(&self, units: &[Unit]) -> Self {
        let mut built = Self::default();
        let mut carried = [0.0; 9];
        let mut last = None;
        for unit in Unit::ALL {
            let own = self.get(unit);
            if !units.contains(&unit) {
                carried[unit.index()] = own;
                continue;
            }
            last = Some(unit);
            let mut value = own;
            for larger in Unit::ALL.into_iter().filter(|larger| *larger < unit) {
                value += larger.in_units(unit) * std::mem::take(&mut carried[larger.index()]);
            }
            built.set(unit, value.trunc());
            carried[unit.index()] = (value * 1000.0 - value.trunc() * 1000.0) / 1000.0;
        }
        if let Some(last) = last {
            for unit in Unit::ALL {
                let rest = carried[unit.index()];
                if rest != 0.0 {
                    let share = if unit <= last { rest } else { rest / last.in_units(unit) };
                    built.set(last, built.get(last) + share);
                }
            }
        }
        built.normalize();
        built
    }

    /// Carries whole larger units up and fractions down, among the units that are there.
    fn normalize(&mut self) {
        let factor = if self.as_ms() < 0.0 { -1.0 } else { 1.0 };
        let there: Vec<Unit> =
            Unit::ALL.into_iter().filter(|unit| self.values[unit.index()].is_some()).collect();
        for pair in there.windows(2).rev() {
            let (larger, smaller) = (pair[0], pair[1]);
            let count = larger.in_units(smaller);
            let carried = (self.get(smaller) * factor / count).floor();
            self.set(larger, self.get(larger) + carried * factor);
            self.set(smaller, self.get(smaller) - carried * count * factor);
        }
        for pair in there.windows(2) {
            let (larger, smaller) = (pair[0], pair[1]);
            let fraction = self.get(larger) % 1.0;
            if fraction != 0.0 {
                self.set(larger, self.get(larger) - fraction);
                self.set(smaller, self.get(smaller) + fraction * larger.in_units(smaller));
            }
        }
    }

    /// ISO 8601: `P1DT2H`, `PT0S`.
    pub(crate) fn to_iso(&self) -> String {
        let mut out = "P".to_owned();
        let push = |out: &mut String, value: f64, mark: &str| {
            if value != 0.0 {
                out.push_str(&number_text(value));
                out.push_str(mark);
            }
        };
        push(&mut out, self.get(Unit::Year), "Y");
        push(&mut out, self.get(Unit::Month) + self.get(Unit::Quarter) * 3.0, "M");
        push(&mut out, self.get(Unit::Week), "W");
        push(&mut out, self.get(Unit::Day), "D");
        let seconds = self.get(Unit::Second) + self.get(Unit::Millisecond) / 1000.0;
        if self.get(Unit::Hour) != 0.0 || self.get(Unit::Minute) != 0.0 || seconds != 0.0 {
            out.push('T');
        }
        push(&mut out, self.get(Unit::Hour), "H");
        push(&mut out, self.get(Unit::Minute), "M");
        push(&mut out, (seconds * 1000.0).round() / 1000.0, "S");
        if out == "P" { "PT0S".to_owned() } else { out }
    }

    /// ISO 8601 text, or none where it is not one.
    pub(crate) fn from_iso(text: &str) -> Option<Self> {
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (date, time) = text.strip_prefix('P')?.split_once('T').map_or_else(
            || (text.strip_prefix('P').unwrap_or_default(), ""),
            |(date, time)| (date, time),
        );
        let mut duration = Self::default();
        let mut read = |text: &str, marks: &[(char, Unit)]| -> Option<()> {
            let mut rest = text;
            while !rest.is_empty() {
                let end = rest.find(|c: char| c.is_ascii_alphabetic())?;
                let value: f64 = rest[..end].replace(',', ".").parse().ok()?;
                let mark = rest[end..].chars().next()?;
                let (_, unit) = marks.iter().find(|(name, _)| *name == mark)?;
                duration.set(*unit, value);
                rest = &rest[end + 1..];
            }
            Some(())
        };
        read(date, &[('Y', Unit::Year), ('M', Unit::Month), ('W', Unit::Week), ('D', Unit::Day)])?;
        read(time, &[('H', Unit::Hour), ('M', Unit::Minute), ('S', Unit::Second)])?;
        Some(if negative { duration.map(|value| -value) } else { duration })
    }

    /// `2 hours, 5 minutes`.
    pub(crate) fn to_human(&self) -> String {
        let words = self.parts().map(|(unit, value)| {
            let unit = if value == 1.0 { unit.trim_end_matches('s') } else { unit };
            format!(
                "{} {unit}",
                crate::datetime::locale::group_digits(value, 0, 3, super::Locale::default())
            )
        });
        words.collect::<Vec<_>>().join(", ")
    }

    /// `toFormat`: `y M w d h m s S`, each padded to its length.
    pub(crate) fn to_format(&self, format: &str) -> String {
        const TOKENS: [(char, Unit); 8] = [
            ('y', Unit::Year),
            ('M', Unit::Month),
            ('w', Unit::Week),
            ('d', Unit::Day),
            ('h', Unit::Hour),
            ('m', Unit::Minute),
            ('s', Unit::Second),
            ('S', Unit::Millisecond),
        ];
        let pieces = super::format::pieces(format);
        let token = |text: &str| TOKENS.iter().find(|(mark, _)| text.starts_with(*mark));
        let units: Vec<Unit> = pieces
            .iter()
            .filter(|(literal, _)| !literal)
            .filter_map(|(_, text)| token(text).map(|(_, unit)| *unit))
            .collect();
        let shifted = self.shift_to(&units);
        let pieces = pieces.iter().map(|(literal, text)| match token(text) {
            Some((_, unit)) if !literal => {
                format!("{:0width$}", shifted.get(*unit).trunc() as i64, width = text.len())
            }
            _ => text.clone(),
        });
        pieces.collect()
    }
}
