//! What the form of Edit Fields asks for.

use reporunner_model::{NodeDescription, NodeGroup, Property, PropertyKind};
use serde_json::json;

use crate::form::{self, describe, texts};

const OLD: &[f64] = &[3.0, 3.1, 3.2];
const NEW: &[f64] = &[3.3, 3.4, 3.5];
const LEGACY: &[f64] = &[1.0, 2.0];
const SINCE_3: &[f64] = &[3.0, 3.1, 3.2, 3.3, 3.4, 3.5];

pub(super) fn description() -> NodeDescription {
    NodeDescription {
        summary: "Sets fields of each item and chooses which others are kept.".to_owned(),
        help: "Add a field, choose its type and type a value, or an expression such as \
               `{{ $json.price * 1.2 }}`.\n\n- A name with dots, `address.city`, sets a nested \
               field; an option switches that off.\n- By default only the fields you set come \
               out. Switch on *Keep other fields* to add to the item instead.\n- **JSON** mode \
               takes a whole object; expressions may stand anywhere in it.\n\nA value that does \
               not fit its type is an error, unless the option *Ignore type errors* is on."
            .to_owned(),
        aliases: texts(&["set", "map", "transform", "rename", "variable", "json", "edit"]),
        versions: texts(&["1", "2", "3", "3.1", "3.2", "3.3", "3.4", "3.5"]),
        properties: properties(),
        example: form::example(json!({
            "assignments": { "assignments": [
                { "id": "1", "name": "greeting", "value": "Hello", "type": "string" }
            ] }
        })),
        ..describe("set", "Edit Fields", NodeGroup::Data, "pencil", 28)
    }
}

fn properties() -> Vec<Property> {
    let mut properties = vec![
        Property::choice("mode", "Mode", &[("manual", "Fields"), ("raw", "JSON")])
            .versions(SINCE_3)
            .fixed(),
        form::json("jsonOutput", "JSON", "{\n  \"field\": \"value\"\n}")
            .late()
            .show_when("mode", &["raw"])
            .versions(SINCE_3)
            .help("One object. Expressions in {{ }} may stand anywhere in it."),
        Property::new("assignments", "Fields", PropertyKind::Assignments)
            .show_when("mode", &["manual"])
            .versions(NEW),
        old_fields().show_when("mode", &["manual"]).versions(OLD),
        Property::toggle("includeOtherFields", "Keep other fields", false).versions(NEW),
        Property::choice(
            "include",
            "Which other fields",
            &[("all", "All"), ("selected", "Only these"), ("except", "All but these")],
        )
        .versions(NEW)
        .show_if("includeOtherFields", true),
        Property::choice(
            "include",
            "Fields to keep",
            &[
                ("all", "All"),
                ("none", "None"),
                ("selected", "Only these"),
                ("except", "All but these"),
            ],
        )
        .versions(OLD),
        form::fields("includeFields", "Fields to keep")
            .show_when("include", &["selected"])
            .versions(SINCE_3),
        form::fields("excludeFields", "Fields to drop")
            .show_when("include", &["except"])
            .versions(SINCE_3),
        Property::toggle("duplicateItem", "Repeat items (only in runs by hand)", false)
            .versions(SINCE_3),
        Property::number("duplicateCount", "Further copies of each item", 0.0)
            .show_if("duplicateItem", true)
            .versions(SINCE_3),
    ];
    properties.extend(legacy());
    properties.push(form::options(vec![
        Property::toggle("dotNotation", "Dots lead into nested fields", true),
        Property::toggle("ignoreConversionErrors", "Ignore type errors", false)
            .show_when("mode", &["manual"])
            .versions(SINCE_3),
        Property::toggle("stripBinary", "Drop files", true).versions(&[3.4, 3.5]),
        Property::toggle("includeBinary", "Keep files", true).versions(&[3.0, 3.1, 3.2, 3.3]),
    ]));
    properties
}

fn old_fields() -> Property {
    let value = |name: &str| Property::text(name, "Value").show_when("type", &[name]);
    Property::records(
        "fields",
        "Fields",
        "values",
        "Add field",
        vec![
            Property::text("name", "Name").required(),
            Property::choice(
                "type",
                "Type",
                &[
                    ("stringValue", "Text"),
                    ("numberValue", "Number"),
                    ("booleanValue", "Yes or no"),
                    ("arrayValue", "List"),
                    ("objectValue", "Object"),
                ],
            ),
            value("stringValue"),
            value("numberValue"),
            value("booleanValue").default_value("true"),
            value("arrayValue"),
            form::json("objectValue", "Value", "{}").show_when("type", &["objectValue"]),
        ],
    )
}

fn legacy() -> Vec<Property> {
    vec![
        Property::toggle("keepOnlySet", "Keep only the fields set here", false).versions(LEGACY),
        Property::new("values", "Fields", PropertyKind::Json)
            .default_value(json!({}))
            .help("Lists of { name, value } under boolean, number and string.")
            .versions(LEGACY),
    ]
}
