//! Read Binary File and Read Binary Files: the nodes that Read/Write Files replaced, for workflows
//! that still have them.

use async_trait::async_trait;
use reporunner_model::{Effect, Item, NodeDescription, NodeError, NodeGroup, PathKind, Property};
use reporunner_node::{Context, Node, Output};
use serde_json::json;

use crate::form::{describe, example, texts};
use crate::items::{Input, fail_or_go_on};
use crate::read_write_file::{about, file_of};

pub(crate) struct ReadBinaryFile;

pub(crate) struct ReadBinaryFiles;

const OLD: &str = "Use **Read/Write Files** in new workflows: it does the same and more.";

fn field() -> Property {
    Property::text("dataPropertyName", "Name for the file in the item")
        .default_value("data")
        .required()
}

#[async_trait]
impl Node for ReadBinaryFile {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Reads one file from this machine (older node).".to_owned(),
            help: format!(
                "{OLD}\n\nThe file is added to each item; only folders that the workflow may use \
                 can be reached."
            ),
            aliases: texts(&["disk", "open", "load", "file"]),
            properties: vec![
                Property::text("filePath", "Path")
                    .path(PathKind::File)
                    .required()
                    .placeholder("in/report.pdf"),
                field(),
            ],
            subtitles: texts(&["{filePath}"]),
            effect: Effect::Idempotent,
            example: example(json!({ "filePath": "in/report.pdf" })),
            ..describe("readBinaryFile", "Read Binary File", NodeGroup::Files, "file-input", 150)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let mut input = Input::take(context, 0);
        let mut out = Vec::with_capacity(input.items().len());
        for index in 0..input.items().len() {
            let item = input.item(index);
            match read_one(context, item, index).await {
                Ok(item) => out.push(item.paired(index, 0)),
                Err(error) => out.push(fail_or_go_on(context, error, index)?),
            }
        }
        Ok(Output::one(out))
    }
}

async fn read_one(context: &Context, mut item: Item, index: usize) -> Result<Item, NodeError> {
    let values = context.values(index)?;
    let path = values.required("filePath")?;
    let name = path.rsplit(['/', '\\']).next().unwrap_or(&path);
    let file = file_of(context, &path, Some(name), None, "filePath").await?;
    item.binary.get_or_insert_default().insert(values.text("dataPropertyName"), file);
    item.error = None;
    Ok(item)
}

#[async_trait]
impl Node for ReadBinaryFiles {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Reads the files that match a pattern (older node).".to_owned(),
            help: format!(
                "{OLD}\n\nEvery file that matches becomes an item; only folders that the workflow \
                 may use can be reached."
            ),
            aliases: texts(&["disk", "open", "load", "folder", "glob"]),
            properties: vec![
                Property::text("fileSelector", "Path or pattern")
                    .path(PathKind::File)
                    .required()
                    .placeholder("reports/*.csv"),
                field(),
            ],
            subtitles: texts(&["{fileSelector}"]),
            effect: Effect::Idempotent,
            example: example(json!({ "fileSelector": "reports/*.csv" })),
            ..describe("readBinaryFiles", "Read Binary Files", NodeGroup::Files, "file-input", 150)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        // The first item's pattern counts; the others only say that there is something to do.
        let values = context.values(0)?;
        let pattern = values.required("fileSelector")?;
        let field = values.text("dataPropertyName");
        let files = context.handles.files.list(&pattern).await;
        let mut out = Vec::new();
        for entry in files.map_err(|error| about(error, "fileSelector"))? {
            let name = Some(entry.name.as_str());
            let file = file_of(context, &entry.path, name, None, "fileSelector").await?;
            let binary = [(field.clone(), file)].into_iter().collect();
            let item = Item { binary: Some(Box::new(binary)), ..Item::default() };
            out.push(item.paired(0, 0));
        }
        Ok(Output::one(out))
    }
}
