//! Strings: borrowed from the data or made by the expression. Indices count UTF-16 units.

use std::ops::Deref;
use std::rc::Rc;

/// A string.
#[derive(Clone)]
pub(crate) enum Text<'a> {
    Borrowed(&'a str),
    Shared(Rc<str>),
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Text::Borrowed(text) => text,
            Text::Shared(text) => text,
        }
    }
}

impl<'a> Text<'a> {
    /// Length as JavaScript counts it.
    pub(crate) fn length(&self) -> usize {
        if self.is_ascii() { self.len() } else { self.encode_utf16().count() }
    }

    /// The part from unit `start` to unit `end`. Half a surrogate pair becomes U+FFFD.
    pub(crate) fn slice(&self, start: usize, end: usize) -> Text<'a> {
        if start >= end {
            return Text::Borrowed("");
        }
        if self.is_ascii() {
            let range = start.min(self.len())..end.min(self.len());
            return match self {
                Text::Borrowed(text) => Text::Borrowed(&text[range]),
                Text::Shared(text) => Text::Shared(text[range].into()),
            };
        }
        let units: Vec<u16> = self.encode_utf16().skip(start).take(end - start).collect();
        Text::Shared(String::from_utf16_lossy(&units).into())
    }

    /// The unit at this index, alone.
    pub(crate) fn unit(&self, index: usize) -> Option<u16> {
        if self.is_ascii() {
            return self.as_bytes().get(index).map(|byte| u16::from(*byte));
        }
        self.encode_utf16().nth(index)
    }

    /// Unit index of a byte index.
    pub(crate) fn unit_at_byte(&self, byte: usize) -> usize {
        if self.is_ascii() { byte } else { self[..byte].encode_utf16().count() }
    }

    /// Byte index of a unit index; the end where it lies behind it.
    pub(crate) fn byte_at_unit(&self, unit: usize) -> usize {
        if self.is_ascii() {
            return unit.min(self.len());
        }
        let mut units = 0;
        for (at, c) in self.char_indices() {
            if units >= unit {
                return at;
            }
            units += c.len_utf16();
        }
        self.len()
    }
}
