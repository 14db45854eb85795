//! Failures: what becomes of the run, and where items with errors go.

use expect_test::{Expect, expect};
use reporunner_engine::{Event, Outcome};
use reporunner_model::{Item, Items};
use serde_json::{Value, json};

use crate::graph::Graph;
use crate::sim::{Sim, pinned, trace};

#[track_caller]
fn check(graph: &str, expect: Expect) {
    expect.assert_eq(&trace(graph));
}

#[test]
fn a_failure_ends_the_run() {
    check(
        "t -> a -> b; a fails",
        expect![[r#"
            0 run t [1]
            1 t gave [1]
            1 run a [1]
            2 a failed: it broke
            2 failed at a: it broke
        "#]],
    );
}

#[test]
fn the_run_goes_on_with_the_input_of_the_node_that_failed() {
    check(
        "t -> a -> b; a fails; a continues",
        expect![[r#"
            0 run t [1]
            1 t gave [1]
            1 run a [1]
            2 a failed gave [1]: it broke
            2 run b [1]
            3 b gave [1]
            3 succeeded
        "#]],
    );
}

#[test]
fn n8n_orders_send_a_thrown_error_to_the_first_output() {
    check(
        "order v1; t -> a -> b; a:1 -> c; a fails; a diverts",
        expect![[r#"
            0 run t [1]
            1 t gave [1]
            1 run a [1]
            2 a failed gave [1]: it broke
            2 run b [1]
            3 b gave [1]
            3 succeeded
        "#]],
    );
}

#[test]
fn n8n_orders_fail_where_the_last_node_run_failed() {
    check(
        "order v1; t -> a; a fails; a continues",
        expect![[r#"
            0 run t [1]
            1 t gave [1]
            1 run a [1]
            2 a failed gave [1]: it broke
            2 failed at a: it broke
        "#]],
    );
}

#[test]
fn a_thrown_error_takes_the_error_output() {
    check(
        "t -> a -> b; a:1 -> c; a fails; a diverts",
        expect![[r#"
            0 run t [1]
            1 t gave [1]
            1 run a [1]
            2 a failed gave [0, 1]: it broke
            2 run c [1]
            3 c gave [1]
            3 succeeded
        "#]],
    );
}

#[test]
fn an_unknown_type_fails_where_it_is_reached() {
    check(
        "t -> a -> b; a unknown n8n-nodes-base.acme",
        expect![[r#"
            0 run t [1]
            1 t gave [1]
            1 a failed: the type n8n-nodes-base.acme is not in this version
            1 failed at a: the type n8n-nodes-base.acme is not in this version
        "#]],
    );
}

/// Items out of `a`, whose error output is its second, for items that it returned.
#[track_caller]
fn check_returned(order: &str, inputs: usize, returned: Value, expect: Expect) {
    let text = format!("order {order}; t -> s -> a -> b; a:1 -> c; a diverts; s gives {inputs}");
    let mut sim = Sim::new(&Graph::parse(&text), pinned());
    while sim.tasks.len() < 3 {
        assert!(sim.advance(), "the run reaches a");
    }
    let items = returned.as_array().expect("a list").iter().cloned().map(Item::from_value);
    let outputs = vec![Items::new(items.collect())];
    let task = sim.tasks[2].task;
    sim.happen(Event::NodeFinished { task, outcome: Outcome::Outputs { outputs, hints: vec![] } });
    let node = sim.plan.index_of(&"a".into()).expect("a is there");
    let outputs: Vec<Value> =
        sim.run.results(node)[0].outputs.iter().map(|items| json!(**items)).collect();
    expect.assert_eq(&format!("{:#}", Value::Array(outputs)));
}

#[test]
fn a_thrown_error_takes_the_error_output_with_what_came_in() {
    let text = "t -> s -> a; a:1 -> c; s gives 2; a fails; a diverts";
    let sim = Sim::new(&Graph::parse(text), pinned()).finish();
    let items = json!(*sim.tasks[3].inputs[0]);
    expect![[r#"[{"json":{"n":0,"error":"it broke"},"pairedItem":{"item":0}},{"json":{"n":1,"error":"it broke"},"pairedItem":{"item":1}}]"#]].assert_eq(&items.to_string());
}

#[test]
fn returned_errors_take_the_error_output() {
    check_returned(
        "v1",
        2,
        json!([
            {"json": {"fine": 1}},
            {"json": {"error": "bad"}, "pairedItem": {"item": 1}},
            {"json": {"error": "bad", "message": "m"}},
            {"json": {"error": "not alone", "other": 1}, "pairedItem": 0},
            {"json": {"x": 1}, "error": {"message": "carried"}, "pairedItem": {"item": 0}},
            {"json": {"error": ""}},
        ]),
        expect![[r#"
            [
              [
                {
                  "json": {
                    "fine": 1
                  }
                },
                {
                  "json": {
                    "error": "not alone",
                    "other": 1
                  },
                  "pairedItem": 0
                },
                {
                  "json": {
                    "error": ""
                  }
                }
              ],
              [
                {
                  "json": {
                    "n": 1,
                    "error": "bad"
                  },
                  "pairedItem": {
                    "item": 1
                  }
                },
                {
                  "json": {
                    "error": "bad",
                    "message": "m"
                  }
                },
                {
                  "json": {
                    "error": "carried"
                  },
                  "pairedItem": {
                    "item": 0
                  },
                  "error": {
                    "message": "carried"
                  }
                }
              ]
            ]"#]],
    );
}
