//! Filter: keeps the items that meet conditions.

use async_trait::async_trait;
use reporunner_model::{NodeDescription, NodeError, NodeGroup};
use reporunner_node::{Context, Node, Output};
use serde_json::json;

use crate::condition;
use crate::form::{self, describe, texts};
use crate::items::{Input, fail_or_go_on, has_error_output};

pub(crate) struct Filter;

#[async_trait]
impl Node for Filter {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Keeps the items that meet conditions and drops the others.".to_owned(),
            help: "Set one or more conditions: a value, a comparison, another value. Items for \
                   which they hold go on.\n\n- *All* or *any* of several conditions may have to \
                   hold.\n- Where no item is left, the nodes behind it do not run.\n- To keep \
                   both kinds of items, use **If**."
                .to_owned(),
            aliases: texts(&["where", "keep", "drop", "remove", "select", "condition"]),
            versions: texts(&["1", "2", "2.1", "2.2", "2.3"]),
            properties: condition::properties((
                "combineConditions",
                &[("AND", "All"), ("OR", "Any")],
            )),
            example: form::example(json!({
                "conditions": {
                    "options": { "caseSensitive": true, "typeValidation": "strict", "version": 2 },
                    "combinator": "and",
                    "conditions": [{
                        "id": "1", "leftValue": "={{ $json.email }}", "rightValue": "",
                        "operator": { "type": "string", "operation": "notEmpty",
                            "singleValue": true }
                    }]
                }
            })),
            ..describe("filter", "Filter", NodeGroup::Flow, "filter", 190)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let mut input = Input::take(context, 0);
        let mut place = condition::place(context);
        // The dropped items are recorded, though no wire can leave there, so that a person sees
        // them.
        let (mut kept, mut dropped) = (Vec::new(), Vec::new());
        for index in 0..input.items().len() {
            place.item = index;
            let holds = context
                .values(index)
                .and_then(|values| condition::holds(&values, &place, "combineConditions", "OR"));
            match holds {
                Ok(true) => kept.push(input.item(index).paired(index, 0)),
                Ok(false) => dropped.push(input.item(index).paired(index, 0)),
                Err(error) => {
                    let failed = fail_or_go_on(context, error, index)?;
                    if has_error_output(context) {
                        kept.push(failed);
                    } else {
                        dropped.push(input.item(index).paired(index, 0));
                    }
                }
            }
        }
        if has_error_output(context) {
            return Ok(Output::one(kept));
        }
        Ok(Output::many(vec![kept, dropped]))
    }
}
