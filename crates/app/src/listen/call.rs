//! One call of a webhook: from its head to its answer.

use std::sync::{Arc, PoisonError};

use reporunner_engine::Options;
use reporunner_model::{Item, Node, RunMode, StartFrom};
use reporunner_net::{RequestBody, ServerRequest, ServerResponse};
use reporunner_protocol::{Code, Failure};
use reporunner_runner::{Responder, ResponseSlot, RunHandle, RunRequest};
use reporunner_store::WebhookKind;

use super::open::lacks_respond;
use super::request::{Received, receive};
use super::routes::{Found, Route, RouteTerms};
use super::save::Files;
use super::terms::{Terms, When};
use super::{PRODUCTION, TEST, WAITING, answer, form, gate};
use crate::failure::of_runner;
use crate::{App, ids};

impl App {
    /// Answers a request.
    pub(super) async fn called(&self, request: ServerRequest, body: RequestBody) -> ServerResponse {
        let Some((kind, is_form, path)) = address(&request.path) else {
            return answer::nothing_here(WebhookKind::Production);
        };
        if !self.listeners.is_ready() {
            return answer::later("Reporunner is starting.");
        }
        if self.is_closing() {
            return answer::later("Reporunner is closing.");
        }
        if is_form {
            let path = path.to_owned();
            return self.called_form_address(kind, &path, request, body).await;
        }
        if kind == WebhookKind::Waiting {
            return self.called_waiting(path.to_owned(), request, body).await;
        }
        let found = self.listeners.read_routes().find(kind, &request.method, path);
        let (route, params) = match found {
            Found::Route(route, _) if route.is_form => return answer::nothing_here(kind),
            Found::Route(route, params) => (route, params),
            Found::Methods(_) if request.method == "OPTIONS" => {
                return self.preflight(kind, path, &request);
            }
            Found::Methods(methods) => return answer::other_methods(&request.method, &methods),
            Found::Nothing => return answer::nothing_here(kind),
        };
        if route.expires.is_some_and(|until| until <= self.now()) {
            return answer::nothing_here(kind);
        }
        let origin = request.header("origin").map(str::to_owned);
        let answered = match self.refusal(&route, &request) {
            Some(refusal) => Err(refusal),
            None => self.let_in(&route, params, request, body).await,
        };
        let mut response = answered.unwrap_or_else(|refusal| refusal);
        gate::let_page_see(&mut response, &route.door, origin.as_deref());
        answer::shut_in(&mut response);
        response
    }

    /// Answers a request to an address of forms.
    async fn called_form_address(
        &self,
        kind: WebhookKind,
        path: &str,
        request: ServerRequest,
        body: RequestBody,
    ) -> ServerResponse {
        if kind == WebhookKind::Waiting {
            return self.called_waiting_form(path, request, body).await;
        }
        let method = if request.method == "HEAD" { "GET" } else { &request.method };
        let found = self.listeners.read_routes().find(kind, method, path);
        match found {
            Found::Route(route, _)
                if route.is_form && route.expires.is_none_or(|until| until > self.now()) =>
            {
                self.called_form(&route, request, body).await
            }
            _ => form::no_form(kind),
        }
    }

    fn preflight(&self, kind: WebhookKind, path: &str, request: &ServerRequest) -> ServerResponse {
        let routes = self.listeners.read_routes();
        let meant = request.header("access-control-request-method").unwrap_or_default();
        let route = match routes.find(kind, meant, path) {
            Found::Route(route, _) => Some(route),
            _ => None,
        };
        gate::preflight(request, &routes.methods(kind, path), route.as_ref().map(|r| &r.door))
    }

