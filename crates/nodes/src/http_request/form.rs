//! What the form of HTTP Request asks for.

use reporunner_model::{Effect, NodeDescription, NodeGroup, Property, PropertyKind, Show};
use serde_json::{Value, json};

use crate::form::{self, describe, texts};

const LEGACY: &[f64] = &[1.0, 2.0];
const CURRENT: &[f64] = &[3.0, 4.0, 4.1, 4.2, 4.3, 4.4, 4.5];

pub(super) fn description() -> NodeDescription {
    NodeDescription {
        summary: "Sends a request to a URL and gives what comes back.".to_owned(),
        help: "Runs once for each item; expressions may stand in every field.\n\n- JSON answers \
               become items: a list becomes one item for each element.\n- Text is put in a \
               field, files become files of the item.\n- An answer of 400 or above is an error, \
               unless *Never an error* is on.\n- **Pagination** asks for page after page: use \
               `$pageCount` and `$response` in its expressions.\n- **Batching** sends some \
               items at a time with a pause between, for services that limit their rate."
            .to_owned(),
        aliases: texts(&["http", "api", "rest", "curl", "fetch", "get", "post", "url", "call"]),
        versions: texts(&["1", "2", "3", "4", "4.1", "4.2", "4.3", "4.4", "4.5"]),
        properties: properties(),
        subtitles: texts(&["{method} {url}", "{requestMethod} {url}"]),
        effect: Effect::Outside,
        example: form::example(json!({ "method": "GET", "url": "https://example.com/" })),
        ..describe("httpRequest", "HTTP Request", NodeGroup::Network, "globe", 210)
    }
}

