//! Patterns as moment.js has them (momentjs.com/docs, "Format"), by way of Luxon's letters.

use jiff::tz::TimeZone;
use reporunner_expression::Moment;

use super::read;

/// Moment's tokens and Luxon's for the same, longest first.
const TOKENS: [(&str, &str); 46] = [
    ("LLLL", "cccc, LLLL d, yyyy t"),
    ("YYYY", "yyyy"),
    ("GGGG", "kkkk"),
    ("gggg", "kkkk"),
    ("MMMM", "MMMM"),
    ("DDDD", "ooo"),
    ("dddd", "EEEE"),
    ("SSS", "SSS"),
    ("LTS", "h:mm:ss a"),
    ("LLL", "LLLL d, yyyy h:mm a"),
    ("MMM", "MMM"),
    ("DDD", "o"),
    ("ddd", "EEE"),
    ("YY", "yy"),
    ("GG", "kk"),
    ("gg", "kk"),
    ("MM", "MM"),
    ("DD", "dd"),
    ("dd", "EEE"),
    ("HH", "HH"),
    ("hh", "hh"),
    ("mm", "mm"),
    ("ss", "ss"),
    ("WW", "WW"),
    ("ww", "WW"),
    ("ZZ", "ZZZ"),
    ("zz", "ZZZZ"),
    ("LL", "LLLL d, yyyy"),
    ("LT", "h:mm a"),
    ("Y", "y"),
    ("Q", "q"),
    ("M", "M"),
    ("D", "d"),
    ("E", "E"),
    ("H", "H"),
    ("h", "h"),
    ("m", "m"),
    ("s", "s"),
    ("S", "u"),
    ("W", "W"),
    ("w", "W"),
    ("A", "a"),
    ("Z", "ZZ"),
    ("z", "ZZZZ"),
    ("X", "X"),
    ("x", "x"),
];

/// A piece of a pattern.
enum Piece<'p> {
    Text(&'p str),
    Token(&'static str),
    /// The day with `st`, `nd`, `rd` or `th`.
    Ordinal,
    /// `am` or `pm`.
    LowerHalf,
    /// Two letters of the weekday.
    ShortWeekday,
    /// The weekday's number, Sunday first.
    Weekday,
}

fn pieces(pattern: &str) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        if first == '['
            && let Some((text, after)) = rest[1..].split_once(']')
        {
            out.push(Piece::Text(text));
            rest = after;
            continue;
        }
        let same = rest.bytes().take_while(|byte| *byte == first as u8).count();
        let (piece, length) = match (first, same) {
            _ if rest.starts_with("Do") => (Piece::Ordinal, 2),
            ('d', 2) => (Piece::ShortWeekday, 2),
            ('d' | 'e', 1) => (Piece::Weekday, 1),
            ('a', _) => (Piece::LowerHalf, 1),
            ('L', 1) => (Piece::Token("MM/dd/yyyy"), 1),
            _ => match TOKENS.iter().find(|(token, _)| rest.starts_with(token)) {
                Some((token, luxon)) => (Piece::Token(luxon), token.len()),
                None => (Piece::Text(&rest[..first.len_utf8()]), first.len_utf8()),
            },
        };
        out.push(piece);
        rest = &rest[length..];
    }
    out
}

/// A moment by a pattern of moment's letters.
pub(super) fn format(date: &Moment, pattern: &str) -> String {
    if pattern.is_empty() {
        return date.to_pattern("yyyy-MM-dd'T'HH:mm:ssZZ");
    }
    let one = |piece| match piece {
        Piece::Text(text) => text.to_owned(),
        Piece::Token(luxon) => date.to_pattern(luxon),
        Piece::Ordinal => ordinal(date.zoned().day()),
        Piece::LowerHalf => date.to_pattern("a").to_lowercase(),
        Piece::ShortWeekday => date.to_pattern("EEE").chars().take(2).collect(),
        Piece::Weekday => date.zoned().weekday().to_sunday_zero_offset().to_string(),
    };
    pieces(pattern).into_iter().map(one).collect()
}

fn ordinal(day: i8) -> String {
    let ending = match (day % 10, day / 10) {
        (1, tens) if tens != 1 => "st",
        (2, tens) if tens != 1 => "nd",
        (3, tens) if tens != 1 => "rd",
        _ => "th",
    };
    format!("{day}{ending}")
}

/// Text by a pattern of moment's letters. A pattern that ends early is enough, as with moment.
pub(super) fn parse(text: &str, pattern: &str, zone: &TimeZone, now: &Moment) -> Option<Moment> {
    let text = text.trim();
    match pattern {
        "x" => return Moment::from_ms(text.parse().ok()?, zone),
        "X" => return Moment::from_ms(text.parse::<f64>().ok()? * 1000.0, zone),
        _ => {}
    }
    let luxon = |piece| match piece {
        Piece::Text(text) => format!("'{}'", text.replace('\'', "")),
        Piece::Token(luxon) => luxon.to_owned(),
        Piece::Ordinal => "d".to_owned(),
        Piece::LowerHalf => "a".to_owned(),
        Piece::ShortWeekday => "EEE".to_owned(),
        Piece::Weekday => "E".to_owned(),
    };
    let luxon: String =
        pieces(pattern).into_iter().map(luxon).collect::<String>().replace("''", "");
    (1..=text.len())
        .rev()
        .filter(|end| text.is_char_boundary(*end))
        .find_map(|end| Moment::from_pattern(&text[..end], &luxon, zone, now))
        .or_else(|| read::plain(&text.into(), zone))
}
