//! Switch: sends each item to the output of the first rule it meets, or of a number.

mod form;

use async_trait::async_trait;
use reporunner_expression::conditions::Place;
use reporunner_model::{Item, NodeDescription, NodeError};
use reporunner_node::{Context, Node, Output, Values};
use serde_json::{Map, Value};

use crate::condition::{self, Toggles};
use crate::items::{Input, fail_or_go_on, option_flag};
use crate::js;

pub(crate) struct Switch;

/// Outputs where a number chooses and none is given.
const OUTPUTS: f64 = 4.0;

#[async_trait]
impl Node for Switch {
    fn description(&self) -> NodeDescription {
        form::description()
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let mut input = Input::take(context, 0);
        let mut place = condition::place(context);
        let mut outputs: Vec<Vec<Item>> = Vec::new();
        for index in 0..input.items().len() {
            place.item = index;
            let routed = context.values(index).and_then(|values| {
                outputs.resize(outputs.len().max(output_count(&values)), Vec::new());
                route(&values, outputs.len(), &place)
            });
            match routed {
                Ok(targets) => {
                    let Some((last, others)) = targets.split_last() else { continue };
                    let item = input.item(index).paired(index, 0);
                    for target in others {
                        outputs[*target].push(item.clone());
                    }
                    outputs[*last].push(item);
                }
                Err(error) => {
                    let failed = fail_or_go_on(context, error, index)?;
                    outputs.resize(outputs.len().max(1), Vec::new());
                    outputs[0].push(failed);
                }
            }
        }
        outputs.resize(outputs.len().max(1), Vec::new());
        Ok(Output::many(outputs))
    }
}

fn by_number(values: &Values<'_>) -> bool {
    values.text("mode") == "expression"
}

fn rules<'v>(values: &'v Values<'_>) -> Vec<&'v Map<String, Value>> {
    values.records(if values.version() < 3.0 { "rules.rules" } else { "rules.values" })
}

fn output_count(values: &Values<'_>) -> usize {
    let version = values.version();
    let most = reporunner_model::limits::PORTS;
    if version < 2.0 {
        return OUTPUTS as usize;
    }
    if by_number(values) {
        let name = if version < 3.0 { "outputsAmount" } else { "numberOutputs" };
        return (values.number(name).unwrap_or(OUTPUTS).max(1.0) as usize).min(most);
    }
    let extra = fallback(values) == Fallback::Extra;
    (rules(values).len() + usize::from(extra)).min(most)
}

/// Where items go that meet no rule.
#[derive(Debug, PartialEq, Eq)]
enum Fallback {
    Nowhere,
    Extra,
    Output(usize),
}

fn fallback(values: &Values<'_>) -> Fallback {
    let set = match values.version() < 3.0 {
        true => values.raw("fallbackOutput"),
        false => values.raw("options.fallbackOutput"),
    };
    match set.map(js::text).as_deref() {
        Some("extra") => Fallback::Extra,
        Some(text) => text.parse().map_or(Fallback::Nowhere, Fallback::Output),
        None => Fallback::Nowhere,
    }
}

/// The outputs of the item with these parameters.
fn route(values: &Values<'_>, count: usize, place: &Place) -> Result<Vec<usize>, NodeError> {
    if by_number(values) {
        let output = values.get("output").map_or(f64::NAN, js::to_number);
        return in_range(output, count).map(|output| vec![output]);
    }
    let mut targets = Vec::new();
    let all = option_flag(values, "options.allMatchingOutputs").unwrap_or(false);
    let toggles = Toggles::read(values, 3.1);
    for (index, rule) in rules(values).into_iter().enumerate() {
        if !meets(values, rule, &toggles, place, index)? {
            continue;
        }
        targets.push(match values.version() < 2.0 {
            true => in_range(rule.get("output").map_or(0.0, js::to_number), count)?,
            false => index,
        });
        if !all {
            return Ok(targets);
        }
    }
    if targets.is_empty() {
        match fallback(values) {
            Fallback::Nowhere => {}
            Fallback::Extra => targets.push(count.saturating_sub(1)),
            Fallback::Output(output) => targets.push(in_range(output as f64, count)?),
        }
    }
    Ok(targets)
}

fn meets(
    values: &Values<'_>,
    rule: &Map<String, Value>,
    toggles: &Toggles,
    place: &Place,
    index: usize,
) -> Result<bool, NodeError> {
    let number = index.to_string();
    if values.version() < 3.0 {
        let kind = values.text("dataType");
        let unset = condition::unset(&kind);
        let first = values.raw("value1").unwrap_or(&unset);
        let second = rule.get("value2").unwrap_or(&unset);
        let operation = rule.get("operation").and_then(Value::as_str);
        let operation = operation.unwrap_or_else(|| condition::default_operation(&kind));
        return condition::compare(&kind, operation, first, second)
            .map_err(|error| condition::about(error, &["rules", "rules", &number]));
    }
    let Some(filter) = rule.get("conditions") else { return Ok(true) };
    condition::passes(filter, toggles, place)
        .map_err(|error| condition::about(error, &["rules", "values", &number, "conditions"]))
}

fn in_range(output: f64, count: usize) -> Result<usize, NodeError> {
    if output.fract() == 0.0 && output >= 0.0 && (output as usize) < count {
        return Ok(output as usize);
    }
    let last = count.saturating_sub(1);
    Err(NodeError::new(format!("There is no output {}", js::number_text(output)))
        .hint(format!("Outputs are numbered from 0 to {last}."))
        .about(&["output"]))
}
