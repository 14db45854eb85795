//! Values out of HTML by CSS selectors, as the nodes HTML and HTML Extract take them.

use dom_query::{Document, Matcher, NodeRef, Selection};
use reporunner_model::{Item, NodeError, Property};
use reporunner_node::{Context, Output, Values};
use serde_json::{Map, Value};

use super::to_text;
use crate::form;
use crate::items::{fail_or_go_on, option_flag};
use crate::{binary, js};

/// Where text is made readable (line breaks, links) rather than joined.
const READABLE_TEXT: f64 = 1.2;

/// The form; `skips` says whether parts of a text can be left out.
pub(crate) fn properties(skips: bool) -> Vec<Property> {
    let mut record = vec![
        Property::text("key", "Put it in the field").required(),
        Property::text("cssSelector", "CSS selector").placeholder(".price"),
        Property::choice(
            "returnValue",
            "Take",
            &[
                ("text", "The text"),
                ("attribute", "An attribute"),
                ("html", "The HTML inside"),
                ("value", "The value of a form field"),
            ],
        ),
        Property::text("attribute", "Attribute")
            .placeholder("href")
            .show_when("returnValue", &["attribute"]),
    ];
    if skips {
        let skip = Property::text("skipSelectors", "Leave out")
            .placeholder("img, .advert")
            .help("CSS selectors, separated by commas.")
            .show_when("returnValue", &["text"])
            .versions(&[READABLE_TEXT]);
        record.push(skip);
    }
    record.push(Property::toggle("returnArray", "Every match, as a list", false));
    let mut options = vec![Property::toggle("trimValues", "Trim values", true)];
    if skips {
        options.push(Property::toggle("cleanUpText", "Drop line breaks and extra spaces", true));
    }
    vec![
        Property::choice(
            "sourceData",
            "The HTML is in",
            &[("json", "A field of the item"), ("binary", "A file of the item")],
        ),
        Property::text("dataPropertyName", "Field or file").default_value("data").required(),
        Property::records("extractionValues", "Values", "values", "Add value", record),
        form::options(options),
    ]
}

/// What is taken from a page.
struct Wanted {
    key: String,
    selector: String,
    take: Take,
    every: bool,
}

enum Take {
    Text,
    Readable(Vec<String>),
    Html,
    Attribute(String),
    Value,
}

struct Clean {
    trim: bool,
    squeeze: bool,
}

/// Takes the values of every item; a list of pages gives an item for each.
pub(crate) async fn run(context: &Context, items: &[Item]) -> Result<Output, NodeError> {
    let mut out = Vec::new();
    for (index, item) in items.iter().enumerate() {
        match one(context, item, index).await {
            Ok(found) => {
                let found = found.into_iter().map(|json| Item::from_json(json).paired(index, 0));
                out.extend(found);
            }
            Err(error) => out.push(fail_or_go_on(context, error, index)?),
        }
    }
    Ok(Output::one(out))
}

async fn one(
    context: &Context,
    item: &Item,
    index: usize,
) -> Result<Vec<Map<String, Value>>, NodeError> {
    let values = context.values(index)?;
    let name = values.required("dataPropertyName")?;
    let pages = match values.text("sourceData").as_str() {
        "binary" => {
            let file = binary::of(item, &name).map_err(|e| e.about(&["dataPropertyName"]))?;
            let content = context.handles.binary.get(file).await?;
            vec![binary::decode(&content, "utf8")]
        }
        _ => match item.json.get(&name) {
            Some(Value::Array(pages)) => pages.iter().map(js::text).collect(),
            Some(page) => vec![js::text(page)],
            None => {
                return Err(NodeError::new(format!("The item has no field {name}"))
                    .hint("Name the field that holds the HTML.")
                    .about(&["dataPropertyName"]));
            }
        },
    };
    let wanted = wanted(&values);
    let flag = |name: &str| option_flag(&values, name).unwrap_or(false);
    let clean = Clean { trim: flag("options.trimValues"), squeeze: flag("options.cleanUpText") };
    pages.iter().map(|page| page_values(page, &wanted, &clean)).collect()
}

