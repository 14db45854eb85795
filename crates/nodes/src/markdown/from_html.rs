//! HTML to Markdown, by the conventions of node-html-markdown
//! (github.com/crosstype/node-html-markdown) and its options.

use std::sync::LazyLock;

use dom_query::{Document, NodeRef};
use regex::Regex;
use reporunner_model::NodeError;
use reporunner_node::Values;
use serde_json::{Map, Value};

use crate::items::{option_flag, option_number, option_text};
use crate::js;

/// How it is written.
pub(super) struct Options {
    bullet: String,
    strong: String,
    emphasis: String,
    fence: String,
    indent_code: bool,
    references: bool,
    data_images: bool,
    most_newlines: usize,
    blocks: Vec<String>,
    ignored: Vec<String>,
    replace: Vec<(Regex, String)>,
    escape: (Regex, String),
    line_escape: (Regex, String),
}

static SPECIAL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[\\`*_~\[\]]").expect("the pattern is right"));
static LINE_START: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^(\s*?)((?:\+\s)|(?:[=>-])|(?:#{1,6}\s))|(?:(\d+)(\.\s))")
        .expect("the pattern is right")
});

impl Options {
    pub(super) fn read(values: &Values<'_>) -> Result<Self, NodeError> {
        let text = |name: &str, default: &str| {
            option_text(values, &format!("options.{name}")).unwrap_or_else(|| default.to_owned())
        };
        let flag = |name: &str| option_flag(values, &format!("options.{name}")).unwrap_or(false);
        let pairs = values.raw("options.textReplace.values").and_then(Value::as_array);
        let pairs = pairs.into_iter().flatten().filter_map(Value::as_object);
        let one = |name: &str| {
            // An option that is not there has no pattern, whatever its form starts with.
            let record = values.raw(&format!("options.{name}.value")).and_then(Value::as_object);
            record.map(|record| pair(record, name)).transpose()
        };
        Ok(Self {
            bullet: text("bulletMarker", "*"),
            strong: text("strongDelimiter", "**"),
            emphasis: text("emDelimiter", "_"),
            fence: text("codeFence", "```"),
            indent_code: text("codeBlockStyle", "fence") == "indented",
            references: flag("useLinkReferenceDefinitions"),
            data_images: flag("keepDataImages"),
            most_newlines: option_number(values, "options.maxConsecutiveNewlines")
                .map_or(3, |most| most.max(1.0) as usize),
            blocks: names(&text("blockElements", "")),
            // n8n hands the text on as a list, so each of its letters names an element; imported
            // workflows rely on what that does. The form does not offer it.
            ignored: text("ignore", "").to_lowercase().chars().map(String::from).collect(),
            replace: pairs.map(|record| pair(record, "textReplace")).collect::<Result<_, _>>()?,
            escape: one("globalEscape")?.unwrap_or_else(|| (SPECIAL.clone(), r"\$0".to_owned())),
            line_escape: one("lineStartEscape")?
                .unwrap_or_else(|| (LINE_START.clone(), r"${1}${3}\${2}${4}".to_owned())),
        })
    }

    fn is_block(&self, name: &str) -> bool {
        const BLOCKS: &[&str] = &[
            "address",
            "article",
            "aside",
            "body",
            "dd",
            "details",
            "div",
            "dl",
            "dt",
            "fieldset",
            "figcaption",
            "figure",
            "footer",
            "form",
            "header",
            "main",
            "nav",
            "p",
            "section",
            "summary",
            "video",
        ];
        BLOCKS.contains(&name) || self.blocks.iter().any(|block| block == name)
    }
}

fn names(text: &str) -> Vec<String> {
    text.split(',').map(|name| name.trim().to_lowercase()).filter(|n| !n.is_empty()).collect()
}

