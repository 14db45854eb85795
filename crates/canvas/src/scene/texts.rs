//! Every text that is shown, kept once and named by a number.

use std::collections::HashMap;

/// Number of a text.
pub type TextId = u32;

/// The texts.
#[derive(Debug, Default)]
pub struct Texts {
    list: Vec<String>,
    index: HashMap<String, TextId>,
}

impl Texts {
    /// The number of `text`.
    pub fn put(&mut self, text: &str) -> TextId {
        if let Some(id) = self.index.get(text) {
            return *id;
        }
        let id = self.list.len() as TextId;
        self.list.push(text.to_owned());
        self.index.insert(text.to_owned(), id);
        id
    }

    /// The text of a number.
    pub fn get(&self, id: TextId) -> &str {
        self.list.get(id as usize).map_or("", String::as_str)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}
