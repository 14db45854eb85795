//! What Wait asks for.

use reporunner_model::{Property, PropertyKind};

use crate::form;
use crate::form_fields::{self, Naming};

const UNITS: &[(&str, &str)] =
    &[("seconds", "Seconds"), ("minutes", "Minutes"), ("hours", "Hours"), ("days", "Days")];

pub(super) fn properties() -> Vec<Property> {
    let mut properties = vec![
        Property::choice(
            "resume",
            "Go on",
            &[
                ("timeInterval", "After a while"),
                ("specificTime", "At a time"),
                ("webhook", "When it is called"),
                ("form", "When a form is sent"),
            ],
        ),
        Property::new("dateTime", "Time", PropertyKind::DateTime)
            .required()
            .show_when("resume", &["specificTime"]),
        Property::number("amount", "Time to wait", 1.0)
            .at_least(0.0)
            .show_when("resume", &["timeInterval"])
            .versions(&[1.0]),
        Property::choice("unit", "Unit", UNITS)
            .default_value("hours")
            .show_when("resume", &["timeInterval"])
            .versions(&[1.0]),
        Property::number("amount", "Time to wait", 5.0)
            .at_least(0.0)
            .show_when("resume", &["timeInterval"])
            .versions(&[1.1]),
        Property::choice("unit", "Unit", UNITS)
            .show_when("resume", &["timeInterval"])
            .versions(&[1.1]),
    ];
    properties.extend(call());
    properties.extend(page());
    properties.extend(limits());
    properties
}

fn call() -> Vec<Property> {
    let shown = |property: Property| property.show_when("resume", &["webhook"]);
    vec![
        shown(Property::choice(
            "incomingAuthentication",
            "Who may call",
            &[
                ("none", "Anyone who knows the address"),
                ("basicAuth", "Who has the name and password"),
                ("headerAuth", "Who sends the header"),
                ("jwtAuth", "Who sends a token"),
            ],
        )),
        shown(Property::choice(
            "httpMethod",
            "Method",
            &[
                ("GET", "GET"),
                ("POST", "POST"),
                ("PUT", "PUT"),
                ("PATCH", "PATCH"),
                ("DELETE", "DELETE"),
                ("HEAD", "HEAD"),
            ],
        )),
        shown(Property::number("responseCode", "Status", 200.0)),
        shown(
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
        ),
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
        // The app reads most of them when a call comes, and knows more than the node.
        shown(form::options(options()).late()),
    ]
}

/// A form that wakes the run.
fn page() -> Vec<Property> {
    let shown = |property: Property| property.show_when("resume", &["form"]);
    vec![
        shown(Property::text("formTitle", "Title").placeholder("Approve the order")),
        shown(form::long("formDescription", "Description"))
            .help("HTML works; scripts, styles and fields are left out."),
        shown(form_fields::property(Naming::Labels)),
        shown(Property::choice(
            "incomingAuthentication",
            "Who may fill it in",
            &[
                ("none", "Anyone who knows the address"),
                ("basicAuth", "Who has the name and password"),
            ],
        ))
        .help("They come from this machine's variables, formUser and formPassword."),
        shown(
            Property::choice(
                "responseMode",
                "Answer",
                &[
                    ("onReceived", "At once"),
                    ("lastNode", "When the workflow finishes"),
                    ("responseNode", "From a Respond to Webhook node"),
                ],
            )
            .fixed(),
        ),
        shown(form::options(vec![
            Property::text("webhookSuffix", "Ending of the address").placeholder("approve"),
            form_fields::ending(),
            Property::toggle("appendAttribution", "Name Reporunner at the foot", true),
        ])),
    ]
}

/// How long it waits for somebody.
fn limits() -> Vec<Property> {
    let shown = |property: Property| property.show_when("resume", &["webhook", "form"]);
    let limited = |property: Property| shown(property).show_if("limitWaitTime", true);
    vec![
        shown(Property::toggle("limitWaitTime", "Wait no longer than", false)),
        limited(Property::choice(
            "limitType",
            "Go on",
            &[("afterTimeInterval", "After a while"), ("atSpecifiedTime", "At a time")],
        )),
        limited(Property::number("resumeAmount", "Time to wait", 1.0).at_least(0.0))
            .show_when("limitType", &["afterTimeInterval"]),
        limited(Property::choice("resumeUnit", "Unit", UNITS).default_value("hours"))
            .show_when("limitType", &["afterTimeInterval"]),
        limited(Property::new("maxDateAndTime", "Time", PropertyKind::DateTime))
            .show_when("limitType", &["atSpecifiedTime"]),
    ]
}

fn options() -> Vec<Property> {
    let header = vec![Property::text("name", "Name").required(), Property::text("value", "Value")];
    vec![
        Property::text("webhookSuffix", "Ending of the address").placeholder("approve"),
        Property::toggle("ignoreBots", "Ignore link previews and robots", false),
        Property::text("onlyRunIf", "Only go on if")
            .placeholder("{{ $json.query.answer === 'yes' }}")
            .help("Other calls are answered with 200, and the run waits on."),
        Property::text("ipWhitelist", "Allowed addresses").placeholder("203.0.113.7, 10.0.0.0/8"),
        Property::toggle("noResponseBody", "Answer without a body", false)
            .show_when("responseMode", &["onReceived"]),
        Property::toggle("rawBody", "Keep the body as it came", false),
        Property::toggle("binaryData", "The body is a file", false).versions(&[1.0]),
        Property::text("binaryPropertyName", "Name for files")
            .default_value("data")
            .help("Files of a form get a number after it, from 0."),
        Property::text("responseData", "Text to answer").show_when("responseMode", &["onReceived"]),
        Property::text("responseContentType", "Content type")
            .show_when("responseData", &["firstEntryJson"]),
        Property::records("responseHeaders", "Headers", "entries", "Add header", header),
        Property::text("responsePropertyName", "Answer only this field")
            .default_value("data")
            .show_when("responseData", &["firstEntryJson"]),
    ]
}
