//! What the browser gives: query, storage, clipboard, random ids, downloads, files.
//!
//! Thin and without state. Where something is missing (private mode, no clipboard) the answer is
//! none, never a panic.

use js_sys::Reflect;
use leptos::prelude::{RwSignal, Set};
use reporunner_model::{EditId, NodeId, NoteId};
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// A JavaScript value as ours, by way of its JSON.
pub fn from_js<T: DeserializeOwned>(value: &JsValue) -> Option<T> {
    let text = js_sys::JSON::stringify(value).ok()?.as_string()?;
    serde_json::from_str(&text).ok()
}

/// A value of ours as a JavaScript value, by way of its JSON.
pub fn to_js(value: &impl Serialize) -> JsValue {
    let text = serde_json::to_string(value).unwrap_or_default();
    js_sys::JSON::parse(&text).unwrap_or(JsValue::NULL)
}

/// The value of `name` in the page's query.
pub fn query(name: &str) -> Option<String> {
    let search = web_sys::window()?.location().search().ok()?;
    web_sys::UrlSearchParams::new_with_str(&search).ok()?.get(name)
}

/// What was kept under `key` on this machine, such as the size of a pane.
pub fn kept(key: &str) -> Option<String> {
    web_sys::window()?.local_storage().ok()??.get_item(&format!("rr.{key}")).ok()?
}

/// Keeps `value` under `key`. A full or forbidden storage is no reason to stop.
pub fn keep(key: &str, value: &str) {
    let storage = web_sys::window().and_then(|window| window.local_storage().ok().flatten());
    if let Some(storage) = storage {
        let _ = storage.set_item(&format!("rr.{key}"), value);
    }
}

const BASE58: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// Twelve random base58 characters.
fn random_text() -> String {
    let mut bytes = [0_u8; 12];
    let crypto = web_sys::window().and_then(|window| window.crypto().ok());
    let filled =
        crypto.is_some_and(|crypto| crypto.get_random_values_with_u8_array(&mut bytes).is_ok());
    if !filled {
        bytes.fill_with(|| (js_sys::Math::random() * 256.0) as u8);
    }
    bytes.iter().map(|byte| char::from(BASE58[usize::from(*byte) % 58])).collect()
}

/// A fresh id for a batch of edits.
pub fn edit_id() -> EditId {
    EditId::new(random_text())
}

/// A fresh id for a node.
pub fn node_id() -> NodeId {
    NodeId::new(random_text())
}

/// A fresh id for a note.
pub fn note_id() -> NoteId {
    NoteId::new(random_text())
}

/// Puts text on the clipboard; false where that is not allowed.
pub async fn copy_text(text: &str) -> bool {
    let Some(clipboard) = clipboard() else { return false };
    JsFuture::from(clipboard.write_text(text)).await.is_ok()
}

/// The text on the clipboard.
pub async fn clipboard_text() -> Option<String> {
    JsFuture::from(clipboard()?.read_text()).await.ok()?.as_string()
}

/// The clipboard. Outside a secure context the browser has none.
fn clipboard() -> Option<web_sys::Clipboard> {
    let navigator = web_sys::window()?.navigator();
    let value = Reflect::get(&navigator, &"clipboard".into()).ok()?;
    value.is_object().then(|| value.unchecked_into())
}

/// The bytes that a base64 text stands for; none where it is no such text.
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    let bytes = web_sys::window()?.atob(text).ok()?;
    // The browser gives a character for each byte.
    Some(bytes.chars().map(|byte| byte as u8).collect())
}

fn blob(mime_type: &str, bytes: &[u8]) -> Result<web_sys::Blob, JsValue> {
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes));
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(mime_type);
    web_sys::Blob::new_with_u8_array_sequence_and_options(&parts, &options)
}

/// An address of the page for these bytes, to show them. Given back by [`revoke`].
pub fn object_url(mime_type: &str, bytes: &[u8]) -> Option<String> {
    web_sys::Url::create_object_url_with_blob(&blob(mime_type, bytes).ok()?).ok()
}

/// Gives an address of [`object_url`] back.
pub fn revoke(address: &str) {
    let _ = web_sys::Url::revoke_object_url(address);
}

/// Offers `text` as a file to save.
pub fn download(file_name: &str, text: &str) -> Result<(), JsValue> {
    download_bytes(file_name, "application/json", text.as_bytes())
}

/// Offers bytes as a file to save.
pub fn download_bytes(file_name: &str, mime_type: &str, bytes: &[u8]) -> Result<(), JsValue> {
    let address = web_sys::Url::create_object_url_with_blob(&blob(mime_type, bytes)?)?;
    let document = web_sys::window().and_then(|window| window.document());
    let document = document.ok_or_else(|| JsValue::from_str("there is no page"))?;
    let link: web_sys::HtmlAnchorElement = document.create_element("a")?.unchecked_into();
    link.set_href(&address);
    link.set_download(file_name);
    link.click();
    // The browser has its copy of the address by then.
    crate::time::after(10_000, move || {
        let _ = web_sys::Url::revoke_object_url(&address);
    });
    Ok(())
}

/// The text of a file that a person chose or dropped.
pub async fn file_text(file: &web_sys::File) -> Option<String> {
    JsFuture::from(file.text()).await.ok()?.as_string()
}

/// Whether the keys of this machine are a Mac's.
pub fn is_mac() -> bool {
    let platform = web_sys::window().and_then(|window| window.navigator().platform().ok());
    platform.is_some_and(|platform| platform.starts_with("Mac") || platform.starts_with("iP"))
}

/// Whether the system is dark, followed from now on. Called once.
pub fn watch_dark() -> RwSignal<bool> {
    let query = web_sys::window()
        .and_then(|window| window.match_media("(prefers-color-scheme: dark)").ok().flatten());
    let dark = RwSignal::new(query.as_ref().is_some_and(web_sys::MediaQueryList::matches));
    if let Some(query) = query {
        let follow = Closure::<dyn Fn(web_sys::MediaQueryListEvent)>::new(
            move |event: web_sys::MediaQueryListEvent| dark.set(event.matches()),
        );
        // Lives as long as the page.
        let listener = follow.into_js_value();
        let _ = query.add_event_listener_with_callback("change", listener.unchecked_ref());
    }
    dark
}

/// Whether the person asked for nothing to move by itself.
pub fn wants_no_motion() -> bool {
    let wish = web_sys::window()
        .and_then(|window| window.match_media("(prefers-reduced-motion: reduce)").ok().flatten());
    wish.is_some_and(|wish| wish.matches())
}

/// Whether `target` takes typing, so that single keys are not commands.
pub fn takes_typing(target: Option<web_sys::EventTarget>) -> bool {
    let Some(element) = target.and_then(|target| target.dyn_into::<web_sys::HtmlElement>().ok())
    else {
        return false;
    };
    let typed = |kind: &str| {
        !matches!(kind, "checkbox" | "radio" | "button" | "range" | "file" | "submit" | "color")
    };
    match element.tag_name().as_str() {
        "INPUT" => typed(&element.unchecked_ref::<web_sys::HtmlInputElement>().type_()),
        "TEXTAREA" | "SELECT" => true,
        _ => element.is_content_editable(),
    }
}

/// Moves the focus to the first element that matches `selector`; false where there is none.
pub fn focus(selector: &str) -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    let found = document.and_then(|document| document.query_selector(selector).ok().flatten());
    match found.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        Some(element) => element.focus().is_ok(),
        None => false,
    }
}
