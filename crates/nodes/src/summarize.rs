//! Summarize: counts, sums and gathers the values of fields, for all items or group by group, as
//! a pivot table does.

use std::collections::HashSet;

use async_trait::async_trait;
use indexmap::IndexMap;
use reporunner_model::{
    Item, NodeDescription, NodeError, NodeGroup, PairedItem, PairedSource, Property,
};
use reporunner_node::{Context, Node, Output, Values};
use serde_json::{Map, Value, json};

use crate::field_path::FieldPath;
use crate::form::{self, describe, texts};
use crate::items::{Input, option_flag, option_text};
use crate::js;

pub(crate) struct Summarize;

#[async_trait]
impl Node for Summarize {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Counts, sums or gathers values, for all items or by groups.".to_owned(),
            help: "Choose what to work out of which field: a count, a sum, an average, the \
                   smallest or largest value, a list or a text of all values.\n\nWith **Group \
                   by**, every combination of values of those fields becomes an item of its \
                   own, or a nested object of one item.\n\nNull, missing and empty values are \
                   left out of counts and lists, unless *Empty values too* is on. Sums and \
                   averages take numbers only."
                .to_owned(),
            aliases: texts(&["group by", "count", "sum", "average", "pivot", "total", "unique"]),
            versions: texts(&["1", "1.1"]),
            properties: properties(),
            example: form::example(json!({
                "fieldsToSummarize": { "values": [{ "aggregation": "sum", "field": "price" }] },
                "fieldsToSplitBy": "customer"
            })),
            ..describe("summarize", "Summarize", NodeGroup::Data, "sigma", 28)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let input = Input::take(context, 0);
        let values = context.values(0)?;
        let plan = Plan::read(&values)?;
        let items = input.items();
        let hints = plan.missing(items);
        let forgives = values.version() > 1.0
            || option_flag(&values, "options.continueIfFieldNotFound").unwrap_or(false);
        if let Some(hint) = hints.first().filter(|_| !forgives && !items.is_empty()) {
            return Err(NodeError::new(hint.clone())
                .hint("Check the name, or switch on *Go on where a field is missing*.")
                .about(&["fieldsToSummarize"]));
        }
        let all: Vec<usize> = (0..items.len()).collect();
        let out = if plan.one_item {
            let json = plan.nested(items, &all, &plan.groups);
            vec![made(json, &all)]
        } else {
            let mut out = Vec::new();
            plan.flat(items, &all, &plan.groups, &Map::new(), &mut out);
            out
        };
        Ok(Output { hints, ..Output::one(out) })
    }
}

fn properties() -> Vec<Property> {
    let gathers = &["append", "concatenate", "count", "countUnique"];
    let record = vec![
        Property::choice(
            "aggregation",
            "Work out",
            &[
                ("count", "Count"),
                ("countUnique", "Count of different values"),
                ("sum", "Sum"),
                ("average", "Average"),
                ("min", "Smallest"),
                ("max", "Largest"),
                ("append", "List of values"),
                ("concatenate", "Text of values"),
            ],
        ),
        Property::text("field", "Field").required(),
        Property::toggle("includeEmpty", "Empty values too", false)
            .show_when("aggregation", gathers),
        Property::choice(
            "separateBy",
            "Between the values",
            &[
                (",", "Comma"),
                (", ", "Comma and space"),
                ("\n", "New line"),
                ("", "Nothing"),
                (" ", "Space"),
                ("other", "Other"),
            ],
        )
        .show_when("aggregation", &["concatenate"]),
        Property::text("customSeparator", "Other").show_when("separateBy", &["other"]),
    ];
    vec![
        Property::records("fieldsToSummarize", "Fields", "values", "Add field", record),
        form::fields("fieldsToSplitBy", "Group by"),
        form::options(vec![
            Property::toggle("continueIfFieldNotFound", "Go on where a field is missing", false)
                .versions(&[1.0]),
            Property::toggle("disableDotNotation", "Dots are part of names", false),
            Property::choice(
                "outputFormat",
                "Groups become",
                &[("separateItems", "Items"), ("singleItem", "One item with nested objects")],
            ),
            Property::toggle("skipEmptySplitFields", "Leave out empty groups", false),
        ]),
    ]
}

