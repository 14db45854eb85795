//! Execution Data: notes names and values about a run, for the steps that follow and for whoever
//! looks at the run.

use async_trait::async_trait;
use reporunner_model::{NodeDescription, NodeError, NodeGroup, Property};
use reporunner_node::{Context, NOTES, Node, Output};
use serde_json::{Map, json};

use crate::form::{self, describe, texts};
use crate::items::Input;
use crate::js;

/// Longest name, characters, and most names of one run: n8n's ("Custom executions data",
/// docs.n8n.io/workflows/executions/custom-executions-data).
const NAME: usize = 50;
const MOST: usize = 10;
/// Longest value, characters.
const VALUE: usize = 512;
/// The same before version 1.1.
const OLD_VALUE: usize = 255;

pub(crate) struct ExecutionData;

#[async_trait]
impl Node for ExecutionData {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Notes names and values about the run.".to_owned(),
            help: "What is noted here can be read by the steps that follow: \
                   `{{ $execution.customData.get(\"customer\") }}`. Items pass as they \
                   are.\n\nA run has room for 10 names of 50 letters, digits or `_`, each with \
                   a text of 512 characters; longer values are cut. A name that is noted again \
                   gets the new value."
                .to_owned(),
            aliases: texts(&["custom data", "tag", "label", "metadata", "note", "annotate"]),
            versions: texts(&["1", "1.1"]),
            properties: vec![
                Property::choice("operation", "Do", &[("save", "Note")]),
                Property::records(
                    "dataToSave",
                    "What to note",
                    "values",
                    "Add value",
                    vec![
                        Property::text("key", "Name").required().placeholder("customer"),
                        Property::text("value", "Value"),
                    ],
                ),
            ],
            example: form::example(json!({
                "dataToSave": { "values": [{ "key": "customer", "value": "={{ $json.id }}" }] }
            })),
            ..describe("executionData", "Execution Data", NodeGroup::Flow, "tag", 190)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let mut input = Input::take(context, 0);
        let mut notes = Map::new();
        let sets = if context.params.is_same() { 1 } else { input.items().len() };
        for index in 0..sets {
            let values = context.values(index)?;
            let longest = if values.version() < 1.1 { OLD_VALUE } else { VALUE };
            for record in values.records("dataToSave.values") {
                let name = record.get("key").map(js::cell).unwrap_or_default();
                let value = record.get("value").map(js::cell).unwrap_or_default();
                check(&name).map_err(|error| error.at_item(index))?;
                let value: String = value.chars().take(longest).collect();
                notes.insert(name, value.into());
            }
        }
        let mut output = Output::default();
        context.remember(|state| state.insert(NOTES.to_owned(), notes.clone().into()));
        let left_out = context.handles.notes.add(notes, MOST);
        if !left_out.is_empty() {
            let names = left_out.join(", ");
            output = output.hint(format!("A run has room for {MOST} names: no more for {names}"));
        }
        let items = (0..input.items().len()).map(|index| input.item(index).paired(index, 0));
        output.outputs = vec![items.collect()];
        Ok(output)
    }
}

fn check(name: &str) -> Result<(), NodeError> {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if plain && !name.is_empty() && name.len() <= NAME {
        return Ok(());
    }
    Err(NodeError::new(format!("{name:?} cannot be the name of a note"))
        .hint(format!("Use up to {NAME} letters, digits and _."))
        .about(&["dataToSave"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_and_short() {
        for (name, good) in [("order_id7", true), ("", false), ("a b", false), ("é", false)] {
            assert_eq!(check(name).is_ok(), good, "{name:?}");
        }
        assert!(check(&"a".repeat(51)).is_err());
    }
}
