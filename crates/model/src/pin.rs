//! Pinned data that is too large for a document: a file of this machine, which the document names.
//!
//! Such a pin is one item with one file. Writing and reading that file is the app's.

use serde_json::{Map, Value};

use crate::{Binaries, BinaryRef, Item};

/// Content type of a file of pinned items: a JSON list.
pub const PIN_MIME: &str = "application/vnd.reporunner.pin+json";
/// Name of the file within its item.
const FILE: &str = "pin";
/// Key of the number of items, for those who only show it.
const COUNT: &str = "items";

/// The pin that names `file`, which holds `count` items.
pub fn pin_in_file(file: BinaryRef, count: usize) -> Vec<Item> {
    let json = Map::from_iter([(COUNT.to_owned(), Value::from(count))]);
    let files = Binaries::from_iter([(FILE.to_owned(), file)]);
    vec![Item { binary: Some(Box::new(files)), ..Item::from_json(json) }]
}

/// The file that a pin names, where its items are not in the document.
pub fn pin_file(pin: &[Item]) -> Option<&BinaryRef> {
    let [only] = pin else { return None };
    let file = only.binary.as_ref()?.get(FILE)?;
    (file.mime_type == PIN_MIME).then_some(file)
}

/// Number of items that are pinned, in the document or in a file.
pub fn pin_count(pin: &[Item]) -> usize {
    let named = pin_file(pin).and_then(|_| pin[0].json.get(COUNT)?.as_u64());
    named.map_or(pin.len(), |count| usize::try_from(count).unwrap_or(usize::MAX))
}
