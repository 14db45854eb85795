//! Write Binary File: the node that Read/Write Files replaced, for workflows that still have it.

use async_trait::async_trait;
use reporunner_model::{Effect, NodeDescription, NodeError, NodeGroup, PathKind, Property};
use reporunner_node::{Context, Node, Output};
use serde_json::json;

use crate::form::{self, describe, example, texts};
use crate::items::{Input, fail_or_go_on};
use crate::read_write_file::write_file;

pub(crate) struct WriteBinaryFile;

#[async_trait]
impl Node for WriteBinaryFile {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Writes an item's file to this machine (older node).".to_owned(),
            help: "Use **Read/Write Files** in new workflows: it does the same and more.\n\nThe \
                   file of each item is written; missing folders are made. Only folders that the \
                   workflow may use can be reached."
                .to_owned(),
            aliases: texts(&["disk", "save", "file"]),
            properties: vec![
                Property::text("fileName", "Path")
                    .path(PathKind::NewFile)
                    .required()
                    .placeholder("out/report.csv"),
                Property::text("dataPropertyName", "File of the item")
                    .default_value("data")
                    .required(),
                form::options(vec![Property::toggle("append", "Add to the end of the file", true)]),
            ],
            subtitles: texts(&["{fileName}"]),
            // Adding to a file twice would do harm, so it is not repeated unasked.
            effect: Effect::Outside,
            example: example(json!({ "fileName": "out/report.csv" })),
            ..describe("writeBinaryFile", "Write Binary File", NodeGroup::Files, "file-output", 150)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let mut input = Input::take(context, 0);
        let mut out = Vec::with_capacity(input.items().len());
        for index in 0..input.items().len() {
            let item = input.item(index);
            match write_file(context, item, index).await {
                Ok(item) => out.push(item.paired(index, 0)),
                Err(error) => out.push(fail_or_go_on(context, error, index)?),
            }
        }
        Ok(Output::one(out))
    }
}
