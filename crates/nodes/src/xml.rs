//! XML: XML text to JSON and back.
//!
//! The shapes are xml2js's (github.com/Leonidas-from-XIV/node-xml2js), with its options.

pub(crate) mod read;
pub(crate) mod write;

use async_trait::async_trait;
use reporunner_model::{Item, NodeDescription, NodeError, NodeGroup, Property};
use reporunner_node::{Context, Node, Output, Values};
use serde_json::{Map, Value, json};

use crate::form::{self, describe, texts};
use crate::items::{Input, fail_or_go_on, option_flag, option_text};
use crate::js;

pub(crate) struct Xml;

#[async_trait]
impl Node for Xml {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Turns XML into JSON, and JSON into XML.".to_owned(),
            help: "- **XML to JSON** reads the text of a field. An element becomes a field, one \
                   that occurs several times a list; everything is text.\n- **JSON to XML** \
                   writes the whole item. An item with one field has that as its root, others \
                   get `root`.\n\nAttributes become fields of their element. Switch *Merge \
                   attributes* off to keep them apart, under `$`; the text of an element with \
                   attributes is under `_`."
                .to_owned(),
            aliases: texts(&["parse", "soap", "convert", "json", "feed"]),
            properties: properties(),
            subtitles: texts(&["{mode}"]),
            example: form::example(json!({ "mode": "xmlToJson", "dataPropertyName": "data" })),
            ..describe("xml", "XML", NodeGroup::Data, "code", 28)
        }
    }

    fn computes(&self) -> bool {
        true
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let mut input = Input::take(context, 0);
        let mut out = Vec::with_capacity(input.items().len());
        for index in 0..input.items().len() {
            let item = input.item(index);
            match context.values(index).and_then(|values| one(&values, item)) {
                Ok(json) => out.push(Item::from_json(json).paired(index, 0)),
                Err(error) => out.push(fail_or_go_on(context, error, index)?),
            }
        }
        Ok(Output::one(out))
    }
}

fn properties() -> Vec<Property> {
    let names = || {
        vec![
            Property::text("attrkey", "Name for attributes").default_value("$"),
            Property::text("charkey", "Name for text beside attributes").default_value("_"),
        ]
    };
    let mut reading = names();
    reading.extend([
        Property::toggle("explicitArray", "Every element as a list", true),
        Property::toggle("explicitRoot", "Keep the root element", false),
        Property::toggle("ignoreAttrs", "Leave attributes out", true),
        Property::toggle("mergeAttrs", "Merge attributes", false),
        Property::toggle("normalize", "One space for several in text", true),
        Property::toggle("normalizeTags", "Names of elements in lower case", true),
        Property::toggle("trim", "Trim text", true),
    ]);
    let mut writing = names();
    writing.extend([
        Property::toggle("cdata", "Text with signs of XML as CDATA", true),
        Property::toggle("headless", "Leave the first line out", true),
        Property::text("rootName", "Name of the root").default_value("root"),
        Property::toggle("allowSurrogateChars", "Take characters beyond U+FFFF", true),
    ]);
    vec![
        Property::choice(
            "mode",
            "Do",
            &[("xmlToJson", "XML to JSON"), ("jsonToxml", "JSON to XML")],
        )
        .fixed(),
        Property::text("dataPropertyName", "Field with the XML")
            .default_value("data")
            .required()
            .show_when("mode", &["xmlToJson"]),
        Property::text("dataPropertyName", "Put it in the field")
            .default_value("data")
            .required()
            .show_when("mode", &["jsonToxml"]),
        form::options(reading).show_when("mode", &["xmlToJson"]),
        form::options(writing).show_when("mode", &["jsonToxml"]),
    ]
}

fn one(values: &Values<'_>, item: Item) -> Result<Map<String, Value>, NodeError> {
    let field = values.required("dataPropertyName")?;
    if values.text("mode") == "jsonToxml" {
        let options = write::Options {
            attributes: option_text(values, "options.attrkey").unwrap_or_else(|| "$".to_owned()),
            text: option_text(values, "options.charkey").unwrap_or_else(|| "_".to_owned()),
            cdata: option_flag(values, "options.cdata").unwrap_or(false),
            headless: option_flag(values, "options.headless").unwrap_or(false),
            root: option_text(values, "options.rootName").unwrap_or_else(|| "root".to_owned()),
        };
        let text = write::document(&item.json, &options)?;
        return Ok(js::object(&field, Value::String(text)));
    }
    let Some(value) = item.json.get(&field) else {
        return Err(NodeError::new(format!("The item has no field {field}"))
            .hint("Name the field that holds the XML.")
            .about(&["dataPropertyName"]));
    };
    let read = read::document(&js::text(value), &read_options(values))
        .map_err(|error| error.about(&["dataPropertyName"]))?;
    Ok(match read {
        Value::Object(map) => map,
        // A root that is only text has no names of its own.
        other => js::object(&field, other),
    })
}

fn read_options(values: &Values<'_>) -> read::Options {
    let flag = |name: &str, default: bool| {
        option_flag(values, &format!("options.{name}")).unwrap_or(default)
    };
    read::Options {
        attributes: option_text(values, "options.attrkey").unwrap_or_else(|| "$".to_owned()),
        text: option_text(values, "options.charkey").unwrap_or_else(|| "_".to_owned()),
        lists: flag("explicitArray", false),
        root: flag("explicitRoot", true),
        drop_attributes: flag("ignoreAttrs", false),
        merge_attributes: flag("mergeAttrs", true),
        normalize: flag("normalize", false),
        lower_names: flag("normalizeTags", false),
        trim: flag("trim", false),
        lenient: false,
    }
}
