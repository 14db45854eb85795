//! One node: from n8n's object to ours and back.

use reporunner_model::{Node, NodeFlags, NodeId, OnError, Point, TypeName};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value, json};

use crate::kept::Kept;
use crate::records;

type Object = Map<String, Value>;

/// What n8n puts before the short names of its own node types.
const BASE: &str = "n8n-nodes-base.";
/// Key of what we say about a node and n8n has no word for. n8n ignores it.
const OWN: &str = "reporunner";

/// What is kept beside a node or note, as JSON text in its `orig`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Beside {
    #[serde(default, skip_serializing_if = "Kept::is_empty")]
    pub(crate) node: Kept,
    /// Of a note's parameters, which are fields here.
    #[serde(default, skip_serializing_if = "Kept::is_empty")]
    pub(crate) params: Kept,
    /// Ids that records got on the way in, with what stood there before.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub(crate) ids: Object,
}

impl Beside {
    pub(crate) fn of(orig: Option<&String>) -> Self {
        orig.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    pub(crate) fn into_orig(self) -> Option<String> {
        if self == Self::default() { None } else { serde_json::to_string(&self).ok() }
    }
}

/// Our name of a type of n8n's. A type that the catalog lacks keeps its full name.
pub(crate) fn type_name(file: &str, known: impl Fn(&TypeName) -> bool) -> TypeName {
    let Some(short) = file.strip_prefix(BASE) else { return TypeName::new(file) };
    // n8n's first trigger, from before it had any other.
    let short = if short == "start" { "manualTrigger" } else { short };
    let short = TypeName::new(short);
    if known(&short) { short } else { TypeName::new(file) }
}

fn file_type(name: &TypeName) -> String {
    let name = name.as_str();
    if name.contains('.') { name.to_owned() } else { format!("{BASE}{name}") }
}

/// Reads what a node's object says besides its identity and place.
pub(crate) fn read(file: &Object, mut node: Node) -> Node {
    let flag = |key: &str| file.get(key).and_then(Value::as_bool).unwrap_or_default();
    node.on = !flag("disabled");
    node.note = file.get("notes").and_then(Value::as_str).map(str::to_owned);
    let on_error = match file.get("onError").and_then(Value::as_str) {
        Some("continueRegularOutput") => OnError::ContinueRegularOutput,
        Some("continueErrorOutput") => OnError::ContinueErrorOutput,
        // The legacy flag counts whatever else is written (n8n: `WorkflowExecute`).
        _ if flag("continueOnFail") => OnError::ContinueRegularOutput,
        _ => OnError::StopWorkflow,
    };
    let whole = |key: &str| file.get(key).and_then(Value::as_u64);
    let own = |key: &str| file.get(OWN).and_then(|own| own.get(key));
    node.flags = NodeFlags {
        on_error,
        retry_on_fail: flag("retryOnFail"),
        max_tries: whole("maxTries").and_then(|tries| u32::try_from(tries).ok()),
        wait_between_tries: whole("waitBetweenTries"),
        always_output_data: flag("alwaysOutputData"),
        execute_once: flag("executeOnce"),
        timeout_ms: own("timeoutMs").and_then(Value::as_u64),
    };
    node.parent = own("parent").and_then(Value::as_str).map(NodeId::new);
    if let Some(Value::Object(creds)) = file.get("credentials") {
        let named = creds.iter().filter_map(|(k, value)| Some((k.clone(), cred_name(value)?)));
        node.creds = named.collect();
    }
    if let Some(Value::Object(params)) = file.get("parameters") {
        node.params.clone_from(params);
    }
    node
}

/// The name in n8n's reference to a credential; the first versions wrote the name alone.
fn cred_name(value: &Value) -> Option<String> {
    let name = value.as_str().or_else(|| value.get("name")?.as_str())?;
    (!name.is_empty()).then(|| name.to_owned())
}

/// The version of a node's type as decimal text, and whether the file said it.
pub(crate) fn version(file: &Object) -> (String, bool) {
    match file.get("typeVersion") {
        Some(Value::Number(number)) => (number.to_string(), true),
        Some(Value::String(text)) if text.parse::<f64>().is_ok() => (text.clone(), true),
        _ => ("1".to_owned(), false),
    }
}

/// The place that the file gives a node.
pub(crate) fn place(file: &Object) -> Option<Point> {
    let list = file.get("position")?.as_array()?;
    let point = Point::new(list.first()?.as_f64()?, list.get(1)?.as_f64()?);
    // Beyond this a canvas in f32 shows nothing; such a place is no place.
    let far = point.x.abs().max(point.y.abs()) > 1e7;
    (!far).then_some(point)
}

/// A place in n8n's units.
pub(crate) fn file_place(place: Point, scale: f64) -> Value {
    let x = place.x / scale;
    json!([number(if scale == 1.0 { x } else { x.round() }), number(place.y)])
}

/// A number as people write it: whole where it is whole.
pub(crate) fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        return Value::from(value as i64);
    }
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

