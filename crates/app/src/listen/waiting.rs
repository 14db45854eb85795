//! Calls of runs that wait: `$execution.resumeUrl` and what comes after it.
//!
//! The address of a run carries a mark that only this folder can make, so that nobody who knows or
//! guesses a run's id can wake it. There are two: whoever fills a form in sees the one of its pages
//! and cannot make the other, by which the run is woken for what it waits for.

use std::sync::Arc;

use reporunner_model::{Node, RunId, VersionId};
use reporunner_net::{RequestBody, ServerRequest, ServerResponse};
use reporunner_node::WaitNote;
use reporunner_runner::{Prepared, Responder, RunWait, WakeBy};
use reporunner_store::WebhookKind;
use serde_json::Value;

use super::answer::{self, refuse};
use super::call::{not_started, said};
use super::form::WAITING_FORMS;
use super::request::{Received, receive};
use super::routes::{Opening, Route};
use super::terms::{Door, When, when_of};
use super::{WAITING, gate};
use crate::App;

/// Characters of the mark.
const MARK: usize = 24;

/// What an address of a run is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The pages of whoever filled its form in.
    Pages,
    /// Whatever the run waits for: for those whom the workflow itself tells.
    Waits,
}

/// A node of a run that a call is for.
struct Meant {
    run: RunId,
    node: Node,
    /// For what it waits.
    note: WaitNote,
    /// Its options about calls.
    options: Value,
    prepared: Arc<Prepared>,
    version: Option<VersionId>,
}

impl App {
    /// The address that wakes a run; empty while nobody listens.
    pub(crate) fn resume_url(&self, run: &RunId) -> String {
        let base = self.listeners.base();
        base.map_or_else(String::new, |base| {
            format!("{base}/{WAITING}/{run}-{}", self.mark(run, Purpose::Waits))
        })
    }

    /// The address at which a run shows its forms; empty while nobody listens.
    pub(crate) fn resume_form_url(&self, run: &RunId) -> String {
        let base = self.listeners.base();
        base.map_or_else(String::new, |base| {
            format!("{base}/{WAITING_FORMS}/{run}-{}", self.mark(run, Purpose::Waits))
        })
    }

    pub(super) fn mark(&self, run: &RunId, purpose: Purpose) -> String {
        let about = match purpose {
            Purpose::Pages => format!("pages {run}"),
            Purpose::Waits => run.to_string(),
        };
        let hash = blake3::keyed_hash(&self.resume_key, about.as_bytes()).to_hex();
        hash[..MARK].to_owned()
    }

    /// Answers a call of a run that waits.
    pub(super) async fn called_waiting(
        &self,
        path: String,
        request: ServerRequest,
        body: RequestBody,
    ) -> ServerResponse {
        let path = path.trim_matches('/');
        let (address, suffix) = path.split_once('/').unwrap_or((path, ""));
        let Some(run) = self.marked(address, Purpose::Waits) else { return no_such_run() };
        self.runner.settled(&run).await;
        let meant = match self.meant(run, suffix, &request.method) {
            Ok(meant) => meant,
            Err(refusal) => return refusal,
        };
        let route = self.route_of_wait(&meant, path);
        let origin = request.header("origin").map(str::to_owned);
        let answered = match self.refusal(&route, &request) {
            Some(refusal) => Err(refusal),
            None => self.let_wake(&meant, &route, request, body).await,
        };
        let mut response = answered.unwrap_or_else(|refusal| refusal);
        gate::let_page_see(&mut response, &route.door, origin.as_deref());
        answer::shut_in(&mut response);
        response
    }

