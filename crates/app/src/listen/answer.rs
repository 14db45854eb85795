//! What a caller gets: the answer of a Respond node, of a run that ended, or a refusal.

use std::io::Read;
use std::sync::Arc;

use reporunner_model::{BinaryRef, Fields, Item};
use reporunner_net::ServerResponse;
use reporunner_node::{Answer, AnswerBody};
use reporunner_runner::Ended;
use reporunner_store::{BinaryId, Store, WebhookKind};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::terms::{Terms, What};

/// Lets a page of a webhook do what pages do, but not as a part of this machine's other pages:
/// they have the same host, and so the same cookies (W3C: CSP, sandbox).
const SANDBOX: &str = "sandbox allow-downloads allow-forms allow-modals allow-popups \
     allow-popups-to-escape-sandbox allow-scripts allow-top-navigation-by-user-activation";

/// Seconds after which a caller may come again.
const LATER: &str = "2";

/// A refusal: what failed and what to do.
pub(super) fn refuse(status: u16, message: &str, hint: &str) -> ServerResponse {
    json(status, &json!({ "code": status, "message": message, "hint": hint }))
}

/// A refusal for now.
pub(super) fn later(message: &str) -> ServerResponse {
    let mut response = refuse(503, message, "Send the request again a little later.");
    response.headers.push(("retry-after".to_owned(), LATER.to_owned()));
    response
}

/// The refusal of an address that nobody opened.
pub(super) fn nothing_here(kind: WebhookKind) -> ServerResponse {
    let hint = match kind {
        WebhookKind::Test => "Press Run in the editor; a test address takes one call then.",
        _ => "Check the path, and make the workflow live: until then it does not listen.",
    };
    refuse(404, "No workflow listens at this address.", hint)
}

/// The refusal of a method that an address does not take.
pub(super) fn other_methods(method: &str, methods: &[String]) -> ServerResponse {
    let known = methods.join(", ");
    let message = format!("This address does not take {method}.");
    let mut response = refuse(404, &message, &format!("It takes {known}."));
    response.headers.push(("allow".to_owned(), format!("OPTIONS, {known}")));
    response
}

/// An answer with a JSON body.
fn json(status: u16, body: &impl Serialize) -> ServerResponse {
    let text = serde_json::to_vec(body).expect("JSON values are JSON");
    typed(status, "application/json; charset=utf-8", text.into())
}

fn typed(status: u16, kind: &str, body: bytes::Bytes) -> ServerResponse {
    let headers = vec![typed_as(kind)];
    ServerResponse { status, headers, body, ..ServerResponse::default() }
}

fn empty(status: u16) -> ServerResponse {
    ServerResponse { status, ..ServerResponse::default() }
}

/// Texts go out as they are, all else as JSON.
fn value(status: u16, value: &Value) -> ServerResponse {
    match value {
        // A text may be a page; n8n says so too.
        Value::String(text) => typed(status, "text/html; charset=utf-8", text.clone().into()),
        Value::Null => empty(status),
        other => json(status, other),
    }
}

/// The answer that does not wait for the run.
pub(super) fn at_once(terms: &Terms) -> ServerResponse {
    match &terms.words {
        _ if terms.empty => empty(terms.status),
        Some(words) => value(terms.status, words),
        None => json(terms.status, &json!({ "message": "Workflow was started" })),
    }
}

/// The answer of a Respond node.
pub(super) fn of_node(answer: Answer, store: &Store) -> ServerResponse {
    let mut response = match answer.body {
        AnswerBody::Empty => empty(answer.status),
        AnswerBody::Json(body) => json(answer.status, &body),
        AnswerBody::Text(text) => value(answer.status, &Value::String(text)),
        AnswerBody::Binary(binary) => file(answer.status, &binary, store),
    };
    add_headers(&mut response, answer.headers);
    response
}

/// The answer of a run that ended before a Respond node gave one.
pub(super) fn unanswered(ended: Option<&Ended>, kind: WebhookKind) -> ServerResponse {
    let fine = || json(200, &json!({ "message": "The workflow ran and gave no answer" }));
    failed(ended, kind).unwrap_or_else(fine)
}

