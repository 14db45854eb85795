//! Opening and closing addresses: those of live workflows, and those of a person who waits for a
//! test call. Registrations are rows, so that two workflows cannot take the same one.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use reporunner_expression::{Frame, RunData};
use reporunner_model::{Items, Node, NodeId, Timestamp, Workflow, WorkflowId, limits};
use reporunner_protocol::{Code, Event, Failure, StartedRun, StopListening, WebhookAddress};
use reporunner_runner::Prepared;
use reporunner_store::{Published, WebhookKind, WebhookRow};
use serde_json::Value;

use super::form::{self, FORM_TRIGGER};
use super::routes::{Opening, Route};
use super::terms::{self, Door, When};
use super::{PRODUCTION, TEST};
use crate::failure::of_store;
use crate::rooms::Room;
use crate::runs::is_webhook;
use crate::{App, Caller};

impl App {
    /// Opens the addresses of all live workflows.
    pub(super) async fn open_live(&self) {
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
        let mut troubles = Vec::new();
        let mut routes = Vec::new();
        let nodes = prepared.workflow.nodes.values();
        for node in nodes.filter(|node| node.on && is_webhook(node)) {
            let opening = (WebhookKind::Production, &prepared, None);
            match self.route(node, opening, Some(published)).await {
                Ok(route) => routes.push(route),
                Err(failure) => troubles.push(failure.message),
            }
        }
        let taken = self.register(id, &routes).await?;
        for row in taken {
            for route in routes.iter_mut().filter(|route| route.node == row.1) {
                route.methods.retain(|method| *method != row.0.method);
            }
            troubles.push(taken_by(id, &row.0));
        }
        troubles.extend(self.replace_routes(id, routes));
        troubles.extend(self.set_timers(id, published, &prepared).await?);
        troubles.extend(self.set_watches(id, published, &prepared).await);
        self.set_trouble(id, troubles.into_iter().next());
        Ok(())
    }

    /// Opens these routes of a workflow in place of those before. Gives what others have.
    fn replace_routes(&self, id: &WorkflowId, routes: Vec<Route>) -> Vec<String> {
        let mut open = self.listeners.write_routes();
        open.remove(WebhookKind::Production, |route| route.workflow() == id);
        let taken = routes.into_iter().filter_map(|route| {
            let path = route.path.clone();
            let method = open.add(route)?;
            Some(format!("another webhook listens at {method} /{path} already"))
        });
        taken.collect()
    }

    /// Stores who takes which address. Gives those that others have, each with the node of ours
    /// that wanted it.
    async fn register(
        &self,
        id: &WorkflowId,
        routes: &[Route],
    ) -> Result<Vec<(WebhookRow, NodeId)>, Failure> {
        let rows = routes.iter().flat_map(|route| {
            route.methods.iter().map(|method| WebhookRow {
                kind: route.kind,
                method: method.clone(),
                path: route.path.clone(),
                workflow: id.clone(),
                node: route.node.clone(),
                expires: None,
                data: Value::Null,
            })
        });
        let (rows, stored): (Vec<WebhookRow>, _) = (rows.collect(), id.clone());
        let written = self.store.write(move |tx| {
            tx.remove_webhooks(&stored, WebhookKind::Production)?;
            let mut taken = Vec::new();
            for row in &rows {
                taken.extend(tx.add_webhook(row)?.map(|other| (other, row.node.clone())));
            }
            Ok(taken)
        });
        written.await.map_err(of_store)
    }

    /// What listens for a node.
    async fn route(
        &self,
        node: &Node,
        (kind, prepared, expires): (WebhookKind, &Arc<Prepared>, Option<Timestamp>),
        published: Option<&Published>,
    ) -> Result<Route, Failure> {
        let closed = |what: &str, hint: &str| {
            let message = format!("{} {what}; it is not opened", node.name);
            Failure::new(Code::Invalid, message).hint(hint)
        };
        if !terms::asks_nobody(node) {
            return Err(closed(
                "checks who calls, which this version cannot do yet",
                "Better closed than open to everybody. Choose Anyone under Who may call.",
            ));
        }
        if node.node_type.as_str() == FORM_TRIGGER && form::asks_for_password(node) {
            self.check_password(&prepared.workflow, node).await?;
        }
        let when = terms::when_of(node).ok_or_else(|| {
            closed(
                "answers as a stream, which this version cannot do yet",
                "Choose another Answer.",
            )
        })?;
        let workflow = &prepared.workflow;
        let frame = self.frame_for(workflow, node, Items::default(), published.is_some());
        let options = terms::about_requests(node);
        let options = self.evaluator.resolve(&options, &frame, 0).await.map_err(|error| {
            closed(&format!("has an option that gives nothing: {}", error.message), "Correct it.")
        })?;
        let opening = Opening {
            kind,
            prepared,
            folder: self.files_of(&workflow.id),
            expires,
            version: published.map(|published| published.version.clone()),
            door: Door::new(node, &options),
        };
        Ok(Route::new(node, when, opening))
    }

    /// Says why a form that asks for a name and a password cannot.
    async fn check_password(&self, workflow: &Workflow, node: &Node) -> Result<(), Failure> {
        let closed = |what: &str| Failure::new(Code::Invalid, format!("{} {what}", node.name));
        let hint = "Keep it in a variable of this machine (Settings, Variables): formUser and \
                    formPassword, or others that the node names by ={{ $vars.… }}.";
        if form::has_written_password(node) {
            return Err(closed("has its password in the workflow itself").hint(hint));
        }
        let access = node.params.get("access").unwrap_or(&Value::Null);
        if self.secret_of(workflow, node, access).await.is_none() {
            return Err(closed("asks for a password, and none is set").hint(hint));
        }
        Ok(())
    }

