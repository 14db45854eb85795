//! Runs of a part: up to a node, or one node alone.

use std::collections::BTreeSet;

use reporunner_engine::{Options, Recorded, RecordedRun, Run, changed_nodes};
use reporunner_model::{NodeId, StartFrom};

use crate::graph::Graph;
use crate::sim::{Sim, pinned};

/// What a whole run of the graph gave.
fn record(graph: &Graph) -> Recorded {
    recorded(&Sim::new(graph, pinned()).finish().run)
}

fn recorded(run: &Run) -> Recorded {
    let mut recorded = Recorded::default();
    for (index, planned) in run.plan().nodes() {
        let runs = run.results(index).iter().enumerate().map(|(run_index, result)| RecordedRun {
            run: result.to_run(run.plan(), index, run_index),
            outputs: result.outputs.clone(),
        });
        recorded.nodes.insert(planned.node.id.clone(), runs.collect());
    }
    recorded.nodes.retain(|_, runs| !runs.is_empty());
    recorded
}

/// The nodes that the driver runs for a run up to `target`, with `dirty` nodes.
#[track_caller]
fn check(text: &str, target: &str, dirty: &str, expect: &str) {
    for order in ["v0", "v1", "concurrent"] {
        let graph = Graph::parse(&format!("order {order}; {text}"));
        let mut recorded = record(&graph);
        recorded.dirty = dirty.split_whitespace().map(NodeId::from).collect();
        assert_eq!(ran(&graph, target, recorded), expect, "{order}: {text}");
    }
}

fn ran(graph: &Graph, target: &str, recorded: Recorded) -> String {
    let start = StartFrom::UpTo { node: target.into() };
    let sim = Sim::new(graph, Options { start, recorded, ..pinned() }).finish();
    let mut names: Vec<&str> =
        sim.tasks.iter().map(|task| sim.plan.node(task.node).node.name.as_str()).collect();
    if graph.workflow.settings.execution_order == Default::default() {
        // What runs at once has no order to speak of.
        names.dedup();
    }
    names.join(" ")
}

#[test]
fn only_what_leads_to_the_node_runs() {
    let graph = Graph::parse("t -> a -> b -> c; t -> x; a -> y");
    assert_eq!(ran(&graph, "b", Recorded::default()), "t a b");
}

#[test]
fn clean_nodes_are_not_run_again() {
    check("t -> a -> b -> c", "b", "", "b");
    check("t -> a -> b -> c", "c", "b", "b c");
    check("t -> a -> b -> c", "c", "t", "t a b c");
}

#[test]
fn what_follows_a_changed_node_runs_again() {
    check("t -> a -> m -> z; t -> b -> 1:m", "z", "b", "b m z");
    check("t -> a -> m -> z; t -> b -> 1:m", "z", "", "z");
}

#[test]
fn a_branch_that_got_nothing_is_left_alone() {
    check("t -> i -> a -> m -> z; i:1 -> b -> 1:m; i gives 1 0", "z", "a", "a m z");
}

#[test]
fn a_loop_runs_as_a_whole() {
    let looped = "t -> p -> l:1 -> body -> l; l -> done; l gives 0 1 then 1 0";
    check(looped, "done", "body", "l body l done");
    check(looped, "done", "", "done");
}

#[test]
fn a_loop_that_was_cut_off_starts_again() {
    let graph = Graph::parse("t -> p -> l:1 -> body -> l; l -> done; l gives 0 1 then 1 0");
    let mut recorded = record(&graph);
    recorded.nodes.remove(&NodeId::from("done"));
    let runs = recorded.nodes.get_mut(&NodeId::from("l")).expect("the loop ran");
    runs.truncate(1);
    assert_eq!(ran(&graph, "done", recorded), "l body l done");
}

#[test]
fn pins_stand_in_for_nodes_that_never_ran() {
    let graph = Graph::parse("t -> a -> b -> c; a pinned 2; t pinned 1");
    assert_eq!(ran(&graph, "b", Recorded::default()), "b");
}

#[test]
fn nodes_that_are_not_run_again_are_reported() {
    let graph = Graph::parse("t -> a -> b; a gives 2");
    let start = StartFrom::UpTo { node: "b".into() };
    let options = Options { start, recorded: record(&graph), ..pinned() };
    let sim = Sim::new(&graph, options).finish();
    let expect = "0 t gave [1]\n0 a gave [2]\n0 run b [2]\n1 b gave [2]\n1 succeeded\n";
    assert_eq!(sim.trace, expect);
}

#[test]
fn a_node_alone_runs_on_its_recorded_input() {
    let graph = Graph::parse("t -> a -> b -> c; a gives 4");
    let recorded = record(&graph);
    let start = StartFrom::Only { node: "b".into() };
    let sim = Sim::new(&graph, Options { start: start.clone(), recorded, ..pinned() }).finish();
    assert_eq!(sim.tasks.len(), 1, "nothing else runs");
    assert_eq!(sim.tasks[0].inputs[0].len(), 4);
    assert!(sim.tasks[0].sources[0].is_some(), "it knows where its input came from");

    let plan = std::sync::Arc::new(reporunner_engine::Plan::new(&graph.workflow, &graph.catalog));
    let error = Run::new(plan, Options { start, ..pinned() }).expect_err("no input is known");
    assert_eq!(error.to_string(), "no former run recorded an input for b");
}

#[test]
fn a_join_alone_gets_all_its_recorded_inputs() {
    let graph = Graph::parse("t -> a -> m; t -> b -> 1:m; a gives 2; b gives 3");
    let recorded = record(&graph);
    let start = StartFrom::Only { node: "m".into() };
    let sim = Sim::new(&graph, Options { start, recorded, ..pinned() }).finish();
    let counts: Vec<usize> = sim.tasks[0].inputs.iter().map(|items| items.len()).collect();
    assert_eq!(counts, [2, 3]);
}

#[test]
fn a_node_that_no_trigger_leads_to_cannot_be_run_up_to() {
    let graph = Graph::parse("t -> a; lone -> b");
    let plan = std::sync::Arc::new(reporunner_engine::Plan::new(&graph.workflow, &graph.catalog));
    let start = StartFrom::UpTo { node: "b".into() };
    let error = Run::new(plan, Options { start, ..pinned() }).expect_err("nothing leads there");
    assert_eq!(error.to_string(), "no trigger leads to b");
}

#[track_caller]
fn check_changed(before: &str, now: &str, expect: &[&str]) {
    let changed = changed_nodes(&Graph::parse(before).workflow, &Graph::parse(now).workflow);
    let expect: BTreeSet<NodeId> = expect.iter().map(|id| NodeId::from(*id)).collect();
    assert_eq!(changed, expect);
}

#[test]
fn a_node_is_changed_by_what_it_does_not_by_where_it_stands() {
    check_changed("t -> a -> b", "t -> a -> b; a stands 7 7", &[]);
    check_changed("t -> a -> b", "t -> a -> b; a off", &["a"]);
    check_changed("t -> a -> b", "t -> a -> b; t -> b", &["b"]);
    check_changed("t -> a -> b", "t -> a -> b; a pinned 1", &["a"]);
    check_changed("t -> a -> b", "t -> a -> b -> c", &["c"]);
}
