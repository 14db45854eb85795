//! A node's parameters with every string parsed once.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::{Frame, Refusal, Template};

/// Parameters ready to be resolved for many items.
#[derive(Debug, Clone)]
pub struct Compiled {
    root: Node,
    templates: Vec<Template>,
}

#[derive(Debug, Clone)]
enum Node {
    Constant(Value),
    /// Index of the template.
    Template(usize),
    Array(Vec<Node>),
    Object(Vec<(String, Node)>),
}

/// The values of all templates for one item, in their order; none where one is undefined.
pub type Parts = Box<[Option<Value>]>;

/// Values of templates that the worker gave, by template.
pub(crate) type Answers = HashMap<usize, Option<Value>>;

impl Compiled {
    /// Parses every string in a tree of parameters.
    pub fn new(parameters: &Value) -> Self {
        let mut templates = Vec::new();
        let root = compile(parameters, &mut templates);
        Self { root, templates }
    }

    /// Whether there is nothing to resolve.
    pub fn is_constant(&self) -> bool {
        self.templates.is_empty()
    }

    /// The strings that have to be resolved, in order.
    pub fn templates(&self) -> &[Template] {
        &self.templates
    }

    /// Resolves everything natively for one item. A field that is undefined is left out, an
    /// element that is undefined is null.
    pub fn eval_native(&self, frame: &Frame, item: usize) -> Result<Value, Refusal> {
        self.parts(frame, item, &Answers::new()).map(|parts| self.assemble(&parts))
    }

    /// The whole tree with these values of its templates.
    pub fn assemble(&self, parts: &[Option<Value>]) -> Value {
        assemble(&self.root, parts).unwrap_or_default()
    }

    /// The templates that need the worker for this item, after a native attempt at each.
    pub(crate) fn missing(&self, frame: &Frame, item: usize) -> Result<Vec<usize>, Refusal> {
        let mut missing = Vec::new();
        for (at, template) in self.templates.iter().enumerate() {
            match template.evaluate(frame, item) {
                Ok(_) => {}
                Err(Refusal::NeedsWorker(_)) => missing.push(at),
                Err(failed) => return Err(failed),
            }
        }
        Ok(missing)
    }

    /// The values of the templates, with what the worker answered.
    pub(crate) fn parts(
        &self,
        frame: &Frame,
        item: usize,
        answers: &Answers,
    ) -> Result<Parts, Refusal> {
        let one = |(at, template): (usize, &Template)| match answers.get(&at) {
            Some(answer) => Ok(answer.clone()),
            None => Ok(template.evaluate(frame, item)?.value),
        };
        self.templates.iter().enumerate().map(one).collect()
    }
}

fn assemble(node: &Node, parts: &[Option<Value>]) -> Option<Value> {
    Some(match node {
        Node::Constant(value) => value.clone(),
        Node::Template(at) => return parts.get(*at).cloned().flatten(),
        Node::Array(nodes) => {
            let values = nodes.iter().map(|node| assemble(node, parts).unwrap_or_default());
            Value::Array(values.collect())
        }
        Node::Object(fields) => {
            let mut map = Map::with_capacity(fields.len());
            for (key, node) in fields {
                if let Some(value) = assemble(node, parts) {
                    map.insert(key.clone(), value);
                }
            }
            Value::Object(map)
        }
    })
}

fn compile(value: &Value, templates: &mut Vec<Template>) -> Node {
    let before = templates.len();
    let node = match value {
        Value::String(text) if text.starts_with('=') => {
            templates.push(Template::parse(text));
            return Node::Template(before);
        }
        Value::Array(list) => {
            Node::Array(list.iter().map(|value| compile(value, templates)).collect())
        }
        Value::Object(map) => Node::Object(
            map.iter().map(|(key, value)| (key.clone(), compile(value, templates))).collect(),
        ),
        other => Node::Constant(other.clone()),
    };
    // What holds no expression is kept whole.
    if templates.len() == before { Node::Constant(value.clone()) } else { node }
}
