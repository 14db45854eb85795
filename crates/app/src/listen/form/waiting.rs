//! The pages of a run: the form that it waits for, a page while it works, how it ended. The
//! browser stays at one address, `$execution.resumeFormUrl`, and goes on by itself.
//!
//! What a form asks for was worked out when the run came to wait for it and lies with its wait, so
//! that it is the same after a restart.

use std::sync::Arc;
use std::time::Duration;

use reporunner_model::{BinaryRef, Item, Monotonic, Node, NodeId, RunId, RunMode, RunStatus};
use reporunner_net::{RequestBody, ServerRequest, ServerResponse};
use reporunner_protocol::Failure;
use reporunner_runner::{Ended, Prepared, Responder, WakeBy};
use reporunner_store::RunRow;
use serde_json::Value;

use super::definition::{Form, text};
use super::ending::{self, Ending};
use super::page::{Mood, Say, Sheet, TICKET, say, sheet};
use super::{FORM, FORM_TRIGGER, WAITING_FORMS, given, is_browser, refuse_foreign};
use crate::App;
use crate::failure::of_store;
use crate::listen::pairs;
use crate::listen::waiting::resting;

/// Longest that a browser waits for one answer while a run works.
const PATIENCE: Duration = Duration::from_secs(8);
/// Time between two looks at a run.
const LOOK: Duration = Duration::from_millis(50);
/// Seconds after which a browser asks again while a run works.
const SOON: &str = "1";
/// The same while it waits for something else.
const LATER: &str = "15";

/// How a run stands for whoever looks at its pages.
enum Standing {
    /// It waits for a form.
    Form(Box<Waiting>),
    /// It works.
    Busy,
    /// It waits for something else.
    Rests,
    /// It is over. The row is there where a record is kept, else how it ended is.
    Over(Option<Box<RunRow>>, Option<Box<Ended>>),
    Gone,
}

/// A form that a run waits for.
struct Waiting {
    node: Node,
    note: Value,
    prepared: Arc<Prepared>,
    mode: RunMode,
}

impl Waiting {
    /// What tells this wait from an earlier one of the same node.
    fn ticket(&self) -> String {
        ticket_of(&self.node.id, &self.note)
    }

    fn form(&self) -> Form {
        let version = self.note.get("version").and_then(Value::as_f64).unwrap_or(1.0);
        let mut form = Form::read(self.note.get("form").unwrap_or(&Value::Null), version);
        let trigger = trigger_of(&self.prepared);
        let of_trigger = |name: &str| {
            let words = text(trigger.and_then(|trigger| trigger.params.get(name)));
            (!words.starts_with('=')).then_some(words)
        };
        if form.title.is_empty() {
            form.title = of_trigger("formTitle").unwrap_or_default();
        }
        form
    }

    fn says(&self, name: &str) -> String {
        text(self.note.get(name))
    }
}

impl App {
    /// Answers a request to the address of a run's forms.
    pub(in crate::listen) async fn called_waiting_form(
        &self,
        path: &str,
        request: ServerRequest,
        body: RequestBody,
    ) -> ServerResponse {
        let path = path.trim_matches('/');
        let (address, suffix) = path.split_once('/').unwrap_or((path, ""));
        let Some(run) = self.marked(address) else { return gone() };
        let query = pairs::query(&request.query).unwrap_or_default();
        let after = query.get("after").map(|after| text(Some(after)));
        let answered = match request.method.as_str() {
            "POST" => self.page_sent(&run, suffix, request, body).await,
            "GET" => {
                let standing = self.stands_soon(&run, suffix, after.as_deref()).await;
                match standing {
                    Standing::Form(waiting) => self.waiting_sheet(&waiting, &request).await,
                    other => Ok(self.status_page(&run, other, after.as_deref(), &request).await),
                }
            }
            _ => Err(gone()),
        };
        answered.unwrap_or_else(|refusal| refusal)
    }

