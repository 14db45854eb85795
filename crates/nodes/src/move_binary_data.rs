//! Move Binary Data: the node that Extract from File and Convert to File replaced, for workflows
//! that still have it.

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use reporunner_model::{Item, NodeDescription, NodeError, NodeGroup, Property};
use reporunner_node::{Context, Node, Output, Values};
use serde_json::{Map, Value, json};

use crate::field_path::FieldPath;
use crate::form::{self, describe, texts};
use crate::items::{Input, fail_or_go_on, option_flag, option_text};
use crate::{binary, convert_to_file, js};

pub(crate) struct MoveBinaryData;

#[async_trait]
impl Node for MoveBinaryData {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Turns an item's file into data, or data into a file (older node).".to_owned(),
            help: "Use **Extract from File** and **Convert to File** in new workflows.\n\n- \
                   **Binary to JSON** reads the file of an item as JSON, text or base64.\n- \
                   **JSON to binary** makes a file of the item, or of one of its fields."
                .to_owned(),
            aliases: texts(&["binary", "json", "base64", "convert"]),
            versions: texts(&["1", "1.1"]),
            properties: properties(),
            subtitles: texts(&["{mode}"]),
            example: form::example(json!({ "mode": "binaryToJson", "sourceKey": "data" })),
            ..describe("moveBinaryData", "Move Binary Data", NodeGroup::Files, "file-json", 150)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let mut input = Input::take(context, 0);
        let mut out = Vec::with_capacity(input.items().len());
        for index in 0..input.items().len() {
            let item = input.item(index);
            match one(context, item, index).await {
                Ok(Some(item)) => out.push(item.paired(index, 0)),
                Ok(None) => {}
                Err(error) => out.push(fail_or_go_on(context, error, index)?),
            }
        }
        Ok(Output::one(out))
    }
}

fn properties() -> Vec<Property> {
    let on = |property: Property, mode: &str| property.show_when("mode", &[mode]);
    let (to_json, to_binary) = ("binaryToJson", "jsonToBinary");
    vec![
        Property::choice(
            "mode",
            "Do",
            &[(to_json, "Binary to JSON"), (to_binary, "JSON to binary")],
        )
        .fixed(),
        on(Property::toggle("setAllData", "The file is all data of the item", true), to_json),
        on(Property::toggle("convertAllData", "All data of the item", true), to_binary),
        on(
            Property::text("sourceKey", "File of the item").default_value("data").required(),
            to_json,
        ),
        on(
            Property::text("sourceKey", "Field")
                .default_value("data")
                .required()
                .show_if("convertAllData", false),
            to_binary,
        ),
        on(
            Property::text("destinationKey", "Put it in the field")
                .default_value("data")
                .show_if("setAllData", false),
            to_json,
        ),
        on(
            Property::text("destinationKey", "Name for the file in the item")
                .default_value("data")
                .required(),
            to_binary,
        ),
        on(
            form::options(vec![
                Property::text("encoding", "Encoding").default_value("utf8"),
                Property::toggle("stripBOM", "Drop the byte order mark", true),
                Property::toggle("jsonParse", "Read it as JSON", true),
                Property::toggle("keepAsBase64", "Keep it as base64", true),
                Property::toggle("keepSource", "Keep the file", true),
            ]),
            to_json,
        ),
        on(
            form::options(vec![
                Property::text("encoding", "Encoding").default_value("utf8"),
                Property::toggle("addBOM", "Begin with a byte order mark", true),
                Property::toggle("dataIsBase64", "The field is base64", true),
                Property::toggle("useRawData", "The field is the content as it stands", true),
                Property::text("fileName", "File name").placeholder("example.json"),
                Property::text("mimeType", "Content type").default_value("application/json"),
                Property::toggle("keepSource", "Keep the data", true),
            ]),
            to_binary,
        ),
    ]
}

async fn one(context: &Context, item: Item, index: usize) -> Result<Option<Item>, NodeError> {
    let values = context.values(index)?;
    match values.text("mode").as_str() {
        "jsonToBinary" => to_binary(context, &values, item).await,
        _ => to_json(context, &values, item).await,
    }
}

