//! Forms: the page of a Form Trigger, what comes back from it, and the answer. `waiting` has the
//! pages of runs that wait for one.
//!
//! A page carries a ticket. The run that it starts follows from the ticket and from what is sent,
//! so that a form that is sent twice (Back, reload, two clicks) starts one run, and one that was
//! changed in between another.

mod definition;
mod door;
mod ending;
mod markup;
mod over;
mod page;
mod pending;
mod sent;
mod waiting;

use std::sync::Arc;

use reporunner_engine::Options;
use reporunner_model::{Item, Items, Node, RunId, StartFrom, Timestamp, Workflow};
use reporunner_net::{RequestBody, ServerRequest, ServerResponse};
use reporunner_runner::Responder;
use reporunner_store::WebhookKind;
use serde_json::{Map, Value};

use super::call::not_started;
use super::pairs;
use super::request::receive_form;
use super::routes::Route;
use super::save::Files;
use super::terms::When;
use crate::failure::of_runner;
use crate::{App, ids};
use definition::{Form, is_on, text};
use door::{as_page, is_browser, refuse_foreign};
pub(super) use door::{asks_for_password, has_written_password, no_form};
use ending::Ending;
use page::{Mood, Say, Sheet, TICKET, say, sheet};
pub(super) use pending::Pending;
use sent::{Sent, Wrong};
use waiting::Address;

/// The type of the node that starts a run by a form.
pub(crate) const FORM_TRIGGER: &str = "formTrigger";
/// The type of the nodes for more pages.
const FORM: &str = "form";
/// Before the path of a form's production address.
pub(super) const FORMS: &str = "form";
/// Before the path of a form's test address.
pub(super) const TEST_FORMS: &str = "form-test";
/// Before the address of a run that waits for a form.
pub(super) const WAITING_FORMS: &str = "form-waiting";

/// Characters of a ticket's mark.
const MARK: usize = 24;
/// How long a ticket is good, and the run that it started remembered.
const TICKET_MS: i64 = 24 * 3_600_000;

impl App {
    /// Answers a request to a form's address.
    pub(super) async fn called_form(
        &self,
        route: &Route,
        request: ServerRequest,
        body: RequestBody,
    ) -> ServerResponse {
        let called = self.form_called(route, request, body).await;
        called.unwrap_or_else(|refusal| refusal)
    }

    async fn form_called(
        &self,
        route: &Route,
        request: ServerRequest,
        body: RequestBody,
    ) -> Result<ServerResponse, ServerResponse> {
        let Some(node) = route.prepared.workflow.nodes.get(&route.node) else {
            return Err(no_form(route.kind));
        };
        if let Some(refusal) = self.refusal(route, &request) {
            return Err(as_page(refusal));
        }
        let access = node.params.get("access").unwrap_or(&Value::Null);
        if asks_for_password(node) {
            self.admit(&route.prepared.workflow, node, access, &request).await?;
        }
        let form = self.form_of(route, node).await?;
        if request.method == "POST" {
            return self.form_sent(route, node, &form, request, body).await;
        }
        let query = pairs::query(&request.query).unwrap_or_default();
        Ok(sheet(200, &Sheet { given: given(&form, &query), ..self.sheet_of(route, &form) }))
    }

