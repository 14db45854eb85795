//! Convert to File: data of items as a file: spreadsheets, JSON, text, bytes from base64, events.

use async_trait::async_trait;
use base64::Engine as _;
use base64::alphabet::{STANDARD as STANDARD_ALPHABET, URL_SAFE as URL_ALPHABET};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use reporunner_model::{Item, NodeDescription, NodeError, NodeGroup, Property};
use reporunner_node::{Context, Node, Output, Values};
use serde_json::{Value, json};

use crate::field_path::FieldPath;
use crate::form::{self, describe, texts};
use crate::items::{Input, fail_or_go_on, option_flag, option_text, paired_with_all};
use crate::{binary, ical, sheet};

pub(crate) struct ConvertToFile;

const TABLES: &[&str] = &["csv", "html", "ods", "rtf", "xls", "xlsx"];
const ENCODED: &[&str] = &["toJson", "toText", "toBinary"];

#[async_trait]
impl Node for ConvertToFile {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Makes a file of items: CSV, XLSX, JSON, text and more.".to_owned(),
            help: "- **CSV**, **XLSX**, **ODS** and other tables: all items together, one row \
                   each; nested fields become columns with dotted names.\n- **JSON**: all items in one \
                   file, or a file for each.\n- **Text**: the text of one field, a file for \
                   each item.\n- **Base64**: bytes that a service gave as text become a file \
                   again.\n\nThe file is in the item under the name you choose. Write it with \
                   **Read/Write Files** or send it with **HTTP Request**."
                .to_owned(),
            aliases: texts(&["csv", "xlsx", "excel", "ods", "export", "json", "binary", "spreadsheet", "table", "save"]),
            versions: texts(&["1", "1.1"]),
            properties: properties(),
            subtitles: texts(&["{operation}"]),
            example: form::example(json!({ "operation": "csv", "binaryPropertyName": "data" })),
            ..describe("convertToFile", "Convert to File", NodeGroup::Files, "file-output", 150)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let input = Input::take(context, 0);
        let values = context.values(0)?;
        let operation = values.text("operation");
        let each = match operation.as_str() {
            table if TABLES.contains(&table) => false,
            "toJson" => values.text("mode") == "each",
            "toText" | "toBinary" | "iCal" => true,
            other => {
                return Err(NodeError::new(format!(
                    "Files of the kind {other} cannot be made yet"
                ))
                .hint("Choose one of the list.")
                .about(&["operation"]));
            }
        };
        if !each {
            let made = together(&values, &operation, input.items())?;
            let mut item = made.put(context, &values).await?;
            item.paired_item = paired_with_all(input.items().len());
            return Ok(Output::one(vec![item]));
        }
        let mut out = Vec::new();
        for (index, item) in input.items().iter().enumerate() {
            match one(context, &operation, item, index).await {
                Ok(item) => out.push(item.paired(index, 0)),
                Err(error) => out.push(fail_or_go_on(context, error, index)?),
            }
        }
        Ok(Output::one(out))
    }
}

fn properties() -> Vec<Property> {
    let of = |property: Property, kinds: &[&str]| property.show_when("operation", kinds);
    let mut all = vec![
        Property::choice(
            "operation",
            "To",
            &[
                ("csv", "CSV"),
                ("toJson", "JSON"),
                ("toText", "Text"),
                ("xlsx", "XLSX"),
                ("xls", "XLS"),
                ("ods", "ODS"),
                ("html", "HTML table"),
                ("rtf", "RTF"),
                ("iCal", "Calendar (ICS)"),
                ("toBinary", "A file, from base64"),
            ],
        )
        .fixed(),
        of(
            Property::choice(
                "mode",
                "Files",
                &[("once", "One for all items"), ("each", "One for each item")],
            ),
            &["toJson"],
        ),
        of(Property::text("sourceProperty", "Field with the text").required(), &["toText"]),
        of(Property::text("sourceProperty", "Field with the base64").required(), &["toBinary"]),
        Property::text("binaryPropertyName", "Name for the file in the item")
            .default_value("data")
            .required(),
        of(
            form::options(vec![
                Property::text("fileName", "File name").placeholder("orders.csv"),
                Property::toggle("headerRow", "A first line with the names", true),
                Property::text("delimiter", "Delimiter").default_value(","),
                Property::text("sheetName", "Name of the sheet").default_value("Sheet"),
            ]),
            TABLES,
        ),
        of(
            form::options(vec![
                Property::text("fileName", "File name").placeholder("orders.json"),
                Property::text("mimeType", "Content type").show_when("operation", &["toBinary"]),
                Property::toggle("format", "Indent", true).show_when("operation", &["toJson"]),
                Property::text("encoding", "Encoding").default_value("utf8"),
                Property::toggle("addBOM", "Begin with a byte order mark", false),
            ]),
            ENCODED,
        ),
    ];
    all.extend(ical::properties().into_iter().map(|property| of(property, &["iCal"])));
    all
}

/// Content that becomes a file.
struct Made {
    content: Bytes,
    name: String,
    mime: Option<String>,
}

