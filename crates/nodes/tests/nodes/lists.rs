//! Item Lists, Execution Data, and what Debug Helper makes up.

use std::collections::BTreeSet;

use reporunner_model::OnError;
use serde_json::{Value, json};

use crate::set::block;
use crate::support::{Bench, case};

#[track_caller]
fn check(version: &str, params: Value, items: Value, expect: Value) {
    let got = block(Bench::new().json(case("itemLists", version, params.clone()).items(items)));
    assert_eq!(got, json!([expect]), "{version} {params}");
}

fn numbers() -> Value {
    json!([{ "n": 3, "t": "a" }, { "n": 1, "t": "b" }, { "n": 3, "t": "c" }])
}

#[test]
fn item_lists_does_what_six_nodes_do() {
    let old = |names: &[&str]| {
        let fields = names.iter().map(|name| json!({ "fieldName": name }));
        json!({ "fields": fields.collect::<Vec<_>>() })
    };
    for (version, include) in [("1", old(&["who"])), ("2.2", old(&["who"])), ("3", json!("who"))] {
        let split = json!({ "fieldToSplitOut": "list", "include": "selectedOtherFields",
            "fieldsToInclude": include });
        check(
            version,
            split,
            json!([{ "list": [1, 2], "who": "Ann", "x": 0 }]),
            json!([{ "who": "Ann", "list": 1 }, { "who": "Ann", "list": 2 }]),
        );
    }
    for (version, gather, exclude) in
        [("2", "aggregateItems", old(&["t"])), ("3.1", "concatenateItems", json!("t"))]
    {
        let params = json!({ "operation": gather, "aggregate": "aggregateAllItemData",
            "include": "allFieldsExcept", "fieldsToExclude": exclude });
        let expect = json!([{ "data": [{ "n": 3 }, { "n": 1 }, { "n": 3 }] }]);
        check(version, params, numbers(), expect);
    }
    let unique = json!({ "operation": "removeDuplicates", "compare": "selectedFields",
        "fieldsToCompare": old(&["n"]), "options": { "removeOtherFields": true } });
    check("1", unique, numbers(), json!([{ "n": 3 }, { "n": 1 }]));
    let sort =
        json!({ "operation": "sort", "sortFieldsUi": { "sortField": [{ "fieldName": "n" }] } });
    check("3", sort, numbers(), json!([numbers()[1], numbers()[0], numbers()[2]]));
    let limit = json!({ "operation": "limit", "keep": "lastItems", "maxItems": 1 });
    check("2.1", limit, numbers(), json!([numbers()[2]]));
    let sum = json!({ "operation": "summarize", "fieldsToSummarize": { "values": [
        { "aggregation": "sum", "field": "n" }
    ] } });
    check("3", sum, numbers(), json!([{ "sum_n": 7 }]));
}

#[test]
fn older_versions_refuse_what_is_not_there() {
    let run = |version, params: Value, items| {
        block(Bench::new().run(case("itemLists", version, params).items(items)))
    };
    let split = json!({ "fieldToSplitOut": "list" });
    let error = run("2", split.clone(), json!([{}])).unwrap_err();
    assert_eq!(error.message, "No item has the field list");
    assert!(run("2.1", split.clone(), json!([{}])).is_ok());
    let error = run("2.1", split.clone(), json!([{ "list": 5 }])).unwrap_err();
    assert_eq!(error.message, "The field list is no list and no object");
    assert!(run("2.2", split, json!([{ "list": 5 }])).is_ok());
    let sum = json!({ "operation": "summarize", "fieldsToSummarize": { "values": [
        { "aggregation": "count", "field": "no" }
    ] } });
    assert!(run("2", sum.clone(), numbers()).is_err());
    assert!(run("2.1", sum, numbers()).is_ok());
    let gather = json!({ "operation": "aggregateItems", "fieldsToAggregate": {
        "fieldToAggregate": [{ "fieldToAggregate": "no" }] } });
    assert!(run("2", gather.clone(), numbers()).is_err());
    assert!(run("2.1", gather, numbers()).is_ok());
    let error = run("3", json!({ "operation": "fold" }), numbers()).unwrap_err();
    assert_eq!(error.message, "Item Lists has no operation fold");
}

#[test]
fn execution_data_notes_and_lets_items_pass() {
    let bench = Bench::new();
    let note =
        |value: &str| json!({ "dataToSave": { "values": [{ "key": "who", "value": value }] } });
    let items = json!([{ "n": "Ann" }, { "n": "Bo" }]);
    let case_of = |params| case("executionData", "1.1", params).items(items.clone());
    assert_eq!(block(bench.json(case_of(note("={{ $json.n }}")))), json!([items]));
    assert_eq!(bench.notes.lock().unwrap()["who"], "Bo", "the last item's counts");
    block(bench.json(case_of(note(&"x".repeat(600))))).as_array().unwrap();
    assert_eq!(bench.notes.lock().unwrap()["who"].as_str().map(str::len), Some(512));
    let wrong = json!({ "dataToSave": { "values": [{ "key": "a b", "value": "1" }] } });
    let error = block(bench.run(case_of(wrong))).unwrap_err();
    assert_eq!(error.message, "\"a b\" cannot be the name of a note");
}

