//! What the form of Compare Datasets asks for.

use reporunner_model::{NodeDescription, NodeGroup, PortRule, Property};
use serde_json::json;

use crate::form::{self, describe, texts};

const OLD: &[f64] = &[1.0, 2.0];
const NEW: &[f64] = &[2.1, 2.2, 2.3];
const SINCE_2: &[f64] = &[2.0, 2.1, 2.2, 2.3];

pub(super) fn description() -> NodeDescription {
    NodeDescription {
        summary: "Sorts items by whether two inputs both have them, and the same.".to_owned(),
        help: "Name the field by which an item of A belongs to one of B, such as an id. Then:\n\n\
               - **In A only** and **In B only**: what the other input does not have.\n\
               - **Same**: what both have, equal in every field.\n\
               - **Different**: what both have, but not equal.\n\nUse it to bring two systems \
               to the same state: make what is missing, update what differs."
            .to_owned(),
        aliases: texts(&["diff", "sync", "compare", "match", "changes", "difference"]),
        versions: texts(&["1", "2", "2.1", "2.2", "2.3"]),
        inputs: PortRule::named(&["Input A", "Input B"]),
        outputs: PortRule::named(&["In A only", "Same", "Different", "In B only"]),
        properties: properties(),
        example: form::example(json!({
            "mergeByFields": { "values": [{ "field1": "id", "field2": "id" }] }
        })),
        ..describe("compareDatasets", "Compare Datasets", NodeGroup::Flow, "columns-2", 190)
    }
}

fn properties() -> Vec<Property> {
    let resolve = |choices: [(&str, &str); 4], versions| {
        Property::choice("resolve", "Where they differ, give", &choices).versions(versions)
    };
    let (first, second) = (("preferInput1", "A's item"), ("preferInput2", "B's item"));
    let mix = ("mix", "One's item, some fields of the other's");
    let both = ("includeBoth", "Both, field by field");
    let pair = vec![
        Property::text("field1", "Field of A").required(),
        Property::text("field2", "Field of B").required(),
    ];
    vec![
        Property::records("mergeByFields", "Fields to match", "values", "Add pair", pair),
        resolve([second, first, mix, both], OLD),
        resolve([both, first, second, mix], NEW),
        Property::choice("preferWhenMix", "Prefer", &[("input1", "A"), ("input2", "B")])
            .show_when("resolve", &["mix"]),
        form::fields("exceptWhenMix", "But take these of the other").show_when("resolve", &["mix"]),
        Property::toggle("fuzzyCompare", "1 equals \"1\", empty equals missing", false)
            .versions(SINCE_2),
        form::options(vec![
            form::fields("skipFields", "Fields that may differ"),
            Property::toggle("fuzzyCompare", "1 equals \"1\", empty equals missing", false)
                .versions(&[1.0]),
            Property::toggle("disableDotNotation", "Dots are part of names", false),
            Property::choice(
                "multipleMatches",
                "Several matches",
                &[("first", "Compare with the first"), ("all", "Compare with all")],
            ),
        ]),
    ]
}
