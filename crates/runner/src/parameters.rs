//! A node's parameters: which of them are evaluated before it runs, and which by itself.

use std::sync::Arc;

use reporunner_expression::{Compiled, Evaluator, ExpressionError, Frame};
use reporunner_model::{Node, NodeDescription};
use reporunner_node::Params;
use serde_json::{Map, Value};

/// Parameters with every string parsed once.
pub(crate) struct Parameters {
    compiled: Compiled,
    /// What the node evaluates itself, as it is written.
    late: Map<String, Value>,
    /// All of it, where nothing has to be evaluated.
    constant: Option<Map<String, Value>>,
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
        Self { compiled, late, constant }
    }

    /// The values for every item of the frame's first input; one set where there is none.
    pub(crate) async fn resolve(&self, frame: &Arc<Frame>, evaluator: &Evaluator) -> Params {
        if let Some(constant) = &self.constant {
            return Params::Same(constant.clone());
        }
        let items: Vec<usize> = (0..frame.items().len().max(1)).collect();
        let resolved = evaluator.resolve_items(&self.compiled, frame, &items).await;
        let with_late = |value: Result<Value, ExpressionError>| match value {
            Ok(Value::Object(mut map)) => {
                map.extend(self.late.clone());
                Ok(map)
            }
            Ok(_) => Ok(self.late.clone()),
            Err(error) => Err(error.into_node_error()),
        };
        Params::PerItem(resolved.into_iter().map(with_late).collect())
    }
}
