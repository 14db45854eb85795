//! Node flags: off, pinned, once, always, limits, retries.

use expect_test::{Expect, expect};

use crate::sim::trace;

#[track_caller]
fn check(graph: &str, expect: Expect) {
    expect.assert_eq(&trace(graph));
}

#[test]
fn an_output_without_items_ends_its_branch() {
    check(
        "t -> a -> b; a gives 0",
        expect![[r#"
            0 run t [1]
            1 t gave [1]
            1 run a [1]
            2 a gave [0]
            2 succeeded
        "#]],
    );
}

#[test]
fn always_output_data_gives_one_empty_item() {
    check(
        "t -> a -> b; a gives 0; a always",
        expect![[r#"
            0 run t [1]
            1 t gave [1]
            1 run a [1]
            2 a gave [1]
            2 run b [1]
            3 b gave [1]
            3 succeeded
        "#]],
    );
}

#[test]
fn a_node_that_is_off_passes_its_input_on() {
    check(
        "t -> a -> b -> c; a gives 3; b off",
        expect![[r#"
            0 run t [1]
            1 t gave [1]
            1 run a [1]
            2 a gave [3]
            2 b skipped gave [3]
            2 run c [3]
            3 c gave [3]
            3 succeeded
        "#]],
    );
}

#[test]
fn a_pin_stands_in_for_a_node() {
    check(
        "t -> a -> b; a pinned 2",
        expect![[r#"
            0 run t [1]
            1 t gave [1]
            1 a pinned gave [2]
            1 run b [2]
            2 b gave [2]
            2 succeeded
        "#]],
    );
}

#[test]
fn a_pin_of_a_node_that_is_off_does_not_count() {
    check(
        "t -> a -> b; a pinned 2; a off",
        expect![[r#"
            0 run t [1]
            1 t gave [1]
            1 a skipped gave [1]
            1 run b [1]
            2 b gave [1]
            2 succeeded
        "#]],
    );
}

#[test]
fn execute_once_sees_the_first_item() {
    check(
        "t -> a -> b -> c; a gives 3; b once",
        expect![[r#"
            0 run t [1]
            1 t gave [1]
            1 run a [1]
            2 a gave [3]
            2 run b [1]
            3 b gave [1]
            3 run c [1]
            4 c gave [1]
            4 succeeded
        "#]],
    );
}

#[test]
fn a_node_is_tried_again() {
    check(
        "t -> a -> b; a fails 2; a retries 3 500",
        expect![[r#"
            0 run t [1]
            1 t gave [1]
            1 run a [1]
            2 a retrying
            502 run a [1] (try 2)
            503 a retrying
            1003 run a [1] (try 3)
            1004 a gave [1]
            1004 run b [1]
            1005 b gave [1]
            1005 succeeded
        "#]],
    );
}

#[test]
fn tries_are_between_two_and_five_and_the_wait_is_at_most_five_seconds() {
    check(
        "t -> a; a fails; a retries 99 60000",
        expect![[r#"
            0 run t [1]
            1 t gave [1]
            1 run a [1]
            2 a retrying
            5002 run a [1] (try 2)
            5003 a retrying
            10003 run a [1] (try 3)
            10004 a retrying
            15004 run a [1] (try 4)
            15005 a retrying
            20005 run a [1] (try 5)
            20006 a failed: it broke
            20006 failed at a: it broke
        "#]],
    );
    check(
        "t -> a; a fails; a retries 1",
        expect![[r#"
            0 run t [1]
            1 t gave [1]
            1 run a [1]
            2 a retrying
            1002 run a [1] (try 2)
            1003 a failed: it broke
            1003 failed at a: it broke
        "#]],
    );
    check(
        "t -> a; a fails; a retries",
        expect![[r#"
            0 run t [1]
            1 t gave [1]
            1 run a [1]
            2 a retrying
            1002 run a [1] (try 2)
            1003 a retrying
            2003 run a [1] (try 3)
            2004 a failed: it broke
            2004 failed at a: it broke
        "#]],
    );
}

#[test]
fn a_returned_error_is_tried_again_and_then_taken_as_it_is() {
    check(
        "t -> a -> b; a reports 1; a retries 2 100",
        expect![[r#"
            0 run t [1]
            1 t gave [1]
            1 run a [1]
            2 a retrying
            102 run a [1] (try 2)
            103 a gave [1]
            103 run b [1]
            104 b gave [1]
            104 succeeded
        "#]],
    );
    check(
        "t -> a -> b; a reports 9; a retries 2 100",
        expect![[r#"
            0 run t [1]
            1 t gave [1]
            1 run a [1]
            2 a retrying
            102 run a [1] (try 2)
            103 a gave [1]
            103 run b [1]
            104 b gave [1]
            104 succeeded
        "#]],
    );
}

#[test]
fn the_pause_before_a_try_blocks_n8n_orders_only() {
    let graph = "t -> a; t -> b; a fails 1; a retries 2 100";
    check(
        graph,
        expect![[r#"
            0 run t [1]
            1 t gave [1]
            1 run a [1]
            1 run b [1]
            2 a retrying
            2 b gave [1]
            102 run a [1] (try 2)
            103 a gave [1]
            103 succeeded
        "#]],
    );
    check(
        &format!("order v1; {graph}"),
        expect![[r#"
            0 run t [1]
            1 t gave [1]
            1 run a [1]
            2 a retrying
            102 run a [1] (try 2)
            103 a gave [1]
            103 run b [1]
            104 b gave [1]
            104 succeeded
        "#]],
    );
}

#[test]
fn a_node_that_takes_too_long_is_stopped() {
    check(
        "t -> a -> b; a takes 900; a limit 200",
        expect![[r#"
            0 run t [1]
            1 t gave [1]
            1 run a [1]
            201 stop a
            201 a failed: a took longer than 200 ms
            201 failed at a: a took longer than 200 ms
        "#]],
    );
    check(
        "t -> a -> b; a takes 900; a limit 200; a continues",
        expect![[r#"
            0 run t [1]
            1 t gave [1]
            1 run a [1]
            201 stop a
            201 a failed gave [1]: a took longer than 200 ms
            201 run b [1]
            202 b gave [1]
            202 succeeded
        "#]],
    );
    check(
        "t -> a -> b; a takes 900; a limit 200; a retries 2 50",
        expect![[r#"
            0 run t [1]
            1 t gave [1]
            1 run a [1]
            201 stop a
            201 a retrying
            251 run a [1] (try 2)
            451 stop a
            451 a failed: a took longer than 200 ms
            451 failed at a: a took longer than 200 ms
        "#]],
    );
}

#[test]
fn a_node_that_waits_may_be_run_again_when_its_time_has_come() {
    check(
        "t -> a -> b; a polls 50 2",
        expect![[r#"
            0 run t [1]
            1 t gave [1]
            1 run a [1]
            2 a waiting
            51 run a [1]
            52 a waiting
            101 run a [1]
            102 a gave [1]
            102 run b [1]
            103 b gave [1]
            103 succeeded
        "#]],
    );
}

#[test]
fn a_wait_passes_its_input_on_when_its_time_has_come() {
    check(
        "t -> a -> b; a waits 5000",
        expect![[r#"
            0 run t [1]
            1 t gave [1]
            1 run a [1]
            2 a waiting
            5001 a gave [1]
            5001 run b [1]
            5002 b gave [1]
            5002 succeeded
        "#]],
    );
}
