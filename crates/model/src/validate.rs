//! What is wrong with a workflow, as data: a broken workflow can be opened, shown and mended.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{Catalog, FormValues, Node, NodeId, Shown, Workflow, ports_of};

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// What kind of thing.
    pub kind: ProblemKind,
    /// The node it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<NodeId>,
    /// The parameter it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameter: Vec<String>,
    /// What is wrong and what to do, for a person.
    pub message: String,
}

/// What kind of thing is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ProblemKind {
    /// Two nodes have one name.
    DuplicateName,
    /// A type or version that this build does not have.
    UnknownType,
    /// A parameter that must be set is empty.
    MissingParameter,
    /// A wire ends at a port that is not there.
    MissingPort,
    /// Containers lie in each other.
    ContainerCycle,
    /// There is nothing to start at.
    NoTrigger,
}

/// Everything that is wrong with `workflow`.
pub fn validate(workflow: &Workflow, catalog: &Catalog) -> Vec<Problem> {
    let mut problems = Vec::new();
    duplicate_names(workflow, &mut problems);
    for node in workflow.nodes.values() {
        match catalog.get(&node.node_type) {
            None => problems.push(Problem {
                kind: ProblemKind::UnknownType,
                node: Some(node.id.clone()),
                parameter: Vec::new(),
                message: format!(
                    "{} is of the type {}, which this version does not have. Replace it or \
                     switch it off.",
                    node.name, node.node_type
                ),
            }),
            Some(description) if node.on => required(node, &description.properties, &mut problems),
            Some(_) => {}
        }
    }
    missing_ports(workflow, catalog, &mut problems);
    container_cycles(workflow, &mut problems);
    problems
}

fn duplicate_names(workflow: &Workflow, problems: &mut Vec<Problem>) {
    let mut names: BTreeMap<&str, Vec<&Node>> = BTreeMap::new();
    for node in workflow.nodes.values() {
        names.entry(&node.name).or_default().push(node);
    }
    for (name, nodes) in names {
        for node in nodes.iter().skip(1) {
            problems.push(Problem {
                kind: ProblemKind::DuplicateName,
                node: Some(node.id.clone()),
                parameter: Vec::new(),
                message: format!("Another node is called {name} too. Give one of them a new name."),
            });
        }
    }
}

fn required(node: &Node, properties: &[crate::Property], problems: &mut Vec<Problem>) {
    let values = FormValues::of(node, properties);
    for property in properties {
        let value = node.params.get(&property.name).unwrap_or(&property.default);
        let empty = value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty());
        if property.required && empty && values.shown(property) == Shown::Yes {
            problems.push(Problem {
                kind: ProblemKind::MissingParameter,
                node: Some(node.id.clone()),
                parameter: vec![property.name.clone()],
                message: format!("{} needs {}.", node.name, property.label),
            });
        }
    }
}

fn missing_ports(workflow: &Workflow, catalog: &Catalog, problems: &mut Vec<Problem>) {
    for key in workflow.edges.keys() {
        let has = |id: &NodeId, output: bool, port: usize| {
            let Some(node) = workflow.nodes.get(id) else { return false };
            let Some(description) = catalog.get(&node.node_type) else { return true };
            let ports = ports_of(Some(description), node);
            port < if output { ports.outputs.len() } else { ports.inputs.len() }
        };
        let end = if !has(&key.from, true, key.from_port) {
            &key.from
        } else if !has(&key.to, false, key.to_port) {
            &key.to
        } else {
            continue;
        };
        problems.push(Problem {
            kind: ProblemKind::MissingPort,
            node: Some(end.clone()),
            parameter: Vec::new(),
            message: "A wire ends at a port that this node does not have. Draw it again."
                .to_owned(),
        });
    }
}

fn container_cycles(workflow: &Workflow, problems: &mut Vec<Problem>) {
    for node in workflow.nodes.values() {
        let mut seen = BTreeSet::new();
        let mut at = node;
        while let Some(parent) = at.parent.as_ref().and_then(|id| workflow.nodes.get(id)) {
            if !seen.insert(&parent.id) {
                break;
            }
            if parent.id == node.id {
                problems.push(Problem {
                    kind: ProblemKind::ContainerCycle,
                    node: Some(node.id.clone()),
                    parameter: Vec::new(),
                    message: format!("{} lies in itself. Take it out.", node.name),
                });
                break;
            }
            at = parent;
        }
    }
}
