//! Text on its way from Markdown to HTML: escapes, addresses, headings written tightly.

use std::sync::LazyLock;

use regex::Regex;

/// Headings may stand without a space after their signs, outside of code blocks.
pub(super) fn spaced_headings(markdown: &str) -> String {
    let mut in_code = false;
    let lines = markdown.split('\n').map(|line| {
        let fence = line.trim_start();
        if fence.starts_with("```") || fence.starts_with("~~~") {
            in_code = !in_code;
        }
        let signs = line.bytes().take_while(|byte| *byte == b'#').count();
        let next = line[signs..].chars().next();
        match next {
            Some(c) if !in_code && (1..=6).contains(&signs) && !c.is_whitespace() => {
                format!("{} {}", &line[..signs], &line[signs..])
            }
            _ => line.to_owned(),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

pub(super) fn title_attribute(title: &str) -> String {
    match title {
        "" => String::new(),
        title => format!(" title=\"{}\"", escape_attribute(title)),
    }
}

pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

pub(super) fn escape_code(text: &str) -> String {
    escape(text).replace('>', "&gt;")
}

pub(super) fn escape_attribute(text: &str) -> String {
    escape(text).replace('"', "&quot;")
}

/// Addresses that people write as plain text.
pub(super) fn addresses() -> &'static Regex {
    static ADDRESSES: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\b(?:(?:https?|ftp)://|www\.)[^\s<>]+\.[^\s<>]+")
            .expect("the pattern is right")
    });
    &ADDRESSES
}
