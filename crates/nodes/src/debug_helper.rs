//! Debug Helper: fails on purpose, or does nothing, to try what a workflow does then.
//!
//! It neither fills the memory nor makes up data.

use async_trait::async_trait;
use reporunner_model::{NodeDescription, NodeError, NodeGroup, Property};
use reporunner_node::{Context, Node, Output};
use serde_json::json;

use crate::form::{self, describe, texts};
use crate::items::Input;

pub(crate) struct DebugHelper;

#[async_trait]
impl Node for DebugHelper {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Fails on purpose, to try error handling.".to_owned(),
            help: "Put it where a step might fail, and see that retries, error outputs and error \
                   workflows do what they should.\n\nSet it to *Do nothing* to pass items \
                   on.\n\nTo end a workflow for a reason, use **Stop and Error**."
                .to_owned(),
            aliases: texts(&["test", "error", "throw", "fail", "try"]),
            properties: vec![
                Property::choice(
                    "category",
                    "Do",
                    &[("throwError", "Fail"), ("doNothing", "Do nothing")],
                ),
                Property::text("throwErrorMessage", "Message")
                    .default_value("Node has thrown an error")
                    .show_when("category", &["throwError"]),
            ],
            example: form::example(json!({ "category": "throwError" })),
            ..describe("debugHelper", "Debug Helper", NodeGroup::Other, "bug", 220)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let values = context.values(0)?;
        match values.text("category").as_str() {
            "throwError" => Err(NodeError::new(values.text("throwErrorMessage"))
                .hint("This node is here to fail; set it to do nothing, or take it out.")
                .about(&["category"])),
            "doNothing" => {
                drop(values);
                Ok(Output::one(Input::take(context, 0).into_items()))
            }
            other => Err(NodeError::new(format!("Debug Helper cannot do {other} in this version"))
                .hint("Let it fail or do nothing; make test data with Edit Fields or Code.")
                .about(&["category"])),
        }
    }
}
