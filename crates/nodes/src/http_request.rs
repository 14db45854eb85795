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

use async_trait::async_trait;
use futures_util::future::join_all;
use reporunner_model::{Item, Monotonic, NodeDescription, NodeError};
use reporunner_node::{Context, HttpResponse, Node, Output, Values};

use crate::items::{Input, fail_or_go_on};
use plan::Plan;

pub(crate) struct HttpRequest;

/// Requests under way at the same time where the node does not say.
const AT_ONCE: usize = 10;

#[async_trait]
impl Node for HttpRequest {
    fn description(&self) -> NodeDescription {
        form::description()
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let input = Input::take(context, 0);
        let count = input.items().len();
        let batch = Batch::read(context).await;
        let at_once = batch.as_ref().map_or(AT_ONCE, |batch| batch.size.min(AT_ONCE));
        let mut out = Vec::new();
        let mut start = 0;
        while start < count {
            // The end of a group is waited for before a failure ends the node, so that no
            // request of it is cut off half way.
            let mut end = count.min(start + at_once.max(1));
            if let Some(batch) = &batch {
                if start > 0 && start.is_multiple_of(batch.size) {
                    sleep(context, batch.interval_ms).await;
                }
                end = end.min((start / batch.size + 1) * batch.size);
            }
            let group = start..end;
            let sent = group.clone().map(|index| one(context, &input.items()[index], index));
            for (index, result) in group.zip(join_all(sent).await) {
                match result {
                    Ok(items) => out.extend(items),
                    Err(error) => out.push(fail_or_go_on(context, error, index)?),
                }
            }
            start = end;
        }
        let output = Output::one(out);
        let sent_bare = count > 0 && context.values(0).is_ok_and(|v| wants_credential(&v));
        Ok(if sent_bare { output.hint(NO_CREDENTIALS) } else { output })
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
        let filled = late::fill(context, 0).await.ok()?;
        let values = filled.values(context);
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
    let filled = late::fill(context, index).await?;
    let values = filled.values(context);
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
