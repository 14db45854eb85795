//! Compare Datasets.

use serde_json::{Value, json};

use crate::set::block;
use crate::support::{Bench, case};

fn by_id(more: Value) -> Value {
    let mut params = json!({ "mergeByFields": { "values": [{ "field1": "id", "field2": "id" }] } });
    params.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
    params
}

#[track_caller]
fn check(version: &str, params: Value, a: Value, b: Value, expect: Value) {
    let case = case("compareDatasets", version, params.clone()).inputs([a, b]);
    assert_eq!(block(Bench::new().json(case)), expect, "{version} {params}");
}

#[test]
fn items_are_sorted_by_who_has_them() {
    let a = json!([{ "id": 1, "n": "x" }, { "id": 2, "n": "y" }, { "id": 3 }, { "n": "no id" }]);
    let b = json!([{ "n": "x", "id": 1.0 }, { "id": 2, "n": "z" }, { "id": 4 }, { "id": 2 }]);
    check(
        "2.3",
        by_id(json!({})),
        a,
        b,
        json!([
            [{ "id": 3 }, { "n": "no id" }],
            [{ "id": 1, "n": "x" }],
            [{ "keys": { "id": 2 }, "same": { "id": 2 },
                "different": { "n": { "inputA": "y", "inputB": "z" } } }],
            [{ "id": 4 }, { "id": 2 }]
        ]),
    );
}

#[test]
fn one_item_may_belong_to_several() {
    let (a, b) = (json!([{ "id": 1, "n": 1 }]), json!([{ "id": 1, "n": 2 }, { "id": 1, "n": 1 }]));
    let all = json!({ "resolve": "preferInput2", "options": { "multipleMatches": "all" } });
    let expect = json!([[], [{ "id": 1, "n": 1 }], [{ "id": 1, "n": 2 }], []]);
    check("2.3", by_id(all), a, b, expect);
}

#[test]
fn what_differs_is_told_as_was_asked() {
    let a = json!([{ "id": 1, "n": "x", "m": 1 }]);
    let b = json!([{ "id": 1, "n": "y", "m": 2, "k": 0 }]);
    for (version, more, expect) in [
        ("2.3", json!({ "resolve": "preferInput1" }), a[0].clone()),
        ("2.3", json!({ "resolve": "preferInput2" }), b[0].clone()),
        ("2", json!({}), b[0].clone()),
        (
            "2.3",
            json!({ "resolve": "mix", "exceptWhenMix": "m, k" }),
            json!({ "id": 1, "n": "x", "m": 2, "k": 0 }),
        ),
        (
            "1",
            json!({ "resolve": "includeBoth" }),
            json!({ "keys": { "id": 1 }, "same": { "id": 1 }, "different": {
                "n": { "input1": "x", "input2": "y" }, "m": { "input1": 1, "input2": 2 },
                "k": { "input1": null, "input2": 0 }
            } }),
        ),
    ] {
        check(version, by_id(more), a.clone(), b.clone(), json!([[], [], [expect], []]));
    }
}

#[test]
fn some_fields_may_differ() {
    let a = json!([{ "id": 1, "n": { "x": 1, "y": 1 }, "m": 1 }]);
    let b = json!([{ "id": 1, "n": { "x": 2, "y": 1 }, "m": 2 }]);
    let skip = |fields: &str| by_id(json!({ "options": { "skipFields": fields } }));
    let same = json!([[], a, [], []]);
    check("2.3", skip("n, m"), a.clone(), b.clone(), same.clone());
    check("2.3", skip("n.x, m"), a.clone(), b.clone(), same);
    let told = json!({
        "keys": { "id": 1 }, "same": { "id": 1 },
        "different": { "n": { "inputA": { "y": 1 }, "inputB": { "y": 1 } },
            "m": { "inputA": 1, "inputB": 2 } },
        "skipped": { "n": { "inputA": { "x": 1 }, "inputB": { "x": 2 } } }
    });
    check("2.3", skip("n.x"), a, b, json!([[], [], [told], []]));
}

#[test]
fn loosely_the_same_is_the_same() {
    let a = json!([{ "id": "1", "v": 5, "e": "" }, { "id": 2, "v": null }]);
    let b = json!([{ "id": 1, "v": "5" }, { "id": "2", "v": "0" }]);
    let fuzzy = by_id(json!({ "fuzzyCompare": true }));
    check("2.3", fuzzy, a.clone(), b.clone(), json!([[], a, [], []]));
    // Version 1 has it among the options, and null is not zero there.
    let fuzzy = by_id(json!({ "resolve": "preferInput1", "options": { "fuzzyCompare": true } }));
    check("1", fuzzy, a.clone(), b, json!([[], [a[0]], [a[1]], []]));
}

#[test]
fn a_field_that_nobody_has_was_an_error() {
    let inputs = || [json!([{ "id": 1 }]), json!([])];
    let run = |version| {
        block(Bench::new().run(case("compareDatasets", version, by_id(json!({}))).inputs(inputs())))
    };
    assert_eq!(run("2.1").unwrap_err().message, "No item of input B has the field id");
    assert_eq!(run("2.2").unwrap().outputs[0].len(), 1);
    let error = block(Bench::new().run(case("compareDatasets", "2.3", json!({})))).unwrap_err();
    assert_eq!(error.message, "No field to match is named");
}
