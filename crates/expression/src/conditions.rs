//! The conditions of If, Switch and Filter nodes.
//!
//! A filter is what the parameter holds once its expressions are resolved: conditions, how they are
//! combined, and options. Facts of behaviour: n8n docs, "If", "Filter" and "Switch", and the
//! versions of the filter parameter (1: truth values in text count as true; 2 and later: they are
//! read). Nothing here resolves expressions.

mod operators;

use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::Value;

use crate::field_type::{self, FieldType};

/// A resolved filter.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// The conditions; none at all is met.
    #[serde(default)]
    pub conditions: Vec<Condition>,
    /// Whether all must be met or any.
    #[serde(default)]
    pub combinator: Combinator,
    /// How values are compared.
    #[serde(default)]
    pub options: Options,
}

/// How conditions are combined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Combinator {
    /// All must be met.
    #[default]
    And,
    /// One is enough.
    Or,
}

/// How values are compared.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Options {
    /// Whether capitals count.
    pub case_sensitive: bool,
    /// Whether values of other types are converted.
    pub type_validation: TypeValidation,
    /// Version of the filter parameter.
    pub version: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self { case_sensitive: true, type_validation: TypeValidation::Strict, version: 1.0 }
    }
}

/// What happens to a value of another type than the operator wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TypeValidation {
    /// It is an error.
    #[default]
    Strict,
    /// It is converted where that is possible.
    Loose,
}

/// One condition.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Condition {
    /// What is looked at; none for undefined.
    #[serde(default)]
    pub left_value: Value,
    /// What it is compared to.
    #[serde(default)]
    pub right_value: Value,
    /// How.
    pub operator: Operator,
}

/// How two values are compared.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Operator {
    /// Type of the left value.
    #[serde(rename = "type")]
    pub kind: String,
    /// Name of the comparison.
    pub operation: String,
    /// Type of the right value, where it is another.
    #[serde(default)]
    pub right_type: Option<String>,
    /// Whether there is no right value.
    #[serde(default)]
    pub single_value: bool,
}

/// Why a condition could not be decided.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FilterError {
    /// What failed; no full stop.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// Where a filter stands, for its messages and its dates.
#[derive(Debug, Clone)]
pub struct Place {
    /// Index of the item.
    pub item: usize,
    /// Zone of dates that do not say theirs.
    pub timezone: TimeZone,
}

impl Default for Place {
    fn default() -> Self {
        Self { item: 0, timezone: TimeZone::UTC }
    }
}

impl Filter {
    /// Reads a filter from a resolved parameter.
    pub fn from_value(value: &Value) -> Result<Self, FilterError> {
        serde_json::from_value(value.clone()).map_err(|error| FilterError {
            message: format!("The conditions are not complete: {error}"),
            hint: Some("Open the node and choose a comparison for each condition".to_owned()),
        })
    }

    /// Whether the filter is met. Stops at the first condition that decides.
    pub fn is_met(&self, place: &Place) -> Result<bool, FilterError> {
        let any = self.combinator == Combinator::Or && !self.conditions.is_empty();
        for (index, condition) in self.conditions.iter().enumerate() {
            if condition.is_met(&self.options, index, place)? == any {
                return Ok(any);
            }
        }
        Ok(!any)
    }
}

impl Condition {
    /// Whether this condition is met; `index` is its place among the others.
    pub fn is_met(
        &self,
        options: &Options,
        index: usize,
        place: &Place,
    ) -> Result<bool, FilterError> {
        let wanted = FieldType::named(&self.operator.kind).unwrap_or(FieldType::Any);
        let existence = matches!(self.operator.operation.as_str(), "exists" | "notExists");
        let left = if existence {
            // Whether something is there does not depend on its type.
            self.left_value.clone()
        } else {
            fitted(&self.left_value, wanted, options, index, place)?
        };
        let single = self.operator.single_value
            || matches!(
                self.operator.operation.as_str(),
                "exists" | "notExists" | "empty" | "notEmpty" | "true" | "false"
            );
        let right = if single {
            Value::Null
        } else {
            let named = self.operator.right_type.as_deref().unwrap_or(&self.operator.kind);
            let right_type = FieldType::named(named).unwrap_or(FieldType::Any);
            fitted(&self.right_value, right_type, options, index, place)?
        };
        Ok(operators::compare(&left, &right, wanted, &self.operator.operation, options))
    }
}

/// The value as the operator wants it.
fn fitted(
    value: &Value,
    wanted: FieldType,
    options: &Options,
    index: usize,
    place: &Place,
) -> Result<Value, FilterError> {
    let nothing = match value {
        Value::Null => true,
        Value::String(text) => wanted == FieldType::DateTime && text.is_empty(),
        _ => false,
    };
    if nothing || wanted == FieldType::Any {
        return Ok(value.clone());
    }
    let at = format!("[condition {index}, item {}]", place.item);
    let strict = options.type_validation == TypeValidation::Strict;
    if !strict && let Some(loose) = loosely(value, wanted, options) {
        return Ok(loose);
    }
    let how = field_type::Fit {
        strict: strict && wanted != FieldType::DateTime,
        parse_strings: true,
        options: &[],
        timezone: place.timezone.clone(),
    };
    field_type::fit("value", value, wanted, &how).map_err(|_| {
        let shown = field_type::text_of(value);
        let (article, name) = with_article(wanted.as_str());
        let is = with_article(kind_of(value));
        if strict {
            FilterError {
                message: format!("Wrong type: '{shown}' is {} {} but was expecting {article} {name} {at}", is.0, is.1),
                hint: Some("Either turn on 'Convert types where required' or change the comparison to fit the value".to_owned()),
            }
        } else {
            FilterError {
                message: format!("Conversion error: the {} '{shown}' can't be converted to {article} {name} {at}", is.1),
                hint: Some("Try changing the type of the comparison, or the value".to_owned()),
            }
        }
    })
}

/// Conversions that only loose validation makes.
fn loosely(value: &Value, wanted: FieldType, options: &Options) -> Option<Value> {
    match (wanted, value) {
        // Version 1 took any text that is not empty for true.
        (FieldType::Boolean, value) => {
            let read = if options.version >= 2.0 { field_type::to_boolean(value) } else { None };
            Some(Value::Bool(read.unwrap_or_else(|| truthy(value))))
        }
        (FieldType::Number, Value::String(text)) if text.trim().is_empty() => Some(Value::Null),
        (FieldType::Number, Value::Array(list)) if list.is_empty() => Some(Value::Null),
        (FieldType::Array | FieldType::Object | FieldType::DateTime, Value::String(text))
            if text.trim().is_empty() =>
        {
            Some(Value::Null)
        }
        _ => None,
    }
}

fn truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(truth) => *truth,
        Value::Number(number) => number.as_f64().is_some_and(|number| number != 0.0),
        Value::String(text) => !text.is_empty(),
        _ => true,
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn with_article(name: &str) -> (&'static str, &str) {
    (if name.starts_with(['a', 'o']) { "an" } else { "a" }, name)
}
