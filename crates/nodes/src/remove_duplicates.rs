//! Remove Duplicates: keeps the first of items that are equal in all or in chosen fields, or the
//! items that no earlier run has seen.
//!
//! What earlier runs have seen is `earlier`'s.

mod earlier;

use std::collections::HashSet;

use async_trait::async_trait;
use reporunner_model::{Item, NodeDescription, NodeError, NodeGroup, Property};
use reporunner_node::{Context, Node, Output, Values};
use serde_json::{Map, Value, json};

use crate::field_path::FieldPath;
use crate::form::{self, describe, texts};
use crate::items::{Input, option_flag};
use crate::js;

const CURRENT: &str = "removeDuplicateInputItems";

pub(crate) struct RemoveDuplicates;

#[async_trait]
impl Node for RemoveDuplicates {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Keeps the first of items that are equal, or those that are new.".to_owned(),
            help: "**The other items**: items are equal where all fields are, or all but some, or \
                   only those you choose. The first of them stays, in its place. Numbers and \
                   texts are never equal: 1 is not \"1\".\n\n**Earlier runs**: give what each item \
                   is known by, such as `{{ $json.id }}`, and only items pass that no run of this \
                   workflow has seen before. Where items are numbered or dated upwards, *Higher* \
                   and *Later* remember nothing but the last one. Runs by hand are remembered \
                   too; **Forget** begins anew."
                .to_owned(),
            aliases: texts(&["dedupe", "unique", "distinct", "duplicate", "repeated"]),
            versions: texts(&["1", "1.1", "2"]),
            properties: properties(),
            example: form::example(json!({
                "compare": "selectedFields", "fieldsToCompare": "email"
            })),
            ..describe("removeDuplicates", "Remove Duplicates", NodeGroup::Data, "list-checks", 28)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let mut input = Input::take(context, 0);
        let values = context.values(0)?;
        if values.version() >= 2.0 && values.text("operation") == earlier::FORGET {
            earlier::forget(context).await?;
            return Ok(Output::one(input.into_items()));
        }
        if values.version() >= 2.0 && values.text("operation") == earlier::SEEN {
            return earlier::fresh(context, &mut input).await.map(Output::one);
        }
        Compared::read(&values, input.items())?.unique(&mut input).map(Output::one)
    }
}

fn properties() -> Vec<Property> {
    let within = |property: Property| {
        let now = property.clone().versions(&[2.0]).show_when("operation", &[CURRENT]);
        [property.versions(&[1.0, 1.1]), now]
    };
    let compare = Property::choice(
        "compare",
        "Compare",
        &[
            ("allFields", "All fields"),
            ("allFieldsExcept", "All fields but some"),
            ("selectedFields", "Chosen fields"),
        ],
    );
    let options = form::options(vec![
        Property::toggle("disableDotNotation", "Dots are part of names", false),
        Property::toggle("removeOtherFields", "Keep only the compared fields", false),
    ]);
    let mut all = vec![
        Property::choice(
            "operation",
            "Compare with",
            &[
                (CURRENT, "The other items"),
                (earlier::SEEN, "Earlier runs"),
                (earlier::FORGET, "Forget earlier runs"),
            ],
        )
        .versions(&[2.0])
        .fixed(),
    ];
    all.extend(within(compare));
    let some = form::fields("fieldsToExclude", "Fields to leave out");
    all.extend(within(some.show_when("compare", &["allFieldsExcept"])));
    let some = form::fields("fieldsToCompare", "Fields to compare");
    all.extend(within(some.show_when("compare", &["selectedFields"])));
    all.extend(earlier::properties());
    all.extend(within(options));
    all.push(earlier::options());
    all
}

/// What two items must have in common.
pub(crate) struct Compared {
    fields: Vec<FieldPath>,
    only_these: bool,
}

impl Compared {
    /// Reads which fields of `items` are compared.
    pub(crate) fn read(values: &Values<'_>, items: &[Item]) -> Result<Self, NodeError> {
        let dots = !option_flag(values, "options.disableDotNotation").unwrap_or(false);
        let compare = values.text("compare");
        let only_these = option_flag(values, "options.removeOtherFields").unwrap_or(false);
        let only_these = only_these && compare != "allFields";
        let named = |parameter: &str| {
            let names = values.names(parameter);
            if names.is_empty() {
                return Err(NodeError::new("No field to compare is named")
                    .hint("Name a field, or compare all fields.")
                    .about(&[parameter]));
            }
            Ok(names.iter().map(|name| FieldPath::new(name, dots)).collect::<Vec<_>>())
        };
        let fields = match compare.as_str() {
            "selectedFields" => named("fieldsToCompare")?,
            "allFieldsExcept" => {
                let except = named("fieldsToExclude")?;
                every_field(items, dots)
                    .into_iter()
                    .filter(|path| !except.iter().any(|other| other.name() == path.name()))
                    .collect()
            }
            _ => every_field(items, dots),
        };
        Ok(Self { fields, only_these })
    }

    /// The first of each kind.
    pub(crate) fn unique(&self, input: &mut Input) -> Result<Vec<Item>, NodeError> {
        let mut seen = HashSet::new();
        let fresh: Vec<usize> = (0..input.items().len())
            .filter(|index| seen.insert(self.key(&input.items()[*index])))
            .collect();
        let kept = fresh.into_iter().map(|index| {
            let mut item = input.item(index);
            if self.only_these {
                let mut json = Map::new();
                for path in &self.fields {
                    if let Some(value) = path.get(&item.json) {
                        path.set(&mut json, value.clone());
                    }
                }
                item.json = json.into();
            }
            item.paired(index, 0)
        });
        Ok(kept.collect())
    }

    fn key(&self, item: &Item) -> String {
        let mut key = String::new();
        for path in &self.fields {
            match path.get(&item.json) {
                Some(value) => js::write_key(value, &mut key),
                None => key.push('-'),
            }
            key.push(',');
        }
        key
    }
}

/// Every field that an item has; nested ones by their paths where dots lead into them.
fn every_field(items: &[Item], dots: bool) -> Vec<FieldPath> {
    let mut seen = HashSet::new();
    let mut fields = Vec::new();
    for item in items {
        for (key, value) in &*item.json {
            collect(key.clone(), value, dots, &mut seen, &mut fields);
        }
    }
    fields
}

fn collect(
    name: String,
    value: &Value,
    dots: bool,
    seen: &mut HashSet<String>,
    fields: &mut Vec<FieldPath>,
) {
    match value {
        Value::Object(map) if dots && !map.is_empty() => {
            for (key, value) in map {
                collect(format!("{name}.{key}"), value, dots, seen, fields);
            }
        }
        _ => {
            if seen.insert(name.clone()) {
                fields.push(FieldPath::new(&name, dots));
            }
        }
    }
}
