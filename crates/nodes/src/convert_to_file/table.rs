//! Items as a table: one column for each field that any item has, nested ones with dotted names.

use indexmap::IndexSet;
use reporunner_model::Item;
use serde_json::{Map, Value};

use super::cell;

/// CSV with a byte order mark, without which spreadsheets take it for the machine's charset.
pub(super) fn csv(items: &[Item], delimiter: u8, header: bool) -> Vec<u8> {
    let (columns, rows) = table(items);
    let mut writer = csv::WriterBuilder::new()
        .delimiter(delimiter)
        .terminator(csv::Terminator::Any(b'\n'))
        .from_writer(Vec::from("\u{feff}"));
    let memory = "writing to memory cannot fail and all rows are as long as the header";
    if header && !columns.is_empty() {
        writer.write_record(&columns).expect(memory);
    }
    for row in rows {
        let cells = columns.iter().map(|column| row.get(column).map_or("", String::as_str));
        writer.write_record(cells).expect(memory);
    }
    writer.flush().expect(memory);
    let mut bytes = writer.into_inner().expect("it was flushed");
    if bytes.ends_with(b"\n") {
        bytes.pop();
    }
    bytes
}

/// A page with a table.
pub(super) fn html(items: &[Item], header: bool) -> Vec<u8> {
    let (columns, rows) = table(items);
    let mut page = String::from(
        "<!doctype html>\n<html>\n<head><meta charset=\"utf-8\"></head>\n<body>\n<table>\n",
    );
    if header {
        line(&mut page, "th", columns.iter().map(String::as_str));
    }
    for row in rows {
        let cells = columns.iter().map(|column| row.get(column).map_or("", String::as_str));
        line(&mut page, "td", cells);
    }
    page.push_str("</table>\n</body>\n</html>\n");
    page.into_bytes()
}

fn line<'c>(page: &mut String, tag: &str, cells: impl Iterator<Item = &'c str>) {
    page.push_str("<tr>");
    for cell in cells {
        let cell = cell.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        page.push_str(&format!("<{tag}>{cell}</{tag}>"));
    }
    page.push_str("</tr>\n");
}

type Row = std::collections::HashMap<String, String>;

fn table(items: &[Item]) -> (Vec<String>, Vec<Row>) {
    let mut columns: IndexSet<String> = IndexSet::new();
    let mut rows = Vec::with_capacity(items.len());
    for item in items {
        let mut row = Row::new();
        flatten("", &item.json, &mut columns, &mut row);
        rows.push(row);
    }
    (columns.into_iter().collect(), rows)
}

fn flatten(prefix: &str, map: &Map<String, Value>, columns: &mut IndexSet<String>, row: &mut Row) {
    for (key, value) in map {
        let name = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            Value::Object(inner) => flatten(&name, inner, columns, row),
            value => {
                row.insert(name.clone(), cell(value));
                columns.insert(name);
            }
        }
    }
}
