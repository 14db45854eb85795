//! Which item comes from which, where nodes do not say.

use crate::graph::Graph;
use crate::sim::{Sim, pinned};

#[track_caller]
fn check(graph: &str, node: &str, expect: &str) {
    let sim = Sim::new(&Graph::parse(graph), pinned()).finish();
    assert_eq!(sim.lineage(node, 0), expect, "{graph}");
}

#[test]
fn one_item_in_is_the_source_of_all() {
    check("t -> a; a gives 2 1", "a", r#"[[{"item":0},{"item":0}],[{"item":0}]]"#);
}

#[test]
fn as_many_out_as_in_pair_up() {
    check("t -> a -> b; a gives 2; b gives 2", "b", r#"[[{"item":0},{"item":1}]]"#);
}

#[test]
fn one_out_of_many_pairs_with_the_first() {
    check("t -> a -> b; a gives 3; b gives 1", "b", r#"[[{"item":0}]]"#);
}

#[test]
fn anything_else_stays_open() {
    check("t -> a -> b; a gives 3; b gives 2", "b", "[[null,null]]");
    check("t -> a -> b; a gives 2; b gives 2 2", "b", "[[null,null],[null,null]]");
}

#[test]
fn several_inputs_stay_open() {
    check("t -> a -> m; t -> b -> 1:m; m gives 1", "m", "[[null]]");
}

#[test]
fn items_say_their_place_on_the_input_they_are_read_from() {
    // The filter passes its input on; its items say where they stood.
    check("t -> a -> f; a gives 2", "f", r#"[[{"item":0},{"item":1}]]"#);
    check(
        "order v1; t -> i:1 -> 1:m; i -> m; i gives 0 2",
        "m",
        r#"[[{"item":0,"input":1},{"item":1,"input":1}]]"#,
    );
}

#[test]
fn the_empty_item_of_always_output_data_comes_from_every_item() {
    check("t -> a -> b; a gives 2; b gives 0; b always", "b", r#"[[[{"item":0},{"item":1}]]]"#);
}

#[test]
fn a_pin_pairs_like_items_of_the_node() {
    check("t -> a -> b; a pinned 2", "a", r#"[[{"item":0},{"item":0}]]"#);
}

#[test]
fn stamping_copies_nothing_along_a_chain() {
    let sim = Sim::new(&Graph::parse("t -> a -> b -> c; a gives 3"), pinned()).finish();
    let (b, c) = (&sim.tasks[2].inputs[0], &sim.tasks[3].inputs[0]);
    assert!(std::sync::Arc::ptr_eq(b, c), "items that are in their place are shared");
}
