//! Vectors: an expression, a filter or a value to be made fit, and what it comes to.
//!
//! A file has one a line. The clock and the source of chance stand still. What is asked by a
//! function of another engine that has no counterpart here counts as failing.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use reporunner_expression::conditions::{Filter, Place};
use reporunner_expression::field_type::{FieldType, Fit, fit};
use reporunner_expression::{
    Ambient, Evaluator, Frame, Moment, Template, WorkflowInfo, zone_named,
};
use reporunner_model::{Item, Timestamp};
use serde_json::{Map, Value, json};

use crate::{Check, DEFAULT_ZONE, Score, compare, files};

/// 2025-01-02T03:04:05.678Z, the moment of every vector.
const NOW: Timestamp = Timestamp(1_735_787_045_678);
/// What chance gives in every vector.
const CHANCE: f64 = 0.4242;

/// Answers the vectors of `folder`.
pub(crate) async fn score(
    evaluator: &Evaluator,
    folder: &Path,
    results: Option<&Path>,
) -> anyhow::Result<Score> {
    let mut score = Score::default();
    let mut ambient = Ambient::new(WorkflowInfo::default(), DEFAULT_ZONE, NOW);
    ambient.random = Some(CHANCE);
    let ambient = Arc::new(ambient);
    for path in files::below(&folder.join("expressions"), "jsonl")? {
        let relative = files::relative(&path, folder);
        let text = String::from_utf8(files::read(&path)?)?;
        let mut lines = String::new();
        for (index, line) in text.lines().enumerate() {
            let vector: Value = serde_json::from_str(line)
                .with_context(|| format!("{} has a line that is no JSON", path.display()))?;
            let result = answer(evaluator, &vector, &ambient).await;
            lines.push_str(&result.to_string());
            lines.push('\n');
            score.cases += 1;
            score.checks.push(check(
                &format!("{}:{}", relative.display(), index + 1),
                &vector,
                &result,
            ));
        }
        files::write_text(results, relative, &lines)?;
    }
    Ok(score)
}

fn check(case: &str, vector: &Value, result: &Value) -> Check {
    let holds = match vector.get("error") {
        Some(_) => result.get("error").is_some(),
        None => result.get("result").is_some_and(|got| compare::same(got, &vector["result"])),
    };
    let what = vector["fn"].as_str().unwrap_or("expression").to_owned();
    let asked = vector.get("expression").unwrap_or_else(|| &vector["args"]);
    let why = if holds { String::new() } else { format!("{asked} gave {result}") };
    Check { case: case.to_owned(), what, node_type: String::new(), holds, why }
}

/// `{ "result": … }` or `{ "error": … }`.
async fn answer(evaluator: &Evaluator, vector: &Value, ambient: &Arc<Ambient>) -> Value {
    let args = &vector["args"];
    let given = match vector["fn"].as_str() {
        None => expression(evaluator, &vector["expression"], &vector["json"], ambient).await,
        Some("evaluate") => {
            let item = plain(&args[1][0]);
            expression(evaluator, &args[0], &item, ambient).await.map(|value| retagged(value, "__"))
        }
        Some("executeFilter") => filter(&plain(&args[0])),
        Some("arrayContainsValue") => filter(&contains(args)),
        Some("validateFieldType") => Ok(fitted(args)),
        Some(other) => Err(format!("there is nothing here like {other}")),
    };
    match given {
        Ok(result) => json!({ "result": result }),
        Err(message) => json!({ "error": message }),
    }
}

async fn expression(
    evaluator: &Evaluator,
    text: &Value,
    item: &Value,
    ambient: &Arc<Ambient>,
) -> Result<Value, String> {
    let item = item.as_object().cloned().unwrap_or_default();
    let frame = Frame::of_item(Item::from_json(item), Arc::clone(ambient));
    let told = match text.as_str() {
        Some(text) => evaluator.told(&Template::parse(text), &frame, 0).await,
        None => evaluator.resolve(text, &frame, 0).await,
    };
    told.map_err(|error| error.message)
}

fn zone() -> jiff::tz::TimeZone {
    zone_named(DEFAULT_ZONE).expect("a zone that every database of zones has")
}

