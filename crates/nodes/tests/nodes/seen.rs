//! Remove Duplicates against earlier runs: several runs of one node with what it remembers.

use std::sync::atomic::Ordering;

use reporunner_model::Item;
use serde_json::{Value, json};

use crate::set::block;
use crate::support::{Bench, case};

/// Runs the node once on items with these values and gives those that pass.
fn run(bench: &Bench, params: &Value, values: Value) -> Value {
    let items: Value = values.as_array().unwrap().iter().map(|v| json!({ "v": v })).collect();
    let output = block(bench.run(case("removeDuplicates", "2", params.clone()).items(items)));
    output.unwrap().outputs[0].iter().map(|item: &Item| item.json["v"].clone()).collect()
}

fn params(more: Value) -> Value {
    let mut params = json!({ "operation": "removeItemsSeenInPreviousExecutions" });
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    params
}

/// One run after another of one node: the values that come in and those that pass.
#[track_caller]
fn check(more: Value, runs: &[(Value, Value)]) {
    let (bench, params) = (Bench::new(), params(more));
    for (number, (values, expect)) in runs.iter().enumerate() {
        assert_eq!(run(&bench, &params, values.clone()), *expect, "run {number} of {params}");
    }
}

#[test]
fn items_pass_whose_value_no_earlier_run_had() {
    check(
        json!({ "dedupeValue": "={{ $json.v }}" }),
        &[
            (json!(["a", "b", "a"]), json!(["a", "b", "a"])),
            (json!(["b", "c"]), json!(["c"])),
            (json!([]), json!([])),
            (json!([1, "1", null]), json!([1, "1", null])),
            (json!(["1", null]), json!([])),
        ],
    );
}

#[test]
fn the_newest_values_stay() {
    check(
        json!({ "dedupeValue": "={{ $json.v }}", "options": { "historySize": 2 } }),
        &[
            (json!(["a", "b"]), json!(["a", "b"])),
            (json!(["b", "c"]), json!(["c"])),
            (json!(["a"]), json!(["a"])),
        ],
    );
}

#[test]
fn numbers_and_dates_only_grow() {
    check(
        json!({ "logic": "removeItemsUpToStoredIncrementalKey",
                "incrementalDedupeValue": "={{ $json.v }}" }),
        &[
            (json!([3, 1, "2"]), json!([3, 1, "2"])),
            (json!([3, 2, 4, 5]), json!([4, 5])),
            (json!([5]), json!([])),
        ],
    );
    check(
        json!({ "logic": "removeItemsUpToStoredDate", "dateDedupeValue": "={{ $json.v }}" }),
        &[
            (json!(["2026-01-02", "2026-01-01"]), json!(["2026-01-02", "2026-01-01"])),
            (
                json!(["2026-01-02T00:00:00Z", "2026-01-02T00:00:01Z"]),
                json!(["2026-01-02T00:00:01Z"]),
            ),
        ],
    );
}

#[test]
fn a_node_and_its_workflow_remember_apart_until_they_forget() {
    let bench = Bench::new();
    let of = |scope: &str| {
        params(json!({ "dedupeValue": "={{ $json.v }}", "options": { "scope": scope } }))
    };
    let forget = |scope: &str| json!({ "operation": "clearDeduplicationHistory", "options": { "scope": scope } });
    assert_eq!(run(&bench, &of("node"), json!(["a"])), json!(["a"]));
    assert_eq!(run(&bench, &of("workflow"), json!(["a"])), json!(["a"]));
    assert_eq!(run(&bench, &of("workflow"), json!(["a"])), json!([]));
    assert_eq!(run(&bench, &forget("node"), json!(["x", "y"])), json!(["x", "y"]));
    assert_eq!(run(&bench, &of("workflow"), json!(["a"])), json!([]));
    assert_eq!(run(&bench, &of("node"), json!(["a"])), json!(["a"]));
}

#[test]
fn a_run_that_is_done_again_after_a_crash_gives_the_same() {
    let number = json!({ "logic": "removeItemsUpToStoredIncrementalKey",
        "incrementalDedupeValue": "={{ $json.v }}" });
    for (more, values) in
        [(json!({ "dedupeValue": "={{ $json.v }}" }), json!(["a", "b"])), (number, json!([1, 2]))]
    {
        let (bench, params) = (Bench::new(), params(more));
        assert_eq!(run(&bench, &params, values.clone()), values);
        bench.turn.fetch_sub(1, Ordering::Relaxed);
        assert_eq!(run(&bench, &params, values.clone()), values, "{params}");
        assert_eq!(run(&bench, &params, values.clone()), json!([]), "{params}");
    }
}
