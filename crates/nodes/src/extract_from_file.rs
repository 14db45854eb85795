//! Extract from File: the content of an item's file as data.

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use reporunner_model::{Fields, Item, NodeDescription, NodeError, NodeGroup, Property};
use reporunner_node::{Context, Node, Output, Values};
use serde_json::{Value, json};

use crate::field_path::FieldPath;
use crate::form::{self, describe, texts};
use crate::items::{Input, fail_or_go_on, option_flag, option_text};
use crate::{binary, ical, sheet};

pub(crate) struct ExtractFromFile;

/// What gives one value: text, JSON, events and base64.
const PLAIN: &[&str] = &["fromJson", "text", "xml", "fromIcs", "binaryToPropery"];

/// Files with tables, by calamine or as HTML.
const SHEETS: &[&str] = &["xlsx", "xls", "ods", "html"];

#[async_trait]
impl Node for ExtractFromFile {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Turns an item's file into data: CSV, XLSX, JSON, text and more.".to_owned(),
            help: "Name the file of the item, usually `data`.\n\n- **CSV**, **XLSX** and other \
                   tables: each row becomes an item with the header's names.\n- **JSON** and **text**: the content is \
                   put in a field.\n- **Base64**: the bytes as text, for services that want \
                   them so.\n\nChoose the encoding under *Options* where the text is not \
                   UTF-8."
                .to_owned(),
            aliases: texts(&["parse", "csv", "json", "read", "binary", "base64", "spreadsheet"]),
            versions: texts(&["1", "1.1"]),
            properties: properties(),
            subtitles: texts(&["{operation}"]),
            example: form::example(json!({ "operation": "csv", "binaryPropertyName": "data" })),
            ..describe("extractFromFile", "Extract from File", NodeGroup::Files, "file-input", 150)
        }
    }

    fn computes(&self) -> bool {
        true
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
    let csv = |property: Property| property.show_when("operation", &["csv"]);
    let plain = |property: Property| property.show_when("operation", PLAIN);
    vec![
        Property::choice(
            "operation",
            "From",
            &[
                ("csv", "CSV"),
                ("fromJson", "JSON"),
                ("text", "Text"),
                ("xlsx", "XLSX"),
                ("xls", "XLS"),
                ("ods", "ODS"),
                ("html", "HTML table"),
                ("xml", "XML, as text"),
                ("fromIcs", "Calendar (ICS)"),
                ("binaryToPropery", "Any file, as base64"),
            ],
        )
        .fixed(),
        Property::text("binaryPropertyName", "File of the item").default_value("data").required(),
        plain(Property::text("destinationKey", "Put it in the field").default_value("data")),
        csv(form::options(sheet::csv_options())),
        form::options(sheet::read_options()).show_when("operation", SHEETS),
        plain(form::options(vec![
            Property::text("encoding", "Encoding").default_value("utf8"),
            Property::toggle("stripBOM", "Drop the byte order mark", true),
            Property::choice(
                "keepSource",
                "Keep of the item",
                &[("json", "Its data"), ("binary", "Its files"), ("both", "Both")],
            ),
        ])),
    ]
}

async fn one(context: &Context, item: Item, index: usize) -> Result<Vec<Item>, NodeError> {
    let values = context.values(index)?;
    let operation = values.text("operation");
    let known = |kinds: &[&str]| kinds.contains(&operation.as_str());
    if operation != "csv" && !known(PLAIN) && !known(SHEETS) {
        return Err(NodeError::new(format!("Files of the kind {operation} cannot be read yet"))
            .hint("Convert it to another format first, such as XLSX or text.")
            .about(&["operation"]));
    }
    let name = values.text("binaryPropertyName");
    let file = binary::of(&item, &name).map_err(|error| error.about(&["binaryPropertyName"]))?;
    let content = context.handles.binary.get(file).await?;
    match operation.as_str() {
        "csv" => sheet::delimited_rows(&values, &content),
        kind if SHEETS.contains(&kind) => {
            let html = kind == "html";
            let format = if html { sheet::Format::Html } else { sheet::Format::of(&content) };
            Ok(sheet::items(sheet::grid(&content, format, &values)?, &values))
        }
        _ => plain(&values, &operation, &content, item, &name).map(|item| vec![item]),
    }
}

fn plain(
    values: &Values<'_>,
    operation: &str,
    content: &Bytes,
    mut item: Item,
    name: &str,
) -> Result<Item, NodeError> {
    let value = if operation == "binaryToPropery" {
        Value::String(STANDARD.encode(content))
    } else {
        let encoding = option_text(values, "options.encoding");
        let mut text = binary::decode(content, encoding.as_deref().unwrap_or("utf8"));
        if option_flag(values, "options.stripBOM").unwrap_or(true) && text.starts_with(BOM) {
            text.drain(..BOM.len_utf8());
        }
        match operation {
            "fromJson" => serde_json::from_str(text.trim()).map_err(|error| {
                NodeError::new("The file is no valid JSON")
                    .detail(error.to_string())
                    .hint("Choose *Text* to see what is in it.")
                    .about(&["operation"])
            })?,
            "fromIcs" => ical::calendar(&text).map_err(|error| error.about(&["operation"]))?,
            _ => Value::String(text),
        }
    };
    let keep = option_text(values, "options.keepSource");
    let keep_json = matches!(keep.as_deref(), Some("json" | "both"));
    let keep_files = matches!(keep.as_deref(), Some("binary" | "both"));
    let mut json = if keep_json { std::mem::take(&mut item.json) } else { Fields::default() };
    let destination = values.text("destinationKey");
    match value {
        Value::Object(map) if destination.is_empty() => json.extend(map),
        value => FieldPath::new(&destination, true).set(&mut json, value),
    }
    item.json = json;
    if !keep_files && let Some(files) = &mut item.binary {
        files.shift_remove(name);
        if files.is_empty() {
            item.binary = None;
        }
    }
    item.error = None;
    Ok(item)
}

const BOM: char = '\u{feff}';
