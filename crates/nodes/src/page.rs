//! Refuses HTML that means harm before it is parsed: parsing takes the square of the depth of its
//! elements, and each text within unclosed formatting makes all of that formatting again (HTML
//! standard, "reconstruct the active formatting elements").

use reporunner_model::NodeError;

/// Deepest nesting. Browsers cut off at 512 (Chromium: kMaximumHTMLParserDOMTreeDepth).
const DEEPEST: usize = 5000;
/// Most elements that a page may grow to by the rule above.
const MOST_ELEMENTS: usize = 10_000_000;
/// They end by themselves where the next begins, or have no end.
const ENDLESS: &[&str] = &[
    "p", "li", "td", "th", "tr", "dt", "dd", "option", "optgroup", "tbody", "thead", "tfoot",
    "colgroup", "rp", "rt", "br", "hr", "img", "input", "meta", "link", "area", "base", "col",
    "embed", "param", "source", "track", "wbr", "html", "head", "body",
];
/// Their content is text, whatever stands in it.
const TEXTS: &[&str] = &["script", "style", "textarea", "title"];
const FORMATTING: &[&str] = &[
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
];

/// Says why `html` must not be parsed.
///
/// # Errors
/// Where it is nested too deeply or grows too large.
pub(crate) fn check(html: &str) -> Result<(), NodeError> {
    let (mut depth, mut formatting, mut elements) = (0_usize, 0_usize, 0_usize);
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let (closes, tag) = rest.strip_prefix('/').map_or((false, rest), |tag| (true, tag));
        let end = tag.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tag.len());
        let name = tag[..end].to_ascii_lowercase();
        rest = &tag[end..];
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || end > 32 {
            continue;
        }
        let among = |names: &[&str]| names.contains(&name.as_str());
        if !closes && among(TEXTS) {
            rest = after_text(rest, &name);
            continue;
        }
        let (counts, formats) = (!among(ENDLESS), among(FORMATTING));
        if closes {
            depth -= usize::from(counts && depth > 0);
            formatting -= usize::from(formats && formatting > 0);
        } else {
            depth += usize::from(counts);
            formatting += usize::from(formats);
            elements += 1 + formatting;
        }
        if depth > DEEPEST || elements > MOST_ELEMENTS {
            return Err(NodeError::new("The HTML is nested too deeply to be read")
                .detail(format!("more than {DEEPEST} elements within one another"))
                .hint("Cut out the part that matters before, with Code or Edit Fields."));
        }
    }
    Ok(())
}

/// What follows the end tag of an element whose content is text.
fn after_text<'a>(html: &'a str, name: &str) -> &'a str {
    let mut rest = html;
    while let Some(at) = rest.find("</") {
        rest = &rest[at + 2..];
        if rest.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name)) {
            return &rest[name.len()..];
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(html: &str, expect: bool) {
        assert_eq!(check(html).is_err(), expect, "{html:.80}");
    }

    #[test]
    fn depth_counts_and_length_does_not() {
        refused(&"<div>".repeat(5001), true);
        refused(&"<DIV\n>".repeat(5001), true);
        refused(&"<div></div>".repeat(100_000), false);
        refused(&"<p>text".repeat(100_000), false);
        refused(&"<tr><td>1".repeat(100_000), false);
        refused(&"<br>".repeat(100_000), false);
        refused(&format!("{}{}", "<b>".repeat(999), "<p>x".repeat(100_000)), true);
        refused(&format!("<script>{}</script>", "a<b;".repeat(9000)), false);
        refused(&format!("<!-- {} -->", "<div>".repeat(9000)), false);
        refused(&"1 < 2 <3".repeat(5000), false);
        refused("<", false);
        refused("<é></é", false);
    }
}
