//! Branches at once: what runs together, and when a join knows that nothing more will come.

use expect_test::{Expect, expect};

use crate::sim::trace;

#[track_caller]
fn check(graph: &str, expect: Expect) {
    expect.assert_eq(&trace(graph));
}

#[test]
fn independent_branches_run_together() {
    check(
        "t -> a -> a2; t -> b -> b2; a takes 5; b takes 2",
        expect![[r#"
            0 run t [1]
            1 t gave [1]
            1 run a [1]
            1 run b [1]
            3 b gave [1]
            3 run b2 [1]
            4 b2 gave [1]
            6 a gave [1]
            6 run a2 [1]
            7 a2 gave [1]
            7 succeeded
        "#]],
    );
}

#[test]
fn a_join_waits_only_for_branches_that_will_still_run() {
    check(
        "t -> i -> m -> z; i:1 -> x -> 1:m; t -> slow; i gives 1 0; slow takes 50",
        expect![[r#"
            0 run t [1]
            1 t gave [1]
            1 run i [1]
            1 run slow [1]
            2 i gave [1, 0]
            2 run m [1, 0]
            3 m gave [1]
            3 run z [1]
            4 z gave [1]
            51 slow gave [1]
            51 succeeded
        "#]],
    );
}

#[test]
fn a_join_waits_for_a_slow_branch() {
    check(
        "t -> a -> m; t -> b -> b2 -> 1:m; b takes 9",
        expect![[r#"
            0 run t [1]
            1 t gave [1]
            1 run a [1]
            1 run b [1]
            2 a gave [1]
            10 b gave [1]
            10 run b2 [1]
            11 b2 gave [1]
            11 run m [1, 1]
            12 m gave [1]
            12 succeeded
        "#]],
    );
}

#[test]
fn a_join_waits_for_the_joins_before_it() {
    check(
        "t -> 1:n; t -> i -> m -> n; i:1 -> x -> 1:m; i gives 1 0",
        expect![[r#"
        0 run t [1]
        1 t gave [1]
        1 run i [1]
        2 i gave [1, 0]
        2 run m [1, 0]
        3 m gave [1]
        3 run n [1, 1]
        4 n gave [1]
        4 succeeded
    "#]],
    );
}

#[test]
fn a_join_without_an_input_that_it_needs_does_not_run_nor_hold_others_up() {
    check(
        "t -> i -> m -> z -> n; i:1 -> x -> 1:m; i -> 1:n; i gives 1 0; m needs 0 1",
        expect![[r#"
            0 run t [1]
            1 t gave [1]
            1 run i [1]
            2 i gave [1, 0]
            2 run n [0, 1]
            3 n gave [1]
            3 succeeded
        "#]],
    );
}

#[test]
fn a_join_in_a_loop_runs_in_each_round() {
    check(
        "t -> l:1 -> i -> m -> l; i:1 -> b -> 1:m; l -> done
         l gives 0 1 then 0 1 then 1 0; i gives 1 0 then 0 1",
        expect![[r#"
            0 run t [1]
            1 t gave [1]
            1 run l [1]
            2 l gave [0, 1]
            2 run i [1]
            3 i gave [1, 0]
            3 run m [1, 0]
            4 m gave [1]
            4 run l [1]
            5 l gave [0, 1]
            5 run i [1]
            6 i gave [0, 1]
            6 run b [1]
            7 b gave [1]
            7 run m [0, 1]
            8 m gave [1]
            8 run l [1]
            9 l gave [1, 0]
            9 run done [1]
            10 done gave [1]
            10 succeeded
        "#]],
    );
}

#[test]
fn joins_that_wait_for_each_other_do_not_hang() {
    check(
        "t -> m -> n -> 1:m; t -> 1:n; m -> x; n gives 1 then 0",
        expect![[r#"
            0 run t [1]
            1 t gave [1]
            1 run m [1, 0]
            2 m gave [1]
            2 run n [1, 1]
            2 run x [1]
            3 n gave [1]
            3 run m [0, 1]
            3 x gave [1]
            4 m gave [1]
            4 run x [1]
            4 run n [1, 0]
            5 x gave [1]
            5 n gave [0]
            5 succeeded
        "#]],
    );
}

#[test]
fn runs_of_one_node_follow_each_other() {
    check(
        "t -> a -> c; t -> b -> c; c takes 10",
        expect![[r#"
            0 run t [1]
            1 t gave [1]
            1 run a [1]
            1 run b [1]
            2 a gave [1]
            2 run c [1]
            2 b gave [1]
            12 c gave [1]
            12 run c [1]
            22 c gave [1]
            22 succeeded
        "#]],
    );
}

#[test]
fn a_failure_stops_what_runs_beside_it() {
    check(
        "t -> a; t -> b; a fails; a takes 2; b takes 9",
        expect![[r#"
            0 run t [1]
            1 t gave [1]
            1 run a [1]
            1 run b [1]
            3 a failed: it broke
            3 stop b
            3 b cancelled
            3 failed at a: it broke
        "#]],
    );
}
