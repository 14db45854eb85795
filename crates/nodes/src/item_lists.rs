//! Item Lists: the node that old workflows have for what Split Out, Aggregate, Sort, Limit, Remove
//! Duplicates and Summarize do now.
//!
//! It does nothing itself: it hands its parameters, under their names of today, to the node that
//! its operation became.

use std::sync::Arc;

use async_trait::async_trait;
use reporunner_model::{NodeDescription, NodeError, NodeGroup, Property};
use reporunner_node::{Context, ItemParams, Node, Output, Params, Values};
use serde_json::{Map, Value, json};

use crate::aggregate::Aggregate;
use crate::field_path::FieldPath;
use crate::form::{self, describe, texts};
use crate::items::option_flag;
use crate::js;
use crate::limit::Limit;
use crate::remove_duplicates::RemoveDuplicates;
use crate::sort::Sort;
use crate::split_out::SplitOut;
use crate::summarize::Summarize;

/// Versions whose lists of fields are records, and whose Aggregate has another name.
const OLD: &[f64] = &[1.0, 2.0, 2.1, 2.2];
const NEW: &[f64] = &[3.0, 3.1];

/// Lists of fields that were records of one name each.
const RECORDS: [&str; 3] = ["fieldsToInclude", "fieldsToExclude", "fieldsToCompare"];

pub(crate) struct ItemLists;

#[async_trait]
impl Node for ItemLists {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Splits, gathers, sorts or summarizes items, as old workflows do it."
                .to_owned(),
            help: "One node for what are six nodes now: **Split Out**, **Aggregate**, **Sort**, \
                   **Limit**, **Remove Duplicates** and **Summarize**. Their pages tell what \
                   each operation does.\n\nNew workflows take those nodes."
                .to_owned(),
            aliases: texts(&["split", "list", "array", "concatenate", "aggregate", "old"]),
            versions: texts(&["1", "2", "2.1", "2.2", "3", "3.1"]),
            properties: properties(),
            example: form::example(json!({
                "operation": "splitOutItems", "fieldToSplitOut": "orders"
            })),
            ..describe("itemLists", "Item Lists", NodeGroup::Data, "list", 28)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let operation = context.values(0)?.text("operation");
        let Some((_, node)) =
            operations().into_iter().find(|(names, _)| names.contains(&&*operation))
        else {
            return Err(NodeError::new(format!("Item Lists has no operation {operation}"))
                .hint("Choose one of those that the list offers.")
                .about(&["operation"]));
        };
        let old = Arc::clone(&context.node);
        let mut step = reporunner_model::Node::clone(&old);
        // The node of today, as it was when it was made out of this one.
        step.v = "1".to_owned();
        context.node = Arc::new(step);
        context.description = Arc::new(node.description());
        let forgives = old.type_version() >= 2.1;
        context.params = match std::mem::replace(&mut context.params, Params::Same(Map::new())) {
            Params::Same(map) => Params::Same(of_today(map, forgives)),
            Params::PerItem(items) => Params::PerItem(Arc::new(OfToday(items, forgives))),
        };
        if old.type_version() < 2.2 {
            refuse(context, &operation, old.type_version())?;
        }
        node.run(context).await
    }
}

