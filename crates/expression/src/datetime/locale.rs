//! Names of months and days, and the layout of numbers and dates, in the languages we carry.
//!
//! A small table in place of ICU: English, German, French, Spanish, Italian, Portuguese, Dutch.
//! Other languages show as English. Facts: Unicode CLDR.

use crate::value::to_fixed;

/// A language and region, by its index in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Locale(&'static Table);

impl Default for Locale {
    fn default() -> Self {
        Self(&TABLES[0])
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Table {
    tag: &'static str,
    /// Full names, separated by spaces.
    months: &'static str,
    /// Short names.
    months_short: &'static str,
    /// From Monday.
    days: &'static str,
    days_short: &'static str,
    group: &'static str,
    decimal: char,
    /// Pattern of a numeric date, Luxon's tokens.
    numeric_date: &'static str,
    /// Pattern of a date with the month's name in place of `MMM`.
    long_date: &'static str,
    hour12: bool,
    /// Between a date and a time.
    glue: &'static str,
}

const EN_MONTHS: &str =
    "January February March April May June July August September October November December";
const EN_SHORT: &str = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec";
const EN_DAYS: &str = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday";
const EN_DAYS_SHORT: &str = "Mon Tue Wed Thu Fri Sat Sun";

const fn english(
    tag: &'static str,
    numeric: &'static str,
    long: &'static str,
    hour12: bool,
) -> Table {
    Table {
        tag,
        months: EN_MONTHS,
        months_short: EN_SHORT,
        days: EN_DAYS,
        days_short: EN_DAYS_SHORT,
        group: ",",
        decimal: '.',
        numeric_date: numeric,
        long_date: long,
        hour12,
        glue: ", ",
    }
}

static TABLES: [Table; 13] = [
    english("en-US", "M/d/yyyy", "MMM d, yyyy", true),
    english("en-GB", "dd/MM/yyyy", "d MMM yyyy", false),
    english("en-CA", "yyyy-MM-dd", "MMM d, yyyy", true),
    english("en-AU", "dd/MM/yyyy", "d MMM yyyy", true),
    english("en-IN", "d/M/yyyy", "d MMM yyyy", true),
    Table {
        tag: "de",
        months: "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        months_short: "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
        days: "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
        days_short: "Mo Di Mi Do Fr Sa So",
        group: ".",
        decimal: ',',
        numeric_date: "d.M.yyyy",
        long_date: "d. MMM yyyy",
        hour12: false,
        glue: ", ",
    },
    Table {
        tag: "fr",
        months: "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        months_short: "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
        days: "lundi mardi mercredi jeudi vendredi samedi dimanche",
        days_short: "lun. mar. mer. jeu. ven. sam. dim.",
        group: "\u{202f}",
        decimal: ',',
        numeric_date: "dd/MM/yyyy",
        long_date: "d MMM yyyy",
        hour12: false,
        glue: ", ",
    },
    Table {
        tag: "es",
        months: "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        months_short: "ene feb mar abr may jun jul ago sept oct nov dic",
        days: "lunes martes miércoles jueves viernes sábado domingo",
        days_short: "lun mar mié jue vie sáb dom",
        group: ".",
        decimal: ',',
        numeric_date: "d/M/yyyy",
        long_date: "d 'de' MMM 'de' yyyy",
        hour12: false,
        glue: ", ",
    },
    Table {
        tag: "it",
        months: "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        months_short: "gen feb mar apr mag giu lug ago set ott nov dic",
        days: "lunedì martedì mercoledì giovedì venerdì sabato domenica",
        days_short: "lun mar mer gio ven sab dom",
        group: ".",
        decimal: ',',
        numeric_date: "d/M/yyyy",
        long_date: "d MMM yyyy",
        hour12: false,
        glue: ", ",
    },
    Table {
        tag: "pt",
        months: "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        months_short: "jan. fev. mar. abr. mai. jun. jul. ago. set. out. nov. dez.",
        days: "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
        days_short: "seg. ter. qua. qui. sex. sáb. dom.",
        group: ".",
        decimal: ',',
        numeric_date: "dd/MM/yyyy",
        long_date: "d 'de' MMM 'de' yyyy",
        hour12: false,
        glue: ", ",
    },
    Table {
        tag: "nl",
        months: "januari februari maart april mei juni juli augustus september oktober november december",
        months_short: "jan feb mrt apr mei jun jul aug sep okt nov dec",
        days: "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
        days_short: "ma di wo do vr za zo",
        group: ".",
        decimal: ',',
        numeric_date: "d-M-yyyy",
        long_date: "d MMM yyyy",
        hour12: false,
        glue: ", ",
    },
    Table {
        tag: "sv",
        months: "januari februari mars april maj juni juli augusti september oktober november december",
        months_short: "jan. feb. mars apr. maj juni juli aug. sep. okt. nov. dec.",
        days: "måndag tisdag onsdag torsdag fredag lördag söndag",
        days_short: "mån tis ons tors fre lör sön",
        group: "\u{a0}",
        decimal: ',',
        numeric_date: "yyyy-MM-dd",
        long_date: "d MMM yyyy",
        hour12: false,
        glue: " ",
    },
    Table {
        tag: "tr",
        months: "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık",
        months_short: "Oca Şub Mar Nis May Haz Tem Ağu Eyl Eki Kas Ara",
        days: "Pazartesi Salı Çarşamba Perşembe Cuma Cumartesi Pazar",
        days_short: "Pzt Sal Çar Per Cum Cmt Paz",
        group: ".",
        decimal: ',',
        numeric_date: "dd.MM.yyyy",
        long_date: "d MMM yyyy",
        hour12: false,
        glue: " ",
    },
];

impl Locale {
    /// The best match for a language tag.
    pub(crate) fn named(tag: &str) -> Self {
        let tag = tag.replace('_', "-").to_ascii_lowercase();
        let exact = TABLES.iter().find(|table| table.tag.to_ascii_lowercase() == tag);
        let language = tag.split('-').next().unwrap_or_default();
        let table = exact
            .or_else(|| TABLES.iter().find(|table| table.tag.split('-').next() == Some(language)));
        table.map_or_else(Self::default, Self)
    }

    pub(crate) fn tag(self) -> &'static str {
        self.0.tag
    }

    pub(crate) fn month(self, month: i8, short: bool) -> &'static str {
        nth(if short { self.0.months_short } else { self.0.months }, month - 1)
    }

