//! Texts in a page: escaped ones, and HTML that a workflow's author wrote, of which only what can
//! do no harm is written again.
//!
//! It is no parser of HTML: what it does not know it leaves out, and every tag that it lets through
//! it writes itself, closed in its place.

use std::fmt::Write;

/// Tags that go through.
const TAGS: [&str; 43] = [
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "caption",
    "code",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "s",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
];
/// Those that hold nothing.
const EMPTY: [&str; 3] = ["br", "hr", "img"];
/// Tags whose content is no text for a reader.
const UNREAD: [&str; 8] =
    ["script", "style", "title", "textarea", "select", "iframe", "object", "svg"];
/// Attributes that go through, besides addresses.
const ATTRIBUTES: [&str; 7] = ["alt", "title", "colspan", "rowspan", "width", "height", "start"];

/// Bytes of HTML that are shown at most; a picture may stand in it.
const LONGEST: usize = 1 << 20;
/// Tags within tags.
const DEEPEST: usize = 200;
/// Attributes of a tag that are looked at.
const MOST_ATTRIBUTES: usize = 32;

/// A text between tags or in a quoted attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_escaped(&mut out, text);
    out
}

fn push_escaped(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
}

/// HTML with nothing in it that acts, asks for anything or stays open. It may be a stranger's: the
/// time it takes grows with its length and no faster, and what is too long is cut.
pub(super) fn harmless(html: &str) -> String {
    let mut rest = start(html, LONGEST);
    let mut out = String::with_capacity(rest.len());
    let mut open: Vec<&'static str> = Vec::new();
    while let Some(at) = rest.find('<') {
        push_text(&mut out, &rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("<!--") {
            rest = after.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let (tag, after) = match Tag::read(rest) {
            Read::Tag(tag, after) => (tag, after),
            Read::Text => {
                out.push_str("&lt;");
                rest = &rest[1..];
                continue;
            }
            // Nothing after it can be told from it.
            Read::Unclosed => {
                push_escaped(&mut out, rest);
                rest = "";
                break;
            }
        };
        rest = after;
        if UNREAD.contains(&tag.name.as_str()) {
            if !tag.closes {
                rest = after_closing(rest, &tag.name);
            }
            continue;
        }
        let Some(name) = TAGS.into_iter().find(|known| *known == tag.name) else { continue };
        if tag.closes {
            if let Some(at) = open.iter().rposition(|other| *other == name) {
                close(&mut out, open.split_off(at));
            }
        } else if EMPTY.contains(&name) {
            tag.write(&mut out);
        } else if open.len() < DEEPEST {
            tag.write(&mut out);
            open.push(name);
        }
    }
    push_text(&mut out, rest);
    close(&mut out, open);
    out
}

/// The first bytes of a text, up to a whole character.
pub(super) fn start(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// The same for a text that may as well be plain: then its line breaks show.
pub(super) fn harmless_text(text: &str) -> String {
    const BLOCKS: [&str; 8] = ["<p", "<br", "<div", "<ul", "<ol", "<h", "<table", "<blockquote"];
    let html = harmless(text);
    if BLOCKS.iter().any(|tag| html.contains(tag)) { html } else { html.replace('\n', "<br>") }
}

fn close(out: &mut String, tags: Vec<&str>) {
    for tag in tags.into_iter().rev() {
        // Writing to a text cannot fail.
        let _ = write!(out, "</{tag}>");
    }
}

/// Text of a source: its entities stay.
fn push_text(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '>' => out.push_str("&gt;"),
            c => out.push(c),
        }
    }
}

fn after_closing<'t>(text: &'t str, name: &str) -> &'t str {
    let is_it = |at: &usize| {
        let after = text.as_bytes().get(at + 2..at + 2 + name.len());
        after.is_some_and(|after| after.eq_ignore_ascii_case(name.as_bytes()))
    };
    let Some(at) = text.match_indices("</").map(|(at, _)| at).find(is_it) else { return "" };
    text[at..].split_once('>').map_or("", |(_, after)| after)
}

struct Tag {
    name: String,
    closes: bool,
    attributes: Vec<(String, String)>,
}

/// What a text begins with, and what follows.
enum Read<'t> {
    Tag(Tag, &'t str),
    /// No tag.
    Text,
    /// A tag that goes on to the end of the text.
    Unclosed,
}

