//! Read/Write Files: files on this machine, into items and out of them; listed, moved, deleted.

use async_trait::async_trait;
use reporunner_model::{
    BinaryRef, Effect, Item, NodeDescription, NodeError, NodeGroup, PathKind, Property,
};
use reporunner_node::{Context, FileEntry, Node, Output, Values};
use serde_json::{Map, Value, json};

use crate::form::{self, describe, texts};
use crate::items::{Input, effect_where_all, fail_or_go_on, option_flag, option_text};
use crate::{binary, js};

pub(crate) struct ReadWriteFile;

/// The operations that change something outside.
const CHANGES: [&str; 3] = ["write", "move", "delete"];

#[async_trait]
impl Node for ReadWriteFile {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Reads, writes, lists, moves and deletes files of this machine.".to_owned(),
            help: "Paths are absolute, or start at the workflow's folder. Only folders that the \
                   workflow may use can be reached.\n\n- **Read** takes a path or a pattern such \
                   as `reports/*.csv`; every file that matches becomes an item.\n- **Write** \
                   writes the file of each item and makes missing folders.\n- **List** gives names \
                   and sizes without reading the files.\n- **Move** and **Delete** take one file \
                   for each item; there is no bin that it could be fetched back from.\n\nTo get \
                   at the content of a file, put **Extract from File** behind it; to make one, \
                   put **Convert to File** before it. In n8n this node only reads and writes."
                .to_owned(),
            aliases: texts(&[
                "disk", "open", "save", "load", "folder", "binary", "glob", "list", "move",
                "rename", "delete", "remove",
            ]),
            versions: texts(&["1", "1.1"]),
            properties: properties(),
            subtitles: texts(&["{fileSelector}", "{filePath}", "{fileName}"]),
            // Adding to a file twice would do harm, so it is not repeated unasked.
            effect: Effect::Outside,
            example: form::example(json!({ "operation": "read", "fileSelector": "*.csv" })),
            ..describe("readWriteFile", "Read/Write Files", NodeGroup::Files, "file-text", 150)
        }
    }

    fn effect(&self, context: &Context) -> Effect {
        effect_where_all(context, |values| !CHANGES.contains(&&*values.text("operation")))
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let mut input = Input::take(context, 0);
        let mut out = Vec::new();
        for index in 0..input.items().len() {
            let item = input.item(index);
            match one(context, item, index).await {
                Ok(items) => out.extend(items.into_iter().map(|item| item.paired(index, 0))),
                Err(error) => out.push(fail_or_go_on(context, error, index)?),
            }
        }
        Ok(Output::one(out))
    }
}

fn properties() -> Vec<Property> {
    vec![
        Property::choice(
            "operation",
            "Do",
            &[
                ("read", "Read"),
                ("write", "Write"),
                ("list", "List"),
                ("move", "Move"),
                ("delete", "Delete"),
            ],
        )
        .fixed(),
        Property::text("fileSelector", "Path or pattern")
            .path(PathKind::File)
            .required()
            .placeholder("reports/*.csv")
            .show_when("operation", &["read", "list"]),
        Property::text("filePath", "File")
            .path(PathKind::File)
            .required()
            .placeholder("inbox/letter.pdf")
            .show_when("operation", &["move", "delete"]),
        Property::text("fileName", "Path")
            .path(PathKind::NewFile)
            .required()
            .placeholder("out/report.csv")
            .show_when("operation", &["write", "move"]),
        Property::text("dataPropertyName", "File of the item")
            .default_value("data")
            .show_when("operation", &["write"]),
        form::options(vec![
            Property::text("dataPropertyName", "Name for the file in the item")
                .default_value("data"),
            Property::text("fileName", "File name to show"),
            Property::text("fileExtension", "Extension to show"),
            Property::text("mimeType", "Content type to show"),
        ])
        .show_when("operation", &["read"]),
        form::options(vec![Property::toggle("append", "Add to the end of the file", false)])
            .show_when("operation", &["write"]),
        form::options(vec![Property::toggle("replace", "Replace a file that is there", false)])
            .show_when("operation", &["move"]),
    ]
}

