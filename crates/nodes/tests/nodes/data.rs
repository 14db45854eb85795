//! Split Out, Aggregate, Sort, Limit, No Operation, Stop and Error.

use serde_json::{Value, json};

use crate::set::block;
use crate::support::{Bench, case};

#[track_caller]
fn check(node: &'static str, params: Value, items: Value, expect: Value) {
    let got = block(Bench::new().json(case(node, "1", params).items(items)));
    assert_eq!(got, json!([expect]));
}

#[track_caller]
fn fails(node: &'static str, params: Value, items: Value, message: &str) {
    let error = block(Bench::new().run(case(node, "1", params).items(items))).unwrap_err();
    assert_eq!(error.message, message);
}

#[test]
fn split_out_makes_an_item_of_each_element() {
    let item = json!([{ "id": 7, "tags": ["a", "b"], "at": { "x": 1, "y": 2 },
        "rows": [{ "n": 1 }, { "n": 2 }] }]);
    for (params, expect) in [
        (json!({ "fieldToSplitOut": "tags" }), json!([{ "tags": "a" }, { "tags": "b" }])),
        (json!({ "fieldToSplitOut": "rows" }), json!([{ "n": 1 }, { "n": 2 }])),
        (json!({ "fieldToSplitOut": "at" }), json!([{ "at": 1 }, { "at": 2 }])),
        (json!({ "fieldToSplitOut": "id" }), json!([{ "id": 7 }])),
        (
            json!({ "fieldToSplitOut": "rows", "options": { "destinationFieldName": "row" } }),
            json!([{ "row": { "n": 1 } }, { "row": { "n": 2 } }]),
        ),
        (
            json!({ "fieldToSplitOut": "tags, rows" }),
            json!([{ "tags": "a", "rows": { "n": 1 } }, { "tags": "b", "rows": { "n": 2 } }]),
        ),
        (
            json!({ "fieldToSplitOut": "tags", "include": "selectedOtherFields",
                    "fieldsToInclude": "id" }),
            json!([{ "tags": "a", "id": 7 }, { "tags": "b", "id": 7 }]),
        ),
        (
            json!({ "fieldToSplitOut": "at", "include": "allOtherFields" }),
            json!([
                { "id": 7, "tags": ["a", "b"], "rows": [{ "n": 1 }, { "n": 2 }], "at": 1 },
                { "id": 7, "tags": ["a", "b"], "rows": [{ "n": 1 }, { "n": 2 }], "at": 2 }
            ]),
        ),
    ] {
        check("splitOut", params, item.clone(), expect);
    }
    fails("splitOut", json!({}), item, "No field to split is named");
}

#[test]
fn split_out_tells_of_a_field_that_no_item_has() {
    let params = json!({ "fieldToSplitOut": "orders" });
    let output = block(Bench::new().run(case("splitOut", "1", params))).unwrap();
    assert_eq!(output.hints, ["No item has the field orders"]);
    assert!(output.outputs[0].is_empty());
}

#[test]
fn split_items_know_their_source() {
    let params = json!({ "fieldToSplitOut": "t" });
    let items = json!([{ "t": [1] }, { "t": [2, 3] }]);
    let output = block(Bench::new().run(case("splitOut", "1", params).items(items))).unwrap();
    let sources: Vec<_> = output.outputs[0]
        .iter()
        .map(|item| item.paired_item.as_ref().unwrap().sources()[0].item)
        .collect();
    assert_eq!(sources, [0, 1, 1]);
}

fn fields(names: &[&str]) -> Value {
    let list: Vec<_> = names.iter().map(|name| json!({ "fieldToAggregate": name })).collect();
    json!({ "fieldsToAggregate": { "fieldToAggregate": list } })
}

#[test]
fn aggregate_gathers_chosen_fields() {
    let items = json!([{ "a": 1, "n": { "m": [1, null] } }, { "a": null }, { "n": { "m": [2] } }]);
    check("aggregate", fields(&["a"]), items.clone(), json!([{ "a": [1] }]));
    check("aggregate", fields(&["n.m"]), items.clone(), json!([{ "m": [[1], [2]] }]));
    let mut options = fields(&["n.m"]);
    options["options"] = json!({ "mergeLists": true });
    check("aggregate", options, items.clone(), json!([{ "m": [1, 2] }]));
    let mut options = fields(&["a"]);
    options["options"] = json!({ "keepMissing": true });
    check("aggregate", options, items.clone(), json!([{ "a": [1, null, null] }]));
    let renamed = json!({ "fieldsToAggregate": { "fieldToAggregate": [
        { "fieldToAggregate": "a", "renameField": true, "outputFieldName": "x.y" }
    ] } });
    check("aggregate", renamed, items.clone(), json!([{ "x": { "y": [1] } }]));
    fails("aggregate", json!({}), items, "No field to gather is named");
}

