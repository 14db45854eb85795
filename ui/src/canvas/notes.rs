//! The elements of notes, under the wires.

use std::collections::HashMap;

use reporunner_canvas::{Rect, Scene, TextId};
use wasm_bindgen::JsCast;
use web_sys::{Document, HtmlElement};

/// Colours in the palette.
const COLORS: u8 = 7;

struct Element {
    root: HtmlElement,
    body: HtmlElement,
    text: Option<TextId>,
    rect: Option<Rect>,
    class: String,
}

/// The notes on the page.
pub(super) struct Notes {
    page: Document,
    layer: HtmlElement,
    on: HashMap<u32, Element>,
}

impl Notes {
    pub(super) fn new(page: &Document, layer: HtmlElement) -> Self {
        Self { page: page.clone(), layer, on: HashMap::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.on.len()
    }

    /// Shows these notes and no others.
    pub(super) fn show(&mut self, notes: &[u32], scene: &Scene) {
        self.on.retain(|note, element| {
            let stays = notes.contains(note);
            if !stays {
                element.root.remove();
            }
            stays
        });
        for note in notes {
            if !self.on.contains_key(note) {
                let Some(element) = self.make() else { return };
                self.on.insert(*note, element);
            }
            self.refresh(*note, scene);
        }
    }

    /// Shows a note as it is now.
    pub(super) fn refresh(&mut self, note: u32, scene: &Scene) {
        let Some(element) = self.on.get_mut(&note) else { return };
        let at = note as usize;
        let rect = scene.notes.rects[at];
        if element.rect != Some(rect) {
            element.rect = Some(rect);
            let style = element.root.style();
            for (name, value) in [
                ("left", rect.x0),
                ("top", rect.y0),
                ("width", rect.width()),
                ("height", rect.height()),
            ] {
                let _ = style.set_property(name, &format!("{value}px"));
            }
        }
        let color = scene.notes.color[at].clamp(1, COLORS);
        let selected = if scene.notes.selected[at] { " rr-note--selected" } else { "" };
        let class = format!("rr-note rr-note--{color}{selected}");
        if element.class != class {
            element.root.set_class_name(&class);
            element.class = class;
        }
        let text = scene.notes.text[at];
        if element.text != Some(text) {
            element.text = Some(text);
            element.body.set_inner_html(&html(scene.texts.get(text)));
        }
    }

    fn make(&self) -> Option<Element> {
        let div = || self.page.create_element("div").ok()?.dyn_into::<HtmlElement>().ok();
        let (root, body) = (div()?, div()?);
        body.set_class_name("rr-note__text");
        root.append_child(&body).ok()?;
        self.layer.append_child(&root).ok()?;
        Some(Element { root, body, text: None, rect: None, class: String::new() })
    }
}

/// The little of Markdown that a note needs: headings, list items, bold, italics, code and the words
/// of links. All else is text.
fn html(text: &str) -> String {
    let mut html = String::new();
    for line in text.lines() {
        let trimmed = line.trim_start();
        let (open, body, close) = if let Some(head) = trimmed.strip_prefix('#') {
            ("<h4>", head.trim_start_matches('#').trim(), "</h4>")
        } else if let Some(item) = trimmed.strip_prefix("- ").or_else(|| trimmed.strip_prefix("* "))
        {
            ("<p class=\"rr-note__item\">", item, "</p>")
        } else {
            ("<p>", line, "</p>")
        };
        html.push_str(open);
        html.push_str(&inline(body));
        html.push_str(close);
    }
    html
}

fn inline(text: &str) -> String {
    let safe = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let safe = links(&safe);
    let safe = paired(&safe, "`", "code");
    let safe = paired(&safe, "**", "b");
    paired(&safe, "*", "em")
}

/// Links by their words: a note is dragged and typed in, a press on it opens nothing.
fn links(text: &str) -> String {
    let mut html = String::new();
    let mut rest = text;
    while let Some((before, words, after)) = link(rest) {
        html.push_str(before.strip_suffix('!').unwrap_or(before));
        html.push_str(&format!("<span class=\"rr-note__link\">{words}</span>"));
        rest = after;
    }
    html + rest
}

/// What is before the first `[words](address)`, its words, what is after it.
fn link(text: &str) -> Option<(&str, &str, &str)> {
    let middle = text.find("](")?;
    let open = text[..middle].rfind('[')?;
    let close = middle + text[middle..].find(')')?;
    Some((&text[..open], &text[open + 1..middle], &text[close + 1..]))
}

/// Turns pairs of `mark` into elements; one alone stays as it is.
fn paired(text: &str, mark: &str, name: &str) -> String {
    let parts: Vec<&str> = text.split(mark).collect();
    let mut html = String::new();
    for (at, part) in parts.iter().enumerate() {
        let closes = at + 1 < parts.len();
        if at % 2 == 1 && closes {
            html.push_str(&format!("<{name}>{part}</{name}>"));
        } else if at % 2 == 1 {
            html.push_str(mark);
            html.push_str(part);
        } else {
            html.push_str(part);
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::html;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(html(text), expected, "{text}");
    }

    #[test]
    fn a_note_shows_the_little_markdown_it_needs() {
        check("# Head\nplain", "<h4>Head</h4><p>plain</p>");
        check(
            "- one **bold** `x`",
            "<p class=\"rr-note__item\">one <b>bold</b> <code>x</code></p>",
        );
        check("a <b> & *em*", "<p>a &lt;b&gt; &amp; <em>em</em></p>");
        check(
            "see [the docs](https://example.org/a) and ![a picture](x.png).",
            "<p>see <span class=\"rr-note__link\">the docs</span> and \
             <span class=\"rr-note__link\">a picture</span>.</p>",
        );
        check("[no link] (x) [broken](", "<p>[no link] (x) [broken](</p>");
    }
}
