//! HTTP Request: one request, or several pages of them, for each item.
//!
//! It plans requests and reads answers. Sending, limits and forbidden addresses are the handle's.

mod failure;
mod form;
mod late;
mod legacy;
mod pagination;
mod plan;
mod query;
mod response;

use std::ops::Range;

use async_trait::async_trait;
use futures_util::stream::{FuturesOrdered, StreamExt};
use reporunner_model::{Effect, Item, Monotonic, NodeDescription, NodeError};
use reporunner_node::{Context, HttpResponse, Node, Output, Values};

use crate::items::Input;
use plan::Plan;

pub(crate) use failure::error as refused;
pub(crate) use query::{append, encode};
pub(crate) use response::decode;

pub(crate) struct HttpRequest;

/// Most requests under way at the same time.
const AT_ONCE: usize = 64;

#[async_trait]
impl Node for HttpRequest {
    fn description(&self) -> NodeDescription {
        form::description()
    }

    /// Methods that are safe by definition only read (RFC 9110, section 9.2.1).
    fn effect(&self, context: &Context) -> Effect {
        let reads = |values: Values<'_>| {
            let name = if values.version() < 3.0 { "requestMethod" } else { "method" };
            matches!(values.text(name).to_ascii_uppercase().as_str(), "GET" | "HEAD" | "OPTIONS")
        };
        crate::items::effect_where_all(context, reads)
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let input = Input::take(context, 0);
        let count = input.items().len();
        let batch = Batch::read(context).await;
        let size = batch.as_ref().map_or(count, |batch| batch.size).max(1);
        let mut out = Vec::new();
        for start in (0..count).step_by(size) {
            if let Some(batch) = batch.as_ref().filter(|_| start > 0) {
                sleep(context, batch.interval_ms).await;
            }
            let group = start..count.min(start + size);
            for (index, result) in send(context, input.items(), group).await {
                match result {
                    Ok(items) => out.extend(items),
                    Err(error) => out.push(failure::item(context, error, index)?),
                }
            }
        }
        let output = Output::one(out);
        let sent_bare = count > 0 && context.values(0).is_ok_and(|v| wants_credential(&v));
        Ok(if sent_bare { output.hint(NO_CREDENTIALS) } else { output })
    }
}

/// Sends for the items of `group`, in their order. After a failure that ends the node nothing more
/// is sent, but what is under way is waited for: no request is cut off half way.
async fn send(
    context: &Context,
    items: &[Item],
    group: Range<usize>,
) -> Vec<(usize, Result<Vec<Item>, NodeError>)> {
    let mut waiting = group.clone();
    let mut under_way = FuturesOrdered::new();
    let mut results = Vec::with_capacity(group.len());
    let mut failed = false;
    loop {
        while under_way.len() < AT_ONCE && !failed {
            let Some(index) = waiting.next() else { break };
            under_way.push_back(async move { (index, one(context, &items[index], index).await) });
        }
        let Some((index, result)) = under_way.next().await else { return results };
        failed |= result.is_err() && !context.continues_on_error();
        results.push((index, result));
    }
}

/// What a person is told where a credential was chosen.
const NO_CREDENTIALS: &str =
    "This version sends requests without credentials; the credential that is chosen was not used.";

fn wants_credential(values: &Values<'_>) -> bool {
    !matches!(values.text("authentication").as_str(), "" | "none")
}

/// Items per group and the pause between groups.
struct Batch {
    size: usize,
    interval_ms: u64,
}

impl Batch {
    async fn read(context: &Context) -> Option<Self> {
        let values = late::fill(context, 0).await.ok()?;
        let (size, interval) = if values.version() < 3.0 {
            ("options.batchSize", "options.batchInterval")
        } else {
            ("options.batching.batch.batchSize", "options.batching.batch.batchInterval")
        };
        let set = values.raw(size).is_some() || values.raw(interval).is_some();
        let number = |path| crate::items::option_number(&values, path);
        let size = number(size).unwrap_or(50.0);
        let interval = number(interval).unwrap_or(1000.0);
        (set && size >= 1.0)
            .then_some(Self { size: size as usize, interval_ms: interval.max(0.0) as u64 })
    }
}

async fn sleep(context: &Context, ms: u64) {
    let clock = &context.handles.clock;
    let until = Monotonic(clock.monotonic().0.saturating_add(ms.saturating_mul(1000)));
    clock.sleep_until(until).await;
}

/// Everything that comes of item `index`.
async fn one(context: &Context, item: &Item, index: usize) -> Result<Vec<Item>, NodeError> {
    let values = late::fill(context, index).await?;
    let plan = Plan::read(&values)?;
    let paging = pagination::Paging::read(&values);
    let responses = match paging {
        Some(paging) => pagination::pages(context, item, index, plan.clone(), &paging).await?,
        None => vec![exchange(context, item, &plan).await?],
    };
    let mut items = Vec::new();
    for response in responses {
        items.extend(response::items(context, &plan, response, item).await?);
    }
    Ok(items.into_iter().map(|item| item.paired(index, 0)).collect())
}

/// Sends one request and refuses an answer that tells of a failure.
async fn exchange(context: &Context, item: &Item, plan: &Plan) -> Result<HttpResponse, NodeError> {
    let request = plan.request(item)?;
    let method = request.method.clone();
    let response = context.handles.http.send(request).await?;
    if plan.response.never_error || (200..400).contains(&response.status) {
        return Ok(response);
    }
    Err(failure::error(context, &method, &response).await)
}
