//! HTML as plain text that can be read: blocks on their own lines, lists with marks, addresses
//! of links and images in brackets, lines of at most 80 characters.
//!
//! The conventions are those of html-to-text (github.com/html-to-text/node-html-to-text).

use dom_query::{Document, Matcher, NodeRef};

/// The longest line; a longer word stays whole.
const WIDTH: usize = 80;

/// Deepest nesting that is laid out; below it only the text counts. A page may nest its elements
/// deeper than a program can follow them.
const DEEPEST: usize = 200;

/// The text of some HTML without the elements that `skips` select.
pub(crate) fn readable(html: &str, skips: &[String]) -> String {
    let document = Document::fragment(html);
    for skip in skips {
        if let Ok(matcher) = Matcher::new(skip) {
            document.select_matcher(&matcher).remove();
        }
    }
    let mut writer = Writer::default();
    writer.children(&document.root());
    writer.finish()
}

#[derive(Default)]
struct Writer {
    out: String,
    /// Words of the line that is being filled.
    line: String,
    /// Whether white space stands between the last word and the next.
    space: bool,
    /// Line breaks before the next text.
    breaks: usize,
    indent: usize,
    depth: usize,
    uppercase: bool,
    preformatted: bool,
}

impl Writer {
    fn children(&mut self, node: &NodeRef<'_>) {
        if self.depth >= DEEPEST {
            return self.text(&node.text());
        }
        self.depth += 1;
        for child in node.children() {
            self.node(&child);
        }
        self.depth -= 1;
    }

    fn node(&mut self, node: &NodeRef<'_>) {
        if node.is_text() {
            self.text(&node.text());
            return;
        }
        let name = node.node_name().unwrap_or_default();
        match &*name {
            "script" | "style" | "head" | "title" | "template" | "noscript" | "select" => {}
            "br" => self.new_line(1),
            "hr" => self.block(2, |w| w.word(&"-".repeat(40))),
            "img" => self.image(node),
            "a" => self.link(node),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.block(2, |writer| {
                let before = std::mem::replace(&mut writer.uppercase, true);
                writer.children(node);
                writer.uppercase = before;
            }),
            "p" | "blockquote" => self.block(2, |writer| writer.children(node)),
            "pre" => self.block(2, |writer| {
                let before = std::mem::replace(&mut writer.preformatted, true);
                writer.children(node);
                writer.preformatted = before;
            }),
            "ul" | "ol" => self.list(node, &name == "ol"),
            "tr" => self.block(1, |writer| {
                for (index, cell) in node.element_children().iter().enumerate() {
                    writer.space |= index > 0;
                    writer.children(cell);
                }
            }),
            "div" | "section" | "article" | "main" | "header" | "footer" | "nav" | "aside"
            | "form" | "table" | "li" | "dl" | "dt" | "dd" | "figure" | "address" | "fieldset" => {
                self.block(1, |writer| writer.children(node));
            }
            _ => self.children(node),
        }
    }

    fn block(&mut self, breaks: usize, content: impl FnOnce(&mut Self)) {
        self.new_line(breaks);
        content(self);
        self.new_line(breaks);
    }

    fn list(&mut self, node: &NodeRef<'_>, numbered: bool) {
        // A list within a list continues it.
        let breaks = if self.indent > 0 { 1 } else { 2 };
        self.block(breaks, |writer| {
            for (index, item) in node.element_children().iter().enumerate() {
                let mark = if numbered { format!("{}.", index + 1) } else { "*".to_owned() };
                writer.new_line(1);
                let before = writer.indent;
                writer.indent += 1;
                writer.word(&mark);
                writer.space = true;
                writer.indent += mark.chars().count() + 1;
                writer.children(item);
                writer.new_line(1);
                writer.indent = before;
            }
        });
    }

    fn image(&mut self, node: &NodeRef<'_>) {
        let (alt, source) = (node.attr("alt"), node.attr("src"));
        if let Some(alt) = alt.filter(|alt| !alt.is_empty()) {
            self.text(&alt);
            self.space = true;
        }
        if let Some(source) = source.filter(|source| !source.is_empty()) {
            self.word(&format!("[{source}]"));
        }
    }

    fn link(&mut self, node: &NodeRef<'_>) {
        let start = self.out.len() + self.line.len();
        self.children(node);
        let Some(target) = node.attr("href").filter(|target| !target.is_empty()) else { return };
        let target = target.trim_start_matches("mailto:");
        // What the link shows stands at the end of what is written, or of its last line.
        let shown = match start.checked_sub(self.out.len()) {
            Some(in_line) => self.line.get(in_line..).unwrap_or_default().to_owned(),
            None => format!("{}{}", self.out.get(start..).unwrap_or_default(), self.line),
        };
        let shown = shown.trim();
        if shown == target {
            return;
        }
        if !shown.is_empty() {
            self.space = true;
        }
        self.word(&format!("[{target}]"));
    }

    fn text(&mut self, text: &str) {
        let text = if self.uppercase { text.to_uppercase() } else { text.to_owned() };
        if self.preformatted {
            for (index, line) in text.split('\n').enumerate() {
                if index > 0 {
                    self.new_line_at_once();
                }
                self.push(line);
            }
            return;
        }
        self.space |= text.starts_with(char::is_whitespace);
        for word in text.split_whitespace() {
            self.word(word);
            self.space = true;
        }
        if !text.ends_with(char::is_whitespace) && !text.is_empty() {
            self.space = false;
        }
    }

    fn word(&mut self, word: &str) {
        self.begin();
        let fits = self.line.chars().count() + 1 + word.chars().count() <= WIDTH;
        let empty = self.line.trim().is_empty();
        if self.space && !empty && !fits {
            self.new_line_at_once();
        } else if self.space && !empty {
            self.line.push(' ');
        }
        self.push(word);
        self.space = false;
    }

    fn push(&mut self, text: &str) {
        self.begin();
        if self.line.is_empty() {
            self.line.push_str(&" ".repeat(self.indent));
        }
        self.line.push_str(text);
    }

    /// Writes the line breaks that wait for the next text; none stand at the beginning.
    fn begin(&mut self) {
        if self.breaks == 0 {
            return;
        }
        let breaks = std::mem::take(&mut self.breaks);
        if !self.out.is_empty() || !self.line.is_empty() {
            self.out.push_str(self.line.trim_end());
            self.line.clear();
            self.out.push_str(&"\n".repeat(breaks));
        }
        self.space = false;
    }

    fn new_line(&mut self, breaks: usize) {
        self.breaks = self.breaks.max(breaks);
    }

    fn new_line_at_once(&mut self) {
        self.begin();
        self.out.push_str(self.line.trim_end());
        self.out.push('\n');
        self.line.clear();
        self.space = false;
    }

    fn finish(mut self) -> String {
        self.out.push_str(self.line.trim_end());
        self.out
    }
}
