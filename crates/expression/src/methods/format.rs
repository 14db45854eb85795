//! `toLocaleString` of numbers and dates: the options of `Intl` that people use.

use crate::datetime::locale::group_digits;
use crate::datetime::{DateTime, Locale, preset};
use crate::eval::{Args, Eval, Stop};
use crate::value::Val;

/// The first argument as a language.
fn locale_of(value: &Val<'_>) -> Locale {
    match value {
        Val::Text(tag) => Locale::named(tag),
        Val::List(_) | Val::Array(_) => {
            value.elements().and_then(|tags| tags.first().map(locale_of)).unwrap_or_default()
        }
        _ => Locale::default(),
    }
}

pub(super) fn number(number: f64, args: &Args<'_, '_>) -> Result<String, Stop> {
    let locale = locale_of(args.get(0));
    let options = args.get(1).entries();
    let option = |name: &str| options.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    let text = |name: &str| option(name).map(|value| value.to_text().to_string());
    let style = text("style").unwrap_or_else(|| "decimal".to_owned());
    if option("notation").is_some()
        || option("unit").is_some()
        || option("maximumSignificantDigits").is_some()
    {
        return Err(Stop::Worker("options of a number format"));
    }
    let currency = text("currency").unwrap_or_default().to_uppercase();
    let whole_currency = matches!(currency.as_str(), "JPY" | "KRW" | "VND" | "CLP");
    let (least, most) = match style.as_str() {
        "currency" if whole_currency => (0, 0),
        "currency" => (2, 2),
        "percent" => (0, 0),
        _ => (0, 3),
    };
    let digits = |name: &str| option(name).map(|value| value.integer().clamp(0.0, 100.0) as usize);
    let (given_least, given_most) =
        (digits("minimumFractionDigits"), digits("maximumFractionDigits"));
    let most = given_most.unwrap_or_else(|| most.max(given_least.unwrap_or(0)));
    let least = given_least.unwrap_or(least).min(most);
    let scaled = if style == "percent" { number * 100.0 } else { number };
    let mut out = group_digits(scaled, least, most, locale);
    if option("useGrouping").is_some_and(|value| !value.truthy()) {
        out = out.replace([',', '\u{202f}'], "");
    }
    Ok(match style.as_str() {
        "currency" => locale.with_currency(&out, &currency),
        "percent" if locale.is_english() => format!("{out}%"),
        "percent" => format!("{out}\u{a0}%"),
        _ => out,
    })
}

/// What a date shows when no options say otherwise.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Parts {
    Both,
    Date,
    Time,
}

/// A moment in words of a language. `missing` says what to show where no part is asked for.
pub(super) fn moment(
    eval: &Eval<'_>,
    at: &DateTime,
    tag: Option<&Val<'_>>,
    options: &Val<'_>,
    missing: Parts,
) -> Result<String, Stop> {
    let locale = tag.map_or(at.locale, locale_of);
    let options = options.entries();
    let option = |name: &str| {
        options.iter().find(|(key, _)| key == name).map(|(_, value)| value.to_text().to_string())
    };
    let at = match option("timeZone") {
        Some(name) => match crate::datetime::zone_named(&name, &eval.frame.ambient.timezone) {
            Some(zone) => at.in_zone(&zone, false),
            None => return Err(Stop::Thrown(format!("Invalid time zone specified: {name}"))),
        },
        None => at.clone(),
    };
    let at = at.with_locale(locale);
    if at.zoned().is_none() {
        return Ok("Invalid Date".to_owned());
    }
    Ok(at.to_format(&pattern(locale, &option, missing)))
}

fn pattern(locale: Locale, option: &dyn Fn(&str) -> Option<String>, missing: Parts) -> String {
    let styled = |name: &str| option(name);
    if styled("dateStyle").is_some() || styled("timeStyle").is_some() {
        let date = styled("dateStyle").map(|style| match style.as_str() {
            "full" => preset("DDDD", locale).unwrap_or_default(),
            "long" => preset("DDD", locale).unwrap_or_default(),
            "medium" => locale.long_date().to_owned(),
            _ => locale.numeric_date().replace("yyyy", "yy"),
        });
        let long = matches!(styled("dateStyle").as_deref(), Some("full" | "long"));
        let time = styled("timeStyle").map(|style| {
            let hours12 = hour12(locale, option);
            match style.as_str() {
                "short" => clock(hours12, true, true, false),
                "medium" => clock(hours12, true, true, true),
                _ => format!("{} ZZZZ", clock(hours12, true, true, true)),
            }
        });
        return join(locale, date, time, long && locale.is_english());
    }
    let has = |name: &str| option(name).is_some();
    let dated = has("weekday") || has("year") || has("month") || has("day");
    let timed = has("hour") || has("minute") || has("second");
    let (mut date, mut time) = (None, None);
    if dated || !timed && missing != Parts::Time {
        date = Some(if dated {
            date_pattern(locale, option)
        } else {
            locale.numeric_date().to_owned()
        });
    }
    if timed || !dated && missing != Parts::Date {
        let hours12 = hour12(locale, option);
        time = Some(if timed {
            let two = option("hour").as_deref() == Some("2-digit");
            let clock = clock_parts(hours12, two, has("hour"), has("minute"), has("second"));
            if has("timeZoneName") { format!("{clock} ZZZZ") } else { clock }
        } else {
            clock(hours12, true, true, true)
        });
    }
    if dated && missing == Parts::Time && !timed {
        time = Some(clock(hour12(locale, option), true, true, true));
    }
    if timed && missing == Parts::Date && !dated {
        date = Some(locale.numeric_date().to_owned());
    }
    let long = option("month").as_deref() == Some("long") && locale.is_english();
    join(locale, date, time, long)
}