    /// What keeps a request out before its body is read.
    pub(super) fn refusal(&self, route: &Route, request: &ServerRequest) -> Option<ServerResponse> {
        if let Some(refusal) = gate::refusal(&route.door, request) {
            return Some(refusal);
        }
        if lacks_respond(route) {
            let message = "The workflow has no Respond to Webhook node to answer with.";
            let hint = "Add one, or choose another Answer in the Webhook node.";
            return Some(answer::refuse(500, message, hint));
        }
        if self.runner.live_count() >= self.host.webhook_runs {
            return Some(answer::later("Too many runs are under way."));
        }
        None
    }

    async fn let_in(
        &self,
        route: &Route,
        params: serde_json::Map<String, serde_json::Value>,
        request: ServerRequest,
        body: RequestBody,
    ) -> Result<ServerResponse, ServerResponse> {
        let base = self.listeners.base().unwrap_or_default();
        let received = receive(request, body, params, (route, &base), &self.store).await?;
        let Some(node) = route.prepared.workflow.nodes.get(&route.node) else {
            return Err(answer::nothing_here(route.kind));
        };
        if !self.is_wanted(route, node, &received.item).await {
            return Ok(ServerResponse { status: 200, ..ServerResponse::default() });
        }
        let terms = self.terms(route, node, &received.item).await?;
        // A test address takes one call.
        if route.kind == WebhookKind::Test && !self.end_test(route.workflow()) {
            return Err(answer::nothing_here(route.kind));
        }
        let run = Box::pin(self.run_webhook(route, &terms, received));
        let mut response = run.await.map_err(|failure| not_started(&failure))?;
        let headers = terms.headers.iter();
        let own = headers.filter(|(name, _)| !said(&response, name, route.when));
        let own: Vec<_> = own.cloned().collect();
        answer::add_headers(&mut response, own);
        Ok(response)
    }

    /// Whether the node's condition holds. One that cannot be evaluated holds, as in n8n.
    pub(super) async fn is_wanted(&self, route: &Route, node: &Node, item: &Item) -> bool {
        let Some(condition) = &route.condition else { return true };
        let frame = self.frame_of_call(route, node, item);
        let mut values = self.evaluator.resolve_items(condition, &frame, &[0]).await;
        match values.pop() {
            Some(Ok(value)) => value.as_bool() == Some(true) || value.as_str() == Some("true"),
            Some(Err(error)) => {
                tracing::warn!(error = error.message, node = node.name, "Only run if");
                true
            }
            None => true,
        }
    }

    pub(super) async fn terms(
        &self,
        route: &Route,
        node: &Node,
        item: &Item,
    ) -> Result<Arc<Terms>, ServerResponse> {
        let compiled = match &route.terms {
            RouteTerms::Same(terms) => return Ok(Arc::clone(terms)),
            RouteTerms::PerRequest(compiled) => compiled,
        };
        let frame = self.frame_of_call(route, node, item);
        let about = self.evaluator.resolve_items(compiled, &frame, &[0]).await.pop();
        match about {
            Some(Ok(about)) => Ok(Arc::new(Terms::new(route.when, &about))),
            Some(Err(error)) => {
                tracing::warn!(error = error.message, node = node.name, "options of a webhook");
                let hint = "Look at the expressions among the options of the Webhook node.";
                Err(answer::refuse(500, "The webhook's answer could not be worked out.", hint))
            }
            None => Ok(Arc::new(Terms::new(route.when, &serde_json::Value::Null))),
        }
    }

    fn frame_of_call(
        &self,
        route: &Route,
        node: &Node,
        item: &Item,
    ) -> reporunner_expression::Frame {
        let items = Arc::new(vec![item.clone()]);
        let live = route.kind == WebhookKind::Production;
        self.frame_for(&route.prepared.workflow, node, items, live)
    }

