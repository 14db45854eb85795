//! JavaScript regular expressions on the `regex` crate, where both mean the same.
//!
//! Backreferences, lookaround and what is only valid without the `u` flag go to the worker. The
//! `regex` crate takes linear time, so no pattern can hang the process.

use regex::{Regex, RegexBuilder};

use super::Unsupported;

/// A compiled pattern.
#[derive(Debug)]
pub(crate) struct Pattern {
    pub(crate) source: Box<str>,
    pub(crate) flags: Box<str>,
    pub(crate) regex: Regex,
}

impl Pattern {
    pub(crate) fn new(source: &str, flags: &str) -> Result<Self, Unsupported> {
        if flags.chars().any(|flag| !matches!(flag, 'g' | 'i' | 'm' | 's' | 'u')) {
            return Err(Unsupported("flags of a regular expression"));
        }
        let translated = translate(source, flags.contains('m'))?;
        let regex = RegexBuilder::new(&translated)
            .case_insensitive(flags.contains('i'))
            .dot_matches_new_line(flags.contains('s'))
            .size_limit(4 * 1024 * 1024)
            .nest_limit(50)
            .build()
            .map_err(|_| Unsupported("regular expression"))?;
        Ok(Self { source: source.into(), flags: flags.into(), regex })
    }

    pub(crate) fn global(&self) -> bool {
        self.flags.contains('g')
    }
}

/// Rewrites what is spelled differently: `\d`, `\w` and `\b` are ASCII in JavaScript, `/` may be
/// escaped, a class may hold a bare `[`, a brace that starts no count stands for itself.
fn translate(source: &str, multi_line: bool) -> Result<String, Unsupported> {
    let mut out = String::with_capacity(source.len() + 8);
    let mut chars = source.char_indices().peekable();
    let mut class = false;
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => {
                let (_, escaped) = chars.next().ok_or(Unsupported("regular expression"))?;
                escape(escaped, class, &mut chars, &mut out)?;
            }
            '[' if class => out.push_str("\\["),
            '[' => {
                class = true;
                out.push('[');
                if let Some((_, '^')) = chars.peek() {
                    chars.next();
                    out.push('^');
                }
                if let Some((_, ']')) = chars.peek() {
                    return Err(Unsupported("empty character class"));
                }
            }
            ']' if class => {
                class = false;
                out.push(']');
            }
            '&' | '~' if class => {
                out.push('\\');
                out.push(c);
            }
            '-' if class && source[at + 1..].starts_with('-') => out.push_str("\\-"),
            '{' if !class && !starts_count(&source[at..]) => out.push_str("\\{"),
            '}' if !class && !ends_count(&source[..at]) => out.push_str("\\}"),
            ']' => out.push_str("\\]"),
            '(' if !class && source[at..].starts_with("(?") => {
                let rest = &source[at + 2..];
                let group =
                    rest.starts_with('<') && !rest.starts_with("<=") && !rest.starts_with("<!");
                if !group && !rest.starts_with(':') {
                    return Err(Unsupported("lookaround in a regular expression"));
                }
                out.push('(');
            }
            '$' if !class && multi_line => out.push_str("(?m:$)"),
            '^' if !class && multi_line => out.push_str("(?m:^)"),
            '.' if !class => out.push('.'),
            other => out.push(other),
        }
    }
    if class { Err(Unsupported("regular expression")) } else { Ok(out) }
}

fn escape(
    escaped: char,
    class: bool,
    chars: &mut std::iter::Peekable<std::str::CharIndices<'_>>,
    out: &mut String,
) -> Result<(), Unsupported> {
    match escaped {
        'd' => out.push_str(if class { "0-9" } else { "[0-9]" }),
        'D' if !class => out.push_str("[^0-9]"),
        'w' => out.push_str(if class { "0-9A-Za-z_" } else { "[0-9A-Za-z_]" }),
        'W' if !class => out.push_str("[^0-9A-Za-z_]"),
        's' if class => out.push_str("\\s\u{feff}"),
        's' => out.push_str("[\\s\u{feff}]"),
        'S' if !class => out.push_str("[^\\s\u{feff}]"),
        'D' | 'W' | 'S' => out.push_str(match escaped {
            'D' => "[^0-9]",
            'W' => "[^0-9A-Za-z_]",
            _ => "[^\\s\u{feff}]",
        }),
        'b' if class => out.push_str("\\x08"),
        'b' => out.push_str("(?-u:\\b)"),
        'B' => return Err(Unsupported("\\B in a regular expression")),
        'n' | 'r' | 't' | 'f' | 'v' => {
            out.push('\\');
            out.push(escaped);
        }
        '0' => out.push_str("\\x00"),
        'u' | 'x' => {
            let count = if escaped == 'u' { 4 } else { 2 };
            let mut code = String::new();
            for _ in 0..count {
                match chars.next() {
                    Some((_, digit)) if digit.is_ascii_hexdigit() => code.push(digit),
                    _ => return Err(Unsupported("escape in a regular expression")),
                }
            }
            let code = u32::from_str_radix(&code, 16).expect("only hexadecimal digits");
            if char::from_u32(code).is_none() {
                return Err(Unsupported("half a character in a regular expression"));
            }
            out.push_str(&format!("\\x{{{code:x}}}"));
        }
        '1'..='9' | 'k' | 'p' | 'P' | 'c' => {
            return Err(Unsupported("backreference in a regular expression"));
        }
        c if c.is_ascii_alphanumeric() => out.push(c),
        c if c.is_ascii() => {
            out.push('\\');
            out.push(c);
        }
        c => out.push(c),
    }
    Ok(())
}

fn starts_count(text: &str) -> bool {
    text[1..].split_once('}').is_some_and(|(count, _)| is_count(count))
}

fn ends_count(text: &str) -> bool {
    text.rsplit_once('{').is_some_and(|(_, count)| is_count(count))
}

fn is_count(text: &str) -> bool {
    let (low, high) = text.split_once(',').unwrap_or((text, "0"));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    !low.is_empty() && digits(low) && digits(high)
}
