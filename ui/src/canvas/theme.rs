//! The page's colours, for what is drawn: read once, and again when the theme changes.

use std::collections::HashMap;

use reporunner_canvas::{NO_HUE, WireStyle};

/// Colours and fonts.
#[derive(Debug, Clone, Default)]
pub(super) struct Theme {
    pub(super) bg: String,
    pub(super) panel: String,
    pub(super) line: String,
    pub(super) line_strong: String,
    pub(super) ink: String,
    pub(super) ink_2: String,
    pub(super) ink_3: String,
    pub(super) wire: String,
    pub(super) accent: String,
    pub(super) accent_ink: String,
    pub(super) ok: String,
    pub(super) ok_ink: String,
    pub(super) fail: String,
    pub(super) run: String,
    /// What notes are filled with, by their colour in the palette.
    notes: [String; 7],
    pub(super) wait_ink: String,
    tile_l: String,
    pub(super) font: String,
    dark: bool,
    tiles: HashMap<u16, String>,
}

impl Theme {
    /// The colours that `element` has.
    pub(super) fn read(element: &web_sys::Element) -> Self {
        let style = web_sys::window().and_then(|window| window.get_computed_style(element).ok());
        let style = style.flatten();
        let value = |name: &str| {
            let read = style.as_ref().and_then(|style| style.get_property_value(name).ok());
            read.map(|value| value.trim().to_owned()).unwrap_or_default()
        };
        let root = element.owner_document().and_then(|page| page.document_element());
        Self {
            bg: value("--rr-bg"),
            panel: value("--rr-panel"),
            line: value("--rr-line"),
            line_strong: value("--rr-line-strong"),
            ink: value("--rr-ink"),
            ink_2: value("--rr-ink-2"),
            ink_3: value("--rr-ink-3"),
            wire: value("--rr-wire"),
            accent: value("--rr-accent"),
            accent_ink: value("--rr-accent-ink"),
            ok: value("--rr-ok"),
            ok_ink: value("--rr-ok-ink"),
            fail: value("--rr-fail"),
            run: value("--rr-run"),
            notes: std::array::from_fn(|at| value(&format!("--rr-note-{}", at + 1))),
            wait_ink: value("--rr-wait-ink"),
            tile_l: value("--rr-tile-l"),
            font: value("--rr-font"),
            dark: root.is_some_and(|root| root.class_list().contains("dark")),
            tiles: HashMap::new(),
        }
    }

    /// The colour of a wire.
    pub(super) fn wire(&self, style: WireStyle) -> &str {
        match style {
            WireStyle::Idle | WireStyle::Faint => &self.wire,
            WireStyle::Done => &self.ok,
            WireStyle::Failed | WireStyle::Struck => &self.fail,
            WireStyle::Flowing => &self.run,
            WireStyle::Selected => &self.accent,
        }
    }

    /// The colour of a note, whatever its number.
    pub(super) fn note(&self, color: u8) -> &str {
        &self.notes[usize::from(color.clamp(1, 7)) - 1]
    }

    /// The colour of the icon on a tile; none for a type that is not there.
    pub(super) fn icon(&self, hue: Option<u16>) -> String {
        match hue {
            Some(hue) => format!("hsl({hue} 60% {})", self.tile_l),
            None => self.ink_3.clone(),
        }
    }

    /// The colour of a kind of state, as the mark of a card shows it.
    pub(super) fn state(&self, kind: &str) -> &str {
        match kind {
            "ok" => &self.ok,
            "fail" => &self.fail,
            "wait" => &self.wait_ink,
            "run" | "queued" => &self.run,
            "pin" => &self.accent_ink,
            _ => &self.ink_3,
        }
    }

    /// The colour of a tile that is too small for its icon.
    pub(super) fn tile(&mut self, hue: u16) -> &str {
        let (saturation, lightness) = match (hue == NO_HUE, self.dark) {
            (true, true) => (6, 34),
            (true, false) => (8, 84),
            (false, true) => (35, 42),
            (false, false) => (60, 76),
        };
        // As the neutrals of the page are.
        let tint = if hue == NO_HUE { 220 } else { hue };
        self.tiles.entry(hue).or_insert_with(|| format!("hsl({tint} {saturation}% {lightness}%)"))
    }
}
