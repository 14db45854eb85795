//! What is wrong with a workflow, with what only the triggers' own rules can tell.
//!
//! It looks at parameters only: whether an address is taken or a folder is there shows when the
//! workflow goes live.

use reporunner_model::{Catalog, Node, NodeGroup, Problem, ProblemKind, Workflow, validate};
use reporunner_nodes::schedule::Schedule;

/// Everything that is wrong with `workflow`.
pub(crate) fn problems(workflow: &Workflow, catalog: &Catalog) -> Vec<Problem> {
    let mut problems = validate(workflow, catalog);
    for node in workflow.nodes.values().filter(|node| node.on) {
        // What its form refuses is said there, at the very field.
        if !problems.iter().any(|problem| is_about_parameter(problem, node)) {
            problems.extend(of_schedule(node));
        }
    }
    problems
}

/// Why a trigger of `workflow` could never start a run, with the node's name.
pub(crate) fn trigger_trouble(workflow: &Workflow, catalog: &Catalog) -> Option<String> {
    let problems = problems(workflow, catalog);
    let triggers = workflow.nodes.values().filter(|node| {
        let found = catalog.get(&node.node_type);
        node.on && found.is_some_and(|found| found.group == NodeGroup::Trigger)
    });
    triggers
        .flat_map(|node| {
            // One that is empty may have a default, as the path of a webhook has.
            let mine = problems.iter().filter(move |problem| {
                problem.kind == ProblemKind::WrongParameter && is_about_parameter(problem, node)
            });
            mine.map(move |problem| (node, problem))
        })
        .map(|(node, problem)| match problem.message.starts_with(&node.name) {
            true => problem.message.clone(),
            false => format!("{}: {}", node.name, problem.message),
        })
        .next()
}

fn is_about_parameter(problem: &Problem, node: &Node) -> bool {
    let kind = matches!(problem.kind, ProblemKind::WrongParameter | ProblemKind::MissingParameter);
    kind && problem.node.as_ref() == Some(&node.id)
}

fn of_schedule(node: &Node) -> Option<Problem> {
    // Whether the rules can be read does not hang on the zone.
    let error = Schedule::of(node, "UTC").err()?;
    let hint = error.hint.map(|hint| format!(" {hint}")).unwrap_or_default();
    Some(Problem {
        kind: ProblemKind::WrongParameter,
        node: Some(node.id.clone()),
        parameter: error.parameter,
        message: format!("{}.{hint}", error.message),
    })
}
