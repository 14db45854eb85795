//! Refuses HTML that means harm before it is parsed: parsing takes the square of the depth of its
//! elements, and each text within unclosed formatting makes all of that formatting again (HTML
//! standard, "reconstruct the active formatting elements").

use std::cell::Cell;

use html5ever::TokenizerResult;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
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
const FORMATTING: &[&str] = &[
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
];

/// Says why `html` must not be parsed.
///
/// # Errors
/// Where it is nested too deeply or grows too large.
pub(crate) fn check(html: &str) -> Result<(), NodeError> {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(html));
    let tokenizer = Tokenizer::new(Tags::default(), TokenizerOpts::default());
    while let TokenizerResult::Script(()) = tokenizer.feed(&input) {}
    tokenizer.end();
    if !tokenizer.sink.too_much.get() {
        return Ok(());
    }
    Err(NodeError::new("The HTML is nested too deeply to be read")
        .detail(format!("more than {DEEPEST} elements within one another"))
        .hint("Cut out the part that matters before, with Code or Edit Fields."))
}

/// Counts tags as they come, by the tokenizer that the parser has too.
#[derive(Default)]
struct Tags {
    depth: Cell<usize>,
    formatting: Cell<usize>,
    /// Open `svg` and `math`: what is text elsewhere holds elements there.
    foreign: Cell<usize>,
    elements: Cell<usize>,
    too_much: Cell<bool>,
}

impl TokenSink for Tags {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let Token::TagToken(tag) = token else { return TokenSinkResult::Continue };
        let name = &*tag.name;
        let is_foreign = self.foreign.get() > 0 || matches!(name, "svg" | "math");
        if is_foreign && tag.self_closing {
            self.elements.set(self.elements.get() + 1);
            return TokenSinkResult::Continue;
        }
        let counters = [
            (&self.depth, !ENDLESS.contains(&name)),
            (&self.formatting, FORMATTING.contains(&name)),
            (&self.foreign, matches!(name, "svg" | "math")),
        ];
        for (count, _) in counters.iter().filter(|(_, counts)| *counts) {
            count.set(match tag.kind {
                TagKind::StartTag => count.get() + 1,
                TagKind::EndTag => count.get().saturating_sub(1),
            });
        }
        if tag.kind == TagKind::EndTag {
            return TokenSinkResult::Continue;
        }
        self.elements.set(self.elements.get() + 1 + self.formatting.get());
        if self.depth.get() > DEEPEST || self.elements.get() > MOST_ELEMENTS {
            self.too_much.set(true);
        }
        match name {
            _ if self.foreign.get() > 0 => TokenSinkResult::Continue,
            "script" => TokenSinkResult::RawData(RawKind::ScriptData),
            "style" => TokenSinkResult::RawData(RawKind::Rawtext),
            "textarea" | "title" => TokenSinkResult::RawData(RawKind::Rcdata),
            _ => TokenSinkResult::Continue,
        }
    }
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
        let deep = "<div>".repeat(9000);
        refused(&format!("<!-->{deep}"), true);
        refused(&format!("<!--->{deep}-->"), true);
        refused(&format!("<!-- --!>{deep}"), true);
        refused(&format!("<a title='<!--'>{deep}"), true);
        refused(&format!("<a title='{deep}'>"), false);
        refused(&format!("<svg><style>{deep}"), true);
        refused(&format!("<title>{deep}</title>"), false);
        refused(&format!("<svg>{}</svg>", "<path d='M0'/>".repeat(9000)), false);
        refused("<", false);
        refused("<é></é", false);
    }
}