    /// What the expressions of a webhook's own parameters see: the request, and no other node.
    pub(super) fn frame_for(
        &self,
        workflow: &Workflow,
        node: &Node,
        items: Items,
        live: bool,
    ) -> Frame {
        let ambient = self.ambient(workflow, live);
        let mut frame = Frame::new(RunData::new(), &node.name, vec![items], Arc::new(ambient));
        frame.node_id = node.id.to_string();
        frame.node_version = node.type_version();
        frame
    }

    /// Lets nothing start a workflow any more: takes its addresses and timers out of memory, which
    /// cannot fail. What is stored of them is the caller's to forget.
    pub(crate) fn silence(&self, id: &WorkflowId) {
        self.set_trouble(id, None);
        self.clear_watches(id);
        for kind in [WebhookKind::Production, WebhookKind::Test] {
            self.listeners.write_routes().remove(kind, |route| route.workflow() == id);
        }
        self.stop_timers(id);
    }

    /// Waits for a call of a webhook's test address.
    pub(crate) async fn listen_for_test(
        &self,
        workflow: &Arc<Workflow>,
        node: &Node,
    ) -> Result<StartedRun, Failure> {
        let is_form = node.node_type.as_str() == FORM_TRIGGER;
        // A person fills a form in; a call comes at once.
        let patience = if is_form { limits::FORM_TEST_MS } else { limits::WEBHOOK_TEST_MS };
        let until = self.now().plus_ms(patience as i64);
        let prepared = self.runner.prepare(Arc::clone(workflow));
        let route = self.route(node, (WebhookKind::Test, &prepared, Some(until)), None).await?;
        self.stop_test(&workflow.id);
        let path = route.path.clone();
        if let Some(method) = self.listeners.write_routes().add(route) {
            let message = format!("another test waits at {method} /{path}");
            return Err(Failure::new(Code::Invalid, message).hint("Stop that one first."));
        }
        let trigger = Some((node.id.clone(), until));
        self.bus.send(Event::Listening { workflow: workflow.id.clone(), trigger });
        let base = self.listeners.base().unwrap_or_default();
        let prefix = if is_form { form::TEST_FORMS } else { TEST };
        let address = format!("{base}/{prefix}/{path}");
        Ok(StartedRun::Listening { node: node.id.clone(), address, until })
    }

    /// Stops waiting for a test call.
    pub(crate) fn stop_listening(&self, _: &Caller, command: StopListening) {
        self.end_test(&command.workflow);
    }

    /// Stops waiting for a test call, and says so. False where nobody waited (any more).
    pub(super) fn end_test(&self, workflow: &WorkflowId) -> bool {
        let waited = self.stop_test(workflow);
        if waited {
            self.bus.send(Event::Listening { workflow: workflow.clone(), trigger: None });
        }
        waited
    }

    fn stop_test(&self, workflow: &WorkflowId) -> bool {
        let mut open = self.listeners.write_routes();
        !open.remove(WebhookKind::Test, |route| route.workflow() == workflow).is_empty()
    }

    /// Closes test addresses whose time is over.
    pub(crate) async fn close_expired_listeners(&self, now: Timestamp) {
        let is_over = |route: &Route| route.expires.is_some_and(|until| until <= now);
        self.listeners.forms.sweep(now);
        let closed = self.listeners.write_routes().remove(WebhookKind::Test, is_over);
        for route in closed {
            self.bus.send(Event::Listening { workflow: route.workflow().clone(), trigger: None });
        }
    }

    /// Where the webhook nodes of a workflow listen.
    pub(crate) fn webhook_addresses(&self, room: &mut Room) -> BTreeMap<NodeId, WebhookAddress> {
        if !room.workflow().nodes.values().any(is_webhook) {
            return BTreeMap::new();
        }
        let base = self.listeners.base().unwrap_or_default();
        let (draft, published) = room.both();
        let of = |node: &Node| {
            let path = terms::path_of(node);
            let (test, live) = match node.node_type.as_str() {
                FORM_TRIGGER => (form::TEST_FORMS, form::FORMS),
                _ => (TEST, PRODUCTION),
            };
            (format!("{base}/{test}/{path}"), format!("{base}/{live}/{path}"))
        };
        let nodes = draft.nodes.values().filter(|node| is_webhook(node));
        nodes
            .map(|node| {
                let (test, production) = of(node);
                let before = published.and_then(|published| published.nodes.get(&node.id));
                let before = before.filter(|node| is_webhook(node)).map(|node| of(node).1);
                let published = before.filter(|before| *before != production);
                (node.id.clone(), WebhookAddress { test, production, published })
            })
            .collect()
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
}

fn taken_by(id: &WorkflowId, row: &WebhookRow) -> String {
    let who = if row.workflow == *id { "another node" } else { "another workflow" };
    format!("{who} listens at {} /{} already", row.method, row.path)
}

/// Whether a node that answers is needed and missing.
pub(super) fn lacks_respond(route: &Route) -> bool {
    route.when == When::RespondNode && !route.has_respond
}
