//! How a run with forms ended, for the person at its pages: what its last page says, what its
//! trigger says, or that it failed. Expressions are worked out on what the run recorded.

use std::sync::Arc;

use reporunner_model::{BinaryRef, Item, Node, NodeId, RunMode, RunStatus, Workflow};
use reporunner_net::ServerResponse;
use reporunner_protocol::Failure;
use reporunner_runner::Ended;
use reporunner_store::RunRow;
use serde_json::Value;

use super::ending::{self, Ending};
use super::page::{Mood, Say, say};
use super::{FORM, FORM_TRIGGER};
use crate::App;
use crate::failure::{of_runner, of_store};

/// A run that is over.
pub(super) enum Over {
    /// A record of it is kept.
    Kept(Box<RunRow>),
    /// None is, but it ended not long ago.
    Loose(Box<Ended>),
}

impl Over {
    fn status(&self) -> RunStatus {
        match self {
            Self::Kept(row) => row.status,
            Self::Loose(ended) => ended.status,
        }
    }

    /// Why a run failed that a person started to try it out.
    fn error_of_trial(&self) -> Option<String> {
        match self {
            Self::Kept(row) if row.mode == RunMode::Manual => {
                row.error.as_ref()?.get("message")?.as_str().map(str::to_owned)
            }
            Self::Loose(ended) if ended.mode == RunMode::Manual => {
                ended.error.as_ref().map(|error| error.message.clone())
            }
            _ => None,
        }
    }
}

/// What is recorded of a run that matters for its end.
struct Record {
    workflow: Workflow,
    /// The last page that it came to, with its items.
    last: Option<(NodeId, Vec<Item>)>,
    /// The items that it began with.
    first: Vec<Item>,
}

impl App {
    /// How a run ended, for a person.
    pub(super) async fn over(
        &self,
        over: Over,
        after: Option<&str>,
        wants_file: bool,
    ) -> ServerResponse {
        if over.status() != RunStatus::Succeeded {
            let mut text = "What you sent has arrived. Tell whoever gave you this form.".to_owned();
            // Only whoever tries a workflow out is told why: anybody may look at a live one.
            if let Some(error) = over.error_of_trial() {
                text = format!("{error}. The run in the editor says more.");
            }
            return say(200, &Say::new(Mood::Failed, "Something went wrong", &text));
        }
        let (ending, items) = match over {
            Over::Kept(row) => self.kept_ending(*row, after).await,
            Over::Loose(ended) => (self.loose_ending(&ended).await, Vec::new()),
        };
        match &ending {
            Ending::File { name, .. } if wants_file => match file_of(&items, name) {
                Some(file) => ending::download(file, &self.store),
                None => {
                    let text = format!("The last page has no file called {name}.");
                    say(404, &Say::new(Mood::Failed, "The file is not there", &text))
                }
            },
            _ => ending.shown(),
        }
    }

    /// How a run of which a record is kept ended, and the items of its last page.
    async fn kept_ending(&self, row: RunRow, after: Option<&str>) -> (Ending, Vec<Item>) {
        let found = row.clone();
        let read = self.read(move |app| app.record(&found));
        let Ok(Record { workflow, last, first }) = read.await else {
            return (Ending::of_options(&Value::Null), Vec::new());
        };
        let nodes = &workflow.nodes;
        if let Some((node, items)) = last
            && let Some(node) = nodes.get(&node)
        {
            let asked = ending::asked_last(&node.params);
            let given = self.resolved_in_run(row, node.id.clone(), asked).await;
            return (Ending::of_last_page(&given.unwrap_or_default()), items);
        }
        let sender = after.and_then(|after| nodes.get(&NodeId::new(after.rsplit_once('.')?.0)));
        if let Some(node) = sender.filter(|node| node.node_type.as_str() == "wait") {
            let asked = ending::asked(&node.params);
            let given = self.resolved_in_run(row, node.id.clone(), asked).await;
            return (Ending::of_options(&given.unwrap_or_default()), Vec::new());
        }
        let item = first.into_iter().next().unwrap_or_default();
        let live = row.mode == RunMode::Production;
        let trigger = workflow.node_named(&row.trigger);
        match trigger.filter(|node| node.node_type.as_str() == FORM_TRIGGER) {
            Some(node) => (self.ending_of_trigger(&workflow, node, &item, live).await, Vec::new()),
            None => (Ending::of_options(&Value::Null), Vec::new()),
        }
    }

    fn record(&self, row: &RunRow) -> Result<Record, Failure> {
        let workflow = self.runner.workflow_of(row).map_err(of_runner)?;
        let first = self.first_input(row)?.unwrap_or_default();
        let nodes = &workflow.nodes;
        let last = self.store.read(|db| {
            let runs = db.node_runs(&row.id)?;
            let mut ends = runs.into_iter().filter(|run| {
                nodes.get(&run.record.node).is_some_and(is_last_page) && !run.outputs.is_empty()
            });
            let Some(end) = ends.next_back() else { return Ok(None) };
            let items = end.outputs.first().and_then(Option::as_ref);
            let items = items.map(|at| db.all_items(at)).transpose()?.unwrap_or_default();
            Ok(Some((end.record.node, items)))
        });
        Ok(Record { last: last.map_err(of_store)?, workflow, first })
    }

    /// How a run without a record ended. What its last page says about data of the run is not
    /// known any more.
    async fn loose_ending(&self, ended: &Ended) -> Ending {
        let workflow = &ended.prepared.workflow;
        let plan = ended.run.plan();
        let ran = plan.nodes().filter_map(|(index, planned)| {
            let sequence = ended.run.results(index).last()?.sequence;
            is_last_page(&planned.node).then_some((sequence, &planned.node))
        });
        if let Some((_, node)) = ran.max_by_key(|(sequence, _)| *sequence) {
            let frame = self.frame_for(workflow, node, Arc::default(), true);
            let asked = ending::asked_last(&node.params);
            let given = self.evaluator.resolve(&asked, &frame, 0).await;
            return Ending::of_last_page(&given.unwrap_or_default());
        }
        let Some(start) = ended.run.start_node() else { return Ending::of_options(&Value::Null) };
        let results = ended.run.results(start).first();
        let item = results.and_then(|result| result.outputs.first()?.first().cloned());
        let node = &plan.node(start).node;
        let live = ended.mode == RunMode::Production;
        self.ending_of_trigger(workflow, node, &item.unwrap_or_default(), live).await
    }
}

fn is_last_page(node: &Node) -> bool {
    let operation = node.params.get("operation").and_then(Value::as_str);
    node.node_type.as_str() == FORM && operation == Some("completion")
}

fn file_of<'i>(items: &'i [Item], name: &str) -> Option<&'i BinaryRef> {
    items.iter().find_map(|item| item.binary.as_ref()?.get(name))
}
