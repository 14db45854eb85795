//! The cells of a table on their way from Markdown to HTML.

use pulldown_cmark::Alignment;

/// Where in a table the writer is.
#[derive(Default)]
pub(super) struct TableMarks {
    alignments: Vec<Alignment>,
    pub(super) column: usize,
    pub(super) head: bool,
    pub(super) body: bool,
}

impl TableMarks {
    pub(super) fn new(alignments: Vec<Alignment>) -> Self {
        Self { alignments, ..Self::default() }
    }

    /// The next cell of the row.
    pub(super) fn cell(&mut self, inner: &str, with_id: bool) -> String {
        let side = match self.alignments.get(self.column) {
            Some(Alignment::Left) => " style=\"text-align:left;\"",
            Some(Alignment::Center) => " style=\"text-align:center;\"",
            Some(Alignment::Right) => " style=\"text-align:right;\"",
            Some(Alignment::None) | None => "",
        };
        self.column += 1;
        let tag = if self.head { "th" } else { "td" };
        let id = if self.head && with_id {
            let name = inner.to_lowercase().replace(' ', "_");
            let name: String = name.chars().filter(|c| c.is_alphanumeric() || *c == '_').collect();
            format!(" id=\"{name}\"")
        } else {
            String::new()
        };
        format!("<{tag}{id}{side}>{inner}</{tag}>\n")
    }
}
