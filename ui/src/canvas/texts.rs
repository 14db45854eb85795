//! Texts cut to the width of a card: measured once, kept.

use reporunner_canvas::{TextId, Texts};
use wasm_bindgen::JsCast;

/// Room for a name and for the line under it, canvas units.
const TITLE_ROOM: f64 = 128.0;
const SUBTITLE_ROOM: f64 = 146.0;

/// Which line of a card a text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    Title,
    Subtitle,
}

/// Texts as they fit.
pub(super) struct Fitted {
    context: Option<web_sys::CanvasRenderingContext2d>,
    title_font: String,
    subtitle_font: String,
    titles: Vec<Option<Box<str>>>,
    subtitles: Vec<Option<Box<str>>>,
}

impl Fitted {
    pub(super) fn new(page: &web_sys::Document, font: &str) -> Self {
        let canvas = page.create_element("canvas").ok();
        let context = canvas
            .and_then(|canvas| canvas.dyn_into::<web_sys::HtmlCanvasElement>().ok())
            .and_then(|canvas| canvas.get_context("2d").ok().flatten())
            .and_then(|context| context.dyn_into().ok());
        Self {
            context,
            title_font: format!("580 13px {font}"),
            subtitle_font: format!("400 11.5px {font}"),
            titles: Vec::new(),
            subtitles: Vec::new(),
        }
    }

    /// The text as it fits its line.
    pub(super) fn get(&mut self, texts: &Texts, id: TextId, line: Line) -> &str {
        let at = id as usize;
        let (list, font, room) = match line {
            Line::Title => (&mut self.titles, &self.title_font, TITLE_ROOM),
            Line::Subtitle => (&mut self.subtitles, &self.subtitle_font, SUBTITLE_ROOM),
        };
        if at >= list.len() {
            list.resize(texts.len().max(at + 1), None);
        }
        let context = self.context.as_ref();
        list[at].get_or_insert_with(|| fit(context, texts.get(id), font, room).into())
    }

    /// Forgets what was measured: the fonts may have loaded since.
    pub(super) fn clear(&mut self) {
        self.titles.clear();
        self.subtitles.clear();
    }
}

fn fit(
    context: Option<&web_sys::CanvasRenderingContext2d>,
    text: &str,
    font: &str,
    room: f64,
) -> String {
    let Some(context) = context else { return text.to_owned() };
    context.set_font(font);
    let fits = |text: &str| context.measure_text(text).is_ok_and(|size| size.width() <= room);
    if fits(text) {
        return text.to_owned();
    }
    let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let (mut low, mut high) = (0, ends.len());
    while low + 1 < high {
        let middle = usize::midpoint(low, high);
        let cut = format!("{}…", text[..ends[middle]].trim_end());
        if fits(&cut) { low = middle } else { high = middle }
    }
    format!("{}…", text[..ends.get(low).copied().unwrap_or(0)].trim_end())
}
