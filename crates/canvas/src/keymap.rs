//! From keys to commands.
//!
//! Modifiers are exact. The typed character counts first; the physical key stands in only where Alt
//! made another character or the layout is not Latin. Whoever shows the editor must not ask while a
//! person types in a field.

use crate::command::ENTRIES;
use crate::{Command, Mods};

/// The kind of machine, for how keys are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// A Mac.
    Mac,
    /// Anything else.
    Other,
}

/// A key that went down, with the names the DOM has for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPress {
    /// What it types or is called (`n`, `Enter`).
    pub key: String,
    /// Which physical key it is (`KeyN`).
    pub code: String,
    /// Keys held.
    pub mods: Mods,
}

/// What a key means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matched {
    /// Nothing.
    None,
    /// The first key of a chord: the next one decides.
    Chord,
    /// A command.
    Command(Command),
}

/// The keys of every command, and the chord under way.
#[derive(Debug, Default)]
pub struct Keymap {
    begun: Option<Stroke>,
}

/// A key with its modifiers, as in `M+Shift+Z`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stroke {
    mods: Mods,
    key: String,
}

impl Keymap {
    /// Takes a key in.
    pub fn press(&mut self, press: &KeyPress) -> Matched {
        if matches!(press.key.as_str(), "Shift" | "Control" | "Alt" | "Meta") {
            return Matched::None;
        }
        let begun = self.begun.take();
        for by_place in [false, true] {
            for entry in ENTRIES {
                for keys in entry.keys {
                    let (first, second) = strokes(keys);
                    match (&begun, second) {
                        (None, None) if first.is(press, by_place) => {
                            return Matched::Command(entry.command);
                        }
                        (None, Some(_)) if first.is(press, by_place) => {
                            self.begun = Some(first);
                            return Matched::Chord;
                        }
                        (Some(begun), Some(second)) => {
                            // Alt may still be down from the first key.
                            let loose = KeyPress { mods: Mods::default(), ..press.clone() };
                            if *begun == first && second.is(&loose, by_place) {
                                return Matched::Command(entry.command);
                            }
                        }
                        _ => {}
                    }
                }
            }
        }
        Matched::None
    }

    /// Forgets a chord that was begun.
    pub fn reset(&mut self) {
        self.begun = None;
    }
}

/// How a command's key is written on this machine; none where it has none.
pub fn shortcut_text(command: Command, platform: Platform) -> Option<String> {
    let (first, second) = strokes(command.keys().first()?);
    let mut text = first.text(platform);
    if let Some(second) = second {
        text.push(' ');
        text.push_str(&second.text(platform));
    }
    Some(text)
}

fn strokes(keys: &str) -> (Stroke, Option<Stroke>) {
    match keys.split_once(' ') {
        Some((first, second)) => (Stroke::parse(first), Some(Stroke::parse(second))),
        None => (Stroke::parse(keys), None),
    }
}

impl Stroke {
    fn parse(text: &str) -> Self {
        let mut mods = Mods::default();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('+') {
            match before {
                "M" => mods.main = true,
                "Shift" => mods.shift = true,
                "Alt" => mods.alt = true,
                _ => break,
            }
            rest = after;
        }
        Self { mods, key: rest.to_owned() }
    }

    fn is(&self, press: &KeyPress, by_place: bool) -> bool {
        let letter = self.key.chars().all(|c| c.is_ascii_alphanumeric());
        let single = self.key.chars().count() == 1;
        // A sign such as `?` is typed with Shift on some layouts and without on others.
        let sign = single && !letter;
        let shift = sign || self.mods.shift == press.mods.shift;
        if !shift || self.mods.alt != press.mods.alt || self.mods.main != press.mods.main {
            return false;
        }
        if !by_place {
            return if single {
                self.key.eq_ignore_ascii_case(&press.key)
            } else {
                self.key == press.key
            };
        }
        let foreign = !press.key.is_ascii() && press.mods.main;
        let digit = self.key.chars().all(|c| c.is_ascii_digit());
        if !(single && letter && (press.mods.alt || foreign || digit)) {
            return false;
        }
        let code = press.code.strip_prefix("Key").or_else(|| press.code.strip_prefix("Digit"));
        code.is_some_and(|code| code.eq_ignore_ascii_case(&self.key))
    }

    fn text(&self, platform: Platform) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mac = platform == Platform::Mac;
        for (held, sign, word) in [
            (self.mods.main, "⌘", "Ctrl"),
            (self.mods.alt, "⌥", "Alt"),
            (self.mods.shift, "⇧", "Shift"),
        ] {
            if held {
                parts.push(if mac { sign } else { word }.to_owned());
            }
        }
        parts.push(key_text(&self.key, mac));
        parts.join(if mac { "" } else { "+" })
    }
}

fn key_text(key: &str, mac: bool) -> String {
    match key {
        "ArrowLeft" => "←",
        "ArrowRight" => "→",
        "ArrowUp" => "↑",
        "ArrowDown" => "↓",
        "Enter" => "↵",
        "Escape" => "Esc",
        "Delete" if mac => "⌦",
        "Delete" => "Del",
        "Backspace" => "⌫",
        "PageUp" => "PgUp",
        "PageDown" => "PgDn",
        "ContextMenu" => "Menu",
        "-" => "−",
        other => other,
    }
    .to_owned()
}