async fn to_json(
    context: &Context,
    values: &Values<'_>,
    mut item: Item,
) -> Result<Option<Item>, NodeError> {
    let source = values.text("sourceKey");
    // An item without the file is left out.
    let Some(file) = item.binary.as_ref().and_then(|files| files.get(&source)) else {
        return Ok(None);
    };
    let content = context.handles.binary.get(file).await?;
    let flag = |name: &str| option_flag(values, &format!("options.{name}"));
    let all = values.flag("setAllData");
    let encoding = option_text(values, "options.encoding").unwrap_or_else(|| "utf8".to_owned());
    let value = if !all && (flag("keepAsBase64").unwrap_or(false) || encoding == "base64") {
        Value::String(STANDARD.encode(&content))
    } else if encoding == "hex" {
        Value::String(data_encoding::HEXLOWER.encode(&content))
    } else {
        let mut text = binary::decode(&content, &encoding);
        if flag("stripBOM").unwrap_or(true) && text.starts_with('\u{feff}') {
            text.remove(0);
        }
        match all || flag("jsonParse").unwrap_or(false) {
            true => serde_json::from_str(text.trim()).map_err(|error| {
                NodeError::new("The file is no valid JSON")
                    .detail(error.to_string())
                    .hint("Switch *The file is all data of the item* off to get it as text.")
                    .about(&["sourceKey"])
            })?,
            false => Value::String(text),
        }
    };
    if !flag("keepSource").unwrap_or(false)
        && let Some(files) = &mut item.binary
    {
        files.shift_remove(&source);
        if files.is_empty() {
            item.binary = None;
        }
    }
    let json = match (all, value) {
        (true, Value::Object(map)) => map,
        (true, Value::Array(list)) => {
            list.into_iter().enumerate().map(|(n, value)| (n.to_string(), value)).collect()
        }
        (true, other) => js::object("data", other),
        (false, value) => {
            let mut json = Map::new();
            FieldPath::new(&values.text("destinationKey"), true).set(&mut json, value);
            json
        }
    };
    let binary = item.binary.take();
    Ok(Some(Item { binary, ..Item::from_json(json) }))
}

async fn to_binary(
    context: &Context,
    values: &Values<'_>,
    mut item: Item,
) -> Result<Option<Item>, NodeError> {
    let flag = |name: &str| option_flag(values, &format!("options.{name}")).unwrap_or(false);
    let all = values.flag("convertAllData");
    let path = FieldPath::new(&values.text("sourceKey"), true);
    let value = match all {
        true => Value::Object((*item.json).clone()),
        // An item without the field is left out.
        false => match path.get(&item.json) {
            Some(value) => value.clone(),
            None => return Ok(None),
        },
    };
    let content = bytes(values, &value, !all && flag("dataIsBase64"), flag("useRawData"))?;
    let mime = option_text(values, "options.mimeType");
    let mime = mime.as_deref().unwrap_or("application/json");
    let name = option_text(values, "options.fileName").or_else(|| default_name(values, mime));
    let file = context.handles.binary.put(content, name.as_deref(), Some(mime)).await?;
    let file = binary::named(file, name.as_deref(), Some(mime));
    if !flag("keepSource") {
        if all {
            item.json = Map::new().into();
        } else {
            path.unset(&mut item.json);
        }
    }
    item.binary.get_or_insert_default().insert(values.text("destinationKey"), file);
    item.error = None;
    Ok(Some(item))
}

/// Version 1.1 names the file where nobody did.
fn default_name(values: &Values<'_>, mime: &str) -> Option<String> {
    if values.version() < 1.1 {
        return None;
    }
    let extension = mime_guess::get_mime_extensions_str(mime)?.first()?;
    Some(format!("file.{extension}"))
}

fn bytes(values: &Values<'_>, value: &Value, base64: bool, raw: bool) -> Result<Bytes, NodeError> {
    if base64 {
        let text = js::text(value);
        let bytes = convert_to_file::decode_base64(&text).ok_or_else(|| {
            NodeError::new("The field is no base64")
                .hint("Switch *The field is base64* off for plain text.")
                .about(&["sourceKey"])
        })?;
        return Ok(bytes.into());
    }
    let mut text = match value {
        Value::String(text) if raw => text.clone(),
        value => value.to_string(),
    };
    if option_flag(values, "options.addBOM").unwrap_or(false) {
        text.insert(0, '\u{feff}');
    }
    let encoding = option_text(values, "options.encoding");
    Ok(binary::encode(&text, encoding.as_deref().unwrap_or("utf8"))?.into())
}
