//! Webhook: starts a run for each request to an address. When it runs, it gives on the item made
//! of the request; listening is the app's business.

use async_trait::async_trait;
use reporunner_model::{
    NodeDescription, NodeError, NodeGroup, Port, PortRule, Property, PropertyKind,
};
use reporunner_node::{Context, Node, Output};
use serde_json::{Value, json};

use crate::form::{self, describe, texts};
use crate::items::Input;

pub(crate) struct Webhook;

const METHODS: &[(&str, &str)] = &[
    ("GET", "GET"),
    ("POST", "POST"),
    ("PUT", "PUT"),
    ("PATCH", "PATCH"),
    ("DELETE", "DELETE"),
    ("HEAD", "HEAD"),
];

#[async_trait]
impl Node for Webhook {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Starts the workflow when a request comes to an address.".to_owned(),
            help: "Choose a path; the panel shows the whole address. The test address listens \
                   for two minutes after you press *Listen* and takes one call; the live address \
                   works while the workflow is live on this machine.\n\n\
                   The item holds `headers`, `params`, `query` and `body`. JSON, forms and text \
                   are read; files that were sent, and bodies of any other type, are files of \
                   the item. The file of a form is called like its field.\n\n\
                   **Answer** says what the caller gets: at once, when the last node is done, \
                   or from a **Respond to Webhook** node. A caller who leaves early does not \
                   stop the run.\n\n\
                   - With several methods, the node has an output for each.\n\
                   - Robots, addresses and pages of other sites can be kept out under \
                   *Options*. *Allowed addresses* looks at who is connected: behind a tunnel \
                   that is the tunnel.\n\
                   - Status and headers of the answer may be expressions about the request; \
                   `$json` is the item."
                .to_owned(),
            aliases: texts(&["http", "trigger", "endpoint", "api", "callback", "hook", "listen"]),
            versions: texts(&["1", "1.1", "2", "2.1"]),
            inputs: PortRule::none(),
            outputs: PortRule::Choice {
                path: texts(&["multipleMethods"]),
                cases: vec![(
                    "true".to_owned(),
                    PortRule::Records {
                        path: texts(&["httpMethod"]),
                        label: String::new(),
                        extra: None,
                    },
                )],
                default: Box::new(PortRule::Fixed { ports: vec![Port::main("")] }),
            },
            properties: properties(),
            subtitles: texts(&["{httpMethod} /{path}"]),
            example: form::example(json!({ "httpMethod": "POST", "path": "orders" })),
            ..describe("webhook", "Webhook", NodeGroup::Trigger, "webhook", 268)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let items = Input::take(context, 0).into_items();
        let values = context.values(0)?;
        let methods = values.names("httpMethod");
        if !values.flag("multipleMethods") || methods.len() < 2 {
            return Ok(Output::one(items));
        }
        // One output for each method. An item without one comes from a person who tries it out.
        let mut outputs = vec![Vec::new(); methods.len()];
        for item in items {
            let method = item.json.get("httpMethod").and_then(Value::as_str);
            let at = methods.iter().position(|known| Some(known.as_str()) == method);
            outputs[at.unwrap_or(0)].push(item);
        }
        Ok(Output::many(outputs))
    }
}