/// What the last node of a run gave.
pub(super) fn of_last_node(
    ended: Option<&Ended>,
    kind: WebhookKind,
    terms: &Terms,
    store: &Store,
) -> ServerResponse {
    if let Some(failed) = failed(ended, kind) {
        return failed;
    }
    let run = ended.map(|ended| &ended.run);
    let last = run.and_then(|run| run.results(run.last_node()?).last());
    let items = last.and_then(|result| result.outputs.iter().find(|items| !items.is_empty()));
    let items: &[Item] = items.map_or(&[], |items| items);
    match (&terms.what, items.first()) {
        (What::Nothing, _) => empty(terms.status),
        (What::All, _) => {
            let all: Vec<&Fields> = items.iter().map(|item| &item.json).collect();
            json(terms.status, &all)
        }
        (_, None) => {
            let hint = "Look at the last node's output in the run, or answer with all items.";
            refuse(500, "The last node gave no item to answer with.", hint)
        }
        (What::File(name), Some(item)) => {
            match item.binary.as_ref().and_then(|files| files.get(name)) {
                Some(binary) => file(terms.status, binary, store),
                None => {
                    let message = format!("The last node's first item has no file called {name}.");
                    refuse(500, &message, "Check the name of the file in the Webhook node.")
                }
            }
        }
        (What::First { field, content_type }, Some(item)) => {
            first(terms.status, &item.json, field.as_deref(), content_type.as_deref())
        }
    }
}

fn first(
    status: u16,
    item: &Map<String, Value>,
    field: Option<&str>,
    content_type: Option<&str>,
) -> ServerResponse {
    let mut response = match field {
        Some(path) => value(status, dig(item, path).unwrap_or(&Value::Null)),
        None => json(status, item),
    };
    add_headers(&mut response, content_type.map(typed_as));
    response
}

fn typed_as(kind: &str) -> (String, String) {
    ("content-type".to_owned(), kind.to_owned())
}

/// The value at `a.b[0]`, or at a field of just that name.
fn dig<'v>(item: &'v Map<String, Value>, path: &str) -> Option<&'v Value> {
    if let Some(value) = item.get(path) {
        return Some(value);
    }
    let mut keys = path.split(['.', '[', ']']).filter(|key| !key.is_empty());
    let first = item.get(keys.next()?)?;
    keys.try_fold(first, |value, key| match value {
        Value::Array(list) => list.get(key.parse::<usize>().ok()?),
        other => other.get(key),
    })
}

/// The answer where the run did not end well. Only whoever tries a workflow out is told why:
/// anybody may call a live one.
fn failed(ended: Option<&Ended>, kind: WebhookKind) -> Option<ServerResponse> {
    let Some(ended) = ended else {
        return Some(later("Reporunner is closing; the run was accepted and goes on later."));
    };
    let error = ended.error.as_ref()?;
    let mut body = json!({ "code": 500, "message": "Error in workflow" });
    if kind == WebhookKind::Test {
        body["error"] = error.message.clone().into();
        body["hint"] = error.hint.clone().into();
    }
    Some(json(500, &body))
}

pub(super) fn file(status: u16, binary: &BinaryRef, store: &Store) -> ServerResponse {
    let kind = match binary.mime_type.as_str() {
        "" => "application/octet-stream",
        kind => kind,
    };
    // Pinned and imported items carry their content with them.
    if let Some(data) = &binary.data {
        return match carried(data) {
            Some(bytes) => typed(status, kind, bytes.into()),
            None => refuse(500, "The file to answer with is damaged.", "Run its node again."),
        };
    }
    let opened = binary.id.parse::<BinaryId>().and_then(|id| store.open_binary(&id));
    match opened {
        Ok(file) => {
            let response = typed(status, kind, bytes::Bytes::new());
            with_file(response, file)
        }
        Err(error) => refuse(500, &format!("The file to answer with: {error}"), "Run it again."),
    }
}

/// Small files go out in one piece.
fn with_file(mut response: ServerResponse, mut file: std::fs::File) -> ServerResponse {
    const SMALL: u64 = 64 * 1024;
    let length = file.metadata().map_or(u64::MAX, |about| about.len());
    if length <= SMALL {
        let mut body = Vec::with_capacity(length as usize);
        if file.read_to_end(&mut body).is_ok() {
            response.body = body.into();
            return response;
        }
    }
    response.file = Some(Arc::new(file));
    response
}

/// Sets headers. A name that is there already gets the new value; cookies add up.
pub(super) fn add_headers(
    response: &mut ServerResponse,
    headers: impl IntoIterator<Item = (String, String)>,
) {
    for (name, value) in headers {
        if !name.eq_ignore_ascii_case("set-cookie") {
            response.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(&name));
        }
        response.headers.push((name, value));
    }
}

/// Shuts what a browser would show as a page into a sandbox.
pub(super) fn shut_in(response: &mut ServerResponse) {
    let is_type = |(name, _): &&(String, String)| name.eq_ignore_ascii_case("content-type");
    let Some((_, kind)) = response.headers.iter().find(is_type) else { return };
    let kind = kind.to_ascii_lowercase();
    // A type of ours that no browser makes a page of, or one that could be anything.
    if kind.starts_with("application/json") || kind.starts_with("text/plain") {
        return;
    }
    if kind.contains("html") || kind.contains("xml") {
        response.headers.push(("content-security-policy".to_owned(), SANDBOX.to_owned()));
    }
}

fn carried(data: &str) -> Option<Vec<u8>> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(data.trim()).ok()
}
