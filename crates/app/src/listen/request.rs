//! A webhook's request as an item, and an answer as a response.

use std::io::{Read, Write};

use reporunner_model::{BinaryRef, Item};
use reporunner_net::{ServerRequest, ServerResponse};
use reporunner_node::{Answer, AnswerBody};
use reporunner_store::{BinaryId, Store, WebhookKind};
use serde_json::{Map, Value, json};

/// Reads a request as n8n's Webhook node gives it: `headers`, `params`, `query`, `body`.
pub(super) fn to_item(
    request: &ServerRequest,
    params: Value,
    base: &str,
    kind: WebhookKind,
    store: &Store,
) -> Result<Item, ServerResponse> {
    let headers = request.headers.iter().filter_map(|(name, value)| {
        let value = if name == "cookie" { foreign_cookies(value)? } else { value.clone() };
        Some((name.clone(), json!(value)))
    });
    let (body, binary) = body(request, store)?;
    let mode = if kind == WebhookKind::Test { "test" } else { "production" };
    let mut item = Map::new();
    item.insert("headers".to_owned(), Value::Object(headers.collect()));
    item.insert("params".to_owned(), params);
    item.insert("query".to_owned(), Value::Object(form(request.query.as_bytes())));
    item.insert("body".to_owned(), body);
    item.insert("webhookUrl".to_owned(), json!(format!("{base}{}", request.path)));
    item.insert("executionMode".to_owned(), json!(mode));
    let binary = binary.map(|file| [("data".to_owned(), file)].into_iter().collect());
    Ok(Item { json: item, binary, ..Item::default() })
}

/// Cookies without those of our own interface, which a browser sends to every port of a host.
fn foreign_cookies(header: &str) -> Option<String> {
    let pairs = header.split(';').map(str::trim);
    let foreign: Vec<&str> = pairs.filter(|pair| !pair.starts_with("reporunner-")).collect();
    (!foreign.is_empty()).then(|| foreign.join("; "))
}

/// The body by its content type: data where it is a known one, else a file.
fn body(
    request: &ServerRequest,
    store: &Store,
) -> Result<(Value, Option<BinaryRef>), ServerResponse> {
    let bytes = &request.body;
    let content_type = request.header("content-type").unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if bytes.is_empty() {
        return Ok((json!({}), None));
    }
    if essence == "application/json" || essence.ends_with("+json") {
        let parsed = serde_json::from_slice(bytes);
        let refuse =
            |error| json(400, &json!({ "message": format!("The body is no JSON: {error}") }));
        return parsed.map(|value| (value, None)).map_err(refuse);
    }
    if essence == "application/x-www-form-urlencoded" {
        return Ok((Value::Object(form(bytes)), None));
    }
    if essence.starts_with("text/") {
        return Ok((json!(String::from_utf8_lossy(bytes)), None));
    }
    let kind = if essence.is_empty() { "application/octet-stream" } else { essence };
    let kept = keep(store, bytes, kind);
    kept.map(|file| (json!({}), Some(file))).map_err(|error| {
        json(507, &json!({ "message": format!("The body was not saved: {error}") }))
    })
}

/// An answer with a JSON body.
pub(super) fn json(status: u16, body: &Value) -> ServerResponse {
    let headers = vec![("content-type".to_owned(), "application/json; charset=utf-8".to_owned())];
    ServerResponse { status, headers, body: body.to_string().into() }
}

fn keep(store: &Store, bytes: &[u8], mime_type: &str) -> reporunner_store::Result<BinaryRef> {
    let mut writer = store.binary_writer()?;
    writer.write_all(bytes).map_err(|_| reporunner_store::Error::DiskFull)?;
    let (id, bytes) = writer.finish()?;
    Ok(BinaryRef {
        id: id.to_string(),
        mime_type: mime_type.to_owned(),
        file_name: Some("data".to_owned()),
        bytes,
        ..BinaryRef::default()
    })
}

/// Pairs of a form or query; a name that comes again makes a list.
fn form(bytes: &[u8]) -> Map<String, Value> {
    let mut map = Map::new();
    for (key, value) in url::form_urlencoded::parse(bytes) {
        let value = json!(value);
        match map.get_mut(&*key) {
            None => drop(map.insert(key.into_owned(), value)),
            Some(Value::Array(list)) => list.push(value),
            Some(other) => *other = json!([other.take(), value]),
        }
    }
    map
}

/// A node's answer as a response.
pub(super) fn respond(answer: Answer, store: &Store) -> ServerResponse {
    let mut response = match answer.body {
        AnswerBody::Empty => ServerResponse::default(),
        AnswerBody::Json(value) => json(answer.status, &value),
        AnswerBody::Text(text) => typed("text/plain; charset=utf-8", text.into()),
        AnswerBody::Binary(binary) => match read(store, &binary) {
            Ok(bytes) => typed(&binary.mime_type, bytes.into()),
            Err(error) => return json(500, &json!({ "message": error.to_string() })),
        },
    };
    response.status = answer.status;
    for (name, value) in answer.headers {
        response.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(&name));
        response.headers.push((name, value));
    }
    response
}

fn typed(kind: &str, body: bytes::Bytes) -> ServerResponse {
    let headers = vec![("content-type".to_owned(), kind.to_owned())];
    ServerResponse { status: 200, headers, body }
}

fn read(store: &Store, binary: &BinaryRef) -> reporunner_store::Result<Vec<u8>> {
    let id: BinaryId = binary.id.parse()?;
    let mut bytes = Vec::new();
    store
        .open_binary(&id)?
        .read_to_end(&mut bytes)
        .map_err(|_| reporunner_store::Error::Damaged { what: "a file".to_owned() })?;
    Ok(bytes)
}
