//! Webhooks: which addresses are open, and what happens when one is called.
//!
//! Registrations are rows, so they survive a restart. The server has a port of its own and no
//! other command: a page that reaches it can start a workflow, and nothing else.

mod request;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, Weak};

use reporunner_engine::Options;
use reporunner_model::{
    Node, NodeId, RunMode, StartFrom, Timestamp, VersionId, Workflow, WorkflowId, limits,
};
use reporunner_net::{ListenOptions, Server, ServerRequest, ServerResponse, plain};
use reporunner_protocol::{Event, Failure, StartedRun, StopListening, WebhookAddress};
use reporunner_runner::{Ended, Prepared, Responder};
use reporunner_store::{Published, WebhookKind, WebhookRow};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::failure::{of_runner, of_store};
use crate::runs::is_webhook;
use crate::{App, Caller};

/// Before the path of a production address.
const PRODUCTION: &str = "webhook";
/// Before the path of a test address.
const TEST: &str = "webhook-test";

/// The webhook server and what it listens for.
#[derive(Default)]
pub(crate) struct Listeners {
    /// `http://127.0.0.1:PORT`, while it listens.
    base: RwLock<Option<String>>,
    routes: RwLock<Vec<Route>>,
    /// Why a workflow that is live cannot start.
    troubles: RwLock<HashMap<WorkflowId, String>>,
    stop: RwLock<Option<oneshot::Sender<()>>>,
}

/// One open address.
#[derive(Clone)]
struct Route {
    kind: WebhookKind,
    method: String,
    /// Path segments; one that begins with `:` takes anything.
    segments: Vec<String>,
    node: NodeId,
    prepared: Arc<Prepared>,
    expires: Option<Timestamp>,
    version: Option<VersionId>,
}

impl Listeners {
    pub(crate) fn base(&self) -> Option<String> {
        self.base.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn write_routes(&self) -> std::sync::RwLockWriteGuard<'_, Vec<Route>> {
        self.routes.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The address for a request, with what its placeholders took. Exact segments go first.
    fn find(&self, kind: WebhookKind, method: &str, path: &str) -> Option<(Route, Value)> {
        let asked: Vec<&str> = path.trim_matches('/').split('/').collect();
        let routes = self.routes.read().unwrap_or_else(PoisonError::into_inner);
        let fits = |route: &&Route| {
            route.kind == kind
                && (route.method == method || route.method == "*")
                && route.segments.len() == asked.len()
                && route.segments.iter().zip(&asked).all(|(s, a)| s.starts_with(':') || s == a)
        };
        let found = routes
            .iter()
            .filter(fits)
            .min_by_key(|route| route.segments.iter().filter(|s| s.starts_with(':')).count())?;
        let names = found.segments.iter().zip(&asked);
        let params: serde_json::Map<String, Value> = names
            .filter_map(|(segment, value)| {
                Some((segment.strip_prefix(':')?.to_owned(), json!(value)))
            })
            .collect();
        Some((found.clone(), Value::Object(params)))
    }
}

impl App {
    /// Starts the server and opens the addresses of all live workflows.
    pub(crate) async fn open_webhooks(&self) {
        let port = self.settings().webhook_port;
        self.serve_webhooks(self.this.clone(), port).await;
        let query = reporunner_store::WorkflowQuery { live: Some(true), ..Default::default() };
        let live = self.store.read(|db| db.workflows(&query)).unwrap_or_default();
        for row in live {
            let Some(published) = row.published else { continue };
            let opened = match self.version_content(&row.id, &published.version) {
                Ok((_, content)) => self.open_routes(&row.id, &published, content).await,
                Err(failure) => Err(failure),
            };
            if let Err(failure) = opened {
                tracing::warn!(%failure, workflow = %row.id, "a live workflow cannot start");
                self.set_trouble(&row.id, Some(failure.message));
            }
        }
    }

