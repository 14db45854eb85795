//! No Operation: gives its items on unchanged.

use async_trait::async_trait;
use reporunner_model::{NodeDescription, NodeError, NodeGroup};
use reporunner_node::{Context, Node, Output};

use crate::form::{describe, texts};
use crate::items::Input;

pub(crate) struct NoOp;

#[async_trait]
impl Node for NoOp {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Gives its items on unchanged.".to_owned(),
            help: "Use it to mark the end of a branch, to gather several wires in one place, or \
                   to keep a place for a step that you will add later.\n\nItems pass through \
                   with their files and their links to earlier items."
                .to_owned(),
            aliases: texts(&["nothing", "pass", "placeholder", "no operation"]),
            ..describe("noOp", "No Operation", NodeGroup::Flow, "circle", 220)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        Ok(Output::one(Input::take(context, 0).into_items()))
    }
}
