//! XLS, the format of Excel 97 to 2003: one sheet with numbers, texts and booleans, no styles
//! ([MS-XLS], "Excel Binary File Format"). Nothing is taken from such files here; calamine does.

use std::io::{Cursor, Write};

use reporunner_model::NodeError;
use serde_json::Value;

use super::Table;
use crate::js;

/// Most rows and columns of a sheet.
const ROWS: usize = 65_536;
const COLUMNS: usize = 256;
/// Longest text that one record holds: 8224 bytes without what stands before it.
const TEXT: usize = 4_100;
/// The format of cells: the first after the fifteen of styles.
const CELL_FORMAT: u16 = 15;

pub(super) fn document(table: &Table, name: &str, header: bool) -> Result<Vec<u8>, NodeError> {
    let rows = table.rows.len() + usize::from(header);
    if rows > ROWS || table.columns.len() > COLUMNS {
        return Err(too_much(format!("more than {ROWS} rows or {COLUMNS} columns")));
    }
    if name.encode_utf16().count() > 31 || name.contains(['[', ']', ':', '*', '?', '/', '\\']) {
        return Err(NodeError::new(format!("A sheet cannot be called {name:?}"))
            .hint("Names of sheets have at most 31 characters and none of []:*?/\\.")
            .about(&["options", "sheetName"]));
    }
    let sheet = sheet(table, header)?;
    let mut stream = globals(name);
    stream.extend(sheet);
    let failed = |error: std::io::Error| {
        NodeError::new("The spreadsheet could not be made").detail(error.to_string())
    };
    // The older version of the container, which is the one that Excel 97 knows.
    let version = cfb::Version::V3;
    let mut file =
        cfb::CompoundFile::create_with_version(version, Cursor::new(Vec::new())).map_err(failed)?;
    let mut workbook = file.create_stream("/Workbook").map_err(failed)?;
    workbook.write_all(&stream).map_err(failed)?;
    workbook.flush().map_err(failed)?;
    drop(workbook);
    file.flush().map_err(failed)?;
    Ok(file.into_inner().into_inner())
}

/// Appends a record: its kind, its length, its parts as little-endian numbers.
fn record(out: &mut Vec<u8>, kind: u16, content: &[u8]) {
    let length = u16::try_from(content.len()).expect("no record is made longer than its limit");
    out.extend(kind.to_le_bytes());
    out.extend(length.to_le_bytes());
    out.extend(content);
}

fn words(words: &[u16]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// The beginning of the workbook (5) or of a sheet (16), as Excel 97 wrote it.
fn begin(out: &mut Vec<u8>, kind: u16) {
    record(out, 0x0809, &words(&[0x0600, kind, 0x0dbb, 1996, 0, 0, 6, 0]));
}

fn globals(name: &str) -> Vec<u8> {
    let mut out = Vec::new();
    begin(&mut out, 5);
    // Texts are UTF-16.
    record(&mut out, 0x0042, &words(&[1200]));
    record(&mut out, 0x003d, &words(&[0, 0, 0x3bc4, 0x2382, 0x38, 0, 0, 1, 600]));
    for _ in 0..5 {
        let mut font = words(&[200, 0, 0x7fff, 400, 0, 0, 0]);
        font.extend([5, 0]);
        font.extend(b"Arial");
        record(&mut out, 0x0031, &font);
    }
    for format in 0..=CELL_FORMAT {
        let parent = if format == CELL_FORMAT { 0x0001 } else { 0xfff5 };
        let mut content = words(&[0, 0, parent, 0x0020]);
        content.extend([0; 10]);
        content.extend(words(&[0x20c0]));
        record(&mut out, 0x00e0, &content);
    }
    // The style "Normal".
    record(&mut out, 0x0293, &[0x00, 0x80, 0x00, 0xff]);
    let units: Vec<u16> = name.encode_utf16().collect();
    // The sheet begins after this record and the end of the globals.
    let place = out.len() + 4 + 8 + units.len() * 2 + 4;
    let mut bound = u32::try_from(place).unwrap_or_default().to_le_bytes().to_vec();
    bound.extend([0, 0, u8::try_from(units.len()).unwrap_or_default(), 1]);
    bound.extend(words(&units));
    record(&mut out, 0x0085, &bound);
    record(&mut out, 0x000a, &[]);
    out
}

fn sheet(table: &Table, header: bool) -> Result<Vec<u8>, NodeError> {
    let mut out = Vec::new();
    begin(&mut out, 16);
    let rows = u32::try_from(table.rows.len() + usize::from(header)).unwrap_or_default();
    let columns = u16::try_from(table.columns.len()).unwrap_or_default();
    let mut size = [0_u32.to_le_bytes(), rows.to_le_bytes()].concat();
    size.extend(words(&[0, columns, 0]));
    record(&mut out, 0x0200, &size);
    for (row, line) in table.lines(header).enumerate() {
        for (column, value) in line.iter().enumerate() {
            let place = [row, column].map(|n| u16::try_from(n).unwrap_or(u16::MAX));
            cell(&mut out, words(&[place[0], place[1], CELL_FORMAT]), value)?;
        }
    }
    record(&mut out, 0x023e, &words(&[0x06b6, 0, 0, 0x40, 0, 0, 0, 0, 0]));
    record(&mut out, 0x000a, &[]);
    Ok(out)
}

fn cell(out: &mut Vec<u8>, mut content: Vec<u8>, value: &Value) -> Result<(), NodeError> {
    match value {
        Value::Null => {}
        Value::Bool(on) => {
            content.extend([u8::from(*on), 0]);
            record(out, 0x0205, &content);
        }
        Value::Number(number) => {
            content.extend(number.as_f64().unwrap_or_default().to_le_bytes());
            record(out, 0x0203, &content);
        }
        value => {
            let units: Vec<u16> = js::cell(value).encode_utf16().collect();
            if units.len() > TEXT {
                return Err(too_much(format!("a text of more than {TEXT} characters")));
            }
            content.extend(words(&[u16::try_from(units.len()).unwrap_or_default()]));
            content.push(1);
            content.extend(words(&units));
            record(out, 0x0204, &content);
        }
    }
    Ok(())
}

fn too_much(what: String) -> NodeError {
    NodeError::new(format!("XLS cannot hold {what}"))
        .hint("Choose XLSX: every spreadsheet program of the last years reads it.")
}
