//! Where a run starts.

use std::sync::Arc;

use reporunner_engine::{Options, Plan, Run};
use reporunner_model::{Item, Items, NodeId, StartFrom};

use crate::graph::Graph;
use crate::sim::Sim;

#[track_caller]
fn check(graph: &str, named: Option<&str>, expect: &str) {
    let graph = Graph::parse(graph);
    let start = StartFrom::Trigger { node: named.map(NodeId::from) };
    let options = Options { start, ..Options::default() };
    let plan = Arc::new(Plan::new(&graph.workflow, &graph.catalog));
    let found = match Run::new(plan, options.clone()) {
        Err(error) => {
            assert!(!error.hint().is_empty(), "every error says what to do");
            format!("{error}")
        }
        Ok(_) => Sim::new(&graph, options).finish().order(),
    };
    assert_eq!(found, expect);
}

#[test]
fn the_named_trigger_wins() {
    check("t -> a; u -> b; u triggers", Some("u"), "u b");
    check("t -> a; u -> b; u triggers", Some("x"), "the node x is not in the workflow");
    check("t -> a; u -> b; u triggers; u off", Some("u"), "u is switched off");
}

#[test]
fn the_manual_trigger_comes_before_others() {
    check("t -> a; u -> b; u triggers", None, "t a");
}

#[test]
fn the_only_trigger_will_do() {
    check("u -> b; u triggers", None, "u b");
    check("t -> a; u -> b; u triggers; t off", None, "u b");
}

#[test]
fn none_and_several_are_errors() {
    check("t -> a; t off", None, "the workflow has no trigger that is switched on");
    check(
        "u -> b; u triggers one; v -> b; v triggers two",
        None,
        "the workflow has several triggers: u, v",
    );
    check(
        "u -> b; u triggers manualTrigger; v -> b; v triggers manualTrigger",
        None,
        "the workflow has several triggers: u, v",
    );
}

#[test]
fn an_unknown_trigger_is_reached_and_says_so() {
    let graph = Graph::parse("t -> a; t unknown n8n-nodes-base.acmeTrigger");
    let sim = Sim::new(&graph, Options::default()).finish();
    assert!(sim.trace.contains("is not in this version"), "{}", sim.trace);

    let input = Some(Items::new(vec![Item::default(); 2]));
    let sim = Sim::new(&graph, Options { input, ..Options::default() }).finish();
    assert_eq!(sim.order(), "t a", "it passes on what it is given");
}

#[test]
fn the_first_node_gets_the_input_or_one_empty_item() {
    let graph = Graph::parse("t -> a");
    let sim = Sim::new(&graph, Options::default()).finish();
    assert_eq!(*sim.tasks[0].inputs[0], vec![Item::default().paired(0, 0)]);

    let input = Some(Items::new(vec![Item::default(); 3]));
    let sim = Sim::new(&graph, Options { input, ..Options::default() }).finish();
    assert_eq!(sim.tasks[0].inputs[0].len(), 3);

    let input = Some(Items::default());
    let sim = Sim::new(&graph, Options { input, ..Options::default() }).finish();
    assert_eq!(sim.order(), "t", "a trigger runs on no items, and its branch ends");
}
