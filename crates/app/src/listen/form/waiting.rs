//! The pages of a run: the form that it waits for, a page while it works, how it ended. The
//! browser stays at one address and goes on by itself. It shows its own pages only; a form that is
//! for somebody else is shown at `$execution.resumeFormUrl`.
//!
//! What a form asks for was worked out when the run came to wait for it and lies with its wait, so
//! that it is the same after a restart.

use std::sync::Arc;
use std::time::Duration;

use reporunner_model::{Monotonic, Node, NodeId, RunId, RunMode, Workflow};
use reporunner_net::{RequestBody, ServerRequest, ServerResponse};
use reporunner_node::{FormWait, WaitNote};
use reporunner_protocol::{Code, Failure};
use reporunner_runner::{Prepared, Responder, RunWait, WakeBy};
use reporunner_store::RunRow;
use serde_json::Value;

use super::definition::{Form, text};
use super::ending::{self, Ending};
use super::over::Over;
use super::page::{Mood, Say, Sheet, TICKET, say, sheet};
use super::{FORM, FORM_TRIGGER, WAITING_FORMS, as_page, given, is_browser, refuse_foreign};
use crate::App;
use crate::failure::{of_runner, of_store};
use crate::listen::terms::Door;
use crate::listen::waiting::Purpose;
use crate::listen::{answer, gate, pairs};

/// Longest that a browser waits for one answer while a run works.
const PATIENCE: Duration = Duration::from_secs(8);
/// Time between two looks at a run.
const LOOK: Duration = Duration::from_millis(50);
/// Seconds after which a browser asks again while a run works.
const SOON: &str = "1";
/// The same while it waits for something else.
const LATER: &str = "15";

/// An address of a run's pages.
#[derive(Clone)]
pub(super) struct Address {
    run: RunId,
    purpose: Purpose,
    /// What comes after it.
    suffix: String,
}

impl Address {
    /// That of whoever filled its form in.
    pub(super) fn pages(run: &RunId) -> Self {
        Self { run: run.clone(), purpose: Purpose::Pages, suffix: String::new() }
    }

    /// The form that a run waits for at this address, unless it is the one that was just sent.
    fn form_among(
        &self,
        waits: Vec<RunWait>,
        after: Option<&str>,
        prepared: &Arc<Prepared>,
        row: Option<&RunRow>,
    ) -> Option<Box<Waiting>> {
        let of = |wait: RunWait| {
            let WaitNote::Form(form) = wait.note else { return None };
            let node = prepared.workflow.nodes.get(&wait.node)?;
            let is_page = node.node_type.as_str() == FORM;
            let is_meant = form.suffix == self.suffix
                && after != Some(ticket_of(&wait.node, &form).as_str())
                && (is_page || self.purpose == Purpose::Waits);
            is_meant.then(|| (is_page, node.clone(), *form))
        };
        // Who may answer for somebody is asked that first.
        let (_, node, wait) = waits.into_iter().filter_map(of).min_by_key(|found| found.0)?;
        let trigger = trigger_of(&prepared.workflow, row).cloned();
        let mode = row.map_or(RunMode::Production, |row| row.mode);
        Some(Box::new(Waiting { node, wait, prepared: Arc::clone(prepared), trigger, mode }))
    }
}

/// How a run stands for whoever looks at its pages.
enum Standing {
    /// It waits for a form.
    Form(Box<Waiting>),
    /// It works.
    Busy,
    /// It waits for something else.
    Rests,
    Over(Over),
    Gone,
}

/// A form that a run waits for.
struct Waiting {
    node: Node,
    wait: FormWait,
    prepared: Arc<Prepared>,
    /// The Form Trigger that the run began with, or the workflow's first.
    trigger: Option<Node>,
    mode: RunMode,
}

impl Waiting {
    /// Whether it is one of the pages that the run's own form leads to.
    fn is_page(&self) -> bool {
        self.node.node_type.as_str() == FORM
    }

    /// What tells this wait from an earlier one of the same node.
    fn ticket(&self) -> String {
        ticket_of(&self.node.id, &self.wait)
    }

