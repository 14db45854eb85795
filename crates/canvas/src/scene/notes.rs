//! The notes, one array a field.

use std::collections::HashMap;

use reporunner_model::{Note, NoteId};

use super::{TextId, Texts};
use crate::Rect;

/// Smallest extent of a note, canvas units.
pub const NOTE_MIN: f64 = 60.0;

/// Letters of a note's text that stand for it in a list.
const LINE_LETTERS: usize = 60;

/// What stands for a note in a list and is said of it: its first words, without the marks of a
/// heading.
pub fn note_line(text: &str) -> String {
    let lines = text.lines().map(|line| line.trim_start_matches(['#', ' ', '>', '*', '-']).trim());
    let line = lines.into_iter().find(|line| !line.is_empty()).unwrap_or("Empty note");
    let mut letters = line.chars();
    let short: String = letters.by_ref().take(LINE_LETTERS).collect();
    if letters.next().is_some() { format!("{}…", short.trim_end()) } else { short }
}

/// The notes. Every array is indexed by a note's number.
#[derive(Debug, Default)]
pub struct Notes {
    /// Where they are.
    pub rects: Vec<Rect>,
    /// What they say.
    pub text: Vec<TextId>,
    /// Numbers of their colours in the palette.
    pub color: Vec<u8>,
    /// Whether they are selected.
    pub selected: Vec<bool>,
    /// Their ids.
    pub id: Vec<NoteId>,
    alive: Vec<bool>,
    index: HashMap<NoteId, u32>,
    free: Vec<u32>,
}

impl Notes {
    /// The numbers in use, ascending.
    pub fn all(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.id.len() as u32).filter(|note| self.alive[*note as usize])
    }

    /// The number of a note.
    pub fn find(&self, id: &NoteId) -> Option<u32> {
        self.index.get(id).copied()
    }

    /// How many numbers there are, free ones included.
    pub fn len(&self) -> usize {
        self.id.len()
    }

    /// Whether there is no note.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// Whether a number is in use.
    pub fn is_alive(&self, note: u32) -> bool {
        self.alive.get(note as usize).copied().unwrap_or(false)
    }

    pub(super) fn put(&mut self, id: &NoteId, note: &Note, texts: &mut Texts) -> u32 {
        let number = self.find(id).unwrap_or_else(|| {
            let number = self.free.pop().unwrap_or_else(|| {
                self.rects.push(Rect::default());
                self.text.push(0);
                self.color.push(1);
                self.selected.push(false);
                self.alive.push(false);
                self.id.push(id.clone());
                (self.id.len() - 1) as u32
            });
            self.index.insert(id.clone(), number);
            number
        });
        let at = number as usize;
        self.id[at] = id.clone();
        self.alive[at] = true;
        let (w, h) = (note.size.w.max(NOTE_MIN), note.size.h.max(NOTE_MIN));
        self.rects[at] = Rect::new(note.position.x, note.position.y, w, h);
        self.text[at] = texts.put(&note.text);
        self.color[at] = note.color;
        number
    }

    pub(super) fn remove(&mut self, id: &NoteId) -> Option<u32> {
        let note = self.index.remove(id)?;
        self.alive[note as usize] = false;
        self.selected[note as usize] = false;
        self.free.push(note);
        Some(note)
    }
}
