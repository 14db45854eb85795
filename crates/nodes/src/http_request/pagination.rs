//! Several requests for one item: each page is asked for with what the page before said.

use reporunner_model::{Item, NodeError};
use reporunner_node::{Context, HttpResponse, Values};
use serde_json::{Map, Value, json};

use super::plan::{Body, Format, Plan};
use super::response::as_variable;
use super::{exchange, sleep};
use crate::items::{option_flag, option_number, option_text};
use crate::js;

/// Equal answers in a row that are taken for an endless loop.
const SAME_ANSWERS: usize = 5;
/// Most pages where the node sets no limit.
const PAGES: usize = 10_000;

/// How pages follow each other.
pub(super) struct Paging {
    next: Next,
    end: End,
    most: usize,
    interval_ms: u64,
}

enum Next {
    /// An expression that gives the next URL.
    Url(Value),
    /// Parameters with expressions.
    Update(Vec<Update>),
}

struct Update {
    place: String,
    name: String,
    value: Value,
}

enum End {
    Empty,
    Status(Vec<u16>),
    Expression(Value),
}

impl Paging {
    /// Reads the options; none where each item is one request.
    pub(super) fn read(values: &Values<'_>) -> Option<Self> {
        let at = |name: &str| format!("options.pagination.pagination.{name}");
        values.raw("options.pagination.pagination")?;
        let mode = option_text(values, &at("paginationMode"));
        let next = match mode.as_deref().unwrap_or("updateAParameterInEachRequest") {
            "off" => return None,
            "responseContainsNextURL" => Next::Url(values.value(&at("nextURL"))),
            _ => Next::Update(
                values
                    .records(&at("parameters.parameters"))
                    .into_iter()
                    .map(|record| Update {
                        place: record.get("type").map_or_else(|| "qs".to_owned(), js::cell),
                        name: record.get("name").map(js::cell).unwrap_or_default(),
                        value: record.get("value").cloned().unwrap_or_default(),
                    })
                    .filter(|update| !update.name.is_empty())
                    .collect(),
            ),
        };
        let end = match option_text(values, &at("paginationCompleteWhen")).as_deref() {
            Some("receiveSpecificStatusCodes") => End::Status(
                values
                    .text(&at("statusCodesWhenComplete"))
                    .split(',')
                    .filter_map(|code| code.trim().parse().ok())
                    .collect(),
            ),
            Some("other") => End::Expression(values.value(&at("completeExpression"))),
            _ => End::Empty,
        };
        let limited = option_flag(values, &at("limitPagesFetched")).unwrap_or(false);
        let most = option_number(values, &at("maxRequests")).unwrap_or(100.0).max(1.0) as usize;
        let interval = option_number(values, &at("requestInterval")).unwrap_or(0.0);
        Some(Self {
            next,
            end,
            most: if limited { most } else { PAGES },
            interval_ms: interval.max(0.0) as u64,
        })
    }
}

/// The answers of all pages for one item.
pub(super) async fn pages(
    context: &Context,
    item: &Item,
    index: usize,
    first: Plan,
    paging: &Paging,
) -> Result<Vec<HttpResponse>, NodeError> {
    let lenient = first.response.never_error;
    let by_status = matches!(paging.end, End::Status(_));
    let mut answers: Vec<HttpResponse> = Vec::new();
    let mut variables = Map::new();
    variables.insert("$request".to_owned(), request_variable(&first));
    variables.insert("$response".to_owned(), json!({}));
    let mut same = 1;
    while answers.len() < paging.most {
        variables.insert("$pageCount".to_owned(), Value::from(answers.len()));
        let Some(mut plan) = next(context, index, &first, paging, &variables).await? else {
            break;
        };
        if !answers.is_empty() && paging.interval_ms > 0 {
            sleep(context, paging.interval_ms).await;
        }
        plan.response.never_error = lenient || by_status;
        if plan.response.format == Format::File {
            // `$response` shows the body, so it has to be in memory here.
            plan.response.format = Format::Detect;
        }
        let response = exchange(context, item, &plan).await?;
        if let End::Status(codes) = &paging.end {
            if codes.contains(&response.status) {
                break;
            }
            if !lenient && !(200..400).contains(&response.status) {
                return Err(super::failure::error(context, &plan.method, &response).await);
            }
        }
        let done = is_last(context, index, paging, &response, &variables).await?;
        variables.insert("$request".to_owned(), request_variable(&plan));
        variables.insert("$response".to_owned(), as_variable(&response));
        same = match answers.last() {
            Some(last) if last.body == response.body && last.status == response.status => same + 1,
            _ => 1,
        };
        let empty_end = done && matches!(paging.end, End::Empty);
        let empty_end = empty_end && !answers.is_empty() && !first.response.full;
        if !empty_end {
            answers.push(response);
        }
        if done {
            break;
        }
        if same >= SAME_ANSWERS {
            return Err(NodeError::new(format!(
                "The same answer came {SAME_ANSWERS} times in a row"
            ))
            .hint("The expressions for the next page do not change the request. Check them.")
            .about(&["options", "pagination"]));
        }
    }
    Ok(answers)
}

