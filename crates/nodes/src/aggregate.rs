//! Aggregate: makes one item of many, each field a list.

use async_trait::async_trait;
use indexmap::IndexMap;
use reporunner_model::{BinaryRef, Item, NodeDescription, NodeError, NodeGroup, Property};
use reporunner_node::{Context, Node, Output, Values};
use serde_json::{Map, Value, json};

use crate::field_path::FieldPath;
use crate::form::{self, describe, texts};
use crate::items::{Input, option_flag, paired_with_all};

pub(crate) struct Aggregate;

#[async_trait]
impl Node for Aggregate {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Makes one item of many: their values become lists.".to_owned(),
            help: "The opposite of **Split Out**.\n\n- **Chosen fields**: each field you name \
                   becomes a list with that field of every item. Missing and null values are \
                   left out unless an option keeps them.\n- **Whole items**: the items \
                   themselves become one list of objects.\n\nWith *Merge lists*, fields that \
                   are lists already are joined into one flat list."
                .to_owned(),
            aliases: texts(&["combine", "group", "collect", "list", "implode", "array"]),
            properties: properties(),
            example: form::example(json!({
                "aggregate": "aggregateAllItemData",
                "destinationFieldName": "orders"
            })),
            ..describe("aggregate", "Aggregate", NodeGroup::Data, "sigma", 28)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let mut input = Input::take(context, 0);
        let values = context.values(0)?;
        let mut item = Item::default();
        let mut hints = Vec::new();
        let whole = values.text("aggregate") == "aggregateAllItemData";
        let json = if whole && !option_flag(&values, "options.includeBinaries").unwrap_or(false) {
            whole_items(&values, &mut input)
        } else if whole {
            whole_items(&values, &mut Input::Own(input.items().to_vec()))
        } else {
            chosen_fields(&values, input.items(), &mut hints)?
        };
        item.json = json.into();
        if option_flag(&values, "options.includeBinaries").unwrap_or(false) {
            let unique = option_flag(&values, "options.keepOnlyUnique").unwrap_or(false);
            item.binary = gather_files(input.items(), unique).map(Box::new);
        }
        item.paired_item = paired_with_all(input.items().len());
        Ok(Output { hints, ..Output::one(vec![item]) })
    }
}

fn properties() -> Vec<Property> {
    let individual =
        |property: Property| property.show_when("aggregate", &["aggregateIndividualFields"]);
    let whole = |property: Property| property.show_when("aggregate", &["aggregateAllItemData"]);
    vec![
        Property::choice(
            "aggregate",
            "What to gather",
            &[
                ("aggregateIndividualFields", "Chosen fields"),
                ("aggregateAllItemData", "Whole items"),
            ],
        ),
        individual(Property::records(
            "fieldsToAggregate",
            "Fields",
            "fieldToAggregate",
            "Add field",
            vec![
                Property::text("fieldToAggregate", "Field").placeholder("id"),
                Property::toggle("renameField", "Give it another name", false),
                Property::text("outputFieldName", "New name"),
            ],
        )),
        whole(Property::text("destinationFieldName", "Name of the list").default_value("data")),
        whole(Property::choice(
            "include",
            "Fields of the items",
            &[
                ("allFields", "All"),
                ("specifiedFields", "Only these"),
                ("allFieldsExcept", "All but these"),
            ],
        )),
        whole(form::fields("fieldsToExclude", "Fields to leave out"))
            .show_when("include", &["allFieldsExcept"]),
        whole(form::fields("fieldsToInclude", "Fields to keep"))
            .show_when("include", &["specifiedFields"]),
        form::options(vec![
            individual(Property::toggle("disableDotNotation", "Dots are part of names", false)),
            individual(Property::toggle("mergeLists", "Merge lists", false)),
            individual(Property::toggle("keepMissing", "Keep missing and null values", false)),
            Property::toggle("includeBinaries", "Gather files too", false),
            Property::toggle("keepOnlyUnique", "Each file once", false),
        ]),
    ]
}

