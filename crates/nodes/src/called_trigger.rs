//! Called by a Workflow: where a run starts that another workflow asks for.

use async_trait::async_trait;
use reporunner_model::{
    Item, Node as NodeData, NodeDescription, NodeError, NodeGroup, PortRule, Property,
};
use reporunner_node::{Context, Gives, Node, Output, Values};
use serde_json::{Map, Value, json};

use crate::form::{self, describe, texts};
use crate::items::Input;
use crate::js;

pub(crate) struct CalledTrigger;

/// The first version that gives back all runs of the last node, without being asked.
const GIVES_ALL: f64 = 1.2;
/// The first version that knows which fields it takes.
const NAMES_FIELDS: f64 = 1.1;

#[async_trait]
impl Node for CalledTrigger {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Starts the workflow when another one runs it.".to_owned(),
            help: "It gives on the items that **Run Workflow** hands over; what the last node of \
                   this workflow gives goes back there.\n\n\
                   Name the fields that this workflow takes, by hand or by an example, and it gives \
                   just those; a field that was not handed over is null. **Anything** takes the \
                   items as they are, and so does a list without fields."
                .to_owned(),
            aliases: texts(&["sub-workflow", "execute workflow trigger", "called", "child"]),
            versions: texts(&["1", "1.1", "1.2"]),
            inputs: PortRule::none(),
            properties: properties(),
            example: form::example(json!({ "inputSource": "passthrough" })),
            ..describe(
                "executeWorkflowTrigger",
                "Called by a Workflow",
                NodeGroup::Trigger,
                "corner-down-left",
                268,
            )
        }
    }

    fn called(&self, node: &NodeData) -> Option<Gives> {
        let asked = node.params.get("returnOutput").and_then(Value::as_str);
        let all = node.type_version() >= GIVES_ALL || asked == Some("allRuns");
        Some(if all { Gives::AllRuns } else { Gives::LastRun })
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let items = Input::take(context, 0).into_items();
        let values = context.values(0)?;
        let names = names(&values)?;
        if names.is_empty() {
            return Ok(Output::one(items));
        }
        let only = |mut item: Item| {
            let field =
                |name: &String| (name.clone(), item.json.shift_remove(name).unwrap_or(Value::Null));
            let json: Map<String, Value> = names.iter().map(field).collect();
            Item { json: json.into(), ..item }
        };
        Ok(Output::one(items.into_iter().map(only).collect()))
    }
}

/// The fields that the workflow takes; none where it takes anything.
fn names(values: &Values<'_>) -> Result<Vec<String>, NodeError> {
    if values.version() < NAMES_FIELDS {
        return Ok(Vec::new());
    }
    match values.text("inputSource").as_str() {
        "passthrough" => Ok(Vec::new()),
        "jsonExample" => {
            let example = match values.value("jsonExample") {
                Value::String(text) => serde_json::from_str(&text).map_err(|error| {
                    NodeError::new(format!("the example is no JSON: {error}"))
                        .hint("Write an object with the fields that the workflow takes.")
                        .about(&["jsonExample"])
                })?,
                other => other,
            };
            let fields = example.as_object().map(|fields| fields.keys().cloned().collect());
            Ok(fields.unwrap_or_default())
        }
        _ => {
            let fields = values.records("workflowInputs.values");
            let names = fields.iter().filter_map(|field| field.get("name").map(js::cell));
            Ok(names.filter(|name| !name.is_empty()).collect())
        }
    }
}

fn properties() -> Vec<Property> {
    let named = [1.1, 1.2];
    let field = vec![
        Property::text("name", "Name").required().fixed(),
        Property::choice(
            "type",
            "Kind",
            &[
                ("string", "Text"),
                ("number", "Number"),
                ("boolean", "Yes or no"),
                ("array", "List"),
                ("object", "Object"),
                ("any", "Anything"),
            ],
        )
        .fixed(),
    ];
    vec![
        Property::choice(
            "inputSource",
            "Takes",
            &[
                ("workflowInputs", "These fields"),
                ("jsonExample", "The fields of an example"),
                ("passthrough", "Anything"),
            ],
        )
        .fixed()
        .versions(&named),
        Property::records("workflowInputs", "Fields", "values", "Add field", field)
            .show_when("inputSource", &["workflowInputs"])
            .versions(&named),
        form::json("jsonExample", "Example", "{\n  \"name\": \"Ada\",\n  \"age\": 36\n}")
            .fixed()
            .show_when("inputSource", &["jsonExample"])
            .versions(&named),
        Property::choice(
            "returnOutput",
            "Gives back",
            &[
                ("lastRunOnly", "What the last node gave last"),
                ("allRuns", "All that the last node gave"),
            ],
        )
        .fixed()
        .versions(&[1.0, 1.1]),
    ]
}
