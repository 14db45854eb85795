//! Summarize, Remove Duplicates, Rename Keys, Debug Helper.

use reporunner_model::Item;
use serde_json::{Value, json};

use crate::set::block;
use crate::support::{Bench, case};

#[track_caller]
fn check(node: &'static str, version: &str, params: Value, items: &Value, expect: Value) {
    let got = block(Bench::new().json(case(node, version, params.clone()).items(items.clone())));
    assert_eq!(got, json!([expect]), "{node} {version} {params}");
}

#[track_caller]
fn fails(node: &'static str, version: &str, params: Value, items: Value, message: &str) {
    let error = block(Bench::new().run(case(node, version, params).items(items))).unwrap_err();
    assert_eq!(error.message, message);
}

fn orders() -> Value {
    json!([
        { "who": "Ann", "price": 3, "tag": "a", "at": { "city": "Bonn" } },
        { "who": "Bo", "price": 10, "tag": "", "at": { "city": "Kiel" } },
        { "who": "Ann", "price": "7", "tag": "a" },
        { "who": null, "price": 1, "tag": "b" }
    ])
}

fn wanted(aggregation: &str, field: &str, more: Value) -> Value {
    let mut record = json!({ "aggregation": aggregation, "field": field });
    record.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
    json!({ "values": [record] })
}

#[test]
fn summarize_works_out_each_kind() {
    for (what, field, more, expect) in [
        ("count", "tag", json!({}), json!({ "count_tag": 3 })),
        ("count", "tag", json!({ "includeEmpty": true }), json!({ "count_tag": 4 })),
        ("countUnique", "tag", json!({}), json!({ "unique_count_tag": 2 })),
        ("sum", "price", json!({}), json!({ "sum_price": 14 })),
        ("average", "price", json!({}), json!({ "average_price": 14.0 / 3.0 })),
        ("min", "price", json!({}), json!({ "min_price": 1 })),
        ("max", "price", json!({}), json!({ "max_price": 10 })),
        ("append", "at.city", json!({}), json!({ "appended_at_city": ["Bonn", "Kiel"] })),
        ("concatenate", "tag", json!({}), json!({ "concatenated_tag": "a,a,b" })),
        (
            "concatenate",
            "price",
            json!({ "separateBy": "other", "customSeparator": " + " }),
            json!({ "concatenated_price": "3 + 10 + 7 + 1" }),
        ),
    ] {
        let params = json!({ "fieldsToSummarize": wanted(what, field, more) });
        check("summarize", "1.1", params, &orders(), json!([expect]));
    }
}

#[test]
fn summarize_groups_by_fields() {
    let params = |options: Value| {
        json!({
            "fieldsToSummarize": wanted("count", "price", json!({})),
            "fieldsToSplitBy": "who, tag",
            "options": options
        })
    };
    let flat = |ann: Value| {
        json!([
            { "who": "Ann", "tag": "a", "count_price": 2 },
            { "who": "Bo", "tag": "", "count_price": 1 },
            { "who": ann, "tag": "b", "count_price": 1 }
        ])
    };
    check("summarize", "1.1", params(json!({})), &orders(), flat(Value::Null));
    check("summarize", "1", params(json!({})), &orders(), flat(json!("null")));
    check(
        "summarize",
        "1.1",
        params(json!({ "skipEmptySplitFields": true })),
        &orders(),
        json!([{ "who": "Ann", "tag": "a", "count_price": 2 }]),
    );
    check(
        "summarize",
        "1.1",
        params(json!({ "outputFormat": "singleItem" })),
        &orders(),
        json!([{
            "Ann": { "a": { "count_price": 2 } },
            "Bo": { "": { "count_price": 1 } },
            "null": { "b": { "count_price": 1 } }
        }]),
    );
}

#[test]
fn summarize_tells_of_fields_that_no_item_has() {
    let params = json!({ "fieldsToSummarize": wanted("sum", "total", json!({})) });
    let message = "The field 'total' does not exist in any items";
    fails("summarize", "1", params.clone(), orders(), message);
    let output = block(Bench::new().run(case("summarize", "1.1", params).items(orders()))).unwrap();
    assert_eq!(output.hints, [message]);
    fails("summarize", "1.1", json!({}), orders(), "No field to summarize is named");
}

fn sources(items: &[Item]) -> Vec<Vec<usize>> {
    let of = |item: &Item| item.paired_item.as_ref().unwrap().sources();
    items.iter().map(|item| of(item).into_iter().map(|source| source.item).collect()).collect()
}

#[test]
fn a_group_knows_its_items() {
    let params = json!({
        "fieldsToSummarize": wanted("count", "price", json!({})), "fieldsToSplitBy": "who"
    });
    let output = block(Bench::new().run(case("summarize", "1.1", params).items(orders()))).unwrap();
    assert_eq!(sources(&output.outputs[0]), [vec![0, 2], vec![1], vec![3]]);
}

