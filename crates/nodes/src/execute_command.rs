//! Execute Command: one command of the shell, once or for each item.
//!
//! Whether the workflow may run commands at all is for the handle to say.

use async_trait::async_trait;
use reporunner_model::{
    Effect, ErrorOrigin, Item, NodeDescription, NodeError, NodeGroup, Property,
};
use reporunner_node::{Context, Node, Output};
use serde_json::{Map, Value, json};

use crate::form::{self, describe, texts};
use crate::items::{Input, fail_or_go_on};

pub(crate) struct ExecuteCommand;

/// Characters of the error output that an error's message has.
const MESSAGE: usize = 2_000;

#[async_trait]
impl Node for ExecuteCommand {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Runs a command on this machine.".to_owned(),
            help:
                "The command is run by `/bin/sh`, in the workflow's folder, with your rights. It \
                   gives `stdout`, `stderr` and `exitCode`; another code than 0 fails the \
                   node.\n\n**It is off** until you allow it for this workflow in *Settings, What \
                   workflows may reach, Commands*, since a command can do all that you can. A \
                   workflow that you import arrives without that right.\n\nNever put a value of an \
                   item into a command as it is: a value with a quote or a semicolon in it becomes \
                   a command of its own. Quote it: `'{{ $json.name.replaceAll(\"'\", \
                   \"'\\\\''\") }}'`.\n\nThe command and all that it started are killed when the \
                   run is stopped or the node's time limit is over."
                    .to_owned(),
            aliases: texts(&["shell", "bash", "terminal", "script", "program", "cli", "exec"]),
            properties: vec![
                Property::toggle("executeOnce", "Only once", true)
                    .help("For the first item alone, however many there are."),
                form::long("command", "Command").required().placeholder("ls -l"),
            ],
            subtitles: texts(&["{command}"]),
            effect: Effect::Outside,
            example: form::example(json!({ "command": "date" })),
            ..describe("executeCommand", "Execute Command", NodeGroup::Code, "terminal", 0)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let input = Input::take(context, 0);
        let count = input.items().len();
        let once = context.values(0)?.flag("executeOnce");
        let mut out = Vec::new();
        for index in 0..if once { count.min(1) } else { count } {
            match one(context, index).await {
                Ok(json) => out.push(Item::from_json(json).paired(index, 0)),
                Err(error) => out.push(fail_or_go_on(context, error, index)?),
            }
        }
        Ok(Output::one(out))
    }
}

async fn one(context: &Context, index: usize) -> Result<Map<String, Value>, NodeError> {
    let command = context.values(index)?.required("command")?;
    let done = context.handles.commands.run(&command).await;
    let done = done.map_err(|error| error.about(&["command"]))?;
    if done.code != 0 {
        let said: String = done.stderr.trim().chars().take(MESSAGE).collect();
        let message = if said.is_empty() {
            format!("The command ended with code {}", done.code)
        } else {
            said
        };
        return Err(NodeError::new(message)
            .detail(format!("Exit code {}\n{}", done.code, done.stdout))
            .hint("Try the command in a terminal, in the workflow's folder.")
            .about(&["command"])
            .from_origin(ErrorOrigin::Outside));
    }
    let mut json = Map::new();
    json.insert("exitCode".to_owned(), done.code.into());
    json.insert("stderr".to_owned(), done.stderr.trim().into());
    json.insert("stdout".to_owned(), done.stdout.trim().into());
    Ok(json)
}