    fn form(&self) -> Form {
        let own = &self.wait.form;
        let mut form = Form::read(own, self.wait.version);
        let Some(trigger) = self.trigger.as_ref().filter(|_| self.is_page()) else { return form };
        // What a page leaves out it has from the first one.
        let of_trigger = |value: Option<&Value>| {
            let words = text(value);
            (!words.is_empty() && !words.starts_with('=')).then_some(words)
        };
        let option = |name: &str| trigger.params.get("options")?.get(name);
        if form.title.is_empty() {
            form.title = of_trigger(trigger.params.get("formTitle")).unwrap_or_default();
        }
        if text(own.pointer("/options/buttonLabel")).is_empty() {
            form.button = of_trigger(option("buttonLabel")).unwrap_or(form.button);
        }
        form.named &= option("appendAttribution") != Some(&Value::Bool(false));
        form
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
        let found = [Purpose::Pages, Purpose::Waits]
            .into_iter()
            .find_map(|purpose| Some((self.marked(address, purpose)?, purpose)));
        let Some((run, purpose)) = found else { return gone() };
        let address = Address { run, purpose, suffix: suffix.to_owned() };
        let query = pairs::query(&request.query).unwrap_or_default();
        let after = query.get("after").map(|after| text(Some(after)));
        let answered = match request.method.as_str() {
            "POST" => self.page_sent(&address, request, body).await,
            "GET" | "HEAD" => match self.stands_soon(&address, after.as_deref()).await {
                Standing::Form(waiting) => self.waiting_sheet(&waiting, &request).await,
                other => self.status_page(&address, other, after.as_deref(), &request).await,
            },
            _ => Err(gone()),
        };
        answered.unwrap_or_else(|refusal| refusal)
    }

