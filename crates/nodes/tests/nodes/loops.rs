//! Loop Over Items, called again and again as the engine calls it.

use std::sync::{Arc, Mutex};

use reporunner_model::{Item, PairedSource};
use serde_json::{Value, json};

use crate::set::block;
use crate::support::{Bench, Case, case};

/// The JSON of the outputs of calls with these inputs, one after the other in one run.
fn rounds(version: &str, params: &Value, inputs: &[Value]) -> Vec<Value> {
    let bench = Bench::new();
    let state = Arc::new(Mutex::default());
    let each = inputs.iter().map(|items| {
        let case: Case = case("splitInBatches", version, params.clone()).items(items.clone());
        let output = block(bench.run_with(case, Arc::clone(&state))).unwrap();
        let list = |items: Vec<Item>| items.into_iter().map(|i| Value::from(i.json)).collect();
        Value::Array(output.outputs.into_iter().map(list).collect())
    });
    each.collect()
}

#[test]
fn batches_leave_one_by_one_and_then_all_that_came_back() {
    let new = json!([{ "n": 1 }, { "n": 2 }, { "n": 3 }]);
    let inputs = [new, json!([{ "x": 1 }, { "x": 2 }]), json!([{ "x": 3 }])];
    let (one, two) = (json!([{ "n": 1 }, { "n": 2 }]), json!([{ "n": 3 }]));
    let all = json!([{ "x": 1 }, { "x": 2 }, { "x": 3 }]);
    let params = json!({ "batchSize": 2 });
    for (version, expect) in [
        ("3", [json!([[], one]), json!([[], two]), json!([all, []])]),
        ("2", [json!([one, []]), json!([two, []]), json!([[], all])]),
        ("1", [json!([one]), json!([two]), json!([[]])]),
    ] {
        assert_eq!(rounds(version, &params, &inputs), expect, "version {version}");
    }
}

#[test]
fn a_batch_has_one_item_unless_said_otherwise() {
    let new = json!([{ "n": 1 }, { "n": 2 }]);
    assert_eq!(rounds("3", &json!({}), std::slice::from_ref(&new)), [json!([[], [{ "n": 1 }]])]);
    assert_eq!(rounds("2", &json!({}), std::slice::from_ref(&new)), [json!([new, []])]);
}

#[test]
fn a_finished_loop_stays_finished_unless_it_starts_anew() {
    let inputs = [json!([{ "n": 1 }]), json!([{ "x": 1 }]), json!([{ "n": 2 }])];
    let again = rounds("3", &json!({}), &inputs);
    assert_eq!(again[2], json!([[{ "x": 1 }, { "n": 2 }], []]));
    let anew = rounds("3", &json!({ "options": { "reset": true } }), &inputs);
    assert_eq!(anew[2], json!([[], [{ "n": 2 }]]));
}

#[test]
fn no_items_are_done_at_once() {
    assert_eq!(rounds("3", &json!({}), &[json!([])]), [json!([[], []])]);
}

#[test]
fn a_batch_needs_a_size() {
    let case = case("splitInBatches", "3", json!({ "batchSize": 0 }));
    let error = block(Bench::new().run(case)).unwrap_err();
    assert_eq!(error.message, "The batch size is no number above 0");
}

#[test]
fn each_item_says_which_run_was_given_what_it_is_made_from() {
    let bench = Bench::new();
    let state = Arc::new(Mutex::default());
    let round = |items: Value| {
        let case = case("splitInBatches", "3", json!({ "batchSize": 2 })).items(items);
        let outputs = block(bench.run_with(case, Arc::clone(&state))).unwrap().outputs;
        let sources = outputs.iter().flatten().flat_map(|item| {
            let paired = item.paired_item.as_ref().expect("each says where it is from");
            paired.sources().into_iter().map(|PairedSource { item, run, .. }| (item, run))
        });
        sources.collect::<Vec<_>>()
    };
    assert_eq!(round(json!([{ "n": 1 }, { "n": 2 }, { "n": 3 }])), [(0, None), (1, None)]);
    assert_eq!(round(json!([{ "x": 1 }])), [(2, Some(0))]);
    assert_eq!(round(json!([{ "x": 2 }])), [(0, Some(1)), (0, None)]);
}

#[test]
fn a_round_keeps_nothing_but_where_the_loop_stands() {
    let bench = Bench::new();
    let state = Arc::new(Mutex::default());
    let items: Value = (0..1_000).map(|n| json!({ "n": n })).collect();
    for _ in 0..3 {
        let case = case("splitInBatches", "3", json!({})).items(items.clone());
        block(bench.run_with(case, Arc::clone(&state))).unwrap();
    }
    let state = Value::Object(state.lock().unwrap().clone());
    assert!(state.to_string().len() < 200, "{state}");
    assert_eq!(state["currentRunIndex"], 2);
    assert_eq!(state["maxRunIndex"], 1_000);
    assert_eq!(state["noItemsLeft"], false);
}
