//! A part of a workflow as text for the clipboard.
//!
//! The text is n8n's, so that a paste there works; with it goes the part itself, which a paste here
//! takes instead: nothing of it is translated.

use reporunner_model::{NodeId, NoteId, Workflow};
use serde_json::{Value, json};

/// Marks a text that holds a part of ours.
const OWN: &str = "reporunner";
/// Where it holds it.
const PART: &str = "workflow";

/// The text of `part`.
pub(crate) fn text(part: &Workflow) -> String {
    let nodes: Vec<NodeId> = part.nodes.keys().cloned().collect();
    let notes: Vec<NoteId> = part.notes.keys().cloned().collect();
    let mut text = reporunner_n8n::export_nodes(part, &nodes, &notes);
    text[OWN] = json!(1);
    text[PART] = json!(part);
    text.to_string()
}

/// The part that `text` holds, if it holds one of ours.
pub(super) fn read(text: &str) -> Option<Workflow> {
    let mut value: Value = serde_json::from_str(text).ok()?;
    value.get(OWN)?;
    serde_json::from_value(value.get_mut(PART)?.take()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn n8n_finds_its_nodes_and_we_find_the_part() {
        let mut part = Workflow::default();
        let mut node = reporunner_model::Node::new("a".into(), "set".into(), "3.4", "Greet");
        node.position = reporunner_model::Point::new(40.0, 80.0);
        part.nodes.insert("a".into(), node);
        let text = text(&part);
        let n8n: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(n8n["nodes"][0]["type"], "n8n-nodes-base.set");
        assert!(n8n["connections"].is_object());
        assert_eq!(read(&text), Some(part));
        assert_eq!(read(r#"{"nodes":[]}"#), None, "n8n's own text is for the importer");
    }
}
