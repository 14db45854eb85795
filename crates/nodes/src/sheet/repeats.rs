//! How many cells an OpenDocument sheet spreads out to: rows and cells may be written once and
//! stand for a million of themselves. Counted before anything is made of them.

use std::io::{BufReader, Cursor};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Cells and bytes of text that the largest sheet of an `.ods` spreads out to, where it can be read;
/// empty cells behind the last filled one of a row, which programs write to the sheet's edge, are none.
pub(super) fn spread(content: &[u8]) -> Option<(u64, u64)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(content)).ok()?;
    let file = archive.by_name("content.xml").ok()?;
    let mut reader = Reader::from_reader(BufReader::new(file));
    // As calamine reads it: tags that do not match are no reason to stop.
    reader.config_mut().check_end_names = false;
    let mut buffer = Vec::new();
    let (mut largest, mut sheet) = (Spread::default(), Spread::default());
    let (mut row, mut rows) = (Spread::default(), 1);
    let (mut columns, mut cell, mut text, mut filled) = (0_u64, 1, 0_u64, false);
    // What is damaged is counted up to there.
    while let Ok(event) = reader.read_event_into(&mut buffer) {
        match &event {
            Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                "table" => sheet = Spread::default(),
                "table-row" => {
                    (row, columns) = (Spread::default(), 0);
                    rows = repeats(tag, "table:number-rows-repeated");
                }
                "table-cell" | "covered-table-cell" => {
                    cell = repeats(tag, "table:number-columns-repeated");
                    filled =
                        tag.attributes().flatten().any(|a| a.key.as_ref() == "office:value-type");
                    text = 0;
                }
                _ => {}
            },
            Event::Text(found) => {
                text += found.len() as u64;
                filled = true;
            }
            _ => {}
        }
        let ended = match &event {
            Event::Empty(tag) => Some(tag.name()),
            Event::End(tag) => Some(tag.name()),
            Event::Eof => break,
            _ => None,
        };
        match ended.as_ref().map(|name| name.local_name()).as_ref().map(AsRef::as_ref) {
            Some("table-cell" | "covered-table-cell") => {
                columns = columns.saturating_add(cell);
                if filled {
                    row.cells = columns;
                    row.text = row.text.saturating_add(text.saturating_mul(cell));
                }
            }
            Some("table-row") => {
                sheet.cells = sheet.cells.saturating_add(row.cells.saturating_mul(rows));
                sheet.text = sheet.text.saturating_add(row.text.saturating_mul(rows));
                largest.cells = largest.cells.max(sheet.cells);
                largest.text = largest.text.max(sheet.text);
            }
            _ => {}
        }
        buffer.clear();
    }
    Some((largest.cells, largest.text))
}

#[derive(Default)]
struct Spread {
    cells: u64,
    text: u64,
}

fn repeats(tag: &BytesStart<'_>, name: &str) -> u64 {
    let found = tag.attributes().flatten().find(|attribute| attribute.key.as_ref() == name);
    found.and_then(|attribute| attribute.value.parse().ok()).unwrap_or(1)
}
