//! Wait: holds a run back for a while, until a time, or until somebody calls its address. Keeping
//! the run meanwhile is the runner's business, listening the app's.

mod form;

use async_trait::async_trait;
use reporunner_expression::{Moment, zone_named};
use reporunner_model::{NodeDescription, NodeError, NodeGroup, Timestamp};
use reporunner_node::{Context, FormWait, Node, Output, Values, Wait as Waits, WaitNote};
use serde_json::{Map, Value, json};

use crate::form::{describe, example, texts};
use crate::items::Input;
use crate::js;

pub(crate) struct Wait;

#[async_trait]
impl Node for Wait {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Holds the run back for a while, until a time, or until it is called."
                .to_owned(),
            help: "Afterwards the items go on as they came; after a call, the item made of the \
                   call goes on instead, like that of a Webhook.\n\n\
                   A long wait survives a restart: the run is listed as waiting and goes on when \
                   its time has come, or as soon as Reporunner runs again.\n\n\
                   **A call** wakes the run at its own address, `$execution.resumeUrl`: send it to \
                   somebody in a step before this one. It works once, and only for who knows it: \
                   whoever filled in the form that started the run does not. \
                   With several such nodes in a row give each an *ending* of its own and call the \
                   address with `/` and that ending.\n\n\
                   **A form** wakes it too: a page of its own at `$execution.resumeFormUrl`, for \
                   an approval by somebody who needs no more than a browser. The item made of the \
                   form goes on."
                .to_owned(),
            aliases: texts(&[
                "delay", "sleep", "pause", "timer", "until", "resume", "approval", "form",
            ]),
            versions: texts(&["1", "1.1"]),
            properties: form::properties(),
            subtitles: texts(&["{amount} {unit}"]),
            example: example(json!({ "resume": "timeInterval", "amount": 5, "unit": "seconds" })),
            ..describe("wait", "Wait", NodeGroup::Flow, "timer", 12)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let values = context.values(0)?;
        let now = context.run.now;
        let wait = match values.text("resume").as_str() {
            "timeInterval" => until(after(&values, "amount", "unit", now)?),
            "webhook" => call(context, &values, now).await?,
            "form" => form(context, &values, now)?,
            _ => until(at(context, &values, "dateTime")?),
        };
        if wait.until.is_some_and(|until| until <= now) {
            drop(values);
            return Ok(Output::one(Input::take(context, 0).into_items()));
        }
        Ok(Output::wait(wait))
    }
}

fn until(at: Timestamp) -> Waits {
    Waits { until: Some(at), ..Waits::default() }
}

/// So long from now.
fn after(
    values: &Values<'_>,
    amount: &str,
    unit: &str,
    now: Timestamp,
) -> Result<Timestamp, NodeError> {
    let number = values.number(amount).filter(|number| *number >= 0.0 && number.is_finite());
    let number = number.ok_or_else(|| {
        NodeError::new("the time to wait is no number from 0 up")
            .hint("Give a number of seconds, minutes, hours or days.")
            .about(&[amount])
    })?;
    let seconds = match values.text(unit).as_str() {
        "minutes" => 60.0,
        "hours" => 3_600.0,
        "days" => 86_400.0,
        _ => 1.0,
    };
    Ok(now.plus_ms((number * seconds * 1000.0).round() as i64))
}

/// The moment that a parameter gives; text without an offset is in the workflow's zone.
fn at(context: &Context, values: &Values<'_>, name: &str) -> Result<Timestamp, NodeError> {
    let value = values.value(name);
    let zone = zone_named(&context.run.timezone).unwrap_or(jiff::tz::TimeZone::UTC);
    let moment = match &value {
        Value::Number(number) => number.as_f64().and_then(|ms| Moment::from_ms(ms, &zone)),
        other => Moment::from_text(js::text(other).trim(), &zone),
    };
    let moment = moment.ok_or_else(|| {
        NodeError::new(format!("{:?} is no date and time to wait for", js::text(&value)))
            .hint("Give one such as 2026-03-30T09:00.")
            .about(&[name])
    })?;
    Ok(Timestamp(moment.zoned().timestamp().as_millisecond()))
}

/// When a wait for somebody is over by itself.
pub(crate) fn limit(
    context: &Context,
    values: &Values<'_>,
    now: Timestamp,
) -> Result<Option<Timestamp>, NodeError> {
    Ok(match (values.flag("limitWaitTime"), values.text("limitType").as_str()) {
        (false, _) => None,
        (true, "atSpecifiedTime") => Some(at(context, values, "maxDateAndTime")?),
        (true, _) => Some(after(values, "resumeAmount", "resumeUnit", now)?),
    })
}

/// A wait for a form, with all that the app has to show.
fn form(context: &Context, values: &Values<'_>, now: Timestamp) -> Result<Waits, NodeError> {
    let authentication = values.text("incomingAuthentication");
    if !matches!(authentication.as_str(), "" | "none" | "basicAuth") {
        return Err(NodeError::new("who fills the form in cannot be checked that way")
            .hint("Choose Who has the name and password, or Anyone who knows the address.")
            .about(&["incomingAuthentication"]));
    }
    let suffix = values.text("options.webhookSuffix");
    let note = WaitNote::Form(Box::new(FormWait {
        suffix: suffix.trim().trim_matches('/').to_owned(),
        since: now,
        version: 1.0,
        authentication,
        response_mode: values.text("responseMode"),
        form: Value::Object(values.all().clone()),
    }));
    Ok(Waits { until: limit(context, values, now)?, again: false, note })
}

/// A wait for a call, with what the app has to know of it.
async fn call(context: &Context, values: &Values<'_>, now: Timestamp) -> Result<Waits, NodeError> {
    if !matches!(values.text("incomingAuthentication").as_str(), "" | "none") {
        return Err(NodeError::new("who calls cannot be checked in this version")
            .hint("Choose Anyone who knows the address: nobody can guess it.")
            .about(&["incomingAuthentication"]));
    }
    let until = limit(context, values, now)?;
    let mut options = match values.raw("options") {
        Some(Value::Object(options)) => options.clone(),
        _ => Map::new(),
    };
    // What is about the call itself is worked out when it comes.
    options.retain(|name, _| !name.starts_with("response") && name != "onlyRunIf");
    let options = match context.handles.evaluate.late(&options.into(), 0, Map::new()).await? {
        Value::Object(options) => options,
        _ => Map::new(),
    };
    let suffix = options.get("webhookSuffix").map(js::cell).unwrap_or_default();
    let note = WaitNote::Call {
        method: values.text("httpMethod").to_ascii_uppercase(),
        suffix: suffix.trim_matches('/').to_owned(),
        options,
    };
    Ok(Waits { until, again: false, note })
}