fn join(locale: Locale, date: Option<String>, time: Option<String>, at: bool) -> String {
    match (date, time) {
        (Some(date), Some(time)) if at => format!("{date} 'at' {time}"),
        (Some(date), Some(time)) => format!("{date}{}{time}", locale.glue()),
        (date, time) => date.or(time).unwrap_or_default(),
    }
}

fn hour12(locale: Locale, option: &dyn Fn(&str) -> Option<String>) -> bool {
    match (option("hour12").as_deref(), option("hourCycle").as_deref()) {
        (Some(answer), _) => answer == "true",
        (None, Some(cycle)) => matches!(cycle, "h11" | "h12"),
        _ => locale.hour12(),
    }
}

fn clock(hours12: bool, hour: bool, minute: bool, second: bool) -> String {
    clock_parts(hours12, false, hour, minute, second)
}

fn clock_parts(hours12: bool, two: bool, hour: bool, minute: bool, second: bool) -> String {
    let hours = match (hours12, two) {
        (true, false) => "h",
        (true, true) => "hh",
        _ => "HH",
    };
    let parts = [
        (hour, hours),
        (minute, if hour || second { "mm" } else { "m" }),
        (second, if minute { "ss" } else { "s" }),
    ];
    let clock: Vec<&str> =
        parts.iter().filter(|(wanted, _)| *wanted).map(|(_, part)| *part).collect();
    let clock = clock.join(":");
    if hours12 && hour { format!("{clock} a") } else { clock }
}

fn date_pattern(locale: Locale, option: &dyn Fn(&str) -> Option<String>) -> String {
    let two = |name: &str| option(name).as_deref() == Some("2-digit");
    let month = option("month");
    let words = matches!(month.as_deref(), Some("long" | "short" | "narrow"));
    let weekday = option("weekday").map(|style| match style.as_str() {
        "long" => "EEEE",
        "narrow" => "EEEEE",
        _ => "EEE",
    });
    let mut pattern = if words { locale.long_date() } else { locale.numeric_date() }.to_owned();
    if option("year").is_none() {
        for part in [", yyyy", " 'de' yyyy", " yyyy", "/yyyy", ".yyyy", "-yyyy", "yyyy-", "yyyy"] {
            pattern = pattern.replace(part, "");
        }
    } else if two("year") {
        pattern = pattern.replace("yyyy", "yy");
    }
    if option("day").is_none() {
        for part in [
            "d 'de' ", " d,", "/dd", "/d", "-dd", "dd/", "d/", "d. ", "d.", "d-", "d ", " d", "dd",
            "d",
        ] {
            if pattern.contains(part) {
                pattern = pattern.replacen(part, "", 1);
                break;
            }
        }
    } else if two("day") && !pattern.contains("dd") {
        pattern = pattern.replacen('d', "dd", 1);
    } else if !two("day")
        && !words
        && locale.is_english()
        && locale.tag() != "en-CA"
        && !pattern.starts_with("dd/MM")
    {
        pattern = pattern.replace("dd", "d");
    }
    match month.as_deref() {
        None => {
            for part in
                ["'de' MMM ", "MMM ", "M/", "MM/", "/MM", "-MM", "M.", "M-", "MMM", "MM", "M"]
            {
                if pattern.contains(part) {
                    pattern = pattern.replacen(part, "", 1);
                    break;
                }
            }
        }
        Some("long") => pattern = pattern.replace("MMM", "MMMM"),
        Some("narrow") => pattern = pattern.replace("MMM", "MMMMM"),
        Some("2-digit") if !pattern.contains("MM") => pattern = pattern.replacen('M', "MM", 1),
        _ => {}
    }
    let rest = pattern.trim_matches([' ', ',', '/']).to_owned();
    match weekday {
        Some(weekday) if rest.is_empty() => weekday.to_owned(),
        Some(weekday) if locale.tag() == "en-GB" => {
            let glue = if words { " " } else { ", " };
            format!("{weekday}{glue}{rest}")
        }
        Some(weekday)
            if locale.is_english()
                || locale.tag() == "de"
                || locale.tag() == "pt"
                || locale.tag() == "es" =>
        {
            format!("{weekday}, {rest}")
        }
        Some(weekday) => format!("{weekday} {rest}"),
        None => rest,
    }
}