/// A pattern and what replaces it, with JavaScript's `$1` and `$&`.
fn pair(record: &Map<String, Value>, name: &str) -> Result<(Regex, String), NodeError> {
    let text = |key: &str| record.get(key).map(js::cell).unwrap_or_default();
    let pattern = text("pattern");
    let regex = Regex::new(&pattern).map_err(|error| {
        NodeError::new(format!("{pattern:?} is no regular expression"))
            .detail(error.to_string())
            .hint("Put a backslash before signs that stand for themselves, such as \\( and \\?.")
            .about(&["options", name])
    })?;
    static NUMBERS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\$(\d+)").expect("the pattern is right"));
    let replacement = text("replacement").replace("$&", "${0}");
    Ok((regex, NUMBERS.replace_all(&replacement, "$${$1}").into_owned()))
}

/// Deepest nesting that is laid out; below it only the text counts. A page may nest its elements
/// deeper than a program can follow them.
const DEEPEST: usize = 200;

pub(super) fn markdown(html: &str, options: &Options) -> String {
    let lower = html.trim_start().get(..500).unwrap_or(html).to_ascii_lowercase();
    let whole = ["<!doctype", "<html", "<body", "<head"].iter().any(|tag| lower.contains(tag));
    let document = if whole { Document::from(html) } else { Document::fragment(html) };
    let mut writer = Writer { options, out: String::new(), newlines: 0, targets: Vec::new() };
    writer.children(&document.root(), Within::default());
    let mut text = writer.out.trim_end().to_owned();
    for (index, target) in writer.targets.iter().enumerate() {
        let before = if index == 0 { "\n\n" } else { "\n" };
        text.push_str(&format!("{before}[{}]: {target}", index + 1));
    }
    text
}

/// What is around a node.
#[derive(Clone, Copy, Default)]
struct Within {
    code: bool,
    lists: usize,
    depth: usize,
}

struct Writer<'o> {
    options: &'o Options,
    out: String,
    /// Line breaks before the next text.
    newlines: usize,
    targets: Vec<String>,
}

