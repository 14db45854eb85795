//! Whose items a pane shows: an input of the node, or what an earlier node gave.
//!
//! Pure, over the workflow and what is known of the run.

use std::collections::BTreeSet;

use leptos::prelude::*;
use reporunner_model::{NodeId, RunId, Workflow};
use reporunner_protocol::{ItemsAt, Side};

use crate::editor::context::EditorContext;
use crate::editor::run_view::RunView;

/// Whose data the input pane shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Choice {
    /// What came in at an input of the node.
    Input(usize),
    /// What an earlier node gave at one of its outputs.
    Node(NodeId, usize),
}

/// Something the input pane can show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Offer {
    /// What.
    pub(super) choice: Choice,
    /// Its words.
    pub(super) label: String,
    /// How many items it has; none where it is not known.
    pub(super) count: Option<usize>,
}

/// All that the input pane of `node` can show: its inputs, then the nodes before it, nearest first.
pub(super) fn offers(
    workflow: &Workflow,
    run: Option<&RunView>,
    node: &NodeId,
    inputs: usize,
    outputs: impl Fn(&NodeId) -> Vec<String>,
) -> Vec<Offer> {
    let mut found = Vec::new();
    let own = run.and_then(|run| run.latest(node));
    for input in 0..inputs {
        let edges = workflow.edges_to(node);
        let mut names: Vec<&str> = Vec::new();
        let mut waiting = None;
        for edge in edges.iter().filter(|edge| edge.to_port == input && edge.kind.is_main()) {
            let Some(before) = workflow.nodes.get(&edge.from) else { continue };
            names.push(&before.name);
            let gave = run.and_then(|run| run.latest(&edge.from));
            let gave = gave.and_then(|gave| gave.output_counts.get(edge.from_port).copied());
            waiting = waiting.or(gave);
        }
        if names.is_empty() && inputs == 1 {
            continue;
        }
        let label = match (names.as_slice(), inputs) {
            ([], _) => format!("Input {}", input + 1),
            (names, 1) => names.join(", "),
            (names, _) => format!("{} · {}", input + 1, names.join(", ")),
        };
        let count = own.and_then(|own| own.input_counts.get(input).copied()).or(waiting);
        found.push(Offer { choice: Choice::Input(input), label, count });
    }
    for before in ancestors(workflow, node) {
        let Some(ran) = run.and_then(|run| run.latest(&before)) else { continue };
        let Some(named) = workflow.nodes.get(&before) else { continue };
        let ports = outputs(&before);
        for (port, count) in ran.output_counts.iter().enumerate() {
            let label = match ports.get(port).filter(|label| !label.is_empty()) {
                Some(port) => format!("{} · {port}", named.name),
                None => named.name.clone(),
            };
            let choice = Choice::Node(before.clone(), port);
            found.push(Offer { choice, label, count: Some(*count) });
        }
    }
    found
}

/// The nodes that lead to `node`, nearest first.
fn ancestors(workflow: &Workflow, node: &NodeId) -> Vec<NodeId> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::from([node.clone()]);
    let mut front = vec![node.clone()];
    while !front.is_empty() {
        let mut next = Vec::new();
        for edge in front.iter().flat_map(|id| workflow.edges_to(id)) {
            if seen.insert(edge.from.clone()) {
                next.push(edge.from.clone());
                found.push(edge.from.clone());
            }
        }
        front = next;
    }
    found
}

/// Where the items of a choice are in the run.
pub(super) fn items_at(
    workflow: &Workflow,
    run: &RunView,
    node: &NodeId,
    run_index: Option<usize>,
    choice: &Choice,
) -> Option<ItemsAt> {
    let output = |node: NodeId, port: usize| ItemsAt {
        run: id(run),
        node,
        run_index: None,
        side: Side::Output,
        port,
    };
    match choice {
        Choice::Node(before, port) => run.latest(before).map(|_| output(before.clone(), *port)),
        Choice::Input(port)
            if run.latest(node).is_some_and(|own| *port < own.input_counts.len()) =>
        {
            Some(ItemsAt {
                run: id(run),
                node: node.clone(),
                run_index,
                side: Side::Input,
                port: *port,
            })
        }
        // It has not run: what it would get.
        Choice::Input(port) => {
            let edges = workflow.edges_to(node);
            let mut edges =
                edges.iter().filter(|edge| edge.to_port == *port && edge.kind.is_main());
            let edge = edges.find(|edge| run.latest(&edge.from).is_some())?;
            Some(output(edge.from.clone(), edge.from_port))
        }
    }
}

