//! Spreadsheet File: the node that Extract from File and Convert to File replaced, for workflows
//! that still have it.

use async_trait::async_trait;
use reporunner_model::{Item, NodeDescription, NodeError, NodeGroup, Property};
use reporunner_node::{Context, Node, Output, Values};
use serde_json::json;

use crate::form::{self, describe, example, texts};
use crate::items::{Input, fail_or_go_on, option_text, paired_with_all};
use crate::{binary, sheet};

pub(crate) struct SpreadsheetFile;

const V2: &[f64] = &[2.0];

#[async_trait]
impl Node for SpreadsheetFile {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Reads and writes spreadsheets (older node).".to_owned(),
            help: "Use **Extract from File** and **Convert to File** in new workflows.\n\n- \
                   **Read** makes an item of each row of an XLSX, XLS, ODS, CSV or HTML file.\n\
                   - **Write** makes a file of all items, one row each."
                .to_owned(),
            aliases: texts(&["excel", "xlsx", "csv", "ods", "table", "rows"]),
            versions: texts(&["1", "2"]),
            properties: properties(),
            subtitles: texts(&["{operation} {fileFormat}"]),
            example: example(json!({ "operation": "fromFile", "binaryPropertyName": "data" })),
            ..describe("spreadsheetFile", "Spreadsheet File", NodeGroup::Files, "table", 150)
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
        let values = context.values(0)?;
        if values.text("operation") == "toFile" {
            return match write(context, &values, input.items()).await {
                Ok(item) => Ok(Output::one(vec![item])),
                Err(error) => Ok(Output::one(vec![fail_or_go_on(context, error, 0)?])),
            };
        }
        let mut out = Vec::new();
        for (index, item) in input.items().iter().enumerate() {
            match read(context, item, index).await {
                Ok(rows) => out.extend(rows.into_iter().map(|row| row.paired(index, 0))),
                Err(error) => out.push(fail_or_go_on(context, error, index)?),
            }
        }
        Ok(Output::one(out))
    }
}

fn properties() -> Vec<Property> {
    let on = |property: Property, operation: &str| property.show_when("operation", &[operation]);
    let mut reading = sheet::read_options();
    let csv = sheet::csv_options().into_iter();
    reading.extend(
        csv.filter(|option| !matches!(option.name.as_str(), "headerRow" | "includeEmptyCells")),
    );
    vec![
        Property::choice("operation", "Do", &[("fromFile", "Read"), ("toFile", "Write")]).fixed(),
        on(
            Property::choice(
                "fileFormat",
                "Format",
                &[
                    ("autodetect", "Told by the file"),
                    ("csv", "CSV"),
                    ("html", "HTML table"),
                    ("ods", "ODS"),
                    ("rtf", "RTF"),
                    ("xls", "XLS"),
                    ("xlsx", "XLSX"),
                ],
            )
            .versions(V2),
            "fromFile",
        ),
        on(
            Property::choice(
                "fileFormat",
                "Format",
                &[
                    ("xls", "XLS"),
                    ("xlsx", "XLSX"),
                    ("csv", "CSV"),
                    ("html", "HTML table"),
                    ("ods", "ODS"),
                    ("rtf", "RTF"),
                ],
            ),
            "toFile",
        ),
        Property::text("binaryPropertyName", "File of the item").default_value("data").required(),
        on(form::options(reading), "fromFile"),
        on(
            form::options(vec![
                Property::text("fileName", "File name").placeholder("orders.xlsx"),
                Property::toggle("headerRow", "A first row with the names", false),
                Property::text("sheetName", "Name of the sheet").default_value("Sheet"),
                Property::toggle("compression", "Pack the file", true),
            ]),
            "toFile",
        ),
    ]
}

async fn read(context: &Context, item: &Item, index: usize) -> Result<Vec<Item>, NodeError> {
    let values = context.values(index)?;
    let name = values.text("binaryPropertyName");
    let file = binary::of(item, &name).map_err(|error| error.about(&["binaryPropertyName"]))?;
    let content = context.handles.binary.get(file).await?;
    if values.version() >= 2.0 {
        let known = values.text("fileFormat");
        let is_csv = known == "autodetect" && file.mime_type == "text/csv";
        if known == "csv" || is_csv {
            return sheet::delimited_rows(&values, &content);
        }
    }
    let format = sheet::Format::of(&content);
    Ok(sheet::items(sheet::grid(&content, format, &values)?, &values))
}

async fn write(context: &Context, values: &Values<'_>, items: &[Item]) -> Result<Item, NodeError> {
    let format = values.text("fileFormat");
    let made = sheet::make(&format, items, values)?;
    let name = option_text(values, "options.fileName");
    let name = name.unwrap_or_else(|| format!("spreadsheet.{format}"));
    let stored =
        context.handles.binary.put(made.content.into(), Some(&name), Some(made.mime)).await?;
    let file = binary::named(stored, Some(&name), Some(made.mime));
    let binary = [(values.text("binaryPropertyName"), file)].into_iter().collect();
    Ok(Item {
        binary: Some(Box::new(binary)),
        paired_item: paired_with_all(items.len()),
        ..Item::default()
    })
}