fn wanted(values: &Values<'_>) -> Vec<Wanted> {
    let readable = values.version() >= READABLE_TEXT;
    let records = values.records("extractionValues.values").into_iter();
    let one = |record: &Map<String, Value>| {
        let text = |name: &str| record.get(name).map(js::cell).unwrap_or_default();
        let skips = text("skipSelectors");
        let skips = skips.split(',').map(|skip| skip.trim().to_owned());
        Wanted {
            key: text("key"),
            selector: text("cssSelector"),
            take: match text("returnValue").as_str() {
                "attribute" => Take::Attribute(text("attribute")),
                "html" => Take::Html,
                "value" => Take::Value,
                _ if readable => Take::Readable(skips.filter(|skip| !skip.is_empty()).collect()),
                _ => Take::Text,
            },
            every: record.get("returnArray").is_some_and(js::truthy),
        }
    };
    records.map(one).collect()
}

fn page_values(
    page: &str,
    wanted: &[Wanted],
    clean: &Clean,
) -> Result<Map<String, Value>, NodeError> {
    crate::page::check(page)?;
    let document = Document::from(page);
    let mut json = Map::new();
    for (place, wanted) in wanted.iter().enumerate() {
        // A selector that is HTML itself makes the elements it names.
        let made;
        let found = if wanted.selector.trim_start().starts_with('<') {
            crate::page::check(&wanted.selector)?;
            made = Document::fragment(wanted.selector.trim());
            made.root().children().iter().flat_map(content_of).collect()
        } else {
            select(&document, &wanted.selector, place)?
        };
        if wanted.every {
            let each =
                found.iter().map(|node| match value(std::slice::from_ref(node), &wanted.take) {
                    Some(text) => Value::String(clean.text(text)),
                    None => Value::Null,
                });
            json.insert(wanted.key.clone(), Value::Array(each.collect()));
        } else if let Some(text) = value(&found, &wanted.take) {
            json.insert(wanted.key.clone(), Value::String(clean.text(text)));
        }
    }
    Ok(json)
}

/// The elements of a fragment, out of the `html` element that holds them.
fn content_of<'d>(node: &NodeRef<'d>) -> Vec<NodeRef<'d>> {
    match node.node_name().as_deref() {
        Some("html") => node.children(),
        _ => vec![*node],
    }
}

fn select<'d>(
    document: &'d Document,
    selector: &str,
    place: usize,
) -> Result<Vec<NodeRef<'d>>, NodeError> {
    if selector.trim().is_empty() {
        return Ok(Vec::new());
    }
    let matcher = Matcher::new(selector.trim()).map_err(|_| {
        NodeError::new(format!("{selector:?} is no CSS selector"))
            .hint("Write it as in a style sheet: `.price`, `#main > p`, `a[href]`.")
            .about(&["extractionValues", "values", &place.to_string(), "cssSelector"])
    })?;
    Ok(document.select_matcher(&matcher).nodes().to_vec())
}

/// The value of the elements found: all of them for text, else the first.
fn value(found: &[NodeRef<'_>], take: &Take) -> Option<String> {
    let first = found.first();
    let not_empty = |text: String| Some(text).filter(|text| !text.is_empty());
    match take {
        Take::Text => not_empty(found.iter().map(|node| node.text().to_string()).collect()),
        Take::Readable(skips) => {
            let inner = first.map(NodeRef::inner_html).unwrap_or_default();
            Some(to_text::readable(&inner, skips))
        }
        Take::Html => first.and_then(|node| not_empty(node.inner_html().to_string())),
        Take::Attribute(name) => first.and_then(|node| node.attr(name)).map(|v| v.to_string()),
        Take::Value => first.and_then(form_value),
    }
}

/// What a form field would send.
fn form_value(node: &NodeRef<'_>) -> Option<String> {
    let attribute = |node: &NodeRef<'_>| node.attr("value").map(|value| value.to_string());
    match node.node_name().as_deref() {
        Some("textarea") => Some(node.text().to_string()),
        Some("select") => {
            let options = Selection::from(*node).select("option");
            let chosen = options.nodes().iter().find(|option| option.has_attr("selected"));
            let option = chosen.or_else(|| options.nodes().first())?;
            attribute(option).or_else(|| Some(option.text().to_string()))
        }
        _ => attribute(node),
    }
}

impl Clean {
    fn text(&self, text: String) -> String {
        if self.squeeze {
            return text.split_whitespace().collect::<Vec<_>>().join(" ");
        }
        if self.trim { text.trim().to_owned() } else { text }
    }
}
