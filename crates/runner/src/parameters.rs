//! A node's parameters: which of them are evaluated before it runs, and which by itself.

use std::sync::Arc;

use reporunner_expression::{Compiled, Evaluator, ExpressionError, Frame, Parts};
use reporunner_model::{Node, NodeDescription, NodeError, text_for_number};
use reporunner_node::{ItemParams, Params};
use serde_json::{Map, Value};

/// What has to be evaluated, and what the node evaluates itself.
struct Written {
    compiled: Compiled,
    /// As it is written.
    late: Map<String, Value>,
}

/// Parameters with every string parsed once.
pub(crate) struct Parameters {
    written: Arc<Written>,
    /// All of it, where nothing has to be evaluated.
    constant: Option<Map<String, Value>>,
    /// Why the node cannot run with it: a default in the place of what was written would be worse.
    wrong: Option<NodeError>,
}

impl Parameters {
    /// Takes a node's parameters apart. What its form does not show does not count: it may be
    /// left from another operation and hold anything.
    pub(crate) fn new(node: &Node, description: Option<&NodeDescription>) -> Self {
        let mut early = node.params.clone();
        let mut late = Map::new();
        if let Some(description) = description {
            let properties = &description.properties;
            for key in node.params.keys() {
                let mut named = properties.iter().filter(|p| p.name == *key).peekable();
                if named.peek().is_none() {
                    continue;
                }
                match named.find(|property| property.is_shown(node, properties)) {
                    None => drop(early.shift_remove(key)),
                    Some(property) if property.late => {
                        late.extend(early.shift_remove_entry(key));
                    }
                    Some(_) => {}
                }
            }
        }
        let compiled = Compiled::new(&Value::Object(early.clone()));
        let constant = compiled.is_constant().then(|| {
            early.extend(late.clone());
            early
        });
        let wrong = description.and_then(|found| text_for_number(node, &found.properties));
        let wrong = wrong.map(|(path, message)| {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            NodeError::new(message.trim_end_matches('.'))
                .hint("Write a number, or an expression that gives one.")
                .about(&path)
        });
        Self { written: Arc::new(Written { compiled, late }), constant, wrong }
    }

    /// The values for every item of the frame's first input; one set where there is none.
    pub(crate) async fn resolve(&self, frame: &Arc<Frame>, evaluator: &Evaluator) -> Params {
        if let Some(wrong) = &self.wrong {
            return Params::PerItem(Arc::new(vec![Err(wrong.clone())]));
        }
        if let Some(constant) = &self.constant {
            return Params::Same(constant.clone());
        }
        let items: Vec<usize> = (0..frame.items().len().max(1)).collect();
        let written = Arc::clone(&self.written);
        let parts = evaluator.resolve_parts(&written.compiled, frame, &items).await;
        Params::PerItem(Arc::new(PerItem { written, parts }))
    }
}

/// What was evaluated for each item.
struct PerItem {
    written: Arc<Written>,
    parts: Vec<Result<Parts, ExpressionError>>,
}

impl ItemParams for PerItem {
    fn at(&self, index: usize) -> Result<Map<String, Value>, NodeError> {
        let Written { compiled, late } = &*self.written;
        match self.parts.get(index).or_else(|| self.parts.last()) {
            Some(Ok(parts)) => match compiled.assemble(parts) {
                Value::Object(mut map) => {
                    map.extend(late.iter().map(|(key, value)| (key.clone(), value.clone())));
                    Ok(map)
                }
                _ => Ok(late.clone()),
            },
            Some(Err(error)) => Err(error.clone().into_node_error()),
            None => Ok(late.clone()),
        }
    }
}
