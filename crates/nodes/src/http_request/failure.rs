//! What a person is told when a server refuses.

use reporunner_model::{ErrorOrigin, Item, NodeError};
use reporunner_node::{Context, HttpResponse};
use serde_json::{Value, json};

use super::response::decode;
use crate::items::fail_or_go_on;
use crate::js;

/// Characters of the answer that are kept with the error.
const DETAIL: usize = 2_000;

/// The error for an answer that is no success.
pub(crate) async fn error(context: &Context, method: &str, response: &HttpResponse) -> NodeError {
    let body = match &response.saved {
        Some(saved) => context.handles.binary.get(saved).await.unwrap_or_default(),
        None => response.body.clone(),
    };
    let text = decode(&body, response.header("content-type").unwrap_or_default());
    let status = response.status;
    let reason = match response.status_text.as_str() {
        "" => String::new(),
        reason => format!(" {reason}"),
    };
    let said = message(&text).map(|said| format!(": {said}")).unwrap_or_default();
    let mut error = NodeError::new(format!("The server answered {status}{reason}{said}"))
        .hint(hint(status, method, response))
        .about(&["url"])
        .from_origin(ErrorOrigin::Outside);
    error.http_status = Some(status);
    error.retryable = matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504);
    if !text.trim().is_empty() {
        error.detail = Some(cut(&text, DETAIL));
    }
    error
}

/// The failure as an item where the node goes on after errors, else as an error with its item.
/// What the network or the server is to blame for is an object, as imported workflows expect it:
/// they look at `$json.error.message` and `$json.error.status`.
pub(super) fn item(context: &Context, error: NodeError, index: usize) -> Result<Item, NodeError> {
    let outside = error.origin == ErrorOrigin::Outside;
    let (message, status) = (error.message.clone(), error.http_status);
    let item = fail_or_go_on(context, error, index)?;
    if !outside {
        return Ok(item);
    }
    let mut told = js::object("message", Value::from(message));
    if let Some(status) = status {
        let code = if status < 500 { "ERR_BAD_REQUEST" } else { "ERR_BAD_RESPONSE" };
        told.insert("code".to_owned(), json!(code));
        told.insert("status".to_owned(), json!(status));
    }
    let json = js::object("error", Value::Object(told));
    Ok(Item { json: json.into(), ..item })
}

/// The sentence in an error answer, where it is in one of the usual places.
fn message(text: &str) -> Option<String> {
    let value: Value = serde_json::from_str(text).ok()?;
    let at = |value: &Value, keys: &[&str]| {
        keys.iter().find_map(|key| value.get(key)?.as_str().map(str::to_owned))
    };
    let keys = ["message", "error_description", "detail", "title", "error", "msg"];
    let nested = value.get("error").and_then(|error| at(error, &keys));
    let first = value.pointer("/errors/0").and_then(|error| at(error, &keys));
    let said = nested.or_else(|| at(&value, &keys)).or(first)?;
    Some(cut(said.trim(), 200)).filter(|said| !said.is_empty())
}

fn hint(status: u16, method: &str, response: &HttpResponse) -> String {
    match status {
        400 | 422 => "The server did not accept what was sent. Compare the body and the query \
                      parameters with the service's documentation."
            .to_owned(),
        401 => "The server wants to know who you are. Check the credential, or the header or \
                query parameter that carries the key."
            .to_owned(),
        403 => "The server knows you and does not allow this. Check the rights of the key or \
                account."
            .to_owned(),
        404 => "There is nothing at this URL. Check its path, and the values that expressions \
                put in it."
            .to_owned(),
        405 => format!("This URL does not take {method}. Check the method."),
        408 | 504 => "The server took too long. Try again, or raise the timeout.".to_owned(),
        413 => "What was sent is too large for the server. Send less at once.".to_owned(),
        415 => "The server does not take this content type. Check the body's type.".to_owned(),
        429 => {
            let wait = response
                .header("retry-after")
                .map(|after| format!(" It says to wait for {after} (seconds or a date)."))
                .unwrap_or_default();
            format!(
                "Too many requests in a short time.{wait} Set *Batching* in the options, or \
                 switch on *Retry on fail*."
            )
        }
        500.. => "The server has a problem of its own. Try again later; *Retry on fail* does so \
                  by itself."
            .to_owned(),
        _ => "Switch on *Never an error* under *Response* to go on with such answers.".to_owned(),
    }
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
