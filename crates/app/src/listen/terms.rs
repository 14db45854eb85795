//! What a Webhook node asks for, read from its parameters once: who may call, what becomes of the
//! body, how it is answered. Parameter names and their meaning are n8n's (docs.n8n.io, Webhook).

use reporunner_model::Node;
use serde_json::{Map, Value};

use super::form::{self, FORM_TRIGGER};
use super::gate::{Network, Origins, networks};
use super::routes::webhook_id;

/// When the caller gets an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// As soon as the run is stored.
    AtOnce,
    /// When it has ended, with what its last node gave.
    LastNode,
    /// When a Respond node runs.
    RespondNode,
}

/// What of the last node's items the caller gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    First { field: Option<String>, content_type: Option<String> },
    All,
    File(String),
    Nothing,
}

/// Who may call, and what becomes of the body: what must be known before the run.
#[derive(Debug, Clone)]
pub(super) struct Door {
    pub(super) origins: Origins,
    /// None lets everybody in.
    pub(super) networks: Option<Vec<Network>>,
    pub(super) ignore_bots: bool,
    /// The whole body is a file, whatever its type.
    pub(super) body_is_file: bool,
    /// Whether the body is kept as it came, besides being read.
    pub(super) raw_body: bool,
    /// The name for files, where the node gives one.
    pub(super) file_name: Option<String>,
    /// Whether the item says which method was used.
    pub(super) tells_method: bool,
}

/// How a call is answered.
#[derive(Debug, Clone)]
pub(super) struct Terms {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    /// The answer at once; none for the usual words.
    pub(super) words: Option<Value>,
    pub(super) empty: bool,
    pub(super) what: What,
}

/// The parameters that decide about the answer: they may hold expressions about the request.
const OF_ANSWERS: [&str; 3] = ["responseCode", "responseData", "responseBinaryPropertyName"];
const OPTIONS_OF_ANSWERS: [&str; 6] = [
    "responseCode",
    "responseHeaders",
    "responseData",
    "noResponseBody",
    "responsePropertyName",
    "responseContentType",
];

/// The options of a form that are about its requests; the others are read when it is shown.
const OPTIONS_OF_FORMS: [&str; 2] = ["ipWhitelist", "ignoreBots"];

/// The methods of a node, in capitals.
pub(crate) fn methods_of(node: &Node) -> Vec<String> {
    if node.node_type.as_str() == FORM_TRIGGER {
        return vec!["GET".to_owned(), "POST".to_owned()];
    }
    let one = |value: &Value| value.as_str().map(|text| text.trim().to_ascii_uppercase());
    let mut methods: Vec<String> = match node.params.get("httpMethod") {
        Some(Value::Array(several)) => several.iter().filter_map(one).collect(),
        Some(value) if !is_several(node) => one(value).into_iter().collect(),
        None if is_several(node) => vec!["GET".to_owned(), "POST".to_owned()],
        Some(value) => one(value).into_iter().collect(),
        None => Vec::new(),
    };
    methods.retain(|method| !method.is_empty());
    if methods.is_empty() {
        methods.push("GET".to_owned());
    }
    methods
}

fn is_several(node: &Node) -> bool {
    node.params.get("multipleMethods").is_some_and(is_on)
}

/// The path of a node, without slashes around it; its own id where it has none.
pub(crate) fn path_of(node: &Node) -> String {
    let given = |path: Option<&Value>| {
        let path = path.and_then(Value::as_str).unwrap_or_default().trim().trim_matches('/');
        (!path.is_empty()).then(|| path.to_owned())
    };
    let own = || node.id.to_string();
    let path = given(node.params.get("path"));
    if node.node_type.as_str() != FORM_TRIGGER {
        return path.unwrap_or_else(own);
    }
    // A form's path may stand among its options; an imported one without has its old id.
    let among = || given(node.params.get("options").and_then(|options| options.get("path")));
    path.or_else(among).or_else(|| webhook_id(node)).unwrap_or_else(own)
}

/// When a node's caller is answered; none where it wants what is not there.
pub(super) fn when_of(node: &Node) -> Option<When> {
    match node.params.get("responseMode").and_then(Value::as_str).unwrap_or_default() {
        "lastNode" => Some(When::LastNode),
        "responseNode" => Some(When::RespondNode),
        "streaming" => None,
        _ => Some(When::AtOnce),
    }
}

/// Whether whoever calls is let in. Callers cannot be told apart yet, so a webhook that shall is
/// not opened at all; a form asks for its password itself.
pub(super) fn asks_nobody(node: &Node) -> bool {
    let asked = node.params.get("authentication");
    if node.node_type.as_str() == FORM_TRIGGER && form::asks_for_password(node) {
        return true;
    }
    asked.is_none_or(|asked| matches!(asked.as_str(), Some("" | "none")))
}