/// What is worked out, read once.
struct Plan {
    wanted: Vec<Wanted>,
    groups: Vec<FieldPath>,
    one_item: bool,
    skip_empty: bool,
    /// Groups are texts in version 1.
    text_groups: bool,
}

struct Wanted {
    what: String,
    field: FieldPath,
    name: String,
    empty_too: bool,
    separator: String,
}

impl Plan {
    fn read(values: &Values<'_>) -> Result<Self, NodeError> {
        let dots = !option_flag(values, "options.disableDotNotation").unwrap_or(false);
        let text = |record: &Map<String, Value>, key: &str| {
            record.get(key).and_then(Value::as_str).map(str::to_owned)
        };
        let records = values.records("fieldsToSummarize.values").into_iter();
        let wanted: Vec<Wanted> = records
            .filter_map(|record| {
                let field = text(record, "field").filter(|field| !field.trim().is_empty())?;
                let what = text(record, "aggregation").unwrap_or_else(|| "count".to_owned());
                let separator = match text(record, "separateBy").as_deref() {
                    Some("other") => text(record, "customSeparator").unwrap_or_default(),
                    Some(separator) => separator.to_owned(),
                    None => ",".to_owned(),
                };
                Some(Wanted {
                    name: format!("{}_{}", prefix(&what), plain_name(&field)),
                    field: FieldPath::new(&field, dots),
                    empty_too: record.get("includeEmpty").is_some_and(js::truthy),
                    what,
                    separator,
                })
            })
            .collect();
        if wanted.is_empty() {
            return Err(NodeError::new("No field to summarize is named")
                .hint("Add a field and say what to work out of it.")
                .about(&["fieldsToSummarize"]));
        }
        let groups = values.names("fieldsToSplitBy");
        Ok(Self {
            wanted,
            groups: groups.iter().map(|name| FieldPath::new(name, dots)).collect(),
            one_item: option_text(values, "options.outputFormat").as_deref() == Some("singleItem"),
            skip_empty: option_flag(values, "options.skipEmptySplitFields").unwrap_or(false),
            text_groups: values.version() <= 1.0,
        })
    }

    /// A sentence for each field that no item has.
    fn missing(&self, items: &[Item]) -> Vec<String> {
        let missing = self.wanted.iter().map(|wanted| &wanted.field);
        let missing =
            missing.filter(|field| !items.iter().any(|item| field.get(&item.json).is_some()));
        missing
            .map(|field| format!("The field '{}' does not exist in any items", field.name()))
            .collect()
    }

    /// The items of each group, in the order in which the groups come up.
    fn groups(&self, items: &[Item], of: &[usize], by: &FieldPath) -> Vec<(Value, Vec<usize>)> {
        let mut groups: IndexMap<String, (Value, Vec<usize>)> = IndexMap::new();
        for index in of {
            let value = by.get(&items[*index].json);
            let mut group = match value {
                Some(value @ (Value::Object(_) | Value::Array(_))) => {
                    Value::String(value.to_string())
                }
                Some(value) => value.clone(),
                None => Value::Null,
            };
            if self.text_groups {
                let text = value.map_or_else(|| "undefined".to_owned(), |_| js::text(&group));
                group = Value::String(plain_name(&text));
            }
            if self.skip_empty && !group.is_number() && !js::truthy(&group) {
                continue;
            }
            // A missing value and null are groups of their own; only JSON writes them alike.
            let key = format!("{}{}", u8::from(value.is_some()), key_of(&group));
            groups.entry(key).or_insert_with(|| (group, Vec::new())).1.push(*index);
        }
        groups.into_values().collect()
    }

    fn flat(
        &self,
        items: &[Item],
        of: &[usize],
        by: &[FieldPath],
        so_far: &Map<String, Value>,
        out: &mut Vec<Item>,
    ) {
        let Some((first, rest)) = by.split_first() else {
            let mut json = so_far.clone();
            json.extend(self.summary(items, of));
            out.push(made(json, of));
            return;
        };
        for (group, members) in self.groups(items, of, first) {
            let mut json = so_far.clone();
            json.insert(plain_name(first.name()), group);
            self.flat(items, &members, rest, &json, out);
        }
    }

