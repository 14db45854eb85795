//! Stop and Error: ends the run with an error of the author's own.

use async_trait::async_trait;
use reporunner_model::{NodeDescription, NodeError, NodeGroup, PortRule, Property};
use reporunner_node::{Context, Node, Output, Values};
use serde_json::{Value, json};

use crate::form::{self, describe, texts};
use crate::js;

pub(crate) struct StopAndError;

#[async_trait]
impl Node for StopAndError {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Ends the run with an error message of yours.".to_owned(),
            help: "Use it where going on would be wrong: an answer that makes no sense, a value \
                   that must not be empty.\n\nThe run is marked as failed, your message is \
                   shown, and an error workflow is told of it.\n\n- **Message**: one line of \
                   text; expressions may put values of the item in it.\n- **Object**: JSON with \
                   a `message` and whatever else you want to keep with the failure."
                .to_owned(),
            aliases: texts(&["throw", "fail", "exception", "abort", "raise"]),
            outputs: PortRule::none(),
            properties: vec![
                Property::choice(
                    "errorType",
                    "What to report",
                    &[("errorMessage", "Message"), ("errorObject", "Object")],
                ),
                Property::text("errorMessage", "Message")
                    .required()
                    .placeholder("The order has no address")
                    .show_when("errorType", &["errorMessage"]),
                form::json("errorObject", "Object", "")
                    .required()
                    .placeholder("{ \"message\": \"The order has no address\", \"code\": 422 }")
                    .show_when("errorType", &["errorObject"]),
            ],
            subtitles: texts(&["{errorMessage}"]),
            example: form::example(json!({ "errorMessage": "The order has no address" })),
            ..describe("stopAndError", "Stop and Error", NodeGroup::Flow, "octagon-x", 4)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        Err(error(&context.values(0)?)?)
    }
}

/// The error the author asked for.
fn error(values: &Values<'_>) -> Result<NodeError, NodeError> {
    if values.text("errorType") != "errorObject" {
        return Ok(NodeError::new(values.text("errorMessage")));
    }
    let raw = values.value("errorObject");
    let Ok(Value::Object(object)) = js::json(&raw) else {
        return Err(NodeError::new("The error object is no JSON object")
            .hint("Write an object such as { \"message\": \"…\" }.")
            .about(&["errorObject"]));
    };
    let all = Value::Object(object.clone());
    let message = ["message", "description", "error"]
        .iter()
        .find_map(|key| object.get(*key).filter(|value| js::truthy(value)))
        .map_or_else(|| format!("Error: {all}"), js::cell);
    let rest = object.iter().any(|(key, _)| key != "message");
    let error = NodeError::new(message);
    Ok(if rest { error.detail(all.to_string()) } else { error })
}