/// The parameters of a node that are about the answer.
pub(super) fn about_answers(node: &Node) -> Value {
    let of = |from: &Map<String, Value>, names: &[&str]| -> Map<String, Value> {
        let known = names.iter().filter_map(|name| Some(((*name).to_owned(), from.get(*name)?)));
        known.map(|(name, value)| (name, value.clone())).collect()
    };
    let mut about = of(&node.params, &OF_ANSWERS);
    if let Some(Value::Object(options)) = node.params.get("options") {
        about.insert("options".to_owned(), of(options, &OPTIONS_OF_ANSWERS).into());
    }
    about.into()
}

/// The options of a node that are about the request.
pub(super) fn about_requests(node: &Node) -> Value {
    let mut about = match node.params.get("options") {
        Some(Value::Object(options)) => options.clone(),
        _ => Map::new(),
    };
    if node.node_type.as_str() == FORM_TRIGGER {
        about.retain(|name, _| OPTIONS_OF_FORMS.contains(&name.as_str()));
    }
    about.retain(|name, _| !OPTIONS_OF_ANSWERS.contains(&name.as_str()) && name != "onlyRunIf");
    about.into()
}

/// The condition under which a request is worth a run, as a template.
pub(super) fn condition_of(node: &Node) -> Option<Value> {
    let text = node.params.get("options")?.get("onlyRunIf")?.as_str()?.trim();
    match text {
        "" => None,
        text if text.starts_with('=') => Some(text.into()),
        text => Some(format!("={text}").into()),
    }
}

impl Door {
    /// Reads the options of a node.
    pub(super) fn new(node: &Node, options: &Value) -> Self {
        let on = |name: &str| options.get(name).is_some_and(is_on);
        Self {
            origins: Origins::new(text(options.get("allowedOrigins")).as_deref()),
            networks: text(options.get("ipWhitelist")).map(|list| networks(&list)),
            ignore_bots: on("ignoreBots"),
            body_is_file: node.type_version() < 2.0 && on("binaryData"),
            raw_body: on("rawBody"),
            file_name: text(options.get("binaryPropertyName")),
            tells_method: is_several(node),
        }
    }
}

impl Terms {
    /// Reads what [`about_answers`] gives.
    pub(super) fn new(when: When, about: &Value) -> Self {
        let option = |name: &str| about.get("options").and_then(|options| options.get(name));
        let chosen = text(about.get("responseData"));
        let what = match chosen.as_deref() {
            Some("allEntries") => What::All,
            Some("noData") => What::Nothing,
            Some("firstEntryBinary") => {
                let name = text(about.get("responseBinaryPropertyName"));
                What::File(name.unwrap_or_else(|| "data".to_owned()))
            }
            _ => What::First {
                field: text(option("responsePropertyName")),
                content_type: text(option("responseContentType")),
            },
        };
        let words = option("responseData").filter(|words| !matches!(words.as_str(), Some("")));
        Self {
            status: if when == When::RespondNode { 200 } else { status(about) },
            headers: headers(option("responseHeaders")),
            words: words.filter(|words| !words.is_null()).cloned(),
            empty: option("noResponseBody").is_some_and(is_on),
            what,
        }
    }
}

/// The status, by the node's first version or its second.
fn status(about: &Value) -> u16 {
    let values = about.get("options").and_then(|o| o.get("responseCode")?.get("values"));
    let of = |name: &str| values.and_then(|values| number(values.get(name)?));
    let first = about.get("responseCode").and_then(number);
    let asked = first.or_else(|| of("customCode")).or_else(|| of("responseCode"));
    // Lower ones announce another answer, higher ones are none.
    asked.filter(|code| (200..=599).contains(code)).unwrap_or(200)
}

fn number(value: &Value) -> Option<u16> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_f64().filter(|n| (1.0..=999.0).contains(n)).map(|n| n as u16),
    }
}

fn headers(collection: Option<&Value>) -> Vec<(String, String)> {
    let entries = collection.and_then(|c| c.get("entries")?.as_array());
    let entries = entries.into_iter().flatten().filter_map(|entry| {
        let name = text(entry.get("name"))?;
        Some((name.trim().to_owned(), text(entry.get("value")).unwrap_or_default()))
    });
    entries.collect()
}

/// A text that is not empty; numbers and the like as they are written.
fn text(value: Option<&Value>) -> Option<String> {
    let text = match value? {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    (!text.trim().is_empty()).then_some(text)
}

fn is_on(value: &Value) -> bool {
    value.as_bool().unwrap_or_else(|| value.as_str() == Some("true"))
}
