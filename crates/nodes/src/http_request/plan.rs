//! What one request shall be, read from the parameters of one item.

use reporunner_model::{Item, NodeError};
use reporunner_node::{HttpBody, HttpRequest, Part, PartContent, Values};
use serde_json::{Map, Value};

use super::legacy;
use super::query::{self, Lists};
use crate::items::{option_flag, option_number, option_text};
use crate::js;

/// Time for an exchange where the node does not say.
const TIMEOUT_MS: u64 = 300_000;
/// Redirects followed where the node does not say.
const REDIRECTS: u32 = 21;

/// What one request shall be.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) method: String,
    pub(super) url: String,
    pub(super) query: Map<String, Value>,
    pub(super) lists: Lists,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Body,
    pub(super) timeout_ms: u64,
    pub(super) redirects: u32,
    pub(super) insecure: bool,
    pub(super) proxy: Option<String>,
    pub(super) response: Wanted,
}

/// What is sent.
#[derive(Debug, Clone)]
pub(super) enum Body {
    Empty,
    Json(Value),
    Form(Map<String, Value>),
    Text {
        content_type: String,
        text: String,
    },
    Multipart(Vec<Field>),
    /// The file of the item with this name.
    File(String),
}

/// A field of a multipart body.
#[derive(Debug, Clone)]
pub(super) enum Field {
    Text(String, String),
    /// Name of the field, name of the item's file.
    File(String, String),
}

/// How the answer is read.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) format: Format,
    pub(super) full: bool,
    pub(super) never_error: bool,
    /// Where text or a file is put.
    pub(super) field: String,
    /// Whether each element of a list becomes an item.
    pub(super) split: bool,
    /// Whether text that is JSON is taken for what it says, as the first versions do it.
    pub(super) reads_text: bool,
}

/// What the answer is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Detect,
    Json,
    Text,
    File,
}

impl Plan {
    pub(super) fn read(values: &Values<'_>) -> Result<Self, NodeError> {
        let plan =
            if values.version() < 3.0 { legacy::read(values)? } else { Self::current(values)? };
        let url = plan.url.trim();
        let scheme = url.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
        match scheme.as_deref() {
            Some("http" | "https") => Ok(Self { url: url.to_owned(), ..plan }),
            _ => Err(NodeError::new(format!("{url:?} is no URL that can be called"))
                .hint("Write the whole URL, beginning with http:// or https://.")
                .about(&["url"])),
        }
    }

    fn current(values: &Values<'_>) -> Result<Self, NodeError> {
        let version = values.version();
        let query = match values.flag("sendQuery") {
            false => Map::new(),
            true if values.text("specifyQuery") == "json" => object(values, "jsonQuery")?,
            true => collect(&records(values, "queryParameters.parameters"), version >= 4.3),
        };
        let headers = match values.flag("sendHeaders") {
            false => Vec::new(),
            true if values.text("specifyHeaders") == "json" => {
                let object = object(values, "jsonHeaders")?;
                object.iter().map(|(name, value)| (name.clone(), js::cell(value))).collect()
            }
            true => records(values, "headerParameters.parameters")
                .iter()
                .map(|(name, value)| (name.clone(), js::cell(value)))
                .collect(),
        };
        let body = if values.flag("sendBody") { body(values)? } else { Body::Empty };
        let follow = option_flag(values, "options.redirect.redirect.followRedirects");
        let most = option_number(values, "options.redirect.redirect.maxRedirects");
        let redirects = match follow.unwrap_or(version >= 4.0) {
            true => most.map_or(REDIRECTS, |most| most.clamp(0.0, 100.0) as u32),
            false => 0,
        };
        let timeout = option_number(values, "options.timeout").filter(|ms| *ms > 0.0);
        Ok(Self {
            method: values.text("method").to_ascii_uppercase(),
            url: values.required("url")?,
            query,
            lists: Lists::read(
                &option_text(values, "options.queryParameterArrays").unwrap_or_default(),
            ),
            headers,
            body,
            timeout_ms: timeout.map_or(TIMEOUT_MS, |ms| ms as u64),
            redirects,
            insecure: option_flag(values, "options.allowUnauthorizedCerts").unwrap_or(false),
            proxy: option_text(values, "options.proxy"),
            response: Wanted::read(values),
        })
    }

    /// The request for `item`.
    pub(super) fn request(&self, item: &Item) -> Result<HttpRequest, NodeError> {
        let query = query::encode(&query::pairs(&self.query, self.lists));
        let mut headers = self.headers.clone();
        let mut default = |name: &str, value: &str| {
            if !headers.iter().any(|(key, _)| key.eq_ignore_ascii_case(name)) {
                headers.push((name.to_owned(), value.to_owned()));
            }
        };
        let body = match &self.body {
            Body::Empty => HttpBody::Empty,
            Body::Json(value) => {
                default("content-type", "application/json");
                HttpBody::Bytes(value.to_string().into())
            }
            Body::Form(map) => {
                default("content-type", "application/x-www-form-urlencoded");
                HttpBody::Bytes(query::encode(&query::pairs(map, Lists::Indices)).into())
            }
            Body::Text { content_type, text } => {
                if !content_type.is_empty() {
                    default("content-type", content_type);
                }
                HttpBody::Bytes(text.clone().into())
            }
            Body::File(name) => {
                let file = file(item, name)?;
                default("content-type", &file.mime_type);
                HttpBody::Binary(file)
            }
            Body::Multipart(fields) => HttpBody::Multipart(
                fields.iter().map(|field| part(item, field)).collect::<Result<_, _>>()?,
            ),
        };
        default("accept", self.response.format.accept());
        Ok(HttpRequest {
            method: self.method.clone(),
            url: query::append(&self.url, &query),
            headers,
            body,
            timeout_ms: Some(self.timeout_ms),
            max_redirects: self.redirects,
            allow_invalid_certificates: self.insecure,
            proxy: self.proxy.clone(),
            save_body: self.response.format == Format::File,
        })
    }
}

