//! What the form of Merge asks for.

use reporunner_model::{
    Language, NodeDescription, NodeGroup, PortRule, Property, PropertyKind, RequiredInputs, Show,
};
use serde_json::{Value, json};

use crate::form::{self, describe, texts};

const V1: &[f64] = &[1.0];
const V2: &[f64] = &[2.0, 2.1];
const V3: &[f64] = &[3.0, 3.1, 3.2];

pub(super) fn description() -> NodeDescription {
    NodeDescription {
        summary: "Makes one stream of items from several.".to_owned(),
        help: "Waits until every input that is still to come has come.\n\n- **Append**: all \
               items, one input after the other.\n- **Combine** makes one item of two: where \
               fields are equal (as a database joins tables), by position, or every item with \
               every other.\n- **Query**: SQL over the inputs, which are the tables `input1`, \
               `input2` and so on, in SQLite's dialect. Fields that all items have as true or \
               false come back as such under their own names.\n- **Choose**: waits for all inputs and gives the items of \
               one.\n\nWhere both items have a field, the last input's value stands; *Clash \
               handling* changes that."
            .to_owned(),
        aliases: texts(&["join", "combine", "concat", "append", "union", "lookup", "wait"]),
        versions: texts(&["1", "2", "2.1", "3", "3.1", "3.2"]),
        inputs: PortRule::Count {
            path: texts(&["numberInputs"]),
            default: 2,
            label: "Input ".to_owned(),
        },
        required_inputs: vec![RequiredInputs {
            inputs: vec![0, 1],
            show: vec![Show {
                path: texts(&["mode"]),
                values: ["chooseBranch", "passThrough", "wait"].map(Value::from).to_vec(),
                not: false,
            }],
        }],
        properties: v3().into_iter().chain(v2()).chain(v1()).collect(),
        subtitles: texts(&["{mode}"]),
        example: form::example(json!({
            "mode": "combine", "combineBy": "combineByFields", "fieldsToMatchString": "id"
        })),
        ..describe("merge", "Merge", NodeGroup::Flow, "merge", 190)
    }
}

fn joins() -> Vec<Property> {
    let from = |label: &str| {
        Property::choice(
            "outputDataFrom",
            "Data from",
            &[("both", label), ("input1", "Input 1"), ("input2", "Input 2")],
        )
    };
    vec![
        Property::choice(
            "joinMode",
            "Keep",
            &[
                ("keepMatches", "Matches"),
                ("keepNonMatches", "What does not match"),
                ("keepEverything", "Everything"),
                ("enrichInput1", "Input 1, with what matches"),
                ("enrichInput2", "Input 2, with what matches"),
            ],
        ),
        from("Both, as one item").show_when("joinMode", &["keepMatches"]),
        from("Both, one after the other").show_when("joinMode", &["keepNonMatches"]),
    ]
}

fn clash() -> Property {
    let values = vec![
        Property::choice(
            "resolveClash",
            "The value that stands",
            &[
                ("preferLast", "The last input's"),
                ("preferInput1", "Input 1's"),
                ("preferInput2", "Input 2's"),
                ("addSuffix", "Both, under numbered names"),
            ],
        ),
        Property::choice(
            "mergeMode",
            "Nested fields",
            &[("deepMerge", "Are merged too"), ("shallowMerge", "Are replaced as a whole")],
        ),
        Property::toggle("overrideEmpty", "Empty values do not replace others", false),
    ];
    form::group(
        "clashHandling",
        "Clash handling",
        vec![form::group("values", "Clash handling", values)],
    )
}

fn options() -> Property {
    form::options(vec![
        clash(),
        Property::toggle("disableDotNotation", "Dots are part of names", false),
        Property::toggle("fuzzyCompare", "1 equals \"1\", empty equals missing", false),
        Property::choice(
            "multipleMatches",
            "Several matches",
            &[("all", "Take all"), ("first", "Take the first")],
        ),
        Property::toggle("includeUnpaired", "Keep items without a partner", false),
    ])
}

fn query_options() -> Property {
    form::options(vec![
        Property::choice(
            "emptyQueryResult",
            "Where there are no rows",
            &[("empty", "Give no items"), ("success", "Give one item that says so")],
        )
        .versions(&[3.2]),
        Property::text("queryParameters", "Values for ?").help("Separated by commas."),
    ])
}

fn pairs() -> Property {
    let fields = vec![
        Property::text("field1", "Field of input 1").required(),
        Property::text("field2", "Field of input 2").required(),
    ];
    Property::records("mergeByFields", "Fields to match", "values", "Add pair", fields)
}

