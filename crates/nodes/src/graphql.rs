//! GraphQL: one request to a GraphQL endpoint for each item.
//!
//! It builds the request and reads the answer by the conventions of GraphQL over HTTP
//! (graphql.github.io/graphql-over-http). Sending, limits and forbidden addresses are the handle's;
//! it knows no schema and checks no query.

mod form;

use async_trait::async_trait;
use futures_util::stream::{self, StreamExt};
use reporunner_model::{Effect, ErrorOrigin, Item, NodeDescription, NodeError};
use reporunner_node::{Context, HttpBody, HttpRequest, HttpResponse, Node, Output, Values};
use serde_json::{Map, Value, json};

use crate::http_request::{append, decode, encode, refused};
use crate::items::{Input, fail_or_go_on};
use crate::js;

pub(crate) struct GraphQl;

/// Most queries under way at the same time. What changes something goes one by one.
const AT_ONCE: usize = 16;
/// Redirects that are followed.
const REDIRECTS: u32 = 10;

#[async_trait]
impl Node for GraphQl {
    fn description(&self) -> NodeDescription {
        form::description()
    }

    fn effect(&self, context: &Context) -> Effect {
        crate::items::effect_where_all(context, |values| only_reads(&values))
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let input = Input::take(context, 0);
        let context = &*context;
        let count = input.items().len();
        let at_once = if self.effect(context) == Effect::Outside { 1 } else { AT_ONCE };
        let answers = stream::iter(0..count).map(|index| async move {
            let result = one(context, index).await;
            (index, result)
        });
        let mut answers = Box::pin(answers.buffered(at_once));
        let mut out = Vec::with_capacity(count);
        while let Some((index, result)) = answers.next().await {
            match result {
                Ok(items) => out.extend(items.into_iter().map(|item| item.paired(index, 0))),
                Err(error) => out.push(fail_or_go_on(context, error, index)?),
            }
        }
        let output = Output::one(out);
        let wants_credential =
            |values: Values<'_>| !matches!(values.text("authentication").as_str(), "" | "none");
        let sent_bare = count > 0 && context.values(0).is_ok_and(wants_credential);
        Ok(if sent_bare { output.hint(NO_CREDENTIALS) } else { output })
    }
}

/// What a person is told where a credential was chosen.
const NO_CREDENTIALS: &str =
    "This version sends requests without credentials; the credential that is chosen was not used.";

/// Whether what is sent can change nothing. A word within a text counts too: better to ask once
/// too often after a crash.
fn only_reads(values: &Values<'_>) -> bool {
    let query = values.text("query");
    values.text("requestMethod") == "GET"
        || !(query.contains("mutation") || query.contains("subscription"))
}

async fn one(context: &Context, index: usize) -> Result<Vec<Item>, NodeError> {
    let values = context.values(index)?;
    let request = request(&values)?;
    let method = request.method.clone();
    let response = context.handles.http.send(request).await?;
    let text = decode(&response.body, response.header("content-type").unwrap_or_default());
    let parsed: Option<Value> = serde_json::from_str(&text).ok();
    let speaks_graphql = parsed
        .as_ref()
        .is_some_and(|body| body.get("data").is_some() || body.get("errors").is_some());
    // A server may answer a query that it refuses with 4xx and still say why in the body.
    if !(200..300).contains(&response.status) && !speaks_graphql {
        return Err(refused(context, &method, &response).await);
    }
    if values.text("responseFormat") == "string" {
        let name = values.required("dataPropertyName")?;
        return Ok(vec![Item::from_json(js::object(&name, Value::String(text)))]);
    }
    let Some(body) = parsed else { return Err(no_json(&text)) };
    match body.get("errors") {
        Some(errors) if js::truthy(errors) => Err(failed(errors, &response)),
        _ => Ok(match body {
            Value::Array(list) => list.into_iter().map(item).collect(),
            other => vec![item(other)],
        }),
    }
}

fn item(value: Value) -> Item {
    match value {
        Value::Object(map) => Item::from_json(map),
        other => Item::from_json(js::object("data", other)),
    }
}

fn request(values: &Values<'_>) -> Result<HttpRequest, NodeError> {
    let url = values.required("endpoint")?.trim().to_owned();
    let query = values.required("query")?;
    let get = values.text("requestMethod") == "GET";
    let format = values.text("requestFormat");
    let mut headers = vec![("accept".to_owned(), "application/json".to_owned())];
    let body = if get {
        HttpBody::Empty
    } else {
        headers.push(("content-type".to_owned(), format!("application/{format}")));
        HttpBody::Bytes(match format.as_str() {
            "json" => sent(values, &query)?.to_string().into(),
            _ => query.clone().into(),
        })
    };
    for header in values.records("headerParametersUi.parameter") {
        let text = |key: &str| header.get(key).map(js::cell).unwrap_or_default();
        let name = text("name").trim().to_ascii_lowercase();
        if !name.is_empty() {
            headers.retain(|(known, _)| *known != name);
            headers.push((name, text("value")));
        }
    }
    Ok(HttpRequest {
        method: if get { "GET" } else { "POST" }.to_owned(),
        url: if get { append(&url, &encode(&[("query".to_owned(), query)])) } else { url },
        headers,
        body,
        max_redirects: REDIRECTS,
        allow_invalid_certificates: values.flag("allowUnauthorizedCerts"),
        ..HttpRequest::default()
    })
}

/// The body of a request in JSON.
fn sent(values: &Values<'_>, query: &str) -> Result<Value, NodeError> {
    let operation = match values.text("operationName") {
        name if name.is_empty() => Value::Null,
        name => Value::String(name),
    };
    Ok(json!({ "query": query, "variables": variables(values)?, "operationName": operation }))
}

fn variables(values: &Values<'_>) -> Result<Value, NodeError> {
    let given = values.value("variables");
    let wrong = |why: String| {
        NodeError::new(format!("Using variables failed:\n{}\n\n{why}", js::cell(&given)))
            .hint("Give an object, such as {\"first\": 10}, or its JSON text.")
            .about(&["variables"])
    };
    match &given {
        Value::Null => Ok(Value::Object(Map::new())),
        Value::String(text) if text.is_empty() => Ok(Value::Object(Map::new())),
        Value::String(text) => serde_json::from_str(text).map_err(|error| wrong(error.to_string())),
        Value::Object(_) | Value::Array(_) => Ok(given),
        _ => Err(wrong("GraphQL variables should be either an object or a string.".to_owned())),
    }
}

fn no_json(text: &str) -> NodeError {
    let detail: String = text.chars().take(2_000).collect();
    NodeError::new("The answer is no valid JSON")
        .detail(detail)
        .hint("Check the endpoint; or choose *Text* as the response format.")
        .about(&["endpoint"])
        .from_origin(ErrorOrigin::Outside)
}

/// What the server says is wrong: GraphQL answers 200 and lists errors in the body.
fn failed(errors: &Value, response: &HttpResponse) -> NodeError {
    let each = errors.as_array().map(Vec::as_slice).unwrap_or_default();
    let said: Vec<&str> = each.iter().filter_map(|error| error.get("message")?.as_str()).collect();
    let message =
        if said.is_empty() { "The server reports an error".to_owned() } else { said.join(", ") };
    let mut error = NodeError::new(message)
        .detail(serde_json::to_string_pretty(errors).unwrap_or_default())
        .hint("The server did not accept the query or its variables. The detail has its reasons.")
        .about(&["query"])
        .from_origin(ErrorOrigin::Outside);
    error.http_status = Some(response.status);
    error
}
