//! Which ports a node has: one function for everybody.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::catalog::ExtraPort;
use crate::{Node, NodeDescription, OnError, PortRule, value_at};

/// The kind of a port; a wire joins two of the same kind. `main` carries items.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PortKind(String);

impl PortKind {
    /// A kind by its name.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The kind for items.
    pub fn main() -> Self {
        Self("main".to_owned())
    }

    /// Whether it is for items.
    pub fn is_main(&self) -> bool {
        self.0 == "main"
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PortKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Port {
    /// What it joins.
    pub kind: PortKind,
    /// Its name beside the card; empty where one port needs none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
}

impl Port {
    /// A port for items.
    pub fn main(label: &str) -> Self {
        Self { kind: PortKind::main(), label: label.to_owned() }
    }
}

/// The ports of one node. The index of a port in its list is its number.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ports {
    /// On the left.
    pub inputs: Vec<Port>,
    /// On the right; the error output, where there is one, is last.
    pub outputs: Vec<Port>,
    /// Whether the last output is for errors.
    pub error_output: bool,
}

/// The ports of `node`. Where its type is unknown (`None`), those that its name tells: what the wires
/// need beyond that is drawn from the wires.
pub fn ports_of(description: Option<&NodeDescription>, node: &Node) -> Ports {
    let mut params = node.params.clone();
    // Rules may ask for the type's version as descriptions do.
    params.insert("@version".to_owned(), Value::String(node.v.clone()));
    let params = Value::Object(params);
    let mut ports = match description {
        Some(description) => Ports {
            inputs: resolve(&description.inputs, &params, description),
            outputs: resolve(&description.outputs, &params, description),
            error_output: false,
        },
        None => unknown_ports(node),
    };
    if node.flags.on_error == OnError::ContinueErrorOutput {
        if ports.outputs.len() == 1 && ports.outputs[0].label.is_empty() {
            ports.outputs[0].label = "success".to_owned();
        }
        ports.outputs.push(Port::main("error"));
        ports.error_output = true;
    }
    ports
}

/// Height of the card of a node with these ports: on the grid, never below the usual. Only ports for
/// items are at its sides.
pub fn card_height(ports: &Ports) -> f64 {
    use crate::limits::{GRID, NODE_HEIGHT, PORT_STEP};
    let mains = |list: &[Port]| list.iter().filter(|port| port.kind.is_main()).count();
    let fuller = mains(&ports.inputs).max(mains(&ports.outputs));
    ((fuller as f64 * PORT_STEP / GRID).ceil() * GRID).max(NODE_HEIGHT)
}

/// A sub-node serves another node through an output of its own kind and takes no items; a trigger
/// takes none either; all else is passed through.
fn unknown_ports(node: &Node) -> Ports {
    let short = node.node_type.as_str().rsplit('.').next().unwrap_or_default();
    if let Some(kind) = sub_node_kind(node, short) {
        let output = Port { kind: PortKind::new(kind), label: String::new() };
        return Ports { outputs: vec![output], ..Ports::default() };
    }
    let trigger = short.to_ascii_lowercase().ends_with("trigger");
    Ports {
        inputs: if trigger { Vec::new() } else { vec![Port::main("")] },
        outputs: vec![Port::main("")],
        error_output: false,
    }
}

/// How the names of n8n's sub-nodes begin, and what kind their output is (docs.n8n.io, Cluster
/// nodes, Sub-nodes).
const SUB_NODES: [(&str, &str); 10] = [
    ("lm", "ai_languageModel"),
    ("modelSelector", "ai_languageModel"),
    ("memory", "ai_memory"),
    ("tool", "ai_tool"),
    ("outputParser", "ai_outputParser"),
    ("embeddings", "ai_embedding"),
    ("document", "ai_document"),
    ("textSplitter", "ai_textSplitter"),
    ("retriever", "ai_retriever"),
    ("reranker", "ai_reranker"),
];
/// Nodes that are called so and take items all the same.
const NO_SUB_NODES: [&str; 3] = ["memoryManager", "memoryChatRetriever", "toolExecutor"];

/// The kind of a sub-node's output, where n8n's type of this name is one.
fn sub_node_kind(node: &Node, short: &str) -> Option<&'static str> {
    // n8n makes a tool of any node by adding the word to the name of its type.
    if short.ends_with("Tool") {
        return Some("ai_tool");
    }
    if !node.node_type.as_str().contains("langchain") || NO_SUB_NODES.contains(&short) {
        return None;
    }
    if short.starts_with("vectorStore") {
        return match node.params.get("mode").and_then(Value::as_str) {
            Some("retrieve") => Some("ai_vectorStore"),
            Some("retrieve-as-tool") => Some("ai_tool"),
            _ => None,
        };
    }
    let begins = |(prefix, _): &&(&str, &str)| {
        short.strip_prefix(prefix).is_some_and(|rest| {
            rest.is_empty() || rest.starts_with(|letter: char| letter.is_ascii_uppercase())
        })
    };
    SUB_NODES.iter().find(begins).map(|(_, kind)| *kind)
}

fn resolve(rule: &PortRule, params: &Value, description: &NodeDescription) -> Vec<Port> {
    let parameter = |path: &[String]| {
        value_at(params, path).cloned().or_else(|| {
            let (first, rest) = path.split_first()?;
            let property = description.properties.iter().find(|p| p.name == *first)?;
            value_at(&property.default, rest).cloned()
        })
    };
    match rule {
        PortRule::Fixed { ports } => ports.clone(),
        PortRule::Records { path, label, extra } => {
            let records = match parameter(path) {
                Some(Value::Array(records)) => records,
                _ => Vec::new(),
            };
            let mut ports: Vec<Port> = records
                .iter()
                .enumerate()
                .map(|(index, record)| {
                    // A list of plain texts names its ports itself.
                    let name = record.get(label).unwrap_or(record).as_str().unwrap_or_default();
                    if name.is_empty() { Port::main(&index.to_string()) } else { Port::main(name) }
                })
                .collect();
            if let Some(ExtraPort { path, value, label, label_path }) = extra
                && parameter(path).as_ref() == Some(value)
            {
                let named = parameter(label_path).filter(|_| !label_path.is_empty());
                let named = named.as_ref().and_then(Value::as_str).filter(|text| !text.is_empty());
                ports.push(Port::main(named.unwrap_or(label)));
            }
            ports
        }
        PortRule::Count { path, default, label } => {
            let count = parameter(path)
                .and_then(|value| value.as_f64().or_else(|| value.as_str()?.parse().ok()))
                .map_or(*default, |count| (count.max(0.0) as usize).min(crate::limits::PORTS));
            (1..=count).map(|number| Port::main(&format!("{label}{number}"))).collect()
        }
        PortRule::Choice { path, cases, default } => {
            let value = match parameter(path) {
                Some(Value::String(text)) => text,
                Some(other) => other.to_string(),
                None => String::new(),
            };
            let rule = cases.iter().find(|(case, _)| *case == value).map(|(_, rule)| rule);
            resolve(rule.unwrap_or(default), params, description)
        }
    }
}
