//! The one field on the canvas: a node's name or a note's text while it is typed.
//!
//! It is an ordinary form element over the card, so that input methods and screen readers meet what
//! they know.

use leptos::prelude::Callable;
use reporunner_model::{NodeId, NoteId};
use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, HtmlInputElement, HtmlTextAreaElement};

use super::CanvasHandle;

/// Height of a frame above the cards in it, canvas units.
const FRAME_HEAD: f64 = 44.0;

/// Height of another line of its name, canvas units.
const LINE: f64 = 17.5;

/// Lets a person type a node's name.
pub(super) fn rename(handle: CanvasHandle, node: NodeId) {
    let found = handle.read(|editor| {
        let scene = editor.scene();
        let at = scene.nodes.find(&node)? as usize;
        let name = scene.texts.get(scene.nodes.title[at]).to_owned();
        Some((name, scene.nodes.x[at], scene.nodes.y[at], scene.nodes.h[at]))
    });
    let Some(Some((name, x, y, h))) = found else { return };
    let Some(field) = make(handle, "input", "Name of the node") else { return };
    field.set_class_name("rr-canvas__field rr-canvas__field--name");
    let middle = y + h / 2.0;
    place(&field, &[("left", x + 50.0), ("top", middle - 21.0), ("width", 160.0)]);
    let input: &HtmlInputElement = field.unchecked_ref();
    input.set_value(&name);
    let _ = field.focus();
    input.select();
    watch(handle, &field, false, move |field| {
        let typed = field.unchecked_ref::<HtmlInputElement>().value().trim().to_owned();
        if !typed.is_empty()
            && typed != name
            && let Some(tell) = handle.listeners()
        {
            tell.on_rename.run((node.clone(), typed));
        }
    });
}

/// Lets a person type a note's text.
pub(super) fn edit_note(handle: CanvasHandle, note: NoteId) {
    let found = handle.read(|editor| {
        let scene = editor.scene();
        let at = scene.notes.find(&note)? as usize;
        Some((scene.texts.get(scene.notes.text[at]).to_owned(), scene.notes.rects[at]))
    });
    let Some(Some((text, rect))) = found else { return };
    // A frame has cards in it: only the lines of its name are covered while it is typed.
    let lines = text.lines().count().max(1) as f64;
    let (label, height) = match note.is_frame() {
        true => ("Name of the group", (FRAME_HEAD + (lines - 1.0) * LINE).min(rect.height())),
        false => ("Text of the note", rect.height()),
    };
    let Some(field) = make(handle, "textarea", label) else { return };
    field.set_class_name("rr-canvas__field rr-canvas__field--note");
    place(
        &field,
        &[("left", rect.x0), ("top", rect.y0), ("width", rect.width()), ("height", height)],
    );
    let area: &HtmlTextAreaElement = field.unchecked_ref();
    area.set_value(&text);
    let _ = field.focus();
    // A heading alone is a name: what is typed takes its place.
    if let Some(name) = text.strip_prefix("# ").filter(|name| !name.contains('\n')) {
        let end = name.encode_utf16().count() as u32 + 2;
        let _ = area.set_selection_range(2, end);
    }
    watch(handle, &field, true, move |field| {
        let typed = field.unchecked_ref::<HtmlTextAreaElement>().value();
        handle.act(|editor| editor.set_note_text(&note, &typed));
    });
}

fn make(handle: CanvasHandle, tag: &str, label: &str) -> Option<HtmlElement> {
    let layer = handle
        .with(|shared| shared.stage.borrow().as_ref().map(|stage| stage.front().clone()))
        .flatten()?;
    let page = layer.owner_document()?;
    let field: HtmlElement = page.create_element(tag).ok()?.dyn_into().ok()?;
    let _ = field.set_attribute("aria-label", label);
    let _ = field.set_attribute("spellcheck", "false");
    layer.append_child(&field).ok()?;
    Some(field)
}

fn place(field: &HtmlElement, values: &[(&str, f64)]) {
    for (name, value) in values {
        let _ = field.style().set_property(name, &format!("{value}px"));
    }
}

/// Ends the typing at Enter (with Ctrl or Command where lines may be broken) or when the field
/// loses the focus; Escape throws it away. The keyboard goes back to the canvas.
fn watch(
    handle: CanvasHandle,
    field: &HtmlElement,
    lines: bool,
    commit: impl Fn(&HtmlElement) + 'static,
) {
    let done = std::rc::Rc::new(std::cell::Cell::new(false));
    let end = {
        let field = field.clone();
        move |keep: bool, refocus: bool| {
            if done.replace(true) {
                return;
            }
            if keep {
                commit(&field);
            }
            field.remove();
            if refocus {
                handle.focus();
            }
        }
    };
    let end = std::rc::Rc::new(end);
    let on_key = {
        let end = end.clone();
        Closure::<dyn FnMut(web_sys::KeyboardEvent)>::new(move |event: web_sys::KeyboardEvent| {
            event.stop_propagation();
            let plain = !lines || event.ctrl_key() || event.meta_key();
            match event.key().as_str() {
                "Enter" if plain && !event.is_composing() => end(true, true),
                "Escape" => end(lines, true),
                _ => {}
            }
        })
    };
    let on_blur = Closure::<dyn FnMut()>::new(move || end(true, false));
    let _ = field.add_event_listener_with_callback("keydown", on_key.as_ref().unchecked_ref());
    let _ = field.add_event_listener_with_callback("blur", on_blur.as_ref().unchecked_ref());
    // They live as long as the field, which the browser collects with them once it is removed.
    on_key.into_js_value();
    on_blur.into_js_value();
}