#[test]
fn aggregate_gathers_whole_items() {
    let items = json!([{ "a": 1, "b": 2 }, { "b": 3 }]);
    let whole = |more: Value| {
        let mut params = json!({ "aggregate": "aggregateAllItemData" });
        params.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        params
    };
    check("aggregate", whole(json!({})), items.clone(), json!([{ "data": items }]));
    check(
        "aggregate",
        whole(json!({ "include": "specifiedFields", "fieldsToInclude": "a",
                      "destinationFieldName": "all" })),
        items.clone(),
        json!([{ "all": [{ "a": 1 }] }]),
    );
    check(
        "aggregate",
        whole(json!({ "include": "allFieldsExcept", "fieldsToExclude": "b" })),
        items,
        json!([{ "data": [{ "a": 1 }] }]),
    );
}

#[test]
fn sort_compares_as_javascript_does_and_without_case() {
    let by = |fields: Value| json!({ "sortFieldsUi": { "sortField": fields } });
    let n = by(json!([{ "fieldName": "n" }]));
    for (values, expect) in [
        (json!([3, 1, 2]), json!([1, 2, 3])),
        (json!(["b", "A", "c"]), json!(["A", "b", "c"])),
        (json!(["10", "9"]), json!(["10", "9"])),
        (json!([10, 9]), json!([9, 10])),
        (json!([true, false, null]), json!([false, null, true])),
    ] {
        let wrap = |list: &Value| -> Value {
            list.as_array().unwrap().iter().map(|v| json!({ "n": v })).collect()
        };
        check("sort", n.clone(), wrap(&values), wrap(&expect));
    }
    let two = by(json!([
        { "fieldName": "a", "order": "descending" }, { "fieldName": "b.c" }
    ]));
    check(
        "sort",
        two,
        json!([{ "a": 1, "b": { "c": 2 } }, { "a": 2 }, { "a": 1, "b": { "c": 1 } }]),
        json!([{ "a": 2 }, { "a": 1, "b": { "c": 1 } }, { "a": 1, "b": { "c": 2 } }]),
    );
    fails("sort", by(json!([{ "fieldName": "x" }])), json!([{}]), "No item has the field x");
}

#[test]
fn sort_survives_values_of_every_kind() {
    let kinds = json!([1, "a", null, [2], { "b": 1 }, true, "10", 9, [], ""]);
    let items: Value = (0..200).map(|i| json!({ "n": kinds[i * 7 % 10], "i": i })).collect();
    let params = json!({ "sortFieldsUi": { "sortField": [{ "fieldName": "n" }] } });
    let got = block(Bench::new().json(case("sort", "1", params).items(items)));
    assert_eq!(got[0].as_array().unwrap().len(), 200);
}

#[test]
fn random_order_keeps_every_item() {
    let items: Value = (0..50).map(|i| json!({ "i": i })).collect();
    let params = json!({ "type": "random" });
    let got = block(Bench::new().json(case("sort", "1", params).items(items.clone())));
    let mut numbers: Vec<_> =
        got[0].as_array().unwrap().iter().map(|i| i["i"].as_u64().unwrap()).collect();
    assert_ne!(got[0], items, "50 items stay in order once in 10^64 runs");
    numbers.sort_unstable();
    assert_eq!(numbers, (0..50).collect::<Vec<_>>());
}

#[test]
fn limit_keeps_one_end() {
    let items = json!([{ "i": 1 }, { "i": 2 }, { "i": 3 }]);
    for (params, expect) in [
        (json!({}), json!([{ "i": 1 }])),
        (json!({ "maxItems": 2 }), json!([{ "i": 1 }, { "i": 2 }])),
        (json!({ "maxItems": 2, "keep": "lastItems" }), json!([{ "i": 2 }, { "i": 3 }])),
        (json!({ "maxItems": 9 }), items.clone()),
    ] {
        check("limit", params, items.clone(), expect);
    }
}

#[test]
fn nodes_that_only_pass_items_on_change_nothing() {
    let items = json!([{ "a": 1 }, {}]);
    check("noOp", json!({}), items.clone(), items.clone());
    check("manualTrigger", json!({}), items.clone(), items);
}

#[test]
fn stop_and_error_says_what_the_author_wrote() {
    for (params, message) in [
        (json!({ "errorMessage": "no address" }), "no address"),
        (json!({ "errorMessage": "=item {{ $json.id }}" }), "item 7"),
        (
            json!({ "errorType": "errorObject", "errorObject": "{\"message\":\"m\",\"code\":4}" }),
            "m",
        ),
        (
            json!({ "errorType": "errorObject", "errorObject": "{\"code\":4}" }),
            "Error: {\"code\":4}",
        ),
        (
            json!({ "errorType": "errorObject", "errorObject": "{" }),
            "The error object is no JSON object",
        ),
    ] {
        fails("stopAndError", params, json!([{ "id": 7 }]), message);
    }
}
