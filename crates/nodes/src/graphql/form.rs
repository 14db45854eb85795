//! What the form of GraphQL asks for.

use reporunner_model::{Effect, NodeDescription, NodeGroup, Property};
use serde_json::json;

use crate::form::{self, describe, texts};

pub(super) fn description() -> NodeDescription {
    NodeDescription {
        summary: "Sends a GraphQL query and gives what comes back.".to_owned(),
        help: "Runs once for each item. The answer is given as it comes: what was asked for is \
               under `data`.\n\n- **Variables** keep values out of the query text: write `$id` in \
               the query and `{\"id\": 7}` here.\n- An answer that lists `errors` fails the node \
               with the server's own words.\n- Queries run several at a time; as soon as the text \
               has a mutation, one after the other.\n- Take *JSON* as the request format where \
               you can: few servers read a bare query."
            .to_owned(),
        aliases: texts(&["api", "query", "mutation", "graph", "shopify", "github"]),
        versions: texts(&["1", "1.1"]),
        properties: properties(),
        subtitles: texts(&["{endpoint}"]),
        effect: Effect::Outside,
        example: form::example(json!({
            "endpoint": "https://countries.trevorblades.com/",
            "query": "query ($code: ID!) {\n  country(code: $code) { name capital }\n}",
            "variables": "{ \"code\": \"IS\" }"
        })),
        ..describe("graphql", "GraphQL", NodeGroup::Network, "brand-graphql", 320)
    }
}

fn properties() -> Vec<Property> {
    let posted = |property: Property| property.show_when("requestMethod", &["POST"]);
    let in_json = |property: Property| posted(property).show_when("requestFormat", &["json"]);
    let json_format = ("json", "JSON");
    let bare_format = ("graphql", "Bare query");
    let format = |options: &[(&str, &str)], version: f64| {
        posted(Property::choice("requestFormat", "Request format", options)).versions(&[version])
    };
    vec![
        Property::choice(
            "authentication",
            "Authentication",
            &[
                ("none", "None"),
                ("basicAuth", "Name and password"),
                ("headerAuth", "Header"),
                ("queryAuth", "Query parameter"),
                ("oAuth2", "OAuth 2"),
                ("oAuth1", "OAuth 1"),
                ("digestAuth", "Digest"),
                ("customAuth", "Custom"),
                ("predefinedCredentialType", "Account of a service"),
            ],
        )
        .fixed(),
        Property::text("nodeCredentialType", "Service")
            .fixed()
            .show_when("authentication", &["predefinedCredentialType"]),
        Property::choice("requestMethod", "Method", &[("POST", "POST"), ("GET", "GET")])
            .default_value("POST"),
        Property::text("endpoint", "Endpoint")
            .required()
            .placeholder("https://example.com/graphql"),
        Property::toggle("allowUnauthorizedCerts", "Accept any certificate", false)
            .help("Anyone in between can then read and change what is sent."),
        format(&[bare_format, json_format], 1.0),
        format(&[json_format, bare_format], 1.1),
        form::long("query", "Query").required().placeholder("query { viewer { login } }"),
        in_json(form::json("variables", "Variables", "")).placeholder("{ \"first\": 10 }"),
        in_json(Property::text("operationName", "Operation name"))
            .help("Which one runs, where the query text holds several."),
        Property::choice(
            "responseFormat",
            "Response format",
            &[("json", "JSON"), ("string", "Text")],
        ),
        Property::text("dataPropertyName", "Put it in the field")
            .default_value("data")
            .required()
            .show_when("responseFormat", &["string"]),
        Property::records(
            "headerParametersUi",
            "Headers",
            "parameter",
            "Add header",
            vec![Property::text("name", "Name").required(), Property::text("value", "Value")],
        ),
    ]
}