    /// The run that an address means, if the address is one of ours and good for that.
    pub(super) fn marked(&self, address: &str, purpose: Purpose) -> Option<RunId> {
        let (run, mark) = address.rsplit_once('-')?;
        let run = RunId::new(run);
        let ours = self.mark(&run, purpose);
        // Every character is looked at, so that the time tells nothing.
        let differs = ours.bytes().zip(mark.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b));
        (ours.len() == mark.len() && differs == 0).then_some(run)
    }

    fn meant(&self, run: RunId, suffix: &str, method: &str) -> Result<Meant, ServerResponse> {
        let unread = || answer::later("The run cannot be read now.");
        let row = self.store.read(|db| db.run(&run)).map_err(|_| unread())?;
        let (prepared, version, waits) = match self.runner.waits(&run) {
            Some(live) => (live.prepared, live.version, live.nodes),
            None => {
                let row = row.ok_or_else(no_such_run)?;
                if row.status.is_final() {
                    return Err(refuse(409, "The run is over.", "It was called or ended before."));
                }
                if self.is_in_trash(&row.workflow).map_err(|_| unread())? {
                    let hint = "Take it out of the trash; the run goes on waiting then.";
                    return Err(refuse(409, "The run's workflow lies in the trash.", hint));
                }
                let waits = self.runner.resting(&run).map_err(|_| unread())?.unwrap_or_default();
                let workflow = self.runner.workflow_of(&row).map_err(|_| no_such_run())?;
                (self.runner.prepare(Arc::new(workflow)), row.version, waits)
            }
        };
        let mut takes = Vec::new();
        for wait in waits {
            let WaitNote::Call { method: takes_method, suffix: ending, options } = &wait.note
            else {
                continue;
            };
            if ending != suffix {
                continue;
            }
            if takes_method != method {
                takes.push(takes_method.clone());
                continue;
            }
            if let Some(node) = prepared.workflow.nodes.get(&wait.node) {
                let node = node.clone();
                let (options, note) = (options.clone().into(), wait.note);
                return Ok(Meant { run, node, note, options, prepared, version });
            }
        }
        if takes.is_empty() {
            let hint = "It waits for something else, or has gone on; look at the run.";
            return Err(refuse(409, "The run does not wait for this call.", hint));
        }
        Err(answer::other_methods(method, &takes))
    }

    fn route_of_wait(&self, meant: &Meant, path: &str) -> Route {
        let opening = Opening {
            kind: WebhookKind::Waiting,
            prepared: &meant.prepared,
            folder: self.files_of(&meant.prepared.workflow.id),
            expires: None,
            version: meant.version.clone(),
            door: Door::new(&meant.node, &meant.options),
        };
        let when = when_of(&meant.node).unwrap_or(When::AtOnce);
        let mut route = Route::new(&meant.node, when, opening);
        path.clone_into(&mut route.path);
        route
    }

    async fn let_wake(
        &self,
        meant: &Meant,
        route: &Route,
        request: ServerRequest,
        body: RequestBody,
    ) -> Result<ServerResponse, ServerResponse> {
        let base = self.listeners.base().unwrap_or_default();
        let params = serde_json::Map::new();
        let received = receive(request, body, params, (route, &base), &self.store).await?;
        if !self.is_wanted(route, &meant.node, &received.item).await {
            return Ok(ServerResponse { status: 200, ..ServerResponse::default() });
        }
        let terms = self.terms(route, &meant.node, &received.item).await?;
        let Received { item, files } = received;
        let (responder, slot) = Responder::new();
        let by = WakeBy::Call {
            wait: RunWait { node: meant.node.id.clone(), note: meant.note.clone() },
            item: Box::new(item),
            responder: (route.when == When::RespondNode).then_some(responder),
        };
        // Accepted means committed.
        let woken = self.wake(&meant.run, by).await;
        let handle = woken.map_err(|failure| not_started(&failure))?;
        self.keep_until_ended(&handle, files);
        let mut response = self.answer(route, &terms, handle, slot).await;
        let headers = terms.headers.iter();
        let own = headers.filter(|(name, _)| !said(&response, name, route.when));
        let own: Vec<_> = own.cloned().collect();
        answer::add_headers(&mut response, own);
        Ok(response)
    }
}

fn no_such_run() -> ServerResponse {
    refuse(404, "No run waits at this address.", "Check the address.")
}