fn chosen_fields(
    values: &Values<'_>,
    items: &[Item],
    hints: &mut Vec<String>,
) -> Result<Map<String, Value>, NodeError> {
    let dots = !option_flag(values, "options.disableDotNotation").unwrap_or(false);
    let merge = option_flag(values, "options.mergeLists").unwrap_or(false);
    let keep = option_flag(values, "options.keepMissing").unwrap_or(false);
    let text = |record: &Map<String, Value>, key: &str| {
        record.get(key).and_then(Value::as_str).unwrap_or_default().trim().to_owned()
    };
    let records = values.records("fieldsToAggregate.fieldToAggregate");
    let records: Vec<_> =
        records.into_iter().filter(|r| !text(r, "fieldToAggregate").is_empty()).collect();
    if records.is_empty() {
        return Err(NodeError::new("No field to gather is named")
            .hint("Add a field, or gather whole items.")
            .about(&["fieldsToAggregate"]));
    }
    let mut json = Map::new();
    for record in records {
        let path = FieldPath::new(&text(record, "fieldToAggregate"), dots);
        let renamed = record.get("renameField").and_then(Value::as_bool).unwrap_or(false);
        let new_name = text(record, "outputFieldName");
        let name = if renamed && !new_name.is_empty() { new_name } else { path.last().to_owned() };
        let mut list = Vec::with_capacity(items.len());
        let mut found = false;
        for item in items {
            let value = path.get(&item.json);
            found |= value.is_some();
            match value {
                None | Some(Value::Null) if keep => list.push(Value::Null),
                None | Some(Value::Null) => {}
                Some(Value::Array(inner)) => {
                    let inner = inner.iter().filter(|v| keep || !v.is_null()).cloned();
                    if merge { list.extend(inner) } else { list.push(inner.collect()) }
                }
                Some(value) => list.push(value.clone()),
            }
        }
        if !found && !items.is_empty() {
            hints.push(format!("No item has the field {}", path.name()));
        }
        FieldPath::new(&name, dots).set(&mut json, Value::Array(list));
    }
    Ok(json)
}

fn whole_items(values: &Values<'_>, input: &mut Input) -> Map<String, Value> {
    let (leave, only) = match values.text("include").as_str() {
        "allFieldsExcept" => (values.names("fieldsToExclude"), Vec::new()),
        "specifiedFields" => (Vec::new(), values.names("fieldsToInclude")),
        _ => (Vec::new(), Vec::new()),
    };
    let filtered = !leave.is_empty() || !only.is_empty();
    let count = input.items().len();
    let list = (0..count).filter_map(|index| {
        let mut json = match input {
            Input::Own(items) => std::mem::take(&mut items[index].json),
            Input::Shared(items) => items[index].json.clone(),
        };
        if filtered {
            json.retain(|key, _| !leave.contains(key) && (only.is_empty() || only.contains(key)));
        }
        (!filtered || !json.is_empty()).then_some(Value::from(json))
    });
    let list = Value::Array(list.collect());
    let mut json = Map::new();
    json.insert(values.text("destinationFieldName"), list);
    json
}

fn gather_files(items: &[Item], unique: bool) -> Option<IndexMap<String, BinaryRef>> {
    let mut files: IndexMap<String, BinaryRef> = IndexMap::new();
    let mut seen = std::collections::HashSet::new();
    for (key, file) in items.iter().filter_map(|item| item.binary.as_deref()).flatten() {
        if unique && !file.id.is_empty() && !seen.insert(&file.id) {
            continue;
        }
        let mut name = key.clone();
        let mut number = 1;
        while files.contains_key(&name) {
            name = format!("{key}_{number}");
            number += 1;
        }
        files.insert(name, file.clone());
    }
    (!files.is_empty()).then_some(files)
}
