//! Error Trigger: starts a workflow when a live run of another one fails. Which workflow is told
//! of whose failures is the app's business.

use async_trait::async_trait;
use reporunner_model::{Item, NodeDescription, NodeError, NodeGroup, PortRule, RunMode};
use reporunner_node::{Context, Node, Output};
use serde_json::json;

use crate::form::{describe, texts};
use crate::items::Input;

pub(crate) struct ErrorTrigger;

#[async_trait]
impl Node for ErrorTrigger {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Starts the workflow when a live run of another one fails.".to_owned(),
            help: "Name this workflow as the **error workflow** in the settings of others. When a \
                   live run of one of them fails, this one gets `execution` (its `id`, the `error` \
                   with its `message`, `lastNodeExecuted`, `mode`) and `workflow` (`id`, \
                   `name`).\n\n\
                   It need not be live. A workflow that has this trigger itself and names no other \
                   is told of its own failures. Runs by hand tell nobody, and a failure of the \
                   error workflow does not start it again.\n\n\
                   Run by hand, it gives a made-up failure to build with."
                .to_owned(),
            aliases: texts(&["failure", "exception", "alert", "on error", "catch"]),
            inputs: PortRule::none(),
            ..describe("errorTrigger", "Error Trigger", NodeGroup::Trigger, "triangle-alert", 268)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let items = Input::take(context, 0).into_items();
        let by_hand = context.run.mode == RunMode::Manual;
        if by_hand && items.iter().all(|item| item.json.is_empty()) {
            return Ok(Output::one(vec![made_up()]));
        }
        Ok(Output::one(items))
    }
}

fn made_up() -> Item {
    Item::from_value(json!({ "json": {
        "execution": {
            "id": "1",
            "url": "",
            "error": {
                "name": "NodeError",
                "message": "The service did not answer",
                "stack": "NodeError: The service did not answer at Fetch orders"
            },
            "lastNodeExecuted": "Fetch orders",
            "mode": "trigger"
        },
        "workflow": { "id": "1", "name": "A workflow that failed" }
    } }))
}