fn properties() -> Vec<Property> {
    let many = METHODS.iter().map(|(value, label)| reporunner_model::Choice {
        value: Value::from(*value),
        label: (*label).to_owned(),
        help: String::new(),
    });
    let many = PropertyKind::MultiChoice { options: many.collect() };
    vec![
        Property::choice("httpMethod", "Method", METHODS).fixed().show_if("multipleMethods", false),
        Property::new("httpMethod", "Methods", many)
            .default_value(json!(["GET", "POST"]))
            .fixed()
            .show_if("multipleMethods", true),
        Property::text("path", "Path")
            .required()
            .fixed()
            .placeholder("orders/:id")
            .help("Parts that begin with a colon take any value and appear under params."),
        Property::choice(
            "authentication",
            "Who may call",
            &[
                ("none", "Anyone"),
                ("basicAuth", "Who has the name and password"),
                ("headerAuth", "Who sends the header"),
            ],
        )
        .fixed(),
        Property::choice(
            "responseMode",
            "Answer",
            &[
                ("onReceived", "At once"),
                ("lastNode", "When the last node is done"),
                ("responseNode", "From a Respond to Webhook node"),
            ],
        )
        .fixed(),
        Property::number("responseCode", "Status", 200.0).versions(&[1.0, 1.1]),
        Property::choice(
            "responseData",
            "What is answered",
            &[
                ("firstEntryJson", "The first item"),
                ("allEntries", "All items"),
                ("firstEntryBinary", "The first item's file"),
                ("noData", "Nothing"),
            ],
        )
        .show_when("responseMode", &["lastNode"]),
        Property::text("responseBinaryPropertyName", "File of the item")
            .default_value("data")
            .show_when("responseData", &["firstEntryBinary"]),
        Property::toggle("multipleMethods", "Several methods", false).fixed(),
        // The app reads them when a request comes, and knows more than the node.
        form::options(options()).late(),
    ]
}

fn options() -> Vec<Property> {
    let header = vec![Property::text("name", "Name").required(), Property::text("value", "Value")];
    let status = vec![
        Property::new("responseCode", "Status", statuses()).default_value(200),
        Property::number("customCode", "Other status", 200.0)
            .show_when("options.responseCode.values.responseCode", &["customCode"]),
    ];
    vec![
        form::group("responseCode", "Status", vec![form::group("values", "Status", status)])
            .versions(&[2.0, 2.1]),
        Property::records("responseHeaders", "Headers", "entries", "Add header", header),
        Property::text("responseData", "Text to answer")
            .show_when("responseMode", &["onReceived"])
            .help("A browser shows it as a page."),
        Property::toggle("noResponseBody", "Answer without a body", false)
            .show_when("responseMode", &["onReceived"]),
        Property::text("responsePropertyName", "Answer only this field")
            .default_value("data")
            .show_when("responseData", &["firstEntryJson"]),
        Property::text("responseContentType", "Content type")
            .show_when("responseData", &["firstEntryJson"]),
        Property::toggle("rawBody", "Keep the body as it came", false),
        Property::toggle("binaryData", "The body is a file", false).versions(&[1.0]),
        Property::text("binaryPropertyName", "Name for files")
            .default_value("data")
            .help("Files of a form get a number after it, from 0."),
        Property::text("allowedOrigins", "Allowed origins (CORS)")
            .default_value("*")
            .help("Pages of other sites are refused. Separate several by commas."),
        Property::text("ipWhitelist", "Allowed addresses").placeholder("203.0.113.7, 10.0.0.0/8"),
        Property::toggle("ignoreBots", "Ignore link previews and robots", false),
        Property::text("onlyRunIf", "Only run if")
            .placeholder("{{ $json.body.kind === 'order' }}")
            .help("Other requests are answered with 200 and start nothing."),
    ]
}

fn statuses() -> PropertyKind {
    let known = [
        (200, "200 OK"),
        (201, "201 Created"),
        (204, "204 No content"),
        (301, "301 Moved for good"),
        (302, "302 Found elsewhere"),
        (304, "304 Not changed"),
        (400, "400 Bad request"),
        (401, "401 Not signed in"),
        (403, "403 Forbidden"),
        (404, "404 Not found"),
    ];
    let choice = |value: Value, label: &str| reporunner_model::Choice {
        value,
        label: label.to_owned(),
        help: String::new(),
    };
    let mut options: Vec<_> =
        known.iter().map(|(code, label)| choice(Value::from(*code), label)).collect();
    options.push(choice(Value::from("customCode"), "Another one"));
    PropertyKind::Choice { options }
}
