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
use crate::items::{Input, fail_or_go_on, option_flag, option_number, option_text};
use crate::{binary, js};

pub(crate) struct ExtractFromFile;

/// What is done with one value of the file: text, JSON and base64.
const PLAIN: &[&str] = &["fromJson", "text", "binaryToPropery"];

#[async_trait]
impl Node for ExtractFromFile {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Turns an item's file into data: CSV, JSON, text or base64.".to_owned(),
            help: "Name the file of the item, usually `data`.\n\n- **CSV**: each line becomes \
                   an item with the header's names.\n- **JSON** and **text**: the content is \
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
                ("binaryToPropery", "Any file, as base64"),
            ],
        )
        .fixed(),
        Property::text("binaryPropertyName", "File of the item").default_value("data").required(),
        plain(Property::text("destinationKey", "Put it in the field").default_value("data")),
        csv(form::options(vec![
            Property::toggle("headerRow", "The first line has the names", true),
            Property::text("delimiter", "Delimiter").default_value(","),
            Property::text("encoding", "Encoding").default_value("utf-8"),
            Property::toggle("enableBOM", "Drop the byte order mark", true),
            Property::toggle("includeEmptyCells", "Keep empty cells", false),
            Property::number("fromLine", "First line to read", 0.0),
            Property::number("maxRowCount", "Most rows", -1.0),
            Property::toggle("relaxQuotes", "Quotes are part of the values", false),
            form::group(
                "skipRecordsWithErrors",
                "Skip broken lines",
                vec![form::group(
                    "value",
                    "Skip broken lines",
                    vec![Property::toggle("enabled", "Skip them", true)],
                )],
            ),
        ])),
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
    if operation != "csv" && !PLAIN.contains(&operation.as_str()) {
        return Err(NodeError::new(format!("Files of the kind {operation} cannot be read yet"))
            .hint("CSV, JSON, text and base64 are in this version. Convert the file first.")
            .about(&["operation"]));
    }
    let name = values.text("binaryPropertyName");
    let file = binary::of(&item, &name).map_err(|error| error.about(&["binaryPropertyName"]))?;
    let content = context.handles.binary.get(file).await?;
    match operation.as_str() {
        "csv" => rows(&values, &content),
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

fn rows(values: &Values<'_>, content: &Bytes) -> Result<Vec<Item>, NodeError> {
    let flag = |name: &str| option_flag(values, &format!("options.{name}"));
    let encoding = option_text(values, "options.encoding");
    let mut text = binary::decode(content, encoding.as_deref().unwrap_or("utf-8"));
    // Version 1 leaves the mark in the first name unless it is told otherwise.
    let marked = text.starts_with(BOM);
    let keep_mark = marked && !flag("enableBOM").unwrap_or_else(|| values.version() > 1.0);
    if marked {
        text.drain(..BOM.len_utf8());
    }
    let skip =
        option_number(values, "options.fromLine").map_or(0, |line| line.max(1.0) as usize - 1);
    let text = text.split_inclusive('\n').skip(skip).collect::<String>();
    let broken_are_skipped = flag("skipRecordsWithErrors.value.enabled").unwrap_or(false);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .delimiter(delimiter(values)?)
        .quoting(!flag("relaxQuotes").unwrap_or(false))
        .flexible(broken_are_skipped)
        .from_reader(text.as_bytes());
    let named = flag("headerRow").unwrap_or(true);
    let keep_empty = flag("includeEmptyCells").unwrap_or(false);
    let most = option_number(values, "options.maxRowCount").filter(|most| *most >= 0.0);
    let mut names: Option<Vec<String>> = None;
    let mut items = Vec::new();
    for record in reader.records() {
        let record = record.map_err(malformed)?;
        if named && names.is_none() {
            let mut first: Vec<String> = record.iter().map(str::to_owned).collect();
            if keep_mark && let Some(name) = first.first_mut() {
                name.insert(0, BOM);
            }
            names = Some(first);
            continue;
        }
        if most.is_some_and(|most| items.len() >= most as usize) {
            break;
        }
        let json = match &names {
            None => js::object("row", record.iter().map(Value::from).collect()),
            Some(names) if broken_are_skipped && names.len() != record.len() => continue,
            Some(names) => names
                .iter()
                .zip(record.iter())
                .filter(|(_, cell)| keep_empty || !cell.is_empty())
                .map(|(name, cell)| (name.clone(), Value::from(cell)))
                .collect(),
        };
        items.push(Item::from_json(json));
    }
    Ok(items)
}

/// The byte that separates cells; `\t` may be written out.
pub(crate) fn delimiter(values: &Values<'_>) -> Result<u8, NodeError> {
    let text = option_text(values, "options.delimiter").unwrap_or_else(|| ",".to_owned());
    match text.as_bytes() {
        [byte] => Ok(*byte),
        _ if text == "\\t" => Ok(b'\t'),
        _ => Err(NodeError::new(format!("{text:?} cannot separate cells"))
            .hint("Use one plain character such as a comma, a semicolon or \\t.")
            .about(&["options", "delimiter"])),
    }
}

fn malformed(error: csv::Error) -> NodeError {
    let line = error.position().map(csv::Position::line);
    let at = line.map(|line| format!(" in line {line}")).unwrap_or_default();
    let why = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("it has {len} cells, the first line has {expected_len}")
        }
        _ => error.to_string(),
    };
    NodeError::new(format!("The CSV is malformed{at}"))
        .detail(why)
        .hint("Check the delimiter, or switch on *Skip broken lines* in the options.")
        .about(&["binaryPropertyName"])
}