impl Writer<'_> {
    fn children(&mut self, node: &NodeRef<'_>, within: Within) {
        if within.depth >= DEEPEST {
            return self.text(&node.text(), within);
        }
        let within = Within { depth: within.depth + 1, ..within };
        for child in node.children() {
            self.node(&child, within);
        }
    }

    /// What some content is by itself.
    fn apart(&mut self, node: &NodeRef<'_>, within: Within) -> String {
        let mut inner = Writer {
            options: self.options,
            out: String::new(),
            newlines: 0,
            targets: std::mem::take(&mut self.targets),
        };
        inner.children(node, within);
        self.targets = inner.targets;
        inner.out
    }

    fn node(&mut self, node: &NodeRef<'_>, within: Within) {
        if node.is_text() {
            return self.text(&node.text(), within);
        }
        let name = node.node_name().unwrap_or_default();
        let name: &str = &name;
        if self.options.ignored.iter().any(|ignored| ignored == name) {
            return;
        }
        match name {
            "head" | "script" | "style" | "link" | "meta" | "template" | "noscript" | "input"
            | "base" | "area" | "embed" | "source" | "track" | "wbr" | "iframe" | "object" => {}
            "br" => self.push("  \n"),
            "hr" => self.block(2, |writer| writer.push("---")),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                let level = usize::from(name.as_bytes()[1] - b'0');
                let text = one_line(&self.apart(node, within));
                if !text.is_empty() {
                    self.block(2, |w| w.push(&format!("{} {text}", "#".repeat(level))));
                }
            }
            "strong" | "b" => self.marked(node, &self.options.strong.clone(), within),
            "em" | "i" => self.marked(node, &self.options.emphasis.clone(), within),
            "del" | "s" | "strike" => self.marked(node, "~~", within),
            "code" | "kbd" | "samp" | "tt" if !within.code => self.inline_code(node),
            "pre" => self.code_block(node),
            "a" => self.link(node, within),
            "img" => self.image(node),
            "ul" | "ol" | "menu" => self.list(node, name == "ol", within),
            "blockquote" => {
                let inner = self.apart(node, within);
                let lines =
                    inner.trim().lines().map(|line| format!("> {line}").trim_end().to_owned());
                let quote = lines.collect::<Vec<_>>().join("\n");
                self.block(2, |writer| writer.push(&quote));
            }
            "table" => self.table(node, within),
            _ if self.options.is_block(name) => {
                self.block(2, |writer| writer.children(node, within));
            }
            _ => self.children(node, within),
        }
    }

    /// Content with line breaks before and after.
    fn block(&mut self, newlines: usize, content: impl FnOnce(&mut Self)) {
        self.newlines = self.newlines.max(newlines);
        content(self);
        self.newlines = self.newlines.max(newlines);
    }

    /// Writes text after the line breaks that are due. At the very beginning there are none.
    fn push(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let newlines = std::mem::take(&mut self.newlines).min(self.options.most_newlines);
        if newlines > 0 && !self.out.is_empty() {
            // A blank before the first block stays, as node-html-markdown leaves it.
            if !self.out.trim().is_empty() && !self.out.ends_with("  \n") {
                let length = self.out.trim_end_matches([' ', '\t']).len();
                self.out.truncate(length);
            }
            let there = self.out.len() - self.out.trim_end_matches('\n').len();
            self.out.push_str(&"\n".repeat(newlines.saturating_sub(there)));
        }
        self.out.push_str(text);
    }

    fn text(&mut self, text: &str, within: Within) {
        if within.code {
            return self.push(text);
        }
        if text.chars().all(char::is_whitespace) {
            let before = self.newlines == 0 && !self.out.ends_with([' ', '\n']);
            if before && !text.is_empty() {
                self.push(" ");
            }
            return;
        }
        let mut words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let (escape, by) = &self.options.escape;
        words = escape.replace_all(&words, by.as_str()).into_owned();
        let (escape, by) = &self.options.line_escape;
        words = escape.replace_all(&words, by.as_str()).into_owned();
        for (pattern, by) in &self.options.replace {
            words = pattern.replace_all(&words, by.as_str()).into_owned();
        }
        let starts = self.newlines > 0 || self.out.is_empty() || self.out.ends_with([' ', '\n']);
        if text.starts_with(char::is_whitespace) && !starts {
            self.push(" ");
        }
        self.push(&words);
        if text.ends_with(char::is_whitespace) {
            self.push(" ");
        }
    }

    /// Content between marks; blanks at its ends stay outside of them.
    fn marked(&mut self, node: &NodeRef<'_>, mark: &str, within: Within) {
        let inner = self.apart(node, within);
        let text = inner.trim();
        if text.is_empty() {
            return self.text(&inner, within);
        }
        if inner.starts_with(' ') {
            self.text(" ", within);
        }
        let lines = text.split("\n\n").map(|part| format!("{mark}{}{mark}", part.trim()));
        let lines = lines.collect::<Vec<_>>().join("\n\n");
        self.push(&lines);
        if inner.ends_with(' ') {
            self.push(" ");
        }
    }

    fn inline_code(&mut self, node: &NodeRef<'_>) {
        let text = one_line(&node.text());
        if text.is_empty() {
            return;
        }
        let code = if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") };
        self.push(&code);
    }

    fn code_block(&mut self, node: &NodeRef<'_>) {
        let text = node.text();
        let code = text.trim_matches('\n').trim_end();
        if code.is_empty() {
            return;
        }
        let inner = node
            .element_children()
            .into_iter()
            .find(|child| child.node_name().as_deref() == Some("code"));
        let class =
            inner.and_then(|code| code.class()).or_else(|| node.class()).unwrap_or_default();
        let language = class.split_whitespace().find_map(|class| {
            class.strip_prefix("language-").or_else(|| class.strip_prefix("lang-"))
        });
        let text = if self.options.indent_code {
            code.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
        } else {
            let fence = &self.options.fence;
            format!("{fence}{}\n{code}\n{fence}", language.unwrap_or_default())
        };
        self.block(2, |writer| writer.push(&text));
    }

    fn link(&mut self, node: &NodeRef<'_>, within: Within) {
        let inner = self.apart(node, within);
        let text = one_line(&inner);
        let target = node.attr("href").unwrap_or_default();
        if target.is_empty() || text.is_empty() {
            return self.push(&inner);
        }
        if inner.starts_with(' ') {
            self.text(" ", within);
        }
        let plain = node.text();
        let title = node.attr("title").filter(|title| !title.is_empty());
        let address = target.replace(' ', "%20").replace('(', "%28").replace(')', "%29");
        let link = match title {
            None if plain.trim() == &*target => format!("<{address}>"),
            _ if self.options.references => {
                let known = self.targets.iter().position(|known| *known == address);
                let number = known.unwrap_or_else(|| {
                    self.targets.push(address.clone());
                    self.targets.len() - 1
                });
                format!("[{text}][{}]", number + 1)
            }
            None => format!("[{text}]({address})"),
            Some(title) => format!("[{text}]({address} \"{}\")", title.replace('"', "\\\"")),
        };
        self.push(&link);
        if inner.ends_with(' ') {
            self.push(" ");
        }
    }

    fn image(&mut self, node: &NodeRef<'_>) {
        let source = node.attr("src").unwrap_or_default();
        if source.is_empty() || (source.starts_with("data:") && !self.options.data_images) {
            return;
        }
        let alt = node.attr("alt").unwrap_or_default();
        let title = node.attr("title").filter(|title| !title.is_empty());
        let title = title.map(|title| format!(" \"{title}\"")).unwrap_or_default();
        self.push(&format!("![{alt}]({source}{title})"));
    }

    fn list(&mut self, node: &NodeRef<'_>, numbered: bool, within: Within) {
        let first: usize = node.attr("start").and_then(|start| start.parse().ok()).unwrap_or(1);
        let inside = Within { lists: within.lists + 1, ..within };
        let mut lines = Vec::new();
        for (index, item) in node.element_children().iter().enumerate() {
            let inner = self.apart(item, inside);
            let mark = match numbered {
                true => format!("{}.", first + index),
                false => self.options.bullet.clone(),
            };
            let indent = " ".repeat(mark.chars().count() + 1);
            let inner = inner.trim().split('\n').enumerate().map(|(line, text)| match line {
                0 => format!("{mark} {text}"),
                _ if text.is_empty() => String::new(),
                _ => format!("{indent}{text}"),
            });
            lines.push(inner.collect::<Vec<_>>().join("\n"));
        }
        let newlines = if within.lists > 0 { 1 } else { 2 };
        let lines = lines.join("\n");
        self.block(newlines, |writer| writer.push(&lines));
    }

    fn table(&mut self, node: &NodeRef<'_>, within: Within) {
        let mut rows: Vec<Vec<String>> = Vec::new();
        for row in node.descendants() {
            if row.node_name().as_deref() == Some("tr") {
                let cells = row.element_children();
                let cells = cells
                    .iter()
                    .map(|cell| one_line(&self.apart(cell, within)).replace('|', "\\|"));
                rows.push(cells.collect());
            }
        }
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        if columns == 0 {
            return;
        }
        let width = |column: usize| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0).max(3)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let line = |row: &[String]| {
            let cells = widths.iter().enumerate().map(|(column, width)| {
                let cell = row.get(column).map_or("", String::as_str);
                format!(" {cell}{} |", " ".repeat(width - cell.chars().count()))
            });
            format!("|{}", cells.collect::<String>())
        };
        let mut lines: Vec<String> = rows.iter().map(|row| line(row)).collect();
        let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
        lines.insert(1, line(&rule));
        let text = lines.join("\n");
        self.block(2, |writer| writer.push(&text));
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
