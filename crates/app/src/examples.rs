//! The examples that come with the program.

use std::collections::BTreeSet;

use reporunner_model::WorkflowId;
use reporunner_protocol::{AddExample, Code, Event, Example, Failure};

use rust_embed::Embed;

use crate::listing::listing;
use crate::transfer::parse;
use crate::{App, Caller, ids};

/// A release build carries them, a debug build reads them where they are.
#[derive(Embed)]
#[folder = "../../workflows-examples"]
struct Files;

/// The workflow of an example.
const WORKFLOW: &str = "workflow.json";
/// What an example is, in words: its first line is the title, its first paragraph the summary.
const README: &str = "README.md";
/// What an example gives; of no use in a workflow's folder.
const EXPECTED: &str = "expected.json";

impl App {
    /// The examples, in the order of their names.
    pub(crate) fn list_examples(&self) -> Result<Vec<Example>, Failure> {
        let names: BTreeSet<String> =
            Files::iter().filter_map(|path| Some(path.split_once('/')?.0.to_owned())).collect();
        let mut examples = Vec::new();
        for name in names {
            let (workflow, _) = parse(&text(&name, WORKFLOW)?, self.catalog(), "UTC")?;
            let readme = text(&name, README)?;
            let mut lines = readme.lines();
            let title = lines.next().unwrap_or(&name).trim_start_matches('#').trim().to_owned();
            let summary: Vec<_> = lines
                .skip_while(|line| line.trim().is_empty())
                .take_while(|line| !line.trim().is_empty())
                .collect();
            let types = listing(&workflow, self.catalog(), 0).types;
            examples.push(Example { name, title, summary: summary.join(" "), types });
        }
        Ok(examples)
    }

    /// Makes a workflow from an example, with its files in the workflow's folder.
    pub(crate) async fn add_example(
        &self,
        caller: &Caller,
        command: AddExample,
    ) -> Result<WorkflowId, Failure> {
        let name = &command.name;
        let (mut workflow, _) = parse(&text(name, WORKFLOW)?, self.catalog(), &self.host.timezone)?;
        workflow.id = ids::workflow();
        workflow.name = self.free_workflow_name(&workflow.name).await?;
        workflow.settings.timezone.clone_from(&self.host.timezone);
        let files = self.files_of(&workflow.id);
        for entry in Files::iter() {
            let Some((_, file)) = entry.split_once('/').filter(|(of, _)| of == name) else {
                continue;
            };
            if [WORKFLOW, README, EXPECTED].contains(&file) {
                continue;
            }
            let Some(content) = Files::get(&entry) else { continue };
            let path = reporunner_net::join(&files, file)
                .map_err(|error| Failure::new(Code::Internal, error.to_string()))?;
            std::fs::write(&path, &content.data).map_err(|error| {
                Failure::new(Code::NotSaved, format!("{}: {error}", path.display()))
                    .hint("Free some space, or mend the permissions of the data folder.")
            })?;
        }
        let id = self.add_workflow(caller, workflow, false).await?;
        self.bus.send(Event::WorkflowsChanged);
        Ok(id)
    }
}

fn text(example: &str, file: &str) -> Result<String, Failure> {
    let missing = || {
        Failure::new(Code::NotFound, format!("there is no example called {example} with {file}"))
    };
    let found = Files::get(&format!("{example}/{file}")).ok_or_else(missing)?;
    String::from_utf8(found.data.into_owned()).map_err(|_| missing())
}