fn properties() -> Vec<Property> {
    let mut all = vec![
        methods("method", &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
            .versions(CURRENT),
        methods("requestMethod", &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
            .versions(LEGACY),
        Property::text("url", "URL").required().placeholder("https://example.com/api/orders"),
    ];
    all.extend(authentication());
    all.extend(query().into_iter().chain(headers()).chain(body()).map(|p| p.versions(CURRENT)));
    all.push(form::options(options()).late().versions(CURRENT));
    all.extend(legacy().into_iter().map(|property| property.versions(LEGACY)));
    all
}

fn methods(name: &str, methods: &[&str]) -> Property {
    let options: Vec<(&str, &str)> = methods.iter().map(|m| (*m, *m)).collect();
    Property::choice(name, "Method", &options)
}

fn authentication() -> Vec<Property> {
    vec![
        Property::choice(
            "authentication",
            "Authentication",
            &[
                ("none", "None"),
                ("genericCredentialType", "Key or password"),
                ("predefinedCredentialType", "Account of a service"),
            ],
        )
        .fixed(),
        Property::choice(
            "genericAuthType",
            "Kind",
            &[
                ("httpBasicAuth", "Name and password"),
                ("httpHeaderAuth", "Header"),
                ("httpQueryAuth", "Query parameter"),
                ("httpBearerAuth", "Bearer token"),
                ("oAuth2Api", "OAuth 2"),
            ],
        )
        .fixed()
        .show_when("authentication", &["genericCredentialType"]),
        Property::text("nodeCredentialType", "Service")
            .fixed()
            .show_when("authentication", &["predefinedCredentialType"]),
    ]
}

fn pairs(name: &str, label: &str, key: &str, add: &str) -> Property {
    let fields = vec![Property::text("name", "Name").required(), Property::text("value", "Value")];
    Property::records(name, label, key, add, fields)
}

const BY: &[(&str, &str)] = &[("keypair", "Fields"), ("json", "JSON")];

fn query() -> Vec<Property> {
    let on = |property: Property| property.show_if("sendQuery", true);
    vec![
        Property::toggle("sendQuery", "Query parameters", false).fixed(),
        on(Property::choice("specifyQuery", "Given as", BY)),
        on(pairs("queryParameters", "Parameters", "parameters", "Add parameter"))
            .show_when("specifyQuery", &["keypair"]),
        on(form::json("jsonQuery", "JSON", "")).show_when("specifyQuery", &["json"]),
    ]
}

fn headers() -> Vec<Property> {
    let on = |property: Property| property.show_if("sendHeaders", true);
    vec![
        Property::toggle("sendHeaders", "Headers", false).fixed(),
        on(Property::choice("specifyHeaders", "Given as", BY)),
        on(pairs("headerParameters", "Headers", "parameters", "Add header"))
            .show_when("specifyHeaders", &["keypair"]),
        on(form::json("jsonHeaders", "JSON", "")).show_when("specifyHeaders", &["json"]),
    ]
}

fn body() -> Vec<Property> {
    let on = |property: Property| property.show_if("sendBody", true);
    let of = |property: Property, kind: &[&str]| on(property).show_when("contentType", kind);
    let multipart = vec![
        Property::choice(
            "parameterType",
            "Type",
            &[("formData", "Text"), ("formBinaryData", "File")],
        ),
        Property::text("name", "Name").required(),
        Property::text("value", "Value").show_when("parameterType", &["formData"]),
        Property::text("inputDataFieldName", "File of the item")
            .placeholder("data")
            .show_when("parameterType", &["formBinaryData"]),
    ];
    vec![
        Property::toggle("sendBody", "Body", false).fixed(),
        on(Property::choice(
            "contentType",
            "Body type",
            &[
                ("json", "JSON"),
                ("form-urlencoded", "Form"),
                ("multipart-form-data", "Form with files"),
                ("binaryData", "File"),
                ("raw", "Other text"),
            ],
        )),
        of(Property::choice("specifyBody", "Given as", BY), &["json"]),
        of(
            Property::choice(
                "specifyBody",
                "Given as",
                &[("keypair", "Fields"), ("string", "Text")],
            ),
            &["form-urlencoded"],
        ),
        of(
            pairs("bodyParameters", "Fields", "parameters", "Add field"),
            &["json", "form-urlencoded"],
        )
        .show_when("specifyBody", &["keypair"]),
        of(
            Property::records("bodyParameters", "Fields", "parameters", "Add field", multipart),
            &["multipart-form-data"],
        ),
        of(form::json("jsonBody", "JSON", ""), &["json"]).show_when("specifyBody", &["json"]),
        of(Property::text("rawContentType", "Content type"), &["raw"]).placeholder("text/html"),
        of(form::long("body", "Body"), &["raw"]),
        of(form::long("body", "Body"), &["form-urlencoded"])
            .placeholder("name=Ada&city=London")
            .show_when("specifyBody", &["string"]),
        of(Property::text("inputDataFieldName", "File of the item").required(), &["binaryData"])
            .placeholder("data"),
    ]
}

fn options() -> Vec<Property> {
    vec![
        form::group(
            "batching",
            "Batching",
            vec![form::group(
                "batch",
                "Batching",
                vec![
                    Property::number("batchSize", "Items per batch", 50.0),
                    Property::number("batchInterval", "Pause between batches, ms", 1000.0),
                ],
            )],
        ),
        Property::number("timeout", "Timeout, ms", 10_000.0)
            .help("Time for the whole exchange. Five minutes where it is not set."),
        form::group(
            "redirect",
            "Redirects",
            vec![form::group(
                "redirect",
                "Redirects",
                vec![
                    Property::toggle("followRedirects", "Follow redirects", true),
                    Property::number("maxRedirects", "At most", 21.0),
                ],
            )],
        ),
        form::group("response", "Response", vec![form::group("response", "Response", response())]),
        form::group(
            "pagination",
            "Pagination",
            vec![form::group("pagination", "Pagination", pagination())],
        ),
        Property::choice(
            "queryParameterArrays",
            "Lists in query parameters",
            &[("brackets", "a[]=1&a[]=2"), ("repeat", "a=1&a=2"), ("indices", "a[0]=1&a[1]=2")],
        )
        .show_if("sendQuery", true),
        Property::toggle("allowUnauthorizedCerts", "Accept any certificate", false)
            .help("Anyone in between can then read and change what is sent."),
        Property::text("proxy", "Proxy").placeholder("http://127.0.0.1:8080"),
        Property::toggle("lowercaseHeaders", "Header names in small letters", true),
    ]
}

fn response() -> Vec<Property> {
    vec![
        Property::choice(
            "responseFormat",
            "Format",
            &[("autodetect", "Detect"), ("json", "JSON"), ("text", "Text"), ("file", "File")],
        ),
        Property::text("outputPropertyName", "Put it in the field").default_value("data"),
        Property::toggle("fullResponse", "Status and headers too", false),
        Property::toggle("neverError", "Never an error", false)
            .help("Gives every answer, whatever its status."),
    ]
}

fn pagination() -> Vec<Property> {
    let mode = "options.pagination.pagination.paginationMode";
    let when = "options.pagination.pagination.paginationCompleteWhen";
    let on = |mut property: Property| {
        property.show.push(Show {
            path: mode.split('.').map(str::to_owned).collect(),
            values: vec![Value::from("off")],
            not: true,
        });
        property
    };
    let parameter = vec![
        Property::choice(
            "type",
            "Where",
            &[("qs", "Query"), ("headers", "Header"), ("body", "Body")],
        ),
        Property::text("name", "Name").required(),
        Property::text("value", "Value").late().placeholder("={{ $pageCount + 1 }}"),
    ];
    vec![
        Property::choice(
            "paginationMode",
            "Mode",
            &[
                ("updateAParameterInEachRequest", "Change a parameter"),
                ("responseContainsNextURL", "The answer has the next URL"),
                ("off", "Off"),
            ],
        ),
        Property::text("nextURL", "Next URL")
            .late()
            .placeholder("={{ $response.body.next }}")
            .show_when(mode, &["responseContainsNextURL"]),
        Property::records("parameters", "Parameters", "parameters", "Add parameter", parameter)
            .late()
            .show_when(mode, &["updateAParameterInEachRequest"]),
        on(Property::choice(
            "paginationCompleteWhen",
            "Ends when",
            &[
                ("responseIsEmpty", "The answer is empty"),
                ("receiveSpecificStatusCodes", "A certain status comes"),
                ("other", "An expression is true"),
            ],
        )),
        on(Property::text("statusCodesWhenComplete", "Status codes"))
            .placeholder("404, 410")
            .show_when(when, &["receiveSpecificStatusCodes"]),
        on(Property::text("completeExpression", "Ends when true"))
            .late()
            .placeholder("={{ !$response.body.next }}")
            .show_when(when, &["other"]),
        on(Property::toggle("limitPagesFetched", "Limit the pages", false)),
        on(Property::number("maxRequests", "Most pages", 100.0))
            .show_if("options.pagination.pagination.limitPagesFetched", true),
        on(Property::number("requestInterval", "Pause between pages, ms", 0.0)),
    ]
}

fn legacy() -> Vec<Property> {
    let bodies = |property: Property| {
        property.show_when("requestMethod", &["PATCH", "POST", "PUT", "DELETE"])
    };
    let list = |name: &str, label: &str| {
        pairs(name, label, "parameter", "Add").show_if("jsonParameters", false)
    };
    let json =
        |name: &str, label: &str| form::json(name, label, "").show_if("jsonParameters", true);
    vec![
        Property::toggle("allowUnauthorizedCerts", "Accept any certificate", false),
        Property::choice(
            "responseFormat",
            "Response format",
            &[("json", "JSON"), ("string", "Text"), ("file", "File")],
        ),
        Property::text("dataPropertyName", "Put it in the field")
            .default_value("data")
            .show_when("responseFormat", &["string", "file"]),
        Property::toggle("jsonParameters", "Give parameters as JSON", false),
        bodies(Property::toggle("sendBinaryData", "Send a file", false))
            .show_if("jsonParameters", true),
        bodies(Property::text("binaryPropertyName", "File of the item").default_value("data"))
            .show_if("sendBinaryData", true),
        bodies(json("bodyParametersJson", "Body")),
        bodies(list("bodyParametersUi", "Body")),
        json("headerParametersJson", "Headers"),
        list("headerParametersUi", "Headers"),
        json("queryParametersJson", "Query parameters"),
        list("queryParametersUi", "Query parameters"),
        form::options(legacy_options()),
    ]
}

fn legacy_options() -> Vec<Property> {
    vec![
        Property::number("batchSize", "Items per batch", 50.0),
        Property::number("batchInterval", "Pause between batches, ms", 1000.0),
        Property::choice(
            "bodyContentType",
            "Body type",
            &[
                ("json", "JSON"),
                ("raw", "Other text"),
                ("multipart-form-data", "Form with files"),
                ("form-urlencoded", "Form"),
            ],
        ),
        Property::text("bodyContentCustomMimeType", "Content type"),
        Property::toggle("fullResponse", "Status and headers too", false),
        Property::toggle("followAllRedirects", "Follow redirects of every method", false),
        Property::toggle("followRedirect", "Follow redirects of GET and HEAD", true),
        Property::toggle("ignoreResponseCode", "Never an error", false),
        Property::new("proxy", "Proxy", PropertyKind::Text { multiline: false, secret: false }),
        Property::toggle("splitIntoItems", "A list becomes several items", false),
        Property::number("timeout", "Timeout, ms", 10_000.0),
        Property::toggle("useQueryString", "Lists as repeated parameters", false),
    ]
}