fn filter(filter: &Value) -> Result<Value, String> {
    let filter = Filter::from_value(filter).map_err(|error| error.message)?;
    let place = Place { item: 0, timezone: zone() };
    filter.is_met(&place).map(Value::Bool).map_err(|error| error.message)
}

/// The filter that asks whether a list holds a value.
fn contains(args: &Value) -> Value {
    json!({
        "combinator": "and",
        "conditions": [{
            "leftValue": args[0], "rightValue": args[1],
            "operator": { "type": "array", "operation": "contains", "rightType": "any" },
        }],
        "options": { "caseSensitive": args[2] != true, "typeValidation": "strict", "version": 3 },
    })
}

fn fitted(args: &Value) -> Value {
    let Some(wanted) = args[2].as_str().and_then(FieldType::named) else {
        return json!({ "valid": false, "errorMessage": "there is no such type" });
    };
    let options: Vec<_> = args[3]["valueOptions"].as_array().into_iter().flatten().collect();
    let options: Vec<_> = options.into_iter().map(|option| option["value"].clone()).collect();
    let how = Fit {
        strict: args[3]["strict"] == true,
        parse_strings: args[3]["parseStrings"] == true,
        options: &options,
        timezone: zone(),
    };
    match fit(args[0].as_str().unwrap_or_default(), &plain(&args[1]), wanted, &how) {
        Ok(value) => {
            let value = if wanted == FieldType::DateTime { dated(value, &args[1]) } else { value };
            json!({ "valid": true, "newValue": value })
        }
        Err(message) => json!({ "valid": false, "errorMessage": message }),
    }
}

/// A moment that was made of `given`, with the zone it is in: its own where it says one.
fn dated(value: Value, given: &Value) -> Value {
    let Some(moment) = value.as_str().and_then(|text| Moment::from_iso(text, &zone(), true)) else {
        return value;
    };
    let at = moment.zoned();
    let given = given.as_str().unwrap_or_default();
    let tail: String = given.chars().rev().take_while(|c| !matches!(c, '+' | '-')).collect();
    let says_its_own = given.contains(':')
        && tail.len() < given.len()
        && tail.chars().all(|c| c.is_ascii_digit() || c == ':');
    let minutes = at.offset().seconds() / 60;
    let name = if at.offset() == zone().to_offset(at.timestamp()) && !says_its_own {
        DEFAULT_ZONE.to_owned()
    } else if minutes == 0 {
        "UTC".to_owned()
    } else if minutes % 60 == 0 {
        format!("UTC{:+}", minutes / 60)
    } else {
        format!("UTC{:+}:{:02}", minutes / 60, minutes.abs() % 60)
    };
    json!({ "__DateTime": value, "zone": name })
}

/// An argument as items carry it: dates as text, nothing for what JSON cannot say.
fn plain(value: &Value) -> Value {
    match value {
        Value::Array(list) => Value::Array(list.iter().map(plain).collect()),
        Value::Object(fields) => {
            for tag in ["__DateTime", "__Date"] {
                if let Some(text) = fields.get(tag) {
                    return text.clone();
                }
            }
            if fields.keys().any(|key| key.starts_with("__")) {
                return Value::Null;
            }
            Value::Object(fields.iter().map(|(key, value)| (key.clone(), plain(value))).collect())
        }
        other => other.clone(),
    }
}

/// A told value with its tags begun by `start` in place of the dollar sign.
fn retagged(value: Value, start: &str) -> Value {
    const TAGS: [&str; 5] = ["$undefined", "$number", "$Date", "$DateTime", "$Duration"];
    match value {
        Value::Array(list) => {
            Value::Array(list.into_iter().map(|value| retagged(value, start)).collect())
        }
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(key, value)| {
                let key = match key.strip_prefix('$') {
                    Some(name) if TAGS.contains(&key.as_str()) => format!("{start}{name}"),
                    _ => key,
                };
                (key, retagged(value, start))
            });
            Value::Object(fields.collect::<Map<_, _>>())
        }
        other => other,
    }
}