/// Whether this answer says that no page follows.
async fn is_last(
    context: &Context,
    index: usize,
    paging: &Paging,
    response: &HttpResponse,
    variables: &Map<String, Value>,
) -> Result<bool, NodeError> {
    match &paging.end {
        End::Status(_) => Ok(false),
        End::Empty => Ok(is_empty(&as_variable(response)["body"])),
        End::Expression(expression) => {
            let mut variables = variables.clone();
            variables.insert("$response".to_owned(), as_variable(response));
            let late = context.handles.evaluate.late(expression, index, variables);
            Ok(js::truthy(&late.await?))
        }
    }
}

/// The plan of the next page, or none where the page before named no next URL.
async fn next(
    context: &Context,
    index: usize,
    first: &Plan,
    paging: &Paging,
    variables: &Map<String, Value>,
) -> Result<Option<Plan>, NodeError> {
    let mut plan = first.clone();
    let is_first = variables.get("$pageCount") == Some(&Value::from(0));
    match &paging.next {
        Next::Url(_) if is_first => {}
        Next::Url(expression) => {
            let url = context.handles.evaluate.late(expression, index, variables.clone()).await?;
            match url {
                Value::String(url) if !url.trim().is_empty() => {
                    plan.url = absolute(&first.url, url.trim());
                    // The next URL carries its own query.
                    plan.query = Map::new();
                }
                _ => return Ok(None),
            }
        }
        Next::Update(updates) => {
            for update in updates {
                let late =
                    context.handles.evaluate.late(&update.value, index, variables.clone()).await;
                let value = match late {
                    Ok(value) => value,
                    // Before the first answer there is nothing that `$response` could name.
                    Err(_) if is_first => continue,
                    Err(error) => return Err(error),
                };
                if !value.is_null() {
                    update.apply(&mut plan, value);
                }
            }
        }
    }
    Ok(Some(plan))
}

impl Update {
    fn apply(&self, plan: &mut Plan, value: Value) {
        let name = self.name.clone();
        match self.place.as_str() {
            "headers" => {
                plan.headers.retain(|(key, _)| !key.eq_ignore_ascii_case(&name));
                plan.headers.push((name, js::cell(&value)));
            }
            "body" => match &mut plan.body {
                Body::Json(Value::Object(map)) | Body::Form(map) => {
                    map.insert(name, value);
                }
                Body::Empty => plan.body = Body::Json(Value::Object(js::object(&name, value))),
                _ => {}
            },
            _ => {
                plan.query.insert(name, value);
            }
        }
    }
}

fn request_variable(plan: &Plan) -> Value {
    let headers: Map<String, Value> =
        plan.headers.iter().map(|(k, v)| (k.to_lowercase(), Value::from(v.as_str()))).collect();
    let body = match &plan.body {
        Body::Json(value) => value.clone(),
        Body::Form(map) => Value::Object(map.clone()),
        Body::Text { text, .. } => Value::from(text.as_str()),
        _ => Value::Null,
    };
    json!({
        "url": plan.url, "uri": plan.url, "method": plan.method,
        "headers": headers, "qs": plan.query, "body": body,
    })
}

fn is_empty(body: &Value) -> bool {
    match body {
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        other => !js::truthy(other),
    }
}

/// A next URL may be a path on the same server.
fn absolute(base: &str, next: &str) -> String {
    if next.contains("://") {
        return next.to_owned();
    }
    let after_scheme = base.find("://").map_or(0, |at| at + 3);
    let host_end = base[after_scheme..].find('/').map_or(base.len(), |at| after_scheme + at);
    if next.starts_with('/') {
        return format!("{}{next}", &base[..host_end]);
    }
    let path_end = base.find(['?', '#']).unwrap_or(base.len());
    if next.starts_with('?') {
        return format!("{}{next}", &base[..path_end]);
    }
    let folder = base[host_end..path_end].rfind('/').map_or(host_end, |at| host_end + at);
    format!("{}/{next}", &base[..folder])
}
