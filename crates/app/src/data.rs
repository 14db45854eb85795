//! The data of runs: only the rows in view leave the backend, long texts cut.

use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use reporunner_model::{Item, limits};
use reporunner_protocol::{
    Code, Failure, FilePart, GetFile, GetItems, GetSchema, GetValue, ItemsAt, ItemsPage,
    SchemaField, Side,
};
use reporunner_store::{BinaryId, Db, PayloadRef};
use serde_json::Value;

use crate::failure::of_store;
use crate::{App, Caller};

/// Items that are looked at to find the fields they have.
const SCHEMA_ITEMS: usize = 200;
/// Fields that a schema lists.
const SCHEMA_FIELDS: usize = 500;

impl App {
    /// Some of the items of one input or output.
    pub(crate) async fn get_items(
        &self,
        _: &Caller,
        command: GetItems,
    ) -> Result<ItemsPage, Failure> {
        self.read(move |app| app.items(command)).await
    }

    fn items(&self, command: GetItems) -> Result<ItemsPage, Failure> {
        let limit = command.limit.min(limits::ROWS_PER_PAGE);
        let search = command.search.map(|text| text.to_lowercase()).filter(|text| !text.is_empty());
        let mut page = self
            .store
            .read(|db| {
                let Some(at) = find(db, &command.at)? else {
                    let run = db.run(&command.at.run)?;
                    let pending = run.is_some_and(|run| !run.status.is_final());
                    return Ok(ItemsPage { pending, ..ItemsPage::default() });
                };
                let mut page = ItemsPage::default();
                match &search {
                    None => {
                        let window = db.items(&at, command.offset, limit)?;
                        page.total = window.total;
                        page.indexes =
                            (command.offset..command.offset + window.items.len()).collect();
                        page.items = window.items;
                    }
                    Some(text) => db.each_item(&at, |index, item| {
                        if contains(&item, text) {
                            if page.total >= command.offset && page.items.len() < limit {
                                page.indexes.push(index);
                                page.items.push(item);
                            }
                            page.total += 1;
                        }
                        true
                    })?,
                }
                Ok(page)
            })
            .map_err(of_store)?;
        for item in &mut page.items {
            for value in item.json.values_mut() {
                page.cut |= cut(value);
            }
        }
        Ok(page)
    }

    /// One whole value within an item.
    pub(crate) async fn get_value(&self, _: &Caller, command: GetValue) -> Result<Value, Failure> {
        let GetValue { at, item, path } = command;
        let read = move |db: &Db<'_>| {
            let Some(at) = find(db, &at)? else { return Ok(None) };
            Ok(db.items(&at, item, 1)?.items.pop())
        };
        let item = self.read(move |app| app.store.read(read).map_err(of_store)).await?;
        let found = item.and_then(|item| {
            let root = Value::from(item.json);
            reporunner_model::value_at(&root, &path).cloned()
        });
        found.ok_or_else(|| Failure::new(Code::NotFound, "the value is not there (any more)"))
    }

    /// Which fields the items have.
    pub(crate) async fn get_schema(
        &self,
        _: &Caller,
        command: GetSchema,
    ) -> Result<Vec<SchemaField>, Failure> {
        let read = move |db: &Db<'_>| {
            let Some(at) = find(db, &command.at)? else { return Ok(Vec::new()) };
            Ok(schema(&db.items(&at, 0, SCHEMA_ITEMS)?.items))
        };
        self.read(move |app| app.store.read(read).map_err(of_store)).await
    }

    /// Part of a file that belongs to an item.
    pub(crate) async fn get_file(&self, _: &Caller, command: GetFile) -> Result<FilePart, Failure> {
        self.read(move |app| app.part_of_file(&command)).await
    }

    fn part_of_file(&self, command: &GetFile) -> Result<FilePart, Failure> {
        let id: BinaryId = command.id.parse().map_err(of_store)?;
        let mut file = self.store.open_binary(&id).map_err(of_store)?;
        let mut part = || -> std::io::Result<FilePart> {
            let bytes = file.metadata()?.len();
            file.seek(SeekFrom::Start(command.offset.min(bytes)))?;
            let mut part = Vec::new();
            let limit = command.limit.min(limits::FILE_PART_BYTES) as u64;
            Read::by_ref(&mut file).take(limit).read_to_end(&mut part)?;
            Ok(FilePart { bytes, base64: BASE64_STANDARD.encode(part) })
        };
        part().map_err(|error| {
            Failure::new(Code::Internal, format!("the file could not be read: {error}"))
        })
    }
}

/// Where the items of one side of a node run are.
fn find(db: &Db<'_>, at: &ItemsAt) -> reporunner_store::Result<Option<PayloadRef>> {
    let Some(row) = db.node_run(&at.run, &at.node, at.run_index)? else { return Ok(None) };
    let side = match at.side {
        Side::Input => row.inputs,
        Side::Output => row.outputs,
    };
    Ok(side.into_iter().nth(at.port).flatten())
}

fn contains(item: &Item, text: &str) -> bool {
    fn within(value: &Value, text: &str) -> bool {
        match value {
            Value::String(found) => found.to_lowercase().contains(text),
            Value::Array(list) => list.iter().any(|value| within(value, text)),
            Value::Object(map) => map.values().any(|value| within(value, text)),
            Value::Null => false,
            other => other.to_string().contains(text),
        }
    }
    item.json.values().any(|value| within(value, text))
}

/// Cuts long texts. Says whether it cut any.
pub(crate) fn cut(value: &mut Value) -> bool {
    match value {
        Value::String(text) if text.len() > limits::CELL_BYTES => {
            let end = text.floor_char_boundary(limits::CELL_BYTES);
            text.truncate(end);
            text.push('…');
            true
        }
        Value::Array(list) => list.iter_mut().fold(false, |any, value| cut(value) | any),
        Value::Object(map) => map.values_mut().fold(false, |any, value| cut(value) | any),
        _ => false,
    }
}

/// The fields of these items, in the order in which they are met.
pub(crate) fn schema(items: &[Item]) -> Vec<SchemaField> {
    let mut fields = Vec::new();
    let mut places = BTreeMap::new();
    for item in items {
        for (key, value) in &*item.json {
            note(vec![key.clone()], value, &mut fields, &mut places);
        }
    }
    fields
}

fn note(
    path: Vec<String>,
    value: &Value,
    fields: &mut Vec<SchemaField>,
    places: &mut BTreeMap<Vec<String>, usize>,
) {
    let kind = type_name(value);
    match places.get(&path) {
        Some(at) => {
            let field: &mut SchemaField = &mut fields[*at];
            field.count += 1;
            if !field.types.iter().any(|known| known == kind) {
                field.types.push(kind.to_owned());
            }
        }
        None if fields.len() < SCHEMA_FIELDS => {
            places.insert(path.clone(), fields.len());
            let types = vec![kind.to_owned()];
            let example = example(value);
            fields.push(SchemaField { path: path.clone(), types, example, count: 1 });
        }
        None => return,
    }
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let mut path = path.clone();
                path.push(key.clone());
                note(path, value, fields, places);
            }
        }
        Value::Array(list) => {
            if let Some(first) = list.first() {
                let mut path = path;
                path.push("[]".to_owned());
                note(path, first, fields, places);
            }
        }
        _ => {}
    }
}

/// The type of a value in words.
pub(crate) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

fn example(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => format!("[{}]", list.len()),
        Value::Object(map) => format!("{{{}}}", map.len()),
        other => other.to_string(),
    };
    text.chars().take(80).collect()
}
