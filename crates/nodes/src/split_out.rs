//! Split Out: makes an item of each element of a list within an item.

use async_trait::async_trait;
use indexmap::IndexMap;
use reporunner_model::{BinaryRef, Item, NodeDescription, NodeError, NodeGroup, Property};
use reporunner_node::{Context, Node, Output, Values};
use serde_json::{Map, Value, json};

use crate::field_path::FieldPath;
use crate::form::{self, describe, texts};
use crate::items::{Input, Settings, fail_or_go_on, option_flag};

pub(crate) struct SplitOut;

#[async_trait]
impl Node for SplitOut {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Makes an item of each element of a list.".to_owned(),
            help: "Name the field that holds the list: `orders`, or `body.orders` for a nested \
                   one. Each element becomes an item.\n\n- Objects become the item's fields; \
                   plain values are kept under the field's name.\n- Several fields separated by \
                   commas are split side by side: first with first, second with second.\n- \
                   `$binary` splits the files of an item, one item each.\n- **Other fields** \
                   says what is copied from the original item to each new one."
                .to_owned(),
            aliases: texts(&["array", "list", "unnest", "explode", "flatten", "expand"]),
            properties: vec![
                form::fields("fieldToSplitOut", "Fields to split")
                    .required()
                    .placeholder("orders")
                    .help("Fields that hold lists, separated by commas."),
                Property::choice(
                    "include",
                    "Other fields",
                    &[
                        ("noOtherFields", "Leave out"),
                        ("allOtherFields", "Copy all"),
                        ("selectedOtherFields", "Copy some"),
                    ],
                ),
                form::fields("fieldsToInclude", "Fields to copy")
                    .required()
                    .show_when("include", &["selectedOtherFields"]),
                form::options(vec![
                    Property::toggle("disableDotNotation", "Dots are part of names", false),
                    form::fields("destinationFieldName", "Name of the new fields")
                        .help("One name for each field to split, separated by commas."),
                    Property::toggle("includeBinary", "Copy files too", false),
                ]),
            ],
            subtitles: texts(&["{fieldToSplitOut}"]),
            example: form::example(json!({ "fieldToSplitOut": "orders" })),
            ..describe("splitOut", "Split Out", NodeGroup::Data, "list", 28)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let mut input = Input::take(context, 0);
        let count = input.items().len();
        let mut settings = Settings::new(context);
        let mut out = Vec::new();
        let mut missing = vec![0_usize; 0];
        for index in 0..count {
            let split = settings.at(context, index, Split::read).map(|split| {
                missing.resize(missing.len().max(split.fields.len()), 0);
                split.item(input.item(index), index, &mut missing)
            });
            match split {
                Ok(items) => out.extend(items),
                Err(error) => out.push(fail_or_go_on(context, error, index)?),
            }
        }
        let mut output = Output::one(out);
        if count > 0
            && let Ok(split) = settings.at(context, 0, Split::read)
        {
            for (field, missing) in split.fields.iter().zip(&missing) {
                if *missing == count {
                    output = output.hint(format!("No item has the field {}", field.name()));
                }
            }
        }
        Ok(output)
    }
}

enum Others {
    None,
    All,
    Some(Vec<FieldPath>),
}

struct Split {
    fields: Vec<FieldPath>,
    names: Vec<String>,
    others: Others,
    binary: bool,
}

