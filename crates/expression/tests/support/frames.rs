//! Frames and evaluators for the tests of this crate. Each test file uses a part of it.
#![allow(dead_code, unreachable_pub, reason = "each test file uses a part of this")]

use std::sync::Arc;
use std::time::Duration;

use reporunner_expression::{
    Ambient, Evaluator, ExpressionError, Frame, NodeRecord, Parent, Refusal, RunData, RunRecord,
    Source, Template, WorkerConfig, WorkflowInfo,
};
use reporunner_model::{Item, Timestamp};
use serde_json::{Value, json};

/// 2025-01-02T03:04:05.678Z.
pub const NOW: Timestamp = Timestamp(1_735_787_045_678);

pub fn ambient() -> Arc<Ambient> {
    let workflow = WorkflowInfo { id: "w1".into(), name: "Orders".into(), active: true };
    let mut ambient = Ambient::new(workflow, "America/New_York", NOW);
    ambient.vars.insert("region".into(), json!("eu"));
    Arc::new(ambient)
}

pub fn items(values: Value) -> Arc<Vec<Item>> {
    let Value::Array(values) = values else { panic!("items are a list") };
    Arc::new(values.into_iter().map(Item::from_value).collect())
}

/// One item with this data.
pub fn frame(json: Value) -> Frame {
    Frame::of_item(Item::from_value(json), ambient())
}

/// `Start → Split → Here`: Start gave one customer, Split two orders of it, Here has them as
/// input; `Idle` never ran.
pub fn workflow() -> Frame {
    let source = |node: &str| Some(Source { node: node.into(), output: 0, run_index: 0 });
    let parent = |node: &str| vec![Parent { node: node.into(), output: 0, input: 0 }];
    let orders = items(json!([
        { "json": { "id": 1 }, "pairedItem": { "item": 0 } },
        { "json": { "id": 2 }, "pairedItem": { "item": 0 } },
    ]));
    let mut data = RunData::new();
    data.insert("Start", NodeRecord::default());
    data.insert("Split", NodeRecord { parents: parent("Start"), ..NodeRecord::default() });
    data.insert("Here", NodeRecord { parents: parent("Split"), ..NodeRecord::default() });
    data.insert("Idle", NodeRecord::default());
    let customers = items(json!([{ "name": "Ada" }]));
    data.push_run("Start", RunRecord { sources: vec![], outputs: vec![customers] });
    data.push_run(
        "Split",
        RunRecord { sources: vec![source("Start")], outputs: vec![orders.clone()] },
    );
    let mut frame = Frame::new(data, "Here", vec![orders], ambient());
    frame.sources = vec![source("Split")];
    frame
}

/// The value of a template by the native evaluator alone. Undefined shows as the text it is.
pub fn native(template: &str, frame: &Frame, item: usize) -> Result<Value, Refusal> {
    let outcome = Template::parse(template).evaluate(frame, item)?;
    Ok(outcome.value.unwrap_or_else(|| json!("undefined")))
}

pub fn evaluator() -> Evaluator {
    let worker = env!("CARGO_BIN_EXE_reporunner-expression-worker");
    Evaluator::new(WorkerConfig::new(worker, Vec::<String>::new()))
        .with_deadline(Duration::from_secs(20))
}

/// The value by whoever can tell.
pub async fn value(
    evaluator: &Evaluator,
    template: &str,
    frame: &Frame,
) -> Result<Value, ExpressionError> {
    let outcome = evaluator.preview(&Template::parse(template), frame, 0).await?;
    Ok(outcome.value.unwrap_or_else(|| json!("undefined")))
}
