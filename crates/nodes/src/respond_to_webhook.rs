//! Respond to Webhook: answers the request that started the run.

use async_trait::async_trait;
use reporunner_model::{Effect, Item, NodeDescription, NodeError, NodeGroup, PortRule, Property};
use reporunner_node::{Answer, AnswerBody, Context, Node, Output, Values};
use serde_json::{Value, json};

use crate::form::{self, describe, texts};
use crate::items::{Input, option_number, option_text};
use crate::{binary, js};

pub(crate) struct RespondToWebhook;

#[async_trait]
impl Node for RespondToWebhook {
    fn description(&self) -> NodeDescription {
        let both = PortRule::named(&["input", "response"]);
        let by_option = PortRule::Choice {
            path: texts(&["enableResponseOutput"]),
            cases: vec![("true".to_owned(), both.clone())],
            default: Box::new(PortRule::one()),
        };
        NodeDescription {
            summary: "Answers the request that started the workflow.".to_owned(),
            help: "Works together with a **Webhook** node whose *Answer* is set to this node. \
                   The answer goes out when this node runs; the nodes after it go on \
                   working.\n\n- Only the first item decides on the answer, *All items* answers \
                   with a list of them.\n- Headers and status are under *Options*. Text goes \
                   out as a page; give a `Content-Type` header where it is something \
                   else.\n- A second answer in the same run is an error. If none is given, the \
                   caller gets 200 when the run ends well, else 500."
                .to_owned(),
            aliases: texts(&["reply", "answer", "return", "http", "response"]),
            versions: texts(&["1", "1.1", "1.2", "1.3", "1.4", "1.5"]),
            outputs: PortRule::Choice {
                path: texts(&["@version"]),
                cases: vec![
                    ("1.3".to_owned(), both),
                    ("1.4".to_owned(), by_option.clone()),
                    ("1.5".to_owned(), by_option),
                ],
                default: Box::new(PortRule::one()),
            },
            properties: properties(),
            subtitles: texts(&["{respondWith}"]),
            effect: Effect::Outside,
            example: form::example(json!({
                "respondWith": "json", "responseBody": "{ \"ok\": true }"
            })),
            ..describe("respondToWebhook", "Respond to Webhook", NodeGroup::Network, "reply", 210)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let items = Input::take(context, 0).into_items();
        let values = context.values(0)?;
        let answer = read(&values, &items).map_err(|error| error.at_item(0))?;
        let version = values.version();
        let both = version == 1.3 || (version > 1.3 && values.flag("enableResponseOutput"));
        let sent = both.then(|| sent(&answer));
        context.handles.respond.answer(answer).await?;
        Ok(match sent {
            Some(sent) => Output::many(vec![items, vec![sent.paired(0, 0)]]),
            None => Output::one(items),
        })
    }
}

fn properties() -> Vec<Property> {
    let of = |property: Property, kinds: &[&str]| property.show_when("respondWith", kinds);
    let header = vec![Property::text("name", "Name").required(), Property::text("value", "Value")];
    vec![
        Property::choice(
            "respondWith",
            "Answer with",
            &[
                ("firstIncomingItem", "The first item"),
                ("allIncomingItems", "All items"),
                ("json", "JSON"),
                ("text", "Text"),
                ("binary", "A file"),
                ("redirect", "A redirect"),
                ("noData", "Nothing"),
            ],
        ),
        of(form::json("responseBody", "JSON", "{\n  \"ok\": true\n}"), &["json"]),
        of(form::long("responseBody", "Text"), &["text"]),
        of(Property::text("redirectURL", "Go to").required(), &["redirect"])
            .placeholder("https://example.com/thanks"),
        of(
            Property::choice(
                "responseDataSource",
                "Which file",
                &[("automatically", "The first of the item"), ("set", "Chosen by name")],
            ),
            &["binary"],
        ),
        of(Property::text("inputFieldName", "File of the item").default_value("data"), &["binary"])
            .show_when("responseDataSource", &["set"]),
        Property::toggle("enableResponseOutput", "An output with the answer", false)
            .versions(&[1.4, 1.5]),
        form::options(vec![
            Property::number("responseCode", "Status", 200.0),
            Property::records("responseHeaders", "Headers", "entries", "Add header", header),
            of(
                Property::text("responseKey", "Put it under this key"),
                &["firstIncomingItem", "allIncomingItems"],
            ),
        ]),
    ]
}

fn read(values: &Values<'_>, items: &[Item]) -> Result<Answer, NodeError> {
    let mut headers: Vec<(String, String)> = match values.raw("options.responseHeaders.entries") {
        Some(_) => values
            .records("options.responseHeaders.entries")
            .into_iter()
            .filter_map(|record| {
                let text = |key: &str| record.get(key).map(js::cell).unwrap_or_default();
                let name = text("name");
                (!name.is_empty()).then(|| (name, text("value")))
            })
            .collect(),
        None => Vec::new(),
    };
    let under_key = |value: Value| match option_text(values, "options.responseKey") {
        Some(key) => {
            let mut map = serde_json::Map::new();
            crate::field_path::FieldPath::new(&key, true).set(&mut map, value);
            Value::Object(map)
        }
        None => value,
    };
    let first = items.first().cloned().unwrap_or_default();
    let mut status = 200.0;
    let body = match values.text("respondWith").as_str() {
        "allIncomingItems" => AnswerBody::Json(under_key(Value::Array(
            items.iter().map(|item| Value::from(item.json.clone())).collect(),
        ))),
        "json" => AnswerBody::Json(json_body(values)?),
        "text" => AnswerBody::Text(js::cell(&values.value("responseBody"))),
        "noData" => AnswerBody::Empty,
        "redirect" => {
            status = 307.0;
            headers.push(("location".to_owned(), header_safe(&values.required("redirectURL")?)));
            AnswerBody::Empty
        }
        "binary" => AnswerBody::Binary(file(values, &first)?),
        "jwt" => {
            return Err(NodeError::new(
                "Answers as signed tokens need a secret, which cannot be kept yet",
            )
            .hint("Answer with JSON, or sign the text in a Code node.")
            .about(&["respondWith"]));
        }
        _ => AnswerBody::Json(under_key(first.json.into())),
    };
    let status = option_number(values, "options.responseCode").unwrap_or(status);
    // Those below 200 announce another answer, which never comes.
    if !(200.0..=599.0).contains(&status) {
        return Err(NodeError::new(format!("{status} is no HTTP status to answer with"))
            .hint("Choose a number from 200 to 599.")
            .about(&["options", "responseCode"]));
    }
    Ok(Answer { status: status as u16, headers, body })
}

/// An address as a header can hold it: what is no visible ASCII is percent-encoded.
fn header_safe(address: &str) -> String {
    let mut safe = String::with_capacity(address.len());
    for byte in address.trim().bytes() {
        match byte {
            b'!'..=b'~' => safe.push(char::from(byte)),
            other => safe.push_str(&format!("%{other:02X}")),
        }
    }
    safe
}

fn json_body(values: &Values<'_>) -> Result<Value, NodeError> {
    js::json(&values.value("responseBody")).map_err(|error| {
        NodeError::new("The JSON to answer with is malformed")
            .detail(error.to_string())
            .hint("Look at the place named below. A text that an expression gives needs quotes.")
            .about(&["responseBody"])
    })
}

fn file(values: &Values<'_>, item: &Item) -> Result<reporunner_model::BinaryRef, NodeError> {
    if values.text("responseDataSource") == "set" {
        let name = values.text("inputFieldName");
        return binary::of(item, &name).cloned().map_err(|e| e.about(&["inputFieldName"]));
    }
    let first = item.binary.as_ref().and_then(|files| files.values().next());
    first.cloned().ok_or_else(|| {
        NodeError::new("The first item has no file to answer with")
            .hint("Put a node before this one that makes a file.")
            .about(&["respondWith"])
    })
}

/// The answer as an item, for the second output.
fn sent(answer: &Answer) -> Item {
    let headers: serde_json::Map<String, Value> =
        answer.headers.iter().map(|(k, v)| (k.to_lowercase(), Value::from(v.as_str()))).collect();
    let body = match &answer.body {
        AnswerBody::Json(value) => value.clone(),
        AnswerBody::Text(text) => Value::from(text.as_str()),
        AnswerBody::Binary(file) => json!({ "fileName": file.file_name }),
        AnswerBody::Empty => Value::Null,
    };
    let response = json!({ "body": body, "headers": headers, "statusCode": answer.status });
    Item::from_json(js::object("response", response))
}