    /// Sends a browser to the pages of a run. A form that it has just sent is not shown again.
    pub(super) fn to_run(&self, run: &RunId, suffix: &str, after: Option<&str>) -> ServerResponse {
        let mut to = format!("/{WAITING_FORMS}/{run}-{}", self.mark(run));
        if !suffix.is_empty() {
            to.push('/');
            to.push_str(suffix);
        }
        if let Some(after) = after {
            to.push_str("?after=");
            to.extend(url::form_urlencoded::byte_serialize(after.as_bytes()));
        }
        // After a post, a browser asks for this by GET, and a reload sends nothing again.
        let headers = [("location", to.as_str()), ("cache-control", "no-store")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        ServerResponse { status: 303, headers: headers.into(), ..ServerResponse::default() }
    }

    async fn waiting_sheet(
        &self,
        waiting: &Waiting,
        request: &ServerRequest,
    ) -> Result<ServerResponse, ServerResponse> {
        self.admit_to(waiting, request).await?;
        let form = waiting.form();
        let query = pairs::query(&request.query).unwrap_or_default();
        let fresh = sheet_of(waiting, &form);
        Ok(sheet(200, &Sheet { given: given(&form, &query), ..fresh }))
    }

    async fn admit_to(
        &self,
        waiting: &Waiting,
        request: &ServerRequest,
    ) -> Result<(), ServerResponse> {
        if waiting.says("authentication") != "basicAuth" {
            return Ok(());
        }
        let workflow = &waiting.prepared.workflow;
        self.admit(workflow, &waiting.node, &Value::Null, request).await
    }

    /// A form of a run comes back.
    async fn page_sent(
        &self,
        run: &RunId,
        suffix: &str,
        request: ServerRequest,
        body: RequestBody,
    ) -> Result<ServerResponse, ServerResponse> {
        refuse_foreign(&request)?;
        let waiting = match self.standing(run, suffix, None).await {
            Standing::Form(waiting) => waiting,
            // It was sent before, from another window or by going back.
            _ => return Ok(self.to_run(run, suffix, None)),
        };
        self.admit_to(&waiting, &request).await?;
        let from_browser = is_browser(&request);
        let (mut sent, mut files) = self.received(&request, body).await?;
        let (form, ticket) = (waiting.form(), waiting.ticket());
        if sent.own(TICKET).map_or(from_browser, |given| given != ticket) {
            return Ok(self.to_run(run, suffix, None));
        }
        let kept = format!("{run} {ticket}");
        self.listeners.forms.give_back(&kept, &mut sent, &mut files);
        let wrongs = sent.wrongs(&form);
        if !wrongs.is_empty() {
            let again = sheet_of(&waiting, &form);
            let page = sheet(422, &Sheet { sent: Some(&sent), wrongs: &wrongs, ..again });
            self.listeners.forms.keep(kept, sent, files, self.now());
            return Err(page);
        }
        let mut item = sent.item(&form);
        let workflow = &waiting.prepared.workflow;
        let test = waiting.mode == RunMode::Manual;
        self.finish_item(&mut item, (workflow, trigger_of(&waiting.prepared)), test);
        let (responder, slot) = Responder::new();
        let mode = waiting.says("responseMode");
        let by = WakeBy::Call {
            node: waiting.node.id.clone(),
            item: Box::new(item),
            responder: (mode == "responseNode").then_some(responder),
        };
        // Accepted means committed. Whoever comes second finds the run gone on.
        let Ok(handle) = self.wake(run, by).await else {
            return Ok(self.to_run(run, suffix, Some(&ticket)));
        };
        self.keep_until_ended(&handle, files);
        Ok(match mode.as_str() {
            "onReceived" => {
                Ending::of_options(waiting.note.get("form").unwrap_or(&Value::Null)).shown()
            }
            "responseNode" => match slot.await {
                Ok(given) => ending::of_respond_node(given, &self.store),
                Err(_) => self.to_run(run, suffix, Some(&ticket)),
            },
            _ => self.to_run(run, suffix, Some(&ticket)),
        })
    }

    /// How a run stands, once it does something else than work, or after a while.
    async fn stands_soon(&self, run: &RunId, suffix: &str, after: Option<&str>) -> Standing {
        let clock = &self.host.clock;
        let until = clock.monotonic().0 + PATIENCE.as_micros() as u64;
        loop {
            let standing = self.standing(run, suffix, after).await;
            if !matches!(standing, Standing::Busy) || clock.monotonic().0 >= until {
                return standing;
            }
            let look = Monotonic(clock.monotonic().0 + LOOK.as_micros() as u64);
            clock.sleep_until(look).await;
            tokio::task::yield_now().await;
        }
    }

    async fn standing(&self, run: &RunId, suffix: &str, after: Option<&str>) -> Standing {
        let (run, suffix) = (run.clone(), suffix.to_owned());
        let after = after.map(str::to_owned);
        let look = self.read(move |app| app.standing_now(&run, &suffix, after.as_deref()));
        // One that cannot be read just now is looked for again.
        look.await.unwrap_or(Standing::Busy)
    }

    fn standing_now(
        &self,
        run: &RunId,
        suffix: &str,
        after: Option<&str>,
    ) -> Result<Standing, Failure> {
        let row = self.store.read(|db| db.run(run)).map_err(of_store)?;
        let mode = row.as_ref().map_or(RunMode::Production, |row| row.mode);
        if let Some(live) = self.runner.waits(run) {
            let form = form_among(live.nodes, suffix, after, &live.prepared, mode);
            return Ok(form.map_or(Standing::Busy, Standing::Form));
        }
        let Some(row) = row else {
            let ended = self.runner.recent(run);
            return Ok(
                ended.map_or(Standing::Gone, |ended| Standing::Over(None, Some(Box::new(ended))))
            );
        };
        if row.status.is_final() {
            return Ok(Standing::Over(Some(Box::new(row)), None));
        }
        let Some(wait) = self.store.read(|db| db.wait(run)).map_err(of_store)? else {
            return Ok(Standing::Busy);
        };
        let workflow = self.runner.workflow_of(&row).map_err(crate::failure::of_runner)?;
        let prepared = self.runner.prepare(Arc::new(workflow));
        let form = form_among(resting(&wait.nodes), suffix, after, &prepared, mode);
        Ok(form.map_or(Standing::Rests, Standing::Form))
    }

    /// The page of a run that waits for no form.
    async fn status_page(
        &self,
        run: &RunId,
        standing: Standing,
        after: Option<&str>,
        request: &ServerRequest,
    ) -> ServerResponse {
        match standing {
            Standing::Form(_) | Standing::Gone => gone(),
            Standing::Busy => {
                let text = "This page goes on by itself.";
                again(Say::new(Mood::Busy, "One moment", text), SOON)
            }
            Standing::Rests => {
                let text = "The next step takes a while. Leave this page open, or come back to \
                            its address later.";
                again(Say::new(Mood::Busy, "It is not your turn yet", text), LATER)
            }
            Standing::Over(row, ended) => {
                let wants_file = request.query.split('&').any(|part| part == "file");
                self.over(run, row.map(|row| *row), ended.map(|ended| *ended), after, wants_file)
                    .await
            }
        }
    }

    /// How a run ended, for a person.
    async fn over(
        &self,
        run: &RunId,
        row: Option<RunRow>,
        ended: Option<Ended>,
        after: Option<&str>,
        wants_file: bool,
    ) -> ServerResponse {
        let (status, mode) = match (&row, &ended) {
            (Some(row), _) => (row.status, row.mode),
            (None, Some(ended)) => (ended.status, ended.mode),
            (None, None) => return gone(),
        };
        if status != RunStatus::Succeeded {
            let mut text = "What you sent has arrived. Tell whoever gave you this form.".to_owned();
            let error = row.as_ref().and_then(|row| row.error.as_ref()?.get("message").cloned());
            if let Some(error) = error.filter(|_| mode == RunMode::Manual) {
                text = format!("{}. The run in the editor says more.", super::text(Some(&error)));
            }
            return say(200, &Say::new(Mood::Failed, "Something went wrong", &text));
        }
        let (ending, items) = match (row, ended) {
            (Some(row), _) => self.kept_ending(row, after).await,
            (None, Some(ended)) => (self.loose_ending(&ended).await, Vec::new()),
            (None, None) => return gone(),
        };
        if let (Ending::File { name, .. }, true) = (&ending, wants_file) {
            return match file_of(&items, name) {
                Some(file) => ending::download(file, &self.store),
                None => {
                    let text = format!("The last page has no file called {name}.");
                    say(404, &Say::new(Mood::Failed, "The file is not there", &text))
                }
            };
        }
        tracing::debug!(%run, "the pages of a run end");
        ending.shown()
    }

    /// How a run of which a record is kept ended, and the items of its last page.
    async fn kept_ending(&self, row: RunRow, after: Option<&str>) -> (Ending, Vec<Item>) {
        let found = row.clone();
        let read = self.read(move |app| app.last_page(&found));
        let Ok((prepared, last, first)) = read.await else {
            return (Ending::of_options(&Value::Null), Vec::new());
        };
        let nodes = &prepared.workflow.nodes;
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
        let trigger = prepared.workflow.node_named(&row.trigger);
        match trigger.filter(|node| node.node_type.as_str() == FORM_TRIGGER) {
            Some(node) => {
                (self.ending_of_trigger(&prepared.workflow, node, &item, live).await, Vec::new())
            }
            None => (Ending::of_options(&Value::Null), Vec::new()),
        }
    }

    /// The workflow of a run, the last page that it came to with its items, and the items that
    /// it began with.
    #[expect(clippy::type_complexity, reason = "three things of one reading, taken apart at once")]
    fn last_page(
        &self,
        row: &RunRow,
    ) -> Result<(Arc<Prepared>, Option<(NodeId, Vec<Item>)>, Vec<Item>), Failure> {
        let workflow = self.runner.workflow_of(row).map_err(crate::failure::of_runner)?;
        let prepared = self.runner.prepare(Arc::new(workflow));
        let first = self.first_input(row)?.unwrap_or_default();
        let nodes = &prepared.workflow.nodes;
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
        Ok((Arc::clone(&prepared), last.map_err(of_store)?, first))
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

/// A fresh page of a form that a run waits for.
fn sheet_of<'f>(waiting: &Waiting, form: &'f Form) -> Sheet<'f> {
    Sheet {
        form: Some(form),
        ticket: waiting.ticket(),
        test: waiting.mode == RunMode::Manual,
        ..Sheet::default()
    }
}

/// The form that a run waits for at an address, unless it is the one that was just sent.
fn form_among(
    waits: Vec<reporunner_runner::RunWait>,
    suffix: &str,
    after: Option<&str>,
    prepared: &Arc<Prepared>,
    mode: RunMode,
) -> Option<Box<Waiting>> {
    let says = |note: &Value, name: &str| super::text(note.get(name));
    let mut waits = waits.into_iter().filter(|wait| {
        says(&wait.note, "resume") == "form"
            && says(&wait.note, "suffix") == suffix
            && after != Some(ticket_of(&wait.node, &wait.note).as_str())
    });
    let wait = waits.next()?;
    let node = prepared.workflow.nodes.get(&wait.node)?.clone();
    Some(Box::new(Waiting { node, note: wait.note, prepared: Arc::clone(prepared), mode }))
}

fn ticket_of(node: &NodeId, note: &Value) -> String {
    format!("{node}.{}", text(note.get("since")))
}

fn is_last_page(node: &Node) -> bool {
    let operation = node.params.get("operation").and_then(Value::as_str);
    node.node_type.as_str() == FORM && operation == Some("completion")
}

/// The Form Trigger of a workflow, by which its other forms go.
fn trigger_of(prepared: &Prepared) -> Option<&Node> {
    let mut nodes = prepared.workflow.nodes.values();
    nodes.find(|node| node.on && node.node_type.as_str() == FORM_TRIGGER)
}

fn file_of<'i>(items: &'i [Item], name: &str) -> Option<&'i BinaryRef> {
    items.iter().find_map(|item| item.binary.as_ref()?.get(name))
}

/// A page that a browser asks for again after these seconds.
fn again(words: Say<'_>, seconds: &str) -> ServerResponse {
    let mut page = say(200, &words);
    page.headers.push(("refresh".to_owned(), seconds.to_owned()));
    page
}

fn gone() -> ServerResponse {
    let text = "The form was sent before, or what it belongs to is no longer there. Begin again \
                at the address that you were given.";
    say(404, &Say::new(Mood::Plain, "No form waits here", text))
}
