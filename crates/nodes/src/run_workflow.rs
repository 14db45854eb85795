//! Run Workflow: hands items to another workflow and gives on what that gives back. Starting the
//! run, and finding it again after a crash, is the runner's business.

mod form;

use async_trait::async_trait;
use reporunner_model::{Effect, Item, NodeDescription, NodeError, NodeGroup, RunId};
use reporunner_node::{
    ChildRun, Context, HttpRequest, Node, Output, Values, Wait, WaitNote, WhichWorkflow,
    WorkflowCall,
};
use serde_json::{Map, Value, json};

use crate::form::{describe, example, texts};
use crate::items::{fail_or_go_on, option_flag, paired_with_all};
use crate::js;

/// The first version whose inputs are named.
const NAMES_INPUTS: f64 = 1.2;

pub(crate) struct RunWorkflow;

#[async_trait]
impl Node for RunWorkflow {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Runs another workflow on these items.".to_owned(),
            help: "The other workflow starts at its trigger **Called by a Workflow**, which gives \
                   on what it is handed. What its last node gives comes back here.\n\n\
                   - Name it by its id or name, or give the path of a workflow file, the file's \
                   text itself, or an address to load it from. What is loaded so may not run \
                   commands, even where this workflow may.\n\
                   - **Each item by itself** starts one run for each item, one after the other.\n\
                   - Without **Wait for its end** the items are given on at once and the other \
                   workflow goes on by itself.\n\
                   - **Inputs** sets fields of the items that are handed over.\n\n\
                   What is live calls the published version; a run by hand calls the workflow as \
                   it is drawn now. Its runs are listed like any others; one that is waited for \
                   ends when this one is ended."
                .to_owned(),
            aliases: texts(&[
                "execute workflow",
                "sub-workflow",
                "subworkflow",
                "call",
                "child",
                "function",
            ]),
            versions: texts(&["1", "1.1", "1.2", "1.3", "1.4"]),
            properties: form::properties(),
            subtitles: texts(&["{workflowPath}", "{workflowId}"]),
            effect: Effect::Outside,
            example: example(json!({ "workflowId": "Tidy addresses", "mode": "once" })),
            ..describe("executeWorkflow", "Run Workflow", NodeGroup::Flow, "workflow", 12)
        }
    }

    fn finds_what_it_did(&self) -> bool {
        true
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let values = context.values(0)?;
        if values.text("mode") == "each" {
            drop(values);
            return each(context).await;
        }
        let waits = waits(&values);
        match all_at_once(context, &values, waits).await {
            Ok(Called::Gave(items)) => Ok(Output::one(items)),
            Ok(Called::Waits(child)) => Ok(wait_for(child)),
            Err(error) => Ok(Output::one(vec![fail_or_go_on(context, error, 0)?])),
        }
    }
}

/// What came of one call.
enum Called {
    Gave(Vec<Item>),
    Waits(RunId),
}

/// The node waits until that run is over, and looks again then.
fn wait_for(child: RunId) -> Output {
    Output::wait(Wait { until: None, again: true, note: WaitNote::Child(child) })
}

fn waits(values: &Values<'_>) -> bool {
    option_flag(values, "options.waitForSubWorkflow").unwrap_or(true)
}

async fn all_at_once(
    context: &Context,
    values: &Values<'_>,
    wait: bool,
) -> Result<Called, NodeError> {
    let count = context.items().len();
    let items = (0..count).map(|index| handed(context, index)).collect::<Result<_, _>>()?;
    let call = WorkflowCall { workflow: which(context, values).await?, items, wait, number: 0 };
    Ok(match context.handles.workflows.run(call).await? {
        ChildRun::Started(_) => Called::Gave(context.items().to_vec()),
        ChildRun::Waits(run) => Called::Waits(run),
        ChildRun::Ended { items, .. } => {
            // As many as went in belong together one by one, which the engine says by itself.
            let pairs = if items.len() == count { None } else { paired_with_all(count) };
            let own = |item: Item| Item { paired_item: pairs.clone(), ..item };
            Called::Gave(items.into_iter().map(own).collect())
        }
    })
}

async fn each(context: &Context) -> Result<Output, NodeError> {
    let mut given = Vec::new();
    for index in 0..context.items().len() {
        match one(context, index).await {
            Ok(Called::Gave(items)) => {
                given.extend(items.into_iter().map(|item| item.paired(index, 0)));
            }
            Ok(Called::Waits(child)) => return Ok(wait_for(child)),
            Err(error) => given.push(fail_or_go_on(context, error, index)?),
        }
    }
    Ok(Output::one(given))
}

async fn one(context: &Context, index: usize) -> Result<Called, NodeError> {
    let values = context.values(index)?;
    let call = WorkflowCall {
        workflow: which(context, &values).await?,
        items: vec![handed(context, index)?],
        wait: waits(&values),
        number: index,
    };
    Ok(match context.handles.workflows.run(call).await? {
        ChildRun::Started(_) => Called::Gave(vec![context.items()[index].clone()]),
        ChildRun::Waits(run) => Called::Waits(run),
        ChildRun::Ended { items, .. } => Called::Gave(items),
    })
}

