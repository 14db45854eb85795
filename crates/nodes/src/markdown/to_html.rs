//! Markdown to HTML, laid out as Showdown does it (github.com/showdownjs/showdown), by
//! pulldown-cmark's reading of CommonMark.

use std::collections::HashMap;

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd, TextMergeStream};
use reporunner_node::Values;

use super::table::TableMarks;
use super::text::{
    addresses, escape, escape_attribute, escape_code, spaced_headings, title_attribute,
};
use crate::items::{option_flag, option_number, option_text};

/// What is switched on.
#[derive(Default)]
pub(super) struct Options {
    tables: bool,
    table_ids: bool,
    tasks: bool,
    strike: bool,
    auto_links: bool,
    new_window: bool,
    keep_breaks: bool,
    whole_page: bool,
    no_ids: bool,
    github_ids: bool,
    raw_ids: bool,
    id_prefix: String,
    raw_prefix: bool,
    first_level: usize,
    strict_headings: bool,
}

impl Options {
    pub(super) fn read(values: &Values<'_>) -> Self {
        let flag = |name: &str| option_flag(values, &format!("options.{name}")).unwrap_or(false);
        Self {
            tables: flag("tables"),
            table_ids: flag("tablesHeaderId"),
            tasks: flag("tasklists"),
            strike: flag("strikethrough"),
            auto_links: flag("simplifiedAutoLink"),
            new_window: flag("openLinksInNewWindow"),
            keep_breaks: flag("simpleLineBreaks"),
            whole_page: flag("completeHTMLDocument"),
            no_ids: flag("noHeaderId"),
            github_ids: flag("ghCompatibleHeaderId"),
            raw_ids: flag("rawHeaderId"),
            id_prefix: option_text(values, "options.prefixHeaderId").unwrap_or_default(),
            raw_prefix: flag("rawPrefixHeaderId"),
            first_level: option_number(values, "options.headerLevelStart")
                .map_or(1, |level| level.clamp(1.0, 6.0) as usize),
            strict_headings: flag("requireSpaceBeforeHeadingText"),
        }
    }
}

pub(super) fn html(markdown: &str, options: &Options) -> String {
    let loose;
    let markdown = if options.strict_headings {
        markdown
    } else {
        loose = spaced_headings(markdown);
        &loose
    };
    let mut features = pulldown_cmark::Options::empty();
    features.set(pulldown_cmark::Options::ENABLE_TABLES, options.tables);
    features.set(pulldown_cmark::Options::ENABLE_STRIKETHROUGH, options.strike);
    features.set(pulldown_cmark::Options::ENABLE_TASKLISTS, options.tasks);
    let mut writer = Writer::new(options);
    for event in TextMergeStream::new(Parser::new_ext(markdown, features)) {
        writer.event(event);
    }
    let body = writer.out().trim().to_owned();
    if !options.whole_page {
        return body;
    }
    format!(
        "<!DOCTYPE HTML>\n<html>\n<head>\n<meta charset=\"utf-8\">\n</head>\n<body>\n{body}\n\
         </body>\n</html>"
    )
}

/// Quotes within quotes whose lines are indented.
const DEEPEST_INDENT: usize = 50;

struct Writer<'o> {
    options: &'o Options,
    /// What is written, one text for each element that is held back until it ends.
    held: Vec<String>,
    /// Text of the heading that is open, without marks.
    heading: Option<String>,
    ids: HashMap<String, usize>,
    lists: usize,
    /// For each quote that is open, whether its lines are indented.
    indented: Vec<bool>,
    /// Depth within links, where addresses stay text.
    links: usize,
    code: bool,
    /// Text in place of an image, while one is open.
    image: Option<(String, String, String)>,
    table: TableMarks,
}

impl<'o> Writer<'o> {
    fn new(options: &'o Options) -> Self {
        Self {
            options,
            held: vec![String::new()],
            heading: None,
            ids: HashMap::new(),
            lists: 0,
            indented: Vec::new(),
            links: 0,
            code: false,
            image: None,
            table: TableMarks::default(),
        }
    }

    fn out(&mut self) -> &mut String {
        self.held.last_mut().expect("the lowest text is never taken")
    }

    fn push(&mut self, text: &str) {
        self.out().push_str(text);
    }

    fn hold(&mut self) {
        self.held.push(String::new());
    }

    fn release(&mut self) -> String {
        self.held.pop().unwrap_or_default()
    }

    /// Begins a block: on a line of its own, but for the first thing in a list item.
    fn line(&mut self) {
        let out = self.out();
        if !out.is_empty() && !out.ends_with('\n') && !out.ends_with("<li>") {
            out.push('\n');
        }
    }

