//! Items from an answer.

use bytes::Bytes;
use reporunner_model::{BinaryRef, Item, NodeError};
use reporunner_node::{Context, HttpResponse};
use serde_json::{Map, Value};

use super::plan::{Format, Plan};
use crate::{binary, js};

const NO_JSON: &str = "Response body is not valid JSON. Change \"Response Format\" to \"Text\"";

/// The items of an answer to the request made for `from`.
pub(super) async fn items(
    context: &Context,
    plan: &Plan,
    response: HttpResponse,
    from: &Item,
) -> Result<Vec<Item>, NodeError> {
    let wanted = &plan.response;
    let kind = response.header("content-type").unwrap_or_default().to_owned();
    let format = match wanted.format {
        Format::Detect if is_json(&kind) => Format::Json,
        Format::Detect if is_file(&kind) => Format::File,
        Format::Detect => Format::Text,
        chosen => chosen,
    };
    let mut json = if wanted.full { head(&response) } else { Map::new() };
    match format {
        Format::File => {
            let file = save(context, &response, &kind).await?;
            // A file joins the data and the files of the item it was fetched for.
            let json = if wanted.full { json.into() } else { from.json.clone() };
            let mut item = Item { json, ..Item::default() };
            item.binary.clone_from(&from.binary);
            item.binary.get_or_insert_default().insert(wanted.field.clone(), file);
            Ok(vec![item])
        }
        Format::Text => {
            let text = decode(&response.body, &kind);
            let read = wanted.reads_text.then(|| serde_json::from_str(&text).ok()).flatten();
            let text = read.unwrap_or(Value::String(text));
            // The text comes first, as it does in an answer that is taken apart.
            let mut all = js::object(&wanted.field, text);
            all.append(&mut json);
            Ok(vec![Item::from_json(all)])
        }
        Format::Json | Format::Detect => {
            let body = parse(&response.body, &kind, wanted.never_error)?;
            if wanted.full {
                let mut all = js::object("body", body);
                all.append(&mut json);
                return Ok(vec![Item::from_json(all)]);
            }
            Ok(match body {
                Value::Array(list) if wanted.split => list.into_iter().map(item).collect(),
                other => vec![item(other)],
            })
        }
    }
}

fn item(value: Value) -> Item {
    match value {
        Value::Object(map) => Item::from_json(map),
        other => Item::from_json(js::object("data", other)),
    }
}

/// The answer as `$response` shows it.
pub(super) fn as_variable(response: &HttpResponse) -> Value {
    let kind = response.header("content-type").unwrap_or_default();
    let text = decode(&response.body, kind);
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    let mut all = js::object("body", body);
    all.append(&mut head(response));
    Value::Object(all)
}

fn head(response: &HttpResponse) -> Map<String, Value> {
    let mut headers: Map<String, Value> = Map::new();
    for (name, value) in &response.headers {
        match headers.get_mut(name) {
            Some(Value::Array(list)) => list.push(Value::from(value.as_str())),
            // Node's rule: several cookies are a list, other repeated headers one text.
            Some(first) if name == "set-cookie" => {
                *first = Value::Array(vec![first.take(), Value::from(value.as_str())]);
            }
            Some(first) => *first = Value::from(format!("{}, {value}", js::cell(first))),
            None => {
                let value = Value::from(value.as_str());
                let value = if name == "set-cookie" { Value::Array(vec![value]) } else { value };
                headers.insert(name.clone(), value);
            }
        }
    }
    let mut map = js::object("headers", Value::Object(headers));
    map.insert("statusCode".to_owned(), Value::from(response.status));
    map.insert("statusMessage".to_owned(), Value::from(response.status_text.as_str()));
    map
}

fn parse(body: &Bytes, kind: &str, lenient: bool) -> Result<Value, NodeError> {
    let text = decode(body, kind);
    if text.trim().is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    match serde_json::from_str(&text) {
        Ok(value) => Ok(value),
        Err(_) if lenient => Ok(Value::Object(js::object("data", Value::String(text)))),
        // The message is n8n's: workflows that go on after errors look at it.
        Err(error) => Err(NodeError::new(NO_JSON)
            .detail(error.to_string())
            .hint("Choose *Text* as the response format, or *Detect*.")
            .about(&["options", "response"])),
    }
}

async fn save(
    context: &Context,
    response: &HttpResponse,
    kind: &str,
) -> Result<BinaryRef, NodeError> {
    let disposition = response.header("content-disposition").unwrap_or_default();
    let name = binary::disposition_name(disposition).or_else(|| binary::url_name(&response.url));
    let mime = kind.split(';').next().map(str::trim).filter(|mime| !mime.is_empty());
    match &response.saved {
        Some(saved) => Ok(binary::named(saved.clone(), name.as_deref(), mime)),
        None => {
            let saved = context.handles.binary.put(response.body.clone(), name.as_deref(), mime);
            Ok(binary::named(saved.await?, name.as_deref(), mime))
        }
    }
}

/// Text in the charset that the content type names, UTF-8 where it names none.
pub(crate) fn decode(body: &[u8], content_type: &str) -> String {
    let label = content_type
        .split(';')
        .filter_map(|part| part.trim().split_once('='))
        .find(|(key, _)| key.trim().eq_ignore_ascii_case("charset"))
        .map_or("utf-8", |(_, label)| label.trim().trim_matches(['"', '\'']));
    crate::binary::decode(body, label)
}

fn is_json(kind: &str) -> bool {
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind == "application/json" || kind == "text/json" || kind.ends_with("+json")
}

/// Whether an answer of this type is a file: pictures, sound, archives, office documents.
fn is_file(kind: &str) -> bool {
    const PREFIXES: [&str; 6] = [
        "image/",
        "audio/",
        "video/",
        "font/",
        "application/vnd.openxmlformats-officedocument",
        "application/vnd.oasis.opendocument",
    ];
    const TYPES: [&str; 16] = [
        "application/octet-stream",
        "application/pdf",
        "application/zip",
        "application/gzip",
        "application/x-gzip",
        "application/x-tar",
        "application/x-bzip",
        "application/x-bzip2",
        "application/x-7z-compressed",
        "application/vnd.rar",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/vnd.visio",
        "application/epub+zip",
        "application/vnd.amazon.ebook",
    ];
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    PREFIXES.iter().any(|prefix| kind.starts_with(prefix)) || TYPES.contains(&kind.as_str())
}