/// The workflow that is meant.
async fn which(context: &Context, values: &Values<'_>) -> Result<WhichWorkflow, NodeError> {
    match values.text("source").as_str() {
        "localFile" => Ok(WhichWorkflow::File(values.required("workflowPath")?)),
        "parameter" => {
            let text = match values.value("workflowJson") {
                Value::String(text) => text,
                Value::Null => String::new(),
                other => other.to_string(),
            };
            if text.trim().is_empty() {
                return Err(NodeError::new("there is no workflow")
                    .hint("Paste a workflow's JSON.")
                    .about(&["workflowJson"]));
            }
            Ok(WhichWorkflow::Text(text))
        }
        "url" => {
            let url = values.required("workflowUrl")?;
            let request = HttpRequest {
                method: "GET".to_owned(),
                url,
                max_redirects: 5,
                ..HttpRequest::default()
            };
            let answer = context.handles.http.send(request).await?;
            if !(200..300).contains(&answer.status) {
                let mut error = NodeError::new(format!("the address answered {}", answer.status));
                error.http_status = Some(answer.status);
                return Err(error.about(&["workflowUrl"]));
            }
            Ok(WhichWorkflow::Text(String::from_utf8_lossy(&answer.body).into_owned()))
        }
        _ => stored(values),
    }
}

/// A workflow by its id, as text or as what a list gave.
fn stored(values: &Values<'_>) -> Result<WhichWorkflow, NodeError> {
    let chosen = values.value("workflowId");
    let (id, name) = match &chosen {
        Value::Object(chosen) => {
            let name = chosen.get("cachedResultName").and_then(Value::as_str);
            (chosen.get("value").map(js::cell).unwrap_or_default(), name.map(str::to_owned))
        }
        other => (js::cell(other), None),
    };
    let id = id.trim().to_owned();
    if id.is_empty() {
        return Err(NodeError::new("no workflow is named")
            .hint("Give the name or the id of the workflow to run.")
            .about(&["workflowId"]));
    }
    // What a person types may be either.
    let name = name.or_else(|| Some(id.clone()));
    Ok(WhichWorkflow::Stored { id, name })
}

/// The item as it is handed over.
fn handed(context: &Context, index: usize) -> Result<Item, NodeError> {
    let item = &context.items()[index];
    let mut item = Item { paired_item: None, ..item.clone() };
    let values = context.values(index)?;
    if values.version() < NAMES_INPUTS {
        return Ok(item);
    }
    let inputs = values.value("workflowInputs");
    let schema: Vec<&Map<String, Value>> = inputs
        .get("schema")
        .and_then(Value::as_array)
        .map(|fields| fields.iter().filter_map(Value::as_object).collect())
        .unwrap_or_default();
    let text = |field: &Map<String, Value>, name: &str| field.get(name).map(js::cell);
    let is_on = |name: &str| inputs.get(name).is_some_and(js::truthy);
    if inputs.get("mappingMode").and_then(Value::as_str) != Some("autoMapInputData") {
        for (name, value) in set_fields(&inputs)? {
            let of = |field: &&&Map<String, Value>| text(field, "id").as_ref() == Some(&name);
            let kind = schema.iter().find(of).and_then(|field| text(field, "type"));
            let value = match kind.as_deref() {
                Some(kind) if is_on("attemptToConvertTypes") => converted(value, kind, &name)?,
                Some("string") if is_on("convertFieldsToString") => as_text(value),
                _ => value,
            };
            item.json.insert(name, value);
        }
    }
    let removed = schema.iter().filter(|field| field.get("removed").is_some_and(js::truthy));
    for name in removed.filter_map(|field| text(field, "displayName")) {
        item.json.shift_remove(&name);
    }
    Ok(item)
}

/// The fields that are set, written as an object or as its JSON.
fn set_fields(inputs: &Value) -> Result<Map<String, Value>, NodeError> {
    let wrong = || {
        NodeError::new("the inputs are no JSON object")
            .hint("Write them as { \"name\": value }.")
            .about(&["workflowInputs", "value"])
    };
    match inputs.get("value") {
        Some(Value::Object(fields)) => Ok(fields.clone()),
        Some(Value::String(text)) if !text.trim().is_empty() => {
            serde_json::from_str(text).map_err(|_| wrong())
        }
        None | Some(Value::Null | Value::String(_)) => Ok(Map::new()),
        Some(_) => Err(wrong()),
    }
}

fn as_text(value: Value) -> Value {
    match value {
        Value::String(_) | Value::Null => value,
        other => js::cell(&other).into(),
    }
}

fn converted(value: Value, kind: &str, name: &str) -> Result<Value, NodeError> {
    let wrong = |value: &Value| {
        NodeError::new(format!("the input {name} shall be a {kind} and is {}", js::cell(value)))
            .hint("Give another value, or switch the conversion off.")
            .about(&["workflowInputs", "value"])
    };
    Ok(match (kind, value) {
        (_, Value::Null) => Value::Null,
        ("string", value) => as_text(value),
        ("number", Value::String(text)) => {
            let number = js::text_to_number(&text);
            if !number.is_finite() {
                return Err(wrong(&text.into()));
            }
            json!(number)
        }
        ("boolean", Value::String(text)) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" => true.into(),
            "false" | "0" => false.into(),
            _ => return Err(wrong(&text.into())),
        },
        ("array" | "object", Value::String(text)) => {
            serde_json::from_str(&text).map_err(|_| wrong(&text.into()))?
        }
        (_, value) => value,
    })
}