impl Split {
    fn read(values: &Values<'_>) -> Result<Self, NodeError> {
        let dots = !option_flag(values, "options.disableDotNotation").unwrap_or(false);
        let path = |name: &String| FieldPath::new(name, dots);
        let fields: Vec<_> = values.names("fieldToSplitOut").iter().map(path).collect();
        if fields.is_empty() {
            return Err(NodeError::new("No field to split is named")
                .hint("Name the field that holds the list.")
                .about(&["fieldToSplitOut"]));
        }
        let names = match values.raw("options.destinationFieldName") {
            Some(_) => values.names("options.destinationFieldName"),
            None => Vec::new(),
        };
        if !names.is_empty() && names.len() != fields.len() {
            return Err(NodeError::new("There are not as many new names as fields to split")
                .hint("Give one name for each field, separated by commas.")
                .about(&["options", "destinationFieldName"]));
        }
        let others = match values.text("include").as_str() {
            "allOtherFields" => Others::All,
            "selectedOtherFields" => {
                let chosen: Vec<_> = values.names("fieldsToInclude").iter().map(path).collect();
                if chosen.is_empty() {
                    return Err(NodeError::new("No field to copy is named")
                        .hint("Name the fields to copy, separated by commas.")
                        .about(&["fieldsToInclude"]));
                }
                Others::Some(chosen)
            }
            _ => Others::None,
        };
        let binary = option_flag(values, "options.includeBinary").unwrap_or(false);
        Ok(Self { fields, names, others, binary })
    }

    fn item(&self, mut item: Item, index: usize, missing: &mut [usize]) -> Vec<Item> {
        let mut rows: Vec<Item> = Vec::new();
        for (field, path) in self.fields.iter().enumerate() {
            if path.name() == "$binary" {
                let files = item.binary.as_deref().into_iter().flatten();
                for (row, (key, file)) in files.enumerate() {
                    let mut binary: IndexMap<String, BinaryRef> = IndexMap::new();
                    binary.insert(key.clone(), file.clone());
                    grow(&mut rows, row).binary = Some(Box::new(binary));
                }
                continue;
            }
            let value = match (&self.others, self.fields.len()) {
                // Nothing else of the item is needed: its list is moved, not copied.
                (Others::None, 1) => take(path, &mut item.json),
                _ => path.get(&item.json).cloned(),
            };
            let Some(value) = value else {
                missing[field] += 1;
                continue;
            };
            self.elements(field, value, &mut rows);
        }
        self.finish(item, index, rows)
    }

    fn elements(&self, field: usize, value: Value, rows: &mut Vec<Item>) {
        let elements: Vec<Value> = match value {
            Value::Array(list) => list,
            Value::Object(map) => map.into_iter().map(|(_, value)| value).collect(),
            other => vec![other],
        };
        let renamed = self.names.get(field);
        let name = renamed.map_or_else(|| self.fields[field].name(), String::as_str);
        let spread =
            matches!(self.others, Others::None) && renamed.is_none() && self.fields.len() == 1;
        for (row, element) in elements.into_iter().enumerate() {
            let json = &mut grow(rows, row).json;
            match element {
                Value::Object(map) if spread => json.extend(map),
                Value::Array(list) if spread => {
                    json.extend(list.into_iter().enumerate().map(|(n, v)| (n.to_string(), v)));
                }
                element => {
                    json.insert(name.to_owned(), element);
                }
            }
        }
    }

    fn finish(&self, mut item: Item, index: usize, mut rows: Vec<Item>) -> Vec<Item> {
        if matches!(self.others, Others::All) {
            for path in &self.fields {
                path.unset(&mut item.json);
            }
        }
        for row in &mut rows {
            match &self.others {
                Others::None => {}
                Others::All => {
                    let mut json = item.json.clone();
                    json.extend(std::mem::take(&mut row.json));
                    row.json = json;
                }
                Others::Some(chosen) => {
                    for path in chosen {
                        if let Some(value) = path.get(&item.json) {
                            row.json.insert(path.name().to_owned(), value.clone());
                        }
                    }
                }
            }
            if self.binary && row.binary.is_none() {
                row.binary.clone_from(&item.binary);
            }
            row.paired_item = Item::default().paired(index, 0).paired_item;
        }
        rows
    }
}

fn grow(rows: &mut Vec<Item>, row: usize) -> &mut Item {
    if rows.len() <= row {
        rows.resize_with(row + 1, Item::default);
    }
    &mut rows[row]
}

fn take(path: &FieldPath, json: &mut Map<String, Value>) -> Option<Value> {
    path.get(json)?;
    path.unset(json)
}