    /// Sends a browser to the pages of a run. A form that it has just sent is not shown again.
    pub(super) fn to_run(&self, address: &Address, after: Option<&str>) -> ServerResponse {
        let Address { run, purpose, suffix } = address;
        let mut to = format!("/{WAITING_FORMS}/{run}-{}", self.mark(run, *purpose));
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

    /// Lets in who may answer a form of a run: a page asks what the first one asked, another form
    /// what its node says.
    async fn admit_to(
        &self,
        waiting: &Waiting,
        request: &ServerRequest,
    ) -> Result<(), ServerResponse> {
        let workflow = &waiting.prepared.workflow;
        if waiting.is_page() {
            return match &waiting.trigger {
                Some(trigger) => self.admit_visitor(workflow, trigger, request).await,
                None => Ok(()),
            };
        }
        let options = waiting.wait.form.get("options").unwrap_or(&Value::Null);
        if let Some(refusal) = gate::refusal(&Door::new(&waiting.node, options), request) {
            return Err(as_page(refusal));
        }
        let asked = waiting.wait.authentication.as_str();
        self.admit_as(asked, (workflow, &waiting.node, &Value::Null), request).await
    }

    /// A form of a run comes back.
    async fn page_sent(
        &self,
        address: &Address,
        request: ServerRequest,
        body: RequestBody,
    ) -> Result<ServerResponse, ServerResponse> {
        refuse_foreign(&request)?;
        let waiting = match self.standing(address, None).await {
            Standing::Form(waiting) => waiting,
            // It was sent before, from another window or by going back.
            _ => return Ok(self.to_run(address, None)),
        };
        self.admit_to(&waiting, &request).await?;
        if self.runner.live_count() >= self.host.webhook_runs {
            return Err(as_page(answer::later("Too many runs are under way.")));
        }
        let from_browser = is_browser(&request);
        let (form, ticket) = (waiting.form(), waiting.ticket());
        let is_good = |given: Option<&str>| given.map_or(!from_browser, |given| given == ticket);
        let (mut sent, mut files) = self.received(&form, &request, body, &is_good).await?;
        if !is_good(sent.own(TICKET).as_deref()) {
            return Ok(self.to_run(address, None));
        }
        // Only who has the address gets them back.
        let kept = format!("{} {} {ticket}", address.run, self.mark(&address.run, address.purpose));
        self.listeners.forms.give_back(&kept, &mut sent, &mut files);
        let wrongs = sent.wrongs(&form);
        if !wrongs.is_empty() {
            let again = sheet_of(&waiting, &form);
            return Err(self.given_back((422, kept), again, (sent, files), (&wrongs, "")));
        }
        let mut item = sent.item(&form);
        let workflow = &waiting.prepared.workflow;
        let test = waiting.mode == RunMode::Manual;
        self.finish_item(&mut item, (workflow, waiting.trigger.as_ref()), test);
        let (responder, slot) = Responder::new();
        let mode = waiting.wait.response_mode.as_str();
        let note = WaitNote::Form(Box::new(waiting.wait.clone()));
        let by = WakeBy::Call {
            wait: RunWait { node: waiting.node.id.clone(), note },
            item: Box::new(item),
            responder: (mode == "responseNode").then_some(responder),
        };
        // Accepted means committed.
        let handle = match self.wake(&address.run, by).await {
            Ok(handle) => handle,
            // Whoever comes second finds the run gone on.
            Err(failure) if failure.code == Code::NotFound => {
                return Ok(self.to_run(address, Some(&ticket)));
            }
            Err(failure) => {
                tracing::warn!(error = failure.message, run = %address.run, "a form");
                let again = sheet_of(&waiting, &form);
                let notice = "It could not be taken in now. Send it again a little later.";
                return Err(self.given_back((503, kept), again, (sent, files), (&[], notice)));
            }
        };
        self.keep_until_ended(&handle, files);
        Ok(match mode {
            "onReceived" => Ending::of_options(&waiting.wait.form).shown(),
            "responseNode" => match slot.await {
                Ok(given) => ending::of_respond_node(given, &self.store),
                Err(_) => self.to_run(address, Some(&ticket)),
            },
            _ => self.to_run(address, Some(&ticket)),
        })
    }

    /// How a run stands, once it does something else than work, or after a while.
    async fn stands_soon(&self, address: &Address, after: Option<&str>) -> Standing {
        let clock = &self.host.clock;
        let until = clock.monotonic().0 + PATIENCE.as_micros() as u64;
        loop {
            let standing = self.standing(address, after).await;
            if !matches!(standing, Standing::Busy) || clock.monotonic().0 >= until {
                return standing;
            }
            let look = Monotonic(clock.monotonic().0 + LOOK.as_micros() as u64);
            clock.sleep_until(look).await;
            tokio::task::yield_now().await;
        }
    }

    async fn standing(&self, address: &Address, after: Option<&str>) -> Standing {
        let (address, after) = (address.clone(), after.map(str::to_owned));
        let look = self.read(move |app| app.standing_now(&address, after.as_deref()));
        // One that cannot be read just now is looked for again.
        look.await.unwrap_or(Standing::Busy)
    }

    fn standing_now(&self, address: &Address, after: Option<&str>) -> Result<Standing, Failure> {
        let run = &address.run;
        let row = self.store.read(|db| db.run(run)).map_err(of_store)?;
        if let Some(live) = self.runner.waits(run) {
            let form = address.form_among(live.nodes, after, &live.prepared, row.as_ref());
            return Ok(form.map_or(Standing::Busy, Standing::Form));
        }
        let Some(row) = row else {
            let ended = self.runner.recent(run);
            let over = |ended| Standing::Over(Over::Loose(Box::new(ended)));
            return Ok(ended.map_or(Standing::Gone, over));
        };
        if row.status.is_final() {
            return Ok(Standing::Over(Over::Kept(Box::new(row))));
        }
        let Some(waits) = self.runner.resting(run).map_err(of_runner)? else {
            return Ok(Standing::Busy);
        };
        let workflow = self.runner.workflow_of(&row).map_err(of_runner)?;
        let prepared = self.runner.prepare(Arc::new(workflow));
        let form = address.form_among(waits, after, &prepared, Some(&row));
        Ok(form.map_or(Standing::Rests, Standing::Form))
    }

    /// The page of a run that waits for no form.
    async fn status_page(
        &self,
        address: &Address,
        standing: Standing,
        after: Option<&str>,
        request: &ServerRequest,
    ) -> Result<ServerResponse, ServerResponse> {
        Ok(match standing {
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
            Standing::Over(over) => {
                if address.purpose == Purpose::Pages {
                    self.admit_to_end(&over, request).await?;
                }
                let wants_file = request.query.split('&').any(|part| part == "file");
                self.over(over, after, wants_file).await
            }
        })
    }

    /// Lets in who may see how a run ended: what it says may be about what was typed.
    async fn admit_to_end(
        &self,
        over: &Over,
        request: &ServerRequest,
    ) -> Result<(), ServerResponse> {
        let (workflow, row) = match over {
            Over::Loose(ended) => (Arc::clone(&ended.prepared.workflow), None),
            Over::Kept(row) => {
                let found = (**row).clone();
                let read = self.read(move |app| app.runner.workflow_of(&found).map_err(of_runner));
                (Arc::new(read.await.map_err(|_| gone())?), Some(&**row))
            }
        };
        match trigger_of(&workflow, row) {
            Some(trigger) => self.admit_visitor(&workflow, trigger, request).await,
            None => Ok(()),
        }
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

fn ticket_of(node: &NodeId, wait: &FormWait) -> String {
    format!("{node}.{}", wait.since.0)
}

/// The Form Trigger of a run, by which its other forms go.
pub(super) fn trigger_of<'w>(workflow: &'w Workflow, row: Option<&RunRow>) -> Option<&'w Node> {
    let is_form = |node: &&Node| node.on && node.node_type.as_str() == FORM_TRIGGER;
    let own = row.and_then(|row| workflow.node_named(&row.trigger)).filter(is_form);
    own.or_else(|| workflow.nodes.values().find(is_form))
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
