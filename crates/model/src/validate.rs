//! What is wrong with a workflow, as data: a broken workflow can be opened, shown and mended.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    Catalog, FormValues, Node, NodeId, Property, PropertyKind, Shown, Workflow, ports_of, record_id,
};

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
    /// A parameter holds what cannot be meant: text where a number is asked for, one out of range.
    WrongParameter,
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
            Some(description) if node.on => {
                required(node, &description.properties, &mut problems);
                wrong_numbers(node, &description.properties, &mut problems);
            }
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

fn required(node: &Node, properties: &[Property], problems: &mut Vec<Problem>) {
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

fn wrong_numbers(node: &Node, properties: &[Property], problems: &mut Vec<Problem>) {
    let found = numbers_of(node, properties);
    problems.extend(found.into_iter().map(|(parameter, message, _)| Problem {
        kind: ProblemKind::WrongParameter,
        node: Some(node.id.clone()),
        parameter,
        message,
    }));
}

/// The first parameter of `node` that holds text where its form, `properties`, asks for a number:
/// its path, and what is wrong in a sentence.
pub fn text_for_number(node: &Node, properties: &[Property]) -> Option<(Vec<String>, String)> {
    let mut found = numbers_of(node, properties).into_iter();
    found.find(|(_, _, is_text)| *is_text).map(|(path, message, _)| (path, message))
}

/// Where a number is wrong, what is, and whether it is text.
type WrongNumber = (Vec<String>, String, bool);

fn numbers_of(node: &Node, properties: &[Property]) -> Vec<WrongNumber> {
    let values = FormValues::of(node, properties);
    let mut found = Vec::new();
    within(values, properties, &node.params, &mut Vec::new(), &mut found);
    found
}

/// Looks through `object`, the value at `scope`, for numbers that are none or out of range.
fn within(
    form: FormValues<'_>,
    properties: &[Property],
    object: &Map<String, Value>,
    scope: &mut Vec<String>,
    found: &mut Vec<WrongNumber>,
) {
    for property in properties {
        let Some(value) = object.get(&property.name) else { continue };
        let here = if scope.is_empty() { form } else { form.within(scope, properties) };
        if here.shown(property) != Shown::Yes {
            continue;
        }
        scope.push(property.name.clone());
        match (&property.kind, value) {
            (PropertyKind::Number { .. }, value) => {
                if let Some(message) = property.wrong_number(value) {
                    let is_text =
                        value.as_str().is_some_and(|text| text.trim().parse::<f64>().is_err());
                    found.push((scope.clone(), format!("{}: {message}", property.label), is_text));
                }
            }
            (
                PropertyKind::Collection { fields, .. } | PropertyKind::Group { fields },
                Value::Object(inner),
            ) => within(form, fields, inner, scope, found),
            (PropertyKind::Records { key, fields, .. }, Value::Object(inner)) => {
                scope.push(key.clone());
                let records = inner.get(key).and_then(Value::as_array).into_iter().flatten();
                for (index, record) in records.enumerate() {
                    let Value::Object(inner) = record else { continue };
                    let id = record_id(record).map(|id| format!("#{id}"));
                    scope.push(id.unwrap_or_else(|| index.to_string()));
                    within(form, fields, inner, scope, found);
                    scope.pop();
                }
                scope.pop();
            }
            _ => {}
        }
        scope.pop();
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