    /// `weekday` from 1, Monday.
    pub(crate) fn weekday(self, weekday: i8, short: bool) -> &'static str {
        nth(if short { self.0.days_short } else { self.0.days }, weekday - 1)
    }

    pub(crate) fn numeric_date(self) -> &'static str {
        self.0.numeric_date
    }

    pub(crate) fn long_date(self) -> &'static str {
        self.0.long_date
    }

    pub(crate) fn hour12(self) -> bool {
        self.0.hour12
    }

    /// Between a date and a time.
    pub(crate) fn glue(self) -> &'static str {
        self.0.glue
    }

    /// Before and after noon.
    pub(crate) fn meridiem(self, afternoon: bool) -> &'static str {
        match (self.0.tag, afternoon) {
            ("en-IN" | "en-AU", false) => "am",
            ("en-IN" | "en-AU", true) => "pm",
            (_, false) => "AM",
            (_, true) => "PM",
        }
    }

    pub(crate) fn is_english(self) -> bool {
        self.0.tag.starts_with("en")
    }

    /// A number with a currency's sign, in the place where the language has it.
    pub(crate) fn with_currency(self, number: &str, code: &str) -> String {
        let sign = match code {
            "USD" => "$",
            "EUR" => "€",
            "GBP" => "£",
            "JPY" => "¥",
            "INR" => "₹",
            "CNY" => "CN¥",
            "KRW" => "₩",
            "BRL" => "R$",
            "CAD" => "CA$",
            "AUD" => "A$",
            "MXN" => "MX$",
            "NZD" => "NZ$",
            "ILS" => "₪",
            "VND" => "₫",
            other => other,
        };
        let (minus, number) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
        match self.0.tag {
            tag if tag.starts_with("en") => {
                let space =
                    if sign.chars().all(|c| c.is_ascii_alphabetic()) { "\u{a0}" } else { "" };
                format!("{minus}{sign}{space}{number}")
            }
            "pt" | "nl" => format!("{minus}{sign}\u{a0}{number}"),
            _ => format!("{minus}{number}\u{a0}{sign}"),
        }
    }
}

fn nth(names: &'static str, index: i8) -> &'static str {
    names.split(' ').nth(usize::try_from(index).unwrap_or_default()).unwrap_or_default()
}

/// A number in groups of three with at least `least` and at most `most` digits behind the point.
pub(crate) fn group_digits(number: f64, least: usize, most: usize, locale: Locale) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "∞" } else { "-∞" }.to_owned();
    }
    let text = to_fixed_shortest(number, most);
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |rest| ("-", rest));
    let mut out = sign.to_owned();
    // Spanish leaves numbers of four digits alone.
    let grouped = !(locale.0.tag == "es" && digits.len() <= 4);
    for (at, digit) in digits.chars().enumerate() {
        if grouped && at > 0 && (digits.len() - at) % 3 == 0 {
            out.push_str(locale.0.group);
        }
        out.push(digit);
    }
    let mut fraction = fraction.to_owned();
    while fraction.len() > least && fraction.ends_with('0') {
        fraction.pop();
    }
    if !fraction.is_empty() {
        out.push(locale.0.decimal);
        out.push_str(&fraction);
    }
    if out.chars().all(|c| !('1'..='9').contains(&c)) {
        out.trim_start_matches('-').to_owned()
    } else {
        out
    }
}

/// Rounds the shortest decimal of the number rather than its exact value, as ICU does.
fn to_fixed_shortest(number: f64, digits: usize) -> String {
    let shortest = crate::value::number_text(number);
    let Some((_, fraction)) = shortest.split_once('.') else { return to_fixed(number, digits) };
    if shortest.contains('e') || fraction.len() <= digits || fraction.as_bytes()[digits] != b'5' {
        return to_fixed(number, digits);
    }
    // The digit after the last kept one is 5: half goes away from zero.
    let nudge = 10_f64.powi(-(digits as i32) - 3) * number.signum();
    to_fixed(number + nudge, digits)
}