#[test]
fn execution_data_says_what_found_no_room() {
    let values: Vec<Value> =
        (0..12).map(|n| json!({ "key": format!("k{n}"), "value": n })).collect();
    let params = json!({ "dataToSave": { "values": values } });
    let bench = Bench::new();
    let output = block(bench.run(case("executionData", "1", params))).unwrap();
    assert_eq!(output.hints, ["A run has room for 10 names: no more for k10, k11"]);
    assert_eq!(bench.notes.lock().unwrap().len(), 10);
}

#[test]
fn made_up_data_hangs_on_its_seed_only() {
    let make = |kind: &str, seed: &str, one: bool| {
        let params = json!({ "category": "randomData", "randomDataType": kind,
            "randomDataSeed": seed, "randomDataCount": 20, "randomDataSingleArray": one });
        block(Bench::new().json(case("debugHelper", "1", params)))[0].clone()
    };
    let catalog = reporunner_nodes::catalog();
    let helper = catalog.get(&"debugHelper".into()).unwrap();
    let kinds = helper.properties.iter().find(|p| p.name == "randomDataType").unwrap();
    let reporunner_model::PropertyKind::Choice { options } = &kinds.kind else {
        panic!("a choice")
    };
    for kind in options.iter().map(|option| option.value.as_str().unwrap()) {
        let made = make(kind, "seed", false);
        let list = made.as_array().unwrap();
        assert_eq!(list.len(), 20, "{kind}");
        assert_eq!(made, make(kind, "seed", false), "{kind} is the same again");
        assert_ne!(made, make(kind, "other", false), "{kind} with another seed");
        assert_ne!(make(kind, "", false), make(kind, "", false), "{kind} by chance");
        let different: BTreeSet<String> = list.iter().map(Value::to_string).collect();
        assert!(different.len() > 10, "{kind} differs: {different:?}");
        assert_eq!(make(kind, "seed", true), json!([{ "generatedItems": made }]), "{kind}");
    }
    for card in make("creditCard", "seed", false).as_array().unwrap() {
        let digits = card["number"].as_str().unwrap().bytes().rev().map(|d| u32::from(d - b'0'));
        let sum: u32 = digits
            .enumerate()
            .map(|(at, digit)| if at % 2 == 1 { digit * 2 / 10 + digit * 2 % 10 } else { digit })
            .sum();
        assert_eq!(sum % 10, 0, "{card} has a valid check digit");
    }
}

#[test]
fn debug_helper_fails_for_each_item_where_failures_are_items() {
    let case = case("debugHelper", "1", json!({ "throwErrorMessage": "={{ $json.m }}" }))
        .items(json!([{ "m": "one" }, { "m": "two" }]));
    let error = block(Bench::new().run(case.clone())).unwrap_err();
    assert_eq!((error.message.as_str(), error.item), ("one", Some(0)));
    let got = block(Bench::new().json(case.on_error(OnError::ContinueErrorOutput)));
    assert_eq!(got, json!([[{ "error": "one" }, { "error": "two" }]]));
}

#[test]
fn sort_puts_nulls_where_javascript_puts_them() {
    let sort = |values: Value, order: &str| {
        let items: Value =
            values.as_array().unwrap().iter().map(|value| json!({ "v": value })).collect();
        let params =
            json!({ "sortFieldsUi": { "sortField": [{ "fieldName": "v", "order": order }] } });
        let got = block(Bench::new().json(case("sort", "1", params).items(items)));
        got[0].as_array().unwrap().iter().map(|item| item["v"].clone()).collect::<Value>()
    };
    // What `[…].sort((a, b) => (a === b ? 0 : a < b ? -1 : 1))` gives in V8.
    for (values, order, expect) in [
        (json!(["us", "co", "us", null, "uk"]), "ascending", json!(["co", "uk", "us", "us", null])),
        (json!([null, "b", "a"]), "ascending", json!([null, "a", "b"])),
        (json!([3, null, -1, 2]), "ascending", json!([-1, null, 2, 3])),
        (json!(["z", null, "a", null, "m"]), "ascending", json!(["z", null, "a", null, "m"])),
        (json!([3, 1, 2]), "descending", json!([3, 2, 1])),
        (json!(["b", "a", "c"]), "ascending", json!(["a", "b", "c"])),
    ] {
        assert_eq!(sort(values.clone(), order), expect, "{values} {order}");
    }
}
