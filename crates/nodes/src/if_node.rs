//! If: sends each item to one of two outputs.

use async_trait::async_trait;
use reporunner_model::{NodeDescription, NodeError, NodeGroup, PortRule};
use reporunner_node::{Context, Node, Output};
use serde_json::json;

use crate::condition;
use crate::form::{self, describe, texts};
use crate::items::{Input, fail_or_go_on, has_error_output};

pub(crate) struct If;

#[async_trait]
impl Node for If {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Sends each item to true or to false.".to_owned(),
            help: "Set one or more conditions: a value, a comparison, another value. Each item \
                   goes to **true** where they hold, else to **false**.\n\n- *All* or *any* of \
                   several conditions may have to hold.\n- By default `\"5\"` and 5 are \
                   different kinds of value and comparing them is an error; *Convert types* \
                   makes them equal.\n- For more than two ways, use **Switch**; to drop items, \
                   use **Filter**."
                .to_owned(),
            aliases: texts(&["condition", "branch", "else", "route", "true", "false", "compare"]),
            versions: texts(&["1", "2", "2.1", "2.2", "2.3"]),
            outputs: PortRule::named(&["true", "false"]),
            properties: condition::properties((
                "combineOperation",
                &[("all", "All"), ("any", "Any")],
            )),
            example: form::example(json!({
                "conditions": {
                    "options": { "caseSensitive": true, "typeValidation": "strict", "version": 2 },
                    "combinator": "and",
                    "conditions": [{
                        "id": "1", "leftValue": "={{ $json.total }}", "rightValue": 100,
                        "operator": { "type": "number", "operation": "gt" }
                    }]
                }
            })),
            ..describe("if", "If", NodeGroup::Flow, "git-fork", 190)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let mut input = Input::take(context, 0);
        let mut place = condition::place(context);
        let (mut yes, mut no) = (Vec::new(), Vec::new());
        for index in 0..input.items().len() {
            place.item = index;
            let holds = context
                .values(index)
                .and_then(|values| condition::holds(&values, &place, "combineOperation", "any"));
            match holds {
                Ok(true) => yes.push(input.item(index).paired(index, 0)),
                Ok(false) => no.push(input.item(index).paired(index, 0)),
                Err(error) => {
                    let failed = fail_or_go_on(context, error, index)?;
                    // Where failures have no output of their own, an item that cannot be judged
                    // counts as one that does not meet the conditions.
                    if has_error_output(context) {
                        yes.push(failed);
                    } else {
                        no.push(input.item(index).paired(index, 0));
                    }
                }
            }
        }
        Ok(Output::many(vec![yes, no]))
    }
}
