//! n8n's two orders: which node runs when, and what nodes with several inputs wait for.

use crate::sim::order;

#[track_caller]
fn check(graph: &str, expect: &str) {
    assert_eq!(order(graph), expect, "{graph}");
}

const FAN: &str = "t -> a -> a2; t -> b -> b2";

#[test]
fn v1_finishes_a_branch_before_the_next() {
    check(&format!("order v1; {FAN}"), "t a a2 b b2");
}

#[test]
fn v0_goes_level_by_level() {
    check(&format!("order v0; {FAN}"), "t a b a2 b2");
}

#[test]
fn v1_takes_the_topmost_first_and_v0_the_first_wire() {
    let moved = format!("{FAN}; a stands 0 900");
    check(&format!("order v1; {moved}"), "t b b2 a a2");
    check(&format!("order v0; {moved}"), "t a b a2 b2");
}

#[test]
fn v1_takes_the_leftmost_of_the_same_height() {
    check("order v1; t -> a; t -> b; a stands 300 50; b stands 100 50", "t b a");
}

#[test]
fn each_arrival_at_one_input_is_a_run() {
    check("order v1; t -> a -> c; t -> b -> c", "t a c b c");
    check("order v0; t -> a; t -> c; a -> c", "t a c c");
}

#[test]
fn a_join_waits_for_all_its_inputs() {
    check("order v1; t -> a -> m -> z; t -> b -> 1:m", "t a b m z");
    check("order v0; t -> a -> m -> z; t -> b -> 1:m", "t a b m z");
}

#[test]
fn v1_runs_a_join_on_what_came_when_nothing_else_is_left() {
    check("order v1; t -> i -> m -> z; i:1 -> x -> 1:m; t -> y; i gives 1 0", "t i y m z");
}

#[test]
fn v1_never_runs_a_join_without_an_input_that_it_needs() {
    check("order v1; t -> i -> m -> z; i:1 -> x -> 1:m; i gives 1 0; m needs 0 1", "t i");
    check("order v1; t -> i -> m -> z; i:1 -> x -> 1:m; i gives 1 0; m needs 0", "t i m z");
}

#[test]
fn v0_ignores_which_inputs_are_needed_and_starts_what_would_not_run() {
    check("order v0; t -> i -> m; i:1 -> x -> 1:m; i gives 1 0; m needs 0 1", "t i x m");
}

#[test]
fn v0_starts_nothing_that_follows_a_node_which_gave_nothing() {
    check("order v0; t -> i -> x -> m; i -> 1:m; i:1 -> y; i gives 0 1", "t i y");
}

#[test]
fn v0_starts_unconnected_nodes_that_lead_to_a_join() {
    check("order v0; t -> s0 -> n; m -> 1:n; i -> 1:m; s1 -> m; s2 -> i", "t s0 s2 i s1 m n");
}

#[test]
fn v1_does_not_start_unconnected_nodes() {
    check("order v1; t -> a -> m -> z; lone -> 1:m", "t a m z");
}

#[test]
fn a_lone_wire_into_the_second_input_waits_and_then_runs() {
    check("order v1; t -> a -> 1:m -> z; t -> b", "t a b m z");
    // In the legacy order the first input counts, and nothing is there.
    check("order v0; t -> a -> 1:m -> z; t -> b", "t a b");
}

#[test]
fn a_waiting_join_waits_for_the_joins_before_it() {
    check(
        "order v1; t -> i -> m -> z; i -> 1:n; i:1 -> 1:m; z -> n -> q; i gives 1 0",
        "t i m z n q",
    );
}

#[test]
fn loops_run_round_in_every_order() {
    let looped = "t -> l:1 -> body -> l; l -> done; l gives 0 1 then 0 1 then 1 0";
    for name in ["v0", "v1", "concurrent"] {
        check(&format!("order {name}; {looped}"), "t l body l body l done");
    }
}

#[test]
fn slots_are_filled_one_after_the_other() {
    // Two arrivals at input 0 make two sets; the two at input 1 complete them in turn.
    check("order v1; t -> a -> m; t -> b -> m; t -> c -> 1:m; t -> d -> 1:m", "t a b c m d m");
}
