//! Function and Function Item: the code nodes of old workflows, run as Code runs.
//!
//! Reading and writing files from the code, and static data of the workflow, are not in this
//! version.

use async_trait::async_trait;
use reporunner_model::{Language, NodeDescription, NodeError, NodeGroup};
use reporunner_node::{Context, Node, Output, ScriptCall, ScriptMode};
use serde_json::json;

use crate::form::{self, describe, texts};

/// Code over all items, which it knows as `items`.
pub(crate) struct Function;

/// Code over each item, whose data it knows as `item`.
pub(crate) struct FunctionItem;

#[async_trait]
impl Node for Function {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Runs JavaScript on all items, as old workflows do it.".to_owned(),
            help: "The code finds the items as `items`, each with its data as `json`, and \
                   returns a list of items.\n\nNew workflows take the **Code** node, which \
                   does the same and more."
                .to_owned(),
            aliases: texts(&["javascript", "js", "script", "code", "old"]),
            properties: vec![
                form::code("functionCode", "JavaScript", Language::JavaScript)
                    .required()
                    .default_value("return items;"),
            ],
            example: form::example(json!({
                "functionCode": "for (const item of items) item.json.seen = true;\nreturn items;"
            })),
            ..describe("function", "Function", NodeGroup::Code, "code", 48)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let code = context.values(0)?.required("functionCode")?;
        // The code begins on the first line, so that errors tell its own lines. Names of one item
        // mean the first.
        let code = format!(
            "return await (async (items, $json, $data, $binary, $itemIndex) => {{ {{ {code}\n}} }})\
             (...(() => {{ const given = $input.all().map((i) => \
             ({{ ...i, json: JSON.parse(JSON.stringify(i.json)) }})); const first = given[0] || {{}}; \
             return [given, first.json, first.json, first.binary, 0]; }})());"
        );
        run(context, code, ScriptMode::AllItems).await
    }
}

#[async_trait]
impl Node for FunctionItem {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Runs JavaScript on each item, as old workflows do it.".to_owned(),
            help: "The code finds the item's data as `item` and returns what shall be its data \
                   afterwards. Files of the item stay.\n\nNew workflows take the **Code** node \
                   in its mode *Once for each item*."
                .to_owned(),
            aliases: texts(&["javascript", "js", "script", "code", "old"]),
            properties: vec![
                form::code("functionCode", "JavaScript", Language::JavaScript)
                    .required()
                    .default_value("return item;"),
            ],
            example: form::example(json!({
                "functionCode": "item.total = item.price * item.amount;\nreturn item;"
            })),
            ..describe("functionItem", "Function Item", NodeGroup::Code, "code", 48)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let code = context.values(0)?.required("functionCode")?;
        let code = format!(
            "return {{ json: await (async (item) => {{ {{ {code}\n}} }})\
             (JSON.parse(JSON.stringify($json))) }};"
        );
        let mut output = run(context, code, ScriptMode::EachItem).await?;
        for (made, source) in output.outputs.iter_mut().flatten().zip(context.items()) {
            made.binary.clone_from(&source.binary);
        }
        Ok(output)
    }
}

async fn run(context: &Context, code: String, mode: ScriptMode) -> Result<Output, NodeError> {
    let call = ScriptCall { code, mode, timeout_ms: context.node.flags.timeout_ms };
    let result = context.handles.script.run(call).await.map_err(|mut error| {
        if error.parameter.is_empty() {
            error.parameter = vec!["functionCode".to_owned()];
        }
        error
    })?;
    Ok(Output { hints: result.logs, ..Output::one(result.items) })
}