    async fn run_webhook(
        &self,
        route: &Route,
        terms: &Terms,
        received: Received,
    ) -> Result<ServerResponse, Failure> {
        let Received { item, files } = received;
        let is_test = route.kind == WebhookKind::Test;
        let options = Options {
            start: StartFrom::Trigger { node: Some(route.node.clone()) },
            input: Some(Arc::new(vec![item])),
            use_pins: is_test,
            ..Options::default()
        };
        let (responder, slot) = Responder::new();
        let responder = (route.when == When::RespondNode).then_some(responder);
        let request = self.run_request(route, options, responder);
        let mut handle = self.runner.start(request).map_err(of_runner)?;
        self.keep_until_ended(&handle, files);
        // Accepted means committed.
        handle.stored().await.map_err(of_runner)?;
        Ok(self.answer(route, terms, handle, slot).await)
    }

    /// A run for a call. Calls come by thousands: what is the same for all stands in the route.
    pub(super) fn run_request(
        &self,
        route: &Route,
        options: Options,
        responder: Option<Responder>,
    ) -> RunRequest {
        let settings = self.settings.read().unwrap_or_else(PoisonError::into_inner);
        let vars = settings.variables.iter().map(|(k, v)| (k.clone(), v.as_str().into()));
        let live = route.kind == WebhookKind::Production;
        RunRequest {
            id: ids::run(self.now()),
            prepared: Arc::clone(&route.prepared),
            options,
            mode: if live { RunMode::Production } else { RunMode::Manual },
            durability: route.prepared.workflow.settings.durability,
            place: self.place_at(&route.prepared.workflow.id, route.folder.clone(), &settings),
            vars: vars.collect(),
            live,
            timezone: self.host.timezone.clone(),
            responder,
            version: route.version.clone(),
            parent: None,
        }
    }

    pub(super) async fn answer(
        &self,
        route: &Route,
        terms: &Terms,
        handle: RunHandle,
        slot: ResponseSlot,
    ) -> ServerResponse {
        match route.when {
            When::AtOnce => answer::at_once(terms),
            When::RespondNode => match slot.await {
                Ok(given) => answer::of_node(given, &self.store),
                // The run ended and no Respond node had run.
                Err(_) => answer::unanswered(handle.ended().await.as_ref(), route.kind),
            },
            When::LastNode => {
                let ended = handle.ended().await;
                answer::of_last_node(ended.as_ref(), route.kind, terms, &self.store)
            }
        }
    }

    /// Lets a run need the files of its request, whether or not the caller waits for it.
    pub(super) fn keep_until_ended(&self, handle: &RunHandle, files: Files) {
        if files.is_empty() {
            return;
        }
        if let Some(run) = self.runner.find(&handle.id) {
            tokio::spawn(async move {
                run.ended().await;
                drop(files);
            });
        }
    }
}

/// What kind of address a path is, whether of a form, and the rest of it.
fn address(path: &str) -> Option<(WebhookKind, bool, &str)> {
    let path = path.trim_start_matches('/');
    match path.split_once('/').unwrap_or((path, "")) {
        (PRODUCTION, path) => Some((WebhookKind::Production, false, path)),
        (TEST, path) => Some((WebhookKind::Test, false, path)),
        (WAITING, path) => Some((WebhookKind::Waiting, false, path)),
        (form::FORMS, path) => Some((WebhookKind::Production, true, path)),
        (form::TEST_FORMS, path) => Some((WebhookKind::Test, true, path)),
        (form::WAITING_FORMS, path) => Some((WebhookKind::Waiting, true, path)),
        _ => None,
    }
}

/// Whether a Respond node has set a header that the Webhook node sets too: the later one counts.
pub(super) fn said(response: &ServerResponse, name: &str, when: When) -> bool {
    let mut headers = response.headers.iter();
    when == When::RespondNode && headers.any(|(known, _)| known.eq_ignore_ascii_case(name))
}

pub(super) fn not_started(failure: &Failure) -> ServerResponse {
    match failure.code {
        // Whoever sends it again later loses nothing.
        Code::NotSaved | Code::Disconnected => answer::later(&format!("{}.", failure.message)),
        _ => {
            let hint = failure.hint.as_deref().unwrap_or("Look at the workflow.");
            answer::refuse(500, &format!("The run did not start: {}.", failure.message), hint)
        }
    }
}