    async fn serve_webhooks(&self, app: Weak<App>, port: u16) {
        let bound = match Server::bind(port, ListenOptions::default()).await {
            Ok(server) => Ok(server),
            // Somebody else has the port; a free one is better than none.
            Err(error) => {
                tracing::warn!(%error, port, "the webhook port is taken");
                self.bus.send(Event::Notice {
                    message: format!("Port {port} for webhooks is taken; another one is used"),
                    hint: Some("Choose a free port under Settings, Webhooks.".to_owned()),
                });
                Server::bind(0, ListenOptions::default()).await
            }
        };
        let Ok(server) = bound else { return };
        let base = format!("http://127.0.0.1:{}", server.port());
        *self.listeners.base.write().unwrap_or_else(PoisonError::into_inner) = Some(base);
        let (stop, stopped) = oneshot::channel();
        let before =
            self.listeners.stop.write().unwrap_or_else(PoisonError::into_inner).replace(stop);
        // Dropping the sender of a former server stops it.
        drop(before);
        let router = plain(limits::BODY_BYTES, move |request| called(app.clone(), request));
        tokio::spawn(server.serve(router, async move {
            let _ = stopped.await;
        }));
    }

    /// Listens at another port from now on.
    pub(crate) async fn move_webhooks(&self, port: u16) {
        self.serve_webhooks(self.this.clone(), port).await;
    }

    /// Why a live workflow cannot start here.
    pub(crate) fn trouble_of(&self, id: &WorkflowId) -> Option<String> {
        let troubles = self.listeners.troubles.read().unwrap_or_else(PoisonError::into_inner);
        troubles.get(id).cloned()
    }

    fn set_trouble(&self, id: &WorkflowId, trouble: Option<String>) {
        let mut troubles = self.listeners.troubles.write().unwrap_or_else(PoisonError::into_inner);
        match trouble {
            Some(trouble) => drop(troubles.insert(id.clone(), trouble)),
            None => drop(troubles.remove(id)),
        }
    }

    /// Where the webhook nodes of a workflow listen.
    pub(crate) fn webhook_addresses(
        &self,
        workflow: &Workflow,
    ) -> std::collections::BTreeMap<NodeId, WebhookAddress> {
        let base = self.listeners.base().unwrap_or_default();
        let nodes = workflow.nodes.values().filter(|node| is_webhook(node));
        nodes
            .map(|node| {
                let path = path_of(node);
                let test = format!("{base}/{TEST}/{path}");
                let production = format!("{base}/{PRODUCTION}/{path}");
                (node.id.clone(), WebhookAddress { test, production })
            })
            .collect()
    }

    /// Opens the addresses of a published version.
    pub(crate) async fn open_listeners(
        &self,
        id: &WorkflowId,
        published: Option<&Published>,
    ) -> Result<(), Failure> {
        let Some(published) = published else { return Ok(()) };
        let (_, content) = self.version_content(id, &published.version)?;
        self.open_routes(id, published, content).await
    }

    async fn open_routes(
        &self,
        id: &WorkflowId,
        published: &Published,
        content: Workflow,
    ) -> Result<(), Failure> {
        let prepared = self.runner.prepare(Arc::new(content));
        let nodes: Vec<Node> = prepared
            .workflow
            .nodes
            .values()
            .filter(|node| node.on && is_webhook(node))
            .cloned()
            .collect();
        let (open, guarded): (Vec<Node>, Vec<Node>) = nodes.into_iter().partition(asks_nobody);
        let rows: Vec<WebhookRow> =
            open.iter().map(|node| row_of(id, node, WebhookKind::Production, None)).collect();
        let stored = id.clone();
        let taken: Vec<WebhookRow> = self
            .store
            .write(move |tx| {
                tx.remove_webhooks(&stored, WebhookKind::Production)?;
                let others = rows.iter().map(|row| tx.add_webhook(row));
                Ok(others.collect::<reporunner_store::Result<Vec<_>>>()?.into_iter().flatten())
            })
            .await
            .map_err(of_store)?
            .collect();
        let is_taken = |node: &Node| {
            taken.iter().any(|row| row.method == method_of(node) && row.path == path_of(node))
        };
        let nodes: Vec<Node> = open.into_iter().filter(|node| !is_taken(node)).collect();
        self.set_trouble(id, trouble(id, &guarded, &taken));
        let version = Some(published.version.clone());
        let mut routes = self.listeners.write_routes();
        routes.retain(|r| r.kind != WebhookKind::Production || r.prepared.workflow.id != *id);
        routes.extend(nodes.iter().map(|node| Route {
            kind: WebhookKind::Production,
            method: method_of(node),
            segments: path_of(node).split('/').map(str::to_owned).collect(),
            node: node.id.clone(),
            prepared: Arc::clone(&prepared),
            expires: None,
            version: version.clone(),
        }));
        Ok(())
    }

