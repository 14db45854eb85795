//! The little Markdown that helps are written in, as plain data.
//!
//! Headings, paragraphs, lists, blocks of code; bold, emphasis, code and links within a line. No
//! markup passes through: whatever is not understood stays text.

/// A part of a help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Block {
    /// A heading.
    Heading(Vec<Span>),
    /// Running text.
    Paragraph(Vec<Span>),
    /// A list.
    List(Vec<Vec<Span>>),
    /// Code as it stands.
    Code(String),
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Span {
    /// Plain text.
    Text(String),
    /// Bold.
    Strong(String),
    /// Emphasised.
    Emphasis(String),
    /// Code.
    Code(String),
    /// A link: words and address.
    Link(String, String),
}

/// Reads a help.
pub(crate) fn read(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let trimmed = line.trim();
        if trimmed.is_empty() {
            continue;
        }
        if trimmed.starts_with("```") {
            let code: Vec<&str> =
                lines.by_ref().take_while(|line| !line.trim().starts_with("```")).collect();
            blocks.push(Block::Code(code.join("\n")));
        } else if let Some(heading) = heading(trimmed) {
            blocks.push(Block::Heading(spans(heading)));
        } else if let Some(first) = point(trimmed) {
            let mut points = vec![first.to_owned()];
            while let Some(next) = lines.peek().map(|line| line.trim()) {
                if let Some(next) = point(next) {
                    points.push(next.to_owned());
                } else if next.is_empty() || heading_or_code(next) {
                    break;
                } else if let Some(last) = points.last_mut() {
                    last.push(' ');
                    last.push_str(next);
                }
                lines.next();
            }
            blocks.push(Block::List(points.iter().map(|point| spans(point)).collect()));
        } else {
            let mut paragraph = trimmed.to_owned();
            while let Some(next) = lines.peek().map(|line| line.trim()) {
                if next.is_empty() || point(next).is_some() || heading_or_code(next) {
                    break;
                }
                paragraph.push(' ');
                paragraph.push_str(next);
                lines.next();
            }
            blocks.push(Block::Paragraph(spans(&paragraph)));
        }
    }
    blocks
}

fn heading(line: &str) -> Option<&str> {
    let rest = line.trim_start_matches('#');
    (rest.len() < line.len()).then(|| rest.strip_prefix(' ')).flatten()
}

fn heading_or_code(line: &str) -> bool {
    heading(line).is_some() || line.starts_with("```")
}

fn point(line: &str) -> Option<&str> {
    line.strip_prefix("- ").or_else(|| line.strip_prefix("* "))
}

/// Reads one line.
fn spans(line: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut plain = String::new();
    let mut rest = line;
    while !rest.is_empty() {
        match special(rest) {
            Some((span, used)) => {
                if !plain.is_empty() {
                    spans.push(Span::Text(std::mem::take(&mut plain)));
                }
                spans.push(span);
                rest = &rest[used..];
            }
            None => {
                let char = rest.chars().next().expect("the rest is not empty");
                plain.push(char);
                rest = &rest[char.len_utf8()..];
            }
        }
    }
    if !plain.is_empty() {
        spans.push(Span::Text(plain));
    }
    spans
}

/// The marked piece that `text` begins with, and how many bytes it takes.
fn special(text: &str) -> Option<(Span, usize)> {
    let between = |mark: &str| {
        let inner = text.strip_prefix(mark)?;
        let end = inner.find(mark).filter(|end| *end > 0)?;
        Some((inner[..end].to_owned(), end + 2 * mark.len()))
    };
    if let Some((code, used)) = between("`") {
        return Some((Span::Code(code), used));
    }
    if let Some((words, used)) = between("**") {
        return Some((Span::Strong(words), used));
    }
    if let Some((words, used)) = between("*").filter(|(words, _)| !words.starts_with(' ')) {
        return Some((Span::Emphasis(words), used));
    }
    let inner = text.strip_prefix('[')?;
    let close = inner.find("](")?;
    let end = inner[close..].find(')')? + close;
    let address = &inner[close + 2..end];
    let safe = address.starts_with("https://") || address.starts_with("http://");
    safe.then(|| (Span::Link(inner[..close].to_owned(), address.to_owned()), end + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(words: &str) -> Span {
        Span::Text(words.to_owned())
    }

    #[test]
    fn lines_become_blocks() {
        let read = read("# Title\n\nOne\ntwo.\n- *All* or `any`\n  more\n- b\n\n```\nx = 1\n```");
        assert_eq!(
            read,
            [
                Block::Heading(vec![text("Title")]),
                Block::Paragraph(vec![text("One two.")]),
                Block::List(vec![
                    vec![
                        Span::Emphasis("All".to_owned()),
                        text(" or "),
                        Span::Code("any".to_owned()),
                        text(" more"),
                    ],
                    vec![text("b")],
                ]),
                Block::Code("x = 1".to_owned()),
            ]
        );
    }

    #[test]
    fn only_addresses_of_the_web_become_links() {
        let link = Span::Link("a".to_owned(), "https://b.c".to_owned());
        assert_eq!(spans("[a](https://b.c)"), [link]);
        assert_eq!(spans("[a](javascript:x)"), [text("[a](javascript:x)")]);
        assert_eq!(spans("2 * 3 ** 4"), [text("2 * 3 ** 4")]);
    }
}
