//! Tables of items: columns and rows, read from the files of spreadsheets and written to them.

mod delimited;
mod ods;
mod read;
mod repeats;
mod write;
mod xls;

use indexmap::IndexSet;
use reporunner_model::{Item, NodeError, Property};
use reporunner_node::Values;
use serde_json::{Map, Value};

pub(crate) use delimited::rows as delimited_rows;
pub(crate) use read::{Format, grid};
pub(crate) use write::make;

use crate::form;
use crate::items::{option_flag, option_text};
use crate::js;

/// Options for reading spreadsheets.
pub(crate) fn read_options() -> Vec<Property> {
    vec![
        Property::text("sheetName", "Sheet").default_value("Sheet"),
        Property::text("range", "Range").placeholder("A2:D20"),
        Property::toggle("headerRow", "The first row has the names", false),
        Property::toggle("includeEmptyCells", "Keep empty cells", true),
        Property::toggle("rawData", "Leave the values of text files as text", true),
        Property::toggle("readAsString", "Read text files as UTF-8", true),
    ]
}

/// Options for reading CSV.
pub(crate) fn csv_options() -> Vec<Property> {
    vec![
        Property::toggle("headerRow", "The first line has the names", true),
        Property::text("delimiter", "Delimiter").default_value(","),
        Property::text("encoding", "Encoding").default_value("utf-8"),
        Property::toggle("enableBOM", "Drop the byte order mark", true),
        Property::toggle("includeEmptyCells", "Keep empty cells", false),
        Property::number("fromLine", "First line to read", 0.0),
        Property::number("maxRowCount", "Most rows", -1.0),
        Property::toggle("relaxQuotes", "Quotes are part of the values", false),
        form::group(
            "skipRecordsWithErrors",
            "Skip broken lines",
            vec![form::group(
                "value",
                "Skip broken lines",
                vec![Property::toggle("enabled", "Skip them", true)],
            )],
        ),
    ]
}

/// Cells by row, from the first row and column that have any. Empty cells are null.
pub(crate) type Grid = Vec<Vec<Value>>;

/// Items of a grid: a field for each column, or with `row` all cells of a row.
pub(crate) fn items(grid: Grid, values: &Values<'_>) -> Vec<Item> {
    let keep_empty = option_flag(values, "options.includeEmptyCells").unwrap_or(false);
    let headed = option_flag(values, "options.headerRow").unwrap_or(true);
    let filled = |cell: Value| match cell {
        Value::Null if keep_empty => Value::String(String::new()),
        cell => cell,
    };
    if !headed {
        let row = |mut cells: Vec<Value>| {
            // Cells after the last that is filled are not there.
            while !keep_empty && cells.last().is_some_and(Value::is_null) {
                cells.pop();
            }
            let cells = cells.into_iter().map(filled).collect();
            Item::from_json(js::object("row", Value::Array(cells)))
        };
        return grid.into_iter().map(row).collect();
    }
    let mut rows = grid.into_iter();
    let names = names(&rows.next().unwrap_or_default());
    let rows = rows.filter(|row| row.iter().any(|cell| !cell.is_null()));
    let item = |row: Vec<Value>| {
        let cells = names.iter().zip(row).filter(|(_, cell)| keep_empty || !cell.is_null());
        let json: Map<_, _> = cells.map(|(name, cell)| (name.clone(), filled(cell))).collect();
        Item::from_json(json)
    };
    rows.map(item).collect()
}

/// Names of columns: one for each, as SheetJS gives them (docs.sheetjs.com, "sheet_to_json").
fn names(header: &[Value]) -> Vec<String> {
    let mut taken: IndexSet<String> = IndexSet::new();
    for cell in header {
        let name = match cell {
            Value::Null => "__EMPTY".to_owned(),
            Value::Bool(on) => on.to_string().to_uppercase(),
            cell => js::cell(cell),
        };
        let mut unique = name.clone();
        let mut count = 0;
        while taken.contains(&unique) {
            count += 1;
            unique = format!("{name}_{count}");
        }
        taken.insert(unique);
    }
    taken.into_iter().collect()
}

/// Items as a table: a column for each field that any item has; nested ones have dotted names.
pub(crate) struct Table {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<Value>>,
}

impl Table {
    pub(crate) fn of(items: &[Item]) -> Self {
        let mut columns: IndexSet<String> = IndexSet::new();
        let mut flat = Vec::with_capacity(items.len());
        for item in items {
            let mut row = Vec::new();
            for (key, value) in item.json.iter() {
                flatten(key.clone(), value, &mut row);
            }
            let row = row.into_iter().map(|(name, value)| (columns.insert_full(name).0, value));
            flat.push(row.collect::<Vec<_>>());
        }
        let width = columns.len();
        let row = |cells: Vec<(usize, &Value)>| {
            let mut row = vec![Value::Null; width];
            for (column, value) in cells {
                row[column] = value.clone();
            }
            row
        };
        let rows = flat.into_iter().map(row).collect();
        Self { columns: columns.into_iter().collect(), rows }
    }

    /// The rows, the names of the columns before them where there shall be a header.
    pub(crate) fn lines(&self, header: bool) -> impl Iterator<Item = Vec<Value>> + '_ {
        let names = self.columns.iter().map(|name| Value::from(name.as_str())).collect::<Vec<_>>();
        let names = (header && !names.is_empty()).then_some(names);
        names.into_iter().chain(self.rows.iter().cloned())
    }
}

fn flatten<'v>(name: String, value: &'v Value, row: &mut Vec<(String, &'v Value)>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                flatten(format!("{name}.{key}"), value, row);
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                flatten(format!("{name}.{index}"), value, row);
            }
        }
        value => row.push((name, value)),
    }
}

/// Text of a cell in formats that know only text.
pub(crate) fn cell_text(value: &Value) -> String {
    match value {
        Value::Bool(on) => if *on { "TRUE" } else { "FALSE" }.to_owned(),
        other => js::cell(other),
    }
}

/// The name of the sheet that is written.
fn sheet_name(values: &Values<'_>) -> String {
    option_text(values, "options.sheetName").unwrap_or_else(|| "Sheet".to_owned())
}

fn broken(error: impl std::fmt::Display) -> NodeError {
    NodeError::new("The file is no spreadsheet that can be read")
        .detail(error.to_string())
        .hint("XLSX, XLS, ODS, CSV and HTML tables can be read, without passwords.")
}
