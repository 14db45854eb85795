//! Answers that were recorded for particular requests: which is for which, and how often.
//!
//! A request that is told by a function or a pattern is not understood and gets no answer.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reporunner_net::ServerResponse;
use serde_json::{Map, Value};
use url::Url;

use super::{Asked, unexpected};
use crate::compare;

/// The recorded answers of a case that are left.
pub(super) struct Recorded(Vec<Entry>);

struct Entry {
    wanted: Value,
    left: u64,
    /// Answers given so far.
    given: usize,
}

impl Recorded {
    pub(super) fn new(entries: &[Value]) -> Self {
        let entry = |wanted: &Value| Entry {
            left: wanted["times"].as_u64().unwrap_or(1),
            wanted: wanted.clone(),
            given: 0,
        };
        Self(entries.iter().map(entry).collect())
    }

    /// The answer to a request; each counts as often as it was recorded.
    pub(super) fn answer(&mut self, asked: &Asked) -> ServerResponse {
        let fits = |entry: &&mut Entry| entry.left > 0 && fits(&entry.wanted, asked);
        let Some(entry) = self.0.iter_mut().find(fits) else { return unexpected() };
        entry.left -= 1;
        entry.given += 1;
        if let Some(reply) = entry.wanted["reply"].as_array() {
            return reply_with(&reply[1..]);
        }
        let exchange = &entry.wanted["exchanges"][entry.given - 1];
        exchange["returned"].as_array().map_or_else(unexpected, |reply| reply_with(reply))
    }
}

fn fits(wanted: &Value, asked: &Asked) -> bool {
    let same_method =
        wanted["method"].as_str().is_some_and(|method| method.eq_ignore_ascii_case(&asked.method));
    same_method
        && url_fits(wanted, &asked.url)
        && headers_fit(wanted, asked)
        && body_fits(&wanted["requestBody"], asked)
}

/// What modifies an entry: the arguments of all its `name`s.
fn modifiers<'w>(wanted: &'w Value, name: &str) -> impl Iterator<Item = &'w [Value]> {
    let all = wanted["mods"].as_array().map_or(&[][..], Vec::as_slice);
    all.iter()
        .filter_map(|one| one.as_array()?.split_first())
        .filter(move |(called, _)| **called == *name)
        .map(|(_, rest)| rest)
}

fn url_fits(wanted: &Value, asked: &str) -> bool {
    let (base, path) = (wanted["base"].as_str(), wanted["path"].as_str());
    let Some((base, path)) = base.zip(path) else { return false };
    let urls = Url::parse(&format!("{base}{path}")).ok().zip(Url::parse(asked).ok());
    let Some((wanted_url, asked)) = urls else { return false };
    let decoded = |url: &Url| url.path().replace("%27", "'").replace("%20", " ");
    if wanted_url.origin() != asked.origin() || decoded(&wanted_url) != decoded(&asked) {
        return false;
    }
    let mut pairs: Vec<_> = wanted_url.query_pairs().into_owned().collect();
    for query in modifiers(wanted, "query") {
        match query.first() {
            Some(Value::Bool(true)) => return true,
            Some(Value::Object(query)) => {
                query.iter().for_each(|(k, v)| add_pairs(k, v, &mut pairs))
            }
            Some(Value::String(query)) => {
                pairs.extend(url::form_urlencoded::parse(query.as_bytes()).into_owned());
            }
            _ => return false,
        }
    }
    let mut asked: Vec<_> = asked.query_pairs().into_owned().collect();
    pairs.sort();
    asked.sort();
    pairs == asked
}

/// A parameter of a query, or those that an object or a list stands for.
fn add_pairs(key: &str, value: &Value, pairs: &mut Vec<(String, String)>) {
    match value {
        Value::Object(below) => {
            below
                .iter()
                .for_each(|(name, value)| add_pairs(&format!("{key}[{name}]"), value, pairs));
        }
        Value::Array(list) => list.iter().enumerate().for_each(|(index, value)| {
            add_pairs(&format!("{key}[{index}]"), value, pairs);
        }),
        Value::String(text) => pairs.push((key.to_owned(), text.clone())),
        other => pairs.push((key.to_owned(), other.to_string())),
    }
}

fn headers_fit(wanted: &Value, asked: &Asked) -> bool {
    let listed = wanted["matchHeaders"].as_array().into_iter().flatten();
    let listed = listed.map(|header| (&header["name"], &header["value"]));
    let added =
        modifiers(wanted, "matchHeader").filter_map(|header| header.first().zip(header.get(1)));
    listed.chain(added).all(|(name, value)| {
        let got = asked.header(name.as_str().unwrap_or_default());
        value.as_str().is_some_and(|value| got == Some(value) || own_names(value, got))
    })
}

/// Whether each is the name of the product that sends: theirs in the recording, ours here.
fn own_names(wanted: &str, got: Option<&str>) -> bool {
    wanted == "n8n" && got.is_some_and(|got| got.starts_with("reporunner/"))
}

fn body_fits(wanted: &Value, asked: &Asked) -> bool {
    if wanted.is_null() {
        return true;
    }
    let wanted = match wanted.as_str().and_then(|text| serde_json::from_str(text).ok()) {
        Some(json) => json,
        None => wanted.clone(),
    };
    let is_form = asked
        .header("content-type")
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    match &asked.body {
        Value::String(text) if is_form && wanted.is_object() => {
            let fields = url::form_urlencoded::parse(text.as_bytes()).into_owned();
            let fields: Map<_, _> = fields.map(|(key, text)| (key, Value::String(text))).collect();
            compare::same(&wanted, &Value::Object(fields))
        }
        body => compare::same(&wanted, body),
    }
}

/// An answer from its status, its body and its headers.
fn reply_with(reply: &[Value]) -> ServerResponse {
    let status =
        reply.first().and_then(Value::as_u64).and_then(|status| u16::try_from(status).ok());
    let status = status.unwrap_or(200);
    let mut answer = match reply.get(1) {
        Some(Value::String(text)) => {
            ServerResponse { status, body: text.clone().into(), ..ServerResponse::default() }
        }
        Some(Value::Object(body)) if body.contains_key("__base64") => {
            let bytes = STANDARD.decode(body["__base64"].as_str().unwrap_or_default());
            let body = bytes.unwrap_or_default().into();
            ServerResponse { status, body, ..ServerResponse::default() }
        }
        body => json_answer(status, body),
    };
    if let Some(Value::Object(headers)) = reply.get(2) {
        for (name, value) in headers {
            answer.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            answer.headers.push((name.clone(), text));
        }
    }
    answer
}

/// An answer that is JSON; one without a body where there is none.
pub(super) fn json_answer(status: u16, body: Option<&Value>) -> ServerResponse {
    let Some(body) = body.filter(|body| !body.is_null()) else {
        return ServerResponse { status, ..ServerResponse::default() };
    };
    ServerResponse {
        status,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: body.to_string().into(),
        file: None,
    }
}
