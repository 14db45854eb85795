//! `$('Node').item` across runs, branches and gaps.

#[path = "support/frames.rs"]
mod frames;

use frames::{ambient, items, native};
use reporunner_expression::{Frame, NodeRecord, Parent, RunData, RunRecord, Source};
use serde_json::{Value, json};

fn source(node: &str, run_index: usize) -> Option<Source> {
    Some(Source { node: node.into(), output: 0, run_index })
}

fn run(sources: Vec<Option<Source>>, values: Value) -> RunRecord {
    RunRecord { sources, outputs: vec![items(values)] }
}

/// `A` and `B` both lead to `Merge`, which leads to `Here`.
fn merged(paired: Value) -> Frame {
    let mut data = RunData::new();
    data.push_run("Start", run(vec![], json!([{ "n": "s0" }, { "n": "s1" }])));
    data.push_run(
        "A",
        run(vec![source("Start", 0)], json!([{ "json": { "n": "a" }, "pairedItem": 0 }])),
    );
    data.push_run(
        "B",
        run(
            vec![source("Start", 0)],
            json!([{ "json": { "n": "b" }, "pairedItem": { "item": 1 } }]),
        ),
    );
    let out = json!([{ "json": { "n": "m" }, "pairedItem": paired }]);
    data.push_run("Merge", run(vec![source("A", 0), source("B", 0)], out.clone()));
    data.insert("Here", NodeRecord::default());
    let mut frame = Frame::new(data, "Here", vec![items(out)], ambient());
    frame.sources = vec![source("Merge", 0)];
    frame
}

#[track_caller]
fn check(frame: &Frame, node: &str, expected: Result<&str, &str>) {
    let got = native(&format!("={{{{ $('{node}').item.json.n }}}}"), frame, 0);
    match (got, expected) {
        (Ok(value), Ok(expected)) => assert_eq!(value, expected, "{node}"),
        (Err(refusal), Err(part)) => {
            let said = format!("{refusal:?}");
            assert!(said.contains(part), "{node}: {said}");
        }
        (got, expected) => panic!("{node}: {got:?} instead of {expected:?}"),
    }
}

#[test]
fn an_item_of_one_way_is_followed_back() {
    let frame = merged(json!({ "item": 0, "input": 1 }));
    check(&frame, "Merge", Ok("m"));
    check(&frame, "B", Ok("b"));
    check(&frame, "Start", Ok("s1"));
    check(&frame, "A", Err("No path back"));
}

#[test]
fn several_ways_must_lead_to_one_item() {
    let frame = merged(json!([{ "item": 0, "input": 0 }, { "item": 0, "input": 1 }]));
    check(&frame, "A", Ok("a"));
    check(&frame, "B", Ok("b"));
    check(&frame, "Start", Err("Multiple matches found"));
}

#[test]
fn a_gap_is_named() {
    let frame = merged(Value::Null);
    check(&frame, "Start", Err("from node 'Merge' is unavailable"));
}

#[test]
fn a_loop_is_followed_through_its_runs() {
    // Loop runs twice; its second run got what the first sent around.
    let mut data = RunData::new();
    let parent = |node: &str| Parent { node: node.into(), output: 0, input: 0 };
    data.insert("Start", NodeRecord::default());
    data.insert(
        "Loop",
        NodeRecord { parents: vec![parent("Start"), parent("Loop")], ..NodeRecord::default() },
    );
    data.insert("Here", NodeRecord { parents: vec![parent("Loop")], ..NodeRecord::default() });
    let paired = |n: &str| json!([{ "json": { "n": n }, "pairedItem": 0 }]);
    data.push_run("Start", run(vec![], json!([{ "n": "start" }])));
    data.push_run("Loop", run(vec![source("Start", 0)], paired("first")));
    data.push_run("Loop", run(vec![source("Loop", 0)], paired("second")));
    let mut frame = Frame::new(data, "Here", vec![items(paired("second"))], ambient());
    frame.sources = vec![source("Loop", 1)];
    check(&frame, "Loop", Ok("second"));
    check(&frame, "Start", Ok("start"));
}

#[test]
fn an_item_may_be_of_what_an_earlier_run_was_given() {
    let mut data = RunData::new();
    for name in ["Start", "Step", "Loop"] {
        data.insert(name, NodeRecord::default());
    }
    let first = json!([{ "json": { "n": "a" }, "pairedItem": 0 }]);
    let second = json!([{ "json": { "n": "b" }, "pairedItem": { "item": 1, "run": 0 } }]);
    data.push_run("Start", run(vec![], json!([{ "n": "start a" }, { "n": "start b" }])));
    data.push_run("Loop", run(vec![source("Start", 0)], first.clone()));
    data.push_run("Step", run(vec![source("Loop", 0)], first));
    data.push_run("Loop", run(vec![source("Step", 0)], second.clone()));
    let mut frame = Frame::new(data, "Here", vec![items(second)], ambient());
    frame.sources = vec![source("Loop", 1)];
    check(&frame, "Start", Ok("start b"));
}
