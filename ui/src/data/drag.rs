//! A field of the data on its way to a parameter: what it is called, and the code that reads it.

use leptos::ev::DragEvent;
use serde::{Deserialize, Serialize};

use crate::inspector::{accessor, node_root};

/// What a dragged field is called in the browser's drag data.
const TYPE: &str = "application/x-reporunner-field";
/// Class of the root element while a field is dragged, for the places where it may be dropped.
const DRAGGING: &str = "rr-dragging";

/// A field that is dragged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Dragged {
    /// JavaScript that reads it, without braces.
    pub(crate) code: String,
    /// Its name with dots.
    pub(crate) name: String,
}

impl Dragged {
    /// Whether a field is dragged.
    pub(crate) fn is_in(event: &DragEvent) -> bool {
        let types = event.data_transfer().map(|data| data.types());
        types.is_some_and(|types| types.includes(&TYPE.into(), 0))
    }

    /// The field that was dropped.
    pub(crate) fn from_event(event: &DragEvent) -> Option<Self> {
        let text = event.data_transfer()?.get_data(TYPE).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Sends the field along with a drag that begins.
    pub(super) fn begin(&self, event: &DragEvent) {
        let Some(data) = event.data_transfer() else { return };
        let _ = data.set_data(TYPE, &serde_json::to_string(self).unwrap_or_default());
        // What takes the browser's own drop is no value: the name of a field, a search.
        let _ = data.set_data("text/plain", &self.name);
        data.set_effect_allowed("copy");
        mark(true);
    }

    /// The drag is over.
    pub(super) fn end() {
        mark(false);
    }
}

fn mark(on: bool) {
    let root = leptos::prelude::document().document_element();
    if let Some(root) = root {
        let _ = root.class_list().toggle_with_force(DRAGGING, on);
    }
}

/// A field that items have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldOf {
    path: Vec<String>,
    example: String,
    /// The node that gave it, where it is not what the parameter's node gets.
    node: Option<String>,
}

impl FieldOf {
    /// A field of the node's own input.
    pub(crate) fn direct(path: Vec<String>, example: String) -> Self {
        Self { path, example, node: None }
    }

    /// A field of what the named node gave.
    pub(super) fn of(node: Option<String>, path: Vec<String>) -> Self {
        Self { path, example: String::new(), node }
    }

    /// What a menu says of it.
    pub(crate) fn words(&self) -> String {
        let name = self.name();
        if self.example.is_empty() { name } else { format!("{name} — {}", self.example) }
    }

    fn name(&self) -> String {
        self.path.join(".").replace(".[]", "[0]")
    }

    /// It, to be dropped.
    pub(crate) fn dragged(&self) -> Dragged {
        let root = self.node.as_deref().map_or_else(|| "$json".to_owned(), node_root);
        Dragged { code: accessor(&root, &self.path), name: self.name() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(steps: &[&str]) -> Vec<String> {
        steps.iter().map(|step| (*step).to_owned()).collect()
    }

    #[test]
    fn the_code_names_where_the_data_is() {
        let direct = FieldOf::direct(path(&["a", "b"]), String::new());
        assert_eq!(direct.dragged().code, "$json.a.b");
        let far = FieldOf::of(Some("New order".to_owned()), path(&["items", "[]", "sku"]));
        let dragged = far.dragged();
        assert_eq!(dragged.code, "$('New order').item.json.items[0].sku");
        assert_eq!(dragged.name, "items[0].sku");
    }
}
