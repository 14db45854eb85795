//! The case of text, its letters without marks, its text without markup, its order.

use std::cmp::Ordering;
use std::sync::LazyLock;

use regex::Regex;

/// Words that stay small within a title.
const SMALL_WORDS: &[&str] = &[
    "a", "an", "and", "as", "at", "because", "but", "by", "en", "for", "if", "in", "neither",
    "nor", "of", "on", "only", "or", "over", "per", "so", "some", "than", "that", "the", "to",
    "up", "upon", "v", "versus", "via", "vs", "when", "with", "without", "yet",
];

/// `quick! brown FOX` → `Quick! Brown fox`.
pub(super) fn sentence(text: &str) -> String {
    let (mut out, mut start) = (String::with_capacity(text.len()), true);
    for c in text.to_lowercase().chars() {
        if start && c.is_alphanumeric() {
            out.extend(c.to_uppercase());
            start = false;
        } else {
            start |= matches!(c, '.' | '!' | '?');
            out.push(c);
        }
    }
    out
}

/// `quick brown $FOX` → `quick_brown_fox`.
pub(super) fn snake(text: &str) -> String {
    text.trim()
        .to_lowercase()
        .chars()
        .filter_map(|c| match c {
            ' ' | '-' => Some('_'),
            c if c.is_alphanumeric() || c == '_' || c.is_whitespace() => Some(c),
            _ => None,
        })
        .collect()
}

/// Capitals at word starts; small words and words with capitals of their own stay.
pub(super) fn title(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, word) in text.split(' ').enumerate() {
        if at > 0 {
            out.push(' ');
        }
        let inner_capital = word.chars().skip(1).any(char::is_uppercase);
        if inner_capital || (at > 0 && SMALL_WORDS.contains(&word)) {
            out.push_str(word);
            continue;
        }
        let mut chars = word.chars();
        if let Some(first) = chars.next() {
            out.extend(first.to_uppercase());
            out.push_str(chars.as_str());
        }
    }
    out
}

static TAGS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"<[^>]*>").expect("a fixed pattern compiles"));

pub(super) fn remove_tags(text: &str) -> String {
    TAGS.replace_all(text, "").into_owned()
}

static MARKUP: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    [
        (r"(?m)^\s*(-\s*?|\*\s*?|_\s*?){3,}\s*$", ""),
        (r"(?m)^([\s\t]*)([*+-]|\d+\.)\s+", "$1"),
        (r"\n={2,}", "\n"),
        (r"~{3}.*\n", ""),
        ("~~", ""),
        (r"`{3}.*\n", ""),
        ("<[^>]*>", ""),
        (r"(?m)^[=-]{2,}\s*$", ""),
        (r"\[\^.+?\](: .*?$)?", ""),
        (r"\s{0,2}\[.*?\]: .*?$", ""),
        (r"!\[(.*?)\][\[(].*?[\])]", "$1"),
        (r"\[([^\]]*?)\][\[(].*?[\])]", "$1"),
        (r"(?m)^\s{0,3}>\s?", ""),
        (r"(?m)^(\n)?\s{0,}#{1,6}\s*( (.+))? +#+$|^(\n)?\s{0,}#{1,6}\s*( (.+))?$", "$1$3$4$6"),
        (r"(\*{1,3}|_{1,3})(\S.*?)(\*{1,3}|_{1,3})", "$2"),
        (r"(`{3,})([\s\S]*?)(`{3,})", "$2"),
        ("`(.+?)`", "$1"),
        (r"\n{2,}", "\n\n"),
    ]
    .into_iter()
    .map(|(source, with)| (Regex::new(source).expect("a fixed pattern compiles"), with))
    .collect()
});

pub(super) fn remove_markdown(text: &str) -> String {
    MARKUP.iter().fold(text.to_owned(), |text, (pattern, with)| {
        pattern.replace_all(&text, *with).into_owned()
    })
}

