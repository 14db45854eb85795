//! Debug Helper: fails on purpose, makes up data or does nothing, to try what a workflow does then.
//!
//! It does not fill the memory.

mod made_up;

use async_trait::async_trait;
use reporunner_model::{Item, NodeDescription, NodeError, NodeGroup, Property};
use reporunner_node::{Context, Node, Output};
use serde_json::{Value, json};

use crate::form::{self, describe, texts};
use crate::items::{Input, fail_or_go_on};
use crate::js;
use made_up::MadeUp;

pub(crate) struct DebugHelper;

#[async_trait]
impl Node for DebugHelper {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Fails on purpose or makes up data, to try a workflow.".to_owned(),
            help: "Put it where a step might fail, and see that retries, error outputs and error \
                   workflows do what they should.\n\nSet it to *Make up data* for people, \
                   addresses or numbers that belong to nobody; with a **seed** they are the same \
                   each time. Set it to *Do nothing* to pass items on.\n\nTo end a workflow for a reason, use **Stop and Error**."
                .to_owned(),
            aliases: texts(&["test", "error", "throw", "fail", "try", "random", "fake", "mock"]),
            properties: vec![
                Property::choice(
                    "category",
                    "Do",
                    &[
                        ("throwError", "Fail"),
                        ("randomData", "Make up data"),
                        ("doNothing", "Do nothing"),
                    ],
                ),
                Property::text("throwErrorMessage", "Message")
                    .default_value("Node has thrown an error")
                    .show_when("category", &["throwError"]),
                random(Property::choice("randomDataType", "Of what", made_up::KINDS)),
                random(Property::text("nanoidAlphabet", "Characters"))
                    .default_value(made_up::ALPHABET)
                    .show_when("randomDataType", &["nanoid"]),
                random(Property::text("nanoidLength", "Length"))
                    .default_value("16")
                    .show_when("randomDataType", &["nanoid"]),
                random(Property::text("randomDataSeed", "Seed"))
                    .help("The same seed gives the same data."),
                random(Property::number("randomDataCount", "How many", 10.0)),
                random(Property::toggle("randomDataSingleArray", "As one list", false)),
            ],
            example: form::example(json!({ "category": "throwError" })),
            ..describe("debugHelper", "Debug Helper", NodeGroup::Other, "bug", 220)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let values = context.values(0)?;
        match values.text("category").as_str() {
            "throwError" => {
                let count = context.items().len().max(1);
                let failed = (0..count).map(|index| {
                    let message = context.values(index)?.text("throwErrorMessage");
                    let error = NodeError::new(message)
                        .hint("This node is here to fail; set it to do nothing, or take it out.")
                        .about(&["category"]);
                    fail_or_go_on(context, error, index)
                });
                failed.collect::<Result<_, _>>().map(Output::one)
            }
            "doNothing" => {
                drop(values);
                Ok(Output::one(Input::take(context, 0).into_items()))
            }
            "randomData" => {
                let many = values.number("randomDataCount").unwrap_or(10.0);
                let many = many.clamp(0.0, MOST) as usize;
                let mut made = MadeUp::new(&values.text("randomDataSeed"))?;
                let kind = values.text("randomDataType");
                let alphabet = values.text("nanoidAlphabet");
                let length = values.number("nanoidLength").unwrap_or(16.0).clamp(0.0, 1_000.0);
                let one = |_| made.one(&kind, &alphabet, length as usize);
                let list: Vec<Value> = (0..many).map(one).collect();
                let jsons = match values.flag("randomDataSingleArray") {
                    true => vec![js::object("generatedItems", Value::Array(list))],
                    false => list.into_iter().filter_map(made_up::fields).collect(),
                };
                let items = jsons.into_iter().map(|json| Item::from_json(json).paired(0, 0));
                Ok(Output::one(items.collect()))
            }
            other => Err(NodeError::new(format!("Debug Helper cannot do {other} in this version"))
                .hint("Let it fail, make up data or do nothing.")
                .about(&["category"])),
        }
    }
}

/// Most that it makes up at a time.
const MOST: f64 = 100_000.0;

fn random(property: Property) -> Property {
    property.show_when("category", &["randomData"])
}
