//! Markdown: Markdown to HTML, and HTML to Markdown.

mod from_html;
mod table;
mod text;
mod to_html;

use async_trait::async_trait;
use reporunner_model::{NodeDescription, NodeError, NodeGroup, Property};
use reporunner_node::{Context, Node, Output, Values};
use serde_json::{Value, json};

use crate::field_path::FieldPath;
use crate::form::{self, describe, texts};
use crate::items::{Input, fail_or_go_on};
use crate::{js, page};

pub(crate) struct Markdown;

#[async_trait]
impl Node for Markdown {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Turns Markdown into HTML, and HTML into Markdown.".to_owned(),
            help: "- **Markdown to HTML** makes the HTML for an e-mail or a page. Tables, task \
                   lists and struck-out text are options.\n- **HTML to Markdown** makes a page \
                   short and readable, for a chat or a language model.\n\nThe result is put in \
                   a field of the item; everything else of the item stays."
                .to_owned(),
            aliases: texts(&["md", "html", "convert", "format", "text"]),
            properties: properties(),
            subtitles: texts(&["{mode}"]),
            example: form::example(json!({
                "mode": "markdownToHtml",
                "markdown": "={{ $json.text }}",
                "destinationKey": "html",
            })),
            ..describe("markdown", "Markdown", NodeGroup::Data, "file-text", 12)
        }
    }

    fn computes(&self) -> bool {
        true
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let mut input = Input::take(context, 0);
        let mut out = Vec::with_capacity(input.items().len());
        for index in 0..input.items().len() {
            let mut item = input.item(index);
            let made = context.values(index).and_then(|values| {
                let text = convert(&values)?;
                FieldPath::new(&values.text("destinationKey"), true)
                    .set(&mut item.json, Value::String(text));
                Ok(())
            });
            item.error = None;
            out.push(match made {
                Ok(()) => item.paired(index, 0),
                Err(error) => fail_or_go_on(context, error, index)?,
            });
        }
        Ok(Output::one(out))
    }
}

fn convert(values: &Values<'_>) -> Result<String, NodeError> {
    match values.text("mode").as_str() {
        "markdownToHtml" => {
            let options = to_html::Options::read(values);
            Ok(to_html::html(&js::text(&values.value("markdown")), &options))
        }
        _ => {
            let options = from_html::Options::read(values)?;
            let html = js::text(&values.value("html"));
            page::check(&html)?;
            Ok(from_html::markdown(&html, &options))
        }
    }
}

fn properties() -> Vec<Property> {
    vec![
        Property::choice(
            "mode",
            "Do",
            &[("htmlToMarkdown", "HTML to Markdown"), ("markdownToHtml", "Markdown to HTML")],
        )
        .fixed(),
        form::long("html", "HTML").required().show_when("mode", &["htmlToMarkdown"]),
        form::long("markdown", "Markdown").required().show_when("mode", &["markdownToHtml"]),
        Property::text("destinationKey", "Put it in the field").default_value("data").required(),
        form::options(from_html_options()).show_when("mode", &["htmlToMarkdown"]),
        form::options(to_html_options()).show_when("mode", &["markdownToHtml"]),
    ]
}

fn to_html_options() -> Vec<Property> {
    let toggle = |name: &str, label: &str| Property::toggle(name, label, true);
    vec![
        toggle("tables", "Tables"),
        toggle("tasklists", "Task lists"),
        toggle("strikethrough", "Struck-out text"),
        toggle("simplifiedAutoLink", "Addresses become links"),
        toggle("openLinksInNewWindow", "Links open a new window"),
        toggle("simpleLineBreaks", "Line breaks stay"),
        toggle("completeHTMLDocument", "A whole page"),
        toggle("noHeaderId", "Headings without ids"),
        toggle("ghCompatibleHeaderId", "Ids of headings as on GitHub"),
        toggle("rawHeaderId", "Ids of headings as written"),
        Property::text("prefixHeaderId", "Ids of headings begin with").default_value("section"),
        toggle("rawPrefixHeaderId", "The beginning as written"),
        Property::number("headerLevelStart", "Level of the first heading", 1.0),
        toggle("requireSpaceBeforeHeadingText", "Headings need a space after #"),
        toggle("tablesHeaderId", "Table headers with ids"),
    ]
}

fn from_html_options() -> Vec<Property> {
    let text =
        |name: &str, label: &str, default: &str| Property::text(name, label).default_value(default);
    let pair = || {
        vec![
            Property::text("pattern", "Regular expression"),
            Property::text("replacement", "Replace by"),
        ]
    };
    vec![
        text("bulletMarker", "Mark of lists", "*"),
        text("strongDelimiter", "Mark of bold text", "**"),
        text("emDelimiter", "Mark of emphasised text", "_"),
        text("codeFence", "Mark of code blocks", "```"),
        Property::choice(
            "codeBlockStyle",
            "Code blocks",
            &[("fence", "With marks around"), ("indented", "Indented")],
        ),
        Property::toggle("useLinkReferenceDefinitions", "Addresses at the end", true),
        Property::toggle("keepDataImages", "Keep images that are within the page", true),
        Property::number("maxConsecutiveNewlines", "Most line breaks in a row", 3.0),
        text("blockElements", "More elements on lines of their own", ""),
        Property::records("textReplace", "Replace in text", "values", "Add", pair()),
        form::group("globalEscape", "Escape in text", vec![form::group("value", "Escape", pair())]),
        form::group(
            "lineStartEscape",
            "Escape at the start of lines",
            vec![form::group("value", "Escape", pair())],
        ),
    ]
}
