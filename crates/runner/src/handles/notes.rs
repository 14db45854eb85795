//! What steps note about a run. It lives as long as the run; a node that notes something remembers
//! it too, so that it is there again after a crash.

use std::sync::{Arc, Mutex};

use reporunner_expression::Ambient;
use reporunner_node::{NOTES, Notes};
use serde_json::{Map, Value};

use crate::lock::lock;

/// The notes of one run.
#[derive(Default)]
pub(crate) struct RunNotes(Mutex<Map<String, Value>>);

impl RunNotes {
    /// What expressions see of the run, with its notes.
    pub(crate) fn shown_in(&self, ambient: &Arc<Ambient>) -> Arc<Ambient> {
        let notes = lock(&self.0);
        if notes.is_empty() {
            return Arc::clone(ambient);
        }
        let mut shown = Ambient::clone(ambient);
        shown.execution.custom_data = notes.clone();
        Arc::new(shown)
    }

    /// Notes again what a node remembers of before a crash.
    pub(crate) fn again(&self, state: &Map<String, Value>) {
        if let Some(Value::Object(notes)) = state.get(NOTES) {
            self.add(notes.clone(), usize::MAX);
        }
    }
}

impl Notes for RunNotes {
    fn add(&self, new: Map<String, Value>, most: usize) -> Vec<String> {
        let mut notes = lock(&self.0);
        let mut left_out = Vec::new();
        for (name, text) in new {
            if notes.len() >= most && !notes.contains_key(&name) {
                left_out.push(name);
            } else {
                notes.insert(name, text);
            }
        }
        left_out
    }
}
