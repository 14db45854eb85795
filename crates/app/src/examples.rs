//! The examples that come with the program.

use include_dir::{Dir, include_dir};
use reporunner_model::WorkflowId;
use reporunner_protocol::{AddExample, Code, Event, Example, Failure};

use crate::listing::listing;
use crate::transfer::parse;
use crate::{App, Caller, ids};

static EXAMPLES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../workflows-examples");

/// The workflow of an example.
const WORKFLOW: &str = "workflow.json";
/// What an example is, in words: its first line is the title, its first paragraph the summary.
const README: &str = "README.md";
/// What an example gives; of no use in a workflow's folder.
const EXPECTED: &str = "expected.json";

impl App {
    /// The examples, in the order of their names.
    pub(crate) fn list_examples(&self) -> Result<Vec<Example>, Failure> {
        let mut examples = Vec::new();
        for folder in EXAMPLES.dirs() {
            let name = folder.path().to_string_lossy().into_owned();
            let (workflow, _) = parse(text(folder, WORKFLOW)?, self.catalog(), "UTC")?;
            let readme = text(folder, README)?;
            let mut lines = readme.lines();
            let title = lines.next().unwrap_or(&name).trim_start_matches('#').trim().to_owned();
            let summary: Vec<_> = lines
                .skip_while(|line| line.trim().is_empty())
                .take_while(|line| !line.trim().is_empty())
                .collect();
            let types = listing(&workflow, self.catalog(), 0).types;
            examples.push(Example { name, title, summary: summary.join(" "), types });
        }
        examples.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(examples)
    }

    /// Makes a workflow from an example, with its files in the workflow's folder.
    pub(crate) async fn add_example(
        &self,
        caller: &Caller,
        command: AddExample,
    ) -> Result<WorkflowId, Failure> {
        let folder = EXAMPLES.get_dir(&command.name).ok_or_else(|| {
            Failure::new(Code::NotFound, format!("there is no example called {}", command.name))
        })?;
        let (mut workflow, _) = parse(text(folder, WORKFLOW)?, self.catalog(), &self.host.timezone)?;
        workflow.id = ids::workflow();
        workflow.name = self.free_workflow_name(&workflow.name)?;
        workflow.settings.timezone.clone_from(&self.host.timezone);
        let files = self.files_of(&workflow.id);
        for file in folder.files() {
            let Some(name) = file.path().file_name().and_then(|name| name.to_str()) else { continue };
            if [WORKFLOW, README, EXPECTED].contains(&name) {
                continue;
            }
            let path = reporunner_net::join(&files, name)
                .map_err(|error| Failure::new(Code::Internal, error.to_string()))?;
            std::fs::write(&path, file.contents()).map_err(|error| {
                Failure::new(Code::NotSaved, format!("{}: {error}", path.display()))
                    .hint("Free some space, or mend the permissions of the data folder.")
            })?;
        }
        let id = self.add_workflow(caller, workflow, false).await?;
        self.bus.send(Event::WorkflowsChanged);
        Ok(id)
    }
}

fn text<'f>(folder: &'f Dir<'_>, name: &str) -> Result<&'f str, Failure> {
    let broken = || {
        let folder = folder.path().display();
        Failure::new(Code::Internal, format!("the example {folder} has no {name}"))
    };
    let file = folder.get_file(folder.path().join(name)).ok_or_else(broken)?;
    file.contents_utf8().ok_or_else(broken)
}
