//! CSV by the options that nodes share: names or rows, delimiters, charsets, broken lines.

use bytes::Bytes;
use reporunner_model::{Item, NodeError};
use reporunner_node::Values;
use serde_json::Value;

use crate::items::{option_flag, option_number, option_text};
use crate::{binary, js};

const BOM: char = '\u{feff}';

/// The rows of a CSV file as items.
pub(crate) fn rows(values: &Values<'_>, content: &Bytes) -> Result<Vec<Item>, NodeError> {
    let flag = |name: &str| option_flag(values, &format!("options.{name}"));
    let encoding = option_text(values, "options.encoding");
    let mut text = binary::decode(content, encoding.as_deref().unwrap_or("utf-8"));
    // Version 1 leaves the mark in the first name unless it is told otherwise.
    let marked = text.starts_with(BOM);
    let keep_mark = marked && !flag("enableBOM").unwrap_or_else(|| values.version() > 1.0);
    if marked {
        text.drain(..BOM.len_utf8());
    }
    let skip =
        option_number(values, "options.fromLine").map_or(0, |line| line.max(1.0) as usize - 1);
    let text = text.split_inclusive('\n').skip(skip).collect::<String>();
    let broken_are_skipped = flag("skipRecordsWithErrors.value.enabled").unwrap_or(false);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .delimiter(delimiter(values)?)
        .quoting(!flag("relaxQuotes").unwrap_or(false))
        .flexible(broken_are_skipped)
        .from_reader(text.as_bytes());
    let named = flag("headerRow").unwrap_or(true);
    let keep_empty = flag("includeEmptyCells").unwrap_or(false);
    let most = option_number(values, "options.maxRowCount").filter(|most| *most >= 0.0);
    let mut names: Option<Vec<String>> = None;
    let mut items = Vec::new();
    for record in reader.records() {
        let record = record.map_err(malformed)?;
        if named && names.is_none() {
            let mut first: Vec<String> = record.iter().map(str::to_owned).collect();
            if keep_mark && let Some(name) = first.first_mut() {
                name.insert(0, BOM);
            }
            names = Some(first);
            continue;
        }
        if most.is_some_and(|most| items.len() >= most as usize) {
            break;
        }
        let json = match &names {
            None => js::object("row", record.iter().map(Value::from).collect()),
            Some(names) if broken_are_skipped && names.len() != record.len() => continue,
            Some(names) => names
                .iter()
                .zip(record.iter())
                .filter(|(_, cell)| keep_empty || !cell.is_empty())
                .map(|(name, cell)| (name.clone(), Value::from(cell)))
                .collect(),
        };
        items.push(Item::from_json(json));
    }
    Ok(items)
}

/// The byte that separates cells; `\t` may be written out.
pub(super) fn delimiter(values: &Values<'_>) -> Result<u8, NodeError> {
    let text = option_text(values, "options.delimiter").unwrap_or_else(|| ",".to_owned());
    match text.as_bytes() {
        [byte] => Ok(*byte),
        _ if text == "\\t" => Ok(b'\t'),
        _ => Err(NodeError::new(format!("{text:?} cannot separate cells"))
            .hint("Use one plain character such as a comma, a semicolon or \\t.")
            .about(&["options", "delimiter"])),
    }
}

fn malformed(error: csv::Error) -> NodeError {
    let line = error.position().map(csv::Position::line);
    let at = line.map(|line| format!(" in line {line}")).unwrap_or_default();
    let why = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("it has {len} cells, the first line has {expected_len}")
        }
        _ => error.to_string(),
    };
    NodeError::new(format!("The CSV is malformed{at}"))
        .detail(why)
        .hint("Check the delimiter, or switch on *Skip broken lines* in the options.")
        .about(&["binaryPropertyName"])
}