impl Tag {
    /// The tag that a text begins with.
    fn read(text: &str) -> Read<'_> {
        let inner = text.strip_prefix('<').unwrap_or(text);
        let (closes, inner) = inner.strip_prefix('/').map_or((false, inner), |rest| (true, rest));
        if !inner.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return Read::Text;
        }
        let tag = Self::read_named(inner, closes);
        tag.map_or(Read::Unclosed, |(tag, after)| Read::Tag(tag, after))
    }

    fn read_named(inner: &str, closes: bool) -> Option<(Self, &str)> {
        let end = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '-')?;
        let (name, mut rest) = inner.split_at(end);
        let mut attributes = Vec::new();
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
            if let Some(after) = rest.strip_prefix('>') {
                let name = name.to_ascii_lowercase();
                return Some((Self { name, closes, attributes }, after));
            }
            // An `=` or the like that begins an attribute is its name.
            let first = rest.chars().next()?.len_utf8();
            let end = rest[first..].find(|c: char| c.is_whitespace() || "=>/".contains(c))? + first;
            let (attribute, after) = rest.split_at(end);
            rest = after.trim_start();
            let value = match rest.strip_prefix('=') {
                Some(after) => {
                    let (value, after) = quoted(after.trim_start())?;
                    rest = after;
                    value
                }
                None => "",
            };
            if attributes.len() < MOST_ATTRIBUTES {
                attributes.push((attribute.to_ascii_lowercase(), value.to_owned()));
            }
        }
    }

    fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(&self.name);
        for (name, value) in &self.attributes {
            let goes = match name.as_str() {
                "href" => self.name == "a" && is_address(value, &["https:", "http:", "mailto:"]),
                "src" => self.name == "img" && is_address(value, &["https:", "data:image/"]),
                name => ATTRIBUTES.contains(&name),
            };
            if goes {
                // The value may hold entities of its own; they stay, quotes cannot end it.
                let value = value.replace('"', "&quot;").replace('<', "&lt;");
                let _ = write!(out, " {name}=\"{value}\"");
            }
        }
        if self.name == "a" {
            out.push_str(" target=\"_blank\" rel=\"noopener noreferrer\"");
        }
        out.push('>');
    }
}

/// The value of an attribute, and what follows.
fn quoted(text: &str) -> Option<(&str, &str)> {
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote) {
            return inner.split_once(quote);
        }
    }
    let end = text.find(|c: char| c.is_whitespace() || c == '>')?;
    Some(text.split_at(end))
}

fn is_address(value: &str, schemes: &[&str]) -> bool {
    let value = value.trim().to_ascii_lowercase();
    schemes.iter().any(|scheme| value.starts_with(scheme))
}

/// An address that a browser may be sent to.
pub(super) fn is_web_address(address: &str) -> bool {
    url::Url::parse(address.trim())
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(html: &str, expect: &str) {
        assert_eq!(harmless(html), expect, "{html}");
    }

    #[test]
    fn what_reads_goes_through() {
        check("plain & <b>bold</b> &amp; 1 > 0", "plain & <b>bold</b> &amp; 1 &gt; 0");
        check("<P>a<BR/>b</P>", "<p>a<br>b</p>");
        check(
            "<a href=\"https://x.org/?a=1&amp;b=2\" onclick='x()'>x</a>",
            "<a href=\"https://x.org/?a=1&amp;b=2\" target=\"_blank\" rel=\"noopener noreferrer\">x</a>",
        );
        check(
            "<img src='https://x.org/a.png' alt=a>",
            "<img src=\"https://x.org/a.png\" alt=\"a\">",
        );
        check("a < b", "a &lt; b");
    }

    #[test]
    fn lines_of_a_plain_text_show() {
        assert_eq!(harmless_text("a\n<b>b</b>"), "a<br><b>b</b>");
        assert_eq!(harmless_text("<p>a</p>\n<p>b</p>"), "<p>a</p>\n<p>b</p>");
    }

    #[test]
    fn what_acts_does_not() {
        check("a<script>alert('<b>')</script>b", "ab");
        check("<style>p{}</style><input><form>x</form>", "x");
        check(
            "<a href=\"javascript:x()\">x</a>",
            "<a target=\"_blank\" rel=\"noopener noreferrer\">x</a>",
        );
        check(
            "<a href=\" JavaScript:x()\">x",
            "<a target=\"_blank\" rel=\"noopener noreferrer\">x</a>",
        );
        check("<img src=x onerror=alert(1)>", "<img>");
        check("<p title='\"><script>'>x", "<p title=\"&quot;>&lt;script>\">x</p>");
        check("<!-- <b> --><svg><script>x</script></svg>y", "y");
        check("<script", "&lt;script");
        check("x<p title='><img src=x>", "x&lt;p title=&#39;&gt;&lt;img src=x&gt;");
        check("<p/onclick=x>y", "<p>y</p>");
        check("<p =x>y", "<p>y</p>");
    }

    #[test]
    fn hostile_texts_take_no_longer_than_others() {
        // Each would take the square of its length, minutes here, where anything is read again.
        for (part, end) in [
            ("<svg></svg>", ""),
            ("<sVg></SvG>", "<svg>"),
            ("<a ", ""),
            ("<a <a", " x=\">"),
            ("<b><b></i>", ""),
            ("<!-", ""),
            ("<!--", ""),
            ("</", "svg"),
            ("<p x='", "\""),
            ("<p a=b ", ">"),
        ] {
            let html = part.repeat(LONGEST / part.len()) + end;
            let started = std::time::Instant::now();
            let shown = harmless(&html);
            let took = started.elapsed();
            assert!(took.as_secs() < 5, "{part}: {took:?}");
            assert!(shown.len() <= 5 * LONGEST, "{part}: {}", shown.len());
        }
        let depth = harmless(&"<b>x".repeat(1000)).matches("<b>").count();
        assert_eq!(depth, DEEPEST);
        assert_eq!(harmless(&"\u{e9}".repeat(LONGEST)).len(), LONGEST, "cut at a whole character");
    }

    #[test]
    fn what_stays_open_is_closed_and_no_more() {
        check("<div><b>x", "<div><b>x</b></div>");
        check("x</div></main>", "x");
        check("<b><i>x</b>y</i>", "<b><i>x</i></b>y");
    }
}
