//! HTML Extract: the node that HTML's *Extract* replaced, for workflows that still have it.

use async_trait::async_trait;
use reporunner_model::{NodeDescription, NodeError, NodeGroup};
use reporunner_node::{Context, Node, Output};
use serde_json::json;

use crate::form::{describe, example, texts};
use crate::html::extract;
use crate::items::Input;

pub(crate) struct HtmlExtract;

#[async_trait]
impl Node for HtmlExtract {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Takes values out of HTML by CSS selectors (older node).".to_owned(),
            help: "Use **HTML** in new workflows: it does the same and more.\n\nName the field \
                   or file with the HTML, and for each value a selector such as `h1`, `.price` \
                   or `a[href]`."
                .to_owned(),
            aliases: texts(&["css", "selector", "scrape"]),
            properties: extract::properties(false),
            subtitles: texts(&["{dataPropertyName}"]),
            example: example(json!({
                "dataPropertyName": "data",
                "extractionValues": { "values": [{ "key": "title", "cssSelector": "h1" }] },
            })),
            ..describe("htmlExtract", "HTML Extract", NodeGroup::Data, "code", 12)
        }
    }

    fn computes(&self) -> bool {
        true
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let input = Input::take(context, 0);
        extract::run(context, input.items()).await
    }
}