/// Writes a node our way, without what is kept beside it.
pub(crate) fn write(node: &Node, scale: f64) -> Object {
    let version = serde_json::from_str::<Number>(&node.v).map(Value::Number);
    let value = json!({
        "parameters": node.params,
        "id": node.id,
        "name": node.name,
        "type": file_type(&node.node_type),
        "typeVersion": version.unwrap_or_else(|_| Value::from(node.v.as_str())),
        "position": file_place(node.position, scale),
    });
    let Value::Object(mut file) = value else { return Object::new() };
    let mut put = |key: &str, value: Option<Value>| {
        file.extend(value.map(|value| (key.to_owned(), value)));
    };
    let yes = |on: bool| on.then_some(Value::Bool(true));
    put("disabled", yes(!node.on));
    put("notes", node.note.as_deref().map(Value::from));
    let flags = &node.flags;
    let on_error = match flags.on_error {
        OnError::StopWorkflow => None,
        OnError::ContinueRegularOutput => Some("continueRegularOutput"),
        OnError::ContinueErrorOutput => Some("continueErrorOutput"),
    };
    put("onError", on_error.map(Value::from));
    put("retryOnFail", yes(flags.retry_on_fail));
    put("maxTries", flags.max_tries.map(Value::from));
    put("waitBetweenTries", flags.wait_between_tries.map(Value::from));
    put("alwaysOutputData", yes(flags.always_output_data));
    put("executeOnce", yes(flags.execute_once));
    let creds: Object =
        node.creds.iter().map(|(kind, name)| (kind.clone(), json!({ "name": name }))).collect();
    put("credentials", (!creds.is_empty()).then_some(Value::Object(creds)));
    let mut own = Object::new();
    own.extend(flags.timeout_ms.map(|ms| ("timeoutMs".to_owned(), Value::from(ms))));
    let parent = node.parent.as_ref().map(|parent| Value::from(parent.as_str()));
    own.extend(parent.map(|parent| ("parent".to_owned(), parent)));
    put(OWN, (!own.is_empty()).then_some(Value::Object(own)));
    file
}

/// Writes a node in the words of the file that it came from, as far as they still hold.
pub(crate) fn write_kept(node: &Node, scale: f64) -> Object {
    let beside = Beside::of(node.orig.as_ref());
    let mut file = write(node, scale);
    if !beside.ids.is_empty()
        && let Some(params) = file.get_mut("parameters")
    {
        records::drop_ids(params, &beside.ids);
    }
    let creds = file.get("credentials").cloned();
    beside.node.restore(&mut file);
    if file.get("credentials") == creds.as_ref() {
        kept_creds(&mut file, beside.node.get("credentials"));
    }
    // The legacy flag says the same as `onError`, and would go on saying it.
    if node.flags.on_error == OnError::StopWorkflow
        && file.get("continueOnFail").and_then(Value::as_bool) == Some(true)
    {
        file.shift_remove("continueOnFail");
    }
    file
}

/// Where the choice of one credential changed, the ids of the others stay.
fn kept_creds(file: &mut Object, kept: Option<&Value>) {
    let Some(Value::Object(kept)) = kept else { return };
    let mut creds = match file.shift_remove("credentials") {
        Some(Value::Object(creds)) => creds,
        _ => Object::new(),
    };
    for (kind, reference) in kept {
        match (cred_name(reference), creds.get(kind).and_then(cred_name)) {
            (Some(before), Some(now)) if before == now => {
                creds.insert(kind.clone(), reference.clone());
            }
            (None, None) => drop(creds.insert(kind.clone(), reference.clone())),
            _ => {}
        }
    }
    if !creds.is_empty() {
        file.insert("credentials".to_owned(), Value::Object(creds));
    }
}

/// What to keep of the file's node beside ours, given the ids that its records got.
pub(crate) fn beside(file: &Object, node: &Node, scale: f64, ids: Object) -> Beside {
    let mut ours = write(node, scale);
    if let Some(params) = ours.get_mut("parameters") {
        records::drop_ids(params, &ids);
    }
    Beside { node: Kept::learn(file, &ours), params: Kept::default(), ids }
}
