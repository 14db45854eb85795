//! The examples that come with the program.

use std::collections::BTreeSet;

use reporunner_model::{Workflow, WorkflowId};
use reporunner_protocol::{AddExample, Code, Event, Example, Failure};

use rust_embed::Embed;
use serde_json::Value;

use crate::listing::listing;
use crate::transfer::parse;
use crate::{App, Caller, ids};

/// A release build carries them, a debug build reads them where they are.
#[derive(Embed)]
#[folder = "../../workflows-examples"]
struct Files;

/// The workflow of an example: the one that is opened.
const WORKFLOW: &str = "workflow.json";
/// How the files of its other workflows end: those that it calls, that are told of its failures,
/// or that stand in for a service.
const OTHER_WORKFLOW: &str = ".workflow.json";
/// The parameter of Run Workflow that names a workflow's file.
const CALLED_FILE: &str = "workflowPath";
/// What an example is, in words: its first line is the title, its first paragraph the summary. The
/// one about all of them has their order.
const README: &str = "README.md";
/// What an example gives; of no use in a workflow's folder.
const EXPECTED: &str = "expected.json";

impl App {
    /// The examples, in the order in which the page about them names them.
    pub(crate) fn list_examples(&self) -> Result<Vec<Example>, Failure> {
        let names: BTreeSet<String> =
            Files::iter().filter_map(|path| Some(path.split_once('/')?.0.to_owned())).collect();
        let page = Files::get(README).map(|page| page.data.into_owned()).unwrap_or_default();
        let page = String::from_utf8_lossy(&page);
        let place = |name: &String| page.find(&format!("({name})")).unwrap_or(usize::MAX);
        let mut names: Vec<_> = names.into_iter().collect();
        names.sort_by_key(place);
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

    /// Makes the workflows of an example, with its files in the folder of the main one, and gives
    /// that one.
    pub(crate) async fn add_example(
        &self,
        caller: &Caller,
        command: AddExample,
    ) -> Result<WorkflowId, Failure> {
        let name = &command.name;
        let mut workflows = vec![(WORKFLOW.to_owned(), self.workflow_of(name, WORKFLOW).await?)];
        for file in files_of(name).filter(|file| file.ends_with(OTHER_WORKFLOW)) {
            let workflow = self.workflow_of(name, &file).await?;
            workflows.push((file, workflow));
        }
        bind(&mut workflows);
        let id = workflows[0].1.id.clone();
        self.write_files(name, &id)?;
        // Those that are called come first: nothing calls what is not there.
        for (_, workflow) in workflows.into_iter().rev() {
            self.add_workflow(caller, workflow, false).await?;
        }
        self.bus.send(Event::WorkflowsChanged);
        Ok(id)
    }

    /// A workflow of an example as it is here: with an id and a name of its own.
    async fn workflow_of(&self, example: &str, file: &str) -> Result<Workflow, Failure> {
        let text = text(example, file)?;
        let (mut workflow, _) = parse(&text, self.catalog(), &self.host.timezone)?;
        workflow.id = ids::workflow();
        workflow.name = self.free_workflow_name(&workflow.name).await?;
        workflow.settings.timezone.clone_from(&self.host.timezone);
        Ok(workflow)
    }

    /// Puts what a workflow of the example reads into that workflow's folder.
    fn write_files(&self, example: &str, id: &WorkflowId) -> Result<(), Failure> {
        let folder = self.files_of(id);
        let of_example = |file: &String| {
            ![README, EXPECTED].contains(&file.as_str()) && !file.ends_with(WORKFLOW)
        };
        for file in files_of(example).filter(of_example) {
            let Some(content) = Files::get(&format!("{example}/{file}")) else { continue };
            let path = reporunner_net::join(&folder, &file)
                .map_err(|error| Failure::new(Code::Internal, error.to_string()))?;
            let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
            made.and_then(|()| std::fs::write(&path, &content.data)).map_err(|error| {
                Failure::new(Code::NotSaved, format!("{}: {error}", path.display()))
                    .hint("Free some space, or mend the permissions of the data folder.")
            })?;
        }
        Ok(())
    }
}

/// Lets the workflows of one example, each with its file's name, call each other as they are here:
/// in the files a call names a file, so that `reporunner run` finds it without a data folder.
fn bind(workflows: &mut [(String, Workflow)]) {
    let known: Vec<_> = workflows
        .iter()
        .map(|(file, workflow)| (file.clone(), workflow.id.clone(), workflow.name.clone()))
        .collect();
    let of_file = |file: &str| known.iter().find(|(known, ..)| known == file);
    for (_, workflow) in workflows {
        let named = workflow.settings.error_workflow.as_deref().and_then(of_file);
        if let Some((_, id, _)) = named {
            workflow.settings.error_workflow = Some(id.to_string());
        }
        for node in workflow.nodes.values_mut() {
            let path = node.params.get(CALLED_FILE).and_then(Value::as_str);
            let Some((.., name)) = path.and_then(of_file) else { continue };
            node.params.remove(CALLED_FILE);
            node.params.insert("source".to_owned(), "database".into());
            // By its name, which a person can read on the card; the name was free.
            node.params.insert("workflowId".to_owned(), name.as_str().into());
        }
    }
}

/// The names of an example's files.
fn files_of(example: &str) -> impl Iterator<Item = String> {
    let folder = format!("{example}/");
    Files::iter().filter_map(move |path| path.strip_prefix(&folder).map(str::to_owned))
}

fn text(example: &str, file: &str) -> Result<String, Failure> {
    let missing = || {
        Failure::new(Code::NotFound, format!("there is no example called {example} with {file}"))
    };
    let found = Files::get(&format!("{example}/{file}")).ok_or_else(missing)?;
    String::from_utf8(found.data.into_owned()).map_err(|_| missing())
}
