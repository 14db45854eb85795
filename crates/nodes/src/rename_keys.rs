//! Rename Keys: gives fields of items other names, one by one or by a pattern.

use async_trait::async_trait;
use regex::{Regex, RegexBuilder};
use reporunner_model::{NodeDescription, NodeError, NodeGroup, Property};
use reporunner_node::{Context, Node, Output, Values};
use serde_json::{Map, Value, json};

use crate::field_path::FieldPath;
use crate::form::{self, describe, texts};
use crate::items::{Input, Settings, fail_or_go_on};

pub(crate) struct RenameKeys;

#[async_trait]
impl Node for RenameKeys {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Gives fields of the items other names.".to_owned(),
            help: "Each line gives one field another name; dots lead into nested fields, in \
                   both names.\n\nA **pattern** renames every field whose name it matches, on \
                   every level or down to the depth you say. In the new name, `$1` stands for \
                   the first group of the pattern."
                .to_owned(),
            aliases: texts(&["rename", "field", "key", "column", "map", "pattern"]),
            properties: properties(),
            example: form::example(json!({
                "keys": { "key": [{ "currentKey": "mail", "newKey": "email" }] }
            })),
            ..describe("renameKeys", "Rename Keys", NodeGroup::Data, "pencil", 28)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let mut input = Input::take(context, 0);
        let mut settings = Settings::new(context);
        let mut out = Vec::with_capacity(input.items().len());
        for index in 0..input.items().len() {
            match settings.at(context, index, Names::read) {
                Ok(names) => {
                    let mut item = input.item(index);
                    item.json = names.apply(item.json.into_map()).into();
                    out.push(item.paired(index, 0));
                }
                Err(error) => out.push(fail_or_go_on(context, error, index)?),
            }
        }
        Ok(Output::one(out))
    }
}

fn properties() -> Vec<Property> {
    let patterns = vec![
        Property::text("searchRegex", "Pattern").placeholder("^user_(.*)$").required(),
        Property::text("replaceRegex", "New name").placeholder("$1"),
        form::options(vec![
            Property::toggle("caseInsensitive", "Capitals do not matter", false),
            Property::number("depth", "Depth", -1.0)
                .help("Levels of nested fields below the first; -1 for all."),
        ]),
    ];
    vec![
        Property::records(
            "keys",
            "Fields",
            "key",
            "Add field",
            vec![
                Property::text("currentKey", "Name").required(),
                Property::text("newKey", "New name").required(),
            ],
        ),
        Property::collection(
            "additionalOptions",
            "Patterns",
            "Add",
            vec![Property::records(
                "regexReplacement",
                "Patterns",
                "replacements",
                "Add pattern",
                patterns,
            )],
        ),
    ]
}

/// What is renamed.
struct Names {
    fields: Vec<(FieldPath, FieldPath)>,
    patterns: Vec<Pattern>,
}

struct Pattern {
    search: Regex,
    replace: String,
    /// Levels below the first; none for all.
    depth: Option<usize>,
}

impl Names {
    fn read(values: &Values<'_>) -> Result<Self, NodeError> {
        let text = |record: &Map<String, Value>, key: &str| {
            record.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let fields = values.records("keys.key").into_iter().filter_map(|record| {
            let (old, new) = (text(record, "currentKey"), text(record, "newKey"));
            let renames = !old.is_empty() && !new.is_empty() && old != new;
            renames.then(|| (FieldPath::new(&old, true), FieldPath::new(&new, true)))
        });
        let fields = fields.collect();
        let records = values.records("additionalOptions.regexReplacement.replacements");
        let patterns = records.into_iter().map(|record| {
            let option = |name: &str| record.get("options").and_then(|options| options.get(name));
            let search = text(record, "searchRegex");
            let any_case = option("caseInsensitive").and_then(Value::as_bool).unwrap_or(false);
            let search = RegexBuilder::new(&search).case_insensitive(any_case).build();
            let search = search.map_err(|error| {
                NodeError::new("The pattern cannot be read")
                    .hint(error.to_string())
                    .about(&["additionalOptions", "regexReplacement"])
            })?;
            let depth = option("depth").and_then(Value::as_f64).filter(|depth| *depth >= 0.0);
            let replace = replacement(&text(record, "replaceRegex"));
            Ok(Pattern { search, replace, depth: depth.map(|depth| depth as usize) })
        });
        Ok(Self { fields, patterns: patterns.collect::<Result<_, NodeError>>()? })
    }

    fn apply(&self, mut json: Map<String, Value>) -> Map<String, Value> {
        for (old, new) in &self.fields {
            if let Some(value) = old.unset(&mut json) {
                new.set(&mut json, value);
            }
        }
        for pattern in &self.patterns {
            json = pattern.rename(json, 0);
        }
        json
    }
}

impl Pattern {
    fn rename(&self, json: Map<String, Value>, level: usize) -> Map<String, Value> {
        let renamed = json.into_iter().map(|(key, value)| {
            (self.search.replace_all(&key, &self.replace).into_owned(), self.below(value, level))
        });
        renamed.collect()
    }

    fn below(&self, value: Value, level: usize) -> Value {
        if self.depth.is_some_and(|depth| level >= depth) {
            return value;
        }
        match value {
            Value::Object(map) => Value::Object(self.rename(map, level + 1)),
            Value::Array(list) => {
                list.into_iter().map(|value| self.below(value, level + 1)).collect()
            }
            other => other,
        }
    }
}

/// JavaScript's `$1` ends after its digits, Rust's goes on to the end of the word: `${1}` says
/// the same to both.
fn replacement(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if c != '$' {
            out.push(c);
            continue;
        }
        let mut digits = String::new();
        while let Some(digit) = rest.next_if(char::is_ascii_digit) {
            digits.push(digit);
        }
        match rest.peek() {
            _ if !digits.is_empty() => out.push_str(&format!("${{{digits}}}")),
            Some('&') => {
                rest.next();
                out.push_str("${0}");
            }
            _ => out.push_str("$$"),
        }
    }
    out
}
