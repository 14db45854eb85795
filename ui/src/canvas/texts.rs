//! Texts cut to the width of a card: measured once, kept.

use std::collections::HashMap;

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
    title: Font,
    subtitle: Font,
    titles: Vec<Option<Box<str>>>,
    subtitles: Vec<Option<Box<str>>>,
}

/// A font with the widths of its letters. Summed up they are a text's width but for kerning, and
/// cost no call of the browser a text.
struct Font {
    css: String,
    room: f64,
    widths: HashMap<char, f64>,
}

impl Font {
    fn new(css: String, room: f64) -> Self {
        Self { css, room, widths: HashMap::new() }
    }

    fn width(&mut self, context: &web_sys::CanvasRenderingContext2d, letter: char) -> f64 {
        *self.widths.entry(letter).or_insert_with(|| {
            context.set_font(&self.css);
            let size = context.measure_text(letter.encode_utf8(&mut [0; 4]));
            size.map_or(0.0, |size| size.width())
        })
    }

    /// The text, cut where there is no room for all of it.
    fn fit(&mut self, context: &web_sys::CanvasRenderingContext2d, text: &str) -> Box<str> {
        let end = self.width(context, '…');
        let (mut width, mut cut) = (0.0, 0);
        for (at, letter) in text.char_indices() {
            if width + end <= self.room {
                cut = at;
            }
            width += self.width(context, letter);
            if width > self.room {
                return format!("{}…", text[..cut].trim_end()).into();
            }
        }
        text.into()
    }
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
            title: Font::new(format!("580 13px {font}"), TITLE_ROOM),
            subtitle: Font::new(format!("400 11.5px {font}"), SUBTITLE_ROOM),
            titles: Vec::new(),
            subtitles: Vec::new(),
        }
    }

    /// The text as it fits its line.
    pub(super) fn get(&mut self, texts: &Texts, id: TextId, line: Line) -> &str {
        let at = id as usize;
        let (list, font) = match line {
            Line::Title => (&mut self.titles, &mut self.title),
            Line::Subtitle => (&mut self.subtitles, &mut self.subtitle),
        };
        if at >= list.len() {
            list.resize(texts.len().max(at + 1), None);
        }
        let context = self.context.as_ref();
        list[at].get_or_insert_with(|| match context {
            Some(context) => font.fit(context, texts.get(id)),
            None => texts.get(id).into(),
        })
    }

    /// Forgets what was measured: the fonts may have loaded since.
    pub(super) fn clear(&mut self) {
        self.titles.clear();
        self.subtitles.clear();
        self.title.widths.clear();
        self.subtitle.widths.clear();
    }
}
