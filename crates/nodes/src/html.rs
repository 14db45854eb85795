//! HTML: pages from a template, values out of pages by CSS selectors, items as a table.

pub(crate) mod extract;
mod table;
pub(crate) mod to_text;

use async_trait::async_trait;
use reporunner_model::{Item, Language, NodeDescription, NodeError, NodeGroup, Property};
use reporunner_node::{Context, Node, Output};
use serde_json::{Map, Value, json};

use crate::form::{self, describe, texts};
use crate::items::{Input, fail_or_go_on, paired_with_all};
use crate::js;

pub(crate) struct Html;

/// The page that a new node starts with.
const TEMPLATE: &str = include_str!("html/template.html");

#[async_trait]
impl Node for Html {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Makes HTML of items, and takes values out of HTML.".to_owned(),
            help: "- **Template** fills expressions into a page: `<h1>{{ $json.title }}</h1>`. \
                   What you fill in is not escaped.\n- **Extract** takes parts of a page by CSS \
                   selectors: `h1`, `.price`, `a[href]`, `#main > p`. Ask for the text, the \
                   HTML inside, an attribute or the value of a form field.\n- **Table** makes \
                   one table of all items.\n\nThe fields for **Extract** come from an item's \
                   field or from its file."
                .to_owned(),
            aliases: texts(&["css", "selector", "scrape", "extract", "template", "table", "dom"]),
            versions: texts(&["1", "1.1", "1.2"]),
            properties: properties(),
            subtitles: texts(&["{operation}"]),
            example: form::example(json!({
                "operation": "extractHtmlContent",
                "dataPropertyName": "data",
                "extractionValues": { "values": [
                    { "key": "title", "cssSelector": "h1", "returnValue": "text" },
                ] },
            })),
            ..describe("html", "HTML", NodeGroup::Data, "code", 12)
        }
    }

    fn computes(&self) -> bool {
        true
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let input = Input::take(context, 0);
        if input.items().is_empty() {
            return Ok(Output::one(Vec::new()));
        }
        match context.values(0)?.text("operation").as_str() {
            "convertToHtmlTable" => {
                let values = context.values(0)?;
                let html = table::table(input.items(), &table::Look::read(&values));
                let mut item = Item::from_json(js::object("table", Value::String(html)));
                item.paired_item = paired_with_all(input.items().len());
                Ok(Output::one(vec![item]))
            }
            "extractHtmlContent" => extract::run(context, input.items()).await,
            "generateHtmlTemplate" => templates(context, input.items()).await,
            other => Err(NodeError::new(format!("There is no operation {other}"))
                .hint("Choose one of the list.")
                .about(&["operation"])),
        }
    }
}

fn properties() -> Vec<Property> {
    let on = |property: Property, operation: &str| property.show_when("operation", &[operation]);
    let table = |name: &str, label: &str| Property::text(name, label).placeholder("class=\"list\"");
    let mut all = vec![
        Property::choice(
            "operation",
            "Do",
            &[
                ("generateHtmlTemplate", "Fill in a template"),
                ("extractHtmlContent", "Extract values"),
                ("convertToHtmlTable", "Make a table of the items"),
            ],
        )
        .fixed(),
        on(
            form::code("html", "Template", Language::Html).default_value(TEMPLATE),
            "generateHtmlTemplate",
        ),
    ];
    let extract = extract::properties(true);
    all.extend(extract.into_iter().map(|property| on(property, "extractHtmlContent")));
    all.push(on(
        form::options(vec![
            Property::toggle("capitalize", "Headers with a capital", true),
            Property::toggle("customStyling", "No style of ours", true),
            Property::text("caption", "Caption"),
            table("tableAttributes", "Attributes of the table"),
            table("headerAttributes", "Attributes of the header"),
            table("rowAttributes", "Attributes of rows"),
            table("cellAttributes", "Attributes of cells"),
        ]),
        "convertToHtmlTable",
    ));
    all
}

/// The template is text with expressions in it, with or without the `=` of expressions.
async fn templates(context: &Context, items: &[Item]) -> Result<Output, NodeError> {
    let mut out = Vec::with_capacity(items.len());
    for index in 0..items.len() {
        match template(context, index).await {
            Ok(html) => {
                let json = js::object("html", Value::String(html));
                out.push(Item::from_json(json).paired(index, 0));
            }
            Err(error) => out.push(fail_or_go_on(context, error, index)?),
        }
    }
    Ok(Output::one(out))
}

async fn template(context: &Context, index: usize) -> Result<String, NodeError> {
    let template = context.values(index)?.text("html");
    if !template.contains("{{") {
        return Ok(template.strip_prefix('=').unwrap_or(&template).to_owned());
    }
    let template = if template.starts_with('=') { template } else { format!("={template}") };
    let evaluate = &context.handles.evaluate;
    let value = evaluate.late(&Value::String(template), index, Map::new()).await;
    Ok(match value.map_err(|error| error.about(&["html"]))? {
        Value::Null => String::new(),
        value @ Value::Object(_) => value.to_string(),
        value => js::text(&value),
    })
}
