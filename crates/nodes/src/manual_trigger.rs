//! Manual Trigger: where a run by hand starts. It gives on the item it was started with.

use async_trait::async_trait;
use reporunner_model::{NodeDescription, NodeError, NodeGroup, PortRule};
use reporunner_node::{Context, Node, Output};

use crate::form::{describe, texts};
use crate::items::Input;

pub(crate) struct ManualTrigger;

#[async_trait]
impl Node for ManualTrigger {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Starts the workflow when you press Run.".to_owned(),
            help: "Put it at the start of a workflow that you run by hand or from the command \
                   line.\n\nIt gives one empty item. To start with data of your own, pin items \
                   to it or run `reporunner run FILE --input ITEMS.json`.\n\nIn a live workflow \
                   it does nothing: use a webhook or a schedule there."
                .to_owned(),
            aliases: texts(&["start", "run", "click", "test", "button"]),
            inputs: PortRule::none(),
            ..describe(
                "manualTrigger",
                "Manual Trigger",
                NodeGroup::Trigger,
                "mouse-pointer-click",
                268,
            )
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        Ok(Output::one(Input::take(context, 0).into_items()))
    }
}
