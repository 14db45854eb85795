//! Events of the page as events of the canvas.

use leptos::prelude::*;
use reporunner_canvas::{Button, Command, Event, KeyPress, Matched, Mods};
use reporunner_model::Point;
use wasm_bindgen::JsCast;

use super::{CanvasHandle, Pasted, clip};
use crate::browser;

/// Pixels of one line and one page of a wheel that counts in those.
const LINE: f64 = 20.0;
const PAGE: f64 = 600.0;

fn mods(shift: bool, alt: bool, ctrl: bool, meta: bool) -> Mods {
    Mods { shift, alt, main: if browser::is_mac() { meta } else { ctrl } }
}

fn pointer_mods(event: &web_sys::MouseEvent) -> Mods {
    mods(event.shift_key(), event.alt_key(), event.ctrl_key(), event.meta_key())
}

fn button(event: &web_sys::PointerEvent) -> Option<Button> {
    match event.button() {
        0 => Some(Button::Left),
        1 => Some(Button::Middle),
        2 => Some(Button::Right),
        _ => None,
    }
}

fn client(event: &web_sys::MouseEvent) -> Point {
    Point::new(f64::from(event.client_x()), f64::from(event.client_y()))
}

/// Whether the event belongs to a field or the map within the canvas.
fn is_elsewhere(event: &web_sys::Event) -> bool {
    let element = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    element.is_some_and(|element| {
        matches!(element.closest(".rr-canvas__field, .rr-canvas__map"), Ok(Some(_)))
    })
}

fn press(event: &web_sys::KeyboardEvent) -> KeyPress {
    KeyPress {
        key: event.key(),
        code: event.code(),
        mods: mods(event.shift_key(), event.alt_key(), event.ctrl_key(), event.meta_key()),
    }
}

impl CanvasHandle {
    pub(super) fn on_pointer_down(self, event: &web_sys::PointerEvent) {
        if is_elsewhere(event) {
            return;
        }
        let Some(button) = button(event) else { return };
        if let Some(root) =
            event.current_target().and_then(|t| t.dyn_into::<web_sys::HtmlElement>().ok())
        {
            // A synthetic pointer has no capture to give; the gesture works without.
            let _ = root.set_pointer_capture(event.pointer_id());
            let _ = root.focus();
        }
        event.prevent_default();
        self.resized();
        let at = self.local(client(event));
        let (mods, ms) = (pointer_mods(event), event.time_stamp());
        self.event(Event::Down { at, button, mods, ms });
    }

    pub(super) fn on_pointer_move(self, event: &web_sys::PointerEvent) {
        let at = self.local(client(event));
        self.event(Event::Move { at, mods: pointer_mods(event) });
    }

    pub(super) fn on_pointer_up(self, event: &web_sys::PointerEvent) {
        let Some(button) = button(event) else { return };
        let at = self.local(client(event));
        let (mods, ms) = (pointer_mods(event), event.time_stamp());
        self.event(Event::Up { at, button, mods, ms });
    }

    pub(super) fn on_cancel(self) {
        self.event(Event::Cancel);
    }

    pub(super) fn on_leave(self) {
        self.event(Event::Leave);
    }

    pub(super) fn on_wheel(self, event: &web_sys::WheelEvent) {
        if is_elsewhere(event) {
            return;
        }
        event.prevent_default();
        let unit = match event.delta_mode() {
            web_sys::WheelEvent::DOM_DELTA_LINE => LINE,
            web_sys::WheelEvent::DOM_DELTA_PAGE => PAGE,
            _ => 1.0,
        };
        let mut mods = pointer_mods(event);
        // A pinch arrives as a wheel with Ctrl, on a Mac too.
        mods.main |= event.ctrl_key();
        let at = self.local(client(event));
        let (dx, dy) = (event.delta_x() * unit, event.delta_y() * unit);
        self.event(Event::Wheel { at, dx, dy, mods });
    }

    /// Takes a key in. Whether it meant something; the page must do nothing else with it then.
    pub(crate) fn key_down(self, event: &web_sys::KeyboardEvent) -> bool {
        if event.default_prevented() || event.is_composing() || is_elsewhere(event) {
            return false;
        }
        let press = press(event);
        if matches!(press.key.as_str(), "Shift" | "Alt" | "Control" | "Meta") {
            self.event(Event::Mods(press.mods));
            return false;
        }
        if press.key == " " && press.mods == Mods::default() {
            event.prevent_default();
            self.event(Event::Space(true, event.time_stamp()));
            return true;
        }
        let busy = self.read(|editor| !editor.is_idle()).unwrap_or(false);
        if press.key == "Escape" && busy {
            event.prevent_default();
            self.event(Event::Cancel);
            return true;
        }
        let matched = self.with(|shared| shared.keymap.borrow_mut().press(&press));
        match matched {
            // The browser's own events carry the text, and the page knows its regions.
            Some(Matched::Command(
                Command::Copy
                | Command::Cut
                | Command::Paste
                | Command::PasteWired
                | Command::NextRegion
                | Command::PreviousRegion,
            )) => false,
            Some(Matched::Command(command)) => {
                event.prevent_default();
                self.command(command);
                true
            }
            Some(Matched::Chord) => {
                event.prevent_default();
                true
            }
            _ => false,
        }
    }

    pub(crate) fn key_up(self, event: &web_sys::KeyboardEvent) {
        let press = press(event);
        if press.key == " " {
            self.event(Event::Space(false, event.time_stamp()));
        } else {
            self.event(Event::Mods(press.mods));
        }
    }

    pub(super) fn on_copy(self, event: &web_sys::ClipboardEvent) -> bool {
        if is_elsewhere(event) {
            return false;
        }
        let Some(part) = self.copied() else { return false };
        let text = clip::text(&part);
        let put =
            event.clipboard_data().is_some_and(|data| data.set_data("text/plain", &text).is_ok());
        if put {
            event.prevent_default();
        }
        put
    }

    pub(super) fn on_cut(self, event: &web_sys::ClipboardEvent) {
        if self.on_copy(event) {
            self.act(|editor| editor.command(Command::Delete));
        }
    }

    pub(super) fn on_paste(self, event: &web_sys::ClipboardEvent) {
        if is_elsewhere(event) {
            return;
        }
        let data = event.clipboard_data();
        let Some(text) = data.and_then(|data| data.get_data("text/plain").ok()) else { return };
        event.prevent_default();
        self.paste_text(text, false);
    }

    /// Puts in what a text describes: a part of a workflow of ours is known here, the rest is
    /// told.
    pub(crate) fn paste_text(self, text: String, keep_inputs: bool) {
        match clip::read(&text) {
            Some(part) => self.paste(&part, keep_inputs),
            None if text.trim().is_empty() => {}
            None => {
                if let Some(tell) = self.listeners() {
                    tell.on_paste.run(Pasted { text, keep_inputs });
                }
            }
        }
    }
}