/// Refuses what versions before 2.1 and 2.2 refused and today's nodes do not.
fn refuse(context: &Context, operation: &str, version: f64) -> Result<(), NodeError> {
    let missing = |name: &str, parameter: &str| {
        NodeError::new(format!("No item has the field {name}"))
            .hint("Check the field's name; it is case sensitive.")
            .about(&[parameter])
    };
    let items = context.items();
    match operation {
        "splitOutItems" => {
            for (index, item) in items.iter().enumerate() {
                let values = context.values(index)?;
                for (name, path) in paths(&values, values.names("fieldToSplitOut")) {
                    match path.get(&item.json) {
                        Some(Value::Array(_) | Value::Object(_)) => {}
                        None if version >= 2.1 => {}
                        None => return Err(missing(&name, "fieldToSplitOut").at_item(index)),
                        Some(_) => {
                            let message = format!("The field {name} is no list and no object");
                            return Err(NodeError::new(message)
                                .hint("Name a field that holds several values.")
                                .at_item(index)
                                .about(&["fieldToSplitOut"]));
                        }
                    }
                }
            }
        }
        "aggregateItems" if version < 2.1 => {
            let values = context.values(0)?;
            let records = values.records("fieldsToAggregate.fieldToAggregate").into_iter();
            let names = records.filter_map(|record| record.get("fieldToAggregate").map(js::cell));
            let gathers = values.text("aggregate") == "aggregateIndividualFields";
            for (name, path) in paths(&values, names.filter(|_| gathers).collect()) {
                if !items.iter().any(|item| path.get(&item.json).is_some()) {
                    return Err(missing(&name, "fieldsToAggregate"));
                }
            }
        }
        _ => {}
    }
    Ok(())
}

fn paths(values: &Values<'_>, names: Vec<String>) -> Vec<(String, FieldPath)> {
    let dots = !option_flag(values, "options.disableDotNotation").unwrap_or(false);
    names.into_iter().map(|name| (name.clone(), FieldPath::new(&name, dots))).collect()
}

/// Each operation's names and the node that it became.
fn operations() -> [(&'static [&'static str], Box<dyn Node>); 6] {
    [
        (&["splitOutItems"], Box::new(SplitOut)),
        (&["aggregateItems", "concatenateItems"], Box::new(Aggregate)),
        (&["limit"], Box::new(Limit)),
        (&["removeDuplicates"], Box::new(RemoveDuplicates)),
        (&["sort"], Box::new(Sort)),
        (&["summarize"], Box::new(Summarize)),
    ]
}

struct OfToday(Arc<dyn ItemParams>, bool);

impl ItemParams for OfToday {
    fn at(&self, index: usize) -> Result<Map<String, Value>, NodeError> {
        self.0.at(index).map(|params| of_today(params, self.1))
    }
}

/// Lists of fields as today's nodes have them: names, not records. `forgives` says whether
/// Summarize goes on where a field is missing.
fn of_today(mut params: Map<String, Value>, forgives: bool) -> Map<String, Value> {
    for name in RECORDS {
        let Some(Value::Object(records)) = params.get(name) else { continue };
        let records =
            records.get("fields").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let names = records.iter().filter_map(|record| record.get("fieldName")).cloned();
        let names = names.collect();
        params.insert(name.to_owned(), names);
    }
    if let Value::Object(options) = params.entry("options").or_insert_with(|| json!({})) {
        options.insert("continueIfFieldNotFound".to_owned(), forgives.into());
    }
    params
}

fn properties() -> Vec<Property> {
    let choices = |gather| {
        let choices = [
            ("splitOutItems", "Split out"),
            (gather, "Aggregate"),
            ("limit", "Limit"),
            ("removeDuplicates", "Remove duplicates"),
            ("sort", "Sort"),
            ("summarize", "Summarize"),
        ];
        Property::choice("operation", "Operation", &choices).fixed()
    };
    let mut all =
        vec![choices("aggregateItems").versions(OLD), choices("concatenateItems").versions(NEW)];
    for (names, node) in operations() {
        let properties = node.description().properties.into_iter();
        for mut property in properties.filter(|property| property.name != "operation") {
            property.show.retain(|show| show.path != ["@version"]);
            let property = property.show_when("operation", names);
            if RECORDS.contains(&&*property.name) {
                all.push(as_records(&property).versions(OLD));
                all.push(property.versions(NEW));
            } else {
                all.push(property);
            }
        }
    }
    all
}

/// The list of fields as old versions have it.
fn as_records(property: &Property) -> Property {
    let field = vec![Property::text("fieldName", "Field").required()];
    let records = Property::records(&property.name, &property.label, "fields", "Add field", field);
    Property { show: property.show.clone(), ..records }
}
