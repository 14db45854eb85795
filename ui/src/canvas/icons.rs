//! The sprite's icons as pictures in a colour, for backgrounds of cards.
//!
//! A background is one element a card; a symbol that is referred to is seven, and each comes with
//! a tree of its own that the browser must style. The sprite is in the page and is read once.

use std::collections::HashMap;
use std::rc::Rc;

/// The element of the page that holds its sprite.
const SPRITE: &str = "icons";
/// Before the name of an icon in the id of its symbol.
const ID: &str = "<symbol id=\"icon-";

/// Attributes and shapes of each symbol by its name.
type Symbols = HashMap<String, (String, String)>;

thread_local! {
    static SYMBOLS: Rc<Symbols> = Rc::new(read());
}

/// Pictures made so far.
pub(super) struct Icons {
    symbols: Rc<Symbols>,
    made: HashMap<(String, String), Rc<str>>,
}

impl Icons {
    /// None yet.
    pub(super) fn new() -> Self {
        Self { symbols: SYMBOLS.with(Rc::clone), made: HashMap::new() }
    }

    /// The value of `background-image` that shows the icon in a colour; none where there is no
    /// such icon.
    pub(super) fn image(&mut self, icon: &str, color: &str) -> Option<Rc<str>> {
        let key = (icon.to_owned(), color.to_owned());
        if let Some(made) = self.made.get(&key) {
            return Some(made.clone());
        }
        let (attributes, shapes) = self.symbols.get(icon)?;
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

fn read() -> Symbols {
    let page = web_sys::window().and_then(|window| window.document());
    let sprite = page.and_then(|page| page.get_element_by_id(SPRITE));
    sprite.map(|sprite| symbols(&sprite.inner_html())).unwrap_or_default()
}

fn symbols(sprite: &str) -> Symbols {
    let parts = sprite.split(ID).skip(1);
    let symbol = |part: &str| {
        let (name, rest) = part.split_once('"')?;
        let (attributes, rest) = rest.split_once('>')?;
        let (shapes, _) = rest.split_once("</symbol>")?;
        Some((name.to_owned(), (attributes.to_owned(), shapes.trim().to_owned())))
    };
    parts.filter_map(symbol).collect()
}