async fn one(context: &Context, item: Item, index: usize) -> Result<Vec<Item>, NodeError> {
    let values = context.values(index)?;
    match &*values.text("operation") {
        "write" => return write_file(context, item, index).await.map(|item| vec![item]),
        "list" => return list(context, &values).await,
        "move" => return move_file(context, &values, item).await.map(|item| vec![item]),
        "delete" => {
            let removed = context.handles.files.remove(&values.required("filePath")?).await;
            removed.map_err(|error| about(error, "filePath"))?;
            return Ok(vec![item]);
        }
        _ => {}
    }
    let pattern = values.required("fileSelector")?;
    let field = option_text(&values, "options.dataPropertyName");
    let field = field.unwrap_or_else(|| "data".to_owned());
    let name = option_text(&values, "options.fileName");
    let mime = option_text(&values, "options.mimeType");
    let extension = option_text(&values, "options.fileExtension");
    let files = context.handles.files.list(&pattern).await;
    let mut items = Vec::new();
    for entry in files.map_err(|error| about(error, "fileSelector"))? {
        let name = Some(name.as_deref().unwrap_or(&entry.name));
        let mut file = file_of(context, &entry.path, name, mime.as_deref(), "fileSelector").await?;
        if let Some(extension) = &extension {
            file.file_extension = Some(extension.trim_start_matches('.').to_owned());
        }
        let mut item = Item::from_json(facts(&file, &entry.path));
        item.binary = Some(Box::new([(field.clone(), file)].into_iter().collect()));
        items.push(item);
    }
    Ok(items)
}

/// The files that match, without their content.
async fn list(context: &Context, values: &Values<'_>) -> Result<Vec<Item>, NodeError> {
    let files = context.handles.files.list(&values.required("fileSelector")?).await;
    let item = |entry: FileEntry| {
        let mut json = js::object("fileName", Value::from(entry.name));
        json.insert("directory".to_owned(), folder_of(&entry.path).into());
        json.insert("path".to_owned(), entry.path.into());
        json.insert("bytes".to_owned(), entry.bytes.into());
        Item::from_json(json)
    };
    Ok(files.map_err(|error| about(error, "fileSelector"))?.into_iter().map(item).collect())
}

/// Moves a file; the item says where it is now.
async fn move_file(
    context: &Context,
    values: &Values<'_>,
    mut item: Item,
) -> Result<Item, NodeError> {
    let (from, to) = (values.required("filePath")?, values.required("fileName")?);
    let replace = option_flag(values, "options.replace").unwrap_or(false);
    let moved = context.handles.files.rename(&from, &to, replace).await;
    moved.map_err(|error| about(error, "filePath"))?;
    item.json.insert("fileName".to_owned(), Value::String(to));
    Ok(item)
}

/// Reads one file, named as it shall be shown; an error is about the parameter.
pub(crate) async fn file_of(
    context: &Context,
    path: &str,
    name: Option<&str>,
    mime: Option<&str>,
    parameter: &str,
) -> Result<BinaryRef, NodeError> {
    let read = context.handles.files.read(path).await;
    Ok(binary::named(read.map_err(|error| about(error, parameter))?, name, mime))
}

/// Writes the file of an item to the path in `fileName`.
pub(crate) async fn write_file(
    context: &Context,
    mut item: Item,
    index: usize,
) -> Result<Item, NodeError> {
    let values = context.values(index)?;
    let path = values.required("fileName")?;
    let append = option_flag(&values, "options.append").unwrap_or(false);
    let name = values.text("dataPropertyName");
    let file = binary::of(&item, &name).map_err(|e| e.about(&["dataPropertyName"]))?;
    let written = context.handles.files.write(&path, file, append).await;
    written.map_err(|error| about(error, "fileName"))?;
    item.json.insert("fileName".to_owned(), Value::String(path));
    Ok(item)
}

fn facts(file: &BinaryRef, path: &str) -> Map<String, Value> {
    let mut json = js::object("mimeType", Value::from(file.mime_type.as_str()));
    let mut add = |key: &str, value: Option<&str>| {
        if let Some(value) = value {
            json.insert(key.to_owned(), Value::from(value));
        }
    };
    add("fileType", file.file_type.as_deref());
    add("fileName", file.file_name.as_deref());
    add("directory", folder_of(path));
    add("fileExtension", file.file_extension.as_deref());
    add("fileSize", file.file_size.as_deref());
    json
}

fn folder_of(path: &str) -> Option<&str> {
    path.rsplit_once(['/', '\\']).map(|(folder, _)| folder)
}

/// The error, about this parameter where it is about none yet.
pub(crate) fn about(error: NodeError, parameter: &str) -> NodeError {
    if error.parameter.is_empty() { error.about(&[parameter]) } else { error }
}