/// A letter without its marks; other characters are none.
fn base_letter(c: char) -> Option<&'static str> {
    const TABLE: &[(&str, &str)] = &[
        ("àáâãåāăąǎ", "a"),
        ("ÀÁÂÃÅĀĂĄǍ", "A"),
        ("ä", "ae"),
        ("Ä", "AE"),
        ("æ", "ae"),
        ("Æ", "AE"),
        ("çćĉċč", "c"),
        ("ÇĆĈĊČ", "C"),
        ("ďđð", "d"),
        ("ĎĐÐ", "D"),
        ("èéêëēĕėęě", "e"),
        ("ÈÉÊËĒĔĖĘĚ", "E"),
        ("ĝğġģ", "g"),
        ("ĜĞĠĢ", "G"),
        ("ĥħ", "h"),
        ("ĤĦ", "H"),
        ("ìíîïĩīĭįı", "i"),
        ("ÌÍÎÏĨĪĬĮİ", "I"),
        ("ĵ", "j"),
        ("Ĵ", "J"),
        ("ķ", "k"),
        ("Ķ", "K"),
        ("ĺļľŀł", "l"),
        ("ĹĻĽĿŁ", "L"),
        ("ñńņňŉ", "n"),
        ("ÑŃŅŇ", "N"),
        ("òóôõøōŏőǒ", "o"),
        ("ÒÓÔÕØŌŎŐǑ", "O"),
        ("ö", "oe"),
        ("Ö", "OE"),
        ("œ", "oe"),
        ("Œ", "OE"),
        ("ŕŗř", "r"),
        ("ŔŖŘ", "R"),
        ("śŝşš", "s"),
        ("ŚŜŞŠ", "S"),
        ("ß", "ss"),
        ("ţťŧț", "t"),
        ("ŢŤŦȚ", "T"),
        ("ùúûũūŭůűų", "u"),
        ("ÙÚÛŨŪŬŮŰŲ", "U"),
        ("ü", "ue"),
        ("Ü", "UE"),
        ("ŵ", "w"),
        ("Ŵ", "W"),
        ("ýÿŷ", "y"),
        ("ÝŸŶ", "Y"),
        ("źżž", "z"),
        ("ŹŻŽ", "Z"),
        ("þ", "th"),
        ("Þ", "TH"),
    ];
    TABLE.iter().find(|(letters, _)| letters.contains(c)).map(|(_, plain)| *plain)
}

/// Latin letters without their marks.
pub(super) fn plain_letters(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match base_letter(c) {
            Some(plain) => out.push_str(plain),
            // A mark of its own stands on the letter before it.
            None if ('\u{300}'..='\u{36f}').contains(&c) => {}
            None => out.push(c),
        }
    }
    out
}

/// The order people expect: signs, digits, letters; marks and case only where all else is equal.
pub(crate) fn collate(a: &str, b: &str) -> Ordering {
    let key = |text: &str| text.chars().flat_map(primary).collect::<Vec<_>>();
    let marks = |text: &str| text.to_lowercase();
    let case = |text: &str| text.chars().map(|c| c.is_uppercase()).collect::<Vec<_>>();
    key(a)
        .cmp(&key(b))
        .then_with(|| marks(a).cmp(&marks(b)))
        .then_with(|| case(a).cmp(&case(b)))
        .then_with(|| a.cmp(b))
}

fn primary(c: char) -> Vec<u32> {
    const SIGNS: &str = " _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$";
    if let Some(at) = SIGNS.find(c) {
        return vec![1 + u32::try_from(at).unwrap_or_default()];
    }
    if let Some(plain) = base_letter(c) {
        // ä sorts as a, not as ae, except for letters that are two.
        let letters =
            if matches!(c, 'ä' | 'Ä' | 'ö' | 'Ö' | 'ü' | 'Ü') { &plain[..1] } else { plain };
        return letters.to_lowercase().chars().map(|c| 1000 + u32::from(c)).collect();
    }
    c.to_lowercase()
        .map(|c| if c.is_ascii_digit() { 100 + u32::from(c) } else { 1000 + u32::from(c) })
        .collect()
}
