//! The parameters of versions 1 and 2.

use reporunner_model::NodeError;
use reporunner_node::Values;
use serde_json::{Map, Value};

use super::plan::{Body, Field, Format, Plan, Wanted, collect, malformed, object, records};
use super::query::Lists;
use crate::items::{option_flag, option_number, option_text};
use crate::js;

pub(super) fn read(values: &Values<'_>) -> Result<Plan, NodeError> {
    let as_json = values.flag("jsonParameters");
    let map = |ui: &str, json: &str| -> Result<Map<String, Value>, NodeError> {
        if as_json {
            return object(values, json);
        }
        Ok(collect(&records(values, &format!("{ui}.parameter")), false))
    };
    let flag = |name: &str| option_flag(values, &format!("options.{name}"));
    let method = values.text("requestMethod").to_ascii_uppercase();
    let headers = map("headerParametersUi", "headerParametersJson")?;
    let repeat = flag("useQueryString").unwrap_or(false);
    let follow = if matches!(method.as_str(), "GET" | "HEAD") {
        flag("followRedirect").unwrap_or(true) || flag("followAllRedirects").unwrap_or(false)
    } else {
        flag("followAllRedirects").unwrap_or(false)
    };
    let timeout = option_number(values, "options.timeout").filter(|ms| *ms > 0.0);
    Ok(Plan {
        url: values.required("url")?,
        query: map("queryParametersUi", "queryParametersJson")?,
        lists: if repeat { Lists::Repeat } else { Lists::Indices },
        headers: headers.iter().map(|(name, value)| (name.clone(), js::cell(value))).collect(),
        body: match method.as_str() {
            "PATCH" | "POST" | "PUT" | "DELETE" => body(values, as_json)?,
            _ => Body::Empty,
        },
        timeout_ms: timeout.map_or(300_000, |ms| ms as u64),
        redirects: if follow { 21 } else { 0 },
        insecure: values.flag("allowUnauthorizedCerts"),
        proxy: option_text(values, "options.proxy"),
        response: Wanted {
            format: match values.text("responseFormat").as_str() {
                "file" => Format::File,
                "string" => Format::Text,
                _ => Format::Json,
            },
            full: flag("fullResponse").unwrap_or(false),
            never_error: flag("ignoreResponseCode").unwrap_or(false),
            field: values.text("dataPropertyName"),
            split: flag("splitIntoItems").unwrap_or(false),
            reads_text: true,
        },
        method,
    })
}

fn body(values: &Values<'_>, as_json: bool) -> Result<Body, NodeError> {
    if as_json && values.flag("sendBinaryData") {
        return Ok(Body::File(values.text("binaryPropertyName")));
    }
    let kind = option_text(values, "options.bodyContentType").unwrap_or_default();
    if kind == "raw" {
        let content_type =
            option_text(values, "options.bodyContentCustomMimeType").unwrap_or_default();
        let text = js::cell(&values.value("bodyParametersJson"));
        return Ok(Body::Text { content_type, text });
    }
    let given = values.value("bodyParametersJson");
    let value = if !as_json {
        Value::Object(collect(&records(values, "bodyParametersUi.parameter"), false))
    } else if given.as_str().is_some_and(|text| text.trim().is_empty()) || given.is_null() {
        Value::Object(Map::new())
    } else {
        js::json(&given).map_err(|error| malformed("bodyParametersJson", &error.to_string()))?
    };
    let empty = value.as_object().is_some_and(Map::is_empty);
    Ok(match (kind.as_str(), value) {
        (_, _) if empty => Body::Empty,
        ("form-urlencoded", Value::Object(map)) => Body::Form(map),
        ("multipart-form-data", Value::Object(map)) => Body::Multipart(
            map.iter().map(|(name, value)| Field::Text(name.clone(), js::cell(value))).collect(),
        ),
        (_, value) => Body::Json(value),
    })
}