impl Made {
    /// Stores it and gives the item that has it.
    async fn put(self, context: &Context, values: &Values<'_>) -> Result<Item, NodeError> {
        let name = option_text(values, "options.fileName").unwrap_or(self.name);
        let named = mime_guess::from_path(&name).first_raw().is_some();
        let sniffed = (!named && self.mime.is_none()).then(|| binary::sniff(&self.content));
        let mime = self.mime.as_deref().or(sniffed);
        let file = context.handles.binary.put(self.content.clone(), Some(&name), mime).await?;
        let mut file = binary::named(file, Some(&name), mime);
        if sniffed == Some("text/plain") {
            file.file_extension = None;
        }
        let field = values.text("binaryPropertyName");
        let field = if field.is_empty() { "data".to_owned() } else { field };
        let binary = Some(Box::new([(field, file)].into_iter().collect()));
        Ok(Item { binary, ..Item::default() })
    }
}

fn together(values: &Values<'_>, operation: &str, items: &[Item]) -> Result<Made, NodeError> {
    if operation == "toJson" {
        let all = items.iter().map(|item| Value::from(item.json.clone())).collect();
        return Ok(Made {
            content: json_bytes(values, &all)?.into(),
            name: "file.json".to_owned(),
            mime: Some("application/json".to_owned()),
        });
    }
    let made = sheet::make(operation, items, values).map_err(|e| e.about(&["operation"]))?;
    Ok(Made {
        content: made.content.into(),
        name: format!("File.{operation}"),
        mime: Some(made.mime.to_owned()),
    })
}

async fn one(
    context: &Context,
    operation: &str,
    item: &Item,
    index: usize,
) -> Result<Item, NodeError> {
    let values = context.values(index)?;
    if operation == "iCal" {
        return ical::make(context, index).await;
    }
    let made = match operation {
        "toJson" => Made {
            content: json_bytes(&values, &item.json.clone().into())?.into(),
            name: "file.json".to_owned(),
            mime: Some("application/json".to_owned()),
        },
        "toText" => text(&values, item)?,
        _ => bytes(&values, item)?,
    };
    made.put(context, &values).await
}

fn json_bytes(values: &Values<'_>, value: &Value) -> Result<Vec<u8>, NodeError> {
    let indent = option_flag(values, "options.format").unwrap_or(false);
    let text = if indent {
        serde_json::to_string_pretty(value).unwrap_or_default()
    } else {
        value.to_string()
    };
    encoded(values, text)
}

fn encoded(values: &Values<'_>, mut text: String) -> Result<Vec<u8>, NodeError> {
    if option_flag(values, "options.addBOM").unwrap_or(false) {
        text.insert(0, '\u{feff}');
    }
    let encoding = option_text(values, "options.encoding");
    binary::encode(&text, encoding.as_deref().unwrap_or("utf8"))
}

fn source<'i>(
    values: &Values<'_>,
    item: &'i Item,
) -> Result<(String, Option<&'i Value>), NodeError> {
    let name = values.required("sourceProperty")?;
    let value = FieldPath::new(&name, true).get(&item.json);
    Ok((name, value))
}

fn text(values: &Values<'_>, item: &Item) -> Result<Made, NodeError> {
    let (_, value) = source(values, item)?;
    let (text, name, mime) = match value {
        Some(Value::String(text)) => (text.clone(), "file.txt", "text/plain"),
        other => {
            let text = other.unwrap_or(&Value::Null).to_string();
            (text, "file.json", "application/json")
        }
    };
    let content = encoded(values, text)?.into();
    Ok(Made { content, name: name.to_owned(), mime: Some(mime.to_owned()) })
}

fn bytes(values: &Values<'_>, item: &Item) -> Result<Made, NodeError> {
    let (name, value) = source(values, item)?;
    let Some(Value::String(text)) = value else {
        return Err(NodeError::new(format!("The item has no text in the field {name}"))
            .hint("Name the field that holds the base64 text.")
            .about(&["sourceProperty"]));
    };
    let mime = option_text(values, "options.mimeType");
    let plain =
        values.version() == 1.0 && option_flag(values, "options.dataIsBase64") == Some(false);
    if plain {
        let content = encoded(values, text.clone())?.into();
        return Ok(Made { content, name: "file".to_owned(), mime });
    }
    // A data URL brings its own type.
    let (head, body) = match text.strip_prefix("data:").and_then(|rest| rest.split_once(',')) {
        Some((head, body)) => (head.split(';').next().filter(|mime| !mime.is_empty()), body),
        None => (None, text.as_str()),
    };
    let mime = mime.or_else(|| head.map(str::to_owned));
    let content = decode_base64(body).ok_or_else(|| {
        NodeError::new(format!("The field {name} is no base64"))
            .hint("Use *Text* for plain text.")
            .about(&["sourceProperty"])
    })?;
    Ok(Made { content: content.into(), name: "file".to_owned(), mime })
}

/// Base64 in either alphabet, padded or not, with white space in it.
pub(crate) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let clean: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let url_safe = clean.contains(['-', '_']);
    let alphabet = if url_safe { URL_ALPHABET } else { STANDARD_ALPHABET };
    GeneralPurpose::new(&alphabet, config).decode(clean).ok()
}
