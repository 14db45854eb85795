//! Who may fill a form in, what its page does not take, and what is said instead: a page each.

use reporunner_expression::Template;
use reporunner_model::{Items, Node, Workflow};
use reporunner_net::{ServerRequest, ServerResponse};
use reporunner_store::WebhookKind;
use serde_json::Value;

use super::definition::text;
use super::page::{Mood, Say, say};
use crate::App;
use crate::listen::terms::{self, Door};
use crate::listen::{gate, pairs};

impl App {
    /// Lets in who may fill in the form of a trigger: addresses, robots, name and password.
    pub(super) async fn admit_visitor(
        &self,
        workflow: &Workflow,
        trigger: &Node,
        request: &ServerRequest,
    ) -> Result<(), ServerResponse> {
        let frame = self.frame_for(workflow, trigger, Items::default(), true);
        let options = terms::about_requests(trigger);
        let options = self.evaluator.resolve(&options, &frame, 0).await.map_err(|error| {
            tracing::warn!(error = error.message, node = trigger.name, "who may fill a form in");
            closed()
        })?;
        if let Some(refusal) = gate::refusal(&Door::new(trigger, &options), request) {
            return Err(as_page(refusal));
        }
        let asked = text(trigger.params.get("authentication"));
        let access = trigger.params.get("access").unwrap_or(&Value::Null);
        self.admit_as(&asked, (workflow, trigger, access), request).await
    }

    /// Lets in by what a node asks for. What cannot be checked lets nobody in.
    pub(super) async fn admit_as(
        &self,
        asked: &str,
        (workflow, node, access): (&Workflow, &Node, &Value),
        request: &ServerRequest,
    ) -> Result<(), ServerResponse> {
        match asked {
            "" | "none" => Ok(()),
            "basicAuth" => self.admit(workflow, node, access, request).await,
            _ => Err(closed()),
        }
    }

    /// Lets in who knows the name and the password that a node asks for.
    pub(super) async fn admit(
        &self,
        workflow: &Workflow,
        node: &Node,
        access: &Value,
        request: &ServerRequest,
    ) -> Result<(), ServerResponse> {
        let Some((user, password)) = self.secret_of(workflow, node, access).await else {
            let text = "Its name and password are not set on this machine.";
            return Err(say(503, &Say::new(Mood::Failed, "This form is closed", text)));
        };
        if pairs::is_basic(request.header("authorization"), &user, &password) {
            return Ok(());
        }
        let text = "Open it again and give the name and the password that you were told.";
        let mut refused = say(401, &Say::new(Mood::Plain, "Who are you?", text));
        let ask = "Basic realm=\"Form\", charset=\"UTF-8\"".to_owned();
        refused.headers.push(("www-authenticate".to_owned(), ask));
        Err(refused)
    }

    /// The name and the password for a node; none where they are not set.
    pub(in crate::listen) async fn secret_of(
        &self,
        workflow: &Workflow,
        node: &Node,
        access: &Value,
    ) -> Option<(String, String)> {
        let frame = self.frame_for(workflow, node, Items::default(), true);
        let mut found = Vec::new();
        for (name, variable) in [("user", "formUser"), ("password", "formPassword")] {
            let own = access.get(name).filter(|own| !text(Some(own)).trim().is_empty());
            let asked =
                own.cloned().unwrap_or_else(|| format!("={{{{ $vars.{variable} }}}}").into());
            let value = self.evaluator.resolve(&asked, &frame, 0).await.ok()?;
            found.push(text(Some(&value)));
        }
        let password = found.pop().filter(|password| !password.is_empty())?;
        Some((found.pop()?, password))
    }
}

/// The page of a form that lets nobody in.
fn closed() -> ServerResponse {
    let text = "Who may fill it in cannot be checked. Tell whoever gave you this form.";
    say(403, &Say::new(Mood::Failed, "This form is closed", text))
}

/// Whether a node asks who fills its form in.
pub(in crate::listen) fn asks_for_password(node: &Node) -> bool {
    let asked = node.params.get("authentication");
    asked.and_then(Value::as_str) == Some("basicAuth")
}

/// The password that stands in a node itself, where it would travel with the workflow.
pub(in crate::listen) fn has_written_password(node: &Node) -> bool {
    let written = node.params.get("access").and_then(|access| access.get("password"));
    // A text that is the same for every run is one, with a `=` before it or without.
    let constant = |written: &str| Template::parse(written).is_constant();
    written.and_then(Value::as_str).is_some_and(|written| !written.is_empty() && constant(written))
}

/// The answer at an address where no form is.
pub(in crate::listen) fn no_form(kind: WebhookKind) -> ServerResponse {
    let text = match kind {
        WebhookKind::Test => {
            "The editor does not listen for it: press Run there, then open or send the form again. \
             What you typed is still there when you go back."
        }
        _ => "Check the address. The form may have been closed, or moved to another one.",
    };
    say(404, &Say::new(Mood::Plain, "No form is here", text))
}

/// A refusal in the shape of a page.
pub(super) fn as_page(refusal: ServerResponse) -> ServerResponse {
    let about: Value = serde_json::from_slice(&refusal.body).unwrap_or_default();
    let words = |name: &str| text(about.get(name));
    let (title, hint) = (words("message"), words("hint"));
    let hint = match refusal.status {
        413 => "Go back and send less: shorter texts, a smaller file, or fewer.".to_owned(),
        400 | 408 => "Go back and send it again.".to_owned(),
        _ => hint,
    };
    let title = title.trim_end_matches('.');
    let mut page = say(refusal.status, &Say::new(Mood::Failed, title, &hint));
    let kept = |(name, _): &(String, String)| name == "retry-after";
    page.headers.extend(refusal.headers.into_iter().filter(kept));
    page
}

/// Refuses what a page of another site sends (Fetch: `Sec-Fetch-Site`, `Origin`).
pub(super) fn refuse_foreign(request: &ServerRequest) -> Result<(), ServerResponse> {
    let own = match (request.header("sec-fetch-site"), request.header("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => {
            let host = origin.split_once("://").map_or("", |(_, host)| host);
            // Behind a tunnel the host is told apart.
            let hosts = [request.header("host"), request.header("x-forwarded-host")];
            !host.is_empty() && hosts.contains(&Some(host))
        }
        // No browser.
        (None, None) => true,
    };
    if own {
        return Ok(());
    }
    let text = "Another site sent this. Open the form's own address and fill it in there.";
    Err(say(403, &Say::new(Mood::Failed, "This was not sent from the form", text)))
}

pub(super) fn is_browser(request: &ServerRequest) -> bool {
    request.header("sec-fetch-site").is_some() || request.header("origin").is_some()
}