#[test]
fn duplicates_go_and_the_first_stays() {
    let items = json!([
        { "a": 1, "n": { "x": 1, "y": 1 } },
        { "n": { "y": 1, "x": 1 }, "a": 1.0 },
        { "a": "1", "n": { "x": 1, "y": 1 } },
        { "a": 1, "n": { "x": 1, "y": 2 } }
    ]);
    let at = |indexes: &[usize]| indexes.iter().map(|i| items[*i].clone()).collect::<Value>();
    for (params, expect) in [
        (json!({}), at(&[0, 2, 3])),
        (json!({ "compare": "selectedFields", "fieldsToCompare": "a" }), at(&[0, 2])),
        (json!({ "compare": "selectedFields", "fieldsToCompare": "n.x" }), at(&[0])),
        (json!({ "compare": "allFieldsExcept", "fieldsToExclude": "a" }), at(&[0, 3])),
        (json!({ "compare": "allFieldsExcept", "fieldsToExclude": "n.y" }), at(&[0, 2])),
        (
            json!({ "compare": "selectedFields", "fieldsToCompare": "n.x, a",
                    "options": { "removeOtherFields": true } }),
            json!([{ "n": { "x": 1 }, "a": 1 }, { "n": { "x": 1 }, "a": "1" }]),
        ),
    ] {
        for version in ["1", "1.1", "2"] {
            check("removeDuplicates", version, params.clone(), &items, expect.clone());
        }
    }
    let output = block(Bench::new().run(case("removeDuplicates", "2", json!({})).items(items)));
    assert_eq!(sources(&output.unwrap().outputs[0]), [[0], [2], [3]]);
}

#[test]
fn remove_duplicates_says_what_it_cannot_do() {
    fails(
        "removeDuplicates",
        "2",
        json!({ "compare": "selectedFields" }),
        json!([{}]),
        "No field to compare is named",
    );
    for (logic, parameter, message) in [
        ("removeItemsUpToStoredIncrementalKey", "incrementalDedupeValue", "\"x\" is no number"),
        ("removeItemsUpToStoredDate", "dateDedupeValue", "\"x\" is no date"),
    ] {
        let params = json!({
            "operation": "removeItemsSeenInPreviousExecutions", "logic": logic,
            parameter: "={{ $json.v }}"
        });
        fails("removeDuplicates", "2", params, json!([{ "v": "x" }]), message);
    }
}

#[test]
fn keys_are_renamed_by_name_and_by_pattern() {
    let items = json!([{ "user_name": "Ann", "at": { "user_id": 7, "list": [{ "user_x": 1 }] } }]);
    let key = |old: &str, new: &str| json!({ "key": [{ "currentKey": old, "newKey": new }] });
    let pattern = |search: &str, new: &str, options: Value| {
        json!({ "additionalOptions": { "regexReplacement": { "replacements": [
            { "searchRegex": search, "replaceRegex": new, "options": options }
        ] } } })
    };
    for (params, expect) in [
        (
            json!({ "keys": key("user_name", "name") }),
            json!([{ "at": items[0]["at"], "name": "Ann" }]),
        ),
        (
            json!({ "keys": key("at.user_id", "id") }),
            json!([{ "user_name": "Ann", "at": { "list": [{ "user_x": 1 }] }, "id": 7 }]),
        ),
        (json!({ "keys": key("missing", "x") }), items.clone()),
        (
            pattern("^user_(.*)$", "$1_of", json!({})),
            json!([{ "name_of": "Ann", "at": { "id_of": 7, "list": [{ "x_of": 1 }] } }]),
        ),
        (
            pattern("^USER_", "", json!({ "caseInsensitive": true, "depth": 0 })),
            json!([{ "name": "Ann", "at": items[0]["at"] }]),
        ),
        (pattern("^USER_", "", json!({})), items.clone()),
    ] {
        check("renameKeys", "1", params, &items, expect);
    }
    let broken = pattern("(", "", json!({}));
    fails("renameKeys", "1", broken, items, "The pattern cannot be read");
}

#[test]
fn debug_helper_fails_or_does_nothing() {
    let items = json!([{ "a": 1 }]);
    fails("debugHelper", "1", json!({}), items.clone(), "Node has thrown an error");
    fails("debugHelper", "1", json!({ "throwErrorMessage": "no" }), items.clone(), "no");
    check("debugHelper", "1", json!({ "category": "doNothing" }), &items, items.clone());
    let message = "Debug Helper cannot do oom in this version";
    fails("debugHelper", "1", json!({ "category": "oom" }), items, message);
}