    /// A fresh page of a form.
    fn sheet_of<'f>(&self, route: &Route, form: &'f Form) -> Sheet<'f> {
        let ticket = self.ticket(route, form, &ids::run(self.now()));
        let test = route.kind == WebhookKind::Test;
        Sheet { form: Some(form), ticket, test, ..Sheet::default() }
    }

    /// What a page is known by: an id for the run, and a mark that only we can make.
    fn ticket(&self, route: &Route, form: &Form, run: &RunId) -> String {
        let (workflow, node) = (route.workflow(), &route.node);
        let about = format!("form {workflow} {node} {run} {}", form.shape());
        let hash = blake3::keyed_hash(&self.resume_key, about.as_bytes()).to_hex();
        format!("{run}.{}", &hash[..MARK])
    }

    /// The id that a ticket of ours names, while it is good.
    fn run_of_ticket(&self, route: &Route, form: &Form, ticket: &str) -> Option<RunId> {
        let run = RunId::new(ticket.split_once('.')?.0);
        let until = ids::time_of(&run)?.plus_ms(TICKET_MS);
        (until > self.now() && self.ticket(route, form, &run) == ticket).then_some(run)
    }

    /// Reads the form as it is now.
    async fn form_of(&self, route: &Route, node: &Node) -> Result<Form, ServerResponse> {
        let mut params = node.params.clone();
        params.remove("access");
        if let Some(Value::Object(options)) = params.get_mut("options") {
            // They may be about what is sent.
            ending::PARAMETERS.iter().for_each(|name| drop(options.remove(*name)));
        }
        let live = route.kind == WebhookKind::Production;
        let frame = self.frame_for(&route.prepared.workflow, node, Items::default(), live);
        let params = self.evaluator.resolve(&params.into(), &frame, 0).await.map_err(|error| {
            tracing::warn!(error = error.message, node = node.name, "a form");
            let why = if live {
                "Whoever made it will find why in its workflow."
            } else {
                &error.message
            };
            say(500, &Say::new(Mood::Failed, "The form cannot be shown", why))
        })?;
        Ok(Form::read(&params, node.type_version()))
    }

    async fn form_sent(
        &self,
        route: &Route,
        node: &Node,
        form: &Form,
        request: ServerRequest,
        body: RequestBody,
    ) -> Result<ServerResponse, ServerResponse> {
        refuse_foreign(&request)?;
        let from_browser = is_browser(&request);
        let query = pairs::query(&request.query).unwrap_or_default();
        let headers = shown_headers(node).then(|| {
            let mut headers = super::request::headers(request.headers.clone());
            if asks_for_password(node) {
                // It is the form's own password, and the item is kept.
                headers.remove("authorization");
            }
            headers
        });
        let good = |ticket: Option<&str>| match ticket {
            Some(ticket) => self.run_of_ticket(route, form, ticket),
            None => (!from_browser).then(|| ids::run(self.now())),
        };
        let takes = |ticket: Option<&str>| good(ticket).is_some();
        let (mut sent, mut files) = self.received(form, &request, body, &takes).await?;
        let ticket = sent.own(TICKET);
        let Some(run) = good(ticket.as_deref()) else {
            let fresh = self.sheet_of(route, form);
            let notice = "The form has changed meanwhile, or was open for long. Look through it and \
                          send it again.";
            let kept = fresh.ticket.clone();
            return Err(self.given_back((409, kept), fresh, (sent, files), (&[], notice)));
        };
        if let Some(ticket) = &ticket {
            self.listeners.forms.give_back(ticket, &mut sent, &mut files);
        }
        let wrongs = sent.wrongs(form);
        if !wrongs.is_empty() {
            let kept = self.ticket(route, form, &run);
            let again = Sheet { ticket: kept.clone(), ..self.sheet_of(route, form) };
            return Err(self.given_back((422, kept), again, (sent, files), (&wrongs, "")));
        }
        let run = if ticket.is_some() { sent.run(&run) } else { run };
        let mut item = sent.item(form);
        let test = route.kind == WebhookKind::Test;
        let workflow = &route.prepared.workflow;
        self.finish_item(&mut item, (workflow, Some(node)), test);
        let json = &mut item.json;
        if !query.is_empty() {
            json.insert("formQueryParameters".to_owned(), query.into());
        }
        if let Some(headers) = headers {
            json.insert("headers".to_owned(), headers.into());
        }
        self.form_runs(route, node, run, item, files).await
    }

    /// Starts the run of a form, once, and answers.
    async fn form_runs(
        &self,
        route: &Route,
        node: &Node,
        run: RunId,
        item: Item,
        files: Files,
    ) -> Result<ServerResponse, ServerResponse> {
        let goes_on = route.when == When::LastNode || has_pages(&route.prepared.workflow, node);
        let claim = self.listeners.forms.claim(&run).await;
        let run = claim.id();
        if self.knows(&run) {
            return Ok(match route.when {
                When::AtOnce if !goes_on => self.trigger_ending(route, node, &item).await.shown(),
                _ => self.to_run(&Address::pages(&run), None),
            });
        }
        // A test address takes one answer.
        if route.kind == WebhookKind::Test && !self.end_test(route.workflow()) {
            return Err(no_form(route.kind));
        }
        let options = Options {
            start: StartFrom::Trigger { node: Some(route.node.clone()) },
            input: Some(Arc::new(vec![item.clone()])),
            use_pins: route.kind == WebhookKind::Test,
            ..Options::default()
        };
        let (responder, slot) = Responder::new();
        let responds = route.when == When::RespondNode && !goes_on;
        let mut start = self.run_request(route, options, responds.then_some(responder));
        start.id = run.clone();
        let broken = |error| as_page(not_started(&of_runner(error)));
        let mut handle = self.runner.start(start).map_err(broken)?;
        self.keep_until_ended(&handle, files);
        // Accepted means committed.
        if let Err(error) = handle.stored().await {
            claim.lost();
            return Err(broken(error));
        }
        self.listeners.forms.accept(run.clone(), self.now().plus_ms(TICKET_MS));
        drop(claim);
        if goes_on {
            return Ok(self.to_run(&Address::pages(&run), None));
        }
        if !responds {
            return Ok(self.trigger_ending(route, node, &item).await.shown());
        }
        Ok(match slot.await {
            Ok(given) => ending::of_respond_node(given, &self.store),
            // It ended without an answer.
            Err(_) => self.to_run(&Address::pages(&run), None),
        })
    }

    /// What the trigger says once its form was sent.
    async fn trigger_ending(&self, route: &Route, node: &Node, item: &Item) -> Ending {
        let workflow = &route.prepared.workflow;
        let live = route.kind == WebhookKind::Production;
        self.ending_of_trigger(workflow, node, item, live).await
    }

    /// The same, for a run of the trigger.
    async fn ending_of_trigger(
        &self,
        workflow: &Workflow,
        node: &Node,
        item: &Item,
        live: bool,
    ) -> Ending {
        let frame = self.frame_for(workflow, node, Arc::new(vec![item.clone()]), live);
        let asked = ending::asked(&node.params);
        match self.evaluator.resolve(&asked, &frame, 0).await {
            Ok(asked) => Ending::of_options(&asked),
            Err(error) => {
                tracing::warn!(error = error.message, node = node.name, "the end of a form");
                Ending::of_options(&Value::Null)
            }
        }
    }

    /// Reads what was sent. Nothing is written to the disk for a page that is none of ours: files
    /// are kept where the form asks for them and the ticket before them is good.
    async fn received(
        &self,
        form: &Form,
        request: &ServerRequest,
        body: RequestBody,
        is_good: &(dyn Fn(Option<&str>) -> bool + Sync),
    ) -> Result<(Sent, Files), ServerResponse> {
        let takes_file = |input: &str, before: &Map<String, Value>| {
            form.is_file(input) && is_good(before.get(TICKET).and_then(Value::as_str))
        };
        let received = receive_form(request, body, &self.store, &takes_file);
        let received = received.await.map_err(as_page)?;
        let (fields, files, kept) = received;
        Ok((Sent { fields, files }, kept))
    }

    /// A form with what was typed into it, and its files kept for the next try under this name.
    fn given_back(
        &self,
        (status, kept): (u16, String),
        again: Sheet<'_>,
        (sent, files): (Sent, Files),
        (wrongs, notice): (&[Wrong], &str),
    ) -> ServerResponse {
        let page = sheet(status, &Sheet { sent: Some(&sent), wrongs, notice, ..again });
        self.listeners.forms.keep(kept, sent, files, self.now());
        page
    }

    /// Whether a run is there or was.
    fn knows(&self, run: &RunId) -> bool {
        self.listeners.forms.has_accepted(run)
            || self.runner.find(run).is_some()
            || self.runner.recent(run).is_some()
            || self.store.read(|db| db.run(run)).is_ok_and(|row| row.is_some())
    }

    /// Adds to an item what is the same for every form (docs.n8n.io, n8n Form Trigger).
    fn finish_item(
        &self,
        item: &mut Item,
        (workflow, trigger): (&Workflow, Option<&Node>),
        test: bool,
    ) {
        let zone = match workflow.settings.timezone.as_str() {
            _ if !in_zone_of_workflow(trigger) => "UTC",
            "" => &self.host.timezone,
            named => named,
        };
        let json = &mut item.json;
        json.insert("submittedAt".to_owned(), moment(self.now(), zone).into());
        json.insert("formMode".to_owned(), if test { "test" } else { "production" }.into());
    }
}