    fn nested(&self, items: &[Item], of: &[usize], by: &[FieldPath]) -> Map<String, Value> {
        let Some((first, rest)) = by.split_first() else { return self.summary(items, of) };
        let groups = self.groups(items, of, first).into_iter().map(|(group, members)| {
            (js::text(&group), Value::Object(self.nested(items, &members, rest)))
        });
        groups.collect()
    }

    fn summary(&self, items: &[Item], of: &[usize]) -> Map<String, Value> {
        let one = |wanted: &Wanted| {
            let values = of.iter().map(|index| wanted.field.get(&items[*index].json));
            (wanted.name.clone(), wanted.of(&values.collect::<Vec<_>>()))
        };
        self.wanted.iter().map(one).collect()
    }
}

impl Wanted {
    fn of(&self, values: &[Option<&Value>]) -> Value {
        let taken = || {
            let values = values.iter().copied();
            values.filter(|value| self.empty_too || !is_empty(*value))
        };
        let present = || values.iter().copied().flatten().filter(|value| !is_empty(Some(value)));
        let numbers = || present().filter(|value| value.is_number()).map(js::to_number);
        match self.what.as_str() {
            "sum" => js::number(numbers().sum()),
            "average" => match numbers().count() {
                0 => Value::Null,
                count => js::number(numbers().sum::<f64>() / count as f64),
            },
            "min" => best(present(), js::less_than),
            "max" => best(present(), |new, old| js::less_than(old, new)),
            "countUnique" => distinct(taken()).into(),
            "append" => taken().map(|value| value.cloned().unwrap_or_default()).collect(),
            "concatenate" => {
                let text = |value: Option<&Value>| match value {
                    None => "undefined".to_owned(),
                    Some(Value::Null) => "null".to_owned(),
                    Some(value) => js::cell(value),
                };
                Value::String(taken().map(text).collect::<Vec<_>>().join(&self.separator))
            }
            _ => taken().count().into(),
        }
    }
}

fn best<'v>(
    values: impl Iterator<Item = &'v Value>,
    better: impl Fn(&Value, &Value) -> bool,
) -> Value {
    let best = values.reduce(|old, new| if better(new, old) { new } else { old });
    best.cloned().unwrap_or_default()
}

/// Different values; every object and every list is one of its own, as in JavaScript.
fn distinct<'v>(values: impl Iterator<Item = Option<&'v Value>>) -> usize {
    let mut seen = HashSet::new();
    let fresh = values.filter(|value| match value {
        Some(Value::Object(_) | Value::Array(_)) => true,
        Some(value) => seen.insert(key_of(value)),
        None => seen.insert(String::new()),
    });
    fresh.count()
}

/// A text that is the same for equal values only.
fn key_of(value: &Value) -> String {
    match value {
        Value::Number(_) => js::text(value),
        other => other.to_string(),
    }
}

fn is_empty(value: Option<&Value>) -> bool {
    matches!(value, None | Some(Value::Null)) || value.and_then(Value::as_str) == Some("")
}

fn prefix(what: &str) -> &str {
    match what {
        "append" => "appended",
        "concatenate" => "concatenated",
        "countUnique" => "unique_count",
        "average" | "max" | "min" | "sum" => what,
        _ => "count",
    }
}

/// A field's name as the name of a result: no brackets and quotes, `_` for dots and spaces.
fn plain_name(name: &str) -> String {
    let kept = name.chars().filter(|c| !matches!(c, '[' | ']' | '"'));
    kept.map(|c| if matches!(c, ' ' | '.') { '_' } else { c }).collect()
}

fn made(json: Map<String, Value>, of: &[usize]) -> Item {
    let sources = of.iter().map(|item| PairedItem::One(PairedSource::new(*item, 0)));
    Item { paired_item: Some(PairedItem::Many(sources.collect())), ..Item::from_json(json) }
}