    /// Closes every address of a workflow.
    pub(crate) async fn close_listeners(&self, id: &WorkflowId) -> Result<(), Failure> {
        self.set_trouble(id, None);
        self.listeners.write_routes().retain(|route| route.prepared.workflow.id != *id);
        let stored = id.clone();
        let written = self.store.write(move |tx| {
            tx.remove_webhooks(&stored, WebhookKind::Production)?;
            tx.remove_webhooks(&stored, WebhookKind::Test)
        });
        written.await.map(drop).map_err(of_store)
    }

    /// Waits for a call of a webhook's test address.
    pub(crate) async fn listen_for_test(
        &self,
        workflow: &Arc<Workflow>,
        node: &Node,
    ) -> Result<StartedRun, Failure> {
        let until = self.now().plus_ms(limits::WEBHOOK_TEST_MS as i64);
        self.stop_test(&workflow.id);
        let route = Route {
            kind: WebhookKind::Test,
            method: method_of(node),
            segments: path_of(node).split('/').map(str::to_owned).collect(),
            node: node.id.clone(),
            prepared: self.runner.prepare(Arc::clone(workflow)),
            expires: Some(until),
            version: None,
        };
        self.listeners.write_routes().push(route);
        let trigger = Some((node.id.clone(), until));
        self.bus.send(Event::Listening { workflow: workflow.id.clone(), trigger });
        let base = self.listeners.base().unwrap_or_default();
        let address = format!("{base}/{TEST}/{}", path_of(node));
        Ok(StartedRun::Listening { node: node.id.clone(), address, until })
    }

    /// Stops waiting for a test call.
    pub(crate) fn stop_listening(&self, _: &Caller, command: StopListening) {
        if self.stop_test(&command.workflow) {
            self.bus.send(Event::Listening { workflow: command.workflow, trigger: None });
        }
    }

    fn stop_test(&self, workflow: &WorkflowId) -> bool {
        let mut routes = self.listeners.write_routes();
        let before = routes.len();
        routes.retain(|r| r.kind != WebhookKind::Test || r.prepared.workflow.id != *workflow);
        routes.len() != before
    }

    /// Closes test addresses whose time is over.
    pub(crate) async fn close_expired_listeners(&self, now: Timestamp) {
        let mut closed = Vec::new();
        self.listeners.write_routes().retain(|route| {
            let over = route.expires.is_some_and(|until| until <= now);
            if over {
                closed.push(route.prepared.workflow.id.clone());
            }
            !over
        });
        for workflow in closed {
            self.bus.send(Event::Listening { workflow, trigger: None });
        }
    }

    async fn handle(&self, request: ServerRequest) -> ServerResponse {
        let path = request.path.trim_start_matches('/').to_owned();
        let (kind, path) = match path.split_once('/') {
            Some((PRODUCTION, path)) => (WebhookKind::Production, path.to_owned()),
            Some((TEST, path)) => (WebhookKind::Test, path.to_owned()),
            _ => return not_here(),
        };
        let Some((route, params)) = self.listeners.find(kind, &request.method, &path) else {
            return not_here();
        };
        if route.expires.is_some_and(|until| until <= self.now()) {
            return not_here();
        }
        let base = self.listeners.base().unwrap_or_default();
        let item = match request::to_item(&request, params, &base, kind, &self.store) {
            Ok(item) => item,
            Err(refusal) => return refusal,
        };
        // A test address takes one call.
        if kind == WebhookKind::Test {
            if !self.stop_test(&route.prepared.workflow.id) {
                return not_here();
            }
            self.stop_listening(
                &self.owner,
                StopListening { workflow: route.prepared.workflow.id.clone() },
            );
        }
        match self.run_webhook(&route, item).await {
            Ok(response) => response,
            Err(failure) => request::json(500, &json!({ "message": failure.message })),
        }
    }