fn id(run: &RunView) -> RunId {
    run.summary.id.clone()
}

/// Where the items are that `$json` of `node` reads.
pub(crate) fn direct_input(editor: EditorContext, node: &NodeId) -> Option<ItemsAt> {
    editor.document.with_untracked(|document| {
        editor.run.with_untracked(|run| {
            items_at(document.workflow(), run.as_ref()?, node, None, &Choice::Input(0))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use reporunner_model::{
        Edge, EdgeKey, Node, NodeRun, NodeRunState, RunMode, RunStatus, Timestamp,
    };
    use reporunner_protocol::{RunDetail, RunSummary};

    /// `a -> b -> c`, and `a -> c` at the second input.
    fn workflow() -> Workflow {
        let mut workflow = Workflow::new("w".into(), "W", "UTC");
        for id in ["a", "b", "c"] {
            workflow
                .nodes
                .insert(id.into(), Node::new(id.into(), "t".into(), "1", id.to_uppercase()));
        }
        for (from, to, input) in [("a", "b", 0), ("b", "c", 0), ("a", "c", 1)] {
            let key = EdgeKey::main(from.into(), 0, to.into(), input);
            workflow.edges.insert(key, Edge::default());
        }
        workflow
    }

    fn run(nodes: &[(&str, &[usize], &[usize])]) -> RunView {
        let summary = RunSummary {
            id: "r".into(),
            workflow: "w".into(),
            workflow_name: String::new(),
            status: RunStatus::Succeeded,
            mode: RunMode::Manual,
            trigger: String::new(),
            started: Timestamp(0),
            ms: 0,
            error: None,
            version: None,
            parent: None,
        };
        let node = |(id, inputs, outputs): &(&str, &[usize], &[usize])| NodeRun {
            node: NodeId::from(*id),
            run_index: 0,
            sequence: 0,
            state: NodeRunState::Succeeded,
            attempt: 1,
            started: Timestamp(0),
            micros: 0,
            sources: Vec::new(),
            input_counts: inputs.to_vec(),
            output_counts: outputs.to_vec(),
            error: None,
            hints: Vec::new(),
        };
        RunView::new(RunDetail { summary, nodes: nodes.iter().map(node).collect() })
    }

    #[track_caller]
    fn check(run: &RunView, choice: Choice, expect: Option<(&str, Side, usize)>) {
        let at = items_at(&workflow(), run, &"c".into(), None, &choice);
        let found = at.as_ref().map(|at| (at.node.as_str(), at.side, at.port));
        assert_eq!(found, expect, "{choice:?}");
    }

    #[test]
    fn a_node_that_ran_shows_its_own_input() {
        let run = run(&[("a", &[], &[3]), ("b", &[3], &[2]), ("c", &[2, 3], &[5])]);
        check(&run, Choice::Input(1), Some(("c", Side::Input, 1)));
        check(&run, Choice::Node("a".into(), 0), Some(("a", Side::Output, 0)));
    }

    #[test]
    fn a_node_that_did_not_run_shows_what_it_would_get() {
        let run = run(&[("a", &[], &[3]), ("b", &[3], &[2])]);
        check(&run, Choice::Input(0), Some(("b", Side::Output, 0)));
        check(&run, Choice::Input(1), Some(("a", Side::Output, 0)));
        check(&run, Choice::Node("c".into(), 0), None);
    }

    #[test]
    fn inputs_come_first_then_the_nodes_before() {
        let run = run(&[("a", &[], &[3]), ("b", &[3], &[2])]);
        let offers = offers(&workflow(), Some(&run), &"c".into(), 2, |_| Vec::new());
        let words: Vec<_> = offers.iter().map(|o| (o.label.as_str(), o.count)).collect();
        assert_eq!(words, [("1 · B", Some(2)), ("2 · A", Some(3)), ("A", Some(3)), ("B", Some(2))]);
    }
}
