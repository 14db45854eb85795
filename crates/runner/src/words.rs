//! What a search of runs finds of their data: the keys and values of what the nodes gave.
//!
//! It does not keep order or repetition, and of much data only a part: it is for finding a run
//! again, not for reading it.

use std::borrow::Cow;
use std::collections::HashSet;

use reporunner_engine::{NodeResult, Run};
use reporunner_model::{Item, limits};
use serde_json::Value;

/// Most of a single value, bytes: one page of a web site must not stand for a whole run.
const VALUE_BYTES: usize = 2 * 1024;
/// Most values that are looked at: a million equal ones bring nothing new.
const VISITS: usize = 50_000;

/// The words of a run's data, the newest node's first. Each node run has its share, so that a long
/// list at the end does not hide what the run began with; what is left goes to the newest.
pub(crate) fn words_of(run: &Run) -> String {
    let mut results: Vec<&NodeResult> =
        run.plan().nodes().flat_map(|(node, _)| run.results(node)).collect();
    results.sort_by_key(|result| std::cmp::Reverse(result.sequence));
    let share = limits::RUN_WORDS_BYTES / results.len().clamp(1, 8);
    let mut words = Words { text: String::new(), seen: HashSet::new(), visits: VISITS };
    for most in [share, limits::RUN_WORDS_BYTES] {
        for result in &results {
            let until = (words.text.len() + most).min(limits::RUN_WORDS_BYTES);
            let items = result.outputs.iter().flat_map(|items| items.iter());
            // Short of room or of patience: the rest of this node's is left out.
            let _ = items.map(|item| words.item(item, until)).find(|fits| !fits);
        }
    }
    words.text
}

struct Words<'a> {
    text: String,
    seen: HashSet<Cow<'a, str>>,
    visits: usize,
}

impl<'a> Words<'a> {
    /// Takes an item in. False where there is no room before `until`.
    fn item(&mut self, item: &'a Item, until: usize) -> bool {
        let files = item.binary.iter().flat_map(|files| files.values());
        let mut names = files.filter_map(|file| file.file_name.as_deref());
        self.fields(&item.json, until) && names.all(|name| self.text(name, until))
    }

    fn fields(&mut self, fields: &'a serde_json::Map<String, Value>, until: usize) -> bool {
        fields.iter().all(|(key, value)| self.text(key, until) && self.value(value, until))
    }

    fn value(&mut self, value: &'a Value, until: usize) -> bool {
        match value {
            Value::String(text) => self.text(text, until),
            Value::Number(number) => self.word(Cow::Owned(number.to_string()), until),
            Value::Array(list) => list.iter().all(|value| self.value(value, until)),
            Value::Object(fields) => self.fields(fields, until),
            Value::Null | Value::Bool(_) => true,
        }
    }

    fn text(&mut self, text: &'a str, until: usize) -> bool {
        self.word(Cow::Borrowed(&text[..text.floor_char_boundary(VALUE_BYTES)]), until)
    }

    fn word(&mut self, word: Cow<'a, str>, until: usize) -> bool {
        self.visits = self.visits.saturating_sub(1);
        if self.visits == 0 {
            return false;
        }
        if word.is_empty() || self.seen.contains(&word) {
            return true;
        }
        let fits = self.text.len() + word.len() < until;
        if fits {
            self.text.push_str(&word);
            self.text.push('\n');
            self.seen.insert(word);
        }
        fits
    }
}
