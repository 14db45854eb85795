//! Code: runs JavaScript on the items, in a worker process.

use async_trait::async_trait;
use reporunner_model::{
    ErrorOrigin, Item, Language, NodeDescription, NodeError, NodeGroup, Property,
};
use reporunner_node::{Context, Node, Output, ScriptCall, ScriptMode};
use serde_json::json;

use crate::form::{self, describe, texts};
use crate::items::failed;

/// Characters of a line that a hint shows.
const LINE_SHOWN: usize = 120;

pub(crate) struct Code;

#[async_trait]
impl Node for Code {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Runs JavaScript on the items.".to_owned(),
            help: "- **Once for all items**: `$input.all()` gives the items; return a list of \
                   objects or of `{ json: … }` items.\n- **Once for each item**: `$json` is the \
                   item's data; return one object.\n\nExpressions' names work here too: \
                   `$('Node').first().json`, `$now`, `$workflow.name`. What `console.log` \
                   prints is shown with the run.\n\nThe code runs in a process of its own, \
                   without network or files, and is ended at the time limit."
                .to_owned(),
            aliases: texts(&["javascript", "js", "script", "function", "python", "custom"]),
            versions: texts(&["1", "2"]),
            properties: properties(),
            example: form::example(json!({
                "jsCode": "return $input.all().map((item, index) => ({ ...item.json, index }));"
            })),
            ..describe("code", "Code", NodeGroup::Code, "code", 48)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let values = context.values(0)?;
        let language = values.text("language");
        if language.starts_with("python") {
            return Err(NodeError::new("Python cannot be run yet")
                .hint("Write the code in JavaScript, or ask for Python in a later version.")
                .about(&["language"]));
        }
        let code = values.required("jsCode")?;
        let mode = match values.text("mode").as_str() {
            "runOnceForEachItem" => ScriptMode::EachItem,
            _ => ScriptMode::AllItems,
        };
        let timeout_ms = context.node.flags.timeout_ms;
        let goes_on = context.continues_on_error();
        let call = ScriptCall {
            code: if goes_on { caught(&code) } else { code.clone() },
            mode,
            timeout_ms,
        };
        let result = match context.handles.script.run(call).await {
            Err(error) if goes_on && error.origin != ErrorOrigin::Cancelled => {
                return Ok(Output::one(failures(context, mode, &error)));
            }
            result => result,
        };
        let result = result.map_err(|mut error| {
            if error.parameter.is_empty() {
                error.parameter = vec!["jsCode".to_owned()];
            }
            if error.hint.is_none() {
                error.hint = Some(where_to_look(&error, &code, &context.node.name));
            }
            error
        })?;
        Ok(Output { hints: result.logs, ..Output::one(result.items) })
    }
}

/// The code with what it throws made an item, for a node that goes on after errors. It begins on
/// the first line, so that errors tell its own lines.
fn caught(code: &str) -> String {
    format!(
        "try {{ return await (async () => {{ {code}\n}})(); }} catch (thrown) {{ \
         const told = thrown && thrown.message !== undefined ? thrown.message : String(thrown); \
         return {{ json: {{ error: told }} }}; }}"
    )
}

/// What stands for a script that could not run at all, or whose result is none: an item for each
/// time it was to run.
fn failures(context: &Context, mode: ScriptMode, error: &NodeError) -> Vec<Item> {
    match mode {
        ScriptMode::AllItems => {
            vec![Item { paired_item: None, ..failed(error, 0) }]
        }
        ScriptMode::EachItem => {
            (0..context.items().len()).map(|index| failed(error, index)).collect()
        }
    }
}

/// The line that failed, and where the code and what it got are shown.
fn where_to_look(error: &NodeError, code: &str, node: &str) -> String {
    let number = error.detail.as_deref().and_then(|detail| detail.strip_prefix("line "));
    let number: Option<usize> = number.and_then(|number| number.trim().parse().ok());
    let line = number.and_then(|number| code.lines().nth(number.checked_sub(1)?));
    let line = match (number, line.map(str::trim)) {
        (Some(number), Some(line)) if !line.is_empty() => {
            let cut: String = line.chars().take(LINE_SHOWN).collect();
            let more = if cut.len() < line.len() { "…" } else { "" };
            format!("Line {number}: {cut}{more}\n")
        }
        _ => String::new(),
    };
    let input = match error.item {
        Some(item) => format!("its input of item {item} is shown below the code"),
        None => "its input is shown below the code".to_owned(),
    };
    format!("{line}Open the node {node}; {input}.")
}

fn properties() -> Vec<Property> {
    vec![
        Property::choice(
            "mode",
            "Run",
            &[
                ("runOnceForAllItems", "Once for all items"),
                ("runOnceForEachItem", "Once for each item"),
            ],
        )
        .fixed(),
        Property::choice(
            "language",
            "Language",
            &[("javaScript", "JavaScript"), ("pythonNative", "Python (not yet)")],
        )
        .fixed()
        .versions(&[2.0]),
        form::code("jsCode", "JavaScript", Language::JavaScript)
            .required()
            .default_value("return $input.all();")
            .show_when("language", &["javaScript"]),
        form::code("pythonCode", "Python", Language::Python)
            .show_when("language", &["python", "pythonNative"]),
    ]
}
