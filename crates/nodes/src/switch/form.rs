//! What the form of Switch asks for.

use reporunner_model::{ExtraPort, NodeDescription, NodeGroup, PortRule, Property, PropertyKind};
use serde_json::{Value, json};

use crate::form::{self, describe, texts};

const V1: &[f64] = &[1.0];
const V2: &[f64] = &[2.0];
const OLD: &[f64] = &[1.0, 2.0];
const V3: &[f64] = &[3.0, 3.1, 3.2, 3.3, 3.4];

pub(super) fn description() -> NodeDescription {
    NodeDescription {
        summary: "Sends each item to one of several outputs.".to_owned(),
        help: "- **Rules**: each rule has an output. An item goes to the first rule whose \
               conditions it meets; with *All matching outputs* it goes to each of them.\n- \
               **Number**: an expression gives the number of the output, from 0.\n\nItems that \
               meet no rule are dropped, unless *Fallback* gives them an output. Rename outputs \
               to see on the canvas what they are for."
            .to_owned(),
        aliases: texts(&["case", "route", "branch", "condition", "match", "router"]),
        versions: texts(&["1", "2", "3", "3.1", "3.2", "3.3", "3.4"]),
        outputs: outputs(),
        properties: [v3(), old()].concat(),
        example: form::example(json!({
            "rules": { "values": [
                { "id": "1", "renameOutput": true, "outputKey": "paid", "conditions": {
                    "options": { "caseSensitive": true, "typeValidation": "strict", "version": 2 },
                    "combinator": "and",
                    "conditions": [{
                        "id": "1", "leftValue": "={{ $json.status }}", "rightValue": "paid",
                        "operator": { "type": "string", "operation": "equals" }
                    }]
                } }
            ] },
            "options": { "fallbackOutput": "extra" }
        })),
        ..describe("switch", "Switch", NodeGroup::Flow, "split", 190)
    }
}

fn outputs() -> PortRule {
    let by_number = |parameter: &str| PortRule::Count {
        path: texts(&[parameter]),
        default: 4,
        label: String::new(),
    };
    let rules = |key: &str, fallback: &[&str]| PortRule::Records {
        path: texts(&["rules", key]),
        label: "outputKey".to_owned(),
        extra: Some(ExtraPort {
            path: texts(fallback),
            value: Value::from("extra"),
            label: "fallback".to_owned(),
            label_path: texts(&["options", "renameFallbackOutput"]),
        }),
    };
    let by_mode = |number: PortRule, rules: PortRule| PortRule::Choice {
        path: texts(&["mode"]),
        cases: vec![("expression".to_owned(), number)],
        default: Box::new(rules),
    };
    let v2 = by_mode(by_number("outputsAmount"), rules("rules", &["fallbackOutput"]));
    let v3 = by_mode(by_number("numberOutputs"), rules("values", &["options", "fallbackOutput"]));
    PortRule::Choice {
        path: texts(&["@version"]),
        cases: vec![("1".to_owned(), PortRule::named(&["0", "1", "2", "3"])), ("2".to_owned(), v2)],
        default: Box::new(v3),
    }
}

fn mode() -> Property {
    Property::choice("mode", "By", &[("rules", "Rules"), ("expression", "Number")]).fixed()
}

fn v3() -> Vec<Property> {
    let rules = |property: Property| property.show_when("mode", &["rules"]);
    let number = |property: Property| property.show_when("mode", &["expression"]);
    let rule = vec![
        Property::new("conditions", "Conditions", PropertyKind::Conditions),
        Property::toggle("renameOutput", "Name the output", false),
        Property::text("outputKey", "Name"),
    ];
    let properties = vec![
        mode(),
        number(Property::number("numberOutputs", "Outputs", 4.0)).fixed(),
        number(Property::text("output", "Number of the output").required())
            .placeholder("={{ $json.priority }}"),
        rules(Property::records("rules", "Rules", "values", "Add rule", rule)).default_value(
            json!({ "values": [{ "id": "first", "conditions": {
                "options": { "caseSensitive": true, "typeValidation": "strict" },
                "combinator": "and",
                "conditions": [{
                    "id": "first", "leftValue": "", "rightValue": "",
                    "operator": { "type": "string", "operation": "equals" }
                }]
            } }] }),
        ),
        Property::toggle("looseTypeValidation", "Convert types where needed", false)
            .versions(&[3.1, 3.2, 3.3, 3.4]),
        rules(form::options(vec![
            Property::text("fallbackOutput", "Fallback")
                .default_value("none")
                .help("Where items go that meet no rule: none, extra, or the number of an output."),
            Property::text("renameFallbackOutput", "Name of the extra output"),
            Property::toggle("allMatchingOutputs", "All matching outputs", false),
            Property::toggle("ignoreCase", "Capitals do not matter", true),
            Property::toggle("looseTypeValidation", "Convert types where needed", true)
                .versions(&[3.0]),
        ])),
    ];
    properties.into_iter().map(|property| property.versions(V3)).collect()
}

fn old() -> Vec<Property> {
    let rules = |property: Property| property.show_when("mode", &["rules"]);
    let number = |property: Property| property.show_when("mode", &["expression"]);
    let operations = &[
        ("equal", "is equal to"),
        ("notEqual", "is not equal to"),
        ("smaller", "is smaller than"),
        ("smallerEqual", "is at most"),
        ("larger", "is larger than"),
        ("largerEqual", "is at least"),
        ("contains", "contains"),
        ("notContains", "does not contain"),
        ("startsWith", "starts with"),
        ("notStartsWith", "does not start with"),
        ("endsWith", "ends with"),
        ("notEndsWith", "does not end with"),
        ("regex", "matches the pattern"),
        ("notRegex", "does not match the pattern"),
        ("after", "is after"),
        ("before", "is before"),
    ];
    let rule = |last: Property| {
        let operation = Property::choice("operation", "Value 1", operations);
        vec![operation, Property::text("value2", "Value 2"), last]
    };
    let list = |last| rules(Property::records("rules", "Rules", "rules", "Add rule", rule(last)));
    vec![
        mode().versions(OLD),
        number(Property::text("output", "Number of the output").default_value("0")).versions(OLD),
        number(Property::number("outputsAmount", "Outputs", 4.0)).fixed().versions(V2),
        rules(Property::choice(
            "dataType",
            "Type",
            &[
                ("number", "Number"),
                ("string", "Text"),
                ("boolean", "Yes or no"),
                ("dateTime", "Date"),
            ],
        ))
        .versions(OLD),
        rules(Property::text("value1", "Value 1")).versions(OLD),
        list(Property::number("output", "Output", 0.0)).versions(V1),
        list(Property::text("outputKey", "Name of the output")).versions(V2),
        rules(Property::text("fallbackOutput", "Fallback").default_value("-1"))
            .help("Where items go that meet no rule: -1 for nowhere, or the number of an output.")
            .versions(OLD),
    ]
}