/// What the address says about fields, by their names or labels.
fn given(form: &Form, query: &Map<String, Value>) -> Vec<Option<Vec<String>>> {
    let of = |value: &Value| match value {
        Value::Array(list) => list.iter().map(|value| text(Some(value))).collect(),
        one => vec![text(Some(one))],
    };
    let fields = form.fields.iter();
    fields.map(|field| query.get(&field.name).or_else(|| query.get(&field.label)).map(of)).collect()
}

/// Whether a form leads to more pages.
fn has_pages(workflow: &Workflow, trigger: &Node) -> bool {
    let mut open = vec![&trigger.id];
    let mut seen = std::collections::BTreeSet::new();
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        let is_page = |node: &Node| node.on && node.node_type.as_str() == FORM;
        if workflow.nodes.get(id).is_some_and(is_page) {
            return true;
        }
        open.extend(workflow.edges.keys().filter(|key| key.from == *id).map(|key| &key.to));
    }
    false
}

/// Whether a form's times are in the workflow's zone, by the trigger's version.
fn in_zone_of_workflow(trigger: Option<&Node>) -> bool {
    let Some(trigger) = trigger else { return true };
    let own = trigger.params.get("options").and_then(|options| options.get("useWorkflowTimezone"));
    own.map_or_else(|| trigger.type_version() > 2.0, is_on)
}

fn shown_headers(node: &Node) -> bool {
    let options = node.params.get("options");
    options.and_then(|options| options.get("showHeaders")).is_some_and(is_on)
}

/// A time as n8n writes it.
fn moment(at: Timestamp, zone: &str) -> String {
    let zone = jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let stamp = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    let offset = if zone == jiff::tz::TimeZone::UTC { "Z" } else { "%:z" };
    stamp.to_zoned(zone).strftime(&format!("%Y-%m-%dT%H:%M:%S%.3f{offset}")).to_string()
}