    async fn run_webhook(
        &self,
        route: &Route,
        item: reporunner_model::Item,
    ) -> Result<ServerResponse, Failure> {
        let Some(node) = route.prepared.workflow.nodes.get(&route.node) else {
            return Ok(not_here());
        };
        let options = Options {
            start: StartFrom::Trigger { node: Some(route.node.clone()) },
            input: Some(Arc::new(vec![item])),
            use_pins: route.kind == WebhookKind::Test,
            ..Options::default()
        };
        let mode =
            if route.kind == WebhookKind::Test { RunMode::Manual } else { RunMode::Production };
        let (responder, slot) = Responder::new();
        let durability = route.prepared.workflow.settings.durability;
        let mut handle = self.launch(
            Arc::clone(&route.prepared),
            options,
            mode,
            durability,
            Some(responder),
            route.version.clone(),
        )?;
        // Accepted means committed.
        handle.stored().await.map_err(of_runner)?;
        let text = |key: &str| node.params.get(key).and_then(Value::as_str).unwrap_or_default();
        Ok(match text("responseMode") {
            "responseNode" => match slot.await {
                Ok(answer) => request::respond(answer, &self.store),
                // The run ended and no Respond node had run.
                Err(_) => end_response(&handle.ended().await, node),
            },
            "lastNode" => end_response(&handle.ended().await, node),
            _ => {
                let code = node.params.get("responseCode").and_then(Value::as_u64).unwrap_or(200);
                let status = u16::try_from(code).unwrap_or(200);
                request::json(status, &json!({ "message": "Workflow was started" }))
            }
        })
    }
}

async fn called(app: Weak<App>, request: ServerRequest) -> ServerResponse {
    match app.upgrade() {
        Some(app) => app.handle(request).await,
        None => ServerResponse { status: 503, ..ServerResponse::default() },
    }
}

fn not_here() -> ServerResponse {
    let message = "No workflow listens at this address and method.";
    let hint = "Make the workflow live, or press Run in the editor to open its test address.";
    request::json(404, &json!({ "message": message, "hint": hint }))
}

/// What a run that ended answers: what its last node gave.
fn end_response(ended: &Ended, node: &Node) -> ServerResponse {
    if let Some(error) = &ended.error {
        let body = json!({ "message": "Error in workflow", "error": error.message });
        return request::json(500, &body);
    }
    let last = ended.run.last_node().and_then(|index| ended.run.results(index).last());
    let items = last.and_then(|result| result.outputs.iter().find(|items| !items.is_empty()));
    let mut jsons = items.iter().flat_map(|items| items.iter()).map(|item| json!(item.json));
    let text = |key: &str| node.params.get(key).and_then(Value::as_str).unwrap_or_default();
    match text("responseData") {
        "allEntries" => request::json(200, &Value::Array(jsons.collect())),
        "noData" => ServerResponse { status: 200, ..ServerResponse::default() },
        _ => request::json(200, &jsons.next().unwrap_or_else(|| json!({}))),
    }
}

/// Whether whoever calls is let in. Callers cannot be told apart yet, so a webhook that shall is
/// not opened at all.
fn asks_nobody(node: &Node) -> bool {
    let asked = node.params.get("authentication").and_then(Value::as_str);
    asked.is_none_or(|asked| asked.is_empty() || asked == "none")
}

/// Why not every address of a workflow is open.
fn trouble(id: &WorkflowId, guarded: &[Node], taken: &[WebhookRow]) -> Option<String> {
    if let Some(node) = guarded.first() {
        return Some(format!(
            "{} checks who calls, which this version cannot do yet; it is not opened",
            node.name
        ));
    }
    let other = taken.first()?;
    let who = if other.workflow == *id { "another node" } else { "another workflow" };
    Some(format!("{who} listens at {} /{} already", other.method, other.path))
}

fn path_of(node: &Node) -> String {
    let path = node.params.get("path").and_then(Value::as_str).unwrap_or_default();
    match path.trim_matches('/') {
        "" => node.id.to_string(),
        path => path.to_owned(),
    }
}

fn method_of(node: &Node) -> String {
    let method = node.params.get("httpMethod").and_then(Value::as_str);
    method.filter(|method| !method.is_empty()).unwrap_or("GET").to_owned()
}

fn row_of(
    workflow: &WorkflowId,
    node: &Node,
    kind: WebhookKind,
    expires: Option<Timestamp>,
) -> WebhookRow {
    WebhookRow {
        kind,
        method: method_of(node),
        path: path_of(node),
        workflow: workflow.clone(),
        node: node.id.clone(),
        expires,
        data: Value::Null,
    }
}
