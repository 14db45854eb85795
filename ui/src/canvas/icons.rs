//! The sprite's icons as pictures in a colour, for backgrounds of cards.
//!
//! A background is one element a card; a symbol that is referred to is seven, and each comes with
//! a tree of its own that the browser must style. The sprite is fetched once for the page; until
//! it is here, tiles are plain.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// Where the page has its sprite.
const SPRITE: &str = "icons.svg";

/// Attributes and shapes of each symbol by its name.
type Symbols = HashMap<String, (String, String)>;

thread_local! {
    static SYMBOLS: RefCell<Option<Rc<Symbols>>> = const { RefCell::new(None) };
}

/// Pictures made so far.
#[derive(Default)]
pub(super) struct Icons {
    symbols: Option<Rc<Symbols>>,
    made: HashMap<(String, String), Rc<str>>,
}

impl Icons {
    /// With the sprite, where it was fetched before.
    pub(super) fn new() -> Self {
        Self { symbols: SYMBOLS.with_borrow(Clone::clone), made: HashMap::new() }
    }

    /// Whether the sprite is still missing.
    pub(super) fn is_empty(&self) -> bool {
        self.symbols.is_none()
    }

    /// The value of `background-image` that shows the icon in a colour; none where there is no
    /// such icon, or no sprite yet.
    pub(super) fn image(&mut self, icon: &str, color: &str) -> Option<Rc<str>> {
        let symbols = self.symbols.as_ref()?;
        let key = (icon.to_owned(), color.to_owned());
        if let Some(made) = self.made.get(&key) {
            return Some(made.clone());
        }
        let (attributes, shapes) = symbols.get(icon)?;
        let picture = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"24\" height=\"24\"{attributes}>\
             {shapes}</svg>"
        );
        let picture = picture.replace("currentColor", color);
        let picture = String::from(js_sys::encode_uri_component(&picture));
        let image: Rc<str> = format!("url(\"data:image/svg+xml,{picture}\")").into();
        self.made.insert(key, image.clone());
        Some(image)
    }
}

/// Fetches the sprite for the whole page. Whether it came.
pub(super) async fn fetch() -> bool {
    let Some(text) = text().await else { return false };
    SYMBOLS.set(Some(Rc::new(symbols(&text))));
    true
}

async fn text() -> Option<String> {
    let answer = JsFuture::from(web_sys::window()?.fetch_with_str(SPRITE)).await.ok()?;
    let read: js_sys::Function =
        js_sys::Reflect::get(&answer, &"text".into()).ok()?.dyn_into().ok()?;
    let text: js_sys::Promise = read.call0(&answer).ok()?.dyn_into().ok()?;
    JsFuture::from(text).await.ok()?.as_string()
}

fn symbols(sprite: &str) -> Symbols {
    let parts = sprite.split("<symbol id=\"").skip(1);
    let symbol = |part: &str| {
        let (name, rest) = part.split_once('"')?;
        let (attributes, rest) = rest.split_once('>')?;
        let (shapes, _) = rest.split_once("</symbol>")?;
        Some((name.to_owned(), (attributes.to_owned(), shapes.trim().to_owned())))
    };
    parts.filter_map(symbol).collect()
}