    fn event(&mut self, event: Event<'_>) {
        if let Some((_, _, alt)) = &mut self.image {
            match event {
                Event::Text(text) | Event::Code(text) => alt.push_str(&text),
                Event::End(TagEnd::Image) => self.end_image(),
                _ => {}
            }
            return;
        }
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.text(&text),
            Event::Code(code) => {
                self.head(&code);
                let code = escape_code(&code);
                self.push(&format!("<code>{code}</code>"));
            }
            Event::Html(html) | Event::InlineHtml(html) => self.push(&html),
            Event::SoftBreak if !self.options.keep_breaks => self.push("\n"),
            Event::SoftBreak | Event::HardBreak => self.push("<br />\n"),
            Event::Rule => {
                self.line();
                self.push("<hr />\n");
            }
            Event::TaskListMarker(done) => self.task(done),
            // Nothing of these is switched on.
            Event::FootnoteReference(_) | Event::InlineMath(_) | Event::DisplayMath(_) => {}
        }
    }

    fn head(&mut self, text: &str) {
        if let Some(heading) = &mut self.heading {
            heading.push_str(text);
        }
    }

    fn text(&mut self, text: &str) {
        if self.code {
            let text = escape_code(text);
            return self.push(&text);
        }
        self.head(text);
        let text = text.replace("...", "…");
        let text = escape(&text);
        if !self.options.auto_links || self.links > 0 {
            return self.push(&text);
        }
        let window = self.window();
        let linked = addresses().replace_all(&text, |found: &regex::Captures<'_>| {
            let address = &found[0];
            let end = address.trim_end_matches(['.', ',', ';', ':', '!', '?', ')']);
            let target = match end.starts_with("www.") {
                true => format!("http://{end}"),
                false => end.to_owned(),
            };
            format!("<a href=\"{target}\"{window}>{end}</a>{}", &address[end.len()..])
        });
        self.push(&linked);
    }

    fn window(&self) -> &'static str {
        match self.options.new_window {
            true => " rel=\"noopener noreferrer\" target=\"_blank\"",
            false => "",
        }
    }

    fn task(&mut self, done: bool) {
        let out = self.out();
        if out.ends_with("<li>") {
            let start = out.len() - "<li>".len();
            out.truncate(start);
            out.push_str("<li class=\"task-list-item\" style=\"list-style-type: none;\">");
        }
        let checked = if done { " checked" } else { "" };
        out.push_str(&format!(
            "<input type=\"checkbox\" disabled style=\"margin: 0px 0.35em 0.25em -1.6em; \
             vertical-align: middle;\"{checked}> "
        ));
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph => {
                self.line();
                self.push("<p>");
            }
            Tag::Heading { .. } => {
                self.line();
                self.heading = Some(String::new());
                self.hold();
            }
            Tag::BlockQuote(_) => {
                self.line();
                // Indenting every level again would take the square of their number.
                self.indented.push(self.held.len() < DEEPEST_INDENT);
                match self.indented.last() {
                    Some(true) => self.hold(),
                    _ => self.push("<blockquote>\n"),
                }
            }
            Tag::CodeBlock(kind) => self.start_code(&kind),
            Tag::HtmlBlock => self.line(),
            Tag::List(first) => self.start_list(first),
            Tag::Item => {
                self.line();
                self.push("<li>");
            }
            Tag::Table(alignments) => {
                self.line();
                self.push("<table>\n");
                self.table = TableMarks::new(alignments);
            }
            Tag::TableHead => {
                self.table.head = true;
                self.table.column = 0;
                self.push("<thead>\n<tr>\n");
            }
            Tag::TableRow => {
                self.table.column = 0;
                self.push("<tr>\n");
            }
            Tag::TableCell => self.hold(),
            Tag::Emphasis => self.push("<em>"),
            Tag::Strong => self.push("<strong>"),
            Tag::Strikethrough => self.push("<del>"),
            Tag::Link { link_type, dest_url, title, .. } => {
                let mail = matches!(link_type, pulldown_cmark::LinkType::Email);
                self.start_link(if mail { "mailto:" } else { "" }, &dest_url, &title);
            }
            Tag::Image { dest_url, title, .. } => {
                self.image = Some((dest_url.to_string(), title.to_string(), String::new()));
            }
            // Nothing of these is switched on.
            Tag::FootnoteDefinition(_)
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::Superscript
            | Tag::Subscript
            | Tag::MetadataBlock(_) => {}
        }
    }

    fn start_code(&mut self, kind: &CodeBlockKind<'_>) {
        self.line();
        self.code = true;
        let language = match kind {
            CodeBlockKind::Fenced(info) => info.split_whitespace().next().unwrap_or(""),
            CodeBlockKind::Indented => "",
        };
        let class = match language {
            "" => String::new(),
            name => format!(" class=\"{0} language-{0}\"", escape_attribute(name)),
        };
        self.push(&format!("<pre><code{class}>"));
    }

    fn start_link(&mut self, scheme: &str, target: &str, title: &str) {
        self.links += 1;
        let window = if target.starts_with('#') { "" } else { self.window() };
        let (target, title) = (escape_attribute(target), title_attribute(title));
        self.push(&format!("<a href=\"{scheme}{target}\"{title}{window}>"));
    }

    fn start_list(&mut self, first: Option<u64>) {
        // A list within an item begins right after the item's text.
        if self.lists == 0 {
            self.line();
        }
        self.lists += 1;
        match first {
            None => self.push("<ul>\n"),
            Some(1) => self.push("<ol>\n"),
            Some(first) => self.push(&format!("<ol start=\"{first}\">\n")),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => self.push("</p>\n"),
            TagEnd::Heading(level) => self.end_heading(level as usize),
            TagEnd::BlockQuote(_) if self.indented.pop() != Some(true) => {
                self.push("</blockquote>\n");
            }
            TagEnd::BlockQuote(_) => {
                let inner = self.release();
                let lines = inner.trim().lines().map(|line| format!("  {line}\n"));
                let lines = lines.collect::<String>();
                self.push(&format!("<blockquote>\n{lines}</blockquote>\n"));
            }
            TagEnd::CodeBlock => {
                self.code = false;
                self.push("</code></pre>\n");
            }
            TagEnd::List(ordered) => {
                self.lists -= 1;
                if self.lists > 0 {
                    trim_end(self.out());
                }
                self.push(if ordered { "</ol>" } else { "</ul>" });
                if self.lists == 0 {
                    self.push("\n");
                }
            }
            TagEnd::Item => {
                trim_end(self.out());
                self.push("</li>\n");
            }
            TagEnd::Table => {
                let end = if self.table.body { "</tbody>\n</table>\n" } else { "</table>\n" };
                self.push(end);
            }
            TagEnd::TableHead => {
                self.table.head = false;
                self.table.body = true;
                self.push("</tr>\n</thead>\n<tbody>\n");
            }
            TagEnd::TableRow => self.push("</tr>\n"),
            TagEnd::TableCell => {
                let inner = self.release();
                let cell = self.table.cell(&inner, self.options.table_ids);
                self.push(&cell);
            }
            TagEnd::Emphasis => self.push("</em>"),
            TagEnd::Strong => self.push("</strong>"),
            TagEnd::Strikethrough => self.push("</del>"),
            TagEnd::Link => {
                self.links -= 1;
                self.push("</a>");
            }
            _ => {}
        }
    }

    fn end_heading(&mut self, level: usize) {
        let inner = self.release();
        let plain = self.heading.take().unwrap_or_default();
        let level = (level + self.options.first_level - 1).min(6);
        let id = if self.options.no_ids {
            String::new()
        } else {
            format!(" id=\"{}\"", escape_attribute(&self.id(&plain)))
        };
        self.push(&format!("<h{level}{id}>{inner}</h{level}>\n"));
    }

    /// The id of a heading; the second of a name gets a number.
    fn id(&mut self, text: &str) -> String {
        let options = self.options;
        let (before, after) = match options.raw_prefix {
            true => (options.id_prefix.as_str(), ""),
            false => ("", options.id_prefix.as_str()),
        };
        let text = format!("{after}{text}");
        let id: String = if options.github_ids {
            let gone = "&+$,/:;=?@\"#{}|^~[]`\\*)(%.!'<>";
            text.replace(' ', "-").chars().filter(|c| !gone.contains(*c)).collect()
        } else if options.raw_ids {
            text.replace([' ', '"', '\''], "-")
        } else {
            text.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
        };
        let id = format!("{before}{}", id.to_lowercase());
        let count = self.ids.entry(id.clone()).or_insert(0);
        *count += 1;
        if *count == 1 { id } else { format!("{id}-{}", *count - 1) }
    }

    fn end_image(&mut self) {
        let Some((target, title, alt)) = self.image.take() else { return };
        let (target, alt) = (escape_attribute(&target), escape_attribute(&alt));
        let title = title_attribute(&title);
        self.push(&format!("<img src=\"{target}\" alt=\"{alt}\"{title} />"));
    }
}

fn trim_end(text: &mut String) {
    let length = text.trim_end().len();
    text.truncate(length);
}