impl Wanted {
    fn read(values: &Values<'_>) -> Self {
        let option = |name: &str| format!("options.response.response.{name}");
        let flag = |name: &str| option_flag(values, &option(name)).unwrap_or(false);
        let format = match option_text(values, &option("responseFormat")).as_deref() {
            Some("json") => Format::Json,
            Some("text") => Format::Text,
            Some("file") => Format::File,
            _ => Format::Detect,
        };
        Self {
            format,
            full: flag("fullResponse"),
            never_error: flag("neverError"),
            field: option_text(values, &option("outputPropertyName"))
                .unwrap_or_else(|| "data".to_owned()),
            split: true,
            reads_text: false,
        }
    }
}

impl Format {
    fn accept(self) -> &'static str {
        match self {
            Self::Json => "application/json, text/*;q=0.9",
            Self::Text => "text/*, application/json;q=0.9, */*;q=0.8",
            Self::Detect | Self::File => "application/json, text/*;q=0.9, */*;q=0.8",
        }
    }
}

/// Records with a name, in order.
pub(super) fn records(values: &Values<'_>, path: &str) -> Vec<(String, Value)> {
    let records = values.records(path).into_iter();
    records
        .filter_map(|record| {
            let name = js::cell(record.get("name")?);
            let value = record.get("value").cloned().unwrap_or_else(|| Value::from(""));
            (!name.is_empty()).then_some((name, value))
        })
        .collect()
}

/// Records as a map; a name that comes again replaces the first, or joins it in a list.
pub(super) fn collect(records: &[(String, Value)], join: bool) -> Map<String, Value> {
    let mut map = Map::new();
    for (name, value) in records {
        match map.get_mut(name) {
            Some(Value::Array(list)) if join => list.push(value.clone()),
            Some(first) if join => *first = Value::Array(vec![first.take(), value.clone()]),
            _ => {
                map.insert(name.clone(), value.clone());
            }
        }
    }
    map
}

/// A JSON object in a parameter, as text or as a value; empty where nothing is set.
pub(super) fn object(values: &Values<'_>, path: &str) -> Result<Map<String, Value>, NodeError> {
    let value = values.value(path);
    if value.as_str().is_some_and(|text| text.trim().is_empty()) || value.is_null() {
        return Ok(Map::new());
    }
    match js::json(&value) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(malformed(path, "it is no object")),
        Err(error) => Err(malformed(path, &error.to_string())),
    }
}

pub(super) fn malformed(path: &str, why: &str) -> NodeError {
    // The message is n8n's: workflows that go on after errors look at it.
    let name = match path {
        "jsonBody" | "bodyParametersJson" => "JSON Body",
        "jsonHeaders" | "headerParametersJson" => "JSON Headers",
        _ => "JSON Query",
    };
    NodeError::new(format!("The value in the \"{name}\" field is not valid JSON"))
        .detail(why.to_owned())
        .hint("Look at the place named below. A text that an expression gives needs quotes.")
        .about(&[path])
}

fn body(values: &Values<'_>) -> Result<Body, NodeError> {
    let specify = values.text("specifyBody");
    Ok(match values.text("contentType").as_str() {
        "form-urlencoded" if specify == "string" => Body::Text {
            content_type: "application/x-www-form-urlencoded".to_owned(),
            text: values.text("body"),
        },
        "form-urlencoded" => {
            Body::Form(collect(&records(values, "bodyParameters.parameters"), false))
        }
        "multipart-form-data" => Body::Multipart(multipart(values)),
        "raw" => {
            let text = js::cell(&values.value("body"));
            Body::Text { content_type: values.text("rawContentType"), text }
        }
        "binaryData" => Body::File(values.required("inputDataFieldName")?),
        _ if specify == "json" => {
            let value = values.value("jsonBody");
            match &value {
                Value::String(text) if text.trim().is_empty() => Body::Empty,
                _ => {
                    Body::Json(js::json(&value).map_err(|e| malformed("jsonBody", &e.to_string()))?)
                }
            }
        }
        _ => {
            Body::Json(Value::Object(collect(&records(values, "bodyParameters.parameters"), false)))
        }
    })
}

fn multipart(values: &Values<'_>) -> Vec<Field> {
    let records = values.records("bodyParameters.parameters").into_iter();
    records
        .filter_map(|record| {
            let text = |key: &str| record.get(key).map(js::cell).unwrap_or_default();
            let name = text("name");
            let is_file = text("parameterType") == "formBinaryData";
            (!name.is_empty()).then(|| match is_file {
                true => Field::File(name, text("inputDataFieldName")),
                false => Field::Text(name, text("value")),
            })
        })
        .collect()
}

fn part(item: &Item, field: &Field) -> Result<Part, NodeError> {
    Ok(match field {
        Field::Text(name, text) => {
            Part { name: name.clone(), content: PartContent::Text(text.clone()) }
        }
        Field::File(name, key) => {
            Part { name: name.clone(), content: PartContent::Binary(file(item, key)?) }
        }
    })
}

fn file(item: &Item, name: &str) -> Result<reporunner_model::BinaryRef, NodeError> {
    crate::binary::of(item, name).map_err(|error| error.about(&["inputDataFieldName"])).cloned()
}