fn v3() -> Vec<Property> {
    let combine = |property: Property| property.show_when("mode", &["combine"]);
    let by_fields =
        |property: Property| combine(property).show_when("combineBy", &["combineByFields"]);
    let mut properties = vec![
        Property::choice(
            "mode",
            "Mode",
            &[
                ("append", "Append"),
                ("combine", "Combine"),
                ("combineBySql", "Query"),
                ("chooseBranch", "Choose"),
            ],
        )
        .fixed(),
        combine(Property::choice(
            "combineBy",
            "Combine",
            &[
                ("combineByFields", "Where fields are equal"),
                ("combineByPosition", "By position"),
                ("combineAll", "Every item with every other"),
            ],
        )),
        by_fields(Property::toggle("advanced", "The names differ", false)),
        by_fields(form::fields("fieldsToMatchString", "Fields to match").required())
            .show_if("advanced", false),
        by_fields(pairs()).show_if("advanced", true),
    ];
    properties.extend(joins().into_iter().map(by_fields));
    properties.extend([
        Property::choice(
            "output",
            "Give",
            &[("specifiedInput", "The items of one input"), ("empty", "One empty item")],
        )
        .show_when("mode", &["chooseBranch"]),
        Property::number("useDataOfInput", "Input", 1.0)
            .show_when("mode", &["chooseBranch"])
            .show_when("output", &["specifiedInput"]),
        Property::number("numberInputs", "Inputs", 2.0)
            .between(2.0, 10.0)
            .fixed()
            .help("From 2 to 10. Matching fields and all combinations use the first two."),
        Property::new("query", "Query", PropertyKind::Code { language: Language::Sql })
            .required()
            .default_value("SELECT * FROM input1 LEFT JOIN input2 ON input1.name = input2.id")
            .show_when("mode", &["combineBySql"]),
        combine(options()),
        query_options().show_when("mode", &["combineBySql"]),
    ]);
    properties.into_iter().map(|property| property.versions(V3)).collect()
}

fn v2() -> Vec<Property> {
    let combine = |property: Property| property.show_when("mode", &["combine"]);
    let by_fields =
        |property: Property| combine(property).show_when("combinationMode", &["mergeByFields"]);
    let mut properties = vec![
        Property::choice(
            "mode",
            "Mode",
            &[("append", "Append"), ("combine", "Combine"), ("chooseBranch", "Choose")],
        )
        .fixed(),
        combine(Property::choice(
            "combinationMode",
            "Combine",
            &[
                ("mergeByFields", "Where fields are equal"),
                ("mergeByPosition", "By position"),
                ("multiplex", "Every item with every other"),
            ],
        )),
        by_fields(pairs()),
    ];
    properties.extend(joins().into_iter().map(by_fields));
    properties.extend([
        Property::choice(
            "output",
            "Give",
            &[("input1", "Input 1"), ("input2", "Input 2"), ("empty", "One empty item")],
        )
        .show_when("mode", &["chooseBranch"]),
        combine(options()),
    ]);
    properties.into_iter().map(|property| property.versions(V2)).collect()
}

fn v1() -> Vec<Property> {
    let keyed = &["keepKeyMatches", "mergeByKey", "removeKeyMatches"];
    let properties = vec![
        Property::choice(
            "mode",
            "Mode",
            &[
                ("append", "Append"),
                ("mergeByIndex", "By position"),
                ("mergeByKey", "Where fields are equal"),
                ("keepKeyMatches", "Keep matches"),
                ("removeKeyMatches", "Drop matches"),
                ("multiplex", "Every item with every other"),
                ("passThrough", "Give one input"),
                ("wait", "Wait, then one empty item"),
            ],
        )
        .fixed(),
        Property::choice(
            "join",
            "Items without a partner",
            &[("left", "Keep those of input 1"), ("inner", "Drop"), ("outer", "Keep all")],
        )
        .show_when("mode", &["mergeByIndex"]),
        Property::text("propertyName1", "Field of input 1").required().show_when("mode", keyed),
        Property::text("propertyName2", "Field of input 2").required().show_when("mode", keyed),
        Property::choice("output", "Give", &[("input1", "Input 1"), ("input2", "Input 2")])
            .show_when("mode", &["passThrough"]),
        Property::choice(
            "overwrite",
            "Replace values",
            &[("always", "Always"), ("blank", "Where empty"), ("undefined", "Where missing")],
        )
        .show_when("mode", &["mergeByKey"]),
    ];
    properties.into_iter().map(|property| property.versions(V1)).collect()
}
